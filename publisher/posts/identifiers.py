"""The slug: what the address of a review, or the folder of a feed, ends in."""

from __future__ import annotations

import re
import unicodedata

from publisher.values.characters import INVISIBLE, name_of

SLUG_LIMIT = 100


def composed(slug: str) -> str:
    """Write letters with their marks as one character each (NFC): Macs hand them over apart, and nobody sees that."""
    return unicodedata.normalize("NFC", slug)


def slug_problem(slug: str) -> str | None:
    """Say why a text is no slug, or None when it is one."""
    if len(slug) > SLUG_LIMIT:
        return f"is {len(slug)} characters long; a slug has at most {SLUG_LIMIT}"
    if slug != slug.lower():
        return "is not in lower case"
    if unseen := INVISIBLE.search(slug):
        return f"holds {name_of(unseen.group())}, which nobody sees"
    if slug != composed(slug):
        return "is not in Unicode's composed form (NFC)"
    parts = slug.split("-")
    if not all(_is_word(part) for part in parts):
        return "is not letters and digits joined by single hyphens"
    return None


def _is_word(part: str) -> bool:
    if part.isascii():
        return part.isalnum()
    return all(unicodedata.category(char)[0] in "LMN" for char in part)


def slug_from(written: str) -> str | None:
    """Make the slug that comes nearest to a text, or None where nothing of it can stand in one."""
    # In lower case, the dot of a Turkish capital I becomes a mark of its own, on a letter that has one.
    dotless = INVISIBLE.sub("", composed(written[:1000])).lower().replace("i\u0307", "i")
    lowered = composed(dotless)
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else "-" for char in lowered)
    cleaned = re.sub(r"-+", "-", words).strip("-")[:100].strip("-")
    return cleaned if cleaned and slug_problem(cleaned) is None else None


def alike(slug: str) -> str:
    """Fold a slug to what the eye, or a disk that knows no case, would take for the same."""
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", slug)).casefold()
