"""The public Python API: what the command line is made of, for everybody else too.

Nothing here reads arguments, prints or ends a process. Everything that depends on time takes `now`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from publisher.content import Entry, present
from publisher.diagnostics import Diagnostic, Severity
from publisher.errors import (
    ConfigurationError,
    EnvironmentFault,
    NotDelivered,
    PostsInvalid,
    PublisherError,
    Refused,
    UsageError,
)
from publisher.feeds import Written, live_posts
from publisher.feeds import generate as _generate
from publisher.model import Offer, Review, Visibility, visibility
from publisher.posts import Collection, Post, PostHandler, read_posts
from publisher.posts.moments import parse_moment
from publisher.release import PublishReport, PushReport, exclusive, publish, push
from publisher.site import Site, load_site
from publisher.watch import attach
from publisher.webhooks import (
    Received,
    Receiver,
    Secret,
    endpoint_secret,
    mint_secret,
    read_secret_file,
    sign,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "Collection",
    "ConfigurationError",
    "Diagnostic",
    "Entry",
    "EnvironmentFault",
    "NotDelivered",
    "Offer",
    "Post",
    "PostHandler",
    "PostsInvalid",
    "PublishReport",
    "PublisherError",
    "PushReport",
    "Received",
    "Receiver",
    "Refused",
    "Review",
    "Secret",
    "Severity",
    "Site",
    "UsageError",
    "Visibility",
    "Written",
    "attach",
    "endpoint_secret",
    "generate",
    "live_posts",
    "load_site",
    "mint_secret",
    "parse_time",
    "present",
    "publish",
    "push",
    "read_posts",
    "read_secret_file",
    "sign",
    "stale_feeds",
    "verify",
    "visibility",
]


def generate(posts: Iterable[Post], site: Site, now: datetime, *, out: Path | None = None) -> Written:
    """Write the site's feeds, while no other run is at work on the site.

    The bytes are a function of the posts, the configuration and `now`. Files appear whole or not at all; one
    whose bytes would not change is left alone.

    Raises:
        EnvironmentFault: The folder cannot be written.
        Refused: Another run is at work, or a post changed since it was read.
    """
    with exclusive(site):
        return _generate(posts, site, now, out=out)


def stale_feeds(posts: Iterable[Post], site: Site, now: datetime, *, out: Path | None = None) -> Written:
    """Compare the feeds that are there with what `generate` would write; nothing is written."""
    return _generate(posts, site, now, out=out, dry=True)


def parse_time(text: str | None, site: Site) -> datetime:
    """Read a moment as front matter does, in the site's zone unless it names one; None is the present.

    Raises:
        UsageError: It is no moment.
    """
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_moment(text, site.zone).at
    except PydanticCustomError as error:
        about = error.context or {}
        raise UsageError(f"--now: {about.get('message')}", about.get("help") or about.get("label")) from None
