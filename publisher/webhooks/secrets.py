"""Where an endpoint's secret is found: the environment, or a file that nobody else can read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from publisher.disk import place_new
from publisher.errors import ConfigurationError, EnvironmentFault, Refused, UsageError
from publisher.site import keep_private, read_private
from publisher.webhooks.signing import Secret, mint_secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.site import Endpoint, Site


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
    if not os.path.lexists(path):
        raise ConfigurationError(
            f'the endpoint "{endpoint.name}" has no secret',
            f"`publisher endpoints secret {endpoint.name}` mints one; one that the partner gave you goes into "
            f"{shown} with mode 0600, or into the environment variable {name}",
        )
    return read_secret_file(path, shown)


def find_endpoint(site: Site, name: str) -> Endpoint:
    """Return the endpoint of a name.

    Raises:
        UsageError: The site has none of that name.
    """
    for endpoint in site.endpoints:
        if endpoint.name == name:
            return endpoint
    known = ", ".join(endpoint.name for endpoint in site.endpoints)
    raise UsageError(f'"{name}" is not an endpoint of the site', f"known: {known or 'none'}")


def keep_new_secret(site: Site, name: str) -> tuple[Path, str]:
    """Mint a secret for an endpoint that has none, and keep it in a file of mode 0600.

    Returns:
        Where it is kept, and the secret as it is written down.

    Raises:
        UsageError: The site has no endpoint of that name.
        Refused: The endpoint has a secret.
        EnvironmentFault: The file cannot be written.
    """
    endpoint = find_endpoint(site, name)
    path = site.secrets / endpoint.name
    minted = mint_secret()
    try:
        keep_private(path.parent)
        place_new(path, f"{minted}\n".encode("ascii"), mode=0o600)
    except FileExistsError:
        raise Refused(
            f'the endpoint "{name}" has a secret already, in {site.display(path)}',
            "its partner verifies with it; remove the file first if you mean to end that",
        ) from None
    except OSError as error:
        raise EnvironmentFault(f"{site.display(path)} cannot be written: {error.strerror}") from None
    return path, minted


def read_secret_file(path: Path, shown: str) -> Secret:
    """Read a secret from a file of mode 0600 or stricter.

    Raises:
        ConfigurationError: It cannot be read, others can read it, or it holds no secret.
    """
    return Secret.parse(read_private(path, shown), shown)
