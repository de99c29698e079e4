"""Every build that any test makes is looked at: each of its feeds by the rules of its format, and all of them together."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any

from publisher import outputs
from publisher.outputs.manifest import FORMAT_VERSION, NAME
from tests.feeds.validators import FORMS, require_valid_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


def look_at_every_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """See to it that whatever this process generates is valid, or the test that did it fails.

    What other processes generate is found by `require_valid_builds`.
    """
    module = sys.modules[outputs.generate.__module__]
    settle = module.settle

    def settle_valid_files(folder: Path, *arguments: Any, dry: bool) -> Any:
        written = settle(folder, *arguments, dry=dry)
        if not dry:
            require_valid_build(folder)
        return written

    monkeypatch.setattr(module, "settle", settle_valid_files)


def require_valid_builds(below: Path) -> None:
    """See that every folder of feeds below a folder is valid, as far as it is as it was written."""
    for manifest in below.rglob(NAME):
        if _is_as_written(manifest):
            require_valid_build(manifest.parent)


def require_valid_build(folder: Path) -> None:
    """See that the feeds which a manifest names are valid, and fit each other."""
    files = {
        name: (folder / name).read_bytes()
        for name in _named(folder / NAME)
        if name.rpartition("/")[2].removesuffix(".gz") in {*FORMS, "feed.css"}
    }
    assert set(FORMS) <= files.keys(), f"{folder} has no feeds"
    require_valid_files(files)


def _named(manifest: Path) -> dict[str, Any]:
    named: dict[str, Any] = json.loads(manifest.read_bytes())["files"]
    return named


def _is_as_written(manifest: Path) -> bool:
    """Tell whether all that a manifest names is there, with the bytes it says: many a test breaks a folder on purpose."""
    try:
        about = json.loads(_read(manifest))
        return about["format_version"] == FORMAT_VERSION and all(
            hashlib.sha256(data).hexdigest() == file["sha256"]
            for data, file in _pairs(manifest.parent, about["files"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _pairs(folder: Path, files: dict[str, Any]) -> Iterator[tuple[bytes, dict[str, Any]]]:
    for name, file in files.items():
        if not name.endswith(".gz"):  # of these the manifest says what they unpack to
            yield _read(folder / name), file


def _read(file: Path) -> bytes:
    """Read a file; a pipe in its place would never end.

    Raises:
        OSError: It is none, or cannot be read.
    """
    if not file.is_file():
        raise FileNotFoundError(file)
    return file.read_bytes()
