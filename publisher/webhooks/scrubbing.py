"""What a partner's answer may not bring into the ledger: the secrets it shares with the site, and their signatures.

Some partners answer a request they do not like with all that they were sent, or with what they expected. Whatever is found
is masked, sign by sign, in the bytes of the answer and before anything of it is cut off, kept or shown. There is no end of
ways to write some bytes, so the text is also read in a few ways in which nothing stands between its signs any more; where
a secret shows in one of them, and masking words does not take it away, nothing of the text is kept.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from publisher.diagnostics.masking import masked_address
from publisher.webhooks.signing import SIGNATURE_HEADER, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.net import Answer
    from publisher.webhooks.signing import SigningKeys

#: What is kept of a text that repeats a secret in a way that masking words does not take away.
NOT_KEPT = b"[nothing of this is kept: it repeats a secret, or a signature]"

# One sign of base64, as it stands there or as JSON, a URL or HTML write it.
_SIGN = rb"(?:[A-Za-z0-9+/=_-]|\\/|\\u00[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|&#?[0-9A-Za-z]{1,6};)"
_WORDS = re.compile(_SIGN + rb"{8,}")
# Anything that looks like a secret or a signature, whosever it is.
_SHAPES = re.compile(
    rb"(whsec(?:_|%5[Ff]|\\u005[Ff])|v1a?(?:,|%2[Cc]|\\u002[Cc]|&#44;|&comma;))(" + _SIGN + rb"{8,})"
)
# How a byte is written in JSON and in code, and in HTML, where it cannot, or must not, stand as it is.
_ESCAPES = re.compile(
    rb"\\(\\)|\\(?:u00|x)([0-9a-f]{2})|\\([0-3][0-7]{2})|&#x0*([0-9a-f]{1,2});|&#0*([0-9]{1,3});"
)
_BASES = (0, 0, 16, 8, 16, 10)
_SHORT = (
    (b"\\n", b"\n"),
    (b"\\r", b"\r"),
    (b"\\t", b"\t"),
    (b"\\0", b"\0"),
    (b"\\\\", b"\\"),
    (b"\\'", b"'"),
)
_NAMED = ((b"&plus;", b"+"), (b"&sol;", b"/"), (b"&equals;", b"="), (b"&lowbar;", b"_"), (b"&amp;", b"&"))
# What was escaped may have been escaped again by those who passed it on.
_LAYERS = 2

_NUMBER = re.compile(rb"(?:(?<![0-9])-)?[0-9]+")

_DIGITS = b"0123456789"
_SMALL = b"abcdefghijklmnopqrstuvwxyz"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_NOT_BASE64 = bytes(set(range(256)) - set(_DIGITS + _SMALL + b"+/-_"))
_NOT_HEXADECIMAL = bytes(set(range(256)) - set(_DIGITS + b"abcdef"))
_NOT_DIGITS = bytes(set(range(256)) - set(_DIGITS))

# Each sign's kind; and so many numbers in a row that they may be bytes, when each is written with one digit.
_KINDS = bytes(
    ord("0") if sign in _DIGITS else ord("a") if sign in _SMALL or sign > 0x7F else ord(",")
    for sign in range(256)
)
_IN_A_ROW = 12
_LONGEST_NUMBER = len(b"-128")
_ROW = b"0," * (_IN_A_ROW - 1) + b"0"

# A shorter value of a query is no token, and stands in other words.
_SHORTEST_TOKEN = 8

# Headers that are read as times and numbers, never as texts; and the one that is shown.
_TIMES = ("age", "date", "retry-after")
_PLACE = "location"


@dataclass(frozen=True, slots=True)
class _Size:
    """How a text is cut into parts: what is longer than a part and a step, less one, has one of them whole."""

    size: int
    step: int

    def parts(self, text: bytes) -> list[bytes]:
        """Cut a text, and leave out what is left of it."""
        small = text.lower()
        return [small[at : at + self.size] for at in range(0, len(small) - self.size + 1, self.step)]


# In base64, in hexadecimal, as bytes: whoever has a dozen bytes of a secret has a long part of it.
_SIZES = (_Size(8, 8), _Size(12, 12), _Size(6, 6))
_TEXT_IN_BASE64, _TEXT_IN_HEXADECIMAL = _Size(16, 16), _Size(24, 24)
# A secret that somebody thought up has words in it that are in other texts, too.
_WORDS_SIZE = _Size(12, 1)


@dataclass(frozen=True, slots=True)
class _Traces:
    """Parts of secrets, in small letters: every long part of one holds some of them whole.

    Attributes:
        base64: As they are written, or that text once more in base64.
        hexadecimal: Likewise, without anything between the digits.
        bare: The bytes themselves.
        words: Likewise, of secrets that are words.
    """

    base64: tuple[bytes, ...]
    hexadecimal: tuple[bytes, ...]
    bare: tuple[bytes, ...]
    words: tuple[bytes, ...]

    @classmethod
    def of(cls, keys: Iterable[bytes], *, short: bool = False) -> _Traces:
        """Take secrets, or signatures, as bytes; `short` finds short parts of them, too, and takes longer."""
        of_base64, of_hexadecimal, of_bytes = (_Size(6, 1), _Size(8, 1), _Size(4, 1)) if short else _SIZES
        in_base64: list[bytes] = []
        in_hexadecimal: list[bytes] = []
        bare: list[bytes] = []
        words: list[bytes] = []
        for key in keys:
            in_base64 += of_base64.parts(base64.b64encode(key).rstrip(b"="))
            in_hexadecimal += of_hexadecimal.parts(key.hex().encode())
            if key.isascii():
                words += _WORDS_SIZE.parts(key)
            else:
                bare += of_bytes.parts(key)
        return cls(tuple(in_base64), tuple(in_hexadecimal), tuple(bare), tuple(words))

    def with_texts_of(self, keys: Iterable[bytes]) -> _Traces:
        """Add the texts that secrets are written down as, in base64 and in hexadecimal."""
        in_base64, in_hexadecimal = list(self.base64), list(self.hexadecimal)
        for key in keys:
            text = Secret(key).written().encode()
            in_hexadecimal += _TEXT_IN_HEXADECIMAL.parts(text.hex().encode())
            for shift in range(3):
                # The same text is written in three ways, which its place decides; its ends depend on what is beside it.
                in_base64 += _TEXT_IN_BASE64.parts(base64.b64encode(bytes(shift) + text)[4:-4])
        return _Traces(tuple(in_base64), tuple(in_hexadecimal), self.bare, self.words)

    def __add__(self, other: _Traces) -> _Traces:
        return _Traces(
            self.base64 + other.base64,
            self.hexadecimal + other.hexadecimal,
            self.bare + other.bare,
            self.words + other.words,
        )

    def show_in(self, text: bytes) -> bool:
        """Tell whether any of them is there, however it is written."""
        return any(self._show_plainly(reading) for reading in _readings(text.lower()))

    def _show_plainly(self, small: bytes) -> bool:
        tight = small.translate(_URL_SAFE, _NOT_BASE64)
        digits = small.replace(b"0x", b"").translate(None, _NOT_HEXADECIMAL)
        # Random bytes have some that are not ASCII among them, and most answers have none.
        bare = self.words if small.isascii() else self.words + self.bare
        return _any(bare, small) or _any(self.base64, tight) or _any(self.hexadecimal, digits)


def _any(parts: Iterable[bytes], text: bytes) -> bool:
    for part in parts:  # noqa: SIM110 - every answer with a body comes here, and a generator takes twice as long
        if part in text:
            return True
    return False


# Secrets stay the same for months; messages do not, and nothing is remembered of them.
@lru_cache(maxsize=64)
def _of_secrets(keys: tuple[bytes, ...]) -> _Traces:
    return _Traces.of(keys).with_texts_of(keys)


def scrubbed(answer: Answer, keys: SigningKeys, sent: Mapping[str, str], url: str = "") -> Answer:
    """Mask what an answer repeats of the secrets and signatures it was sent under; its length mostly stays as it is.

    Args:
        answer: What the partner said. Of its headers those are left that anybody reads.
        keys: What the request was signed with.
        sent: The request's headers.
        url: Where it was sent: values of its query may be tokens, and pages that say what was not found repeat them.
    """
    headers = {name: answer.headers[name] for name in _TIMES if name in answer.headers}
    place = answer.headers.get(_PLACE)
    if place is not None:
        headers[_PLACE] = place
    if not answer.body and not place:
        return replace(answer, headers=headers)
    signatures = [one.partition(",")[2] for one in sent.get(SIGNATURE_HEADER, "").split()]
    digests = [base64.b64decode(one) for one in signatures]
    secrets = tuple(secret.key for secret in keys.secrets)
    traces = _of_secrets(secrets) + _Traces.of(digests)
    tokens = _tokens(url)

    def masked(text: bytes) -> bytes:
        """Mask words that hold a secret; where that does not take all of it away, keep nothing."""
        for token in tokens:
            text = text.replace(token, b"*" * len(token))
        if b"whsec" in text or b"v1" in text:
            text = _SHAPES.sub(lambda match: match[1] + b"*" * len(match[2]), text)
        if not traces.show_in(text):
            return text
        short = traces + _Traces.of([*secrets, *digests], short=True)
        text = _WORDS.sub(lambda match: b"*" * len(match[0]) if short.show_in(match[0]) else match[0], text)
        return NOT_KEPT if short.show_in(text) else text

    if place:
        headers[_PLACE] = masked_address(masked(place.encode("utf-8", "replace")).decode("utf-8", "replace"))
    body = masked(answer.body)
    # What was cut off matters to nobody where nothing is kept.
    return replace(answer, body=body, headers=headers, complete=answer.complete or body is NOT_KEPT)


def _tokens(url: str) -> list[bytes]:
    """Return what may be a token in a query, as it is written and as it is meant, the longest first."""
    pieces = [piece.partition("=") for piece in re.split("[&;]", urlsplit(url).query)]
    written = [value if equals else name for name, equals, value in pieces]
    found = {one.encode() for one in written} | {unquote_to_bytes(one.replace("+", " ")) for one in written}
    return sorted((one for one in found if len(one) >= _SHORTEST_TOKEN), key=len, reverse=True)


def _readings(small: bytes) -> list[bytes]:
    """Return what a text may be meant for: itself, without its escapes, one byte for two, its numbers as bytes."""
    found = [small]
    for _ in range(_LAYERS):
        plain = _without_escapes(found[-1])
        if plain == found[-1]:
            break
        found.append(plain)
    for one in tuple(found):
        if b"\0" in one:
            found.append(one.replace(b"\0", b""))
        if not one.isascii():
            # Bytes that were taken for characters, and written as such.
            found.append(one.decode("utf-8", "ignore").encode("latin-1", "ignore").lower())
    return found + _from_numbers(small)


def _without_escapes(small: bytes) -> bytes:
    plain = small
    if b"%" in plain:
        plain = unquote_to_bytes(plain)
    if b"\\" in plain or b"&" in plain:
        plain = _ESCAPES.sub(_byte, plain)
        for written, meant in _SHORT + _NAMED:
            plain = plain.replace(written, meant)
    return plain if plain is small else plain.lower()


def _byte(match: re.Match[bytes]) -> bytes:
    kind = match.lastindex or 0
    return bytes([int(match[kind], _BASES[kind]) & 0xFF]) if _BASES[kind] else match[kind]


def _from_numbers(small: bytes) -> list[bytes]:
    """Take numbers for bytes: all of them, and every other one, where each stands beside its place."""
    if len(small.translate(None, _NOT_DIGITS)) < _IN_A_ROW:
        return []
    row = small.translate(_KINDS, b" \t\r\n")
    for several, one in ((b"000", b"0"), (b"00", b"0"), (b",,,", b","), (b",,", b",")):
        row = row.replace(several, one)
    if _ROW not in row:
        return []
    found = bytes(int(one) & 0xFF for one in _NUMBER.findall(small) if len(one) <= _LONGEST_NUMBER).lower()
    return [found, found[::2], found[1::2]]
