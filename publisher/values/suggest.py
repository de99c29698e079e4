"""What a misspelt word most likely means."""

from __future__ import annotations

from difflib import get_close_matches


def nearest(word: str, known: list[str]) -> str | None:
    """Return the one known word that a misspelt one most likely means, or None."""
    folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(word.casefold().replace("-", "_"), folded, n=1, cutoff=0.7)
    return folded[matches[0]] if matches else None
