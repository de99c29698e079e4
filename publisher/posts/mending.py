"""Safe fixes, applied one by one: each is proven by reading what it made, or left out."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from publisher.diagnostics import BYTE_ORDER_MARK, Report, Severity, Source, apply_fixes
from publisher.errors import PublisherError
from publisher.posts.files import Unreadable, find_posts, read_file
from publisher.posts.handler import PostHandler
from publisher.posts.reading import read_post
from publisher.posts.rewriting import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.site import Site

# One fix can uncover the next: quotes around a title let the rest of the front matter be read.
_ROUNDS = 200
_RENAMES = {"unknown-key", "service-unknown"}


#: Surrounds the change of a file, and is told what it held and will hold; where it raises, the file is not changed.
Recording: TypeAlias = "Callable[[Path, bytes, bytes], AbstractContextManager[None]]"


@dataclass(frozen=True, slots=True)
class Mended:
    """A file in which faults can be mended.

    Attributes:
        faults: The faults as they were found before the file was written.
        obstacle: Why the file could not be written, and holds what it held before; None when it was.
    """

    file: Path
    faults: tuple[Diagnostic, ...]
    obstacle: PublisherError | None = None


def mend_posts(
    site: Site,
    paths: Sequence[Path] = (),
    *,
    now: datetime | None = None,
    wanted: Callable[[Diagnostic], bool] = lambda _: True,
    recording: Recording = lambda _file, _before, _after: nullcontext(),
) -> Iterator[Mended]:
    """Apply the safe fixes of posts, and write the files that changed, one after the other.

    A fix changes the characters it has to and no other: comments, order, quotes and line ends stay.

    Args:
        site: The site.
        paths: Files and folders to mend; none means all.
        now: The moment for rules that depend on it (aware); None leaves them out.
        wanted: Tells which faults are to be mended.
        recording: Remembers each change before it is made.

    Raises:
        UsageError: A path does not exist or is no post.
        ConfigurationError: The site's folder of posts does not exist.
    """
    files, chosen = find_posts(site, paths, [])
    for file in files:
        if file not in chosen:
            continue
        try:
            data = read_file(file, site)
        except Unreadable:  # validation says so
            continue
        mended, faults = mend(data, file, site, now, wanted)
        if mended == data:
            continue
        try:
            with recording(file, data, mended):
                rewrite(file, data, mended)
        except PublisherError as error:
            yield Mended(file, tuple(faults), error)
        else:
            yield Mended(file, tuple(faults))


def mend(
    data: bytes,
    path: Path,
    site: Site,
    now: datetime | None = None,
    wanted: Callable[[Diagnostic], bool] = lambda _: True,
) -> tuple[bytes, list[Diagnostic]]:
    """Apply the safe fixes of one post; nothing is written.

    A fix that does not do away with its fault, that brings another one to the same line, or after which reading
    stumbles earlier, is left out.

    Returns:
        The bytes, and the faults that are gone.
    """
    try:
        text, rest = _cut(data.decode())
    except UnicodeDecodeError:
        return data, []
    done: list[Diagnostic] = []
    left_out: set[tuple[str, int, str]] = set()
    found = _faults(text, path, site, now)
    for _ in range(_ROUNDS):
        due = (fault for fault in found if fault.fix and _key(fault) not in left_out and wanted(fault))
        fault = next(due, None)
        if fault is None or fault.fix is None:
            break
        better, _ = apply_fixes(text, [fault.fix])
        after = _faults(better, path, site, now)
        if _helped(fault, found, after, added=better.count("\n") - text.count("\n")):
            text, found = better, after
            done.append(fault)
        else:
            left_out.add(_key(fault))
    return (text + rest).encode(), done


def _cut(text: str) -> tuple[str, str]:
    """Cut a post below its front matter: no fix concerns the text, and reading that again for each would cost most."""
    source = Source("", text.removeprefix(BYTE_ORDER_MARK))
    parts = PostHandler().locate(source, Report(source))
    at = len(text) - len(source.text) + parts.body.start if parts else len(text)
    return text[:at], text[at:]


def _faults(front: str, path: Path, site: Site, now: datetime | None) -> list[Diagnostic]:
    _, found = read_post(f"{front}\n".encode(), path, site, now)
    return [fault for fault in found if fault.code != "body-empty"]


def _key(fault: Diagnostic) -> tuple[str, int, str]:
    return fault.code, fault.line, fault.message


def _helped(
    fault: Diagnostic, before: Sequence[Diagnostic], after: Sequence[Diagnostic], *, added: int
) -> bool:
    """Tell whether a fix did nothing but good; `added` lines were put in, which moves the fault down."""
    line = fault.line + added
    if any(
        other.line == line and (other.code, other.message) == (fault.code, fault.message) for other in after
    ):
        return False
    if fault.code in _RENAMES:
        # A word that fits where it was put brings no new error; quotes may uncover what YAML hid before.
        known = {other.code for other in before if other.line == fault.line}
        here = (other for other in after if other.line == line and other.severity is Severity.ERROR)
        if any(other.code not in known for other in here):
            return False
    return _first_illegible(after) >= _first_illegible(before)


def _first_illegible(faults: Sequence[Diagnostic]) -> float:
    """Answer on which line reading first stumbles; a fix may uncover the next such line, never one before."""
    lines = [fault.line for fault in faults if fault.code.startswith(("yaml-", "front-matter-", "file-"))]
    return min(lines, default=math.inf)
