"""`publisher worker`: deliver for as long as it runs."""

from __future__ import annotations

from pathlib import Path

import click

import publisher
from publisher.cli.console import Console
from publisher.cli.options import SiteCommand, json_option, output_options, site_option
from publisher.cli.progress import count
from publisher.cli.stopping import Stop


@click.command(cls=SiteCommand)
@site_option
@json_option
@output_options
def worker(site_folder: Path, *, json: bool, quiet: bool, verbose: bool) -> None:
    """Keep running, and deliver what is due whenever it is due.

    Any number may run on one machine, beside `publisher publish`, which announces. What is done is told line by line on
    standard error; --json writes a line of JSON each to standard output, --quiet tells what went wrong alone.

    publisher.toml is read again when it changes. An endpoint whose secret is missing or wrong is left out until it is
    sound. WebSub hubs are told every minute what they were not told yet. Ctrl-C, SIGTERM and SIGHUP let finish what is on its way;
    to be ended so is what it is there for, and the exit status is 0. Below nohup it outlives its terminal.

    \b
    Example:
      publisher worker --site /srv/site
    """
    from publisher.cli.working import Teller

    console = Console(quiet=quiet, verbose=verbose, json=json)
    with Stop(console) as stop:
        stop.gentle = True
        site = publisher.load_site(site_folder)
        teller = Teller(console, site)
        teller.line("begun", f"{count(len(site.endpoints), 'endpoint')}", endpoints=len(site.endpoints))
        reports = publisher.work(site, stop=stop.event, listener=teller)
    waiting = sum(report.waiting for report in reports)
    teller.line(
        "ended", f"{count(waiting, 'delivery waits', 'deliveries wait')} for another run", waiting=waiting
    )
