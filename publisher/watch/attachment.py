"""From what was written down to where the reader is sent: services under their present names, with links that are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.catalogue import LinkPage, Removal, ServiceStatus, with_parameters
from publisher.model import LinkOrigin, Offer
from publisher.posts.offer_sources import kept_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.catalogue import Catalogue, Service, UrlCheck
    from publisher.model import Listing, OfferKind, Review
    from publisher.site import Site


def attach(review: Review, site: Site) -> tuple[Offer, ...]:
    """Resolve a review's listings: the editor's, in their order, then what sources found beside them.

    A link is written in its present form, without other people's campaigns, and with the site's own where it has one with
    the service and nobody else's is left. Where there is none, the service's own search for the film stands in, marked as
    one. A service with neither is named without a link. What was found is left out where the editor has the same service, kind and country,
    and where no service can be told by its name. Whether an offer still holds is for `Offer.status` to say; nothing
    leaves the machine.

    Raises:
        ValueError: An editor's listing names no service of the catalogue; validation does not let one pass.
    """
    if not review.watch and not review.found:
        return ()
    offers = []
    for listing in review.watch:
        offer = _offer(listing, review, site)
        if offer is None:
            raise ValueError(f"{listing.service!r} is not one service of the catalogue")
        offers.append(offer)
    return (*offers, *_found(review, site, offers)) if review.found else tuple(offers)


def check_link(offer: Offer, site: Site) -> UrlCheck | None:
    """Hold the link an editor gave against the hosts and forms its service is known for; None for any other offer."""
    if offer.link not in {LinkOrigin.GIVEN, LinkOrigin.REWRITTEN} or offer.url is None:
        return None
    return site.catalogue.check_url(site.catalogue.services[offer.service], offer.url)


def _found(review: Review, site: Site, written: list[Offer]) -> Iterator[Offer]:
    """Resolve what sources found, without what the editor, or another source before, said already."""
    by_editor = {_place(offer) for offer in written}
    asked_first: dict[tuple[str, OfferKind, str | None, str | None], str | None] = {}
    for listing in review.found:
        offer = _offer(listing, review, site)
        if offer is None:
            continue
        place, anywhere = _place(offer), (offer.service, offer.terms.kind, None)
        if place in by_editor or anywhere in by_editor:
            continue
        # One source may have a film twice, in two qualities; two sources mean the same offer.
        if asked_first.setdefault((*place, offer.terms.via), offer.terms.source) == offer.terms.source:
            yield offer


def _place(offer: Offer) -> tuple[str, OfferKind, str | None]:
    return offer.service, offer.terms.kind, offer.terms.region


def _offer(listing: Listing, review: Review, site: Site) -> Offer | None:
    resolution = site.catalogue.resolve(listing.service, listing.terms.kind, review.date.date())
    service = resolution.service
    if service is None:
        return None
    url, link = _link(listing, service, review, site)
    sponsored = False
    if url is not None and (own := site.watch.affiliates.get(service.key)):
        url, sponsored = _with_own(url, own, service, site.catalogue)
    return Offer(
        service=service.key,
        name=service.name,
        former=resolution.former,
        url=url,
        link=link,
        terms=listing.terms,
        sponsored=sponsored,
        generic=service.generic,
        closed=service.status is ServiceStatus.CLOSED,
        kept_until=kept_until(listing.terms.source, listing.terms.checked),
    )


def _link(listing: Listing, service: Service, review: Review, site: Site) -> tuple[str | None, LinkOrigin]:
    if listing.url is not None:
        read = site.catalogue.read_link(listing.url)
        if read.page is LinkPage.SEARCH and service in read.services:
            return read.canonical, LinkOrigin.SEARCH
        return read.canonical, LinkOrigin.REWRITTEN if read.rewritten else LinkOrigin.GIVEN
    url = site.catalogue.search_url(service, review.film.title) if review.film else None
    return url, LinkOrigin.SEARCH if url else LinkOrigin.NONE


def _with_own(url: str, own: Mapping[str, str], service: Service, catalogue: Catalogue) -> tuple[str, bool]:
    """Put the site's own campaign into a link, and tell whether the link has it.

    Beside somebody else's it is never put: who would earn, and what readers would have to be told, nobody knows.
    """
    if not catalogue.is_home(service, url):
        return url, any(own.get(part.name) == part.value for part in catalogue.read_link(url).left)
    sponsored = with_parameters(url, own)
    foreign = any(part.reason is Removal.AFFILIATE for part in catalogue.read_link(sponsored).foreign(own))
    return (url, False) if foreign else (sponsored, True)
