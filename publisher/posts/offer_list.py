"""Offers under examination, wherever they are written: in a post's `watch:`, or in the file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.diagnostics import Edit, Fix
from publisher.posts.yaml_text import in_place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from publisher.diagnostics import Report, Span
    from publisher.posts.front_matter import WatchBlock
    from publisher.posts.tree import TreeLocator
    from publisher.site import Site
    from publisher.values.faults import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferList:
    """Offers as the rules see them: what they say, and where to note what is wrong.

    Attributes:
        items: The offers, by their numbers.
        root: The path of the list in its file.
        locator: Knows where everything stands; None where nobody asks, because a finding is enough.
        day: The review's; None where that is not known.
        now: The moment for rules that depend on it (aware); None leaves them out.
        by_editor: Whether an editor wrote them: repairs are offered, and a link is published wherever it leads.
    """

    items: Sequence[WatchBlock]
    root: Path
    site: Site
    report: Report
    locator: TreeLocator | None
    day: date | None
    now: datetime | None
    by_editor: bool = True

    def path(self, number: int, key: str) -> Path:
        """Return the path of a key of an offer."""
        return (*self.root, number, key)

    def place(self, number: int, key: str) -> Span | None:
        """Answer where the value of a key of an offer stands."""
        return self.locator.value(self.path(number, key)) if self.locator else None

    def write(self, number: int, key: str, value: str) -> Fix | None:
        """Offer the repair that writes a value in place of that of a key, where this is a file to be mended."""
        node = self.locator.node(self.path(number, key)) if self.locator and self.by_editor else None
        if node is None:
            return None
        start, end = node.span
        edit = Edit(start, end, in_place_of(self.report.source.text[start:end], value))
        return Fix(f"write {value}", (edit,))
