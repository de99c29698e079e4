"""The Markdown of a review as it is handed on: absolute addresses, nothing that could do harm, the same text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyromark
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.content import markdown as module
from publisher.content.html import render
from publisher.content.markdown import portable_markdown
from publisher.markup.dialect import MARKDOWN
from tests.content.test_content_html import FRAGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE = "https://reviews.example/reviews/karmalink/"
ELSEWHERE = "https://another.example/somewhere/"


def local(address: str) -> str | None:
    """Answer the public address of what lies in `images/`."""
    return f"https://cdn.example/{address}" if address.startswith("images/") else None


def portable(markdown: str) -> str | None:
    """Make a text of a review portable."""
    return portable_markdown(markdown, BASE, local)


@pytest.mark.parametrize(
    ("written", "handed_on"),
    [
        ("A *text*, 1 < 2 & more.", "A *text*, 1 < 2 & more."),
        ("[a](/b)", "[a](https://reviews.example/b)"),
        ('[a](../b/ "A title")', '[a](https://reviews.example/reviews/b/ "A title")'),
        ("[a](#cast)", f"[a]({BASE}#cast)"),
        ("[a](//other.example/x)", "[a](https://other.example/x)"),
        ("![a](images/a%20b.png)", "![a](https://cdn.example/images/a%20b.png)"),
        ("![a](<images/a b.png>)", "![a](<https://cdn.example/images/a%20b.png>)"),
        (
            "[![a](images/a.png)](/b)",
            "[![a](https://cdn.example/images/a.png)](https://reviews.example/b)",
        ),
        ("[a](/b_\\(c\\))", "[a](https://reviews.example/b_\\(c\\))"),
        ("[a](/b?c=1&amp;copy=2)", "[a](https://reviews.example/b?c=1&copy=2)"),
        ("[a](/b?c=1&amp;copy;)", "[a](https://reviews.example/b?c=1\\&copy;)"),
        ("[é](/é)", "[é](https://reviews.example/%C3%A9)"),
        (
            "[a] [b][A]\n\n[a]: /b 'A title'",
            "[a] [b][A]\n\n[a]: https://reviews.example/b 'A title'",
        ),
        ("> [a]:\n> /b\n\n[a]", "> [a]:\n> https://reviews.example/b\n\n[a]"),
        ("A note.[^1]\n\n[^1]: /b is [a](/b)", "A note.[^1]\n\n[^1]: /b is [a](https://reviews.example/b)"),
        ("`[a](/b)` is [a](/b)", "`[a](/b)` is [a](https://reviews.example/b)"),
        ("    [a](/b)\n\n[a](/b)", "    [a](/b)\n\n[a](https://reviews.example/b)"),
        (
            "<https://x.example/?a=1&b=2>, <desk@x.example>, [a](mailto:desk@x.example)",
            "<https://x.example/?a=1&b=2>, <desk@x.example>, [a](mailto:desk@x.example)",
        ),
        ("| a |\n|--:|\n| [b](/b) |", "| a |\n|--:|\n| [b](https://reviews.example/b) |"),
        ("\n\n  a\r\nb\rc\n\n", "  a\nb\nc"),
    ],
)
def test_every_address_is_absolute_and_the_rest_as_it_was_written(written: str, handed_on: str) -> None:
    """Links, pictures and definitions lead to the same place from anywhere; code and footnotes are left alone."""
    assert portable(written) == handed_on


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <b>b</b>",
        "a <br> b",
        "<!-- a -->",
        "<?a?>",
        "</p>",
        "`<b>` is shown, but not by every parser",
        "\\<b>",
        "<javascript:alert(1)>",
        "<https://x.example/ onclick=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScript&colon;alert(1))",
        "[a]\n\n[a]: vbscript:x",
        "[a](data:text/html,x)",
        "[a](<https://x.example/a b>)",
        "`[a](javascript:alert(1))` is code, but not to every parser",
        "[a] ( <  JAVASCRIPT:alert(1))",
        "[a](ftp://x.example/)",
        "![a](mailto:desk@x.example)",
        "![a][b]\n\n[b]: mailto:desk@x.example",
    ],
)
def test_a_text_that_something_would_be_taken_away_from_is_left_out(text: str) -> None:
    """HTML, what another parser may take for HTML, and addresses that lead nowhere safe: then there is no Markdown."""
    assert portable(text) is None


def test_a_text_longer_than_any_review_is_left_out() -> None:
    """What is made to hurt is not looked at again and again."""
    assert portable("a " * 100_001) is None
    assert portable("a " * 100_000) == "a " * 100_000


def test_the_parser_is_asked_for_places_only_where_the_form_misleads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of almost every review goes the fast way, and code that looks like a link the exact one."""
    asked: list[str] = []
    by_place = module._by_place

    def noted(markdown: str, moved: Mapping[str, str]) -> str:
        asked.append(markdown)
        return by_place(markdown, moved)

    monkeypatch.setattr(module, "_by_place", noted)
    for text in (
        "[a](/b) ![c](images/c.png)[^1]\n\n[^1]: See [a](/b).\n\n[d]: /e\n\n[d]",
        "[a](https://x.example/)",
    ):
        assert portable(text)
    assert asked == []
    assert portable("`[a](/b)` [a](/b)")
    assert asked == ["`[a](/b)` [a](/b)"]


TEXTS = st.lists(
    st.sampled_from(
        (
            *("[a](/b)", "![a](images/a.png)", "[a]", "[a][b]", "\n\n[a]: /c\n\n", "\n\n[b]: <d e> 'f'\n\n"),
            *("[x](../y(1))", "[x](z\\_z)", "[x](?q=1&amp;r)", "[x](#1)", "[^1]", "\n\n[^1]: note /b\n\n"),
            *("`", "\n```\n", "\n> ", "\n- ", "\n    ", "](", "[", "]", ")", "(", "\\", "*", "/b", " ", "\n"),
        )
    )
    | st.sampled_from(FRAGMENTS)
    | st.text(max_size=3),
    max_size=12,
).map("".join)


@settings(max_examples=400)
@given(TEXTS)
@example("[a](/b)\n[a]: /b")
@example("[a]: /b\n[a]: /c\n\n[a]`[a]: /b`")
@example("[![a](/b)](/b) [^a]\n\n[^a]: /b")
def test_whoever_renders_it_shows_what_we_show(markdown: str) -> None:
    """On another page, with nothing known of the review, it becomes the same HTML, and none of that is dangerous."""
    handed_on = portable(markdown)
    if handed_on is None:
        return

    there = render(handed_on, ELSEWHERE, lambda _: None)

    ours = render(markdown.replace("\r\n", "\n").replace("\r", "\n").strip("\n"), BASE, local)
    # A footnote's own links are made by whoever renders it.
    assert (
        there.replace(f'"footnote-reference"><a href="{ELSEWHERE}', f'"footnote-reference"><a href="{BASE}')
        == ours
    )
    assert not re.search(
        r"<(?:script|iframe|style|object|form)|javascript:|vbscript:", without_text(handed_on)
    )


def without_text(markdown: str) -> str:
    """Return the tags alone that a parser makes of a text which sanitises nothing."""
    return "".join(re.findall("<[^>]*>", pyromark.html(markdown, options=MARKDOWN)))


@pytest.mark.parametrize(
    "text",
    [
        "x[^1]\n\n[^1]: &#106;avascript:alert(1)",
        "x[^1]\n\n[^1]: javascript\\:alert(1)",
        "x[^1]\n\n[^1]: &Tab;java&NewLine;script&colon;alert(1) and more",
        "~~~\n[x](&#106;avascript:alert(1))\n~~~",
        "`<vbscript:x>`",
        "1. foo\n\n       [a](java\tscript:alert(1))",
        "x[^1]\n\n[^1]: /relative",
        "x[^1]\n\n[^1]: Ibid.",
        "x[^1]\n\n[^1]:\n    word",
        '> x[^1]\n>\n> [^1]: See "there".',
    ],
)
def test_what_another_parser_would_take_for_a_link_is_not_handed_on(text: str) -> None:
    """To some parsers a footnote is the definition of a link, and what we read as code is text."""
    assert portable_markdown(text, BASE, lambda _: None) is None


@pytest.mark.parametrize("text", ["His metadata: all of it.", "x[^1]\n\n[^1]: See the book.", "Data: none."])
def test_words_that_only_look_like_it_are_handed_on(text: str) -> None:
    """A footnote of several words, and the name of a scheme in a sentence, do no harm."""
    assert portable_markdown(text, BASE, lambda _: None) == text
