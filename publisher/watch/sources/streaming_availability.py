"""Streaming Availability by Movie of the Night, version 4 of its API: offers with links into the services.

Shapes and ids are those of its OpenAPI description, version 4.1.0, in github.com/movieofthenight/streaming-availability-api.
Its terms (TERMS.md there): commercial use is allowed; who shows the data says where it comes from and links to it; what was
retrieved may be kept; it is for the site's own readers, and not to be passed on to other businesses.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from publisher.catalogue import LinkPage, UrlVerdict
from publisher.model import Listing, OfferKind, Price, Terms
from publisher.watch.identity import Contradiction, Identified, Undecided, identify
from publisher.watch.sources.channels import own_service, sold_by
from publisher.watch.sources.source import (
    Access,
    AnotherFilm,
    Attribution,
    Candidate,
    Found,
    SourceFault,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.catalogue import Catalogue, Service
    from publisher.model import Film
    from publisher.watch.sources.wire import Answer, Wire

#: The source says of itself that it looks at the services once a day.
OFFERS_KEPT = timedelta(days=1)
#: Which film a title is changes less often than where it can be seen.
FILMS_KEPT = timedelta(days=30)

_KINDS = {
    "subscription": OfferKind.SUBSCRIPTION,
    "addon": OfferKind.SUBSCRIPTION,
    "free": OfferKind.FREE,
    "rent": OfferKind.RENT,
    "buy": OfferKind.BUY,
}
_QUALITIES = {"sd": "sd", "hd": "hd", "qhd": "qhd", "uhd": "4k"}
# Its ids of services, as its description and recorded answers name them together with a name and a home page, and the
# services of the catalogue that are the same. An id that is not here was not seen, and is not guessed at.
_SERVICES: dict[str, tuple[str, ...]] = {
    "apple": ("apple-tv-plus",),
    "britbox": ("britbox",),
    "crave": ("crave",),
    "crunchyroll": ("crunchyroll",),
    "disney": ("disney-plus",),
    "hbo": ("hbo-max",),
    "hulu": ("hulu",),
    "mubi": ("mubi",),
    "netflix": ("netflix",),
    "paramount": ("paramount-plus",),
    "peacock": ("peacock",),
    "plutotv": ("pluto-tv",),
    "prime": ("prime-video",),
    "showtime": ("showtime",),
    "stan": ("stan",),
    "starz": ("starz",),
    "tubi": ("tubi",),
}
# Where renting and buying is a service of its own in the catalogue; of two, it is the one that the link leads to.
_STORES: dict[str, tuple[str, ...]] = {"apple": ("apple-tv-store",), "prime": ("amazon-video", "prime-video")}

_IMDB = re.compile(r"tt[0-9]{7,10}")
_TMDB = re.compile(r"(?:movie/)?([1-9][0-9]{0,8})")
_AMOUNT = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# Seconds since 1970: from there to 2100.
_LATEST = 4_102_444_800
_MOST_OPTIONS = 500
_LONGEST_TEXT = 200


class _LeftOut(Exception):
    """Say why an offer is left out."""


def _headers(key: str, url: str) -> dict[str, str]:
    """Give the header fields; keys of RapidAPI are sent to its own gateway, and have names of their own."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    if host.endswith(".rapidapi.com"):
        return {"X-RapidAPI-Key": key, "X-RapidAPI-Host": host}
    return {"X-API-Key": key}


def _path(ids: Mapping[str, str]) -> str | None:
    """Give the id that a film is asked for by."""
    if _IMDB.fullmatch(ids.get("imdb", "")):
        return ids["imdb"]
    tmdb = _TMDB.fullmatch(ids.get("tmdb", ""))
    return f"movie/{tmdb[1]}" if tmdb else None


def _require_options(body: Mapping[str, Any]) -> None:
    if not isinstance(body.get("streamingOptions"), dict):
        raise SourceFault("the answer names no streaming options")


def _require_items(body: Mapping[str, Any]) -> None:
    if not isinstance(body.get("items"), list):
        raise SourceFault("the answer is no list of films")


def _same_film(film: Film, body: Mapping[str, Any]) -> Identified | Undecided:
    """See that what was asked for by an id is the film: ids may be of another, or of a series."""
    written = " and ".join(film.ids.values()) or film.title
    if body.get("showType") != "movie":
        raise AnotherFilm(f"{written} is not a film there", "see that the film's ids are right")
    identity = identify(film, [_candidate(body)])
    if isinstance(identity, Identified | Undecided):
        return identity
    raise AnotherFilm(
        identity.reason if isinstance(identity, Contradiction) else f"{written} is another film there"
    )


def _candidate(body: Mapping[str, Any]) -> Candidate:
    titles = (_text(body.get("title")), _text(body.get("originalTitle")))
    year, directors, imdb, tmdb = (
        body.get(name) for name in ("releaseYear", "directors", "imdbId", "tmdbId")
    )
    ids = {}
    if isinstance(imdb, str) and _IMDB.fullmatch(imdb):
        ids["imdb"] = imdb
    if isinstance(tmdb, str) and (number := _TMDB.fullmatch(tmdb)):
        ids["tmdb"] = number[1]
    return Candidate(
        titles=tuple(dict.fromkeys(title for title in titles if title)),
        years=(year,) if type(year) is int and 1870 <= year <= 2200 else (),
        directors=tuple(filter(None, map(_text, directors))) if isinstance(directors, list) else (),
        ids=ids,
    )


def _options(body: Mapping[str, Any], region: str) -> Iterator[dict[str, Any]]:
    """Go through the offers of a country, as far as they are objects at all."""
    return _objects(body["streamingOptions"].get(region.lower()))


def _objects(found: object) -> Iterator[dict[str, Any]]:
    items: Iterable[object] = found[:_MOST_OPTIONS] if isinstance(found, list) else ()
    return (item for item in items if isinstance(item, dict))


def _service_id(option: Mapping[str, Any]) -> str:
    service = option.get("service")
    name = _text(service.get("id")) if isinstance(service, dict) else None
    if name is None:
        raise _LeftOut("an offer of a service without a name")
    return name


def _kind(option: Mapping[str, Any]) -> OfferKind:
    form = option.get("type")
    if not isinstance(form, str) or form not in _KINDS:
        raise _LeftOut("an offer of a kind that is not known")
    return _KINDS[form]


def _services(name: str, kind: OfferKind, catalogue: Catalogue) -> list[Service]:
    """List the services of the catalogue that an offer may be of, the likeliest first."""
    keys = _SERVICES.get(name, ())
    if kind in {OfferKind.RENT, OfferKind.BUY}:
        keys = _STORES.get(name, keys)
    return [catalogue.services[key] for key in keys if key in catalogue.services]


def _channel(option: Mapping[str, Any]) -> str:
    addon = option.get("addon")
    name = _text(addon.get("name")) if isinstance(addon, dict) else None
    if name is None:
        raise _LeftOut("an offer of a channel that has no name")
    if "://" in name:
        raise _LeftOut("an offer of a channel that has an address for a name")
    return name


def _link(
    option: Mapping[str, Any], services: Sequence[Service], catalogue: Catalogue
) -> tuple[Service, str | None]:
    """Find which service an offer's link leads to, and the link in its present form, if it is one of the service's.

    `link` leads to the page of the film, `videoLink` into the player.
    """
    for link in (option.get("link"), option.get("videoLink")):
        if not isinstance(link, str) or not link:
            continue
        read = catalogue.read_link(link)
        if not read.canonical.startswith("https://") or read.page is LinkPage.SEARCH:
            continue
        for verdict in (UrlVerdict.KNOWN_FORM, UrlVerdict.KNOWN_HOST):
            for service in services:
                if catalogue.check_url(service, read.canonical).verdict is verdict:
                    return service, read.canonical
    return services[0], None


def _price(found: object) -> Price | None:
    match found:
        case {"amount": str(amount), "currency": str(currency)} if _AMOUNT.fullmatch(
            amount
        ) and _CURRENCY.fullmatch(currency):
            return Price(Decimal(amount), currency)
    return None


def _quality(found: object) -> str | None:
    return _QUALITIES.get(found) if isinstance(found, str) else None


def _moment(found: object) -> datetime | None:
    """Read the moment an offer ends; anything else, an end that is not known."""
    return datetime.fromtimestamp(found, UTC) if type(found) is int and 0 < found < _LATEST else None


def _text(found: object) -> str | None:
    """Give a text as one printable line; None where there is none, or where it is longer than any name."""
    if not isinstance(found, str) or len(found) > _LONGEST_TEXT:
        return None
    return " ".join("".join(each if each.isprintable() else " " for each in found).split()) or None


class StreamingAvailability:
    """The source; it has no state."""

    key = "streaming-availability"
    name = "Streaming Availability"
    attribution = Attribution(
        "Streaming availability information is provided by Streaming Availability API by Movie of the Night.",
        "https://www.movieofthenight.com/about/api",
    )
    access = Access(
        url="https://api.movieofthenight.com/v4/",
        variable="PUBLISHER_STREAMING_AVAILABILITY_KEY",
        headers=_headers,
        # It does not say how many it takes; gateways let the smallest plans have about as many.
        pace=5,
        longest=timedelta(days=180),
        quota_headers=(
            "x-ratelimit-requests-limit",
            "x-ratelimit-requests-remaining",
            "x-ratelimit-requests-reset",
        ),
        sign_up="https://developers.movieofthenight.com/",
        readers_only=True,
    )

    def ask(self, film: Film, regions: Sequence[str], wire: Wire) -> Found:
        """Ask for a film by its id, or by its title where it has none; one request for each country.

        Raises:
            SourceFault: There is no usable answer, or the id is of something else.
        """
        if not regions:
            raise SourceFault("no country to ask about", "set [watch] region or regions, or give --region")
        path = _path(film.ids)
        if path is None:
            found = self._searched(film, regions[0], wire)
            path = _path(found.ids)
            if path is None:
                return found
        answers = {region: self._shown(path, region, wire) for region in regions}
        return self._read(film, answers, wire.catalogue)

    def _shown(self, path: str, region: str, wire: Wire) -> Answer:
        parameters = {"country": region.lower(), "output_language": "en", "series_granularity": "show"}
        return wire.get(f"shows/{path}", parameters, keep=OFFERS_KEPT, check=_require_options)

    def _searched(self, film: Film, region: str, wire: Wire) -> Found:
        """Find the film by its title: its ids, the films it may be, or that it is not known."""
        parameters = {
            "title": film.title,
            "country": region.lower(),
            "show_type": "movie",
            "output_language": "en",
        }
        answer = wire.get("shows/search/title", parameters, keep=FILMS_KEPT, check=_require_items)
        identity = identify(film, map(_candidate, _objects(answer.body.get("items"))))
        match identity:
            case Identified(candidate) if candidate.ids:
                return Found(checked=answer.asked, ids=candidate.ids)
            case Undecided(candidates, reason):
                return Found(checked=answer.asked, candidates=candidates, remarks=(reason,))
            case Contradiction(reason):
                raise AnotherFilm(reason)
        return Found(checked=answer.asked, unknown=True)

    def _read(self, film: Film, answers: Mapping[str, Answer], catalogue: Catalogue) -> Found:
        checked = min(answer.asked for answer in answers.values())
        known = {region: answer for region, answer in answers.items() if answer.known}
        if not known:
            return Found(checked=checked, unknown=True)
        ids: dict[str, str] = {}
        remarks: dict[str, None] = {}
        listings: dict[Listing, None] = {}
        for region, answer in known.items():
            identified = _same_film(film, answer.body)
            if isinstance(identified, Undecided):
                return Found(checked=checked, candidates=identified.candidates, remarks=(identified.reason,))
            remarks |= dict.fromkeys(identified.remarks)
            ids |= identified.candidate.ids
            for option in _options(answer.body, region):
                try:
                    listings[self._listing(option, region, answer.asked, catalogue)] = None
                except _LeftOut as reason:
                    remarks[f"{region}: {reason}"] = None
        learnt = {scheme: found for scheme, found in ids.items() if scheme not in film.ids}
        return Found(checked=checked, listings=tuple(listings), ids=learnt, remarks=tuple(remarks))

    def _listing(
        self, option: Mapping[str, Any], region: str, asked: datetime, catalogue: Catalogue
    ) -> Listing:
        name, kind = _service_id(option), _kind(option)
        services = _services(name, kind, catalogue)
        if not services:
            raise _LeftOut(f"{name} is not known to be a service of the catalogue")
        via = _channel(option) if option["type"] == "addon" else None
        if via and (own := own_service(via, services[0], catalogue)):
            # The seller's link is none of the service's own.
            services, via = [own], sold_by(services[0])
        service, url = _link(option, services, catalogue)
        # It calls free what has to be paid for with time.
        ads = OfferKind.ADS in service.verified_kinds and OfferKind.FREE not in service.verified_kinds
        return Listing(
            service=service.key,
            url=url,
            terms=Terms(
                kind=OfferKind.ADS if kind is OfferKind.FREE and ads else kind,
                region=region,
                price=_price(option.get("price")) if kind in {OfferKind.RENT, OfferKind.BUY} else None,
                quality=_quality(option.get("quality")),
                via=via,
                ends=_moment(option.get("expiresOn")),
                source=self.key,
                checked=asked,
            ),
        )


STREAMING_AVAILABILITY = StreamingAvailability()
