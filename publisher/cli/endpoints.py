"""`publisher endpoints`: look after the partners' endpoints."""

from __future__ import annotations

from pathlib import Path

import click

import publisher
from publisher.cli.completing import complete_endpoints
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option


@click.group()
def endpoints() -> None:
    """Look after the partners' endpoints.

    \b
    Example:
      publisher endpoints secret local
    """


@endpoints.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_endpoints)
@site_option
@json_option
@output_options
def secret(name: str, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Mint the secret of endpoint NAME, keep it, and show it once.

    It is written to a file of mode 0600 in the site's folder of secrets, and shown so that you can give it to the
    partner by a way you trust. A secret that is there already is never replaced.

    \b
    Example:
      publisher endpoints secret local
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    path, minted = publisher.keep_new_secret(site, name)
    console.data(endpoint=name, file=site.display(path), secret=minted)
    if not json:
        click.echo(minted)
    console.step("kept", f"{site.display(path)}, readable by you alone; give the line above to the partner")
