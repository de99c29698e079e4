"""The archive of the main feed (RFC 5005, section 4): one page for each month or year that is over.

Which page a review stands on depends on its own date alone, read in the site's zone, so that a page changes only when
one of its reviews does, or when a neighbour comes or goes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.channels.channel import Channel, ChannelKind
from publisher.site import ArchivePeriod

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.posts import Post
    from publisher.site import Site

#: The folder of its pages.
ARCHIVE = "archive"
_PAGES = {
    ArchivePeriod.MONTH: re.compile(rf"{ARCHIVE}/([0-9]{{4}}-(?:0[1-9]|1[0-2]))"),
    ArchivePeriod.YEAR: re.compile(rf"{ARCHIVE}/([0-9]{{4}})"),
}


def page_names(names: Iterable[str]) -> list[str]:
    """Return those names of feeds that pages of an archive have, whatever a page of it holds; the newest first."""
    pages = (name for name in names if any(form.fullmatch(name) for form in _PAGES.values()))
    return sorted(pages, reverse=True)


def find_pages(live: Sequence[Post], site: Site, now: datetime, kept: Iterable[str]) -> list[Channel]:
    """Find the pages of the archive, the newest first.

    Args:
        live: The live posts, the newest first.
        site: The site.
        now: The moment that decides which periods are over; aware.
        kept: Names of pages that were there before. One that has lost its last review stays, empty: programs that
            walked the archive keep the links of its neighbours.
    """
    period = site.syndication.archive
    if period is None:
        return []
    present = _period(now, period, site)
    posts: defaultdict[str, list[Post]] = defaultdict(list)
    for name in kept:
        match = _PAGES[period].fullmatch(name)
        if match and match[1] < present:
            posts[match[1]] = []
    for post in live:
        when = _period(post.review.date, period, site)
        if when < present:
            posts[when].append(post)
    periods = sorted(posts, reverse=True)
    names = [f"{ARCHIVE}/{when}" for when in periods]
    return [
        Channel(
            kind=ChannelKind.ARCHIVE,
            name=name,
            title=f"{site.title}: {when}",
            description=f"The reviews of {when}",
            posts=tuple(posts[when]),
            listed=False,
            older=older,
            newer=newer,
        )
        for when, name, older, newer in zip(
            periods, names, [*names[1:], None], [None, *names[:-1]], strict=False
        )
    ]


def _period(moment: datetime, period: ArchivePeriod, site: Site) -> str:
    local = moment.astimezone(site.zone)
    return f"{local.year:04d}" if period is ArchivePeriod.YEAR else f"{local.year:04d}-{local.month:02d}"
