"""What commands that edit a post say of it, to people and to machines."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.asking import somebody_there
from publisher.cli.options import site_words
from publisher.diagnostics.render import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import publisher
    from publisher.cli.console import Console
    from publisher.desk.lines import ChangedLine

# What an edit is tried with before a person is asked.
_ANSWER = "an answer"
# Nobody reads more lines of a change.
_MOST_SHOWN = 40


def tell_edit(edited: publisher.Edited, console: Console, site_folder: Path, *, dry: bool) -> None:
    """Show an edit: which lines changed, what to know of it, and what comes next."""
    console.data(
        command=edited.command,
        dry_run=dry,
        file=edited.name,
        changed=bool(edited.lines),
        lines=lines_data(edited.lines),
        notes=list(edited.notes),
        next=edited.outlook,
        errors=edited.errors,
    )
    if not edited.lines:
        console.step("unchanged", f"{edited.name} says all of that already")
        return
    console.step(f"would {edited.command}" if dry else _DONE.get(edited.command, "edited"), edited.name)
    show_lines(edited.lines, edited.name, console)
    for note in edited.notes:
        console.step("note", note, "warning")
    there = site_words(site_folder)
    if edited.errors:
        faults = "an error" if edited.errors == 1 else f"{edited.errors} errors"
        console.step(
            "faults",
            f"the post has {faults}, and nothing is published before that is mended: "
            f"`publisher validate {shlex.quote(edited.name)}{there}`",
            "warning",
        )
    console.step("next", f"{edited.outlook} (`publisher publish{there}`)", "help")
    if not dry:
        console.step("", f"`publisher undo{there}` takes the edit back")


_DONE = {"retract": "retracted", "restore": "restored", "correct": "corrected", "rename": "renamed"}


def ask(option: str, question: str, edit: Callable[..., object], console: Console) -> str:
    """Ask on a terminal for what an option would have said; only once nothing else stands in the way of the edit.

    Raises:
        UsageError: There is nobody to ask.
    """
    import publisher

    if not somebody_there(console):
        raise publisher.UsageError(f"{option} is missing", f'say it in a sentence: {option} "…"')
    edit(_ANSWER, dry=True)
    return str(click.prompt(question, err=True))


def show_lines(lines: Sequence[ChangedLine], name: str, console: Console, *, err: bool = False) -> None:
    """Show which lines of a file go and which come; on standard error also where little is to be said."""
    shown = [
        f"  {console.paint(visible(f'{name}:{line.number}:'), 'place')} "
        + console.paint(f"{line.sign} {visible(line.text)}", "done" if line.sign == "+" else "error")
        for line in lines[:_MOST_SHOWN]
    ]
    if len(lines) > _MOST_SHOWN:
        shown.append(f"  and {len(lines) - _MOST_SHOWN} lines more")
    for line in shown:
        if err:
            console.echo(line, err=True)
        else:
            console.painted(line)


def lines_data(lines: Sequence[ChangedLine]) -> list[dict[str, Any]]:
    """Return changed lines for machines."""
    return [{"line": line.number, "added" if line.sign == "+" else "removed": line.text} for line in lines]
