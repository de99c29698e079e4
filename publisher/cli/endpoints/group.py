"""The group `publisher endpoints`, and the commands in it."""

from __future__ import annotations

import click

from publisher.cli.endpoints.secrets import rotate, secret


@click.group()
def endpoints() -> None:
    """Look after the partners' endpoints.

    \b
    Example:
      publisher endpoints secret local
    """


for command in (secret, rotate):
    endpoints.add_command(command)
