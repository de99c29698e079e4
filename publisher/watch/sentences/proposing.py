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
from publisher.watch.sentences.denials import MAY_DENY_ALL, Denials
from publisher.watch.sentences.framings import Framings
from publisher.watch.sentences.grammar import Subject
from publisher.watch.sentences.known_words import WORDS
from publisher.watch.sentences.names import first_words, hints_of_names, known_names, names_any
from publisher.watch.sentences.paragraphs import Paragraph, paragraphs
from publisher.watch.sentences.retractions import (
    MOST_CHARACTERS,
    goes_on_unknown,
    speaks_of_it,
    speaks_of_words,
    takes_back,
)
from publisher.watch.sentences.scopes import Scopes
from publisher.watch.sentences.sentence import Vocabulary
from publisher.watch.sentences.statements import statements
from publisher.watch.sentences.surroundings import Surroundings
from publisher.watch.sentences.terms import Statement, listings
from publisher.watch.sentences.tokens import sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.model import OfferKind, Review
    from publisher.site import Site
    from publisher.watch.sentences.names import Known
    from publisher.watch.sentences.proposal import Proposal
    from publisher.watch.sentences.sentence import Item, Sentence
    from publisher.watch.sentences.statements import Stated

# No review names services in more sentences; what a text that is built to hurt says beyond is not read.
_MOST_SENTENCES = 2_000
# A longer sentence is none that a reviewer wrote.
_LONGEST_SENTENCE = 1000
_LONGEST_QUOTE = 240
# Characters behind a sentence in which the next one begins.
_REST = 2 * MOST_CHARACTERS
_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")
_LINE_END = re.compile(rb"\r\n|\r|\n")


def propose(text: str, review: Review, site: Site, now: datetime) -> tuple[Proposal, ...]:
    """Read in the text of a post where its film can be seen.

    Nothing is proposed for a review without a film, for which nothing could be listed, nor for one that is not in English.

    Args:
        text: The Markdown below the front matter.
        review: The review; days without a year are those nearest to its date.
        site: The site, with its catalogue, its country and its time zone.
        now: The moment that it has to hold at (aware): what was on a service years ago is not any more.

    Returns:
        The proposals in the order of the text, each service, kind and country once. None raises, whatever the text.
    """
    if review.film is None or not review.language.lower().startswith("en"):
        return ()
    if not (hints := hints_of_names(text, site.catalogue)):
        return ()
    # A lone surrogate is no character of any file.
    sound = text.encode("utf-8", "replace").decode()
    return _Reader(sound, hints, review, site, now).read()


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, hints: Sequence[str], review: Review, site: Site, now: datetime) -> None:
        self._text = text
        self._hints = hints
        self._may_deny = MAY_DENY_ALL.search(text) is not None
        self._review = review
        self._site = site
        self._now = now
        self._vocabulary = _vocabulary(review, site)
        self._surroundings = Surroundings(self._vocabulary)
        self._scopes = Scopes(self._vocabulary)
        self._framings = Framings(self._vocabulary)
        self._denials = Denials(site.catalogue)
        #: How many sentences that name a service were read.
        self._sentences = 0

    def read(self) -> tuple[Proposal, ...]:
        """Return what the text proposes."""
        found: dict[tuple[str, OfferKind, str | None], Proposal | None] = {}
        for paragraph, after in pairwise(chain(paragraphs(self._text), (Paragraph(),))):
            if self._sentences > _MOST_SENTENCES:
                return ()  # what stands there may deny what was read
            antecedents = Antecedents(paragraph, paragraph.text, self._vocabulary)
            self._surroundings.enter(paragraph, antecedents)
            self._scopes.enter(paragraph)
            self._framings.enter(paragraph)
            for proposal in self._paragraph(paragraph, antecedents, after):
                terms = proposal.listing.terms
                key = (proposal.listing.service, terms.kind, terms.region or self._site.watch.region)
                found[key] = _agreed(found[key], proposal) if key in found else proposal
        return tuple(
            proposal
            for proposal in found.values()
            if proposal is not None and not self._denials.deny(proposal.listing.service)
        )

    def _paragraph(
        self, paragraph: Paragraph, antecedents: Antecedents, after: Paragraph
    ) -> Iterator[Proposal]:
        text = paragraph.text
        small = text.casefold()
        hints = [hint for hint in self._hints if hint in small]
        if not hints and not self._denies_all(text):
            return
        for start, end in sentences(text):
            part = text[start:end]
            names, denies = names_any(part, hints), self._denies_all(part)
            if end - start > _LONGEST_SENTENCE or not (names or denies):
                continue
            words = tokens(text, start, end)
            names = names and self._vocabulary.is_in(words, text)
            if not (names or denies):
                continue
            self._sentences += 1
            if self._sentences > _MOST_SENTENCES:
                return
            sentence = self._vocabulary.sentence(words, text)
            stated = self._stated(sentence) if names else ()
            self._denials.take(sentence, _services(stated), lambda item: _written(text, item.start, item.end))
            if not stated or self._surroundings.foreign or self._is_bent(sentence.items[0].start):
                continue
            if self._is_taken_back(text[end : end + _REST], after):
                continue
            quote, line = _quoted(part), self._line(paragraph.byte(sentence.items[0].start))
            for statement in self._of_the_film(stated, paragraph, antecedents):
                for proposal in listings(statement, self._review, self._site, self._now):
                    yield replace(proposal, quote=quote, line=line)

    def _is_bent(self, offset: int) -> bool:
        return self._scopes.is_scoped(offset) or self._framings.is_framed(offset)

    def _denies_all(self, text: str) -> bool:
        return self._may_deny and MAY_DENY_ALL.search(text) is not None

    def _stated(self, sentence: Sentence) -> tuple[Stated, ...]:
        return statements(sentence, self._vocabulary, self._site.watch.region)

    def _is_taken_back(self, rest: str, after: Paragraph) -> bool:
        """Tell whether what stands behind a sentence, in the rest of its paragraph or else in the next one, takes it back.

        What speaks of the same without being understood may do so, too.
        """
        text = rest.lstrip() or ("" if after.heading else after.text.lstrip())
        text = text[:MOST_CHARACTERS]
        start, end = next(sentences(text))
        sentence = self._vocabulary.sentence(tokens(text, start, end), text)
        if takes_back(sentence):
            return True
        known = WORDS | self._vocabulary.people
        doubtful = (
            speaks_of_it(sentence) or goes_on_unknown(sentence, known) or speaks_of_words(sentence, known)
        )
        return doubtful and not self._stated(sentence)

    def _of_the_film(
        self, stated: Iterable[Stated], paragraph: Paragraph, antecedents: Antecedents
    ) -> Iterator[Statement]:
        """Yield those statements of a sentence that are made of the film, with where each name is written and what it links to."""
        text = paragraph.text
        for head, groups, begins, inner in stated:
            if head.subject is Subject.NONE and paragraph.heading and not head.label:
                continue  # it may announce a list
            if head.subject is not Subject.NAMED and antecedents.is_other(begins):
                continue
            if self._surroundings.is_other(head.subject):
                continue
            if head.subject is Subject.NAMED and not inner:
                antecedents.settle(begins)
            yield Statement(head, groups, partial(_written, text), partial(_address, paragraph))

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


def _services(stated: Iterable[Stated]) -> tuple[Item, ...]:
    return tuple(place.item for one in stated for group in one.groups for place in group.places)


def _quoted(text: str) -> str:
    words = _SPACE.sub(" ", text).strip()
    return words if len(words) <= _LONGEST_QUOTE else f"{words[: _LONGEST_QUOTE - 1].rstrip()}…"


def _written(text: str, start: int, end: int) -> str:
    return _SPACE.sub(" ", text[start:end])


def _address(paragraph: Paragraph, start: int, end: int) -> str | None:
    """Return what the words at a place link to."""
    return next((link.url for link in paragraph.links if link.start < end and start < link.end), None)
