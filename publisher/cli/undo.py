"""`publisher undo`: take back the last edits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import publisher
from publisher.cli.completing import complete_slugs
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option

if TYPE_CHECKING:
    from datetime import datetime


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
    before that, up to fifty. With SLUG, the last edit of that post is meant. A file that was changed since is left
    alone, and so is one whose review was announced at an address that nobody would find any more. What partners were
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
    from publisher.cli.edits import lines_data, show_lines

    try:
        taken_back = publisher.undo(site, post, now=moment, dry=dry_run)
    except publisher.ChangedSince as refusal:
        if not json:
            show_lines(refusal.lines, refusal.name, console, err=True)
        raise
    console.data(
        dry_run=dry_run,
        **_fields(taken_back),
        removed=taken_back.removes,
        lines=lines_data(taken_back.lines),
        next=taken_back.outlook or None,
    )
    console.step(
        "would undo" if dry_run else "undone", f"`publisher {taken_back.command}` of {taken_back.name}"
    )
    if taken_back.removes:
        console.step("would remove" if dry_run else "removed", taken_back.name)
    show_lines(taken_back.lines, taken_back.name, console)
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


def _fields(edit: publisher.Undoable) -> dict[str, str | None]:
    return {
        "command": edit.command,
        "file": edit.name,
        "at": edit.at.isoformat(timespec="seconds"),
        "obstacle": edit.obstacle,
    }
