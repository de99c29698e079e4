"""A review's picture: which file is meant, and what readers need to know of it."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from publisher.cache import note
from publisher.values.characters import quote
from publisher.values.urls import url_problem

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.diagnostics import Span
    from publisher.posts.front_matter import ImageBlock
    from publisher.posts.subject import Subject
    from publisher.site import ImageFolder

IMAGE_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}

# Width and height stand at the beginning, behind profiles and previews where there are any. A file that only looks
# like an image is read no further.
_HEADS = (64 * 1024, 8 * 1024 * 1024)


def check_image(subject: Subject, image: ImageBlock) -> None:
    """See that a picture is there, that it can be shown, and that it is said in words what it shows."""
    if not image.alt and subject.absent("image", "alt"):
        _report_alt(subject)
    if image.src is None:
        subject.require(("image", "src"), help="such as src: images/karmalink.png, relative to this file")
        return
    if not subject.sound("image", "src"):
        return
    folder = subject.site.images
    if is_address(image.src):
        _check_address(subject, image.src)
    elif folder is None:
        subject.report.add(
            "image-missing",
            _src(subject),
            "the site has no folder for its own images",
            help="give publisher.toml an [images] table with directory and url",
        )
    else:
        _check_file(subject, image.src, folder)


def is_address(src: str) -> bool:
    """Tell an address of the web from the path of a file."""
    return re.match(r"//|[a-z][a-z0-9+.-]*:", src, re.IGNORECASE) is not None


def local_image(post: Path, src: str, directory: Path) -> Path | None:
    """Return the file in the image folder that a post means by a relative address, or None."""
    if src.startswith("/") or "\\" in src or "\x00" in src:
        return None
    parts: list[str] = [*post.parent.parts]
    for part in src.split("/"):
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
        if not parts:
            return None
    file = type(post)(*parts)
    return file if file.is_relative_to(directory) else None


def dimensions(file: Path) -> tuple[int, int] | None:
    """Return the width and height of an image as it is shown, in pixels; None where they cannot be read."""
    try:
        about = note(file).stat()
    except (OSError, ValueError):
        return None
    return _dimensions(file, (about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns))


@lru_cache(maxsize=20_000)  # asked for when a post is checked, and again when it is shown
def _dimensions(file: Path, version: tuple[int, ...]) -> tuple[int, int] | None:  # noqa: ARG001 - what is kept is kept by it
    import imagesize  # type: ignore[import-untyped] # noqa: PLC0415 - it is slow to load, and most posts have no picture

    for limit in _HEADS:
        try:
            with file.open("rb") as stream:
                head = stream.read(limit)
        except OSError:
            return None
        if head.lstrip()[:1] == b"<":  # SVG, whatever the file is called
            return None
        # Never its path: what looks like an address would be fetched.
        width, height = imagesize.get(BytesIO(head))
        if width > 0 and height > 0:
            return int(width), int(height)
        if len(head) < limit:
            break
    return None


def _report_alt(subject: Subject) -> None:
    path = ("image", "alt")
    empty = subject.locator.node(path) is not None
    subject.report.add(
        "image-alt",
        subject.locator.key(path),
        "the image's `alt` text is empty" if empty else "the image has no `alt` text",
        help="say in a sentence what it shows, for readers who cannot see it",
    )


def _check_address(subject: Subject, src: str) -> None:
    problem = url_problem(src)
    if problem:
        subject.report.add(
            "url-invalid",
            _src(subject),
            f"{quote(src)} {problem}",
            help="a file's path relative to the post, or an http or https address",
        )
        return
    folder = subject.site.images
    subject.report.add(
        "image-dimensions",
        _src(subject),
        "the image is named by its address, so its width and height are not known",
        help=f"put the file into {subject.site.display(folder.directory)} and write its path; both are read from it"
        if folder
        else "give publisher.toml an [images] table and put the file into its folder; both are read from it",
    )


def _check_file(subject: Subject, src: str, folder: ImageFolder) -> None:
    file = local_image(subject.path, src, folder.directory)
    if file is None or not os.path.isfile(note(file)):  # noqa: PTH113 - a name too long for the disk is no file; Path raises
        place = subject.site.display(folder.directory)
        subject.report.add(
            "image-missing",
            _src(subject),
            f"{quote(src)} is not a file in {place}",
            help="paths are relative to the post, as in images/karmalink.png",
        )
    elif file.suffix.lower() not in IMAGE_TYPES:
        subject.report.add(
            "image-missing",
            _src(subject),
            f"{quote(src)} is not an image that readers show",
            label=f"one of {', '.join(sorted(IMAGE_TYPES))}",
        )
    elif dimensions(file) is None:
        subject.report.add(
            "image-dimensions",
            _src(subject),
            f"the width and height of {quote(src)} cannot be read",
            help="does it open in a browser? export it again as PNG, JPEG, GIF, WebP or AVIF",
        )


def _src(subject: Subject) -> Span | None:
    return subject.locator.value(("image", "src"))
