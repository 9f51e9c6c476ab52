"""A year of looks as months of weeks, and the looks of one day."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from archive.reading.calendar import Day, days_of_looks, looks_on, years_of_looks
from archive.reading.reader import Reader
from archive.site.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Weeks from Monday to Sunday; None outside the month, a date alone where nobody looked."""

    first: date
    weeks: tuple[tuple[Day | date | None, ...], ...]


def calendar_view(reader: Reader, slug: str, *, year: int | None) -> View:
    """Every look of a year by its day; of the page's last year where none, or one without looks, was asked for."""
    with reader.one_instant():
        page = reader.page(slug)
        years = years_of_looks(reader, page)
        shown = min(max(year or years[1], years[0]), years[1]) if years else None
        days = days_of_looks(reader, page, shown) if shown else []
    return View(
        values={
            "page": page,
            "year": shown,
            "months": months(days),
            "earlier": shown - 1 if years and shown and shown > years[0] else None,
            "later": shown + 1 if years and shown and shown < years[1] else None,
            "looks": sum(day.looks for day in days),
        },
        as_json=lambda: {"page": page.slug, "year": shown, "days": [day.as_json() for day in days]},
    )


def months(days: Sequence[Day]) -> list[Month]:
    """The months of one year from the first to the last of these days."""
    if not days:
        return []
    looked = {day.on: day for day in days}
    year = days[0].on.year
    return [
        Month(first=date(year, month, 1), weeks=_weeks(year, month, looked))
        for month in range(days[0].on.month, days[-1].on.month + 1)
    ]


def _weeks(year: int, month: int, looked: Mapping[date, Day]) -> tuple[tuple[Day | date | None, ...], ...]:
    def cell(day: int) -> Day | date | None:
        if day == 0:
            return None
        on = date(year, month, day)
        return looked.get(on, on)

    return tuple(tuple(map(cell, week)) for week in calendar.Calendar().monthdayscalendar(year, month))


def day_view(reader: Reader, slug: str, on: date, *, before: int | None, limit: int) -> View:
    """The looks of one day, newest first."""
    with reader.one_instant():
        page = reader.page(slug)
        looks = looks_on(reader, page, on, before=before, limit=limit + 1)
    more = looks[limit - 1].seq if len(looks) > limit else None
    looks = looks[:limit]
    return View(
        values={"page": page, "looks": looks, "before": before, "more": more, "on": on},
        as_json=lambda: {
            "page": page.slug,
            "day": on.isoformat(),
            "observations": [look.as_json() for look in looks],
            "before": more,
        },
    )
