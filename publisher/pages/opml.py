"""`opml.xml`: all feeds as a list that feed readers import (OPML 2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from publisher.pages.groups import FORMAT, group

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.channels import Channel
    from publisher.site import Site


def opml(channels: Iterable[Channel], site: Site) -> bytes:
    """Write the list; it says no date, so that it changes when the feeds do and not with every review."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = site.title
    etree.SubElement(head, "ownerName").text = site.title
    etree.SubElement(head, "ownerId").text = site.base_url
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for heading, members in group(channels):
        folder = etree.SubElement(body, "outline", text=heading) if heading else body
        for channel in members:
            _add(folder, channel, site)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add(folder: etree._Element, channel: Channel, site: Site) -> None:
    """Append the outline of a feed; a reader shows `text` alone, so it names the site."""
    etree.SubElement(
        folder,
        "outline",
        type="rss",
        text=channel.title,
        title=channel.title,
        description=channel.description,
        language=site.language,
        version="RSS",
        xmlUrl=site.published(channel.file(FORMAT)),
        htmlUrl=channel.home or site.base_url,
    )
