"""Rules that a document has to keep, each with a document that breaks it; and the forms that several formats share."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from lxml import etree, html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Element = etree._Element
NS = {
    "at": "http://purl.org/atompub/tombstones/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "letterboxd": "https://letterboxd.com",
    "media": "http://search.yahoo.com/mrss/",
    "review": "https://headless-publisher.example/ns/review/1",
    "source": "https://source.scripting.com/",
    "tmdb": "https://themoviedb.org",
    "watch": "https://headless-publisher.example/ns/watch/1",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
LANG = f"{{{NS['xml']}}}lang"
BASE = f"{{{NS['xml']}}}base"

# RFC 3339, section 5.6, with the capitals that RFC 4287, 3.3, asks for.
DATE = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
# RFC 3066, section 2.1, which RFC 4287 names; RFC 5646 allows no more than this.
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
# RFC 4288, section 4.2; parameters may follow.
_NAME = r"[A-Za-z0-9!#$&.+^_-]{1,127}"
MEDIA_TYPE = re.compile(rf"{_NAME}/{_NAME}(\s*;\s*[^\s;=]+=(\"[^\"]*\"|[^\s;\"]+))*")
EMAIL = re.compile(r"[^\s@<>,;:\\\"\[\]()]+@[^\s@<>,;:\\\"\[\]()]+")

# RFC 3987, section 2.2.
_UCS = (
    "\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_CHAR = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@{_UCS}]|%[0-9A-Fa-f]{{2}})"
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;={_UCS}]|%[0-9A-Fa-f]{{2}})*)"
_AUTHORITY = rf"(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:{_UCS}]|%[0-9A-Fa-f]{{2}})*@)?{_HOST}(?::[0-9]*)?"
_TAIL = rf"(?:\?(?:{_CHAR}|[/?{_PRIVATE}])*)?(?:#(?:{_CHAR}|[/?])*)?"
_PATH = rf"(?:{_CHAR}|/)*"
IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(?://{_AUTHORITY}(?:/{_PATH})?|(?!//){_PATH}){_TAIL}")
_REFERENCE = re.compile(rf"(?://{_AUTHORITY}(?:/{_PATH})?|(?!//|[^/?#]*:){_PATH}){_TAIL}")
# What in HTML leads elsewhere.
_ADDRESSES = ("href", "src", "poster", "cite", "longdesc", "data", "action", "background")
# HTML, "Parse a srcset attribute": an address goes on to a space, and a comma may be in it, but not at its end.
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*|,)?")


class Rule(NamedTuple):
    """One rule.

    Attributes:
        where: The document and section it stands in; "house" where it is this project's own.
        says: What it says.
        offenders: Lists what offends against it.
        broken: Breaks a document that keeps every rule, so that this one is offended: what to replace (a pattern) by
            what, or a function that changes a document in place.
    """

    where: str
    says: str
    offenders: Callable[[Any], Iterable[object]]
    broken: Any

    def __str__(self) -> str:
        """Name it as the ids of tests and messages do."""
        return f"{self.where}: {self.says}"


def faults(rules: Iterable[Rule], document: object) -> list[str]:
    """Name every rule that a document offends against, with what offends."""
    return [
        f"{rule}: {', '.join(map(shown, found[:3]))}"
        for rule in rules
        if (found := list(rule.offenders(document)))
    ]


def shown(offender: object) -> str:
    """Show what offends on one line."""
    if isinstance(offender, etree._Element):
        return f"<{offender.tag}> {' '.join(''.join(map(str, offender.itertext())).split())[:80]}"
    return repr(offender)[:200]


def parse_xml(data: bytes) -> Element:
    """Parse a document as the strictest reader would: without recovery, and with no entity but XML's own.

    Raises:
        etree.XMLSyntaxError: It is not well-formed.
        ValueError: It has a document type declaration.
    """
    root = etree.fromstring(
        data, etree.XMLParser(recover=False, resolve_entities=False, no_network=True, load_dtd=False)
    )
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a feed has no document type declaration")
    return root


def document_faults(rules: Iterable[Rule], data: bytes) -> tuple[str, ...]:
    """Name everything that a document in XML offends against; one that is none offends against that alone."""
    try:
        document = parse_xml(data)
    except (etree.XMLSyntaxError, ValueError) as error:
        return (f"XML 1.0: {error}",)
    return tuple(faults(rules, document))


def is_reference(value: str | None) -> bool:
    """Tell whether a text is an IRI reference (RFC 3987): an IRI, or a relative one."""
    return value is not None and bool(IRI.fullmatch(value) or _REFERENCE.fullmatch(value))


def not_web(values: Iterable[str | None]) -> list[str | None]:
    """List what is no absolute address of the web."""
    return [
        value
        for value in values
        if not value
        or not IRI.fullmatch(value)
        or urlsplit(value).scheme not in {"http", "https"}
        or not urlsplit(value).hostname
    ]


def not_dates(values: Iterable[str | None]) -> list[str | None]:
    """List what is no date of RFC 3339, or no day of the calendar."""
    return [value for value in values if not value or not DATE.fullmatch(value) or not _on_calendar(value)]


def _on_calendar(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def not_form(values: Iterable[str | None], form: re.Pattern[str]) -> list[str | None]:
    """List what does not have a form; what is not there has none to have."""
    return [value for value in values if value is not None and not form.fullmatch(value)]


def repeated(values: Iterable[Any]) -> list[Any]:
    """List what comes more than once."""
    return [value for value, times in Counter(values).items() if times > 1]


def parse_html(text: str) -> Element:
    """Parse HTML as a reader does that puts it within a `div` of its own page; return that `div`."""
    page = html.document_fromstring(f'<body><div id="outer">{text}<hr id="last"></div><hr id="after"></body>')
    (outer,) = page.iterfind(".//div[@id='outer']")
    return outer


@lru_cache(maxsize=1024)
def pictures(text: str) -> tuple[str | None, ...]:
    """List the addresses of the pictures that HTML shows."""
    return tuple(image.get("src") for image in parse_html(text).iter("img"))


@lru_cache(maxsize=1024)
def is_blank(text: str) -> bool:
    """Tell whether HTML shows nothing to read and nothing to look at."""
    return not "".join(map(str, parse_html(text).itertext())).strip() and not pictures(text)


def unfit_html(texts: Iterable[str | None]) -> list[str]:
    """List HTML that cannot stand within a `div`, runs, or has addresses that lead nowhere from a reader's page."""
    return [fault for text in texts for fault in _unfit(text or "")]


@lru_cache(maxsize=1024)
def _unfit(text: str) -> tuple[str, ...]:
    outer = parse_html(text)
    behind = [element.get("id") for element in outer.itersiblings()]
    stays = bool(len(outer)) and outer[-1].get("id") == "last" and behind == ["after"]
    found = [] if stays else ["it does not stay within its place"]
    return (*found, *(fault for element in outer.iter() for fault in _unfit_element(element)))


def _unfit_element(element: Element) -> list[str]:
    name = str(element.tag)
    if name in {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "html",
        "body",
        "head",
        "link",
        "meta",
    }:
        return [f"has <{name}>"]
    found = [f"has {key}" for key in map(str, element.attrib) if key.startswith("on") or key == "style"]
    values = [element.get(key) for key in _ADDRESSES if key in element.attrib]
    values += _CANDIDATE.findall(element.get("srcset") or "")
    return found + [
        f"has the address {value}"
        for value in values
        if not value or (not value.startswith("mailto:") and not_web([value]))
    ]
