"""The values of publisher.toml that are one word out of a few."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from publisher.catalogue import ServiceStatus
from publisher.site.site import ArchivePeriod
from publisher.site.watching import OfferStore, Use
from publisher.values.checkers import schema, shape_fault
from publisher.values.choices import Choice


class _ArchiveWord(StrEnum):
    """What can be said of the archive."""

    MONTH = "month"
    YEAR = "year"
    NONE = "none"


class Content(StrEnum):
    """How much of a review an entry carries."""

    FULL = "full"
    SUMMARY = "summary"


_ARCHIVES = Choice(
    _ArchiveWord,
    {
        _ArchiveWord.MONTH: "months monthly",
        _ArchiveWord.YEAR: "years yearly annual",
        _ArchiveWord.NONE: "off no false never",
    },
)
_CONTENTS = Choice(
    Content,
    {
        Content.FULL: "whole all text fulltext complete content",
        Content.SUMMARY: "summaries short excerpt excerpts brief teaser",
    },
)


_STORES = Choice(
    OfferStore,
    {
        OfferStore.POST: "posts frontmatter front watch inpost inline",
        OfferStore.BESIDE: "separate sidecar file files apart dotwatch aside",
    },
)


class _StatusWord(StrEnum):
    """What a site can say of a service."""

    ACTIVE = "active"
    CLOSED = "closed"


_STATUSES = Choice(
    _StatusWord,
    {
        _StatusWord.ACTIVE: "open alive live running",
        _StatusWord.CLOSED: "gone dead ended shut discontinued",
    },
)
_USES = Choice(
    Use,
    {
        Use.NON_COMMERCIAL: "noncommercial hobby personal private free",
        Use.CONTRACT: "commercial paid licensed licence license business",
    },
)


def _archive(value: object) -> ArchivePeriod | None:
    if not isinstance(value, str):
        raise shape_fault(value, f"one of {', '.join(_ArchiveWord)}, in quotes")
    word = _ARCHIVES.take(value)
    return None if word is _ArchiveWord.NONE else ArchivePeriod(word)


def _status(value: object) -> ServiceStatus:
    return ServiceStatus(_STATUSES.take(value))


Archive = Annotated[
    ArchivePeriod | None, BeforeValidator(_archive), schema("string", enum=[*map(str, _ArchiveWord)])
]
ContentWord = Annotated[Content, BeforeValidator(_CONTENTS.take), schema("string", enum=[*map(str, Content)])]
Store = Annotated[OfferStore, BeforeValidator(_STORES.take), schema("string", enum=[*map(str, OfferStore)])]
UseWord = Annotated[Use, BeforeValidator(_USES.take), schema("string", enum=[*map(str, Use)])]
StatusWord = Annotated[
    ServiceStatus, BeforeValidator(_status), schema("string", enum=[*map(str, _StatusWord)])
]
