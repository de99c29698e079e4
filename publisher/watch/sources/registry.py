"""Which sources there are; each is a module with an object, and a line here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from publisher.errors import UsageError
from publisher.posts.offer_sources import known_source
from publisher.site import Use
from publisher.watch.sources.clock import Clock
from publisher.watch.sources.keys import find_key, missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.model import Offer
    from publisher.site import Site
    from publisher.watch.sources.keys import Key
    from publisher.watch.sources.source import Attribution, Source
    from publisher.watch.sources.wire import Wire

# By key: the module, and the name of its source. None of them imports what it takes to send a request.
_HOMES = {
    "tmdb": ("publisher.watch.sources.tmdb", "TMDB"),
    "streaming-availability": ("publisher.watch.sources.streaming_availability", "STREAMING_AVAILABILITY"),
}

#: The keys of all sources, in the order they are asked in.
SOURCES = tuple(_HOMES)


@dataclass(frozen=True, slots=True)
class Connection:
    """A source, and what it asks through: `connection.source.ask(film, regions, connection.wire)`."""

    source: Source
    wire: Wire


@cache
def find_source(key: str) -> Source:
    """Return the source of a key.

    Raises:
        UsageError: There is none.
    """
    if key not in _HOMES:
        raise UsageError(f'"{key}" is not a source of offers', f"known: {', '.join(SOURCES)}")
    module, name = _HOMES[key]
    return cast("Source", getattr(import_module(module), name))


def credits_of(sources: Iterable[str]) -> tuple[Attribution, ...]:
    """Return what must be said where something is shown that came from sources, each once, in their order.

    Args:
        sources: As they are named in offers; who is no source, such as an editor, demands nothing.
    """
    named = set(map(known_source, sources))
    return tuple(find_source(key).attribution for key in SOURCES if key in named)


def attributions(offers: Iterable[Offer]) -> tuple[Attribution, ...]:
    """Return what must be said where these offers are shown, each once, in the order of the sources.

    Cheap enough for every post of a build. Who is no source, such as an editor, demands nothing; "TMDB" is tmdb.
    """
    named = {offer.terms.source for offer in offers if offer.terms.source is not None}
    return credits_of(named) if named else ()


def passed_on(offers: Iterable[Offer], site: Site) -> tuple[Offer, ...]:
    """Return the offers that other businesses may be given, such as partners: readers may be shown all of them.

    The terms of some sources keep what they know to the site's own readers, unless it has a contract that says otherwise.
    """
    return tuple(offer for offer in offers if not _is_kept(offer.terms.source, site))


def _is_kept(written: str | None, site: Site) -> bool:
    key = known_source(written) if written is not None else None
    if key is None or not find_source(key).access.readers_only:
        return False
    settings = site.watch.sources.get(key)
    return settings is None or settings.use is not Use.CONTRACT


def enabled(
    site: Site,
    now: datetime,
    *,
    refresh: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Connection, ...]:
    """Connect every source that the site has a key for, in the order they are asked in; nothing is sent yet.

    Args:
        site: The site; its folder of secrets may hold the keys.
        now: The moment answers are young or old at; aware.
        refresh: Whether answers kept by earlier runs are asked for anew.
        environment: The variables that keys may stand in.

    Raises:
        ConfigurationError: A key is there and cannot be used.
        EnvironmentFault: The folder of state cannot be written.
    """
    keys = {key: find_key(site, find_source(key), environment) for key in SOURCES}
    return tuple(
        _connected(find_source(name), site, key, Clock(now), refresh=refresh)
        for name, key in keys.items()
        if key
    )


def connect(
    key: str,
    site: Site,
    now: datetime,
    *,
    refresh: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Connection:
    """Connect one source; nothing is sent yet.

    Raises:
        UsageError: There is no such source.
        ConfigurationError: The site has no key for it, or one that cannot be used; the hint says where it belongs.
        EnvironmentFault: The folder of state cannot be written.
    """
    found = find_key(site, find_source(key), environment)
    if found is None:
        raise missing(site, find_source(key))
    return _connected(find_source(key), site, found, Clock(now), refresh=refresh)


def _connected(source: Source, site: Site, key: Key, clock: Clock, *, refresh: bool) -> Connection:
    # What it takes to send a request is slow to load, and a build asks nobody.
    from publisher.watch.sources.connecting import make_wire  # noqa: PLC0415

    return Connection(source, make_wire(source, site, key, clock, refresh=refresh))
