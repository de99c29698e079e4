"""Signatures by the Standard Webhooks specification 1.0.0, symmetric scheme `v1`.

Signed is `{id}.{timestamp}.{body}` with HMAC-SHA256: over the bytes that are sent, and a whole number of seconds
since 1970. The signature travels as `v1,` and base64; several may stand in one header, parted by single spaces.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "whsec_"
ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE = 5 * 60

#: As many secrets may sign a message at once; a receiver looks at up to sixteen signatures.
MOST_KEYS = 5

_SHORTEST, _LONGEST = 24, 64
_MOST_SIGNATURES = 16
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class VerificationFailed(Exception):
    """Say why a message was not accepted; the secret and the expected signature are not part of it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A shared secret; it never shows itself in a message, a log or a traceback."""

    key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str, where: str) -> Secret:
        """Read `whsec_` and base64 of 24 to 64 bytes; `where` is named when it is not that.

        Raises:
            ConfigurationError: The text is no such secret. The message does not quote it.
        """
        written = text.strip()
        hint = f"a secret is {PREFIX} and the base64 of {_SHORTEST} to {_LONGEST} random bytes"
        if not written.startswith(PREFIX):
            raise ConfigurationError(f"the secret in {where} does not begin with {PREFIX}", hint)
        encoded = written.removeprefix(PREFIX)
        if ("-" in encoded or "_" in encoded) and _URL_SAFE.fullmatch(encoded):
            raise ConfigurationError(
                f"the secret in {where} is url-safe base64; Standard Webhooks takes the standard alphabet",
                f"{hint}; in the standard alphabet - is written as + and _ as /",
            )
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise ConfigurationError(f"the secret in {where} is not base64", hint) from None
        if not _SHORTEST <= len(key) <= _LONGEST:
            raise ConfigurationError(
                f"the secret in {where} has {len(key)} bytes; it needs {_SHORTEST} to {_LONGEST}", hint
            )
        return cls(key)

    def written(self) -> str:
        """Return the secret as it is written down: for the file it is kept in, and for nothing that is shown."""
        return PREFIX + base64.b64encode(self.key).decode()


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The secrets that a message is signed with: the present one, then older ones whose overlap has not ended.

    Like its secrets, it never shows what they are.
    """

    secrets: tuple[Secret, ...]

    @classmethod
    def of(cls, secrets: Iterable[Secret], where: str) -> SigningKeys:
        """Take secrets, the present one first; one that stands there twice signs once.

        Raises:
            ConfigurationError: More than five would sign; `where` is named.
        """
        apart = tuple(dict.fromkeys(secrets))
        if len(apart) > MOST_KEYS:
            raise ConfigurationError(
                f"{where} holds {len(apart)} secrets; at most {MOST_KEYS} may sign",
                "take out old ones, from the end; the first is the present one",
            )
        return cls(apart)

    @classmethod
    def parse(cls, text: str, where: str) -> SigningKeys:
        """Read a secret, or several parted by spaces, the present one first; `where` is named when one is wrong.

        Raises:
            ConfigurationError: One is no secret, or there are more than five. The message quotes none.
        """
        words = text.split()
        if len(words) < 2:
            return cls((Secret.parse(text, where),))
        numbered = enumerate(words, 1)
        return cls.of([Secret.parse(word, f"word {number} of {where}") for number, word in numbered], where)

    @property
    def present(self) -> Secret:
        """Return the secret that stays when every overlap has ended."""
        return self.secrets[0]


def mint_secret() -> str:
    """Make a new secret of 32 random bytes, as it is written down."""
    return Secret(secrets.token_bytes(32)).written()


def sign(secret: Secret, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message, with its version: `v1,` and base64."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret.key, content, "sha256")).decode()


def signed_headers(
    keys: Secret | SigningKeys, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers a message is sent with; each secret signs, the present one first."""
    signatures = [sign(secret, message_id, timestamp, body) for secret in _each(keys)]
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: " ".join(signatures),
    }


def verify(keys: Secret | SigningKeys, headers: dict[str, str], body: bytes, now: float) -> None:
    """Accept a message, or say why not.

    Args:
        keys: The secret shared with the sender, or several of which one has to fit.
        headers: The message's headers, names in lower case.
        body: The bytes that were received, untouched.
        now: The receiver's time, in seconds since 1970.

    Raises:
        VerificationFailed: A header is missing or malformed, the message is older or newer than five minutes, or
            no signature fits.
    """
    missing = [name for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER) if not headers.get(name)]
    if missing:
        raise VerificationFailed(f"the header {missing[0]} is missing")
    written = headers[TIMESTAMP_HEADER]
    # What is signed is the number, so only one way of writing it may be accepted.
    if not re.fullmatch(r"0|[1-9][0-9]{0,11}", written):
        raise VerificationFailed("the timestamp is not a whole number of seconds")
    timestamp = int(written)
    if abs(now - timestamp) > TOLERANCE:
        age = round(now - timestamp)
        what = f"{age} s old" if age > 0 else f"{-age} s ahead"
        raise VerificationFailed(f"the message is {what}; at most {TOLERANCE} s are accepted")
    try:
        expected = [sign(secret, headers[ID_HEADER], timestamp, body).encode() for secret in _each(keys)]
    except UnicodeEncodeError:
        raise VerificationFailed("the id is not text") from None
    given = headers[SIGNATURE_HEADER].split(" ")
    if len(given) > _MOST_SIGNATURES:
        raise VerificationFailed("there are too many signatures")
    # Each is compared in constant time; a scheme nobody knows (v1a, v2) is passed over.
    fits = [
        hmac.compare_digest(ours, signature.encode("utf-8", "replace"))
        for ours in expected
        for signature in given
    ]
    if not any(fits):
        raise VerificationFailed("no signature fits: the secret differs, or the body was changed on the way")


def _each(keys: Secret | SigningKeys) -> tuple[Secret, ...]:
    return keys.secrets if isinstance(keys, SigningKeys) else (keys,)
