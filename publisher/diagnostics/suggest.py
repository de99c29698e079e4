"""What a misspelt word most likely means."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# The share of characters that stay where a slip turns one word into another. Below this, "free" begins to look like
# "rent"; above it, a slip in a short word finds nothing.
_LIKENESS = 0.6
# Letters of a word in which one wrong letter leaves no doubt: film and file are two words.
_LONG = 6


def nearest(word: str, known: Iterable[str], *, likeness: float = _LIKENESS) -> str | None:
    """Return the one known word that a misspelt one most likely means, or None.

    Case, hyphens and underscores make no difference. A slip is a letter too many, missing, wrong or swapped with its
    neighbour (optimal string alignment).
    """
    near = near_words(word, known, likeness=likeness)
    return near[0] if near else None


def nearest_of_each(
    words: Iterable[str], known: Iterable[str], *, likeness: float = _LIKENESS
) -> dict[str, str]:
    """Return what each of many words most likely means; one that means none is left out."""
    folded = {_fold(candidate): candidate for candidate in known}
    found = ((word, _near(word, folded, likeness)) for word in words)
    return {word: near[0] for word, near in found if near}


def is_slip(word: str, meant: str) -> bool:
    """Tell whether a word can hardly be anything but another one mistyped: sure enough to write that in its place.

    One letter is too many, missing, swapped with its neighbour or, in a longer word, wrong; never the first one.
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only what is misspelt pays for it

    typed, right = _fold(word), _fold(meant)
    if typed[:1] != right[:1] or OSA.distance(typed, right, score_cutoff=1) > 1:
        return False
    return len(typed) != len(right) or sorted(typed) == sorted(right) or len(typed) >= _LONG


def near_words(word: str, known: Iterable[str], *, likeness: float = _LIKENESS) -> Sequence[str]:
    """List the known words that are near a misspelt one, the nearest first, at most two."""
    return _near(word, {_fold(candidate): candidate for candidate in known}, likeness)


def _near(word: str, folded: Mapping[str, str], likeness: float) -> Sequence[str]:
    from rapidfuzz import process  # noqa: PLC0415 - only what is misspelt pays for it
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    found = process.extract(
        _fold(word), folded.keys(), scorer=OSA.normalized_similarity, score_cutoff=likeness, limit=2
    )
    return [folded[match] for match, _, _ in found]


def _fold(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "")
