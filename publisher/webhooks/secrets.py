"""Where an endpoint's secret is found: the environment, or a file that nobody else can read."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError
from publisher.webhooks.signing import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.site import Endpoint, Site

_LONGEST_FILE = 4096


def variable(endpoint: str) -> str:
    """Name the environment variable of an endpoint's secret: PUBLISHER_SECRET_ and its name in capitals."""
    return "PUBLISHER_SECRET_" + endpoint.upper().replace("-", "_")


def endpoint_secret(site: Site, endpoint: Endpoint, environment: Mapping[str, str] = os.environ) -> Secret:
    """Find an endpoint's secret: the environment first, then the file of the site.

    Raises:
        ConfigurationError: There is none, it is no secret, or others can read its file.
    """
    name = variable(endpoint.name)
    if name in environment:
        return Secret.parse(environment[name], f"the environment variable {name}")
    path = site.secrets / endpoint.name
    shown = site.display(path)
    if not path.exists():
        raise ConfigurationError(
            f'the endpoint "{endpoint.name}" has no secret',
            f"set the environment variable {name}, or write the secret to {shown} with mode 0600",
        )
    return read_secret_file(path, shown)


def read_secret_file(path: Path, shown: str) -> Secret:
    """Read a secret from a file of mode 0600 or stricter.

    Raises:
        ConfigurationError: It cannot be read, others can read it, or it holds no secret.
    """
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigurationError(f"{shown} is not a file")
            if stat.S_IMODE(mode) & 0o077:
                raise ConfigurationError(
                    f"{shown} has mode {stat.S_IMODE(mode):04o}; others can read the secret",
                    f"chmod 600 {shown}",
                )
            text = stream.read(_LONGEST_FILE).decode("ascii", "replace")
    except OSError as error:
        raise ConfigurationError(f"{shown} cannot be read: {error.strerror}") from None
    return Secret.parse(text, shown)
