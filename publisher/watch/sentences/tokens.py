"""Sentences, and the words and signs they are made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, in which a space stands between each two."""
    return frozenset(words.split())


_END = re.compile(r"(?P<mark>[.!?…]{1,9}[\"'”’)\]]{0,3})(?=\s|\Z)|\n")
_BEFORE = re.compile(r"(?:^|[\s(\[\"'“‘])(\S{1,8})\Z")
# A full stop after these ends no sentence.
_SHORT = word_set(
    "dr mr mrs ms st vs feat dir ed vol no jr sr jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed "
    "thu thur thurs fri sat sun approx est e.g i.e a.m p.m"
)
_TOKEN = re.compile(
    r"(?P<letters>(?:[A-Z]\.){2,6})"
    r"|(?P<money>[$£€]\s?\d{1,4}(?:\.\d\d)?(?!\d))"
    r"|(?P<date>\d{4}-\d{2}-\d{2}(?![\w-])|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?![\w/]))"
    r"|(?P<host>[A-Za-z]{2,20}\.(?:com|org|net|tv)\b)"
    r"|(?P<short>n['’]t\b|['’](?:s|ll|ve|re|d|m)\b)"
    r"|(?P<word>[^\W_]{1,40}?(?=n['’]t\b)|[^\W_]+(?:-[^\W_]+)*)"
    r"|(?P<sign>--+|\.{3}|\S)"
)
_DASHES = frozenset({"-", "–", "—", "―"})
_STRAIGHT = str.maketrans("’‘“”", "''\"\"")


class Token(NamedTuple):
    """A word or a sign.

    Attributes:
        code: What the grammar knows it by: itself in lower case, or a capital letter for what it stands for.
        capital: Whether it begins with a capital letter.
    """

    code: str
    start: int
    end: int
    capital: bool = False


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of a paragraph begins and ends, in characters."""
    start = 0
    for match in _END.finditer(text):
        if match["mark"] and _goes_on(text, match):
            continue
        yield start, match.end()
        start = match.end()
    yield start, len(text)


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Tell whether a sentence goes on after a mark that may end one."""
    mark, end = match.span()
    if text[end : end + 3].lstrip(" ")[:1].islower():
        return True
    if match["mark"][0] == "!" and text[max(mark - 5, 0) : mark] == "Shout":  # a distributor's name
        return True
    if match["mark"] != ".":
        return False
    before = _BEFORE.search(text[max(mark - 10, 0) : mark])
    word = before[1] if before else ""
    # Initials of names are a letter and a full stop.
    return word.lower() in _SHORT or (len(word) == 1 and word.isalpha() and word != "I")


def tokens(text: str, start: int, end: int) -> list[Token]:
    """Take a sentence apart."""
    return [_token(match) for match in _TOKEN.finditer(text, start, end)]


def _token(match: re.Match[str]) -> Token:
    written = match.group()
    code = written.translate(_STRAIGHT).casefold()
    if match.lastgroup == "sign":
        code = "—" if written in _DASHES or written.startswith("--") else "..." if written == "…" else code
    return Token(
        "M" if match.lastgroup == "money" else code, match.start(), match.end(), written[:1].isupper()
    )
