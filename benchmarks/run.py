"""Time the product as its users run it: whole processes, side by side in one run, medians and ratios.

Machines are noisy: look at the ratios, and at the medians of runs made in turn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from corpus import ALL_IN_ONE, write_site
from measuring import NOW, PUBLISHER, Run, forget, measure, print_ratios

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Run every benchmark and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each command is timed")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], help="posts of the corpora")
    arguments = parser.parse_args()
    start_up(arguments.runs)
    corpora(arguments.sizes, arguments.runs)


def start_up(runs: int) -> None:
    """Time what an editor waits for most often."""
    compare(
        "start-up",
        {
            'python -c "import click"': [sys.executable, "-c", "import click"],
            "publisher --help": [PUBLISHER, "--help"],
            "publisher validate, sample site": [PUBLISHER, "validate", "--site", str(ROOT)],
        },
        runs,
    )


def corpora(sizes: list[int], runs: int) -> None:
    """Time validate and a cold generate on corpora of several sizes."""
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as folder:
        commands = {}
        for size in sizes:
            site = Path(folder, str(size))
            write_site(site, size)
            commands[f"validate {size:,} posts"] = [PUBLISHER, "validate", "--quiet", "--site", str(site)]
            commands[f"generate {size:,} posts, cold"] = [
                *(PUBLISHER, "generate", "--quiet", "--now", NOW, "--site", str(site))
            ]
        everything = Path(folder, "everything")
        write_site(everything, sizes[0], syndication=ALL_IN_ONE.format(posts=sizes[0]))
        commands[f"generate {sizes[0]:,} posts, all of them in the feeds"] = [
            *(PUBLISHER, "generate", "--quiet", "--now", NOW, "--site", str(everything))
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
    print_ratios(f"{title} (medians of {runs}; ratios to the first row)", results)


if __name__ == "__main__":
    main()
