"""From posts to the folder of feeds: each review is made ready once, and put wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels import ChannelKind, find_channels, live_posts, retracted_reviews
from publisher.content import present
from publisher.errors import Refused
from publisher.feeds import FORMS, GENERATOR, NEVER, Heading, tombstones
from publisher.outputs.entries import EntryMaker
from publisher.outputs.files import OutputFile, Written, settle, write_fault
from publisher.outputs.manifest import read_manifest
from publisher.outputs.published import NotOurs, opened
from publisher.pages import NEWEST, page_files
from publisher.pages.http_headers import SUBSCRIBE_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.channels import Channel
    from publisher.feeds import Form
    from publisher.outputs.entries import Entries
    from publisher.outputs.manifest import Manifest
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
        needed = {(post.review.id, channel.full): post for channel in channels for post in channel.posts}
        entries = EntryMaker(site, now).fill(needed)
        main = next(channel for channel in channels if channel.kind is ChannelKind.MAIN)
        newest = [present(post, site, now) for post in main.posts[:NEWEST]]
        headings = [_heading(channel, last, now) for channel in channels]
        files = [
            OutputFile(heading.channel.file(form.key), _Document(heading, form, site, entries).pieces)
            for heading in headings
            for form in FORMS.values()
        ]
        pages = page_files(channels, newest, [post.review for post in live], retracted, site, now)
        files += [OutputFile.of(name, content) for name, content in pages.items()]
        if site.syndication.compressed:
            files += [file.copy_compressed() for file in files if _is_served(file.name)]
        return settle(folder, files, headings, dry=dry)
    except OSError as error:
        raise write_fault(folder, error) from None


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


class _Document:
    """One feed in one format."""

    def __init__(
        self, heading: Heading, form: Form, site: Site, entries: Mapping[tuple[str, bool], Entries]
    ) -> None:
        self._channel = heading.channel
        self._form = form
        self._entries = entries
        self._head, self._tail = form.shell(site, heading, empty=not heading.channel.posts)

    def pieces(self) -> Iterator[bytes]:
        """Give its bytes."""
        yield self._head
        between = b""
        for post in self._channel.posts:
            yield between + self._entries[post.review.id, self._channel.full].read(self._form.key)
            between = self._form.separator
        yield self._tail


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
