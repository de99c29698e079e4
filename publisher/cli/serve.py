"""`publisher serve`: the site over HTTP on this machine."""

from __future__ import annotations

import json as json_module
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option, site_words

if TYPE_CHECKING:
    from publisher.serve import Exchange


@click.command(cls=SiteCommand)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--open", "browse", is_flag=True, help="Open the page to subscribe from in the browser.")
@site_option
@json_option
@output_options
def serve(
    port: int,
    host: str,
    browse: bool,
    site_folder: Path,
    *,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Serve the site on this machine, for previewing and for testing feed readers.

    The feeds are sent as a good host would send them: the files that the last `publisher generate` wrote, with entity
    tags, conditional requests and compression. Every post has a page under its own path, drafts and scheduled ones
    too, and shows what you saved last. Old addresses lead on, and those of retracted reviews are gone.

    It is no server for the public. Only this machine can reach it unless --host names another address. With --json
    each request is a line of JSON. Ctrl-C ends it.

    \b
    Example:
      publisher serve --open
    """
    from publisher.cli.crash import report_crash

    console = Console(quiet=quiet, verbose=verbose)
    site = publisher.load_site(site_folder)

    def show(exchange: Exchange) -> None:
        if json:
            click.echo(json_module.dumps(_fields(exchange)))
        else:
            _show(exchange, console)

    server = publisher.PreviewServer(site, host=host, port=port, show=show, report=report_crash)

    def ready() -> None:
        if json:
            click.echo(json_module.dumps({"format_version": 1, "serving": server.url}))
        click.echo(f"serving on {server.url}", err=True)
        if server.reachable:
            _warn("whoever can reach this machine over the network can read all posts, drafts too", console)
        if not server.has_feeds:
            _warn(f"there are no feeds yet; run `publisher generate{site_words(site_folder)}`", console)
        if browse:
            # A browser for terminals comes back only when it is left.
            threading.Thread(target=_open, args=(server.front, console), daemon=True).start()

    # Who reads the requests, such as head(1), may have gone.
    with suppress(KeyboardInterrupt, BrokenPipeError):
        server.run(ready)


def _warn(text: str, console: Console) -> None:
    console.echo(f"{console.paint('warning:', 'warning')} {text}", err=True)


def _open(url: str, console: Console) -> None:
    import webbrowser

    try:
        opened = webbrowser.open(url)
    except (OSError, webbrowser.Error):
        opened = False
    if not opened:
        _warn(f"no browser could be started; open {url} yourself", console)


def _fields(exchange: Exchange) -> dict[str, Any]:
    return {
        "format_version": 1,
        "method": exchange.method,
        "target": exchange.target,
        "status": exchange.status,
        "bytes": exchange.size,
        "encoding": exchange.encoding,
        "headers": exchange.asked,
    }


def _show(exchange: Exchange, console: Console) -> None:
    """Print a request on one line: what it was answered with, what was asked for, and by whom."""
    role = "done" if exchange.status < 400 else "warning" if exchange.status < 500 else "error"
    size = f"  {exchange.size:,} bytes" if exchange.size else ""
    encoding = f", {exchange.encoding}" if exchange.encoding else ""
    program = exchange.asked.get("user-agent", "")
    words = f"{exchange.method:<4}  {exchange.target}{size}{encoding}" + (f"  {program}" if program else "")
    console.step(str(exchange.status), words, role)
    for name, value in exchange.asked.items():
        if name != "user-agent":
            console.detail(f"           {name}: {value}")
