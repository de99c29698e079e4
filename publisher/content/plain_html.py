"""The quick way through HTML that has nothing unusual in it, as most Markdown makes it.

Where a text has no HTML of its own, all tags come from the renderer: well nested, and few. Of those that are listed here the
sanitiser takes nothing away; what it changes, is changed here likewise. Whatever is not recognised as a whole is left
to the sanitiser: this takes a seventh of its time, and knows nothing that it does not.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from publisher.values.characters import may_hold_forbidden

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG = re.compile("(<[^<>]*>)")
# What the sanitiser leaves as it is, and what it writes in another way.
_ELEMENTS = (
    "blockquote",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
)
_KEPT = {
    **{tag: tag for name in _ELEMENTS for tag in (f"<{name}>", f"</{name}>")},
    **{tag: tag for tag in ("</a>", "</div>", "</sup>")},
    '<sup class="footnote-definition-label">': '<sup class="footnote-definition-label">',
    '<sup class="footnote-reference">': '<sup class="footnote-reference">',
    "<br />": "<br>",
    "<hr />": "<hr>",
}
_PICTURE = re.compile(r'<img src="([^"\xa0]*)" alt="([^"&\xa0]*)" />')
_FOOTNOTE = re.compile(r'<div class="footnote-definition" id="([A-Za-z0-9_-]+)">')
# What may stand for a character within a text, as the sanitiser writes it too.
_REFERENCE = re.compile("&(?!(?:amp|lt|gt);)")
# What would not stand as itself within a value.
_UNUSUAL = re.compile('["<>\xa0]')
# Of every text that is longer, the sanitiser sees more.
_LONGEST = 100_000


def plain_html(html: str, absolute: Callable[[str], str | None], prefix: str) -> str | None:
    """Do to HTML what the sanitiser would, if it has nothing but what is known to be harmless; None otherwise.

    Args:
        html: What the renderer made of a text that has no `<` in it.
        absolute: Answers the absolute address of an address, or None where it leads nowhere safe.
        prefix: What is put before the name of every element.
    """
    if len(html) > _LONGEST or "\r" in html or may_hold_forbidden(html):
        return None
    pieces = _TAG.split(html)
    tags = pieces[1::2]
    written: dict[str, str] = {}
    for tag in dict.fromkeys(tags):
        found = _KEPT.get(tag) or _rewritten(tag, absolute, prefix)
        if found is None:
            return None
        written[tag] = found
    pieces[1::2] = map(written.__getitem__, tags)
    if not html.count("<") == len(tags) == html.count(">") or _nested_links(tags):
        return None
    if "&" in html and any("&" in text and _REFERENCE.search(text) for text in pieces[::2]):
        return None
    return "".join(pieces).replace("\xa0", "&nbsp;")


def _rewritten(tag: str, absolute: Callable[[str], str | None], prefix: str) -> str | None:
    """Write a tag with an address or a name as the sanitiser would; None for any that is not known."""
    if tag.startswith('<a href="') and tag.endswith('">') and '"' not in (written := tag[9:-2]):
        address = _address(written, absolute)
        return None if address is None else f'<a href="{address}">'
    if match := _PICTURE.fullmatch(tag):
        address = _address(match[1], absolute)
        known = address is not None and not address.startswith("mailto:")
        return f'<img src="{address}" alt="{match[2]}">' if known else None
    match = _FOOTNOTE.fullmatch(tag)
    return f'<div class="footnote-definition" id="{prefix}{match[1]}">' if match else None


def _address(escaped: str, absolute: Callable[[str], str | None]) -> str | None:
    found = absolute(unescape(escaped))
    if found is None or _UNUSUAL.search(found):
        return None
    return found.replace("&", "&amp;") if "&" in found else found


def _nested_links(tags: list[str]) -> bool:
    """Tell whether a link stands within another, as a footnote's number may: a parser takes such apart."""
    links = "".join("<" if tag[1] == "a" else ">" for tag in tags if tag[1] == "a" or tag == "</a>")
    return links.replace("<>", "") != ""
