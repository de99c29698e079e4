"""What a publish run would meet with now; nothing is written or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.errors import EnvironmentFault, PostsInvalid, PublisherError
from publisher.release import look_for_changes
from publisher.release.push_run import obstacles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.diagnostics import Diagnostic
    from publisher.posts import Collection
    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a publish run would meet with.

    Attributes:
        obstacle: What would keep it from being done; None when nothing would.
        history: What in posts without faults of their own does not fit what was announced, or is odd about it.
    """

    obstacle: PublisherError | None = None
    history: tuple[Diagnostic, ...] = ()

    def advice(self, otherwise: str) -> str:
        """Return what to do where a run would do it: see first what keeps runs from being done, if anything does."""
        if self.obstacle is None:
            return otherwise
        # Behind the semicolon stands what an error in posts kept from being done.
        reason = self.obstacle.message
        if isinstance(self.obstacle, PostsInvalid):
            reason = reason.partition(";")[0]
        return f"first see to what keeps `publisher publish` from running: {reason}"


def rehearse(
    collection: Collection | None, site: Site, now: datetime, environment: Mapping[str, str]
) -> Rehearsal:
    """Look for what stops a run, in the order in which a run does.

    Args:
        collection: All posts; None when they could not be read.
        site: The site.
        now: The moment that decides what is live; aware.
        environment: The variables that secrets may stand in.
    """
    history: tuple[Diagnostic, ...] = ()
    try:
        if collection is None:
            raise PostsInvalid("the posts cannot be read")
        posts = collection.require_valid().posts
        try:
            pending = look_for_changes(posts, site, now)
        except PostsInvalid as error:
            return Rehearsal(error, error.diagnostics)
        history = pending.warnings
        found = obstacles(pending, site, now, confirmed=False, environment=environment)
        return Rehearsal(next(found, None), history)
    except PublisherError as error:
        return Rehearsal(error, history)
    except OSError as error:
        return Rehearsal(EnvironmentFault(f"{error.filename or site.state}: {error.strerror or error}"))
