"""Which other files were looked at while something was found out from one: if they change, that may be otherwise."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from publisher.cache.stamps import Stamp, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_looks: ContextVar[dict[str, Stamp | None] | None] = ContextVar("looks", default=None)


def note(path: Path) -> Path:
    """Note that a file, or a folder, is about to be looked at: whether it is there, or what is in it; return the path."""
    seen = _looks.get()
    if seen is not None and (name := str(path)) not in seen:
        seen[name] = stamp_of(path)
    return path


@contextmanager
def looks() -> Iterator[dict[str, Stamp | None]]:
    """Gather what is noted meanwhile: the stamps of files, taken before they were looked at, by their paths."""
    seen: dict[str, Stamp | None] = {}
    token = _looks.set(seen)
    try:
        yield seen
    finally:
        _looks.reset(token)
