"""Faults of files, as data; how they are gathered, and how they are shown."""

from publisher.diagnostics.diagnostic import Diagnostic, Report, has_errors, in_reading_order
from publisher.diagnostics.rules import RULES, Rule, Severity
from publisher.diagnostics.source import Source, Span

__all__ = [
    "RULES",
    "Diagnostic",
    "Report",
    "Rule",
    "Severity",
    "Source",
    "Span",
    "has_errors",
    "in_reading_order",
]
