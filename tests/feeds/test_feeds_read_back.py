"""Three feed readers that people use, reading the feeds: feedparser, reader and newsboat."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import feedparser
import feedparser_sgmllib
import pytest
from reader import make_reader

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.feeds_sites import (
    CONFIGURATION,
    NAMES,
    NOW,
    feeds_of,
    hostile_posts,
    plain_words,
    post,
    write_site,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reader import Reader

    from publisher.content import Entry
    from publisher.site import Site

# reader 3.26 looks for the module that feedparser installed along with itself until 6.0.13, under its old name.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)

XML = ("atom.xml", "rss.xml")
FORMATS = (*XML, "feed.json")
TYPES = {
    "atom.xml": "application/atom+xml",
    "rss.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
}
HOSTS = ("https://reviews.example/", "https://new-host.example/blog/")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder of feeds on a free port, with ETags, as a web server would."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            if name not in TYPES:
                self.send_error(404)
                return
            body = (folder / name).read_bytes()
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            known = self.headers.get("If-None-Match") == etag
            self.send_response(304 if known else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", TYPES[name])
            self.send_header("Content-Length", "0" if known else str(len(body)))
            self.end_headers()
            if not known:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def parsed(site: str, name: str) -> Any:
    """Read one of a site's feeds with feedparser."""
    return feedparser.parse(feeds_of(site).files[name])


def pairs(site: str, name: str) -> list[tuple[Any, Entry]]:
    """List what feedparser found beside what the entries say."""
    return list(zip(parsed(site, name).entries, feeds_of(site).entries, strict=True))


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("site", NAMES)
def test_feedparser_has_nothing_to_complain_about(site: str, name: str) -> None:
    """The feed is well-formed, of the version it says, and carries the site's name and both its addresses."""
    result = parsed(site, name)
    assert not result.bozo
    assert result.version == {"atom.xml": "atom10", "rss.xml": "rss20"}[name]
    assert result.feed.title == feeds_of(site).site.title
    assert result.feed.link == "https://reviews.example/"
    rels = {link.rel: link.href for link in result.feed.links}
    assert rels["self"] == f"https://reviews.example/feeds/{name}"


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("site", ["sample", "hostile"])
def test_feedparser_reads_what_the_editor_wrote(site: str, name: str) -> None:
    """Identity, title, address, summary, authors, tags and dates come back as they went in."""
    for found, entry in pairs(site, name):
        review = entry.review
        assert (found.id, found.title, found.link) == (review.urn, review.title, entry.url)
        summary = found.summary_detail.value
        assert (unescape(summary) if name == "rss.xml" else summary) == entry.summary
        assert [author.name for author in found.authors] == [author.name for author in review.authors]
        assert [tag.term for tag in found.get("tags", []) if not tag.scheme] == list(review.tags)
        assert tuple(found.published_parsed)[:6] == review.date.utctimetuple()[:6]
        if review.updated:
            assert tuple(found.updated_parsed)[:6] == review.changed.utctimetuple()[:6]


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("site", ["sample", "hostile"])
def test_feedparser_shows_the_whole_text(site: str, name: str) -> None:
    """There is one content per entry, and its words are all there after feedparser's own sanitising."""
    for found, entry in pairs(site, name):
        assert [content.type for content in found.content] == ["text/html"]
        assert plain_words(found.content[0].value) == plain_words(entry.html)


@pytest.mark.parametrize("name", XML)
def test_feedparser_finds_picture_film_and_rating(name: str) -> None:
    """Enclosure, Media RSS, Letterboxd's words and the rating category say what the review says."""
    for found, entry in pairs("hostile", name):
        review, picture = entry.review, entry.picture
        ratings = [tag.label or tag.term for tag in found.get("tags", []) if tag.scheme]
        scale = feeds_of("hostile").site.scale
        assert ratings == ([scale.describe(review.rating)] if review.rating is not None else [])
        assert found.get("letterboxd_filmtitle") == (review.film.title if review.film else None)
        assert [m["url"] for m in found.get("media_content", [])] == ([picture.url] if picture else [])
        enclosures = [(e.href, e.get("type")) for e in found.enclosures]
        assert enclosures == ([(picture.url, picture.type)] if picture and picture.type else [])


def test_feedparser_finds_the_offers_among_the_links_of_atom() -> None:
    """Every offer that leads somewhere is a related link; feedparser keeps only the last of several watch:offer."""
    for found, entry in pairs("hostile", "atom.xml"):
        related = [link.href for link in found.links if link.rel == "related"]
        assert related == [offer.url for offer in entry.offers if offer.url]


@pytest.mark.parametrize("name", XML)
def test_feedparser_finds_the_last_offer_in_the_vocabulary(name: str) -> None:
    """What feedparser keeps of watch:offer holds service, kind and country."""
    found = next(found for found, _ in pairs("hostile", name) if found.title == "Everything & more")
    assert (found.watch_offer["service"], found.watch_offer["kind"]) == ("kanopy", "free")


@contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    """Open a reader whose storage is a file."""
    reader = make_reader(str(folder / "reader.sqlite"))
    with closing(reader):
        yield reader


def build(folder: Path, posts: dict[str, str], configuration: str = CONFIGURATION) -> Site:
    """Write a site's posts anew and generate its feeds."""
    for old in (folder / "posts").glob("*.md"):
        old.unlink()
    site = write_site(folder, posts, configuration)
    generate(read_posts(site).require_valid().posts, site, NOW)
    return site


@pytest.mark.parametrize("name", FORMATS)
def test_reader_keeps_every_entry(tmp_path: Path, name: str) -> None:
    """Over HTTP and through its own storage, reader gives back ids, titles, addresses, texts and pictures."""
    site = build(tmp_path, hostile_posts())
    expected = {entry.review.urn: entry for entry in feeds_of("hostile").entries}
    with served(site.feeds) as url, reading(tmp_path) as reader:
        reader.add_feed(url + name)
        updated = reader.update_feed(url + name)
        assert updated is not None
        assert updated.new == len(expected)
        found = {entry.id: entry for entry in reader.get_entries()}
    assert found.keys() == expected.keys()
    for urn, entry in expected.items():
        kept, picture = found[urn], entry.picture
        assert (kept.title, kept.link) == (entry.review.title, entry.url)
        assert kept.published == entry.review.date
        assert [plain_words(content.value) for content in kept.content] == [plain_words(entry.html)]
        expected_pictures = [picture.url] if picture and picture.type else []
        assert [enclosure.href for enclosure in kept.enclosures] == expected_pictures


@pytest.mark.parametrize("name", FORMATS)
def test_reader_sees_nothing_new_in_the_same_posts(tmp_path: Path, name: str) -> None:
    """Generated again without a change, the feed is the same for a reader that polls it."""
    site = build(tmp_path, hostile_posts())
    with served(site.feeds) as url, reading(tmp_path) as reader:
        reader.add_feed(url + name)
        first = reader.update_feed(url + name)
        build(tmp_path, hostile_posts())
        second = reader.update_feed(url + name)
    assert first is not None
    assert first.new > 0
    assert second is None or (second.new, second.modified) == (0, 0)


@pytest.mark.parametrize("name", FORMATS)
def test_reader_does_not_show_a_moved_review_again(tmp_path: Path, name: str) -> None:
    """Another slug, title, date and host are a change of the same entry, not a new one."""
    old, new = (
        post(1, "Old title"),
        post(1, "New title", more="slug: elsewhere").replace("2024-03-02", "2024-04-02"),
    )
    site = build(tmp_path, {"a.md": old})
    with served(site.feeds) as url, reading(tmp_path) as reader:
        reader.add_feed(url + name)
        reader.update_feed(url + name)
        build(tmp_path, {"b.md": new}, CONFIGURATION.replace(*HOSTS))
        updated = reader.update_feed(url + name)
        entries = list(reader.get_entries())
    assert updated is not None
    assert (updated.new, updated.modified) == (0, 1)
    assert [(entry.title, entry.link) for entry in entries] == [
        ("New title", "https://new-host.example/blog/reviews/elsewhere/")
    ]


RETRACTED = "status: retracted\nretracted: 2026-11-22\nreason: It was <b>not</b> ours & never was."


@pytest.mark.parametrize("name", XML)
def test_feedparser_reads_a_feed_with_tombstones(tmp_path: Path, name: str) -> None:
    """It has nothing to complain about, and finds the entries that are left and no other."""
    posts = {"a.md": post(1, "A", more=RETRACTED), "b.md": post(2, "B"), "c.md": post(3, "C", more=RETRACTED)}
    site = build(tmp_path, posts)
    result = feedparser.parse((site.feeds / name).read_bytes())
    assert not result.bozo
    assert [entry.title for entry in result.entries] == ["B"]
    assert result.feed.title == site.title
    assert tuple(result.feed.updated_parsed)[:6] == (2026, 11, 22, 6, 0, 0)
    assert ("http://purl.org/atompub/tombstones/1.0" in result.namespaces.values()) == (name == "atom.xml")


@pytest.mark.parametrize("name", FORMATS)
def test_reader_goes_on_when_a_review_it_has_is_taken_back(tmp_path: Path, name: str) -> None:
    """The next poll of a reader that has the entry is a good one: nothing is new, and a later review is found."""
    kept, taken, new = post(1, "Kept"), post(2, "Taken"), post(3, "New")
    site = build(tmp_path, {"a.md": kept, "b.md": taken})
    with served(site.feeds) as url, reading(tmp_path) as reader:
        reader.add_feed(url + name)
        reader.update_feed(url + name)
        build(tmp_path, {"a.md": kept, "b.md": post(2, "Taken", more=RETRACTED)})
        second = reader.update_feed(url + name)
        build(tmp_path, {"a.md": kept, "b.md": post(2, "Taken", more=RETRACTED), "c.md": new})
        third = reader.update_feed(url + name)
        feed = reader.get_feed(url + name)
    assert (second is None) or (second.new, second.modified) == (0, 0)
    assert third is not None
    assert (third.new, third.modified) == (1, 0)
    assert feed.last_exception is None


def newsboat(folder: Path, url: str) -> list[dict[str, Any]]:
    """Let newsboat fetch a feed unattended, and read what its cache keeps."""
    (folder / "home").mkdir(exist_ok=True)
    (folder / "urls").write_text(f"{url}\n", encoding="utf-8")
    (folder / "config").write_text("", encoding="utf-8")
    files = ["-u", str(folder / "urls"), "-c", str(folder / "cache.db"), "-C", str(folder / "config")]
    environment = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["newsboat", *files, "-x", "reload"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with closing(sqlite3.connect(folder / "cache.db")) as cache:
        cache.row_factory = sqlite3.Row
        return [dict(row) for row in cache.execute("select * from rss_item where deleted = 0")]


@pytest.mark.needs("newsboat")
@pytest.mark.parametrize("name", XML)
def test_newsboat_keeps_every_entry_and_sees_none_twice(tmp_path: Path, name: str) -> None:
    """A reader for terminals finds ids, titles, addresses, dates and texts; a moved review stays one item."""
    site = build(tmp_path, hostile_posts())
    expected = {entry.review.urn: entry for entry in feeds_of("hostile").entries}
    with served(site.feeds) as url:
        found = {item["guid"]: item for item in newsboat(tmp_path, url + name)}
        build(tmp_path, hostile_posts(), CONFIGURATION.replace(*HOSTS))
        again = newsboat(tmp_path, url + name)
    assert found.keys() == expected.keys()
    assert {item["guid"] for item in again} == expected.keys()
    assert len(again) == len(expected)
    for urn, entry in expected.items():
        assert found[urn]["url"] == entry.url
        assert found[urn]["pubDate"] in {
            int(entry.review.date.timestamp()),
            int(entry.review.changed.timestamp()),
        }
        assert plain_words(found[urn]["content"]) == plain_words(entry.html)
        if "<" not in entry.review.title and "&" not in entry.review.title:  # it takes titles for HTML
            assert found[urn]["title"] == entry.review.title


@pytest.mark.needs("newsboat")
@pytest.mark.parametrize("name", XML)
def test_newsboat_goes_on_when_a_review_it_has_is_taken_back(tmp_path: Path, name: str) -> None:
    """It keeps what it has, sees no new item in a tombstone, and finds the next review."""
    kept, taken = post(1, "Kept"), post(2, "Taken")
    site = build(tmp_path, {"a.md": kept, "b.md": taken})
    with served(site.feeds) as url:
        newsboat(tmp_path, url + name)
        build(tmp_path, {"a.md": kept, "b.md": post(2, "Taken", more=RETRACTED), "c.md": post(3, "New")})
        titles = sorted(item["title"] for item in newsboat(tmp_path, url + name))
    assert titles in (["Kept", "New"], ["Kept", "New", "Taken"])
