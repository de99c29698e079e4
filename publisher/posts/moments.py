"""Dates as editors write them, in the site's time zone and never the machine's."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from publisher.values.characters import quote
from publisher.values.checkers import fault, shape_fault

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_FORM = re.compile(
    r"(?P<year>\d{4,6})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    r"\s?(?P<zone>Z|z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_HALF_DAY_CLOCK = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[T ](?P<hour>0?[1-9]|1[0-2])(?::(?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\.?",
    re.ASCII | re.IGNORECASE,
)
_ZONE_NAME = re.compile(r"[A-Z]{3,5}|[A-Z][A-Za-z]+/[A-Za-z_/]+")
_EARLIEST, _LATEST = 1900, 9998
_OTHER_FORMS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")


class Moment(NamedTuple):
    """A point in time (aware); `whole_day` when the editor gave a date without a time.

    `ends` is the moment after it: where a whole day is meant, the beginning of the next, which is not always
    24 hours later.
    """

    at: datetime
    whole_day: bool
    ends: datetime


def parse_moment(value: object, zone: ZoneInfo) -> Moment:
    """Read a date, or a date and time; without an offset it is in `zone`."""
    if not isinstance(value, str):
        raise shape_fault(value, "a date")
    written = value.strip()
    match = _FORM.fullmatch(written)
    if match is None:
        raise fault(
            "date-invalid",
            f"{quote(written)} is not a date as this key takes it",
            label="such as 2026-03-05 or 2026-03-05T09:00-06:00",
            help=_other_reading(written),
        )
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    if not _EARLIEST <= year <= _LATEST:
        raise fault("date-invalid", f"the year {match['year']} lies outside {_EARLIEST} to {_LATEST}")
    if not 1 <= month <= 12:
        raise fault("date-invalid", f"{quote(written)} names month {month}; a year has 12")
    days = 28 if 1 <= day <= 28 else calendar.monthrange(year, month)[1]  # every month has as many
    if not 1 <= day <= days:
        name = calendar.month_name[month]
        raise fault("date-invalid", f"{quote(written)} does not exist: {name} {year} has {days} days")
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        raise fault(
            "date-invalid", f"{quote(written)} names a time that no clock shows", label="00:00 to 23:59"
        )
    local = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone follows
    if match["zone"]:
        at = _with_offset(local, match["zone"], written)
        return Moment(at, whole_day=False, ends=at)
    whole_day = match["hour"] is None
    at = _in_zone(local, zone, whole_day=whole_day)
    ends = _in_zone(local + timedelta(days=1), zone, whole_day=True) if whole_day else at
    return Moment(at, whole_day, ends)


def _with_offset(local: datetime, offset: str, written: str) -> datetime:
    if offset in "Zz":
        return local.replace(tzinfo=UTC)
    digits = offset[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise fault("date-invalid", f"{quote(written)} has an offset of {offset}; none is more than 14 hours")
    shift = timedelta(hours=hours, minutes=minutes)
    return local.replace(tzinfo=UTC) + (-shift if offset[0] == "+" else shift)


def _in_zone(local: datetime, zone: ZoneInfo, *, whole_day: bool) -> datetime:
    """Read a local time; one that does not exist, or exists twice, is a fault unless a whole day is meant."""
    first, second = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset() and not whole_day:
        readings = " or ".join(
            f"{reading.isoformat(timespec='minutes')} ({reading.astimezone(UTC).astimezone(zone):%H:%M %Z})"
            for reading in (first, second)
        )
        exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
        what = "exists twice" if exists else "does not exist"
        raise fault(
            "date-invalid",
            f"{local:%Y-%m-%d %H:%M} {what} in {zone.key}: clocks change then",
            help=f"say which is meant: {readings}",
        )
    return first.astimezone(UTC)


def _other_reading(written: str) -> str | None:
    if match := _HALF_DAY_CLOCK.fullmatch(written):
        hour = int(match["hour"]) % 12 + (12 if match["half"].lower() == "p" else 0)
        return f"write {match['day']}T{hour:02}:{match['minute'] or '00'}"
    before, _, zone = written.rpartition(" ")
    if _ZONE_NAME.fullmatch(zone) and _FORM.fullmatch(before):
        return "say how far from UTC it is instead, as in -06:00, or leave it out for the site's own zone"
    if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", written, re.ASCII):
        first, second, year = map(int, match.groups())
        # A month above 12 leaves one reading.
        if first <= 12 < second <= 31 or second <= 12 < first <= 31:
            return f"write {year}-{min(first, second):02}-{max(first, second):02}"
        return "that can be read in two ways; write year-month-day"
    for form in _OTHER_FORMS:
        try:
            return f"write {datetime.strptime(written, form):%Y-%m-%d}"  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    return None
