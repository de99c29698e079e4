"""A sentence as grammar sees it: its words in lower case, and a capital letter for each thing that is known."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from publisher.catalogue.names import fold
from publisher.watch.sentences.dates import time_at
from publisher.watch.sentences.names import MOST_TOKENS
from publisher.watch.sentences.regions import region_at
from publisher.watch.sentences.tokens import word_set

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.watch.sentences.dates import Day
    from publisher.watch.sentences.names import Known
    from publisher.watch.sentences.tokens import Token

# "Digital rental" is a way to get a film, not a place.
_ADJECTIVES = frozenset(
    {"digital", "4k", "uhd", "dvd", "theatrical", "bluray", "theater", "theatre", "cinema"}
)
_DIGITAL_THINGS = word_set(
    "copy copies version versions rental rentals rent renting purchase purchases sale release releases restoration effects "
    "camera cameras transfer scan remaster viewing screening screenings audience audiences debut premiere lovers seats run"
)
# By these any film is called, whatever its title is.
_CALLED = word_set(
    "it this that them they these those us we you he she him her i me one film movie picture thefilm themovie thepicture thisfilm thismovie "
    "thisone thedocumentary now out"
)
_YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")
_LONGEST_WORD = 40
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Item:
    """A word, a sign, or a thing that several of them name.

    Attributes:
        code: A word in lower case, a sign, or a letter: D a day, H a holiday to be looked up, M money, N a name of a
            service, J a country that may be a language as well, P a parenthesis, Q a quotation, R a country, T the film's title, V a time that is no day.
        start: Where it begins in the paragraph, in characters; `end` is where it ends.
    """

    code: str
    start: int
    end: int
    capital: bool = False
    name: Known | None = None
    day: Day | None = None
    region: str | None = None
    inner: Sentence | None = None


@dataclass
class Sentence:
    """The items of a sentence, and their codes as one text in which each has a space after it."""

    items: tuple[Item, ...]
    codes: str = field(init=False)

    def __post_init__(self) -> None:
        self.codes = "".join(f"{item.code} " for item in self.items)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for item in self.items:
            starts.append(at)
            at += len(item.code) + 1
        return starts

    def number(self, at: int) -> int:
        """Answer which item the code at a place belongs to."""
        return bisect_right(self._starts, at) - 1

    def place(self, number: int) -> int:
        """Answer where the code of an item begins."""
        return self._starts[number] if number < len(self._starts) else len(self.codes)

    def between(self, start: int, end: int) -> tuple[Item, ...]:
        """Return the items whose codes stand between two places."""
        return self.items[self.number(start) : self.number(end - 1) + 1] if start < end else ()


@dataclass(frozen=True)
class Vocabulary:
    """What is known to be a name in the sentences of one review.

    Attributes:
        names: The names of services, folded.
        first_words: The first words of these, folded.
        people: The words of the names of who made the film, folded.
        titles: The titles of the film, folded.
        year: The film's year.
        month_first: Whether 2/3 is a day of February; None where that cannot be told.
        longest_title: How many words and signs a title has at the most.
        title_words: The words of the titles, folded.
    """

    names: Mapping[str, Known]
    first_words: frozenset[str]
    people: frozenset[str]
    titles: frozenset[str]
    year: int | None
    month_first: bool | None
    longest_title: int
    title_words: frozenset[str] = frozenset()

    @cached_property
    def sure_titles(self) -> frozenset[str]:
        """Return the titles that are none of the words by which any film is called, as "It" and "The Film" are."""
        return self.titles - _CALLED

    @cached_property
    def years(self) -> frozenset[str]:
        """Return the years that the film may be said to be of, as text; none where that is not known."""
        return frozenset(str(self.year + more) for more in (-1, 0, 1)) if self.year else frozenset()

    def is_in(self, words: Sequence[Token], text: str) -> bool:
        """Tell whether a service is named in a sentence: most go no further."""
        return any(self._name(words, at, text) for at in range(len(words)))

    def sentence(self, words: Sequence[Token], text: str) -> Sentence:
        """See what the words of a sentence name."""
        while len(words) > 1 and words[0].code in _CLOSING and _closing(words, 0) == len(words) - 1:
            words = words[1:-1]
        return Sentence(tuple(self._items(words, text)))

    def _items(self, words: Sequence[Token], text: str) -> list[Item]:
        found: list[Item] = []
        at = 0
        while at < len(words):
            item, count = self._item(words, at, text)
            if item.code == "P" and found and found[-1].code == "T" and self._is_other_year(item, text):
                found[-1] = replace(found[-1], code="Q")
            found.append(item)
            at += count
        return found

    def _item(self, words: Sequence[Token], at: int, text: str) -> tuple[Item, int]:
        first = words[at]
        if first.code in _CLOSING and (end := _closing(words, at)):
            inner = Sentence(tuple(self._items(words[at + 1 : end], text)))
            return Item("P", first.start, words[end].end, inner=inner), end - at + 1
        if first.code == '"' and (end := _quoted(words, at)):
            whole = fold(text[first.end : words[end].start].strip(" ,.'"))
            return Item("T" if whole in self.titles else "Q", first.start, words[end].end), end - at + 1
        title = self._title(words, at, text)
        named = self._name(words, at, text)
        if title and (named is None or title > named[1]):
            return Item("T", first.start, words[at + title - 1].end), title
        if named is not None:
            known, count = named
            return Item("N", first.start, words[at + count - 1].end, first.capital, name=known), count
        time = time_at(words, at, month_first=self.month_first)
        if time is not None:
            return Item(time.code, first.start, words[at + time.count - 1].end, day=time.day), time.count
        region = region_at(words, at, text)
        if region is not None:
            code, count = "J" if region.adjective else "R", region.length
            return Item(code, first.start, words[at + count - 1].end, region=region.region), count
        code = first.code if first.code != "P" else "p"
        return Item(code, first.start, first.end, first.capital), 1

    def _is_other_year(self, aside: Item, text: str) -> bool:
        """Tell whether a parenthesis after a title says that another film of the same title is meant."""
        year = _YEAR.search(text, aside.start, aside.end)
        return year is not None and self.year is not None and abs(int(year.group()) - self.year) > 1

    def _title(self, words: Sequence[Token], at: int, text: str) -> int:
        if not (words[at].capital or words[at].code[:1].isdigit()):
            return 0
        for count in range(min(self.longest_title, len(words) - at), 0, -1):
            if fold(text[words[at].start : words[at + count - 1].end]) in self.sure_titles:
                return count
        return 0

    def _name(self, words: Sequence[Token], at: int, text: str) -> tuple[Known, int] | None:
        if _folded(text[words[at].start : words[at].end]) not in self.first_words:
            return None
        folded = [_folded(text[word.start : word.end]) for word in words[at : at + MOST_TOKENS]]
        for count in range(len(folded), 0, -1):
            known = self.names.get("".join(folded[:count]))
            if known is None or not folded[count - 1]:
                continue
            after = words[at + count].code if at + count < len(words) else ""
            if folded[0] in _ADJECTIVES and after in _DIGITAL_THINGS:
                continue
            if known.small or words[at].capital:
                return known, count
        return None


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    """Fold a word; most of them were folded before."""
    return fold(word) if len(word) <= _LONGEST_WORD else ""


def _closing(words: Sequence[Token], at: int) -> int:
    """Find the sign that closes a parenthesis; 0 where there is none, or another one is opened before."""
    opening = words[at].code
    for number in range(at + 1, len(words)):
        if words[number].code == _CLOSING[opening]:
            return number
        if words[number].code == opening:
            return 0
    return 0


def _quoted(words: Sequence[Token], at: int) -> int:
    """Find the sign that closes a quotation; 0 where there is none."""
    return next((number for number in range(at + 1, len(words)) if words[number].code == '"'), 0)
