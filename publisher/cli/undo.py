"""`publisher undo`: take back the last edits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.completing import complete_slugs
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option

if TYPE_CHECKING:
    from datetime import datetime

# Of an edit of many files nobody reads more lines.
_MOST_SHOWN = 100


@click.command(cls=SiteCommand)
@click.argument("post", required=False, metavar="[SLUG]", shell_complete=complete_slugs)
@click.option("--list", "only_list", is_flag=True, help="Show the edits that can be taken back; nothing is.")
@click.option("--dry-run", is_flag=True, help="Show which lines would change; nothing is written.")
@site_option
@now_option
@json_option
@output_options
def undo(
    post: str | None,
    only_list: bool,
    dry_run: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Take back the last edit that this program made to a post, by new, rename, retract, correct, restore or attach.

    The file holds again what it held before, byte for byte; a new post is removed. Said again, it takes back the edit
    before that, up to fifty. With SLUG, the last edit of that post is meant. What a run of attach wrote into many
    files is one edit: it is taken back in all of them or in none; with SLUG, in that post only. A file that was
    changed since is left alone, and so is one whose review was announced at an address that nobody would find any more. What partners were
    told stays told: the next `publisher publish` tells them of the change back.

    \b
    Examples:
      publisher undo
      publisher undo --list
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    if only_list:
        _list(site, post, moment, console)
        return
    from publisher.cli.edits import show_lines

    try:
        taken_back = publisher.undo(site, post, now=moment, dry=dry_run)
    except publisher.ChangedSince as refusal:
        if not json:
            show_lines(refusal.lines, refusal.name, console, err=True)
        raise
    console.data(
        dry_run=dry_run,
        **_fields(taken_back),
        **_changes(taken_back),
        next=taken_back.outlook or None,
    )
    console.step(
        "would undo" if dry_run else "undone", f"`publisher {taken_back.command}` of {taken_back.name}"
    )
    shown = 0
    for number, file in enumerate(taken_back.files):
        if shown >= _MOST_SHOWN:
            console.say(f"  and {len(taken_back.files) - number} files more")
            break
        if file.removes:
            console.step("would remove" if dry_run else "removed", file.name)
        show_lines(file.lines, file.name, console)
        shown += len(file.lines) + 1
    if taken_back.outlook:
        console.step("next", taken_back.outlook, "help")


def _list(site: publisher.Site, post: str | None, now: datetime, console: Console) -> None:
    if post is not None:
        raise publisher.UsageError("--list shows the edits of all posts", "leave out the slug, or --list")
    edits = list(publisher.undoable(site, now=now))
    console.data(edits=[_fields(edit) for edit in edits])
    if not edits:
        console.say("there is no edit to take back")
    for edit in edits:
        obstacle = f" ({edit.obstacle})" if edit.obstacle else ""
        at = edit.at.astimezone(site.zone)
        console.step(f"{at:%Y-%m-%d %H:%M}", f"{edit.command:<8} {edit.name}{obstacle}")


def _fields(edit: publisher.Undoable) -> dict[str, Any]:
    return {
        "command": edit.command,
        # Null where the edit is one of several files: `files` names them all.
        "file": edit.name if len(edit.files) == 1 else None,
        "files": [file.name for file in edit.files],
        "at": edit.at.isoformat(timespec="seconds"),
        "obstacle": edit.obstacle,
    }


def _changes(edit: publisher.Undoable) -> dict[str, Any]:
    from publisher.cli.edits import lines_data

    if len(edit.files) == 1:
        (file,) = edit.files
        return {"removed": file.removes, "lines": lines_data(file.lines)}
    return {
        "changes": [
            {"file": file.name, "removed": file.removes, "lines": lines_data(file.lines)}
            for file in edit.files
        ]
    }
