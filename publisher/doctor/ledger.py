"""The check of the ledger: whether what was announced can still be read."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from publisher.doctor.finding import failed, ok, warning
from publisher.doctor.wording import count, size
from publisher.ledger import FILE_NAME, Ledger
from publisher.ledger.sqlite import damaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject

_ANEW = (
    "restore a copy, if it was lost; if readers know the archive already, run `publisher push --baseline` once, "
    "or every review counts as new"
)


def check_ledger(subject: Subject) -> Iterator[Outcome]:
    """See whether there is a ledger, whether SQLite finds damage in it, and who can write to it.

    Raises:
        EnvironmentFault: It cannot be opened, or is damaged.
        Refused: A newer version of this program wrote it.
    """
    site = subject.site
    path = site.state / FILE_NAME
    shown = site.display(path)
    if not os.path.lexists(path):
        yield from _absent(path, shown)
        return
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        yield failed(f"{shown} is no file", "put it aside, and restore the ledger")
        return
    if not about.st_size:
        yield warning(f"{shown} is empty: what was announced is not remembered", _ANEW)
        return
    ledger = Ledger.peek(site.state)
    if ledger is None:  # removed this very moment
        yield from _absent(path, shown)
        return
    with ledger:
        problems = ledger.problems()
        if problems:
            fault = damaged(shown)
            yield failed(f"{fault.message}: {problems[0]}", fault.hint, *problems[1:])
            return
        announced = len(ledger.announced())
    subject.ledger_sound = True
    yield ok(f"{shown} is sound: {count(announced, 'review')} announced, {size(about.st_size)}")
    if stat.S_IMODE(about.st_mode) & 0o022:
        yield warning(f"{shown} can be written by other users", f"chmod go-w {shown}")


def _absent(path: Path, shown: str) -> Iterator[Outcome]:
    left = [name for name in (f"{path.name}-wal", f"{path.name}-journal") if _holds_bytes(path.parent / name)]
    if left:
        yield failed(
            f"{shown} is missing, and {left[0]} lies where it was: what it holds is part of the ledger",
            "put the ledger back beside it before the next run, which would make a new one",
        )
    else:
        yield ok(f"there is no {shown} yet; the first push makes it", _ANEW)


def _holds_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
