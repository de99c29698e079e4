"""Where-to-watch links against the catalogue, offline: what is wrong with their form, and what of it is safe to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.catalogue import LinkPage
from publisher.diagnostics import Report, Severity, Source, Span, in_reading_order
from publisher.errors import Refused
from publisher.posts.editing import legible
from publisher.posts.files import Unreadable, read_file
from publisher.posts.tree import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.catalogue import Service
    from publisher.diagnostics import Diagnostic
    from publisher.model import Listing, Review
    from publisher.posts import Examination, Post
    from publisher.site import Site

# What is said of offers and their links.
_LINK_RULES = frozenset(
    {
        "service-unknown",
        "service-ambiguous",
        "service-closed",
        "service-shared",
        "offer-file",
        "offer-host",
        "offer-source",
        "offer-expired",
        "offer-checked",
        "offer-form",
        "offer-outdated",
        "offer-campaign",
        "offer-search",
        "offer-region",
    }
)
#: Of these, what leads to the same film when it is mended.
MENDABLE = frozenset({"offer-outdated", "offer-campaign"})


def check_links(examination: Examination, site: Site) -> Iterator[Diagnostic]:
    """Yield what is wrong with the offers of posts, post by post, and every error: what has one is not looked at whole."""
    for post, found in examination.files():
        more = _known_beside(post, site) if post is not None and post.review.found else ()
        yield from filter(_is_told, in_reading_order([*found, *more]))
    yield from filter(_is_told, examination.between())


def _is_told(fault: Diagnostic) -> bool:
    return fault.code in _LINK_RULES or fault.severity is Severity.ERROR


def _known_beside(post: Post, site: Site) -> Iterator[Diagnostic]:
    """Report offers that lead to a search, where a source knew the film's own page at the service."""
    films = dict(_films(post.review, site))
    searching = [
        (number, service, films[service.key])
        for number, listing in enumerate(post.review.watch)
        if (service := _service(listing, post.review, site))
        and service.key in films
        and _is_search(listing, site)
    ]
    if not searching:
        return
    report, spans = _places(post, site)
    for number, service, listing in searching:
        report.add(
            "offer-search",
            spans.get(number),
            f"readers are led to a search of {service.label}, whose page of the film {listing.terms.source} knows",
            label=listing.url,
            help="write it as the url: of the offer",
        )
    yield from report.diagnostics


def _films(review: Review, site: Site) -> Iterator[tuple[str, Listing]]:
    for listing in review.found:
        service = _service(listing, review, site)
        if service and listing.url and site.catalogue.read_link(listing.url).page is LinkPage.FILM:
            yield service.key, listing


def _service(listing: Listing, review: Review, site: Site) -> Service | None:
    return site.catalogue.resolve(listing.service, listing.terms.kind, review.date.date()).service


def _is_search(listing: Listing, site: Site) -> bool:
    return listing.url is None or site.catalogue.read_link(listing.url).page is LinkPage.SEARCH


def _places(post: Post, site: Site) -> tuple[Report, dict[int, Span]]:
    """Find where the links, or else the services, of a post's offers stand; none where the file has changed meanwhile."""
    try:
        front = legible(read_file(post.path, site), post.name, "").front
    except (Refused, Unreadable):
        return Report(Source(post.name, ""), site.severities), {}
    node = front.node("watch")
    offers = node.items if isinstance(node, Sequence) else []
    nodes = {
        number: offer.values.get("url") or offer.values.get("service")
        for number, offer in enumerate(offers)
        if isinstance(offer, Mapping)
    }
    spans = {number: node.span for number, node in nodes.items() if node is not None}
    return Report(Source(post.name, front.text), site.severities), spans
