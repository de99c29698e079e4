"""What Atom and RSS say of a review, taken apart: what is said, in which order; and the words.

Most reviews of a site say the same things in other words. So the XML of an entry is made once for each order of things, and
filled with the words of every review (`publisher.feeds.moulds`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from publisher.content import offer_title
from publisher.model import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from publisher.content import Entry
    from publisher.site import Site

#: One thing that is said: what it is, and which of its words there are; of an element of ours, its depth and name, whether
#: it has a text, and the names of its attributes.
Step: TypeAlias = tuple[object, ...]

# What every entry says, in the order of its words.
_ALWAYS = ("id", "title", "url", "language", "published", "pub_date", "updated", "summary", "description")


class Element(NamedTuple):
    """An element in a vocabulary of ours or of others.

    Attributes:
        depth: 0 below the entry itself, 1 below the last of those.
        name: Qualified, as lxml writes it.
    """

    depth: int
    name: str
    text: str | None
    attributes: Mapping[str, str]


class Script:
    """The steps of an entry, and its words."""

    __slots__ = ("steps", "words")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.steps: list[Step] = []
        self.words: list[str] = []

    def say(self, what: str, *words: str | None) -> None:
        """Add a step, with the words of it that there are."""
        self.steps.append((what, *[word is not None for word in words]))
        self.words += [word for word in words if word is not None]

    def add(self, depth: int, name: str, text: str | None, attributes: Mapping[str, str]) -> None:
        """Add an element."""
        self.steps.append((depth, name, text is not None, *attributes))
        if text is not None:
            self.words.append(text)
        self.words += attributes.values()


def begin(entry: Entry, site: Site) -> Script:
    """Write down what feedgen has words for."""
    script = Script()
    review, picture = entry.review, entry.picture
    script.words += (
        review.urn,
        review.title,
        entry.url,
        review.language,
        review.date.isoformat(),
        format_datetime(review.date),
        review.changed.isoformat(),
        entry.summary,
        # Readers take a description for HTML (RSS best practices profile): plain text becomes HTML first.
        escape(entry.summary, quote=False),
    )
    for author in review.authors:
        script.say("authors", author.name, author.url)
    for name in review.tags:
        script.say("tags", name)
    if review.rating is not None:
        script.say("ratings", plain(review.rating), site.scale.describe(review.rating))
    # Of an enclosure without a type feedparser says that it is HTML; Media RSS shows such a picture.
    if picture is not None and picture.type is not None:
        length = str(picture.length) if picture.length is not None else None
        script.say("enclosures", picture.url, picture.type, length, picture.alt or None)
    if site.licence is not None:
        script.say("rights", site.licence.line)
    if review.updated is not None:
        script.say("changed", review.changed.isoformat())
    for offer in entry.offers:
        if offer.url is not None:
            script.say("related", offer_title(offer, entry.now), offer.url)
    return script


@dataclass(frozen=True, slots=True)
class Told:
    """What is said, put together again: for each step of a kind its words, None for one that there is not."""

    id: str
    title: str
    url: str
    language: str
    published: str
    pub_date: str
    updated: str
    summary: str
    description: str
    said: Mapping[str, list[tuple[str | None, ...]]]
    elements: tuple[Element, ...]

    @classmethod
    def of(cls, steps: Iterable[Step], words: Iterable[str]) -> Told:
        """Put steps and words together."""
        left = iter(words)
        always = {name: next(left) for name in _ALWAYS}
        said: defaultdict[str, list[tuple[str | None, ...]]] = defaultdict(list)
        elements = []
        for what, *rest in steps:
            if isinstance(what, str):
                said[what].append(tuple(next(left) if there else None for there in rest))
            else:
                elements.append(_element(int(str(what)), rest, left))
        return cls(**always, said=said, elements=tuple(elements))


def _element(depth: int, rest: list[object], words: Iterator[str]) -> Element:
    name, has_text, *attributes = rest
    text = next(words) if has_text else None
    return Element(depth, str(name), text, {str(key): next(words) for key in attributes})
