"""`publisher endpoints secret` and `rotate`: mint what an endpoint's messages are signed with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import publisher
from publisher.cli.completing import complete_endpoints
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_endpoints)
@site_option
@json_option
@output_options
def secret(name: str, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Mint the secret of endpoint NAME, keep it, and show it once.

    It is written to a file of mode 0600 in the site's folder of secrets, and shown so that you can give it to the
    partner by a way you trust. A secret that is there already is never replaced: `rotate` does that.

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
    _tell_kept(console, site, path)


@click.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_endpoints)
@click.option(
    "--overlap",
    default="24h",
    show_default=True,
    metavar="DURATION",
    help="For how long the old secret signs too: 30m, 24h, 7d; at most 30d. 0 ends all older ones at once.",
)
@site_option
@json_option
@output_options
def rotate(name: str, overlap: str, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Mint a new secret for endpoint NAME in place of the one it has, and show it once.

    Until the overlap ends, every message carries a signature of the new secret and one of the old, so that the
    partner can change over whenever it suits: a message is accepted with either. Give the partner the new one by a
    way you trust.

    \b
    Example:
      publisher endpoints rotate local --overlap 24h
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    lasting = publisher.parse_duration(overlap, "--overlap")
    rotation = publisher.rotate_secret(site, name, lasting, datetime.now(UTC))
    console.data(
        endpoint=name,
        file=site.display(rotation.file),
        secret=rotation.minted,
        old=[{"until": until.isoformat()} for until in rotation.old],
    )
    if not json:
        click.echo(rotation.minted)
    _tell_kept(console, site, rotation.file)
    for line in _ends(rotation, site):
        console.step("overlap", line)


def _tell_kept(console: Console, site: publisher.Site, file: Path) -> None:
    console.step("kept", f"{site.display(file)}, readable by you alone; give the line above to the partner")


def _ends(rotation: publisher.Rotation, site: publisher.Site) -> Iterator[str]:
    """Say until when the older secrets sign."""
    if not rotation.old:
        yield "none: no older secret signs any more, and the partner refuses messages until it has the new one"
    for number, until in enumerate(rotation.old):
        which = "one before it" if number else "the old secret"
        yield f"{which} signs too until {until.astimezone(site.zone):%Y-%m-%d %H:%M %Z}"
