"""Tags are found where a browser's parser would find them, and mean what it would take them for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.markup.tags import Odd, Oddity, Tag, TagReader


def tags(html: str) -> list[str]:
    """Name the tags of a piece, end tags with a slash before, and oddities in capitals."""
    found = TagReader().read(html)
    return [
        one.kind.name if isinstance(one, Oddity) else "/" * one.closes + one.name + "/" * one.slashed
        for one in found
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a < b > c <3 <- < b>", []),
        ("<b>x</b><I\n>y</I >", ["b", "/b", "i", "/i"]),
        ("<br/><br /><br / ><a href=/x/>", ["br/", "br/", "br", "a"]),
        ("<b title='>'><b title=\">\"><b =>", ["b", "b", "b"]),
        ("<b title=\"a'b\" lang='a\"b'>", ["b"]),
        ("<!-- <b> --><i>", ["i"]),
        ("<!--><i><!---><u><!----><s>", ["i", "u", "s"]),
        ("<!--x--!><i>", ["i"]),
        ("<!--!><i>-->", []),
        ("<!-- <b>", ["COMMENT"]),
        ("<!DOCTYPE html><b>", ["DECLARATION", "b"]),
        ("<![CDATA[<b>]]>", ["DECLARATION"]),
        ("<?php echo '<b>'; ?>", ["DECLARATION"]),
        ("</ b></><i>", ["i"]),
        ("<b", ["TAG"]),
        ("<b title='x><i>", ["TAG"]),
        ("<b title=", ["TAG"]),
        ("<script>'<b>'</script x><b>", ["script", "/script", "b"]),
        ("<script></scripts><b></SCRIPT>", ["script", "/script"]),
        ("<textarea><b>", ["textarea"]),
        ("<plaintext><b></plaintext>", ["plaintext"]),
        ("</script><b>", ["/script", "b"]),
        ("<image src=x>", ["img"]),
        ("<x-y.z:w>", ["x-y.z:w"]),
    ],
)
def test_tags_are_told_from_what_looks_like_them(html: str, expected: list[str]) -> None:
    """Signs, comments, declarations and raw text are no tags."""
    assert tags(html) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a=b", {"a": "b"}),
        ("A = 'b'", {"a": "b"}),
        ('a\n=\t"b c"d', {"a": "b c", "d": ""}),
        ("a b c=", {"a": "", "b": "", "c": ""}),
        ("a=1 a=2", {"a": "1"}),
        ("a=/b/c/", {"a": "/b/c/"}),
        ("=a=b", {"=a": "b"}),
        ("a='' / b=\"\"", {"a": "", "b": ""}),
        ("<i a='<'", {"<i": "", "a": "<"}),
        ("a=x'y\"z", {"a": "x'y\"z"}),
    ],
)
def test_attributes_are_read_as_a_browser_reads_them(written: str, expected: dict[str, str]) -> None:
    """With quotes of both kinds, without, without a value, and twice: then the first counts."""
    (tag,) = TagReader().read(f"<b {written}>")

    assert isinstance(tag, Tag)
    assert {name: attribute.value for name, attribute in tag.attributes.items()} == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("&amp;&lt;&colon;&Tab;", "&<:\t"),
        ("java&#115;cript&#x3A;&#x3a", "javascript::"),
        ("?a=1&copy=2&lt=3", "?a=1&copy=2&lt=3"),
        ("?a&copyright&ampere", "?a&copyright&ampere"),
        ("&copy &amp.", "© &."),
        ("&nonsense; &; & &#; &#x;", "&nonsense; &; & &#; &#x;"),
        ("&#0;", "\ufffd"),
    ],
)
def test_references_are_resolved_as_in_attributes(written: str, meant: str) -> None:
    """One without its semicolon means itself where more of a word, or a =, follows (HTML, 13.2.5.73)."""
    (tag,) = TagReader().read(f'<a href="{written}">')

    assert isinstance(tag, Tag)
    assert tag.attributes["href"].value == meant


def test_what_a_piece_leaves_open_hides_what_stands_in_the_next() -> None:
    """Comments and raw text go on, tags do not."""
    reader = TagReader()
    pieces = ["<!-- <b>", "<i>", "--> <u>", "<script>", "<b>", "</script>", "<b", "<i>"]

    assert [[one.kind.name if isinstance(one, Oddity) else one.name for one in reader.read(p)] for p in pieces] == [
        ["COMMENT"], [], ["u"], ["script"], [], ["script"], ["TAG"], ["i"],
    ]  # fmt: skip


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "</", "<b", "<b ", "a", "=", '"', "'", "/", " ", "\n", "<!--", "-->", "<!", "&#58;"]
        )
        | st.text(max_size=2)
    ).map("".join)
)
def test_every_place_lies_in_the_text(html: str) -> None:
    """Whatever is read: places are in order, tags begin at their <, and values are where they are said to be."""
    position = 0
    for found in TagReader().read(html):
        assert position <= found.start < found.end <= len(html)
        assert html[found.start] == "<"
        position = found.end if not isinstance(found, Oddity) or found.kind is not Odd.TAG else len(html)
        if isinstance(found, Tag):
            assert html[found.end - 1] == ">"
            for attribute in found.attributes.values():
                assert found.start < attribute.start <= attribute.end < found.end
                assert "&" in html[found.start : found.end] or attribute.value in {
                    "",
                    html[slice(*attribute[1:])],
                }
