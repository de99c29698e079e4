"""One post under examination, as the rules that bear on several keys see it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.posts.suggest import quoted_line

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Fix, Report, Span
    from publisher.posts.front_matter import FrontMatter
    from publisher.posts.handler import Parts
    from publisher.posts.tree import TreeLocator
    from publisher.site import Site
    from publisher.values.faults import Path as KeyPath


@dataclass(frozen=True, slots=True)
class Subject:
    """A post under examination: where it lies, what it says, and where to note what is wrong.

    `now` is None where rules that depend on the moment are left out.
    """

    path: Path
    site: Site
    now: datetime | None
    parts: Parts
    front: FrontMatter
    locator: TreeLocator
    report: Report
    #: Paths of values that are at fault already: nothing more is said of them.
    faulty: frozenset[KeyPath] = frozenset()

    def sound(self, *path: str | int) -> bool:
        """Tell whether nothing was said yet of the value at a path."""
        return path not in self.faulty

    def absent(self, *path: str | int) -> bool:
        """Tell whether a key is missing, or left empty, and nothing was said of it yet."""
        if not self.sound(*path):
            return False
        node = self.locator.node(path)
        if node is not None:
            return not getattr(node, "broken", False)
        meant = f"did you mean `{path[-1]}`?"  # it is there, misspelt: that was said
        return not any(
            fault.code == "unknown-key" and fault.label == meant for fault in self.report.diagnostics
        )

    def require(self, path: KeyPath, help: str, fix: Fix | None = None) -> None:
        """Note that a key is missing, or there but empty."""
        if not self.absent(*path):
            return
        if self.locator.node(path) is not None:
            span = self.locator.key(path)
            way_out = (span and self._commented_out(span)) or help
            self.report.add(
                "missing-key", span, f"`{path[-1]}` is empty; it is required", help=way_out, fix=fix
            )
            return
        block = path[-2] if len(path) > 1 and isinstance(path[-2], str) else None
        where = f" in `{block}`" if block else ""
        self.report.add(
            "missing-key",
            self.locator.key(path[:-1]),
            f"`{path[-1]}` is missing{where}; it is required",
            help=help,
            fix=fix,
        )

    def _commented_out(self, span: Span) -> str | None:
        """Suggest quotes where a `#` made a comment of the value."""
        source = self.report.source
        number, _ = source.position(span.start)
        way_out = quoted_line(source, number) if re.search(r":\s+#\S", source.line(number)) else None
        return way_out.help if way_out else None
