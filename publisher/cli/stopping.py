"""Ctrl-C and SIGTERM while something is delivered: what is on its way is finished, and the rest left for later."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType

_INTERRUPTED = b"interrupted: what is on its way is finished first; once more ends it at once\n"
_AT_ONCE = b"interrupted\n"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Turns the first Ctrl-C, or SIGTERM, into an event while deliveries are made; otherwise it ends the command as ever.

    The second ends the process at once: what it held becomes free, because it dies.

    Attributes:
        event: Set when it is time to stop.
        signal: What asked for it; None while nothing has.
        gentle: Whether deliveries are being made.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self.signal: signal.Signals | None = None
        self.gentle = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        self._before = {one: signal.signal(one, self._hear) for one in _SIGNALS}
        return self

    def __exit__(self, *exception: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)  # type: ignore[arg-type] # what was there before

    @property
    def status(self) -> int | None:
        """Return the exit status of a command that was asked to stop; None of one that was not."""
        return None if self.signal is None else 128 + self.signal

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.event.is_set():
            # Whatever is printed right now must not stand in the way.
            with suppress(OSError):
                os.write(2, _AT_ONCE)
            os._exit(128 + number)
        if not self.gentle:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            sys.exit(128 + number)
        self.signal = signal.Signals(number)
        self.event.set()
        if number == signal.SIGINT:
            with suppress(OSError):
                os.write(2, b"\n" + _INTERRUPTED if sys.stderr.isatty() else _INTERRUPTED)
