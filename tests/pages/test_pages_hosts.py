"""`hosts/_headers` as Netlify and Cloudflare Pages read it: every file has its headers, each once, and no file others'."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from publisher.channels import Channel, ChannelKind
from publisher.outputs import generate
from publisher.pages.hosts import host_files
from publisher.posts import read_posts
from publisher.site import FEED_NAMES
from tests.feeds.feeds_sites import CONFIGURATION, NOW, post, write_site

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.site import Site

HUB = "https://hub.example/"
TYPES = {
    "rss.xml": "application/xml; charset=utf-8",
    "atom.xml": "application/xml; charset=utf-8",
    "feed.json": "application/feed+json",
    "index.html": "text/html; charset=utf-8",
    "feed.css": "text/css; charset=utf-8",
    "opml.xml": "text/x-opml; charset=utf-8",
}
Rules = list[tuple[str, dict[str, str]]]


def generated(folder: Path, settings: str, *tags: str) -> Site:
    """Generate the feeds of a site whose three reviews have some tags."""
    configuration = CONFIGURATION.split("[syndication]")[0]
    more = "\n".join(["tags:", *(f"  - {tag}" for tag in tags)]) if tags else ""
    posts = {f"{number}.md": post(number, f"Title {number}", more=more) for number in range(3)}
    site = write_site(folder, posts, f"{configuration}\n[syndication]\n{settings}\n")
    generate(read_posts(site).require_valid().posts, site, NOW)
    return site


def rules_of(text: str) -> Rules:
    """Read the file by the rules that both hosts' documentation gives."""
    rules: Rules = []
    for line in text.split("\n"):
        if line.startswith("/"):
            rules.append((line, {}))
        elif line and not line.startswith("#"):
            name, _, value = line.partition(": ")
            assert re.fullmatch(r"  [A-Za-z-]+", name), line
            assert name.strip() not in rules[-1][1], line
            rules[-1][1][name.strip()] = value
    return rules


def headers_for(path: str, rules: Rules) -> dict[str, str]:
    """Apply every rule that fits a path, as both hosts do; none may say again what another said."""
    found: dict[str, str] = {}
    for pattern, headers in rules:
        expression = re.sub(r":[A-Za-z]\w*", "[^/]+", re.escape(pattern).replace(r"\*", ".*"))
        if re.fullmatch(expression, path):
            assert not found.keys() & headers.keys(), (path, pattern)
            found |= headers
    return found


def read(site: Site) -> Rules:
    """Read the rules that were generated."""
    return rules_of((site.feeds / "hosts" / "_headers").read_text(encoding="ascii"))


def test_every_file_has_its_headers(tmp_path: Path) -> None:
    """Types, how long caches may keep it, and nothing from any rule for files that are none of these."""
    site = generated(tmp_path, '[[feeds]]\nname = "best"\nminimum_rating = 4\n', "gothic", "朝霧")
    rules = read(site)
    files = [file.relative_to(site.feeds).as_posix() for file in site.feeds.rglob("*") if file.is_file()]
    served = [name for name in files if name.rpartition("/")[2] in TYPES]
    assert {"best/rss.xml", "tags/xn--tpv628h/atom.xml", "archive/2024-03/feed.json", "index.html"} <= set(
        served
    )
    for name in files:
        seconds = 21600 if name.startswith("archive/") else 900
        expected = {
            "Content-Type": TYPES.get(name.rpartition("/")[2]),
            "Cache-Control": f"public, max-age={seconds}, must-revalidate",
            "X-Content-Type-Options": "nosniff",
        }
        if name.endswith(tuple(FEED_NAMES.values())) and not name.startswith("archive/"):
            expected["Link"] = f'<{site.published(name)}>; rel="self"'
        found = headers_for(urlsplit(site.published(name)).path, rules)
        assert found == (expected if name in served else {}), name
    assert headers_for("/feeds/", rules)["Content-Type"] == TYPES["index.html"]
    assert headers_for("/reviews/rss.xml", rules) == {}


@pytest.mark.parametrize(("ttl", "seconds"), [(5, 300), (15, 900), (60, 900), (1440, 900)])
def test_caches_add_little_to_the_time_readers_wait(tmp_path: Path, ttl: int, seconds: int) -> None:
    """The ttl, and a quarter of an hour at the most; the archive's pages change seldom."""
    rules = read(generated(tmp_path, f"ttl = {ttl}"))

    assert headers_for("/feeds/rss.xml", rules)["Cache-Control"] == (
        f"public, max-age={seconds}, must-revalidate"
    )
    assert "max-age=21600" in headers_for("/feeds/archive/2024-03/rss.xml", rules)["Cache-Control"]


def test_feeds_name_their_topic_and_their_hubs(tmp_path: Path) -> None:
    """Exact for each file, percent-encoded; and a hub that was told does not get an old copy out of a cache."""
    site = generated(tmp_path, f'hubs = ["{HUB}", "{HUB}?b"]', "gothic", "朝霧")
    rules = read(site)
    for folder in ("", "authors/desk/", "tags/gothic/", "tags/xn--tpv628h/"):
        for name in ("rss.xml", "atom.xml", "feed.json"):
            url = site.published(folder + name)
            found = headers_for(urlsplit(url).path, rules)
            assert found["Link"] == f'<{url}>; rel="self", <{HUB}>; rel="hub", <{HUB}?b>; rel="hub"'
            assert found["Cache-Control"] == "no-cache"
            assert found["Content-Type"] == TYPES[name]
    for path in ("archive/2024-03/rss.xml", "index.html", "opml.xml"):
        assert "Link" not in headers_for(f"/feeds/{path}", rules)


def test_without_a_hub_a_feed_names_itself_alone(tmp_path: Path) -> None:
    """Whoever has nothing but the answer knows the address to subscribe to; what is no feed has no link."""
    site = generated(tmp_path, "", "gothic")
    linked = [headers["Link"] for _, headers in read(site) if "Link" in headers]

    assert linked == [
        f'<{site.published(folder + name)}>; rel="self"'
        for folder in ("", "authors/desk/", "authors/odd/", "tags/gothic/")
        for name in ("rss.xml", "atom.xml", "feed.json")
    ]


def channels(tags: int) -> list[Channel]:
    """Make channels, of tags as many as asked for; later ones have more reviews."""
    made = [(ChannelKind.ARCHIVE, "archive/2024-03", 3), (ChannelKind.MAIN, "", 9)]
    made += [(ChannelKind.TAG, f"tags/{number:03}", number) for number in range(tags)]
    made += [(ChannelKind.AUTHOR, "authors/desk", 1), (ChannelKind.RULE, "best", 2)]
    return [
        Channel(kind=kind, name=name, title="t", description="d", posts=(None,) * size)  # type: ignore[arg-type]
        for kind, name, size in made
    ]


@pytest.mark.parametrize("settings", [f'hubs = ["{HUB}"]', ""])
def test_no_host_is_given_more_than_it_reads(tmp_path: Path, settings: str) -> None:
    """Cloudflare reads 100 rules: the types of all come first, then links, of the most important feeds first."""
    site = generated(tmp_path, settings)
    text = host_files(channels(500), site)["hosts/_headers"].decode("ascii")
    rules = rules_of(text)

    assert len(rules) == 100
    assert max(map(len, text.split("\n"))) <= 2000
    assert headers_for("/feeds/tags/never-seen/atom.xml", rules)["Content-Type"] == TYPES["atom.xml"]
    linked = [path.removeprefix("/feeds/").rpartition("/")[0] for path, found in rules if "Link" in found]
    assert Counter(linked) == dict.fromkeys(
        ["", "best", "authors/desk", *(f"tags/{number:03}" for number in range(499, 474, -1))], 3
    )


def test_a_link_too_long_for_a_line_is_left_out(tmp_path: Path) -> None:
    """The feed has it all the same; the other headers are there."""
    hub = f"{HUB}{'x' * 2000}"
    rules = read(generated(tmp_path, f'hubs = ["{hub}"]'))

    assert headers_for("/feeds/rss.xml", rules)["Content-Type"] == TYPES["rss.xml"]
    assert not any("Link" in headers for _, headers in rules)


@pytest.mark.parametrize("path", ["/", "/a:b/*/", "/%E9/", "/a%20b/é/", "/a,b;c/", "/#".replace("#", "%23/")])
def test_no_character_of_the_address_is_a_pattern(tmp_path: Path, path: str) -> None:
    """What hosts would take for a placeholder or a splat is percent-encoded, as is all that is not ASCII."""
    site = generated(tmp_path, f'url = "https://reviews.example{path}"\nhubs = ["{HUB}"]')
    rules = read(site)
    asked = urlsplit(site.published("tags/x/rss.xml")).path.replace(":", "%3A").replace("*", "%2A")

    assert headers_for(asked, rules)["Content-Type"] == TYPES["rss.xml"]
    main = headers_for(asked.replace("tags/x/", ""), rules)
    assert main["Link"].startswith(f'<{site.published("rss.xml")}>; rel="self"')
    assert headers_for("/axb/anything/rss.xml", rules) == {} or path == "/"


def test_the_same_site_has_the_same_bytes(tmp_path: Path) -> None:
    """Two runs write the same; the second changes nothing."""
    site = generated(tmp_path, f'hubs = ["{HUB}"]', "gothic", "朝霧")

    assert generate(read_posts(site).require_valid().posts, site, NOW).changed == ()
    assert {path.name for path in (site.feeds / "hosts").iterdir()} == {"_headers", "nginx.conf"}
