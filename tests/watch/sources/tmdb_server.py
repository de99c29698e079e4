"""A TMDB on this machine that knows a few films, in the shapes that TMDB answers with; and one that misbehaves.

The numbers of films are this server's own, and nothing to TMDB.
"""

from __future__ import annotations

import contextlib
import json
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from publisher.model import Film
from publisher.watch.sources import SourceFault
from publisher.watch.sources.clock import Clock
from publisher.watch.sources.connecting import make_wire
from publisher.watch.sources.keys import Key
from publisher.watch.sources.tmdb import TMDB
from tests.conftest import CONFIGURATION
from tests.net.net_servers import Conversation, host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from publisher.watch.sources import Found
    from publisher.watch.sources.wire import Wire
    from tests.conftest import MakeSite

TOKEN = "eyJhbGciOiJIUzI1NiJ9.a-token-of-nobody.signature"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PER_PAGE = 20


def movie(number: int, title: str, released: str, *directors: str, **more: Any) -> dict[str, Any]:
    """Describe a film as `/movie/{id}` does, everything that can be appended included."""
    return {
        "adult": False,
        "backdrop_path": None,
        "id": number,
        "imdb_id": more.get("imdb"),
        "original_language": "en",
        "original_title": more.get("original", title),
        "overview": "",
        "popularity": 0.0,
        "release_date": released,
        "title": title,
        "video": False,
        "alternative_titles": {
            "titles": [
                {"iso_3166_1": "US", "title": other, "type": ""} for other in more.get("alternative", ())
            ]
        },
        "credits": {
            "cast": [{"id": 9, "name": "Somebody", "character": "The director"}],
            "crew": [
                {"id": 8, "name": "A writer", "job": "Writer", "department": "Writing"},
                *(
                    {"id": 7, "name": name, "job": "Director", "department": "Directing"}
                    for name in directors
                ),
            ],
        },
        "external_ids": {
            "imdb_id": more.get("imdb"),
            "wikidata_id": more.get("wikidata"),
            "facebook_id": None,
            "instagram_id": "",
        },
        "watch/providers": {"results": more.get("offers", {})},
        "translations": {
            "translations": [
                {
                    "iso_3166_1": "DE",
                    "iso_639_1": "de",
                    "name": "Deutsch",
                    "data": {"title": other, "overview": ""},
                }
                for other in more.get("translated", ("",))
            ]
        },
    }


def provider(number: int, name: str, priority: int = 1) -> dict[str, Any]:
    """Describe a provider as `/watch/providers` does."""
    return {
        "logo_path": f"/{number}.jpg",
        "provider_id": number,
        "provider_name": name,
        "display_priority": priority,
    }


@dataclass
class Tmdb:
    """What the server knows, and what it was asked.

    Attributes:
        movies: The films.
        found: What `/find` answers, by id; films of `movies` are found by themselves.
        script: Speaks in place of the server, for one path or for all ("").
        asked: The paths with their queries, decoded, in order.
        heads: The heads of the requests.
    """

    movies: list[dict[str, Any]] = field(default_factory=list)
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    script: dict[str, Callable[[Conversation], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    url: str = ""

    def speak(self, conversation: Conversation) -> None:
        """Answer one request."""
        head = conversation.hear().decode("ascii")
        target = urlsplit(head.split()[1])
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        path = unquote(target.path).removeprefix("/3/")
        self.heads.append(head)
        self.asked.append(f"{path}?{unquote(target.query)}" if target.query else path)
        for beginning, script in self.script.items():
            if path.startswith(beginning):
                return script(conversation)
        answer = self._answer(path, query)
        if answer is None:
            return say(
                conversation, 404, {"success": False, "status_code": 34, "status_message": "Not found."}
            )
        return say(conversation, 200, answer)

    def _answer(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        parts = path.split("/")
        if parts[0] == "find":
            return self._find(parts[1], query["external_source"])
        if path == "search/movie":
            return self._search(query)
        known = next((each for each in self.movies if str(each["id"]) == parts[1]), None)
        if known is None:
            return None
        if parts[2:] == ["translations"]:
            return {"id": known["id"], **known["translations"]}
        appended = query.get("append_to_response", "").split(",")
        hidden = {"alternative_titles", "credits", "external_ids", "watch/providers", "translations"}
        return {name: value for name, value in known.items() if name not in hidden - set(appended)}

    def _find(self, number: str, source: str) -> dict[str, Any]:
        movies = [listed(each) for each in self.movies if each["external_ids"].get(source) == number]
        empty: dict[str, Any] = {
            "movie_results": movies,
            "person_results": [],
            "tv_results": [],
            "tv_episode_results": [],
            "tv_season_results": [],
        }
        return {**empty, **self.found.get(number, {})}

    def _search(self, query: dict[str, str]) -> dict[str, Any]:
        words = _plain(query["query"]).split()
        hits = [listed(each) for each in self.movies if _has(each, words) and _released(each, query)]
        page = int(query.get("page", "1"))
        return {
            "page": page,
            "results": hits[(page - 1) * PER_PAGE : page * PER_PAGE],
            "total_pages": -(-len(hits) // PER_PAGE),
            "total_results": len(hits),
        }

    def wire(
        self, make_site: MakeSite, *, refresh: bool = False, began: datetime = NOW, more: str = ""
    ) -> Wire:
        """Connect TMDB to this server, with a clock that nobody waits for."""
        configuration = (
            f'{CONFIGURATION}\n[watch.sources.tmdb]\nuse = "non-commercial"\nurl = "{self.url}"\n'
            '[network]\nallow = ["127.0.0.0/8"]\n'
        )
        time = [0.0]

        def sleep(seconds: float) -> None:
            time[0] += seconds

        def monotonic() -> float:
            time[0] += 0.05
            return time[0]

        site = make_site(configuration=configuration, more=more)
        return make_wire(TMDB, site, Key(TOKEN), Clock(began, monotonic, sleep), refresh=refresh)


def say(conversation: Conversation, status: int, body: object, *fields: str) -> None:
    """Send a whole answer."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = "".join(
        f"{line}\r\n" for line in (f"HTTP/1.1 {status} Said", f"Content-Length: {len(text)}", *fields)
    )
    conversation.say(f"{head}\r\n".encode() + text)


def saying(status: int, body: object, *fields: str) -> Callable[[Conversation], None]:
    """Make a script that sends one answer, always."""
    return lambda conversation: say(conversation, status, body, *fields)


@contextlib.contextmanager
def tmdb(*movies: dict[str, Any]) -> Iterator[Tmdb]:
    """Run a server that knows these films."""
    known = Tmdb(list(movies))
    with host(known.speak) as seen:
        known.url = seen.url("/3/")
        yield known


def film(
    title: str, year: int | None = None, *directors: str, original: str | None = None, **ids: str
) -> Film:
    """Make a film as a post describes it."""
    return Film(title=title, original_title=original, year=year, directors=directors, ids=ids)


def fault_of(server: Tmdb, asked: Film, make_site: MakeSite) -> SourceFault:
    """Ask about a film, and return the fault that comes of it."""
    wire = server.wire(make_site)
    with pytest.raises(SourceFault) as caught:
        TMDB.ask(asked, ("US",), wire)
    return caught.value


def offers(found: Found) -> list[tuple[str | None, str, str]]:
    """List country, kind and service of what was found."""
    return [(each.terms.region, each.terms.kind.value, each.service) for each in found.listings]


def listed(known: dict[str, Any]) -> dict[str, Any]:
    """Shorten a film to what searches show of it."""
    names = (
        "adult",
        "backdrop_path",
        "id",
        "original_language",
        "original_title",
        "popularity",
        "release_date",
        "title",
    )
    return {**{name: known[name] for name in names}, "genre_ids": [27], "video": False}


def _has(known: dict[str, Any], words: Sequence[str]) -> bool:
    alternative = [each["title"] for each in known["alternative_titles"]["titles"]]
    translated = [each["data"]["title"] for each in known["translations"]["translations"]]
    names = [known["title"], known["original_title"], *alternative, *translated]
    return any(set(words) <= set(_plain(name).split()) for name in names)


def _plain(words: str) -> str:
    """Leave out accents and commas, as TMDB's search does."""
    decomposed = unicodedata.normalize("NFD", words.casefold().replace(",", ""))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _released(known: dict[str, Any], query: dict[str, str]) -> bool:
    year = query.get("year") or query.get("primary_release_year")
    return year is None or known["release_date"].startswith(year)
