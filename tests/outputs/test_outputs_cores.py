"""The same bytes and the same messages, whether one core does the work or several."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.errors import Refused
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.feeds.feeds_sites import NOW, hostile_posts, post, write_site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs Linux and two cores"
)

# The command line, told that any number of posts is worth the work of several processes, and how many it began.
_SPREAD = """\
import os, sys
import publisher.parallel as parallel
from publisher.cli import main
parallel.WORTHWHILE = 1
fork = os.fork
begun = []
os.fork = lambda: begun.append(1) or fork()
try:
    main()
finally:
    print(f"{len(begun)} processes", file=sys.stderr)
"""
_MINTED = re.compile(r"(?<=id: )[0-9a-f-]{36}")
_NOW = ("--now", "2026-11-22T12:00Z")


def _run(folder: Path, *words: str, spread: bool) -> subprocess.CompletedProcess[str]:
    begin = ["-c", _SPREAD] if spread else ["-m", "publisher"]
    return subprocess.run(
        [sys.executable, *begin, *words, "--site", str(folder)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_feeds_are_the_same(tmp_path: Path) -> None:
    """Every file has the same bytes."""
    write_site(tmp_path, hostile_posts())
    alone = _run(tmp_path, "generate", *_NOW, spread=False)
    assert alone.returncode == 0, alone.stderr
    there = _contents(tmp_path / "feeds")
    shutil.rmtree(tmp_path / ".publisher" / "cache")
    spread = _run(tmp_path, "generate", "--out", str(tmp_path / "spread"), *_NOW, spread=True)
    assert spread.returncode == 0, spread.stderr
    # Whoever reads a post makes its entries, too.
    assert f"{len(os.sched_getaffinity(0))} processes" in spread.stderr
    assert _contents(tmp_path / "spread") == there


def test_messages_are_the_same(tmp_path: Path) -> None:
    """Errors, warnings, advice, what is wrong between posts, and their order."""
    posts = {
        f"{number:02}.md": post(number % 20, f"Review {number % 7}", "[nowhere](/reviews/nothing/)")
        for number in range(40)
    }
    posts["05.md"] = posts["05.md"].replace("date:", "dat:")
    posts["17.md"] = posts["17.md"].replace("---", "----", 1)
    posts["30.md"] = "no front matter"
    write_site(tmp_path, posts)
    alone = _run(tmp_path, "validate", spread=False)
    shutil.rmtree(tmp_path / ".publisher" / "cache")
    spread = _run(tmp_path, "validate", spread=True)
    assert f"{len(os.sched_getaffinity(0))} processes" in spread.stderr
    assert alone.returncode == spread.returncode == 1
    assert "39 errors" in alone.stdout
    # An id that is proposed is a new one each time.
    assert _MINTED.sub("", spread.stdout) == _MINTED.sub("", alone.stdout)
    assert spread.stderr.splitlines()[:-1] == alone.stderr.splitlines()


def test_a_post_that_changes_meanwhile_is_refused_as_ever(tmp_path: Path) -> None:
    """What a worker stumbles over is met again, and told, by the command itself."""
    site = write_site(tmp_path, hostile_posts())
    posts = read_posts(site).require_valid().posts
    changed = posts[3].path
    changed.write_bytes(changed.read_bytes() + b"more\n")
    with pytest.raises(Refused, match="changed"):
        generate(posts, site, NOW)
    assert not (tmp_path / "feeds").exists()
