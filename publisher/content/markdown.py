"""A review's Markdown as it may be handed on: every address absolute, nothing in it that could do harm."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from publisher.diagnostics import Span
from publisher.markup.addresses import absolute_in
from publisher.markup.dialect import marked_up
from publisher.posts.passages import Link, Prose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What begins HTML, if not to our parser then to another: an escaped `<`, and one within code, look the same.
# An address between < and > does not.
_HTML = re.compile(r"<(?!(?:https?|mailto):[^\s<>]*+>|[\w.+-]++@[\w.-]++>)[a-zA-Z/!?]")
# What runs, where a parser takes it for the address of a link that to ours is none: code, or a footnote. Between its letters
# may stand what a parser takes out of an address.
_SLACK = r"[\\\s\x00-\x20]*+"
_RUNNING = re.compile(
    "|".join(rf"[(:<]{_SLACK}{_SLACK.join(scheme)}" for scheme in ("data:", "javascript:", "vbscript:")),
    re.IGNORECASE,
)
_SLACK_CHARACTERS = "\\" + "".join(char for char in map(chr, range(0x3001)) if char <= " " or char.isspace())
# What stands before the colon of each of them; few colons of a review have such a neighbour.
_LAST_LETTERS = "AaTt"
_NEAR = 64
# To a parser that knows no footnotes, one of a single word is the address of a link.
_DEFINITION = re.compile(
    r"""\[\^(?=[^\]\n]+\]:[ \t]*\n?[ \t]*\S+[ \t]*(?:\n?[ \t]*["'(][^\n]*)?$)""", re.MULTILINE
)
_BEFORE_DEFINITION = " \t>"
# An address, and what it is for; the footnotes' own are made anew by whoever renders the text.
_ADDRESS = re.compile(r'<(?<!<sup class="footnote-reference"><)(a href|img src)="([^"]*)"')
# An address as it mostly stands in Markdown: in the parentheses of a link, or behind the name of a definition.
_TARGET = re.compile(r"(\](?:\(|:[ \t]*+)<?)([^\s()<>\[\]\\]++)")
# What would not be read as itself within an address.
_SPECIAL = re.compile(r"[\\()<>]|&(?=#?\w+;)")
# No review is longer; what is made to hurt is not looked at three times over.
_LONGEST = 200_000


def portable_markdown(markdown: str, base: str, local: Callable[[str], str | None]) -> str | None:
    """Return a text with every address absolute, as `html.render` makes them.

    That the addresses were found in the Markdown is proven by what becomes of it: the same HTML, but for them.

    Args:
        markdown: CommonMark with tables, footnotes and strikethrough.
        base: The review's own address.
        local: Answers the public address of one of the site's own pictures, or None for any other address.

    Returns:
        None for a text that `render` would take something away from: one with HTML in it, or what looks like HTML, or
        with an address that leads nowhere safe; and for one that is longer than any review.
    """
    if len(markdown) > _LONGEST:
        return None
    if "\r" in markdown:
        markdown = markdown.replace("\r\n", "\n").replace("\r", "\n")
    absolute = _made_absolute(markdown, base, local)
    if absolute is None or _HTML.search(absolute) or _has_definition(absolute):
        return None
    return None if _runs(unescape(absolute)) else absolute.strip("\n")


def _has_definition(markdown: str) -> bool:
    """Tell whether some parser would find the definition of a link's address where ours finds a footnote's."""
    return any(
        not markdown[markdown.rfind("\n", 0, match.start()) + 1 : match.start()].strip(_BEFORE_DEFINITION)
        for match in _DEFINITION.finditer(markdown)
    )


def _runs(text: str) -> bool:
    """Tell whether some parser may find the address of a program."""
    colon = text.find(":")
    while colon >= 0:
        # Of almost every colon the neighbour is a letter, or a digit, that ends no such scheme.
        before = text[colon - 1] if colon else ""
        if not (before.isalnum() and before not in _LAST_LETTERS):
            before = text[max(0, colon - _NEAR) : colon].rstrip(_SLACK_CHARACTERS)[-1:]
        if not before or before in _LAST_LETTERS:
            return _RUNNING.search(text) is not None
        colon = text.find(":", colon + 1)
    return False


def _made_absolute(markdown: str, base: str, local: Callable[[str], str | None]) -> str | None:
    pieces = _pieces(markdown)
    absolute_of = absolute_in(base, local)
    absolute: dict[str, str] = {}
    moved: dict[str, str] = {}
    for use, escaped in dict.fromkeys(zip(pieces[1::3], pieces[2::3], strict=True)):
        address = unescape(escaped)
        found = absolute_of(address)
        if found is None or (use == "img src" and found.startswith("mailto:")):
            return None
        absolute[escaped] = found
        if found != address:
            moved[address] = _SPECIAL.sub(r"\\\g<0>", found) if _SPECIAL.search(found) else found
    for rewrite in (_by_form, _by_place) if moved else ():
        rewritten = rewrite(markdown, moved)
        if _differ_as_meant(pieces, _pieces(rewritten), absolute):
            return rewritten
    return None if moved else markdown


def _pieces(markdown: str) -> list[str]:
    """Render a text, and cut its HTML at the addresses: what stands before one, what it is for, the address, and so on.

    An address is as it stands in an attribute: escaped.
    """
    return _ADDRESS.split(marked_up(markdown))


def _differ_as_meant(before: list[str], after: list[str], absolute: Mapping[str, str]) -> bool:
    """Tell whether nothing but the addresses changed, and each became what it was to become."""
    return (
        before[::3] == after[::3]
        and before[1::3] == after[1::3]
        and all(
            absolute[old] == (unescape(new) if "&" in new else new)
            for old, new in set(zip(before[2::3], after[2::3], strict=True))
        )
    )


def _by_form(markdown: str, moved: Mapping[str, str]) -> str:
    """Write addresses anew wherever something has the form of a link: right for most texts, and four times as fast."""
    return _TARGET.sub(lambda match: match[1] + moved.get(match[2], match[2]), markdown)


def _by_place(markdown: str, moved: Mapping[str, str]) -> str:
    """Write addresses anew where the parser found them."""
    prose = Prose(markdown, Span(0, len(markdown)))
    links = [passage for passage in prose.passages() if isinstance(passage, Link)]
    # Links may share a definition.
    places = {prose.span_of(link): moved[link.address] for link in links if link.address in moved}
    parts, end = [], 0
    for span, address in sorted(places.items()):
        parts += [markdown[end : span.start], address]
        end = span.end
    return "".join(parts) + markdown[end:]
