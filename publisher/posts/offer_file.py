"""A file of offers, as it lies beside a post: what it says, or everything that is wrong with it.

Most files have nothing wrong with them, and a site has thousands: they are read the quick way, which hands over to the
closer look wherever there may be something to say.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import orjson
from pydantic import BeforeValidator, ValidationError

from publisher.catalogue import Decision, LinkPage
from publisher.diagnostics import Report, Source, Span
from publisher.posts import tree
from publisher.posts.front_matter import Block, Context, Flag, Id, WatchBlock
from publisher.posts.listings import listing_of
from publisher.posts.offer_links import check_link, fits_region
from publisher.posts.offer_list import OfferList
from publisher.posts.offer_sources import kept_until, require_source
from publisher.posts.offers import check_list, check_offer
from publisher.site.watching import SOURCES
from publisher.values.characters import FORBIDDEN, may_hold_forbidden, name_of, quote
from publisher.values.checkers import fault, whole
from publisher.values.faults import report_faults
from publisher.values.urls import URL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from publisher.catalogue import Service
    from publisher.model import Listing, Terms
    from publisher.site import Site

FORMAT = 1
#: Offers of a film: in fifty countries, twenty in each.
MOST_OFFERS = 1000
# Bytes: a thousand offers, each with an address of some length.
_SIZE_LIMIT = 1024 * 1024
_ANEW = "delete the file: `publisher attach --write` then writes it anew"
_HELP = f"{_ANEW}; after a merge, keep the lines of one side"
_ROOT = "offers"
_KEYS = {"format_version", "id", _ROOT}
_TYPES = {str, bool}
# What almost every address looks like, and nothing has to be said or changed of.
_PLAIN_ADDRESS = re.compile(
    r"https://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+/[A-Za-z0-9/._~%?&=+:,;!$'()*#-]*"
)
_SPACE_BEFORE_COLON = re.compile(rb'"[ \t\r\n]+:')

#: Offers of which there is nothing to say, and their services, by what is written beside the address: most are those of
#: many films.
Known: TypeAlias = "dict[tuple[tuple[str, str], ...], tuple[Listing, Service]]"


def _flag_of_json(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


class _Offer(WatchBlock):
    """An offer as it lies beside a post."""

    exclusive: Annotated[Flag, BeforeValidator(_flag_of_json)] = False


def _offers(value: object) -> object:
    if isinstance(value, list) and len(value) > MOST_OFFERS:
        raise fault("offer-file", f"the file has {len(value):,} offers; at most {MOST_OFFERS:,} are taken")
    return value


class _File(Block):
    """All of a file."""

    format_version: Annotated[int, BeforeValidator(whole)] = FORMAT
    id: Id
    offers: Annotated[tuple[_Offer, ...], BeforeValidator(_offers)] = ()


def read_offers(
    data: bytes,
    id: str,
    report: Report,
    site: Site,
    now: datetime | None,
    *,
    day: date | None,
    known: Known,
) -> tuple[Listing, ...]:
    """Read the offers of a file; what is wrong goes to the report.

    An offer whose link leads elsewhere than to its service, or may have somebody else's campaign in it, is returned without
    the link: nobody looked at it before it came here, and the service's own search stands in.

    Args:
        data: What the file holds.
        id: The one of the review it is named by.
        report: Of the file.
        site: The site.
        now: The moment for rules that depend on it (aware); None leaves them out.
        day: The review's: names of services are those of its time.
        known: Offers that were read before; those without faults are added.
    """
    values = _parsed(data, report)
    if values is None:
        return ()
    quick = _quickly(values, id, site, now, day, known)
    return _closely(values, id, report, site, now, day) if quick is None else quick


def _closely(
    values: dict[str, Any], id: str, report: Report, site: Site, now: datetime | None, day: date | None
) -> tuple[Listing, ...]:
    locator = tree.TreeLocator(lambda: _tree(report.source), Span.at(0), report)
    try:
        found = _File.model_validate(values, context=Context(site.zone, site.scale, site.authors))
    except ValidationError as error:
        report_faults(error, _File, report, locator)
        return ()
    if found.format_version != FORMAT:
        report.add(
            "offer-file",
            locator.value(("format_version",)),
            f"format {found.format_version} is not one that this version of the program reads",
            help=f"bring the program up to date, or {_ANEW}",
        )
        return ()
    if found.id != id:
        report.add(
            "offer-file",
            locator.value(("id",)),
            "the id is not the one that the file is named by",
            help=_HELP,
        )
    offers = _listed(found.offers, site, report, now, day, locator)
    for number in range(len(found.offers)):
        _require_keys(offers, number)
        require_source(offers, number)
    astray = check_list(offers, range(len(found.offers)))
    listings = [listing_of(offer, site) for offer in found.offers]
    return tuple(
        replace(listing, url=None) if number in astray else listing for number, listing in enumerate(listings)
    )


def _listed(
    items: Sequence[WatchBlock],
    site: Site,
    report: Report,
    now: datetime | None,
    day: date | None,
    locator: tree.TreeLocator | None = None,
) -> OfferList:
    return OfferList(
        items=items,
        root=(_ROOT,),
        site=site,
        report=report,
        locator=locator,
        day=day,
        now=now,
        by_editor=False,
    )


def _quickly(
    values: dict[str, Any], id: str, site: Site, now: datetime | None, day: date | None, known: Known
) -> tuple[Listing, ...] | None:
    """Return the offers of a file about which there is nothing to say; None where only a closer look can tell.

    An answer is always the one that the closer look gives.
    """
    offers = values[_ROOT]
    if values.keys() != _KEYS or (values["format_version"], values["id"]) != (FORMAT, id):
        return None
    if not isinstance(offers, list) or len(offers) > MOST_OFFERS:
        return None
    report = Report(Source("", ""), site.severities)
    nobody = _listed((), site, report, now, day)
    listings = []
    for offer in offers:
        if not isinstance(offer, dict):
            return None
        address = offer.pop("url", None)
        found = _alone(offer, site, day, known)
        if address is not None:
            offer["url"] = address
        if found is None:
            return None
        listing, service = found
        if now is not None and _is_of_another_time(listing.terms, now):
            return None
        if address is not None:
            if not _is_plain(address, service, listing.terms.region or site.watch.region, nobody):
                return None
            listing = replace(listing, url=address)
        listings.append(listing)
    return tuple(listings)


def _is_of_another_time(terms: Terms, now: datetime) -> bool:
    """Tell whether there is something to say of when an offer holds, or was looked up."""
    over = [terms.ends, kept_until(terms.source, terms.checked)]
    ahead = terms.checked is not None and terms.checked > now
    return ahead or any(end is not None and end <= now for end in over)


def _is_plain(address: object, service: Service, region: str | None, offers: OfferList) -> bool:
    """Tell whether there is nothing to say of the address of an offer in a region."""
    if not (isinstance(address, str) and len(address) <= URL_LIMIT and _PLAIN_ADDRESS.fullmatch(address)):
        return False
    read = offers.site.catalogue.read_link(address)
    # Of a search, the other offers of the film decide what is said.
    return (
        read.page is not LinkPage.SEARCH
        and fits_region(read, region)
        and check_link(offers, 0, read, service)
        and not offers.report.diagnostics
    )


def _alone(
    offer: dict[str, Any], site: Site, day: date | None, known: Known
) -> tuple[Listing, Service] | None:
    """Return an offer without an address, and its service; None where there may be something to say about it."""
    if not _TYPES.issuperset(map(type, offer.values())):  # 1 would pass for true
        return None
    written = tuple(offer.items())
    try:
        if (found := known.get(written)) is not None:
            return found
        read = _Offer.model_validate(offer, context=Context(site.zone, site.scale, site.authors))
    except ValidationError:
        return None
    if not (read.service and read.kind and read.source in SOURCES and read.checked):
        return None
    if site.catalogue.resolve(read.service, read.kind, day).decision is Decision.DAY:
        return None  # another film's day may decide otherwise
    report = Report(Source("", ""), site.severities)
    service = check_offer(_listed((read,), site, report, None, day), 0)
    if service is None or report.diagnostics:
        return None
    known[written] = found = listing_of(read, site), service
    return found


def _parsed(data: bytes, report: Report) -> dict[str, Any] | None:
    """Parse a file; None where it is no JSON object that anything can carry, which is then reported."""
    if len(data) > _SIZE_LIMIT:
        report.add(
            "offer-file", None, f"the file is larger than {_SIZE_LIMIT // 1024 // 1024} MiB", help=_HELP
        )
        return None
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        report.add(
            "offer-file",
            Span.at(error.pos),
            f"the file is not JSON: {error.msg.partition(': line')[0]}",
            help=_HELP,
        )
        return None
    if not isinstance(values, dict) or not values.keys() >= _KEYS:
        report.add("offer-file", None, "the file has no `format_version`, `id` and `offers`", help=_HELP)
        return None
    if b"\\u" in data or may_hold_forbidden(report.source.text):
        for text in _texts(values):
            if match := FORBIDDEN.search(text):
                report.add(
                    "forbidden-character",
                    None,
                    f"a value holds {name_of(match.group())}; no feed can carry it",
                    help=_ANEW,
                )
                return None
    if _may_repeat_keys(data, values) and (repeated := _repeated_key(data)) is not None:
        _report_repeated(repeated, report)
        return None
    return values


def _may_repeat_keys(data: bytes, values: dict[str, Any]) -> bool:
    """Tell whether a key may stand twice in one group: no for every file that was written here.

    The parser keeps the last of those that repeat, so that there are fewer keys than ends of keys.
    """
    offers = values[_ROOT]
    kept = len(values) + (
        sum(len(offer) for offer in offers if isinstance(offer, dict)) if isinstance(offers, list) else 0
    )
    return data.count(b'":') != kept or _SPACE_BEFORE_COLON.search(data) is not None


def _repeated_key(data: bytes) -> str | None:
    """Return a key that stands twice in one group of a file that is JSON."""
    repeated: list[str] = []

    def group(pairs: list[tuple[str, object]]) -> None:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            repeated.append(next(key for key in keys if keys.count(key) > 1))

    try:
        json.loads(data, object_pairs_hook=group, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):  # nested deeper than any offer is, which the closer look refuses
        return None
    return repeated[0] if repeated else None


def _report_repeated(key: str, report: Report) -> None:
    found = Report(report.source)
    tree.build(report.source.text, 0, found)
    repeated = [one for one in found.diagnostics if one.code == "duplicate-key"]
    report.diagnostics += repeated
    if not repeated:  # the key is written in a way that YAML reads as another
        report.add("duplicate-key", None, f"{quote(key)} stands twice in one group", help=_HELP)


def _texts(value: object) -> Iterator[str]:
    """Yield the keys and values in what JSON holds; how deep it may be nested, its parser sees to."""
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
        elif isinstance(top, dict):
            stack += [*top, *top.values()]
        elif isinstance(top, list):
            stack += top


def _require_keys(offers: OfferList, number: int) -> None:
    for key in ("service", "kind", "source", "checked"):
        if getattr(offers.items[number], key) is None and offers.locator is not None:
            place = offers.locator.key((*offers.root, number))
            offers.report.add("missing-key", place, f"`{key}` is missing; it is required here", help=_HELP)


def _tree(source: Source) -> tree.Node | None:
    """Find out where everything stands: JSON is YAML, too, but for a few escapes; nothing is said of those."""
    return tree.build(source.text, 0, Report(source))[0]
