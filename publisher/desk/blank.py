"""A post as `publisher new` writes it: what is known is filled in, what is not stands ready behind a `#`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.desk.wording import written_moment
from publisher.model import plain
from publisher.posts.placeholder import PLACEHOLDER
from publisher.posts.yaml_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.model import RatingScale
    from publisher.posts.front_matter import FilmBlock

# Words that mean themselves wherever they stand in YAML.
_WORD = re.compile(r"(?!null\b)[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """What is known of a post before it is written; every value is one that front matter takes.

    Attributes:
        slug: Where it differs from the file's name.
        date: When it goes out (aware).
        language: Where it is not the site's.
        film: None when nothing is known of it.
    """

    id: str
    title: str
    slug: str | None
    date: datetime
    authors: tuple[str, ...]
    language: str | None
    tags: tuple[str, ...]
    film: FilmBlock | None

    def text(self, zone: ZoneInfo, scale: RatingScale) -> str:
        """Return the whole file; without their "# " the lines that begin with one are front matter, too."""
        return "\n".join(["---", *self._front(zone, scale), "---", "", PLACEHOLDER, ""])

    def _front(self, zone: ZoneInfo, scale: RatingScale) -> Iterator[str]:
        yield f"id: {self.id}  # never change it"
        yield f"title: {quoted(self.title)}"
        if self.slug:
            yield f"slug: {self.slug}"
        yield f"date: {written_moment(self.date, zone)}  # when it goes out"
        yield "status: draft  # keeps it at home; remove this line when it is ready"
        yield f"author: {_list(self.authors) if len(self.authors) > 1 else _word(self.authors[0])}"
        if self.language:
            yield f"language: {self.language}"
        if self.tags:
            yield f"tags: {_list(self.tags)}"
        yield "# summary: What lists show of it, in a sentence or two."
        yield from _film(self.film) if self.film else _film_to_come(self.title)
        yield (
            f"# rating: {plain(scale.maximum)}"
            f"  # {plain(scale.minimum)} to {plain(scale.maximum)} in steps of {plain(scale.step)}"
        )
        yield "# watch:"
        yield "#   - service: Apple TV"
        yield "#     kind: rent  # or buy, subscription, free, ads, cinema, disc"


def _film(film: FilmBlock) -> Iterator[str]:
    yield "film:"
    yield f"  title: {quoted(film.title or '')}"
    yield f"  year: {film.year}" if film.year else "  # year:  # in which it was first shown"
    yield f"  directors: {_list(film.directors)}" if film.directors else "  # directors: []"


def _film_to_come(title: str) -> Iterator[str]:
    yield "# film:"
    yield f"#   title: {quoted(title)}"
    yield "#   year:  # in which it was first shown"
    yield "#   directors: []"


def _list(words: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_word, words))}]"


def _word(word: str) -> str:
    return word if _WORD.fullmatch(word) else quoted(word)
