"""The quick way through HTML: it says what the sanitiser says, or nothing; and most texts go that way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.content import html as slow
from publisher.content.html import render
from publisher.content.plain_html import plain_html
from publisher.markup.dialect import marked_up

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://reviews.example/reviews/karmalink/"
PREFIX = "x-"

PIECES = st.sampled_from(
    [
        *("[y](http://a%b)", "[z](https://1.2.3.4.5/x)", "[z](http://xn--a/)", "[z](http://h:99999/)"),
        *(
            "[z](http://a..b/)",
            "[z](a:b)",
            "[z](/a:b)",
            "[z](\\\\h)",
            "[z](http://0x7f.1/)",
            "[z](http:a)",
            "[z](//h%)",
        ),
        *(
            "[z](http://é.example/)",
            "[z](mailto:a%b)",
            "[z](mailto://a)",
            "[z](ftp://a.b/)",
            "[z](HTTP://A.b/)",
        ),
        *(
            "[a](",
            "b](http://x.y/z)",
            "](/p)",
            "](#1)",
            "](p.png?a=b&c)",
            "[b [^1]](/q)",
            "[x]: /y\n",
            "[x]",
            "![",
            "!",
        ),
        *(
            "![x](a.png)",
            "![](/b)",
            '![x](http://a/b "t")',
            "javascript:",
            "mailto:a@b.c",
            "http://",
            "//host/",
        ),
        *(
            "[^1]",
            "[^1]: note\n",
            "[^n]: a\n\n    b\n",
            "[^n]",
            "\n\n",
            "\n",
            "  \n",
            "---\n",
            "=\n",
            "\t",
            "\r",
        ),
        *(
            "*",
            "**",
            "_",
            "~~",
            "`",
            "```\n",
            "> ",
            "- ",
            "1. ",
            "7) ",
            "# ",
            "### ",
            "    code\n",
            "|a|b|\n|-|-|\n",
        ),
        *(
            "&amp;",
            "&lt;",
            "&nbsp;",
            "&quot;",
            "&#11;",
            "&#x22;",
            "&copy;",
            "&",
            "\xa0",
            '"',
            "'",
            "\\",
            "(",
            ")",
            ">",
        ),
        *("word", "é", "\u2028", "\x0b", "\ufffe", "🦋", "]", "2021. x", "]]>"),
    ]
)
TEXTS = st.lists(PIECES, max_size=16).map("".join)


def _nothing(_: str) -> None:
    return None


@settings(max_examples=1500)
@given(TEXTS)
@example("[note [^1]](/q)\n\n[^1]: a link within a link, which a parser takes apart")
@example("a&nbsp;b\xa0c and ![picture](a.png)")
@example("[x](/a?b=1&c=2)")
@example("[x](http://a%b)")
def test_it_says_what_the_sanitiser_says(markdown: str) -> None:
    """Where it answers, the sanitiser has the same answer, and looking again changes nothing."""
    html = marked_up(markdown).strip()
    absolute = slow._absolute(html, BASE, _nothing, PREFIX)
    quick = plain_html(html, absolute, PREFIX)
    if quick is not None:
        assert quick == slow._cleaned(html, absolute, PREFIX)
        assert quick == slow._settled(quick)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>x</p>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<a href="/x" onclick="alert(1)">x</a>',
        '<img src="x" onerror="alert(1)" alt="" />',
        '<img src="mailto:a@b.c" alt="" />',
        "<p>x</p",
        "<p>a > b</p>",
        "<p>&quot;</p>",
        "<p>\x0b</p>",
        "<p>a\rb</p>",
        '<a href="/a">x<a href="/b">y</a></a>',
        '<div class="footnote-definition" id="1" onclick="alert(1)">',
        "<P>x</P>",
    ],
)
def test_it_has_no_answer_to_what_it_does_not_know(html: str) -> None:
    """Whatever is not recognised as a whole is left to the sanitiser."""
    assert plain_html(html, slow._absolute(html, BASE, _nothing, PREFIX), PREFIX) is None


def test_reviews_as_people_write_them_go_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headings, lists, quotes, links, pictures, footnotes and code need no sanitiser."""
    monkeypatch.setattr("publisher.content.html._cleaned", lambda *_: pytest.fail("went to the sanitiser"))
    text = (
        "## A heading\n\n*The* **film** of [a director](https://a.example/?b=1&c=2) & others,[^1] see "
        "[the other](/reviews/b/).\n\n> Quoted\n\n- one\n- two\n\n1. first\n\n![a still](/images/still.jpg)\n\n"
        "`code` ~~gone~~\\\nnext\n\n---\n\n[^1]: A note, 5 < 6.".replace("5 < 6", "five")
    )
    assert '<a href="https://a.example/?b=1&amp;c=2">' in render(text, BASE, _nothing, name="x")


def test_most_sample_posts_go_the_quick_way(pytestconfig: pytest.Config) -> None:
    """More than half of the posts that come with the program do."""
    posts = sorted((pytestconfig.rootpath / "posts").glob("*.md"))
    texts = [_body(path) for path in posts]
    quick = [
        plain_html(marked_up(text).strip(), lambda address: f"https://a.example/{address}", "")
        for text in texts
    ]
    assert (
        sum(html is not None and "<" not in text for html, text in zip(quick, texts, strict=True))
        > len(posts) / 2
    )


def _body(path: Path) -> str:
    return re.split(r"^---\s*$", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE)[2]
