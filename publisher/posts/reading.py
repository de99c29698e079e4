"""One post: from the bytes of its file to a Review, or to everything that is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from publisher.diagnostics import Report, Source, has_errors
from publisher.errors import Refused
from publisher.posts import body, prose, tree
from publisher.posts.assembly import review_of
from publisher.posts.beside import Folder, read_beside
from publisher.posts.checking import FRONT_LIMIT, Place, check_front_matter, tree_at
from publisher.posts.decoding import decode
from publisher.posts.handler import PostHandler
from publisher.posts.turning_points import within
from publisher.values.identifiers import canonical_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic, Span
    from publisher.model import Review
    from publisher.posts.front_matter import FrontMatter
    from publisher.site import Site
    from publisher.values.faults import Path as KeyPath

_HANDLER = PostHandler()


@dataclass(frozen=True, slots=True)
class Post:
    """A review and the file it comes from; the text itself stays in the file.

    Attributes:
        name: How messages call the file.
        body: Where the text begins, in characters without a byte order mark.
        digest: The SHA-256 of the file when it was checked.
        links: The site's own reviews that the text links to, as `links.review_key` writes them.
        beside: The SHA-256 of the file of offers that lies beside it; empty where there is none.
        made: What was made of it when it was read, for whoever wanted that.
        mark: A digest of all that decides what is shown of it: its file, the stamps of other files that were looked at, and
            the span in which nothing changes by itself. Empty where nobody gathered that.
        looked: The paths of those other files.
        span: From when on, and up to when, the mark holds; None for ever.
    """

    review: Review
    path: Path
    name: str
    body: int
    digest: bytes
    links: tuple[str, ...] = ()
    beside: bytes = b""
    made: object = field(default=None, compare=False)
    mark: bytes = field(default=b"", compare=False)
    looked: tuple[str, ...] = field(default=(), compare=False)
    span: tuple[datetime | None, datetime | None] = field(default=(None, None), compare=False)

    def mark_at(self, now: datetime) -> bytes:
        """Return the mark, if it tells what is shown at a moment (aware); otherwise nothing: it was read as of another."""
        return self.mark if within(now, *self.span) else b""

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


#: What is made of a post and its text, in whichever process read it.
Making: TypeAlias = "Callable[[Post, str], object]"


class Checked(NamedTuple):
    """What a look at one file found.

    Attributes:
        post: The post; None when there are errors.
        diagnostics: Everything that was found.
        front: The front matter without the values at fault; None where it cannot be told what it says.
        links: The site's own reviews that the text links to, as `links.review_key` writes them.
    """

    post: Post | None
    diagnostics: list[Diagnostic]
    front: FrontMatter | None = None
    links: tuple[str, ...] = ()


def read_post(
    data: bytes, path: Path, site: Site, now: datetime | None = None
) -> tuple[Post | None, list[Diagnostic]]:
    """Check the bytes of one file whole.

    Args:
        data: What the file holds.
        path: Where it lies, or would.
        site: The site it belongs to.
        now: The moment for rules that depend on it (aware); None leaves them out.

    Returns:
        The post, or None when there are errors; and everything that was found.
    """
    checked = check_post(data, path, site, now)
    return checked.post, checked.diagnostics


def check_post(
    data: bytes,
    path: Path,
    site: Site,
    now: datetime | None = None,
    *,
    folder: Folder | None = None,
    making: Making | None = None,
) -> Checked:
    """Check the bytes of one file whole, as `read_post` does, and keep what others need to know of a faulty one.

    Where many are checked, the folder that lies beside the posts is looked into once. What is to be made of a post without
    errors, with its text at hand, `making` makes.
    """
    name = site.display(path)
    source, report = decode(data, name, site.severities)
    if source is None:
        return Checked(None, report.diagnostics)
    body.check_characters(report)
    parts = _HANDLER.locate(source, report)
    if parts is None:
        return Checked(None, report.diagnostics)
    place = Place(path, site, now)
    readable = body.check_body(parts.body, report)
    links = prose.check_prose(parts.body, place, report) if readable else ()
    front = check_front_matter(parts, place, report)
    if front is None or has_errors(report.diagnostics):
        return Checked(None, report.diagnostics, front, links)
    digest = hashlib.sha256(data).digest()
    post = Post(review_of(front, path, site), path, name, parts.body.start, digest, links)
    checked = _with_beside(Checked(post, report.diagnostics, front, links), post, site, now, folder)
    if making is None or checked.post is None:
        return checked
    made = making(checked.post, source.text[parts.body.start :])
    return checked._replace(post=replace(checked.post, made=made))


def _with_beside(
    checked: Checked, post: Post, site: Site, now: datetime | None, folder: Folder | None
) -> Checked:
    """Add what lies beside a post; whatever is wrong with that is wrong with the post."""
    review = post.review
    day = review.date.date()
    found = folder.read(review.id, now, day=day) if folder else read_beside(review.id, site, now, day=day)
    if not found.digest and not found.diagnostics:
        return checked
    diagnostics = [*checked.diagnostics, *found.diagnostics]
    if has_errors(found.diagnostics):
        return checked._replace(post=None, diagnostics=diagnostics)
    post = replace(post, review=replace(review, found=found.listings), beside=found.digest)
    return checked._replace(post=post, diagnostics=diagnostics)


def identity(data: bytes, path: Path) -> tuple[str | None, str | None]:
    """Answer the id and the slug of a post that has faults, as far as they can be read."""
    source, report = decode(data, path.name, {})
    parts = _HANDLER.locate(source, report) if source else None
    if parts is None or parts.front.end - parts.front.start > FRONT_LIMIT:
        return None, None
    root, whole = tree_at(parts.front, report)
    keys = tree.plain(root)
    if not isinstance(keys, dict):
        return None, None
    written, slug = keys.get("id"), keys.get("slug", path.stem if whole else None)
    id = canonical_id(written) if isinstance(written, str) else None  # noqa: A001 - the field's own word
    return id, slug if isinstance(slug, str) else None


def reopen(data: bytes, name: str, site: Site) -> Report:
    """Begin another report on a file that was checked before, whatever it holds by now."""
    return Report(Source(name, data.decode("utf-8-sig", "replace")), site.severities)


def locate(source: Source, path: KeyPath) -> Span | None:
    """Find the value at a path of front matter; the opening line where it is not there."""
    report = Report(source)
    parts = _HANDLER.locate(source, report)
    if parts is None:
        return None
    span = parts.front
    return tree.TreeLocator(lambda: tree_at(span, report)[0], parts.opening, report).value(path)


def locate_links(source: Source, site: Site) -> Iterator[tuple[Span, str]]:
    """Find the links to the site's own reviews in a post's text: where each stands, and the key of the review."""
    parts = _HANDLER.locate(source, Report(source))
    return prose.review_links(source, parts.body, site) if parts else iter(())
