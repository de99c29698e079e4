"""What stands before a statement and makes it somebody else's, of another time, or not meant: "The next line is a lie.", "My wish list:".

A review may say anything before it says where its film can be seen, so sentences are not held to a closed vocabulary; those are
listed that speak of what is written next, or of its truth. A line that leads in what follows with a colon is held to one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.watch.sentences.known_words import WORDS
from publisher.watch.sentences.other_works import LABELS
from publisher.watch.sentences.retractions import MOST_CHARACTERS
from publisher.watch.sentences.tokens import tokens

if TYPE_CHECKING:
    from publisher.watch.sentences.paragraphs import Paragraph
    from publisher.watch.sentences.sentence import Vocabulary

_PASSAGE = "(?:sentences?|lines?|paragraphs?|statements?|claims?|sections?|information|listings?|notes?)"
# What is written next, or where it is written.
_POINTED = (
    rf"(?:what follows|the following|(?:text|information|everything|all|listings?|details) below|(?:which|one|some|none|all|half) of (?:these|this)|(?:the )?next (?:\w+ )?{_PASSAGE}|this (?:{_PASSAGE}|review|post|article|piece|page|text)|"
    r"what (?:i|we)(?: am| are|['’]m|['’]re) about to (?:say|write|tell)|what (?:i|we) (?:wrote|said|reported))"
)
_TRUTH = (
    r"(?:true|untrue|false|wrong|lies?|jokes?|fibs?|hoax|fiction|invented|made up|out[- ]of[- ]date|outdated|obsolete|stale|old|checked|"
    r"unchecked|unverified|unconfirmed|ignore|disregard|discount|skip|forget|believe|trust|mind|mistaken|incorrect|correct|no longer|"
    r"holds?|held|stands?|stood|originally|first (?:published|ran|appeared)|claims?|claimed|rumou?rs?|hearsay|(?:from|in|of) (?:18|19|20)\d\d|"
    r"last (?:year|month|week|spring|summer|autumn|fall|winter)|years? ago)"
)
_SAYS = "(?:say|says|said|print|prints|printed|read|reads|claim|claims|claimed|write|writes|wrote|insists?|swears?|reports?|reported|posts?|posted)"
_UNREAL = (
    rf"{_POINTED}\b[^.!?\n]{{0,100}}\b{_TRUTH}|{_TRUTH}\b[^.!?\n]{{0,100}}\b{_POINTED}|"
    # Imagined, wished, dreamt.
    r"pretend|(?:imagine|picture|assume|suppose)(?: (?:this|it|that|the scene|with me|for a (?:moment|second|minute)))?(?=[.!:…])|"
    r"in (?:a|an|some) (?:better|perfect|just|ideal|saner|different|other|fairer|kinder|parallel) (?:world|universe|life|timeline)|"
    r"i (?:\w+ )?(?:had (?:a|this|the) dream|(?:dreamt|dreamed)(?! (?:of|about)))|once upon a time(?! in)|daydream|"
    # Said by others, or at another time.
    r"(?:tell|tells|told|telling|promised|assured|informed|texted|emailed|wrote) (?:me|us|you|everyone) "
    r"(?:(?:this|something|the following|as much)(?=[.!:…])|a (?:lie|fib|joke|rumou?r|secret))|"
    rf"{_SAYS} (?:this|something|the following|as much)(?=[.!:…]| on | in )|makes? (?:a|the|this|one) (?:\w+ )?claim|"
    r"here(?: is|['’]s) (?:an? (?:\w+ )?(?:lie|fib|rumou?r|joke|claim|prediction|guess|dream|wish|hoax|myth)"
    rf"|what [^.!?\n]{{1,40}} (?:{_SAYS}|told|heard|hear|thinks?|predicts?))|"
    r"story goes (?:like|that|as)|(?:rumou?rs?|claims?|joke|legend|theory|press (?:release|kit|notes?)|blurb) (?:goes|go|runs|has it|have it|says?|claims?)|"
    r"this (?:is|was) (?:what|how) (?:i|we|they|he|she|things)|(?:i|we) wrote (?:this|that|these|what)|as follows|"
    # Copied from elsewhere, or made for another purpose.
    r"satire|parody|spoof|press release|advert(?:isement)?s?|billboard|marquee|chatbots?|reprint(?:ed)?|(?:first|originally|previously) published|"
    r"from (?:the|our|my) (?:\w+ ){0,3}(?:archives?|issue|review|newsletter)|sample (?:sentence|text)|repeat after me|say it(?: \w+){0,6}(?=[.!:…])|"
    r"words (?:i|we) never"
)
_FRAME = re.compile(rf"\b(?:{_UNREAL})(?!\w)", re.IGNORECASE)
# No reviewer writes more before a statement in one paragraph; beyond, nobody looks.
_LONGEST_PARAGRAPH = 20_000
_WORD = re.compile(r"[^\W_]")
_SENTENCE_ENDS = (".", "!", "?", "…")
_LEADS_IN = WORDS | LABELS | {"be", "can", "find", "here", "will"}


class Framings:
    """Goes through the paragraphs of a text, and knows what stands before."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Begin where nothing was said."""
        self._vocabulary = vocabulary
        self._last: Paragraph | None = None
        #: Whether what stands before the paragraph, or before the list that it is part of, frames it.
        self._framed = False
        self._text = ""
        self._begins: int | None = None

    def enter(self, paragraph: Paragraph) -> None:
        """Go on to the next paragraph."""
        last, self._last = self._last, paragraph
        if not (paragraph.item and last is not None and last.item):
            self._framed = last is not None and self._frames(last, paragraph)
        self._text, self._begins = paragraph.text, None

    def is_framed(self, offset: int) -> bool:
        """Tell whether what stands before a character of the paragraph makes what stands there something else than true."""
        if self._begins is None:
            match = _FRAME.search(self._text, 0, _LONGEST_PARAGRAPH)
            self._begins = match.start() if match else _LONGEST_PARAGRAPH
        return self._framed or self._begins < offset

    def _frames(self, last: Paragraph, paragraph: Paragraph) -> bool:
        text = last.text[-MOST_CHARACTERS:].rstrip()
        if _FRAME.search(text):
            return True
        if last.heading or len(last.text) > MOST_CHARACTERS:
            return False
        # Before a list, a line that is no sentence is what a heading would be.
        leads_in = text.endswith(":") or (
            paragraph.item and not last.item and not text.endswith(_SENTENCE_ENDS)
        )
        return leads_in and not self._is_known(text)

    def _is_known(self, line: str) -> bool:
        """Tell whether all words of a line are known: how the film is, where to watch it."""
        items = self._vocabulary.sentence(tokens(line, 0, len(line)), line).items
        return all(
            item.code in _LEADS_IN
            or item.code in {"T", "N", "D", "R", "J"}
            or item.code in self._vocabulary.people
            or item.code.isdigit()
            or not _WORD.match(item.code)
            for item in items
        )
