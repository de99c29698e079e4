"""What RSS says of a review that the other formats have no word for, or another; the rules are in rss_rules."""

from __future__ import annotations

import pytest

from tests.feeds.feeds_sites import NAMES, feeds_of, plain_words
from tests.feeds.rss_rules import CREATOR, ENCODED, channel, items
from tests.feeds.rules import NS


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_escaped_exactly_once_more_than_xml_asks(name: str) -> None:
    """Titles are plain text; descriptions and contents are HTML that reads as it was written."""
    feeds = feeds_of(name)
    for item, entry in zip(items(feeds.rss), feeds.entries, strict=True):
        assert item.findtext("title") == entry.review.title
        assert plain_words(item.findtext("description") or "") == entry.summary
        assert item.findtext(ENCODED) == entry.html


def test_every_author_is_a_creator() -> None:
    """Two authors are two dc:creator elements, in the editor's order."""
    everything = next(i for i in items(feeds_of("hostile").rss) if i.findtext("title") == "Everything & more")
    assert [e.text for e in everything.findall(CREATOR)] == ["O’Neil & <Sons>, 朝霧 ]]>", "The Night Desk"]


def test_every_item_says_its_language() -> None:
    """RSS has no word for it: dc:language stands on every item, the channel's language or another."""
    feeds = feeds_of("hostile")
    found = [item.findtext(f"{{{NS['dc']}}}language") for item in items(feeds.rss)]
    assert found == [entry.review.language for entry in feeds.entries]


def test_a_picture_of_unknown_type_is_no_enclosure() -> None:
    """An enclosure needs a type; a picture elsewhere that does not tell is shown by Media RSS and the text."""
    item = next(i for i in items(feeds_of("hostile").rss) if i.findtext("title") == "A picture elsewhere")
    assert item.find("enclosure") is None
    content = item.find(f"{{{NS['media']}}}content")
    assert content is not None
    assert sorted(content.attrib.items()) == [("medium", "image"), ("url", "https://cdn.example/p?x=1&y=2")]


def test_the_licence_can_be_followed() -> None:
    """The channel says its terms in words and as a link (RFC 4946)."""
    top = channel(feeds_of("hostile").rss)
    assert top.findtext("copyright") == "Wing & Pin, CC BY & <more>"
    found = [e.get("href") for e in top.findall(f"{{{NS['atom']}}}link") if e.get("rel") == "license"]
    assert found == ["https://reviews.example/licence?a=1&b=2"]


def test_the_channel_points_home_not_at_the_feed() -> None:
    """The channel's link is the site's address, whatever other links there are."""
    assert channel(feeds_of("sample").rss).findtext("link") == "https://reviews.example/"
