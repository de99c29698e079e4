"""Any review that validates yields three valid feeds, and what a parser reads back is what the editor wrote.

Posts are drawn as editors type them, front matter and Markdown, and go the whole way: through a file, reading, the feeds'
files, and back through feedparser, lxml and json. What was drawn is compared with what came back, not with what the
program made of it in between.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category

import feedparser
from hypothesis import Phase, assume, event, given, settings
from hypothesis import strategies as st
from lxml import etree

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.documents import Document, Enclosure, read_document
from tests.feeds.feeds_sites import CONFIGURATION, NOW, contents, plain_words, write_site
from tests.feeds.rules import parse_html
from tests.feeds.validators import FORMS, require_valid_files

if TYPE_CHECKING:
    from publisher.site import Site
    from tests.feeds.documents import Item
    from tests.feeds.rules import Element

# One feed of all, in three files: what is drawn is the reviews, not the sites.
SETTINGS = (
    CONFIGURATION.replace("ttl = 60", 'ttl = 60\narchive = "none"\nauthor_feeds = false\ntag_feeds = 0')
    + "summary-repeats = 'off'\n"
)
AUTHORS = {"desk": "The Night Desk", "odd": "O’Neil & <Sons>, 朝霧 ]]>"}
LANGUAGES = ("en", "pt-BR", "ar", "zh-Hant", "sr-Latn-RS", "es-419", "hi")
HOSTILE = (
    *(
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "&",
        "&amp;",
        "&nbsp;",
        "&#60;",
        "<",
        ">",
        "<b>",
        "</title>",
        "<script>",
    ),
    *('"', "'", "\\", "%", "{", "}", "`", "*", "_", "[x](y)", "<?xml?>", "--", "'''", "#", "@", "|", "~"),
    *(
        "🦋",
        "👩‍👩‍👧",
        "🏳️‍🌈",
        "朝霧",
        "तुम्बाड",
        "زیر سایه",
        "שלום",
        "й",
        "ﬁ",
        "𝕏",
        "\u202e",
        "\u2067",
        "\u200f",
        "\u00a0",
    ),
    *("\u00ad", "\u2028", "\ufeff", "\u200b", "e\u0301", "\ue000", "\U0010ffff", "\x85", "\r", "\n", "\t"),
)
WORDS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
    st.sampled_from(("film", "Film", "a ghost", "1 < 2", "the end")),
)


def texts(most: int) -> st.SearchStrategy[str]:
    """Draw a text of one line, as front matter takes it; `most` is its longest, in words."""
    return (
        st.lists(WORDS, min_size=1, max_size=most)
        .map(lambda words: " ".join(" ".join(words).split()))
        .filter(bool)
    )


def as_it_may_be(front: dict[str, Any]) -> dict[str, Any]:
    """Take out of front matter what needs a key that was not drawn; `updated` was drawn as days after `date`."""
    if "film" not in front:
        front.pop("watch", None)
    if "updated" not in front:
        front.pop("correction", None)
        return front
    updated = datetime.fromisoformat(front["date"]) + timedelta(days=front["updated"])
    return front | {"updated": updated.isoformat()}


ZONES = st.integers(-14 * 60 + 1, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2026, 11, 20), timezones=ZONES)  # noqa: DTZ001 - they are given
DATES = MOMENTS.map(lambda moment: moment.replace(microsecond=0).isoformat())
FILMS = st.fixed_dictionaries(
    {"title": texts(6), "year": st.integers(1880, 2026)},
    optional={
        "original_title": texts(4),
        "directors": st.lists(texts(3), min_size=1, max_size=3, unique=True),
        "cast": st.lists(texts(3), min_size=1, max_size=3, unique=True),
        "countries": st.lists(st.sampled_from(("US", "KH", "GB", "FR")), min_size=1, max_size=2, unique=True),
        "languages": st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=2, unique=True),
        "runtime": st.integers(1, 1500),
        "ids": st.fixed_dictionaries({}, optional={"imdb": st.just("tt0013442"), "tmdb": st.just("653")}),
    },
)
OFFERS = st.fixed_dictionaries(
    {
        "service": st.sampled_from(("Vudu", "Kanopy", "Netflix", "Blu-ray", "theaters")),
        "kind": st.sampled_from(("rent", "buy", "subscription", "free", "disc", "cinema")),
        "region": st.sampled_from(("US", "GB", "KH")),
    },
    optional={
        "price": st.sampled_from(("3.99 USD", "0.5 GBP", "100 JPY")),
        "quality": texts(2),
        "via": texts(2),
        "source": texts(2),
    },
)
PICTURES = st.one_of(
    st.builds(lambda src, alt: {"src": src, "alt": alt}, st.just("images/a b.png"), texts(4)),
    st.builds(
        lambda src, alt: {"src": src, "alt": alt},
        st.sampled_from(("https://cdn.example/p?x=1&y=2", "https://cdn.example/ä/p.jpg")),
        texts(4),
    ),
)
FRONT = st.fixed_dictionaries(
    {"id": st.uuids(version=4).map(str), "title": texts(6), "date": DATES},
    optional={
        "author": st.sampled_from(("desk", "odd", ["odd", "desk"])),
        "language": st.sampled_from(LANGUAGES),
        "summary": texts(12),
        "tags": st.lists(texts(2), max_size=4, unique_by=str.casefold),
        "film": FILMS,
        "rating": st.integers(0, 10).map(lambda halves: halves / 2),
        "image": PICTURES,
        "watch": st.lists(OFFERS, min_size=1, max_size=3),
        "correction": texts(8),
        "updated": st.integers(0, 3000),
    },
).map(as_it_may_be)
PARAGRAPHS = st.one_of(
    texts(20),
    st.sampled_from(
        (
            "# A heading & more",
            "> said *he*",
            "* one\n* two\n\n  three",
            "| a | b |\n|--:|---|\n| `1` | <b>2</b> |",
            "```html\n<p>&amp;</p>\n]]>\n```",
            "![](images/a%20b.png)",
            "<p lang='hi'>तुम्बाड</p>",
            "A note.[^1]\n\n[^1]: Here & there.",
            "[a](../b?c=d&e=f) <https://a.example/?x=ä> [g](#h)",
            '<img src="https://a.example/1.png" srcset="/a,b.png 2x, c.png 3x" alt="]]>">',
            "<video poster='p.png' src='v.mp4'></video>",
            "a  \nbreak &copy; &#128512; \\* \\<b>",
            "<!-- gone -->",
        )
    ),
)
# What begins it cannot be swallowed by HTML that is not closed.
BODIES = st.builds(
    lambda often, paragraphs: f"Marker. {'word ' * often}" + "\n\n".join(paragraphs),
    st.sampled_from((0, 1, 3000)),
    st.lists(PARAGRAPHS, min_size=1, max_size=4),
)
POSTS = st.tuples(FRONT, BODIES)


@cache
def a_site() -> tuple[Site, Any]:
    """Make the one site whose only post is written anew for each example; the second is kept so that it stays."""
    folder = tempfile.TemporaryDirectory()
    return write_site(Path(folder.name), {}, SETTINGS), folder


def as_yaml(value: Any) -> str:
    """Write a value as JSON, which is YAML; what YAML takes for the end of a line, or refuses, is escaped its way."""
    return "".join(
        char if char.isascii() or category(char)[0] in "LMNPS" else f"\\U{ord(char):08x}"
        for char in json.dumps(value, ensure_ascii=False)
    )


def published(front: dict[str, Any], body: str) -> dict[str, bytes]:
    """Write a post, read it as the program does, generate, and give back the files; a post that is refused is no example."""
    site, _ = a_site()
    lines = "".join(f"{key}: {as_yaml(value)}\n" for key, value in ({"author": "desk"} | front).items())
    (site.posts / "a-post.md").write_bytes(f"---\n{lines}---\n\n{body}\n".encode())
    collection = read_posts(site)
    faults = [d.code for d in collection.diagnostics if str(d.severity) == "error"]
    event(f"refused: {faults[0]}" if faults else "valid")
    assume(not faults)
    generate(collection.posts, site, NOW)
    return contents(site.feeds)


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
@given(POSTS)
def test_what_a_parser_reads_is_what_the_editor_wrote(drawn: tuple[dict[str, Any], str]) -> None:
    """Every format says every field of front matter as it was typed, and feedparser finds the same."""
    front, body = drawn
    files = published(front, body)
    require_valid_files(files)
    documents = {form: read_document(form, files[name]) for name, form in FORMS.items()}
    for form, document in documents.items():
        (item,) = document.items
        _require_same(front, body, item, unescape(item.summary) if form == "rss" else item.summary)
        _require_whole(front, body, item)
    _require_one_tree(documents)
    for name in ("atom.xml", "rss.xml"):
        _require_found(documents, feedparser.parse(files[name]), is_rss=name == "rss.xml")


def _require_same(front: dict[str, Any], body: str, item: Item, summary: str) -> None:
    """See that what stands in a feed is what stood in the front matter."""
    authors = front.get("author", "desk")
    assert item.id == f"urn:uuid:{front['id']}"
    assert item.url == "https://reviews.example/reviews/a-post/"
    assert item.title == front["title"]
    assert item.published == datetime.fromisoformat(front["date"]).astimezone(UTC)
    updated = datetime.fromisoformat(front.get("updated", front["date"])).astimezone(UTC)
    shown = updated if updated <= NOW else item.published
    assert item.updated == shown or (item.updated is None and "updated" not in front) or updated > NOW
    assert item.correction == (front.get("correction") if updated <= NOW else None)
    assert item.language == front.get("language", "en")
    assert item.tags == tuple(front.get("tags", ()))
    assert item.authors == tuple(AUTHORS[key] for key in ([authors] if isinstance(authors, str) else authors))
    if "summary" in front:
        assert summary == front["summary"]
    rating = front.get("rating")
    assert item.ratings == ((f"{rating:g} of 5 butterflies",) if rating is not None else ())
    film = {key: value for key, value in front.get("film", {}).items() if value and key != "ids"}
    told = json.loads(item.film)
    assert len(told.pop("sameAs", ())) >= len(front.get("film", {}).get("ids", {}))
    assert told == film
    _require_picture(front.get("image"), item, body)
    offers = [dict(offer) for offer in item.offers]
    assert [offer["kind"] for offer in offers] == [offer["kind"] for offer in front.get("watch", ())]
    for offer, typed in zip(offers, front.get("watch", ()), strict=True):
        price = typed.get("price", " ").split(" ")
        assert (offer.get("price", ""), offer.get("currency", "")) == tuple(price)
        assert all(offer.get(key) == typed.get(key) for key in ("region", "quality", "via", "source"))


def _require_picture(image: dict[str, str] | None, item: Item, body: str) -> None:
    """See that the picture is enclosed, if its type is known, and shown once, unless the text shows it more often."""
    if image is None:
        assert item.enclosures == ()
    elif image["src"].startswith("images/"):
        assert item.enclosures == (Enclosure("https://cdn.example/im%20ages/a%20b.png", "image/png", 4),)
    elif image["src"].endswith(".jpg"):
        assert item.enclosures == (Enclosure("https://cdn.example/%C3%A4/p.jpg", "image/jpeg", None),)
    else:
        assert item.enclosures == ()
    pictures = [(e.get("src"), e.get("alt")) for e in parse_html(item.content or "").iter("img")]
    if image is not None and "a%20b.png" not in [
        (src or "").rpartition("/")[2] for src, alt in pictures if not alt
    ]:
        assert image["alt"] in [alt for _, alt in pictures]
    for enclosure in item.enclosures:
        times = [src for src, _ in pictures].count(enclosure.url)
        assert 1 <= times <= max(1, body.count("a%20b.png"))


def _require_whole(front: dict[str, Any], body: str, item: Item) -> None:
    """See that the text is there, as HTML and as it was typed."""
    assert "Marker." in plain_words(item.content or "")
    assert (item.content or "").count("word ") >= body.count("word ") - 1
    if front.get("rating") is not None:
        assert "butterflies" in plain_words(item.content or "")
    # Addresses in it are made absolute, and a text with HTML in it is not handed on as Markdown.
    if item.markdown is not None and "](" not in body:
        assert item.markdown.split() == body.split()


def _require_one_tree(documents: dict[str, Document]) -> None:
    """See that a reader that parses the HTML finds the same elements, attributes and texts, whatever the format."""
    trees = {_tree(parse_html(document.items[0].content or "")) for document in documents.values()}
    assert len(trees) == 1


def _tree(element: Element) -> str:
    text: str = etree.tostring(element, method="c14n").decode()
    return text


def _require_found(documents: dict[str, Document], parsed: Any, *, is_rss: bool) -> None:
    """See that feedparser finds what lxml finds."""
    assert not parsed.bozo
    (item,) = documents["rss" if is_rss else "atom"].items
    (found,) = parsed.entries
    assert (found.id, found.link) == (item.id, item.url)
    # It guesses whether a title in RSS is HTML, and writes what it takes for HTML anew.
    if not is_rss or not {"<", "&"} & set(item.title):
        assert found.title == _as_feedparser(item.title)
    said, expected = found.summary_detail.value, _as_feedparser(item.summary)
    assert (unescape(said) if is_rss else said) == (unescape(expected) if is_rss else expected)
    assert [author.name for author in found.authors] == list(item.authors)
    tags = [tag.term for tag in found.get("tags", ()) if not tag.scheme]
    assert tags == [_as_feedparser(tag) if is_rss else tag for tag in item.tags]
    assert tuple(found.published_parsed[:6]) == item.published.timetuple()[:6]
    assert [(e.href, e.type) for e in found.enclosures] == [(e.url, e.type) for e in item.enclosures]
    assert [content.type for content in found.content] == ["text/html"]
    assert plain_words(found.content[0].value) == plain_words(_as_feedparser(item.content or ""))


def _as_feedparser(text: str) -> str:
    """Read a text as feedparser does: what could be UTF-8 that somebody took for Latin-1 is mended."""
    try:
        return text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text
