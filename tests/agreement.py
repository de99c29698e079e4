"""Holds a JSON Schema against the validator: what one of them marks, the other has to mark."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from publisher.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Unseen:
    """A kind of error that no schema can see.

    Attributes:
        code: The form of the rule's code.
        message: The form of the message, where only some errors of the rule are meant.
        reason: Why a schema is blind to it.
    """

    code: str
    reason: str
    message: str = ".*"

    def covers(self, fault: Diagnostic) -> bool:
        """Tell whether an error is of this kind."""
        return (
            re.fullmatch(self.code, fault.code) is not None
            and re.fullmatch(self.message, fault.message, re.DOTALL) is not None
        )


def errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return what forbids to publish."""
    return [fault for fault in diagnostics if fault.severity is Severity.ERROR]


def seen(faults: Iterable[Diagnostic], unseen: Iterable[Unseen]) -> list[Diagnostic]:
    """Return the errors that a schema has to mark."""
    kinds = list(unseen)
    return [fault for fault in errors(faults) if not any(kind.covers(fault) for kind in kinds)]


def _is_number(_checker: object, instance: object) -> bool:
    # JSON has no infinity, and the tools of editors take YAML's for none of its numbers.
    return isinstance(instance, int | float) and not isinstance(instance, bool) and math.isfinite(instance)


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number)
)


class Marker:
    """Marks values as a tool does that knows the schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        Draft202012Validator.check_schema(schema)
        self._validator = _Validator(schema)

    def marks(self, value: object) -> list[str]:
        """Say what the schema has against a value."""
        return [f"{fault.json_path}: {fault.message}" for fault in self._validator.iter_errors(value)]
