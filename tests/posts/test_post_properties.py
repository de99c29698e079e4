"""No file, however broken or built to hurt, breaks or holds up the reading of posts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.diagnostics import Diagnostic, Report, Source, has_errors
from publisher.diagnostics.render import full
from publisher.posts import read_post, tree
from publisher.posts.files import POST_LIMIT
from publisher.site import Site, load_site

MakeSite = Callable[..., Site]
SITE = load_site(Path(__file__).parent / "golden")
HEAD = "---\nid: 4c768283-9939-45ec-b325-53b5be6f9ce5\ntitle: K\ndate: 2022-07-15\nauthor: desk\n"
KEYS = st.sampled_from(
    [
        "id",
        "title",
        "slug",
        "date",
        "updated",
        "correction",
        "status",
        "retracted",
        "reason",
        "previous",
        "author",
        "language",
        "summary",
        "tags",
        "film",
        "rating",
        "image",
        "watch",
        "service",
        "kind",
        "url",
        "price",
        "year",
        "runtime",
        "raiting",
        "~",
        "?",
        "&a",
        "*a",
        "!t",
    ]
)
VALUES = st.sampled_from(
    ["", "~", "x", '"', "'", '"x"', "[", "]", "{", "}", "[a, ~]", "{a: b}", "&a x", "*a", "!t x", "|", ">", "- x", "9",
     "2023-02-30", "4/5", "映🦋", '"\\u0001"', "#c", "a: b", "\t", "http://", "images/moth.png", "Vudu", "rent", "..",
     "\x85", "\u2028", "\x07", "\ufeff", "...", "%Y", "@", "`", "desk", "{service: Vudu, kind: rent}"]
)  # fmt: skip
LINES = st.tuples(
    st.sampled_from(["", "  ", "- ", "  - ", "\t"]), KEYS, st.sampled_from([": ", ":", " "]), VALUES
)
POSTS = st.tuples(
    st.sampled_from(["", "\ufeff", "\n \n", "x\n"]),
    st.sampled_from(["---\n", HEAD, "--- \n", "+++\n", ""]),
    st.lists(LINES.map("".join) | st.text(max_size=12), max_size=8).map("\n".join),
    st.sampled_from(["\n---\n", "\n---", "\n----\n", ""]),
    st.text(max_size=20) | st.sampled_from(["> > x", "<div>&#11;", "\x00", ""]),
    st.sampled_from(["\n", "\r\n", "\r"]),
).map(lambda parts: "".join(parts[:5]).replace("\n", parts[5]))


def _check(data: bytes, diagnostics: list[Diagnostic]) -> None:
    """Hold every fault against the text it is about."""
    text = data.decode("utf-8-sig", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for fault in diagnostics:
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
        assert fault.width >= 1
        assert fault.excerpt is None or fault.excerpt == lines[fault.line - 1]
        assert full(fault).encode()


@given(
    st.binary(max_size=300)
    | POSTS.map(lambda text: text.encode("utf-8", "replace"))
    | st.binary().map(HEAD.encode().__add__)
)
@example(b"---\r\ntitle: [\r\n---\r\n")
@example(b"---\n\xc2\x85a: [\n---\nx")
@example(b"---\na: {b\n---")
@example(b"---\n\ta: b\n---\nx")
@example(b"---\n%YAML 9.9\n---\nx")
@example(b"---\n? ? ? ?\n---\nx")
@example(b"---\nwatch: [&a {service: x}, {kind: 9}]\n---\nx")
@example(b"---\ntags: [*a, [], ~]\n---\nx")
@example(b"---\n!t\n? &a\n: *a\n---\nx")
@example(b"---\n&a title: K\n*a : K\n---\nx")
def test_any_bytes_give_a_post_or_an_error_with_a_place(data: bytes) -> None:
    """Nothing is raised; a post comes exactly when there is no error; every place exists."""
    post, diagnostics = read_post(data, SITE.posts / "x.md", SITE)

    assert (post is None) == has_errors(diagnostics)
    _check(data, diagnostics)


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


def _post(body: str) -> str:
    return f"{HEAD}summary: A film.\n---\n{body}"


def _front(lines: str) -> str:
    return f"{HEAD}{lines}\n---\nText.\n"


FLOODS = {
    "brackets in front matter": _front("tags: " + "[" * 25_000),
    "braces in front matter": _front("film: " + "{" * 25_000),
    "dashes in front matter": _front("- " * 25_000),
    "question marks in front matter": _front("? " * 25_000),
    "a bomb of aliases": _front("a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(3_000))),
    "anchors": _front("tags: [" + "&a x, " * 30_000 + "]"),
    "unknown keys": _front("".join(f"key{n}: 1\n" for n in range(15_000))),
    "misspelt keys": _front("".join(f"titl{n}: 1\n" for n in range(15_000))),
    "one key again and again": _front("tags: x\n" * 25_000),
    "empty items": _front("tags: [" + "~," * 80_000 + "x]"),
    "unknown services": _front("film: {title: K}\nwatch:\n" + "- {service: Vudux, kind: rnt}\n" * 7_000),
    "a long title": _front("title2: " + "x" * 240_000),
    "a path that goes up": _front("image: {alt: x, src: " + "../" * 60_000 + "x.png}"),
    "control characters": _post("\x01" * 6_000_000),
    "control characters on lines": _post("\x01\n" * 3_000_000),
    "character references": _post("&#11;" * 1_200_000),
    "quotes": _post(">" * 100_000),
    "quotes with spaces": _post("> " * 3_000_000),
    "open tags": _post("<div>" * 100_000),
    "open tags and text": _post(("<div>" + "x" * 50) * 100_000),
    "self-closed tags": _post("<div/>" * 100_000),
    "tags within comments": _post("<div><!--</div>-->" * 100_000),
    "tags without an end": _post("<a" * 3_000_000),
    "tags and tags without an end": _post("<i>" * 150 + "<a" * 3_000_000),
    "attributes without an end": _post("<b>" * 60 + '<a b="' * 900_000),
    "less-than signs": _post("<" * 6_000_000),
    "comments without an end": _post("<b>" * 150 + "<!--" * 1_400_000),
    "stars": _post("*" * 6_000_000),
    "stars and letters": _post("*a **b " * 850_000),
    "underscores": _post("_a " * 2_000_000),
    "brackets": _post("[" * 6_000_000),
    "links": _post("[a](" * 1_500_000),
    "images": _post("![" * 3_000_000),
    "backticks": _post("`" * 6_000_000),
    "backticks of many lengths": _post(" ".join("`" * n for n in range(1, 3_400))),
    "footnotes": _post("[^1]: " * 1_000_000),
    "spaces": _post((" " * 99 + "x") * 60_000),
    "blank lines": "\n" * 6_000_000 + "x",
    "lines without a closing fence": "---\n" + "a\n" * 3_000_000,
}


@pytest.mark.parametrize("text", FLOODS.values(), ids=FLOODS.keys())
def test_a_file_built_to_hurt_is_read_in_good_time(text: str) -> None:
    """Every flood ends in seconds, with a screenful of messages at most, and without a crash."""
    data = text.encode()
    assert len(data) <= POST_LIMIT
    begun = time.monotonic()
    post, diagnostics = read_post(data, SITE.posts / "x.md", SITE)
    shown = "\n".join(map(full, diagnostics))

    assert (post is None) == has_errors(diagnostics)
    assert len(diagnostics) < 1_000
    assert len(shown) < 500_000
    assert time.monotonic() - begun < 60


def test_a_body_of_five_megabytes_is_fine() -> None:
    """A long text is no fault: only what no reader could show is."""
    paragraph = (
        "A *boy* hunts for a [treasure](https://example.com/) that **one** of his past lives buried.\n\n"
    )
    post, diagnostics = read_post(
        _post(paragraph * (5_000_000 // len(paragraph))).encode(), SITE.posts / "x.md", SITE
    )

    assert post is not None
    assert diagnostics == []


def test_a_file_over_the_limit_is_not_looked_into() -> None:
    """Its size is said, and the limit."""
    post, (fault,) = read_post(b"x" * (POST_LIMIT + 1), SITE.posts / "x.md", SITE)

    assert post is None
    assert (fault.code, fault.message) == ("file-too-large", "the file has 6.0 MiB; a post has at most 6")


def test_front_matter_over_the_limit_is_not_looked_into() -> None:
    """Its limit is said at the line where it begins."""
    post, (fault,) = read_post(_front("summary: " + "x" * 262_144).encode(), SITE.posts / "x.md", SITE)

    assert post is None
    assert (fault.code, fault.line) == ("file-too-large", 1)
    assert fault.message == "the front matter is longer than 256 KiB"


@pytest.mark.parametrize(
    ("flood", "what"),
    [
        ("<table>" + "x<br>" * 20_000, "times <"),
        ("&" * 20_001, "times &"),
        ("<img srcset='" + "a, " * 6_000 + "'>", "a tag is longer"),
    ],
)
def test_markup_that_would_keep_the_sanitiser_busy_for_minutes_is_a_fault(flood: str, what: str) -> None:
    """What no review needs is refused before anything is rendered, and the message says what there is too much of."""
    post, diagnostics = read_post(_post(flood).encode(), SITE.posts / "x.md", SITE)

    assert post is None
    assert [fault.code for fault in diagnostics] == ["body-markup"]
    assert what in diagnostics[0].message


def test_lists_and_texts_have_bounds() -> None:
    """A post of some kilobytes cannot become feeds of some hundred megabytes."""
    offers = "watch:\n" + "  - {service: hulu, kind: rent}\n" * 101
    long = f"film: {{title: {'あ' * 501}}}\ntags: [{', '.join(f't{number}' for number in range(101))}]\n"

    _, diagnostics = read_post(_front(offers + long).encode(), SITE.posts / "x.md", SITE)

    assert sorted(fault.message for fault in diagnostics if fault.code == "invalid-value") == [
        "the list has 101 items; this key takes at most 100",
        "the list has 101 items; this key takes at most 100",
        "the text has 501 characters; this key takes at most 500",
    ]
