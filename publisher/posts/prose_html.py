"""Rules for the HTML in a review's text: what feeds carry of it, and that what is opened is closed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import nearest
from publisher.markup.dialect import ATTRIBUTES, CLASSES, TAGS
from publisher.markup.tags import RAW_TEXT, Odd, Oddity, Tag, TagReader
from publisher.values.characters import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.diagnostics import Report
    from publisher.posts.passages import Prose, RawHtml


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Elements that hold nothing and are never closed (HTML standard, 13.1.2, and those its parser still knows).
_VOID = _names(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
)
# Elements whose end may go without saying (13.1.2.4).
_SELF_ENDING = _names(
    "body caption colgroup dd dt head html li optgroup option p rb rp rt rtc tbody td tfoot th thead tr"
)
# A parser takes no notice of these where no table is open (13.2.6.4.7).
_PARTS_OF_TABLES = _names("caption col colgroup tbody td th thead tr")
_DRAWINGS = _names("math svg")
_GONE_WHOLE = _names("script style template")

_CODE = "leave it out: feeds run no code"
_LOOK = "leave it out: every reader's program has a look of its own"
_ELEMENTS = {
    name: way_out
    for way_out, names in {
        _CODE: "noscript script slot template",
        _LOOK: "base basefont big bgsound blink font style",
        "indent the lines by four spaces instead": "listing plaintext xmp",
        "leave it out, or write <div>": "address center dialog dir main marquee menu nobr search section",
        "leave it out: it belongs to a whole page": "body head html link meta title",
        "leave it out: what stands in it is the base already": "rb",
        "link to a page that has the form": "button datalist fieldset form input keygen label legend meter optgroup "
        "option output progress select textarea",
        "put its rows into <tbody>": "tfoot",
        "save the drawing as a file, and show that as a picture": "svg",
        "write a link to it instead": "applet canvas embed frame frameset iframe noembed noframes object param",
        "write the formula in words, or show it as a picture": "math",
        "write the links below the picture": "area map",
        "write ~~…~~ instead": "strike",
        "write `…` instead": "tt",
    }.items()
    for name in names.split()
}
_ATTRIBUTES = {
    name: way_out
    for way_out, names in {
        _LOOK: "align bgcolor border class color face size style valign",
        "leave it out: every reader's program opens links in its own way": "download ping rel target",
        "write id= instead": "name",
    }.items()
    for name in names.split()
}
# What begins as a tag does and is none: the rule, what was found, what readers get, what to do.
_ODDITIES = {
    Odd.COMMENT: (
        "html-unclosed",
        "a comment is opened here and never closed",
        "readers get nothing of what follows",
        "write --> where it ends",
    ),
    Odd.DECLARATION: (
        "html-removed",
        "a declaration or an instruction is left out of feeds",
        "readers get nothing in its place",
        "leave it out; where the sign < itself is meant, write &lt;",
    ),
    Odd.TAG: (
        "html-unclosed",
        "this tag has no > at its end",
        "readers lose what follows, up to some other >",
        "write the >; where the sign < itself is meant, write &lt;",
    ),
}
# Nobody reads a longer list.
_MOST_NAMES = 5


class HtmlRules:
    """The rules for HTML, as they apply to one text from its beginning to its end."""

    def __init__(self, prose: Prose, report: Report) -> None:
        """Take the text, and where to note what is wrong with it."""
        self._prose = prose
        self._report = report
        self._reader = TagReader()
        self._open: defaultdict[str, list[tuple[RawHtml, Tag]]] = defaultdict(list)

    def elements(self, html: RawHtml) -> Iterator[Tag]:
        """Check the next piece of HTML, and yield the start tags of the elements that feeds carry."""
        for tag in self._reader.read(html.html):
            if isinstance(tag, Oddity):
                self._note(html, tag, *_ODDITIES[tag.kind])
            elif tag.closes:
                self._close(html, tag)
            elif not any(self._open[name] for name in _DRAWINGS):  # one goes as a whole, whatever is in it
                if self._is_carried(html, tag):
                    self._attributes(html, tag)
                    yield tag
                if tag.name not in _VOID and not (tag.name in _DRAWINGS and tag.slashed):
                    self._open[tag.name].append((html, tag._replace(attributes={})))

    def finish(self) -> None:
        """Report what is still open at the end of the text."""
        for name, tags in self._open.items():
            if name in _SELF_ENDING or not (name in TAGS or name in RAW_TEXT | _DRAWINGS | _GONE_WHOLE):
                continue
            for html, tag in tags:
                way_out = f"write </{name}> where it ends"
                if tag.slashed:
                    way_out = f"HTML takes no notice of the / at the end: write <{name}></{name}>"
                message = f"<{name}> is opened here and never closed"
                self._note(html, tag, "html-unclosed", message, _swallowed(name), way_out)

    def _note(
        self, html: RawHtml, tag: Tag | Oddity, code: str, message: str, label: str | None, help: str
    ) -> None:
        if not self._report.full(code):
            self._report.add(code, self._prose.span_of_tag(html, tag), message, label=label, help=help)

    def _close(self, html: RawHtml, tag: Tag) -> None:
        if self._open[tag.name]:
            self._open[tag.name].pop()
        elif tag.name not in _VOID and tag.name not in _SELF_ENDING:
            name = shorten(tag.name)
            message = f"</{name}> closes an element that is not open"
            way_out = f"delete it, or write <{name}> where the element begins"
            self._note(html, tag, "html-unclosed", message, None, way_out)

    def _is_carried(self, html: RawHtml, tag: Tag) -> bool:
        if tag.name not in TAGS:
            if not self._report.full("html-removed"):
                name = shorten(html.html[tag.start + 1 : tag.start + 1 + len(tag.name)])
                way_out = _ELEMENTS.get(tag.name) or _guess(name)
                message = f"<{name}> is left out of feeds"
                self._note(html, tag, "html-removed", message, _left(tag.name), way_out)
            return False
        if tag.name in _PARTS_OF_TABLES and not self._open["table"]:
            message = f"<{tag.name}> stands outside of a table"
            self._note(html, tag, "html-removed", message, _left(tag.name), "write <table> before it")
            return False
        return True

    def _attributes(self, html: RawHtml, tag: Tag) -> None:
        names = [name for name, found in tag.attributes.items() if not _is_kept(tag.name, name, found.value)]
        handlers = [name for name in names if name.startswith("on")]
        if handlers:
            self._dropped("html-removed", html, tag, handlers, _CODE)
        others = [name for name in names if not name.startswith("on")]
        if others:
            way_out = next(filter(None, map(_ATTRIBUTES.get, others)), "leave it out")
            self._dropped("html-attribute", html, tag, others, way_out)

    def _dropped(self, code: str, html: RawHtml, tag: Tag, names: list[str], way_out: str) -> None:
        are, pronoun = ("is", "it") if len(names) == 1 else ("are", "them")
        self._note(
            html,
            tag,
            code,
            f"{_listed(names)} of <{tag.name}> {are} left out of feeds",
            f"readers get the element without {pronoun}",
            way_out.replace("leave it out", f"leave {pronoun} out"),
        )


def _is_kept(tag: str, name: str, value: str) -> bool:
    if name == "class" and tag in CLASSES:
        return CLASSES[tag].issuperset(value.split())
    return name in ATTRIBUTES["*"] or name in ATTRIBUTES.get(tag, ())


def _left(name: str) -> str:
    """Say what readers get of an element that is removed."""
    if name in _GONE_WHOLE:
        return "readers get nothing of it, nor of what stands in it"
    if name in _DRAWINGS:
        return "readers do not see it"
    if name in _VOID:
        return "readers get nothing in its place"
    if name in RAW_TEXT:
        return "readers get only the text in it"
    return "readers get only what stands in it"


def _swallowed(name: str) -> str:
    """Say what becomes of the text below an element that is not closed."""
    if name in _GONE_WHOLE:
        return "readers get nothing of what follows"
    if name in RAW_TEXT:
        return "readers get what follows as plain text, with all its marks"
    return "what follows stands in it, too"


def _guess(name: str) -> str:
    """Say what an element that HTML does not know may mean."""
    near = nearest(name, TAGS)
    return f"did you mean <{near}>?" if near else f"to show it as it stands here, write &lt;{name}>"


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{shorten(name)}`" for name in names]
    if len(quoted) > _MOST_NAMES:
        quoted[_MOST_NAMES - 1 :] = [f"{len(quoted) - _MOST_NAMES + 1} others"]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
