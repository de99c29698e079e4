"""How lists of feeds put them in order: the main feed, those the site chose, those of authors and of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels import ChannelKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.channels import Channel
    from publisher.site import Site

#: The format to subscribe to where one has to be chosen: every reader reads RSS, RSS is the one that people
#: know by name and the one that OPML's `type` and `version` have a word for.
FORMAT = "rss"
_HEADINGS = {
    ChannelKind.MAIN: None,
    ChannelKind.RULE: "Selections",
    ChannelKind.AUTHOR: "Authors",
    ChannelKind.TAG: "Tags",
}


def group(channels: Iterable[Channel]) -> list[tuple[str | None, list[Channel]]]:
    """Put the feeds that lists name into groups, each with its heading; the main feed alone, first, has none."""
    listed = [channel for channel in channels if channel.listed]
    groups = [
        (heading, [channel for channel in listed if channel.kind is kind])
        for kind, heading in _HEADINGS.items()
    ]
    return [(heading, members) for heading, members in groups if members]


def short_title(channel: Channel, site: Site) -> str:
    """Return the title of a feed as it stands beside others of its site."""
    return channel.title.removeprefix(f"{site.title}: ")
