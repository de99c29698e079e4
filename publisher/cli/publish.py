"""`publisher publish`: the whole run."""

from __future__ import annotations

from pathlib import Path

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option
from publisher.cli.progress import publish_data, tell_push
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
    Run it as often as you like: what is done already is not done again.

    \b
    Example:
      publisher publish --dry-run
    """
    from publisher.diagnostics import render

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    found = publisher.read_posts(site).require_valid()
    console.step("validated", f"{found.checked} posts: {render.tally(found.diagnostics) or 'no faults'}")
    for fault in found.diagnostics:
        console.detail(f"             {render.concise(fault, console.paint)}")
    report = publisher.publish(found, site, moment, dry=dry_run, confirmed=yes)
    _tell(console, report, site)
    console.data(**publish_data(report, site.display(site.feeds)))
    require_delivered(ctx, console, report.push)


def _tell(console: Console, report: publisher.PublishReport, site: publisher.Site) -> None:
    offers = [(review, offer) for review, offers in report.attached for offer in offers]
    links = {
        "given": "links you gave",
        "search": "searches for the film",
        "none": "by name only",
    }
    counts = ", ".join(
        f"{sum(offer.link == origin for _, offer in offers)} {words}" for origin, words in links.items()
    )
    console.step("attached", f"{len(offers)} offers to {len(report.attached)} live reviews: {counts}")
    for review, offer in offers:
        console.detail(f"             {review.title}: {offer.name}  {offer.url or ''}")
    folder = site.display(site.feeds)
    verb = "would change" if report.push.dry else "written"
    changed = ", ".join(report.feeds.stale)
    console.step("generated", f"{folder}/: {changed} {verb}" if changed else f"{folder}/ is up to date")
    if report.deployed:
        console.step("deployed", "the site's deploy command succeeded")
    tell_push(console, report.push)
