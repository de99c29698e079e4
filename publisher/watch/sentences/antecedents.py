"""What "it" may mean: the film of the review, as long as nothing else was spoken of before it in the same paragraph."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.catalogue.names import fold
from publisher.watch.sentences.other_works import (
    LABELS,
    NEUTRAL,
    OPENERS,
    PRAISE,
    VERBS,
    begins_with_something_else,
    cues,
)
from publisher.watch.sentences.tokens import sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.watch.sentences.paragraphs import Paragraph
    from publisher.watch.sentences.sentence import Item, Vocabulary

_QUOTATION = re.compile('["“]([^"“”]{1,100})["”]')
_LONGEST_TITLE = 100
# In titles, words like "of" and "with" begin in lower case; longer ones do not.
_LOWER_CASE_IN_TITLES = 4
# No reviewer writes more before a statement, in one paragraph or in one sentence.
_LONGEST_PARAGRAPH = 20_000
_LONGEST_SENTENCE = 1_000
_ENDS = frozenset({".", "!", "...", ":", ";", "—", ","})
# The names that follow are of people: "directed by Jake Wachtel".
_BY_PEOPLE = re.compile(
    r"(?:directed|written|shot|scored|played|edited|produced|photographed|filmed|lensed|composed|created|penned|acted|performed) (?:and \w+ )?by $"
    r"|(?:starring|stars|director|directors|writer|actor|actress|filmmaker) (?:and \w+ )?$",
    re.IGNORECASE,
)
_OF_A_NAME = frozenset({"and", "&", ".", "de", "van", "von", "der", "la", "di", "da", "-"})
_KNOWN = frozenset({"D", "H", "N", "R", "T", "V"})
_BEFORE_HOLIDAYS = frozenset(
    {"on", "for", "at", "by", "until", "till", "since", "around", "every", "before", "after", "of"}
)
# With these a sentence may begin that does not begin with a name.
_NO_NAMES = OPENERS | NEUTRAL | LABELS
_YEAR = re.compile(r"\((?P<year>(?:18|19|20)\d\d)\b")
# "Director: Jake Wachtel" names no work.
_FACT = re.compile(
    r"(?:directors?|directed by|writers?|written by|cast|starring|producers?|screenplay|cinematography|music|country|year|"
    r"language|genres?|running time|runtime|rating|rated|score|grade|studio|distributor|release(?: date)?|released|verdict|by)\b:?",
    re.IGNORECASE,
)
_BEGIN_SENTENCES = frozenset({":", ".", "...", "?", "!"})
_QUOTES = " \"“”'"
_WORD = re.compile(r"[^\W_][\w'’-]*")


class Antecedents:
    """The works that a paragraph speaks of beside the reviewed film, as far as that can be told."""

    def __init__(self, paragraph: Paragraph, text: str, vocabulary: Vocabulary) -> None:
        """Take a paragraph and its words; nothing is looked for before somebody asks."""
        self._paragraph = paragraph
        self._text = text
        self._vocabulary = vocabulary
        #: Up to here nothing matters: the film was named, with where it can be seen.
        self._settled = 0
        self._sentences = sentences(text)
        self._read_to = 0
        #: Where the other works end that were found so far, in order.
        self._ends: list[int] = []

    def settle(self, offset: int) -> None:
        """Take note that it was said of the film by its name where it can be seen, up to a character."""
        self._settled = max(self._settled, offset)

    def is_other(self, offset: int) -> bool:
        """Tell whether something else than the film may be meant by a pronoun, or by nothing, at a character."""
        if offset - self._settled > _LONGEST_PARAGRAPH:
            return True
        while self._read_to <= offset and (span := next(self._sentences, None)) is not None:
            start, self._read_to = span
            if self._read_to > self._settled:
                self._ends += sorted(self._others(start, self._read_to))
        return any(self._stands_in(ends, offset) for ends in (self._ends, self._set_off))

    def _stands_in(self, ends: Sequence[int], offset: int) -> bool:
        found = bisect_right(ends, offset)
        return found > 0 and ends[found - 1] > self._settled

    @cached_property
    def ends_elsewhere(self) -> bool:
        """Tell whether the last sentence says that another work follows, as "See also" does."""
        return bool(cues(self._text, *self._last))

    @cached_property
    def ends_with_another(self) -> bool:
        """Tell whether the last sentence brings in another work: by a title that is set off, or where it is the only one, by any name."""
        start, end = self._last
        if self.ends_elsewhere:
            return True
        alone = not self._text[:start].strip()
        return self.is_other(end) if alone else any(start < stop <= end for stop in self._set_off)

    @cached_property
    def _last(self) -> tuple[int, int]:
        last = (0, 0)
        for start, end in sentences(self._text):
            if not self._text[start:end].isspace() and start < end:
                last = start, end
        return last

    def is_name(self) -> bool:
        """Tell whether the paragraph looks like the name of something else and nothing more, as "Mad God" does."""
        text = self._bare
        return (
            _looks_like_a_title(text.partition("(")[0].strip()) and not self.is_film() and not self.is_label()
        )

    def is_film(self) -> bool:
        """Tell whether the paragraph is the film's title and nothing more."""
        return self._is_known(self._bare)

    def is_label(self) -> bool:
        """Tell whether every word of the paragraph is one that names no work: "Where to watch", "Final Thoughts"."""
        if _FACT.match(self._bare) and (":" in self._text or self._bare.lower().startswith("by ")):
            return True
        return all(self._is_neutral(word) for word in _WORD.findall(self._bare))

    def names_service(self) -> bool:
        """Tell whether the paragraph names a service."""
        return self._vocabulary.is_in(tokens(self._text, 0, len(self._text)), self._text)

    def is_stressed(self) -> bool:
        """Tell whether all of the paragraph is stressed."""
        return any(
            mark.end - mark.start >= len(self._text.rstrip(" :")) - 1 for mark in self._paragraph.stressed
        )

    @cached_property
    def _bare(self) -> str:
        return self._text.strip(" \n*_\"“”‘’'.:()[]#-–—")

    def _is_neutral(self, word: str) -> bool:
        folded = fold(word)
        return (
            word.lower() in LABELS
            or word.lower() in NEUTRAL
            or word in self._vocabulary.years
            or folded in self._vocabulary.people
            or folded in self._vocabulary.names
            or folded in self._vocabulary.title_words
        )

    @cached_property
    def _set_off(self) -> list[int]:
        """List where the titles end that are stressed, linked, or in quotation marks, and not the film's."""
        spans = [(mark.start, mark.end) for mark in self._paragraph.stressed]
        spans += [(link.start, link.end) for link in self._paragraph.links]
        spans += [match.span() for match in _QUOTATION.finditer(self._text)]
        return sorted(end for start, end in spans if self._is_title(start, end))

    def _is_title(self, start: int, end: int) -> bool:
        if end - start > _LONGEST_TITLE:
            return False
        words = self._text[start:end].strip(" \"“”‘’',.()")
        if not words or words.endswith(":") or not _looks_like_a_title(words) or self._is_known(words):
            return False
        return not all(self._is_neutral(word) or word.lower() in OPENERS for word in words.split())

    def _is_known(self, words: str) -> bool:
        """Tell whether words name the film, a service, or somebody who made the film."""
        vocabulary = self._vocabulary
        folded = fold(words.partition(" (")[0])
        return (
            folded in vocabulary.titles
            or folded in vocabulary.names
            or all(fold(word) in vocabulary.people for word in words.split())
        )

    def _others(self, start: int, end: int) -> Iterator[int]:
        """Yield where the words of a sentence end that bring in another work."""
        if end - start > _LONGEST_SENTENCE:
            yield start
            return
        yield from cues(self._text, start, end)
        yield from self._other_years(start, end)
        items = self._vocabulary.sentence(tokens(self._text, start, end), self._text).items
        if items and (
            self._begins_with_name(items) or begins_with_something_else([item.code for item in items[:9]])
        ):
            yield items[0].end
        yield from self._names(items)

    def _other_years(self, start: int, end: int) -> Iterator[int]:
        """Yield where the years in parentheses end that are not the film's."""
        for match in _YEAR.finditer(self._text, start, end):
            before = fold(self._text[start : match.start()])
            mine = self._vocabulary.years
            if match["year"] not in mine if mine else not before.endswith(tuple(self._vocabulary.titles)):
                yield match.end()

    def _names(self, items: Sequence[Item], *, inner: bool = False) -> Iterator[int]:
        """Yield where the items within a sentence end that have a capital letter, and may name another work."""
        person = -2
        for number, item in enumerate(items):
            before = items[number - 1].code if number else ""
            if item.inner is not None:
                yield from self._names(item.inner.items, inner=True)
            elif self._is_title_by_itself(item, before):
                yield item.end
            elif person == number - 1 and (self._is_plain(item) or item.code in _OF_A_NAME):
                person = number
            elif not self._is_plain(item) or (number == 0 and not inner):
                continue
            elif before in _BEGIN_SENTENCES:
                if self._begins_with_name(items[number:]):
                    yield item.end
            elif _BY_PEOPLE.search(self._text, max(item.start - 40, 0), item.start):
                person = number
            elif not self._is_no_work(item, inner=inner):
                yield item.end

    def _is_no_work(self, item: Item, *, inner: bool) -> bool:
        word = self._text[item.start : item.end]
        return (
            item.code in NEUTRAL
            or fold(word) in self._vocabulary.people
            or (inner and (item.code in OPENERS or item.code in LABELS))
        )

    def _is_title_by_itself(self, item: Item, before: str) -> bool:
        """Tell whether an item is a title in quotation marks, or the one holiday that is the title of well-known films, too."""
        written = self._text[item.start : item.end]
        if item.code == "Q":
            return _looks_like_a_title(written.strip(_QUOTES))
        return written == "Halloween" and before not in _BEFORE_HOLIDAYS

    @staticmethod
    def _is_plain(item: Item) -> bool:
        """Tell whether an item is a word with a capital letter that nothing is known of."""
        return item.capital and item.code not in _KNOWN and item.inner is None

    def _begins_with_name(self, items: Sequence[Item]) -> bool:
        """Tell whether the first word of a sentence is a name, and not written with a capital letter for being the first."""
        items = [item for item in items if item.code not in {'"', "'", "(", "["}]
        if not items or items[0].inner is not None or not items[0].code.islower() | items[0].code.isdigit():
            return False
        word = items[0].code
        known = _NO_NAMES | self._vocabulary.people
        if word in known or word.endswith("ly"):
            return False
        after = next((item.code for item in items[1:] if item.inner is None), "")
        if not after or after in _ENDS:
            return items[0].capital and word not in PRAISE
        return after in VERBS or (items[0].capital and after.endswith("ed"))


def _looks_like_a_title(words: str) -> bool:
    return words[:1].isupper() and all(
        word[0].isupper() for word in words.split() if len(word) > _LOWER_CASE_IN_TITLES and word[0].isalpha()
    )
