"""The written forms of front matter's values, as patterns for JSON Schema; see `publisher.values.forms`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.model import plain
from publisher.values.forms import ADDRESS, FILM_YEAR, any_case, form, narrowed

if TYPE_CHECKING:
    from publisher.model import RatingScale

# Small letters, digits and whatever is not ASCII.
_IN_SLUG = r"[^\x00-\x2f\x3a-\x60\x7b-\x7f\s]+"
SLUG = form(f"{_IN_SLUG}(?:-{_IN_SLUG})*")

_YEAR = "(?!9999)(?:19|[2-9][0-9])[0-9]{2}"
_LEAP_YEAR = "(?:(?:19|[2-9][0-9])(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[3579][26])00)"
_DAY_OF_28 = "(?:0?[1-9]|1[0-9]|2[0-8])"
_DAY_OF_30 = "(?:0?[1-9]|[12][0-9]|30)"
_DAY_OF_31 = "(?:0?[1-9]|[12][0-9]|3[01])"
_DAY = (
    rf"(?:{_YEAR}-(?:(?:0?[13578]|1[02])-{_DAY_OF_31}|(?:0?[469]|11)-{_DAY_OF_30}|0?2-{_DAY_OF_28})"
    rf"|{_LEAP_YEAR}-0?2-29)"
)
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_OFFSET = r"\s?(?:[Zz]|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])"
#: A date that exists, with a time or without.
MOMENT = narrowed(
    form("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[T ].+)?"), form(rf"{_DAY}(?:[T ]{_CLOCK}(?:{_OFFSET})?)?")
)

YEAR = form(rf"\+?0{{0,5}}{FILM_YEAR}")
RUNTIME = form(r"\+?0{0,5}(?:[1-9][0-9]{0,2}|1[0-4][0-9]{2}|1500)")
# Ids of other catalogues, as they stand without anything around them.
IMDB = "tt[0-9]{7,9}"
TMDB = "[1-9][0-9]{0,9}"
WIKIDATA = "Q[1-9][0-9]{0,11}"
PRICE = form(r"[0-9]{1,6}(?:\.[0-9]{1,3})?\s*[A-Z]{3}")
FLAG = form(any_case("true"), any_case("false"))
SITE_PATH = form(r"/(?!/)[^\s?#\x5c]*")
#: A file's path, or an address when it looks like one.
IMAGE = narrowed(form(r"(?!//)\S.*"), form(r"(?!//|[A-Za-z][A-Za-z0-9+.-]*:)\S.*", ADDRESS))

# A scale of more points than this would make a pattern that no editor could show.
_MOST_POINTS = 200


def points(scale: RatingScale) -> str:
    """Make the pattern of a rating in quotes: a point on the scale, or any number where points are too many."""
    count = int((scale.maximum - scale.minimum) / scale.step) + 1
    if count > _MOST_POINTS:
        return form(r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?")
    return form(*(_point(plain(scale.minimum + number * scale.step)) for number in range(count)))


def _point(number: str) -> str:
    whole, _, fraction = number.removeprefix("-").partition(".")
    sign = "-" if number.startswith("-") else "[+-]?" if number == "0" else r"\+?"
    return rf"{sign}0*{whole}" + (rf"\.{fraction}0*" if fraction else r"(?:\.0+)?")
