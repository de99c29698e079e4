"""A review's whole life as events, made as a push makes them, and a validator that lets nothing unknown through."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

from publisher import event_schema
from publisher.content import present
from publisher.ledger import Announced, Event
from publisher.model import EventType
from publisher.posts import read_posts
from publisher.release.changes import Change, find_changes
from publisher.site import FILE_NAME, load_site
from publisher.webhooks import ping_event, retraction_event, review_event
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.site import Site

NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
DAY = timedelta(days=1)
#: An endpoint that wants the whole text, so that events have it.
FULL = '[[webhooks.endpoints]]\nname = "whole"\nurl = "https://partner.example/hook"\ncontent = "full"\n'

FIRST = """\
---
id: 250febf1-839a-47d3-a3f7-f1e380ee3987
title: "Nosferatu: the guest who brings his own earth"
slug: nosferatu
date: 2022-10-31T09:00-05:00
summary: A clerk sells a house to a client who sleeps in a box, and a town learns what a bargain costs.
tags: [vampires, silent-film]
film:
  title: Nosferatu
  original_title: Nosferatu, eine Symphonie des Grauens
  year: 1921
  directors: [F. W. Murnau]
  countries: [DE]
  ids: {imdb: tt0013442, tmdb: 653, wikidata: Q151895}
rating: 5
image: {src: 'https://reviews.example/images/nosferatu.png', alt: "A shadow on a wall, its fingers spread"}
watch:
  - {service: Vudu, kind: rent, region: US}
---

The [shadow](/shadows/) goes up the stairs by itself.
"""
_CORRECTED = FIRST.replace("year: 1921", "year: 1922").replace(
    "summary:", "updated: 2026-11-23\ncorrection: It was shot in 1921, and shown in 1922.\nsummary:"
)
_MOVED = _CORRECTED.replace("slug: nosferatu", "slug: nosferatu-1922\nprevious: [/reviews/nosferatu/]")
_ELSEWHERE = _MOVED.replace(
    "{service: Vudu, kind: rent, region: US}",
    "{service: Shudder, kind: subscription, region: US, from: 2026-12-01, until: 2027-01-01}",
)
_GONE = _ELSEWHERE.replace(
    "slug:", "status: retracted\nretracted: 2026-11-26\nreason: The quotes were invented.\nslug:"
)
#: What the post says on five days that follow each other.
LIFE = (FIRST, _CORRECTED, _MOVED, _ELSEWHERE, _GONE)


def site_in(folder: Path, text: str, more: str = FULL) -> Site:
    """Write a site with one post."""
    (folder / FILE_NAME).write_text(f"{CONFIGURATION}\n{more}", encoding="utf-8")
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "posts" / "nosferatu.md").write_text(text, encoding="utf-8")
    return load_site(folder)


def life(folder: Path, *, more: str = FULL) -> dict[EventType, Event]:
    """Make an event of every type: what a push tells of one review on five days, and a ping."""
    known: dict[str, Announced] = {}
    events: dict[EventType, Event] = {}
    for day, text in enumerate(LIFE):
        site = site_in(folder, text, more)
        now = NOW + day * DAY
        (change,) = find_changes(read_posts(site).require_valid().posts, known, site, now)
        events[change.type] = event_of(change, site, now)
        live = change.type is not EventType.RETRACTED
        known = {change.review_id: Announced(change.review_id, change.sequence, live, change.snapshot)}
    events[EventType.PING] = ping_event(NOW + len(LIFE) * DAY)
    return events


def event_of(change: Change, site: Site, now: datetime) -> Event:
    """Make the event of a change."""
    if change.post is None:
        assert change.reason is not None
        assert change.at is not None
        about = (change.review_id, change.url, change.sequence, now)
        return retraction_event(change.type, *about, reason=change.reason, at=change.at)
    return review_event(
        change.type,
        present(change.post, site, now),
        change.sequence,
        site,
        now,
        changed=change.changed,
        offers_before=change.offers_before,
        url_before=change.url_before,
    )


def bodies(events: dict[EventType, Event]) -> dict[str, bytes]:
    """Name every body there is: by its type, and where it has the whole text, by that, too."""
    named = {str(kind): event.body for kind, event in events.items()}
    return named | {f"{kind} full": event.full for kind, event in events.items() if event.full is not None}


def read(body: bytes) -> Any:
    """Read a body as a strict reader does: UTF-8 without a mark, no key twice, nothing that JSON has no number for."""
    assert not body.startswith(b"\xef\xbb\xbf")
    return json.loads(body.decode("utf-8", "strict"), object_pairs_hook=_once, parse_constant=_no_number)


def faults(body: bytes, *, closed: bool = True) -> list[str]:
    """Say what the schemas have against a body; closed, they take no field that they don't know."""
    event = read(body)
    kinds = (event["type"], None) if event["type"] in list(EventType) else (None,)
    return sorted(
        f"{error.json_path}: {error.message}"
        for kind in kinds
        for error in _validator(kind, closed).iter_errors(event)
    )


@cache
def _validator(kind: str | None, closed: bool) -> Draft202012Validator:  # noqa: FBT001 - a key of the cache
    schema = event_schema(kind)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(_closed(schema) if closed else schema, format_checker=_FORMATS)


def _closed(schema: Any) -> Any:
    """Return a schema whose objects have no other fields than those it lists."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    known = {key: _closed(value) for key, value in schema.items()}
    if known.get("type") == "object" and "properties" in known:
        known.setdefault("additionalProperties", False)
    return known


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    assert len(fields) == len(pairs), pairs
    return fields


def _no_number(written: str) -> None:
    raise AssertionError(f"{written} is no JSON")


# RFC 3339, section 5.6.
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
# RFC 3986: what an address is made of; and here it leads to a host.
_URI = re.compile(r"https?://[^/?#\s]+(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", ValueError)
def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return _DATE_TIME.fullmatch(value) is not None and datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uri")
def _is_address(value: object) -> bool:
    return not isinstance(value, str) or (value.isascii() and _URI.fullmatch(value) is not None)
