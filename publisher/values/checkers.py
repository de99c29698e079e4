"""The kinds of values that configuration and front matter are made of, and what is said of wrong ones.

A checker takes what was read (text, a list, a mapping; TOML also gives numbers) and returns the value or
raises a fault. A fault names its rule, quotes what it found first, and may carry a label for the caret and a
way out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from publisher.values.characters import misdirecting, name_of, quote
from publisher.values.forms import NOT_BLANK

Value = TypeVar("Value")

#: Characters of a name or another text on one line, and of a summary, a correction, a reason.
TEXT_LIMIT = 500
PROSE_LIMIT = 2000
#: Items of a list: names of a cast, tags, offers, conditions of a feed.
LIST_LIMIT = 100


def fault(
    code: str, message: str, *, label: str | None = None, help: str | None = None, quotable: bool = False
) -> PydanticCustomError:
    """Make the exception a checker raises; `code` is a rule of `publisher.diagnostics.RULES`.

    `quotable` says that the value would do if it were put in quotes.
    """
    # The braces of the template are pydantic's: the message itself may hold any character.
    return PydanticCustomError(
        "fault",
        "{message}",
        {"code": code, "message": message, "label": label, "help": help, "quotable": quotable},
    )


def describe(value: object) -> str:
    """Say what kind of thing was found, as an editor would call it."""
    if value is None:
        return "an empty item"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "a group of keys"
    return "a date or time"


def shape_fault(value: object, wanted: str) -> PydanticCustomError:
    """Make the fault of a value that has another shape than its key asks for."""
    return fault("wrong-type", f"found {describe(value)}; this key takes {wanted}", quotable=wanted == "text")


def text(value: object) -> str:
    """Take a text on one line; spaces at its ends and runs of them are folded."""
    if not isinstance(value, str):
        raise shape_fault(value, "text")
    if (char := misdirecting(value)) is not None:
        raise fault(
            "invalid-value",
            f"the text holds {name_of(char)}, which shows what follows in another order",
            help="delete the character; it is often left behind by pasting",
        )
    return _bounded(" ".join(value.split()), TEXT_LIMIT)


def prose(value: object) -> str:
    """Take a text of any number of lines."""
    if not isinstance(value, str):
        raise shape_fault(value, "text")
    return _bounded(value.strip(), PROSE_LIMIT)


def _bounded(written: str, limit: int) -> str:
    """Take a text that is there and no longer than what lists and partners can be expected to show."""
    if not written:
        raise fault(
            "invalid-value",
            "the text is empty",
            help="write something; a key that is not required can be left out",
        )
    if len(written) > limit:
        raise fault(
            "invalid-value", f"the text has {len(written):,} characters; this key takes at most {limit:,}"
        )
    return written


def bounded_list(value: Value) -> Value:
    """Take a list that is no longer than what anybody writes by hand; what is no list is left for others to judge."""
    if isinstance(value, list) and len(value) > LIST_LIMIT:
        raise fault(
            "invalid-value", f"the list has {len(value):,} items; this key takes at most {LIST_LIMIT}"
        )
    return value


def number(value: object) -> Decimal:
    """Take a plain decimal number, written with a point."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise shape_fault(value, "a number")
    written = str(value).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", written):
        raise fault("invalid-value", f"{quote(written)} is not a number", label="a number such as 4 or 3.5")
    return Decimal(written)


def whole(value: object) -> int:
    """Take a whole number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise shape_fault(value, "a whole number")
    written = str(value).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", written):
        raise fault(
            "invalid-value", f"{quote(written)} is not a whole number", label="digits only, at most nine"
        )
    return int(written)


def schema(kind: str | list[str], **more: Any) -> WithJsonSchema:  # noqa: ANN401 - JSON Schema takes any value
    """Say what a value looks like in JSON Schema; the checker itself is code."""
    return WithJsonSchema({"type": kind, **more})


Text = Annotated[str, BeforeValidator(text), schema("string", maxLength=TEXT_LIMIT, pattern=NOT_BLANK)]
Prose = Annotated[str, BeforeValidator(prose), schema("string", maxLength=PROSE_LIMIT, pattern=NOT_BLANK)]
Number = Annotated[Decimal, BeforeValidator(number), schema("number")]
Whole = Annotated[int, BeforeValidator(whole), schema("integer")]
