"""The code that docs/partners.md gives to partners, run as they would run it."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from publisher.webhooks import Secret, mint_secret, signed_headers
from tests.webhooks.event_samples import bodies, life, read

PARTNERS = (Path(__file__).parent.parent.parent / "docs" / "partners.md").read_text(encoding="utf-8")
BODY = json.dumps({"type": "review.published", "title": "リング"}, ensure_ascii=False).encode()


def code(language: str) -> str:
    """Return the one block of code in a language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PARTNERS, re.DOTALL)
    assert isinstance(block, str)
    return block


def message(secret: str, *, at: float | None = None) -> dict[str, str]:
    """Sign the body as a sender would."""
    timestamp = int(time.time() if at is None else at)
    return signed_headers(Secret.parse(secret, "the test"), "msg_1", timestamp, BODY)


@pytest.fixture
def verify_in_python() -> Any:
    """Give the function that the page defines."""
    namespace: dict[str, Any] = {}
    exec(code("python"), namespace)  # noqa: S102 - running the documentation is the test
    return namespace["verify"]


def test_the_python_verifier_accepts_what_we_send(verify_in_python: Any) -> None:
    """A partner who copies the lines gets the event."""
    secret = mint_secret()

    assert verify_in_python(secret, message(secret), BODY) == json.loads(BODY)


def test_the_python_verifier_refuses_what_we_did_not_send(verify_in_python: Any) -> None:
    """Another secret, a changed body and an old message are refused."""
    secret = mint_secret()

    with pytest.raises(ValueError, match="does not fit"):
        verify_in_python(secret, message(mint_secret()), BODY)
    with pytest.raises(ValueError, match="does not fit"):
        verify_in_python(secret, message(secret), BODY + b" ")
    for missing in message(secret):
        with pytest.raises(ValueError):
            verify_in_python(secret, message(secret) | {missing: ""}, BODY)
        with pytest.raises(ValueError):
            verify_in_python(
                secret, {name: value for name, value in message(secret).items() if name != missing}, BODY
            )
    with pytest.raises(ValueError, match="too old"):
        verify_in_python(secret, message(secret, at=time.time() - 301), BODY)


def test_the_python_verifier_returns_an_event_of_every_type(verify_in_python: Any, tmp_path: Path) -> None:
    """As they are sent, with the whole text and without."""
    secret = mint_secret()
    for name, body in bodies(life(tmp_path)).items():
        headers = signed_headers(Secret.parse(secret, "the test"), "msg_1", int(time.time()), body)

        assert verify_in_python(secret, headers, body) == read(body), name


@pytest.mark.needs("node")
def test_the_node_verifier_returns_an_event_of_every_type(tmp_path: Path) -> None:
    """As they are sent, with the whole text and without."""
    secret, made = mint_secret(), bodies(life(tmp_path))
    cases = []
    for number, body in enumerate(made.values()):
        (tmp_path / f"{number}.body").write_bytes(body)
        headers = signed_headers(Secret.parse(secret, "the test"), "msg_1", int(time.time()), body)
        cases.append([secret, headers, str(tmp_path / f"{number}.body")])
    script = tmp_path / "verify.js"
    script.write_text(
        code("js")
        + "\nconst { readFileSync } = require('node:fs');\n"
        + "console.log(JSON.stringify(JSON.parse(process.argv[2]).map(([secret, headers, file]) => "
        + "verify(secret, headers, readFileSync(file)))));\n",
        encoding="utf-8",
    )

    done = subprocess.run(
        ["node", script, json.dumps(cases)], capture_output=True, encoding="utf-8", check=True, timeout=60
    )

    assert len(made) > 8
    assert json.loads(done.stdout) == [read(body) for body in made.values()]


@pytest.mark.needs("node")
def test_the_node_verifier_tells_good_from_bad(tmp_path: Path) -> None:
    """The same for Node: it returns the event, and throws for anything else."""
    secret = mint_secret()
    good = message(secret)
    cases = [
        [secret, good, BODY.decode()],
        [secret, message(mint_secret()), BODY.decode()],
        [secret, good, BODY.decode() + " "],
        [secret, message(secret, at=time.time() - 301), BODY.decode()],
        [secret, good | {"webhook-signature": f"v2,abc {good['webhook-signature']}"}, BODY.decode()],
    ]
    script = tmp_path / "verify.js"
    script.write_text(
        code("js")
        + "\nconst answers = JSON.parse(process.argv[2]).map(([secret, headers, body]) => {\n"
        + "  try { return verify(secret, headers, Buffer.from(body)).type; } catch (error) { return error.message; }\n"
        + "});\nconsole.log(JSON.stringify(answers));\n",
        encoding="utf-8",
    )

    done = subprocess.run(
        ["node", script, json.dumps(cases)], capture_output=True, encoding="utf-8", check=True, timeout=60
    )

    fits, too_old = "the signature does not fit", "too old, or too new"
    assert json.loads(done.stdout) == ["review.published", fits, fits, too_old, "review.published"]
