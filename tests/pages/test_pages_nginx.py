"""The map for nginx, read by nginx: old paths lead on, those taken back are gone, all others are left alone."""

from __future__ import annotations

import json
import random
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, ROOT, write_site
from tests.pages.nginx_running import started
from tests.pages.test_pages_redirects import RETRACTED, path_post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.site import Site

pytestmark = pytest.mark.needs("nginx")

# As the header of the file says, and a page for what is gone.
HTTP = "include {feeds}/redirects/nginx.conf;"
SERVER = """\
error_page 410 /gone.html;
{lines}
location / {{ return 200 "live $uri"; }}
"""
ODD = (
    '/quote"d/', "/apo'strophe/", "/dollar$uri/", "/${uri}/", "/semi;colon/", "/{braces}/", "/co:lon/:name/", "/st*ar/*",
    "/~^tilde/", "/.*/", "/(group)/[a-z]+/", "/%25/", "/100%/", "/%2525/", "/back%5Cslash/", "/%5C%22/", "/%5Cn/", "/sp%20ace/",
    "/caf%E9/", "/café/", "/朝霧/🦋/", "/%C2%A0/", "/default", "/volatile", "/include", "/@#at/".replace("#", "%23"), "/what%3F/",
    "/Case/", "/case/", "/Reviews/LIVE/", "/a//b/", "/x/./y/../z/", "/page.html", "/p=1&q=2/", "/a,b/", "/|pipe|^`/", "/<tag>/",
    "/" + "long/" * 60, "/" + "é" * 200, "/" + "*" * 400, "/%E9%E9/Ab/", "/ünï/" + "x" * 40 + "/", "/no-slash",
)  # fmt: skip


def generated(folder: Path, *posts: str, configuration: str = CONFIGURATION) -> Site:
    """Generate a site's feeds."""
    site = write_site(folder, {f"{at}.md": text for at, text in enumerate(posts)}, configuration)
    generate(read_posts(site).require_valid().posts, site, NOW)
    return site


def advised(site: Site) -> list[str]:
    """Read from the map's own header what is to stand in server {}."""
    text = (site.feeds / "redirects" / "nginx.conf").read_bytes().decode(errors="replace")
    return [line.removeprefix("#     ") for line in text.split("\n") if line.startswith("#     ")]


@contextmanager
def serving(site: Site) -> Iterator[int]:
    """Start nginx with the map on a free port, and give the port."""
    http, server = HTTP.format(feeds=site.feeds), SERVER.format(lines=" ".join(advised(site)))
    silent_on = ("emerg", "error")
    with started(site.root / "nginx", http=http, server=server, silent_on=silent_on, checked=False) as port:
        yield port


def ask(port: int, path: str) -> tuple[int, str | None]:
    """Request a path as it stands; return the status and where it leads."""
    head = answer_to(port, path).partition("\r\n\r\n")[0].split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:])
    return int(head[0].split()[1]), fields.get("Location")


def answer_to(port: int, path: str) -> str:
    """Request a path as it stands; return the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: reviews.example\r\n\r\n".encode())
        answer = b""
        while data := connection.recv(65536):
            answer += data
    return answer.decode(errors="replace")


def test_nginx_redirects_what_moved_and_knows_what_is_gone(tmp_path: Path) -> None:
    """308 with the present path and the query; 410 for what was taken back; everything else is as before."""
    site = generated(
        tmp_path,
        path_post(1, "live", ("/old/", "/2019/a.html")),
        path_post(2, "back", ("/was/",), RETRACTED),
    )
    with serving(site) as port:
        for path in ("/old/", "/old", "/o%6Cd/", "//old/", "/x/../old/", "/2019/a.html"):
            assert ask(port, path) == (308, "/reviews/live/")
        assert ask(port, "/old/?a=1&b=%20") == (308, "/reviews/live/?a=1&b=%20")
        for path in ("/reviews/back/", "/reviews/back", "/was/", "/was?x"):
            assert ask(port, path) == (410, None)
            # The site's own page for it, which is asked for in the same request.
            assert answer_to(port, path).endswith("live /gone.html")
        for path in (
            "/",
            "/reviews/live/",
            "/reviews/live",
            "/older/",
            "/old/x/",
            "/feeds/atom.xml",
            "/2019/a.html/",
        ):
            assert ask(port, path) == (200, None)


@pytest.mark.parametrize("more", ["", RETRACTED], ids=["moved", "gone"])
def test_nginx_takes_no_character_for_syntax(tmp_path: Path, more: str) -> None:
    """Every odd path is answered as such, whichever way it is percent-encoded, and no other path is."""
    half = -(-len(ODD) // 2)
    site = generated(
        tmp_path,
        path_post(1, "s0", ODD[:half], more),
        path_post(2, "s1", ODD[half:], more),
        path_post(3, "live"),
    )
    with serving(site) as port:
        for number, path in enumerate(ODD):
            expected = (410, None) if more else (308, f"/reviews/s{number // half}/")
            decoded = unquote_to_bytes(path)
            for written in (
                quote(decoded),
                "".join(f"%{byte:02x}" if byte != 0x2F else "/" for byte in decoded),
            ):
                assert ask(port, written) == expected, path
                assert ask(port, written + "-more")[0] == 200, path
        for path in (
            "/reviews/live/",
            "/reviews/LIVE/",
            "/CASE/",
            "/dollar/",
            "/dollar/reviews/",
            "/semi",
            "/st-ar/x",
            "/co:lon/other/",
        ):
            assert ask(port, path) == (200, None)


def test_nginx_starts_with_any_paths(tmp_path: Path) -> None:
    """Hundreds of random paths, long and odd ones among them, make a map that nginx takes, and each is found."""
    dice = random.Random(20261122)  # noqa: S311 - paths, not secrets
    letters = [
        *"abAB/.-_%$;{}\"':*~|&=@!^`<>[]()é霧",
        "%2F",
        "%20",
        "%5C",
        "%E9",
        "%0A",
        "$uri",
        "};",
        "\\x".replace("\\", "%5C"),
    ]
    paths = ["/" + "".join(dice.choices(letters, k=dice.randint(1, 80))).lstrip("/") for _ in range(400)]
    site = generated(
        tmp_path,
        *(path_post(n, f"live{n}", tuple(paths[n * 50 : n * 50 + 50])) for n in range(4)),
        *(path_post(n, f"back{n}", tuple(paths[n * 50 : n * 50 + 50]), RETRACTED) for n in range(4, 8)),
    )
    told = json.loads((site.feeds / "redirects" / "redirects.json").read_bytes())
    assert len(told["moved"]) + len(told["gone"]) > 150
    with serving(site) as port:
        for move in told["moved"]:
            assert ask(port, move["from"]) == (308, move["to"]), move
        for path in told["gone"]:
            assert ask(port, path) == (410, None), path
        assert ask(port, "/reviews/live0/") == (200, None)


def test_nginx_leads_to_an_address_with_odd_characters(tmp_path: Path) -> None:
    """A dollar in the site's own address is no variable of nginx."""
    configuration = CONFIGURATION.replace(
        'base_url = "https://reviews.example/"', 'base_url = "https://reviews.example/$uri/a;b/%C3%A9/"'
    )
    site = generated(tmp_path, path_post(1, "ä", ("/old/",)), configuration=configuration)
    with serving(site) as port:
        status, location = ask(port, "/old/")
        assert (status, location) == (308, "/%24uri/a;b/%C3%A9/reviews/%C3%A4/")
        assert ask(port, location or "") == (200, None)


def test_the_documentation_says_what_the_file_says(tmp_path: Path) -> None:
    """What is to stand in server {} is the same in docs/editors.md and in the header, which all tests here follow."""
    site = generated(tmp_path, path_post(1, "a"))
    documented = [line.strip() for line in (ROOT / "docs" / "editors.md").read_text("utf-8").split("\n")]
    lines = advised(site)
    assert len(lines) == 3
    assert documented[documented.index(lines[0]) :][:3] == lines
