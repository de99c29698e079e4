"""How the documents of a site lead to one another: to themselves, to the archive's pages, to the hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels import ChannelKind
from publisher.channels.channel import feed_file
from publisher.site import FEED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.channels import Channel
    from publisher.site import Site


def document_links(channel: Channel, form: str, site: Site) -> Iterator[dict[str, str]]:
    """Yield the links of a document as attributes of `atom:link`: itself first (RFC 4287, 4.2.7; RFC 5005, section 4).

    Hubs are named by what one can subscribe to; a page of the archive is found from there.
    """
    kind = FEED_TYPES[form]
    yield {"rel": "self", "type": kind, "href": site.published(channel.file(form))}
    if channel.kind is ChannelKind.ARCHIVE:
        yield {"rel": "current", "type": kind, "href": site.published(feed_file("", form))}
    else:
        for hub in site.syndication.hubs:
            yield {"rel": "hub", "href": hub}
    if channel.older is not None:
        yield {"rel": "prev-archive", "type": kind, "href": site.published(feed_file(channel.older, form))}
    if channel.newer is not None:
        yield {"rel": "next-archive", "type": kind, "href": site.published(feed_file(channel.newer, form))}
