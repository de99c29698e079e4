"""Summaries: the editor's, or the beginning of the text, as plain words on one line."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.html import render
from publisher.content.words import first_words, plain_text, shorten

SENTENCE = "The house is quiet, and it has been quiet for a very long time: nobody – nobody – comes."


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("First.\n\nSecond.", "First."),
        ("# A heading\n\nThe text.", "The text."),
        ("![A picture](x.png)\n\nThe text.", "The text."),
        ("> Quoted.\n\nThe text.", "Quoted."),
        ("One *two* **three** [four](x) `five`", "One two three four five"),
        ("A claim.[^1] Another.\n\n[^1]: A note.", "A claim. Another."),
        ("a\nb  \nc", "a b c"),
        ("one<br>two", "one two"),
        ("- one\n- two", "one two"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("<div>one</div><div>two</div>", "one two"),
        ("## Only\n\n### headings", "Only headings"),
        ("AT&amp;T &lt;i&gt; 1 < 2&nbsp;& 3", "AT&T <i> 1 < 2 & 3"),
        ("<p title='a > b'>Words</p>", "Words"),
        ("wo<b>rd</b>s stay to<i></i>gether", "words stay together"),
        ("![](x.png)", ""),
    ],
)
def test_the_summary_is_the_first_paragraph_that_has_words(markdown: str, expected: str) -> None:
    """Headings, pictures, notes and markup are left out; words that stood apart still do."""
    html = render(markdown, "https://reviews.example/x/", lambda _: None)
    assert first_words(html, 300) == expected


@pytest.mark.parametrize("paragraph", ["«No»\xa0", "boy ", "[a](b) "])
def test_a_paragraph_without_an_end_in_sight_is_summarised_by_its_beginning(paragraph: str) -> None:
    """Of a text of megabytes only the beginning is looked at."""
    beginning, whole = (
        render(paragraph * times, "https://reviews.example/x/", lambda _: None) for times in (1_000, 90_000)
    )

    assert first_words(whole, 300) == first_words(beginning, 300)


@pytest.mark.parametrize(
    ("words", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("a few words", 11, "a few words"),
        ("a few words", 10, "a few…"),
        ("a few words more", 12, "a few words…"),  # the cut falls on the space itself
        ("a few words, more", 14, "a few words…"),
        ("a few words – more", 15, "a few words…"),
        ("unbreakable", 6, "unbre…"),
        # A text without spaces, and one that has a single space far back.
        ("怖い映画だった。とても怖い映画だった。", 10, "怖い映画だった。と…"),
        ("澪 怖い映画だった。とても怖い映画だった。", 12, "澪 怖い映画だった。と…"),
        ("怖い映画だった。とても怖い", 9, "怖い映画だった…"),
        # No mark loses its letter, no emoji falls apart.
        ("तुम्बाडतुम्बाड", 9, "तुम्बाड…"),
        ("तुम्बाडतुम्बाड", 4, "तु…"),
        ("ab👩‍👩‍👧cd", 5, "ab…"),
        ("ab👍🏽cd", 4, "ab…"),
    ],
)  # fmt: skip
def test_a_text_is_cut_between_words(words: str, limit: int, expected: str) -> None:
    """What is cut ends in an ellipsis, without the comma or dash that stood before it."""
    assert shorten(words, limit) == expected
    assert len(expected) <= limit


@given(st.text(max_size=80), st.integers(2, 40))
def test_what_is_cut_is_a_beginning_and_never_too_long(words: str, limit: int) -> None:
    """Whatever the letters, the result fits, and but for its ellipsis is how the text begins."""
    cut = shorten(words, limit)
    assert len(cut) <= limit
    assert cut == words or (cut.endswith("…") and words.startswith(cut[:-1]))


@given(st.integers(20, 90))
def test_no_word_is_cut_in_two(limit: int) -> None:
    """The last word shown is a whole one of the text."""
    cut = shorten(SENTENCE, limit)
    assert cut == SENTENCE or cut.removesuffix("…").split(" ")[-1] in re.split("[ ,:–]+", SENTENCE)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60))
def test_plain_text_takes_escaped_words_back(words: str) -> None:
    """Escaped as HTML and taken back, words are the same, but for white space."""
    assert plain_text(f"<p>{escape(words)}</p>") == " ".join(words.split())
