"""Days as reviewers write them: Feb 14, 14 February 2024, 2/14, this September 5th."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.watch.sentences.tokens import Token

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tues tue",
            "wednesday wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
_HOLIDAYS = (
    ("halloween",),
    ("christmas",),
    ("thanksgiving",),
    ("easter",),
    ("new", "year", "'s"),
    ("valentine", "'s", "day"),
)
_SEASONS = frozenset(
    {"spring", "summer", "autumn", "fall", "winter", "week", "weekend", "month", "year", "season", "decade"}
)
_WHICH = frozenset({"this", "next", "last", "later", "early", "late", "mid", "end", "coming"})
_ALONE = frozenset({"tomorrow", "tonight", "soon", "shortly"})
_TIME_WORDS = (
    _WHICH | _ALONE | {"the"} | set(_MONTHS) | set(_WEEKDAYS) | {holiday[0] for holiday in _HOLIDAYS}
)
_DAY = re.compile(r"(0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_NUMERIC = re.compile(r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{2}|[0-9]{4}))?")
# Countries that write the month first, and that write the day first; Canada does both.
_MONTH_FIRST = frozenset({"US", "PH"})
_EITHER = frozenset({"CA"})
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
# Further from the post than this, in days, the nearest year is not much nearer than the next one.
_FAR = 150


class Day(NamedTuple):
    """A day, as far as it was said: the year may be missing, and a weekday given."""

    month: int
    day: int
    year: int | None = None
    weekday: int | None = None
    #: Whether it may be a rating: 4/5, 8/10.
    like_rating: bool = False

    def near(self, post: date) -> date | None:
        """Answer which date is meant in a post of a date; None where there is none, or that is in doubt.

        Without a year it is the one that lies nearest. A weekday that the date does not have contradicts it.
        """
        years = [self.year] if self.year else [post.year - 1, post.year, post.year + 1]
        found = [day for year in years if (day := _date(year, self.month, self.day))]
        if not found:
            return None
        nearest = min(found, key=lambda day: abs(day - post))
        if self.weekday is not None and nearest.weekday() != self.weekday:
            return None
        return nearest if self.year or abs(nearest - post).days <= _FAR else None


def _date(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens that say when.

    Attributes:
        code: What they are to the grammar: D is a day, H a holiday that has to be looked up, V any other time.
        count: How many tokens they are.
    """

    code: str
    count: int
    day: Day | None = None


def month_comes_first(language: str, region: str | None) -> bool | None:
    """Tell how somebody writes 2/3: the month first, the day first, or None where that cannot be told."""
    where = next((part for part in language.split("-")[1:] if len(part) == 2 and part.isupper()), region)
    if where is None or where in _EITHER:
        return None
    return where in _MONTH_FIRST


def time_at(words: Sequence[Token], at: int, *, month_first: bool | None) -> Span | None:
    """Read the time that a token begins to say; None where it says none."""
    code = words[at].code
    if not (code[:1].isdigit() or code in _TIME_WORDS):
        return None
    return _numeric(words, at, month_first=month_first) or _with_month(words, at) or _vague(words, at)


def _numeric(words: Sequence[Token], at: int, *, month_first: bool | None) -> Span | None:
    code = words[at].code
    if len(code) == 10 and code[4] == code[7] == "-":
        return Span("D", 1, Day(int(code[5:7]), int(code[8:]), int(code[:4])))
    match = _NUMERIC.fullmatch(code)
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    readings = {(first, second), (second, first)}
    if month_first is not None:
        readings = {(first, second) if month_first else (second, first)}
    sound = [(month, day) for month, day in readings if 1 <= month <= 12 and 1 <= day <= 31]
    if len(sound) != 1:
        return Span("V", 1)
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0) if match[3] else None
    like_rating = year is None and second in {4, 5, 10} and first <= second
    return Span("D", 1, Day(*sound[0], year, like_rating=like_rating))


def _with_month(words: Sequence[Token], at: int) -> Span | None:
    """Read a day with the name of its month, and what belongs to it."""
    codes = [word.code for word in words[at : at + 10]]
    place = 1 if codes[0] in {"this", "the"} else 0
    weekday = _WEEKDAYS.get(codes[place]) if place < len(codes) else None
    if weekday is not None:
        place = _past(codes, place + 1, ".", ",", "the")
    place = _past(codes, place, "the") if place else place
    found = _month_day(words, at, codes, place) or _day_month(words, at, codes, place)
    if found is None:
        return None
    month, day, place = found
    year = None
    after = _past(codes, place, ",")
    if after < len(codes) and _YEAR.fullmatch(codes[after]):
        year, place = int(codes[after]), after + 1
    return Span("D", place, Day(month, day, year, weekday))


def _month_day(
    words: Sequence[Token], at: int, codes: Sequence[str], place: int
) -> tuple[int, int, int] | None:
    month = _month(words, at, codes, place)
    if month is None:
        return None
    place = _past(codes, place + 1, ".", "the")
    day = _DAY.fullmatch(codes[place]) if place < len(codes) else None
    return (month, int(day[1]), place + 1) if day else None


def _day_month(
    words: Sequence[Token], at: int, codes: Sequence[str], place: int
) -> tuple[int, int, int] | None:
    day = _DAY.fullmatch(codes[place]) if place < len(codes) else None
    if day is None:
        return None
    place = _past(codes, place + 1, "of")
    month = _month(words, at, codes, place)
    return (
        (month, int(day[1]), _past(codes, place + 1, ".") if len(codes[place]) <= 4 else place + 1)
        if month
        else None
    )


def _month(words: Sequence[Token], at: int, codes: Sequence[str], place: int) -> int | None:
    # "may" and "march" are words, too.
    return _MONTHS.get(codes[place]) if place < len(codes) and words[at + place].capital else None


def _past(codes: Sequence[str], place: int, *signs: str) -> int:
    """Step over signs that may stand there, each once."""
    for sign in signs:
        if place < len(codes) and codes[place] == sign:
            place += 1
    return place


def _vague(words: Sequence[Token], at: int) -> Span | None:
    codes = [word.code for word in words[at : at + 5]]
    lead = codes[0] in _WHICH
    rest = codes[1:] if lead else codes
    for holiday in _HOLIDAYS:
        if tuple(rest[: len(holiday)]) == holiday:
            return Span("H" if codes[0] == "this" else "V", len(holiday) + lead)
    place = 0
    while place < len(codes) and codes[place] in _WHICH | {"of", "the", "in"} and place < 4:
        place += 1
    if place == len(codes):
        return None
    code = codes[place]
    if codes[0] in _WHICH and (
        code in _SEASONS or code in _WEEKDAYS or code in _MONTHS or _YEAR.fullmatch(code)
    ):
        return Span("V", place + 1)
    code = codes[0]
    if (code in _MONTHS and words[at].capital) or code in _WEEKDAYS or _YEAR.fullmatch(code):
        return Span("V", 1)
    return Span("V", 1) if code in _ALONE else None
