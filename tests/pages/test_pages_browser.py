"""The page to subscribe from, and raw feeds, as a real browser shows them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from publisher.outputs import generate
from publisher.pages.nearby import origin
from publisher.posts import read_posts
from publisher.site import FILE_NAME, load_site
from tests.feeds.feeds_sites import CONFIGURATION, NOW, ROOT, hostile_posts, post, write_site
from tests.pages.browser import DESKTOP, PHONE, Browser, served
from tests.pages.built_pages import build_page

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("chromium", "node")

OPEN_ALL = "[...document.querySelectorAll('details')].map((feed) => (feed.open = true)).length"
# What has a place on the screen and no elements within it.
SHOWN = "[...new Set([...document.querySelectorAll('*')].filter((e) => e.getClientRects().length && !e.children.length).map((e) => e.nodeName))].sort()"

# The size of the smallest letters, how wide the page is laid out, and how far it reaches beyond that.
SIZES = "[Math.min(...[...document.querySelectorAll('*')].filter((e) => e.getClientRects().length && !e.children.length).map((e) => parseFloat(getComputedStyle(e).fontSize))), document.documentElement.clientWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser, once."""
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sample site."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "posts", folder / "posts")
    shutil.copy(ROOT / FILE_NAME, folder)
    site = load_site(folder)
    generate(read_posts(site).require_valid().posts, site, NOW)
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a page with all texts that a page may stumble over, and words without an end."""
    endless = "W" * 200
    posts = hostile_posts() | {
        "endless.md": post(20, endless, more=f"summary: {endless}\ntags: [{endless[:100]}]"),
        "bidi.md": post(21, "\u202bevil\u202c \u2067bidi\u2069", more="language: ar"),
    }
    configuration = CONFIGURATION.replace("[syndication]\n", "[syndication]\ntag_feeds = 1\n")
    site = write_site(tmp_path_factory.mktemp("hostile"), posts, configuration)
    generate(read_posts(site).require_valid().posts, site, NOW)
    # The page shows the newest reviews alone; this one shows all.
    (site.feeds / "index.html").write_bytes(build_page(site).source)
    with served(site) as address:
        yield address


@pytest.mark.parametrize(
    ("size", "scheme", "javascript"),
    # Every two of these settings meet; each look takes a second.
    [(PHONE, "light", True), (PHONE, "dark", False), (DESKTOP, "dark", True), (DESKTOP, "light", False)],
    ids=["phone-light", "phone-dark-no-script", "desktop-dark", "desktop-light-no-script"],
)
def test_axe_finds_nothing(
    browser: Browser, sample: str, size: tuple[int, int], scheme: str, *, javascript: bool
) -> None:
    """Be accessible in every light, at every width; with a script all feeds are opened first."""
    ask = OPEN_ALL if javascript else "0"
    seen = browser.look(sample, size, scheme=scheme, javascript=javascript, axe=True, ask=ask)

    assert seen["found"] == []
    assert seen["said"] == []
    assert seen["overflows"] == 0
    assert all(url.startswith(sample.removesuffix("feeds/")) for url in seen["fetched"])


@pytest.mark.parametrize("width", [320, 1280])
def test_no_text_breaks_the_page(browser: Browser, hostile: str, width: int) -> None:
    """Hold words without an end within the page, run nothing that a text says, and load nothing it names."""
    seen = browser.look(hostile, (width, 740), axe=True, ask=OPEN_ALL)

    assert seen["overflows"] == 0
    assert seen["found"] == []
    # The pictures' host is one that no machine has.
    assert [text for text in seen["said"] if "net::ERR" not in text] == []
    own = {hostile.removesuffix("/feeds/"), "https://cdn.example"}
    assert {origin(url) for url in seen["fetched"]} <= own


def test_a_button_copies_the_address(browser: Browser, sample: str) -> None:
    """Put the address on the clipboard, and say so to eyes and to screen readers."""
    ask = "navigator.clipboard.readText().then((text) => [text, document.activeElement.innerText, document.querySelector('[role=status]').textContent])"
    text, button, said = browser.look(sample, PHONE, click=[".addresses li:nth-child(2) button"], ask=ask)[
        "answer"
    ]

    assert text == "https://reviews.example/feeds/atom.xml"
    assert button.startswith("Copied")
    assert said == "Copied the Atom address of All reviews"


def test_the_keyboard_is_enough(browser: Browser, sample: str) -> None:
    """Reach the first button with three tabs, see where one is, and copy with a key."""
    ask = "navigator.clipboard.readText().then((text) => [text, getComputedStyle(document.activeElement).outlineStyle])"
    seen = browser.look(sample, press=["Tab", "Tab", "Tab", "Enter"], ask=ask)

    assert seen["answer"] == ["https://reviews.example/feeds/rss.xml", "solid"]


def test_without_a_script_addresses_are_text_to_select(browser: Browser, sample: str) -> None:
    """Show no button that does nothing; one click selects a whole address."""
    ask = "[document.querySelectorAll('button').length, getComputedStyle(document.querySelector('code')).userSelect]"

    assert browser.look(sample, javascript=False, ask=ask)["answer"] == [0, "all"]


def test_pictures_are_found(browser: Browser, sample: str) -> None:
    """Find the site's pictures wherever the site is served."""
    ask = "Promise.all([...document.images].map((image) => ((image.loading = 'eager'), image.decode().then(() => image.naturalWidth))))"
    widths = browser.look(sample, ask=ask)["answer"]

    assert widths
    assert set(widths) == {1200}


def test_every_address_is_printed(browser: Browser, sample: str) -> None:
    """Leave no address out on paper, where nothing can be opened."""
    ask = "[...document.querySelectorAll('code')].every((code) => code.checkVisibility({ contentVisibilityAuto: true }) && code.getClientRects().length)"

    assert browser.look(sample, media="print", ask=ask)["answer"] is True


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
@pytest.mark.parametrize("width", [320, 375, 430])
def test_a_raw_feed_can_be_read_on_a_phone(browser: Browser, sample: str, name: str, width: int) -> None:
    """A phone lays XML out 980 pixels wide, and makes that as small as its screen: the smallest letters stay readable."""
    seen = browser.look(sample + name, (width, 800), mobile=True, ask=SIZES)
    smallest, layout, overflows = seen["answer"]

    assert layout == 980
    assert 11.5 <= smallest * width / layout <= 17
    # 980 pixels are no whole number of the screen's.
    assert overflows <= 1


def test_a_raw_feed_on_a_desk_has_letters_of_the_usual_size(browser: Browser, sample: str) -> None:
    """What is for phones stays there."""
    ask = "getComputedStyle(document.documentElement).fontSize"

    assert browser.look(f"{sample}rss.xml", DESKTOP, ask=ask)["answer"] == "16px"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rss.xml", ["dc:creator", "description", "link", "pubDate", "title"]),
        ("tags/ghosts/rss.xml", ["dc:creator", "description", "link", "pubDate", "title"]),
        ("atom.xml", ["link", "name", "published", "subtitle", "summary", "title"]),
        ("tags/ghosts/atom.xml", ["link", "name", "published", "subtitle", "summary", "title"]),
    ],
)
def test_a_raw_feed_reads_well(browser: Browser, sample: str, name: str, shown: list[str]) -> None:
    """Show titles, days, names and summaries, and neither markup nor what is for programs."""
    seen = browser.look(sample + name, PHONE, scheme="dark", ask=SHOWN)

    assert seen["answer"] == shown
    assert seen["fetched"] == [sample + name, f"{sample}feed.css"]
    assert seen["overflows"] == 0
    assert seen["said"] == []
