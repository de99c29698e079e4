"""`publisher listen`: receive webhooks on this machine, verify them and show them."""

from __future__ import annotations

import json as json_module
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.completing import complete_endpoints
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET_VARIABLE = "PUBLISHER_LISTEN_SECRET"  # noqa: S105 - the variable's name, not its value


@click.command(cls=SiteCommand)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="0 takes a free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--endpoint",
    metavar="NAME",
    help="Use the secret of this endpoint of the site.",
    shell_complete=complete_endpoints,
)
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the secret from a file of mode 0600.",
)
@click.option(
    "--count", type=click.IntRange(1), metavar="N", help="End after N events that were verified and taken."
)
@click.option(
    "--fail",
    type=click.IntRange(1),
    metavar="N",
    help="Answer the first N messages 503, then as usual; with other faults, let these happen to the first N only.",
)
@click.option(
    "--status", type=click.IntRange(200, 599), metavar="CODE", help="Answer every message with this status."
)
@click.option(
    "--retry-after",
    metavar="SECONDS|DATE",
    help="Ask for patience: every message is answered 429, unless --fail or --status 503 says otherwise.",
)
@click.option("--delay", type=float, metavar="SECONDS", help="Answer late.")
@click.option("--drop", is_flag=True, help="Close the connection without an answer.")
@site_option
@json_option
@output_options
def listen(
    port: int,
    host: str,
    endpoint: str | None,
    secret_file: Path | None,
    count: int | None,
    fail: int | None,
    status: int | None,
    retry_after: str | None,
    delay: float | None,
    site_folder: Path,
    *,
    drop: bool,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Receive webhooks, verify their signatures, and show each event.

    The secret comes from --endpoint, from --secret-file, or from the environment variable PUBLISHER_LISTEN_SECRET;
    while one is rotated, the old one fits, too. With --json each message is one line of JSON.

    To rehearse what happens when a receiver fails, --fail, --status, --retry-after, --delay and --drop have it answer
    otherwise. What it answers so is not taken: when it comes again, it is no repeat.

    \b
    Example:
      publisher listen --endpoint local --count 1
      publisher listen --endpoint local --fail 3 --retry-after 5
    """
    console = Console(quiet=quiet, verbose=verbose)
    rehearsal = publisher.Rehearsal.of(
        fail=fail, status=status, retry_after=retry_after, delay=delay, drop=drop
    )
    if count is not None and not rehearsal.takes_any:
        raise publisher.UsageError(
            f"--count: none of the {count} would ever be taken; {rehearsal}",
            "add --fail N, so that the first N go wrong and the others are taken, or leave --count out",
        )
    keys = _keys(endpoint, secret_file, site_folder)
    done = threading.Event()
    accepted = 0

    def show(message: publisher.Received) -> None:
        nonlocal accepted
        try:
            if json:
                _show_json(message)
            elif not quiet:
                _show(message, console)
        except BaseException:
            # Nobody reads on: the receiver hands the error on when it is left.
            done.set()
            raise
        accepted += message.taken and not message.repeat
        if count is not None and accepted >= count:
            done.set()

    with publisher.Receiver(keys, show, host=host, port=port, rehearsal=rehearsal) as receiver:
        click.echo(f"listening on {receiver.url}", err=True)
        if rehearsal != publisher.Rehearsal():
            click.echo(f"rehearsing: {rehearsal}", err=True)
        done.wait()


def _keys(endpoint: str | None, secret_file: Path | None, site_folder: Path) -> publisher.SigningKeys:
    if endpoint is not None:
        site = publisher.load_site(site_folder)
        return publisher.endpoint_keys(site, publisher.find_endpoint(site, endpoint), time.time())
    if secret_file is not None:
        return publisher.read_key_file(secret_file, str(secret_file), time.time())
    written = os.environ.get(SECRET_VARIABLE)
    if written is None:
        raise publisher.ConfigurationError(
            "there is no secret to verify with",
            f"give --endpoint NAME or --secret-file FILE, or set the environment variable {SECRET_VARIABLE}",
        )
    return publisher.SigningKeys.parse(written, f"the environment variable {SECRET_VARIABLE}")


def _show_json(message: publisher.Received) -> None:
    line = {
        "format_version": 1,
        "verified": message.event is not None,
        "id": message.id,
        "repeat": message.repeat,
        "problem": message.problem,
        "event": message.event,
        "answered": message.reply.status,
        "retry_after": message.reply.retry_after,
        "delay": message.reply.delay,
    }
    click.echo(json_module.dumps(line))


def _show(message: publisher.Received, console: Console) -> None:
    from publisher.diagnostics.render import visible

    if message.event is None:
        name = visible(message.id) or "a message without id"
        click.echo(f"{console.paint('refused', 'error')}   {name}: {message.problem}; {message.reply}")
        return
    click.echo(f"{console.paint('verified', 'done')}  the signature fits; {message.reply}")
    for name, value in _rows(message, message.event):
        if value:
            click.echo(f"  {name:<8} {visible(value)}")


def _rows(message: publisher.Received, event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what people want to know of an event; whoever knows the secret may still send any shape."""
    data = _group(event, "data")
    review = _group(data, "review")
    film = _group(review, "film")
    offers = review.get("offers")
    yield "event", _text(event, "type")
    yield "id", message.id + (" (a repeat: seen before)" if message.repeat else "")
    yield "time", _text(event, "timestamp")
    yield "review", _text(review, "title")
    yield "url", _text(review, "url")
    yield "film", f"{film['title']} ({film.get('year', 'year unknown')})" if film.get("title") else ""
    yield "rating", _text(_group(review, "rating"), "text")
    named = [offer for offer in offers if isinstance(offer, dict)] if isinstance(offers, list) else []
    yield "watch", ", ".join(f"{offer.get('kind')}: {offer.get('name')}" for offer in named)
    changed = data.get("changed")
    yield "changed", ", ".join(map(str, changed)) if isinstance(changed, list) else ""
    yield "reason", _text(data, "reason")


def _group(fields: dict[str, Any], key: str) -> dict[str, Any]:
    value = fields.get(key)
    return value if isinstance(value, dict) else {}


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return "" if value is None else str(value)
