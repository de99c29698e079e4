"""Safe fixes, applied to whole posts: each round is proven by reading what it made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.diagnostics import apply_fixes
from publisher.posts.files import Unreadable, find_posts, read_file
from publisher.posts.reading import read_post
from publisher.posts.rewriting import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic, Fix
    from publisher.site import Site

# One fix can uncover the next: quotes around a title let the rest of the front matter be read.
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Mended:
    """A file in which faults were mended; the faults as they were found, before the file was written."""

    file: Path
    faults: tuple[Diagnostic, ...]


def mend_posts(
    site: Site,
    paths: Sequence[Path] = (),
    *,
    now: datetime | None = None,
    wanted: Callable[[Diagnostic], bool] = lambda _: True,
) -> Iterator[Mended]:
    """Apply the safe fixes of posts, and write the files that changed, one after the other.

    A fix changes the characters it has to and no other: comments, order, quotes and line ends stay.

    Args:
        site: The site.
        paths: Files and folders to mend; none means all.
        now: The moment for rules that depend on it (aware); None leaves them out.
        wanted: Tells which faults are to be mended.

    Raises:
        UsageError: A path does not exist or is no post.
        ConfigurationError: The site's folder of posts does not exist.
        Refused: A file changed while it was being mended.
        EnvironmentFault: A file cannot be written.
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
        if mended != data:
            rewrite(file, data, mended)
            yield Mended(file, tuple(faults))


def mend(
    data: bytes,
    path: Path,
    site: Site,
    now: datetime | None = None,
    wanted: Callable[[Diagnostic], bool] = lambda _: True,
) -> tuple[bytes, list[Diagnostic]]:
    """Apply the safe fixes of one post; nothing is written.

    A fix that does not do away with its fault, or that brings a fault YAML trips over, is left out.

    Returns:
        The bytes, and the faults that are gone.
    """
    done: list[Diagnostic] = []
    left_out: set[Fix] = set()
    _, found = read_post(data, path, site, now)
    for _ in range(_ROUNDS):
        due = [fault for fault in found if fault.fix and fault.fix not in left_out and wanted(fault)]
        if not due:
            break
        text, fixes = apply_fixes(data.decode(), [fault.fix for fault in due if fault.fix])
        _, after = read_post(text.encode(), path, site, now)
        applied = [fault for fault in due if fault.fix in fixes]
        futile = [fault for fault in applied if _persists(fault, after)]
        if futile or _first_illegible(after) < _first_illegible(found):
            left_out.update(fault.fix for fault in futile or applied if fault.fix)
            continue
        data, found = text.encode(), after
        done += applied
    return data, done


def _persists(fault: Diagnostic, after: Sequence[Diagnostic]) -> bool:
    # A line that was put in above it moves a fault down.
    return any(
        (other.code, other.message, other.excerpt) == (fault.code, fault.message, fault.excerpt)
        for other in after
    )


def _first_illegible(faults: Sequence[Diagnostic]) -> float:
    """Answer on which line reading first stumbles; a fix may uncover the next such line, never one before."""
    lines = [fault.line for fault in faults if fault.code.startswith(("yaml-", "front-matter-", "file-"))]
    return min(lines, default=math.inf)
