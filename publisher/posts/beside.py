"""What lies beside the posts in `.watch/`: a file for each review, with the offers that sources found.

A file is JSON with an offer on each line, in an order of its own, so that a change of one offer is a change of one line. It is
an input of every build, and is checked as hostile as a post: each offer by what front matter checks those of `watch:` by.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import orjson
from pydantic import BeforeValidator, ValidationError

from publisher.diagnostics import Report, Source, Span, has_errors
from publisher.posts import tree
from publisher.posts.files import Unreadable, read_file
from publisher.posts.front_matter import Block, Context, Flag, Id, WatchBlock
from publisher.posts.listings import keys_of, listing_of
from publisher.values.characters import FORBIDDEN, may_hold_forbidden, name_of
from publisher.values.checkers import fault, whole
from publisher.values.faults import add_fault, report_faults
from publisher.values.identifiers import canonical_id
from publisher.values.reviews import service_fault
from publisher.values.urls import URL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.model import Listing
    from publisher.site import Site
    from publisher.values.faults import Path as KeyPath

#: The folder in that of the posts.
FOLDER = ".watch"
_FORMAT = 1
_SUFFIX = ".json"
# Bytes: a thousand offers, each with an address of some length.
_SIZE_LIMIT = 1024 * 1024
#: Offers of a film: in fifty countries, twenty in each.
MOST_OFFERS = 1000
# What almost every address looks like, and nothing has to be said or changed of.
_PLAIN_ADDRESS = re.compile(
    r"https://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+/[A-Za-z0-9/._~%?&=+:,;!$'()*#-]*"
)
# Offers that are remembered at once, a few hundred bytes each.
_MOST_KNOWN = 20_000
# What they are sorted by.
_ORDER = ("source", "region", "kind", "service", "via", "quality", "price", "url")
_HELP = "`publisher attach --write` writes it; after a merge, keep the lines of one side"


class Beside(NamedTuple):
    """What lies beside one post.

    Attributes:
        listings: The offers that sources found; none where the file has errors, or where there is none.
        digest: The SHA-256 of the file; empty where there is none.
        diagnostics: Everything that is wrong with it.
    """

    listings: tuple[Listing, ...] = ()
    digest: bytes = b""
    diagnostics: tuple[Diagnostic, ...] = ()


NOTHING = Beside()


def _flag_of_json(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


class _Offer(WatchBlock):
    """An offer as it lies beside a post."""

    exclusive: Annotated[Flag, BeforeValidator(_flag_of_json)] = False


def _offers(value: object) -> object:
    if isinstance(value, list) and len(value) > MOST_OFFERS:
        raise fault("offer-file", f"the file has {len(value):,} offers; at most {MOST_OFFERS:,} are taken")
    return value


class _File(Block):
    """All of a file."""

    format_version: Annotated[int, BeforeValidator(whole)] = _FORMAT
    id: Id
    offers: Annotated[tuple[_Offer, ...], BeforeValidator(_offers)] = ()


def file_beside(id: str, site: Site) -> Path:
    """Name the file of offers that belongs to the review with an id."""
    return site.posts / FOLDER / f"{id}{_SUFFIX}"


def is_beside(file: Path, site: Site) -> bool:
    """Tell whether a file is one of those that `file_beside` names, in a folder that is no link."""
    folder = site.posts / FOLDER
    id = file.name.removesuffix(_SUFFIX)  # noqa: A001 - the field's own word
    return file == folder / f"{id}{_SUFFIX}" and canonical_id(id) == id and not folder.is_symlink()


def written_beside(id: str, listings: Iterable[Listing], site: Site) -> bytes:
    """Write the file of offers that belongs to a review."""
    offers = [
        {
            key: value == "true" if key == "exclusive" else value
            for key, value in keys_of(listing, site.zone).items()
        }
        for listing in listings
    ]
    offers.sort(key=lambda keys: [str(keys.get(key, "")) for key in _ORDER])
    lines = b",".join(b"\n    " + json.dumps(keys, ensure_ascii=False).encode() for keys in offers)
    return b'{\n  "format_version": %d,\n  "id": "%s",\n  "offers": [%s%s]\n}\n' % (
        _FORMAT,
        id.encode(),
        lines,
        b"\n  " if offers else b"",
    )


#: Offers that were checked before, without their addresses, by what is written: most are those of many films.
_Known: TypeAlias = "dict[tuple[tuple[str, str], ...], Listing]"


def read_beside(id: str, site: Site, now: datetime | None = None, known: _Known | None = None) -> Beside:
    """Read what lies beside the post with an id, and check it whole.

    Args:
        id: The review's.
        site: The site.
        now: The moment for rules that depend on it (aware); None leaves them out.
        known: Remembers offers where many files are read; only ones without faults are in it.
    """
    file = file_beside(id, site)
    try:
        data = read_file(file, site)
    except Unreadable as error:
        if not os.path.lexists(file):
            return NOTHING  # as of almost every post
        report = Report(Source(site.display(file), ""), site.severities)
        report.add("file-unreadable", None, error.message, help=error.help)
        return Beside(diagnostics=tuple(report.diagnostics))
    if file.parent.is_symlink():  # said of the folder
        return NOTHING
    report = Report(Source(site.display(file), data.decode("utf-8-sig", "replace")), site.severities)
    listings = _checked(data, id, report, site, now, {} if known is None else known)
    if has_errors(report.diagnostics):
        listings = ()
    return Beside(listings, hashlib.sha256(data).digest(), tuple(report.diagnostics))


def _checked(
    data: bytes, id: str, report: Report, site: Site, now: datetime | None, known: _Known
) -> tuple[Listing, ...]:
    values = _parsed(data, report)
    if values is None:
        return ()
    quick = _quickly(values, id, site, now, known)
    if quick is not None:
        return quick
    locator = tree.TreeLocator(lambda: _tree(report.source), Span.at(0), report)
    try:
        found = _File.model_validate(values, context=Context(site.zone, site.scale, site.authors))
    except ValidationError as error:
        report_faults(error, _File, report, locator)
        return ()
    if found.format_version != _FORMAT:
        report.add(
            "offer-file",
            locator.value(("format_version",)),
            f"format {found.format_version} is not one that this version of the program reads",
            help="bring the program up to date, or have `publisher attach --write` write the file anew",
        )
        return ()
    if found.id != id:
        report.add(
            "offer-file",
            locator.value(("id",)),
            "the id is not the one that the file is named by",
            help=_HELP,
        )
    listings = []
    for number, offer in enumerate(found.offers):
        _check_offer(offer, ("offers", number), locator, report, site, now)
        listings.append(listing_of(offer, site))
    return tuple(listings)


def _quickly(
    values: dict[str, Any], id: str, site: Site, now: datetime | None, known: _Known
) -> tuple[Listing, ...] | None:
    """Return the offers of a file about which there is nothing to say; None where only a closer look can tell.

    An answer is always the one that the closer look gives.
    """
    offers = values["offers"]
    if values.keys() != {"format_version", "id", "offers"} or (values["format_version"], values["id"]) != (
        _FORMAT,
        id,
    ):
        return None
    if not isinstance(offers, list) or len(offers) > MOST_OFFERS:
        return None
    listings = []
    for offer in offers:
        if not isinstance(offer, dict):
            return None
        address = offer.pop("url", None)
        if address is not None and not (
            isinstance(address, str) and len(address) <= URL_LIMIT and _PLAIN_ADDRESS.fullmatch(address)
        ):
            offer["url"] = address
            return None
        listing = _alone(offer, site, known)
        if address is not None:
            offer["url"] = address
        if listing is None or (
            now is not None and listing.terms.ends is not None and listing.terms.ends <= now
        ):
            return None
        listings.append(listing if address is None else replace(listing, url=address))
    return tuple(listings)


def _alone(offer: dict[str, Any], site: Site, known: _Known) -> Listing | None:
    """Return an offer without an address; None where there may be something to say about it."""
    if not all(isinstance(value, str | bool) for value in offer.values()):  # 1 would pass for true
        return None
    written = tuple(offer.items())
    try:
        if (listing := known.get(written)) is not None:
            return listing
        read = _Offer.model_validate(offer, context=Context(site.zone, site.scale, site.authors))
    except ValidationError:
        return None
    if not (read.service and read.kind and read.source and read.checked):
        return None
    if site.catalogue.resolve(read.service, read.kind).service is None:
        return None
    listing = known[written] = listing_of(read, site)
    return listing


def _parsed(data: bytes, report: Report) -> dict[str, Any] | None:
    """Parse a file; None where it is no JSON object that anything can carry, which is then reported."""
    if len(data) > _SIZE_LIMIT:
        report.add(
            "offer-file", None, f"the file is larger than {_SIZE_LIMIT // 1024 // 1024} MiB", help=_HELP
        )
        return None
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        report.add(
            "offer-file",
            Span.at(error.pos),
            f"the file is not JSON: {error.msg.partition(': line')[0]}",
            help=_HELP,
        )
        return None
    if not isinstance(values, dict) or not {"format_version", "id", "offers"} <= values.keys():
        report.add("offer-file", None, "the file has no `format_version`, `id` and `offers`", help=_HELP)
        return None
    if b"\\u" in data or may_hold_forbidden(report.source.text):
        for text in _texts(values):
            if match := FORBIDDEN.search(text):
                report.add(
                    "forbidden-character",
                    None,
                    f"a value holds {name_of(match.group())}; no feed can carry it",
                    help="have `publisher attach --write` write the file anew",
                )
                return None
    return values


def _texts(value: object) -> Iterator[str]:
    """Yield the keys and values in what JSON holds; how deep it may be nested, its parser sees to."""
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
        elif isinstance(top, dict):
            stack += [*top, *top.values()]
        elif isinstance(top, list):
            stack += top


def _check_offer(
    offer: WatchBlock,
    path: KeyPath,
    locator: tree.TreeLocator,
    report: Report,
    site: Site,
    now: datetime | None,
) -> None:
    for key in ("service", "kind", "source", "checked"):
        if getattr(offer, key) is None:
            report.add(
                "missing-key", locator.key(path), f"`{key}` is missing; it is required here", help=_HELP
            )
    if offer.service is not None:
        resolution = site.catalogue.resolve(offer.service, offer.kind)
        if resolution.service is None and not report.full("service-unknown"):
            add_fault(report, locator.value((*path, "service")), service_fault(offer.service, resolution))
    if now is not None and offer.until is not None and offer.until.ends <= now:
        report.add(
            "offer-expired",
            locator.value((*path, "until")),
            f"this offer ended on {offer.until.at.astimezone(site.zone):%Y-%m-%d}",
            help=f"readers are not shown it any more; `publisher attach --from {offer.source} --write` asks anew",
        )


def _tree(source: Source) -> tree.Node | None:
    """Find out where everything stands: JSON is YAML, too, but for a few escapes; nothing is said of those."""
    return tree.build(source.text, 0, Report(source))[0]


class Folder:
    """The folder of files beside the posts, as it is when it is first looked into."""

    def __init__(self, site: Site) -> None:
        """List it; where there is none, nothing is looked up for any post."""
        self._site = site
        self._path = site.posts / FOLDER
        self._names: frozenset[str] = frozenset()
        self._problem: str | None = None
        self._known: _Known = {}
        try:
            if self._path.is_symlink():
                self._problem = "this is a link; what it leads to is not read"
            else:
                self._names = frozenset(os.listdir(self._path))  # noqa: PTH208 - of ten thousand, a Path each would cost most
        except FileNotFoundError:
            pass
        except OSError as error:
            self._problem = f"the folder cannot be read: {error.strerror}"

    def read(self, id: str, now: datetime | None = None) -> Beside:
        """Read what lies beside the post with an id."""
        if f"{id}{_SUFFIX}" not in self._names:
            return NOTHING
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        return read_beside(id, self._site, now, self._known)

    def faults(self, ids: Collection[str | None]) -> Iterator[Diagnostic]:
        """Find what is wrong with the folder: that it cannot be read, and files that belong to no review.

        Args:
            ids: Those of all posts, None among them where a fault hides one; then nothing is said to belong to none.
        """
        if self._problem is not None:
            yield from self._fault(
                self._path, "file-unreadable", self._problem, "put a folder there, or nothing"
            )
        if None in ids or not self._names:
            return
        known = {f"{id}{_SUFFIX}" for id in ids}  # noqa: A001 - the field's own word
        for name in sorted(self._names - known):
            if name.startswith(".") or not name.endswith(_SUFFIX):
                continue
            yield from self._fault(
                self._path / name,
                "offer-orphan",
                "no post has the id that these offers belong to",
                "give the post its old id back, or delete the file",
            )

    def _fault(self, path: Path, code: str, message: str, help: str) -> list[Diagnostic]:
        report = Report(Source(self._site.display(path), ""), self._site.severities)
        report.add(code, None, message, help=help)
        return report.diagnostics
