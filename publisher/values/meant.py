"""Which country or language is meant by what is no code of one: a name, a code of another kind, a slip."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from publisher.diagnostics.suggest import nearest
from publisher.values.iso import Country, Language, countries, former_countries, languages

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_Meaning = TypeVar("_Meaning")

# Among so many names, more than one letter in four that differs means another word.
_LIKENESS = 0.75

# What films' countries are called beside their names in ISO 3166, and codes that film databases made up.
_ALSO_COUNTRIES = {
    "america": "US",
    "britain": "GB",
    "burma": "MM",
    "cape verde": "CV",
    "czech": "CZ",
    "dr congo": "CD",
    "east germany": "DD",
    "east timor": "TL",
    "england": "GB",
    "gdr": "DD",
    "great britain": "GB",
    "holland": "NL",
    "hongkong": "HK",
    "ivory coast": "CI",
    "korea": "KR",
    "macau": "MO",
    "macedonia": "MK",
    "northern ireland": "GB",
    "republic of ireland": "IE",
    "russia": "RU",
    "scotland": "GB",
    "soviet union": "SU",
    "swaziland": "SZ",
    "turkey": "TR",
    "uae": "AE",
    "uk": "GB",
    "ussr": "SU",
    "vatican": "VA",
    "wales": "GB",
    "west germany": "DE",
    "xc": "CS",
    "xg": "DD",
    # codes of languages
    "da": "DK",
    "el": "GR",
    "fa": "IR",
    "hi": "IN",
    "ja": "JP",
    "ko": "KR",
    "zh": "CN",
}

# What languages are called beside their names in ISO 639, codes they once had, and codes of countries.
_ALSO_LANGUAGES = {
    "cantonese": "yue",
    "castilian": "es",
    "farsi": "fa",
    "filipino": "fil",
    "flemish": "nl",
    "gaelic": "gd",
    "greek": "el",
    "mandarin": "cmn",
    "no dialogue": "zxx",
    "none": "zxx",
    "odia": "or",
    "pashto": "ps",
    "punjabi": "pa",
    "silent": "zxx",
    "uyghur": "ug",
    "in": "id",
    "iw": "he",
    "ji": "yi",
    "mo": "ro",
    "at": "de",
    "cn": "zh",
    "cz": "cs",
    "dk": "da",
    "gb": "en",
    "gr": "el",
    "ir": "fa",
    "jp": "ja",
    "kh": "km",
    "ua": "uk",
    "us": "en",
    "vn": "vi",
}


def country_meant(written: str) -> Country | None:
    """Return the present country that is meant by a name or another code."""
    return _meant(fold(written), _present(), _present())


def film_country_meant(written: str) -> Country | None:
    """Return the country, present or former, that is meant by a name or another code."""
    return _meant(fold(written), _present_and_former(), _present_and_former())


def language_meant(written: str) -> Language | None:
    """Return the language that is meant by a name or another code."""
    # A slip is looked for among well-known languages: there are 8,000, and every word is near one of them.
    return _meant(fold(written), _all_languages(), _common_languages())


def fold(name: str) -> str:
    """Reduce a name to what makes it one: no accents, no marks, no case, no article."""
    letters = name.casefold()
    if not letters.isascii():
        decomposed = unicodedata.normalize("NFKD", letters)
        letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = re.sub(r"\W+", " ", re.sub(r"[.'\u2019]", "", letters).replace("&", " and ")).strip()
    return words.removeprefix("the ")


def _meant(folded: str, known: Mapping[str, _Meaning], likely: Mapping[str, _Meaning]) -> _Meaning | None:
    if folded in known:
        return known[folded]
    # Any three letters are near three others.
    near = nearest(folded, likely, likeness=_LIKENESS) if len(folded) > 3 else None
    return likely[near] if near else None


@cache
def _present() -> Mapping[str, Country]:
    known = countries()
    also = {name: known[code] for name, code in _ALSO_COUNTRIES.items() if code in known}
    return {**_by_name(known.values()), **also}


@cache
def _present_and_former() -> Mapping[str, Country]:
    former = {country.code: country for country in reversed(former_countries())}
    known = {**former, **countries()}
    also = {name: known[code] for name, code in _ALSO_COUNTRIES.items()}
    return {**_by_name(former_countries()), **_by_name(countries().values()), **also}


def _by_name(known: Collection[Country]) -> dict[str, Country]:
    found = {fold(name): country for country in known for name in (*country.names, country.alpha_3)}
    # "Micronesia, Federated States of" is also written the other way round, or without its form of government.
    inverted = [
        (name.partition(", "), country) for country in known for name in country.names if ", " in name
    ]
    shared = Counter(head for (head, _, _), _ in inverted)
    for (head, _, tail), country in inverted:
        found.setdefault(fold(f"{tail} {head}"), country)
        if shared[head] == 1:
            found.setdefault(fold(head), country)
    return found


@cache
def _all_languages() -> Mapping[str, Language]:
    found: dict[str, Language] = {}
    # Of two languages of one name, the one with the shorter code is better known.
    for language in sorted(languages(), key=lambda language: len(language.code)):
        # A name of one to three letters would be taken for a code, or a code for it.
        names = [name for name in (language.name, language.name.removesuffix(" languages")) if len(name) > 3]
        for name in (*names, *language.others):
            found.setdefault(fold(name), language)
    by_code = {language.code: language for language in languages()}
    return found | {name: by_code[code] for name, code in _ALSO_LANGUAGES.items()}


@cache
def _common_languages() -> Mapping[str, Language]:
    return {
        name: language
        for name, language in _all_languages().items()
        if len(language.code) == 2 and len(name) > 3
    }
