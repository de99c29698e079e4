"""What a feed says, read by lxml and json alone and brought to one form, so that formats and files can be compared."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lxml import etree

from tests.feeds.rules import LANG, NS, parse_xml

if TYPE_CHECKING:
    from tests.feeds.rules import Element

ATOM, AT, FH, DC, CONTENT, WATCH, REVIEW, SOURCE = (
    f"{{{NS[prefix]}}}" for prefix in ("atom", "at", "fh", "dc", "content", "watch", "review", "source")
)
#: What a film has several of: the name of the element, and that of the list in JSON.
SEVERAL = {
    "director": "directors",
    "actor": "cast",
    "country": "countries",
    "language": "languages",
    "sameAs": "sameAs",
}
RATING = f"{NS['watch']}#rating"


@dataclass(frozen=True)
class Enclosure:
    """A picture as it is enclosed; a length of None is one that nobody knows."""

    url: str
    type: str
    length: int | None


@dataclass(frozen=True)
class Item:
    """What an entry says.

    Attributes:
        content: HTML; None where there is the summary alone.
        summary: Plain text, as it stands: in RSS it is still escaped.
        updated: None where the format does not say it.
        film: What is said of it in our own words, as JSON; identifiers are left out, which only JSON names.
        markdown: The text as it was typed; None where there is the summary alone.
        whole: All of it, in a form that can be compared with the same entry in another file of the format.
        rest: The same without the content.
    """

    id: str
    title: str
    url: str
    summary: str
    content: str | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    ratings: tuple[str, ...]
    published: datetime
    updated: datetime | None
    language: str
    enclosures: tuple[Enclosure, ...]
    offers: tuple[tuple[tuple[str, str], ...], ...]
    film: str
    correction: str | None
    markdown: str | None
    whole: str = field(repr=False, compare=False)
    rest: str = field(repr=False, compare=False)


@dataclass(frozen=True)
class Document:
    """What a feed says in one format.

    Attributes:
        address: Where it says it is found.
        identity: What the format has for an id of the feed.
        older: Where the document before it in the archive is found; newer the one after it.
        current: Where an archive says the newest entries are.
        archive: Whether it says it is one; None where the format has no word for it.
        gone: The ids of entries it says were taken back.
    """

    form: str
    address: str
    identity: str
    title: str
    home: str
    language: str
    updated: datetime | None
    older: str | None
    newer: str | None
    current: str | None
    archive: bool | None
    hubs: tuple[str, ...]
    gone: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """List the ids of its entries, in their order."""
        return tuple(item.id for item in self.items)


@lru_cache(maxsize=512)
def read_document(form: str, data: bytes) -> Document:
    """Read a feed in a format: atom, rss or json."""
    return {"atom": _from_atom, "rss": _from_rss, "json": _from_json}[form](data)


def _from_atom(data: bytes) -> Document:
    feed = parse_xml(data)
    language = feed.get(LANG, "")
    return Document(
        form="atom",
        address=_link(feed, "self") or "",
        identity=feed.findtext(ATOM + "id", ""),
        title=feed.findtext(ATOM + "title", ""),
        home=_link(feed, "alternate") or "",
        language=language,
        updated=_utc(feed.findtext(ATOM + "updated")),
        gone=tuple(e.get("ref", "") for e in feed.findall(AT + "deleted-entry")),
        items=tuple(_atom_item(entry, language) for entry in feed.findall(ATOM + "entry")),
        **_walk(feed),
    )


def _atom_item(entry: Element, language: str) -> Item:
    categories = entry.findall(ATOM + "category")
    return Item(
        id=entry.findtext(ATOM + "id", ""),
        title=entry.findtext(ATOM + "title", ""),
        url=_link(entry, "alternate") or "",
        summary=entry.findtext(ATOM + "summary", ""),
        content=entry.findtext(ATOM + "content"),
        authors=tuple(e.text or "" for e in entry.iterfind(f"{ATOM}author/{ATOM}name")),
        tags=tuple(c.get("term", "") for c in categories if c.get("scheme") is None),
        ratings=tuple(c.get("label", "") for c in categories if c.get("scheme") == RATING),
        published=datetime.fromisoformat(entry.findtext(ATOM + "published", "")).astimezone(UTC),
        updated=_utc(entry.findtext(ATOM + "updated")),
        language=entry.get(LANG, language),
        enclosures=tuple(
            Enclosure(e.get("href", ""), e.get("type", ""), _length(e.get("length")))
            for e in entry.findall(ATOM + "link")
            if e.get("rel") == "enclosure"
        ),
        **_extensions(entry),
        **_canonical(entry, ATOM + "content"),
    )


def _from_rss(data: bytes) -> Document:
    channel = parse_xml(data)[0]
    language = channel.findtext("language", "")
    built = channel.findtext("lastBuildDate")
    return Document(
        form="rss",
        address=_link(channel, "self") or "",
        identity="",
        title=channel.findtext("title", ""),
        home=channel.findtext("link", ""),
        language=language,
        updated=parsedate_to_datetime(built).astimezone(UTC) if built else None,
        gone=(),
        items=tuple(_rss_item(item, language) for item in channel.findall("item")),
        **_walk(channel),
    )


def _rss_item(item: Element, language: str) -> Item:
    categories = item.findall("category")
    return Item(
        id=item.findtext("guid", ""),
        title=item.findtext("title", ""),
        url=item.findtext("link", ""),
        summary=item.findtext("description", ""),
        content=item.findtext(CONTENT + "encoded"),
        authors=tuple(e.text or "" for e in item.findall(DC + "creator")),
        tags=tuple(c.text or "" for c in categories if c.get("domain") is None),
        ratings=tuple(c.text or "" for c in categories if c.get("domain") == RATING),
        published=parsedate_to_datetime(item.findtext("pubDate", "")).astimezone(UTC),
        updated=_utc(item.findtext(ATOM + "updated")),
        language=item.findtext(DC + "language") or language,
        enclosures=tuple(
            Enclosure(e.get("url", ""), e.get("type", ""), _length(e.get("length")) or None)
            for e in item.findall("enclosure")
        ),
        **_extensions(item),
        **_canonical(item, CONTENT + "encoded"),
    )


def _from_json(data: bytes) -> Document:
    feed = json.loads(data)
    return Document(
        form="json",
        address=feed.get("feed_url", ""),
        identity=feed.get("feed_url", ""),
        title=feed["title"],
        home=feed.get("home_page_url", ""),
        language=feed.get("language", ""),
        updated=None,
        older=feed.get("next_url"),
        newer=None,
        current=None,
        archive=None,
        hubs=tuple(hub["url"] for hub in feed.get("hubs", ())),
        gone=(),
        items=tuple(_json_item(item) for item in feed["items"]),
    )


def _json_item(item: dict[str, Any]) -> Item:
    review = item.get("_review", {})
    rating = review.get("rating")
    rest = {key: value for key, value in item.items() if key not in {"content_html", "content_text"}}
    # It is the text once more.
    rest["_review"] = {key: value for key, value in item.get("_review", {}).items() if key != "markdown"}
    return Item(
        id=item["id"],
        title=item["title"],
        url=item["url"],
        summary=item["summary"],
        content=item.get("content_html"),
        authors=tuple(author["name"] for author in item["authors"]),
        tags=tuple(item.get("tags", ())),
        ratings=(rating["text"],) if rating else (),
        published=datetime.fromisoformat(item["date_published"]).astimezone(UTC),
        updated=_utc(item.get("date_modified")),
        language=item["language"],
        enclosures=tuple(
            Enclosure(one["url"], one["mime_type"], one.get("size_in_bytes"))
            for one in item.get("attachments", ())
        ),
        offers=tuple(tuple(sorted(offer.items())) for offer in item.get("_watch", {}).get("offers", ())),
        film=_film({k: v for k, v in review.get("film", {}).items() if k != "ids"}),
        correction=review.get("correction"),
        markdown=review.get("markdown"),
        whole=json.dumps(item),
        rest=json.dumps(rest),
    )


def _walk(head: Element) -> dict[str, Any]:
    """Read what the head of a document in XML says of the documents around it."""
    return {
        "older": _link(head, "prev-archive"),
        "newer": _link(head, "next-archive"),
        "current": _link(head, "current"),
        "archive": head.find(FH + "archive") is not None,
        "hubs": tuple(e.get("href", "") for e in head.findall(ATOM + "link") if e.get("rel") == "hub"),
    }


def _link(parent: Element, rel: str) -> str | None:
    found = [e.get("href") for e in parent.findall(ATOM + "link") if e.get("rel", "alternate") == rel]
    return found[0] if found else None


def _extensions(entry: Element) -> dict[str, Any]:
    """Read what an entry in XML says in our own words."""
    found = entry.find(REVIEW + "film")
    film: dict[str, Any] = {}
    if found is not None:
        film |= {
            key: int(v) if key in {"year", "runtime"} else v for key, v in map(_texts, found.attrib.items())
        }
        for name, key in SEVERAL.items():
            film[key] = [e.get("href") or e.text for e in found.findall(REVIEW + name)]
    return {
        "offers": tuple(
            tuple(sorted(map(_texts, offer.attrib.items()))) for offer in entry.findall(WATCH + "offer")
        ),
        "film": _film(film),
        "correction": entry.findtext(REVIEW + "correction"),
        "markdown": entry.findtext(SOURCE + "markdown"),
    }


def _texts(attribute: tuple[object, object]) -> tuple[str, str]:
    return str(attribute[0]), str(attribute[1])


def _film(fields: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in sorted(fields.items()) if value})


def _canonical(entry: Element, content: str) -> dict[str, Any]:
    """Write an entry in the canonical form of XML, with its content and without."""
    whole = etree.tostring(entry, method="c14n", exclusive=True, with_tail=False)
    rest = etree.fromstring(whole)
    for found in (*rest.findall(content), *rest.findall(SOURCE + "markdown")):
        rest.remove(found)
    return {"whole": whole.decode(), "rest": " ".join(etree.tostring(rest, encoding="unicode").split())}


def _utc(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _length(text: str | None) -> int | None:
    return int(text) if text is not None else None
