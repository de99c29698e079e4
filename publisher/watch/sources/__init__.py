"""The sources that know where films can be watched; each is asked over HTTP, with a key of the site's own."""

from publisher.watch.sources.registry import (
    SOURCES,
    Connection,
    attributions,
    connect,
    credits_of,
    enabled,
    find_source,
    passed_on,
)
from publisher.watch.sources.source import (
    Access,
    AnotherFilm,
    Attribution,
    Candidate,
    Found,
    Source,
    SourceFault,
)

__all__ = [
    "SOURCES",
    "Access",
    "AnotherFilm",
    "Attribution",
    "Candidate",
    "Connection",
    "Found",
    "Source",
    "SourceFault",
    "attributions",
    "connect",
    "credits_of",
    "enabled",
    "find_source",
    "passed_on",
]
