"""Codes of languages and countries."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

from publisher.values.characters import quote
from publisher.values.checkers import fault, schema, text

_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)


def language(value: object) -> str:
    """Take a BCP 47 language tag: en, en-US, zh-Hant."""
    tag = text(value)
    if not _LANGUAGE.fullmatch(tag):
        raise fault("invalid-value", f"{quote(tag)} is not a language tag", label="such as en, en-US or km")
    return tag


def region(value: object) -> str:
    """Take an ISO 3166-1 alpha-2 country code, in capitals."""
    code = text(value)
    if not re.fullmatch(r"[A-Za-z]{2}", code):
        raise fault(
            "invalid-value", f"{quote(code)} is not a country code", label="two letters, such as US or KH"
        )
    if code.upper() == "UK":
        raise fault("invalid-value", "UK is not an ISO country code", label="the United Kingdom is GB")
    return code.upper()


Language = Annotated[str, BeforeValidator(language), schema("string")]
Region = Annotated[str, BeforeValidator(region), schema("string", pattern="^[A-Za-z]{2}$")]
