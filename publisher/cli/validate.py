"""`publisher validate`: check posts, report every fault, and mend what needs nobody's judgement."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

import publisher
from publisher.cli.completing import complete_posts, complete_rules
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from publisher.cli.findings import Findings
    from publisher.posts.calm import Calm

STDIN = Path("-")


@click.command(cls=SiteCommand)
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...", shell_complete=complete_posts
)
@click.option(
    "--format",
    type=click.Choice(["full", "concise", "json", "github"]),
    help="How to print what was found. Default: full on a terminal, concise elsewhere. `github` makes annotations "
    "of GitHub Actions.",
)
@click.option("--fix", is_flag=True, help="Mend what can be mended safely; the rest is reported.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    shell_complete=complete_rules,
    help="Only these rules, such as rating-range,link-*, and what keeps a file from being read.",
)
@click.option(
    "--ignore", multiple=True, metavar="CODES", shell_complete=complete_rules, help="All rules but these."
)
@click.option(
    "--max", "most", type=click.IntRange(min=0), metavar="N", help="Print at most N faults; all are counted."
)
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="What the post on standard input is called. Default: stdin.md in the folder of posts.",
)
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def validate(
    ctx: click.Context,
    paths: tuple[Path, ...],
    format: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    most: int | None,
    stdin_filename: Path | None,
    site_folder: Path,
    now: str | None,
    *,
    fix: bool,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Check posts: every fault of every post in one run.

    PATH is a post or a folder of posts; without one all posts are checked. A single - reads one post from standard
    input. The exit status is 1 when there is an error; warnings and advice do not stop anything.

    What --fix mends: a missing id is minted, a value that needs quotes gets them, a misspelt key or service is
    replaced where only one is near, a byte order mark is removed. Nothing else in the file changes.

    \b
    Examples:
      publisher validate
      publisher validate posts/karmalink.md --fix
      publisher validate - --stdin-filename posts/karmalink.md < draft.md
    """
    from publisher.cache.runs import Run
    from publisher.cli.findings import (
        Findings,
        Selection,
        print_mended,
        seen_from_here,
    )

    form = "json" if json else format or ("full" if sys.stdout.isatty() else "concise")
    console = Console(quiet=quiet, verbose=verbose, json=form == "json")
    run = Run.begin(site_folder, "validate")
    usual = not (paths or select or ignore or stdin_filename or now or fix or verbose)
    if usual and (checked := run.recall(time.time())) is not None:
        _tell(Findings([]), checked, form, console)
        return
    selection = Selection.of(select, ignore)
    see = seen_from_here(site_folder)
    site = _load_site(site_folder, form, console)
    from publisher.posts.calm import Calm

    moment = publisher.parse_time(now, site)
    unsaved = _standard_input(paths, stdin_filename, site)
    if unsaved and fix:
        raise publisher.UsageError(
            "--fix mends files, not standard input", "save the post, and name its file"
        )
    paths = tuple(unsaved or paths)

    fixed: list[publisher.Diagnostic] = []
    obstacles: list[publisher.PublisherError] = []
    for mended in publisher.mend_posts(site, paths, now=moment, wanted=selection.wants) if fix else ():
        if mended.obstacle is not None:  # its faults are reported below, with those of all others
            obstacles.append(mended.obstacle)
            continue
        fixed += map(see, mended.faults)
    if form not in {"json", "github"}:
        print_mended(fixed, console)
    # Only faults leave cycles behind; to look for some after every post would cost a tenth of the run.
    gc.set_threshold(50_000, 20, 20)
    examination = publisher.Examination(site, paths, now=moment, unsaved=unsaved)
    calm = Calm(site, moment)
    faults = _faults(examination, site, moment, console, calm, whole=not paths)
    findings = Findings(
        map(see, filter(selection.wants, faults)),
        shown=lambda fault: not quiet or fault.severity is publisher.Severity.ERROR,
        most=most,
    )
    _tell(findings, examination.checked, form, console, fixed, obstacles)
    if obstacles:
        ctx.exit(obstacles[0].exit_code)
    if usual and not findings.counts:
        calm.put_down(run, (), examination.checked)
    ctx.exit(1 if findings.counts[publisher.Severity.ERROR] else 0)


def _tell(
    findings: Findings,
    checked: int,
    form: str,
    console: Console,
    fixed: Sequence[publisher.Diagnostic] = (),
    obstacles: Sequence[publisher.PublisherError] = (),
) -> None:
    from publisher.cli.findings import print_findings, print_json, print_tally

    if form == "json":
        print_json(findings, checked, fixed, obstacles)
        return
    print_findings(findings, form, console)
    print_tally(findings, checked, form, console)
    for obstacle in obstacles:
        console.fail(obstacle)


def _load_site(folder: Path, form: str, console: Console) -> publisher.Site:
    """Load the site; what is wrong with publisher.toml is printed as the faults of posts are."""
    from publisher.cli.findings import Findings, print_findings, seen_from_here

    try:
        return publisher.load_site(folder)
    except publisher.ConfigurationError as error:
        if form == "json" or not error.diagnostics:
            raise
        print_findings(Findings(map(seen_from_here(folder), error.diagnostics)), form, console)
        raise publisher.ConfigurationError(error.message, error.hint) from None


def _standard_input(paths: tuple[Path, ...], name: Path | None, site: publisher.Site) -> dict[Path, bytes]:
    """Read the post on standard input, if one was asked for; the file it is called by need not exist."""
    if STDIN not in paths:
        if name is not None:
            raise publisher.UsageError(
                "--stdin-filename names what is read from -", "write - in place of a PATH"
            )
        return {}
    if len(paths) > 1:
        raise publisher.UsageError("standard input is checked alone", "leave out the other paths, or the -")
    file = Path(os.path.abspath(name)) if name else site.posts / "stdin.md"  # noqa: PTH100 - links keep their names
    if not file.name.lower().endswith(publisher.POST_SUFFIXES):
        raise publisher.UsageError(
            f"{name} is not a post", "posts are Markdown files: their names end in .md"
        )
    if sys.stdin is None:
        raise publisher.UsageError(
            "there is no standard input to read", "write the post to it, as in < draft.md"
        )
    return {file: sys.stdin.buffer.read(publisher.POST_LIMIT + 1)}


def _faults(
    examination: publisher.Examination,
    site: publisher.Site,
    moment: datetime,
    console: Console,
    calm: Calm,
    *,
    whole: bool,
) -> Iterator[publisher.Diagnostic]:
    """Yield faults file by file, while the files are being read, and last those that concern more than one file.

    `whole` tells whether all posts of the site are looked at.
    """
    # Where nothing was announced, nothing need be remembered, and no database loaded.
    ledger = site.ledger.exists()
    posts: list[publisher.Post] = []
    sound = True
    for post, found in examination.files():
        yield from found
        if post is None:
            sound = False
        else:
            calm.take_in(post)
        if post and ledger:
            posts.append(post)
        if post and not found:
            console.detail(f"{os.path.relpath(site.root / post.name)}: no faults")
    yield from examination.between()
    if ledger:
        yield from publisher.history_faults(posts, site, moment, complete=whole and sound)
