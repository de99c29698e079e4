"""What front matter says is what was typed, whatever was typed."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from publisher.diagnostics import Report, Source
from publisher.posts import tree

TYPED = st.text(
    alphabet=st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029"
    ),
    min_size=1,
    max_size=40,
)


def _value(written: str) -> object:
    source = Source("x.md", f"key: {written}\n")
    report = Report(source)
    root, whole = tree.build(source.text, 0, report)
    assert whole, report.diagnostics
    assert not report.diagnostics
    return tree.plain(root)["key"]


@given(TYPED)
def test_quoted_values_come_out_exactly_as_typed(typed: str) -> None:
    """Whatever stands in quotes, doubled or escaped as YAML asks, is the value, to the last space."""
    single = "'" + typed.replace("'", "''") + "'"
    double = '"' + typed.replace("\\", "\\\\").replace('"', '\\"') + '"'

    assert _value(single) == typed
    assert _value(double) == typed


@given(TYPED)
def test_values_are_those_of_a_second_parser(typed: str) -> None:
    """Where PyYAML reads a plain value as a text, it is the text that we read."""
    line = f"key: {typed}\n"
    try:
        expected = yaml.load(line, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes nothing but text
    except yaml.YAMLError:
        return
    source = Source("x.md", line)
    report = Report(source)
    root, _ = tree.build(line, 0, report)
    if not report.diagnostics:
        assert _filled(tree.plain(root)) == _filled(expected)


def _filled(node: object) -> object:
    """Leave out what was left empty: we keep it apart from an empty text, BaseLoader does not."""
    if isinstance(node, dict):
        return {
            key: _filled(value)
            for key, value in node.items()
            if value not in ("", "~", "null", "Null", "NULL", None)
        }
    if isinstance(node, list):
        return [None if value in ("", "~", "null", "Null", "NULL") else _filled(value) for value in node]
    return node
