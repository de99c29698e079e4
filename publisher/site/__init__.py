"""The site: publisher.toml, read once, checked whole."""

from publisher.site.load import FILE_NAME, load_site
from publisher.site.site import (
    FEED_NAMES,
    LEDGER_NAME,
    Deploy,
    Endpoint,
    ImageFolder,
    Licence,
    Site,
    keep_private,
)

__all__ = [
    "FEED_NAMES",
    "FILE_NAME",
    "LEDGER_NAME",
    "Deploy",
    "Endpoint",
    "ImageFolder",
    "Licence",
    "Site",
    "keep_private",
    "load_site",
]
