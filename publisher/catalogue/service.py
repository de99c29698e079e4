"""A film service as the catalogue knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from publisher.model import OfferKind


class ServiceCategory(StrEnum):
    """What sort of thing a service is; `generic` stands for many at once, such as "VOD" or "theaters"."""

    STORE = "store"
    STREAMING = "streaming"
    FREE = "free"
    LIBRARY = "library"
    DISC = "disc"
    CINEMA = "cinema"
    GENERIC = "generic"


class ServiceStatus(StrEnum):
    """Whether a service is still there.

    A service that changed its name and went on is `active`. One whose brand ended while its offers went on under
    another name is `renamed`. `closed` is only said of an end that was verified; a rumoured one is `unknown`.
    """

    ACTIVE = "active"
    RENAMED = "renamed"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class LinkPage(StrEnum):
    """What a page of a service shows: one film, a series, what a search found, or something else."""

    FILM = "film"
    SERIES = "series"
    SEARCH = "search"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkForm:
    """A form that addresses of a service have.

    Attributes:
        regex: A regular expression for the beginning of such an address; its group `id` is the service's id of the film.
        page: What is found there.
        template: How the address of that film is written today, with names of groups in braces; None where that is not
            known.
        former: Whether the service no longer uses the form itself, so that an address is better written as the template.
        verified: Whether somebody saw such an address at work.
    """

    regex: str
    page: LinkPage = LinkPage.FILM
    template: str | None = None
    former: bool = False
    verified: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compile `regex`, once, when first asked: compiling all of them takes longer than all the rest."""
        return _compiled(self.regex)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A change of name that was verified: no earlier than one day, no later than another, which may be the same."""

    before: str
    after: str
    earliest: date
    latest: date


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Service:
    """One service: what it is called, what it offers, and where its films are found.

    Values that were never verified may classify a name or an address and may be suggested; they decide nothing.
    Fields named `verified_…` hold the part of their neighbour that was.

    Attributes:
        key: The name that never changes, in lower case with hyphens.
        name: The present name, as readers should see it; two services may share it.
        label: The present name, or where that would be ambiguous one that tells the services apart.
        ended: The day it closed; None unless `status` is `closed`.
        kinds: The ways of seeing a film that it is known for.
        former_names: Names it had before.
        aliases: Other spellings and names it goes by, plans and channels among them.
        renames: When its names changed, as far as that was verified.
        countries: Where it was seen to have films, as ISO 3166-1 alpha-2 codes; it may have some elsewhere.
        only: Whether it is known to be in no other country than those.
        tmdb_ids: Its ids as a TMDB watch provider, which JustWatch uses too.
        hosts: Hosts of its pages, in lower case.
        forms: The forms of its addresses.
        search_template: An https address with `{query}` where the film's title goes. Readers are only led there where it
            is `search_verified`.
        note: What an editor of the catalogue should know.
    """

    key: str
    name: str
    label: str
    category: ServiceCategory
    status: ServiceStatus
    ended: date | None = None
    kinds: frozenset[OfferKind]
    verified_kinds: frozenset[OfferKind]
    former_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    renames: tuple[Rename, ...] = ()
    countries: tuple[str, ...] = ()
    only: bool = False
    tmdb_ids: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()
    verified_hosts: tuple[str, ...] = ()
    forms: tuple[LinkForm, ...] = ()
    search_template: str | None = None
    search_verified: bool = False
    note: str | None = None

    def __repr__(self) -> str:
        """Name it by its key; all of it would fill a screen."""
        return f"<Service {self.key}>"

    @property
    def generic(self) -> bool:
        """Tell whether it stands for many services at once, so that there is nothing to link to."""
        return self.category is ServiceCategory.GENERIC


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    # ASCII, so that \d and \w do not let other scripts into an id.
    return re.compile(regex, re.ASCII)
