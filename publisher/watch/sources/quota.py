"""How many requests a source was sent this month, counted so that it holds for all processes and outlives each."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from publisher.disk import put
from publisher.errors import EnvironmentFault
from publisher.watch.sources.source import SourceFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.watch.sources.source import Source

_MOST = 10**9


@dataclass(frozen=True, slots=True)
class Quota:
    """The requests of a month.

    Attributes:
        used: How many were sent, repeated ones included; where the source counts more under this key, its count.
        limit: How many are allowed; None where nothing limits them.
        month: Such as `2026-11`, in UTC.
    """

    used: int
    limit: int | None
    month: str

    @property
    def left(self) -> int | None:
        """Return how many are left; None where nothing limits them."""
        return None if self.limit is None else max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a source said: `used` of `limit` requests when we had counted `counted`; none of them after `until`."""

    used: int
    limit: int
    counted: int
    until: float


class Meter:
    """Count what is sent to one source: a file for each month, a byte for each request.

    A byte is written before its request is sent, so that a process that is killed has counted all it sent. Who looks
    whether one is left holds a lock until it is counted, so that two processes never share the last one; the operating
    system lets go of it when a process dies.

    Args:
        folder: Where the files lie; it exists.
        source: The source.
        limit: How many requests a month the site's plan allows; None where the site does not say, and then what the source
            says holds, or what its free plan allows.
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
        limit, uncounted = self._terms(month, now)
        most = _MOST if limit is None else limit - uncounted
        if not self._append(month, most):
            raise SourceFault(
                f"all {limit} requests of {month} are used",
                f"wait for the next month, or say in [watch.sources.{self._source.key}] quota what the plan allows",
                stops=True,
            )

    def hear(self, headers: Mapping[str, str], now: datetime) -> None:
        """Remember what a source says of the quota in an answer's header fields; names in lower case."""
        names = self._source.access.quota_headers
        if names is None:
            return
        limit, left, seconds = (_number(headers.get(name, "")) for name in names)
        if not limit or left is None or left > limit:
            return
        month = f"{now:%Y-%m}"
        told = {
            "used": limit - left,
            "limit": limit,
            "counted": self._counted(month),
            "until": now.timestamp() + (_MOST if seconds is None else seconds),
        }
        # It only makes the count better.
        with suppress(OSError):
            put(self._folder / f"{month}.told", orjson.dumps(told), mode=0o600)

    def _terms(self, month: str, now: datetime) -> tuple[int | None, int]:
        """Return how many requests are allowed, and what is to be added to our count of those that are used."""
        told = self._told(month)
        if told is None:
            return self._limit or self._source.access.quota, 0
        used = told.used if now.timestamp() < told.until else 0
        return self._limit or told.limit, used - told.counted

    def _counted(self, month: str) -> int:
        try:
            found = (self._folder / month).lstat()
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._broken(month, error.strerror) from None
        if not stat.S_ISREG(found.st_mode):
            raise self._broken(month, "it is not a file")
        return found.st_size

    def _told(self, month: str) -> _Told | None:
        try:
            found = orjson.loads((self._folder / f"{month}.told").read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        match found:
            case {
                "used": int(used),
                "limit": int(limit),
                "counted": int(counted),
                "until": float(until),
            } if 0 <= used <= limit <= _MOST and limit > 0 and counted >= 0:
                return _Told(used, limit, counted, until)
        return None

    def _append(self, month: str, most: int) -> bool:
        """Add a byte, unless there are as many as there may be; tell whether it was added."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(self._folder / month, flags, 0o600)
            try:
                # Of this opening of the file, so that it holds between threads as well.
                fcntl.flock(handle, fcntl.LOCK_EX)
                if os.fstat(handle).st_size >= most:
                    return False
                return os.write(handle, b".") == 1
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
