"""`publisher new`: begin a review."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option, site_words


@click.command(cls=SiteCommand)
@click.argument("words", nargs=-1, required=True, metavar="TITLE")
@click.option(
    "--film",
    metavar="TITLE",
    help="The film's title. Default: the review's, if anything else is said of the film.",
)
@click.option("--year", metavar="YEAR", help="The year the film was first shown.")
@click.option(
    "--director", "directors", multiple=True, metavar="NAME", help="Who directed it; once for each."
)
@click.option(
    "--author",
    "authors",
    multiple=True,
    metavar="KEY",
    help="Who writes the review: a key of [authors] in publisher.toml; once for each. Default: the only one.",
)
@click.option(
    "--date",
    metavar="TIME",
    help="When it goes out, such as 2026-03-05T09:00; the site's time zone unless it names one. Default: now.",
)
@click.option("--slug", metavar="SLUG", help="The last part of the address. Default: made of the title.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="What it is about; once for each.")
@click.option("--language", metavar="TAG", help="The review's language, such as en-GB. Default: the site's.")
@click.option("--edit", is_flag=True, help="Open it in your editor, and check it when you close that.")
@click.option("--dry-run", is_flag=True, help="Show what would be written; nothing is.")
@site_option
@json_option
@output_options
@click.pass_context
def new(
    ctx: click.Context,
    words: tuple[str, ...],
    film: str | None,
    year: str | None,
    directors: tuple[str, ...],
    authors: tuple[str, ...],
    date: str | None,
    slug: str | None,
    tags: tuple[str, ...],
    language: str | None,
    edit: bool,
    dry_run: bool,
    site_folder: Path,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Begin a review: a draft with an id of its own.

    TITLE is what the review is called. Its file lies in the folder of posts, bears the slug's name, and is ready to be
    filled in. Nothing is ever replaced. A draft stays at
    home: when it is ready, remove the line `status: draft`. --edit opens the editor that $VISUAL or $EDITOR names.

    \b
    Examples:
      publisher new "Karmalink"
      publisher new "A treasure from another life" --film Karmalink --year 2021 --director "Jake Wachtel"
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    if edit:
        _require_terminal(json=json, dry=dry_run)
    site = publisher.load_site(site_folder)
    outline = publisher.PostOutline(
        title=_title(words),
        film=film,
        year=year,
        directors=directors,
        authors=authors,
        date=date,
        slug=slug,
        tags=tags,
        language=language,
    )
    post = publisher.new_post(site, outline, publisher.parse_time(None, site), dry=dry_run)
    console.data(
        dry_run=dry_run,
        file=site.display(post.file),
        id=post.review.id,
        slug=post.review.slug,
        title=post.review.title,
        date=post.review.date.astimezone(site.zone).isoformat(),
        url=site.url_of(post.review),
    )
    name = os.path.relpath(post.file)
    if dry_run:
        console.step("new", f"{name} would be written")
        console.say(*post.data.decode().splitlines())
        return
    console.step("wrote", name)
    if edit:
        _edit(post.file, name)
        ctx.exit(_check(post.file, name, site, site_folder, console))
    there = site_words(site_folder)
    console.step(
        "next", f"fill it in; `publisher validate {shlex.quote(name)}{there}` looks for faults", "help"
    )
    console.step("", "when it is ready, see to its date, and remove the line `status: draft`")
    console.step("", f"`publisher publish{there}` puts it out when its date has come")


def _title(words: tuple[str, ...]) -> str:
    """Take the title as one word of the command line; the shell parts what stands in no quotes."""
    if len(words) > 1:
        raise publisher.UsageError(
            f"the title came as {len(words)} words",
            f"put it in quotes: publisher new {shlex.quote(' '.join(words))}",
        )
    return words[0]


def _require_terminal(*, json: bool, dry: bool) -> None:
    if json or dry:
        raise publisher.UsageError(
            f"--edit and {'--json' if json else '--dry-run'} do not go together", "leave one of them out"
        )
    # An editor without a terminal waits for ever, or writes its screen into a file.
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        raise publisher.UsageError(
            "--edit needs a terminal to open an editor in", "leave it out, and open the file yourself"
        )


def _edit(file: Path, name: str) -> None:
    try:
        click.edit(filename=str(file))
    except (click.ClickException, ValueError) as error:  # ValueError: quotes in $EDITOR that are never closed
        problem = error.format_message() if isinstance(error, click.ClickException) else str(error)
        raise publisher.EnvironmentFault(
            f"the editor did not work: {problem}",
            f"name one in the environment variable EDITOR; {name} is written, open it yourself",
        ) from None


def _check(file: Path, name: str, site: publisher.Site, site_folder: Path, console: Console) -> int:
    """Say what is wrong with a post that was just edited; return the exit status."""
    from publisher.cli.findings import Findings, print_findings, print_tally, seen_from_here

    if not os.path.lexists(file):
        console.step("gone", f"{name} is no longer there: nothing was checked", "warning")
        return 0
    examination = publisher.Examination(site, (file,), now=publisher.parse_time(None, site))
    faults = [fault for _, found in examination.files() for fault in found] + examination.between()
    findings = Findings(map(seen_from_here(site_folder), faults))
    print_findings(findings, "concise", console)
    print_tally(findings, examination.checked, "concise", console)
    return 1 if findings.counts[publisher.Severity.ERROR] else 0
