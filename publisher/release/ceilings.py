"""How much one run may tell the world without somebody saying that it is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import Refused
from publisher.model import EventType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.release.changes import Change
    from publisher.site import Site

#: More announcements than this at once are not committed without being told to.
CEILING = 20
#: More reviews than this are not taken back at once without being told to.
RETRACTION_CEILING = 5

_NAMED = 3


class OverCeiling(Refused):
    """Say that a run would do more at once than it does without being told that this is meant."""


def check_ceilings(changes: Sequence[Change], site: Site, *, confirmed: bool) -> None:
    """See that no archive is announced, and no folder of posts taken back, by accident.

    Where nobody listens, nobody is told; but what is taken back leaves the feeds on every site.

    Raises:
        OverCeiling: More than 20 announcements, or more than 5 retractions, and nobody confirmed that.
    """
    if confirmed:
        return
    retracted = [change for change in changes if change.type is EventType.RETRACTED]
    announced = len(changes) - len(retracted) if site.endpoints else 0
    over, hints = [], []
    if announced > CEILING:
        over.append(
            f"{announced} announcements at once; more than {CEILING} are not made without being confirmed"
        )
        hints.append(
            "`publisher push --baseline`, on an existing archive, records them as announced and sends nothing"
        )
    if len(retracted) > RETRACTION_CEILING:
        over.append(
            f"{len(retracted)} reviews would be taken back at once ({_named(retracted)}); "
            f"more than {RETRACTION_CEILING} are not without being confirmed"
        )
        hints.append(
            "where that is not meant, see that all posts are in their folder and none became a draft"
        )
    if over:
        raise OverCeiling("; ".join(over), "; ".join(["--yes says that it is meant", *hints]))


def _named(changes: Sequence[Change]) -> str:
    names = [change.url for change in changes[:_NAMED]]
    return ", ".join([*names, "…"] if len(changes) > _NAMED else names)
