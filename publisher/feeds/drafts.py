"""An entry before it is written: what Atom and RSS have in common is found out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from feedgen.entry import FeedEntry

from publisher.feeds.document import NEVER
from publisher.feeds.moulds import HOLE, Escaped, Mould, marks
from publisher.feeds.script import Step, Told, begin
from publisher.feeds.vocabulary import RATING_SCHEME, tell_review

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.content import Entry
    from publisher.site import Site


@dataclass(frozen=True)
class Draft:
    """An entry on its way into the formats.

    Attributes:
        full: Whether it has the whole text, or the summary alone.
        steps: What is said of the review.
        words: In which words.
    """

    entry: Entry
    site: Site
    full: bool
    steps: tuple[Step, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, entry: Entry, site: Site, *, full: bool) -> Draft:
        """Begin an entry, with the whole text or the summary alone."""
        script = begin(entry, site)
        if full:
            script.say("text")
        tell_review(script, entry, site)
        if full and entry.markdown is not None:
            script.say("markdown")
        return cls(entry, site, full, tuple(script.steps), tuple(script.words))

    @cached_property
    def _escaped(self) -> Escaped:
        return Escaped(self.words)

    def cast(self, make: Callable[[Told], str], texts: Sequence[bytes]) -> bytes:
        """Write the entry as XML.

        Args:
            make: Makes an entry of what is said, with a `HOLE` in place of each long text.
            texts: The long texts, in their order.
        """
        return _mould(make, self.steps, len(self.words)).fill(self._escaped, texts)


# Of a usual site a few dozen: reviews differ in how many tags, actors and offers they have.
@lru_cache(maxsize=1024)
def _mould(make: Callable[[Told], str], steps: tuple[Step, ...], words: int) -> Mould:
    return Mould(make(Told.of(steps, marks(words))), words)


def feed_entry(told: Told) -> FeedEntry:
    """Return what is said of a review as feedgen has it, for Atom and RSS; the text is a `HOLE`.

    Its dates are set anew by our extensions: feedgen takes no words for them.
    """
    item = FeedEntry()
    item.id(told.id)
    item.title(told.title)
    item.published(NEVER)
    item.updated(NEVER)
    item.link(href=told.url)
    item.summary(told.summary)
    if "text" in told.said:
        item.content(HOLE, type="html")
    for name, url in told.said["authors"]:
        item.author(name=name, **({"uri": url} if url is not None else {}))
    for (name,) in told.said["tags"]:
        item.category(term=name, label=name)
    for term, label in told.said["ratings"]:
        item.category(term=term, scheme=RATING_SCHEME, label=label)
    for url, kind, length, _ in told.said["enclosures"]:
        # A length nobody knows is 0 (RSS best practices profile, enclosure).
        item.enclosure(url, length or "0", kind)
    for (line,) in told.said["rights"]:
        item.rights(line)
    return item
