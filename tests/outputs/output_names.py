"""Every name that a folder of feeds has, written down once more: what the program writes beyond that is a surprise."""

from __future__ import annotations

#: What a feed has in each of its folders.
FORMS = ("atom.xml", "feed.json", "rss.xml")
#: What lies beside the feeds of every site.
BESIDE = (
    "feed.css",
    "hosts/_headers",
    "hosts/nginx.conf",
    "index.html",
    "manifest.json",
    "opml.xml",
    "redirects/_redirects",
    "redirects/nginx.conf",
    "redirects/redirects.json",
)


def file_names(*channels: str) -> tuple[str, ...]:
    """Name all files of a site that has a main feed and these: `tags/gothic`; sorted."""
    feeds = (f"{channel}/{form}" for channel in channels for form in FORMS)
    return tuple(sorted((*BESIDE, *FORMS, *feeds)))
