"""Atom against RFC 4287: every MUST that binds a producer, and the schema of its appendix B."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest
from lxml import etree

from tests.feeds.feeds_sites import NAMES, NS, feeds_of, plain_words, replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Element = etree._Element
ATOM = f"{{{NS['atom']}}}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXTS = ("title", "subtitle", "summary", "rights", "content")
# RFC 3339, section 5.6, with the capitals that RFC 4287, 3.3, asks for.
DATE = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
)
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
# RFC 3987: no spaces, quotes, angle brackets and the like; a percent sign is followed by two digits.
IRI = re.compile(r"(?:[^\s<>\"{}|\\^`%\x00-\x20]|%[0-9A-Fa-f]{2})+")
ISEGMENT = re.compile(r"[^\s:/?#\[\]]+")


class Requirement(NamedTuple):
    """One MUST: where it stands, what it says, what offends against it, and how to break it on purpose."""

    section: str
    says: str
    offenders: Callable[[Element], Iterable[object]]
    broken: tuple[str, str]


def each(feed: Element, *names: str) -> list[Element]:
    """List all elements of Atom with one of the names."""
    return [element for name in names for element in feed.iter(ATOM + name)]


def entries(feed: Element) -> list[Element]:
    """List the entries."""
    return feed.findall(ATOM + "entry")


def number(parents: Iterable[Element], least: int, most: int, *names: str) -> list[str]:
    """Name what a parent has too few or too many of."""
    return [
        f"{parent.tag} has {len(parent.findall(ATOM + name))} {name}"
        for parent in parents
        for name in names
        if not least <= len(parent.findall(ATOM + name)) <= most
    ]


def texts(elements: Iterable[Element], form: re.Pattern[str]) -> list[str]:
    """List texts that do not have a form."""
    return [element.text or "" for element in elements if not form.fullmatch(element.text or "")]


def attributes(elements: Iterable[Element], name: str, form: re.Pattern[str]) -> list[str]:
    """List attributes, where they are given, that do not have a form."""
    return [
        value
        for element in elements
        if (value := element.get(name)) is not None and not form.fullmatch(value)
    ]


def absolute(values: Iterable[str | None]) -> list[str | None]:
    """List what is no absolute IRI."""
    return [value for value in values if not (value and IRI.fullmatch(value) and urlsplit(value).scheme)]


def alternates(feed: Element) -> list[object]:
    """List (type, hreflang) pairs that one parent has two alternate links for."""
    return [
        pair
        for parent in (feed, *entries(feed))
        for pair, times in Counter(
            (link.get("type"), link.get("hreflang"))
            for link in parent.findall(ATOM + "link")
            if link.get("rel", "alternate") == "alternate"
        ).items()
        if times > 1
    ]


def without_author(feed: Element) -> list[Element]:
    """List entries for which nobody answers; the feed itself where it has neither author nor entries."""
    if feed.find(ATOM + "author") is not None:
        return []
    return [e for e in entries(feed) or [feed] if e.find(ATOM + "author") is None]


def links(feed: Element, rel: str) -> list[Element]:
    """List all links of a relation."""
    return [link for link in each(feed, "link") if link.get("rel", "alternate") == rel]


PERSONS = ("author", "contributor")
REQUIREMENTS = (
    Requirement(
        "2",
        "IRIs are IRIs",
        lambda f: absolute(
            [*(e.text for e in each(f, "uri", "id")), *(e.get("href") for e in each(f, "link"))]
        ),
        ("<uri>https:", "<uri>htt ps:"),
    ),
    Requirement(
        "2",
        "xml:lang is a language tag",
        lambda f: attributes(f.iter(), LANG, LANGUAGE),
        ('xml:lang="en-US"', 'xml:lang="en_US"'),
    ),
    Requirement(
        "2",
        "whoever is named in no language of their own reads the feed's",
        lambda f: [] if f.get(LANG) else [f],
        (' xml:lang="en-US"', ""),
    ),
    Requirement(
        "3.1.1",
        "a text's type is text, html or xhtml",
        lambda f: [e for e in each(f, *TEXTS) if e.get("type", "text") not in {"text", "html", "xhtml"}],
        ('type="html"', 'type="CDATA"'),
    ),
    Requirement(
        "3.1.1.1, 3.1.1.2",
        "plain and HTML texts have no child elements: markup is escaped",
        lambda f: [e for e in each(f, *TEXTS) if len(e)],
        ("<summary>", "<summary><b/>"),
    ),
    Requirement(
        "3.2.1",
        "a person has exactly one name",
        lambda f: number(each(f, *PERSONS), 1, 1, "name"),
        ("<author>", "<author><name>Twice</name>"),
    ),
    Requirement(
        "3.2.1",
        "the name is readable",
        lambda f: texts(each(f, "name"), re.compile(r"\S.*")),
        ("<name>.*?</name>", "<name/>"),
    ),
    Requirement(
        "3.2.2, 3.2.3",
        "a person has at most one uri and one e-mail",
        lambda f: number(each(f, *PERSONS), 0, 1, "uri", "email"),
        ("<author>", "<author><uri>https://a.example/</uri>"),
    ),
    Requirement(
        "3.3",
        "dates are RFC 3339 with capital T and Z",
        lambda f: texts(each(f, "updated", "published"), DATE),
        (r"<published>(\S+)T", r"<published>\1t"),
    ),
    Requirement(
        "4.1.1",
        "the feed has an author unless every entry has",
        without_author,
        ("<author>.*?</author>(?P<rest>.*?<entry>.*?)<author>.*?</author>", r"\g<rest>"),
    ),
    Requirement(
        "4.1.1",
        "the feed has at most one of each",
        lambda f: number([f], 0, 1, "generator", "icon", "logo", "rights", "subtitle"),
        ("<generator>", "<rights>x</rights><generator>"),
    ),
    Requirement(
        "4.1.1",
        "the feed has exactly one id, title and updated",
        lambda f: number([f], 1, 1, "id", "title", "updated"),
        ("<title>.*?</title>", ""),
    ),
    Requirement(
        "4.1.1",
        "the feed says where it is found (SHOULD), once",
        lambda f: [] if len([x for x in f.findall(ATOM + "link") if x.get("rel") == "self"]) == 1 else [f],
        ('rel="self"', 'rel="via"'),
    ),
    Requirement(
        "4.1.1, 4.1.2",
        "no two alternate links of one type and language",
        alternates,
        (r'(<link rel="alternate"[^>]*/>)', r"\1\1"),
    ),
    Requirement(
        "4.1.1.1",
        "entries of one id have different dates; here ids are never repeated at all",
        lambda f: [i for i, n in Counter(e.findtext(ATOM + "id") for e in entries(f)).items() if n > 1],
        (r"(<entry>.*?</entry>)", r"\1\1"),
    ),
    Requirement(
        "4.1.2",
        "an entry has exactly one id, title and updated",
        lambda f: number(entries(f), 1, 1, "id", "title", "updated"),
        ("<entry>", "<entry><title>x</title>"),
    ),
    Requirement(
        "4.1.2",
        "an entry has at most one of each",
        lambda f: number(entries(f), 0, 1, "content", "published", "rights", "source", "summary"),
        ("<entry>", "<entry><summary>x</summary>"),
    ),
    Requirement(
        "4.1.2",
        "an entry without content has an alternate link; here each has both",
        lambda f: [
            e
            for e in entries(f)
            if e.find(ATOM + "content") is None
            or "alternate" not in {x.get("rel", "alternate") for x in e.findall(ATOM + "link")}
        ],
        ("<content.*?</content>", ""),
    ),
    Requirement(
        "4.1.2",
        "no child of the feed but entries follows an entry (appendix B)",
        lambda f: [e for e in f if e.tag != ATOM + "entry" and e.getprevious() in entries(f)],
        ("</feed>", "<icon>https://a.example/</icon></feed>"),
    ),
    Requirement(
        "4.1.3.1, 4.1.3.2",
        "content stands in the entry, as HTML: no src, which would ask for a summary",
        lambda f: [e for e in each(f, "content") if e.get("type") != "html" or "src" in e.attrib],
        ("<content ", '<content src="https://a.example/" '),
    ),
    Requirement(
        "4.1.3.3",
        "HTML content can be put within a div",
        lambda f: [
            e for e in each(f, "content") if not plain_words(e.text or "") and "<img" not in (e.text or "")
        ],
        ("<content([^>]*)>.*?</content>", r"<content\1>&lt;p></content>"),
    ),
    Requirement(
        "4.2.2.1",
        "a category has a term",
        lambda f: [e for e in each(f, "category") if not e.get("term")],
        ('<category term="[^"]*"', "<category"),
    ),
    Requirement(
        "4.2.2.2",
        "a category's scheme is an IRI",
        lambda f: absolute(e.get("scheme") for e in each(f, "category") if "scheme" in e.attrib),
        ('scheme="https:', 'scheme="'),
    ),
    Requirement(
        "4.2.6",
        "ids are absolute IRIs, written in their normal form",
        lambda f: [
            *absolute(e.text for e in each(f, "id")),
            *texts(
                [e for x in entries(f) for e in x.findall(ATOM + "id")], re.compile("urn:uuid:[0-9a-f-]{36}")
            ),
        ],
        ("<id>urn:uuid:", "<id>URN:UUID:"),
    ),
    Requirement(
        "4.2.7.1",
        "a link has an href",
        lambda f: [e for e in each(f, "link") if not e.get("href")],
        ("<link href=", "<link title="),
    ),
    Requirement(
        "4.2.7.2",
        "a link's relation is a registered word",
        lambda f: attributes(each(f, "link"), "rel", ISEGMENT),
        ('rel="related"', 'rel=""'),
    ),
    Requirement(
        "4.2.7.3",
        "a link's type is a media type",
        lambda f: attributes(each(f, "link"), "type", MEDIA_TYPE),
        ('type="text/html"', 'type="html"'),
    ),
    Requirement(
        "4.2.7.4",
        "a link's hreflang is a language tag",
        lambda f: attributes(each(f, "link"), "hreflang", LANGUAGE),
        ('hreflang="en-US"', 'hreflang="en US"'),
    ),
    Requirement(
        "4.2.7.6",
        "a link's length is a number of octets",
        lambda f: attributes(links(f, "enclosure"), "length", re.compile("[0-9]+")),
        ('length="[0-9]+"', 'length="big"'),
    ),
    Requirement(
        "6.4",
        "what is not Atom's has a namespace of its own",
        lambda f: [e.tag for e in f.iter() if isinstance(e.tag, str) and not e.tag.startswith("{")],
        ("<watch:offer .*?</watch:offer>", '<offer xmlns="">x</offer>'),
    ),
)
TABLE = [pytest.param(row, id=f"{row.section}: {row.says}") for row in REQUIREMENTS]
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("requirement", TABLE)
def test_the_feed_meets_the_requirement(requirement: Requirement, name: str) -> None:
    """Nothing in the committed, the empty or the hostile feed offends against RFC 4287."""
    assert list(requirement.offenders(feeds_of(name).atom)) == []


@pytest.mark.parametrize("requirement", TABLE)
def test_the_requirement_is_really_checked(requirement: Requirement) -> None:
    """A feed broken on purpose offends against the requirement that it breaks."""
    broken = etree.fromstring(replaced(feeds_of("sample").files["atom.xml"], *requirement.broken))
    assert list(requirement.offenders(broken)) != []


@pytest.mark.parametrize("name", NAMES)
def test_the_feed_is_valid_by_the_schema_of_the_rfc(name: str) -> None:
    """The schema of appendix B accepts the feed, foreign markup included."""
    assert SCHEMA.validate(feeds_of(name).atom), SCHEMA.error_log


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ("<updated>2", "<updated>x"),
        ('type="html"', 'type="CDATA"'),
        ("<id>.*?</id>", ""),
        ("</entry>", "<offer/></entry>"),
        ('xml:lang="en-US"', 'xml:lang="en_US"'),
    ],
)
def test_the_schema_refuses_what_the_rfc_refuses(pattern: str, replacement: str) -> None:
    """The transcribed schema is not so lax that everything passes."""
    broken = replaced(feeds_of("sample").files["atom.xml"], pattern, replacement)
    assert not SCHEMA.validate(etree.fromstring(broken))


def test_an_entry_in_another_language_says_so() -> None:
    """xml:lang stands on every entry whose language is not the feed's, and on no other."""
    feeds = feeds_of("hostile")
    found = [entry.get(LANG) for entry in entries(feeds.atom)]
    expected = [entry.review.language for entry in feeds.entries]
    assert found == [language if language != "en" else None for language in expected]
    assert {"ar", "hi", "pt-BR", "en"} == set(expected)


def test_where_to_watch_is_found_among_the_links() -> None:
    """Each offer that leads somewhere is a related link, named by kind, service and country."""
    feeds = feeds_of("hostile")
    everything = next(e for e in entries(feeds.atom) if e.findtext(ATOM + "title") == "Everything & more")
    related = [link for link in everything.findall(ATOM + "link") if link.get("rel") == "related"]
    assert [link.get("title") for link in related] == [
        "Rent: Fandango at Home (US), search",
        "Stream: Apple TV (GB)",
    ]


def test_a_picture_is_an_enclosure_with_its_size() -> None:
    """The site's own picture comes with type and length; one whose type nobody knows is no enclosure."""
    found = {
        link.get("href"): (link.get("type"), link.get("length"))
        for link in links(feeds_of("hostile").atom, "enclosure")
    }
    assert found == {
        "https://cdn.example/im%20ages/a%20b.png": ("image/png", "4"),
        "https://cdn.example/im%20ages/c%3Fd%23e%26f.png": ("image/png", "6"),
    }


def test_the_licence_can_be_followed() -> None:
    """The feed links its licence (RFC 4946), and every entry says it in words."""
    feed = feeds_of("hostile").atom
    assert [link.get("href") for link in links(feed, "license")] == [
        "https://reviews.example/licence?a=1&b=2"
    ]
    assert {entry.findtext(ATOM + "rights") for entry in entries(feed)} == {"Wing & Pin, CC BY & <more>"}
