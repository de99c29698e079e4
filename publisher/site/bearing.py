"""Which of a site's settings bear on its posts, feeds and pages, as one digest."""

from __future__ import annotations

import hashlib
import zoneinfo
from contextlib import suppress
from dataclasses import fields
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from publisher.catalogue import Catalogue, catalogue

if TYPE_CHECKING:
    from publisher.site.site import Site

# Whom the site writes to, how it reaches the web, and what runs when it is published.
_ELSEWHERE = {"webhooks", "secrets", "allow", "deploy"}


def bearing(site: Site) -> str:
    """Return a digest of all settings but those that concern only partners and the way out; alike for equal ones."""
    settings = {
        field.name: getattr(site, field.name) for field in fields(site) if field.name not in _ELSEWHERE
    }
    encoder = msgspec.msgpack.Encoder(enc_hook=_plain, order="deterministic")
    return hashlib.sha256(encoder.encode(settings)).hexdigest()


def _rules_of(zone: ZoneInfo) -> bytes:
    """Return what the machine says of a zone; one that comes with the program is told by the program's version."""
    for folder in zoneinfo.TZPATH:
        with suppress(OSError):
            return Path(folder, zone.key).read_bytes()
    return b""


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever msgspec does not know
    if isinstance(value, Catalogue):
        # The program's own are told by its version.
        ours = catalogue().services
        return [service for key, service in value.services.items() if ours.get(key) is not service]
    if isinstance(value, ZoneInfo):
        return [value.key, _rules_of(value)]
    if isinstance(value, PurePath):
        return str(value)
    raise NotImplementedError(f"{type(value)} in the settings of a site")
