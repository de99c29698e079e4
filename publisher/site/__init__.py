"""The site: publisher.toml, read once, checked whole."""

from publisher.site.load import FILE_NAME, load_site
from publisher.site.site import (
    FEED_LABELS,
    FEED_NAMES,
    FEED_TYPES,
    LEDGER_NAME,
    ArchivePeriod,
    Deploy,
    Endpoint,
    FeedRule,
    ImageFolder,
    Licence,
    Site,
    Syndication,
    keep_private,
)

__all__ = [
    "FEED_LABELS",
    "FEED_NAMES",
    "FEED_TYPES",
    "FILE_NAME",
    "LEDGER_NAME",
    "ArchivePeriod",
    "Deploy",
    "Endpoint",
    "FeedRule",
    "ImageFolder",
    "Licence",
    "Site",
    "Syndication",
    "keep_private",
    "load_site",
]
