"""The names under which feeds say what RSS, Atom and JSON Feed have no words for.

Where others have a vocabulary that parsers know, it is used: Dublin Core, Media RSS, Letterboxd's, TMDB's. What
is left, the review itself and where to watch the film, has namespaces of the project's own; docs/extensions.md describes
all of it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from lxml import etree

from publisher.content import film_fields, film_links, offer_title, offers_fields, rating_fields
from publisher.feeds.document import HOLE

if TYPE_CHECKING:
    from publisher.content import Entry
    from publisher.model import Film, RatingScale
    from publisher.site import Site

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "letterboxd": "https://letterboxd.com",
    "media": "http://search.yahoo.com/mrss/",
    "review": "https://headless-publisher.example/ns/review/1",
    "source": "https://source.scripting.com/",
    "tmdb": "https://themoviedb.org",
    "watch": "https://headless-publisher.example/ns/watch/1",
}
ABOUT = NAMESPACES["review"]
ABOUT_OFFERS = NAMESPACES["watch"]
RATING_SCHEME = f"{ABOUT_OFFERS}#rating"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tag(prefix: str, name: str) -> str:
    """Return a qualified name as lxml writes it."""
    return f"{{{NAMESPACES[prefix]}}}{name}"


# What a film has one of, as attributes; what it may have several of, as elements.
_ONE = ("title", "original_title", "year", "runtime")
_SEVERAL = {"directors": "director", "cast": "actor", "countries": "country", "languages": "language"}


def add(
    parent: etree._Element, qualified: str, text: str | None = None, /, **attributes: str | None
) -> etree._Element:
    """Append an element; attributes that are None are left out."""
    present = {key: value for key, value in attributes.items() if value is not None} if attributes else None
    element = etree.SubElement(parent, qualified, present)
    element.text = text
    return element


def letterboxd_rating(value: Decimal, scale: RatingScale) -> str | None:
    """Translate a rating to Letterboxd's 0.5 to 5.0 in halves; None for what lies below."""
    stars = (value - scale.minimum) / (scale.maximum - scale.minimum) * 5
    halves = (stars * 2).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{halves / 2:.1f}" if halves >= 1 else None


def review_elements(entry: Entry, site: Site, *, full: bool) -> etree._Element:
    """Return an element below which a review says what it has to in our own words and in others'; its text only in full.

    The text is a `HOLE`.
    """
    parent = etree.Element("about", nsmap=NAMESPACES)
    review, film = entry.review, entry.review.film
    if film is not None:
        _add_film(parent, film)
    if review.rating is not None:
        fields = rating_fields(review.rating, site.scale)
        text = fields.pop("text")
        add(parent, tag("review", "rating"), text, **{key: str(value) for key, value in fields.items()})
        stars = letterboxd_rating(review.rating, site.scale)
        if film is not None and stars is not None:
            add(parent, tag("letterboxd", "memberRating"), stars)
    if review.correction is not None:
        add(parent, tag("review", "correction"), review.correction, date=review.changed.isoformat())
    _add_picture(parent, entry)
    if entry.offers:
        _add_offers(parent, entry, site)
    if full and entry.markdown is not None:
        add(parent, tag("source", "markdown"), HOLE)
    return parent


def _add_film(parent: etree._Element, film: Film) -> None:
    fields = film_fields(film)
    element = add(parent, tag("review", "film"), **{key: str(fields[key]) for key in _ONE if key in fields})
    for key, name in _SEVERAL.items():
        for value in fields.get(key, ()):
            add(element, tag("review", name), value)
    for page in film_links(film):
        add(element, tag("review", "sameAs"), href=page)
    add(parent, tag("letterboxd", "filmTitle"), film.title)
    if film.year is not None:
        add(parent, tag("letterboxd", "filmYear"), str(film.year))
    if "tmdb" in film.ids:
        add(parent, tag("tmdb", "movieId"), film.ids["tmdb"])


def _add_picture(parent: etree._Element, entry: Entry) -> None:
    """Append the picture in the words of Media RSS 1.5.1."""
    picture = entry.picture
    if picture is None:
        return
    size = {"fileSize": picture.length, "width": picture.width, "height": picture.height}
    content = add(
        parent,
        tag("media", "content"),
        url=picture.url,
        medium="image",
        type=picture.type,
        **{key: str(value) for key, value in size.items() if value is not None},
    )
    if picture.alt:
        # Not media:description: feedparser 6 takes that for details of the entry's own summary.
        add(content, tag("media", "title"), picture.alt, type="plain")
    if picture.credit:
        add(content, tag("media", "credit"), picture.credit)
    add(parent, tag("media", "thumbnail"), url=picture.url)


def _add_offers(parent: etree._Element, entry: Entry, site: Site) -> None:
    """Append the offers, and what has to be said wherever they are shown."""
    fields = offers_fields(entry.offers, site, entry.now)
    for offer, attributes in zip(entry.offers, fields["offers"], strict=True):
        add(parent, tag("watch", "offer"), offer_title(offer, entry.now), **attributes)
    for source in fields.get("attributions", ()):
        add(parent, tag("watch", "attribution"), source["text"], href=source["url"])
    if "disclosure" in fields:
        add(parent, tag("watch", "disclosure"), fields["disclosure"])
