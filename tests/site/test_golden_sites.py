"""What an editor reads about publisher.toml: every case of the golden folder beside the messages it earns."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from publisher.diagnostics.render import full
from publisher.errors import ConfigurationError
from publisher.site import FILE_NAME, load_site

GOLDEN = Path(__file__).parent / "golden"
#: An id that is offered; it differs in each run.
_UUID = re.compile(r"(?<=: )[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.MULTILINE)


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*.toml")), ids=lambda case: case.stem)
def test_a_configuration_earns_exactly_the_messages_beside_it(case: Path, tmp_path: Path) -> None:
    """Every message, position, caret and help is the one written in `CASE.expected`.

    A new case needs only its `.toml`: run the test with PUBLISHER_UPDATE_GOLDEN=1, and read what was written.
    """
    (tmp_path / FILE_NAME).write_bytes(case.read_bytes())
    try:
        load_site(tmp_path)
    except ConfigurationError as error:
        shown = "\n".join([f"{error.message}", *(full(fault) for fault in error.diagnostics)]) + "\n"
    else:
        shown = "nothing to say\n"
    shown = _UUID.sub("<uuid>", shown)
    expected = case.with_suffix(".expected")
    if os.environ.get("PUBLISHER_UPDATE_GOLDEN") == "1":
        expected.write_text(shown, encoding="utf-8")

    assert expected.exists(), shown
    assert shown == expected.read_text(encoding="utf-8")


def test_every_expectation_belongs_to_a_case() -> None:
    """An expectation whose configuration was renamed would never be looked at."""
    assert {file.stem for file in GOLDEN.glob("*.expected")} == {file.stem for file in GOLDEN.glob("*.toml")}
