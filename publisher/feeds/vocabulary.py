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
from publisher.feeds.moulds import HOLE

if TYPE_CHECKING:
    from publisher.content import Entry, Picture
    from publisher.feeds.script import Script, Told
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
_SEVERAL = {
    key: tag("review", name)
    for key, name in {
        "directors": "director",
        "cast": "actor",
        "countries": "country",
        "languages": "language",
    }.items()
}
_FILM, _RATING, _CORRECTION, _SAME_AS = (
    tag("review", name) for name in ("film", "rating", "correction", "sameAs")
)
_FILM_TITLE, _FILM_YEAR, _MEMBER_RATING = (
    tag("letterboxd", name) for name in ("filmTitle", "filmYear", "memberRating")
)
_MOVIE_ID = tag("tmdb", "movieId")
_CONTENT, _CONTENT_TITLE, _CREDIT, _THUMBNAIL = (
    tag("media", name) for name in ("content", "title", "credit", "thumbnail")
)
_OFFER, _ATTRIBUTION, _DISCLOSURE = (tag("watch", name) for name in ("offer", "attribution", "disclosure"))


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


def tell_review(script: Script, entry: Entry, site: Site) -> None:
    """Write down what a review says in our own words and in others', the same in RSS and in Atom."""
    review, film = entry.review, entry.review.film
    if film is not None:
        _tell_film(script, film)
    if review.rating is not None:
        fields = rating_fields(review.rating, site.scale)
        text = fields.pop("text")
        script.add(0, _RATING, text, {key: str(value) for key, value in fields.items()})
        stars = letterboxd_rating(review.rating, site.scale)
        if film is not None and stars is not None:
            script.add(0, _MEMBER_RATING, stars, {})
    if review.correction is not None:
        script.add(0, _CORRECTION, review.correction, {"date": review.changed.isoformat()})
    if entry.picture is not None:
        _tell_picture(script, entry.picture)
    if entry.offers:
        _tell_offers(script, entry, site)


def _tell_film(script: Script, film: Film) -> None:
    fields = film_fields(film)
    script.add(0, _FILM, None, {key: str(fields[key]) for key in _ONE if key in fields})
    for key, name in _SEVERAL.items():
        for value in fields.get(key, ()):
            script.add(1, name, value, {})
    for page in film_links(film):
        script.add(1, _SAME_AS, None, {"href": page})
    script.add(0, _FILM_TITLE, film.title, {})
    if film.year is not None:
        script.add(0, _FILM_YEAR, str(film.year), {})
    if "tmdb" in film.ids:
        script.add(0, _MOVIE_ID, film.ids["tmdb"], {})


def _tell_picture(script: Script, picture: Picture) -> None:
    """Write down the picture in the words of Media RSS 1.5.1."""
    fields = {
        "url": picture.url,
        "medium": "image",
        "type": picture.type,
        "fileSize": picture.length,
        "width": picture.width,
        "height": picture.height,
    }
    script.add(0, _CONTENT, None, {key: str(value) for key, value in fields.items() if value is not None})
    if picture.alt:
        # Not media:description: feedparser 6 takes that for details of the entry's own summary.
        script.add(1, _CONTENT_TITLE, picture.alt, {"type": "plain"})
    if picture.credit:
        script.add(1, _CREDIT, picture.credit, {})
    script.add(0, _THUMBNAIL, None, {"url": picture.url})


def _tell_offers(script: Script, entry: Entry, site: Site) -> None:
    """Write down the offers, and what has to be said wherever they are shown."""
    fields = offers_fields(entry.offers, site, entry.now)
    for offer, attributes in zip(entry.offers, fields["offers"], strict=True):
        script.add(0, _OFFER, offer_title(offer, entry.now), attributes)
    for source in fields.get("attributions", ()):
        script.add(0, _ATTRIBUTION, source["text"], {"href": source["url"]})
    if "disclosure" in fields:
        script.add(0, _DISCLOSURE, fields["disclosure"], {})


def add_elements(parent: etree._Element, told: Told) -> None:
    """Append what `tell_review` wrote down, and the text in Markdown, if there is one, as a `HOLE`."""
    last = parent
    for depth, name, text, attributes in told.elements:
        element = add(last if depth else parent, name, text, **attributes)
        last = last if depth else element
    if "markdown" in told.said:
        add(parent, tag("source", "markdown"), HOLE)
