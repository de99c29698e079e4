"""A review and its site, for tests of what its sentences propose; and the rows of golden data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml

from publisher.model import Film, Review
from publisher.site import FILE_NAME, Site, load_site
from publisher.watch.sentences import Proposal, propose
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
Offer = tuple[tuple[str, str], ...]
_KEYS = (
    "service",
    "kind",
    "region",
    "from",
    "until",
    "quality",
    "exclusive",
    "also",
    "others",
    "url",
    "when",
)


@cache
def site(region: str = "US") -> Site:
    """Load a site of a country, in the zone of Chicago."""
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE_NAME).write_text(CONFIGURATION, encoding="utf-8")
        (Path(folder) / "posts").mkdir()
        loaded = load_site(Path(folder))
    return replace(loaded, watch=replace(loaded.watch, region=region))


def review(
    film: str | None = "Karmalink",
    day: date = date(2022, 7, 10),
    *,
    year: int | None = None,
    language: str = "en",
    director: str | None = None,
) -> Review:
    """Make a review of a film, posted at noon of a day in Chicago."""
    return Review(
        id="1",
        slug="x",
        title="A review",
        date=datetime.combine(day, time(12), tzinfo=site().zone),
        language=language,
        film=Film(title=film, year=year, ids={}, directors=(director,) if director else ()) if film else None,
    )


def proposed(text: str, subject: Review, where: Site, now: datetime | None = None) -> tuple[Proposal, ...]:
    """Read a review's text at a moment; without one, when it was posted."""
    return propose(text, subject, where, now or subject.date)


@dataclass(frozen=True)
class Row:
    """A text, and the offers that are expected of it; `missed` where it is known that it is not understood."""

    text: str
    missed: bool
    expected: frozenset[Offer]
    proposals: tuple[Proposal, ...]
    found: frozenset[Offer]


def rows(name: str) -> Sequence[Row]:
    """Read rows of golden data, and what is proposed for each."""
    return [_row(row) for row in yaml.safe_load((HERE / name).read_text(encoding="utf-8"))]


def measure(read: Sequence[Row]) -> tuple[float, float, str]:
    """Return precision, recall, and both in words."""
    right = sum(len(row.found & row.expected) for row in read)
    proposed = sum(len(row.found) for row in read)
    there = sum(len(row.expected) for row in read)
    precision, recall = right / proposed, right / there
    said = f"precision {precision:.3f} ({right} of {proposed}), recall {recall:.3f} ({right} of {there}), {len(read)} texts"
    return precision, recall, said


def offer(proposal: Proposal, where: Site) -> dict[str, Any]:
    """Write a proposal as the golden data does."""
    terms = proposal.listing.terms
    said = {
        "service": proposal.listing.service,
        "kind": str(terms.kind),
        "region": terms.region,
        "from": terms.starts.astimezone(where.zone).date() if terms.starts else None,
        # The first moment it no longer holds is the beginning of the next day.
        "until": (terms.ends - timedelta(hours=1)).astimezone(where.zone).date() if terms.ends else None,
        "quality": terms.quality,
        "exclusive": terms.exclusive or None,
        "also": sorted(map(str, proposal.also)) or None,
        "others": list(proposal.others) or None,
        "url": proposal.listing.url,
        "when": proposal.when,
    }
    return {key: value for key, value in said.items() if value is not None}


def _row(row: dict[str, Any]) -> Row:
    region = row.get("region", "US")
    subject = review(
        row.get("film", "Karmalink"),
        row.get("date", date(2022, 7, 10)),
        year=row.get("year"),
        language=row.get("language", "en"),
        director=row.get("director"),
    )
    now = datetime.combine(row["now"], time(12), tzinfo=site().zone) if "now" in row else None
    proposals = proposed(row["text"], subject, site(region), now)
    return Row(
        row["text"],
        row.get("missed", False),
        frozenset(map(_frozen, row["expected"])),
        proposals,
        frozenset(_frozen(offer(proposal, site(region))) for proposal in proposals),
    )


def _frozen(one: dict[str, Any]) -> Offer:
    assert set(one) <= set(_KEYS), one
    return tuple(
        (key, str(sorted(one[key]) if isinstance(one[key], list) else one[key]))
        for key in _KEYS
        if key in one
    )
