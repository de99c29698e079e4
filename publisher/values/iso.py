"""ISO's codes of countries, languages and scripts, from the tables that pycountry carries.

The tables are read as they lie on the disk: importing pycountry takes 40 ms, and its table of languages another 50.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHORT_CODE = re.compile(rb'"alpha_2":\s*"([a-z]{2})"')


class Country(NamedTuple):
    """A country, or one that is no more.

    Attributes:
        code: ISO 3166-1 alpha-2, or what it was.
        alpha_3: The code of three letters.
        name: What it is commonly called.
        names: All that the tables call it.
        withdrawn: The day, or the year, when its code was withdrawn; None for a present country.
    """

    code: str
    alpha_3: str
    name: str
    names: tuple[str, ...]
    withdrawn: str | None = None


class Language(NamedTuple):
    """A language, or a family of languages.

    Attributes:
        code: As BCP 47 writes it: of two letters where there is such a code, else of three.
        name: What it is called in English.
        others: Its longer codes, which BCP 47 does without (RFC 5646, section 2.2.1).
    """

    code: str
    name: str
    others: tuple[str, ...]


#: ISO 3166-1 leaves XK to its users, and everybody who needs a code for Kosovo uses it.
_KOSOVO = Country("XK", "XKX", "Kosovo", ("Kosovo",))


@cache
def countries() -> Mapping[str, Country]:
    """Hand out the present countries (ISO 3166-1, and Kosovo) by their codes."""
    found = {entry["alpha_2"]: _country(entry) for entry in _table("3166-1")}
    return {**found, _KOSOVO.code: _KOSOVO}


@cache
def former_countries() -> tuple[Country, ...]:
    """List the countries that ISO 3166-3 knows: old films come from them. Some codes were given out again."""
    # Their names go on as "Zaire, Republic of"; the tables have no common name for them.
    return tuple(
        (former := _country(entry))._replace(name=former.name.partition(", ")[0])
        for entry in _table("3166-3")
    )


@cache
def former_codes() -> frozenset[str]:
    """List the codes of former countries."""
    return frozenset(country.code for country in former_countries())


@cache
def short_language_codes() -> frozenset[str]:
    """List the codes of two letters (ISO 639-1); almost no post has another."""
    # Parsing the table of 7,900 languages takes ten times as long.
    return frozenset(code.decode() for code in _SHORT_CODE.findall(_bytes("639-3")))


@cache
def languages() -> tuple[Language, ...]:
    """List all languages (ISO 639-3) and families of them (ISO 639-5)."""
    return tuple(_language(entry) for entry in _languages_and_families())


@cache
def language_codes() -> frozenset[str]:
    """List the codes of languages, each as BCP 47 writes it."""
    return frozenset(entry.get("alpha_2", entry["alpha_3"]) for entry in _languages_and_families())


@cache
def scripts() -> frozenset[str]:
    """List the codes of scripts (ISO 15924): Latn, Hant."""
    return frozenset(entry["alpha_4"] for entry in _table("15924"))


def _country(entry: Mapping[str, str]) -> Country:
    names = tuple(entry[key] for key in ("common_name", "name", "official_name") if key in entry)
    return Country(entry["alpha_2"], entry["alpha_3"], names[0], names, entry.get("withdrawal_date"))


@cache
def _languages_and_families() -> tuple[Mapping[str, str], ...]:
    return (*_table("639-3"), *_table("639-5"))


def _language(entry: Mapping[str, str]) -> Language:
    codes = [entry[key] for key in ("alpha_2", "alpha_3", "bibliographic") if key in entry]
    return Language(codes[0], entry["name"].partition(" (")[0], tuple(codes[1:]))


def _table(standard: str) -> Iterable[Mapping[str, Any]]:
    entries: Iterable[Mapping[str, Any]] = orjson.loads(_bytes(standard))[standard]
    return entries


def _bytes(standard: str) -> bytes:
    spec = find_spec("pycountry")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("pycountry's tables")
    return (Path(spec.origin).parent / "databases" / f"iso{standard}.json").read_bytes()
