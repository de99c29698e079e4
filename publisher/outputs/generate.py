"""From posts to the folder of feeds: each review is made ready once, and put wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.channels import ChannelKind, find_channels, live_posts, retracted_reviews
from publisher.content import present
from publisher.errors import Refused
from publisher.feeds import FORMS, GENERATOR, NEVER, Heading, tombstones
from publisher.outputs.entries import maker_of
from publisher.outputs.files import OutputFile, Written, settle, write_fault
from publisher.outputs.manifest import read_manifest
from publisher.outputs.published import NotOurs, opened
from publisher.outputs.remembered import Remembered, source_of
from publisher.pages import NEWEST, page_files
from publisher.pages.http_headers import SUBSCRIBE_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.channels import Channel
    from publisher.feeds import Form
    from publisher.outputs.entries import EntryMaker, Key
    from publisher.outputs.manifest import Manifest
    from publisher.outputs.spool import Place
    from publisher.posts import Post
    from publisher.site import Site

# A page says what made it before it says anything else.
_HEAD = 4096


def generate(
    posts: Iterable[Post], site: Site, now: datetime, *, out: Path | None = None, dry: bool = False
) -> Written:
    """Write the site's feeds in every format, the pages beside them, and what hosts are to be told.

    The bytes are a function of the posts, the configuration and `now`, and of nothing else; but a feed of a tag, and a
    page of the archive, that were there before stay there when they have lost their last review.

    Args:
        posts: All posts; which of them are shown is decided here.
        site: The site.
        now: The moment the feeds are made for; aware.
        out: The folder to write to; default: the site's.
        dry: Compare only; nothing is written.

    Raises:
        EnvironmentFault: The folder cannot be written.
        Refused: A post changed since it was checked, or somebody else's page is where the site's is to be.
    """
    folder = out or site.feeds
    posts = list(posts)
    live, retracted = live_posts(posts, now), retracted_reviews(posts, now)
    last = read_manifest(folder)
    channels = find_channels(live, retracted, site, now, last.channels)
    if SUBSCRIBE_PAGE not in last.files:
        _require_ours(folder / SUBSCRIBE_PAGE)
    try:
        main = next(channel for channel in channels if channel.kind is ChannelKind.MAIN)
        newest = [present(post, site, now) for post in main.posts[:NEWEST]]
        headings = [_heading(channel, last, now) for channel in channels]
        remembered = Remembered(folder, site)
        files = _feeds(headings, maker_of(posts, site, now), remembered)
        pages = page_files(channels, newest, [post.review for post in live], retracted, site, now)
        files += [OutputFile.of(name, content) for name, content in pages.items()]
        if site.syndication.compressed:
            copies = [file.copy_compressed() for file in files if _is_served(file.name)]
            for copy in copies:
                remembered.recall(copy)
            files += copies
        written = settle(folder, files, headings, dry=dry)
    except OSError as error:
        raise write_fault(folder, error) from None
    if not dry:
        remembered.remember(files)
    return written


def _require_ours(page: Path) -> None:
    """See that nobody else's page is written over: the feeds may have been given the folder of a whole site.

    Raises:
        Refused: There is a page that this program did not write.
    """
    try:
        with opened(page) as stream:
            ours = f'content="{GENERATOR}"'.encode() in stream.read(_HEAD)
    except NotOurs:  # there is none, or what is there is no page
        return
    if not ours:
        raise Refused(
            f"{page} is there already, and was not written by this program",
            "move it away, or give the feeds a folder of their own: feeds in [paths] of publisher.toml",
        )


def _is_served(name: str) -> bool:
    """Tell whether a file is one that readers fetch, and not one for the host or for programs of the site's own."""
    return name.endswith((".xml", "feed.json", ".html", ".css"))


def _feeds(headings: Sequence[Heading], maker: EntryMaker, remembered: Remembered) -> list[OutputFile]:
    """Put feeds together in every format; those that are there already, from the same, are not made."""
    places: dict[Key, Place] = {}
    files = []
    needed: dict[Key, Post] = {}
    for heading in headings:
        for form in FORMS.values():
            document = _Document(heading, form, maker, places)
            file = OutputFile(
                heading.channel.file(form.key),
                document.pieces,
                source=source_of(heading, form.key, maker.now),
            )
            remembered.recall(file)
            files.append((file, heading))
            if not file.there:
                needed |= {(post.review.id, heading.channel.full): post for post in heading.channel.posts}
    places |= maker.fill(needed)
    for file, heading in files:
        full = heading.channel.full
        if not all(maker.is_marked(post, full=full) for post in heading.channel.posts):
            file.source = b""  # what it was made from is more than that
    return [file for file, _ in files]


@dataclass(frozen=True)
class _Document:
    """One feed in one format."""

    heading: Heading
    form: Form
    maker: EntryMaker
    places: Mapping[Key, Place]

    @cached_property
    def _shell(self) -> tuple[bytes, bytes]:
        return self.form.shell(self.maker.site, self.heading, empty=not self.heading.channel.posts)

    def pieces(self) -> Iterator[bytes]:
        """Give its bytes."""
        head, tail = self._shell
        yield head
        between, full = b"", self.heading.channel.full
        for post in self.heading.channel.posts:
            place = self.places[post.review.id, full]
            yield between + self.maker.read(post, place, self.form.key, full=full)
            between = self.form.separator
        yield tail


def _heading(channel: Channel, last: Manifest, now: datetime) -> Heading:
    moments = [post.review.changed for post in channel.posts]
    if not moments:
        # One that has lost its last review changed then, or before; one that never had any, never.
        moments.append(last.updated.get(channel.name, NEVER))
    # Retractions count for good, not for as long as their tombstones: the date of a feed would go back again.
    moments += [review.retracted for review in channel.retracted if review.retracted is not None]
    return Heading(
        channel=channel,
        updated=max(moments),
        tombstones=tombstones(channel.retracted, now),
    )
