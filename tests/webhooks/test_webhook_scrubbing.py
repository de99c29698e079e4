"""What a partner repeats of the secrets it shares with the site does not come back out of the ledger."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from publisher.net import Answer
from publisher.webhooks import Secret, SigningKeys, signed_headers
from publisher.webhooks.scrubbing import scrubbed

if TYPE_CHECKING:
    from collections.abc import Callable

# Its base64 holds every sign that is written otherwise somewhere: + and / and =.
KEY = bytes.fromhex("fbefbe" * 8) + b"\xff\xff\xff" * 4 + b"x"
SECRET = Secret(KEY)
OLD = Secret(b"an-older-secret-of-32-characters")
KEYS = SigningKeys((SECRET, OLD))
SENT = signed_headers(KEYS, "msg_1", 1_700_000_000, b"{}")
SIGNATURES = SENT["webhook-signature"].split()
HIDDEN = {
    "secret": SECRET.written(),
    "older secret": OLD.written(),
    "secret without its prefix": base64.b64encode(KEY).decode(),
    "secret as text": OLD.key.decode(),
    "secret in hexadecimal": KEY.hex(),
    "signatures": SENT["webhook-signature"],
    "signature without its version": SIGNATURES[1].removeprefix("v1,"),
    "somebody else's secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDPFc2Qm8wUyg=",
    "a signature that was expected": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
}
WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in JSON": json.dumps,
    "in JSON as PHP writes it": lambda text: json.dumps(text).replace("/", "\\/"),
    "in a URL": lambda text: quote(text, safe=""),
    "in HTML": lambda text: html.escape(text).replace("/", "&#x2F;").replace("+", "&#43;"),
}


def said(body: bytes, **headers: str) -> Answer:
    """Make an answer."""
    return Answer(400, headers, body, complete=True, seconds=0.1)


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_secrets_and_signatures_are_masked_however_they_are_written(
    hidden: str, write: Callable[[str], str]
) -> None:
    """What stands around them stays, and so does the length."""
    written = write(hidden)
    body = f"you sent [{written}], we expected more".encode()

    found = scrubbed(said(body, location=f"/error?{written}"), KEYS, SENT)

    core = hidden.rsplit(",", maxsplit=1)[-1].removeprefix("whsec_").encode()
    for text in (found.body, found.headers["location"].encode()):
        assert core not in text
        assert write(core.decode()).strip('"').encode() not in text
    assert found.body.startswith(b"you sent [")
    assert found.body.endswith(b", we expected more")
    assert len(found.body) == len(body)


def test_a_secret_that_is_cut_off_is_masked_as_far_as_it_goes() -> None:
    """The end of an answer may lie within it."""
    bare = base64.b64encode(KEY)

    assert scrubbed(said(b"no: " + bare[:20]), KEYS, SENT).body == b"no: " + b"*" * 20


@pytest.mark.parametrize(
    "text", ["", "no such film", '{"error": "v1, v2 and v3 are taken"}', "msg_1 at 1700000000", "\x00\xff"]
)
def test_what_gives_nothing_away_stays_as_it_is(text: str) -> None:
    """Byte for byte."""
    body = text.encode("latin-1")

    assert scrubbed(said(body, location="/there"), KEYS, SENT) == said(body, location="/there")
