"""`index.html`: the page to subscribe from, with every feed and the newest reviews, in one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.channels import ChannelKind
from publisher.content import rating_symbols, where_to_watch
from publisher.pages.assets import asset, policy_hash, templates
from publisher.pages.groups import FORMAT, group, short_title
from publisher.pages.http_headers import SUBSCRIBE_PAGE
from publisher.pages.nearby import nearby, origin
from publisher.pages.readers import subscribe_links
from publisher.pages.structured_data import structured_data
from publisher.site import FEED_LABELS, FEED_NAMES, FEED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.channels import Channel
    from publisher.content import Entry, Picture, WhereToWatch
    from publisher.site import Site

# `strftime` would ask the process's locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Address:
    """A feed in one format: what the format is called, its media type, its address, and the way there from here."""

    label: str
    type: str
    url: str
    near: str


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed as the page shows it; `readers` are pairs of a reader's name and the link that subscribes there."""

    title: str
    short: str
    addresses: tuple[_Address, ...]
    readers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Card:
    """One of the newest reviews as the page shows it.

    Attributes:
        entry: The review.
        near: The way to it from here.
        day: When it was published, in words; `moment` for programs.
        rating: In words, with `symbols` for the eye.
        picture: Only where it is the site's own; `image` is the way to it from here.
        watch: Where to watch, as safe HTML.
    """

    entry: Entry
    near: str
    day: str
    moment: str
    rating: str | None
    symbols: str
    picture: Picture | None
    image: str | None
    watch: WhereToWatch


def subscribe_page(channels: Iterable[Channel], newest: Sequence[Entry], site: Site, now: datetime) -> bytes:
    """Make the page.

    Args:
        channels: All feeds of the site; those that are listed are shown.
        newest: The reviews to show, the newest first.
        site: The site.
        now: The moment that decides which offers are still to come; aware.
    """
    style, script = asset("page.css"), asset("page.js")
    groups = [
        (heading, [_feed(channel, site) for channel in members]) for heading, members in group(channels)
    ]
    page = (
        templates()
        .get_template(SUBSCRIBE_PAGE)
        .render(
            site=site,
            # The page's own words are English; those of the site and of its reviews may not be.
            own_language=site.language if site.language.partition("-")[0] == "en" else "en",
            main=groups[0][1][0],
            groups=groups[1:],
            feeds=[feed for _, members in groups for feed in members],
            cards=[_card(entry, site, now) for entry in newest],
            home=nearby(site.base_url, site),
            policy=_policy(site, style, script),
            style=style,
            script=script,
            structured_data=structured_data(newest, site),
        )
    )
    return page.encode()


def _feed(channel: Channel, site: Site) -> _Feed:
    addresses = []
    for form in FEED_NAMES:
        url = site.published(channel.file(form))
        addresses.append(_Address(FEED_LABELS[form], FEED_TYPES[form], url, nearby(url, site)))
    short = "All reviews" if channel.kind is ChannelKind.MAIN else short_title(channel, site)
    links = subscribe_links(site.published(channel.file(FORMAT)))
    return _Feed(channel.title, short, tuple(addresses), links)


def _card(entry: Entry, site: Site, now: datetime) -> _Card:
    review = entry.review
    local = review.date.astimezone(site.zone)
    picture = entry.picture if entry.picture and origin(entry.picture.url) in _origins(site) else None
    return _Card(
        entry=entry,
        near=nearby(entry.url, site),
        day=f"{local.day} {_MONTHS[local.month - 1]} {local.year}",
        moment=local.isoformat(),
        rating=site.scale.describe(review.rating) if review.rating is not None else None,
        symbols=rating_symbols(review.rating, site.scale) if review.rating is not None else "",
        picture=picture,
        image=nearby(picture.url, site) if picture else None,
        watch=where_to_watch(entry.offers, site, now),
    )


def _origins(site: Site) -> list[str]:
    """List where the site's own pictures may lie; from elsewhere, the page shows nothing: opening it tells nobody."""
    urls = [site.syndication.url, site.base_url, *([site.images.url] if site.images else [])]
    return list(dict.fromkeys(map(origin, urls)))


def _policy(site: Site, style: str, script: str) -> str:
    """Allow the page its own style and script and the site's pictures, and nothing else (CSP level 3)."""
    return "; ".join(
        [
            "default-src 'none'",
            f"img-src 'self' {' '.join(_origins(site))}",
            f"style-src {policy_hash(style)}",
            f"script-src {policy_hash(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
