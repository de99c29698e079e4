"""Measure what files built to hurt cost: `publisher validate`, and `publisher generate` where a file has no error.

Each kind is a site of its own. Whole processes are timed, several times over; what is printed are medians, and how
many times the processor's work for a good post that is. A kind over the bar is marked, and ends the benchmark with
status 1.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from corpus import write_site
from hostile_sites import KINDS
from measuring import NOW, PUBLISHER, Run, forget, measure, medians

# What one hostile file may cost in seconds of the processor, on machines that are slow and busy, and in MiB.
VALIDATE_BAR, GENERATE_BAR, MEMORY_BAR = 10.0, 30.0, 300.0
# Seconds by the clock after which a process is stopped.
PATIENCE = 120.0
GOOD = "a good post of 1,000 words"
# A site of many posts may cost what as many good posts do, several times over.
SITE_BAR = 60.0


@dataclass(slots=True)
class Subject:
    """A site to be measured, and what its runs took."""

    name: str
    folder: Path
    validate: list[Run] = field(default_factory=list)
    generate: list[Run] = field(default_factory=list)

    @property
    def group(self) -> str:
        """What its hostile file is: a whole file, front matter, a text, publisher.toml, or many posts."""
        return self.name.partition(": ")[0]

    @property
    def kind(self) -> str:
        """What that is made of."""
        return self.name.partition(": ")[2]

    def measure(self) -> None:
        """Run both commands once; a site with errors is not generated."""
        site = ("--site", str(self.folder))
        self.validate.append(
            measure(
                [PUBLISHER, "validate", "--format", "full", *site], accepted=(0, 1, 4, -9), patience=PATIENCE
            )
        )
        if self.validate[-1].status == 0:
            words = [PUBLISHER, "generate", "--quiet", "--now", NOW, *site]
            forget(self.folder)
            self.generate.append(measure(words, accepted=(0, -9), patience=PATIENCE))

    def over(self) -> bool:
        """Tell whether it took more than a hostile site may."""
        many = self.group == "site"
        bars = ((self.validate, SITE_BAR if many else VALIDATE_BAR), (self.generate, GENERATE_BAR))
        return any(
            took.cpu > bar or took.memory > MEMORY_BAR or took.status < 0
            for runs, bar in bars
            if runs
            for took in (medians(runs),)
        )


def main() -> None:
    """Measure every kind, or those asked for, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each command is timed")
    parser.add_argument(
        "--kind", action="append", metavar="NAME", help="measure kinds whose name has this in it"
    )
    parser.add_argument("--list", action="store_true", help="print the names of all kinds, and measure none")
    arguments = parser.parse_args()
    kinds = [kind for kind in KINDS if not arguments.kind or any(part in kind for part in arguments.kind)]
    if arguments.list:
        print(*kinds, sep="\n")
        return
    print(f"hostile files (medians of {arguments.runs}; ratios of cpu to {GOOD}; ! is over the bar)")
    print(f"  {'':<60}{'validate':>38}{'generate':>30}")
    columns = f"{'wall s':>8}{'cpu s':>8}{'MiB':>6}{'':>8}"
    print(f"  {'':<60}{columns}{'first s':>8}{columns}")
    with tempfile.TemporaryDirectory(prefix="publisher-hostile-") as folder:
        good = Subject(GOOD, Path(folder, "good"))
        subjects = [Subject(kind, Path(folder, "hostile")) for kind in kinds]
        for subject in (good, *subjects):
            if subject is good:
                write_site(subject.folder, 1)
            else:
                write(subject)
            for _ in range(arguments.runs):
                subject.measure()
            print(row(subject, good), flush=True)
            shutil.rmtree(subject.folder)
    summarise(subjects)
    sys.exit(any(subject.over() for subject in subjects))


def summarise(subjects: list[Subject]) -> None:
    """Print which kind of each group costs most."""
    print("\nthe costliest of each group")
    for group in dict.fromkeys(subject.group for subject in subjects):
        members = [subject for subject in subjects if subject.group == group]
        print(f"  {group} ({len(members)} kinds)")
        for command in ("validate", "generate"):
            taken = {
                subject.kind: medians(getattr(subject, command))
                for subject in members
                if getattr(subject, command)
            }
            for what, unit in (("cpu", "s"), ("memory", "MiB")):
                if taken:
                    kind = max(taken, key=lambda name: getattr(taken[name], what))
                    print(f"    {command} {what}: {getattr(taken[kind], what):.1f} {unit} ({kind})")


def write(subject: Subject) -> None:
    """Write a hostile site in a process of its own: the peak of this one's memory would count as that of its children."""
    maker = Path(__file__).with_name("hostile_sites.py")
    subprocess.run([sys.executable, str(maker), str(subject.folder), subject.name], check=True)


def row(subject: Subject, good: Subject) -> str:
    """Write what a site took, beside what a good one did."""
    validate = medians(subject.validate)
    mark = "!" if subject.over() else " "
    line = f"{mark} {subject.name:<60}{columns_of(validate, medians(good.validate))}{validate.first:>8.2f}"
    return line + columns_of(medians(subject.generate), medians(good.generate)) if subject.generate else line


def columns_of(took: Run, good: Run) -> str:
    """Write what a command took, and how often what it takes for a good post that is."""
    return f"{took.wall:>8.2f}{took.cpu:>8.2f}{took.memory:>6.0f}{took.cpu / good.cpu:>7.1f}x"


if __name__ == "__main__":
    main()
