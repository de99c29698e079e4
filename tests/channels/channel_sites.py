"""Posts without files, and a site whose feeds are set as a test wants them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from publisher.channels import Channel, find_channels, live_posts, retracted_reviews
from publisher.model import Author, Listing, OfferKind, Review, Terms
from publisher.posts import Post
from publisher.site import FILE_NAME, Site, load_site
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DESK, ODD = Author("desk", "The Night Desk"), Author("odd", "Odd", "https://reviews.example/odd/")
AUTHORS = {"desk": DESK, "odd": ODD}


@cache
def _plain_site() -> Site:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, FILE_NAME).write_text(CONFIGURATION, encoding="utf-8")
        return load_site(Path(folder))


def site_with(*, zone: str = "UTC", authors: Mapping[str, Author] = AUTHORS, **syndication: Any) -> Site:
    """Make a site; keywords are those of `Syndication`."""
    site = _plain_site()
    return replace(
        site,
        zone=ZoneInfo(zone),
        authors=authors,
        syndication=replace(site.syndication, **syndication),
    )


def post(number: int, date: datetime | str | None = None, **fields: Any) -> Post:
    """Make a live post; the higher its number the newer, unless its date says otherwise. Keywords are a review's."""
    if isinstance(date, str):
        date = datetime.fromisoformat(date)
    about = {
        "authors": (DESK,),
        "language": "en",
        "slug": f"film-{number}",
        "title": f"Film {number}",
        **fields,
    }
    review = Review(
        id=f"00000000-0000-4000-8000-{number:012}", date=date or NOW - timedelta(days=99 - number), **about
    )
    return Post(review, Path(f"posts/film-{number}.md"), f"posts/film-{number}.md", 0, b"")


def offer(service: str = "Netflix", kind: OfferKind = OfferKind.SUBSCRIPTION, **terms: Any) -> Listing:
    """Say where a film can be seen."""
    return Listing(service=service, terms=Terms(kind=kind, **{"region": "US", **terms}))


def channels(
    posts: Iterable[Post],
    site: Site,
    now: datetime = NOW,
    kept: Iterable[Channel] | Mapping[str, str | None] = (),
) -> dict[str, Channel]:
    """Find the feeds of a site by their names; `kept` are those that were there before, or what a manifest says."""
    posts = list(posts)
    before = kept if isinstance(kept, Mapping) else {channel.name: channel.tag for channel in kept}
    found = find_channels(live_posts(posts, now), retracted_reviews(posts, now), site, now, before)
    assert len({channel.name for channel in found}) == len(found)
    return {channel.name: channel for channel in found}


def numbers(channel: Channel) -> list[int]:
    """Name the posts of a feed, in its order."""
    return [int(post.review.id[-12:]) for post in channel.posts]
