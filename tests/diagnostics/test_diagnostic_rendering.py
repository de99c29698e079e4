"""Faults as people and machines read them: carets under the fault, and nothing that steers a terminal."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from publisher.diagnostics import RULES, STRIP_BYTE_ORDER_MARK, Diagnostic, Severity
from publisher.diagnostics.render import as_fields, as_json, concise, full, github, tally, visible

if TYPE_CHECKING:
    from collections.abc import Iterator


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


def test_the_concise_form_is_the_first_line_of_the_full_one_and_the_way_out() -> None:
    """Concise messages are one line, whatever the message and its hints hold."""
    fault = replace(_fault(), message="two\nlines", help="as in\nfilm:\n  title: Karmalink")

    assert concise(fault) == (
        f"{full(fault).split(chr(10))[0]} (0 to 5 in steps of 0.5; as in film: title: Karmalink)"
    )
    assert "\n" not in concise(fault)
    assert concise(replace(fault, label=None, help=None)) == full(fault).split("\n")[0]


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


def test_machines_get_every_field_and_what_closes_the_document() -> None:
    """The JSON form is versioned and can be encoded even where a file name cannot; what counts comes last."""
    odd = replace(_fault(), path="posts/\udcff.md", fix=STRIP_BYTE_ORDER_MARK)
    document = "".join(as_json([_fault(), odd], lambda: {"checked": 3}))
    data = json.loads(document)

    assert document.isascii()
    assert data["format_version"] == 1
    assert data["checked"] == 3
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
        "fix": None,
    }
    assert data["diagnostics"][1]["path"] == "posts/?.md"
    assert data["diagnostics"][1]["fix"] == "remove the byte order mark"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_document_for_machines_is_json_laid_out_whatever_the_number_of_faults(number: int) -> None:
    """What is written piece by piece is what would be written at once."""
    document = "".join(as_json([_fault()] * number, lambda: {"counts": {"error": number}}))
    data = json.loads(document)

    assert len(data["diagnostics"]) == number
    assert document == json.dumps(data, indent=2) + "\n"


def test_the_document_for_machines_begins_before_the_last_fault_is_known() -> None:
    """Each fault is rendered when it comes in, and the closing is asked for after the last."""
    heard: list[str] = []

    def faults() -> Iterator[Diagnostic]:
        for name in ("one", "two"):
            heard.append(name)
            yield _fault()

    pieces = as_json(faults(), lambda: {"heard": [*heard]})

    assert "format_version" in next(pieces)
    assert heard == []
    next(pieces)
    assert heard == ["one"]
    assert "two" in "".join(pieces)


def test_machines_are_spared_endless_lines() -> None:
    """An excerpt longer than a thousand characters is left out of the machine form."""
    assert as_fields(_fault("x" * 1001))["excerpt"] is None
    assert as_fields(_fault("x" * 1000))["excerpt"] == "x" * 1000


def test_an_annotation_is_one_line_that_github_can_take_apart() -> None:
    """The command is the severity; properties and message are escaped as workflow commands ask."""
    fault = replace(_fault(), path="posts/50%, really: yes.md", message="two\nlines\r, 100%", label=None)

    assert github(fault) == (
        "::error file=posts/50%25%2C really%3A yes.md,line=9,col=9,endColumn=10,title=rating-range"
        "::two%0Alines\u240d, 100%25%0Ahelp: out of ten? 9/10 is 4.5 butterflies"
    )
    assert github(replace(fault, severity=Severity.WARNING)).startswith("::warning ")
    assert github(replace(fault, severity=Severity.ADVICE)).startswith("::notice ")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_file_can_give_github_another_command(path: str, message: str) -> None:
    """Whatever a file holds, an annotation stays one line with the properties it was given."""
    shown = github(replace(_fault(), path=path, message=message, label=message))

    assert len(shown.splitlines()) == 1
    assert shown.startswith("::error file=")
    properties = shown.removeprefix("::error ").split("::", 1)[0]
    assert [part.split("=", 1)[0] for part in properties.split(",")] == [
        "file",
        "line",
        "col",
        "endColumn",
        "title",
    ]


def test_a_tally_counts_in_words() -> None:
    """Singular and plural, errors first; nothing for nothing."""
    error, warning, advice = Severity.ERROR, Severity.WARNING, Severity.ADVICE

    assert tally({warning: 1, error: 2}) == "2 errors, 1 warning"
    assert tally({advice: 1, error: 1, warning: 2}) == "1 error, 2 warnings, 1 piece of advice"
    assert tally({error: 0}) == ""


def test_every_rule_can_be_rendered_concisely() -> None:
    """A code never breaks the `severity[code]:` form that editors' tools parse."""
    for code in RULES:
        assert f"error[{code}]: " in concise(replace(_fault(), code=code))
