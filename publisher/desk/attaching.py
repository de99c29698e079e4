"""Writing down what sources know of where films can be watched: remembered first, each file whole or not at all."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.desk.journal import EditJournal
from publisher.desk.lines import ChangedLine, changed_lines
from publisher.diagnostics import has_errors
from publisher.disk import place_new, sync_folder
from publisher.errors import EnvironmentFault, Refused
from publisher.posts.beside import file_beside
from publisher.posts.files import Unreadable, read_file
from publisher.posts.reading import read_post
from publisher.posts.rewriting import rewrite
from publisher.posts.watch_reading import offer_items
from publisher.site import OfferStore
from publisher.watch.memory import remember_offers, withdraw_offers
from publisher.watch.ownership import changed_meanwhile, taken_out
from publisher.watch.store import stored

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.posts import Post
    from publisher.site import Site
    from publisher.watch.store import Stored
    from publisher.watch.survey import Survey

COMMAND = "attach"


@dataclass(frozen=True, slots=True)
class WrittenOffers:
    """A file that offers were written into.

    Attributes:
        name: How messages call it.
        lines: The lines that changed.
    """

    name: str
    lines: tuple[ChangedLine, ...]


@dataclass(frozen=True, slots=True)
class KeptOffers:
    """What became of what a survey found.

    Attributes:
        post: The post, as it reads now.
        files: What was written; nothing where all of it was written already.
    """

    post: Post
    files: tuple[WrittenOffers, ...]


def attach_journal(site: Site) -> EditJournal:
    """Begin the edit that a run of `attach` makes, of however many posts: `undo` takes it back as one."""
    return EditJournal(site, COMMAND)


def keep_offers(site: Site, survey: Survey, now: datetime, journal: EditJournal | None = None) -> KeptOffers:
    """Write what sources know of a film into its post's `watch:`, or beside it, as the site chooses.

    In the post nothing changes but `watch:`, and there nothing that an editor wrote. Each file is written whole or not at
    all, and `undo` takes the edit back. What is written into the post is remembered in the folder of state, so that the
    next run knows it from what an editor changes.

    Args:
        site: The site.
        survey: What is known of the film.
        now: The moment for rules that depend on it (aware).
        journal: The run that it belongs to; None makes it an edit of its own.

    Raises:
        Refused: The post was changed since it was read, or is written in a way in which it cannot be changed for certain.
        EnvironmentFault: A file, or what undoes the edit, cannot be written.
    """
    post, review = survey.post, survey.post.review
    before = _contents(post.path, site)
    beside = file_beside(review.id, site)
    held = _contents(beside, site)
    if before is None or not _is_as_read(before, post.digest) or not _is_as_read(held, post.beside):
        raise changed_meanwhile(post)
    after = stored(before, post.name, review, survey.comparisons, held, site)
    steps: list[tuple[Path, bytes | None, bytes]] = []
    if after.post != before:
        _require_sound(after.post, post, site, now)
        steps.append((post.path, before, after.post))
    if after.beside is not None and after.beside != held:
        _require_folder(beside, site)
        steps.append((beside, held, after.beside))
    if site.watch.store is OfferStore.BESIDE:
        # What leaves one file is in the other first: a run that is killed between the two loses nothing.
        steps.reverse()
    files = []
    journal = journal or attach_journal(site)
    for file, old, new in steps:
        with journal.change(file, old, new):
            _put(file, old, new, site)
        files.append(WrittenOffers(site.display(file), changed_lines(old or b"", new)))
    _remember(after, before, post, site)
    if not files:
        return KeptOffers(post, ())
    reread, _ = read_post(after.post, post.path, site, now)
    return KeptOffers(reread or post, tuple(files))


def _remember(after: Stored, before: bytes, post: Post, site: Site) -> None:
    items = offer_items(after.post, post.name)
    if after.own:
        own = [item.keys for number, item in enumerate(items) if number in after.own]
        remember_offers(post.review, own, site)
    if after.post != before:
        withdraw_offers(post.review.id, taken_out(before, after.post, post.name), site)


def _contents(file: Path, site: Site) -> bytes | None:
    """Return what a file holds; None where there is none."""
    if not os.path.lexists(file):
        return None
    try:
        return read_file(file, site)
    except Unreadable as error:
        raise Refused(f"{site.display(file)}: {error.message}", error.help) from None


def _is_as_read(data: bytes | None, digest: bytes) -> bool:
    return hashlib.sha256(data).digest() == digest if data is not None else digest == b""


def _require_sound(data: bytes, post: Post, site: Site, now: datetime) -> None:
    """See that a post has no errors that it did not have; one that was read without any has none now.

    Raises:
        Refused: It would have one.
    """
    _, faults = read_post(data, post.path, site, now)
    errors = [fault for fault in faults if has_errors([fault])]
    if errors:
        raise Refused(
            f"{post.name} would have an error: {errors[0].message}; nothing was changed",
            errors[0].help,
            diagnostics=errors[:1],
        )


def _require_folder(file: Path, site: Site) -> None:
    """See that the folder beside the posts is there, and is no link that leads elsewhere.

    Raises:
        Refused: It is one.
        EnvironmentFault: It cannot be made.
    """
    folder = file.parent
    if folder.is_symlink():
        raise Refused(
            f"{site.display(folder)} is a link; nothing is written where it leads", "put a folder there"
        )
    try:
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise EnvironmentFault(f"{site.display(folder)} cannot be made: {error.strerror or error}") from None


def _put(file: Path, before: bytes | None, after: bytes, site: Site) -> None:
    if before is not None:
        rewrite(file, before, after)
        return
    try:
        place_new(file, after)
    except FileExistsError:
        raise Refused(f"{site.display(file)} was made meanwhile", "run the command again") from None
    except OSError as error:
        raise EnvironmentFault(f"{site.display(file)} cannot be written: {error.strerror or error}") from None
