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


@dataclass(frozen=True, slots=True, kw_only=True)
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
        tmdb_ids: Its ids as a TMDB watch provider, which JustWatch uses too.
        hosts: Hosts of its pages, in lower case.
        url_forms: Regular expressions for the beginning of its film pages' addresses.
        search_template: An https address with `{query}` where the film's title goes.
        note: What an editor of the catalogue should know.
    """

    key: str
    name: str
    label: str
    category: ServiceCategory
    status: ServiceStatus
    ended: date | None
    kinds: frozenset[OfferKind]
    verified_kinds: frozenset[OfferKind]
    former_names: tuple[str, ...]
    aliases: tuple[str, ...]
    tmdb_ids: tuple[int, ...]
    hosts: tuple[str, ...]
    verified_hosts: tuple[str, ...]
    url_forms: tuple[str, ...]
    search_template: str | None
    note: str | None

    @property
    def url_patterns(self) -> tuple[re.Pattern[str], ...]:
        """Compile `url_forms`, once, when first asked: compiling all of them takes longer than all the rest."""
        return _compiled(self.url_forms)


@cache
def _compiled(forms: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    # ASCII, so that \d and \w do not let other scripts into an id.
    return tuple(re.compile(form, re.ASCII) for form in forms)
