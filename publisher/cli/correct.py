"""`publisher correct`: say what was wrong with a review."""

from __future__ import annotations

from pathlib import Path

import click

import publisher
from publisher.cli.completing import complete_slugs
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option


@click.command(cls=SiteCommand)
@click.argument("post", metavar="SLUG", shell_complete=complete_slugs)
@click.option(
    "--note",
    metavar="TEXT",
    help="What was wrong, in a sentence for readers and partners. Asked for on a terminal.",
)
@click.option("--dry-run", is_flag=True, help="Show which lines would change; nothing is written.")
@site_option
@now_option
@json_option
@output_options
def correct(
    post: str,
    note: str | None,
    dry_run: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say what was wrong with a review that readers have seen.

    SLUG is the post's slug, its file or its id. Mend the text yourself; this sets `updated` to now and `correction` to
    the note, and changes nothing else in the post. The next `publisher publish` shows the note at the foot of the review
    and tells partners. A review has one correction: the note takes the place of the one before it. A slip of the pen
    that misled nobody needs none.

    \b
    Example:
      publisher correct karmalink --note "The review gave the wrong year; the film is from 2021."
    """
    from publisher.cli.edits import ask, tell_edit

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)

    def corrected(what: str, *, dry: bool) -> publisher.Edited:
        return publisher.correct(site, post, what, moment, dry=dry)

    if note is None:
        note = ask("--note", "What was wrong? Readers and partners see it", corrected, console)
    tell_edit(corrected(note, dry=dry_run), console, site_folder, dry=dry_run)
