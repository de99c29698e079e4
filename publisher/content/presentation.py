"""What stands around a review's text: its picture, the rating, where to watch, the correction.

The same words serve every format, so that a reader sees the same review everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from html import escape, unescape
from typing import TYPE_CHECKING

from publisher import catalogue
from publisher.model import LinkOrigin, OfferKind

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from publisher.content.entry import Picture
    from publisher.model import Offer, RatingScale, Review
    from publisher.site import Site

# How the parts around a text begin, so that `is_around` finds its end again.
_PICTURE = "<figure><img src="
_CREDIT = "<p><small>Picture:"
_RATING = "<p><strong>Overall rating:</strong>"
_OFFERS = "<p><strong>Where to watch</strong></p>"
_CORRECTION = "<p><strong>Correction ("
_BELOW = (_CREDIT, _RATING, _OFFERS, _CORRECTION)

# The address of a picture; what looks like one within a value has its quotes escaped.
_SHOWN = re.compile(r'<img(?: [a-z]++="[^"]*+")*? src="([^"]*+)"')

KIND_WORDS = {
    OfferKind.RENT: "Rent",
    OfferKind.BUY: "Buy",
    OfferKind.SUBSCRIPTION: "Stream",
    OfferKind.FREE: "Free",
    OfferKind.ADS: "Free with ads",
    OfferKind.CINEMA: "In cinemas",
    OfferKind.DISC: "On disc",
}


def offer_title(offer: Offer) -> str:
    """Name an offer in one line: "Rent: Fandango at Home (US)"; a link that is only a search is called one."""
    region = f" ({offer.terms.region})" if offer.terms.region else ""
    search = ", search" if offer.link is LinkOrigin.SEARCH else ""
    return f"{_what(offer, offer.name)}{region}{search}"


def _what(offer: Offer, name: str) -> str:
    """Say how and where; "On disc: physical disc" and "In cinemas: theaters" would say it twice."""
    words = KIND_WORDS[offer.terms.kind]
    service = catalogue.services().get(offer.service)
    generic = service is not None and service.category is catalogue.ServiceCategory.GENERIC
    said = generic and offer.terms.kind in {OfferKind.CINEMA, OfferKind.DISC} and not offer.url
    return words if said else f"{words}: {name}"


def rating_symbols(value: Decimal, scale: RatingScale) -> str:
    """Draw a rating: one symbol for each whole point, ½ for half a point; nothing where that says less."""
    points, rest = divmod(value, 1)
    if not 0 <= value <= 10 or rest * 2 not in {0, 1}:
        return ""
    return scale.symbol * int(points) + ("½" if rest else "")


def whole(
    review: Review, text: str, picture: Picture | None, offers: tuple[Offer, ...], site: Site, now: datetime
) -> str:
    """Put the parts of a review together; `text` is safe HTML already, everything else is escaped here, once."""
    parts = []
    shown = picture is not None and shows(text, picture.url)
    if picture is not None and not shown:
        parts.append(_figure(picture))
    parts.append(text)
    if picture is not None and shown and picture.credit:
        parts.append(f"{_CREDIT} {escape(picture.credit)}</small></p>")
    if review.rating is not None:
        parts.append(_rating(review.rating, site.scale))
    if offers:
        lines = "\n".join(f"<li>{offer_html(offer, review, site, now)}</li>" for offer in offers)
        parts.append(f"{_OFFERS}\n<ul>\n{lines}\n</ul>")
    if review.correction is not None and review.updated is not None:
        day = review.updated.astimezone(site.zone)
        parts.append(f"{_CORRECTION}{day:%Y-%m-%d}):</strong> {escape(review.correction)}</p>")
    return "\n".join(parts)


def is_around(html: str, text: str) -> bool:
    """Tell whether a whole review, as `whole` made it, has just this text in it, whatever stands around it."""
    starts = [0]
    if html.startswith(_PICTURE):
        starts.append(html.find("</figure>") + len("</figure>\n"))
    for start in starts:
        if html.startswith(text, start):
            below = html[start + len(text) : start + len(text) + 60]
            if not below or below.startswith(tuple(f"\n{part}" for part in _BELOW)):
                return True
    return False


def shows(text: str, url: str) -> bool:
    """Tell whether a text, as `html.render` makes it, shows the picture at an address."""
    addresses = _SHOWN.findall(text) if "<img" in text else ()
    return any(unescape(address).partition("#")[0] == url for address in addresses)


def _figure(picture: Picture) -> str:
    credit = f"<figcaption>{escape(picture.credit)}</figcaption>" if picture.credit else ""
    size = f' width="{picture.width}" height="{picture.height}"' if picture.width else ""
    return f'{_PICTURE}"{escape(picture.url)}" alt="{escape(picture.alt)}"{size}>{credit}</figure>'


def _rating(value: Decimal, scale: RatingScale) -> str:
    symbols = rating_symbols(value, scale)
    picture = f' <span aria-hidden="true">{escape(symbols)}</span>' if symbols else ""
    return f"{_RATING} {escape(scale.describe(value))}{picture}</p>"


def offer_html(offer: Offer, review: Review, site: Site, now: datetime) -> str:
    """Word an offer as safe HTML: how, where, and on which terms."""
    terms = offer.terms
    name = escape(offer.name)
    if offer.url and offer.link is LinkOrigin.SEARCH:
        film = escape(review.film.title if review.film else review.title)
        name = f'{name} (<a href="{escape(offer.url)}">search for “{film}”</a>)'
    elif offer.url:
        name = f'<a href="{escape(offer.url)}">{name}</a>'
    details = []
    if terms.via:
        details.append(f"via {escape(terms.via)}")
    if terms.region:
        details.append(escape(terms.region))
    if terms.quality:
        details.append(escape(terms.quality))
    if terms.price:
        details.append(escape(str(terms.price)))
    if terms.exclusive:
        details.append("nowhere else")
    if terms.starts is not None and terms.starts > now:
        details.append(f"from {terms.starts.astimezone(site.zone):%Y-%m-%d}")
    if terms.ends is not None:
        details.append(f"until {_last_day(terms.ends, site)}")
    return _what(offer, name) + (f" – {', '.join(details)}" if details else "")


def _last_day(ends: datetime, site: Site) -> str:
    """Name the last day on which an offer holds; `ends` is the first moment it no longer does.

    Where clocks change at midnight a day may begin at one o'clock: the moment before tells whether it is over.
    """
    local = ends.astimezone(site.zone)
    before = (ends.astimezone(UTC) - timedelta(seconds=1)).astimezone(site.zone)
    return f"{before:%Y-%m-%d}" if before.date() < local.date() else f"{local:%Y-%m-%d %H:%M %Z}"
