"""What an entry says in each format: the review in our own words, and everything a reader of many feeds needs of it."""

from __future__ import annotations

import json
import re
import struct
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import feedparser
import pytest
from lxml import etree

from publisher.feeds.vocabulary import ABOUT, ABOUT_OFFERS, NAMESPACES, tag
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.model import Review
    from publisher.site import Site
    from tests.conftest import MakeSite

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LICENCE = """
[site.licence]
name = "CC BY & <more>"
holder = "The Pinned Wing"
"""
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII5B", 13, b"IHDR", 640, 480, 8, 2, 0, 0, 0)

EVERYTHING = """\
---
id: 4c768283-9939-45ec-b325-53b5be6f9ce5
title: "Alien & <i>Aliens</i>"
date: 2022-07-15T09:00-05:00
updated: 2022-07-16T09:00-05:00
correction: "It was <b>not</b> 1 < 2 & never ]]>."
summary: "Two & a half"
film:
  title: "Alien & <Aliens>"
  original_title: तुम्बाड
  year: 1979
  directors: ["R & S", "T"]
  cast: [U, V]
  countries: [GB, US]
  languages: [en, hi]
  runtime: 117
  ids: {wikidata: Q103569, imdb: tt0078748, tmdb: 348}
rating: 3.5
image: {src: images/a.png, alt: 'A "picture"', credit: Me & you}
watch: [{service: Vudu, kind: rent}]
---

A *text* with a [link](/x/) & more.[^1]

[^1]: A note.
"""
BARE = """\
---
id: 00000000-0000-4000-8000-000000000002
title: Bare
date: 2022-07-14T09:00-05:00
summary: Nothing more.
---

Only a text.[^1] And `<b>`.

[^1]: Another note.
"""


class Entry(NamedTuple):
    """One review as the three formats have it, and as it is."""

    review: Review
    atom: etree._Element
    rss: etree._Element
    json: dict[str, Any]

    @property
    def xml(self) -> tuple[etree._Element, etree._Element]:
        """Return what it is in Atom and in RSS."""
        return self.atom, self.rss


def made(site: Site, feed: str = "") -> list[Entry]:
    """Generate a site's feeds and read one of them, by its folder."""
    (site.posts / "images").mkdir(exist_ok=True)
    (site.posts / "images" / "a.png").write_bytes(PNG)
    posts = read_posts(site).require_valid().posts
    generate(posts, site, NOW)
    reviews = sorted((post.review for post in posts), key=lambda review: review.date, reverse=True)
    folder = site.feeds / feed
    atom = etree.parse(folder / "atom.xml").getroot().findall(f"{ATOM}entry")
    rss = etree.parse(folder / "rss.xml").getroot().findall("channel/item")
    items = json.loads((folder / "feed.json").read_bytes())["items"]
    return [Entry(*found) for found in zip(reviews, atom, rss, items, strict=True)]


def attributes(element: etree._Element) -> dict[str, str]:
    """Return the attributes of an element."""
    return {str(name): str(value) for name, value in element.items()}


@pytest.fixture
def entries(make_site: MakeSite) -> list[Entry]:
    """Give a review that has everything, and one that has nothing but a text."""
    return made(make_site({"a.md": EVERYTHING, "b.md": BARE}, more=LICENCE))


def test_the_review_is_told_in_our_own_words(entries: list[Entry]) -> None:
    """Film, rating and correction, the same in RSS and Atom: what there is one of as attributes, the rest as elements."""
    for element in entries[0].xml:
        film = element.find(tag("review", "film"))
        assert film is not None
        assert attributes(film) == {
            "title": "Alien & <Aliens>",
            "original_title": "तुम्बाड",
            "year": "1979",
            "runtime": "117",
        }
        assert [(etree.QName(e).localname, e.text or e.get("href")) for e in film] == [
            *(("director", "R & S"), ("director", "T"), ("actor", "U"), ("actor", "V")),
            *(("country", "GB"), ("country", "US"), ("language", "en"), ("language", "hi")),
            ("sameAs", "https://www.imdb.com/title/tt0078748/"),
            ("sameAs", "https://www.themoviedb.org/movie/348"),
            ("sameAs", "https://www.wikidata.org/wiki/Q103569"),
        ]
        rating = element.find(tag("review", "rating"))
        assert rating is not None
        assert attributes(rating) == {"value": "3.5", "minimum": "0", "maximum": "5", "unit": "butterflies"}
        assert rating.text == "3.5 of 5 butterflies"
        correction = element.find(tag("review", "correction"))
        assert correction is not None
        assert correction.text == "It was <b>not</b> 1 < 2 & never ]]>."
        assert datetime.fromisoformat(str(correction.get("date"))) == entries[0].review.updated


def test_json_says_the_same_under_two_names(entries: list[Entry]) -> None:
    """Each object says what it is about; links to the film stand beside its identifiers."""
    review, watch = entries[0].json["_review"], entries[0].json["_watch"]
    assert (review["about"], watch["about"]) == (ABOUT, ABOUT_OFFERS)
    assert review["film"]["ids"] == {"imdb": "tt0078748", "tmdb": "348", "wikidata": "Q103569"}
    film = entries[0].atom.find(tag("review", "film"))
    assert film is not None
    assert review["film"]["sameAs"] == [e.get("href") for e in film.findall(tag("review", "sameAs"))]
    assert review["correction"] == "It was <b>not</b> 1 < 2 & never ]]>."
    assert datetime.fromisoformat(review["corrected"]) == entries[0].review.updated


def test_what_a_review_does_not_have_is_not_mentioned(entries: list[Entry]) -> None:
    """No empty element, no empty field."""
    ours = {NAMESPACES[prefix] for prefix in ("review", "watch", "media", "letterboxd", "tmdb", "source")}
    for element in entries[1].xml:
        assert [e.tag for e in element.iter() if etree.QName(e).namespace in ours] == []
    assert entries[1].json["_review"] == {"about": ABOUT, "rights": "The Pinned Wing, CC BY & <more>"}
    assert "_watch" not in entries[1].json


def test_every_entry_says_its_language_authors_and_rights(entries: list[Entry]) -> None:
    """Readers show entries of many feeds together, apart from what the feed says for all."""
    for entry in entries:
        assert (
            entry.atom.get(LANG)
            == entry.rss.findtext(tag("dc", "language"))
            == entry.json["language"]
            == entry.review.language
        )
        assert (
            entry.atom.findtext(f"{ATOM}author/{ATOM}name")
            == entry.rss.findtext(tag("dc", "creator"))
            == entry.json["authors"][0]["name"]
            == "The Night Desk"
        )
        assert (
            entry.atom.findtext(f"{ATOM}rights")
            == entry.rss.findtext(tag("dc", "rights"))
            == entry.json["_review"]["rights"]
            == "The Pinned Wing, CC BY & <more>"
        )


def test_published_and_updated_are_two_dates(entries: list[Entry]) -> None:
    """An update does not move the day of publication; without one, nothing was updated later."""
    found = [
        [
            entry.atom.findtext(f"{ATOM}published"),
            entry.atom.findtext(f"{ATOM}updated"),
            entry.json["date_published"],
            entry.json["date_modified"],
            entry.rss.findtext("pubDate"),
            entry.rss.findtext(f"{ATOM}updated"),
        ]
        for entry in entries
    ]
    day, later, before = (f"2022-07-{number}T14:00:00+00:00" for number in (15, 16, 14))
    assert found == [
        [day, later, day, later, "Fri, 15 Jul 2022 14:00:00 +0000", later],
        [before, before, before, before, "Thu, 14 Jul 2022 14:00:00 +0000", None],
    ]


def test_the_picture_is_one_enclosure_with_its_size(entries: list[Entry]) -> None:
    """Address, type and length are the same in all formats, and so are width and height where there is a word for them."""
    entry = entries[0]
    address = "https://reviews.example/images/a.png"
    (link,) = entry.atom.findall(f"{ATOM}link[@rel='enclosure']")
    (enclosure,) = entry.rss.findall("enclosure")
    (attachment,) = entry.json["attachments"]
    said = [
        (link.get("href"), link.get("type"), int(str(link.get("length")))),
        (enclosure.get("url"), enclosure.get("type"), int(str(enclosure.get("length")))),
        (attachment["url"], attachment["mime_type"], attachment["size_in_bytes"]),
    ]
    assert said == [(address, "image/png", len(PNG))] * 3
    for element in entry.xml:
        (content,) = element.findall(tag("media", "content"))
        size = [content.get(name) for name in ("url", "fileSize", "width", "height")]
        assert size == [address, str(len(PNG)), "640", "480"]
    image = entry.json["_review"]["image"]
    assert (image["width"], image["height"], image["credit"]) == (640, 480, "Me & you")
    assert entry.json["content_html"].count("<img ") == 1
    assert (
        f'<img src="{address}" alt="A &quot;picture&quot;" width="640" height="480">'
        in entry.json["content_html"]
    )


def test_the_text_may_show_the_picture_itself(make_site: MakeSite) -> None:
    """It is in the content once, and is the enclosure all the same."""
    shown = EVERYTHING.replace("A *text*", "![It](images/a.png)")
    (entry,) = made(make_site({"a.md": shown}))
    for html in (entry.atom.findtext(f"{ATOM}content"), entry.json["content_html"]):
        assert len(re.findall(r"<img [^>]*images/a\.png", str(html))) == 1
        assert "<figure>" not in str(html)
    assert len(entry.rss.findall("enclosure")) == 1


def test_the_markdown_is_handed_on_where_that_is_safe(entries: list[Entry]) -> None:
    """With absolute addresses, in all formats; a text with what looks like HTML has none."""
    written = "A *text* with a [link](https://reviews.example/x/) & more.[^1]\n\n[^1]: A note."
    for element in entries[0].xml:
        assert element.findtext(tag("source", "markdown")) == written
    assert entries[0].json["_review"]["markdown"] == written


SUMMARIES = '[[feeds]]\nname = "brief"\ncontent = "summary"\n'


def test_an_entry_with_a_summary_alone_is_whole(make_site: MakeSite) -> None:
    """It has what the format asks for in the place of content, nothing of the text, and the review all the same."""
    site = make_site({"a.md": EVERYTHING, "b.md": BARE}, more=SUMMARIES)
    for entry in made(site, "brief"):
        assert entry.atom.find(f"{ATOM}content") is None
        assert entry.rss.find(tag("content", "encoded")) is None
        assert "content_html" not in entry.json
        # RFC 4287, 4.1.2; RSS 2.0, item; JSON Feed 1.1, items.
        assert len(entry.atom.findall(f"{ATOM}link[@rel='alternate']")) == 1
        assert entry.rss.findtext("description")
        assert entry.json["content_text"] == entry.json["summary"] == entry.review.summary
        whole = etree.tostring(entry.atom, encoding="unicode") + etree.tostring(entry.rss, encoding="unicode")
        for text in (whole, json.dumps(entry.json)):
            assert "markdown" not in text.replace(NAMESPACES["source"], "")
            assert "A note" not in text
            assert "Another note" not in text
    assert [e.rss.find(tag("review", "film")) is not None for e in made(site, "brief")] == [True, False]


def test_two_reviews_can_be_shown_on_one_page(entries: list[Entry]) -> None:
    """No name of an element stands in both, and each footnote leads to its own review."""
    texts = [entry.json["content_html"] for entry in entries]
    names = Counter(name for text in texts for name in re.findall(r' id="([^"]*)"', text))
    assert len(names) == 2
    assert set(names.values()) == {1}
    for text, entry in zip(texts, entries, strict=True):
        (name,) = re.findall(r' id="([^"]*)"', text)
        assert f'<a href="{entry.json["url"]}#{name}">1</a>' in text


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_feedparser_reads_the_review(make_site: MakeSite, name: str) -> None:
    """It keeps attributes as a dictionary, and nothing of ours gets in the way of title, summary, authors and dates."""
    site = make_site({"a.md": EVERYTHING}, more=LICENCE)
    (entry,) = made(site)
    result = feedparser.parse((site.feeds / name).read_bytes())
    (found,) = result.entries
    assert not result.bozo
    assert (found.title, found.link, found.id) == (entry.review.title, entry.json["url"], entry.review.urn)
    assert [author.name for author in found.authors] == ["The Night Desk"]
    assert found.summary in {"Two & a half", "Two &amp; a half"}
    assert tuple(found.updated_parsed)[:3] == (2022, 7, 16)
    assert tuple(found.published_parsed)[:3] == (2022, 7, 15)
    assert found.rights == "The Pinned Wing, CC BY & <more>"
    assert [link.href for link in found.enclosures] == ["https://reviews.example/images/a.png"]
    assert found.review_film["year"] == "1979"
    assert found.review_rating["value"] == "3.5"
    assert found.review_correction["date"].startswith("2022-07-16")
    assert found.review_sameas["href"] == "https://www.wikidata.org/wiki/Q103569"
    assert found.source_markdown.startswith("A *text*")
    assert found.watch_offer["service"] == "fandango-at-home"


def test_other_words_for_a_review_of_no_film(make_site: MakeSite, tmp_path: Path) -> None:
    """A rating needs no film; Letterboxd's words do."""
    text = BARE.replace("summary:", "rating: 4\nsummary:")
    (entry,) = made(make_site({"a.md": text}, configuration=CONFIGURATION))
    for element in entry.xml:
        assert element.findtext(tag("review", "rating")) == "4 of 5 butterflies"
        assert element.find(tag("review", "film")) is None
        assert element.find(tag("letterboxd", "memberRating")) is None
    assert (tmp_path / "feeds" / "feed.json").is_file()
