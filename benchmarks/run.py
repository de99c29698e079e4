"""Hold the program against its bars: whole processes, ours and the peer's in turn, medians and ratios, as a table.

Machines are noisy, and shared ones drift: look at the ratios. Each row is timed by itself, one run of ours, one of the
peer's, and so on, after one of each that does not count. Memory is what a command and all its children hold together
at their peak.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import Run, measure, medians
from peers import find_peers
from rows import ROWS, Ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peers import Peers
    from rows import Row, Side

ROOT = Path(__file__).parent.parent
_WIDTHS = (40, 30, 6, 10, 10, 7, 7, 7)
_HEAD = ("job", "against", "", "ours", "peer's", "ratio", "at most", "")


def main() -> None:
    """Measure every row, or those asked for, and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [row.name for row in ROWS]
    parser.add_argument(
        "--rows", nargs="+", choices=names, default=names, metavar="ROW", help=", ".join(names)
    )
    parser.add_argument(
        "--posts", type=int, default=10_000, help="of the usual corpus; the large one has 10 times as many"
    )
    parser.add_argument(
        "--runs", type=int, help="how often each is timed; default: 5, and 20 for what is quick"
    )
    parser.add_argument(
        "--peers", type=Path, default=ROOT / ".venv-peers", help="where the peers are installed"
    )
    arguments = parser.parse_args()
    peers = find_peers(arguments.peers.resolve())
    chosen = [row for row in ROWS if row.name in arguments.rows]
    _print_machine(peers)
    _print_line(_HEAD)
    _print_line(tuple("-" * width for width in _WIDTHS))
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as folder:
        ground = Ground(Path(folder).resolve(), arguments.posts, peers)
        for row in chosen:
            if _there(row, peers):
                print_row(row, ground, measure_row(row.sides(ground), arguments.runs or row.runs))
    missing = [row.name for row in chosen if not _there(row, peers)]
    if missing:
        print(
            f"\nleft out: {', '.join(missing)}; `make bench-peers` installs the programs they are held against"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out of a row: both commands, all their runs, and what was wrong with what they left behind."""

    sides: tuple[Side, Side]
    runs: tuple[Sequence[Run], Sequence[Run]]
    faults: Sequence[str]


def measure_row(sides: tuple[Side, Side], runs: int) -> Measured:
    """Time two commands in turn, so many runs each after one that does not count."""
    taken: tuple[list[Run], list[Run]] = ([], [])
    faults: dict[str, None] = {}
    for counted in (False, *[True] * runs):
        for side, results in zip(sides, taken, strict=True):
            side.before()
            took = measure(side.words, together=True)
            if counted:
                results.append(took)
            faults |= {f"{side.name}: {fault}": None for fault in side.after()}
    return Measured(sides, taken, tuple(faults))


def _there(row: Row, peers: Peers) -> bool:
    return row.needs is None or getattr(peers, row.needs) is not None


def _print_machine(peers: Peers) -> None:
    """Say what is measured where; of a busy machine, no figure is worth much."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for program, words in ((peers.hugo, "version"), (peers.check_jsonschema, "--version")):
        if program is not None:
            said = subprocess.run([program, words], check=True, capture_output=True, encoding="utf-8").stdout
            print(said.split("+")[0].strip())
    print()


def print_row(row: Row, ground: Ground, measured: Measured) -> None:
    """Print a line for each bar, and one for each fault: a row with faults met nothing."""
    ours, theirs = map(medians, measured.runs)
    named = (row.job.format(posts=f"{ground.posts:,}", many=f"{ground.many:,}"), measured.sides[1].name)
    for bar in row.bars:
        figures = getattr(ours, bar.what), getattr(theirs, bar.what)
        ratio = figures[0] / (figures[1] * bar.per)
        against = named[1] if bar.per == 1 or not named[1] else f"{bar.per} times {named[1]}"
        met = "met" if ratio <= bar.most and not measured.faults else "NOT MET"
        told = (_told(bar.what, figure) for figure in figures)
        _print_line((named[0], against, bar.what, *told, f"{ratio:.3f}", f"{bar.most:.3f}", met))
        named = ("", "")
    for fault in measured.faults:
        print(f"! {fault}")


def _told(what: str, figure: float) -> str:
    return f"{figure:,.0f} MiB" if what == "memory" else f"{figure:.3f} s"


def _print_line(cells: Sequence[str]) -> None:
    first, rest = cells[:3], cells[3:]
    padded = [f"{cell:<{width}}" for cell, width in zip(first, _WIDTHS[:3], strict=True)]
    padded += [f"{cell:>{width}}" for cell, width in zip(rest, _WIDTHS[3:], strict=True)]
    print(f"| {' | '.join(padded)} |", flush=True)


if __name__ == "__main__":
    main()
