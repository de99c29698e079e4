"""`publisher doctor`: look whether everything is as it must be, and say what to do where it is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROLES = {"ok": "done", "warning": "warning", "failed": "error", "skipped": "gutter"}
_NOUNS = {"failed": "failed", "warning": "to be looked at", "skipped": "skipped", "ok": "ok"}
_INDENT = " " * 9


@click.command(cls=SiteCommand)
@click.option(
    "--offline", is_flag=True, help="Ask nothing of the network; the checks that would are skipped."
)
@site_option
@json_option
@output_options
@click.pass_context
def doctor(
    ctx: click.Context, site_folder: Path, *, offline: bool, json: bool, quiet: bool, verbose: bool
) -> None:
    """Look at the site, this machine and the public addresses, and say what to do where something is wrong.

    Looked at are publisher.toml, the disk, the ledger, posts, feeds and the schedule; secrets, version control and
    what waits for partners; whether the web has the feeds that were made here; the clock. No check keeps another from
    being made. Nothing is changed or sent, and no secret is shown. The exit status is 4 when something failed;
    warnings do not count.

    \b
    Examples:
      publisher doctor
      publisher doctor --offline --quiet
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    found = []
    for finding in publisher.examine_site(site_folder, datetime.now(UTC), offline=offline):
        found.append(finding)
        _tell(console, finding)
    counts = Counter(str(finding.state) for finding in found)
    console.data(
        findings=[_as_fields(finding) for finding in found], counts={state: counts[state] for state in _NOUNS}
    )
    tally = ", ".join(f"{counts[state]} {noun}" for state, noun in _NOUNS.items() if counts[state])
    console.step("examined", tally, "error" if counts["failed"] else "done")
    ctx.exit(publisher.EnvironmentFault.exit_code if counts["failed"] else 0)


def _tell(console: Console, finding: publisher.Finding) -> None:
    """Print a finding for people; with --quiet only one that failed."""
    from publisher.diagnostics.render import visible

    if console.json or (console.quiet and finding.state != "failed"):
        return
    state = console.paint(f"{finding.state:<7}", _ROLES[finding.state])
    console.echo(f"{state}  {finding.name:<13}  {visible(finding.message)}")
    if finding.help:
        console.echo(f"{_INDENT}{console.paint('help:', 'help')} {visible(finding.help)}")
    for line in finding.details if console.verbose else ():
        console.echo(f"{_INDENT}{visible(line)}")


def _as_fields(finding: publisher.Finding) -> dict[str, Any]:
    """Return the machine form of a finding; half characters, which file names may hold, are no JSON."""
    fields = asdict(finding)
    return {key: _whole(value) for key, value in fields.items()}


def _whole(value: str | Iterable[str] | None) -> str | list[str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return [line.encode(errors="replace").decode() for line in value]
