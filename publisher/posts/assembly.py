"""From checked front matter to a Review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.model import Film, Image, Review
from publisher.posts.listings import listing_of

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.posts.front_matter import FilmBlock, FrontMatter
    from publisher.site import Site


def review_of(front: FrontMatter, path: Path, site: Site) -> Review:
    """Put a review together from front matter in which nothing required is missing."""
    if front.id is None or front.title is None or front.date is None:
        raise AssertionError("a post without errors has an id, a title and a date")
    date = front.date.at
    authors = front.author or tuple(site.authors)
    return Review(
        id=front.id,
        slug=front.slug or path.stem,
        title=front.title,
        date=date,
        # A bare day means some time on that day, never before the review itself.
        updated=max(front.updated.at, date) if front.updated else None,
        status=front.status,
        retracted=max(front.retracted.at, date) if front.retracted else None,
        reason=front.reason,
        correction=front.correction,
        previous=front.previous,
        authors=tuple(site.authors[key] for key in authors),
        language=front.language or site.language,
        summary=front.summary,
        tags=front.tags,
        film=_film(front.film) if front.film else None,
        rating=front.rating,
        image=Image(front.image.src, front.image.alt or "", front.image.credit)
        if front.image and front.image.src
        else None,
        watch=tuple(listing_of(item, site) for item in front.watch),
    )


def _film(film: FilmBlock) -> Film:
    return Film(
        title=film.title or "",
        original_title=film.original_title,
        year=film.year,
        directors=film.directors,
        cast=film.cast,
        countries=film.countries,
        languages=film.languages,
        runtime=film.runtime,
        ids={scheme: value for scheme, value in film.ids if value is not None},
    )
