"""The page to subscribe from: every feed, the newest reviews, nothing from elsewhere, whatever the texts."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from publisher.outputs import generate
from publisher.pages.nearby import nearby
from publisher.pages.readers import subscribe_links
from publisher.posts import read_posts
from tests.feeds.feeds_sites import (
    CONFIGURATION,
    HOSTILE_TITLES,
    NOW,
    feeds_of,
    hostile_posts,
    post,
    write_site,
)
from tests.pages.built_pages import build_page, words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite
    from tests.pages.built_pages import Page

FEEDS = "https://reviews.example/feeds/"
TAGGED = "tags: [Gothic Tales]"


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """Make the page of a site whose texts are all that a page may stumble over."""
    return build_page(write_site(tmp_path, hostile_posts()))


@pytest.fixture
def tagged(tmp_path: Path) -> Page:
    """Make the page of a site with a feed of each kind, and a page of the archive."""
    rule = '\n[[feeds]]\nname = "best"\ntitle = "The <best> & only"\nminimum_rating = 4\n'
    posts = {f"{at}.md": post(at, f"Title {at}", more=f"rating: {at + 2}\n{TAGGED}") for at in range(3)}
    return build_page(write_site(tmp_path, posts, CONFIGURATION + rule))


def test_every_feed_is_there_with_the_address_of_each_format(tagged: Page) -> None:
    """Show all feeds that lists name, to eyes and to programs; and no page of the archive."""
    names = ["", "best/", "authors/desk/", "tags/gothic-tales/"]
    addresses = [FEEDS + name + file for name in names for file in ("rss.xml", "atom.xml", "feed.json")]

    assert tagged.root.xpath("//code/text()") == addresses
    assert tagged.root.xpath("//link[@rel='alternate']/@href") == addresses
    assert tagged.root.xpath("//ul[@class='addresses']//a/@href") == [urlsplit(url).path for url in addresses]
    assert tagged.root.xpath("//summary/span/text()") == [
        "The <best> & only",
        "The Night Desk",
        "Gothic Tales",
    ]
    assert any(not channel.listed for channel in tagged.channels)


def test_alternates_say_format_and_feed(tagged: Page) -> None:
    """Let a browser's list of feeds tell them apart."""
    links = [dict(link.attrib) for link in tagged.root.xpath("//link[@rel='alternate']")]

    assert [link["type"] for link in links[:3]] == [
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
    ]
    assert links[0]["title"] == "Wing & <b>Pin</b> (RSS)"
    assert links[-1]["title"] == "Wing & <b>Pin</b>: Gothic Tales (JSON Feed)"
    assert tagged.root.xpath("//link[@rel='canonical']/@href") == [FEEDS]


def test_every_feed_has_links_for_readers(tagged: Page) -> None:
    """Offer each reader for each feed, in the form of address that it asks for."""
    rows = tagged.root.xpath("//p[@class='readers']")
    links = [[(link.text, link.get("href")) for link in row.iter("a")] for row in rows]

    assert links == [subscribe_links(FEEDS + name + "rss.xml") for name in
                     ("", "best/", "authors/desk/", "tags/gothic-tales/")]  # fmt: skip


def test_readers_get_the_address_as_each_takes_it() -> None:
    """Percent-encode the address for services, and leave it as it is for programs (NetNewsWire)."""
    assert subscribe_links("https://a.example/f%C3%A9/rss.xml?a=1&b=2") == [
        (
            "Feedly",
            "https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fa.example%2Ff%25C3%25A9%2Frss.xml%3Fa%3D1%26b%3D2",
        ),
        (
            "Inoreader",
            "https://www.inoreader.com/?add_feed=https%3A%2F%2Fa.example%2Ff%25C3%25A9%2Frss.xml%3Fa%3D1%26b%3D2",
        ),
        (
            "NewsBlur",
            "https://www.newsblur.com/?url=https%3A%2F%2Fa.example%2Ff%25C3%25A9%2Frss.xml%3Fa%3D1%26b%3D2",
        ),
        (
            "The Old Reader",
            "https://theoldreader.com/feeds/subscribe?url=https%3A%2F%2Fa.example%2Ff%25C3%25A9%2Frss.xml%3Fa%3D1%26b%3D2",
        ),
        (
            "Feedbin",
            "https://feedbin.com/?subscribe=https%3A%2F%2Fa.example%2Ff%25C3%25A9%2Frss.xml%3Fa%3D1%26b%3D2",
        ),
        ("App on this device", "feed:https://a.example/f%C3%A9/rss.xml?a=1&b=2"),
    ]


def test_texts_are_shown_as_they_were_written(page: Page) -> None:
    """Escape every text once: what a reader sees is what the editor wrote."""
    titles = [words(title) for title in page.root.xpath("//article//h3")]
    card = page.card("Everything & more")

    assert set(HOSTILE_TITLES) <= set(titles)
    assert words(page.root.find(".//header/p")) == "Wing & <b>Pin</b>"
    assert words(page.root.find(".//title")) == "Subscribe to Wing & <b>Pin</b>"
    assert "A & B <i>x</i> ]]> &amp;" in words(card)
    assert words(card.find_class("byline")[0]).startswith("O’Neil & <Sons>, 朝霧 ]]>, The Night Desk · ")
    assert words(page.root.find(".//footer")) == "Reviews: Wing & Pin, CC BY & <more>"


def test_no_text_becomes_markup_or_an_address_that_runs(page: Page) -> None:
    """Keep the page's own elements the only ones, and every address one of the web or of a reader's scheme."""
    scripts = page.root.xpath("//script")
    hrefs = page.root.xpath("//@href | //@src")

    assert [script.get("type") for script in scripts] == ["application/ld+json", None]
    assert page.root.xpath("//*[self::iframe or self::object or self::form or self::i or self::b]") == []
    assert page.root.xpath("//@*[starts-with(name(), 'on') or name() = 'style']") == []
    assert {urlsplit(href).scheme for href in hrefs} == {"", "feed", "https"}


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    """Carry style and script within the page, allow these alone, and show no picture of another host."""
    (policy,) = page.root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    style, script = re.findall(r"<(?:style|script)>(.*?)</", page.source.decode(), re.DOTALL)

    assert page.root.xpath("//script/@src | //link[@rel='stylesheet']") == []
    assert "@import" not in style
    assert "url(" not in style
    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src 'self' https://reviews.example https://cdn.example",
        f"style-src {digest(style)}",
        f"script-src {digest(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def digest(inline: str) -> str:
    """Write the digest of an inline text as CSP level 3 does."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"


def test_a_picture_has_its_text_its_size_and_its_credit(tmp_path: Path) -> None:
    """Show the site's own picture, loaded when it comes into view; one of another host is not shown."""
    posts = {
        "own.md": post(0, "Own", more="image:\n  src: images/a b.png\n  alt: 'A \"b\" <c>'\n  credit: 'Me & <you>'"),
        "other.md": post(1, "Other", more="image:\n  src: https://elsewhere.example/p.png\n  alt: not ours"),
    }  # fmt: skip
    site = write_site(
        tmp_path, posts, CONFIGURATION.replace("cdn.example/im%20ages", "reviews.example/images")
    )
    (tmp_path / "posts/images/a b.png").write_bytes(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xb0\0\0\x02\xa3\x08\x06\0\0\0\0\0\0\0"
    )
    page = build_page(site)
    (image,) = page.root.iter("img")

    assert dict(image.attrib) == {
        "src": "/images/a%20b.png",
        "alt": 'A "b" <c>',
        "dir": "auto",
        "loading": "lazy",
        "decoding": "async",
        "width": "1200",
        "height": "675",
    }
    assert words(page.card("Own").find(".//figcaption")) == "Me & <you>"
    assert b"elsewhere.example/p.png" not in page.source.partition(b"<body")[2]


def test_a_rating_is_drawn_and_said(page: Page) -> None:
    """Draw butterflies for the eye, and say the rating in words; say nothing of a review without one."""
    (rating,) = page.card("Everything & more").find_class("rating")

    assert words(rating) == "🦋🦋🦋½ 3.5 of 5 butterflies"
    assert words(rating.find(".//*[@aria-hidden='true']")) == "🦋🦋🦋½"
    assert words(page.card("Rated nothing").find_class("rating")[0]) == "0 of 5 butterflies"
    assert page.card("Not rated").find_class("rating") == []


def test_where_to_watch_is_worded_as_in_the_feeds(page: Page) -> None:
    """Use the very words of the entry's content."""
    (offers,) = page.card("Everything & more").find_class("offers")
    entry = next(entry for entry in page.entries if entry.review.title == "Everything & more")

    assert [words(offer) for offer in offers] == [
        "Stream: Apple TV · GB",
        "Stream: Shudder (search, sponsored) · US",
        "Free: Kanopy · US",
        "Rent: Fandango at Home (formerly Vudu, via A & <B>, 4k & up 3.99 USD, nowhere else, search) · US",
        "In cinemas (from 2026-12-24, until 2026-12-31) · US",
        "On disc · US",
    ]  # fmt: skip
    for link in offers.xpath(".//a/@href"):
        assert link in entry.html.replace("&amp;", "&")
    paid = [link.get("href") for link in offers.iter("a") if link.get("rel") == "sponsored nofollow"]
    assert paid == [offer.url for offer in entry.offers if offer.sponsored]


def test_what_has_to_be_said_of_offers_stands_below_them(page: Page) -> None:
    """Who pays, in the site's words, and who found them, with a link; nowhere else."""
    card = page.card("Everything & more")
    first, second = card.find_class("note")

    assert words(first) == "We <earn> & tell ]]>"
    assert "TMDB" in words(second)
    assert [link.get("href") for link in second.iter("a")] == ["https://www.themoviedb.org/"]
    assert len(page.root.find_class("note")) == 2


def test_days_are_those_of_the_sites_zone(make_site: MakeSite) -> None:
    """Name the day in Chicago for a review published there late in the evening."""
    late = post(0, "Late").replace("2024-03-01T09:00", "2024-03-02T03:30Z")
    (time,) = build_page(make_site({"late.md": late})).root.iter("time")

    assert time.text == "1 March 2024"
    assert time.get("datetime") == "2024-03-01T21:30:00-06:00"


def test_languages_are_marked_where_they_are_others(make_site: MakeSite) -> None:
    """Mark what a reviewer wrote in another language, and let each text run in its own direction."""
    posts = {"en.md": post(0, "Plain"), "fa.md": post(1, "زیر سایه", more="language: fa\nsummary: سایه")}
    page = build_page(make_site(posts))
    foreign = page.card("زیر سایه")

    assert page.root.get("lang") == "en"
    assert page.root.find("body").get("lang") == "en"
    assert page.card("Plain").xpath(".//@lang") == []
    assert foreign.find(".//h3").attrib == {"lang": "fa", "dir": "auto"}
    assert foreign.xpath(".//p[@lang='fa' and @dir='auto']/text()") == ["سایه"]


def test_the_pages_own_words_stay_english(tmp_path: Path) -> None:
    """Say on a Persian site that the page's words are English, and the site's own Persian."""
    configuration = CONFIGURATION.replace('language = "en"', 'language = "fa"').replace(
        "Wing & <b>Pin</b>", "سایه"
    )
    page = build_page(write_site(tmp_path, {"a.md": post(0, "Title")}, configuration))

    assert page.root.get("lang") == "fa"
    assert page.root.find("body").attrib == {"lang": "en", "dir": "ltr"}
    assert page.root.find(".//header//a").attrib == {"href": "/", "lang": "fa", "dir": "auto"}
    assert page.card("Title").find(".//h3").get("lang") == "fa"
    assert {code.get("dir") for code in page.root.iter("code")} == {"ltr"}


def test_a_site_without_reviews_has_a_page(tmp_path: Path) -> None:
    """Show the main feed, and no heading above nothing."""
    page = build_page(write_site(tmp_path, {}))

    assert [words(heading) for heading in page.root.xpath("//h2")] == ["All reviews"]
    assert page.reviews == []


def test_the_newest_reviews_are_on_the_page_that_is_written() -> None:
    """Write the page beside the feeds, with as many of the newest reviews as it holds, the newest first."""
    feeds = feeds_of("sample")
    page = build_page(feeds.site)

    assert [words(title) for title in page.root.xpath("//article//h3")] == [
        entry.review.title for entry in feeds.entries
    ]


def test_the_page_is_written_with_six_reviews(tmp_path: Path) -> None:
    """Leave older reviews to the feeds."""
    site = write_site(tmp_path, {f"{at}.md": post(at, f"Title {at}") for at in range(8)})
    generate(read_posts(site).require_valid().posts, site, NOW)
    source = (site.feeds / "index.html").read_text("utf-8")

    assert re.findall(r">(Title \d)</a>", source) == [f"Title {at}" for at in (7, 6, 5, 4, 3, 2)]
    assert (site.feeds / "feed.css").read_text("utf-8").startswith("/* How a feed looks")


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("https://reviews.example/images/a%20b.png", "/images/a%20b.png"),
        ("https://reviews.example/reviews/a/?x=1#y", "/reviews/a/?x=1#y"),
        ("https://reviews.example/", "/"),
        ("https://reviews.example", "/"),
        ("https://reviews.example.evil.example/a", "https://reviews.example.evil.example/a"),
        ("https://reviews.example:8443/a", "https://reviews.example:8443/a"),
        ("http://reviews.example/a", "http://reviews.example/a"),
        ("https://reviews.example//evil.example/a", "https://reviews.example//evil.example/a"),
        ("https://cdn.example/a", "https://cdn.example/a"),
    ],
)
def test_the_host_is_left_out_where_it_is_the_pages_own(make_site: MakeSite, url: str, near: str) -> None:
    """Leave out scheme and host, and only where what is left leads to the same place."""
    assert nearby(url, make_site()) == near


def test_two_sentences_say_what_a_feed_is(make_site: MakeSite) -> None:
    """And nothing is said of formats that is not true of every reader: some do not read JSON Feed."""
    page = build_page(make_site())
    (lead,) = page.root.find_class("lead")
    (hint,) = page.root.find_class("hint")

    assert re.findall(r"[.!?](?= |$)", words(lead)) == [".", "."]
    assert words(lead).startswith("A feed, often called RSS, is ")
    assert "Every reader reads RSS and Atom, and many read JSON Feed" in words(hint)


def test_addresses_of_tags_in_any_script_are_whole(tmp_path: Path) -> None:
    """Show the address as it is asked for, in letters that any program takes."""
    posts = {f"{at}.md": post(at, f"Title {at}", more="tags: [खेल]") for at in range(3)}
    page = build_page(write_site(tmp_path, posts))
    (address,) = (
        code.text for code in page.root.iter("code") if "/tags/" in (code.text or "") and "rss" in code.text
    )

    assert address == f"{FEEDS}tags/xn--21b0d0c/rss.xml"
