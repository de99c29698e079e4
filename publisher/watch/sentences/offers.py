"""From places that were understood to offers: which service is meant, and how one sees the film there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.catalogue import LinkPage, ServiceStatus, UrlVerdict
from publisher.catalogue.addresses import take_apart
from publisher.model import OfferKind
from publisher.watch.sentences.tokens import word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from publisher.catalogue import Catalogue, Service
    from publisher.watch.sentences.places import Group, Place

    Written = Callable[[Place], str]
    Address = Callable[[Place], str | None]

_STREAMED = frozenset({OfferKind.SUBSCRIPTION, OfferKind.FREE, OfferKind.ADS})
_SOLD = frozenset({OfferKind.RENT, OfferKind.BUY})
_CINEMA_PREPOSITIONS = word_set("in into to at across hit")
_PREPOSITIONS = word_set("on onto to via through over by hit from")
# Of these one is certain, the other rumoured: neither is written down.
_GONE = frozenset({ServiceStatus.CLOSED, ServiceStatus.UNKNOWN})
# Also the names of a shop, of a device, of a channel or of a person: without a verb nobody can tell what is meant.
_AMBIGUOUS = word_set(
    "amazon angel blockbuster bloodstream chili crackle hbo philo roku sooner stan vimeo xbox"
) | {
    "apple tv app",
    "google tv",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a film can be seen at one place.

    Attributes:
        also: Kinds that the same words may mean as well.
        others: Services that the same words may mean as well.
    """

    service: Service
    kind: OfferKind
    also: tuple[OfferKind, ...] = ()
    others: tuple[Service, ...] = ()
    quality: str | None = None
    url: str | None = None
    place: Place | None = None


class _Doubt(Exception):
    """What is said of one place puts its neighbours in doubt, too."""


def readings(
    group: Group, catalogue: Catalogue, day: date, written: Written, address: Address
) -> tuple[Reading, ...]:
    """Say what the places of a group are; none where their neighbours put them in doubt.

    Args:
        group: The places, with what is said of them.
        catalogue: The services.
        day: When it was written: names went from one service to another.
        written: Answers how a place is written.
        address: Answers what a place links to.
    """
    reader = _Reader(group, catalogue, day, written, address)
    try:
        found = [reading for place in group.places for reading in reader.of(place)]
    except _Doubt:
        return ()
    return _discs_as_one(_without_odd_ones(found, group))


class _Reader:
    """Reads the places of one group."""

    def __init__(
        self, group: Group, catalogue: Catalogue, day: date, written: Written, address: Address
    ) -> None:
        self._group = group
        self._catalogue = catalogue
        self._day = day
        self._written = written
        self._address = address

    def of(self, place: Place) -> Iterator[Reading]:
        """Yield how the film can be seen at a place; nothing where that cannot be told."""
        name = place.item.name
        hints = place.hints or self._group.hints
        preposition = self._group.preposition
        if name is None:
            return
        if name.cinema:
            if (preposition in _CINEMA_PREPOSITIONS or name.complete) and not hints:
                service = self._service(place, OfferKind.CINEMA, name.generic)
                yield from self._reading(place, service, [OfferKind.CINEMA])
        elif preposition not in _PREPOSITIONS and not name.complete and not self._follows_cinemas(place):
            raise _Doubt
        elif name.generic is not None:
            yield from self._generic(place, name.generic, hints)
        else:
            yield from self._named(place, hints)

    def _follows_cinemas(self, place: Place) -> bool:
        """Tell whether a preposition was that of the cinemas before: "in theaters and VOD"."""
        first = self._group.places[0].item.name
        return place is not self._group.places[0] and first is not None and first.cinema

    def _generic(self, place: Place, key: str, hints: frozenset[str]) -> Iterator[Reading]:
        service = self._catalogue.services[key]
        if self._group.preposition in {"from", "by"}:
            raise _Doubt
        if OfferKind.DISC in service.kinds:
            if hints <= {"buy"}:
                quality = place.item.name.quality if place.item.name else None
                yield Reading(service, OfferKind.DISC, quality=quality, place=place)
        elif hints & {"free", "ads", "subscription"}:
            raise _Doubt
        elif sold := [kind for kind in (OfferKind.RENT, OfferKind.BUY) if kind in hints]:
            yield from self._reading(place, service, sold)
        else:
            yield Reading(service, OfferKind.RENT, also=(OfferKind.BUY,), place=place)

    def _named(self, place: Place, hints: frozenset[str]) -> Iterator[Reading]:
        sold = [kind for kind in (OfferKind.RENT, OfferKind.BUY) if kind in hints]
        if sold:
            if hints & {"free", "ads", "subscription"}:
                raise _Doubt
            for kind in sold:
                yield from self._reading(place, self._service(place, kind), [kind])
        elif self._group.preposition == "from":
            raise _Doubt
        elif hints:
            yield from self._streamed(place, hints)
        else:
            yield from self._somehow(place)

    def _streamed(self, place: Place, hints: frozenset[str]) -> Iterator[Reading]:
        wanted = _STREAMED
        if "subscription" in hints:
            wanted = frozenset({OfferKind.SUBSCRIPTION})
        elif "ads" in hints:
            wanted = frozenset({OfferKind.ADS})
        elif "free" in hints:
            wanted = frozenset({OfferKind.FREE, OfferKind.ADS})
        # Of services that share a name, only the one to subscribe to is simply "streaming".
        deciding = wanted if wanted != _STREAMED else frozenset({OfferKind.SUBSCRIPTION})
        service = self._by_kinds(place, deciding)
        found = _choice(service, wanted) if service else None
        if found is None:
            raise _Doubt
        yield from self._reading(place, service, [found[0]], found[1])

    def _somehow(self, place: Place) -> Iterator[Reading]:
        """Read a place of which nobody said how one sees the film there."""
        if self._written(place).casefold() in _AMBIGUOUS:
            return
        service = self._catalogue.resolve(self._written(place), None).service
        if service is None:
            return
        found = _choice(service, _STREAMED)
        if found is not None:
            rest = tuple(kind for kind in (OfferKind.RENT, OfferKind.BUY) if kind in service.kinds)
            yield from self._reading(place, service, [found[0]], (*found[1], *rest))
        elif OfferKind.RENT in service.kinds and service.kinds <= _SOLD:
            also = (OfferKind.BUY,) if OfferKind.BUY in service.kinds else ()
            yield from self._reading(place, service, [OfferKind.RENT], also)

    def _service(self, place: Place, kind: OfferKind, generic: str | None = None) -> Service | None:
        if generic is not None:
            return self._catalogue.services[generic]
        service = self._catalogue.resolve(self._written(place), kind).service
        # "Rent it on Netflix" says something of Netflix that is not so.
        return service if service is not None and (not service.kinds or kind in service.kinds) else None

    def _by_kinds(self, place: Place, kinds: frozenset[OfferKind]) -> Service | None:
        """Find the service that is meant by a name, and where several share it the one that offers one of the kinds."""
        for kind in (None, *sorted(kinds)):
            service = self._catalogue.resolve(self._written(place), kind).service
            if service is not None and (kind is None or kind in service.verified_kinds):
                return service
        return None

    def _reading(
        self, place: Place, service: Service | None, kinds: list[OfferKind], also: tuple[OfferKind, ...] = ()
    ) -> Iterator[Reading]:
        if service is None or service.status in _GONE or self._had_another_name(place, service):
            return
        for kind in kinds:
            linked = self._linked(place, service, kind)
            if linked is not None:
                meant, url = linked
                others = (service,) if meant is not service else self._namesakes(place, service, kind)
                yield Reading(meant, kind, also, others, url=url, place=place)

    def _had_another_name(self, place: Place, service: Service) -> bool:
        """Tell whether the name was another service's alone when it was written, whatever one is said to do there."""
        if service.generic:
            return False
        then = self._catalogue.resolve(self._written(place), None, self._day).service
        return then is not None and then is not service

    def _namesakes(self, place: Place, service: Service, kind: OfferKind) -> tuple[Service, ...]:
        if service.generic:
            return ()
        resolution = self._catalogue.resolve(self._written(place), kind)
        return tuple(other for other in resolution.rivals if kind in other.kinds and other is not service)

    def _linked(self, place: Place, service: Service, kind: OfferKind) -> tuple[Service, str | None] | None:
        """Answer what the link of a name says: which service is meant, and the film's page there; None if it contradicts."""
        url = self._address(place)
        if url is None or service.generic:
            return service, None
        link = self._catalogue.read_link(url)
        if not link.services:
            return service, None
        if service in link.services:
            form = self._catalogue.check_url(service, link.canonical).verdict is UrlVerdict.KNOWN_FORM
            return service, link.canonical if form and link.page is LinkPage.FILM else None
        host = take_apart(url)
        if host is None or service not in self._catalogue.services_for_host(host.host):
            return None
        other = link.service
        if other is not None and link.page is LinkPage.FILM and kind in other.verified_kinds:
            return other, link.canonical
        return service, None


def _choice(service: Service, wanted: frozenset[OfferKind]) -> tuple[OfferKind, tuple[OfferKind, ...]] | None:
    """Choose the kind that is meant, and name those that may be as well; what nobody verified does not decide."""
    options = service.kinds & wanted
    certain = options if len(options) == 1 else options & service.verified_kinds
    if len(certain) != 1:
        return None
    (kind,) = certain
    return kind, tuple(sorted(options - certain))


def _without_odd_ones(found: list[Reading], group: Group) -> list[Reading]:
    """Leave out a subscription among shops: "on iTunes, Vudu and Amazon Prime" means three shops."""
    shops = any(reading.service.kinds == _SOLD and not reading.service.generic for reading in found)
    if group.hints or not shops:
        return found
    return [reading for reading in found if OfferKind.RENT not in reading.also or reading.kind in _SOLD]


def _discs_as_one(found: list[Reading]) -> tuple[Reading, ...]:
    """Make one offer of "DVD and Blu-ray"."""
    discs = [reading for reading in found if reading.kind is OfferKind.DISC and reading.service.generic]
    if len(discs) < 2 or len({disc.place.regions if disc.place else () for disc in discs}) > 1:
        return tuple(found)
    qualities = ", ".join(dict.fromkeys(reading.quality for reading in discs if reading.quality))
    one = replace(discs[0], quality=qualities or None)
    return tuple(
        one if reading is discs[0] else reading
        for reading in found
        if reading is discs[0] or reading not in discs
    )
