"""The check of the ledger: whether what was announced can still be read."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.doctor.finding import failed, ok, warning
from publisher.doctor.wording import count, size
from publisher.errors import PublisherError
from publisher.ledger import FILE_NAME, Ledger
from publisher.ledger.sqlite import copied, damaged, printable
from publisher.outputs.published import published_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject
    from publisher.site import Site

_RESTORE = (
    "restore the ledger from a backup; without one, `publisher push --baseline` records them as announced and sends "
    "nothing"
)


def check_ledger(subject: Subject) -> Iterator[Outcome]:
    """See whether there is a ledger where there must be one, whether SQLite finds damage in it, and who can write to it.

    Raises:
        EnvironmentFault: It cannot be opened, or is damaged.
        Refused: A newer version of this program wrote it.
    """
    site = subject.site
    path = site.state / FILE_NAME
    shown = site.display(path)
    if not os.path.lexists(path):
        yield from _absent(site, path, shown)
        return
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        yield failed(f"{shown} is no file", "put it aside, and restore the ledger")
        return
    if not about.st_size:
        yield from _forgotten(site) or [
            warning(
                f"{shown} is empty: what was announced is not remembered",
                "restore a backup, if anything was; else the next publish begins anew",
            )
        ]
        return
    try:
        ledger = Ledger.peek(site.state)
    except PublisherError:
        # Where a damaged page tells of another version or other tables, that is not what is wrong.
        if not (problems := _damage(path)):
            raise
        yield _damaged(shown, problems)
        return
    if ledger is None:  # removed this very moment
        yield from _absent(site, path, shown)
        return
    with ledger:
        if problems := ledger.problems():
            yield _damaged(shown, problems)
            return
        announced = len(ledger.announced())
        began = ledger.latest_moment() is not None
    subject.ledger_sound = True
    if not announced and not began and (forgotten := _forgotten(site)):
        yield from forgotten
        return
    yield ok(f"{shown} is sound: {count(announced, 'review')} announced, {size(about.st_size)}")
    if stat.S_IMODE(about.st_mode) & 0o022:
        yield warning(f"{shown} can be written by other users", f"chmod go-w {shown}")


def _damaged(shown: str, problems: Sequence[str]) -> Outcome:
    fault = damaged(shown)
    return failed(f"{fault.message}: {problems[0]}", fault.hint, *problems[1:])


def _damage(path: Path) -> list[str]:
    """Look for damage in a file that is not opened as a ledger; in a copy, because SQLite writes beside what it reads."""
    try:
        with copied(path) as folder, closing(sqlite3.connect(Path(folder, path.name))) as connection:
            connection.text_factory = lambda text: text.decode(errors="replace")
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.Error as error:
        # What is no database at all was told as such.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        found = [str(error)] if code == sqlite3.SQLITE_CORRUPT else []
    except OSError:
        found = []
    return [printable(text) for text in found if text != "ok"]


def _forgotten(site: Site) -> list[Outcome]:
    """Say that reviews are out of which no ledger knows, if there are any."""
    there = len(published_ids(site.feeds))
    if not there:
        return []
    told = f"{site.display(site.feeds)}/ hold {count(there, 'review')}, and no ledger says that they were announced"
    if not site.endpoints:
        return [
            warning(
                f"{told}: to the next publish all of them are new",
                f"{_RESTORE}; a site that is only generated needs none",
            )
        ]
    return [
        failed(
            f"{told}: the next publish would announce them all again",
            f"{_RESTORE}; where partners never heard of them, `publisher publish --yes` tells them of all",
        )
    ]


def _absent(site: Site, path: Path, shown: str) -> Iterator[Outcome]:
    left = [name for name in (f"{path.name}-wal", f"{path.name}-journal") if _holds_bytes(path.parent / name)]
    if left:
        yield failed(
            f"{shown} is missing, and {left[0]} lies where it was: what it holds is part of the ledger",
            "put the ledger back beside it before the next run, which would make a new one",
        )
    else:
        yield from _forgotten(site) or [ok(f"there is no {shown} yet; the first publish makes it")]


def _holds_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
