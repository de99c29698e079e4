"""The checks of the disks: whether there is room, and whether the site's folders can be written to."""

from __future__ import annotations

import os
import stat
import tempfile
from typing import TYPE_CHECKING

from publisher.doctor.finding import failed, ok, warning
from publisher.doctor.wording import count, size
from publisher.ledger import FILE_NAME
from publisher.release import AlreadyRunning, exclusive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from publisher.doctor.finding import Outcome
    from publisher.doctor.machine import Machine
    from publisher.doctor.subject import Subject
    from publisher.site import Site

#: Bytes and files: below the first a run may fail half way, below the second it is time to make room.
LEAST_FREE, LITTLE_FREE = 50 * 1024**2, 500 * 1024**2
LEAST_FILES, FEW_FILES = 100, 1000
#: Files are written beside those they replace, and the ledger has a log that may grow as large as itself.
COPIES = 3
_PAGE = 4096


def check_free_space(subject: Subject) -> Iterator[Outcome]:
    """See whether there is room where the site is written, each file system once."""
    site = subject.site
    needed = COPIES * (_bytes_below(site.feeds) + _ledger_bytes(site))
    yield from free_space(subject.machine, [site.state, site.feeds, site.posts], needed, site.root)


def free_space(machine: Machine, folders: Sequence[Path], needed: int, root: Path) -> Iterator[Outcome]:
    """See whether there is room on each file system that some folders lie on.

    Args:
        machine: Answers what is free.
        folders: The folders; of one that is not there, the next above it.
        needed: How many bytes a run may need.
        root: What messages name folders relative to.
    """
    by_device: dict[int, list[Path]] = {}
    for folder in folders:
        by_device.setdefault(machine.space(_existing(folder)).device, []).append(folder)
    for sharing in by_device.values():
        space = machine.space(_existing(sharing[0]))
        names = ", ".join(os.path.relpath(folder, root) for folder in sharing)
        where = f"{size(space.free)} free for {names if names != os.curdir else 'the site'}"
        if space.free < max(LEAST_FREE, needed):
            yield failed(
                f"{where}; a run may need {size(max(LEAST_FREE, needed))}",
                "make room before the next run; what is there already is safe",
            )
        elif space.free < LITTLE_FREE:
            yield warning(where, "make room before it is used up")
        else:
            yield ok(where)
        yield from _free_files(space.files, names)


def _free_files(files: int | None, names: str) -> Iterator[Outcome]:
    if files is None or files >= FEW_FILES:
        return
    told = f"room for {count(files, 'more file')} for {names}, however small"
    hint = "remove files that nobody needs: the file system counts them, whatever their size"
    yield failed(told, hint) if files < LEAST_FILES else warning(told, hint)


def check_folders(subject: Subject) -> Iterator[Outcome]:
    """See whether the site's own folders can be written to, by nobody else, and whether a run is at work in them."""
    site = subject.site
    good = []
    for folder in (site.state, site.feeds):
        shown = site.display(folder)
        problem = _unwritable(folder)
        if problem:
            yield failed(
                f"{shown} cannot be written: {problem}",
                "see that it is a folder of the user that publishes, on a disk that can be written to",
            )
            continue
        good.append(shown)
        if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o002:
            yield warning(f"{shown} can be written by everybody on this machine", f"chmod o-w {shown}")
    if good:
        yield ok(f"{' and '.join(good)} can be written")
    yield from _at_work(site)


def _unwritable(folder: Path) -> str | None:
    """Say what keeps files from being made in a folder, or where it is missing, it from being made; None for nothing."""
    try:
        if os.path.lexists(folder) and not folder.is_dir():
            return "it is no folder"
        # Without a name, where the system can do that: nothing is left behind, and nothing is put on the web.
        with tempfile.TemporaryFile(dir=_existing(folder), prefix=".publisher-doctor-") as stream:
            stream.write(bytes(_PAGE))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return None


def _at_work(site: Site) -> Iterator[Outcome]:
    """Say that a run is at work, or hangs; the lock is let go of at once."""
    if not (site.state / "lock").is_file():
        return
    try:
        with exclusive(site):
            return
    except AlreadyRunning as run:
        if run.stuck:
            yield failed(run.message, run.hint)
        else:
            yield ok(f"{run.message}: what is found may change under it")


def _existing(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _bytes_below(folder: Path) -> int:
    """Add up what lies in a folder and below it, without following links."""
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(directory, name)).st_size  # noqa: PTH118 - may be a great many
            except OSError:  # gone since it was listed
                continue
    return total


def _ledger_bytes(site: Site) -> int:
    total = 0
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        try:
            total += (site.state / name).stat().st_size
        except OSError:
            continue
    return total
