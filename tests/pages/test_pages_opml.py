"""`opml.xml`: a list of all feeds that readers import."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests.feeds.feeds_sites import CONFIGURATION, post, write_site
from tests.pages.built_pages import build_page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pages.built_pages import Page

FEEDS = "https://reviews.example/feeds/"


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """Make the list of a site with a feed of each kind."""
    rule = '\n[[feeds]]\nname = "best"\ntitle = "The <best> & \\"only\\""\nminimum_rating = 4\n'
    posts = {
        f"{at}.md": post(at, f"Title {at}", more="author: odd\nrating: 4\ntags: [खेल]") for at in range(3)
    }
    return build_page(write_site(tmp_path, posts, CONFIGURATION + rule))


def test_every_feed_has_one_outline_in_its_group(page: Page) -> None:
    """List the main feed first, then the others by kind; and no page of the archive."""
    root = etree.fromstring(page.opml)
    body = root.find("body")
    assert body is not None

    assert root.get("version") == "2.0"
    assert [(head.tag, head.text) for head in root.iterfind("head/*")] == [
        ("title", "Wing & <b>Pin</b>"),
        ("ownerName", "Wing & <b>Pin</b>"),
        ("ownerId", "https://reviews.example/"),
        ("docs", "http://opml.org/spec2.opml"),
    ]
    assert [outline.get("text") for outline in body] == [
        "Wing & <b>Pin</b>",
        "Selections",
        "Authors",
        "Tags",
    ]
    assert [outline.get("text") for outline in body.iterfind("outline/outline")] == [
        'The <best> & "only"',
        "Wing & <b>Pin</b>: O’Neil & <Sons>, 朝霧 ]]>",
        "Wing & <b>Pin</b>: खेल",
    ]
    assert dict(body[0].items()) == {
        "type": "rss",
        "text": "Wing & <b>Pin</b>",
        "title": "Wing & <b>Pin</b>",
        "description": "1 < 2 ]]> & more",
        "language": "en",
        "version": "RSS",
        "xmlUrl": f"{FEEDS}rss.xml",
        "htmlUrl": "https://reviews.example/",
    }


def test_the_list_changes_only_with_the_feeds(page: Page, tmp_path: Path) -> None:
    """Give the same bytes when a review comes that brings no feed: readers fetch the list anew only when it is new."""
    (tmp_path / "posts" / "new.md").write_text(
        post(5, "New", more="author: odd\nrating: 4\ntags: [खेल]"), "utf-8"
    )

    assert build_page(page.site).opml == page.opml


@pytest.mark.needs("newsboat")
def test_newsboat_imports_every_feed(page: Page, tmp_path: Path) -> None:
    """Let a real feed reader subscribe to all of them."""
    (tmp_path / "opml.xml").write_bytes(page.opml)
    urls = tmp_path / "urls"
    urls.touch()
    subprocess.run(
        ["newsboat", "-u", urls, "-c", tmp_path / "cache", "-C", "/dev/null", "-i", tmp_path / "opml.xml"],
        check=True,
        capture_output=True,
        timeout=60,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )

    lines = urls.read_text("utf-8").split("\n")
    assert [line.split()[0] for line in lines if line] == [
        f"{FEEDS}rss.xml",
        f"{FEEDS}best/rss.xml",
        f"{FEEDS}authors/odd/rss.xml",
        f"{FEEDS}tags/xn--21b0d0c/rss.xml",
    ]
    assert '"Tags"' in lines[3]
