"""Countries that a heading, a line or a form of address puts over what follows: "## UK", "In Canada:", "For our British readers"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.watch.sentences.regions import ANY_COUNTRY
from publisher.watch.sentences.tokens import sentences, tokens

if TYPE_CHECKING:
    from publisher.watch.sentences.paragraphs import Paragraph
    from publisher.watch.sentences.sentence import Vocabulary

# Words that, beside a country, say nothing but for where.
_FOR_WHERE = re.compile(
    r"(?:(?:[RJ]|in|the|for|of|and|or|only|here|our|my|your|you|all|dear|hello|hi|note|take|a|to|from|us|available|availability|streaming|showing|out|"
    r"release|releases|where|how|to|watch|see|stream|rent|buy|readers?|viewers?|fans|friends|folks|audiences?|subscribers|customers|"
    r"residents|people|those|everyone|edition|version|listings?|cinemas|platforms|is|it|N|[.,:;!—&/()-]|\.\.\.) )*"
)
_ADDRESSED = re.compile(
    r"(?<![^ ])(?:[RJ] (?:readers?|viewers?|fans|friends|folks|audiences?|subscribers|customers|residents|friends|people)"
    r"|(?:readers|viewers|those|anyone|everyone|friends|you|fans|you are|you 're|live) in (?:the )?R"
    r"|\A(?:(?:and|but|over|up|down|back) )*in (?:the )?R(?=[ ,]))(?= |\Z)"
)
# A longer line is no heading in all but name.
_LONGEST_LINE = 120


class Scopes:
    """Goes through the paragraphs of a text, and knows where a country was put over them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Begin where no country was named."""
        self._vocabulary = vocabulary
        #: The level of the heading that names a country; 0 where none does.
        self._heading = 0
        self._line = False
        self._paragraph = ""
        self._sentences = sentences("")
        self._read_to = 0
        self._spoken = False

    def enter(self, paragraph: Paragraph) -> None:
        """Go on to the next paragraph."""
        text = paragraph.text
        self._paragraph, self._sentences = text, sentences(text)
        self._read_to, self._spoken = 0, False
        if not paragraph.heading and len(text) > _LONGEST_LINE:
            return
        named = ANY_COUNTRY.search(text) is not None
        if paragraph.heading:
            if not self._heading or paragraph.heading <= self._heading:
                self._heading = paragraph.heading if named else 0
            self._line = False
        elif named and self._is_scope(0, len(text)):
            self._line = True

    def is_scoped(self, offset: int) -> bool:
        """Tell whether a country was put over what stands at a character of the paragraph."""
        if self._heading or self._line:
            return True
        if not self._spoken and ANY_COUNTRY.search(self._paragraph, self._read_to, offset):
            while self._read_to < offset and (span := next(self._sentences, None)) is not None:
                start, self._read_to = span
                self._spoken |= self._read_to <= offset and self._is_scope(start, self._read_to)
        return self._spoken

    def _is_scope(self, start: int, end: int) -> bool:
        """Tell whether words say for which country the next ones are, and state nothing themselves."""
        if not ANY_COUNTRY.search(self._paragraph, start, end):
            return False
        codes = self._vocabulary.sentence(tokens(self._paragraph, start, end), self._paragraph).codes
        if not ("R " in codes or "J " in codes):
            return False
        return bool(_FOR_WHERE.fullmatch(codes)) or ("N " not in codes and bool(_ADDRESSED.search(codes)))
