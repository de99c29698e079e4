"""`publisher retract`: take a review back."""

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
    "--reason",
    metavar="TEXT",
    help="Why, in a sentence. It is public: the Atom feed and partners get it. Asked for on a terminal.",
)
@click.option(
    "--at",
    metavar="TIME",
    help="When it is taken back, if not now; the site's time zone unless it names one.",
)
@click.option("--dry-run", is_flag=True, help="Show which lines would change; nothing is written.")
@site_option
@now_option
@json_option
@output_options
def retract(
    post: str,
    reason: str | None,
    at: str | None,
    dry_run: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Take a review back that readers have seen.

    SLUG is the post's slug, its file or its id. The post is marked as retracted, with the moment and the reason, and
    nothing else in it changes. The next `publisher publish` takes it out of the feeds and tells partners, with the
    reason and nothing of the text. The reason is public: for 90 days, the Atom feed shows it to anybody who looks.
    `publisher restore` puts the review back, `publisher undo` takes the edit back.

    \b
    Example:
      publisher retract karmalink --reason "It was published by mistake."
    """
    from publisher.cli.edits import ask, tell_edit

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    taken_back = publisher.parse_time(at, site, "--at") if at is not None else None

    def retracted(why: str, *, dry: bool) -> publisher.Edited:
        return publisher.retract(site, post, why, moment, at=taken_back, dry=dry)

    if reason is None:
        reason = ask("--reason", "Why is it taken back? Anybody can read the answer", retracted, console)
    tell_edit(retracted(reason, dry=dry_run), console, site_folder, dry=dry_run)
