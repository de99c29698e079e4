"""The check of the endpoints' secrets: there, readable, and by nobody else."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from publisher.doctor.finding import failed, ok, warning
from publisher.doctor.wording import count
from publisher.errors import ConfigurationError
from publisher.webhooks import endpoint_secret, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject
    from publisher.site import Site
    from publisher.webhooks import Secret

_MOVE = (
    "name another folder in publisher.toml ([webhooks] secrets), move the files there, and mint new secrets"
)


def check_secrets(subject: Subject) -> Iterator[Outcome]:
    """Find the secret of each endpoint; see who else could read it, and whether two share one.

    No finding quotes a secret or a part of one.
    """
    site = subject.site
    environment = subject.machine.environment
    owners: dict[Secret, list[str]] = {}
    for endpoint in site.endpoints:
        try:
            secret = endpoint_secret(site, endpoint, environment)
        except ConfigurationError as error:
            yield failed(error.message, error.hint)
        else:
            owners.setdefault(secret, []).append(endpoint.name)
    found = sum(map(len, owners.values()))
    if not site.endpoints:
        yield ok("there are no endpoints, and so none is needed")
    elif found == len(site.endpoints):
        yield ok(f"{count(found, 'secret')}, found and well-formed")
    for names in owners.values():
        if len(names) > 1:
            yield warning(
                f"{' and '.join(names)} have the same secret: each could sign in the other's place",
                "give each its own: `publisher endpoints secret NAME` mints one where there is none",
            )
    if any(variable(endpoint.name) not in environment for endpoint in site.endpoints):
        yield from _folder(site)


def _folder(site: Site) -> Iterator[Outcome]:
    """Look at the folder the secrets lie in."""
    folder, shown = site.secrets, site.display(site.secrets)
    if not folder.is_dir():
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022:
        yield failed(
            f"{shown} has mode {mode:04o}; others can put secrets of theirs there", f"chmod 700 {shown}"
        )
    elif mode & 0o055 and _open_to_others(site):
        yield warning(f"{shown} has mode {mode:04o}; others can look into it", f"chmod 700 {shown}")
    real = os.path.realpath(folder)
    published = [("the feeds", site.feeds)] + (
        [("the pictures", site.images.directory)] if site.images else []
    )
    for what, public in published:
        if _within(real, os.path.realpath(public)):
            yield failed(f"{shown} lies in the folder of {what}, which is put on the web", _MOVE)


def _open_to_others(site: Site) -> bool:
    """Tell whether others can get as far as the folder of secrets: a private folder above it keeps them out."""
    above = site.secrets.parent
    while above.is_relative_to(site.root):
        if not stat.S_IMODE(above.stat().st_mode) & 0o011:
            return False
        above = above.parent
    return True


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
