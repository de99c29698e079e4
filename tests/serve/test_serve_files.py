"""Which files can be fetched: those that `generate` wrote, and pictures; never anything else of the machine."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.conftest import CONFIGURATION
from tests.serve.visiting import NOW, generated, post, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.site import Site
    from tests.serve.visiting import Visitor

TYPES = {
    "/feeds/rss.xml": "application/xml; charset=utf-8",
    "/feeds/atom.xml": "application/xml; charset=utf-8",
    "/feeds/feed.json": "application/feed+json",
    "/feeds/index.html": "text/html; charset=utf-8",
    "/feeds/": "text/html; charset=utf-8",
    "/feeds/feed.css": "text/css; charset=utf-8",
    "/feeds/opml.xml": "text/x-opml; charset=utf-8",
    "/feeds/redirects/redirects.json": "application/json",
    "/feeds/redirects/nginx.conf": "text/plain; charset=utf-8",
}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(1000)


@pytest.mark.parametrize("path", TYPES)
def test_every_file_comes_under_its_type(standing: Visitor, path: str) -> None:
    """The type that hosts are told to send; no browser may guess another, and nobody gets a cookie."""
    answer = standing.ask(path)
    file = standing.site.feeds / (path.removeprefix("/feeds/") or "index.html")

    assert (answer.status, answer.body) == (200, file.read_bytes())
    assert answer.headers["content-type"] == TYPES[path]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "public, max-age=900, must-revalidate"
    assert "set-cookie" not in answer.headers


def test_every_file_of_the_manifest_is_there_under_its_public_path(standing: Visitor) -> None:
    """Whatever the manifest names is served, byte for byte."""
    site = standing.site
    names = json.loads((site.feeds / "manifest.json").read_bytes())["files"]

    assert len(names) > 8
    for name in names:
        path = site.published(name).removeprefix("https://reviews.example")
        assert standing.ask(path).body == (site.feeds / name).read_bytes()


def test_what_hosts_are_told_is_what_is_sent(make_site: Callable[..., Site]) -> None:
    """The preview sends what the files for hosts say: how long to keep, and hub and topic (WebSub, section 4)."""
    site = generated(
        make_site(more='[syndication]\nhubs = ["https://hub.example/", "https://other.example/hub"]\n')
    )
    told = (site.feeds / "hosts" / "_headers").read_text(encoding="utf-8")
    with serving(site) as visitor:
        rss, page = visitor.ask("/feeds/rss.xml"), visitor.ask("/feeds/")
        archived = visitor.ask("/feeds/archive/2022-07/atom.xml")

    hubs = '<https://hub.example/>; rel="hub", <https://other.example/hub>; rel="hub"'
    assert rss.headers["link"] == f'<https://reviews.example/feeds/rss.xml>; rel="self", {hubs}'
    assert (rss.headers["cache-control"], archived.headers["cache-control"]) == (
        "no-cache",
        "public, max-age=21600, must-revalidate",
    )
    assert {"link"}.isdisjoint(archived.headers.keys() | page.headers.keys())
    for answer in (rss, archived, page):
        for name in ("Content-Type", "Cache-Control", "Link", "X-Content-Type-Options"):
            if name.lower() in answer.headers:
                assert f"  {name}: {answer.headers[name.lower()]}\n" in told


def test_without_a_hub_a_feed_names_itself_alone(standing: Visitor) -> None:
    """Feeds of every kind, in every format; pages of the archive and files beside the feeds have no link."""
    for name in ("rss.xml", "atom.xml", "authors/desk/feed.json"):
        link = standing.ask(f"/feeds/{name}").headers["link"]

        assert link == f'<https://reviews.example/feeds/{name}>; rel="self"'
    for name in ("archive/2024-03/rss.xml", "index.html", "opml.xml"):
        assert "link" not in standing.ask(f"/feeds/{name}").headers


def secret_of(root: Path) -> None:
    """Put files that nobody may get all around."""
    for place in (root, root / "posts", root / "feeds", root / "posts" / "images", root.parent):
        place.mkdir(exist_ok=True)
        (place / "secret.txt").write_text("SECRET", encoding="utf-8")
    (root / "posts" / "images" / "notes.md").write_text("SECRET", encoding="utf-8")
    (root / "posts" / "images" / ".hidden.png").write_text("SECRET", encoding="utf-8")


TRAVERSALS = [
    "/feeds/../publisher.toml",
    "/feeds/%2e%2e/publisher.toml",
    "/feeds/%2E%2E%2Fpublisher.toml",
    "/feeds/..%2fpublisher.toml",
    "/feeds/..%5cpublisher.toml",
    "/feeds/..\\publisher.toml",
    "/feeds/....//publisher.toml",
    "/feeds/%252e%252e/publisher.toml",
    "/feeds//../../publisher.toml",
    "/feeds/./../publisher.toml",
    "/feeds/%c0%ae%c0%ae/publisher.toml",
    "/feeds/%00",
    "/feeds/rss.xml%00",
    "/feeds/rss.xml%00.html",
    "/feeds/%00/../rss.txt",
    "/feeds/rss.xml/",
    "/feeds/rss.xml/../../publisher.toml",
    "/feeds/manifest.json",
    "/feeds/secret.txt",
    "/feeds/.",
    "/feeds/redirects",
    "/feeds/redirects/",
    "/feeds//etc/passwd",
    "//etc/passwd",
    "/%2fetc/passwd",
    "/etc/passwd",
    "/publisher.toml",
    "/posts/live.md",
    "/posts/draft.md",
    "/.publisher/ledger.sqlite3",
    "/images/../live.md",
    "/images/..%2flive.md",
    "/images/%2e%2e/%2e%2e/publisher.toml",
    "/images/secret.txt",
    "/images/notes.md",
    "/images/.hidden.png",
    "/images/",
    "/images",
    "/images/%00.png",
    "/images/" + "a" * 300 + ".png",
    "/images/" + "a/" * 2000 + "b.png",
    "/-/../publisher.toml",
    "/-/posts/live.md",
    "/-/publisher.toml",
    "/-/",
    "/feeds/%ff%fe",
    "/images/%ff.png",
    "/feeds/rss.xml;x=1",
    "/feeds/%72ss.xml%20",
    "/FEEDS/rss.xml",
    "/feeds/RSS.XML",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_what_was_written(standing: Visitor, path: str) -> None:
    """Whatever way a path is spelled, it names one of our files or none; the folder's own page is one of them."""
    secret_of(standing.site.root)

    answer = standing.ask(path)

    assert answer.status == 404 or (
        path == "/feeds/." and answer.headers["content-type"].startswith("text/html")
    )
    assert b"SECRET" not in answer.body
    assert b"base_url" not in answer.body
    assert b"root:" not in answer.body


@pytest.mark.parametrize(
    "target", ["*", "http://reviews.example/feeds/rss.xml", "feeds/rss.xml", "?x", "reviews.example:80"]
)
def test_what_is_no_path_is_refused(standing: Visitor, target: str) -> None:
    """A request that does not name a path of this server gets 400."""
    raw = standing.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())

    assert raw.startswith(b"HTTP/1.1 400 ")


def test_the_same_path_may_be_spelled_in_many_ways(standing: Visitor) -> None:
    """Percent-encoded letters, dots and doubled slashes are read as web servers read them."""
    for path in (
        "/feeds/%72ss.xml",
        "/feeds/./rss.xml",
        "//feeds//rss.xml",
        "/x/../feeds/rss.xml",
        "/feeds/rss.xml?v=1",
    ):
        assert standing.ask(path).headers["content-type"].startswith("application/xml")


def test_links_and_pipes_are_not_followed(site: Site, visitor: Visitor, tmp_path: Path) -> None:
    """What stands in a feed's place and is no file of its own is not there for visitors; nobody waits for a pipe."""
    outside = tmp_path / "outside.xml"
    outside.write_text("SECRET", encoding="utf-8")
    (site.feeds / "rss.xml").unlink()
    (site.feeds / "rss.xml").symlink_to(outside)
    (site.feeds / "atom.xml").unlink()
    os.mkfifo(site.feeds / "atom.xml")
    (site.feeds / "feed.json").unlink()
    (site.feeds / "feed.json").mkdir()
    shutil.move(site.feeds / "redirects", tmp_path / "elsewhere")
    (site.feeds / "redirects").symlink_to(tmp_path / "elsewhere")

    for name in ("rss.xml", "atom.xml", "feed.json", "redirects/redirects.json"):
        assert visitor.ask(f"/feeds/{name}").status == 404, name


def test_a_link_takes_the_place_of_a_file_that_was_sent_before(site: Site, visitor: Visitor) -> None:
    """What was kept in memory does not come out under a name that is a link by now."""
    assert visitor.ask("/feeds/rss.xml").status == 200
    (site.feeds / "rss.xml").rename(site.feeds / "real.xml")
    (site.feeds / "rss.xml").symlink_to("real.xml")

    assert visitor.ask("/feeds/rss.xml").status == 404


@pytest.mark.parametrize(
    "name",
    ["../publisher.toml", "/etc/passwd", "redirects/../../publisher.toml", "a/b/c/d", "", ".", "..", "x\0y"],
)
def test_a_forged_manifest_opens_no_door(site: Site, visitor: Visitor, name: str) -> None:
    """Names that lead out of the folder are none of ours, whatever a manifest says."""
    file = site.feeds / "manifest.json"
    manifest = json.loads(file.read_bytes())
    manifest["files"][name] = {"sha256": "", "bytes": 0}
    file.write_text(json.dumps(manifest), encoding="utf-8")

    for path in (f"/feeds/{name}".replace("\0", "%00"), "/feeds/%2e%2e/publisher.toml", "/publisher.toml"):
        answer = visitor.ask(path)
        assert b"base_url" not in answer.body
        assert b"root:" not in answer.body


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b'{"format_version": 99, "files": {}}',
        b'{"format_version": 2, "files": 3}',
    ],
)
def test_without_a_manifest_nothing_is_a_feed(site: Site, visitor: Visitor, manifest: bytes) -> None:
    """Files that nobody answers for are not sent, and the message says what to do."""
    (site.feeds / "manifest.json").write_bytes(manifest)

    answer = visitor.ask("/feeds/rss.xml")

    assert answer.status == 404
    assert "publisher generate" in answer.text


def test_drafts_and_scheduled_reviews_are_in_no_file(standing: Visitor) -> None:
    """Nothing below the feeds' folder tells of them."""
    names = json.loads((standing.site.feeds / "manifest.json").read_bytes())["files"]
    for name in [*names, ""]:
        body = standing.ask(f"/feeds/{name}").body
        assert b"Unfinished" not in body
        assert b"Tomorrow" not in body
        assert b"Secret" not in body


def test_pictures_lie_where_the_public_finds_them(make_site: Callable[..., Site]) -> None:
    """A new picture can be seen at once; what is none is not sent, drawings cannot run anything."""
    site = make_site({"a.md": post(1, "A")})
    (site.posts / "images" / "sub folder").mkdir(parents=True)
    with serving(site) as visitor:
        assert visitor.ask("/images/a.png").status == 404
        for name in ("a.png", "sub folder/é.JPG", "b.svg", "c.mp4", "d.html"):
            (site.posts / "images" / name).write_bytes(PICTURE)
        (site.posts / "images" / "link.png").symlink_to(site.root / "publisher.toml")
        found = {
            path: visitor.ask(f"/images/{path}", headers={"accept-encoding": "gzip"})
            for path in ("a.png", "sub%20folder/%C3%A9.JPG", "b.svg", "c.mp4", "d.html", "link.png")
        }

    assert [answer.status for answer in found.values()] == [200, 200, 200, 200, 404, 404]
    assert found["a.png"].body == PICTURE
    assert [answer.headers["content-type"] for answer in found.values()][:4] == [
        "image/png",
        "image/jpeg",
        "image/svg+xml",
        "video/mp4",
    ]
    assert "content-encoding" not in found["a.png"].headers
    assert "vary" not in found["a.png"].headers
    assert "sandbox" in found["b.svg"].headers["content-security-policy"]


def test_posts_beside_pictures_are_not_sent(make_site: Callable[..., Site]) -> None:
    """A site may keep both in one folder."""
    site = make_site(
        {"draft.md": post(1, "A", "status: draft")},
        configuration=CONFIGURATION.replace("posts/images", "posts"),
    )
    (site.posts / "a.png").write_bytes(PICTURE)

    with serving(site) as visitor:
        assert visitor.ask("/images/a.png").status == 200
        assert visitor.ask("/images/draft.md").status == 404


@pytest.mark.parametrize(
    ("base", "feeds", "paths"),
    [
        (
            "https://reviews.example/blog/",
            "https://reviews.example/blog/feeds/",
            ("/blog/feeds/", "/blog/reviews/a/", "/blog/"),
        ),
        ("https://reviews.example/", "https://feeds.example/", ("/rss.xml", "/reviews/a/", "/")),
        (
            "https://reviews.example/é/",
            "https://reviews.example/x%20y/",
            ("/x%20y/", "/%C3%A9/reviews/a/", "/%C3%A9/"),
        ),
    ],
)
def test_paths_are_those_of_the_public_addresses(
    make_site: Callable[..., Site], base: str, feeds: str, paths: tuple[str, str, str]
) -> None:
    """Whatever the site's addresses are, theirs are the paths here, and the root lists what there is."""
    configuration = CONFIGURATION.replace('https://reviews.example/"', f'{base}"')
    site = make_site(
        {"a.md": post(1, "A")}, configuration=configuration, more=f'[syndication]\nurl = "{feeds}"\n'
    )
    generate(read_posts(site).require_valid().posts, site, NOW)

    with serving(site) as visitor:
        found, review, home = map(visitor.ask, paths)
        root = visitor.ask("/")
    assert (found.status, review.status, home.status, root.status) == (200, 200, 200, 200)
    assert '<h1 dir="auto">A</h1>' in review.text
    assert home.body == root.body


def test_the_folder_of_feeds_may_be_named_without_its_slash(standing: Visitor) -> None:
    """A host leads on to the folder; relative links on its page would go astray otherwise."""
    answer = standing.ask("/feeds?x=1")

    assert (answer.status, answer.headers["location"]) == (308, "/feeds/?x=1")
