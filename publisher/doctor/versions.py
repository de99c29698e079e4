"""The check of what this program is made of: Python, the packages it needs, libyaml."""

from __future__ import annotations

import platform
import re
from importlib import metadata
from typing import TYPE_CHECKING

from publisher.doctor.finding import failed, ok, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.doctor.finding import Outcome

DISTRIBUTION = "headless-publisher"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LEAST = re.compile(r">=\s*([0-9.]+)")
_INSTALL = "install the program anew, with what it needs"


def check_versions() -> Iterator[Outcome]:
    """See whether Python and each package that is needed are new enough, and whether libyaml is there."""
    try:
        about = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        yield skipped("the program is not installed as a package: what it needs is not known")
        return
    needed = [entry for entry in about.requires or () if "extra ==" not in entry]
    problems = [
        *_outdated("Python", platform.python_version(), about.metadata["Requires-Python"] or ""),
        *(problem for entry in needed for problem in _missing(entry)),
        *_without_libyaml(),
    ]
    for problem in problems:
        yield failed(problem, _INSTALL)
    if not problems:
        yield ok(f"publisher {about.version}, Python {platform.python_version()}, {len(needed)} packages")


def _missing(entry: str) -> Sequence[str]:
    """Say what is wrong with the package that a requirement such as `click>=8.2` names."""
    match = _NAME.match(entry)
    if match is None:
        return ()
    name = match.group()
    try:
        return _outdated(name, metadata.version(name), entry)
    except metadata.PackageNotFoundError:
        return (f"the package {name} is missing",)


def _outdated(name: str, there: str, requirement: str) -> Sequence[str]:
    """Compare a version with the least that a requirement such as `>=3.11` asks for."""
    least = _LEAST.search(requirement)
    if least is None or _parts(there) >= _parts(least[1]):
        return ()
    return (f"{name} is {there}; {least[1]} or newer is needed",)


def _parts(version: str) -> list[int]:
    """Return the numbers that a version begins with, without zeros at the end: 2.0 and 2 are the same."""
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    parts = [int(part) for part in match.group().split(".")] if match else []
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _without_libyaml() -> Sequence[str]:
    try:
        import yaml  # noqa: PLC0415 - where it is missing, that is what is to be told
    except ImportError:
        return ()
    return () if yaml.__with_libyaml__ else ("PyYAML was built without libyaml; no front matter can be read",)
