"""The benchmark's table comes out, with and without the programs it is held against; no test asserts a speed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from corpus import change_a_word, post_file, write_site
from measuring import measure
from peers import find_peers
from rows import ROWS, Bar, Ground, Row, Side, stamps, touched
from run import main, measure_row, print_row

if TYPE_CHECKING:
    from collections.abc import Callable

RUNNER = Path(__file__).parents[2] / "benchmarks" / "run.py"
#: A command that does nothing.
IDLE = [sys.executable, "-c", "pass"]


def table(*words: str) -> list[str]:
    """Run the runner; return the lines that it printed below the table's head."""
    done = subprocess.run(
        [sys.executable, RUNNER, *words], capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.partition("| --")[2].splitlines()[1:]


def test_without_peers_the_rows_that_need_none_are_measured(tmp_path: Path) -> None:
    """Each has both figures, a ratio, its bar, and whether it was met; the others are named, and what installs them."""
    *rows, blank, missing = table(
        *("--rows", "feed", "edit-large", "validate", "help"),
        *("--posts", "3", "--runs", "1", "--peers", str(tmp_path)),
    )
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]

    assert [[row[0], row[1], row[2], row[6]] for row in cells] == [
        ["one post changed of 30", "publisher, 3 posts", "wall", "5.000"],
        ["publisher --help", 'python -c "import click"', "wall", "2.500"],
    ]
    for _, _, _, ours, theirs, ratio, most, met in cells:
        seconds = float(ours.removesuffix(" s")), float(theirs.removesuffix(" s"))
        assert float(ratio) == pytest.approx(seconds[0] / seconds[1], rel=0.05)
        assert met == ("met" if float(ratio) <= float(most) else "NOT MET")
    assert (
        blank,
        missing,
    ) == (
        "",
        "left out: feed, validate; `make bench-peers` installs the programs they are held against",
    )


def test_every_row_has_a_name_of_its_own_and_a_bar() -> None:
    """--rows names one, and each says what must come out."""
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all(row.bars for row in ROWS)


def test_ours_and_the_peers_runs_take_turns() -> None:
    """One of each does not count, and each is prepared before it is timed, looked at after."""
    said: list[str] = []

    def note(what: str) -> Callable[[], list[str]]:
        def noted() -> list[str]:
            said.append(what)
            return []

        return noted

    def side(name: str) -> Side:
        return Side(name, IDLE, note(f"before {name}"), note(f"after {name}"))

    measured = measure_row((side("a"), side("b")), 2)

    assert said == ["before a", "after a", "before b", "after b"] * 3
    assert [len(runs) for runs in measured.runs] == [2, 2]
    assert measured.faults == ()


def test_a_row_with_a_fault_is_not_met(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever time it took; and what is found behind each run is told once."""
    measured = measure_row((Side("a", IDLE, after=lambda: ["2 files touched"]), Side("b", IDLE)), 2)
    row = Row("idle", "nothing", None, lambda _: measured.sides, (Bar("wall", 1_000),))

    print_row(row, Ground(tmp_path, 1, find_peers(tmp_path)), measured)

    told, *faults = capsys.readouterr().out.splitlines()
    assert told.endswith("| 1000.000 | NOT MET |")
    assert faults == ["! a: 2 files touched"]


def test_a_file_written_anew_with_the_same_bytes_was_touched(tmp_path: Path) -> None:
    """So was one that is new, and one that went."""
    for name in ("a", "b/c", "d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    before = stamps(tmp_path)

    assert touched(before, tmp_path) == []

    (tmp_path / "new").write_text("b/c")
    (tmp_path / "new").replace(tmp_path / "b" / "c")
    (tmp_path / "d").unlink()
    (tmp_path / "e").write_text("e")

    assert touched(before, tmp_path) == [f"3 files touched, {tmp_path / 'b' / 'c'} among them"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_memory_is_that_of_all_processes_at_their_peak() -> None:
    """A command of 50 MiB with two children of 50 MiB each held 150 MiB, not 50."""
    hold = "import time; held = b'x' * (50 << 20); time.sleep(0.5)"
    parent = (
        "import subprocess, sys\n"
        f"children = [subprocess.Popen([sys.executable, '-c', {hold!r}]) for _ in range(2)]\n"
        f"{hold}\n"
        "[child.wait() for child in children]\n"
    )

    assert 150 < measure([sys.executable, "-c", parent], together=True).memory < 400


def test_one_word_is_changed_each_time_another(tmp_path: Path) -> None:
    """Front matter stays, and so do all other words."""
    write_site(tmp_path, 1)
    post = post_file(tmp_path, 0)
    texts = [post.read_text(encoding="utf-8")]
    for turn in range(200):
        change_a_word(post, turn)
        texts.append(post.read_text(encoding="utf-8"))

    assert len(set(texts)) == len(texts)
    first, last = (text.split() for text in (texts[0], texts[-1]))
    assert sum(one != other for one, other in zip(first, last, strict=True)) == 1
    assert texts[-1].partition("\n---\n")[0] == texts[0].partition("\n---\n")[0]


def test_a_row_nobody_knows_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is measured."""
    monkeypatch.setattr(sys, "argv", ["run.py", "--rows", "nothing"])

    with pytest.raises(SystemExit):
        main()
    assert "invalid choice: 'nothing'" in capsys.readouterr().err
