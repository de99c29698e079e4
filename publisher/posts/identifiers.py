"""What a review is known by: its id, and the slug in its address."""

from __future__ import annotations

import re
import unicodedata
import uuid

from publisher.values.characters import INVISIBLE, name_of

SLUG_LIMIT = 100
_UUID = re.compile(
    r"(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?"
)


def fresh_id() -> str:
    """Mint an id: a random UUID (RFC 9562, section 5.4)."""
    return str(uuid.uuid4())


def canonical_id(written: str) -> str | None:
    """Write a UUID in its one form (RFC 9562, section 4), or answer None when the text is none, or the nil UUID."""
    # uuid.UUID takes more than UUIDs: underscores, digits of other scripts, hyphens anywhere.
    match = _UUID.fullmatch(written.strip().lower())
    canonical = "-".join(match.groups()) if match else ""
    return canonical if canonical.strip("-0") else None


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
    if not all(part and all(unicodedata.category(char)[0] in "LMN" for char in part) for part in parts):
        return "is not letters and digits joined by single hyphens"
    return None


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
