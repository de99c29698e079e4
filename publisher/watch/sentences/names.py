"""The names of services as they stand in sentences."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from publisher.catalogue import ServiceCategory
from publisher.catalogue.names import fold
from publisher.watch.sentences.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.catalogue import Catalogue

_WORD = re.compile(r"[^\W_]+")
# No name that is known has more words and signs.
MOST_TOKENS = 8

_THEATERS, _VOD, _PHYSICAL = "theaters", "vod", "physical"
# What films are sold on, and how good they look there.
_DISCS = (
    "DVD",
    "Blu-ray",
    "4K",
    "4K UHD",
    "4K UHD Blu-ray",
    "4K Blu-ray",
    "4K Ultra HD",
    "4K Ultra HD Blu-ray",
    "Ultra HD Blu-ray",
    "UHD Blu-ray",
    "UHD",
    "VHS",
)
# What reviewers say for a generic service beside the names that the catalogue has for it.
_PHRASES = {
    _THEATERS: (
        "cinemas",
        "theaters",
        "theatres",
        "movie theaters",
        "movie theatres",
        "movie houses",
        "multiplexes",
        "limited theatrical release",
        "theatrical release",
        "limited release",
        "theatrically",
    ),
    _VOD: (
        "VOD",
        "VOD platforms",
        "PVOD",
        "TVOD",
        "premium VOD",
        "cable VOD",
        "digital VOD",
        "digital",
        "Digital HD",
        "digital download",
        "digital platforms",
        "digital services",
        "digital outlets",
        "digital storefronts",
        "digital retailers",
        "digital on demand",
        "digitally",
        "on demand",
        "video on demand",
        "premium video on demand",
        "on demand platforms",
    ),
    _PHYSICAL: (*_DISCS, "DVDs", "Blu-rays", "Blu-ray disc", "disc", "physical media"),
}
# The catalogue's name, but in a sentence it can be a disc as well as a download.
_NOT_IN_SENTENCES = frozenset({"homevideo"})
# The words hold their own preposition: "available on demand".
_COMPLETE = frozenset({"theatrically", "digitally", "ondemand"})
_QUALITIES = {fold(name): name for name in _DISCS} | {
    "dvds": "DVD",
    "blurays": "Blu-ray",
    "bluraydisc": "Blu-ray",
}


class Known(NamedTuple):
    """What a name stands for, as far as the name alone says.

    Attributes:
        generic: The key of the generic service; None where it is one of a service.
        complete: Whether it needs no preposition.
        quality: The quality of a disc, as it is written down.
        cinema: Whether one goes there.
        small: Whether it may be written in lower case.
    """

    generic: str | None = None
    complete: bool = False
    quality: str | None = None
    cinema: bool = False
    small: bool = False


@lru_cache(maxsize=8)
def known_names(catalogue: Catalogue) -> Mapping[str, Known]:
    """List every name by which a service may be called in a sentence, folded."""
    found: dict[str, Known] = {}
    for service in catalogue.services.values():
        spellings = (service.name, service.label, *service.former_names, *service.aliases)
        for spelling in spellings:
            folded = fold(spelling)
            generic = service.key if service.category is ServiceCategory.GENERIC else None
            if folded in _NOT_IN_SENTENCES or (generic is None and folded in found):
                continue
            found[folded] = Known(
                generic,
                quality=_QUALITIES.get(folded) if generic == _PHYSICAL else None,
                cinema=service.category is ServiceCategory.CINEMA or service.key == _THEATERS,
                small=generic is not None or spelling[:1].islower(),
            )
    for key, phrases in _PHRASES.items():
        for folded in map(fold, phrases):
            if key in catalogue.services:
                complete = folded in _COMPLETE
                found[folded] = Known(
                    key, complete, _QUALITIES.get(folded), cinema=key == _THEATERS, small=True
                )
    return found


@lru_cache(maxsize=8)
def first_words(catalogue: Catalogue) -> frozenset[str]:
    """List the first words of all names, folded as they stand in a sentence."""
    return frozenset(
        fold(found[0].code if found[0].code != "M" else spelling)
        for spelling in _spellings(catalogue)
        if (found := tokens(spelling, 0, len(spelling)))
    )


def hints_of_names(text: str, catalogue: Catalogue) -> tuple[str, ...]:
    """List words of a text that may be part of a service's name: quick, and without any of them none is named."""
    small = text.casefold()
    return tuple([word for word in _telling_words(catalogue) if word in small])


def names_any(text: str, hints: Sequence[str]) -> bool:
    """Tell whether a service may be named in a part of a text that has such hints: wrong only in that it may say yes."""
    small = text.casefold()
    return any(hint in small for hint in hints)


@lru_cache(maxsize=8)
def _telling_words(catalogue: Catalogue) -> tuple[str, ...]:
    """List words of which every name has one, its longest; none is part of another."""
    spellings = _spellings(catalogue)
    words = sorted(
        {max(_WORD.findall(spelling.casefold()), key=len, default="") for spelling in spellings}, key=len
    )
    kept: list[str] = []
    for word in words:
        if word and not any(other in word for other in kept):
            kept.append(word)
    return tuple(kept)


def _spellings(catalogue: Catalogue) -> list[str]:
    found = [phrase for phrases in _PHRASES.values() for phrase in phrases]
    for service in catalogue.services.values():
        found += [service.name, service.label, *service.former_names, *service.aliases]
    return found
