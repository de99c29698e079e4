"""The manifest of a folder of feeds: which files were written there last, and which feeds they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from publisher.channels import ChannelKind
from publisher.values.characters import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from publisher.feeds import Heading
    from publisher.outputs.files import OutputFile

NAME = "manifest.json"
FORMAT_VERSION = 2
#: Folders in a name, at the most: `tags/gothic/rss.xml`.
_DEEPEST = 2
_READABLE = {1, FORMAT_VERSION}
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the last manifest says.

    Attributes:
        files: The names of the files, below the folder.
        channels: The names of the feeds; of a tag's feed also the tag.
        updated: When each feed last changed for readers; aware.
        sha256: The SHA-256 of the files, in hexadecimal by name.
    """

    files: frozenset[str] = frozenset()
    channels: Mapping[str, str | None] = field(default_factory=dict)
    updated: Mapping[str, datetime] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)


def write_manifest(files: Iterable[OutputFile], headings: Iterable[Heading]) -> bytes:
    """Write a manifest of files whose digests are known, and of the feeds they are."""
    named = {file.name: {"bytes": file.size, "sha256": file.sha256} for file in files}
    fields = {
        "format_version": FORMAT_VERSION,
        "feeds": [
            {
                "name": heading.channel.name,
                "kind": str(heading.channel.kind),
                "title": heading.channel.title,
                "updated": heading.updated.isoformat(),
                **({"tag": heading.channel.tag} if heading.channel.tag is not None else {}),
            }
            for heading in headings
        ],
        "files": named,
    }
    return orjson.dumps(fields, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_manifest(folder: Path, name: str = NAME) -> Manifest:
    """Read the manifest of a folder; what is not there, or not ours, says nothing."""
    path = folder / name
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return Manifest()
        manifest = orjson.loads(path.read_bytes())
        if manifest["format_version"] not in _READABLE:
            return Manifest()
        sha256 = {
            name: str(about["sha256"])
            for name, about in manifest["files"].items()
            if "sha256" in about and _can_be_ours(name)
        }
        feeds = manifest.get("feeds", ())
        updated = {about["name"]: moment for about in feeds if (moment := _moment(about.get("updated")))}
        return Manifest(frozenset(sha256), dict(map(_channel, feeds)), updated, sha256)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Manifest()


def _can_be_ours(name: str) -> bool:
    """Tell whether a name stays in the folder: a name that leads elsewhere was not written by us."""
    parts = name.split("/")
    return name != NAME and len(parts) <= _DEEPEST + 1 and not {"", ".", ".."}.intersection(parts)


def _moment(written: object) -> datetime | None:
    moment = datetime.fromisoformat(written) if isinstance(written, str) else None
    return moment if moment is not None and moment.tzinfo is not None else None


def _channel(about: dict[str, Any]) -> tuple[str, str | None]:
    name, tag = about["name"], about.get("tag")
    if not isinstance(name, str) or not isinstance(tag, str | None):
        raise TypeError
    usable = tag is not None and about["kind"] == ChannelKind.TAG and not FORBIDDEN.search(tag)
    return name, tag if usable else None
