"""What pages are made with: styles and scripts as they are, templates, and the hashes under which a page allows its own."""

from __future__ import annotations

import base64
import hashlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def asset(name: str, package: str = "publisher.pages") -> str:
    """Read one of the files in a package's `static/`."""
    # Not importlib.resources: importing it takes longer than reading them all.
    data = pkgutil.get_data(package, f"static/{name}")
    if data is None:
        raise FileNotFoundError(name)
    return data.decode()


@cache
def templates(package: str = "publisher.pages") -> Environment:
    """Return the templates of a package; what they are given is escaped, and nothing may be missing."""
    # Only a run that makes pages pays for importing it.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def policy_hash(inline: str) -> str:
    """Return the source by which a policy allows an inline style or script (CSP level 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
