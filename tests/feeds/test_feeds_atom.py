"""What Atom says of a review that the other formats have no word for, or another; the rules are in atom_rules."""

from __future__ import annotations

from tests.feeds.atom_rules import ATOM, entries, links
from tests.feeds.feeds_sites import feeds_of
from tests.feeds.rules import LANG


def test_every_entry_says_its_language() -> None:
    """xml:lang stands on every entry, the feed's language or another: readers that keep entries alone lose the feed's."""
    feeds = feeds_of("hostile")
    found = [entry.get(LANG) for entry in entries(feeds.atom)]
    assert found == [entry.review.language for entry in feeds.entries]
    assert set(found) == {"ar", "hi", "pt-BR", "en"}


def test_where_to_watch_is_found_among_the_links() -> None:
    """Each offer that leads somewhere is a related link, named by kind, service and country, and what the link is."""
    feeds = feeds_of("hostile")
    everything = next(e for e in entries(feeds.atom) if e.findtext(ATOM + "title") == "Everything & more")
    related = [link for link in everything.findall(ATOM + "link") if link.get("rel") == "related"]
    assert [link.get("title") for link in related] == [
        "Rent: Fandango at Home (US), search",
        "Stream: Apple TV (GB)",
        "Stream: Shudder (US), search, sponsored",
    ]


def test_a_picture_is_an_enclosure_with_its_size() -> None:
    """The site's own picture comes with type and length; one whose type nobody knows is no enclosure."""
    found = {
        link.get("href"): (link.get("type"), link.get("length"))
        for entry in entries(feeds_of("hostile").atom)
        for link in links(entry, "enclosure")
    }
    assert found == {
        "https://cdn.example/im%20ages/a%20b.png": ("image/png", "4"),
        "https://cdn.example/im%20ages/c%3Fd%23e%26f.png": ("image/png", "6"),
    }


def test_the_licence_can_be_followed() -> None:
    """The feed links its licence (RFC 4946), and every entry says it in words."""
    feed = feeds_of("hostile").atom
    assert [link.get("href") for link in links(feed, "license")] == [
        "https://reviews.example/licence?a=1&b=2"
    ]
    assert {entry.findtext(ATOM + "rights") for entry in entries(feed)} == {"Wing & Pin, CC BY & <more>"}
