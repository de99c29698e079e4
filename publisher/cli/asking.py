"""What is asked on a terminal before a run does what it does not do unasked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from publisher.cli.console import Console

    Result = TypeVar("Result")


def asked_if_over(run: Callable[[bool], Result], console: Console, *, confirmed: bool) -> Result:
    """Run something that may need to be told that it is meant; a person at a terminal is asked then, nobody else.

    Args:
        run: What to run; it is told whether it is meant.
        console: Where the question goes.
        confirmed: It was said beforehand that it is meant.

    Raises:
        Unconfirmed: Nobody could be asked, or the answer was no.
    """
    import publisher
    from publisher.diagnostics.render import visible

    try:
        return run(confirmed)
    except publisher.Unconfirmed as refusal:
        if not somebody_there(console):
            raise
        click.echo(visible(refusal.message), err=True)
        try:
            meant = click.confirm("Is that meant?", default=False, err=True)
        except click.Abort:
            meant = False
        if not meant:
            raise
    return run(True)


def somebody_there(console: Console) -> bool:
    """Tell whether a person sits at a terminal who can be asked; who wants JSON is none."""
    return not console.json and all(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)
    )
