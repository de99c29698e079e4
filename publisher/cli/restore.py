"""`publisher restore`: put back a review that was retracted."""

from __future__ import annotations

from pathlib import Path

import click

import publisher
from publisher.cli.completing import complete_slugs
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option


@click.command(cls=SiteCommand)
@click.argument("post", metavar="SLUG", shell_complete=complete_slugs)
@click.option("--dry-run", is_flag=True, help="Show which lines would change; nothing is written.")
@site_option
@now_option
@json_option
@output_options
def restore(
    post: str,
    dry_run: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Put back a review that was retracted.

    SLUG is the post's slug, its file or its id. The post is ready again; the moment and the reason of the retraction are
    taken out, and nothing else in it changes. The next `publisher publish` puts it back into the feeds and tells
    partners: for them it is the same review, under the same id.

    \b
    Example:
      publisher restore karmalink
    """
    from publisher.cli.edits import tell_edit

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    edited = publisher.restore(site, post, publisher.parse_time(now, site), dry=dry_run)
    tell_edit(edited, console, site_folder, dry=dry_run)
