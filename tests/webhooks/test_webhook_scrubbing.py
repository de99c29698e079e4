"""What a partner repeats of the secrets it shares with the site does not come back out of the ledger."""

from __future__ import annotations

import base64
import gc
import html
import json
import re
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from publisher.net import Answer
from publisher.webhooks import Secret, SigningKeys, signed_headers
from publisher.webhooks.scrubbing import NOT_KEPT, scrubbed

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


# However bytes may be written so that no word of the text is a form of theirs.
APART: dict[str, Callable[[bytes], bytes]] = {
    "a Buffer, as Node prints it": lambda data: f"<Buffer {data.hex(' ')}>".encode(),
    "hexadecimal with colons": lambda data: data.hex(":").upper().encode(),
    "hexadecimal as .NET prints it": lambda data: data.hex("-").upper().encode(),
    "hexadecimal numbers": lambda data: ", ".join(
        hex(one + 256).replace("0x1", "0x") for one in data
    ).encode(),
    "a Buffer, as Node puts it into JSON": lambda data: json.dumps(
        {"type": "Buffer", "data": list(data)}
    ).encode(),
    "an array, as browsers put it into JSON": lambda data: json.dumps(
        {str(at): one for at, one in enumerate(data)}
    ).encode(),
    "an indented array": lambda data: json.dumps(list(data), indent=4).encode(),
    "an array, as Java prints it": lambda data: str(
        [one - 256 if one > 127 else one for one in data]
    ).encode(),
    "as Python prints it": lambda data: repr(data).encode(),
    "in JSON": lambda data: json.dumps(data.decode("latin-1")).encode(),
    "in JSON in JSON": lambda data: json.dumps(json.dumps(data.decode("latin-1"))).encode(),
    "in a URL": lambda data: quote(data, safe="").encode(),
    "in a URL in a URL": lambda data: quote(quote(data, safe=""), safe="").encode(),
    "in octal": lambda data: "".join(f"\\{one:03o}" for one in data).encode(),
    "in HTML": lambda data: "".join(f"&#{one};" for one in data).encode(),
    "as it is": lambda data: data,
    "as characters": lambda data: data.decode("latin-1").encode(),
    "UTF-16": lambda data: data.decode("latin-1").encode("utf-16"),
    "UTF-16, the other end first": lambda data: data.decode("latin-1").encode("utf-16-be"),
    "in base64": base64.b64encode,
    "in base64, in lines": lambda data: base64.encodebytes(data[:40]) + base64.encodebytes(data[40:]),
    "in base64, in short lines": lambda data: b"\r\n".join(
        base64.b64encode(data)[at : at + 10] for at in range(0, 100, 10)
    ),
    "in base64, spaced": lambda data: " ".join(base64.b64encode(data).decode()).encode(),
    "in base64, wrapped in JSON": lambda data: json.dumps(
        "\n".join(base64.b64encode(data).decode()[at : at + 11] for at in range(0, 99, 11))
    ).encode(),
    "in base64, in UTF-16": lambda data: base64.b64encode(data).decode().encode("utf-16"),
}
RANDOM = Secret(bytes.fromhex("43613fe0b10007920a9d5cc8f2e127643bd09a7781e6a25e14d8cb36ff5b08a9"))
RANDOM_KEYS = SigningKeys((RANDOM,))
RANDOM_SENT = signed_headers(RANDOM_KEYS, "msg_1", 1_700_000_000, b"{}")
BYTES = {
    "the secret's bytes": RANDOM.key,
    "the secret as it is written": RANDOM.written().encode(),
    "the secret without its prefix": base64.b64encode(RANDOM.key),
    "the signature's bytes": base64.b64decode(RANDOM_SENT["webhook-signature"].removeprefix("v1,")),
}


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES)
@pytest.mark.parametrize("write", APART.values(), ids=APART)
def test_nothing_is_kept_of_what_holds_a_secret_in_other_ways(
    data: bytes, write: Callable[[bytes], bytes]
) -> None:
    """A sentence stands in its place; where the secret's words can be masked, they are, and the rest stays."""
    written = write(data)

    found = scrubbed(said(b"expected " + written), RANDOM_KEYS, RANDOM_SENT)

    assert found.body == NOT_KEPT or (
        found.body.startswith(b"expected ") and found.body.count(b"*") >= 0.6 * len(written)
    )


@pytest.mark.parametrize("beside", [b"", b"a", b"ab"])
def test_the_place_of_a_secret_in_base64_does_not_matter(beside: bytes) -> None:
    """What was sent, all of it in base64, holds the secret's text at any distance from its beginning."""
    body = base64.b64encode(b'{"secret": "' + beside + RANDOM.written().encode() + b'"}')

    assert set(scrubbed(said(body), RANDOM_KEYS, RANDOM_SENT).body) == set(b"*")


@pytest.mark.parametrize("at", range(0, 20, 3))
@pytest.mark.parametrize("write", ["a Buffer, as Node prints it", "as Python prints it", "an indented array"])
def test_a_long_part_is_as_bad_as_the_whole(at: int, write: str) -> None:
    """Twelve bytes of it are."""
    written = APART[write](RANDOM.key[at : at + 12])

    assert scrubbed(said(b"no: " + written), RANDOM_KEYS, RANDOM_SENT).body == NOT_KEPT


def test_a_place_that_gives_a_secret_away_is_not_kept() -> None:
    """Nor are headers that nobody reads."""
    place = "/?" + RANDOM.key.hex(" ")

    found = scrubbed(
        said(b"no", **{"location": place, "x-expected": place, "retry-after": "7"}), RANDOM_KEYS, RANDOM_SENT
    )

    assert found.headers == {"location": NOT_KEPT.decode(), "retry-after": "7"}
    assert found.body == b"no"


def test_what_is_not_kept_was_not_cut_short() -> None:
    """An answer's end does not matter when none of it is there."""
    cut = replace(said(repr(RANDOM.key).encode()), complete=False)

    assert scrubbed(cut, RANDOM_KEYS, RANDOM_SENT).complete


def test_masking_costs_next_to_nothing_and_remembers_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """No expression is compiled for a message, nothing is kept of it, and an empty answer is not looked through."""
    body = b"<p>The review could not be taken: ask the film desk, they are in until 18:00.</p>" * 12
    scrubbed(said(body), RANDOM_KEYS, RANDOM_SENT)
    monkeypatch.setattr(re, "compile", None)
    tracemalloc.start()
    try:
        for number in range(300):
            sent = signed_headers(RANDOM_KEYS, f"msg_{number}", 1_700_000_000, b"{}")
            scrubbed(said(body + sent["webhook-signature"].encode()), RANDOM_KEYS, sent)
        # Python itself puts some memory by until then.
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    monkeypatch.setattr("publisher.webhooks.scrubbing._readings", None)

    scrubbed(said(b"", server="nginx"), RANDOM_KEYS, RANDOM_SENT)

    # Each signature alone would be some 40 bytes.
    assert kept < 300 * 40


@pytest.mark.parametrize(
    "text",
    [
        str(list(range(200))),
        "2026-11-22T12:00:00Z 192.168.17.4:443 " * 20,
        "at least 12 characters, and 2 characters more",
        "3f29c1d0-77aa-4d7e-9f55-0c1b2d3e4f50 " * 10,
        "%7B%22error%22%3A%22no%20such%20film%22%7D &lt;b&gt;&#8220;\\u00e9\\n" * 5,
        "«Ça ne va pas», répond le partenaire — 🦋 " * 10,
    ],
)
def test_long_answers_that_give_nothing_away_stay_as_they_are(text: str) -> None:
    """Numbers, times, ids and escapes are no secrets."""
    assert scrubbed(said(text.encode()), KEYS, SENT).body == text.encode()


def test_tokens_of_the_query_are_masked_in_what_an_answer_repeats() -> None:
    """A page that says what was not found repeats the address; what is no token stays readable."""
    url = "https://p.example/hook?site=night&token=abc%2Fdef%2Bghi&hunter2hunter2"
    reply = said(b"no POST /hook?site=night&token=abc%2Fdef%2Bghi&hunter2hunter2 (abc/def+ghi) on this night")

    assert scrubbed(reply, KEYS, {}, url).body == (
        b"no POST /hook?site=night&token=***************&************** (***********) on this night"
    )


def test_the_place_that_is_named_does_not_show_its_query() -> None:
    """Who sends elsewhere often sends the token along; where it goes to is shown."""
    reply = said(b"", location="/elsewhere?token=abcdefgh#x")

    assert scrubbed(reply, KEYS, {}).headers["location"] == "/elsewhere?token=***#x"
