"""Mending posts: remembered first, and `undo` takes back all that one run mended, in however many posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import posts
from publisher.desk.journal import EditJournal
from publisher.watch.link_check import MENDABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.posts import Mended
    from publisher.site import Site


def mend_posts(
    site: Site,
    paths: Sequence[Path] = (),
    *,
    now: datetime | None = None,
    wanted: Callable[[Diagnostic], bool] = lambda _: True,
) -> Iterator[Mended]:
    """Apply the safe fixes of posts, as `publisher.posts.mend_posts` does.

    Raises:
        UsageError: A path does not exist or is no post.
        ConfigurationError: The site's folder of posts does not exist.
    """
    journal = EditJournal(site, "validate --fix")
    return posts.mend_posts(site, paths, now=now, wanted=wanted, recording=journal.change)


def mend_links(site: Site, paths: Sequence[Path] = (), *, now: datetime | None = None) -> Iterator[Mended]:
    """Write links in their present form, without other people's campaigns; nothing else in a post changes.

    Args:
        site: The site.
        paths: Files and folders to mend; none means all.
        now: The moment (aware).

    Raises:
        UsageError: A path does not exist or is no post.
        ConfigurationError: The site's folder of posts does not exist.
    """
    journal = EditJournal(site, "links check --write")
    return posts.mend_posts(
        site, paths, now=now, wanted=lambda fault: fault.code in MENDABLE, recording=journal.change
    )
