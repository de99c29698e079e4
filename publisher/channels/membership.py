"""Whether a review stands in a feed that the site defines itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels.folders import tag_folder
from publisher.content import current_offers
from publisher.model import OfferStatus

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.model import Film, Offer, Review
    from publisher.site import FeedRule, Site


def stands_in(rule: FeedRule, review: Review, site: Site, now: datetime) -> bool:
    """Tell whether a review of a site meets every condition of a rule at `now` (aware)."""
    if rule.tags and not {tag_folder(tag) for tag in rule.tags} & {tag_folder(tag) for tag in review.tags}:
        return False
    if rule.authors and not any(author.key in rule.authors for author in review.authors):
        return False
    if rule.minimum_rating is not None and (review.rating is None or review.rating < rule.minimum_rating):
        return False
    if (rule.countries or rule.years) and not _film_fits(rule, review.film):
        return False
    if rule.services or rule.kinds or rule.regions:
        return any(_offer_fits(rule, offer, now) for offer in current_offers(review, site, now))
    return True


def _film_fits(rule: FeedRule, film: Film | None) -> bool:
    if film is None:
        return False
    if rule.countries and not set(rule.countries) & set(film.countries):
        return False
    year = film.year
    return not rule.years or (year is not None and any(first <= year <= last for first, last in rule.years))


def _offer_fits(rule: FeedRule, offer: Offer, now: datetime) -> bool:
    """Tell whether one offer meets all that a rule says of offers; one that is still to come does not."""
    terms = offer.terms
    return (
        offer.status(now) is OfferStatus.CURRENT
        and (not rule.services or offer.service in rule.services)
        and (not rule.kinds or terms.kind in rule.kinds)
        and (not rule.regions or terms.region in rule.regions)
    )
