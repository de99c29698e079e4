"""`publisher completion`: the script by which a shell completes this command."""

from __future__ import annotations

import os
from pathlib import PurePath

import click

from publisher.cli.options import SiteCommand
from publisher.cli.shells import SHELLS, script


@click.command(cls=SiteCommand)
@click.argument("shell", type=click.Choice(SHELLS), required=False)
def completion(shell: str | None) -> None:
    """Print the script by which your shell completes `publisher`.

    Without an argument it is the one for the shell that $SHELL names. docs/editors.md says where to put it.

    \b
    Example:
      publisher completion fish > ~/.config/fish/completions/publisher.fish
    """
    click.echo(script(shell or _own_shell(), click.get_current_context().find_root().command), nl=False)


def _own_shell() -> str:
    from publisher.errors import UsageError

    name = PurePath(os.environ.get("SHELL", "")).name
    if name in SHELLS:
        return name
    found = f'$SHELL names "{name}"' if name else "$SHELL is not set"
    raise UsageError(
        f"{found}; completion is made for bash, zsh and fish", "name one of them: publisher completion bash"
    )
