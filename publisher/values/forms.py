r"""The written forms of values, as patterns for JSON Schema.

They say what the checkers say, as far as a regular expression can. The tools of editors run them in JavaScript and
Rust, the tests in Python: only what means the same in all three is used, so no `\d`, `\w` or `\p{…}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A text that is not empty, and has no form beyond that.
NOT_BLANK = r"\S"

# What no address may hold although it is no white space: the characters of `urls.url_problem`, and what nobody sees.
_UNFIT = r'[<>"\x5c^`{|}\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]'
# ASCII letters and digits, and whatever is not ASCII; then the same with what may stand between them.
_HOST_END = r"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\s]"
_HOST_CHARACTER = r"[^\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f\s]"
_PORT = r"0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_ORIGIN = (
    rf"(?!\S*{_UNFIT})[Hh][Tt][Tt][Pp][Ss]?://"
    rf"(?:{_HOST_END}(?:{_HOST_CHARACTER}*{_HOST_END})?|\[[0-9A-Fa-f:.]+\])(?::(?:{_PORT})?)?"
)
#: An absolute address, without anything around it.
ADDRESS = rf"{_ORIGIN}(?:[/?#]\S*)?"


def form(*alternatives: str) -> str:
    """Make the pattern of a whole value: checkers drop the spaces around it before they look."""
    return rf"^\s*(?:{'|'.join(alternatives)})\s*$"


def narrowed(roughly: str, exactly: str) -> dict[str, Any]:
    """Say a form twice: roughly first, since messages quote the pattern, and exactly for what is roughly right."""
    return {"pattern": roughly, "if": {"pattern": roughly}, "then": {"pattern": exactly}}


def any_case(word: str) -> str:
    """Make a pattern of a word in capitals, small letters or both: flags are not JSON Schema's."""
    return "".join(f"[{letter.upper()}{letter.lower()}]" for letter in word)


_ROUGHLY_ADDRESS = form(r"[A-Za-z]+://\S+")
URL = narrowed(_ROUGHLY_ADDRESS, form(ADDRESS))
DIRECTORY_URL = narrowed(_ROUGHLY_ADDRESS, form(rf"{_ORIGIN}(?:/[^\s?#]*)?"))

_HEX = "[0-9A-Fa-f]"
_URN = f"{any_case('urn')}:{any_case('uuid')}:"
#: A UUID, which is not the nil one: somewhere stands a digit other than 0.
UUID = form(
    rf"(?:{_URN})?(?=[0{{-]*[1-9A-Fa-f])\{{?{_HEX}{{8}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{12}}\}}?"
)

#: A year of `publisher.values.reviews.film_year`, in four digits.
FILM_YEAR = "(?:18[7-9][0-9]|19[0-9]{2}|2[01][0-9]{2}|2200)"
#: A BCP 47 language tag (RFC 5646, section 2.1), as far as publishing needs them.
LANGUAGE = form(
    "[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)


def one_of_codes(codes: Iterable[str]) -> dict[str, Any]:
    """Say the form of one of many codes of two letters, in capitals or not."""
    seconds: dict[str, str] = {}
    for code in sorted(codes):
        seconds[code[0]] = seconds.get(code[0], "") + code[1].upper() + code[1].lower()
    known = form(*(f"{any_case(first)}[{letters}]" for first, letters in seconds.items()))
    return narrowed(form("[A-Za-z]{2}"), known)
