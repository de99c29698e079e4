"""A whole check-up: each check in its turn, none kept from being made by another."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.doctor.finding import Finding, FindingState, Outcome, skipped
from publisher.doctor.machine import Machine
from publisher.doctor.versions import check_versions
from publisher.errors import PublisherError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from publisher.net import Client

_REPORT = "that is a mistake in this program: please tell its maintainers, with what is said here"


def examine_site(
    folder: Path | str,
    now: datetime,
    *,
    offline: bool = False,
    machine: Machine | None = None,
    client: Client | None = None,
) -> Iterator[Finding]:
    """Look at a site, the machine it is published from and its public addresses; yield each finding when it is known.

    Nothing is changed, sent or announced. What a check raises is its finding; the others are made all the same.

    Args:
        folder: The site's folder, which holds publisher.toml.
        now: The moment that decides what is live; aware.
        offline: Ask nothing of the network; those checks are `skipped`.
        machine: The machine; default: this one.
        client: The way out; default: the guarded one, as the site's configuration allows.
    """
    machine = machine or Machine()
    yield from _findings("versions", check_versions)
    try:
        # Where a package is missing, that has been said by now.
        from publisher.doctor import chapters  # noqa: PLC0415
    except ImportError as error:
        yield Finding("program", FindingState.FAILED, f"it cannot be loaded: {error}", "install it anew")
        return
    configuration = chapters.Configuration(Path(folder))
    yield from _findings("configuration", configuration.check)
    site = configuration.site
    if site is None:
        root = Path(folder).absolute()
        yield from _findings("free-space", lambda: chapters.free_space(machine, [root], 0, root))
        for name in chapters.CHECKS:
            if name != "free-space":
                yield Finding(name, *skipped("publisher.toml cannot be used"))
        return
    subject = chapters.subject(site, now, machine, client, offline=offline)
    for name, check in chapters.CHECKS.items():
        yield from _findings(name, partial(check, subject))


def _findings(name: str, check: Callable[[], Iterator[Outcome]]) -> Iterator[Finding]:
    """Make one check; what it raises is what it found."""
    try:
        for outcome in check():
            yield Finding(name, *outcome)
    except PublisherError as error:
        yield Finding(name, FindingState.FAILED, error.message, error.hint)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        yield Finding(
            name,
            FindingState.FAILED,
            f"{where}{error.strerror or error}",
            "see that it is there, and that the user that publishes may read it",
        )
    except Exception as error:  # noqa: BLE001 - a check that breaks keeps no other from being made
        yield Finding(
            name, FindingState.FAILED, f"the check broke off: {type(error).__name__}: {error}", _REPORT
        )
