"""Ratings as editors write them, on the site's own scale."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from publisher.model import plain
from publisher.values.characters import quote
from publisher.values.checkers import fault, shape_fault

if TYPE_CHECKING:
    from publisher.model import RatingScale

_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS)}
# Such as "four", "four and a half", "4,5", "4/5", "8 of 10", "4 stars", "4/5 stars" or "80%".
_RATING_IN_WORDS = re.compile(
    rf"(?P<value>[0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?|{'|'.join(_WORDS)})"
    r"(?P<half>½|\s+and\s+a\s+half)?"
    r"(?:\s*(?:/|of|out of)\s*(?P<of>[1-9][0-9]{0,2})|(?P<percent>\s*%))?(?:\s*(?P<unit>[^\s/%\d].*))?"
)


def parse_rating(value: object, scale: RatingScale) -> Decimal:
    """Read a rating; it has to be a point on the scale."""
    if not isinstance(value, str):
        raise shape_fault(value, "a number")
    written = value.strip()
    low, high, step = plain(scale.minimum), plain(scale.maximum), plain(scale.step)
    label = f"{low} to {high} in steps of {step}"
    if not re.fullmatch(r"[+-]?\d{1,6}(\.\d{1,6})?", written, re.ASCII):
        raise fault(
            "rating-invalid",
            f"{quote(written)} is not a number",
            label=label,
            help=_reading(written, scale),
        )
    rating = Decimal(written) + 0  # "-0" is 0
    if rating > scale.maximum:
        tenth = rating / 10 * scale.maximum
        fits = rating <= 10 and (tenth - scale.minimum) % scale.step == 0
        raise fault(
            "rating-range",
            f"rating is {written}; the scale ends at {high}",
            label=label,
            help=f"out of ten? {written}/10 is {_points(tenth, scale)}" if fits else None,
        )
    if rating < scale.minimum:
        raise fault("rating-range", f"rating is {written}; the scale begins at {low}", label=label)
    beyond = (rating - scale.minimum) % scale.step
    if beyond:
        below = rating - beyond
        raise fault(
            "rating-step",
            f"rating is {written}; the scale has steps of {step}",
            label=f"{plain(below)} or {plain(below + scale.step)}",
        )
    return rating


def _reading(written: str, scale: RatingScale) -> str | None:
    if written and not written.strip(f"★{scale.symbol}"):
        written = str(max(written.count("★"), written.count(scale.symbol)))
    match = _RATING_IN_WORDS.fullmatch(written.lower())
    if match is None:
        return None
    value = Decimal(_WORDS.get(match["value"], match["value"].replace(",", ".")))
    value += Decimal("0.5") if match["half"] else 0
    units = {None, "stars", "star", scale.unit.lower(), scale.units.lower(), scale.symbol}
    if match["unit"] not in units:
        return None
    if match["of"] or match["percent"]:
        value = value / Decimal(match["of"] or 100) * scale.maximum
    fits = scale.minimum <= value <= scale.maximum and (value - scale.minimum) % scale.step == 0
    return f"write rating: {plain(value)}" if fits else None


def _points(value: Decimal, scale: RatingScale) -> str:
    return f"{plain(value)} {scale.unit if value == 1 else scale.units}"
