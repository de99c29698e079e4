"""What editors read: every case of the golden folder is a post beside the messages it earns."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.diagnostics import Diagnostic, in_reading_order
from publisher.diagnostics.render import full
from publisher.posts import read_post
from publisher.site import load_site

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
_UUID = re.compile(r"(?<=: )[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.MULTILINE)


def _shown(diagnostics: list[Diagnostic]) -> str:
    """Render faults as `publisher validate` does; a fresh id differs in each run."""
    text = "\n".join(full(fault) for fault in in_reading_order(diagnostics)) or "nothing to say"
    return _UUID.sub("<uuid>", text) + "\n"


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*.md")), ids=lambda case: case.stem)
def test_a_post_earns_exactly_the_messages_beside_it(case: Path) -> None:
    """Every message, position, caret and help is the one written in `CASE.expected`.

    A new case needs only its `.md`: run the test with PUBLISHER_UPDATE_GOLDEN=1, and read what was written.
    """
    post, diagnostics = read_post(case.read_bytes(), case, load_site(GOLDEN), NOW)
    shown = _shown(diagnostics)
    expected = case.with_suffix(".expected")
    if os.environ.get("PUBLISHER_UPDATE_GOLDEN") == "1":
        expected.write_text(shown, encoding="utf-8")

    assert expected.exists(), shown
    assert shown == expected.read_text(encoding="utf-8")
    assert (post is None) == ("error[" in shown)


def test_every_expectation_belongs_to_a_case() -> None:
    """An expectation whose post was renamed would never be looked at."""
    assert {file.stem for file in GOLDEN.glob("*.expected")} == {file.stem for file in GOLDEN.glob("*.md")}
