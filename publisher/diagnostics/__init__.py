"""Faults of files, as data; how they are gathered, and how they are shown."""

from publisher.diagnostics.diagnostic import Diagnostic, Report, Severities, has_errors, in_reading_order
from publisher.diagnostics.fix import BYTE_ORDER_MARK, STRIP_BYTE_ORDER_MARK, Edit, Fix, apply_fixes
from publisher.diagnostics.rules import RULES, Rule, Severity
from publisher.diagnostics.source import Source, Span

__all__ = [
    "BYTE_ORDER_MARK",
    "RULES",
    "STRIP_BYTE_ORDER_MARK",
    "Diagnostic",
    "Edit",
    "Fix",
    "Report",
    "Rule",
    "Severities",
    "Severity",
    "Source",
    "Span",
    "apply_fixes",
    "has_errors",
    "in_reading_order",
]
