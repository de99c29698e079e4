"""How many requests a source was sent this month, counted so that it holds for all processes and outlives each."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from publisher.disk import put
from publisher.errors import EnvironmentFault
from publisher.watch.sources.own_files import open_own, read_own
from publisher.watch.sources.source import SourceFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.watch.sources.source import Source

_MOST = 10**9
_LONGEST_TOLD = 1024


@dataclass(frozen=True, slots=True)
class Quota:
    """The requests of a month.

    Attributes:
        used: How many were sent, repeated ones included; where the source counts more under this key, its count.
        limit: How many are allowed; None where nothing limits them, or the source did not yet say what does.
        month: Such as `2026-11`, in UTC.
    """

    used: int
    limit: int | None
    month: str

    @property
    def left(self) -> int | None:
        """Return how many are left; None where no limit is known."""
        return None if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of the source's own count, which begins anew when it likes.

    Attributes:
        limit: How many requests it allows.
        others: How many of them were not counted here: this site's key may be used elsewhere, too.
        base: How many we had counted when its count began.
        counted: How many we had counted when it last said.
        until: When its count begins anew, in seconds since 1970.
    """

    limit: int
    others: int
    base: int
    counted: int
    until: float

    def uncounted(self, now: datetime) -> int:
        """Return what is to be added to our count of a month to have the source's; it may be below 0."""
        return self.others - self.base if now.timestamp() < self.until else -self.counted

    def base_at(self, now: datetime) -> int:
        """Return how many we had counted when the count began that is the source's now."""
        return self.base if now.timestamp() < self.until else self.counted

    def others_at(self, now: datetime) -> int:
        """Return how many others were known of, of the count that is the source's now."""
        return self.others if now.timestamp() < self.until else 0


class Meter:
    """Count what is sent to one source: a file for each month, a byte for each request.

    A byte is written before its request is sent, so that a process that is killed has counted all it sent. Who looks
    whether one is left holds a lock until it is counted, so that two processes never share the last one; the operating
    system lets go of it when a process dies.

    Requests on their way are counted here, and not yet by the source. So what it says can only ever add to our count: the
    more it counts than we did, the more somebody else used. That is known exactly whenever nothing else is on its way.

    Args:
        folder: Where the files lie; it exists.
        source: The source.
        limit: How many requests a month the site's plan allows; None where the site does not say. What the source says
            holds beside it, whichever is less; before it has said anything, no limit but the site's is known.
    """

    def __init__(self, folder: Path, source: Source, limit: int | None) -> None:
        self._folder = folder
        self._source = source
        self._limit = limit

    def read(self, now: datetime) -> Quota:
        """Say how much of the month of `now` (aware, UTC) is used.

        Raises:
            EnvironmentFault: The file cannot be read.
        """
        month = f"{now:%Y-%m}"
        limit, uncounted = self._terms(month, now)
        return Quota(max(0, self._counted(month) + uncounted), limit, month)

    def count(self, now: datetime) -> None:
        """Count one request that is about to be sent.

        Raises:
            SourceFault: The month's requests are used up, which stops everything.
            EnvironmentFault: The file cannot be written.
        """
        month = f"{now:%Y-%m}"
        with self._locked(month) as handle:
            limit, uncounted = self._terms(month, now)
            most = _MOST if limit is None else limit - uncounted
            if os.fstat(handle).st_size < most and os.write(handle, b".") == 1:
                return
        raise SourceFault(
            f"all {limit} requests of {month} are used",
            self._way_out(month, limit, now),
            stops=True,
        )

    def hear(self, headers: Mapping[str, str], now: datetime) -> None:
        """Remember what a source says of the quota in an answer's header fields; names in lower case.

        Raises:
            EnvironmentFault: Our own count cannot be read.
        """
        names = self._source.access.quota_headers
        if names is None:
            return
        limit, left, seconds = (_number(headers.get(name, "")) for name in names)
        if not limit or left is None or left > limit:
            return
        month = f"{now:%Y-%m}"
        until = now.timestamp() + (_MOST if seconds is None else seconds)
        with self._locked(month) as handle:
            counted = os.fstat(handle).st_size
            before = self._told(month)
            base, others = (before.base_at(now), before.others_at(now)) if before else (0, 0)
            told = _Told(limit, max(others, limit - left - (counted - base)), base, counted, until)
            # It only makes the count better.
            with suppress(OSError):
                put(self._folder / f"{month}.told", orjson.dumps(told), mode=0o600)

    def _terms(self, month: str, now: datetime) -> tuple[int | None, int]:
        """Return how many requests are allowed, and what is to be added to our count of those that are used.

        The site's plan is for a month; the source's count may begin anew within it. The limit that is reached first holds.
        """
        told = self._told(month)
        terms = [] if self._limit is None else [(self._limit, told.others_at(now) if told else 0)]
        if told:
            terms.append((told.limit, told.uncounted(now)))
        return min(terms, key=lambda found: found[0] - found[1], default=(None, 0))

    def _way_out(self, month: str, limit: int | None, now: datetime) -> str:
        told = self._told(month)
        if told is None or limit == self._limit:
            return f"wait for the next month, or say in [watch.sources.{self._source.key}] quota what the plan allows"
        latest = now.timestamp() + _MOST
        anew = datetime.fromtimestamp(
            min(told.until, latest) if told.until > now.timestamp() else latest, UTC
        )
        when = "the next month" if f"{anew:%Y-%m}" > month else f"{anew:%Y-%m-%d %H:%M} UTC"
        return f"{self._source.name} allows no more: wait for {when}, when it counts anew"

    def _counted(self, month: str) -> int:
        try:
            handle = open_own(self._folder / month, os.O_RDONLY, self._folder)
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._broken(month, error.strerror) from None
        try:
            return os.fstat(handle).st_size
        finally:
            os.close(handle)

    def _told(self, month: str) -> _Told | None:
        try:
            found = orjson.loads(read_own(self._folder / f"{month}.told", _LONGEST_TOLD, self._folder))
        except (OSError, orjson.JSONDecodeError):
            return None
        match found:
            case {
                "limit": int(limit),
                "others": int(others),
                "base": int(base),
                "counted": int(counted),
                "until": float(until),
            } if 0 <= others <= limit <= _MOST and limit > 0 and 0 <= base <= counted <= _MOST:
                return _Told(limit, others, base, counted, until)
        return None

    @contextmanager
    def _locked(self, month: str) -> Iterator[int]:
        """Open the file of a month to be added to, made if need be, and keep everybody else from it meanwhile."""
        try:
            handle = open_own(self._folder / month, os.O_WRONLY | os.O_CREAT | os.O_APPEND, self._folder)
            try:
                # Of this opening of the file, so that it holds between threads as well.
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield handle
            finally:
                os.close(handle)
        except OSError as error:
            raise self._broken(month, error.strerror) from None

    def _broken(self, month: str, problem: str | None) -> EnvironmentFault:
        return EnvironmentFault(
            f"the count of requests to {self._source.name} cannot be kept in {self._folder / month}: {problem}"
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(_MOST)) else None
