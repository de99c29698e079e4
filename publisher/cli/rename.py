"""`publisher rename`: give a review another slug, and so another address."""

from __future__ import annotations

from pathlib import Path

import click

import publisher
from publisher.cli.completing import complete_slugs
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option


@click.command(cls=SiteCommand)
@click.argument("old", metavar="OLD", shell_complete=complete_slugs)
@click.argument("new", metavar="NEW")
@click.option("--dry-run", is_flag=True, help="Show which lines would change; nothing is written.")
@site_option
@now_option
@json_option
@output_options
def rename(
    old: str,
    new: str,
    dry_run: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Give a review another slug, and so another address.

    OLD is the post's slug, its file or its id, NEW its new slug. The id stays, so that no subscriber sees the review
    twice. If readers or partners may know the old address, it is recorded in `previous`, from which the redirects in
    feeds/redirects are made. The file keeps its name. Was the slug changed by hand already, OLD is the one that was
    announced, and only its address is recorded.

    \b
    Example:
      publisher rename karmalink karmalink-2021
    """
    from publisher.cli.edits import tell_edit

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    edited = publisher.rename(site, old, new, publisher.parse_time(now, site), dry=dry_run)
    tell_edit(edited, console, site_folder, dry=dry_run)
