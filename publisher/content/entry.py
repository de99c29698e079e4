"""A review as the outside sees it: the one thing that feeds, pages and events are made from."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from publisher.cache import note
from publisher.content.html import render
from publisher.content.markdown import portable_markdown
from publisher.content.presentation import whole
from publisher.content.words import first_words
from publisher.errors import Refused
from publisher.model import OfferStatus
from publisher.posts import IMAGE_TYPES, SUMMARY_LIMIT, dimensions, is_address, local_image
from publisher.values.urls import ascii_url
from publisher.watch import attach

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.model import Image, Offer, Review
    from publisher.posts import Post
    from publisher.site import ImageFolder, Site

_SHOWN = {OfferStatus.CURRENT, OfferStatus.UPCOMING}


@dataclass(frozen=True, slots=True)
class Picture:
    """A review's picture under its public address.

    Attributes:
        type: The media type; None for a picture elsewhere whose address does not tell.
        length: Bytes; None for a picture elsewhere.
        width: Pixels, as is `height`; None for a picture elsewhere, and where they cannot be read.
    """

    url: str
    type: str | None
    length: int | None
    alt: str
    credit: str | None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A review with everything the outside needs.

    Attributes:
        url: Its permanent address.
        summary: Plain text on one line: the editor's, or the beginning of the text.
        text: What the editor wrote, as safe HTML.
        html: All of it, safe: the text with the picture, the rating, where to watch and the correction.
        markdown: The text in Markdown, every address absolute; None where that would not be safe.
        offers: The ways to see the film that hold at the moment asked for, or will.
        now: That moment, in the site's zone.
    """

    review: Review
    url: str
    summary: str
    text: str
    html: str
    markdown: str | None
    picture: Picture | None
    offers: tuple[Offer, ...]
    now: datetime


def present(post: Post, site: Site, now: datetime, text: str | None = None) -> Entry:
    """Make an entry of a post.

    Args:
        post: The post.
        site: The site.
        now: The moment it is made for; aware.
        text: The Markdown below the front matter; None reads it from the post's file.

    Raises:
        Refused: The post, or a picture it uses, changed since it was checked.
    """
    review = post.review
    url = site.url_of(review)
    markdown = post.text() if text is None else text

    def local(address: str) -> str | None:
        return local_address(address, post.path, site.images)

    html = render(markdown, url, local, name=review.id)
    picture = _picture(post, site)
    offers = current_offers(review, site, now)
    summary = " ".join(review.summary.split()) if review.summary else first_words(html, SUMMARY_LIMIT)
    # A text may be a picture and nothing else; formats ask for words all the same.
    summary = summary or review.title
    html = html or f"<p>{escape(summary, quote=False)}</p>"
    return Entry(
        review=review,
        url=url,
        summary=summary,
        text=html,
        html=whole(review, html, picture, offers, site, now),
        markdown=portable_markdown(markdown, url, local),
        picture=picture,
        offers=offers,
        now=now.astimezone(site.zone),
    )


def current_offers(review: Review, site: Site, now: datetime) -> tuple[Offer, ...]:
    """Attach a review's offers, without those that have ended and those whose service is gone."""
    return tuple(offer for offer in attach(review, site) if offer.status(now) in _SHOWN)


def local_address(address: str, post: Path, images: ImageFolder | None) -> str | None:
    """Return the public address of a picture of the site's own, named relative to a post; None for any other.

    Args:
        address: A relative address as HTML has it: percent-encoded, perhaps with a query or a fragment.
        post: The post's file.
        images: Where the site's pictures lie; None when it has none.
    """
    if images is None or "://" in address or address.startswith(("/", "#", "?", "mailto:")):
        return None
    path = re.split("[?#]", address, maxsplit=1)[0]
    file = local_image(post, unquote(path), images.directory)
    # The folder of pictures may hold other things too, the posts among them: only a file is a picture.
    if file is None or not os.path.isfile(note(file)):  # noqa: PTH113 - a name too long is no file; Path raises
        return None
    return _public(file, images) + address[len(path) :]


def _public(file: Path, images: ImageFolder) -> str:
    return images.url + quote(file.relative_to(images.directory).as_posix())


def picture_url(post: Post, site: Site) -> str | None:
    """Return the public address of a review's picture; the disk is not asked."""
    image = post.review.image
    return _picture_url(image, _own_picture(post, image, site), site) if image else None


def _picture_url(image: Image, file: Path | None, site: Site) -> str:
    return _public(file, site.images) if file and site.images else ascii_url(image.src)


def _own_picture(post: Post, image: Image, site: Site) -> Path | None:
    # Front matter names a file as the disk does: nothing in it is percent-encoded.
    if site.images is None or is_address(image.src):
        return None
    return local_image(post.path, image.src, site.images.directory)


def _picture(post: Post, site: Site) -> Picture | None:
    image = post.review.image
    if image is None:
        return None
    file = _own_picture(post, image, site)
    url = _picture_url(image, file, site)
    if file is None:
        suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
        return Picture(url, IMAGE_TYPES.get(suffix), None, image.alt, image.credit)
    try:
        length = note(file).stat().st_size
    except OSError as error:
        raise Refused(
            f"{image.src}, the picture of {post.name}, cannot be read any more: {error.strerror}",
            "run the command again",
        ) from None
    width, height = dimensions(file) or (None, None)
    return Picture(url, IMAGE_TYPES[file.suffix.lower()], length, image.alt, image.credit, width, height)
