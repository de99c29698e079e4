"""Time the product as its users run it: whole processes, side by side in one run, medians and ratios.

Machines are noisy: look at the ratios, and at the medians of runs made in turn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from corpus import write_site

ROOT = Path(__file__).parent.parent
NOW = "2026-11-22T12:00:00Z"


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: seconds by the clock and of the processor, and its peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def main() -> None:
    """Run every benchmark and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each command is timed")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], help="posts of the corpora")
    arguments = parser.parse_args()
    publisher = str(Path(sys.executable).with_name("publisher"))
    start_up(publisher, arguments.runs)
    corpora(publisher, arguments.sizes, arguments.runs)


def start_up(publisher: str, runs: int) -> None:
    """Time what an editor waits for most often."""
    compare(
        "start-up",
        {
            'python -c "import click"': [sys.executable, "-c", "import click"],
            "publisher --help": [publisher, "--help"],
            "publisher validate, sample site": [publisher, "validate", "--site", str(ROOT)],
        },
        runs,
    )


def corpora(publisher: str, sizes: list[int], runs: int) -> None:
    """Time validate and a cold generate on corpora of several sizes."""
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as folder:
        commands = {}
        for size in sizes:
            site = Path(folder, str(size))
            write_site(site, size)
            commands[f"validate {size:,} posts"] = [publisher, "validate", "--quiet", "--site", str(site)]
            commands[f"generate {size:,} posts, cold"] = [
                *(publisher, "generate", "--quiet", "--now", NOW, "--site", str(site))
            ]
        everything = Path(folder, "everything")
        write_site(everything, sizes[0], limit=sizes[0])
        commands[f"generate {sizes[0]:,} posts, all of them in the feeds"] = [
            *(publisher, "generate", "--quiet", "--now", NOW, "--site", str(everything))
        ]
        compare("corpora of posts of about 1,000 words", commands, runs)


def compare(title: str, commands: dict[str, list[str]], runs: int) -> None:
    """Time several commands in turn and print medians, and ratios to the first."""
    results: dict[str, list[Run]] = {name: [] for name in commands}
    for counted in (False, *[True] * runs):
        for name, words in commands.items():
            forget(words)
            result = measure(words)
            if counted:
                results[name].append(result)
    print(f"\n{title} (medians of {runs}; ratios to the first row)")
    print(f"  {'':<48}{'wall s':>9}{'cpu s':>9}{'MiB':>7}{'wall':>8}{'cpu':>8}")
    first = None
    for name, found in results.items():
        wall, cpu, memory = (statistics.median(getattr(run, what) for run in found) for what in Run.__slots__)
        first = first or (wall, cpu)
        print(
            f"  {name:<48}{wall:>9.3f}{cpu:>9.3f}{memory:>7.0f}{wall / first[0]:>7.2f}x{cpu / first[1]:>7.2f}x"
        )


def forget(words: list[str]) -> None:
    """Remove what an earlier run made, so that the next is a cold one."""
    if "generate" in words:
        site = Path(words[words.index("--site") + 1])
        for made in ("feeds", ".publisher"):
            shutil.rmtree(site / made, ignore_errors=True)


def measure(words: list[str]) -> Run:
    """Run a command to its end and ask the operating system what it took."""
    began = time.perf_counter()
    process = os.posix_spawn(
        words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    )
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"failed with status {os.waitstatus_to_exitcode(status)}: {' '.join(words)}")
    # ru_maxrss is KiB on Linux, bytes on macOS.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


if __name__ == "__main__":
    main()
