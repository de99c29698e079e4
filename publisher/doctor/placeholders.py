"""Addresses that stand in publisher.toml until somebody puts the real ones there."""

from __future__ import annotations

from urllib.parse import urlsplit

# RFC 2606 and RFC 6761: names that never lead anywhere, or never off this machine.
_TOP = ("example", "test", "invalid", "localhost")
_NAMES = ("example.com", "example.net", "example.org", "localhost")


def is_placeholder(url: str) -> bool:
    """Tell whether the host of a URL is a name that is reserved for examples and tests."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host.rpartition(".")[2] in _TOP or any(
        host == name or host.endswith(f".{name}") for name in _NAMES
    )
