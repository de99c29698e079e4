"""What a site's own settings say that does not go together with the terms of its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from publisher.site import Use
from publisher.watch.sources.registry import SOURCES, find_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.site import Site


class Doubt(NamedTuple):
    """What may break a source's terms, and what to do about it."""

    message: str
    help: str


def doubts(site: Site) -> Iterator[Doubt]:
    """Yield what may break the terms of the sources that a site has settings for.

    A source that asks what a site is takes affiliate links for commerce; for TMDB it is section 1 B of
    https://www.themoviedb.org/api-terms-of-use.
    """
    for key in SOURCES:
        source, settings = find_source(key), site.watch.sources.get(key)
        if settings is None or settings.use is not Use.NON_COMMERCIAL or not source.access.needs_use:
            continue
        if site.watch.affiliates:
            yield Doubt(
                f'[watch.sources.{key}] says use = "non-commercial", and [watch.affiliates] makes links that earn something',
                f"{source.name} may take a site with such links for a business: read its terms; with a contract, write "
                f'use = "contract", and without one, do without one of the two',
            )
