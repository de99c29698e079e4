"""`publisher publish`: the whole run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option
from publisher.cli.progress import count, publish_data, tell_attached, tell_push, told_files
from publisher.cli.push import require_delivered


@click.command(cls=SiteCommand)
@click.option("--dry-run", is_flag=True, help="Show what would happen; nothing is written or sent.")
@click.option("--yes", is_flag=True, help="Announce more than 20 events at once.")
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def publish(
    ctx: click.Context,
    dry_run: bool,
    yes: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Validate, attach, generate, deploy and push, in that order.

    An error in a post, a missing secret or too many events at once stop the run before anything is written or sent.
    Run it as often as you like: what is done already is not done again, but for the deploy command, which runs each time.

    \b
    Example:
      publisher publish --dry-run
    """
    from publisher.diagnostics import render

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    found = publisher.read_posts(site, now=moment).require_valid()
    console.step(
        "validated",
        f"{count(found.checked, 'post')}: {render.tally(Counter(fault.severity for fault in found.diagnostics)) or 'no faults'}",
    )
    if verbose:
        for fault in found.diagnostics:
            console.painted(f"             {render.concise(fault, console.paint)}")
    run = publisher.preview_publish if dry_run else publisher.publish
    report = run(found, site, moment, confirmed=yes, progress=_teller(console, site, dry=dry_run))
    console.data(**publish_data(report, site.display(site.feeds)))
    require_delivered(ctx, console, report.push)


def _teller(console: Console, site: publisher.Site, *, dry: bool) -> publisher.Progress:
    """Make what tells people of each step as soon as it is done."""
    folder = site.display(site.feeds)

    class Teller(publisher.Progress):
        def attached(self, reviews: tuple[tuple[publisher.Review, tuple[publisher.Offer, ...]], ...]) -> None:
            tell_attached(console, reviews)

        def generated(self, written: publisher.Written) -> None:
            if not written.stale:
                console.step("generated", f"{folder}/ is up to date")
            elif dry:
                console.step("generated", f"{folder}/: {', '.join(written.stale)} would change")
            else:
                console.step("generated", f"{folder}/: {told_files(written)}")

        def deployed(self) -> None:
            console.step("deployed", "the site's deploy command succeeded")

        def pushed(self, report: publisher.PushReport) -> None:
            tell_push(console, report)

    return Teller()
