"""What stands around a review's text: its picture, the rating, where to watch, the correction.

The same words serve every format, so that a reader sees the same review everywhere.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

from publisher.content.offers import where_to_watch

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from publisher.content.entry import Picture
    from publisher.content.offers import WhereToWatch
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
        parts += _offers(where_to_watch(offers, site, now))
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


def _offers(shown: WhereToWatch) -> list[str]:
    lines = "\n".join([f"<li>{line}</li>" for line in shown.lines])
    return [f"{_OFFERS}\n<ul>\n{lines}\n</ul>", *[f"<p><small>{note}</small></p>" for note in shown.notes]]


def _rating(value: Decimal, scale: RatingScale) -> str:
    symbols = rating_symbols(value, scale)
    picture = f' <span aria-hidden="true">{escape(symbols)}</span>' if symbols else ""
    return f"{_RATING} {escape(scale.describe(value))}{picture}</p>"
