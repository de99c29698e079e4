"""The dialect of Markdown that reviews are written in, and the HTML that outputs carry."""

from __future__ import annotations

from functools import lru_cache

import nh3
import pyromark

#: CommonMark with tables, footnotes and strikethrough; raw HTML may be part of it.
MARKDOWN = (
    pyromark.Options.ENABLE_FOOTNOTES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TABLES
)
#: Addresses that lead somewhere else, or nowhere, are left out.
SCHEMES = {"http", "https", "mailto"}
#: Attributes that hold one address; `srcset` holds several.
ADDRESSES = {"cite", "href", "poster", "src"}
TAGS = (nh3.ALLOWED_TAGS - {"area", "center", "map", "strike", "tt"}) | {
    "audio",
    "picture",
    "source",
    "track",
    "video",
}
ATTRIBUTES = {
    "*": {"dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "ol": {"reversed", "start"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "poster", "src", "width"},
}
CLASSES = {
    "div": {"footnote-definition"},
    "sup": {"footnote-definition-label", "footnote-reference"},
}


@lru_cache(maxsize=1)  # asked for several times of each text, one text after the other
def marked_up(markdown: str) -> str:
    """Return what Markdown makes of a text, whatever that is."""
    html: str = pyromark.html(markdown, options=MARKDOWN)
    return html
