"""What a review, and a site, is known by for good: a UUID, minted once."""

from __future__ import annotations

import re
import uuid

from publisher.values.characters import quote
from publisher.values.checkers import fault, text

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


def identifier(value: object, owner: str) -> str:
    """Take a UUID, in its one form; `owner` is what it identifies (a post, a site), as the message calls it."""
    written = text(value)
    canonical = canonical_id(written)
    if canonical is None:
        raise fault(
            "id-invalid",
            f"{quote(written)} is not a UUID",
            help=f"a fresh one, for {owner} that was never published: {fresh_id()}",
        )
    return canonical
