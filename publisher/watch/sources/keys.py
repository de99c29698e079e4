"""The key that a source knows the site by: from the environment, or a file that nobody else can read."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError
from publisher.site import read_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.site import Site
    from publisher.watch.sources.source import Source

# What a header field can carry without quoting (RFC 9110, section 5.6.2, and what tokens in base64 have).
_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{8,2048}")


@dataclass(frozen=True, slots=True)
class Key:
    """A key; it never shows itself in a message, a log or a traceback."""

    text: str = field(repr=False)


def find_key(site: Site, source: Source, environment: Mapping[str, str]) -> Key | None:
    """Find the site's key for a source: the environment first, then the file of the site.

    An empty variable counts as none: automation sets these where nobody gave it a key.

    Returns:
        None where there is none.

    Raises:
        ConfigurationError: It cannot be a key, or others can read its file. The message does not quote it.
    """
    variable = source.access.variable
    if written := environment.get(variable, "").strip():
        return _checked(written, f"the environment variable {variable}")
    path = site.secrets / source.key
    if not os.path.lexists(path):
        return None
    shown = site.display(path)
    return _checked(read_private(path, shown).strip(), shown)


def missing(site: Site, source: Source) -> ConfigurationError:
    """Say that there is no key, and where one belongs."""
    return ConfigurationError(
        f"{source.name} has no key of this site",
        f"get one at {source.access.sign_up}, and put it into the environment variable {source.access.variable}, "
        f"or into {site.display(site.secrets / source.key)} with mode 0600",
    )


def _checked(text: str, where: str) -> Key:
    if text.startswith("whsec_"):
        raise ConfigurationError(
            f"the key in {where} is the secret of an endpoint", "give the endpoint another name"
        )
    if not _FORM.fullmatch(text):
        raise ConfigurationError(
            f"the key in {where} is not one: it has {len(text)} characters, or one that keys do not have",
            "a key is 8 to 2048 letters, digits and . _ ~ + / = -, on one line",
        )
    return Key(text)
