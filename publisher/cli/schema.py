"""`publisher schema`: JSON Schema for the tools of editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.options import SiteCommand, site_option

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group()
def schema() -> None:
    """Print JSON Schema (2020-12), with which an editor checks and completes what you write.

    docs/editors.md shows how to switch it on.

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


def _print(written: Mapping[str, Any]) -> None:
    click.echo(json.dumps(written, indent=2))
