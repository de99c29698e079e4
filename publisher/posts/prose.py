"""Rules for what a review's text is made of: its links, its pictures, its headings and its HTML."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pyromark

from publisher.markup.dialect import MARKDOWN
from publisher.posts.links import review_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.diagnostics import Report, Source, Span
    from publisher.posts.checking import Place
    from publisher.site import Site

_HREF = re.compile(r'\shref="([^"]*)"')


def check_prose(span: Span, place: Place, report: Report) -> tuple[str, ...]:
    """Apply every rule of this module to the text at a span of a file.

    Returns:
        The keys (`links.review_key`) of the site's own reviews that the text links to, each once.
    """
    text = report.source.text[span.start : span.end]
    html = pyromark.html(text, options=MARKDOWN)
    keys = (review_key(unescape(href), place.site) for href in dict.fromkeys(_HREF.findall(html)))
    return tuple(dict.fromkeys(key for key in keys if key))


def review_links(source: Source, span: Span, site: Site) -> Iterator[tuple[Span, str]]:
    """Find the links to the site's own reviews: where the link stands in the file, and the key of the review."""
    raise NotImplementedError
