"""`publisher init`: make a new site."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path

import click

import publisher
from publisher.cli.completing import complete_folders
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options
from publisher.cli.progress import count


@click.command(cls=SiteCommand)
@click.argument(
    "directory",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="[DIR]",
    shell_complete=complete_folders,
)
@click.option("--title", metavar="TITLE", help="The masthead. Default: made of the folder's name.")
@click.option("--url", metavar="URL", help="Where readers find the site, such as https://films.example/.")
@click.option(
    "--author", metavar="NAME", help="The first author, as readers see the name. Default: the title."
)
@click.option("--language", metavar="TAG", help="The language of its reviews, such as en-GB. Default: en.")
@click.option(
    "--time-zone",
    metavar="ZONE",
    help="The clock of its dates, such as Europe/Lisbon. Default: this machine's.",
)
@json_option
@output_options
def init(
    directory: Path,
    title: str | None,
    url: str | None,
    author: str | None,
    language: str | None,
    time_zone: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Make a new site, in the folder DIR or in this one.

    It has settings that explain themselves and a sample review, and can be published as it stands. Nothing is ever replaced: posts that are there stay, and are the site's.

    \b
    Example:
      publisher init my-reviews --title "The Pinned Wing"
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    outline = publisher.SiteOutline(
        title=title, url=url, author=author, language=language, time_zone=time_zone
    )
    new = publisher.new_site(directory, outline, datetime.now(UTC))
    site = new.site
    console.data(
        folder=str(site.root),
        made=[site.display(file) for file in new.made],
        kept=new.kept,
        title=site.title,
        url=site.base_url,
        language=site.language,
        time_zone=site.zone.key,
    )
    settings = "your settings, each with what it is for" + (
        "" if url else "; put your own address into base_url"
    )
    for file in new.made:
        what = settings if file.name == "publisher.toml" else "a sample review"
        console.step("made", f"{os.path.relpath(file)}: {what}")
    if new.kept:
        console.step("kept", f"{os.path.relpath(site.posts)}, with {count(new.kept, 'post')}")
    folder = os.path.relpath(site.root)
    go = f"cd {shlex.quote(folder)} && " if folder != os.curdir else ""
    console.step("next", f"{go}publisher validate", "help")
    console.step("", 'publisher new "TITLE"')
    console.step("", "publisher publish")
