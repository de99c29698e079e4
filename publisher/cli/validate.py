"""`publisher validate`: check posts and report every fault."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option
from publisher.cli.progress import count


@click.command(cls=SiteCommand)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--format",
    type=click.Choice(["full", "concise", "json"]),
    help="How to print what was found. Default: full on a terminal, concise elsewhere.",
)
@site_option
@json_option
@output_options
@click.pass_context
def validate(
    ctx: click.Context,
    paths: tuple[Path, ...],
    format: str | None,
    site_folder: Path,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Check posts: every fault of every post in one run.

    PATH is a post or a folder of posts; without one all posts are checked. The exit status is 1 when there is an
    error; warnings and advice do not stop anything.

    \b
    Example:
      publisher validate posts/karmalink.md
    """
    from publisher.diagnostics import has_errors, render

    console = Console(quiet=quiet, verbose=verbose)
    found = publisher.read_posts(publisher.load_site(site_folder), paths)
    faulty = has_errors(list(found.diagnostics))
    form = "json" if json else format or ("full" if sys.stdout.isatty() else "concise")
    if form == "json":
        click.echo(json_module.dumps(render.as_data(found.diagnostics, checked=found.checked), indent=2))
    else:
        show = render.full if form == "full" else render.concise
        for fault in found.diagnostics:
            if not quiet or fault.severity is publisher.Severity.ERROR:
                click.echo(show(fault, console.paint))
        tally = render.tally(found.diagnostics) or "no faults"
        console.step("validated", f"{count(found.checked, 'post')}: {tally}", "error" if faulty else "done")
    ctx.exit(1 if faulty else 0)
