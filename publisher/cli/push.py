"""`publisher push`: tell partners what changed."""

from __future__ import annotations

from pathlib import Path

import click

import publisher
from publisher.cli.asking import asked_if_over
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option
from publisher.cli.progress import count, push_data, tell_push, tell_warnings
from publisher.cli.stopping import Stop
from publisher.cli.waiting import seconds_to_wait, wait_option


@click.command(cls=SiteCommand)
@click.option("--dry-run", is_flag=True, help="Show what would be announced; nothing is committed or sent.")
@click.option("--baseline", is_flag=True, help="Record everything as announced, and send nothing.")
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
def push(
    ctx: click.Context,
    dry_run: bool,
    baseline: bool,
    yes: bool,
    wait: str | None,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Tell partners what changed since the last push, and deliver what waits.

    Events are committed to the ledger first, then sent, signed. What an endpoint did not take waits there for the
    next push; the exit status is then 3. With --wait it is tried again as it becomes due, until all is settled. A typo
    mended in a text is no event.

    Ctrl-C, SIGTERM and SIGHUP let finish what is on its way, and leave the rest for the next push.

    Then WebSub hubs are told which feeds changed, of those that were generated last: let these be on the web before.

    \b
    Example:
      publisher push --dry-run
    """
    from publisher.cli.delivering import delivering, end_if_stopped

    console = Console(quiet=quiet, verbose=verbose, json=json)
    seconds = seconds_to_wait(wait)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    posts = publisher.read_posts(site, now=moment).require_valid().posts

    def run(confirmed: bool) -> publisher.PushReport:
        if dry_run:
            return publisher.preview_push(posts, site, moment, baseline=baseline, confirmed=confirmed)
        going = delivering(console, stop, seconds)
        return publisher.push(posts, site, moment, baseline=baseline, confirmed=confirmed, round=going)

    with Stop(console) as stop:
        report = asked_if_over(run, console, confirmed=yes)
    tell_warnings(console, report.warnings)
    console.data(**push_data(report, site))
    tell_push(console, report, site)
    end_if_stopped(ctx, console, stop, report)
    require_delivered(ctx, console, report)


_MOST_NAMED = 10


def require_delivered(ctx: click.Context, console: Console, report: publisher.PushReport) -> None:
    """End with status 3 when something was not delivered, and say to whom; why stands in the report above that."""
    from publisher.diagnostics.render import visible

    if report.complete:
        return
    troubled = [endpoint for endpoint in report.endpoints if endpoint.known and endpoint.troubled]
    hubs = [hub for hub in report.hubs if hub.waiting]
    problems = [f"{hub.url} was not told of {count(hub.waiting, 'feed file')}" for hub in hubs]
    if troubled:
        undelivered = sum(endpoint.undelivered for endpoint in troubled)
        most = sorted(troubled, key=lambda endpoint: -endpoint.undelivered)[:_MOST_NAMED]
        named = ", ".join(f"{endpoint.name}: {endpoint.undelivered}" for endpoint in most)
        more = f" and {len(troubled) - len(most)} more endpoints" if len(troubled) > len(most) else ""
        problems.insert(
            0, f"{count(undelivered, 'delivery was', 'deliveries were')} not made ({named}{more})"
        )
    if not console.json:
        if console.quiet:
            # Nothing stands above it.
            for name, notes in [(one.name, one.notes) for one in troubled] + [
                (hub.url, hub.notes) for hub in hubs
            ]:
                console.echo(visible(f"{name}: {', '.join(notes)}"), err=True)
        console.fail(
            publisher.NotDelivered(
                "; ".join(problems),
                "what waits is sent by the first `publisher push` after it is due"
                if any(endpoint.waiting > endpoint.in_hand for endpoint in troubled)
                else "the next `publisher push` tells what waits"
                if hubs
                else None,
            )
        )
    ctx.exit(publisher.NotDelivered.exit_code)
