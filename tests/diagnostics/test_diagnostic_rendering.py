"""Faults as people and machines read them: carets under the fault, and nothing that steers a terminal."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from publisher.diagnostics import RULES, Diagnostic, Severity
from publisher.diagnostics.render import as_data, concise, full, tally, visible


def _fault(excerpt: str | None = "rating: 9", column: int = 9, width: int = 1) -> Diagnostic:
    return Diagnostic(
        path="posts/the-fog.md",
        line=9,
        column=column,
        width=width,
        code="rating-range",
        severity=Severity.ERROR,
        message="rating is 9; the scale ends at 5",
        label="0 to 5 in steps of 0.5",
        help="out of ten? 9/10 is 4.5 butterflies",
        excerpt=excerpt,
    )


def test_the_full_form_is_the_one_of_the_house_style() -> None:
    """File, line, column, rule, excerpt, caret, label and help stand as documented."""
    assert full(_fault()) == (
        "posts/the-fog.md:9:9: error[rating-range]: rating is 9; the scale ends at 5\n"
        "  9 | rating: 9\n"
        "    |         ^ 0 to 5 in steps of 0.5\n"
        "  help: out of ten? 9/10 is 4.5 butterflies"
    )


def test_the_concise_form_is_the_first_line_of_the_full_one() -> None:
    """Concise messages are one line, whatever the message holds."""
    fault = replace(_fault(), message="two\nlines")

    assert full(fault).split("\n")[0] == concise(fault)
    assert "\n" not in concise(fault)


@pytest.mark.parametrize(
    "before",
    ["", "abc ", "映画 ", "🦋🦋", "ame\u0301lie ", "\t\t", "👩\u200d👩\u200d👧 ", "🇰🇭", "\u202ab", "\x01"],
)
def test_the_caret_stands_under_the_fault_in_terminal_columns(before: str) -> None:
    """Wide, combining and invisible characters before the fault move the caret as they move the text."""
    shown, carets = full(_fault(f"{before}9 映", len(before) + 1)).split("\n")[1:3]

    assert wcswidth(shown[: shown.index("9", 6)]) == carets.index("^")


def test_wide_characters_at_fault_get_carets_of_their_width() -> None:
    """Two Han characters take four columns, and four carets."""
    assert "^^^^ " in full(_fault("映画", 1, 2))


@pytest.mark.parametrize("column", [1, 40, 2000, 3999])
def test_a_long_line_is_shown_around_the_fault(column: int) -> None:
    """The window holds the fault and its caret, and no more than a line of a screen."""
    line = "x" * (column - 1) + "9" + "x" * (4000 - column)
    shown, carets = full(_fault(line, column)).split("\n")[1:3]

    assert shown[carets.index("^")] == "9"
    assert len(shown) < 130


@given(st.text(max_size=300), st.data())
def test_nothing_shown_steers_a_terminal(text: str, data: st.DataObject) -> None:
    """Whatever a file holds, what is printed has no control character and can be encoded."""
    column = data.draw(st.integers(1, len(text) + 1))
    fault = replace(_fault(text, column), path=text, message=text, label=text, help=text)
    shown = full(fault)

    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cs"} and char != "\n"]
    assert not set("\u2028\u202e\u2066\x1b\x9b") & set(shown)
    assert shown.encode()


def test_control_characters_are_shown_as_their_pictures() -> None:
    """What cannot be printed is replaced character by character, so that columns stay true."""
    assert visible("a\x1b[31m\x7f\x9b\u202e\ud800\tb") == "a␛[31m␡\ufffd\ufffd\ufffd    b"


def test_paint_colours_by_role_and_changes_no_letter() -> None:
    """A painter is asked for each piece by its role; without its marks the text is the plain one."""
    painted = full(_fault(), lambda text, role: f"<{role}>{text}</{role}>")

    assert "<error>error[rating-range]</error>" in painted
    assert "<help>help:</help>" in painted
    for role in ("place", "error", "gutter", "help"):
        painted = painted.replace(f"<{role}>", "").replace(f"</{role}>", "")
    assert painted == full(_fault())


def test_machines_get_every_field_and_the_counts() -> None:
    """The JSON form is versioned, counts by severity and can be encoded even where a file name cannot."""
    odd = replace(_fault(), path="posts/\udcff.md")
    data = as_data([_fault(), odd], checked=3)

    assert data["format_version"] == 1
    assert data["checked"] == 3
    assert data["counts"] == {"error": 2, "warning": 0, "advice": 0}
    assert data["diagnostics"][0] == {
        "path": "posts/the-fog.md",
        "line": 9,
        "column": 9,
        "width": 1,
        "code": "rating-range",
        "severity": "error",
        "message": "rating is 9; the scale ends at 5",
        "label": "0 to 5 in steps of 0.5",
        "help": "out of ten? 9/10 is 4.5 butterflies",
        "excerpt": "rating: 9",
    }
    assert data["diagnostics"][1]["path"] == "posts/?.md"
    assert json.dumps(data, ensure_ascii=False).encode()


def test_machines_are_spared_endless_lines() -> None:
    """An excerpt longer than a thousand characters is left out of the machine form."""
    assert as_data([_fault("x" * 1001)], checked=1)["diagnostics"][0]["excerpt"] is None
    assert as_data([_fault("x" * 1000)], checked=1)["diagnostics"][0]["excerpt"] == "x" * 1000


def test_a_tally_counts_in_words() -> None:
    """Singular and plural, errors first; nothing for nothing."""
    error, warning = _fault(), replace(_fault(), severity=Severity.WARNING)
    advice = replace(_fault(), severity=Severity.ADVICE)

    assert tally([warning, error, error]) == "2 errors, 1 warning"
    assert tally([advice, error, warning, warning]) == "1 error, 2 warnings, 1 piece of advice"
    assert tally([]) == ""


def test_every_rule_can_be_rendered_concisely() -> None:
    """A code never breaks the `severity[code]:` form that editors' tools parse."""
    for code in RULES:
        assert f"error[{code}]: " in concise(replace(_fault(), code=code))
