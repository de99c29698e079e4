"""The lines for nginx, read by nginx: types, links, how long caches may keep a file, and compressed copies."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, post, write_site
from tests.pages.nginx_running import nginx, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.site import Site

pytestmark = pytest.mark.needs("nginx")

HUB = "https://hub.example/"
TYPES_OF_NGINX = "types { text/xml xml; application/json json; }"
AT_ROOT = "root {root}; include {feeds}/hosts/nginx.conf;"
BY_ALIAS = "location /press/ {{ alias {feeds}/; include {feeds}/hosts/nginx.conf; }}"


def generated(folder: Path, settings: str = "", tags: tuple[str, ...] = ("gothic",)) -> Site:
    """Generate the feeds of a site with a tag or more, in a folder that nginx can serve as `/feeds/`."""
    configuration = CONFIGURATION.split("[syndication]")[0]
    more = "\n".join(["tags:", *(f"  - {tag}" for tag in tags)])
    posts = {f"{number}.md": post(number, f"Title {number}", more=more) for number in range(3)}
    site = write_site(folder, posts, f"{configuration}\n[syndication]\n{settings}\n")
    generate(read_posts(site).require_valid().posts, site, NOW)
    return site


def own_feeds(count: int) -> str:
    """Define feeds of the site's own, with names as long as they may be."""
    return "".join(f'[[feeds]]\nname = "{number:040}"\nminimum_rating = 4\n' for number in range(count))


@contextmanager
def serving(site: Site, lines: str = AT_ROOT) -> Iterator[int]:
    """Start nginx on a free port, after it has looked at its configuration, and give the port."""
    told = lines.format(root=site.root, feeds=site.feeds)
    silent_on = ("emerg", "warn")
    with started(
        site.root / "nginx", http=TYPES_OF_NGINX, server=told, silent_on=silent_on, checked=True
    ) as port:
        yield port


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Request a path as it stands; return status, headers in small letters, and body."""
    lines = [f"GET {path} HTTP/1.1", "Host: reviews.example", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while data := connection.recv(65536):
            answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    found: dict[str, str] = {}
    for name, value in (field.split(": ", 1) for field in fields):
        assert name.lower() not in found, f"{path} has {name} twice"
        found[name.lower()] = value
    return int(first.split()[1]), found, body


TYPES = {
    "rss.xml": "application/xml; charset=utf-8",
    "atom.xml": "application/xml; charset=utf-8",
    "feed.json": "application/feed+json",
}
FEEDS = ["", "authors/desk/", "tags/gothic/", "best/"]
SETTINGS = '[[feeds]]\nname = "best"\nminimum_rating = 4\n'


def test_nginx_serves_each_file_as_what_it_is(tmp_path: Path) -> None:
    """Types, `Cache-Control` and `nosniff` of feeds, of the archive and of the pages; other files are left alone."""
    site = generated(tmp_path, SETTINGS)
    (site.feeds / "other").mkdir()
    (site.feeds / "other" / "rss.xml").write_text("another program's", encoding="ascii")
    with serving(site) as port:
        for folder in [*FEEDS, "archive/2024-03/"]:
            seconds = 21600 if folder.startswith("archive") else 900
            for name, kind in TYPES.items():
                status, headers, body = ask(port, f"/feeds/{folder}{name}")
                assert (status, headers["content-type"]) == (200, kind), folder + name
                assert headers["cache-control"] == f"public, max-age={seconds}, must-revalidate"
                assert headers["x-content-type-options"] == "nosniff"
                own = f'<{site.published(folder + name)}>; rel="self"'
                assert headers.get("link") == (None if folder.startswith("archive") else own)
                assert body == (site.feeds / folder / name).read_bytes()
        for path, kind in {
            "/feeds/": "text/html; charset=utf-8",
            "/feeds/index.html": "text/html; charset=utf-8",
            "/feeds/feed.css": "text/css; charset=utf-8",
            "/feeds/opml.xml": "text/x-opml; charset=utf-8",
        }.items():
            status, headers, _ = ask(port, path)
            assert (status, headers["content-type"]) == (200, kind), path
            assert headers["cache-control"] == "public, max-age=900, must-revalidate"
        for path in ("/feeds/other/rss.xml", "/feeds/redirects/redirects.json", "/posts/0.md"):
            assert "cache-control" not in ask(port, path)[1], path
        status, headers, _ = ask(port, "/feeds/tags/none/rss.xml")
        assert (status, "cache-control" in headers) == (404, False)


def test_nginx_answers_304_with_the_same_headers(tmp_path: Path) -> None:
    """What was not changed is not sent again, by ETag or by date; a cache may go on keeping it."""
    site = generated(tmp_path, f'hubs = ["{HUB}"]')
    with serving(site) as port:
        for path in ("/feeds/atom.xml", "/feeds/archive/2024-03/atom.xml", "/feeds/index.html"):
            _, first, _ = ask(port, path)
            for question in (
                {"If_None_Match": first["etag"]},
                {"If_Modified_Since": first["last-modified"]},
            ):
                status, again, body = ask(port, path, **question)
                assert (status, body) == (304, b"")
                for name in ("cache-control", "link", "etag"):
                    assert again.get(name) == first.get(name), (path, name)


def test_nginx_names_topic_and_hubs(tmp_path: Path) -> None:
    """WebSub's `Link`, exact for each file of each feed, whatever script a tag is in; pages of the archive have none."""
    other = "https://other.example/?a='b'&c;d"
    site = generated(tmp_path, f'hubs = ["{HUB}", "{other}"]\n{SETTINGS}', ("朝霧", "it's", "gothic", "Ünï"))
    folders = sorted(path.name for path in (site.feeds / "tags").iterdir())
    assert {"gothic", "xn--tpv628h"} <= set(folders)
    with serving(site) as port:
        for folder in [*FEEDS, *(f"tags/{name}/" for name in folders)]:
            for name, kind in TYPES.items():
                url = site.published(folder + name)
                status, headers, _ = ask(port, urlsplit(url).path)
                assert (status, headers["content-type"]) == (200, kind), url
                assert headers["link"] == f'<{url}>; rel="self", <{HUB}>; rel="hub", <{other}>; rel="hub"'
                # Asked for as soon as the hub was told, it must come new.
                assert headers["cache-control"] == "no-cache"
        for path in ("/feeds/archive/2024-03/rss.xml", "/feeds/index.html"):
            assert "link" not in ask(port, path)[1]


def test_the_lines_may_stand_where_an_alias_is(tmp_path: Path) -> None:
    """Included in a location of its own, the folder may have another name on the disk than on the web."""
    site = generated(tmp_path, f'url = "https://reviews.example/press/"\nhubs = ["{HUB}"]')
    with serving(site, BY_ALIAS) as port:
        for name in ("rss.xml", "tags/gothic/atom.xml", "archive/2024-03/feed.json"):
            status, headers, body = ask(port, f"/press/{name}")
            assert (status, headers["content-type"]) == (200, TYPES[name.rpartition("/")[2]])
            assert body == (site.feeds / name).read_bytes()
        assert ask(port, "/press/tags/gothic/atom.xml")[1]["link"].startswith(
            '<https://reviews.example/press/tags/gothic/atom.xml>; rel="self"'
        )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a%20b/",
        "/q'uote%22/",
        "/d$ollar/$%7Buri%7D/",
        "/s;emi/",
        "/(.*)/%5Ba%5D+/",
        "/%E9/",
        "/%5C/",
        "/%0A/x/",
    ],
)
def test_no_character_of_the_address_is_syntax(tmp_path: Path, path: str) -> None:
    """Whatever stands in the address of the feeds' folder, a file there has its type, and its link where nginx can."""
    site = generated(tmp_path, f'url = "https://reviews.example{path}"\nhubs = ["{HUB}"]')
    shutil.copytree(site.feeds, tmp_path / "web" / os.fsdecode(unquote_to_bytes(path)).strip("/"))
    with serving(site, "root {root}/web; include {feeds}/hosts/nginx.conf;") as port:
        for name in ("atom.xml", "tags/gothic/feed.json", "archive/2024-03/rss.xml"):
            status, headers, _ = ask(port, path + name)
            assert (status, headers["content-type"]) == (200, TYPES[name.rpartition("/")[2]])
            linked = "$" not in path and not name.startswith("archive")
            expected = f'<https://reviews.example{path}{name}>; rel="self", <{HUB}>; rel="hub"'
            assert headers.get("link") == (expected if linked else None)


def test_nginx_starts_whatever_the_size(tmp_path: Path) -> None:
    """Hubs and feeds beyond measure, and a path too long to be told of: what does not fit is left out, link by link."""
    hubs = [f"https://hub.example/{letter * 1900}" for letter in "abc"]
    site = generated(tmp_path, f"hubs = {hubs}\n{own_feeds(120)}")
    with serving(site) as port:
        status, headers, _ = ask(port, f"/feeds/{119:040}/rss.xml")
        assert (status, headers["content-type"], "link" in headers) == (200, TYPES["rss.xml"], False)


def test_nginx_starts_with_a_long_path(tmp_path: Path) -> None:
    """Each of its characters is written as four; feeds are served as if nothing had been said."""
    site = generated(tmp_path, f'url = "https://reviews.example/{"%07" * 600}/"')
    with serving(site) as port:
        status, headers, _ = ask(port, "/feeds/rss.xml")
        assert (status, headers["content-type"]) == (200, "text/xml")


def has_gzip_static() -> bool:
    """Tell whether this nginx was built with what sends compressed copies."""
    told = subprocess.run([nginx(), "-V"], capture_output=True, text=True, check=False)
    return "http_gzip_static_module" in told.stderr


def test_nginx_sends_the_compressed_copies(tmp_path: Path) -> None:
    """To who takes gzip, and to nobody else; types and links are the same, and caches are told that it depends."""
    if not has_gzip_static():
        pytest.skip("needs nginx with http_gzip_static_module, which this one was built without")
    site = generated(tmp_path, f'hubs = ["{HUB}"]\ncompressed = true\n')
    with serving(site) as port:
        for name in (
            "rss.xml",
            "tags/gothic/feed.json",
            "archive/2024-03/atom.xml",
            "index.html",
            "feed.css",
        ):
            _, plain, whole = ask(port, f"/feeds/{name}")
            status, packed, body = ask(port, f"/feeds/{name}", Accept_Encoding="gzip")
            assert (status, packed["content-encoding"]) == (200, "gzip")
            assert body == (site.feeds / f"{name}.gz").read_bytes()
            assert gzip.decompress(body) == whole == (site.feeds / name).read_bytes()
            assert len(body) < len(whole)
            assert packed["vary"] == plain["vary"] == "Accept-Encoding"
            for header in ("content-type", "cache-control", "link"):
                assert packed.get(header) == plain.get(header), (name, header)
            again = ask(port, f"/feeds/{name}", Accept_Encoding="gzip", If_None_Match=packed["etag"])
            assert (again[0], again[2]) == (304, b"")
