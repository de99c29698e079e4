"""A bar on a terminal that says how far a long run has come; anywhere else there is none."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

from publisher.cli.console import let_go

if TYPE_CHECKING:
    from types import TracebackType

    from publisher.cli.console import Console

_WIDTH = 30
# Seconds between two drawings; nobody sees more.
_PAUSE = 0.1


class Bar:
    """Drawn on the last line of standard error, and taken away when something else is printed.

    Args:
        console: Where everything else is printed.
        total: How many steps there are.
        what: What is counted: "films".
    """

    def __init__(self, console: Console, total: int, what: str) -> None:
        stream = sys.stderr
        self._seen = not (console.quiet or console.json) and stream is not None and stream.isatty()
        self._shown = self._seen and total > 1
        self._total = total
        self._what = what
        self._done = 0
        self._drawn = float("-inf")

    def __enter__(self) -> Self:
        self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def step(self) -> None:
        """Count one step more."""
        self._done += 1
        if time.monotonic() - self._drawn >= _PAUSE:
            self._draw()

    def say(self, text: str) -> None:
        """Show a text in its place, until the next step."""
        if self._seen:
            self.clear()
            self._write(text)

    def clear(self) -> None:
        """Make room for something else; the next step draws it again."""
        if self._seen:
            # To the beginning of the line, and away with what stands there (ECMA-48, 8.3.41).
            self._write("\r\x1b[K")
            self._drawn = float("-inf")

    def _draw(self) -> None:
        if not self._shown:
            return
        filled = _WIDTH * self._done // self._total
        bar = "#" * filled + "-" * (_WIDTH - filled)
        self._write(f"\r\x1b[K[{bar}] {self._done} of {self._total} {self._what}")
        self._drawn = time.monotonic()

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            # The terminal was closed; the work goes on.
            let_go(sys.stderr)
            self._seen = self._shown = False
