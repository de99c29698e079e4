"""`publisher listen`: receive webhooks on this machine, verify them and show them."""

from __future__ import annotations

import json as json_module
import os
import threading
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
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after N events that were verified.")
@site_option
@json_option
@output_options
def listen(
    port: int,
    host: str,
    endpoint: str | None,
    secret_file: Path | None,
    count: int | None,
    site_folder: Path,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Receive webhooks, verify their signatures, and show each event.

    The secret comes from --endpoint, from --secret-file, or from the environment variable PUBLISHER_LISTEN_SECRET.
    With --json each message is one line of JSON.

    \b
    Example:
      publisher listen --endpoint local --count 1
    """
    console = Console(quiet=quiet, verbose=verbose)
    secret = _secret(endpoint, secret_file, site_folder)
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
        accepted += message.event is not None and not message.repeat
        if count is not None and accepted >= count:
            done.set()

    with publisher.Receiver(secret, show, host=host, port=port) as receiver:
        click.echo(f"listening on {receiver.url}", err=True)
        done.wait()


def _secret(endpoint: str | None, secret_file: Path | None, site_folder: Path) -> publisher.Secret:
    if endpoint is not None:
        site = publisher.load_site(site_folder)
        return publisher.endpoint_secret(site, publisher.find_endpoint(site, endpoint))
    if secret_file is not None:
        return publisher.read_secret_file(secret_file, str(secret_file))
    written = os.environ.get(SECRET_VARIABLE)
    if written is None:
        raise publisher.ConfigurationError(
            "there is no secret to verify with",
            f"give --endpoint NAME or --secret-file FILE, or set the environment variable {SECRET_VARIABLE}",
        )
    return publisher.Secret.parse(written, f"the environment variable {SECRET_VARIABLE}")


def _show_json(message: publisher.Received) -> None:
    line = {
        "format_version": 1,
        "verified": message.event is not None,
        "id": message.id,
        "repeat": message.repeat,
        "problem": message.problem,
        "event": message.event,
    }
    click.echo(json_module.dumps(line))


def _show(message: publisher.Received, console: Console) -> None:
    from publisher.diagnostics.render import visible

    if message.event is None:
        name = visible(message.id) or "a message without id"
        click.echo(f"{console.paint('refused', 'error')}   {name}: {message.problem}")
        return
    click.echo(f"{console.paint('verified', 'done')}  the signature fits")
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
