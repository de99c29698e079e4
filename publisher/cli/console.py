"""What commands print, and how: plainly, in colour on a terminal, or for machines."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
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


class Console:
    """Prints for one command; `quiet` leaves only what is asked for, errors and results for machines."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, json: bool = False) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.json = json

    def paint(self, text: str, role: str) -> str:
        """Colour a text by its role; click takes the colours out again where there is no terminal."""
        if os.environ.get("NO_COLOR"):
            return text
        return click.style(text, **_STYLES.get(role, {}))

    def echo(self, text: str, *, err: bool = False) -> None:
        """Print a text; a runner of GitHub Actions must not take any of it, which may be a file's, for a command."""
        if os.environ.get("GITHUB_ACTIONS"):
            text = _COMMAND.sub(lambda match: f"{match.group()[:-1]}\u200b{match.group()[-1]}", text)
        click.echo(text, err=err)

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
            click.echo(json.dumps({"format_version": 1, **fields}, indent=2))

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
