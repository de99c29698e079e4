"""Which of a site's settings bear on its posts, feeds and pages, as one digest."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import PurePath
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


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever msgspec does not know
    if isinstance(value, Catalogue):
        # The program's own are told by its version.
        ours = catalogue().services
        return [service for key, service in value.services.items() if ours.get(key) is not service]
    if isinstance(value, ZoneInfo):
        return value.key
    if isinstance(value, PurePath):
        return str(value)
    raise NotImplementedError(f"{type(value)} in the settings of a site")
