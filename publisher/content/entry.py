"""A review as the outside sees it: the one thing that feeds, pages and events are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.content.html import first_words, render
from publisher.content.presentation import whole
from publisher.errors import Refused
from publisher.posts import IMAGE_TYPES, local_image
from publisher.watch import attach

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.model import Offer, Review
    from publisher.posts import Post
    from publisher.site import ImageFolder, Site

SUMMARY_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Picture:
    """A review's picture under its public address.

    Attributes:
        type: The media type; None for a picture elsewhere whose address does not tell.
        length: Bytes; None for a picture elsewhere.
    """

    url: str
    type: str | None
    length: int | None
    alt: str
    credit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A review with everything the outside needs.

    Attributes:
        url: Its permanent address.
        summary: Plain text on one line: the editor's, or the beginning of the text.
        html: All of it, safe, with the picture, the rating, where to watch and the correction.
        offers: The ways to see the film that hold at the moment asked for, or will.
    """

    review: Review
    url: str
    summary: str
    html: str
    picture: Picture | None
    offers: tuple[Offer, ...]


def present(post: Post, site: Site, now: datetime) -> Entry:
    """Make an entry of a post; its text is read from its file.

    Raises:
        Refused: The post, or a picture it uses, changed since it was checked.
    """
    review = post.review
    url = site.url_of(review)
    text = render(post.text(), url, lambda address: local_address(address, post.path, site.images))
    picture = _picture(post, site)
    offers = current_offers(review, now)
    summary = " ".join(review.summary.split()) if review.summary else first_words(text, SUMMARY_LIMIT)
    return Entry(
        review=review,
        url=url,
        summary=summary,
        html=whole(review, text, picture, offers, site, now),
        picture=picture,
        offers=offers,
    )


def current_offers(review: Review, now: datetime) -> tuple[Offer, ...]:
    """Attach a review's offers, without those that have ended."""
    return tuple(offer for offer in attach(review) if offer.terms.ends is None or offer.terms.ends > now)


def local_address(address: str, post: Path, images: ImageFolder | None) -> str | None:
    """Return the public address of a picture of the site's own, named relative to a post; None for any other."""
    if images is None or "://" in address or address.startswith(("/", "#", "?", "mailto:")):
        return None
    file = local_image(post, address, images.directory)
    return images.url + quote(file.relative_to(images.directory).as_posix()) if file else None


def _picture(post: Post, site: Site) -> Picture | None:
    image = post.review.image
    if image is None:
        return None
    suffix = "." + image.src.split("?")[0].rpartition(".")[2].lower()
    address = local_address(image.src, post.path, site.images)
    if address is None or site.images is None:
        return Picture(image.src, IMAGE_TYPES.get(suffix), None, image.alt, image.credit)
    file = local_image(post.path, image.src, site.images.directory)
    try:
        length = file.stat().st_size if file else 0
    except OSError as error:
        raise Refused(
            f"{image.src}, the picture of {post.name}, cannot be read any more: {error.strerror}",
            "run the command again",
        ) from None
    return Picture(address, IMAGE_TYPES[suffix], length, image.alt, image.credit)
