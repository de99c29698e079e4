"""Front matter and text are told apart, by our own reading and through python-frontmatter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import frontmatter
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.diagnostics import Report, Source
from publisher.posts import PostHandler

if TYPE_CHECKING:
    from pathlib import Path

FRONT = "title: 1917\ntags: [NO, 1.0]\nempty:\nfilm:\n  year: 2019\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n \n"], ids=["plain", "BOM", "blank lines"])
def test_python_frontmatter_loads_a_post_through_the_handler(tmp_path: Path, start: str, end: str) -> None:
    """Every value is the text that was typed; a `---` in mid-body stays, as does all around it."""
    file = tmp_path / "post.md"
    body = "Before.\n\n---\n\nAfter.\n--- \ntail: x"
    file.write_bytes(f"{start}---\n{FRONT}---\n\n{body}\n".replace("\n", end).encode())
    post = frontmatter.load(str(file), handler=PostHandler())

    assert post.metadata == {"title": "1917", "tags": ["NO", "1.0"], "film": {"year": "2019"}}
    assert post.content.replace("\r\n", "\n").replace("\r", "\n") == body


def test_a_file_without_front_matter_is_all_text() -> None:
    """python-frontmatter then hands back the text as it is."""
    assert frontmatter.loads("No fence.\n---\nx", handler=PostHandler()).content == "No fence.\n---\nx"
    assert not PostHandler().detect("No fence.")
    assert PostHandler().detect("\ufeff---\ntitle: x\n---\n")
    with pytest.raises(ValueError, match="the file does not begin with front matter"):
        PostHandler().split("No fence.")


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("- a\n- b\n", "front matter is not a list of `key: value` lines"),
        ("just text\n", "front matter is not a list of `key: value` lines"),
        ("title: [REC\n", "is not closed"),
        ("a: &x 1\n", "&x is read as an anchor"),
        ("a: 1\na: 2\n", "`a` stands twice"),
    ],
)
def test_front_matter_that_is_none_is_never_dropped_in_silence(front: str, message: str) -> None:
    """Where python-frontmatter would give no metadata without a word, ours says what is wrong."""
    with pytest.raises(ValueError, match=message):
        frontmatter.loads(f"---\n{front}---\ntext", handler=PostHandler())


def test_empty_front_matter_is_an_empty_mapping() -> None:
    """Nothing, or nothing but comments, is no fault of form."""
    assert PostHandler().load("") == {}
    assert PostHandler().load("# title: x\n") == {}


@pytest.mark.parametrize(
    ("text", "front", "body"),
    [
        ("---\n---\n", "", ""),
        ("---\na: b\n---", "a: b\n", ""),
        ("---  \na: b\n---\t\nx", "a: b\n", "x"),
        ("---\na: b\n----\nc: d\n---\nx", "a: b\n----\nc: d\n", "x"),
        ("---\na: b\n ---\n---\nx", "a: b\n ---\n", "x"),
        ("---\r\na: b\r\n---\r\n\r\nx\r\n", "a: b\r\n", "\r\nx\r\n"),
        ("\n---\na: b\n---\n\n---\nx", "a: b\n", "\n---\nx"),
    ],
)
def test_fences_are_lines_of_three_hyphens(text: str, front: str, body: str) -> None:
    """White space may follow them; nothing may stand before or after."""
    assert PostHandler().split(text) == (front, body)


@given(st.text(alphabet=st.sampled_from("-a:\n\r \t\u2028\ufeff映"), max_size=30))
def test_the_parts_of_a_post_put_together_are_the_post(text: str) -> None:
    """No character is lost or moved: fences, front matter and text follow each other without a gap."""
    source = Source("x.md", text)
    parts = PostHandler().locate(source, Report(source))
    if parts is None:
        return

    opening = text[: parts.front.start]
    closing = text[parts.front.end : parts.body.start]
    assert opening.strip() == closing.strip(" \t\r\n") == "---"
    assert opening + text[slice(*parts.front)] + closing + text[slice(*parts.body)] == text
