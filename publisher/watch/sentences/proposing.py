"""From the text of a post to what its sentences propose.

Precision matters more than recall: whatever is not understood to its last word proposes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from publisher.catalogue.names import fold
from publisher.watch.sentences.antecedents import Antecedents
from publisher.watch.sentences.dates import month_comes_first
from publisher.watch.sentences.grammar import Subject, heads, is_bent, loose_head, subject_before
from publisher.watch.sentences.names import first_words, known_names, names_any
from publisher.watch.sentences.paragraphs import Paragraph, paragraphs
from publisher.watch.sentences.places import read_places
from publisher.watch.sentences.retractions import MOST_CHARACTERS, takes_back
from publisher.watch.sentences.sentence import Sentence, Vocabulary
from publisher.watch.sentences.surroundings import Surroundings
from publisher.watch.sentences.terms import Statement, listings
from publisher.watch.sentences.tokens import sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.model import OfferKind, Review
    from publisher.site import Site
    from publisher.watch.sentences.grammar import Head
    from publisher.watch.sentences.names import Known
    from publisher.watch.sentences.proposal import Proposal

# No review names services in more sentences; what a text that is built to hurt says beyond is not read.
_MOST_SENTENCES = 2_000
# A longer sentence is none that a reviewer wrote.
_LONGEST_SENTENCE = 1000
_LONGEST_QUOTE = 240
_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")
_LINE_END = re.compile(rb"\r\n|\r|\n")


def propose(text: str, review: Review, site: Site) -> tuple[Proposal, ...]:
    """Read in the text of a post where its film can be seen.

    Nothing is proposed for a review without a film, for which nothing could be listed, nor for one that is not in English.

    Args:
        text: The Markdown below the front matter.
        review: The review; days without a year are those nearest to its date.
        site: The site, with its catalogue, its country and its time zone.

    Returns:
        The proposals in the order of the text, each service, kind and country once. None raises, whatever the text.
    """
    if review.film is None or not review.language.lower().startswith("en"):
        return ()
    if not names_any(text, site.catalogue):
        return ()
    # A lone surrogate is no character of any file.
    sound = text.encode("utf-8", "replace").decode()
    return _Reader(sound, review, site).read()


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, review: Review, site: Site) -> None:
        self._text = text
        self._review = review
        self._site = site
        self._vocabulary = _vocabulary(review, site)
        self._surroundings = Surroundings(self._vocabulary)
        #: How many sentences that name a service were read.
        self._sentences = 0

    def read(self) -> tuple[Proposal, ...]:
        """Return what the text proposes."""
        found: dict[tuple[str, OfferKind, str | None], Proposal | None] = {}
        for paragraph, after in pairwise(chain(paragraphs(self._text), (Paragraph(),))):
            if self._sentences > _MOST_SENTENCES:
                break
            antecedents = Antecedents(paragraph, paragraph.text, self._vocabulary)
            self._surroundings.enter(paragraph, antecedents)
            if self._surroundings.foreign:
                continue
            for proposal in self._paragraph(paragraph, antecedents, after):
                terms = proposal.listing.terms
                key = (proposal.listing.service, terms.kind, terms.region or self._site.watch.region)
                found[key] = _agreed(found[key], proposal) if key in found else proposal
        return tuple(proposal for proposal in found.values() if proposal is not None)

    def _paragraph(
        self, paragraph: Paragraph, antecedents: Antecedents, after: Paragraph
    ) -> Iterator[Proposal]:
        text = paragraph.text
        if not names_any(text, self._site.catalogue):
            return
        for start, end in sentences(text):
            if end - start > _LONGEST_SENTENCE or not names_any(text[start:end], self._site.catalogue):
                continue
            self._sentences += 1
            if self._sentences > _MOST_SENTENCES:
                return
            words = tokens(text, start, end)
            if not self._vocabulary.is_in(words, text):
                continue
            sentence = self._vocabulary.sentence(words, text)
            statements = tuple(self._statements(sentence, paragraph, text, antecedents))
            if statements and self._is_taken_back(text[end:], after):
                continue
            for statement in statements:
                at = sentence.items[0].start
                quote = _quoted(text[start:end])
                for proposal in listings(statement, self._review, self._site):
                    yield replace(proposal, quote=quote, line=self._line(paragraph.byte(at)))

    def _is_taken_back(self, rest: str, after: Paragraph) -> bool:
        """Tell whether what stands behind a sentence, in the rest of its paragraph or else in the next one, takes it back."""
        text = rest.lstrip() or ("" if after.heading else after.text.lstrip())
        text = text[:MOST_CHARACTERS]
        start, end = next(sentences(text))
        return takes_back(self._vocabulary.sentence(tokens(text, start, end), text).codes)

    def _statements(
        self, sentence: Sentence, paragraph: Paragraph, text: str, antecedents: Antecedents
    ) -> Iterator[Statement]:
        """Yield what a sentence states, with where each name is written and what it links to."""
        if not any(item.code == "N" or item.inner for item in sentence.items):
            return
        read_to = 0
        # The same verb with less before it is not understood any better.
        failed: set[int] = set()
        for head, whole in self._heads(sentence):
            if whole is sentence and (head.start < read_to or head.end in failed):
                continue
            if is_bent(whole, head):
                continue
            if head.subject is Subject.NONE and paragraph.heading and not head.label:
                continue  # it may announce a list
            begins = whole.items[whole.number(head.start)].start
            if head.subject is not Subject.NAMED and antecedents.is_other(begins):
                continue
            if self._surroundings.is_other(head.subject):
                continue
            if head.subject is Subject.NAMED and whole is sentence:
                antecedents.settle(begins)
            read = read_places(whole, head, self._site.watch.region)
            if read is None:
                failed.add(head.end)
                continue
            groups, end = read
            read_to = end if whole is sentence else read_to
            written = partial(_written, text)
            yield Statement(head, groups, written, partial(_address, paragraph))

    @staticmethod
    def _heads(sentence: Sentence) -> Iterator[tuple[Head, Sentence]]:
        for head in heads(sentence):
            yield head, sentence
        for number, item in enumerate(sentence.items):
            if item.inner is None:
                continue
            subject = subject_before(sentence, sentence.place(number))
            head_of_inner = loose_head(item.inner, subject) if subject else None
            if head_of_inner is not None and not is_bent(
                sentence, replace(head_of_inner, start=sentence.place(number))
            ):
                yield head_of_inner, item.inner

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.end() for match in _LINE_END.finditer(self._text.encode())]

    def _line(self, byte: int) -> int:
        return bisect_right(self._line_ends, byte) + 1


def _vocabulary(review: Review, site: Site) -> Vocabulary:
    film = review.film
    names = [film.title, film.original_title] if film else []
    titles = frozenset(folded for name in names if name and (folded := fold(name)))
    return Vocabulary(
        names=_sure_names(names, site),
        first_words=first_words(site.catalogue),
        people=frozenset(fold(word) for name in (*film.directors, *film.cast) for word in name.split())
        if film
        else frozenset(),
        titles=titles,
        year=film.year if film else None,
        month_first=month_comes_first(_tag(review, site), site.watch.region),
        title_words=frozenset(fold(word) for name in names if name for word in _WORD.findall(name)),
        longest_title=min(max((3 * len(name.split()) + 4 for name in names if name), default=0), 40),
    )


def _sure_names(titles: list[str | None], site: Site) -> Mapping[str, Known]:
    """List the names of services without those that are a word of the film's title: "Max" in "Mad Max"."""
    known = known_names(site.catalogue)
    words = {fold(word) for title in titles if title for word in _WORD.findall(title)}
    taken = [word for word in words if word in known and known[word].generic is None]
    return {name: about for name, about in known.items() if name not in taken} if taken else known


def _tag(review: Review, site: Site) -> str:
    """Return the language of the review, or the site's, which may say of which country's English it is."""
    return review.language if "-" in review.language or not site.language.startswith("en") else site.language


def _agreed(first: Proposal | None, second: Proposal) -> Proposal | None:
    """Make one proposal of two for the same place; None where they contradict each other."""
    if first is None:
        return None
    one, other = first.listing.terms, second.listing.terms
    if any(
        mine is not None and its is not None and mine != its
        for mine, its in ((one.starts, other.starts), (one.ends, other.ends))
    ):
        return None
    return second if other.starts is not None and one.starts is None else first


def _quoted(text: str) -> str:
    words = _SPACE.sub(" ", text).strip()
    return words if len(words) <= _LONGEST_QUOTE else f"{words[: _LONGEST_QUOTE - 1].rstrip()}…"


def _written(text: str, start: int, end: int) -> str:
    return _SPACE.sub(" ", text[start:end])


def _address(paragraph: Paragraph, start: int, end: int) -> str | None:
    """Return what the words at a place link to."""
    return next((link.url for link in paragraph.links if link.start < end and start < link.end), None)
