"""What commands print, and how: plainly, in colour on a terminal, or for machines."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from typing import TextIO

    from publisher.errors import PublisherError

_STYLES: dict[str, dict[str, Any]] = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "advice": {"fg": "blue", "bold": True},
    "help": {"fg": "cyan"},
    "place": {"bold": True},
    "gutter": {"fg": "blue"},
    "done": {"fg": "green"},
}

# Workflow commands: `::error…` where a line begins, and of old `##[error]` anywhere in it.
_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)

# What a write says when the reader of a pipe has ended, a terminal was closed, or the stream was.
_GONE = frozenset({errno.EPIPE, errno.EIO, errno.EBADF})


def let_go(stream: TextIO) -> None:
    """Lead what is printed from now on, and what could not be, to nowhere: nobody is there any more who reads it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class Console:
    """Prints for one command; `quiet` leaves only what is asked for, errors and results for machines."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, json: bool = False) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.json = json
        #: Whether the work matters more than that somebody reads of it: it goes on when nobody does any more.
        self.lasting = False

    def paint(self, text: str, role: str) -> str:
        """Colour a text by its role; click takes the colours out again where there is no terminal."""
        if os.environ.get("NO_COLOR"):
            return text
        return click.style(text, **_STYLES.get(role, {}))

    def echo(self, text: str, *, err: bool = False) -> None:
        """Print a text; a runner of GitHub Actions must not take any of it, which may be a file's, for a command."""
        if os.environ.get("GITHUB_ACTIONS"):
            text = _COMMAND.sub(lambda match: f"{match.group()[:-1]}\u200b{match.group()[-1]}", text)
        self.write(text, err=err)

    def write(self, text: str, *, err: bool = False) -> None:
        """Print a text as it is."""
        try:
            click.echo(text, err=err)
        except OSError as error:
            if not self.lasting or error.errno not in _GONE:
                raise
            let_go(sys.stderr if err else sys.stdout)

    def say(self, *lines: str) -> None:
        """Print lines for people; what came out of files and from hosts cannot steer the terminal."""
        from publisher.diagnostics.render import visible

        for line in lines:
            self.painted(visible(line))

    def painted(self, line: str) -> None:
        """Print a line that has its colours, and was made harmless before it got them."""
        if not self.quiet and not self.json:
            self.echo(line)

    def detail(self, *lines: str) -> None:
        """Print lines for people who want to know more."""
        if self.verbose:
            self.say(*lines)

    def step(self, verb: str, text: str, role: str = "done") -> None:
        """Print what a step of a run did; `role` colours the verb."""
        from publisher.diagnostics.render import visible

        self.painted(f"{self.paint(f'{verb:<10}', role)} {visible(text)}")

    def data(self, **fields: Any) -> None:  # noqa: ANN401 - JSON takes any value
        """Print the result for machines."""
        if self.json:
            self.write(json.dumps({"format_version": 1, **fields}, indent=2))

    def fail(self, error: PublisherError) -> None:
        """Print an error, the faults of files behind it first."""
        from publisher.diagnostics import render

        if self.json:
            faults = [render.as_fields(fault) for fault in error.diagnostics]
            self.data(
                error={
                    "message": error.message,
                    "hint": error.hint,
                    "exit_code": error.exit_code,
                    "diagnostics": faults,
                }
            )
            return
        for fault in error.diagnostics:
            self.echo(render.full(fault, self.paint), err=True)
        self.echo(f"{self.paint('error:', 'error')} {render.visible(error.message)}", err=True)
        if error.hint:
            self.echo(f"{self.paint('help:', 'help')} {render.visible(error.hint)}", err=True)
