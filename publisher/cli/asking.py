"""What is asked on a terminal before a run does more at once than it does unasked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from publisher.diagnostics.render import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from publisher.cli.console import Console

    Result = TypeVar("Result")


def asked_if_over(run: Callable[[bool], Result], console: Console, *, confirmed: bool) -> Result:
    """Run something that may go over a ceiling; a person at a terminal is asked then, and nobody else.

    Args:
        run: What to run; it is told whether more than the ceilings allow is meant.
        console: Where the question goes.
        confirmed: It was said beforehand that it is meant.

    Raises:
        OverCeiling: Nobody could be asked, or the answer was no.
    """
    import publisher

    try:
        return run(confirmed)
    except publisher.OverCeiling as excess:
        if not _somebody_there(console):
            raise
        click.echo(visible(excess.message), err=True)
        try:
            meant = click.confirm("Is that meant?", default=False, err=True)
        except click.Abort:
            meant = False
        if not meant:
            raise
    return run(True)


def _somebody_there(console: Console) -> bool:
    return not console.json and all(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)
    )
