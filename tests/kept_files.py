"""What a site keeps to be faster, which every look at its posts may write: tests that see to it that nothing changes leave it out."""

from __future__ import annotations


def is_kept(name: str) -> bool:
    """Tell whether a file or folder of a site, named from its root, is kept to be faster, or there for what is."""
    return name in {".publisher", ".publisher/.gitignore"} or name.startswith(".publisher/cache")
