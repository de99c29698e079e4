"""TMDB, asked where a film can be watched; what it knows of that comes from JustWatch.

Read at developer.themoviedb.org and in its terms (themoviedb.org/api-terms-of-use): free for sites that are no business, by
contract for others; the notice below and JustWatch's name wherever its data are shown; about 40 requests a second, and
429 to be heeded; nothing kept for longer than six months.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from publisher.errors import ConfigurationError
from publisher.site.watching import KEPT_FOR
from publisher.watch.identity import (
    Contradiction,
    Identified,
    Undecided,
    Unknown,
    director_fits,
    identify,
    near_in_time,
    possible,
    same_title,
)
from publisher.watch.sources import tmdb_shapes as shapes
from publisher.watch.sources.source import Access, AnotherFilm, Attribution, Candidate, Found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from publisher.model import Film
    from publisher.watch.identity import Identity
    from publisher.watch.sources.wire import Answer, Wire

#: Offers change from day to day: asked once a day, at whatever hour, TMDB is asked anew; asked twice a day, once.
OFFERS_KEPT = timedelta(hours=20)
#: Films to be found do not change much, but new ones come.
SEARCHES_KEPT = timedelta(days=7)
#: Titles and the films of ids hardly change at all.
FACTS_KEPT = timedelta(days=30)
#: As the terms say, of answers and of offers alike.
LONGEST_KEPT = KEPT_FOR["tmdb"]

#: Pages of 20 films; whoever is not among the first has another title.
MOST_PAGES = 3
#: Films that are looked at one by one, of those that may be the one.
MOST_FILMS = 8
#: The same, of films that were found and have another title: one of their other titles may be it.
MOST_OTHERS = 5

_SHORT_KEY = re.compile(r"[0-9a-fA-F]{32}")
_MOST_NAMED = 5


def _headers(key: str, _url: str) -> Mapping[str, str]:
    """Put the token into a field of the head: addresses are kept in logs and caches."""
    if _SHORT_KEY.fullmatch(key):
        raise ConfigurationError(
            "the key for TMDB is an API key, which would have to travel in addresses",
            "give the API read access token in its place: the long one on the same page, "
            "https://www.themoviedb.org/settings/api",
        )
    return {"Authorization": f"Bearer {key}"}


class Tmdb:
    """The source; see `Source`."""

    key = "tmdb"
    name = "TMDB"
    attribution = Attribution(
        "Where-to-watch data from JustWatch, through TMDB. This product uses TMDB and the TMDB APIs but is not "
        "endorsed, certified, or otherwise approved by TMDB.",
        "https://www.themoviedb.org/",
    )
    access = Access(
        url="https://api.themoviedb.org/3/",
        variable="PUBLISHER_TMDB_KEY",
        headers=_headers,
        pace=40,
        longest=LONGEST_KEPT,
        sign_up="https://www.themoviedb.org/settings/api",
        needs_use=True,
    )

    def ask(self, film: Film, regions: Sequence[str], wire: Wire) -> Found:
        """Find out where a film can be watched: one request with a TMDB id, two with another, usually two without any.

        Raises:
            SourceFault: There is no usable answer, or the post's ids are not those of one film, its film.
        """
        return _Inquiry(film, tuple(regions), wire).answer()


TMDB = Tmdb()


@dataclass(frozen=True, slots=True)
class _Movie:
    """A film as TMDB described it: who it may be, and the answer that has its offers."""

    candidate: Candidate
    answer: Answer


@dataclass(slots=True)
class _Inquiry:
    """One film asked about.

    Attributes:
        remarks: What the editor should know beside the answer.
        seen: The films that searches found, by TMDB id.
        more: Whether there may be others like them that nobody looked at.
        asked: When the last answer was given.
    """

    film: Film
    regions: tuple[str, ...]
    wire: Wire
    remarks: list[str] = field(default_factory=list)
    seen: dict[str, Candidate] = field(default_factory=dict)
    more: bool = False
    asked: datetime = field(init=False)

    def answer(self) -> Found:
        if number := self.film.ids.get("tmdb"):
            movie = self._movie(number)
            if movie is None:
                raise AnotherFilm(
                    f"tmdb {number} is no film that TMDB has",
                    "correct film.ids.tmdb: it is the number in the address of the film's page, which has /movie/ in it",
                )
            return self._found(identify(self.film, [movie.candidate]), [movie])
        for scheme in ("imdb", "wikidata"):
            if scheme in self.film.ids and (known := self._known_by(scheme, self.film.ids[scheme])):
                movies = self._movies(known)
                return self._found(self._identify(movies), movies)
        return self._search()

    def _known_by(self, scheme: str, value: str) -> tuple[Candidate, ...]:
        """Return the films that have another id than TMDB's; none where it is not known for anything."""
        body = self._get(
            f"find/{value}",
            {"external_source": f"{scheme}_id"},
            keep=FACTS_KEPT,
            check=shapes.check_found,
        ).body
        known = shapes.candidates(body, "movie_results")
        if not known and (thing := next(shapes.other_things(body), None)):
            raise AnotherFilm(f"{scheme} {value} is {thing}, and no film", f"correct film.ids.{scheme}")
        if not known:
            self.remarks.append(f"TMDB does not know {scheme} {value}")
        return known[:MOST_FILMS]

    def _search(self) -> Found:
        """Look for all films that it may be: one that nobody looked at may be the one."""
        for title in dict.fromkeys((self.film.title, self.film.original_title or self.film.title)):
            self._look_around(title)
        fitting = possible(self.film, self.seen.values())
        self.more |= len(fitting) > MOST_FILMS
        movies = self._movies(fitting[:MOST_FILMS])
        found = self._identify(movies)
        if isinstance(found, Unknown) or (
            isinstance(found, Identified) and not director_fits(self.film, found.candidate)
        ):
            movies += self._movies(self._others())
            found = self._identify(movies)
        if isinstance(found, Identified) and self.more and not director_fits(self.film, found.candidate):
            found = Undecided((found.candidate,), "TMDB has more films like it than were looked at")
        return self._found(found, movies)

    def _look_around(self, title: str) -> None:
        """Search for a title in the film's year and those beside it, or in all where the film has none."""
        year = self.film.year
        if year is None:
            self.more |= self._look(title)
        elif self._look(title, most=1):  # few titles are so common that it takes more than a page
            for near in (year, year - 1, year + 1):
                self.more |= self._look(title, primary_release_year=near)

    def _look(self, title: str, *, most: int = MOST_PAGES, **filters: int) -> bool:
        """Search for a title, and say whether there are more pages than were read."""
        asked = {"query": title, **{name: str(value) for name, value in filters.items()}}
        page, last = 0, 1
        while page < min(last, most):
            page += 1
            body = self._get(
                "search/movie",
                {**asked, "page": str(page)},
                keep=SEARCHES_KEPT,
                check=shapes.check_results,
            ).body
            last = shapes.pages(body)
            for found in shapes.candidates(body):
                self.seen.setdefault(found.ids["tmdb"], found)
        return last > page

    def _others(self) -> list[Candidate]:
        """Return the first films that were found, have a year that fits, and none of the film's titles so far."""
        near = (each for each in self.seen.values() if near_in_time(self.film, each))
        return [each for each in near if not same_title(self.film, each)][:MOST_OTHERS]

    def _identify(self, movies: Iterable[_Movie]) -> Identity:
        return identify(self.film, [movie.candidate for movie in movies])

    def _movies(self, found: Iterable[Candidate]) -> list[_Movie]:
        return [movie for each in found if (movie := self._movie(each.ids["tmdb"]))]

    def _movie(self, number: str) -> _Movie | None:
        """Ask about one film, for everything at once; None where TMDB does not have it."""
        parts = ["alternative_titles", "external_ids", shapes.PROVIDERS]
        if self.film.directors or "tmdb" not in self.film.ids:
            parts.insert(1, "credits")
        answer = self._get(
            f"movie/{number}",
            {"append_to_response": ",".join(parts)},
            keep=OFFERS_KEPT,
            check=partial(shapes.check_movie, number),
        )
        described = shapes.candidate(answer.body)
        if not answer.known or described is None:
            return None
        if not same_title(self.film, described):
            # Titles in other languages are no alternative titles.
            more = self._get(f"movie/{number}/translations", keep=FACTS_KEPT)
            described = shapes.candidate(answer.body, more.body) or described
        return _Movie(described, answer)

    def _get(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        keep: timedelta,
        check: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> Answer:
        answer = self.wire.get(path, parameters, keep=keep, check=check)
        self.asked = answer.asked
        return answer

    def _found(self, identity: Identity, movies: Sequence[_Movie]) -> Found:
        """Say what came of it."""
        match identity:
            case Identified(candidate, remarks):
                self.remarks += remarks
                answer = next(movie.answer for movie in movies if movie.candidate == candidate)
                return self._offered(candidate, answer)
            case Undecided(candidates, reason):
                return Found(checked=self.asked, candidates=candidates, remarks=(*self.remarks, reason))
            case Contradiction(reason):
                raise AnotherFilm(reason)
            case _:
                return Found(checked=self.asked, unknown=True, remarks=tuple(self.remarks))

    def _offered(self, candidate: Candidate, answer: Answer) -> Found:
        offers = shapes.offers(answer.body, self.regions, self.wire.catalogue, answer.asked)
        if offers.unknown:
            named = ", ".join(offers.unknown[:_MOST_NAMED])
            rest = len(offers.unknown) - _MOST_NAMED
            others = f" and {rest} more" if rest > 0 else ""
            what = "a service" if len(offers.unknown) == 1 else f"{len(offers.unknown)} services"
            self.remarks.append(f"left out {what} that the catalogue does not know: {named}{others}")
        return Found(
            checked=answer.asked,
            listings=offers.listings,
            ids={scheme: value for scheme, value in candidate.ids.items() if scheme not in self.film.ids},
            remarks=tuple(self.remarks),
        )
