"""`publisher plan`: what a publish would do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, now_option, output_options, site_option
from publisher.cli.progress import count, tell_wait, tell_warnings

#: Why an event is for nobody, by whether somebody asked for it.
_NOBODY = {
    False: "nobody, no endpoint asked for it",
    True: "nobody, the endpoints that asked for it are switched off",
}


@click.command(cls=SiteCommand)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the plan down, for `publisher publish --plan FILE`.",
)
@click.option(
    "--yes",
    is_flag=True,
    help="It is meant: more than 20 announcements or 5 retractions at once, or a clock set back.",
)
@site_option
@now_option
@json_option
@output_options
@click.pass_context
def plan(
    ctx: click.Context,
    output: Path | None,
    yes: bool,
    site_folder: Path,
    now: str | None,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say what a publish would do; nothing is done.

    Reviews that are new, due, changed or taken back; files that would be written; events and who gets each.
    Written down with -o, the plan can be looked at by others, and `publisher publish --plan FILE` then does exactly
    that, or refuses when posts, publisher.toml or the ledger have moved on. It holds no text of drafts, of scheduled
    reviews or of those taken back.

    Where a publish would be refused as things stand, that is said, and the exit status is the one with which it would
    end; the plan is written down all the same.

    \b
    Example:
      publisher plan -o plan.json
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    moment = publisher.parse_time(now, site)
    made = publisher.make_plan(
        publisher.read_posts(site, now=moment, making=publisher.EntryMaker(site, moment)),
        site,
        moment,
        confirmed=yes,
    )
    if output is not None:
        publisher.write_plan(made, output)
    fields = made.as_fields()
    console.data(**{name: value for name, value in fields.items() if name != "format_version"})
    tell_warnings(console, made.warnings)
    _tell(console, made, site)
    if output is not None:
        console.step("written", f"{output}; `publisher publish --plan {output}` does exactly this")
    if made.refusals:
        if quiet and not json:
            console.fail(made.refusals[0])
        ctx.exit(made.exit_code)


def _tell(console: Console, made: publisher.Plan, site: publisher.Site) -> None:
    from publisher.outputs.wording import in_short

    console.say(f"As of {made.now.astimezone(site.zone):%a %Y-%m-%d %H:%M %Z}, a publish would do this:")
    for review in made.reviews:
        details = ", ".join(review.fields) or review.reason
        named = f"{review.title}  {review.url}" if review.title is not None else review.url
        console.step(review.kind, f"{named}{f'  ({details})' if details else ''}")
    folder = site.display(site.feeds)
    for verb, names in (("write", sorted(made.written)), ("remove", made.removed)):
        if names:
            console.step(verb, f"{folder}/: {in_short(names)}")
            for name in names:
                console.detail(f"             {folder}/{name}")
    if made.deploys:
        console.step("deploy", "run the site's deploy command")
    tell_wait(console, site, made.waits)
    _tell_sent(console, made, site)
    if made.idle:
        console.step("nothing", "is new, due, changed or waiting")
    for obstacle in made.obstacles:
        console.step("refused", f"as things stand: {obstacle}", "error")


def _tell_sent(console: Console, made: publisher.Plan, site: publisher.Site) -> None:
    """Tell what partners and hubs would get."""
    titles = {review.id: review.title for review in made.reviews}
    for event in made.events if site.endpoints else ():
        console.step(
            "tell",
            f"{', '.join(event.endpoints) or _NOBODY[bool(event.cancelled)]}: {event.type} {event.sequence}  "
            f"{titles.get(event.id) or event.url}",
        )
    for endpoint, number in made.waiting.items():
        console.step("deliver", f"{endpoint}: {count(number, 'event')} from earlier runs, as they are due")
    _tell_not_sent(console, made)
    for hub, number in made.hubs.items():
        console.step("ping", f"{hub}: {count(number, 'feed file')}")


def _tell_not_sent(console: Console, made: publisher.Plan) -> None:
    """Tell what is kept back of those that are switched off, and of those that have left publisher.toml."""
    from publisher.webhooks.reports import advice, switched_off

    new = Counter(name for event in made.events for name in event.cancelled)
    old = {one.endpoint: one.number for one in made.withheld}
    for name, why in made.off.items():
        if number := new[name] + old.get(name, 0):
            console.step(
                "cancel",
                f"{name}: {count(number, 'event')}, because {switched_off(why)}; {advice(name, why)}",
                "warning",
            )
    for one in made.withheld:
        if one.why == "removed":
            console.step(
                "keep",
                f"{one.endpoint}: {count(one.number, 'event')} from earlier runs; it is no longer in publisher.toml, and "
                "they are cancelled after three days",
                "warning",
            )
