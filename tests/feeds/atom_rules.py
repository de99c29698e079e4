"""Atom: every MUST of RFC 4287 that binds who writes a feed, those of RFC 5005 and RFC 6721, and the house's own."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from tests.feeds.rules import (
    BASE,
    EMAIL,
    IRI,
    LANG,
    LANGUAGE,
    MEDIA_TYPE,
    NS,
    Rule,
    document_faults,
    is_blank,
    is_reference,
    not_dates,
    not_form,
    not_web,
    pictures,
    repeated,
    unfit_html,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.feeds.rules import Element

ATOM = f"{{{NS['atom']}}}"
AT = f"{{{NS['at']}}}"
FH = f"{{{NS['fh']}}}"
DIV = f"{{{NS['xhtml']}}}div"
PERSONS = (ATOM + "author", ATOM + "contributor", AT + "by")
TEXTS = (*(ATOM + name for name in ("title", "subtitle", "summary", "rights")), AT + "comment")
DATES = (ATOM + "updated", ATOM + "published")
KNOWN = {
    "feed",
    *("author", "category", "contributor", "generator", "icon", "id", "link", "logo", "rights", "subtitle"),
    *("title", "updated", "entry", "content", "published", "source", "summary", "name", "uri", "email"),
}
# Attributes without a namespace, by element; texts have a type.
ATTRIBUTES = {
    "category": {"term", "scheme", "label"},
    "generator": {"uri", "version"},
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "content": {"type", "src"},
    **{name: {"type"} for name in ("title", "subtitle", "summary", "rights")},
}
# RFC 3987: isegment-nz-nc, a segment without a colon.
SEGMENT = re.compile(r"[^\s:/?#\[\]]+")
# The relations that IANA knows, of those that a feed may use.
RELATIONS = {
    *("alternate", "current", "enclosure", "first", "hub", "last", "license", "next", "next-archive"),
    *("prev-archive", "previous", "related", "replies", "self", "via"),
}
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
SPECIMEN = Path(__file__).with_name("specimens") / "atom.xml"


def entries(feed: Element) -> list[Element]:
    """List the entries."""
    return feed.findall(ATOM + "entry")


def every(feed: Element, *names: str) -> list[Element]:
    """List all elements of Atom with one of the names, wherever they stand."""
    return [element for name in names for element in feed.iter(ATOM + name)]


def links(parent: Element, rel: str) -> list[Element]:
    """List the links of a relation that an element has itself (RFC 4287, 4.2.7.2: without one it is `alternate`)."""
    return [link for link in parent.findall(ATOM + "link") if link.get("rel", "alternate") == rel]


def without(parents: Iterable[Element], *names: str) -> list[Element]:
    """List parents that have not exactly one of each."""
    return [p for p in parents if any(len(p.findall(ATOM + name)) != 1 for name in names)]


def with_two(parents: Iterable[Element], *names: str) -> list[Element]:
    """List parents that have more than one of any."""
    return [p for p in parents if any(len(p.findall(ATOM + name)) > 1 for name in names)]


def texts(feed: Element) -> list[Element]:
    """List the text constructs."""
    return [element for name in TEXTS for element in feed.iter(name)]


def persons(feed: Element) -> list[Element]:
    """List the person constructs."""
    return [element for name in PERSONS for element in feed.iter(name)]


def typed(elements: Iterable[Element], *types: str) -> list[Element]:
    """List those of some types; what says none is text."""
    return [element for element in elements if element.get("type", "text") in types]


def written(feed: Element, name: str) -> list[str]:
    """List what all elements of a name say."""
    return [element.text or "" for element in every(feed, name)]


def attributes(elements: Iterable[Element], name: str) -> list[str | None]:
    """List an attribute of those that have it."""
    return [element.get(name) for element in elements if name in element.attrib]


def media_contents(feed: Element) -> list[Element]:
    """List contents whose type is a media type."""
    return [e for e in every(feed, "content") if e.get("type", "text") not in {"text", "html", "xhtml"}]


def is_xml(kind: str | None) -> bool:
    """Tell whether a media type is one of XML (RFC 4287, 4.1.3.3, rule 4)."""
    return bool(kind) and str(kind).lower().partition(";")[0].strip().endswith(("/xml", "+xml"))


def alternates(feed: Element) -> list[tuple[str | None, str | None]]:
    """List (type, hreflang) pairs that one parent has two alternate links for."""
    return [
        pair
        for parent in (feed, *entries(feed), *every(feed, "source"))
        for pair in repeated((link.get("type"), link.get("hreflang")) for link in links(parent, "alternate"))
    ]


def without_author(feed: Element) -> list[Element]:
    """List entries for which nobody answers; the feed itself where it has neither author nor entries."""
    if feed.find(ATOM + "author") is not None:
        return []
    paths = (ATOM + "author", f"{ATOM}source/{ATOM}author")
    return [e for e in entries(feed) or [feed] if all(e.find(path) is None for path in paths)]


def without_summary(feed: Element) -> list[Element]:
    """List entries that have to have a summary and have none: content that is elsewhere, or Base64."""
    found = []
    for entry in entries(feed):
        content = entry.find(ATOM + "content")
        needed = content is not None and ("src" in content.attrib or content in base64_contents(feed))
        if needed and entry.find(ATOM + "summary") is None:
            found.append(entry)
    return found


def base64_contents(feed: Element) -> list[Element]:
    """List contents that have to be Base64: of a media type that is neither text nor XML, and not elsewhere."""
    return [
        e
        for e in media_contents(feed)
        if "src" not in e.attrib and not is_xml(e.get("type")) and not str(e.get("type")).startswith("text/")
    ]


def not_base64(elements: Iterable[Element]) -> list[Element]:
    """List what cannot be decoded."""
    found = []
    for element in elements:
        try:
            base64.b64decode("".join((element.text or "").split()), validate=True)
        except binascii.Error:
            found.append(element)
    return found


def not_one_div(elements: Iterable[Element]) -> list[Element]:
    """List what is not one XHTML div."""
    return [
        e
        for e in elements
        if [child.tag for child in e] != [DIV] or (e.text or "").strip() or (e[0].tail or "").strip()
    ]


def after_entries(feed: Element) -> list[Element]:
    """List what stands in the feed behind an entry and is none."""
    found = [e for entry in entries(feed)[:1] for e in entry.itersiblings()]
    return [e for e in found if e.tag != ATOM + "entry"]


def by_schema(feed: Element) -> list[str]:
    """List what the schema refuses."""
    return [] if SCHEMA.validate(feed) else [str(SCHEMA.error_log.last_error)]


def archive_links(feed: Element, rel: str) -> list[str | None]:
    """List where a feed's head leads to by a relation."""
    return [link.get("href") for link in links(feed, rel)]


def entry_parents(feed: Element) -> list[Element]:
    """List the feed and its entries, which have links of their own."""
    return [feed, *entries(feed)]


def rule(
    where: str, says: str, offenders: Callable[[Element], Iterable[object]], pattern: str, replacement: str
) -> Rule:
    """Make a rule; the specimen breaks it when the pattern is replaced."""
    return Rule(where, says, offenders, (pattern, replacement))


#: RFC 4287 from its beginning to its end.
RULES = (
    rule("RFC 4287, 2", "the document's element is a feed", lambda f: [] if f.tag == ATOM + "feed" else [f.tag], "(?s)<feed (.*)</feed>", r"<entry \1</entry>"),
    rule("RFC 4287, 2", "xml:lang is a language tag", lambda f: not_form([e.get(LANG) for e in f.iter()], LANGUAGE), 'xml:lang="ar"', 'xml:lang="ar_EG"'),
    rule("RFC 4287, 2", "xml:base is an IRI reference", lambda f: [e.get(BASE) for e in f.iter() if BASE in e.attrib and not is_reference(e.get(BASE))], 'xml:base="https:', 'xml:base="ht tps:'),
    rule("RFC 4287, 2", "what stands in Atom's namespace is one of its elements", lambda f: [e for e in f.iter() if isinstance(e.tag, str) and e.tag.startswith(ATOM) and e.tag.removeprefix(ATOM) not in KNOWN], "<icon>", "<image/><icon>"),
    rule("RFC 4287, 2", "an element has the attributes of the RFC and no others without a namespace", lambda f: [e for e in f.iter(ATOM + "*") if {a for a in map(str, e.attrib) if "{" not in a} - ATTRIBUTES.get(str(e.tag).removeprefix(ATOM), set())], "<published>", '<published zone="x">'),
    rule("RFC 4287, 3.1.1", "a text's type is text, html or xhtml", lambda f: [e for e in texts(f) if e.get("type", "text") not in {"text", "html", "xhtml"}], 'type="html">&lt;b', 'type="text/html">&lt;b'),
    rule("RFC 4287, 3.1.1.1", "plain text has no elements in it", lambda f: [e for e in typed(texts(f), "text") if len(e)], "<summary>In", "<summary><b/>In"),
    rule("RFC 4287, 3.1.1.2", "the markup of HTML is escaped", lambda f: [e for e in typed(texts(f), "html") if len(e)], 'type="html">&lt;b&gt;', 'type="html"><b/>&lt;b&gt;'),
    rule("RFC 4287, 3.1.1.2", "HTML can stand within a div (SHOULD)", lambda f: unfit_html(e.text for e in typed(texts(f), "html")), "&lt;b&gt;Bold", "&lt;/div&gt;Bold"),
    rule("RFC 4287, 3.1.1.3", "XHTML is one div", lambda f: not_one_div(typed(texts(f), "xhtml")), '<title type="xhtml">', '<title type="xhtml">Bare '),
    rule("RFC 4287, 3.2.1", "a person has exactly one name", lambda f: without(persons(f), "name"), "<name>Bea</name>", "<name>Bea</name><name>Bee</name>"),
    rule("RFC 4287, 3.2.1", "a name can be read", lambda f: [e for p in persons(f) for e in p.findall(ATOM + "name") if not (e.text or "").strip() or len(e)], "<name>Bea</name>", "<name> </name>"),
    rule("RFC 4287, 3.2.2", "a person has at most one uri", lambda f: with_two(persons(f), "uri"), "<name>Bea</name>", "<name>Bea</name><uri>https://b.example/</uri><uri>https://b.example/</uri>"),
    rule("RFC 4287, 3.2.2", "a person's uri is an IRI reference", lambda f: [u for u in written(f, "uri") if not is_reference(u)], "<uri>https://a.example/ann", "<uri>https://a.example/a nn"),
    rule("RFC 4287, 3.2.3", "a person has at most one e-mail address", lambda f: with_two(persons(f), "email"), "<email>", "<email>b@a.example</email><email>"),
    rule("RFC 4287, 3.2.3", "an e-mail address is one", lambda f: not_form(written(f, "email"), EMAIL), "ann@a.example", "ann at a.example"),
    rule("RFC 4287, 3.3", "dates are RFC 3339", lambda f: not_dates(e.text for name in DATES for e in f.iter(name)), "<published>2024-03-05T09", "<published>2024-02-30T09"),
    rule("RFC 4287, 3.3", "T and Z are capitals", lambda f: [t for name in DATES for e in f.iter(name) if (t := e.text or "") != t.upper()], "2024-03-01T09:00:00Z", "2024-03-01t09:00:00z"),
    rule("RFC 4287, 4.1.1", "the feed has an author unless every entry has", without_author, r"(?s)<author>.*?</author>(.*?)<author>.*?</author>", r"\1"),
    rule("RFC 4287, 4.1.1", "the feed has at most one generator, icon, logo, rights and subtitle", lambda f: with_two([f], "generator", "icon", "logo", "rights", "subtitle"), "<icon>", "<icon>https://a.example/2.png</icon><icon>"),
    rule("RFC 4287, 4.1.1", "the feed has exactly one id, title and updated", lambda f: without([f], "id", "title", "updated"), '(?s)<title type="text">.*?</title>', ""),
    rule("RFC 4287, 4.1.1", "the feed says where it is found (SHOULD), once", lambda f: [] if len(links(f, "self")) == 1 else links(f, "self") or [f], '<link rel="self" type="application', '<link rel="via" type="application'),
    rule("RFC 4287, 4.1.1, 4.1.2", "no two alternate links of one type and language", alternates, r'(<link rel="alternate" type="text/html" hreflang="ar"[^>]*/>)', r"\1\1"),
    rule("RFC 4287, 4.1.1", "entries come after everything else (appendix B)", after_entries, "</feed>", "<icon>https://a.example/2.png</icon></feed>"),
    rule("RFC 4287, 4.1.1.1", "entries of one id have different dates (SHOULD)", lambda f: repeated((e.findtext(ATOM + "id"), e.findtext(ATOM + "updated")) for e in entries(f)), r"(?s)(<entry xml:lang.*?</entry>)", r"\1\1"),
    rule("RFC 4287, 4.1.1.1", "titles, contents, and summaries where there is no content, say something", lambda f: [t for e in entries(f) for name in ("title", "content", "summary") if (t := e.find(ATOM + name)) is not None and "src" not in t.attrib and not (name == "summary" and e.find(ATOM + "content") is not None) and not len(t) and not (t.text or "").strip()], "<title>HTML", "<title> "),
    rule("RFC 4287, 4.1.2", "an entry has exactly one id, title and updated", lambda f: without(entries(f), "id", "title", "updated"), "<title>HTML</title>", "<title>HTML</title><title>Again</title>"),
    rule("RFC 4287, 4.1.2", "an entry has at most one content, published, rights, source and summary", lambda f: with_two(entries(f), "content", "published", "rights", "source", "summary"), "<summary>In", "<summary>x</summary><summary>In"),
    rule("RFC 4287, 4.1.2", "an entry without content has an alternate link", lambda f: [e for e in entries(f) if e.find(ATOM + "content") is None and not links(e, "alternate")], '<link rel="alternate" type="text/html" href="https://a.example/7/"/>', ""),
    rule("RFC 4287, 4.1.2", "content that is elsewhere, or Base64, has a summary", without_summary, "<summary>A recording</summary>", ""),
    rule("RFC 4287, 4.1.3", "contents stand in entries alone", lambda f: [e for e in every(f, "content") if (p := e.getparent()) is None or p.tag != ATOM + "entry"], "<icon>", "<content>x</content><icon>"),
    rule("RFC 4287, 4.1.3.1", "a content's type is text, html, xhtml or a media type", lambda f: [e for e in media_contents(f) if not MEDIA_TYPE.fullmatch(e.get("type", ""))], '<content type="html">', '<content type="CDATA">'),
    rule("RFC 4287, 4.1.3.1", "it is no composite media type", lambda f: [e for e in media_contents(f) if re.match("(multipart|message)/", e.get("type", ""), re.IGNORECASE)], 'type="text/x-poem"', 'type="message/rfc822"'),
    rule("RFC 4287, 4.1.3.2", "a content's src is an IRI reference", lambda f: [s for s in attributes(every(f, "content"), "src") if not is_reference(s)], 'src="https:', 'src="ht tps:'),
    rule("RFC 4287, 4.1.3.2", "content that is elsewhere is empty", lambda f: [e for e in every(f, "content") if "src" in e.attrib and (len(e) or e.text)], 'src="https://a.example/3.mp3"/>', 'src="https://a.example/3.mp3">x</content>'),
    rule("RFC 4287, 4.1.3.2", "it says its media type", lambda f: [e for e in every(f, "content") if "src" in e.attrib and "/" not in e.get("type", "")], '<content type="audio/mpeg"', '<content type="html"'),
    rule("RFC 4287, 4.1.3.3, 1 and 2", "text and HTML have no elements in them", lambda f: [e for e in typed(every(f, "content"), "text", "html") if len(e)], '<content type="html">', '<content type="html"><b/>'),
    rule("RFC 4287, 4.1.3.3, 2", "HTML can stand within a div (SHOULD)", lambda f: unfit_html(e.text for e in typed(every(f, "content"), "html")), "A text, with", "&lt;/div&gt;A text, with"),
    rule("RFC 4287, 4.1.3.3, 2", "HTML shows something", lambda f: [e for e in typed(every(f, "content"), "html") if is_blank(e.text or "")], '(?s)<content type="html">.*?</content>', '<content type="html">&lt;p></content>'),
    rule("RFC 4287, 4.1.3.3, 3", "XHTML is one div", lambda f: not_one_div(typed(every(f, "content"), "xhtml")), '<content type="xhtml">', '<content type="xhtml"><p/>'),
    rule("RFC 4287, 4.1.3.3, 5", "a text of a media type has no elements in it", lambda f: [e for e in media_contents(f) if e.get("type", "").startswith("text/") and not is_xml(e.get("type")) and len(e)], "Roses are red", "Roses <b/> are red"),
    rule("RFC 4287, 4.1.3.3, 6", "anything else is Base64", lambda f: not_base64(base64_contents(f)), "iVBORw0KGgo=", "no Base64!"),
    rule("RFC 4287, 4.2.2.1", "a category has a term", lambda f: [e for e in every(f, "category") if "term" not in e.attrib], '<category term="a tag"', "<category"),
    rule("RFC 4287, 4.2.2.2", "a category's scheme is an IRI", lambda f: not_form(attributes(every(f, "category"), "scheme"), IRI), 'scheme="https://a.example/', 'scheme="/'),
    rule("RFC 4287, 4.2.4", "a generator's uri is an IRI reference", lambda f: [u for u in attributes(every(f, "generator"), "uri") if not is_reference(u)], '<generator uri="https:', '<generator uri="ht tps:'),
    rule("RFC 4287, 4.2.4", "a generator is a text", lambda f: [e for e in every(f, "generator") if len(e)], "A generator<", "A <b/>generator<"),
    rule("RFC 4287, 4.2.5, 4.2.8", "icon and logo are IRI references", lambda f: [t for t in (*written(f, "icon"), *written(f, "logo")) if not is_reference(t)], "<icon>https:", "<icon>ht tps:"),
    rule("RFC 4287, 4.2.6", "ids are absolute IRIs", lambda f: not_form(written(f, "id"), IRI), "<id>urn:uuid:00000000-0000-4000-8000-000000000001", "<id>00000000-0000-4000-8000-000000000001"),
    rule("RFC 4287, 4.2.6", "ids are in their normal form (SHOULD)", lambda f: [i for i in written(f, "id") if i != i.strip() or urlsplit(i).scheme != i.partition(":")[0] or re.search("%[0-9]?[a-f]|%2[dDeE]|%5[fF]|%7[eE]", i) or (i.startswith("urn:uuid:") and i != i.lower())], "<id>urn:uuid:00000000-0000-4000-8000-000000000001", "<id>URN:UUID:00000000-0000-4000-8000-000000000001"),
    rule("RFC 4287, 4.2.7.1", "a link has an href", lambda f: [e for e in every(f, "link") if "href" not in e.attrib], '<link href="https://a.example/3/"', "<link"),
    rule("RFC 4287, 4.2.7.1", "a link's href is an IRI reference", lambda f: [h for h in attributes(every(f, "link"), "href") if not is_reference(h)], 'href="https://c.example/"', 'href="https://c.example/a b"'),
    rule("RFC 4287, 4.2.7.2", "a link's relation is one word or an IRI", lambda f: [r for r in attributes(every(f, "link"), "rel") if not SEGMENT.fullmatch(r or "") and not IRI.fullmatch(r or "")], 'rel="related"', 'rel="../related"'),
    rule("RFC 4287, 4.2.7.2, 7.1", "a word is registered", lambda f: [r for r in attributes(every(f, "link"), "rel") if SEGMENT.fullmatch(r or "") and r not in RELATIONS], 'rel="related"', 'rel="related-to"'),
    rule("RFC 4287, 4.2.7.3", "a link's type is a media type", lambda f: not_form(attributes(every(f, "link"), "type"), MEDIA_TYPE), 'type="image/png" length', 'type="png" length'),
    rule("RFC 4287, 4.2.7.4", "a link's hreflang is a language tag", lambda f: not_form(attributes(every(f, "link"), "hreflang"), LANGUAGE), 'hreflang="ar"', 'hreflang="ar EG"'),
    rule("RFC 4287, 4.2.7.6", "a link's length is a number of octets", lambda f: not_form(attributes(every(f, "link"), "length"), re.compile("[0-9]+")), 'length="9"', 'length="9 bytes"'),
    rule("RFC 4287, 4.2.11", "a source has no entry, content or summary", lambda f: [s for s in every(f, "source") if any(s.find(ATOM + n) is not None for n in ("entry", "content", "summary", "published"))], "<source>", "<source><published>2024-03-01T00:00:00Z</published>"),
    rule("RFC 4287, 6.3, 6.4", "what is not Atom's has a namespace of its own", lambda f: [e for e in f.iter() if isinstance(e.tag, str) and "{" not in e.tag], '<x:structured a="b"/>', '<structured xmlns="" a="b"/>'),
    rule("RFC 4287, 6.4.2", "an extension without a text has an attribute or an element", lambda f: [e for parent in (*entry_parents(f), *persons(f), *every(f, "source")) for e in parent if isinstance(e.tag, str) and not e.tag.startswith((ATOM, FH)) and not (e.text or "").strip() and not e.attrib and not len(e)], '<x:structured a="b"/>', "<x:structured/>"),
    rule("RFC 4287, appendix B", "the schema accepts the feed", by_schema, "<name>Con</name>", "<name>Con</name><surname>Tributor</surname>"),
    rule("RFC 5005, 2", "what says it is complete is no archive", lambda f: f.findall(FH + "complete") if f.find(FH + "archive") is not None else [], "<fh:archive/>", "<fh:archive/><fh:complete/>"),
    rule("RFC 5005, 4", "an archive says so once, with nothing in it, in the head", lambda f: [e for e in f.iter(FH + "archive") if len(e) or e.text or e.attrib or e.getparent() is not f or len(f.findall(FH + "archive")) > 1], "<fh:archive/>", "<fh:archive>yes</fh:archive>"),
    rule("RFC 5005, 4", "there is one current document, one before and one after", lambda f: [x for rel in ("current", "prev-archive", "next-archive") for x in links(f, rel)[1:]], '(<link rel="prev-archive"[^>]*/>)', r"\1\1"),
    rule("RFC 5005, 4", "the links between documents stand in the head", lambda f: [x for e in entries(f) for rel in ("current", "prev-archive", "next-archive") for x in links(e, rel)], 'rel="related"', 'rel="current"'),
    rule("RFC 5005, 4", "an archive names the document that is current (SHOULD)", lambda f: [f] if f.find(FH + "archive") is not None and not links(f, "current") else [], '<link rel="current"[^>]*/>', ""),
    rule("RFC 5005, 4", "no document comes before or after itself", lambda f: [x for x in archive_links(f, "self") if x in {*archive_links(f, "prev-archive"), *archive_links(f, "next-archive")}], "feeds/1.xml", "feeds/atom.xml"),
    rule("RFC 6721, 3", "a tombstone stands in the feed, before its entries", lambda f: [e for e in f.iter(AT + "deleted-entry") if e.getparent() is not f], "(?s)(<at:deleted-entry.*?</at:deleted-entry>)(.*?<entry>)", r"\2\1"),
    rule("RFC 6721, 3", "a tombstone's ref is an absolute IRI", lambda f: [e for e in f.iter(AT + "deleted-entry") if not IRI.fullmatch(e.get("ref", ""))], 'ref="urn:', 'ref="urn '),
    rule("RFC 6721, 3", "a tombstone's when is a date of RFC 3339", lambda f: not_dates(e.get("when") for e in f.iter(AT + "deleted-entry")), 'when="2024-03-04T', 'when="2024-03-04 '),
    rule("RFC 6721, 3", "a tombstone has at most one by and one comment", lambda f: [e for e in f.iter(AT + "deleted-entry") if len(e.findall(AT + "by")) > 1 or len(e.findall(AT + "comment")) > 1], "<at:comment ", "<at:comment>x</at:comment><at:comment "),
    rule("RFC 6721, 3", "nothing is here and deleted after it was last updated", lambda f: [e for e in f.iter(AT + "deleted-entry") if e.get("ref") in {x.findtext(ATOM + "id") for x in entries(f)}], 'ref="urn:uuid:00000000-0000-4000-8000-000000000009"', 'ref="urn:uuid:00000000-0000-4000-8000-000000000001"'),
)  # fmt: skip

#: What this project asks of its own feeds beyond that; broken in the sample's feed.
HOUSE = (
    rule("house", "every address is absolute, whatever the base", lambda f: [*([f] if f.get(BASE) else []), *(h for h in (*attributes(every(f, "link"), "href"), *written(f, "uri")) if not IRI.fullmatch(h or ""))], 'rel="alternate"([^>]*)href="https://[^/]*', r'rel="alternate"\1href="'),
    rule("house", "the feed says its language", lambda f: [] if f.get(LANG) else [f], r'(<feed [^>]*) xml:lang="[^"]*"', r"\1"),
    rule("house", "every entry says its language", lambda f: [e.findtext(ATOM + "id") for e in entries(f) if not e.get(LANG)], '<entry xml:lang="[^"]*"', "<entry"),
    rule("house", "an entry's id is a UUID in small letters, and comes once", lambda f: [*not_form([e.findtext(ATOM + "id") for e in entries(f)], re.compile("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")), *repeated(e.findtext(ATOM + "id") for e in entries(f))], r"(<entry[^>]*>\s*<id>)urn:uuid:", r"\1tag:reviews.example,2024:"),
    rule("house", "every entry has its own authors, both dates, rights where the feed has them, a summary and an address", lambda f: [e for e in entries(f) if any(e.find(ATOM + n) is None for n in ("author", "published", "summary", *(["rights"] if f.find(ATOM + "rights") is not None else []))) or len(links(e, "alternate")) != 1], "<published>.*?</published>", ""),
    rule("house", "an entry was not updated before it was published", lambda f: [e for e in entries(f) if (e.findtext(ATOM + "updated") or "") < (e.findtext(ATOM + "published") or "")], r"(<entry[^>]*>\s*<id>[^<]*</id>\s*<title>[^<]*</title>\s*<updated>)....", r"\g<1>1999"),
    rule("house", "titles and summaries are plain, contents HTML", lambda f: [e for e in (*every(f, "title", "summary", "subtitle", "rights"),) if e.get("type", "text") != "text"] + [e for e in every(f, "content") if e.get("type") != "html"], "<summary>", '<summary type="html">'),
    rule("house", "a summary is one line", lambda f: [s for s in written(f, "summary") if s != " ".join(s.split())], "<summary>", "<summary>\n"),
    rule("house", "an entry has at most one enclosure, of a known type, on the web", lambda f: [x for e in entries(f) for at, x in enumerate(links(e, "enclosure")) if at or not x.get("type") or not_web([x.get("href")])], "</entry>", '<link rel="enclosure" href="https://a.example/1.png"/></entry>'),
    rule("house", "what is enclosed is shown in the content", lambda f: [x for e in entries(f) for x in links(e, "enclosure") if (c := e.findtext(ATOM + "content")) is not None and x.get("href") not in pictures(c)], "</entry>", '<link rel="enclosure" type="image/png" href="https://a.example/1.png"/></entry>'),
    rule("house", "an alternate link says its type and language", lambda f: [x for e in entries(f) for x in links(e, "alternate") if x.get("type") != "text/html" or not x.get("hreflang")], ' hreflang="en-US"', ""),
    rule("house", "self, and the documents of the archive, say the type of Atom", lambda f: [x for rel in ("self", "current", "prev-archive", "next-archive") for x in links(f, rel) if x.get("type") != "application/atom+xml"], 'rel="self" type="application/atom\\+xml"', 'rel="self" type="text/xml"'),
    rule("house", "foreign markup is of a vocabulary that is documented", lambda f: [e for e in f.iter() if isinstance(e.tag, str) and etree.QName(e).namespace not in NS.values()], "</entry>", '<x:offer xmlns:x="urn:x">x</x:offer></entry>'),
)  # fmt: skip


@lru_cache(maxsize=512)
def atom_faults(data: bytes) -> tuple[str, ...]:
    """Name everything that a document which we wrote offends against."""
    return document_faults((*RULES, *HOUSE), data)
