"""Where a review is found, and which other one a relative link in its text most likely means."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.cache import note
from publisher.diagnostics import Report, Source
from publisher.posts.checking import Place, check_front_matter
from publisher.posts.files import POST_SUFFIXES, Unreadable, read_file
from publisher.posts.handler import PostHandler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.site import Site

_DATE = re.compile(r"\{(?:year|month|day)\}")
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # for addresses that hold none


def review_address(source: Source, place: Place) -> str | None:
    """Return the permanent address of the review in a file; None where the front matter does not tell."""
    report = Report(source)
    parts = PostHandler().locate(source, report)
    front = check_front_matter(parts, place, report) if parts else None
    if front is None or any(fault.code == "slug-invalid" for fault in report.diagnostics):
        return None
    pattern = place.site.permalink
    if ("{id}" in pattern and front.id is None) or (_DATE.search(pattern) and front.date is None):
        return None
    return place.site.address(
        slug=front.slug or place.path.stem, id=front.id or "", date=front.date.at if front.date else _ANY_DAY
    )


def neighbour(address: str, place: Place) -> tuple[str, str] | None:
    """Find the post that a relative address means.

    Args:
        address: The path of the post's file, relative to the one it stands in, or the post's name.
        place: Where that stands.

    Returns:
        How messages call the other post, and what to write instead; None where none is meant.
    """
    path = re.split("[?#]", address, maxsplit=1)[0]
    for file in _candidates(PurePosixPath(unquote(path)), place):
        found = _address_of(file, place.site)
        if found is not None:
            return place.site.display(file), urlsplit(found).path + address[len(path) :]
    return None


def _candidates(path: PurePosixPath, place: Place) -> Iterator[Path]:
    """List the files that a path may mean, as it is written or with the ending it lacks."""
    folder = place.site.posts
    stem = path.name.removesuffix(".html")
    names = (
        [path.name] if path.suffix in POST_SUFFIXES else [stem + suffix for suffix in POST_SUFFIXES if stem]
    )
    for name in names:
        for file in (place.path.parent / path.with_name(name), folder / name):
            whole = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links and rename the file
            if whole.is_relative_to(folder) and os.path.isfile(note(whole)):  # noqa: PTH113 - a name too long is no file
                yield whole


def _address_of(file: Path, site: Site) -> str | None:
    try:
        text = read_file(file, site).decode("utf-8-sig")
    except (Unreadable, UnicodeDecodeError):
        return None
    return review_address(Source(site.display(file), text), Place(file, site, None))
