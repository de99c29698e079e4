"""RSS 2.0 against the RSS Advisory Board's specification 2.0.11 and its best practices profile."""

from __future__ import annotations

import re
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest
from lxml import etree

from tests.feeds.feeds_sites import NAMES, NS, feeds_of, plain_words, replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Element = etree._Element
SELF = f"{{{NS['atom']}}}link[@rel='self']"
ENCODED = f"{{{NS['content']}}}encoded"
CREATOR = f"{{{NS['dc']}}}creator"
# RFC 822, section 5, with the four-digit years that the specification prefers.
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d (GMT|[+-]\d{4})"
)
CHANNEL = {
    *("title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate"),
    *("lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating", "textInput"),
    *("skipHours", "skipDays", "item"),
}
ITEM = {
    *(
        "title",
        "link",
        "description",
        "author",
        "category",
        "comments",
        "enclosure",
        "guid",
        "pubDate",
        "source",
    ),
}


class Requirement(NamedTuple):
    """One rule: where it stands, what it says, what offends against it, and how to break it on purpose."""

    where: str
    says: str
    offenders: Callable[[Element], Iterable[object]]
    broken: tuple[str, str]


def channel(rss: Element) -> Element:
    """Return the channel."""
    return rss[0]


def items(rss: Element) -> list[Element]:
    """List the items."""
    return rss.findall("channel/item")


def repeated(parent: Element, free: set[str]) -> list[str]:
    """Name the elements without a namespace that a parent has twice, apart from those that are free to."""
    counts = Counter(str(child.tag) for child in parent if "{" not in str(child.tag))
    return [name for name, times in counts.items() if times > 1 and name not in free]


def unknown(parent: Element, known: set[str]) -> list[str]:
    """Name the elements without a namespace that the specification does not know."""
    return [str(child.tag) for child in parent if "{" not in str(child.tag) and child.tag not in known]


def no_address(texts: Iterable[str | None]) -> list[str | None]:
    """List what does not begin with a scheme that programs know."""
    return [
        text for text in texts if not text or urlsplit(text).scheme not in {"http", "https"} or " " in text
    ]


def no_date(texts: Iterable[str | None]) -> list[str | None]:
    """List what is no date, or whose day of the week is not that day's."""
    return [
        text
        for text in texts
        if not text or not DATE.fullmatch(text) or f"{parsedate_to_datetime(text):%a}" != text[:3]
    ]


def as_html(rss: Element, *paths: str) -> list[str]:
    """List texts that lose something when a reader takes them for HTML."""
    return [e.text or "" for path in paths for e in rss.iterfind(path) if plain_words(e.text or "") == ""]


REQUIREMENTS = (
    Requirement("spec, required", "the version is 2.0", lambda r: [] if r.get("version") == "2.0" else [r], ('version="2.0"', 'version="2"')),
    Requirement("spec, required", "there is one channel", lambda r: [] if [c.tag for c in r] == ["channel"] else [r], ("</rss>", "<channel/></rss>")),
    *(
        Requirement(
            "spec, required channel elements",
            f"the channel has a {name}",
            lambda r, name=name: [] if channel(r).findtext(name) else [name],  # type: ignore[misc]
            (f"<{name}>.*?</{name}>", ""),
        )
        for name in ("title", "link", "description")
    ),
    Requirement("profile, general", "the channel repeats nothing", lambda r: repeated(channel(r), {"item", "category"}), ("<ttl>", "<ttl>5</ttl><ttl>")),
    Requirement("spec", "the channel has no element of its own invention", lambda r: unknown(channel(r), CHANNEL), ("<ttl>", "<tttl/><ttl>")),
    Requirement("spec, item", "an item has no element of its own invention", lambda r: [x for i in items(r) for x in unknown(i, ITEM)], ("<item>", "<item><offer/>")),
    Requirement("profile, item", "an item repeats nothing but categories", lambda r: [x for i in items(r) for x in repeated(i, {"category"})], ("<item>", "<item><link>https://a.example/</link>")),
    Requirement("spec, item", "an item has a title or a description; here each has both", lambda r: [i for i in items(r) if not (i.findtext("title") and i.findtext("description"))], ("<item>(.*?)<description>.*?</description>", r"<item>\1")),
    Requirement("spec, comments on links", "links begin with a registered scheme", lambda r: no_address([channel(r).findtext("link"), *(i.findtext("link") for i in items(r))]), ("<item>(.*?)<link>https:", r"<item>\1<link>")),
    Requirement("spec, language", "the channel's language is a W3C or RSS code", lambda r: [] if re.fullmatch("[a-z]{2,3}(-[A-Za-z]{2,4})*", channel(r).findtext("language") or "") else [r], ("<language>en-US", "<language>English")),
    Requirement("spec, date and time", "dates are RFC 822 with four-digit years", lambda r: no_date(e.text for e in r.iter("pubDate", "lastBuildDate")), ("<pubDate>...", "<pubDate>Xyz")),
    Requirement("spec, ttl", "ttl is a number of minutes", lambda r: [] if (channel(r).findtext("ttl") or "").isdigit() else [r], ("<ttl>60", "<ttl>1h")),
    Requirement("profile, lastBuildDate", "lastBuildDate is not before the newest item", lambda r: [i for i in items(r) if parsedate_to_datetime(i.findtext("pubDate") or "") > parsedate_to_datetime(channel(r).findtext("lastBuildDate") or "")], ("<lastBuildDate>.*?</lastBuildDate>", "<lastBuildDate>Thu, 01 Jan 1970 00:00:00 +0000</lastBuildDate>")),
    Requirement("profile, atom:link", "the channel says where it is found, once, with its type", lambda r: [] if [e.get("type") for e in channel(r).findall(SELF)] == ["application/rss+xml"] else [r], ('rel="self"', 'rel="via"')),
    Requirement("spec, guid", "every item has one guid, which is no link", lambda r: [i for i in items(r) if [(g.get("isPermaLink"), bool(g.text)) for g in i.findall("guid")] != [("false", True)]], (' isPermaLink="false"', "")),
    Requirement("spec, guid", "guids are unique", lambda r: [g for g, n in Counter(i.findtext("guid") for i in items(r)).items() if n > 1], ("(<item>.*?</item>)", r"\1\1")),
    Requirement("spec, enclosure", "an enclosure has url, length and type", lambda r: [e for e in r.iter("enclosure") if no_address([e.get("url")]) or not (e.get("length") or "").isdigit() or not re.fullmatch(r"\w+/[\w.+-]+", e.get("type") or "")], ('<enclosure url="([^"]*)" length="[0-9]+"', r'<enclosure url="\1"')),
    Requirement("profile, enclosure", "an item has at most one enclosure", lambda r: [i for i in items(r) if len(i.findall("enclosure")) > 1], ("(<enclosure [^>]*/>)", r"\1\1")),
    Requirement("spec, author", "author is an e-mail address; names without one are dc:creator", lambda r: [*r.iter("author"), *(i for i in items(r) if not i.findtext(CREATOR))], ("<dc:creator>(.*?)</dc:creator>", r"<author>\1</author>")),
    Requirement("spec, category", "a category has a text, and its domain is no empty word", lambda r: [c for c in r.iter("category") if not c.text or c.get("domain") == ""], ("<category>.*?</category>", "<category/>")),
    Requirement("profile, description", "a description is HTML: what reads as a tag was meant as one", lambda r: [d.text for d in r.iterfind("channel/item/description") if re.search(r"<|&(?!amp;|lt;|gt;)", d.text or "")], ("<item>(.*?)<description>", r"<item>\1<description>&lt;b>")),
    Requirement("profile, content:encoded", "content:encoded follows the description", lambda r: [i for i in items(r) if (e := i.find(ENCODED)) is None or (p := e.getprevious()) is None or p.tag != "description"], ("(<description>[^<]*</description>)(\\s*<content:encoded>)", r"<guid/>\2")),
    Requirement("profile, character data", "titles are plain text: one unescaping gives what the editor wrote", lambda r: as_html(r, "channel/item/title"), ("<item>(\\s*)<title>.*?</title>", r"<item>\1<title/>")),
    Requirement("spec, extending", "what is not RSS's has a namespace that is declared", lambda r: [e.tag for e in r.iter() if isinstance(e.tag, str) and e.tag.startswith("{") and etree.QName(e).namespace not in NS.values()], ("<watch:offer .*?</watch:offer>", '<x:offer xmlns:x="urn:x"/>')),
)  # fmt: skip
TABLE = [pytest.param(row, id=f"{row.where}: {row.says}") for row in REQUIREMENTS]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("requirement", TABLE)
def test_the_feed_meets_the_requirement(requirement: Requirement, name: str) -> None:
    """Nothing in the committed, the empty or the hostile feed offends against specification or profile."""
    assert list(requirement.offenders(feeds_of(name).rss)) == []


@pytest.mark.parametrize("requirement", TABLE)
def test_the_requirement_is_really_checked(requirement: Requirement) -> None:
    """A feed broken on purpose offends against the requirement that it breaks."""
    broken = etree.fromstring(replaced(feeds_of("sample").files["rss.xml"], *requirement.broken))
    assert list(requirement.offenders(broken)) != []


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_escaped_exactly_once_more_than_xml_asks(name: str) -> None:
    """Titles are plain text; descriptions and contents are HTML that reads as it was written."""
    feeds = feeds_of(name)
    for item, entry in zip(items(feeds.rss), feeds.entries, strict=True):
        assert item.findtext("title") == entry.review.title
        assert plain_words(item.findtext("description") or "") == entry.summary
        assert item.findtext(ENCODED) == entry.html


def test_every_author_is_a_creator() -> None:
    """Two authors are two dc:creator elements, in the editor's order."""
    everything = next(i for i in items(feeds_of("hostile").rss) if i.findtext("title") == "Everything & more")
    assert [e.text for e in everything.findall(CREATOR)] == ["O’Neil & <Sons>, 朝霧 ]]>", "The Night Desk"]


def test_an_item_in_another_language_says_so() -> None:
    """RSS has no word for it: dc:language stands on every item whose language is not the channel's."""
    feeds = feeds_of("hostile")
    found = [item.findtext(f"{{{NS['dc']}}}language") for item in items(feeds.rss)]
    assert found == [e.review.language if e.review.language != "en" else None for e in feeds.entries]


def test_a_picture_of_unknown_type_is_no_enclosure() -> None:
    """An enclosure needs a type; a picture elsewhere that does not tell is shown by Media RSS and the text."""
    item = next(i for i in items(feeds_of("hostile").rss) if i.findtext("title") == "A picture elsewhere")
    assert item.find("enclosure") is None
    content = item.find(f"{{{NS['media']}}}content")
    assert content is not None
    assert sorted(content.attrib.items()) == [("medium", "image"), ("url", "https://cdn.example/p?x=1&y=2")]


def test_the_licence_can_be_followed() -> None:
    """The channel says its terms in words and as a link (RFC 4946)."""
    top = channel(feeds_of("hostile").rss)
    assert top.findtext("copyright") == "Wing & Pin, CC BY & <more>"
    found = [e.get("href") for e in top.findall(f"{{{NS['atom']}}}link") if e.get("rel") == "license"]
    assert found == ["https://reviews.example/licence?a=1&b=2"]


def test_the_channel_points_home_not_at_the_feed() -> None:
    """The channel's link is the site's address, whatever other links there are."""
    assert channel(feeds_of("sample").rss).findtext("link") == "https://reviews.example/"
