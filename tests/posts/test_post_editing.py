"""Edits of front matter: the bytes they take, and no other."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from publisher.errors import Refused
from publisher.posts.editing import Alteration, Exclude, Include, Remove, Set, edit, peruse

FRONT = """\
title: Karmalink   # the film
status: ready   # since July
date: 2022-07-15
"""


def post(front: str, text: str = "\nA boy hunts.\n\n---\nstatus: not this one\n") -> bytes:
    """Write a post around front matter."""
    return f"---\n{front}---\n{text}".encode()


def front_of(data: bytes) -> str:
    """Return what stands between the two fences."""
    return data.decode().split("---\n")[1]


CASES = {
    "a value, its comment staying": (
        FRONT,
        Set("status", "retracted"),
        FRONT.replace("ready ", "retracted "),
    ),
    "a value in double quotes": ('status: "ready" # why\n', Set("status", "a b"), 'status: "a b" # why\n'),
    "a value in single quotes": ("status: 'ready'\n", Set("status", "it's"), "status: 'it''s'\n"),
    "a value that needs quotes": ("status: ready\n", Set("status", "a: b # c"), 'status: "a: b # c"\n'),
    "quotes in a value": ("status: ready\n", Set("status", "\"a\" 'b' \\"), 'status: "\\"a\\" \'b\' \\\\"\n'),
    "a word that means nothing": ("slug: a\n", Set("slug", "null"), 'slug: "null"\n'),
    "a moment": (
        "retracted: 2022-01-01\n",
        Set("retracted", "2026-11-22T06:00-06:00"),
        "retracted: 2026-11-22T06:00-06:00\n",
    ),
    "an empty value": ("reason:   # why\nslug: a\n", Set("reason", "x"), "reason: x   # why\nslug: a\n"),
    "a null": ("reason: ~ # why\n", Set("reason", "x"), "reason: x # why\n"),
    "lines that are joined": (
        "reason: one\n  two # c\nslug: a\n",
        Set("reason", "x"),
        "reason: x # c\nslug: a\n",
    ),
    "quotes over two lines": (
        'reason: "one\n  two"\nslug: a\n',
        Set("reason", "x"),
        'reason: "x"\nslug: a\n',
    ),
    "a block of lines": (
        "reason: |- # why\n  one\n\n  # no comment\n\n# a comment\nslug: a\n",
        Set("reason", "x"),
        "reason: x # why\n\n# a comment\nslug: a\n",
    ),
    "an empty block": ("reason: >\nslug: a\n", Set("reason", "x"), "reason: x\nslug: a\n"),
    "a list in lines": (
        "reason: # c\n- a\n- b # d\nslug: a\n",
        Set("reason", "x"),
        "reason: x # c\nslug: a\n",
    ),
    "a list in brackets": ("reason: [a,\n b] # d\nslug: a\n", Set("reason", "x"), "reason: x # d\nslug: a\n"),
    "in brackets": ("{slug: a, status: ready}\n", Set("status", "a, b"), '{slug: a, status: "a, b"}\n'),
    "only its own key": (
        "film:\n  status: a\nstatus: b\n",
        Set("status", "c"),
        "film:\n  status: a\nstatus: c\n",
    ),
    "a new key at the end": ("slug: a\n\n", Set("status", "draft"), "slug: a\nstatus: draft\n\n"),
    "a new key below another": (
        "slug: |\n  a\nfilm: x\n",
        Set("status", "draft", after=("date", "slug")),
        "slug: |\n  a\nstatus: draft\nfilm: x\n",
    ),
    "a new key below a list": (
        "tags:\n  - a\n  - b # c\nslug: a\n",
        Set("status", "draft", after=("tags",)),
        "tags:\n  - a\n  - b # c\nstatus: draft\nslug: a\n",
    ),
    "a new key below lines that keep their ends": (
        "slug: |+\n  a\n\n",
        Set("status", "draft"),
        "slug: |+\n  a\n\nstatus: draft\n",
    ),
    "a new key where all are indented": ("  slug: a\n  x: b\n", Set("y", "c"), "  slug: a\n  x: b\n  y: c\n"),
    "a key in nothing": ("", Set("slug", "a"), "slug: a\n"),
    "a key in comments": ("# c\n", Set("slug", "a"), "# c\nslug: a\n"),
    "away with a key": ("a: b\nreason: c # d\n# e\nx: y\n", Remove("reason"), "a: b\n# e\nx: y\n"),
    "away with a block": ("reason: |\n  c\n\n  d\n\nx: y\n", Remove("reason"), "\nx: y\n"),
    "away with a group": ("reason:\n  a: b\n  c:\n    - d\nx: y\n", Remove("reason"), "x: y\n"),
    "away with the only key": ("reason: a\n", Remove("reason"), ""),
    "away with nothing": ("x: y\n", Remove("reason"), "x: y\n"),
    "a list of one": ("slug: a\n", Include("previous", "/b/"), "slug: a\nprevious: [/b/]\n"),
    "a list left empty": (
        "previous: # c\nslug: a\n",
        Include("previous", "/b/"),
        "previous: [/b/] # c\nslug: a\n",
    ),
    "a list that is null": ("previous: ~\n", Include("previous", "/b/"), "previous: [/b/]\n"),
    "a single text": ("previous: /a/ # c\n", Include("previous", "/b/"), "previous: [/a/, /b/] # c\n"),
    "a quoted text": ("previous: '/a/'\n", Include("previous", "/b,c/"), "previous: ['/a/', \"/b,c/\"]\n"),
    "a text in lines": (
        "previous: >-\n  /a/\nx: y\n",
        Include("previous", "/b/"),
        "previous: [/a/, /b/]\nx: y\n",
    ),
    "a text with a comma": ("previous: /a,b/\n", Include("previous", "/b/"), 'previous: ["/a,b/", /b/]\n'),
    "an empty list": ("previous: [ ] # c\n", Include("previous", "/b/"), "previous: [/b/ ] # c\n"),
    "brackets": ("previous: [/a/] # c\n", Include("previous", "/b/"), "previous: [/a/, /b/] # c\n"),
    "brackets over lines": (
        "previous: [\n  /a/, # c\n]\n",
        Include("previous", "/b/"),
        "previous: [\n  /a/, /b/, # c\n]\n",
    ),
    "lines": (
        "previous:\n# c\n-   /a/ # d\nx: y\n",
        Include("previous", "/b/"),
        "previous:\n# c\n-   /a/ # d\n-   /b/\nx: y\n",
    ),
    "an item that is there": ("previous: '/b/'\n", Include("previous", "/b/"), "previous: '/b/'\n"),
    "away with one text": ("previous: /a/ # c\nx: y\n", Exclude("previous", "/a/"), "x: y\n"),
    "away with the only item": ("previous: ['/a/']\nx: y\n", Exclude("previous", "/a/"), "x: y\n"),
    "away with the only line": ("previous:\n  - /a/ # c\nx: y\n", Exclude("previous", "/a/"), "x: y\n"),
    "a note between the lines": (
        "previous:\n  # c\n  - /a/\nx: y\n",
        Exclude("previous", "/a/"),
        "previous:\n  # c\nx: y\n",
    ),
    "away with the first": (
        "previous: [/a/, /b/, /c/]\n",
        Exclude("previous", "/a/"),
        "previous: [/b/, /c/]\n",
    ),
    "away with the middle": (
        "previous: [/a/, /b/ , /c/]\n",
        Exclude("previous", "/b/"),
        "previous: [/a/ , /c/]\n",
    ),
    "away with the last": ("previous: [/a/, /b/]\n", Exclude("previous", "/b/"), "previous: [/a/]\n"),
    "away with all that are alike": (
        "previous: [/a/, /b/, /a/]\n",
        Exclude("previous", "/a/"),
        "previous: [/b/]\n",
    ),
    "comments between brackets": (
        "previous: [\n  /a/, # c\n  /b/, # d\n  /e/]\n",
        Exclude("previous", "/b/"),
        "previous: [\n  /a/, # c\n   # d\n  /e/]\n",
    ),
    "away with a line": (
        "previous:\n- /a/ # c\n- '/b/' # d\n# e\nx: y\n",
        Exclude("previous", "/a/"),
        "previous:\n- '/b/' # d\n# e\nx: y\n",
    ),
    "away with what is not there": ("previous: [/a/]\n", Exclude("previous", "/b/"), "previous: [/a/]\n"),
    "beside faults": (
        "title: &x A\nrating: 99\nrating: 8\nfilm: *x\n",
        Set("slug", "a"),
        "title: &x A\nrating: 99\nrating: 8\nfilm: *x\nslug: a\n",
    ),
}


@pytest.mark.parametrize(("front", "alteration", "wanted"), CASES.values(), ids=CASES)
def test_edits_take_the_characters_they_must(front: str, alteration: Alteration, wanted: str) -> None:
    """Of each way to write a value, exactly what has to change does."""
    assert edit(post(front), "a.md", [alteration]) == post(wanted)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_stay(line_end: str, mark: str) -> None:
    """New lines end as the others do, and an invisible mark stays where it is."""
    before = f"{mark}---\nstatus: ready\nprevious:\n- /a/\nreason: |\n  a\n---\nText\n".replace(
        "\n", line_end
    ).encode()

    after = edit(
        before,
        "a.md",
        [
            Set("status", "draft"),
            Set("slug", "b", after=("status",)),
            Include("previous", "/c/"),
            Remove("reason"),
        ],
    )

    wanted = f"{mark}---\nstatus: draft\nslug: b\nprevious:\n- /a/\n- /c/\n---\nText\n"
    assert after == wanted.replace("\n", line_end).encode()


REFUSED = {
    "a key that stands twice": "status: a\nstatus: b\n",
    "a list": "- a\n",
    "a mistake of YAML": "title: a: b\n",
    "a key with an anchor": "&a status: b\n",
    "an end of the document": "? status\n: a\n...\n",
}


@pytest.mark.parametrize("front", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_changed_for_certain_is_refused_with_the_line_to_write(front: str) -> None:
    """Nothing is guessed: the message says what to write by hand."""
    with pytest.raises(Refused) as refused:
        edit(post(front), "posts/a.md", [Set("status", "retracted"), Remove("reason"), Set("new", "x")])

    assert refused.value.message.startswith("posts/a.md")
    assert "write by hand: status: retracted; no line reason:; new: x" in str(refused.value.hint)


def test_front_matter_in_braces_is_called_that() -> None:
    """A key that is not there is not said to be written in an unusual way; the words to write fit between braces."""
    wanted = (Set("slug", "b"), Set("updated", "2026-01-01"), Set("correction", "a, b"), Remove("reason"))
    with pytest.raises(Refused, match=r"^posts/a\.md: the front matter is written in braces") as refused:
        edit(post("{slug: a}\n"), "posts/a.md", wanted)

    assert refused.value.hint == (
        'write between the braces: slug: b, updated: 2026-01-01, correction: "a, b", no reason:'
    )


@pytest.mark.parametrize(
    ("front", "change", "why"),
    [
        ("status: a\nstatus: b\n", Set("status", "x"), "`status` stands more than once"),
        ("previous: {a: b}\n", Include("previous", "x"), "`previous` is written in an unusual way"),
        (
            "&a status: b\n",
            Set("status", "x"),
            "`status` cannot be put in for certain: the front matter is written in an unusual way",
        ),
    ],
)
def test_why_a_change_cannot_be_made_is_true_of_the_file(front: str, change: Alteration, why: str) -> None:
    """What is not there is not written in any way."""
    with pytest.raises(Refused) as refused:
        edit(post(front), "a.md", [change])

    assert refused.value.message == f"a.md: {why}; nothing was changed"


@pytest.mark.parametrize(
    "data", [b"", b"---\nstatus: a\n", b"no front matter", b"---\nstatus: \xff\n---\n", b"\xfe\xff"]
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes) -> None:
    """The fault that stands in the way is shown with it."""
    with pytest.raises(Refused) as refused:
        edit(data, "a.md", [Set("status", "x")])

    assert len(refused.value.diagnostics) == 1


def test_front_matter_too_large_to_be_a_post_s_is_refused() -> None:
    """What validation does not look into is not edited."""
    with pytest.raises(Refused):
        edit(post(f"title: {'a' * 300_000}\n"), "a.md", [Set("status", "x")])


class Entry(NamedTuple):
    """A key as it may stand in front matter: its lines, without the indentation of the whole."""

    key: str
    lines: str


PLAIN = st.text("abc é🦋-", min_size=1, max_size=8).map(lambda text: f"x{text}x")
COMMENT = st.sampled_from(["", "", "  # kept", " # a 'b' \"c"])
NOTE = st.sampled_from(["", "", "", "# between\n", "\n", "  # far in\n"])


@st.composite
def entries(draw: st.DrawFn, key: str) -> Entry:
    """Write a key in any of the ways in which people write them."""
    a, b, comment = draw(PLAIN), draw(PLAIN), draw(COMMENT)
    value = draw(
        st.sampled_from(
            [
                f" {a}{comment}\n",
                f"   {a}\n  {b}{comment}\n",
                f' "{a}: # \\" {b}"{comment}\n',
                f' "{a}\n\n  {b}"{comment}\n',
                f" '{a} '' {b}'{comment}\n",
                f" |{comment}\n  {a}\n\n   {b}\n",
                f" >-{comment}\n    {a}\n    # text\n    {b}\n\n",
                f" |+\n  {a}\n\n",
                f"{comment}\n",
                f" ~{comment}\n",
                f" []{comment}\n",
                f" [{a}, '{b}',{comment}\n  {a}{b} ]\n",
                f" [ {a} ]{comment}\n",
                f"{comment}\n- {a}{comment}\n- '{b}'\n",
                f"\n  - {a}\n  # inside\n  -   {b}{comment}\n",
                f"{comment}\n  - {a}\n",
                f"{comment}\n  inner: {a}\n  status:\n   - {b}\n",
                f" {{inner: {a},{comment}\n status: {b}}}\n",
            ]
        )
    )
    name = draw(st.sampled_from([key, f"'{key}'"]))
    return Entry(key, f"{name}:{value}{draw(NOTE)}")


ALTERATIONS = st.one_of(
    st.builds(
        Set,
        st.sampled_from("abcz"),
        PLAIN | st.sampled_from(["null", "- x", "a: 'b' # \"c", "[\\", "-5", "~", "#"]),
    ),
    st.builds(Set, st.sampled_from("abcz"), PLAIN, st.just(("b", "a"))),
    st.builds(Remove, st.sampled_from("abc")),
    st.builds(Include, st.sampled_from("abcz"), PLAIN | st.just("/p,q/")),
    st.builds(Exclude, st.sampled_from("abc"), st.just("xax")),
)


@given(
    st.permutations("abcd").flatmap(lambda keys: st.tuples(*map(entries, keys))),
    ALTERATIONS,
    st.sampled_from(["", " ", "   "]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_whatever_the_front_matter_an_edit_is_right_or_refused(
    found: tuple[Entry, ...], alteration: Alteration, indent: str, line_end: str, mark: str
) -> None:
    """The bytes of every other key, of the fences and of the text stand there as before, and the key says what it should."""

    def written(lines: str) -> bytes:
        indented = "".join(f"{indent}{line}\n" if line else "\n" for line in lines.split("\n")[:-1])
        return indented.replace("\n", line_end).encode()

    head, tail = f"{mark}---{line_end}".encode(), f"---{line_end}Text\xe9{line_end}---{line_end}a: b".encode()
    parts = [written(entry.lines) for entry in found]
    before = head + b"".join(parts) + tail
    said = peruse(before)
    assert said is not None
    try:
        after = edit(before, "a.md", [alteration])
    except Refused:
        event("refused")
        there = said.get(alteration.key)
        # A group is no list, and a text of several lines no item of one.
        assert isinstance(there, dict) or (isinstance(there, str) and "\n" in there)
        return

    result = peruse(after)
    assert result is not None
    assert {**result, alteration.key: 0} == {**said, alteration.key: 0}
    wanted = expected(said.get(alteration.key), alteration)
    assert (result.get(alteration.key) or None) == (wanted or None)
    keys = [entry.key for entry in found]
    if alteration.key in keys:
        at = keys.index(alteration.key)
        assert after.startswith(head + b"".join(parts[:at]))
        assert after.endswith(b"".join(parts[at + 1 :]) + tail)
    elif after != before:
        line = next(
            line
            for line in after.split(line_end.encode())
            if line.startswith(f"{indent}{alteration.key}:".encode())
        )
        assert after.replace(line + line_end.encode(), b"", 1) == before


def expected(before: object, alteration: Alteration) -> object:
    """Say what a key has to say after an edit."""
    items = before if isinstance(before, tuple) else () if before is None else (before,)
    if isinstance(alteration, Set):
        return alteration.value
    if isinstance(alteration, Remove):
        return None
    if isinstance(alteration, Include):
        return before if alteration.item in items else (*items, alteration.item)
    left = tuple(item for item in items if item != alteration.item)
    return before if left == items else left


@given(
    st.binary(max_size=60)
    | st.text("ab:-#\n\r '\"[]{},|>&*!?~", max_size=60).map(lambda text: f"---\n{text}\n---\nx".encode()),
    ALTERATIONS,
)
def test_no_bytes_make_an_edit_fall_over_or_touch_the_text(data: bytes, alteration: Alteration) -> None:
    """Hostile front matter is refused, or edited so that everything else says what it said."""
    before = peruse(data)
    try:
        after = edit(data, "a.md", [alteration])
    except Refused:
        return
    assert before is not None
    assert {**(peruse(after) or {}), alteration.key: 0} == {**before, alteration.key: 0}
    assert after.split(b"---")[-1] == data.split(b"---")[-1]
