"""How often a page is looked at: intervals such as `6h`, and cron lines in a time zone. Pure arithmetic on given times.

Cron lines are the classic five fields, less everything that cron programs disagree about: weekdays by name only, no
day of month together with a weekday, no line that never comes due. Daylight saving: a time that the clock skips comes
due when the clock has skipped it, a time that the clock shows twice comes due once, and lines for every hour follow
real hours.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST_S = 3650 * 86400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WIDEST_FOLD_H = 2
YEARS_WITHOUT_29_FEBRUARY = 8  # at most, around 2100

_INTERVAL = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhdw])")


def interval_s(text: str) -> float:
    """The seconds of an interval: a number and one of the units s m h d w; a bare "0" is none. At most 3650d.

    >>> interval_s("6h")
    21600.0
    """
    if text.strip() == "0":
        return 0.0
    match = _INTERVAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'{text!r} is not an interval; write a number and one of s m h d w, as in "90s" or "6h"')
    seconds = float(match[1]) * UNITS_S[match[2]]
    if seconds > LONGEST_S:
        raise ValueError(f"{text!r} is longer than 3650d")
    return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """A cron line in a time zone. Made by `parse_cron`; sorted numbers, months from 1, Monday is 0."""

    text: str
    timezone: str  # IANA name
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def next(self, after: datetime) -> datetime:
        """The first time due that is later than `after`, in UTC."""
        zone = ZoneInfo(self.timezone)
        for day in self._days_from(after.astimezone(zone).date() - timedelta(days=1)):
            due = self._first_on(day, zone, after)
            if due is not None:
                return due
        raise AssertionError(f"cron line never due: {self.text}")  # parse_cron refuses those

    def _first_on(self, day: date, zone: ZoneInfo, after: datetime) -> datetime | None:
        """The day's first time later than `after`. Around a double hour, clock times are not in the order of time."""
        clock = after.astimezone(zone).replace(tzinfo=UTC) - timedelta(hours=1 + WIDEST_FOLD_H)
        hit, due = 24, None
        for hour in self.hours:
            if datetime(day.year, day.month, day.day, hour, tzinfo=UTC) < clock:
                continue
            if hour > hit + WIDEST_FOLD_H:
                break
            later = [at for at in self._times_in(day, hour, zone) if at > after]
            if later:
                hit, due = min(hit, hour), min([*later, due] if due else later)
        return due

    def _days_from(self, first: date) -> Iterator[date]:
        for year in range(first.year, first.year + YEARS_WITHOUT_29_FEBRUARY + 2):
            for month in self.months:
                if (year, month) < (first.year, first.month):
                    continue
                days_in_month = calendar.monthrange(year, month)[1]
                for day in self.days:
                    if day <= days_in_month and date(year, month, day) >= first:
                        found = date(year, month, day)
                        if found.weekday() in self.weekdays:
                            yield found

    def _times_in(self, day: date, hour: int, zone: ZoneInfo) -> Iterator[datetime]:
        folds = (0, 1) if len(self.hours) == 24 else (0,)
        for minute in self.minutes:
            for fold in folds:
                yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).astimezone(UTC)


def parse_cron(text: str, timezone: str) -> Cron:
    """Read `minute hour day month weekday`. Raises ValueError that names the field and the mend.

    >>> parse_cron("15 7 * * mon-fri", "Asia/Almaty").next(datetime(2014, 5, 9, 6, tzinfo=UTC)).isoformat()
    '2014-05-12T01:15:00+00:00'
    """
    fields = text.lower().split()
    if len(fields) != 5:
        raise ValueError(f'a cron line has five fields, not {len(fields)}: minute hour day month weekday, "15 7 * * *"')
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise ValueError("a day of month and a weekday at once mean different things to different crons; make one *")
    cron = Cron(
        text=" ".join(fields),
        timezone=timezone,
        minutes=_numbers("minute", minute, 0, 59),
        hours=_numbers("hour", hour, 0, 23),
        days=_numbers("day of month", day, 1, 31),
        months=_numbers("month", month, 1, 12, MONTHS),
        weekdays=_weekdays(weekday),
    )
    if all(cron.days[0] > DAYS_IN_MONTH[month - 1] for month in cron.months):
        raise ValueError(f"never comes due: no such month has a day {cron.days[0]}")
    return cron


def _numbers(field: str, text: str, low: int, high: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, last = (low, high) if span == "*" else _span(field, span, low, high, names)
        if slash and (not _is_number(step) or not 1 <= int(step) <= high):
            raise ValueError(f"{field}: {part!r} has no usable step; write */10 or 8-18/2")
        if slash and first == last:
            raise ValueError(f"{field}: {part!r} has a step without a range; write {first}-{high}/{step}")
        found.update(range(first, last + 1, int(step) if slash else 1))
    return tuple(sorted(found))


def _span(field: str, text: str, low: int, high: int, names: tuple[str, ...]) -> tuple[int, int]:
    ends = [_number(field, end, low, high, names) for end in text.split("-", 1)]
    if ends[0] > ends[-1]:
        raise ValueError(f"{field}: {text!r} runs backwards")
    return ends[0], ends[-1]


def _number(field: str, text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text in names:
        return low + names.index(text)
    if not _is_number(text) or not low <= int(text) <= high:
        hint = f" or {names[0]}-{names[-1]}" if names else ""
        raise ValueError(f"{field}: {text!r} is not a number from {low} to {high}{hint}")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2


def _weekdays(text: str) -> tuple[int, ...]:
    if text == "*":
        return tuple(range(7))
    found: set[int] = set()
    for part in text.split(","):
        ends = part.split("-", 1)
        for end in ends:
            if end not in WEEKDAYS:
                why = "numbers mean different days to different crons" if end.isdigit() else f"no weekday {end!r}"
                raise ValueError(f"weekday: {why}; write names: mon tue wed thu fri sat sun, or mon-fri")
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(found))
