"""A channel: one feed, whatever the formats it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from publisher.site import FEED_NAMES

if TYPE_CHECKING:
    from publisher.model import Review
    from publisher.posts import Post


#: The name of the main feed.
MAIN = ""


class ChannelKind(StrEnum):
    """Why a channel is there."""

    MAIN = "main"
    AUTHOR = "author"
    TAG = "tag"
    RULE = "rule"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One feed: its name, and the reviews that stand in it at a moment.

    Attributes:
        kind: Why it is there.
        name: The folder of its files below the feeds' folder, with slashes: `tags/gothic`; empty for the main feed.
        title: What readers call it, the site's title included.
        description: One line about it.
        posts: The reviews in it, as they stand at the moment; the newest first, ties by id.
        retracted: The reviews that would stand in it, had they not been taken back; the newest first.
        full: Whether entries carry the whole text, or the summary alone.
        listed: Whether lists of feeds name it. A page of the archive is found through its neighbours, and a feed
            that is kept for those who have it, empty, is nothing to begin with.
        older: The name of the page of the archive that comes before it (RFC 5005), None where there is none.
        newer: Of a page of the archive, the name of the page that comes after it.
        home: The address of the page that shows the same reviews; None when it is the site's.
        tag: Of a tag's feed, the tag as most reviews have it.
    """

    kind: ChannelKind
    name: str
    title: str
    description: str
    posts: tuple[Post, ...]
    retracted: tuple[Review, ...] = ()
    full: bool = True
    listed: bool = True
    older: str | None = None
    newer: str | None = None
    home: str | None = None
    tag: str | None = None

    def file(self, form: str) -> str:
        """Return the name of its file in a format (rss, atom, json), below the feeds' folder."""
        return feed_file(self.name, form)


def feed_file(name: str, form: str) -> str:
    """Return the name of the file that a channel of that name has in a format, below the feeds' folder."""
    return f"{name}/{FEED_NAMES[form]}" if name else FEED_NAMES[form]
