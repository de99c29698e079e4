"""What a run tells the world only when somebody says that it is meant: much at once, or what an earlier moment brings."""

from __future__ import annotations

from datetime import datetime
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
_MOMENT = "%Y-%m-%d %H:%M:%S %Z"


class Unconfirmed(Refused):
    """Say that a run would do what it does only when somebody says that it is meant."""


class OverCeiling(Unconfirmed):
    """Say that a run would announce or take back more at once than it does unasked."""


class ClockBehind(Unconfirmed):
    """Say that a run would tell of changes at a moment before the last run's."""


def require_meant(
    changes: Sequence[Change], site: Site, now: datetime, latest: float | None, *, confirmed: bool
) -> None:
    """See that nothing is announced or taken back by accident.

    Args:
        changes: What would be announced.
        site: The site.
        now: The moment that decided what is live; aware.
        latest: The last such moment of any run, in seconds since 1970; None when there was none.
        confirmed: Somebody said that it is meant.

    Raises:
        OverCeiling: More than 20 announcements, or more than 5 retractions, at once.
        ClockBehind: There are changes, and an earlier run was at a later moment.
    """
    if not confirmed:
        _check_clock(changes, site, now, latest)
        _check_ceilings(changes, site)


def _check_clock(changes: Sequence[Change], site: Site, now: datetime, latest: float | None) -> None:
    """See that what time has brought is not taken back, nor what it took shown again, by a clock that was set back."""
    if changes and latest is not None and now.timestamp() < latest:
        then = datetime.fromtimestamp(latest, site.zone)
        raise ClockBehind(
            f"it is {now.astimezone(site.zone):{_MOMENT}} now, and was {then:{_MOMENT}} in an earlier run: "
            f"{changes[0].url} would be announced as it stood before that",
            "with the right time nothing of that is due; if the clock, or --now, was ahead then, --yes says that "
            "the time is right now",
        )


def _check_ceilings(changes: Sequence[Change], site: Site) -> None:
    """See that no archive is announced, and no folder of posts taken back; where nobody listens, nobody is told."""
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
