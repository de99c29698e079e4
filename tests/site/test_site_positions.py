"""Keys and values of publisher.toml are found where they stand."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from publisher.diagnostics import Source
from publisher.site.toml import TomlLocator

TEXT = """\
# 映画 🦋
title = "é" # 🦋
a.b . "c d" = 1
list = [ "映", # one
  "x", {k = "é", l = [1, 2]} ]
inline = {one = "🦋", two.three = 2}
[table]
key = '''
é
'''
[table."sub.table"]
key = true
[[items]]
name = "一"
[[items]]
name = "二"
[items.more]
deep = 1
[[items.nested]]
x = 1
[[items.nested]]
x = 2
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("title",), "title", '"é"'),
        (("a", "b", "c d"), 'a.b . "c d"', "1"),
        (("a", "b"), 'a.b . "c d"', 'a.b . "c d"'),
        (("list", 0), '"映"', '"映"'),
        (("list", 1), '"x"', '"x"'),
        (("list", 2, "k"), "k", '"é"'),
        (("list", 2, "l", 1), "2", "2"),
        (("inline", "one"), "one", '"🦋"'),
        (("inline", "two", "three"), "two.three", "2"),
        (("table",), "table", "table"),
        (("table", "key"), "key", "'''\né\n'''"),
        (("table", "sub.table", "key"), "key", "true"),
        (("items", 0, "name"), "name", '"一"'),
        (("items", 1, "name"), "name", '"二"'),
        (("items", 1, "more", "deep"), "deep", "1"),
        (("items", 1, "nested", 1, "x"), "x", "2"),
        (("items", 1, "missing"), "items", "items"),
        (("table", "missing", "deeper"), "table", "table"),
    ],
)
def test_keys_and_values_are_found_among_wide_characters(
    path: tuple[str | int, ...], key: str, value: str
) -> None:
    """Bytes of the grammar become characters; what is missing is looked for in the block around it."""
    locator = TomlLocator(Source("publisher.toml", TEXT))
    key_span, value_span = locator.key(path), locator.value(path)

    assert key_span
    assert value_span
    assert TEXT[key_span.start : key_span.end] == key
    assert TEXT[value_span.start : value_span.end] == value


def test_what_stands_nowhere_has_no_place() -> None:
    """An unknown path at the top has no block around it."""
    assert TomlLocator(Source("publisher.toml", TEXT)).key(("nowhere",)) is None


NAMES = st.sampled_from(["a", "b", '"é"', "a.b", "'x y'", "c . d", "1"])
VALUES = st.sampled_from(
    [
        "1",
        '"映"',
        "[1, 2]",
        "{x = 1}",
        "'''\n🦋'''",
        "[\n1, # c\n2,\n]",
        "true",
        "1979-05-27",
        "[{y = [1]}]",
        "{}",
        "[]",
    ]
)
LINES = st.one_of(
    st.tuples(NAMES, VALUES).map(" = ".join),
    NAMES.map("[{}]".format),
    NAMES.map("[[{}]]".format),
    st.sampled_from(["# 🦋", "", "  "]),
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_every_text_that_parses_can_be_looked_into(lines: list[str], end: str) -> None:
    """The grammar agrees with the standard library's parser: every key at the top has a place, and none breaks."""
    text = end.join(lines)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    locator = TomlLocator(Source("publisher.toml", text))

    for key in values:
        span = locator.key((key,))
        assert span is not None
        assert key in text[span.start : span.end].replace(" ", "") or " " in key
