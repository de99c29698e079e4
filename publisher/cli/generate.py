"""`publisher generate`: write the feeds, or see whether they are as they should be."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

import publisher
from publisher.cli.asking import asked_if_over
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option
from publisher.cli.progress import tell_names, told_files

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command(cls=SiteCommand)
@click.option("--check", is_flag=True, help="Write nothing; exit with 5 when a file would change.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to write to. Default: the site's feeds folder.",
)
@click.option("--yes", is_flag=True, help="It is meant that more than 5 reviews leave the feeds at once.")
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def generate(
    ctx: click.Context,
    check: bool,
    out: Path | None,
    yes: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write the feeds: RSS 2.0, Atom 1.0 and JSON Feed 1.1.

    The same posts and the same moment give the same bytes on every machine. Files appear whole or not at all, and
    one that would not change is left alone.

    \b
    Example:
      publisher generate --check --now 2026-11-22T12:00Z
    """
    from publisher.cache.runs import Run

    console = Console(quiet=quiet, verbose=verbose, json=json)
    run = Run.begin(site_folder, "generate")
    usual = not (check or out or now)
    if usual and (found := run.recall(time.time())) is not None:
        _tell(console, found["folder"], (), (), found["names"])
        return
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    making = publisher.EntryMaker(site, moment)
    posts = publisher.read_posts(site, now=moment, making=making).require_valid().posts
    folder = out.absolute() if out else site.feeds
    elsewhere = None if folder == site.feeds else folder
    if check:
        written = publisher.stale_feeds(posts, site, moment, out=elsewhere)
    else:
        written = asked_if_over(
            lambda confirmed: publisher.generate(posts, site, moment, out=elsewhere, confirmed=confirmed),
            console,
            confirmed=yes,
        )
    shown = site.display(folder)
    if check and written.stale and json:
        console.data(folder=shown, stale=written.stale, unchanged=written.unchanged, check=check)
        ctx.exit(publisher.Refused.exit_code)
    if check and written.stale:
        from publisher.outputs.wording import in_short

        tell_names(console, shown, written.changed, written.removed, written.unchanged)
        raise publisher.Refused(
            f"{shown}/ is not up to date: {in_short(written.stale)}",
            "run `publisher generate`, and look at the difference",
        )
    if usual:
        from publisher.posts.calm import Calm

        calm = Calm(site, moment)
        for post in posts:
            calm.take_in(post)
        names = sorted({*written.changed, *written.unchanged})
        calm.put_down(run, [folder / name for name in names], {"folder": shown, "names": names})
    _tell(console, shown, written.changed, written.removed, written.unchanged, check=check)


def _tell(
    console: Console,
    folder: str,
    changed: Sequence[str],
    removed: Sequence[str],
    unchanged: Sequence[str],
    *,
    check: bool = False,
) -> None:
    console.data(folder=folder, changed=changed, removed=removed, unchanged=unchanged, check=check)
    if changed or removed:
        console.step("generated", f"{folder}/: {told_files(changed, removed)}")
    else:
        console.step("generated", f"{folder}/ is up to date")
    tell_names(console, folder, changed, removed, unchanged)
