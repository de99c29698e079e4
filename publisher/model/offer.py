"""Where a film can be watched: what the editor wrote, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - whoever decodes listings reads annotations
from decimal import Decimal  # noqa: TC003 - likewise
from enum import StrEnum


class OfferKind(StrEnum):
    """How one gets to see the film."""

    RENT = "rent"
    BUY = "buy"
    SUBSCRIPTION = "subscription"
    FREE = "free"
    ADS = "ads"
    CINEMA = "cinema"
    DISC = "disc"


class LinkOrigin(StrEnum):
    """Where an offer's link comes from.

    `given`: it was written down, and leads where it says. `rewritten`: it was written down in a form that the service
    had before, and leads to the same film under the present one. `search`: it is the service's search, which stands in
    where nobody wrote a link, or was written down itself.
    """

    GIVEN = "given"
    REWRITTEN = "rewritten"
    SEARCH = "search"
    NONE = "none"


class OfferStatus(StrEnum):
    """Whether an offer holds at a moment; `gone` when its service has closed, whatever its dates say.

    One whose source said so longer ago than its terms let anybody keep it is `expired`, too: nobody knows whether it holds.
    """

    CURRENT = "current"
    UPCOMING = "upcoming"
    EXPIRED = "expired"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money: decimal units of an ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an offer says beside the service: kind, place, price and time.

    Attributes:
        kind: How one gets to see the film.
        region: The ISO 3166-1 alpha-2 code of the country it holds in.
        starts: The first moment it holds; None means it already does.
        ends: The first moment it no longer holds; None means no end is known.
        via: The channel the service is sold through.
        source: Who said so, and `checked` when.
    """

    kind: OfferKind
    region: str | None = None
    price: Price | None = None
    quality: str | None = None
    via: str | None = None
    exclusive: bool = False
    starts: datetime | None = None
    ends: datetime | None = None
    source: str | None = None
    checked: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One way to see a film, as it was written down: an item of a post's `watch:`, or of what lies beside the posts.

    Attributes:
        service: Any name of a service; an editor's stays as it was written.
    """

    service: str
    terms: Terms
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A listing attached to a service of the catalogue, under the service's present name.

    Attributes:
        service: The service's key in the catalogue.
        name: Its present name, as readers know it.
        former: The former name that the editor used, if it was one.
        url: Where the reader is sent, in its canonical form, with the site's affiliate parameters where it has any; None
            when nothing is known.
        link: Where `url` comes from.
        sponsored: Whether `url` has the site's affiliate parameters: readers are told, wherever it is shown.
        generic: Whether the service stands for many at once, such as "theaters".
        closed: Whether the service is known to be gone.
        kept_until: The first moment at which its source's terms let nobody show it any more; None where they set no limit.
    """

    service: str
    name: str
    terms: Terms
    former: str | None = None
    url: str | None = None
    link: LinkOrigin = LinkOrigin.NONE
    sponsored: bool = False
    generic: bool = False
    closed: bool = False
    kept_until: datetime | None = None

    def status(self, now: datetime) -> OfferStatus:
        """Answer whether it holds at `now` (aware)."""
        if self.closed:
            return OfferStatus.GONE
        if any(end is not None and end <= now for end in (self.terms.ends, self.kept_until)):
            return OfferStatus.EXPIRED
        if self.terms.starts is not None and self.terms.starts > now:
            return OfferStatus.UPCOMING
        return OfferStatus.CURRENT
