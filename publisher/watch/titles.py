"""When two spellings are the same title, or the same person."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DROPPED = frozenset(
    "'\"`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2032\u2033"
)
_BREAKS = frozenset(".,:;/_()[]\u00b7\u2022\u2044\u30fb")
_ARTICLES = frozenset({"a", "an", "the"})


@lru_cache(maxsize=4096)
def folded(title: str) -> str:
    """Take from a title what differs between two people who write the same one.

    Case and width (NFKC), spaces, quotation marks and apostrophes, hyphens and dashes, commas, colons and dots,
    ellipses, accents on Latin letters, and "&" for "and" say nothing about which film is meant. Everything else does:
    articles, numbers, "!" and "?" ("mother!" is not "Mother"), and the marks of other scripts, where they are letters. A title of
    which nothing would be left stays as it is.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    words = "".join(_written(char) for char in _without_accents(text)).split()
    return " ".join(words) or text.strip()


@lru_cache(maxsize=4096)
def bare(title: str) -> str:
    """Take all but letters, figures and marks from a title, and an article at either end; may be empty.

    Two films may share what is left: enough to ask whether one is meant, never to take it.
    """
    words = folded(title).split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    elif len(words) > 1 and words[-1] in _ARTICLES:
        words = words[:-1]
    return "".join(char for char in "".join(words) if unicodedata.category(char)[0] in "LNM")


@lru_cache(maxsize=4096)
def person(name: str) -> str:
    """Take from a name what stays when its words change places: "Park Chan-wook" is "Chan-wook Park".

    An initial beside two longer words is left out: "George A. Romero" is "George Romero".
    """
    words = folded(name).split()
    longer = [word for word in words if len(word) > 1]
    return "".join(sorted("".join(longer if len(longer) > 1 else words)))


@lru_cache(maxsize=4096)
def script(text: str) -> str:
    """Return the first word of the Unicode name of its first letter, such as "LATIN"; empty without letters."""
    return next((_script(char) for char in text if char.isalpha()), "")


def _written(char: str) -> str:
    if char == "&":
        return " and "
    category = unicodedata.category(char)
    # Cf: soft hyphens and zero-width characters, which nobody sees.
    if char in _DROPPED or category == "Cf":
        return ""
    return " " if char in _BREAKS or category == "Pd" else char


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(char):
            base = _script(char)
        elif base == "LATIN":
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]
