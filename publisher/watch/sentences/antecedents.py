"""What "it" may mean: the film of the review, or another one that was spoken of last."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.catalogue.names import fold
from publisher.watch.sentences.tokens import sentences, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.watch.sentences.paragraphs import Paragraph
    from publisher.watch.sentences.sentence import Vocabulary

_QUOTATION = re.compile('["“]([^"“”]{1,100})["”]')
_LONGEST_TITLE = 100
# In titles, words like "of" and "with" begin in lower case; longer ones do not.
_LOWER_CASE_IN_TITLES = 4
# "Suspiria is the model": a name at the beginning of a sentence, and its verb.
_SUBJECT = re.compile(
    r"\s*(?:But |And |Still, |Like )?(?P<name>[A-Z0-9][\w'’-]{0,30}(?: (?:of|the|and|in|a|to|[A-Z0-9][\w'’-]{0,30})){0,6}?),? "
    r"(?:is|was|has|had|remains|feels|does|did|isn|wasn|will|may|might)\b"
)
# "The sequel came later": not the film either.
_OTHER_THING = re.compile(
    r"\s*(?:The|Its|A|An|His|Her|Their|That) (?:[a-z-]{1,20} ){0,2}(?:sequel|prequel|remake|original|series|show|book|novel|short|"
    r"soundtrack|score|trailer|trilogy|franchise|album|game|comic|follow-up|predecessor)\b"
)
_NO_NAMES = word_set(
    "it this that these those he she they we you i what who there here everything nothing nobody everyone someone all none "
    "most some much many one both each every neither either his her its their our my your if when while as for and but so "
    "yet or not now then still even only just perhaps nor how why where"
)
_ARTICLES = frozenset({"the", "a", "an"})


class Antecedents:
    """The titles that a paragraph mentions, as far as they stand out, in their order."""

    def __init__(self, paragraph: Paragraph, text: str, vocabulary: Vocabulary) -> None:
        """Take a paragraph and its words; nothing is looked for before somebody asks."""
        self._paragraph = paragraph
        self._text = text
        self._vocabulary = vocabulary

    def is_other(self, offset: int) -> bool:
        """Tell whether the last title before a character is another film's."""
        number = bisect_right(self._ends, offset) - 1
        return number >= 0 and self._mentions[number][1]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for end, _ in self._mentions]

    @cached_property
    def _mentions(self) -> list[tuple[int, bool]]:
        return sorted((*self._set_off(), *self._subjects()))

    def _set_off(self) -> Iterator[tuple[int, bool]]:
        """Yield the titles that are stressed or in quotation marks: where each ends, and whether it is another film's."""
        spans = [
            (mark.start, mark.end)
            for mark in self._paragraph.stressed
            if mark.end - mark.start <= _LONGEST_TITLE
        ]
        spans += [match.span() for match in _QUOTATION.finditer(self._text)]
        for start, end in spans:
            words = self._text[start:end].strip(" \"“”‘’',.()")
            if words and not words.endswith(":") and _looks_like_a_title(words) and not self._is_known(words):
                yield end, fold(words) not in self._vocabulary.titles

    def _subjects(self) -> Iterator[tuple[int, bool]]:
        """Yield the names that sentences begin with."""
        for start, end in sentences(self._text):
            if other := _OTHER_THING.match(self._text, start, end):
                yield other.end(), True
            match = _SUBJECT.match(self._text, start, end)
            if match is None:
                continue
            first, *more = match["name"].split()
            if first.lower() in _NO_NAMES or (
                first.lower() in _ARTICLES and not (more and more[0][0].isupper())
            ):
                continue
            if not self._is_known(match["name"]):
                yield match.end("name"), fold(match["name"]) not in self._vocabulary.titles

    def _is_known(self, words: str) -> bool:
        """Tell whether words name a service, or somebody who made the film."""
        folded = fold(words)
        return folded in self._vocabulary.names or all(
            fold(word) in self._vocabulary.people for word in words.split()
        )


def _looks_like_a_title(words: str) -> bool:
    return words[0].isupper() and all(
        word[0].isupper() for word in words.split() if len(word) > _LOWER_CASE_IN_TITLES and word[0].isalpha()
    )
