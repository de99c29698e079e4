"""What docs/editors.md tells one to run so that partners get what waits: done as it says."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli import cli
from publisher.ledger import DeliveryState
from tests.docs.test_documented_checks import section
from tests.release.newsroom import ALLOW, SECRET_TEXT, Newsroom, partner, post
from tests.webhooks.scripted_partner import Partner, answer

if TYPE_CHECKING:
    import pytest

    from tests.conftest import MakeSite

PROGRAMS = Path(sys.executable).parent


def test_the_worker_of_systemd_runs_and_ends_as_it_is_told(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit's command, in the site's folder; SIGTERM ends it with a status that counts as success, in time."""
    (unit,) = re.findall(r"```ini\n(.*?)```", section("Deliveries"), re.DOTALL)
    settings = configparser.ConfigParser(strict=False)
    settings.optionxform = str  # type: ignore[assignment, method-assign] # systemd's names have capitals
    settings.read_string(unit)
    service = settings["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert (Path(program).name, Path(program).parent.name) == ("publisher", "bin")
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)

    with Partner() as receiver:
        room = Newsroom(make_site, more=ALLOW + partner("local", receiver.url), posts={"a": post()})
        with subprocess.Popen(
            [str(PROGRAMS / "publisher"), *words],
            cwd=room.site.root,
            env=dict(os.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as worker:
            try:
                assert worker.stderr is not None
                assert b"begun" in worker.stderr.readline()
                room.run("push", "--yes", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
                until = time.monotonic() + 30
                while not receiver.heard and time.monotonic() < until:
                    time.sleep(0.05)
                time.sleep(1)
                worker.send_signal(signal.SIGTERM)
                worker.communicate(timeout=int(service["TimeoutStopSec"]))
            finally:
                worker.kill()

    assert worker.returncode == 0
    assert len(receiver.heard) == 1


def test_the_line_for_cron_delivers_what_is_due_and_is_silent(make_site: MakeSite) -> None:
    """With --quiet there is nothing to mail while all is well."""
    (command,) = re.findall(
        r"\*/5 \* \* \* \* cd /srv/site && \.venv/bin/publisher (.*)\n", section("Deliveries")
    )
    with Partner(answer(204)) as receiver:
        room = Newsroom(make_site, more=ALLOW + partner("local", receiver.url), posts={"a": post()})

        done = room.run(*shlex.split(command), PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert done == (0, "", "")
    assert len(receiver.heard) == 1


def test_every_state_is_explained_and_every_command_is_one() -> None:
    """None is missing, none is made up."""
    told = section("Deliveries")

    assert re.findall(r"^\| `([a-z-]+)` \|", told, re.MULTILINE) == [
        str(state) for state in sorted(DeliveryState, key=lambda state: told.index(f"| `{state}` |"))
    ]
    for line in re.findall(r"^publisher ([^#\n]*)", told, re.MULTILINE):
        name, *words = shlex.split(line)
        command = cli.commands[name].commands[words[0]]  # type: ignore[attr-defined] # both are groups
        command.make_context(words[0], words[1:], resilient_parsing=False).close()
