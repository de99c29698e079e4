"""`publisher publish`: the whole run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

import publisher
from publisher.cli.asking import asked_if_over
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option
from publisher.cli.progress import (
    count,
    publish_data,
    tell_attached,
    tell_awaiting,
    tell_live,
    tell_names,
    tell_push,
    tell_warnings,
    told_files,
)
from publisher.cli.push import require_delivered
from publisher.cli.stopping import Stop
from publisher.cli.waiting import seconds_to_wait, wait_option

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command(cls=SiteCommand)
@click.option("--dry-run", is_flag=True, help="Show what would happen; nothing is written or sent.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Do exactly what this plan says, or nothing; `publisher plan -o FILE` makes it.",
)
@click.option(
    "--yes",
    is_flag=True,
    help="It is meant: more than 20 announcements or 5 retractions at once, or a clock set back.",
)
@wait_option
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def publish(
    ctx: click.Context,
    dry_run: bool,
    plan_file: Path | None,
    yes: bool,
    wait: str | None,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Validate, attach, generate, deploy and push, in that order.

    An error in a post, a missing secret or too much at once stop the run before anything is written or sent. On a
    terminal you are asked whether it is meant.
    When partners have got what is theirs, the WebSub hubs of publisher.toml are told which feeds changed.
    Run it as often as you like: what is done already is not done again, but for the deploy command, which runs each time.

    \b
    Examples:
      publisher publish --dry-run
      publisher publish --plan plan.json
    """
    from publisher.cli.delivering import delivering, end_if_stopped
    from publisher.diagnostics import render

    console = Console(quiet=quiet, verbose=verbose, json=json)
    seconds = seconds_to_wait(wait)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    if plan_file is not None and dry_run:
        raise publisher.UsageError(
            "--plan is carried out, and --dry-run does nothing", "leave one of them out"
        )
    plan = publisher.read_plan(plan_file) if plan_file is not None else None
    found = publisher.read_posts(site, now=moment, making=publisher.EntryMaker(site, moment)).require_valid()
    console.step(
        "validated",
        f"{count(found.checked, 'post')}: {render.tally(Counter(fault.severity for fault in found.diagnostics)) or 'no faults'}",
    )
    if verbose:
        for fault in found.diagnostics:
            console.painted(f"             {render.concise(fault, console.paint)}")
    teller = _teller(console, site, dry=dry_run)

    def run(confirmed: bool) -> publisher.PublishReport:
        if dry_run:
            return publisher.preview_publish(found, site, moment, confirmed=confirmed, progress=teller)
        going = delivering(console, stop, seconds)
        return publisher.publish(
            found, site, moment, confirmed=confirmed, plan=plan, progress=teller, round=going
        )

    with Stop(console) as stop:
        report = asked_if_over(run, console, confirmed=yes)
    console.data(**publish_data(report, site))
    end_if_stopped(ctx, console, stop, report.push)
    require_delivered(ctx, console, report.push)


def _teller(console: Console, site: publisher.Site, *, dry: bool) -> publisher.Progress:
    """Make what tells people of each step as soon as it is done."""
    from publisher.outputs.wording import in_short

    folder = site.display(site.feeds)

    class Teller(publisher.Progress):
        def warned(self, diagnostics: Sequence[publisher.Diagnostic]) -> None:
            tell_warnings(console, diagnostics)

        def attached(self, reviews: tuple[tuple[publisher.Review, tuple[publisher.Offer, ...]], ...]) -> None:
            tell_attached(console, reviews)

        def generated(self, written: publisher.Written) -> None:
            if not written.stale:
                console.step("generated", f"{folder}/ is up to date")
            elif dry:
                console.step("generated", f"{folder}/: {in_short(written.stale)} would change")
            else:
                console.step("generated", f"{folder}/: {told_files(written.changed, written.removed)}")
            tell_names(console, folder, written.changed, written.removed, written.unchanged)

        def deployed(self) -> None:
            console.step("deployed", "the site's deploy command succeeded")

        def awaiting(self, url: str, number: int) -> None:
            tell_awaiting(console, url, number)

        def live(self, url: str, number: int) -> None:
            tell_live(console, url, number)

        def pushed(self, report: publisher.PushReport) -> None:
            tell_push(console, report, site)

    return Teller()
