"""`publisher endpoints list`, `show`, `test`, `enable` and `disable`: see how endpoints are, and switch them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.attempts import attempt_data, moment_data, moment_words, told_attempt
from publisher.cli.completing import complete_endpoints
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option
from publisher.cli.progress import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.ledger import DeliveryState
    from publisher.ledger.backlog import Backlog

_INDENT = " " * 13
_ROLES = {"well": "done", "new": "help", "paused": "warning", "failing": "warning"}
_MOST_BACKLOG = 1000


@click.command("list", cls=SiteCommand)
@site_option
@json_option
@output_options
def list_(site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """List the site's endpoints: how each is, and what waits for it.

    \b
    Example:
      publisher endpoints list
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    healths = publisher.endpoint_healths(site, datetime.now(UTC))
    console.data(endpoints=[_health_data(health) for health in healths])
    for health in healths:
        _tell_health(console, site, health)
    _warn_of_twins(console, healths)
    if not healths:
        console.step("none", "publisher.toml names no endpoint")


@click.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_endpoints)
@site_option
@json_option
@output_options
def show(name: str, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Show all there is to know of endpoint NAME, with its last attempts.

    \b
    Example:
      publisher endpoints show local
    """
    from publisher.webhooks.standing import clock_words

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    health = publisher.endpoint_health(site, name, datetime.now(UTC))
    endpoint = publisher.find_endpoint(site, name)
    console.data(
        **_health_data(health),
        events=sorted(str(kind) for kind in endpoint.events),
        content="full" if endpoint.full else "summary",
        concurrency=endpoint.concurrency,
        rate=endpoint.rate,
        failing_since=moment_data(health.state.failing_since),
        succeeded=moment_data(health.state.succeeded_at),
        disabled=moment_data(health.state.disabled_at),
        clock_skew_seconds=health.state.skew,
        attempts=[{"event": event_id, **attempt_data(attempt)} for event_id, attempt in health.attempts],
    )
    _tell_health(console, site, health)
    skewed = clock_words(health.state.skew)
    lines = [
        f"events   {', '.join(sorted(str(kind) for kind in endpoint.events))}",
        f"content  {'the whole text' if endpoint.full else 'the summary'}",
        f"pace     at most {endpoint.concurrency} at once, {endpoint.rate} a second",
        *([f"clock    {skewed}"] if skewed else []),
    ]
    console.say(*(f"{_INDENT}{line}" for line in lines))
    for event_id, attempt in health.attempts:
        first, *others = told_attempt(attempt, site)
        console.say(
            f"{_INDENT}try      {event_id}  {first}", *(f"{_INDENT}         {line}" for line in others)
        )
    _warn_of_twins(console, [health])


@click.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_endpoints)
@site_option
@json_option
@output_options
@click.pass_context
def test(ctx: click.Context, name: str, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Send endpoint NAME a signed `ping`, once, and say what it answers.

    It is sent whether the endpoint is well, paused or switched off, and changes nothing of that. The exit status is 3
    when the ping did not arrive.

    \b
    Example:
      publisher endpoints test local
    """
    from publisher.diagnostics.masking import masked_address
    from publisher.webhooks.standing import clock_words

    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    trial = publisher.ping_endpoint(site, name)
    verdict, skewed = trial.verdict, clock_words(trial.verdict.skew)
    console.data(
        endpoint=name,
        url=masked_address(trial.url),
        event=trial.event_id,
        arrived=trial.arrived,
        status=verdict.status,
        kind=verdict.kind,
        outcome=verdict.outcome,
        advice=trial.advice,
        seconds=round(trial.seconds, 3),
        clock_skew_seconds=verdict.skew,
        excerpt=verdict.excerpt,
    )
    console.step(
        "pinged",
        f"{name}: {masked_address(trial.url)}  {trial.event_id}",
        "done" if trial.arrived else "error",
    )
    console.say(f"{_INDENT}{trial.seconds:.2f} s, {verdict.status or 'no answer'}: {verdict.outcome}")
    console.say(*(f"{_INDENT}| {line}" for line in verdict.excerpt.splitlines()[:10]))
    if skewed:
        console.step("clock", skewed, "warning")
    health = publisher.endpoint_health(site, name, datetime.now(UTC))
    if health.word in {"off", "paused"} and trial.arrived:
        console.step(
            "note",
            f"it is {health.word} all the same; `publisher endpoints enable {name}` ends that",
            "warning",
        )
    _warn_of_twins(console, [health])
    if not trial.arrived:
        if not json:
            console.fail(
                publisher.NotDelivered(f"{name} did not take the ping: {verdict.outcome}", trial.advice)
            )
        ctx.exit(publisher.NotDelivered.exit_code)


@click.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_endpoints)
@click.option(
    "--backlog",
    type=click.IntRange(0, _MOST_BACKLOG),
    default=0,
    metavar="N",
    help="Also send it the newest event of each of the N newest live reviews, as others got them.",
)
@site_option
@json_option
@output_options
def enable(name: str, backlog: int, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Switch endpoint NAME on, forget its troubles, and end its pause.

    What was cancelled while it was off is not sent by that: `publisher deliveries resend` does it, and `status` reminds
    you until it is sent or let go. An endpoint that is new
    in publisher.toml is on, and gets what is announced from then on; --backlog gives it reviews from before.

    \b
    Examples:
      publisher endpoints enable local
      publisher endpoints enable local --backlog 20
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    done = publisher.enable_endpoint(site, name, datetime.now(UTC), backlog=backlog)
    was_off = done.before.disabled_at is not None
    console.data(
        endpoint=name, was_off=was_off, resendable=done.resendable, backlog=_backlog_data(done.backlog)
    )
    console.step("enabled", f"{name}{'' if was_off else ' was on; its troubles are forgotten'}")
    if done.resendable:
        console.step(
            "next",
            f"{count(done.resendable, 'cancelled delivery', 'cancelled deliveries')} can be sent again: "
            f"`publisher deliveries resend --endpoint {name} --state cancelled`",
            "help",
        )
    if done.backlog is not None:
        _tell_backlog(console, done.backlog)


@click.command(cls=SiteCommand)
@click.argument("name", shell_complete=complete_endpoints)
@site_option
@json_option
@output_options
def disable(name: str, site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Switch endpoint NAME off: nothing is sent to it, and what waits for it is cancelled.

    Events that are announced meanwhile are kept as cancelled, and can be sent when it is on again. It stays off, also
    when publisher.toml gives it another address, until `publisher endpoints enable`.

    \b
    Example:
      publisher endpoints disable local
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site = publisher.load_site(site_folder)
    done = publisher.disable_endpoint(site, name, datetime.now(UTC))
    was_off = done.before.disabled_at is not None
    console.data(endpoint=name, was_off=was_off, cancelled=done.cancelled)
    if was_off:
        console.step("disabled", f"{name} was off already")
    else:
        waited = count(done.cancelled, "delivery that waited is", "deliveries that waited are")
        console.step("disabled", f"{name}; {waited} cancelled")


def _tell_health(console: Console, site: publisher.Site, health: publisher.EndpointHealth) -> None:
    from publisher.webhooks.reports import missed, resending

    url = health.endpoint.shown if health.endpoint is not None else ""
    console.step(health.word, f"{health.name}  {url}", _ROLES.get(health.word, "error"))
    standing = health.standing
    until = f"until {moment_words(standing.until, site)}: " if standing.until is not None else ""
    console.say(f"{_INDENT}{until}{standing.why}")
    since = health.state.disabled_at or health.state.failing_since
    if since is not None:
        console.say(f"{_INDENT}since {moment_words(since, site)}")
    if health.counts:
        console.say(
            f"{_INDENT}{', '.join(f'{number} {state}' for state, number in _ordered(health.counts).items())}"
        )
    if health.missed and health.word != "off":
        console.say(f"{_INDENT}{missed(health.missed)}; {resending(health.name)} sends them")


def _warn_of_twins(console: Console, healths: list[publisher.EndpointHealth]) -> None:
    told = set[str]()
    for health in healths:
        if health.twins and health.name not in told:
            told |= {health.name, *health.twins}
            names = " and ".join(sorted({health.name, *health.twins}))
            console.step(
                "note", f"{names} have the same address: it is sent each event for each of them", "warning"
            )


def _tell_backlog(console: Console, backlog: Backlog) -> None:
    if backlog.queued:
        what = (
            f"{count(backlog.queued, 'event')} of reviews from before; `publisher push` delivers what is due"
        )
    else:
        what = "nothing of reviews from before"
    console.step("queued", what)
    if backlog.known:
        console.say(
            f"{_INDENT}of {count(backlog.known, 'review')} it has the newest event, or that waits or was given up"
        )
    if backlog.summaries:
        console.say(
            f"{_INDENT}{backlog.summaries} of them with the summary alone: when they were announced, nobody asked for the "
            "whole text"
        )
    if backlog.missing:
        console.say(
            f"{_INDENT}of {count(backlog.missing, 'review')} the ledger keeps no event that it asks for"
        )


def _backlog_data(backlog: Backlog | None) -> dict[str, int] | None:
    if backlog is None:
        return None
    return {
        "queued": backlog.queued,
        "known": backlog.known,
        "missing": backlog.missing,
        "summaries": backlog.summaries,
    }


def _ordered(counts: Mapping[DeliveryState, int]) -> dict[str, int]:
    return {str(state): counts[state] for state in type(next(iter(counts))) if counts.get(state)}


def _health_data(health: publisher.EndpointHealth) -> dict[str, Any]:
    """Return how an endpoint is, for machines."""
    return {
        "name": health.name,
        "url": health.endpoint.shown if health.endpoint is not None else None,
        "state": health.word,
        "why": health.standing.why,
        "until": moment_data(health.standing.until),
        "counts": _ordered(health.counts) if health.counts else {},
        "missed": health.missed,
        "same_url": list(health.twins),
    }
