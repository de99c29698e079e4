"""Codes of languages and countries, as ISO gives them out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator

from publisher.values import forms, iso
from publisher.values.characters import quote
from publisher.values.checkers import fault, schema, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema, PydanticCustomError

_LANGUAGE = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:-(?P<script>[A-Za-z]{4}))?(?:-(?P<region>[A-Za-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*)"
)


def language(value: object) -> str:
    """Take a BCP 47 language tag (RFC 5646): en, en-US, zh-Hant; in the case that is recommended for it."""
    tag = text(value)
    if tag in iso.short_language_codes():  # as in almost every post
        return tag
    match = _LANGUAGE.fullmatch(tag)
    if match is None:
        raise _language_fault(tag, "is not a language tag")
    code, script, region_code = match["language"].lower(), match["script"], match["region"]
    if not _is_language(code):
        of_a_country = tag.upper() in iso.countries()
        raise _language_fault(
            tag, "is a country's code, not a language's" if of_a_country else "is not a language tag"
        )
    if script and script.title() not in iso.scripts():
        raise _language_fault(tag, f"names the script {script}, which ISO 15924 does not know")
    if region_code and not region_code.isdigit() and not _is_film_country(region_code.upper()):
        raise _language_fault(tag, f"names the country {region_code}, which ISO 3166 does not know")
    parts = (code, script and script.title(), region_code and region_code.upper())
    return "-".join(filter(None, parts)) + match["variants"].lower()


def region(value: object) -> str:
    """Take the code of a present country (ISO 3166-1 alpha-2); it comes out in capitals."""
    written = text(value)
    code = written.upper()
    if written.isascii() and code in iso.countries():
        return code
    from publisher.values.meant import country_meant  # noqa: PLC0415 - only what is wrong pays for all the names

    if written.isascii() and code in iso.former_codes():
        raise fault(
            "country-unknown",
            f"{quote(written)} is the code of a country that is no more",
            help="an offer holds in a country of today",
        )
    raise _country_fault(written, country_meant(written))


def film_country(value: object) -> str:
    """Take the code of a country that is or once was (ISO 3166-1, 3166-3); it comes out in capitals."""
    written = text(value)
    code = written.upper()
    if written.isascii() and _is_film_country(code):
        return code
    from publisher.values.meant import film_country_meant  # noqa: PLC0415 - as above

    raise _country_fault(written, film_country_meant(written))


def _is_language(code: str) -> bool:
    return code in iso.short_language_codes() or (len(code) == 3 and code in iso.language_codes())


def _is_film_country(code: str) -> bool:
    return code in iso.countries() or code in iso.former_codes()


def _country_fault(written: str, meant: iso.Country | None) -> PydanticCustomError:
    return fault(
        "country-unknown",
        f"{quote(written)} is not a country code",
        label=f"did you mean {meant.code}{_called(written, meant.name)}?"
        if meant
        else "two letters of ISO 3166, such as US or KH",
    )


def _language_fault(tag: str, problem: str) -> PydanticCustomError:
    meant = _tag_meant(tag)
    return fault(
        "language-unknown",
        f"{quote(tag)} {problem}",
        label=f"did you mean {meant}?" if meant else "such as en, en-US or km",
    )


def _called(written: str, name: str) -> str:
    """Name what a code stands for, where that is not what was written."""
    return "" if written.casefold() == name.casefold() else f" ({name})"


def _tag_meant(tag: str) -> str | None:
    """Return the tag that is meant by a name, another code, or a tag that is almost right."""
    from publisher.values.meant import film_country_meant, language_meant  # noqa: PLC0415 - as above

    whole = language_meant(tag)
    if whole is not None:
        return whole.code + _called(tag, whole.name)
    first, *rest = re.split(r"[-_]", tag)
    begin = first.lower() if _is_language(first.lower()) else getattr(language_meant(first), "code", None)
    if begin is None or not rest:
        return None
    parts = [begin]
    for part in rest:
        country = None if part.title() in iso.scripts() else film_country_meant(part)
        parts.append(country.code if country and not _is_film_country(part.upper()) else part)
    candidate = "-".join(parts)
    try:
        return language(candidate) if candidate != tag else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _OneOf:
    """Says in JSON Schema which codes there are; the tables are read when somebody asks for it, not before."""

    codes: Callable[[], Iterable[str]]

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", **forms.one_of_codes(self.codes())}


def _film_countries() -> Iterable[str]:
    return {*iso.countries(), *iso.former_codes()}


Language = Annotated[str, BeforeValidator(language), schema("string", pattern=forms.LANGUAGE)]
Region = Annotated[str, BeforeValidator(region), _OneOf(iso.countries)]
FilmCountry = Annotated[str, BeforeValidator(film_country), _OneOf(_film_countries)]
