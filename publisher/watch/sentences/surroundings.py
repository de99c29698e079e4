"""What a paragraph stands under: a heading, a line that is a name, a list of films to see instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.watch.sentences.grammar import Subject
from publisher.watch.sentences.tokens import tokens

if TYPE_CHECKING:
    from publisher.watch.sentences.antecedents import Antecedents
    from publisher.watch.sentences.paragraphs import Paragraph
    from publisher.watch.sentences.sentence import Vocabulary

# A heading over films that the review is not about.
_OTHER_FILMS = re.compile(
    r"\b(?:also|more|further|elsewhere|other|others|related|recommend\w*|double bill|similar|next|previous\w*|coming|watchlist)\b",
    re.IGNORECASE,
)
# A heading over what is not so, or was once; as codes, so that no word of the film's title is meant.
_NOT_SO = re.compile(
    r"(?<![^ ])(?:wish|wishes|wish list|wishlist|wishful|predict(?:ion|ions|ed|s)|lies|lied|false|fake|untrue|myths?|hoax(?:es)?|rumou?rs?|hearsay|"
    r"gossip|archived?|archives|outdated|out of date|out-of-date|obsolete|press (?:kit|notes?|release)s?|(?:i|we) wrote|formerly|used to|"
    r"not available|unavailable|ago|yesterday|(?:from|in) V|satire|parody|spoof|quot(?:es?|ed|ations?)|letters|claims?|fact-check(?:s|ed|ing)?) "
)
_YEAR_OF_A_FILM = re.compile(r"\((?P<year>(?:18|19|20)\d\d)\)")
_ENDS_A_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*\s*\Z")
# A line that is a title and no sentence has no more characters.
_LONGEST_LINE = 120


class Surroundings:
    """Goes through the paragraphs of a text, and knows whose ground it is on."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Begin on the film's own ground."""
        self._vocabulary = vocabulary
        #: The level of the heading that other films stand under; 0 where none does.
        self._elsewhere = 0
        #: Whether the heading, or the line that is one, may name something else.
        self._named = False
        self._before: Antecedents | None = None
        self._last: Antecedents | None = None

    def enter(self, paragraph: Paragraph, antecedents: Antecedents) -> None:
        """Go on to the next paragraph."""
        self._before, self._last = self._last, antecedents
        text = paragraph.text.strip()
        if paragraph.heading:
            self._under(paragraph.heading, text)
            says_another = not antecedents.is_label() and antecedents.is_other(len(text))
            self._named = antecedents.is_name() or says_another
        elif len(text) <= _LONGEST_LINE and not _ENDS_A_SENTENCE.search(text):
            self._after_line(antecedents)

    def _after_line(self, line: Antecedents) -> None:
        """Take in a line that is no sentence, and may be a heading in all but name."""
        if line.is_film() or (line.is_label() and line.is_stressed() and not line.names_service()):
            self._named = False
        elif line.is_name() and not line.names_service():
            self._named = True

    @property
    def foreign(self) -> bool:
        """Tell whether this is about other films, whatever is named."""
        return bool(self._elsewhere)

    def is_other(self, subject: Subject) -> bool:
        """Tell whether something else than the film may be meant by a subject, for what stands before the paragraph."""
        if subject is Subject.NAMED:
            return False
        if self._named or self._before is None:
            return self._named
        # A pronoun goes on with what was said; words without a subject are mostly set apart from it.
        return self._before.ends_with_another if subject is Subject.PRONOUN else self._before.ends_elsewhere

    def _under(self, level: int, text: str) -> None:
        if self._elsewhere and level > self._elsewhere:
            return
        year = _YEAR_OF_A_FILM.search(text)
        mine = self._vocabulary.year
        foreign = year is not None and mine is not None and int(year["year"]) != mine
        self._elsewhere = (
            level
            if foreign or _OTHER_FILMS.search(text) or _NOT_SO.search(self._codes(text[:_LONGEST_LINE]))
            else 0
        )

    def _codes(self, text: str) -> str:
        return self._vocabulary.sentence(tokens(text, 0, len(text)), text).codes
