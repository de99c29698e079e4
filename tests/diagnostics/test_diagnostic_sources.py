"""Lines and columns are those an editor sees, whatever ends the lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.diagnostics import Source, Span
from publisher.diagnostics.source import _BLOCK as BLOCK

# Long texts are looked at in blocks: some have what matters where one ends and the next begins.
TEXTS = st.tuples(
    st.sampled_from(["", "a" * (BLOCK - 5), "a" * (2 * BLOCK - 3), "\r\n" * (BLOCK // 2)]),
    st.text(alphabet=st.sampled_from("ab映🦋\t\r\n\u0085\u2028\x0b"), max_size=40),
).map("".join)


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [
        ("", 0, (1, 1)),
        ("ab", 2, (1, 3)),
        ("a\nb", 2, (2, 1)),
        ("a\r\nb", 3, (2, 1)),
        ("a\rb", 2, (2, 1)),
        ("a\n\rb", 3, (3, 1)),
        ("a\u0085b\u2028c\x0bd", 6, (1, 7)),
        ("🦋映\tx", 3, (1, 4)),
        ("a\n", 2, (2, 1)),
    ],
)
def test_positions_count_lines_as_editors_do(text: str, offset: int, position: tuple[int, int]) -> None:
    """CR LF, CR and LF end a line, no other character does; columns are characters."""
    assert Source("x.md", text).position(offset) == position


@given(TEXTS, st.data())
def test_a_position_leads_back_to_its_offset(text: str, data: st.DataObject) -> None:
    """`offset` undoes `position` for every character of a text and for its end."""
    source = Source("x.md", text)
    offset = data.draw(st.integers(max(0, len(text) - 50), len(text)))

    assert source.offset(*source.position(offset)) == offset


@given(TEXTS)
def test_lines_are_what_stands_between_line_ends(text: str) -> None:
    """The lines of a text are those of Python's universal newlines."""
    source = Source("x.md", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    last = range(max(0, len(lines) - 50), len(lines))

    assert [source.line(number + 1) for number in last] == [lines[number] for number in last]


def test_a_span_of_one_character_ends_behind_it() -> None:
    """`Span.at` points at one character."""
    assert Span.at(3) == Span(3, 4)
