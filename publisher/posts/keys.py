"""The keys of front matter by what they take, read off its models."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BeforeValidator

from publisher.posts.front_matter import FilmBlock, FilmIds, FrontMatter, ImageBlock, WatchBlock, alt_text
from publisher.values.checkers import prose, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Checkers that take a text whatever it says.
_FREE = frozenset({text, prose, alt_text})


@cache
def known_keys() -> frozenset[str]:
    """List the keys of front matter and of the groups in it."""
    return frozenset(key for key, _ in _annotations())


@cache
def text_keys() -> frozenset[str]:
    """List the keys, of front matter and of the groups in it, that take one text of any kind."""
    return frozenset(key for key, annotation in _annotations() if _FREE & set(_checks(annotation)))


@cache
def text_list_keys() -> frozenset[str]:
    """List the keys that take texts of any kind, one or several."""
    lists = (
        (key, get_args(annotation)) for key, annotation in _annotations() if get_origin(annotation) is tuple
    )
    return frozenset(key for key, items in lists if _FREE & set(_checks(items[0])))


def _annotations() -> Iterator[tuple[str, object]]:
    for model in (FrontMatter, FilmBlock, FilmIds, ImageBlock, WatchBlock):
        for name, field in model.model_fields.items():
            yield field.alias or name, field.annotation


def _checks(annotation: object) -> Iterator[Callable[..., Any]]:
    """List the checkers that the value of a type goes through; those of a list's items are not the value's."""
    if get_origin(annotation) is tuple:
        return
    if isinstance(annotation, BeforeValidator):
        yield annotation.func
    for argument in get_args(annotation):
        yield from _checks(argument)
