"""Signatures: the published rule, two other implementations, and everything that must not be accepted."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from publisher.errors import ConfigurationError
from publisher.webhooks import (
    Secret,
    SigningKeys,
    VerificationFailed,
    mint_secret,
    sign,
    signed_headers,
    verify,
)
from tests.webhooks.scripted_partner import SECRET, SECRET_TEXT, Outbox, Partner

NODE = Path(__file__).parents[1] / "node"
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
VECTOR = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
TRICKY = (
    b"{}",
    '{"title":"カルマリンク 🦋 — naïve"}'.encode(),
    '{"separators":"\u2028\u2029 \\u0000","list":[1.5,null,true]}'.encode(),
)


def ours(**changes: str) -> dict[str, str]:
    """Sign the published message, then change headers."""
    return {**signed_headers(SECRET, ID, TIMESTAMP, BODY), **changes}


def ask_node(*questions: dict[str, Any]) -> list[dict[str, Any]]:
    """Put questions to the npm package."""
    if not (NODE / "node_modules" / "standardwebhooks").is_dir():
        if os.environ.get("PUBLISHER_REQUIRE_TOOLS") == "1":
            pytest.fail("the npm package standardwebhooks is missing; run `npm ci` in tests/node")
        pytest.skip("needs the npm package standardwebhooks: `npm ci` in tests/node")
    done = subprocess.run(
        ["node", "second.mjs"],
        cwd=NODE,
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def rotated() -> tuple[str, str, SigningKeys]:
    """Mint a new secret and an old one, and the keys of the time in which both sign."""
    new, old = mint_secret(), mint_secret()
    return new, old, SigningKeys.parse(f"{new} {old}", "here")


def plain64(data: bytes) -> str:
    """Write bytes as base64."""
    return base64.b64encode(data).decode()


def test_the_published_vector_is_reproduced() -> None:
    """Sign the specification's own example as its authors do."""
    assert sign(SECRET, ID, TIMESTAMP, BODY) == VECTOR
    assert Webhook(SECRET_TEXT).sign(ID, datetime.fromtimestamp(TIMESTAMP, UTC), BODY.decode()) == VECTOR


def test_the_python_library_accepts_what_is_sent(tmp_path: Path) -> None:
    """Let every message that leaves on a socket be verified by the standard library for Python."""
    outbox = Outbox(tmp_path)
    outbox.clock.now = time.time()
    with Partner() as partner:
        for number, body in enumerate(TRICKY):
            outbox.announce(number, body=body)
        outbox.run(partner=partner.url)

    assert sorted(heard.body for heard in partner.heard) == sorted(TRICKY)
    for heard in partner.heard:
        assert Webhook(SECRET_TEXT).verify(heard.body, heard.headers) == json.loads(heard.body)


@pytest.mark.needs("node")
def test_the_npm_package_accepts_what_is_sent(tmp_path: Path) -> None:
    """Let every message that leaves on a socket be verified by the standard library for JavaScript."""
    outbox = Outbox(tmp_path)
    outbox.clock.now = time.time()
    with Partner() as partner:
        for number, body in enumerate(TRICKY):
            outbox.announce(number, body=body)
        outbox.run(partner=partner.url)

    questions = [
        {"secret": SECRET_TEXT, "headers": heard.headers, "body": plain64(heard.body)}
        for heard in partner.heard
    ]
    answers = ask_node(*questions, {**questions[0], "body": plain64(b'{"other":1}')})

    assert sorted(heard.body for heard in partner.heard) == sorted(TRICKY)
    assert answers[:-1] == [{"accepted": json.loads(heard.body)} for heard in partner.heard]
    assert "No matching signature" in answers[-1]["refused"]


@pytest.mark.needs("node")
def test_what_the_npm_package_signs_is_accepted() -> None:
    """Accept messages that the standard library for JavaScript signed, byte for byte as we sign them."""
    now = int(time.time())
    questions = [
        {"secret": SECRET_TEXT, "id": ID, "timestamp": now, "body": plain64(body)} for body in TRICKY
    ]
    for body, reply in zip(TRICKY, ask_node(*questions), strict=True):
        assert reply["signature"] == sign(SECRET, ID, now, body)
        headers = {"webhook-id": ID, "webhook-timestamp": str(now), "webhook-signature": reply["signature"]}
        verify(SECRET, headers, body, now)


def test_what_the_python_library_signs_is_accepted() -> None:
    """Accept messages that the standard library for Python signed."""
    for body in TRICKY:
        signature = Webhook(SECRET_TEXT).sign(ID, datetime.fromtimestamp(TIMESTAMP, UTC), body.decode())
        verify(SECRET, ours(**{"webhook-signature": signature}), body, TIMESTAMP)


@given(
    body=st.text(st.characters(codec="utf-8")).map(str.encode),
    key=st.binary(min_size=24, max_size=64),
    message_id=st.from_regex(r"msg_[a-z2-7]{1,40}", fullmatch=True),
)
def test_both_implementations_sign_alike(body: bytes, key: bytes, message_id: str) -> None:
    """Give the same signature as the other implementation for any text, key and id."""
    other = Webhook(key).sign(message_id, datetime.fromtimestamp(TIMESTAMP, UTC), body.decode())

    assert sign(Secret(key), message_id, TIMESTAMP, body) == other


@pytest.mark.parametrize("age", [0, 300, -300])
def test_five_minutes_either_way_are_accepted(age: int) -> None:
    """Accept a message whose time lies within the tolerance."""
    verify(SECRET, ours(), BODY, TIMESTAMP + age)


@pytest.mark.parametrize(
    ("changes", "body", "now", "reason"),
    [
        ({}, BODY + b" ", TIMESTAMP, "no signature fits"),
        ({}, b"", TIMESTAMP, "no signature fits"),
        ({"webhook-id": ID + "x"}, BODY, TIMESTAMP, "no signature fits"),
        ({"webhook-timestamp": str(TIMESTAMP + 1)}, BODY, TIMESTAMP, "no signature fits"),
        ({"webhook-timestamp": f"0{TIMESTAMP}"}, BODY, TIMESTAMP, "not a whole number"),
        ({"webhook-timestamp": f"{TIMESTAMP}.0"}, BODY, TIMESTAMP, "not a whole number"),
        ({"webhook-timestamp": f" {TIMESTAMP}"}, BODY, TIMESTAMP, "not a whole number"),
        ({"webhook-timestamp": f"{TIMESTAMP}\n"}, BODY, TIMESTAMP, "not a whole number"),
        ({"webhook-timestamp": "-1"}, BODY, TIMESTAMP, "not a whole number"),
        ({"webhook-timestamp": "soon"}, BODY, TIMESTAMP, "not a whole number"),
        ({"webhook-timestamp": "٣١٤"}, BODY, TIMESTAMP, "not a whole number"),
        ({"webhook-timestamp": "9" * 400}, BODY, TIMESTAMP, "not a whole number"),
        ({}, BODY, TIMESTAMP + 301, "301 s old; at most 300 s are accepted"),
        ({}, BODY, TIMESTAMP - 301, "301 s ahead; at most 300 s are accepted"),
        ({"webhook-id": ""}, BODY, TIMESTAMP, "webhook-id is missing"),
        ({"webhook-timestamp": ""}, BODY, TIMESTAMP, "webhook-timestamp is missing"),
        ({"webhook-signature": ""}, BODY, TIMESTAMP, "webhook-signature is missing"),
        ({"webhook-signature": VECTOR.removeprefix("v1,")}, BODY, TIMESTAMP, "no signature fits"),
        ({"webhook-signature": VECTOR.replace("v1,", "v2,")}, BODY, TIMESTAMP, "no signature fits"),
        ({"webhook-signature": VECTOR.upper()}, BODY, TIMESTAMP, "no signature fits"),
        ({"webhook-signature": VECTOR[:-2]}, BODY, TIMESTAMP, "no signature fits"),
        ({"webhook-signature": "v1,"}, BODY, TIMESTAMP, "no signature fits"),
        ({"webhook-signature": " ".join([VECTOR] * 17)}, BODY, TIMESTAMP, "too many signatures"),
    ],
)
def test_a_changed_message_is_refused(changes: dict[str, str], body: bytes, now: float, reason: str) -> None:
    """Refuse a message of which anything that is signed was changed, and say what is wrong."""
    with pytest.raises(VerificationFailed) as failure:
        verify(SECRET, ours(**changes), body, now)

    assert reason in str(failure.value)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(missing: str) -> None:
    """Name the header that a message lacks."""
    headers = ours()
    del headers[missing]

    with pytest.raises(VerificationFailed, match=f"the header {missing} is missing"):
        verify(SECRET, headers, BODY, TIMESTAMP)


def test_another_secret_does_not_fit() -> None:
    """Refuse a message that was signed with another secret."""
    with pytest.raises(VerificationFailed, match="the secret differs"):
        verify(Secret.parse(mint_secret(), "here"), ours(), BODY, TIMESTAMP)


@pytest.mark.parametrize(
    "signatures",
    [
        f"v1a,AAAA {VECTOR}",
        f"v2,{'A' * 43}= v1,{'A' * 43}= {VECTOR} v99,zzz",
        f"  {VECTOR} junk",
        " ".join(["v1,AAAA"] * 15 + [VECTOR]),
    ],
)
def test_one_of_several_signatures_is_enough(signatures: str) -> None:
    """Accept a message when one signature fits, whatever schemes the others are of: secrets are rotated that way."""
    verify(SECRET, ours(**{"webhook-signature": signatures}), BODY, TIMESTAMP)


def test_several_secrets_sign_in_their_order_parted_by_single_spaces() -> None:
    """Write the header as Standard Webhooks does: the present secret's signature first, and nothing but a space between."""
    new, old, keys = rotated()

    headers = signed_headers(keys, ID, TIMESTAMP, BODY)

    each = [sign(Secret.parse(text, "here"), ID, TIMESTAMP, BODY) for text in (new, old)]
    assert headers["webhook-signature"] == f"{each[0]} {each[1]}"
    assert keys.present == Secret.parse(new, "here")


def test_either_secret_verifies_what_both_signed() -> None:
    """Let a partner change over at any time of the overlap, with our own verifier and the library for Python."""
    new, old, keys = rotated()
    now = int(time.time())

    for body in TRICKY:
        headers = signed_headers(keys, ID, now, body)
        for text in (new, old):
            verify(Secret.parse(text, "here"), headers, body, now)
            assert Webhook(text).verify(body, headers) == json.loads(body)
        with pytest.raises(WebhookVerificationError):
            Webhook(mint_secret()).verify(body, headers)


@pytest.mark.needs("node")
def test_the_npm_package_verifies_with_either_secret() -> None:
    """Let a partner who uses the library for JavaScript change over at any time of the overlap, too."""
    new, old, keys = rotated()
    body = TRICKY[1]
    headers = signed_headers(keys, ID, int(time.time()), body)

    answers = ask_node(
        *({"secret": text, "headers": headers, "body": plain64(body)} for text in (new, old, mint_secret()))
    )

    assert answers[:2] == [{"accepted": json.loads(body)}] * 2
    assert "No matching signature" in answers[2]["refused"]


def test_several_secrets_accept_what_either_signed() -> None:
    """Verify with all keys of an overlap, as a receiver does that has taken the new one over already."""
    new, old, keys = rotated()

    for text in (new, old):
        verify(keys, signed_headers(Secret.parse(text, "here"), ID, TIMESTAMP, BODY), BODY, TIMESTAMP)
    with pytest.raises(VerificationFailed, match="no signature fits"):
        verify(keys, ours(), BODY, TIMESTAMP)


def test_a_secret_written_twice_signs_once() -> None:
    """Send no signature twice."""
    assert SigningKeys.parse(f" {SECRET_TEXT}  {SECRET_TEXT}\n", "here") == SigningKeys((SECRET,))


def test_at_most_five_secrets_sign() -> None:
    """Refuse more than receivers may look at, and say which to take out."""
    five = [mint_secret() for _ in range(5)]

    assert len(SigningKeys.parse(" ".join(five), "here").secrets) == 5
    with pytest.raises(ConfigurationError) as failure:
        SigningKeys.parse(" ".join([*five, SECRET_TEXT]), "here")

    assert str(failure.value) == "here holds 6 secrets; at most 5 may sign"


def test_the_one_of_several_secrets_that_is_wrong_is_named() -> None:
    """Say which word it is, and quote none."""
    typed = f"{SECRET_TEXT} {'hunter2' * 2}"
    with pytest.raises(ConfigurationError) as failure:
        SigningKeys.parse(typed, "here")

    assert str(failure.value) == "the secret in word 2 of here does not begin with whsec_"
    told = "".join(traceback.format_exception(failure.value))
    assert "hunter2hunter2" not in told
    assert SECRET_TEXT[6:16] not in told


ANY_TEXT = st.text(st.characters())
HEADERS = st.dictionaries(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]),
    st.one_of(ANY_TEXT, st.just(str(TIMESTAMP)), st.just(VECTOR), st.just(ID), ANY_TEXT.map("v1,".__add__)),
)


@example(headers=ours(**{"webhook-id": "\ud800"}), body=BODY, now=TIMESTAMP)
@example(headers=ours(**{"webhook-signature": "v1,\udfff"}), body=BODY, now=TIMESTAMP)
@given(headers=HEADERS, body=st.binary(), now=st.floats(-1e12, 1e12) | st.just(float(TIMESTAMP)))
def test_nothing_but_a_refusal_comes_out_of_verifying(
    headers: dict[str, str], body: bytes, now: float
) -> None:
    """Answer any headers at all with acceptance or VerificationFailed: lone surrogates and huge numbers too."""
    try:
        verify(SECRET, headers, body, now)
    except VerificationFailed:
        return
    assert headers["webhook-id"] == ID
    assert body == BODY


@given(text=ANY_TEXT | ANY_TEXT.map("whsec_".__add__))
def test_nothing_but_a_configuration_error_comes_out_of_reading_a_secret(text: str) -> None:
    """Answer any text at all with a secret or a ConfigurationError that does not quote it."""
    try:
        secret = Secret.parse(text, "here")
    except ConfigurationError as error:
        told = f"{error} {error.hint}"
    else:
        told = ""
        assert 24 <= len(secret.key) <= 64
    written = text.strip().removeprefix("whsec_")
    assert len(written) < 12 or written not in told


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "does not begin with whsec_"),
        ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "does not begin with whsec_"),
        ("", "does not begin with whsec_"),
        ("whsec_", "has 0 bytes"),
        ("whsec_" + base64.b64encode(b"s" * 23).decode(), "has 23 bytes; it needs 24 to 64"),
        ("whsec_" + base64.b64encode(b"l" * 65).decode(), "has 65 bytes; it needs 24 to 64"),
        ("whsec_" + base64.urlsafe_b64encode(b"\xfb\xff" * 16).decode(), "is url-safe base64"),
        ("whsec_" + base64.urlsafe_b64encode(b"\xfb\xff" * 16).decode().rstrip("="), "is url-safe base64"),
        ("whsec_-+" + "A" * 42, "is not base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "is not base64"),
        ("whsec_MfKQ9r8GKYqr TwjUPD8ILPZIo2LaLaSw", "is not base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSé", "is not base64"),
    ],
)
def test_a_malformed_secret_is_refused_and_not_quoted(written: str, problem: str) -> None:
    """Say what is wrong with a secret and where it stands, and repeat nothing of it."""
    with pytest.raises(ConfigurationError) as failure:
        Secret.parse(written, "here")

    assert problem in str(failure.value)
    assert "24 to 64 random bytes" in str(failure.value.hint)
    told = "".join(traceback.format_exception(failure.value)) + str(failure.value.hint)
    for length in range(8, len(written)):
        assert written[6 : 6 + length] not in told


def test_a_minted_secret_is_a_secret() -> None:
    """Mint secrets that are accepted and differ."""
    first, second = mint_secret(), mint_secret()

    assert Secret.parse(first, "here").written() == first
    assert len(Secret.parse(first, "here").key) == 32
    assert first != second


def test_a_secret_never_shows_itself(caplog: pytest.LogCaptureFixture) -> None:
    """Keep the key and the expected signature out of representations, failures, tracebacks and logs."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(VerificationFailed) as failure:
        verify(SECRET, ours(), b"another body", TIMESTAMP)

    told = " ".join(
        [
            repr(SECRET),
            str(SECRET),
            f"{SECRET!r:>10}",
            repr({"secret": SECRET}),
            repr(SigningKeys((SECRET,))),
            caplog.text,
            *traceback.format_exception(failure.value),
        ]
    )
    for leaked in (
        SECRET_TEXT.removeprefix("whsec_"),
        repr(SECRET.key),
        SECRET.key.hex(),
        sign(SECRET, ID, TIMESTAMP, b"another body"),
    ):
        assert leaked not in told


def test_the_python_library_refuses_what_we_refuse() -> None:
    """Have a changed body refused by the other implementation too, so that the agreement above means something."""
    now = int(time.time())
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET_TEXT).verify(b'{"a":2}', signed_headers(SECRET, ID, now, b'{"a":1}'))
