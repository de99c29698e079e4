"""`publisher schema`: JSON Schema for the tools of editors and of partners."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.completing import complete_event_types
from publisher.cli.options import SiteCommand, site_option

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group()
def schema() -> None:
    """Print JSON Schema (2020-12) of what you write, for your editor, and of what partners get, for their programs.

    docs/editors.md shows how an editor checks and completes with it; docs/partners.md says what events hold.

    \b
    Example:
      publisher schema post > post.schema.json
    """


@schema.command(cls=SiteCommand)
@site_option
def post(site_folder: Path) -> None:
    """Print the schema of front matter: its keys, this site's authors, its scale.

    Print it again when the authors or the scale in publisher.toml change.

    \b
    Example:
      publisher schema post > post.schema.json
    """
    _print(publisher.post_schema(publisher.load_site(site_folder)))


@schema.command(cls=SiteCommand)
def config() -> None:
    """Print the schema of publisher.toml. No site is needed.

    \b
    Example:
      publisher schema config > publisher.schema.json
    """
    _print(publisher.config_schema())


@schema.command(cls=SiteCommand)
@click.argument("type", required=False, metavar="[TYPE]", shell_complete=complete_event_types)
def event(type: str | None) -> None:
    """Print the schema of the events that partners get. No site is needed.

    TYPE is that of one kind of events, such as review.published; without it, the schema takes events of any type.

    \b
    Example:
      publisher schema event review.moved
    """
    _print(publisher.event_schema(type))


def _print(written: Mapping[str, Any]) -> None:
    click.echo(json.dumps(written, indent=2))
