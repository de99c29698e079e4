"""What a partner's answer may not bring into the ledger: the secrets it shares with the site, and their signatures.

Some partners answer a request they do not like with all that they were sent, or with what they expected. Whatever is found
is masked, sign by sign, in the bytes of the answer and before anything of it is cut off, kept or shown.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.webhooks.signing import SIGNATURE_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.net import Answer
    from publisher.webhooks.signing import SigningKeys

# One sign of base64, as it stands there or as JSON, a URL or HTML write it.
_SIGN = rb"(?:[A-Za-z0-9+/=_-]|\\/|\\u00[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|&#?[0-9A-Za-z]{1,6};)"
# Anything that looks like a secret or a signature, whosever it is.
_SHAPES = re.compile(
    rb"(whsec(?:_|%5[Ff]|\\u005[Ff])|v1a?(?:,|%2[Cc]|\\u002[Cc]|&#44;|&comma;))(" + _SIGN + rb"{8,})"
)
_WRITTEN = {
    ord("+"): rb"(?:\+|%2[Bb]|\\u002[Bb]|&#43;|&#x2[Bb];|&plus;|-| )",
    ord("/"): rb"(?:\\?/|%2[Ff]|\\u002[Ff]|&#47;|&#x2[Ff];|&sol;|_)",
    ord("="): rb"(?:=|%3[Dd]|\\u003[Dd]|&#61;|&#x3[Dd];|&equals;)?",
}
# A text that is cut off within a secret gives away what stands before the cut.
_TELLING = 8


def scrubbed(answer: Answer, keys: SigningKeys, sent: Mapping[str, str]) -> Answer:
    """Mask what an answer repeats of the secrets and signatures it was sent under; its length stays as it is.

    Args:
        answer: What the partner said.
        keys: What the request was signed with.
        sent: The request's headers.
    """
    signatures = [one.partition(",")[2].encode() for one in sent.get(SIGNATURE_HEADER, "").split()]
    secrets = [form for secret in keys.secrets for form in _forms(secret.key)]

    def mask(data: bytes) -> bytes:
        data = _SHAPES.sub(lambda match: match[1] + b"*" * len(match[2]), data)
        for text in (*secrets, *signatures):
            data = _pattern(text).sub(lambda match: b"*" * len(match[0]), data)
            data = _without_beginning(data, text)
        return data

    headers = {
        name: mask(value.encode("utf-8", "replace")).decode("utf-8", "replace")
        for name, value in answer.headers.items()
    }
    return replace(answer, body=mask(answer.body), headers=headers)


def _forms(key: bytes) -> list[bytes]:
    """Return how a secret may be written without the prefix that would tell: base64, hexadecimal, as it is."""
    forms = [base64.b64encode(key), key.hex().encode()]
    return [*forms, key] if key.isascii() else forms


@lru_cache(maxsize=4096)
def _pattern(text: bytes) -> re.Pattern[bytes]:
    return re.compile(b"".join(_WRITTEN.get(sign, re.escape(bytes([sign]))) for sign in text), re.IGNORECASE)


def _without_beginning(data: bytes, text: bytes) -> bytes:
    """Mask the beginning of a secret at the end of an answer that was cut."""
    for length in range(min(len(text), len(data)) - 1, _TELLING - 1, -1):
        if data.endswith(text[:length]):
            return data[:-length] + b"*" * length
    return data
