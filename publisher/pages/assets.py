"""The files that pages need as they are: styles and scripts."""

from __future__ import annotations

import pkgutil


def asset(name: str) -> str:
    """Read one of the files in `static/`."""
    # Not importlib.resources: importing it takes longer than reading them all.
    data = pkgutil.get_data("publisher.pages", f"static/{name}")
    if data is None:
        raise FileNotFoundError(name)
    return data.decode()
