"""`publisher new`: a draft with an id of its own, ready to be filled in."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from publisher.desk.blank import Blank
from publisher.desk.journal import remembered
from publisher.desk.wording import misused, require_fit
from publisher.diagnostics import has_errors
from publisher.disk import place_new
from publisher.errors import ConfigurationError, EnvironmentFault, Refused, UsageError
from publisher.posts.finding import with_slug
from publisher.posts.front_matter import Context, FrontMatter
from publisher.posts.identifiers import SLUG_LIMIT, composed, slug_from
from publisher.posts.reading import read_post
from publisher.values.identifiers import fresh_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.model import Review
    from publisher.posts.finding import Found
    from publisher.site import Site

#: What an outline's fields are called on the command line, and where their values stand in front matter.
_OPTIONS = {
    "title": ("TITLE", ("title",)),
    "film": ("--film", ("film", "title")),
    "year": ("--year", ("film", "year")),
    "directors": ("--director", ("film", "directors")),
    "authors": ("--author", ("author",)),
    "date": ("--date", ("date",)),
    "slug": ("--slug", ("slug",)),
    "tags": ("--tag", ("tags",)),
    "language": ("--language", ("language",)),
}
_OPTION_OF = {path: option for option, path in _OPTIONS.values()}
# Bytes of a file's name without its suffix; file systems take 255 with it, and some need a few for themselves.
_NAME_LIMIT = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOutline:
    """What an editor says of a post before it is written, as the editor writes it.

    Attributes:
        film: The film's title; the post's own where `year` or `directors` is given and this is not.
        authors: Keys of `publisher.toml`; may be left out where the site has one author.
        date: As front matter takes it; None is now.
        slug: None is one made of the title.
        language: None is the site's.
    """

    title: str
    film: str | None = None
    year: str | None = None
    directors: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    date: str | None = None
    slug: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post that was made, or would be: its file, what stands in it, and the review that it is so far."""

    file: Path
    data: bytes
    review: Review


def new_post(site: Site, outline: PostOutline, now: datetime, *, dry: bool = False) -> NewPost:
    """Write the file of a new draft, and remember that for `publisher undo`; `dry` writes nothing.

    Nothing is ever replaced: of two that make the same post at once, one is refused.

    Args:
        site: The site.
        outline: What is known of the post.
        now: The moment it is dated from where the outline names none (aware).
        dry: Only say what would be written.

    Raises:
        UsageError: A value is none that a post can have, or one that has to be named is missing.
        Refused: There is such a file, or another post has the slug.
        ConfigurationError: The site has no authors.
        EnvironmentFault: The file cannot be written.
    """
    front = _checked(site, outline)
    slug = front.slug or _slug_of(front.title or "")
    name = _within(slug, _NAME_LIMIT)
    file = site.posts / f"{name}.md"
    post = _written(site, file, _blank(front, slug if slug != name else None, now, site))
    if refusal := _occupied(site, file, slug, front):
        raise refusal
    if not dry:
        try:
            _place(site, post)
        except FileExistsError as error:  # somebody was quicker
            raise _occupied(site, file, slug, front) or error from None
    return post


def _checked(site: Site, outline: PostOutline) -> FrontMatter:
    """Check each value as front matter's own checkers do."""
    _require_fit(outline)
    if not site.authors:
        raise ConfigurationError(
            "the site has no authors", "give each a table in publisher.toml: [authors.KEY] with a name"
        )
    film: dict[str, Any] = {"year": outline.year, "directors": list(outline.directors)}
    if outline.film is not None or any(film.values()):
        film["title"] = outline.title if outline.film is None else outline.film
    values = {
        "title": outline.title,
        "slug": composed(outline.slug) if outline.slug else None,
        "date": outline.date,
        "author": list(dict.fromkeys(outline.authors)),
        "language": outline.language,
        "tags": list(outline.tags),
        "film": _given(film),
    }
    try:
        front = FrontMatter.model_validate(
            _given(values), context=Context(site.zone, site.scale, site.authors)
        )
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        path = tuple(step for step in details["loc"] if isinstance(step, str))
        raise misused(_OPTION_OF.get(path, path[0]), details.get("ctx", {})) from None
    if not front.author and len(site.authors) > 1:
        first, known = next(iter(site.authors)), ", ".join(site.authors)
        raise UsageError(
            f"the site has {len(site.authors)} authors; say who writes the review",
            f"such as --author {first}; known: {known}",
        )
    return front


def _require_fit(outline: PostOutline) -> None:
    """See that every text can stand in the file as it is."""
    for field, (option, _) in _OPTIONS.items():
        given = getattr(outline, field)
        for written in (given,) if isinstance(given, str) else given or ():
            require_fit(option, written)
    for tag in outline.tags:
        if "," in tag:
            each = " ".join(f"--tag {part.strip()}" for part in tag.split(",") if part.strip())
            raise UsageError(f'--tag: "{tag}" holds a comma', f"name each tag by itself: {each}")


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value not in ([], {})}


def _slug_of(title: str) -> str:
    slug = slug_from(title)
    if slug is None:
        raise UsageError(
            f'no slug can be made of "{title}"', "say what the address is to end in, such as --slug my-review"
        )
    return _within(slug, _NAME_LIMIT)


def _blank(front: FrontMatter, slug: str | None, now: datetime, site: Site) -> Blank:
    return Blank(
        id=fresh_id(),
        title=front.title or "",
        slug=slug,
        date=front.date.at if front.date else now.replace(second=0, microsecond=0),
        authors=front.author or tuple(site.authors),
        language=front.language,
        tags=front.tags,
        film=front.film,
    )


def _written(site: Site, file: Path, blank: Blank) -> NewPost:
    """Write the text, and see that it is a post; what a site judges more strictly is the editor's to fill in."""
    data = blank.text(site.zone, site.scale).encode()
    post, faults = read_post(data, file, replace(site, severities={}))
    if post is None:
        first = next(fault for fault in faults if has_errors([fault]))
        raise UsageError(f"the post would have a fault: {first.message}", first.help or first.label)
    return NewPost(file, data, post.review)


def _place(site: Site, post: NewPost) -> None:
    try:
        site.posts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"the folder {site.display(site.posts)} cannot be made: {error.strerror}"
        ) from None
    try:
        with remembered(site, "new", post.file, None, post.data):
            place_new(post.file, post.data)
    except FileExistsError:
        raise
    except OSError as error:
        raise EnvironmentFault(f"{site.display(post.file)} cannot be written: {error.strerror}") from None


def _occupied(site: Site, file: Path, slug: str, front: FrontMatter) -> Refused | None:
    """Make the refusal of a post whose slug, or whose file, belongs to another; None where neither does."""
    others = _having(site, slug)
    if not others and not os.path.lexists(file):
        return None
    year = front.film.year if front.film else None
    endings = itertools.chain([f"-{year}"] if year else [], (f"-{number}" for number in itertools.count(2)))
    similar = (_within(slug[: SLUG_LIMIT - len(end)], _NAME_LIMIT - len(end)) + end for end in endings)
    free = next(
        one for one in similar if not os.path.lexists(site.posts / f"{one}.md") and not _having(site, one)
    )
    return Refused(
        f'the slug "{slug}" is that of {others[0].name}'
        if others
        else f"{site.display(file)} is there already",
        f"name another, such as --slug {free}",
    )


def _having(site: Site, slug: str) -> Sequence[Found]:
    """Return the posts that have a slug, whatever else may be wrong with them."""
    return with_slug(site, slug) if site.posts.is_dir() else ()


def _within(slug: str, limit: int) -> str:
    """Cut a slug to so many bytes of UTF-8, between characters."""
    return slug.encode()[:limit].decode(errors="ignore").strip("-")
