"""The post that somebody names: by its slug, its file or its id, whatever faults it and others have."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import nearest
from publisher.errors import Refused, UsageError
from publisher.posts.files import POST_SUFFIXES, Unreadable, find_posts, read_file
from publisher.posts.identifiers import alike
from publisher.posts.reading import identity
from publisher.values.characters import quote
from publisher.values.identifiers import canonical_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.site import Site

# A key and the beginning of what it says, in front matter or what looks like it; whether it is one, parsing tells.
_SLUG_LINE = re.compile(rb"""slug["']?\s*:\s*(?:#[^\r\n]*\s*)?(.{0,400})""")
_NEAR_SLUG = re.compile(r"""["']?([^\s"'#]+)""")
# Bytes at the beginning of a file in which front matter ends, for sure.
_HEAD = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A post as it was found.

    Attributes:
        file: Where it lies.
        name: How messages call it.
        data: What it holds.
        id: Its id; None where that cannot be told.
        slug: Its slug, by front matter or the file's name; None where that cannot be told.
    """

    file: Path
    name: str
    data: bytes
    id: str | None
    slug: str | None


def find_post(site: Site, wanted: str) -> Found:
    """Find one post.

    Args:
        site: The site.
        wanted: Its slug; its file, seen from here or from the site's folder; its id; or, where no post has that for
            its slug, the file's name without the suffix.

    Raises:
        UsageError: There is none.
        Refused: Several have that slug, or the file cannot be read.
        ConfigurationError: The site's folder of posts does not exist.
    """
    if "/" in wanted or wanted.lower().endswith(POST_SUFFIXES):
        return _by_path(site, wanted)
    written_id = canonical_id(wanted)
    if written_id is not None:
        return _only(wanted, "id", list(_by_id(site, written_id)), ())
    known: list[str] = []
    found = list(_candidates(site, wanted, known))
    exact = [post for post in found if post.slug == wanted]
    same = exact or [post for post in found if post.slug and alike(post.slug) == alike(wanted)]
    return _only(wanted, "slug", same or [post for post in found if post.file.stem == wanted], known)


def with_slug(site: Site, slug: str) -> list[Found]:
    """Find every post whose slug is a given one, or one that cannot be told from it."""
    return [post for post in _candidates(site, slug, []) if post.slug and alike(post.slug) == alike(slug)]


def found_in(file: Path, data: bytes, site: Site) -> Found:
    """Describe a post by what its file holds, or would hold."""
    id, slug = identity(data, file)  # noqa: A001 - the field's own word
    return Found(file, site.display(file), data, id, slug.strip() if slug else None)


def belongs(file: Path, site: Site) -> bool:
    """Tell whether a file is one that the site's posts lie in, or would be; links are followed."""
    inside = Path(os.path.realpath(file))
    posts = Path(os.path.realpath(site.posts))
    if not file.name.lower().endswith(POST_SUFFIXES) or not inside.is_relative_to(posts):
        return False
    return not any(part.startswith(".") for part in inside.relative_to(posts).parts)


def contents(site: Site) -> Iterator[tuple[Path, bytes]]:
    """Yield every post's file and what it holds, in order; what cannot be read is passed over."""
    for file in find_posts(site, (), [])[0]:
        try:
            yield file, read_file(file, site)
        except Unreadable:
            continue


def _by_path(site: Site, wanted: str) -> Found:
    for base in (Path(), site.root):
        file = Path(os.path.abspath(base / wanted))  # noqa: PTH100 - links keep their names
        if not os.path.lexists(file):
            continue
        if not belongs(file, site):
            raise UsageError(
                f"{wanted} is not one of the site's posts",
                f"they are Markdown files in {site.display(site.posts)}/",
            )
        try:
            return found_in(file, read_file(file, site), site)
        except Unreadable as error:
            raise Refused(f"{wanted}: {error.message}", error.help) from None
    raise UsageError(
        f"there is no file {wanted}", "name a post by its slug, or by its file: posts/karmalink.md"
    )


def _by_id(site: Site, wanted: str) -> Iterator[Found]:
    first = wanted.partition("-")[0].encode()
    for file, data in contents(site):
        if first in data[:_HEAD].lower():
            post = found_in(file, data, site)
            if post.id == wanted:
                yield post


def _candidates(site: Site, wanted: str, known: list[str]) -> Iterator[Found]:
    """Yield the posts that may have a slug or a file's name, and gather what slugs there seem to be.

    Only these are parsed: of ten thousand, that would take seconds.
    """
    folded = alike(wanted)
    for file, data in contents(site):
        lines = [match.decode("utf-8", "replace") for match in _SLUG_LINE.findall(data, 0, _HEAD)]
        known.append(_near_slug(lines[0]) if lines else file.stem)
        if alike(file.stem) == folded or any("\\" in line or folded in alike(line) for line in lines):
            yield found_in(file, data, site)


def _near_slug(line: str) -> str:
    match = _NEAR_SLUG.match(line)
    return match[1] if match else ""


def _only(wanted: str, kind: str, found: Sequence[Found], known: Sequence[str]) -> Found:
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(
            f"{len(found)} posts have the {kind} {quote(wanted)}: {', '.join(post.name for post in found[:10])}",
            "name the one you mean by its file",
        )
    near = nearest(wanted, filter(None, known))
    raise UsageError(
        f"no post has the {kind} {quote(wanted)}",
        f"did you mean {near}?" if near else "name a post by its slug, or by its file: posts/karmalink.md",
    )
