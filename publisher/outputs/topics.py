"""Topics of WebSub: the files that one can subscribe to, by the addresses they name as their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels import page_names
from publisher.site import FEED_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.site import Site


def topics(sha256: Mapping[str, str], site: Site) -> dict[str, str]:
    """Return the topics among files: the SHA-256 of each by its public address, the main feed's first.

    These are the feeds in every format, without the pages of the archive: who follows a feed finds them from there.

    Args:
        sha256: The SHA-256 of the files, in hexadecimal by their names below the feeds' folder.
        site: The site.
    """
    folders = {name: name.rpartition("/")[0] for name in sha256}
    pages = set(page_names(set(folders.values())))
    found = [
        name
        for name, folder in folders.items()
        if folder not in pages and name.rpartition("/")[2] in FEED_NAMES.values()
    ]
    # The main feed has no folder, the site's own feeds have one, those of authors and tags two.
    return {
        site.published(name): sha256[name] for name in sorted(found, key=lambda name: (name.count("/"), name))
    }
