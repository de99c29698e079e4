"""Faults on their way to whoever reads them: chosen, counted, cut off, and printed as they come in."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli.progress import count
from publisher.diagnostics import RULES, Severity, render
from publisher.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from publisher.cli.console import Console
    from publisher.diagnostics import Diagnostic
    from publisher.errors import PublisherError


_HIDING = ("file-", "front-matter-", "yaml-syntax", "yaml-nesting")


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules somebody wants to hear of."""

    codes: frozenset[str]

    @classmethod
    def of(cls, select: Sequence[str], ignore: Sequence[str]) -> Selection:
        """Read codes and patterns such as `link-*`, several parted by commas.

        What keeps a file from being read is selected whatever was named, unless it is ignored by name.

        Raises:
            UsageError: A word is no rule's code and matches none.
        """
        # Where a file cannot be read, nobody knows whether the rules that were asked for hold.
        hiding = {code for code in RULES if code.startswith(_HIDING)}
        selected = _codes(select, "--select") | hiding if select else set(RULES)
        return cls(frozenset(selected - _codes(ignore, "--ignore")))

    def wants(self, fault: Diagnostic) -> bool:
        """Tell whether a fault is of one of the rules."""
        return fault.code in self.codes


def _codes(words: Sequence[str], option: str) -> set[str]:
    found: set[str] = set()
    for word in (part.strip() for words_of_one in words for part in words_of_one.split(",")):
        matching = {code for code in RULES if fnmatchcase(code, word)}
        if not matching:
            from publisher.diagnostics.suggest import nearest

            near = nearest(word, RULES)
            raise UsageError(
                f'{option}: "{word}" is not a rule',
                f"did you mean {near}?" if near else "publisher explain lists all rules",
            )
        found |= matching
    return found


@dataclass(slots=True)
class Findings:
    """A stream of faults that is counted as it passes; only the first `most` of those shown pass."""

    faults: Iterable[Diagnostic]
    shown: Callable[[Diagnostic], bool] = lambda _: True
    most: int | None = None
    counts: Counter[Severity] = field(default_factory=Counter)
    omitted: int = 0
    fixable: int = 0

    def __iter__(self) -> Iterator[Diagnostic]:
        """Yield the faults to print."""
        printed = 0
        for fault in self.faults:
            self.counts[fault.severity] += 1
            self.fixable += fault.fix is not None
            if not self.shown(fault):
                continue
            if self.most is not None and printed >= self.most:
                self.omitted += 1
                continue
            printed += 1
            yield fault


def seen_from_here(root: Path) -> Callable[[Diagnostic], Diagnostic]:
    """Return what names files as somebody in the current folder would open them.

    In a job of GitHub Actions that is the folder of the checkout, wherever the command runs.
    """
    here = os.environ.get("GITHUB_WORKSPACE") or os.curdir
    folder = os.path.relpath(os.path.abspath(root), os.path.abspath(here))  # noqa: PTH100 - links keep their names
    if folder == os.curdir:
        return lambda fault: fault
    return lambda fault: replace(fault, path=Path(os.path.normpath(Path(folder, fault.path))).as_posix())


def print_findings(findings: Findings, form: str, console: Console) -> None:
    """Print faults for people, or as annotations, one by one."""
    for fault in findings:
        if form == "github":
            click.echo(render.github(fault))
        else:
            show = render.full if form == "full" else render.concise
            console.echo(show(fault, console.paint))


def print_mended(fixed: Iterable[Diagnostic], console: Console) -> None:
    """Print what was mended, for people."""
    for fault in fixed:
        if fault.fix is not None:
            console.step("mended", f"{fault.path}:{fault.line}: {fault.fix.title}")


def print_json(
    findings: Findings, checked: int, fixed: Sequence[Diagnostic], obstacles: Sequence[PublisherError]
) -> None:
    """Print faults for machines, one by one; then how many there were, and what was mended."""

    def closing() -> dict[str, Any]:
        return {
            "checked": checked,
            "counts": {str(severity): findings.counts[severity] for severity in Severity},
            "omitted": findings.omitted,
            "fixed": [render.as_fields(fault) for fault in fixed],
            "not_written": [error.message for error in obstacles],
        }

    for piece in render.as_json(findings, closing):
        click.echo(piece.replace("##[", "#\\u0023["), nl=False)  # nor do runners read commands in JSON


def print_tally(findings: Findings, checked: int, form: str, console: Console) -> None:
    """Print how many faults there were, and what can be done about them."""
    faulty = bool(findings.counts[Severity.ERROR])
    if findings.omitted:
        console.say(f"{count(findings.omitted, 'more fault')} not shown")
    tally = render.tally(findings.counts) or "no faults"
    console.step("validated", f"{count(checked, 'post')}: {tally}", "error" if faulty else "done")
    if form != "full":
        return
    if findings.fixable:
        console.painted(
            f"{console.paint('help:', 'help')} `publisher validate --fix` mends {findings.fixable} of them by itself"
        )
    if findings.counts:
        console.painted(
            f"{console.paint('help:', 'help')} `publisher explain CODE` says what a rule means and why"
        )
