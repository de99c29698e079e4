"""Countries as reviewers name them beside a service: in the US, in UK cinemas, in British theatres."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.watch.sentences.tokens import Token

# Only names that mean nothing else in a sentence about a film: Georgia is a state, too, and Jordan a person.
_NAMES = {
    "AR": "Argentina",
    "AT": "Austria|Austrian",
    "AU": "Australia|Australian",
    "BE": "Belgium|Belgian",
    "BR": "Brazil|Brazilian",
    "CA": "Canada|Canadian",
    "CH": "Switzerland|Swiss",
    "CZ": "Czechia",
    "DE": "Germany|German",
    "DK": "Denmark|Danish",
    "ES": "Spain|Spanish",
    "FI": "Finland|Finnish",
    "FR": "France|French",
    "GB": "UK|U.K.|United Kingdom|Great Britain|Britain|British",
    "IE": "Ireland|Irish",
    "IN": "India|Indian",
    "IT": "Italy|Italian",
    "JP": "Japan|Japanese",
    "KR": "South Korea|South Korean|Korean",
    "MX": "Mexico|Mexican",
    "NL": "Netherlands|Dutch",
    "NO": "Norway|Norwegian",
    "NZ": "New Zealand",
    "PL": "Poland|Polish",
    "PT": "Portugal|Portuguese",
    "SE": "Sweden|Swedish",
    "US": "US|U.S.|USA|U.S.A.|United States of America|United States|America|American",
    "ZA": "South Africa|South African",
}
# Without a noun behind it, each of these is a language: "in Spanish".
_ADJECTIVES = frozenset(
    (
        "American|Australian|Austrian|Belgian|Brazilian|British|Canadian|Danish|Dutch|Finnish|French|German|Indian|Irish|Italian|Japanese|"
        "Korean|Mexican|Norwegian|Polish|Portuguese|South African|South Korean|Spanish|Swedish|Swiss"
    )
    .casefold()
    .split("|")
)
_CODES = {tuple(name.casefold().split()): code for code, names in _NAMES.items() for name in names.split("|")}
_FIRST = frozenset(name[0] for name in _CODES)
_LONGEST = max(map(len, _CODES))


#: What may be a country in a text; without one, nothing is.
ANY_COUNTRY = re.compile(
    rf"\b(?:{'|'.join(re.escape(name) for names in _NAMES.values() for name in names.split('|'))})"
)


class Country(NamedTuple):
    """A country that is named.

    Attributes:
        region: Its ISO 3166-1 code.
        length: How many tokens name it.
        adjective: Whether they may name a language as well.
    """

    region: str
    length: int
    adjective: bool


def region_at(words: Sequence[Token], at: int, text: str) -> Country | None:
    """Read the country that a token begins to name."""
    if not words[at].capital or words[at].code not in _FIRST:
        return None
    for count in range(min(_LONGEST, len(words) - at), 0, -1):
        part = words[at : at + count]
        code = _CODES.get(tuple(word.code for word in part))
        if code is None:
            continue
        # "us" is a pronoun, whatever begins the sentence.
        if part[0].code == "us" and text[part[0].start : part[0].end] != "US":
            continue
        return Country(code, count, " ".join(word.code for word in part) in _ADJECTIVES)
    return None
