"""One fault, as data: where it is, what was found, what the rule is and how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from publisher.diagnostics.fix import Fix  # noqa: TC001 - whoever decodes diagnostics reads annotations
from publisher.diagnostics.masking import POSTS, Masking
from publisher.diagnostics.rules import RULES, Severity

if TYPE_CHECKING:
    from publisher.diagnostics.source import Source, Span

#: What a site says of rules: another severity, or None where it does not want to hear of one.
Severities = Mapping[str, Severity | None]

# A file built to hurt, or of another kind, would fill the screen; nobody mends more of a kind at once.
LIMIT_PER_RULE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A fault of a file.

    Attributes:
        path: The file, as messages name it.
        line: Counted from 1; `column` likewise, in characters. Both 1 when the file as a whole is meant.
        width: How many characters from `column` on are at fault; at least 1.
        code: The rule's stable name.
        message: The value found, then the rule; lower case, no full stop.
        label: What stands beside the caret.
        help: What to do about it.
        excerpt: The line at fault; None when there is none to show.
        fix: The safe repair, where there is one.
    """

    path: str
    line: int = 1
    column: int = 1
    width: int = 1
    code: str
    severity: Severity
    message: str
    label: str | None = None
    help: str | None = None
    excerpt: str | None = None
    fix: Fix | None = None


@dataclass(slots=True)
class Report:
    """Gathers the faults of one file; nothing is ever raised one by one.

    Of each rule the first 100 are kept, and a note that there are more.

    Attributes:
        severities: Where the site judges a rule differently; None turns it off.
        masking: What of the file no message repeats.
    """

    source: Source
    severities: Severities = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    masking: Masking = POSTS
    _counts: Counter[str] = field(default_factory=Counter)

    def full(self, code: str) -> bool:
        """Tell whether more faults of a rule would not be kept, so that nobody need look for them."""
        return self._counts[code] > LIMIT_PER_RULE or self.severities.get(code, code) is None

    def add(
        self,
        code: str,
        span: Span | None,
        message: str,
        *,
        label: str | None = None,
        help: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Note a fault of rule `code` at `span`, or of the file as a whole."""
        severity = self.severities.get(code, RULES[code].severity)
        if severity is None or self.full(code):
            return
        self._counts[code] += 1
        if self.full(code):
            message = f"more than {LIMIT_PER_RULE} faults of this kind; the others are not listed"
            label, help, fix = None, "mend the ones above, then run again", None  # noqa: A001 - the parameter
        fault = Diagnostic(
            path=self.source.path,
            code=code,
            severity=severity,
            message=self.masking.text(message),
            label=label and self.masking.text(label),
            help=help and self.masking.text(help),
            fix=fix,
        )
        self.diagnostics.append(fault if span is None else self._placed(fault, span))

    def _placed(self, fault: Diagnostic, span: Span) -> Diagnostic:
        line, column = self.source.position(span.start)
        excerpt = self.source.line(line)
        column = min(column, len(excerpt) + 1)  # the line's end may be two characters
        width = max(1, min(span.end - span.start, len(excerpt) - column + 1))
        return replace(fault, line=line, column=column, width=width, excerpt=self.masking.line(excerpt))


def in_reading_order(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """Sort as a person would meet them: file by file, from top to bottom."""
    return sorted(diagnostics, key=lambda fault: (fault.path, fault.line, fault.column, fault.code))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether anything found forbids to publish."""
    return any(fault.severity is Severity.ERROR for fault in diagnostics)
