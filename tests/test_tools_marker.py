"""A test that needs a program says so, and is skipped or failed by name where it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.needs("no-such-program")
def test_with_it():
    pass

@pytest.mark.needs("sh")
def test_with_a_shell():
    pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """Give a small suite under this project's own conftest."""
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text("utf-8"))
    pytester.makeini("[pytest]\nmarkers = needs(tool): x")
    pytester.makepyfile(TESTS)
    return pytester


def test_a_missing_program_skips_by_name(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with Python only the suite passes and says what it left out."""
    monkeypatch.delenv("PUBLISHER_REQUIRE_TOOLS", raising=False)
    result = suite.runpytest_inprocess("-rs", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*needs no-such-program, which is not installed here*"])


def test_a_missing_program_fails_where_all_were_promised(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In CI a skip would hide that nothing was tested."""
    monkeypatch.setenv("PUBLISHER_REQUIRE_TOOLS", "1")
    result = suite.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*no-such-program is missing, and PUBLISHER_REQUIRE_TOOLS=1 asks for it*"])
