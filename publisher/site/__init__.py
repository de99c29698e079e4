"""The site: publisher.toml, read once, checked whole."""

from publisher.disk import keep_private
from publisher.site.bearing import bearing
from publisher.site.load import FILE_NAME, load_site
from publisher.site.private_files import read_private
from publisher.site.site import (
    FEED_LABELS,
    FEED_NAMES,
    FEED_TYPES,
    LEDGER_NAME,
    ArchivePeriod,
    FeedRule,
    ImageFolder,
    Licence,
    Site,
    Syndication,
)
from publisher.site.watching import KIND_ORDER, OfferStore, SourceSettings, Use, Watching
from publisher.site.webhooks import Deploy, Endpoint, Webhooks

__all__ = [
    "FEED_LABELS",
    "FEED_NAMES",
    "FEED_TYPES",
    "FILE_NAME",
    "KIND_ORDER",
    "LEDGER_NAME",
    "ArchivePeriod",
    "Deploy",
    "Endpoint",
    "FeedRule",
    "ImageFolder",
    "Licence",
    "OfferStore",
    "Site",
    "SourceSettings",
    "Syndication",
    "Use",
    "Watching",
    "Webhooks",
    "bearing",
    "keep_private",
    "load_site",
    "read_private",
]
