"""RSS: the RSS Advisory Board's specification 2.0.11 and its best practices profile, and the house's own rules."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from tests.feeds.rules import (
    IRI,
    LANGUAGE,
    MEDIA_TYPE,
    NS,
    Rule,
    document_faults,
    is_blank,
    not_form,
    not_web,
    pictures,
    repeated,
    unfit_html,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.feeds.rules import Element

LINK = f"{{{NS['atom']}}}link"
ENCODED = f"{{{NS['content']}}}encoded"
CREATOR = f"{{{NS['dc']}}}creator"
LANGUAGE_OF = f"{{{NS['dc']}}}language"
ARCHIVE = f"{{{NS['fh']}}}archive"
SPECIMEN = Path(__file__).with_name("specimens") / "rss.xml"
# RFC 822, section 5, with the four-digit years that the specification prefers, and the zones that everyone reads.
DATE = re.compile(
    r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)? (UT|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT|[+-]([01]\d|2[0-3])[0-5]\d)"
)
# RFC 822, section 6.1, with the name in a comment, as the profile recommends.
EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+( \([^()]+\))?")
DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
#: What may stand in what, of the elements that have no namespace.
CHILDREN = {
    "rss": {"channel"},
    "channel": {
        *("title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate"),
        *("lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating", "textInput"),
        *("skipHours", "skipDays", "item"),
    },
    "item": {
        *("title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate"),
        "source",
    },
    "image": {"url", "title", "link", "width", "height", "description"},
    "textInput": {"title", "description", "name", "link"},
    "skipHours": {"hour"},
    "skipDays": {"day"},
}
MANY = {"channel": {"item", "category"}, "item": {"category"}, "skipHours": {"hour"}, "skipDays": {"day"}}
ATTRIBUTES = {
    "rss": {"version"},
    "category": {"domain"},
    "cloud": {"domain", "port", "path", "registerProcedure", "protocol"},
    "enclosure": {"url", "length", "type"},
    "guid": {"isPermaLink"},
    "source": {"url"},
}
EMPTY = {"cloud", "enclosure"}


def channel(rss: Element) -> Element:
    """Return the channel."""
    return rss[0]


def items(rss: Element) -> list[Element]:
    """List the items."""
    return rss.findall("channel/item")


def own(rss: Element, name: str | None = None) -> list[Element]:
    """List the elements without a namespace, or those of one name."""
    return [e for e in rss.iter(name) if isinstance(e.tag, str) and "{" not in e.tag]


def said(rss: Element, *paths: str) -> list[str]:
    """List the texts at some paths."""
    return [e.text or "" for path in paths for e in rss.iterfind(path)]


def links(rss: Element, rel: str) -> list[Element]:
    """List the channel's `atom:link` elements of a relation."""
    return [link for link in channel(rss).findall(LINK) if link.get("rel", "alternate") == rel]


def not_date(texts: Iterable[str]) -> list[str]:
    """List what is no date, no day of the calendar, or another day of the week than it says."""
    found = []
    for text in texts:
        try:
            day = f"{parsedate_to_datetime(text):%a}"
            fits = bool(DATE.fullmatch(text)) and ("," not in text or text.startswith(f"{day},"))
        except ValueError:
            fits = False
        if not fits:
            found.append(text)
    return found


def unscheduled(texts: Iterable[str | None]) -> list[str | None]:
    """List what does not begin with a scheme, or is no IRI."""
    return [text for text in texts if not text or not IRI.fullmatch(text)]


def misplaced(rss: Element) -> list[str]:
    """Name elements without a namespace that stand where the specification has no place for them."""
    return [
        f"<{child.tag}> in <{parent.tag}>"
        for parent in own(rss)
        for child in parent
        if isinstance(child.tag, str)
        and "{" not in child.tag
        and child.tag not in CHILDREN.get(str(parent.tag), ())
    ]


def doubled(rss: Element) -> list[str]:
    """Name elements that stand twice where there may be one."""
    return [
        f"<{name}> in <{parent.tag}>"
        for parent in own(rss)
        for name in repeated(str(c.tag) for c in parent if isinstance(c.tag, str) and "{" not in c.tag)
        if name not in MANY.get(str(parent.tag), ())
    ]


def lacking(parents: Iterable[Element], *names: str) -> list[str]:
    """Name what a parent has to have and has not, or has without a text."""
    return [f"<{p.tag}> without <{n}>" for p in parents for n in names if not (p.findtext(n) or "").strip()]


def without_attributes(elements: Iterable[Element], *names: str) -> list[Element]:
    """List elements that lack an attribute."""
    return [e for e in elements if any(not e.get(name) for name in names)]


def permalinks(rss: Element) -> list[str]:
    """List the guids that say they are addresses: all that do not deny it."""
    return [g.text or "" for g in rss.iter("guid") if g.get("isPermaLink", "true") == "true"]


def described_after(rss: Element) -> list[Element]:
    """List items whose full text comes before its description."""
    return [
        i
        for i in items(rss)
        if (full := i.find(ENCODED)) is not None and any(e.tag == "description" for e in full.itersiblings())
    ]


def too_late(rss: Element) -> list[str]:
    """List dates of items after that at which the channel says it was last changed."""
    last = channel(rss).findtext("lastBuildDate")
    return [
        date
        for date in said(rss, "channel/item/pubDate")
        if last and parsedate_to_datetime(date) > parsedate_to_datetime(last)
    ]


def rule(
    where: str, says: str, offenders: Callable[[Element], Iterable[object]], pattern: str, replacement: str
) -> Rule:
    """Make a rule; the specimen breaks it when the pattern is replaced."""
    return Rule(where, says, offenders, (pattern, replacement))


RULES = (
    rule("spec, required", "the document's element is rss, version 2.0", lambda r: [] if (r.tag, r.get("version")) == ("rss", "2.0") else [r.tag], 'version="2.0"', 'version="2"'),
    rule("spec, required", "there is one channel", lambda r: [] if [e.tag for e in r] == ["channel"] else [[e.tag for e in r]], "</rss>", "<channel/></rss>"),
    rule("spec, required channel elements", "the channel has a title, a link and a description", lambda r: lacking([channel(r)], "title", "link", "description"), "<description>All of it</description>", ""),
    rule("spec, extending", "an element without a namespace is RSS's, and in its place", misplaced, "<ttl>", "<item2/><ttl>"),
    rule("spec, extending", "an attribute without a namespace is RSS's", lambda r: [e for e in own(r) if {a for a in map(str, e.attrib) if "{" not in a} - ATTRIBUTES.get(str(e.tag), set())], "<ttl>", '<ttl unit="min">'),
    rule("profile, 4.1 and 4.2", "nothing but items and categories is repeated", doubled, "<comments>", "<comments>https://a.example/x</comments><comments>"),
    rule("spec, item", "an item has a title or a description", lambda r: [i for i in items(r) if not (i.findtext("title") or i.findtext("description"))], "<item>(?s:.*?)<content", "<item><content"),
    rule("spec, texts", "texts have no elements in them", lambda r: [e for e in own(r) if e.tag not in CHILDREN and len(e)], "<title>HTML", "<title><b/>HTML"),
    rule("spec, texts", "what carries its meaning in attributes is empty", lambda r: [e for e in own(r) if e.tag in EMPTY and (e.text or len(e))], 'type="image/png"/>', 'type="image/png">x</enclosure>'),
    rule("spec, comments", "links and addresses begin with a scheme", lambda r: unscheduled([*said(r, "channel/link", "channel/item/link", "channel/item/comments", "channel/docs", "channel/image/url", "channel/image/link"), *(e.get("url") for e in r.iter("enclosure", "source"))]), "<link>https://a.example/1/", "<link>/1/"),
    rule("spec, language", "the language is a code that W3C or the specification has", lambda r: not_form(said(r, "channel/language"), LANGUAGE), "<language>en-US", "<language>en_US"),
    rule("spec, dates; profile, 3.3", "dates are RFC 822 with four-digit years, and days of the calendar", lambda r: not_date(e.text or "" for e in r.iter("pubDate", "lastBuildDate")), "<pubDate>Tue", "<pubDate>Wed"),
    rule("spec, dates; profile, 3.3", "a year has four digits", lambda r: [t for e in r.iter("pubDate", "lastBuildDate") if re.search(r" \d\d \d\d:", t := e.text or "")], "Mar 2024", "Mar 24"),
    rule("spec, author; profile, 3.4", "authors, editors and webmasters are e-mail addresses", lambda r: not_form([e.text or "" for e in r.iter("author", "managingEditor", "webMaster")], EMAIL), "<author>dot@a.example \\(Dot\\)", "<author>Dot"),
    rule("spec, category", "a category is a text, its domain no empty one", lambda r: [c for c in r.iter("category") if not (c.text or "").strip() or c.get("domain") == ""], "<category>a tag", "<category>"),
    rule("spec, cloud", "cloud has all its attributes", lambda r: without_attributes(r.iter("cloud"), *ATTRIBUTES["cloud"]), ' path="/RPC2"', ""),
    rule("profile, docs", "docs is the specification's address", lambda r: [d for d in said(r, "channel/docs") if not re.fullmatch("https?://(www.)?rssboard.org/rss-specification", d)], "<docs>https://www.rssboard.org/", "<docs>https://a.example/"),
    rule("spec, ttl", "ttl is a number of minutes", lambda r: not_form(said(r, "channel/ttl"), re.compile("[1-9][0-9]*")), "<ttl>60", "<ttl>1h"),
    rule("spec, image", "an image has an address, a title and a link", lambda r: lacking(r.iter("image"), "url", "title", "link"), "<url>https://a.example/icon.png</url>", ""),
    rule("spec, image", "it is at most 144 wide and 400 high", lambda r: [e for path, most in (("channel/image/width", 144), ("channel/image/height", 400)) for e in r.iterfind(path) if not re.fullmatch("[1-9][0-9]{0,2}", e.text or "") or int(e.text or "") > most], "<width>88", "<width>145"),
    rule("profile, image", "its title and link are the channel's (SHOULD)", lambda r: [e for i in r.iterfind("channel/image") for n in ("title", "link") for e in i.iterfind(n) if e.text != channel(r).findtext(n)], "(<image>(?s:.*?)<title>)A", r"\1B"),
    rule("spec, textInput", "a text input has all its elements", lambda r: lacking(r.iter("textInput"), "title", "description", "name", "link"), "<ttl>", "<textInput><title>x</title></textInput><ttl>"),
    rule("spec, skipHours", "hours are 0 to 23, each once", lambda r: [*not_form(said(r, "channel/skipHours/hour"), re.compile("1?[0-9]|2[0-3]")), *repeated(said(r, "channel/skipHours/hour"))], "<hour>23", "<hour>24"),
    rule("spec, skipDays", "days are days of the week, each once", lambda r: [d for d in said(r, "channel/skipDays/day") if d not in DAYS] + repeated(said(r, "channel/skipDays/day")), "<day>Saturday", "<day>Caturday"),
    rule("profile, rating, textInput", "nothing is used that the profile advises against", lambda r: [*r.iterfind("channel/rating")], "<ttl>", "<rating>PG</rating><ttl>"),
    rule("profile, description", "a description is HTML, escaped, that stays within its place", lambda r: unfit_html(said(r, "channel/item/description")), "In &amp;amp; short", "&lt;script>x&lt;/script>"),
    rule("profile, description", "addresses in it are absolute (SHOULD)", lambda r: [f for f in unfit_html(said(r, "channel/item/description")) if "address" in f], "In &amp;amp; short", '&lt;a href="x">x&lt;/a>'),
    rule("spec, enclosure", "an enclosure has url, length and type", lambda r: without_attributes(r.iter("enclosure"), "url", "length", "type"), ' length="9"', ""),
    rule("spec, enclosure", "its address is http or https", lambda r: not_web(e.get("url") for e in r.iter("enclosure")), 'url="https://a.example/1.png"', 'url="ftp://a.example/1.png"'),
    rule("spec, enclosure; profile", "its length is a number of bytes, 0 where nobody knows", lambda r: not_form([e.get("length") for e in r.iter("enclosure")], re.compile("[0-9]+")), 'length="9"', 'length="-1"'),
    rule("spec, enclosure", "its type is a media type", lambda r: not_form([e.get("type") for e in r.iter("enclosure")], MEDIA_TYPE), 'type="image/png"', 'type="png"'),
    rule("profile, enclosure", "an item has at most one (SHOULD)", lambda r: [i for i in items(r) if len(i.findall("enclosure")) > 1], "(<enclosure [^>]*/>)", r"\1\1"),
    rule("spec, guid", "isPermaLink is true or false", lambda r: [g for g in r.iter("guid") if g.get("isPermaLink", "true") not in {"true", "false"}], 'isPermaLink="false"', 'isPermaLink="no"'),
    rule("spec, guid", "a guid that is a permalink is an address", lambda r: not_web(permalinks(r)), ' isPermaLink="false"', ""),
    rule("spec, guid; profile", "every item has a guid (SHOULD), and no two the same", lambda r: [*lacking(items(r), "guid"), *repeated(said(r, "channel/item/guid"))], "<guid [^>]*>[^<]*</guid>", ""),
    rule("spec, source", "a source has an address", lambda r: without_attributes(r.iter("source"), "url"), '<source url="https://d.example/feed">', "<source>"),
    rule("profile, lastBuildDate", "it is no earlier than the newest item", too_late, "<lastBuildDate>Tue, 05 Mar 2024", "<lastBuildDate>Mon, 05 Feb 2024"),
    rule("profile, atom:link", "the channel says where it is found (SHOULD), once", lambda r: [] if len(links(r, "self")) == 1 else links(r, "self") or [r], 'rel="self"', 'rel="via"'),
    rule("profile, atom:link", "each link has an address and a relation", lambda r: [e for e in r.iter(LINK) if unscheduled([e.get("href")]) or not e.get("rel")], 'rel="hub" href="https:', 'rel="hub" href="'),
    rule("profile, atom:link", "self says that it is RSS", lambda r: [e for e in links(r, "self") if e.get("type") != "application/rss+xml"], 'type="application/rss\\+xml"', 'type="text/xml"'),
    rule("profile, content:encoded", "an item has at most one", lambda r: [i for i in items(r) if len(i.findall(ENCODED)) > 1], "(<content:encoded>(?s:.*?)</content:encoded>)", r"\1\1"),
    rule("profile, content:encoded", "it is HTML that stays within its place, with absolute addresses", lambda r: unfit_html(said(r, f"channel/item/{ENCODED}")), "https://b.example/", "../b"),
    rule("profile, content:encoded", "it comes after the description (SHOULD), which is there", lambda r: [*described_after(r), *(i for i in items(r) if i.find(ENCODED) is not None and not i.findtext("description"))], "<description>In[^<]*</description>", ""),
    rule("profile, dc:creator", "an item has an author or creators, not both", lambda r: [i for i in items(r) if i.find("author") is not None and i.find(CREATOR) is not None], "<dc:creator>Bea</dc:creator>", "<author>b@a.example</author><dc:creator>Bea</dc:creator>"),
    rule("profile, dc:creator", "a creator is a name", lambda r: [e for e in r.iter(CREATOR) if not (e.text or "").strip()], "<dc:creator>Bea", "<dc:creator>"),
    rule("RFC 5005, 4", "an archive says so once, with nothing in it, in the channel", lambda r: [e for e in r.iter(ARCHIVE) if len(e) or e.text or e.attrib or e.getparent() is not channel(r) or len(channel(r).findall(ARCHIVE)) > 1], "<fh:archive/>", "<fh:archive>yes</fh:archive>"),
    rule("RFC 5005, 4", "there is one current document, one before and one after", lambda r: [x for rel in ("current", "prev-archive", "next-archive") for x in links(r, rel)[1:]], '(<atom:link rel="prev-archive"[^>]*/>)', r"\1\1"),
    rule("RFC 5005, 4", "an archive names the document that is current (SHOULD)", lambda r: [r] if channel(r).find(ARCHIVE) is not None and not links(r, "current") else [], '<atom:link rel="current"[^>]*/>', ""),
    rule("RFC 5005, 4", "no document comes before or after itself", lambda r: [x.get("href") for x in links(r, "self") if x.get("href") in {y.get("href") for rel in ("prev-archive", "next-archive") for y in links(r, rel)}], "feeds/1.xml", "feeds/rss.xml"),
)  # fmt: skip

#: What this project asks of its own feeds beyond that; broken in the sample's feed.
HOUSE = (
    rule("house", "every item has a title, an address, a description, a date, a language and a creator", lambda r: lacking(items(r), "title", "link", "description", "pubDate", LANGUAGE_OF, CREATOR), "<dc:creator>[^<]*</dc:creator>", ""),
    rule("house", "a guid is a UUID in small letters, and no link", lambda r: [g for g in r.iter("guid") if g.get("isPermaLink") != "false" or not re.fullmatch("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", g.text or "")], ">urn:uuid:", ">URN:UUID:"),
    rule("house", "the channel says language, ttl, generator, docs and, where it ever did, when it last changed", lambda r: lacking([channel(r)], "language", "ttl", "generator", "docs", *(["lastBuildDate"] if channel(r).find("item") is not None else [])), "<ttl>60</ttl>", ""),
    rule("house", "the links of a channel and its items are of the web", lambda r: not_web(said(r, "channel/link", "channel/item/link")), "<link>https:", "<link>ftp:"),
    rule("house", "a description is text made HTML: no markup, escaped once", lambda r: [d for d in said(r, "channel/item/description") if re.search("<|&(?!amp;|lt;|gt;)", d)], "(<item>(?s:.*?)<description>)", r"\1&lt;b>x&lt;/b> "),
    rule("house", "a text shows something", lambda r: [t for t in said(r, f"channel/item/{ENCODED}") if is_blank(t)], "<content:encoded>(?s:.*?)</content:encoded>", "<content:encoded>&lt;p></content:encoded>"),
    rule("house", "what is enclosed is shown in the text", lambda r: [e for i in items(r) for e in i.findall("enclosure") if (t := i.findtext(ENCODED)) is not None and e.get("url") not in pictures(t)], "</item>", '<enclosure url="https://a.example/1.png" length="0" type="image/png"/></item>'),
    rule("house", "the documents of the archive say the type of RSS", lambda r: [x for rel in ("current", "prev-archive", "next-archive") for x in links(r, rel) if x.get("type") != "application/rss+xml"], "</channel>", '<atom:link rel="current" href="https://a.example/"/></channel>'),
    rule("house", "foreign markup is of a vocabulary that is documented", lambda r: [e for e in r.iter() if isinstance(e.tag, str) and "{" in e.tag and etree.QName(e).namespace not in NS.values()], "</item>", '<x:offer xmlns:x="urn:x">x</x:offer></item>'),
)  # fmt: skip


@lru_cache(maxsize=512)
def rss_faults(data: bytes) -> tuple[str, ...]:
    """Name everything that a document which we wrote offends against."""
    return document_faults((*RULES, *HOUSE), data)
