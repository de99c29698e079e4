"""What docs say of secrets that are rotated, and of receivers that fail on purpose."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from publisher.cli import cli
from publisher.webhooks import Rehearsal, SigningKeys, read_key_file

if TYPE_CHECKING:
    from publisher.webhooks import Reply

DOCS = Path(__file__).parents[2] / "docs"
ROWS = re.findall(
    r"^\| `(--[^`]*)` \| ([^|]*) \| [^|]* \|$",
    (DOCS / "partners.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def faults(words: str) -> Rehearsal:
    """Read options as `publisher listen` does."""
    command = cli.commands["listen"]
    given = command.make_context("listen", words.split(), parent=click.Context(cli)).params
    names = ("fail", "status", "retry_after", "delay", "drop")
    return Rehearsal.of(**{name: given[name] for name in names})


def word(reply: Reply) -> str:
    """Say what a message is answered as the table does."""
    status = "nothing" if reply.status is None else str(reply.status)
    return f"{status} late" if reply.delay else status


@pytest.mark.parametrize(("words", "answers"), ROWS)
def test_the_faults_are_those_of_the_table(words: str, answers: str) -> None:
    """Each row's options make of four messages what the row says."""
    rehearsal = faults(words)

    assert ", ".join(word(rehearsal.reply(number, 204)) for number in range(1, 5)) == answers
    assert (rehearsal.retry_after is None) == ("--retry-after" not in words)


def test_the_table_names_every_fault() -> None:
    """No option is left out."""
    named = {option for words, _ in ROWS for option in re.findall(r"--[a-z-]+", words)}

    assert named == {"--fail", "--status", "--retry-after", "--delay", "--drop"}


def test_the_file_that_is_shown_is_one(tmp_path: Path) -> None:
    """The lines for a partner's new secret are read: both sign until the old one ends."""
    text = (DOCS / "editors.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(whsec_.*?)```", text, re.DOTALL)
    path = tmp_path / "secret"
    path.write_text(shown, encoding="ascii")
    path.chmod(0o600)

    counts = [
        len(
            read_key_file(path, "the file", datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp() + later).secrets
        )
        for later in (-1, 0)
    ]

    assert counts == [2, 1]
    assert isinstance(read_key_file(path, "the file", 0), SigningKeys)
