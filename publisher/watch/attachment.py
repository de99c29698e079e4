"""From what the editor wrote to where the reader is sent: services under their present names, with links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import catalogue
from publisher.model import LinkOrigin, Offer

if TYPE_CHECKING:
    from publisher.model import Listing, Review


def attach(review: Review) -> tuple[Offer, ...]:
    """Resolve a review's listings, in the editor's order; nothing leaves the machine.

    A link that the editor gave is kept as it is. Where there is none, the service's own search for the film
    stands in, marked as one. A service with neither is named without a link.

    Raises:
        ValueError: A listing names no service of the catalogue; validation does not let one pass.
    """
    return tuple(_offer(listing, review) for listing in review.watch)


def check_link(offer: Offer) -> catalogue.UrlCheck | None:
    """Hold the link an editor gave against the hosts and forms its service is known for; None for any other offer."""
    if offer.link is not LinkOrigin.GIVEN or offer.url is None:
        return None
    return catalogue.check_url(catalogue.services()[offer.service], offer.url)


def _offer(listing: Listing, review: Review) -> Offer:
    resolution = catalogue.resolve(listing.service, listing.terms.kind)
    service = resolution.service
    if service is None:
        raise ValueError(f"{listing.service!r} is not one service of the catalogue")
    url, link = listing.url, LinkOrigin.GIVEN
    if url is None:
        url = catalogue.search_url(service, review.film.title) if review.film else None
        link = LinkOrigin.SEARCH if url else LinkOrigin.NONE
    return Offer(
        service=service.key,
        name=service.name,
        former=resolution.former,
        url=url,
        link=link,
        terms=listing.terms,
    )
