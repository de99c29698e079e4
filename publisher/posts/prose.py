"""Rules for what a review's text is made of: its links, its pictures, its headings and its HTML."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.diagnostics import Report
from publisher.markup.dialect import ADDRESSES, ATTRIBUTES, marked_up
from publisher.posts.absolute_links import Use
from publisher.posts.links import review_key
from publisher.posts.passages import FailedLink, Heading, Link, Prose, RawHtml
from publisher.posts.prose_html import HtmlRules
from publisher.posts.prose_links import PLAIN, AddressRules
from publisher.values.characters import quote, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from publisher.diagnostics import Source, Span
    from publisher.markup.tags import Tag
    from publisher.posts.absolute_links import Problem
    from publisher.posts.checking import Place
    from publisher.site import Site

# HTML that the editor wrote, as far as it is looked at; an address between < and > is none.
_RAW_HTML = re.compile(r"<(?!(?:https?|mailto):[^\s<>]*>)[a-zA-Z/!?][a-z /]{0,12}>?")
# Of that, what feeds carry, and Markdown never makes itself.
_PAIRED = re.compile(
    "<(/?)(abbr|b|cite|details|dfn|figcaption|figure|i|ins|kbd|mark|q|s|samp|small|span|sub|summary|u|var)>"
)
_SIMPLE_HTML = re.compile(rf"{_PAIRED.pattern}|<br ?/?>")
_LINK = re.compile(r'<a href="([^"]*)"')
_PICTURE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"')
_HEADING = re.compile(r"<h([1-6])>")
_HEADING_TAG = re.compile(r"h[1-6]")
_LINKED = Use("a", "href")
_SHOWN = Use("img", "src")
# An address as people write one: with a scheme, with www, or as a path.
_MEANT = re.compile(r"[a-z][a-z0-9+.-]*:\S|www\.|\.{0,2}/", re.IGNORECASE)
_TITLE = re.compile(r"""\s+(?:"[^"]*"|'[^']*')\s*$""")


def check_prose(span: Span, place: Place, report: Report) -> tuple[str, ...]:
    """Apply every rule of this module to the text at a span of a file.

    Returns:
        The keys (`links.review_key`) of the site's own reviews that the text links to, each once.
    """
    text = report.source.text[span.start : span.end]
    tags = _RAW_HTML.findall(text) if "<" in text else []
    if all(map(_SIMPLE_HTML.fullmatch, tags)):
        # Four times as fast as walking through the text, and in almost every post that is all.
        html = marked_up(text)
        addresses = dict.fromkeys(_LINK.findall(html))
        if _is_faultless(text, html, addresses, AddressRules(place, report)) and (
            not tags or _is_balanced(html)
        ):
            keys = [review_key(unescape(address), place.site) for address in addresses]
            return tuple(dict.fromkeys(filter(None, keys)))
    return _Examination(Prose(report.source.text, span), place, report).run()


def review_links(source: Source, span: Span, site: Site) -> Iterator[tuple[Span, str]]:
    """Find the links to the site's own reviews: where the link stands in the file, and the key of the review."""
    prose = Prose(source.text, span)
    html = HtmlRules(prose, Report(source))
    for passage in prose.passages():
        if isinstance(passage, Link) and passage.tag == "a":
            key = review_key(passage.address, site)
            if key is not None:
                yield prose.span_of(passage), key
        elif isinstance(passage, RawHtml):
            for tag in html.elements(passage):
                href = tag.attributes.get("href") if tag.name == "a" else None
                key = review_key(href.value, site) if href else None
                if href is not None and key is not None:
                    yield prose.span_of_value(passage, tag, href), key


def _is_faultless(text: str, html: str, addresses: Iterable[str], rules: AddressRules) -> bool:
    """Tell whether nothing is to be said of what Markdown makes of a text.

    One character is found ten times as fast as several: so it is looked for first.
    """
    if "]" in html and "](" in html:  # a link that is none, or code
        return False
    if "<" in text and ("<http" in html or "<mailto:" in html):  # within HTML this is no link but a tag
        return False
    if not all(PLAIN.fullmatch(address) or _leads(_LINKED, address, rules) for address in addresses):
        return False
    if "#" in text and "###" in text:
        levels = map(int, _HEADING.findall(html))
        if any(level > before + 1 for before, level in pairwise([1, *levels])):
            return False
    pictures = _PICTURE.findall(html) if "!" in text and "![" in text else ()
    return all(alt.strip() and _leads(_SHOWN, address, rules) for address, alt in pictures)


def _is_balanced(html: str) -> bool:
    """Tell whether every simple element that is opened is closed, and the other way round."""
    depths = Counter[str]()
    for closes, name in _PAIRED.findall(html):
        depths[name] += -1 if closes else 1
        if depths[name] < 0:
            return False
    return not any(depths.values())


def _leads(use: Use, escaped: str, rules: AddressRules) -> bool:
    address = unescape(escaped)
    # Which characters the editor percent-encoded and which Markdown did cannot be told: all are looked at.
    return rules.problem(use, address, unquote(address)) is None


class _Examination:
    """One walk through a text of which there may be something to say."""

    def __init__(self, prose: Prose, place: Place, report: Report) -> None:
        self._prose = prose
        self._site = place.site
        self._report = report
        self._addresses = AddressRules(place, report)
        self._html = HtmlRules(prose, report)
        self._level = 1  # the title's
        self._keys: dict[str, None] = {}
        self._said: set[tuple[str, Span]] = set()

    def run(self) -> tuple[str, ...]:
        """Apply every rule, and return the keys of the reviews that are linked to."""
        for passage in self._prose.passages():
            if isinstance(passage, Link):
                self._link(passage)
            elif isinstance(passage, RawHtml):
                for tag in self._html.elements(passage):
                    self._element(passage, tag)
            elif isinstance(passage, Heading):
                self._heading(passage.level, _marks, partial(self._prose.span_of, passage))
            else:
                self._failed_link(passage)
        self._html.finish()
        return tuple(self._keys)

    def _link(self, link: Link) -> None:
        use = _LINKED
        if link.tag == "img":
            use = _SHOWN
            if not link.worded:
                self._note(
                    "image-alt",
                    partial(self._prose.words_of, link),
                    "the picture has no words for readers who cannot see it",
                    None,
                    "say in a sentence what it shows, between the square brackets",
                )
        else:
            self._note_key(link.address)
        self._note_problem(
            self._addresses.problem(use, link.address, link.written), partial(self._prose.span_of, link)
        )

    def _element(self, html: RawHtml, tag: Tag) -> None:
        if _HEADING_TAG.fullmatch(tag.name):
            self._heading(int(tag.name[1]), _tag, partial(self._prose.span_of_tag, html, tag))
        if tag.name == "img" and "alt" not in tag.attributes:
            self._note(
                "image-alt",
                partial(self._prose.span_of_tag, html, tag),
                "the picture has no words for readers who cannot see it",
                None,
                'say in a sentence what it shows, in alt="…"; alt="" says that it only decorates',
            )
        for name, found in tag.attributes.items():
            use = Use(tag.name, name)
            if name not in ATTRIBUTES.get(tag.name, ()):
                continue
            place = partial(self._prose.span_of_value, html, tag, found)
            if name == "srcset":
                for piece, problem in self._addresses.problems_of_srcset(use, found.value):
                    self._note_problem(problem, partial(self._piece, piece, place))
            elif name in ADDRESSES:
                self._note_problem(self._addresses.problem(use, found.value, found.value), place)
                if use == _LINKED:
                    self._note_key(found.value)

    def _heading(self, level: int, written: Callable[[int], str], place: Callable[[], Span]) -> None:
        expected = self._level + 1
        if level > expected:
            before = "the title" if self._level == 1 else f"one of level {self._level}"
            self._note(
                "heading-skipped",
                place,
                f"a heading of level {level} follows {before}",
                f"level {expected} is next",
                f"begin it with {written(expected)}",
            )
        self._level = level

    def _failed_link(self, failed: FailedLink) -> None:
        written = _TITLE.sub("", failed.written).strip()
        if not failed.picture and not _MEANT.match(written):
            return
        kind = "picture" if failed.picture else "link"
        if re.search(r"\s", written):
            message = f"{quote(written)} holds a space, so this is no {kind}"
            way_out = f"write %20 for a space: {shorten(written.replace(' ', '%20'))}"
        elif "(" in written:
            message = f"{quote(written)} opens a parenthesis that is not closed, so this is no {kind}"
            way_out = "write one ) more, or put the address between < and >"
        else:
            return
        place = partial(self._prose.span_of, failed)
        self._note("link-invalid", place, message, "readers see the brackets", way_out)

    def _note_key(self, address: str) -> None:
        key = review_key(address, self._site)
        if key is not None:
            self._keys[key] = None

    def _note_problem(self, problem: Problem | None, place: Callable[[], Span]) -> None:
        if problem is None or self._report.full(problem.code):
            return
        # Many links may have one definition, and it is to be mended once.
        about = (problem.code, place())
        if about not in self._said:
            self._said.add(about)
            label, way_out = problem.way_out()
            self._report.add(problem.code, about[1], problem.message, label=label, help=way_out)

    def _note(self, code: str, place: Callable[[], Span], message: str, label: str | None, help: str) -> None:
        if not self._report.full(code):
            self._report.add(code, place(), message, label=label, help=help)

    def _piece(self, piece: str, place: Callable[[], Span]) -> Span:
        """Find a piece of the value that stands at a place."""
        span = place()
        start = self._report.source.text.find(piece, span.start, span.end)
        return span._replace(start=start, end=start + len(piece)) if start >= 0 else span


def _marks(level: int) -> str:
    return "#" * level


def _tag(level: int) -> str:
    return f"<h{level}>"
