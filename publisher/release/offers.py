"""Where to watch, as partners were last told of it: what is remembered of a review's offers, and when they are others."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from publisher.content import offer_fields
from publisher.watch import attach
from publisher.watch.sources import passed_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.model import Review
    from publisher.site import Site

#: Where a snapshot holds them; one that an earlier version of the program took has none.
OFFERS = "offers"
# What makes an offer another one. When it was looked up, by whom, and what its service is called today does not.
_COMPARED = (
    "service",
    "kind",
    "region",
    "href",
    "price",
    "currency",
    "quality",
    "via",
    "exclusive",
    "from",
    "until",
)


def remembered_offers(review: Review, site: Site, now: datetime) -> list[dict[str, str]]:
    """Return what is remembered of the offers that partners get, whatever their dates; a closed service has none."""
    offers = passed_on(attach(review, site), site)
    fields = [offer_fields(offer, now) for offer in offers if not offer.closed]
    return [{key: one[key] for key in _COMPARED if key in one} for one in fields]


def told_offers(snapshot: Mapping[str, Any], now: datetime) -> tuple[Mapping[str, str], ...] | None:
    """Return the offers of a snapshot that are not over at `now` (aware); None where nobody remembers any."""
    offers = snapshot.get(OFFERS)
    if not isinstance(offers, list):
        return None
    return tuple(one for one in offers if isinstance(one, dict) and not _is_over(one, now))


def same_offers(one: Iterable[Mapping[str, str]], other: Iterable[Mapping[str, str]]) -> bool:
    """Tell whether two lists hold the same offers; their order and repeats say nothing."""
    return _as_set(one) == _as_set(other)


def _as_set(offers: Iterable[Mapping[str, str]]) -> set[frozenset[tuple[str, str]]]:
    return {frozenset((key, _comparable(key, value)) for key, value in offer.items()) for offer in offers}


def _comparable(key: str, value: object) -> str:
    """Write a value as it is compared: prices as numbers, 3.990 being 3.99."""
    written = str(value)
    if key != "price":
        return written
    try:
        return str(Decimal(written).normalize())
    except ArithmeticError:  # not what was written
        return written


def _is_over(offer: Mapping[str, str], now: datetime) -> bool:
    until = offer.get("until")
    try:
        return until is not None and datetime.fromisoformat(until) <= now
    except (TypeError, ValueError):  # not what was written
        return False
