"""One word out of a few, and which of them is meant by another."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from publisher.diagnostics.suggest import nearest
from publisher.values.characters import quote
from publisher.values.checkers import fault, text

if TYPE_CHECKING:
    from collections.abc import Mapping

Word = TypeVar("Word", bound=StrEnum)

# Among many words, more than one letter in five that differs means none of them.
_LIKENESS = 0.8


class Choice(Generic[Word]):
    """The words that a key takes."""

    def __init__(
        self, words: type[Word], others: Mapping[Word, str], helps: Mapping[Word, str] | None = None
    ) -> None:
        """Take the words, with what other programs and people say for some of them.

        Args:
            words: The words there are.
            others: Other words, parted by spaces; in small letters, with nothing but letters and digits.
            helps: What to say to somebody who seems to mean a word, beside the word itself.
        """
        self._words = words
        self._known = [str(word) for word in words]
        self._ours = {other: str(word) for word, said in others.items() for other in said.split()}
        self._helps = {str(word): advice for word, advice in (helps or {}).items()}

    def take(self, value: object) -> Word:
        """Take a text that is one of the words."""
        written = text(value)
        if written not in self._known:
            meant = self.meant(written)
            raise fault(
                "invalid-value",
                f"{quote(written)} is not one of {', '.join(self._known)}",
                label=f"did you mean {meant}?" if meant else None,
                help=self._helps.get(meant or ""),
            )
        return self._words(written)

    def meant(self, written: str) -> str | None:
        """Return the word that is meant by another, or by a misspelt one."""
        folded = "".join(char for char in written.casefold() if char.isalnum())
        return (
            self._ours.get(folded)
            or nearest(written, self._known)
            or self._ours.get(nearest(folded, self._ours, likeness=_LIKENESS) or "")
        )
