"""What a check found, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class FindingState(StrEnum):
    """How things stand; only `failed` is counted against a site."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: The check, such as `free-space`; one check may find several things.
        state: How things stand.
        message: What was found, in one line.
        help: What to do about it; None where there is nothing to do.
        details: More about it, a line each.
    """

    name: str
    state: FindingState
    message: str
    help: str | None = None
    details: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """A finding before the name of its check is put to it; the fields are those of `Finding`."""

    state: FindingState
    message: str
    help: str | None = None
    details: tuple[str, ...] = ()


def ok(message: str) -> Outcome:
    """Say that something is as it should be: nothing needs to be done."""
    return Outcome(FindingState.OK, message)


def warning(message: str, help: str | None = None, *details: str) -> Outcome:
    """Say what will probably make trouble."""
    return Outcome(FindingState.WARNING, message, help, details)


def failed(message: str, help: str | None = None, *details: str) -> Outcome:
    """Say what keeps the site from being published, or its readers and partners from what is theirs."""
    return Outcome(FindingState.FAILED, message, help, details)


def skipped(message: str, help: str | None = None) -> Outcome:
    """Say what was not looked at, and why."""
    return Outcome(FindingState.SKIPPED, message, help)
