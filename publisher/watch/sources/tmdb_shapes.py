"""What TMDB answers, taken apart: whatever does not have the documented shape is left out, or is a fault.

The shapes are those of developer.themoviedb.org/reference: movie-details, movie-watch-providers, search-movie, find-by-id.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from publisher.model import Listing, OfferKind, Terms
from publisher.watch.sources.channels import sold_as
from publisher.watch.sources.source import Candidate, SourceFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.catalogue import Catalogue

#: What TMDB calls the ways of seeing a film.
KINDS = {
    "flatrate": OfferKind.SUBSCRIPTION,
    "free": OfferKind.FREE,
    "ads": OfferKind.ADS,
    "rent": OfferKind.RENT,
    "buy": OfferKind.BUY,
}
#: Where `watch/providers` stands in an answer to `append_to_response`.
PROVIDERS = "watch/providers"

_LONGEST_TEXT = 300
_LONGEST_LIST = 2000
_LARGEST_ID = 9_999_999_999
_IMDB = re.compile(r"tt[0-9]{7,9}")
_WIKIDATA = re.compile(r"Q[1-9][0-9]{0,11}")
_YEAR = re.compile(r"(1[89][0-9]{2}|2[0-9]{3})-")


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of one film.

    Attributes:
        listings: Those of services that the catalogue knows.
        unknown: The names, or else the ids, of the services that it does not know.
    """

    listings: tuple[Listing, ...]
    unknown: tuple[str, ...]


def malformed(what: str) -> SourceFault:
    """Say that an answer is not one."""
    return SourceFault(f"the answer has no {what} in the form that TMDB documents")


def check_movie(number: str, body: Mapping[str, Any]) -> None:
    """Refuse what is no answer about a film, or is about another: to hear nothing is not to hear that offers are gone."""
    if str(body.get("id")) != number:
        raise SourceFault(f"asked about film {number}, TMDB answered about another")
    if not isinstance(body.get("title"), str):
        raise malformed("title")
    providers = body.get(PROVIDERS)
    if not isinstance(providers, dict) or not isinstance(providers.get("results"), dict):
        raise malformed("watch providers")


def check_results(body: Mapping[str, Any]) -> None:
    """Refuse what is no list of films."""
    if not isinstance(body.get("results"), list):
        raise malformed("results")


def check_found(body: Mapping[str, Any]) -> None:
    """Refuse what does not say which films have an id."""
    if not isinstance(body.get("movie_results"), list):
        raise malformed("movie_results")


def candidate(movie: Mapping[str, Any], translations: Mapping[str, Any] | None = None) -> Candidate | None:
    """Read a film of whatever answer has one; None where it has no id or no title.

    Its only year is that of its first release anywhere (`release_date`): other releases come decades later at times.
    """
    number = _number(movie.get("id"))
    alternative = _objects(_object(movie.get("alternative_titles")).get("titles"))
    translated = (_object(each.get("data")) for each in _objects((translations or {}).get("translations")))
    names = [movie.get("title"), movie.get("original_title")]
    names += (each.get("title") for each in (*alternative, *translated))
    titles = tuple(dict.fromkeys(title for name in names if (title := text(name))))
    if number is None or not titles:
        return None
    return Candidate(
        titles=titles,
        years=_years(movie.get("release_date")),
        directors=tuple(dict.fromkeys(_directors(movie))),
        ids={"tmdb": str(number), **dict(_other_ids(movie))},
    )


def candidates(body: Mapping[str, Any], key: str = "results") -> tuple[Candidate, ...]:
    """Read a list of films."""
    return tuple(found for each in _objects(body.get(key)) if (found := candidate(each)))


def pages(body: Mapping[str, Any]) -> int:
    """Say how many pages an answer says it has; one where it says nothing."""
    return _number(body.get("total_pages")) or 1


def offers(body: Mapping[str, Any], regions: Sequence[str], catalogue: Catalogue, asked: datetime) -> Offers:
    """Read the offers of a film in some countries, in the order of countries, kinds and services.

    A provider is known by its id alone: names change, and two services share one. TMDB has no links to films at
    services; `link` is its own page, null or missing at times, and says nothing here.

    Raises:
        SourceFault: What it says of one of the countries cannot be read.
    """
    results = _object(_object(body.get(PROVIDERS)).get("results"))
    listings: list[Listing] = []
    unknown: dict[int, str] = {}
    for region in dict.fromkeys(regions):
        here: dict[tuple[int, str], Listing] = {}
        for order, kind, number, name in _provided(results, region):
            if (service := catalogue.service_for_tmdb(number)) is None:
                unknown[number] = f"{name} (TMDB {number})" if name else f"TMDB {number}"
                continue
            terms = Terms(kind=kind, region=region, via=sold_as(name or ""), source="tmdb", checked=asked)
            offer = Listing(service=service.key, terms=terms)
            here[order, service.key] = min(here.get((order, service.key), offer), offer, key=_directness)
        listings += (here[place] for place in sorted(here))
    return Offers(tuple(listings), tuple(unknown[number] for number in sorted(unknown)))


def other_things(body: Mapping[str, Any]) -> Iterator[str]:
    """Say what else an id belongs to, where `find` knows it for no film: "a series, Breaking Bad"."""
    for key, what in (
        ("tv_results", "a series"),
        ("tv_season_results", "a season of a series"),
        ("tv_episode_results", "an episode of a series"),
        ("person_results", "a person"),
    ):
        for each in _objects(body.get(key)):
            name = text(each.get("name"))
            yield f"{what}, {name}" if name else what


def text(value: object) -> str | None:
    """Take a text that can be shown in one line; None for anything else, and for one that is empty."""
    if not isinstance(value, str):
        return None
    shown = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in value[:_LONGEST_TEXT])
    return " ".join(shown.split()) or None


def _provided(results: Mapping[str, Any], region: str) -> Iterator[tuple[int, OfferKind, int, str | None]]:
    here = results.get(region, {})
    if not isinstance(here, dict):
        raise malformed(f"watch providers of {region}")
    for order, (key, kind) in enumerate(KINDS.items()):
        providers = here.get(key, [])
        if not isinstance(providers, list):
            raise malformed(f"watch providers of {region}")
        for each in _objects(providers):
            number = _number(each.get("provider_id"))
            if number is None:
                raise malformed(f"watch providers of {region}")
            yield order, kind, number, text(each.get("provider_name"))


def _directness(offer: Listing) -> str:
    """Order the offers of one service: its own before what is sold through others.

    Its plans, with advertisements and without, are one offer to somebody who looks for the film.
    """
    return offer.terms.via or ""


def _directors(movie: Mapping[str, Any]) -> Iterator[str]:
    for each in _objects(_object(movie.get("credits")).get("crew")):
        if each.get("job") == "Director" and (name := text(each.get("name"))):
            yield name


def _other_ids(movie: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    elsewhere = _object(movie.get("external_ids"))
    imdb = movie.get("imdb_id") or elsewhere.get("imdb_id")
    wikidata = elsewhere.get("wikidata_id")
    if isinstance(imdb, str) and _IMDB.fullmatch(imdb):
        yield "imdb", imdb
    if isinstance(wikidata, str) and _WIKIDATA.fullmatch(wikidata):
        yield "wikidata", wikidata


def _years(released: object) -> tuple[int, ...]:
    found = _YEAR.match(released) if isinstance(released, str) else None
    return (int(found[1]),) if found else ()


def _number(value: object) -> int | None:
    return value if type(value) is int and 0 < value <= _LARGEST_ID else None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return (
        [each for each in value[:_LONGEST_LIST] if isinstance(each, dict)] if isinstance(value, list) else []
    )
