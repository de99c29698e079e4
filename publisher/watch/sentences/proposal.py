"""What a sentence proposes: a listing, and the words it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.model import Listing, OfferKind, Review
    from publisher.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A listing that a post's own words speak of; nothing is made of it before an editor writes it down.

    Attributes:
        listing: The service by its key in the catalogue, with kind, country and what else the words say; as it would be
            read, had it been written into `watch:`.
        quote: The words it was read from, on one line.
        line: The line of the text that they begin on, counted from 1.
        also: Kinds that the same words may mean as well: "on VOD" is to rent, and mostly to buy, too.
        others: Keys of services that the same words may mean as well.
        when: The words for a time that is no day, such as "this Halloween"; the editor may know the day.
    """

    listing: Listing
    quote: str
    line: int
    also: tuple[OfferKind, ...] = ()
    others: tuple[str, ...] = ()
    when: str | None = None

    def listed(self, review: Review, site: Site) -> Listing | None:
        """Return the listing of a review, written or found, that has the same service, kind and country; None without one.

        A listing without a country holds in the site's own.
        """
        mine = _where(self.listing, site)
        return next((one for one in (*review.watch, *review.found) if _where(one, site) == mine), None)


def _where(listing: Listing, site: Site) -> tuple[str, OfferKind, str | None]:
    terms = listing.terms
    service = site.catalogue.resolve(listing.service, terms.kind).service
    return (service.key if service else listing.service, terms.kind, terms.region or site.watch.region)
