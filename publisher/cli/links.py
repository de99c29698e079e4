"""`publisher links`: look after where-to-watch links."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import publisher
from publisher.cli.completing import complete_posts
from publisher.cli.console import Console
from publisher.cli.options import (
    SiteCommand,
    json_option,
    now_option,
    output_options,
    site_option,
    site_words,
)


@click.group()
def links() -> None:
    """Look after where-to-watch links.

    \b
    Example:
      publisher links check
    """


@links.command(cls=SiteCommand)
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...", shell_complete=complete_posts
)
@click.option(
    "--write", is_flag=True, help="Write links in their present form, without other people's campaigns."
)
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    site_folder: Path,
    now: str | None,
    *,
    write: bool,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Hold every where-to-watch link against the catalogue; nothing leaves this machine.

    PATH is a post or a folder of posts; without one all posts are looked at. Found are links to another service, or
    to a page that is no film's; former forms; other people's campaigns; searches where the film's page is known;
    countries that a service is not known in; offers that are over. Of posts with errors, and of files of offers with any,
    the errors are told, because not everything else can be. The exit status is 1 when anything was found.

    Only --write changes files, and only the url: of offers whose links have a former form or a campaign in them; `publisher
    undo` takes all of it back.

    \b
    Examples:
      publisher links check
      publisher links check posts/karmalink.md --write
    """
    from publisher.cli.findings import (
        Findings,
        print_findings,
        print_json,
        print_mended,
        seen_from_here,
    )
    from publisher.cli.progress import count
    from publisher.diagnostics import render

    console = Console(quiet=quiet, verbose=verbose, json=json)
    see = seen_from_here(site_folder)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    mended = list(publisher.mend_links(site, paths, now=moment)) if write else []
    fixed = [see(fault) for file in mended if not file.obstacle for fault in file.faults]
    obstacles = [file.obstacle for file in mended if file.obstacle]
    examination = publisher.Examination(site, paths, now=moment)
    findings = Findings(map(see, publisher.check_links(examination, site)))
    if json:
        print_json(findings, examination.checked, fixed, obstacles)
    else:
        print_mended(fixed, console)
        print_findings(findings, "full" if sys.stdout.isatty() else "concise", console)
        tally = render.tally(findings.counts) or "nothing amiss"
        found = findings.counts.total()
        console.step(
            "checked", f"{count(examination.checked, 'post')}: {tally}", "error" if found else "done"
        )
        if findings.fixable:
            console.say(f"`publisher links check --write` mends {findings.fixable} of them by itself")
        if fixed:
            console.step(
                "next",
                f"look at the difference; `publisher undo{site_words(site_folder)}` takes it back",
                "help",
            )
        for obstacle in obstacles:
            console.fail(obstacle)
    if obstacles:
        ctx.exit(obstacles[0].exit_code)
    ctx.exit(1 if findings.counts.total() else 0)
