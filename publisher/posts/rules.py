"""Rules that bear on several keys, on the file's name, or on files beside the post."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher import catalogue
from publisher.model import Status
from publisher.posts.front_matter import fresh_id, slug_from, slug_problem
from publisher.posts.suggest import quoted_line
from publisher.values.characters import quote
from publisher.values.urls import url_problem

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Report, Span
    from publisher.posts.front_matter import FilmBlock, FrontMatter, ImageBlock, WatchBlock
    from publisher.posts.moments import Moment
    from publisher.posts.tree import TreeLocator
    from publisher.site import Site
    from publisher.values.faults import Path as KeyPath

IMAGE_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A post under examination: where it lies, what it says, and where to note what is wrong.

    `now` is None where rules that depend on the moment are left out.
    """

    path: Path
    site: Site
    now: datetime | None
    front: FrontMatter
    locator: TreeLocator
    report: Report
    #: Paths of values that are at fault already: nothing more is said of them.
    faulty: frozenset[KeyPath]

    def sound(self, *path: str | int) -> bool:
        """Tell whether nothing was said yet of the value at a path."""
        return path not in self.faulty

    def require(self, path: KeyPath, help: str) -> None:
        """Note that a key is missing, or there but empty."""
        if not self.sound(*path):
            return
        node = self.locator.node(path)
        if node is not None and getattr(node, "broken", False):
            return
        if node is not None:
            span = self.locator.key(path)
            self.report.add(
                "missing-key",
                span,
                f"`{path[-1]}` is empty; it is required",
                help=(span and self._commented_out(span)) or help,
            )
            return
        meant = f"did you mean `{path[-1]}`?"  # it is there, misspelt: that was said
        if any(fault.code == "unknown-key" and fault.label == meant for fault in self.report.diagnostics):
            return
        block = path[-2] if len(path) > 1 and isinstance(path[-2], str) else None
        where = f" in `{block}`" if block else ""
        self.report.add(
            "missing-key",
            self.locator.key(path[:-1]),
            f"`{path[-1]}` is missing{where}; it is required",
            help=help,
        )

    def _commented_out(self, span: Span) -> str | None:
        """Suggest quotes where a `#` made a comment of the value."""
        line = self.report.source.line(self.report.source.position(span.start)[0])
        return quoted_line(line) if re.search(r":\s+#\S", line) else None


def check_rules(subject: Subject) -> None:
    """Apply every rule of this module to one post."""
    _required(subject)
    _slug(subject)
    _dates(subject)
    _retraction(subject)
    _tags(subject)
    if subject.front.image is not None and subject.sound("image"):
        _image(subject, subject.front.image)
    for number, item in enumerate(subject.front.watch):
        if subject.sound("watch", number):
            _watch(subject, number, item, subject.front.film)


def _required(subject: Subject) -> None:
    front, sound = subject.front, subject.sound
    if front.id is None:
        subject.require(("id",), help=f"mint one, once for ever: id: {fresh_id()}")
    if front.title is None:
        subject.require(("title",), help='such as title: "Karmalink"')
    if front.date is None:
        subject.require(("date",), help="such as date: 2026-03-05T09:00; in the future it is scheduled")
    if not front.author and len(subject.site.authors) != 1:
        known = ", ".join(sorted(subject.site.authors)) or "none yet; give each an [authors.KEY] table"
        subject.require(("author",), help=f"authors in publisher.toml: {known}")
    if front.film is not None and front.film.title is None and sound("film"):
        subject.require(("film", "title"), help="such as title: Karmalink, indented below film:")


def _slug(subject: Subject) -> None:
    if subject.front.slug is not None or not subject.sound("slug"):
        return
    problem = slug_problem(subject.path.stem)
    if problem:
        subject.report.add(
            "slug-invalid",
            None,
            f"the file's name gives the slug {quote(subject.path.stem)}, which {problem}",
            help=f"rename the file, or add a line slug: {slug_from(subject.path.stem) or 'with another'}",
        )


def _dates(subject: Subject) -> None:
    front = subject.front
    for name, moment in (("updated", front.updated), ("retracted", front.retracted)):
        if moment is not None and front.date is not None and _precedes(moment, front.date, subject.site):
            subject.report.add(
                "date-order",
                subject.locator.value((name,)),
                f"`{name}` lies before `date`",
                label=f"the review's date is {front.date.at.astimezone(subject.site.zone):%Y-%m-%d %H:%M}",
            )
    if front.correction is not None and front.updated is None and subject.sound("updated"):
        subject.report.add(
            "correction-without-updated",
            subject.locator.key(("correction",)),
            "there is a `correction` but no `updated`",
            help="add a line updated: with the day of the correction",
        )


def _precedes(moment: Moment, date: Moment, site: Site) -> bool:
    if moment.whole_day:
        return moment.at.astimezone(site.zone).date() < date.at.astimezone(site.zone).date()
    return moment.at < date.at


def _retraction(subject: Subject) -> None:
    front = subject.front
    if front.status is Status.RETRACTED:
        for key, value, example in (
            ("retracted", front.retracted, "the day it was taken back"),
            ("reason", front.reason, "why, in a sentence that readers may see"),
        ):
            if value is None and subject.sound(key):
                subject.report.add(
                    "retraction-incomplete",
                    subject.locator.key(("status",)),
                    f"the post is retracted, but `{key}` is missing",
                    help=f"add a line {key}: with {example}",
                )
        return
    for key, value in (("retracted", front.retracted), ("reason", front.reason)):
        if value is not None and subject.sound("status"):
            subject.report.add(
                "retraction-incomplete",
                subject.locator.key((key,)),
                f"there is a `{key}`, but the status is {front.status}",
                help=f"write status: retracted, or remove {key}",
            )


def _tags(subject: Subject) -> None:
    seen: dict[str, str] = {}
    for number, tag in enumerate(subject.front.tags):
        first = seen.setdefault(tag.casefold(), tag)
        if first is not tag:
            subject.report.add(
                "invalid-value",
                subject.locator.value(("tags", number)),
                f"the tag {quote(tag)} repeats {quote(first)}",
                help="keep one of the two",
            )


def _image(subject: Subject, image: ImageBlock) -> None:
    if image.alt is None and subject.sound("image", "alt"):
        subject.report.add(
            "image-alt",
            subject.locator.key(("image",)),
            "the image has no `alt` text",
            help="say in a sentence what it shows, for readers who cannot see it",
        )
    if image.src is None:
        subject.require(("image", "src"), help="such as src: images/karmalink.png, relative to this file")
        return
    span = subject.locator.value(("image", "src"))
    if is_address(image.src):
        problem = url_problem(image.src)
        if problem:
            subject.report.add(
                "url-invalid",
                span,
                f"{quote(image.src)} {problem}",
                help="a file's path relative to the post, or an http or https address",
            )
        return
    folder = subject.site.images
    if folder is None:
        subject.report.add(
            "image-missing",
            span,
            "the site has no folder for its own images",
            help="give publisher.toml an [images] table with directory and url",
        )
        return
    file = local_image(subject.path, image.src, folder.directory)
    if file is None or not os.path.isfile(file):  # noqa: PTH113 - a name too long for the disk is no file; Path raises
        place = subject.site.display(folder.directory)
        subject.report.add(
            "image-missing",
            span,
            f"{quote(image.src)} is not a file in {place}",
            help="paths are relative to the post, as in images/karmalink.png",
        )
    elif file.suffix.lower() not in IMAGE_TYPES:
        subject.report.add(
            "image-missing",
            span,
            f"{quote(image.src)} is not an image that readers show",
            label=f"one of {', '.join(sorted(IMAGE_TYPES))}",
        )


def is_address(src: str) -> bool:
    """Tell an address of the web from the path of a file."""
    return re.match(r"//|[a-z][a-z0-9+.-]*:", src, re.IGNORECASE) is not None


def local_image(post: Path, src: str, directory: Path) -> Path | None:
    """Return the file in the image folder that a post means by a relative address, or None."""
    if src.startswith("/") or "\\" in src or "\x00" in src:
        return None
    parts: list[str] = [*post.parent.parts]
    for part in src.split("/"):
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
        if not parts:
            return None
    file = type(post)(*parts)
    return file if file.is_relative_to(directory) else None


def _watch(subject: Subject, number: int, item: WatchBlock, film: FilmBlock | None) -> None:
    if item.service is None:
        subject.require(("watch", number, "service"), help="such as service: Apple TV")
    if item.kind is None:
        subject.require(
            ("watch", number, "kind"), help="one of rent, buy, subscription, free, ads, cinema, disc"
        )
    if item.from_ is not None and item.until is not None and item.until.ends <= item.from_.at:
        subject.report.add(
            "date-order", subject.locator.value(("watch", number, "until")), "`until` lies before `from`"
        )
    if film is None and number == 0 and subject.sound("film"):
        subject.require(("film",), help="where to watch what? add film: with a title below it")
    if item.service is None or subject.report.full("service-unknown"):
        return
    resolution = catalogue.resolve(item.service, item.kind)
    span = subject.locator.value(("watch", number, "service"))
    if resolution.service is None and resolution.candidates:
        if item.kind is None:  # the kind would decide; that it is missing was said
            return
        names = " or ".join(candidate.label for candidate in resolution.candidates)
        subject.report.add(
            "service-ambiguous",
            span,
            f"{quote(item.service)} can mean {names}",
            help=f"say which by its key: {' or '.join(candidate.key for candidate in resolution.candidates)}",
        )
    elif resolution.service is None:
        near = resolution.suggestion
        subject.report.add(
            "service-unknown",
            span,
            f"{quote(item.service)} is not a service of the catalogue",
            label=f"did you mean {near}?" if near else None,
            help=None if near else "for a service the catalogue lacks, use vod, theaters or physical",
        )
    elif item.url is not None:
        _watch_url(subject, number, item.url, resolution.service)


def _watch_url(subject: Subject, number: int, url: str, service: catalogue.Service) -> None:
    span = subject.locator.value(("watch", number, "url"))
    check = catalogue.check_url(service, url)
    if check.verdict is catalogue.UrlVerdict.OTHER_SERVICE:
        others = " or ".join(other.label for other in check.others)
        subject.report.add(
            "offer-host",
            span,
            f"this link leads to {others}, not to {service.label}",
            help="change one of the two",
        )
    elif check.verdict is catalogue.UrlVerdict.UNKNOWN_HOST:
        subject.report.add(
            "offer-host",
            span,
            f"this link does not lead to {service.label} as it is known",
            label=f"known: {', '.join(service.hosts)}",
        )
    elif check.verdict is catalogue.UrlVerdict.KNOWN_HOST and service.url_forms:
        subject.report.add(
            "offer-form", span, f"this is not a form of link that {service.label} is known to use for a film"
        )
