"""Front matter that is read line by line says what a YAML parser finds in it, or is left to that."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.diagnostics import Report, Source
from publisher.posts import tree
from publisher.posts.yaml_lines import values_of_lines

USUAL = """\
id: b4a8a052-a533-44cf-be2a-3b70c68eb109
title: "The: Fog"
date: 2010-01-05T04:00:00Z
summary: It's a fog, [they] say
tags: [ghosts, "by the sea", 'so, so' ]
film:
  title: 'The Fog'
  cast: []
  ids:
    imdb: tt0080749
watch:
  - service: Apple TV
    kind: rent
  - service: Shudder
    kind: subscription
previous:
  - fog
  - "/the-fog/"
"""


def test_usual_front_matter_is_read() -> None:
    """Texts with and without quotes, lists in brackets and below each other, groups within groups."""
    assert values_of_lines(USUAL) == {
        "id": "b4a8a052-a533-44cf-be2a-3b70c68eb109",
        "title": "The: Fog",
        "date": "2010-01-05T04:00:00Z",
        "summary": "It's a fog, [they] say",
        "tags": ["ghosts", "by the sea", "so, so"],
        "film": {"title": "The Fog", "cast": [], "ids": {"imdb": "tt0080749"}},
        "watch": [
            {"service": "Apple TV", "kind": "rent"},
            {"service": "Shudder", "kind": "subscription"},
        ],
        "previous": ["fog", "/the-fog/"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title\n",
        "title:\n",
        "title: null\n",
        "title: Fog: The\n",
        "title: The Fog # a film\n",
        "title: The Fog\n  and more\n",
        'title: "The Fog\n',
        'title: "The" Fog\n',
        "title: 'It''s'\n",
        "title: |\n  The Fog\n",
        "title: The Fog\ntitle: The Fog\n",
        "tags: [a, [b]]\n",
        "tags: [a, b: c]\n",
        "tags: [a,\n  b]\n",
        "tags: [a, , b]\n",
        "tags: [a, ]\n",
        "tags: [null]\n",
        "- title: The Fog\n",
        "  title: The Fog\n",
        "film:\n   title: The Fog\n",
        "film:\n  title: The Fog\n    year: 1980\n",
        "film:\n\ttitle: The Fog\n",
        "watch:\n  -\n",
        "watch:\n  - a\n    b: c\n",
        "title: The\u2028Fog\n",
        "title: The Fog\r\n",
        "a:\n  b:\n    c:\n      d:\n        e: f\n",
    ],
)
def test_what_might_be_anything_else_is_left_to_others(text: str) -> None:
    """Faults, what is empty, and every other form that YAML has for the same."""
    assert values_of_lines(text) is None


PIECES = st.sampled_from(
    [
        *("a", "b", "key", "x y", "1", "é", "null", "Null", "~", "The Fog"),
        *(
            ": ",
            ":",
            " ",
            "  ",
            ", ",
            ",",
            "- ",
            "-",
            "[",
            "]",
            "{",
            "}",
            '"',
            "'",
            "?",
            "|",
            ">",
            "%",
            "@",
            "`",
            "=",
        ),
        *("\n", "\n  ", "\n    ", "\n- ", "\n  - ", "\n\n", "a: b\n", "film:\n  ", "tags: [", "\xa0", "<<"),
    ]
)


@given(st.lists(PIECES, max_size=20).map("".join))
@example("- title: Foo\n")
@example("a: b\nc:\n  - d: e\n    f: g\n")
def test_an_answer_is_that_of_the_close_look(text: str) -> None:
    """Whatever is answered, the close look finds the same in the same order, and no fault."""
    values = values_of_lines(text)
    if values is None or "---" in text:  # such lines were looked for before
        return
    report = Report(Source("x.md", text))
    root, whole = tree.build(text, 0, report)

    assert report.diagnostics == []
    assert whole
    assert tree.plain(root) == values
    assert list(cast("dict[str, object]", tree.plain(root))) == list(values)
