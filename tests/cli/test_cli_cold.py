"""Every command, begun by a Python that has loaded nothing yet: each finds what it imports when it is run.

Most tests run commands that begin warm (`tests/warm_start.py`), with every module there already.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import publisher
from publisher.cli import cli
from tests.release.newsroom import SECRET_TEXT, partner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite

#: Words that have a command do its work on a site of one review.
COMMANDS = {
    "attach": (),
    "correct": ("karmalink", "--note", "x"),
    "deliveries": ("list",),
    "endpoints": ("secret", "local"),
    "explain": ("rating-range",),
    "init": ("another",),
    "links": ("check",),
    "plan": (),
    "rename": ("karmalink", "b"),
    "restore": ("karmalink",),
    "schema": ("post",),
    "services": ("show", "Vudu"),
    "status": (),
    "undo": ("--list",),
}
#: The tests that begin others cold, or on a terminal, for a reason of their own.
ELSEWHERE = {
    "completion": "test_cli_completion",
    "doctor": "test_cli_doctor",
    "generate": "test_outputs_cores",
    "listen": "test_cli_listen",
    "new": "test_cli_new",
    "publish": "test_cli_asking",
    "push": "test_cli_asking",
    "retract": "test_cli_desk",
    "serve": "test_cli_serve",
    "validate": "test_cli_validate",
    "worker": "test_cli_worker",
}


def cold(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line by a Python that loads nothing before."""
    return subprocess.run(
        [sys.executable, "-m", "publisher", *words],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_every_command_is_begun_cold_somewhere() -> None:
    """A new command has to be added."""
    assert COMMANDS.keys() | ELSEWHERE.keys() == cli.commands.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_finds_what_it_imports(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """It does its work."""
    if command == "plan":  # where a secret is missing, a plan ends as the publish would
        monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    site = make_site(more=partner("local", "http://127.0.0.1:9/"))
    if command == "restore":
        publisher.retract(site, "karmalink", "x", datetime.now(UTC))

    done = cold(site.root, command, *COMMANDS[command])

    assert (done.returncode, done.stderr) == (0, "")
