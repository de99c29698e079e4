"""`publisher deliveries`: what became of events on their way to partners, and what to do about them."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

import publisher
from publisher.cli.asking import asked_if_over
from publisher.cli.attempts import TO_THE_SECOND, attempt_data, moment_data, moment_words, told_attempt
from publisher.cli.completing import complete_delivery_states, complete_endpoints, complete_event_types
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option
from publisher.cli.progress import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from enum import StrEnum

    from publisher.ledger import DeliveryState
    from publisher.ledger.delivery_rows import Delivery
    from publisher.ledger.selections import Selection
    from publisher.webhooks.standing import Standing

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

_ROLES = {"delivered": "done", "waiting": "warning", "failed": "error", "set-aside": "error"}
_INDENT = " " * 13
_HIGHEST_LIMIT = 10_000


@click.group()
def deliveries() -> None:
    """Look after events on their way to partners: what arrived, what waits and why, what was given up.

    \b
    Example:
      publisher deliveries list --state waiting
    """


def _filters(command: Decorated) -> Decorated:
    """Add the options that say which deliveries are meant."""
    for option in (
        click.option(
            "--until", metavar="TIME", help="Announced then at the latest; a moment, or 2d for two days ago."
        ),
        click.option(
            "--since",
            metavar="TIME",
            help="Announced then at the earliest; a moment, or 2d for two days ago.",
        ),
        click.option(
            "--state",
            "states",
            multiple=True,
            metavar="STATE",
            shell_complete=complete_delivery_states,
            help="waiting, delivered, failed, set-aside, cancelled or superseded; may be repeated.",
        ),
        click.option(
            "--type",
            "types",
            multiple=True,
            metavar="TYPE",
            shell_complete=complete_event_types,
            help="The type of event, such as review.updated; may be repeated.",
        ),
        click.option(
            "--endpoint",
            "endpoints",
            multiple=True,
            metavar="NAME",
            shell_complete=complete_endpoints,
            help="The endpoint; may be repeated.",
        ),
        click.argument("ids", nargs=-1, metavar="[ID]..."),
    ):
        command = option(command)
    return command


@deliveries.command("list", cls=SiteCommand)
@_filters
@click.option(
    "--limit",
    type=click.IntRange(1, _HIGHEST_LIMIT),
    default=50,
    show_default=True,
    help="How many to show, the newest first.",
)
@site_option
@json_option
@output_options
def list_(limit: int, site_folder: Path, *, json: bool, quiet: bool, verbose: bool, **filters: Any) -> None:  # noqa: ANN401 - as `_filters` gives them
    """List deliveries, the newest first: what arrived, what waits till when and why, what was given up.

    ID is that of an event, msg_…, or the number of a delivery. A delivery is one event on its way to one endpoint.

    \b
    Examples:
      publisher deliveries list --state waiting --state failed
      publisher deliveries list --endpoint local --since 2d
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site, now = publisher.load_site(site_folder), datetime.now(UTC)
    found = publisher.list_deliveries(site, _selection(site, now, **filters), now, limit)
    console.data(
        deliveries=[_delivery_data(one.delivery, one.standing) for one in found.shown],
        total=found.total,
        more=found.total - len(found.shown),
        counts=_counts_data(found.counts),
    )
    for one in found.shown:
        _tell_delivery(console, site, one.delivery, one.standing)
    _tell_counts(console, found)


@deliveries.command(cls=SiteCommand)
@_filters
@click.option("--body", is_flag=True, help="Print the bytes of the newest one's body, and nothing else.")
@site_option
@json_option
@output_options
def show(body: bool, site_folder: Path, *, json: bool, quiet: bool, verbose: bool, **filters: Any) -> None:  # noqa: ANN401 - as `_filters` gives them
    """Show all there is to know of deliveries: the event, and every attempt with what the partner answered.

    ID is that of an event, msg_…, or the number of a delivery, as `publisher deliveries list` shows it. Of many, the
    newest 50 are shown.

    \b
    Examples:
      publisher deliveries show 17
      publisher deliveries show 17 --body
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site, now = publisher.load_site(site_folder), datetime.now(UTC)
    selection = _selection(site, now, **filters)
    if not selection.narrow:
        raise publisher.UsageError(
            "nothing says which deliveries are meant", "`publisher deliveries list` shows their numbers"
        )
    found = publisher.show_deliveries(site, selection, now)
    if body:
        for one in found:
            console.data(event=one.delivery.event_id, body=one.body.decode())
            if not json:
                _print_body(one.body)
            return
        raise publisher.UsageError("there is no such delivery", "`publisher deliveries list` shows all")
    shown = list(found)
    console.data(deliveries=[_shown_data(one) for one in shown])
    for one in shown:
        _tell_shown(console, site, one)
    if not shown:
        console.step("none", "there is no such delivery")


@deliveries.command(cls=SiteCommand)
@_filters
@click.option("--dry-run", is_flag=True, help="Say what would be sent again; nothing is changed.")
@click.option("--yes", is_flag=True, help="It is meant: more than 20 at once.")
@site_option
@json_option
@output_options
def resend(
    dry_run: bool,
    yes: bool,
    site_folder: Path,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
    **filters: Any,  # noqa: ANN401 - as `_filters` gives them
) -> None:
    """Have events sent again: the same bytes, under the same ids, by the next `publisher push` or a worker.

    A try that fails is followed by the others of the schedule, as if it were the first. Without --state, and where none
    is named by its ID, what waits is left alone: it goes out by itself. Nothing is sent of a review that was taken back
    since, nor to an endpoint that is switched off.

    \b
    Examples:
      publisher deliveries resend 17
      publisher deliveries resend --endpoint local --since 2d --dry-run
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site, now = publisher.load_site(site_folder), datetime.now(UTC)
    selection = _selection(site, now, **filters)
    handled = asked_if_over(
        lambda confirmed: publisher.resend_deliveries(site, selection, now, dry=dry_run, confirmed=confirmed),
        console,
        confirmed=yes,
    )
    _tell_handled(console, handled, "would resend" if dry_run else "resent")
    if handled.number and handled.forgotten:
        from publisher.values.durations import duration_in_words

        console.step(
            "note",
            f"the first of them was announced {duration_in_words(handled.oldest)} ago: a partner that remembers ids for a "
            "shorter time takes it for something new",
            "warning",
        )
    if handled.summaries:
        console.step(
            "note",
            f'{handled.summaries} of them with the summary alone, as they were announced: content = "full" holds for what '
            "is announced from now on",
            "warning",
        )
    if handled.number and not dry_run:
        console.step("next", "`publisher push` sends what is due, and so does a worker that runs", "help")


@deliveries.command(cls=SiteCommand)
@_filters
@click.option("--dry-run", is_flag=True, help="Say what would be cancelled; nothing is changed.")
@click.option("--yes", is_flag=True, help="It is meant: more than 20 at once.")
@site_option
@json_option
@output_options
def cancel(
    dry_run: bool,
    yes: bool,
    site_folder: Path,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
    **filters: Any,  # noqa: ANN401 - as `_filters` gives them
) -> None:
    """Cancel deliveries that wait: the partner is not sent these events any more.

    What is on its way right now may arrive all the same. `publisher deliveries resend` takes it back.

    \b
    Examples:
      publisher deliveries cancel 17
      publisher deliveries cancel --endpoint local --dry-run
    """
    console = Console(quiet=quiet, verbose=verbose, json=json)
    site, now = publisher.load_site(site_folder), datetime.now(UTC)
    selection = _selection(site, now, **filters)
    handled = asked_if_over(
        lambda confirmed: publisher.cancel_deliveries(site, selection, now, dry=dry_run, confirmed=confirmed),
        console,
        confirmed=yes,
    )
    _tell_handled(console, handled, "would cancel" if dry_run else "cancelled")


def _selection(
    site: publisher.Site,
    now: datetime,
    *,
    ids: Iterable[str],
    endpoints: Iterable[str],
    types: Iterable[str],
    states: Iterable[str],
    since: str | None,
    until: str | None,
) -> Selection:
    from publisher.ledger import DeliveryState
    from publisher.model import EventType

    return publisher.select_deliveries(
        ids,
        endpoints=endpoints,
        types=[_word(EventType, one, "--type") for one in types],
        states=[_word(DeliveryState, one, "--state") for one in states],
        since=publisher.parse_age(since, site, "--since", now),
        until=publisher.parse_age(until, site, "--until", now),
    )


Word = TypeVar("Word", bound="StrEnum")


def _word(words: type[Word], text: str, option: str) -> Word:
    known = {str(word): word for word in words}
    if text not in known:
        raise publisher.UsageError(f'{option}: "{text}" is not known', f"one of {', '.join(known)}")
    return known[text]


def _tell_delivery(console: Console, site: publisher.Site, delivery: Delivery, standing: Standing) -> None:
    about = " ".join(word for word in (delivery.type, delivery.title) if word)
    console.step(
        str(delivery.state).replace("-", " "),
        f"{delivery.number}  {moment_words(delivery.committed_at, site)}  {delivery.endpoint}  {about}",
        _ROLES.get(delivery.state, "gutter"),
    )
    until = ""
    if standing.until is not None:
        until = f"next try {moment_words(standing.until, site, TO_THE_SECOND)}; "
    console.say(f"{_INDENT}{until}{standing.why}")


def _tell_counts(console: Console, found: publisher.Listing) -> None:
    if not found.total:
        console.step("none", "there is no such delivery")
        return
    more = found.total - len(found.shown)
    listed = ", ".join(f"{number} {state}" for state, number in found.counts.items())
    hidden = f"; {more} more are not shown, --limit shows more" if more else ""
    console.step("in all", f"{count(found.total, 'delivery', 'deliveries')}: {listed}{hidden}", "help")


def _tell_shown(console: Console, site: publisher.Site, one: publisher.Shown) -> None:
    delivery = one.delivery
    _tell_delivery(console, site, delivery, one.standing)
    about = f"urn:uuid:{delivery.review_id}, event {delivery.sequence} of this review"
    lines = [
        f"event    {delivery.event_id}",
        f"review   {about}" if delivery.review_id else "review   none: it is a ping",
        f"body     {delivery.size} bytes ({delivery.form}); `publisher deliveries show {delivery.number} --body` prints them",
    ]
    if delivery.resent_at is not None:
        lines.append(f"resent   {moment_words(delivery.resent_at, site)}")
    console.say(*(f"{_INDENT}{line}" for line in lines))
    if delivery.attempts > len(one.attempts):
        console.say(f"{_INDENT}tries    {delivery.attempts} in all; the last {len(one.attempts)} follow")
    for attempt in one.attempts:
        first, *others = told_attempt(attempt, site, under_way=delivery.under_way)
        console.say(f"{_INDENT}try      {first}", *(f"{_INDENT}         {line}" for line in others))


def _tell_handled(console: Console, handled: publisher.Handled, verb: str) -> None:
    console.data(
        dry_run=handled.dry,
        number=handled.number,
        endpoints=dict(handled.endpoints),
        left_out=[{"why": why, "number": number} for why, number in handled.left_out],
        oldest_seconds=round(handled.oldest),
        summaries=handled.summaries,
    )
    for name, number in handled.endpoints.items():
        console.step(verb, f"{name}: {count(number, 'delivery', 'deliveries')}")
    for why, number in handled.left_out:
        console.step("left out", f"{number}: {why}", "warning")
    if not handled.number:
        console.step("nothing", "there is nothing of that kind", "help")


def _print_body(body: bytes) -> None:
    """Print the very bytes, which are JSON; on a terminal, they are made harmless to it."""
    from publisher.diagnostics.render import visible

    if sys.stdout.isatty():
        click.echo(visible(body.decode()))
    else:
        click.echo(body, nl=False)


def _counts_data(counts: Mapping[DeliveryState, int]) -> dict[str, int]:
    return {str(state): number for state, number in Counter(counts).items()}


def _delivery_data(delivery: Delivery, standing: Standing) -> dict[str, Any]:
    """Return a delivery for machines."""
    return {
        "number": delivery.number,
        "event": delivery.event_id,
        "type": delivery.type,
        "review": f"urn:uuid:{delivery.review_id}" if delivery.review_id else None,
        "title": delivery.title or None,
        "sequence": delivery.sequence,
        "endpoint": delivery.endpoint,
        "state": str(delivery.state),
        "why": standing.why,
        "next_try": moment_data(standing.until),
        "announced": moment_data(delivery.committed_at),
        "settled": moment_data(delivery.settled_at),
        "resent": moment_data(delivery.resent_at),
        "attempts": delivery.attempts,
        "under_way": delivery.under_way,
        "form": str(delivery.form),
        "bytes": delivery.size,
    }


def _shown_data(one: publisher.Shown) -> dict[str, Any]:
    return {
        **_delivery_data(one.delivery, one.standing),
        "tries": [attempt_data(attempt) for attempt in one.attempts],
    }
