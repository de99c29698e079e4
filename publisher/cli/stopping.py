"""Ctrl-C, SIGTERM and SIGHUP while something is delivered: what is on its way is finished, and the rest left for later."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType

    from publisher.cli.console import Console

_INTERRUPTED = b"interrupted: what is on its way is finished first; once more ends it at once\n"
_AT_ONCE = b"interrupted\n"


def heeded() -> tuple[signal.Signals, ...]:
    """Return the signals that end a command; a terminal that closes is ignored below nohup, and stays so."""
    hung_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    return (signal.SIGINT, signal.SIGTERM, *hung_up)


class Stop:
    """Turns the first Ctrl-C, SIGTERM or SIGHUP into an event while deliveries are made; otherwise it ends the command as ever.

    The second ends the process at once: what it held becomes free, because it dies. A second SIGHUP says nothing new: the
    kernel and the shell both send one when a terminal closes, and some send it after SIGTERM.

    Attributes:
        event: Set when it is time to stop.
        signal: What asked for it; None while nothing has.
        gentle: Whether deliveries are being made.
    """

    def __init__(self, console: Console) -> None:
        """Take where machines are told when the command is ended otherwise."""
        self.event = threading.Event()
        self.signal: signal.Signals | None = None
        self.gentle = False
        self._console = console
        self._ended: int | None = None
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        self._before = {one: signal.signal(one, self._hear) for one in heeded()}
        return self

    def __exit__(self, *exception: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)  # type: ignore[arg-type] # what was there before
        if self._ended is not None:
            # People are told by whoever ends the process; they see the report of what was delivered otherwise.
            self._console.data(
                error={
                    "message": "interrupted",
                    "hint": "run it again: what was done already is not done again",
                    "exit_code": 128 + self._ended,
                    "diagnostics": [],
                }
            )

    @property
    def status(self) -> int | None:
        """Return the exit status of a command that was asked to stop; None of one that was not."""
        return None if self.signal is None else 128 + self.signal

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.event.is_set():
            if number == signal.SIGHUP:
                return
            # Whatever is printed right now must not stand in the way.
            with suppress(OSError):
                os.write(2, _AT_ONCE)
            os._exit(128 + number)
        if not self.gentle:
            self._ended = number
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            sys.exit(128 + number)
        self.signal = signal.Signals(number)
        self.event.set()
        if number == signal.SIGINT:
            with suppress(OSError):
                os.write(2, b"\n" + _INTERRUPTED if sys.stderr.isatty() else _INTERRUPTED)
