"""The group `publisher endpoints`, and the commands in it."""

from __future__ import annotations

import click

from publisher.cli.endpoints.care import disable, enable, list_, show, test
from publisher.cli.endpoints.secrets import rotate, secret


@click.group()
def endpoints() -> None:
    """Look after the partners' endpoints.

    \b
    Example:
      publisher endpoints list
    """


for command in (list_, show, test, enable, disable, secret, rotate):
    endpoints.add_command(command)
