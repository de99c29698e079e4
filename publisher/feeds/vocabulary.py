"""The names under which feeds say what RSS, Atom and JSON Feed have no words for.

Where others have a vocabulary that parsers know, it is used: Dublin Core, Media RSS, Letterboxd's, TMDB's. What
is left, where to watch a film, has a namespace of the project's own; docs/subscribers.md describes it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from lxml import etree

from publisher.content import offer_fields, offer_title

if TYPE_CHECKING:
    from publisher.content import Entry
    from publisher.model import RatingScale

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "letterboxd": "https://letterboxd.com",
    "media": "http://search.yahoo.com/mrss/",
    "tmdb": "https://themoviedb.org",
    "watch": "https://headless-publisher.example/ns/watch/1",
}
ABOUT = NAMESPACES["watch"]
RATING_SCHEME = f"{ABOUT}#rating"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tag(prefix: str, name: str) -> str:
    """Return a qualified name as lxml writes it."""
    return f"{{{NAMESPACES[prefix]}}}{name}"


def add(parent: etree._Element, qualified: str, text: str | None = None, /, **attributes: str | None) -> None:
    """Append an element; attributes that are None are left out."""
    present = {key: value for key, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, qualified, attrib=present)
    element.text = text


def letterboxd_rating(value: Decimal, scale: RatingScale) -> str | None:
    """Translate a rating to Letterboxd's 0.5 to 5.0 in halves; None for what lies below."""
    stars = (value - scale.minimum) / (scale.maximum - scale.minimum) * 5
    halves = (stars * 2).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{halves / 2:.1f}" if halves >= 1 else None


def add_film(parent: etree._Element, entry: Entry, scale: RatingScale) -> None:
    """Append the film and the rating in the words that existing parsers know."""
    film, rating = entry.review.film, entry.review.rating
    if film is not None:
        add(parent, tag("letterboxd", "filmTitle"), film.title)
        if film.year is not None:
            add(parent, tag("letterboxd", "filmYear"), str(film.year))
    if rating is not None and film is not None:
        stars = letterboxd_rating(rating, scale)
        if stars is not None:
            add(parent, tag("letterboxd", "memberRating"), stars)
    if film is not None and "tmdb" in film.ids:
        add(parent, tag("tmdb", "movieId"), film.ids["tmdb"])


def add_picture(parent: etree._Element, entry: Entry) -> None:
    """Append the picture in the words of Media RSS 1.5.1."""
    picture = entry.picture
    if picture is None:
        return
    content = etree.SubElement(
        parent,
        tag("media", "content"),
        attrib={
            "url": picture.url,
            "medium": "image",
            **({"type": picture.type} if picture.type else {}),
            **({"fileSize": str(picture.length)} if picture.length is not None else {}),
        },
    )
    if picture.alt:
        # Not media:description: feedparser 6 takes that for details of the entry's own summary.
        add(content, tag("media", "title"), picture.alt, type="plain")
    if picture.credit:
        add(content, tag("media", "credit"), picture.credit)
    add(parent, tag("media", "thumbnail"), url=picture.url)


def add_offers(parent: etree._Element, entry: Entry) -> None:
    """Append one `watch:offer` for each way to see the film."""
    for offer in entry.offers:
        add(parent, tag("watch", "offer"), offer_title(offer), **offer_fields(offer))
