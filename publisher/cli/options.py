"""The options that commands share, and the command class that turns errors into messages and exit statuses."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from publisher.cli.completing import complete_folders
from publisher.cli.console import Console
from publisher.errors import PublisherError, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


class SiteCommand(click.Command):
    """A command whose errors end as one clear message and the exit status that belongs to it."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PublisherError as error:
            console = console_of(ctx.params)
            if console.json or not (console.quiet and _will_pass(error)):
                console.fail(error)
            ctx.exit(error.exit_code)


def _will_pass(error: PublisherError) -> bool:
    """Tell whether nobody needs to hear of an error: cron would write a mail every minute that another run takes."""
    if not isinstance(error, Refused):
        return False
    from publisher.release.lock import AlreadyRunning

    return isinstance(error, AlreadyRunning) and not error.stuck


def console_of(params: dict[str, Any]) -> Console:
    """Make the console that a command's options ask for."""
    return Console(
        quiet=bool(params.get("quiet")),
        verbose=bool(params.get("verbose")),
        json=bool(params.get("json")) or params.get("format") == "json",
    )


def site_option(command: Decorated) -> Decorated:
    """Add --site, the folder that holds publisher.toml."""
    return click.option(
        "--site",
        "site_folder",
        type=click.Path(path_type=Path),
        shell_complete=complete_folders,
        default=Path(),
        metavar="DIR",
        help="The site's folder, which holds publisher.toml. Default: this one.",
    )(command)


def site_words(folder: Path) -> str:
    """Write --site as it goes behind a command that is proposed; nothing for the folder one stands in."""
    return f" --site {shlex.quote(str(folder))}" if folder != Path() else ""


def now_option(command: Decorated) -> Decorated:
    """Add --now, the moment a command acts for."""
    return click.option(
        "--now",
        metavar="TIME",
        help="Act as if it were TIME, such as 2026-03-05T09:00; the site's time zone unless it names one.",
    )(command)


def json_option(command: Decorated) -> Decorated:
    """Add --json."""
    return click.option("--json", is_flag=True, help="Print the result as JSON, for machines.")(command)


def output_options(command: Decorated) -> Decorated:
    """Add --quiet and --verbose."""
    command = click.option("-v", "--verbose", is_flag=True, help="Say more.")(command)
    return click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")(command)
