"""Entries cast once and filled with words: the same bytes as made with these words from the start."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.feeds import FORMS, atom, rss
from publisher.feeds.document import escaped, in_cdata
from publisher.feeds.drafts import Draft, _mould
from publisher.feeds.moulds import HOLE, Escaped, Mould, marks
from publisher.feeds.script import Told
from publisher.values.characters import FORBIDDEN
from tests.feeds.feeds_sites import feeds_of

MAKES = {"atom": atom._entry, "rss": rss._item}
# What is empty is left out long before.
WORDS = st.text(
    st.sampled_from("&<>\"'\r\n\t];ab é🦋") | st.characters(exclude_categories=["Cs"]), min_size=1
).filter(lambda word: not FORBIDDEN.search(word))


@cache
def drafts() -> list[Draft]:
    """Begin the entries of every kind of review that the tests of feeds know, whole and short."""
    sites = [feeds_of(name) for name in ("sample", "hostile", "tagged")]
    return [
        Draft.of(entry, feeds.site, full=full)
        for feeds in sites
        for entry in feeds.entries
        for full in (True, False)
    ]


def directly(draft: Draft, form: str) -> bytes:
    """Make an entry of its words as feedgen and lxml write them."""
    entry = draft.entry
    data = MAKES[form](Told.of(draft.steps, draft.words)).encode()
    texts = [in_cdata(entry.html) if form == "rss" else escaped(entry.html)] if draft.full else []
    if draft.full and entry.markdown is not None:
        texts.append(escaped(entry.markdown))
    for text in texts:
        data = data.replace(HOLE.encode(), text, 1)
    return data


@pytest.mark.parametrize("form", MAKES)
def test_a_filled_mould_is_the_entry_itself(form: str) -> None:
    """Of everything that reviews have, and of what is made to hurt."""
    assert len({draft.steps for draft in drafts()}) > 20
    for draft in drafts():
        assert FORMS[form].entry(draft) == directly(draft, form)


@settings(max_examples=150)
@given(st.data())
def test_any_words_stand_where_they_belong(data: st.DataObject) -> None:
    """Whatever the words are, each is escaped once for the place that it has."""
    draft = data.draw(st.sampled_from(drafts()))
    words = [data.draw(WORDS) for _ in draft.words]
    for make in MAKES.values():
        filled = Mould(make(Told.of(draft.steps, marks(len(words)))), len(words)).fill(Escaped(words), ())
        assert filled == make(Told.of(draft.steps, words)).encode()


@settings(max_examples=200)
@given(WORDS, WORDS)
@example("\r\n\t\"'<&>", "\r\n\t\"'<&>]]>")
def test_words_are_escaped_as_lxml_does(text: str, value: str) -> None:
    """In an attribute a line end would become a space; between tags a quote may stand as itself."""
    element = etree.Element("a", value=marks(2)[1])
    element.text = marks(2)[0]
    mould = Mould(etree.tostring(element, encoding="unicode"), 2)
    element.text = text
    element.set("value", value)
    assert mould.fill(Escaped([text, value]), ()) == etree.tostring(element, encoding="unicode").encode()


def test_a_word_that_looks_like_a_mark_is_a_word() -> None:
    """What stands in place of words cannot be guessed; and where it is known, it is put in once and not looked at again."""
    mould = Mould(f"<a>{marks(1)[0]}</a>", 1)
    assert mould.fill(Escaped([marks(1)[0]]), ()) == f"<a>{marks(1)[0]}</a>".encode()


def test_reviews_that_say_the_same_things_share_a_mould() -> None:
    """One of the two formats makes one for each order of things, and no more."""
    _mould.cache_clear()
    for draft in drafts() * 2:
        FORMS["atom"].entry(draft)
    about = _mould.cache_info()
    assert about.misses == len({(draft.steps, len(draft.words)) for draft in drafts()})
    assert about.hits == 2 * len(drafts()) - about.misses
