"""What a source of offers is: somebody who knows where films can be watched, and answers over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from publisher.model import Film, Listing
    from publisher.watch.sources.wire import Wire


_MISTAKEN = (
    "correct film.ids, or else the title, year or directors, which have to fit them; another title, by which the film is known "
    "there, goes into original_title"
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a source demands to be said wherever its offers are shown.

    Attributes:
        text: One line of plain text.
        url: Where the line leads.
    """

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a source is reached, and what its terms allow.

    Attributes:
        url: Its public address; https, ends in a slash.
        variable: The environment variable its key may stand in.
        headers: Makes, of a key and the address asked, the header fields that a request carries.
        pace: How many requests it takes in any one second.
        longest: How long an answer of it may be kept at the most.
        quota_headers: The header fields in which its answers say how many requests a month are allowed, how many are
            left, and in how many seconds they begin anew; in lower case. None where they do not say.
        sign_up: Where a key is to be had.
        needs_use: Whether its terms ask what the site is: it is not asked before `[watch.sources.KEY] use` says so.
        readers_only: Whether its terms keep its offers from other businesses, such as partners, without a contract.
    """

    url: str
    variable: str
    headers: Callable[[str, str], Mapping[str, str]]
    pace: int
    longest: timedelta
    quota_headers: tuple[str, str, str] | None = None
    sign_up: str
    needs_use: bool = False
    readers_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A film that a source knows, which may be the one asked for.

    Attributes:
        titles: Every title it is known by, the usual one first.
        years: The years it may be listed under; empty where the source does not say.
        directors: Empty where the source was not asked, or does not say.
        ids: By scheme: `imdb`, `tmdb`, `wikidata`.
    """

    titles: tuple[str, ...]
    years: tuple[int, ...] = ()
    directors: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a source answered about one film.

    Attributes:
        listings: Its offers; `terms.source` is the source's key, `terms.checked` when the answer was given.
        checked: When the answer was given, which may be a while ago where it came from the cache; aware.
        ids: Identifiers of the film that were learnt on the way, to be proposed to the editor.
        candidates: Where the film could not be told from others, the films it may be; then there are no listings.
        unknown: That the source does not have the film.
        remarks: What the editor should know all the same, each in a line that can be printed, in lower case: what was
            left out, what does not fit, and where there are candidates why none was taken.
    """

    checked: datetime
    listings: tuple[Listing, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()
    unknown: bool = False
    remarks: tuple[str, ...] = ()


class SourceFault(Exception):
    """Why a source gave no answer, in one printable line without anything secret.

    Attributes:
        message: What happened, in lower case.
        help: What can be done about it.
        stops: That no further request makes sense now: the key is refused, the quota is used up, the source is down.
    """

    def __init__(self, message: str, help: str | None = None, *, stops: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.stops = stops


class AnotherFilm(SourceFault):
    """Say that the ids that were asked for are not those of the film that the post describes."""

    def __init__(self, message: str, help: str = _MISTAKEN) -> None:
        super().__init__(message, help)


class Source(Protocol):
    """One source; a further one is a module with such an object, and a line in `publisher.watch.sources`."""

    #: What `--from`, `terms.source` and `[watch.sources]` call it.
    key: str
    #: What people call it.
    name: str
    attribution: Attribution
    access: Access

    def ask(self, film: Film, regions: Sequence[str], wire: Wire) -> Found:
        """Find out where a film can be watched in some countries (ISO 3166-1 alpha-2).

        Raises:
            SourceFault: There is no usable answer.
        """
