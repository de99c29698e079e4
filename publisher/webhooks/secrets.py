"""Where an endpoint's secrets are found: the environment, or a file that nobody else can read."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError, UsageError
from publisher.site import read_private
from publisher.webhooks.kept_secrets import KeptSecrets
from publisher.webhooks.signing import SigningKeys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.site import Endpoint, Site
    from publisher.webhooks.signing import Secret


def variable(endpoint: str) -> str:
    """Name the environment variable of an endpoint's secrets: PUBLISHER_SECRET_ and its name in capitals."""
    return "PUBLISHER_SECRET_" + endpoint.upper().replace("-", "_")


def endpoint_keys(
    site: Site, endpoint: Endpoint, now: float, environment: Mapping[str, str] = os.environ
) -> SigningKeys:
    """Find what a message to an endpoint is signed with: the environment first, then the file of the site.

    It is looked up for each attempt, so that one made after a rotation is signed anew.

    Args:
        site: The site.
        endpoint: The endpoint.
        now: When the message is signed, in seconds since 1970; of rotated secrets, those count that have not ended.
        environment: The variables that secrets may stand in, several in one parted by spaces.

    Raises:
        ConfigurationError: There is no secret, one is none, there are too many, or others can read their file.
    """
    name = variable(endpoint.name)
    if name in environment:
        return SigningKeys.parse(environment[name], f"the environment variable {name}")
    path = secret_file(site, endpoint)
    shown = site.display(path)
    return _read(endpoint, path, shown).keys(now, shown)


def endpoint_secret(site: Site, endpoint: Endpoint, environment: Mapping[str, str] = os.environ) -> Secret:
    """Find an endpoint's present secret: the environment first, then the file of the site.

    Raises:
        ConfigurationError: There is none, it is no secret, or others can read its file.
    """
    # At the end of all times every overlap has ended.
    return endpoint_keys(site, endpoint, math.inf, environment).present


def secret_file(site: Site, endpoint: Endpoint) -> Path:
    """Return where an endpoint's secrets are kept, unless the environment holds them."""
    return site.secrets / endpoint.name


def kept_secrets(site: Site, endpoint: Endpoint) -> KeptSecrets:
    """Read the file of an endpoint's secrets, those included that sign no more.

    Raises:
        ConfigurationError: There is none, it holds something else, or others can read it.
    """
    path = secret_file(site, endpoint)
    return _read(endpoint, path, site.display(path))


def _read(endpoint: Endpoint, path: Path, shown: str) -> KeptSecrets:
    try:
        return KeptSecrets.parse(read_private(path, shown), shown)
    except ConfigurationError:
        if os.path.lexists(path):
            raise
    raise ConfigurationError(
        f'the endpoint "{endpoint.name}" has no secret',
        f"`publisher endpoints secret {endpoint.name}` mints one; one that the partner gave you goes into "
        f"{shown} with mode 0600, or into the environment variable {variable(endpoint.name)}",
    )


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


def read_secret_file(path: Path, shown: str) -> Secret:
    """Read the present secret from a file of mode 0600 or stricter.

    Raises:
        ConfigurationError: It cannot be read, others can read it, or it holds no secret.
    """
    return KeptSecrets.parse(read_private(path, shown), shown).present


def read_key_file(path: Path, shown: str, now: float) -> SigningKeys:
    """Read a file of mode 0600 or stricter: the present secret, and older ones that have not ended.

    Args:
        path: The file.
        shown: What messages call it.
        now: A moment in seconds since 1970.

    Raises:
        ConfigurationError: It cannot be read, others can read it, or a line is not what it should be.
    """
    return KeptSecrets.parse(read_private(path, shown), shown).keys(now, shown)
