"""What a site says of where-to-watch links: for which countries, in which order, from whom, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from publisher.model import OfferKind

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The sources of offers that there are, by the keys of `publisher.watch.sources`.
SOURCES = ("tmdb", "streaming-availability")

#: How long what a source said may be kept and shown, of those whose terms set a limit. Of tmdb it is six months, however short
#: they are: https://www.themoviedb.org/api-terms-of-use.
KEPT_FOR = {"tmdb": timedelta(days=180)}

#: The order readers see the kinds of offers in, unless the site has another.
KIND_ORDER = (
    OfferKind.SUBSCRIPTION,
    OfferKind.FREE,
    OfferKind.ADS,
    OfferKind.RENT,
    OfferKind.BUY,
    OfferKind.CINEMA,
    OfferKind.DISC,
)


class OfferStore(StrEnum):
    """Where offers that a source knew are kept: in the post's own `watch:`, or beside the posts."""

    POST = "post"
    BESIDE = "beside"


class Use(StrEnum):
    """What a site is, in the eyes of a source whose terms ask for it."""

    NON_COMMERCIAL = "non-commercial"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """What a site says of one source of offers; its key is in the environment, or in a file of secrets.

    Attributes:
        use: On which terms the site uses it; None where it did not say.
        url: Where it answers, in place of its public address; ends in a slash.
        quota: How many requests a month the site's plan allows; where the source says less, that holds.
    """

    use: Use | None = None
    url: str | None = None
    quota: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Everything about where-to-watch links.

    Attributes:
        region: The country an offer holds in when it names none, ISO 3166-1 alpha-2.
        regions: The countries that sources are asked about; `region` where the site names none.
        order: Every kind of offer, in the order readers see them in.
        affiliates: The parameters that make a link the site's own, by the key of the service it leads to.
        disclosure: What readers are told wherever such a link is shown.
        store: Where `attach --write` puts what sources knew.
        sources: By the key of the source; one that is missing has no settings.
    """

    region: str | None = None
    regions: tuple[str, ...] = ()
    order: tuple[OfferKind, ...] = KIND_ORDER
    affiliates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    disclosure: str
    store: OfferStore = OfferStore.POST
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
