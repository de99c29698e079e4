"""How long a source asked to be left alone, remembered for the next process."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from publisher.disk import put
from publisher.watch.sources.own_files import read_own

if TYPE_CHECKING:
    from pathlib import Path

#: A source can ask for no more: what `Retry-After` is cut to; a file that says more is not believed.
LONGEST = timedelta(days=1)


class Respite:
    """The moment before which a source wants nothing to be sent, in a file of its own."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def until(self, now: datetime) -> datetime | None:
        """Return the moment, if it lies after `now` (aware)."""
        try:
            moment = datetime.fromisoformat(read_own(self._file, 64, self._file.parent).decode("ascii"))
        except (OSError, ValueError):
            return None
        return moment if moment.tzinfo is not None and now < moment <= now + LONGEST else None

    def ask(self, moment: datetime) -> None:
        """Remember a moment (aware)."""
        # Where it cannot be written, the next process asks once and is told the same.
        with suppress(OSError):
            put(self._file, moment.astimezone(UTC).isoformat().encode("ascii"), mode=0o600)
