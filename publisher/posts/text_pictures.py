"""Pictures that a review's text shows from the site's own folder: whether they are there, and what else was meant."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from publisher.cache import note
from publisher.diagnostics.suggest import nearest
from publisher.posts.pictures import IMAGE_TYPES, local_image

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.posts.checking import Place

# What a path can hold and an address cannot, or not in parentheses.
_ENCODED = re.compile(r"""[\s%?#<>"'()\[\]\\]""")


def picture_file(address: str, place: Place) -> Path | None:
    """Return the file in the image folder that a relative address means, whether it is there or not.

    Args:
        address: As HTML has it: percent-encoded, perhaps with a query or a fragment.
        place: Where the post lies.
    """
    images = place.site.images
    if images is None or "://" in address or address.startswith(("/", "#", "?")):
        return None
    return local_image(place.path, unquote(_path(address)), images.directory)


def is_there(file: Path, folder: Path) -> bool:
    """Tell whether a file below a folder exists under exactly this name, on whatever disk."""
    if not os.path.isfile(note(file)):  # noqa: PTH113 - a name too long for the disk is no file; Path raises
        return False
    twin = folder / file.relative_to(folder).as_posix().swapcase()
    if twin == file or not os.path.exists(note(twin)):  # noqa: PTH110 - as above
        return True
    # Either both exist or the disk takes no notice of case; a server's does.
    above = [file, *file.parents]
    return all(part.name in _names(part.parent) for part in above[: above.index(folder)])


def nearest_picture(address: str, file: Path | None, place: Place) -> str | None:
    """Return the relative address of the picture that a wrong one most likely means, or None.

    Names count without their endings, in which almost all are alike.
    """
    images = place.site.images
    if images is None:
        return None
    folder = file.parent if file else images.directory
    wanted = PurePosixPath(unquote(_path(address)))

    def fitness(path: PurePosixPath) -> tuple[bool, bool, str]:
        return path.suffix == wanted.suffix, path.suffix.lower() in IMAGE_TYPES, path.name

    stems = {path.stem: path.name for path in sorted(map(PurePosixPath, _names(folder)), key=fitness)}
    near = nearest(wanted.stem, stems)
    if near is None:
        return None
    path = os.path.relpath(folder / stems[near], place.path.parent).replace(os.sep, "/")
    return _ENCODED.sub(lambda match: quote(match.group(), safe=""), path)


def _path(address: str) -> str:
    return re.split("[?#]", address, maxsplit=1)[0]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(note(folder))  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
