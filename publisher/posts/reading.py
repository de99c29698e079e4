"""One post: from the bytes of its file to a Review, or to everything that is wrong with it."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from publisher.diagnostics import Report, Source, Span, has_errors
from publisher.errors import Refused
from publisher.model import Film, Image, Listing, OfferKind, Review, Terms
from publisher.posts import body, tree
from publisher.posts.front_matter import Context, FrontMatter, canonical_id
from publisher.posts.handler import Parts, PostHandler
from publisher.posts.rules import Subject, check_rules
from publisher.values.faults import models_of, report_faults, unknown_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from pydantic import BaseModel

    from publisher.diagnostics import Diagnostic
    from publisher.posts.front_matter import FilmBlock, WatchBlock
    from publisher.posts.moments import Moment
    from publisher.site import Site
    from publisher.values.faults import Path as KeyPath

FILE_LIMIT = 6 * 1024 * 1024
FRONT_LIMIT = 256 * 1024
_HANDLER = PostHandler()


@dataclass(frozen=True, slots=True)
class Post:
    """A review and the file it comes from; the text itself stays in the file.

    Attributes:
        name: How messages call the file.
        body: Where the text begins, in characters without a byte order mark.
        digest: The SHA-256 of the file when it was checked.
    """

    review: Review
    path: Path
    name: str
    body: int
    digest: bytes

    def text(self) -> str:
        """Read the Markdown below the front matter.

        Raises:
            Refused: The file is no longer the one that was checked.
        """
        try:
            data = self.path.read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).digest() != self.digest:
            raise Refused(f"{self.name} changed while it was being published", "run the command again")
        return data.decode("utf-8-sig")[self.body :]


def read_post(data: bytes, path: Path, site: Site) -> tuple[Post | None, list[Diagnostic]]:
    """Check the bytes of one file whole.

    Returns:
        The post, or None when there are errors; and everything that was found.
    """
    name = site.display(path)
    source, report = _decode(data, name)
    if source is None:
        return None, report.diagnostics
    body.check_characters(report)
    parts = _HANDLER.locate(source, report)
    if parts is None:
        return None, report.diagnostics
    body.check_body(parts.body, report)
    front = _front_matter(parts, path, site, report)
    if front is None or has_errors(report.diagnostics):
        return None, report.diagnostics
    review = _review(front, path, site)
    return Post(review, path, name, parts.body.start, hashlib.sha256(data).digest()), report.diagnostics


def _decode(data: bytes, name: str) -> tuple[Source | None, Report]:
    empty = Report(Source(name, ""))
    if len(data) > FILE_LIMIT:
        empty.add(
            "file-too-large",
            None,
            f"the file has {len(data) / 1024 / 1024:.1f} MiB; a post has at most {FILE_LIMIT // 1024 // 1024}",
            help="a review is text; put pictures and films beside it as files of their own",
        )
        return None, empty
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8-sig")
        report = Report(Source(name, data.decode("utf-8-sig", "replace")))
        utf16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        report.add(
            "file-encoding",
            None if utf16 else Span.at(len(good)),
            f"byte {error.start} (0x{data[error.start]:02X}) is not UTF-8",
            help="the file looks like UTF-16; save it as UTF-8" if utf16 else "save the file as UTF-8",
        )
        return None, report
    source = Source(name, text)
    report = Report(source)
    if not text.strip():
        report.add(
            "file-empty",
            None,
            "the file is empty",
            help="begin it with front matter between two lines of ---",
        )
        return None, report
    return source, report


def _front_matter(parts: Parts, path: Path, site: Site, report: Report) -> FrontMatter | None:
    span = parts.front
    if span.end - span.start > FRONT_LIMIT:
        report.add(
            "file-too-large",
            parts.opening,
            f"the front matter is longer than {FRONT_LIMIT // 1024} KiB",
            help="the text of the review goes below the second line of ---",
        )
        return None
    root, whole = _tree(span, report)
    if not whole and not isinstance(root, tree.Mapping):
        return None
    if root is not None and not isinstance(root, tree.Mapping):
        report.add(
            "front-matter-shape",
            parts.opening,
            "the front matter is not a list of `key: value` lines",
            help="such as title: Karmalink, each on a line of its own",
        )
        return None
    body.check_values(root, span, report)
    if root is not None:
        _empty_keys(root, FrontMatter, report)
    locator = tree.TreeLocator(root, parts.opening, report)
    context = Context(site.zone, site.scale, tuple(sorted(site.authors)))
    if not whole:
        _validate_rest(root, context, report, locator)
        return None
    front, faulty = _validate(tree.plain(root) or {}, context, report, locator)
    check_rules(Subject(path, site, front, locator, report, frozenset(faulty)))
    return front


def _tree(span: Span, report: Report) -> tuple[tree.Node | None, bool]:
    return tree.build(body.readable_yaml(span, report), span.start, report)


def _empty_keys(group: tree.Mapping, model: type[BaseModel], report: Report) -> None:
    """Report unknown keys that were left empty; the model is not shown what is empty."""
    known = _keys(model)
    for key, value in group.values.items():
        if key not in known:
            if isinstance(value, tree.Scalar) and (value.value is None or value.broken):
                unknown_key(report, group.keys[key], key, sorted(known))
        elif (inner := known[key]) is not None:
            for item in value.items if isinstance(value, tree.Sequence) else [value]:
                if isinstance(item, tree.Mapping):
                    _empty_keys(item, inner, report)


@cache
def _keys(model: type[BaseModel]) -> Mapping[str, type[BaseModel] | None]:
    """List the keys of a group, each with the model of the group it holds."""
    return {
        field.alias or name: next(models_of(field.annotation), None)
        for name, field in model.model_fields.items()
    }


def identity(data: bytes, path: Path) -> tuple[str | None, str | None]:
    """Answer the id and the slug of a post that has faults, as far as they can be read."""
    source, report = _decode(data, path.name)
    parts = _HANDLER.locate(source, report) if source else None
    if parts is None or parts.front.end - parts.front.start > FRONT_LIMIT:
        return None, None
    root, whole = _tree(parts.front, report)
    keys = tree.plain(root)
    if not isinstance(keys, dict):
        return None, None
    written, slug = keys.get("id"), keys.get("slug", path.stem if whole else None)
    id = canonical_id(written) if isinstance(written, str) else None  # noqa: A001 - the field's own word
    return id, slug if isinstance(slug, str) else None


def locate_key(source: Source, key: str) -> Span | None:
    """Find the value of a key of front matter; the opening line where the key is not there."""
    report = Report(source)
    parts = _HANDLER.locate(source, report)
    if parts is None:
        return None
    root, _ = _tree(parts.front, report)
    return tree.TreeLocator(root, parts.opening, report).value((key,))


def _validate_rest(
    root: tree.Node | None, context: Context, report: Report, locator: tree.TreeLocator
) -> None:
    """Check the values that stand before a fault of YAML; what bears on several keys cannot be told.

    Nothing more is said of the lines at fault: it would be a symptom.
    """
    said = len(report.diagnostics)
    lines = {fault.line for fault in report.diagnostics if fault.code.startswith("yaml-")}
    _validate(tree.plain(root), context, report, locator)
    report.diagnostics[said:] = [fault for fault in report.diagnostics[said:] if fault.line not in lines]


def _validate(
    data: dict[str, Any], context: Context, report: Report, locator: tree.TreeLocator
) -> tuple[FrontMatter, set[KeyPath]]:
    """Check every value; what is at fault is reported, taken out, and the rest returned."""
    faulty: set[KeyPath] = set()
    try:
        return FrontMatter.model_validate(data, context=context), faulty
    except ValidationError as error:
        faulty.update(report_faults(error, FrontMatter, report, locator))
    sound = copy.deepcopy(data)
    faulty.update([_take_out(sound, path) for path in faulty])
    return FrontMatter.model_validate(sound, context=context), faulty


def _take_out(data: dict[str, Any], path: KeyPath) -> KeyPath:
    """Remove the value at a path, so that the rest can be checked; return the path of what went.

    A list of texts goes as a whole; an item of `watch` stays, empty, so that the others keep their numbers.
    """
    node: Any = data
    for depth, step in enumerate(path[:-1]):
        if isinstance(node, dict) and step not in node:
            return path[: depth + 1]
        inner = node[step]
        if path[0] == "watch" and len(path) == 2 and isinstance(inner, list):
            inner[int(path[1])] = {}
            return path
        if not isinstance(inner, dict) and path[0] != "watch":
            node.pop(step)
            return path[: depth + 1]
        node = inner
    if isinstance(node, dict):
        node.pop(path[-1], None)
    return path


def _review(front: FrontMatter, path: Path, site: Site) -> Review:
    """Put a review together from front matter in which nothing required is missing."""
    if front.id is None or front.title is None or front.date is None:
        raise AssertionError("a post without errors has an id, a title and a date")
    date = front.date.at
    authors = front.author or tuple(site.authors)
    return Review(
        id=front.id,
        slug=front.slug or path.stem,
        title=front.title,
        date=date,
        # A bare day means some time on that day, never before the review itself.
        updated=max(front.updated.at, date) if front.updated else None,
        status=front.status,
        retracted=max(front.retracted.at, date) if front.retracted else None,
        reason=front.reason,
        correction=front.correction,
        previous=front.previous,
        authors=tuple(site.authors[key] for key in authors),
        language=front.language or site.language,
        summary=front.summary,
        tags=front.tags,
        film=_film(front.film) if front.film else None,
        rating=front.rating,
        image=Image(front.image.src, front.image.alt or "", front.image.credit)
        if front.image and front.image.src
        else None,
        watch=tuple(_listing(item, site) for item in front.watch),
    )


def _film(film: FilmBlock) -> Film:
    return Film(
        title=film.title or "",
        original_title=film.original_title,
        year=film.year,
        directors=film.directors,
        cast=film.cast,
        countries=film.countries,
        languages=film.languages,
        runtime=film.runtime,
        ids=film.ids.model_dump(exclude_none=True),
    )


def _listing(item: WatchBlock, site: Site) -> Listing:
    return Listing(
        service=item.service or "",
        url=item.url,
        terms=Terms(
            kind=item.kind or OfferKind.RENT,
            region=item.region or site.region,
            price=item.price,
            quality=item.quality,
            via=item.via,
            exclusive=item.exclusive,
            starts=_at(item.from_),
            ends=item.until.ends if item.until else None,
            source=item.source,
            checked=_at(item.checked),
        ),
    )


def _at(moment: Moment | None) -> datetime | None:
    return moment.at if moment else None
