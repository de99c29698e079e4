"""Safe repairs change the characters they name and no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.diagnostics import BYTE_ORDER_MARK, STRIP_BYTE_ORDER_MARK, Edit, Fix, apply_fixes


def _fix(*edits: Edit) -> Fix:
    return Fix("mend it", edits)


def test_edits_are_counted_in_the_text_as_it_was() -> None:
    """Two repairs of one text do not move each other."""
    written, done = apply_fixes("one two three", [_fix(Edit(0, 3, "1")), _fix(Edit(8, 13, "3"))])

    assert written == "1 two 3"
    assert len(done) == 2


def test_offsets_do_not_count_a_byte_order_mark() -> None:
    """It stays where it is not the fault, and goes where it is."""
    assert apply_fixes(f"{BYTE_ORDER_MARK}one", [_fix(Edit(0, 1, "O"))])[0] == f"{BYTE_ORDER_MARK}One"
    assert apply_fixes(f"{BYTE_ORDER_MARK}one", [STRIP_BYTE_ORDER_MARK])[0] == "one"


def test_a_repair_that_touches_another_waits_for_the_next_round() -> None:
    """The first one wins; the other is not among those done."""
    first, second = _fix(Edit(0, 3, "1")), _fix(Edit(2, 5, "x"))

    assert apply_fixes("one two", [first, second]) == ("1 two", [first])


def test_a_repair_goes_in_whole_or_not_at_all() -> None:
    """Where one of its edits cannot go in, neither does the other."""
    first, second = _fix(Edit(0, 3, "1")), _fix(Edit(1, 2, "x"), Edit(4, 7, "2"))

    assert apply_fixes("one two", [first, second])[0] == "1 two"


@given(st.text(min_size=1, max_size=30), st.data())
def test_nothing_but_the_named_characters_changes(text: str, data: st.DataObject) -> None:
    """What stands before and after an edit is what stood there."""
    text = text.removeprefix(BYTE_ORDER_MARK)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    written, _ = apply_fixes(text, [_fix(Edit(start, end, "<new>"))])

    assert written == f"{text[:start]}<new>{text[end:]}"
