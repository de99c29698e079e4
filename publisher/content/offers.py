"""Where a film can be watched, in words: the list that readers see, and one line for each offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from html import escape
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from publisher.model import LinkOrigin, OfferKind, OfferStatus
from publisher.watch.sources import attributions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.model import Offer, Terms
    from publisher.site import Site

KIND_WORDS = {
    OfferKind.RENT: "Rent",
    OfferKind.BUY: "Buy",
    OfferKind.SUBSCRIPTION: "Stream",
    OfferKind.FREE: "Free",
    OfferKind.ADS: "Free with ads",
    OfferKind.CINEMA: "In cinemas",
    OfferKind.DISC: "On disc",
}
# HTML standard, 4.6.6: `sponsored` is paid for; `nofollow`, because not every search engine knows that word.
_PAID = ' rel="sponsored nofollow"'
_SAID_BY_KIND = {OfferKind.CINEMA, OfferKind.DISC}


@dataclass(frozen=True, slots=True)
class WhereToWatch:
    """Where a film can be watched, as safe HTML.

    Attributes:
        lines: What stands in each point of the list: one for each kind of offer and the countries it holds in.
        notes: What has to be said below it, for the links that are shown and for those who found them.
    """

    lines: tuple[str, ...]
    notes: tuple[str, ...]


class _Shown(NamedTuple):
    """A service as a line of the list shows it, whatever the country and the price.

    Attributes:
        name: Safe HTML, with the link if there is one.
        before: What is said of it before its prices, `after` what is said after them; safe HTML.
        silent: Whether the kind says it all: "On disc: physical disc" would say it twice.
    """

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    silent: bool


#: A service with its prices; each is a quality, a price, or both.
_Item: TypeAlias = "tuple[_Shown, tuple[str, ...]]"


def offer_title(offer: Offer, now: datetime) -> str:
    """Name an offer in one line: "Rent: Fandango at Home (US)".

    A link that is only a search is called one, one that is paid for is called that, and an offer that is still to come
    has its date.

    Args:
        offer: The offer.
        now: The moment; aware, in the zone that days are told in.
    """
    terms = offer.terms
    words = KIND_WORDS[terms.kind]
    parts = [words if _is_silent(offer) else f"{words}: {offer.name}"]
    if terms.region:
        parts[0] += f" ({terms.region})"
    if offer.status(now) is OfferStatus.UPCOMING and terms.starts is not None:
        parts.append(f"from {terms.starts.astimezone(now.tzinfo):%Y-%m-%d}")
    return ", ".join([*parts, *_about_link(offer)])


def where_to_watch(offers: Sequence[Offer], site: Site, now: datetime) -> WhereToWatch:
    """Word offers for readers, grouped by kind in the site's order.

    Args:
        offers: Those that hold at `now`, or will, in the editor's order.
        site: The site.
        now: The moment; aware.
    """
    if not offers:
        return WhereToWatch((), ())
    kinds: dict[OfferKind, list[Offer]] = {}
    for offer in offers:
        kinds.setdefault(offer.terms.kind, []).append(offer)
    lines = [
        line for kind in site.watch.order if kind in kinds for line in _lines(kind, kinds[kind], site, now)
    ]
    return WhereToWatch(tuple(lines), tuple(_notes(offers, site)))


def disclosure(offers: Iterable[Offer], site: Site) -> str | None:
    """Return what readers have to be told of paid links among some offers; None where there is none."""
    return site.watch.disclosure if any(offer.sponsored for offer in offers) else None


def _notes(offers: Sequence[Offer], site: Site) -> Iterable[str]:
    told = disclosure(offers, site)
    if told is not None:
        yield escape(told)
    for source in attributions(offers):
        yield f'<a href="{escape(source.url)}">{escape(source.text)}</a>'


def _lines(kind: OfferKind, offers: Iterable[Offer], site: Site, now: datetime) -> Iterable[str]:
    """Yield the lines of one kind: what differs in nothing but the price, then the country, is said once."""
    priced: dict[tuple[_Shown, str], dict[str, None]] = {}
    for offer in offers:
        prices = priced.setdefault((_shown(offer, site, now), offer.terms.region or ""), {})
        if price := _price(offer.terms):
            prices[price] = None
    regions: dict[tuple[_Item, bool], dict[str, None]] = {}
    for (shown, region), found in priced.items():
        regions.setdefault(((shown, tuple(found)), bool(region)), {})[region] = None
    lines: dict[tuple[str, ...], list[_Item]] = {}
    for (item, _), codes in regions.items():
        lines.setdefault(tuple(sorted(codes)), []).append(item)
    for countries, items in lines.items():
        line = _line(KIND_WORDS[kind], items)
        yield f"{line} · {escape(', '.join(countries))}" if countries != ("",) else line


def _line(words: str, items: Sequence[_Item]) -> str:
    """Say how and where: "Rent: Fandango at Home (formerly Vudu, 3.99 USD), Apple TV Store"."""
    if len(items) == 1 and items[0][0].silent:
        return words + _details(items[0])
    return f"{words}: " + ", ".join([item[0].name + _details(item) for item in items])


def _details(item: _Item) -> str:
    shown, prices = item
    details = ", ".join((*shown.before, *prices, *shown.after))
    return f" ({details})" if details else ""


def _shown(offer: Offer, site: Site, now: datetime) -> _Shown:
    terms, name = offer.terms, escape(offer.name)
    if offer.url:
        name = f'<a href="{escape(offer.url)}"{_PAID if offer.sponsored else ""}>{name}</a>'
    before = []
    if offer.former:
        before.append(f"formerly {escape(offer.former)}")
    if terms.via:
        before.append(f"via {escape(terms.via)}")
    after = []
    if terms.exclusive:
        after.append("nowhere else")
    if terms.starts is not None and terms.starts > now:
        after.append(f"from {terms.starts.astimezone(site.zone):%Y-%m-%d}")
    if terms.ends is not None:
        after.append(f"until {_last_day(terms.ends, site)}")
    return _Shown(name, tuple(before), (*after, *_about_link(offer)), _is_silent(offer))


def _about_link(offer: Offer) -> tuple[str, ...]:
    """Say what a reader has to know before following the link."""
    search = ("search",) if offer.link is LinkOrigin.SEARCH else ()
    return (*search, "sponsored") if offer.sponsored else search


def _is_silent(offer: Offer) -> bool:
    return offer.generic and offer.url is None and offer.terms.kind in _SAID_BY_KIND


def _price(terms: Terms) -> str:
    """Say quality and price as safe HTML, whichever are known: "4k 3.99 USD"."""
    if terms.price is None:
        return escape(terms.quality) if terms.quality else ""
    price = escape(str(terms.price))
    return f"{escape(terms.quality)} {price}" if terms.quality else price


def _last_day(ends: datetime, site: Site) -> str:
    """Name the last day on which an offer holds; `ends` is the first moment it no longer does.

    Where clocks change at midnight a day may begin at one o'clock: the moment before tells whether it is over.
    """
    local = ends.astimezone(site.zone)
    before = (ends.astimezone(UTC) - timedelta(seconds=1)).astimezone(site.zone)
    return f"{before:%Y-%m-%d}" if before.date() < local.date() else f"{local:%Y-%m-%d %H:%M %Z}"
