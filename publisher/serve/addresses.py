"""Where the parts of a site lie on its hosts, and where the same is found on the preview's: under the same paths."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.markup.addresses import absolute_srcset
from publisher.markup.dialect import ADDRESSES
from publisher.markup.tags import Tag, TagReader
from publisher.pages.redirects import OldPath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.site import Site


def path_of(url: str) -> OldPath:
    """Return the path of an address as web servers compare it."""
    return OldPath.parse(urlsplit(url).path)


def is_home(path: OldPath, site: Site) -> bool:
    """Tell whether a path is the root of the host, or the site's home."""
    return path.key in {b"", path_of(site.base_url).key}


def name_below(path: OldPath, url: str) -> str | None:
    """Return the name of what lies at a path below the address of a folder; None where that is not below it.

    The folder itself has an empty name.
    """
    folder = path_of(url).key + b"/"
    try:
        return path.decoded.removeprefix(folder).decode() if path.decoded.startswith(folder) else None
    except UnicodeDecodeError:  # no file of ours is called so
        return None


def local_address(url: str, site: Site) -> str | None:
    """Return the path, query and fragment at which the preview has what an address of the site leads to.

    Returns:
        None where it leads elsewhere.
    """
    parts = (site.base_url, site.syndication.url, *([site.images.url] if site.images else []))
    if not url.startswith(parts) and f"{url}/" not in parts:
        return None
    scheme, host, *_ = urlsplit(url)
    # Two slashes at the beginning would name a host.
    return "/" + url.removeprefix(f"{scheme}://{host}").lstrip("/")


def with_local_links(html: str, site: Site) -> str:
    """Let the links of a text that lead to the site lead to the preview; nothing else in it changes.

    Args:
        html: Sanitised HTML, every address in it absolute.
        site: The site.
    """
    pieces, position = [], 0
    for tag in TagReader().read(html):
        if not isinstance(tag, Tag):
            continue
        for start, end, address in sorted(_moved(tag, site)):
            pieces += [html[position:start], escape(address)]
            position = end
    return "".join([*pieces, html[position:]])


def _moved(tag: Tag, site: Site) -> Iterator[tuple[int, int, str]]:
    """Yield where in a tag an address stands that leads to the site, and what is to stand there."""

    def local(address: str) -> str:
        return local_address(address, site) or address

    for name, (value, start, end) in tag.attributes.items():
        if name in ADDRESSES:
            moved = local(value)
        elif name == "srcset":
            moved = absolute_srcset(value, local) or value
        else:
            continue
        if moved != value:
            yield start, end, moved
