"""Three feed readers that people use, reading every feed of the sample, the empty and the hostile site."""

from __future__ import annotations

from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any

import feedparser
import pytest

from tests.feeds.feeds_sites import NAMES, feeds_of, plain_words
from tests.feeds.readers import newsboat, poll, reading, served
from tests.feeds.validators import feed_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from publisher.content import Entry
    from tests.feeds.feeds_sites import Feeds

#: What feedparser 6 reads.
XML = ("atom.xml", "rss.xml")
SHORT = "in-short/"


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def xml_feeds(site: str) -> list[str]:
    """Name every feed of a site that is XML."""
    return [name for name in feed_names(feeds_of(site).folder) if name.endswith(XML)]


@cache
def parsed(site: str, name: str) -> Any:
    """Read one of a site's feeds with feedparser."""
    return feedparser.parse(feeds_of(site).folder[name])


def pairs(site: str) -> Iterator[tuple[str, Any, Entry]]:
    """Yield, of every feed in XML, what feedparser found beside what the entries say."""
    for name in xml_feeds(site):
        for found, entry in zip(parsed(site, name).entries, feeds_of(site).within(name), strict=True):
            yield name, found, entry


def is_full(name: str) -> bool:
    """Tell whether a feed has the whole texts."""
    return not name.startswith(SHORT)


def enclosed(entry: Entry) -> list[tuple[str, str | None, int | None]]:
    """List what an entry encloses: its picture, when its type is known."""
    picture = entry.picture
    return [(picture.url, picture.type, picture.length)] if picture and picture.type else []


@pytest.mark.parametrize("site", NAMES)
def test_feedparser_has_nothing_to_complain_about(site: str) -> None:
    """Each feed is well-formed, of the version it says, and carries its name and its address."""
    feeds = feeds_of(site)
    for name in xml_feeds(site):
        result = parsed(site, name)
        assert not result.bozo, name
        assert result.version == {"atom.xml": "atom10", "rss.xml": "rss20"}[name.rpartition("/")[2]]
        assert {link.rel: link.href for link in result.feed.links}["self"] == feeds.site.published(name)
        assert feeds.site.title in result.feed.title or name.startswith(SHORT)
    assert parsed(site, "rss.xml").feed.title == parsed(site, "atom.xml").feed.title == feeds.site.title
    assert (
        parsed(site, "rss.xml").feed.link == parsed(site, "atom.xml").feed.link == "https://reviews.example/"
    )


@pytest.mark.parametrize("site", ["sample", "hostile"])
def test_feedparser_reads_what_the_editor_wrote(site: str) -> None:
    """Identity, title, address, summary, authors, tags and dates come back as they went in, in every feed."""
    for name, found, entry in pairs(site):
        review = entry.review
        assert (found.id, found.title, found.link) == (review.urn, review.title, entry.url)
        summary = found.summary_detail.value
        assert (unescape(summary) if name.endswith("rss.xml") else summary) == entry.summary
        assert [author.name for author in found.authors] == [author.name for author in review.authors]
        assert [tag.term for tag in found.get("tags", []) if not tag.scheme] == list(review.tags)
        assert tuple(found.published_parsed)[:6] == review.date.utctimetuple()[:6]
        if review.updated:
            assert tuple(found.updated_parsed)[:6] == review.changed.utctimetuple()[:6]


@pytest.mark.parametrize("site", ["sample", "hostile"])
def test_feedparser_shows_the_whole_text_or_none_of_it(site: str) -> None:
    """There is one content per entry, whose words are all there after feedparser's own sanitising; in short, none."""
    for name, found, entry in pairs(site):
        if not is_full(name):
            assert "content" not in found
            continue
        assert [content.type for content in found.content] == ["text/html"]
        assert plain_words(found.content[0].value) == plain_words(entry.html)


@pytest.mark.parametrize("site", ["sample", "hostile"])
def test_feedparser_finds_picture_film_and_rating(site: str) -> None:
    """Enclosure, Media RSS, Letterboxd's words and the rating category say what the review says."""
    scale = feeds_of(site).site.scale
    for _, found, entry in pairs(site):
        review, picture = entry.review, entry.picture
        ratings = [tag.label or tag.term for tag in found.get("tags", []) if tag.scheme]
        assert ratings == ([scale.describe(review.rating)] if review.rating is not None else [])
        assert found.get("letterboxd_filmtitle") == (review.film.title if review.film else None)
        assert [m["url"] for m in found.get("media_content", [])] == ([picture.url] if picture else [])
        enclosures = [(e.href, e.get("type"), int(e.get("length", 0)) or None) for e in found.enclosures]
        assert enclosures == enclosed(entry)


def test_feedparser_finds_the_offers_among_the_links_of_atom() -> None:
    """Every offer that leads somewhere is a related link; feedparser keeps only the last of several watch:offer."""
    for name, found, entry in pairs("hostile"):
        if name.endswith("atom.xml"):
            related = [link.href for link in found.links if link.rel == "related"]
            assert related == [offer.url for offer in entry.offers if offer.url]


def test_feedparser_finds_the_last_offer_in_the_vocabulary() -> None:
    """What feedparser keeps of watch:offer holds service, kind and country."""
    offers = [found.watch_offer for _, found, _ in pairs("hostile") if found.title == "Everything & more"]
    assert {(offer["service"], offer["kind"]) for offer in offers} == {("kanopy", "free")}


@pytest.mark.parametrize("site", NAMES)
def test_reader_keeps_every_entry_of_every_feed(tmp_path: Path, site: str) -> None:
    """Over HTTP and through its own storage, reader gives back ids, titles, addresses, dates, texts and pictures."""
    feeds = feeds_of(site)
    names = feed_names(feeds.folder)
    with served(put(tmp_path, feeds.folder)) as url, reading(url + name for name in names) as reader:
        found = poll(reader)
        assert found == {url + name: (len(feeds.within(name)), 0) for name in names}
        for name in names:
            _require_kept(feeds, name, {entry.id: entry for entry in reader.get_entries(feed=url + name)})


def _require_kept(feeds: Feeds, name: str, kept: Mapping[str, Any]) -> None:
    """See that reader keeps of a feed what its entries say."""
    expected = {entry.review.urn: entry for entry in feeds.within(name)}
    assert kept.keys() == expected.keys()
    for urn, entry in expected.items():
        found, review = kept[urn], entry.review
        assert (found.title, found.link) == (review.title, entry.url)
        assert found.published == review.date
        assert (found.updated or found.published) == review.changed
        names = [author.name for author in found.authors]
        # Of several authors in XML it keeps one.
        assert names == [a.name for a in review.authors] or names == [review.authors[-1].name]
        content = [plain_words(content.value) for content in found.content if content.type != "text/plain"]
        assert content == ([plain_words(entry.html)] if is_full(name) else [])
        summary = found.summary or found.content[0].value
        assert (unescape(summary) if name.endswith("rss.xml") else summary) == entry.summary
        assert [(e.href, e.type, e.length or None) for e in found.enclosures] == enclosed(entry)


def apart(feeds: Feeds, names: Iterable[str]) -> list[list[str]]:
    """Sort feeds into groups in which no entry stands twice: newsboat shows an entry in one feed only."""
    groups: list[tuple[list[str], set[str]]] = []
    for name in names:
        ids = {entry.review.id for entry in feeds.within(name)}
        for group, taken in groups:
            if taken.isdisjoint(ids):
                group.append(name)
                taken.update(ids)
                break
        else:
            groups.append(([name], set(ids)))
    return [group for group, _ in groups]


@pytest.mark.needs("newsboat")
@pytest.mark.parametrize("site", NAMES)
def test_newsboat_keeps_every_entry_of_every_feed(tmp_path: Path, site: str) -> None:
    """A reader for terminals finds ids, titles, addresses, dates, authors and texts, in short ones, too."""
    feeds = feeds_of(site)
    with served(put(tmp_path / "feeds", feeds.folder)) as url:
        for number, group in enumerate(apart(feeds, xml_feeds(site))):
            home = tmp_path / str(number)
            home.mkdir()
            rows = newsboat(home, [url + name for name in group])
            for name in group:
                _require_shown(feeds, name, [row for row in rows if row["feedurl"] == url + name])


def _require_shown(feeds: Feeds, name: str, rows: list[dict[str, Any]]) -> None:
    """See that newsboat keeps of a feed what its entries say."""
    shown = {row["guid"]: row for row in rows}
    expected = {entry.review.urn: entry for entry in feeds.within(name)}
    assert shown.keys() == expected.keys(), name
    assert len(rows) == len(shown)
    for urn, entry in expected.items():
        found, review = shown[urn], entry.review
        assert found["url"] == entry.url
        assert found["pubDate"] in {int(review.date.timestamp()), int(review.changed.timestamp())}
        assert found["author"] in {", ".join(a.name for a in review.authors), review.authors[-1].name}
        assert plain_words(found["content"]) == plain_words(
            entry.html if is_full(name) else entry.summary.replace("&", "&amp;").replace("<", "&lt;")
        ) or (not is_full(name) and found["content"] == entry.summary)
        if "<" not in review.title and "&" not in review.title:  # it takes titles for HTML
            assert found["title"] == review.title
        # It plays what is enclosed, and knows that a picture cannot be played.
        assert not found["enclosure_url"]
