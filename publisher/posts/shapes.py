"""How groups of keys and lists of them are written, for whoever wrote something else in their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.posts.yaml_text import scalar
from publisher.values.checkers import describe, fault

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError

# A longer text is no title, and no file's name either.
_LONGEST = 80
_TITLE_AND_YEAR = re.compile(r"(?P<title>.*\S)\s*\((?P<year>[0-9]{4})\)\s*")
_KINDS = "rent, buy, subscription, free, ads, cinema or disc"


def film(value: object) -> object:
    """Take a film as a group of keys."""
    if isinstance(value, dict):
        return value
    named = _TITLE_AND_YEAR.fullmatch(value) if isinstance(value, str) else None
    title = _text_or("Karmalink", named["title"] if named else value)
    year = named["year"] if named else "the year it was first shown"
    raise _shown(value, "a group of keys", f"film:\n  title: {title}\n  year: {year}")


def film_ids(value: object) -> object:
    """Take a film's ids as a group of keys."""
    if isinstance(value, dict):
        return value
    written = _text_or("tt0013442", value)
    key = "imdb" if written.startswith("tt") else "wikidata" if written.startswith("Q") else "tmdb"
    raise _shown(value, "a group of keys", f"ids:\n  {key}: {written}")


def image(value: object) -> object:
    """Take a picture as a group of keys."""
    if isinstance(value, dict):
        return value
    src = _text_or("images/karmalink.png", value)
    raise _shown(
        value, "a group of keys", f"image:\n  src: {src}\n  alt: what the picture shows, in a sentence"
    )


def offer(value: object) -> object:
    """Take an offer as a group of keys."""
    if isinstance(value, dict):
        return value
    raise _shown(value, "a group of keys", f"- service: {_text_or('Apple TV', value)}\n  kind: {_KINDS}")


def offers(value: object) -> object:
    """Take offers as a list."""
    if isinstance(value, list):
        return value
    first = value if isinstance(value, dict) else {"service": value}
    service, kind = _text_or("Apple TV", first.get("service")), _text_or(_KINDS, first.get("kind"))
    lines = f"watch:\n  - service: {service}\n    kind: {kind}"
    raise _shown(value, "a list", lines, lead="begin each offer with a -, as in")


def _shown(
    value: object, wanted: str, lines: str, lead: str = "write it on lines of its own, as in"
) -> PydanticCustomError:
    message = f"found {describe(value)}; this key takes {wanted}"
    return fault("wrong-type", message, help=f"{lead}\n{lines}")


def _text_or(example: str, value: object) -> str:
    """Return a text as it would stand in such a line, or an example where there is none that would."""
    fits = isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()
    return scalar(str(value)) if fits else example
