"""Whether a folder of feeds is what it has to be: each document by the rules of its format, and all of them together."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from tests.feeds.atom_rules import atom_faults
from tests.feeds.documents import Document, Item, read_document
from tests.feeds.json_rules import json_faults
from tests.feeds.rss_rules import rss_faults
from tests.feeds.rules import Rule, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from publisher.site import Site

FORMS = {"atom.xml": "atom", "rss.xml": "rss", "feed.json": "json"}
#: Digests of folders that were found valid: tests make many a folder again, to the byte.
_VALID: set[bytes] = set()
VALIDATORS = {"atom": atom_faults, "rss": rss_faults, "json": json_faults}


@dataclass(frozen=True)
class Folder:
    """A folder of feeds.

    Attributes:
        files: Bytes by name, with slashes.
        url: The public address of the folder; None takes it from the main feed.
    """

    files: Mapping[str, bytes]
    url: str | None = None

    @cached_property
    def documents(self) -> dict[str, Document]:
        """Read every feed, by its file's name."""
        return {name: read_document(form_of(name), self.files[name]) for name in feed_names(self.files)}

    @cached_property
    def channels(self) -> dict[str, dict[str, Document]]:
        """Sort the feeds by the folder they lie in, and there by format."""
        found: dict[str, dict[str, Document]] = {}
        for name, document in self.documents.items():
            found.setdefault(name.rpartition("/")[0], {})[document.form] = document
        return found

    @property
    def base(self) -> str:
        """Return the public address of the folder."""
        if self.url is not None:
            return self.url
        return self.documents["atom.xml"].address.removesuffix("atom.xml")

    def at(self, address: str | None) -> Document | None:
        """Return the document that is found at an address."""
        return next((d for name, d in self.documents.items() if self.base + quote(name) == address), None)

    def archive(self, form: str) -> list[Document]:
        """Walk the archive as a program does: from the main feed to the oldest document."""
        found = [next(d for d in self.channels[""].values() if d.form == form)]
        while (older := self.at(found[-1].older)) is not None and older not in found:
            found.append(older)
        return found


def form_of(name: str) -> str:
    """Return the format of a feed's file."""
    return FORMS[name.rpartition("/")[2]]


def feed_names(files: Iterable[str]) -> list[str]:
    """List the names of those files that are feeds, in whatever folder they lie."""
    return [name for name in sorted(files) if name.rpartition("/")[2] in FORMS]


def not_in_three_forms(folder: Folder) -> list[str]:
    """List channels that lack a format."""
    return [name for name, forms in folder.channels.items() if set(forms) != set(FORMS.values())]


def misplaced(folder: Folder) -> list[str]:
    """List files that say they are found elsewhere than they are."""
    return [
        f"{name} says {document.address}"
        for name, document in folder.documents.items()
        if document.address != folder.base + quote(name)
    ]


def disagreeing(folder: Folder, what: Callable[[Document], object]) -> list[str]:
    """List channels whose formats do not say the same of something; a None says nothing."""
    return [
        f"{name or 'the main feed'}: {told}"
        for name, forms in folder.channels.items()
        if len(set(map(repr, told := [t for d in forms.values() if (t := what(d)) is not None]))) > 1
    ]


def undated(folder: Folder) -> list[str]:
    """List channels that RSS gives no date, and Atom one of its own: it has to have one, of what was never updated, too."""
    return [
        name or "the main feed"
        for name, forms in folder.channels.items()
        if {"atom", "rss"} <= forms.keys()
        and (forms["rss"].updated is None) != (forms["atom"].updated == datetime(1970, 1, 1, tzinfo=UTC))
    ]


def place(folder: Folder, address: str | None) -> str:
    """Return the channel that an address leads to, without the format; empty for none."""
    if address is None:
        return ""
    return f"[{address.removeprefix(folder.base).rpartition('/')[0]}]"


def broken_chain(folder: Folder) -> Iterator[str]:
    """List what keeps a program from walking the archive."""
    for form in FORMS.values():
        walked = folder.archive(form)
        pages = [d for name, d in folder.documents.items() if d.form == form and name.startswith("archive/")]
        yield from (f"{d.address} is not reached" for d in pages if d not in walked)
        yield from (
            f"{d.address} leads to {d.older}, which is not there"
            for d in walked
            if d.older and not folder.at(d.older)
        )
        if walked[-1].older is not None:
            yield f"{walked[-1].address} leads back to {walked[-1].older}"
        if form == "json":  # it has words for one way only
            continue
        if walked[0].newer or walked[0].archive or walked[0].current:
            yield f"{walked[0].address} says it is an archive, or that something comes after it"
        for newer, older in pairwise(walked[1:]):
            if older.newer != newer.address:
                yield f"{older.address} says {older.newer} comes after it, and not {newer.address}"
        for page in walked[1:]:
            if not page.archive or page.current != walked[0].address:
                yield f"{page.address} does not say that it is an archive of {walked[0].address}"
        if len(walked) > 1 and walked[1].newer is not None:
            yield f"{walked[1].address}, the newest, says {walked[1].newer} comes after it"


def not_archived(folder: Folder) -> Iterator[str]:
    """List entries that stand in some feed and are not found by walking the archive, where there is one."""
    for form in FORMS.values():
        walked = folder.archive(form)
        if len(walked) > 1:
            found = {urn for document in walked for urn in document.ids}
            yield from (
                f"{urn} in {name}"
                for name, document in folder.documents.items()
                for urn in document.ids
                if document.form == form and urn not in found
            )


def told_twice(folder: Folder) -> Iterator[str]:
    """List entries that say one thing in one file and another in another, content aside where one has it not."""
    seen: dict[tuple[str, ...], str] = {}
    for name, document in folder.documents.items():
        for item in document.items:
            full = str(item.content is not None)
            for key, text in (
                ((document.form, item.id, full), item.whole),
                ((document.form, item.id), item.rest),
            ):
                if seen.setdefault(key, text) != text:
                    yield f"{item.id} in {name}"


def formats_differ(folder: Folder) -> Iterator[str]:
    """List entries that the formats of one channel do not tell alike."""
    for name, forms in folder.channels.items():
        for items in zip(*(document.items for document in forms.values()), strict=False):
            told = [_comparable(item) for item in items]
            for key in told[0]:
                values = {repr(one[key]) for one in told if one[key] is not None or key != "updated"}
                if len(values) > 1:
                    yield f"{name or 'the main feed'}, {items[0].id}, {key}: {' / '.join(sorted(values))[:300]}"


def _comparable(item: Item) -> dict[str, object]:
    """Take what every format says of an entry; summaries differ in their escaping."""
    return {
        field.name: getattr(item, field.name)
        for field in fields(item)
        if field.compare and field.name != "summary"
    }


def summaries_differ(folder: Folder) -> Iterator[str]:
    """List summaries that are not the same once RSS's are unescaped, which are HTML."""
    for name, forms in folder.channels.items():
        for items in zip(*(document.items for document in forms.values()), strict=False):
            said = {
                unescape(item.summary) if form == "rss" else item.summary
                for form, item in zip(forms, items, strict=True)
            }
            if len(said) > 1:
                yield f"{name or 'the main feed'}, {items[0].id}: {said}"


def unordered(folder: Folder) -> list[str]:
    """List feeds whose entries are not the newest first, ties by id."""
    return [
        name
        for name, d in folder.documents.items()
        if list(d.items)
        != sorted(sorted(d.items, key=lambda i: i.id), key=lambda i: i.published, reverse=True)
    ]


def mixed(folder: Folder) -> list[str]:
    """List feeds that have the whole text of some entries and not of others."""
    return [
        name for name, d in folder.documents.items() if len({item.content is None for item in d.items}) > 1
    ]


def dead_and_alive(folder: Folder) -> list[str]:
    """List what some feed says was taken back, and some feed still has."""
    gone = {urn for document in folder.documents.values() for urn in document.gone}
    return sorted(gone & {urn for document in folder.documents.values() for urn in document.ids})


def confused(folder: Folder) -> list[str]:
    """List ids of feeds: two feeds have two, the pages of one archive have that of the main feed."""
    atoms = {name: forms["atom"] for name, forms in folder.channels.items() if "atom" in forms}
    main = atoms[""].identity
    pages = [d.identity for name, d in atoms.items() if name.startswith("archive/")]
    others = [d.identity for name, d in atoms.items() if not name.startswith("archive/")]
    return [i for i in pages if i != main] + [i for i in set(others) if others.count(i) > 1]


def without_style(folder: Folder) -> Iterator[str]:
    """List feeds in XML that do not lead to the style sheet, or whose style sheet is not there."""
    for name in folder.documents:
        if form_of(name) == "json":
            continue
        head = folder.files[name].partition(b"?>")[2].lstrip()
        href = head.partition(b'href="')[2].partition(b'"')[0].decode()
        target = urljoin(f"/{name}", href).lstrip("/")
        if not head.startswith(b'<?xml-stylesheet type="text/css"') or target not in folder.files:
            yield f"{name} leads to {target}"


def stale_copies(folder: Folder) -> list[str]:
    """List compressed copies that are not copies."""
    return [
        name
        for name, data in folder.files.items()
        if name.endswith(".gz") and gzip.decompress(data) != folder.files.get(name.removesuffix(".gz"))
    ]


def unreadable_bytes(folder: Folder) -> list[str]:
    """List feeds that are not UTF-8 without a mark, or that have no line end at their end."""
    return [
        name
        for name in folder.documents
        if folder.files[name].startswith(b"\xef\xbb\xbf")
        or not folder.files[name].endswith(b"\n")
        or folder.files[name] != folder.files[name].decode("utf-8", "replace").encode()
    ]


def _replace(folder: dict[str, bytes], name: str, old: str, new: str) -> str:
    """Break a file of a folder; what is replaced has to be there."""
    text = folder[name].decode()
    assert old in text, f"{name} has no {old}"
    folder[name] = text.replace(old, new, 1).encode()
    return name


def rule(
    says: str, offenders: Callable[[Folder], Iterable[object]], broken: Callable[[dict[str, bytes]], object]
) -> Rule:
    """Make a rule on a folder; the function breaks the one that test_feeds_validators builds."""
    return Rule("folder", says, offenders, broken)


#: What the files of a folder have to be to one another.
RULES = (
    rule("every feed is there in three formats", not_in_three_forms, lambda f: f.pop("tags/gothic/rss.xml")),
    rule("every document says where it is found, exactly", misplaced, lambda f: _replace(f, "tags/gothic/rss.xml", "tags/gothic/rss.xml", "tags/gothic/atom.xml")),
    rule("the formats agree on the title", lambda f: disagreeing(f, lambda d: d.title), lambda f: _replace(f, "rss.xml", "<title>", "<title>Not ")),
    rule("the formats agree on the page they belong to", lambda f: disagreeing(f, lambda d: d.home), lambda f: _replace(f, "feed.json", '"home_page_url": "https://', '"home_page_url": "http://')),
    rule("the formats agree on the language", lambda f: disagreeing(f, lambda d: d.language), lambda f: _replace(f, "rss.xml", "<language>en", "<language>de")),
    rule("the formats agree on when something last changed", lambda f: disagreeing(f, lambda d: d.updated), lambda f: _replace(f, "rss.xml", ":00 +0000</lastBuildDate>", ":01 +0000</lastBuildDate>")),
    rule("what RSS gives no date is what was never updated", undated, lambda f: f.update({"rss.xml": f["rss.xml"].replace(b"lastBuildDate>", b"pubDate>")})),
    rule("the formats agree on the hubs", lambda f: disagreeing(f, lambda d: d.hubs), lambda f: _replace(f, "feed.json", "https://hub.example/", "https://bub.example/")),
    rule("the formats agree on what comes before", lambda f: disagreeing(f, lambda d: place(f, d.older)), lambda f: _replace(f, "feed.json", '"next_url": "https://reviews.example/feeds/archive/2024-04', '"next_url": "https://reviews.example/feeds/archive/2024-03')),
    rule("the formats agree on what comes after", lambda f: disagreeing(f, lambda d: place(f, d.newer) if d.form != "json" else None), lambda f: _replace(f, "archive/2024-03/rss.xml", 'rel="next-archive"', 'rel="via"')),
    rule("the formats agree on what is current", lambda f: disagreeing(f, lambda d: place(f, d.current) if d.form != "json" else None), lambda f: _replace(f, "archive/2024-03/rss.xml", 'rel="current"', 'rel="via"')),
    rule("the formats agree on which entries there are, in which order", lambda f: disagreeing(f, lambda d: d.ids), lambda f: _replace(f, "tags/gothic/feed.json", '"id": "urn:uuid:00000000-0000-4000-8000-000000000003"', '"id": "urn:uuid:00000000-0000-4000-8000-000000000999"')),
    rule("the formats tell the same of every entry", formats_differ, lambda f: _replace(f, "tags/gothic/feed.json", '"language": "ar"', '"language": "he"')),
    rule("the formats summarise alike", summaries_differ, lambda f: _replace(f, "rss.xml", "&amp;amp;amp;", "&amp;amp;")),
    rule("the archive can be walked, and back", broken_chain, lambda f: _replace(f, "archive/2024-03/atom.xml", "archive/2024-04/", "archive/2024-02/")),
    rule("walking it, one finds every entry that some feed has", not_archived, lambda f: [_replace(f, f"tags/gothic/{name}", "000000000003", "000000000998") for name in FORMS]),
    rule("an entry says the same in every file", told_twice, lambda f: _replace(f, "tags/gothic/rss.xml", "<item>\n      <title>", "<item>\n      <title>Not ")),
    rule("a feed has all texts whole, or none", mixed, lambda f: _replace(f, "feed.json", '"content_html"', '"content_text"')),
    rule("the newest comes first", unordered, lambda f: _replace(f, "feed.json", '"date_published": "2024', '"date_published": "1999')),
    rule("what was taken back is in no feed", dead_and_alive, lambda f: _replace(f, "tags/gothic/atom.xml", 'ref="urn:uuid:00000000-0000-4000-8000-000000000009"', 'ref="urn:uuid:00000000-0000-4000-8000-000000000001"')),
    rule("every feed has an id of its own, all pages of the archive that of the main feed", confused, lambda f: _replace(f, "tags/gothic/atom.xml", "<id>https://reviews.example/feeds/tags/gothic/", "<id>https://reviews.example/feeds/")),
    rule("every feed in XML leads to the style sheet", without_style, lambda f: _replace(f, "tags/gothic/atom.xml", "../../feed.css", "../feed.css")),
    rule("a compressed copy is one", stale_copies, lambda f: f.update({"rss.xml.gz": gzip.compress(b"x")})),
    rule("every feed is UTF-8 and ends with a line end", unreadable_bytes, lambda f: f.update({"feed.json": f["feed.json"].rstrip()})),
)  # fmt: skip


def folder_faults(files: Mapping[str, bytes], url: str | None = None) -> list[str]:
    """Name everything that a folder's feeds offend against: each by itself, then all together.

    Args:
        files: Bytes by name, with slashes, as `contents` reads them.
        url: The public address of the folder; None takes it from the main feed.
    """
    found = [
        f"{name}: {fault}" for name in feed_names(files) for fault in VALIDATORS[form_of(name)](files[name])
    ]
    # Documents that are broken by themselves cannot be compared.
    return found or faults(RULES, Folder(files, url))


def require_valid_files(files: Mapping[str, bytes], url: str | None = None) -> None:
    """See that the feeds among some files are valid, and fit each other; the same files are looked at once."""
    digest = hashlib.sha256(repr((url, sorted(files.items()))).encode()).digest()
    if digest in _VALID:
        return
    found = folder_faults(files, url)
    assert not found, "\n".join([*found[:20], f"{len(found)} faults in all"])
    _VALID.add(digest)


def require_valid_folder(folder: Path, site: Site | None = None) -> None:
    """See that every feed below a folder is valid, and that all of them fit each other and the site."""
    files = {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()
    }
    assert set(FORMS) <= files.keys(), f"{folder} has no feeds"
    require_valid_files(files, site.syndication.url if site else None)
