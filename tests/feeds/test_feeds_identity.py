"""What readers make of a review that changes: the same item, updated, never a new one; and of one that is taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import feedparser
import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.documents import read_document
from tests.feeds.feeds_sites import CONFIGURATION, NOW, contents, identity, post, write_site
from tests.feeds.readers import newsboat, poll, reading, served
from tests.feeds.validators import FORMS, form_of, require_valid_folder

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.site import Site

HOSTS = ("https://reviews.example/", "https://new-host.example/blog/")
#: One feed of each kind that the review stands in throughout.
FOLDERS = ("", "tags/gothic/", "authors/desk/", "short/")
FEEDS = tuple(f"{folder}{name}" for folder in FOLDERS for name in FORMS)
SETTINGS = CONFIGURATION.replace(
    "# What validation", '[[feeds]]\nname = "short"\ncontent = "summary"\n\n# What validation'
)
RETRACTED = "status: retracted\nretracted: 2026-11-22\nreason: It was <b>not</b> ours & never was."
#: What is not changed, so that the tag keeps its feed.
OTHERS = {f"{n}.md": post(n, f"Another {n}", more="tags: [gothic]") for n in (2, 3, 4)}


def written(
    title: str = "Title", more: str = "", date: str = "2024-03-02", body: str = "A short text."
) -> str:
    """Write the review that changes; its id is the same throughout."""
    return post(1, title, body, f"tags: [gothic]\n{more}").replace("2024-03-02", date)


#: One change after another: what the post says then, its file, the settings, and what readers show of it.
CHANGES = {
    "title": (written("Another title"), "a.md", SETTINGS, ("Another title", "reviews/a/")),
    "slug": (written("Another title", "slug: b"), "a.md", SETTINGS, ("Another title", "reviews/b/")),
    "file": (written("Another title", "slug: b"), "z/c.md", SETTINGS, None),
    "host": (
        written("Another title", "slug: b"),
        "z/c.md",
        SETTINGS.replace(*HOSTS),
        ("Another title", "reviews/b/"),
    ),
    "date": (written("Another title", "slug: b", "2024-05-06"), "z/c.md", SETTINGS.replace(*HOSTS), ...),
    "update": (
        written("Another title", "slug: b\nupdated: 2024-06-01\ncorrection: x", "2024-05-06"),
        "z/c.md",
        SETTINGS.replace(*HOSTS),
        ...,
    ),
}


def build(folder: Path, posts: dict[str, str], configuration: str = SETTINGS) -> Site:
    """Write a site's posts anew and generate its feeds."""
    for old in (folder / "posts").rglob("*.md"):
        old.unlink()
    (folder / "posts" / "z").mkdir(parents=True, exist_ok=True)
    site = write_site(folder, posts, configuration)
    generate(read_posts(site).require_valid().posts, site, NOW)
    require_valid_folder(site.feeds, site)
    return site


def test_reader_shows_every_change_as_the_same_item(tmp_path: Path) -> None:
    """Another title, slug, host, date: in every format of every kind of feed the item is modified, and none is new."""
    site = build(tmp_path, {"a.md": written()} | OTHERS)
    urn = f"urn:uuid:{identity(1)}"
    with served(site.feeds) as url, reading(url + name for name in FEEDS) as reader:
        assert set(poll(reader).values()) == {(4, 0)}
        for change, (text, file, settings, shows) in CHANGES.items():
            build(tmp_path, {file: text} | OTHERS, settings)
            found = poll(reader)
            assert {new for new, _ in found.values()} == {0}, change
            # The others move with the host; nothing at all changes with the name of the file.
            expected = {"file": 0, "host": 4}.get(change, 1)
            assert {modified for _, modified in found.values()} == {expected}, change
            entries = [entry for entry in reader.get_entries() if entry.id == urn]
            assert len(entries) == len(FEEDS)
            if isinstance(shows, tuple):
                host = HOSTS["new-host" in settings]
                assert {(e.title, e.link) for e in entries} == {(shows[0], host + shows[1])}
        assert {f"{entry.published:%Y-%m-%d}" for entry in entries} == {"2024-05-06"}
        assert {f"{entry.updated:%Y-%m-%d}" for entry in entries} == {"2024-06-01"}


def atom_ids(site: Site) -> dict[str, str]:
    """Return what each Atom feed that was written is known by, by the name of its folder."""
    return {
        name.removesuffix("atom.xml"): read_document("atom", data).identity
        for name, data in contents(site.feeds).items()
        if name.endswith("atom.xml")
    }


def test_a_site_with_an_id_moves_and_its_feeds_stay_what_they_are(tmp_path: Path) -> None:
    """Another host changes no atom:id, of feeds or of entries; no two feeds share one, but the main feed and its archive."""
    settings = SETTINGS.replace("[site]\n", f'[site]\nid = "{identity(99)}"\n')
    posts = {"a.md": written()} | OTHERS
    first = build(tmp_path, posts, settings)
    before, entries = atom_ids(first), read_document("atom", contents(first.feeds)["atom.xml"]).ids
    moved = build(tmp_path, posts, settings.replace(*HOSTS))

    assert moved.syndication.url != first.syndication.url
    assert atom_ids(moved) == before
    assert read_document("atom", contents(moved.feeds)["atom.xml"]).ids == entries
    pages = {folder for folder in before if folder.startswith("archive/")}
    assert pages
    assert {before[folder] for folder in pages} == {before[""]}
    assert len(set(before.values())) == len(before) - len(pages)
    assert all(re.fullmatch("urn:uuid:[0-9a-f-]{36}", known_by) for known_by in before.values())
    # For good: an id that were made otherwise by a later version would be another feed.
    assert before[""] == uuid5(UUID(identity(99)), "").urn
    assert before["tags/gothic/"] == uuid5(UUID(identity(99)), "tags/gothic").urn


def test_another_site_has_other_feeds(tmp_path: Path) -> None:
    """Feeds of one name are known apart by the ids of their sites."""
    found = []
    for number in (98, 99):
        settings = SETTINGS.replace("[site]\n", f'[site]\nid = "{identity(number)}"\n')
        found.append(set(atom_ids(build(tmp_path / str(number), {"a.md": written()}, settings)).values()))

    assert not found[0] & found[1]


def test_a_site_without_an_id_has_feeds_that_are_known_by_their_address(tmp_path: Path) -> None:
    """Pages of the archive, too, by that of the main feed."""
    site = build(tmp_path, {"a.md": written()} | OTHERS)

    assert {
        folder: known_by
        for folder, known_by in atom_ids(site).items()
        if known_by != site.published(f"{folder}atom.xml")
    } == {"archive/2024-03/": site.feed_urls["atom"]}


def test_reader_sees_nothing_new_in_the_same_posts(tmp_path: Path) -> None:
    """Generated again without a change, every feed is the same for a reader that polls it."""
    posts = {"a.md": written()} | OTHERS
    site = build(tmp_path, posts)
    with served(site.feeds) as url, reading(url + name for name in FEEDS) as reader:
        poll(reader)
        build(tmp_path, posts)
        assert set(poll(reader).values()) == {(0, 0)}


def test_reader_goes_on_when_a_review_it_has_is_taken_back(tmp_path: Path) -> None:
    """Nothing is new or modified, the review is gone from every feed, and a later one is found in all of them."""
    site = build(tmp_path, {"a.md": written()} | OTHERS)
    urn = f"urn:uuid:{identity(1)}"
    with served(site.feeds) as url, reading(url + name for name in FEEDS) as reader:
        poll(reader)
        build(tmp_path, {"a.md": written(more=RETRACTED)} | OTHERS)
        assert set(poll(reader).values()) == {(0, 0)}
        _require_gone(contents(site.feeds), urn)
        build(
            tmp_path,
            {"a.md": written(more=RETRACTED), "5.md": post(5, "New", more="tags: [gothic]")} | OTHERS,
        )
        assert set(poll(reader).values()) == {(1, 0)}
        _require_gone(contents(site.feeds), urn)


def _require_gone(files: dict[str, bytes], urn: str) -> None:
    """See that a review is in no feed, and that every feed in Atom that had it says that it was taken back."""
    for name in (*FEEDS, "archive/2024-03/atom.xml"):
        document = read_document(form_of(name), files[name])
        assert urn not in document.ids
        if name in FEEDS and name.endswith("atom.xml"):
            assert urn in document.gone
    assert not [
        name for name, data in files.items() if urn.encode() in data and not name.endswith("atom.xml")
    ]


@pytest.mark.parametrize("name", [name for name in FEEDS if name.endswith("xml")])
def test_feedparser_reads_a_feed_with_tombstones(tmp_path: Path, name: str) -> None:
    """It has nothing to complain about, and finds the entries that are left and no other."""
    site = build(tmp_path, {"a.md": written(more=RETRACTED)} | OTHERS)
    result = feedparser.parse((site.feeds / name).read_bytes())
    assert not result.bozo
    assert [entry.title for entry in result.entries] == ["Another 4", "Another 3", "Another 2"]
    assert tuple(result.feed.updated_parsed)[:6] == (2026, 11, 22, 6, 0, 0)
    assert ("http://purl.org/atompub/tombstones/1.0" in result.namespaces.values()) == name.endswith(
        "atom.xml"
    )


@pytest.mark.needs("newsboat")
@pytest.mark.parametrize("form", ["atom.xml", "rss.xml"])
def test_newsboat_shows_a_change_as_the_same_item(tmp_path: Path, form: str) -> None:
    """A reader for terminals, too, keeps one item through another title, slug, host and date."""
    site = build(tmp_path, {"a.md": written()} | OTHERS)
    urn = f"urn:uuid:{identity(1)}"
    with served(site.feeds) as url:
        newsboat(tmp_path, [url + form])
        for text, file, settings, _ in CHANGES.values():
            build(tmp_path, {file: text} | OTHERS, settings)
        rows = newsboat(tmp_path, [url + form])
    assert len(rows) == 4
    assert [(row["title"], row["url"]) for row in rows if row["guid"] == urn] == [
        ("Another title", f"{HOSTS[1]}reviews/b/")
    ]


@pytest.mark.needs("newsboat")
@pytest.mark.parametrize("form", ["atom.xml", "rss.xml"])
def test_newsboat_goes_on_when_a_review_it_has_is_taken_back(tmp_path: Path, form: str) -> None:
    """It may keep what it has, sees no new item in a tombstone, and finds the next review."""
    site = build(tmp_path, {"a.md": written("Taken")} | OTHERS)
    with served(site.feeds) as url:
        newsboat(tmp_path, [url + form])
        build(tmp_path, {"a.md": written("Taken", RETRACTED), "5.md": post(5, "New")} | OTHERS)
        titles = {row["title"] for row in newsboat(tmp_path, [url + form])}
    assert titles - {"Taken"} == {"New", "Another 2", "Another 3", "Another 4"}
