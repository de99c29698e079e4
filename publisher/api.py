"""What the public API adds to the rooms: each function is one job as a caller sees it.

Nothing here reads arguments, prints or ends a process. Everything that depends on time takes `now`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.outputs import Written
    from publisher.posts import Post
    from publisher.site import Site


def generate(
    posts: Iterable[Post], site: Site, now: datetime, *, out: Path | None = None, confirmed: bool = False
) -> Written:
    """Write the site's feeds, while no other run is at work on the site.

    The bytes are a function of the posts, the configuration and `now`. Files appear whole or not at all; one
    whose bytes would not change is left alone.

    Args:
        posts: All posts.
        site: The site.
        now: The moment the feeds are made for; aware.
        out: The folder to write to; default: the site's.
        confirmed: That reviews leave the feeds is meant, however many.

    Raises:
        PostsInvalid: A post does not fit what was announced.
        OverCeiling: More than five reviews that were announced would be gone from the site's own feeds.
        EnvironmentFault: The folder cannot be written, or the ledger cannot be used.
        Refused: Another run is at work, or a post changed since it was read.
    """
    from publisher.outputs import generate as write_feeds
    from publisher.release.lock import exclusive

    posts = list(posts)
    with exclusive(site):
        if out is None:
            from publisher.release.guards import require_feeds_kept, require_meant_to_vanish
            from publisher.release.vanishing import look_for_vanishing

            vanishing = look_for_vanishing(posts, site, now)
            require_feeds_kept(vanishing.unannounced, site, confirmed=confirmed)
            if not confirmed:
                require_meant_to_vanish(vanishing.retractions)
        return write_feeds(posts, site, now, out=out)


def stale_feeds(posts: Iterable[Post], site: Site, now: datetime, *, out: Path | None = None) -> Written:
    """Compare the feeds that are there with what `generate` would write; nothing is written."""
    from publisher.outputs import generate as compare_feeds

    return compare_feeds(posts, site, now, out=out, dry=True)


def history_faults(
    posts: Iterable[Post], site: Site, now: datetime, *, complete: bool = True
) -> list[Diagnostic]:
    """Find what does not fit what was announced, as far as a ledger is there and can be read.

    Args:
        posts: The posts; held only where there is a ledger.
        site: The site.
        now: The moment that decides what is live; aware.
        complete: Whether these are all posts of the site.
    """
    from publisher.errors import PublisherError
    from publisher.ledger import Ledger
    from publisher.release.history import history_faults as find_faults

    try:
        ledger = Ledger.peek(site.state)
        if ledger is None:
            return []
        with ledger:
            announced = ledger.announced()
    except PublisherError:  # whoever publishes is told; the posts are not to blame
        return []
    return find_faults(posts, announced, site, now, complete=complete)


def parse_time(text: str | None, site: Site, option: str = "--now") -> datetime:
    """Read a moment as front matter does, in the site's zone unless it names one; None is the present.

    `option` is what messages call it.

    Raises:
        UsageError: It is no moment.
    """
    from pydantic_core import PydanticCustomError

    from publisher.posts.moments import parse_moment

    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_moment(text, site.zone).at
    except PydanticCustomError as error:
        about = error.context or {}
        raise UsageError(
            f"{option}: {about.get('message')}", about.get("help") or about.get("label")
        ) from None


def parse_age(text: str | None, site: Site, option: str, now: datetime) -> datetime | None:
    """Read a moment as `parse_time` does, or a duration that ends at `now`: "2d" is two days ago.

    `option` is what messages call it. None is None.

    Raises:
        UsageError: It is neither.
    """
    from publisher.values.durations import parse_duration

    if text is None:
        return None
    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
    try:
        return parse_time(text, site, option)
    except UsageError as error:
        raise UsageError(
            error.message, "; ".join(filter(None, (error.hint, "or how long ago, such as 2d or 90m")))
        ) from None


def parse_duration(text: str, option: str) -> timedelta:
    """Read a duration such as "45s", "30m", "24h", "7d" or "2w".

    `option` is what messages call it.

    Raises:
        UsageError: It is none.
    """
    from publisher.values.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError:
        raise UsageError(
            f'{option}: "{text}" is not a duration',
            "write a whole number and s, m, h, d or w behind it: 45s, 30m, 24h, 7d, 2w",
        ) from None
