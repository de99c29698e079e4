"""What is kept between runs changes nothing but time: whatever happens, the next run ends as one that remembers nothing.

`make fuzz` gives these tests many more examples.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.feeds.feeds_sites import contents
from tests.outputs.warm_world import (
    CONFIGURATIONS,
    HAPPENINGS,
    MOMENTS,
    SETTLED,
    World,
    run_here,
    written_post,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = st.integers(0, 5000)
_STEPS = st.tuples(
    st.lists(st.tuples(st.sampled_from(HAPPENINGS), _NUMBERS, _NUMBERS), min_size=1, max_size=3),
    st.sampled_from([False, False, False, True]),
)


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Wait for no disk: nothing here is about machines that die."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "fsync", lambda _: None)
        yield


@settings(
    max_examples=max(1, settings.get_profile("publisher").max_examples // 8),
    phases=set(Phase) - {Phase.explain},
)
@given(st.lists(_STEPS, min_size=1, max_size=8))
def test_whatever_happens_the_next_run_ends_as_one_that_remembers_nothing(
    steps: list[tuple[list[tuple[str, int, int]], bool]],
) -> None:
    """Edits, renames, deletions, pictures, offers, settings, clocks forth and back, and damage: the bytes are the same."""
    with tempfile.TemporaryDirectory(prefix="publisher-warm-") as folder:
        world = World(Path(folder))
        world.require_alike(by_command=False)
        for happenings, by_command in steps:
            for what, one, other in happenings:
                world.happen(what, one, other)
            world.require_alike(by_command=by_command)


@pytest.mark.parametrize("what", HAPPENINGS)
def test_after_anything_that_can_happen_the_bytes_are_the_same(tmp_path: Path, what: str) -> None:
    """Once for each, of itself, with everything settled and fresh."""
    world = World(tmp_path)
    for number in range(4):
        time.sleep(SETTLED * (number % 2))
        world.require_alike(by_command=False)
        world.happen(what, number, number * 7 + 1)
    world.require_alike(by_command=True)
    world.happen(what, 1, 5)
    world.require_alike(by_command=True)


def test_the_clock_may_go_anywhere(tmp_path: Path) -> None:
    """Forth, back, and forth again by leaps."""
    world = World(tmp_path)
    for number in range(5):
        world.happen("add", number, 10 + 1301 * number)
    moments = range(len(MOMENTS))
    for number in (*moments[::3], *moments[::-5], *moments[::7]):
        world.happen("turn", number, 0)
        world.require_alike(by_command=False)


def test_settings_may_become_any_others(tmp_path: Path) -> None:
    """And what they were again."""
    world = World(tmp_path)
    for number in (*range(len(CONFIGURATIONS)), 0, 3, 1):
        world.happen("configure", number, 0)
        world.require_alike(by_command=False)


def test_a_renamed_post_is_shown_under_its_new_address(tmp_path: Path) -> None:
    """Not one of its bytes changed, and yet its address did: a post may be called after its file."""
    world = World(tmp_path)
    time.sleep(SETTLED)
    world.require_alike(by_command=False)
    (world.site / "posts/one.md").rename(world.site / "posts/won.md")
    world.require_alike(by_command=False)
    assert b"/won/" in (world.site / "feeds/feed.json").read_bytes()


@pytest.mark.parametrize("text", [2, 3, 4, 5, 6])
def test_what_only_the_page_shows_is_noticed_after_a_look_that_made_nothing(
    tmp_path: Path, text: int
) -> None:
    """A post that was only validated may show pictures that no rule asks for, and they come and go."""
    world = World(tmp_path)
    # Settings under which entries are not made while posts are read, and under which no rule looks for pictures.
    for settings_ in (2, 8):
        world.happen("configure", settings_, 0)
        (world.site / "posts/one.md").write_text(written_post(0, 14 * text), encoding="utf-8")
        for turn in range(4):
            time.sleep(SETTLED)
            world.happen("read", 1, 0)
            world.require_alike(by_command=False)
            world.happen("picture", 1, turn)


def test_deleting_the_cache_changes_nothing_but_time(tmp_path: Path) -> None:
    """No file of the feeds is touched."""
    world = World(tmp_path)
    world.require_alike(by_command=False)
    before = {file: file.stat().st_mtime_ns for file in (world.site / "feeds").rglob("*") if file.is_file()}
    shutil.rmtree(world.cache)
    run_here(world.site, world.now)
    assert {file: file.stat().st_mtime_ns for file in before} == before


_RUNNER = """
import sys
from pathlib import Path
from datetime import datetime
from tests.outputs.warm_world import run_here
site, out, now = sys.argv[1:]
for _ in range(4):
    run_here(Path(site), datetime.fromisoformat(now), out=Path(out))
"""


def test_several_runs_at_once_harm_nobody(tmp_path: Path) -> None:
    """As of several moments, and while somebody damages what they keep."""
    world = World(tmp_path)
    for number in range(5):
        world.happen("add", number, 100 + 131 * number)
    root = Path(__file__).parents[2]
    paths = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH", ""))))
    moments = MOMENTS[10:40:10]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _RUNNER, str(world.site), str(tmp_path / str(number)), moment.isoformat()],
            env={**os.environ, "PYTHONPATH": paths},
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, moment in enumerate(moments)
    ]
    number = 0
    while any(run.poll() is None for run in runs):
        number += 1
        world.happen("corrupt" if number % 2 else "forget", number, number)
        time.sleep(0.05)
    for run in runs:
        _, said = run.communicate(timeout=60)
        assert run.returncode == 0, said
    for number, moment in enumerate(moments):
        cold = tmp_path / "cold"
        shutil.rmtree(cold, ignore_errors=True)
        shutil.copytree(world.site, cold, ignore=lambda *_: [".publisher", "feeds"])
        run_here(cold, moment)
        assert contents(tmp_path / str(number)) == contents(cold / "feeds")
    world.require_alike(by_command=False)
