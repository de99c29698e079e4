"""Rules that bear on several keys of front matter, or on the file's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.diagnostics import Edit, Fix
from publisher.model import Status
from publisher.posts.identifiers import slug_from, slug_problem
from publisher.posts.offers import check_offers
from publisher.posts.pictures import check_image
from publisher.posts.placeholder import check_placeholder
from publisher.posts.tree import Mapping, Scalar
from publisher.posts.wording import check_wording
from publisher.values.characters import quote
from publisher.values.identifiers import fresh_id

if TYPE_CHECKING:
    from publisher.posts.moments import Moment
    from publisher.posts.subject import Subject
    from publisher.site import Site

_LEFT_EMPTY = re.compile(
    r"[ \t]*:(?P<value>[ \t]*(?:~|null|Null|NULL)?)(?=[ \t]*(?:[ \t]#[^\r\n]*)?(?:[\r\n]|\Z))"
)


def check_rules(subject: Subject) -> None:
    """Apply every rule across keys to one post."""
    _required(subject)
    _slug(subject)
    _dates(subject)
    _retraction(subject)
    _tags(subject)
    check_wording(subject)
    if subject.front.image is not None and subject.sound("image"):
        check_image(subject, subject.front.image)
    check_offers(subject)
    check_placeholder(subject)


def _required(subject: Subject) -> None:
    front, sound = subject.front, subject.sound
    if front.id is None:
        id = fresh_id()  # noqa: A001 - the field's own word
        subject.require(("id",), help=f"mint one, once for ever: id: {id}", fix=_minted(subject, id))
    if front.title is None:
        subject.require(("title",), help='such as title: "Karmalink"')
    if front.date is None:
        subject.require(("date",), help="such as date: 2026-03-05T09:00; in the future it is scheduled")
    if not front.author and len(subject.site.authors) != 1:
        known = ", ".join(sorted(subject.site.authors)) or "none yet; give each an [authors.KEY] table"
        subject.require(("author",), help=f"authors in publisher.toml: {known}")
    if front.film is not None and front.film.title is None and sound("film"):
        subject.require(("film", "title"), help="such as title: Karmalink, indented below film:")
    if (
        front.film is not None
        and front.film.year is None
        and sound("film")
        and subject.absent("film", "year")
    ):
        subject.report.add(
            "film-year",
            subject.locator.key(("film", "year")),
            "the film has no `year`",
            help="add year: with the year it was first shown; several films can share a title",
        )


def _minted(subject: Subject, id: str) -> Fix | None:
    """Offer the repair that writes an id on a line of its own, or behind a key that was left empty."""
    source, opening, front = subject.report.source, subject.parts.opening, subject.parts.front
    root = subject.locator.node(())
    keys = root.keys if isinstance(root, Mapping) else {}
    if "id" in keys:
        empty = _LEFT_EMPTY.match(source.text, keys["id"].end)
        return Fix("mint an id", (Edit(*empty.span("value"), f" {id}"),)) if empty else None
    if isinstance(root, Mapping) and root.flow:
        return None
    _, column = source.position(next(iter(keys.values())).start) if keys else (0, 1)
    line_end = source.text[opening.end : front.start]
    return Fix("mint an id", (Edit(front.start, front.start, f"{' ' * (column - 1)}id: {id}{line_end}"),))


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
    tags = subject.front.tags
    if len(tags) == 1 and "," in tags[0] and isinstance(subject.locator.node(("tags",)), Scalar):
        listed = ", ".join(part.strip() for part in tags[0].split(",") if part.strip())
        subject.report.add(
            "tag-commas",
            subject.locator.value(("tags",)),
            f"{quote(tags[0])} is one tag, commas and all",
            help=f"several tags are a list: tags: [{listed}]",
        )
    seen: dict[str, str] = {}
    for number, tag in enumerate(subject.front.tags):
        first = seen.get(tag.casefold())
        if first is not None:
            subject.report.add(
                "invalid-value",
                subject.locator.value(("tags", number)),
                f"the tag {quote(tag)} repeats {quote(first)}",
                help="keep one of the two",
            )
        seen.setdefault(tag.casefold(), tag)
