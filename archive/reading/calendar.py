"""The looks at a page by the day (UTC) on which they were made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from archive.reading.reader import Reader
from archive.reading.rows import Json, Look, PageRow
from archive.reading.sql import LOOK, look_row

_ACCEPTED = ("new", "changed", "unchanged")
_TELLING = ("changed", "new", "gone", "held", "failed", "refused", "unchanged")  # what a day is remembered for, first

_DAYS = """
WITH RECURSIVE days(day) AS (
    SELECT (SELECT substr(rtrim(observed_at, 'Z'), 1, 10) FROM observations
        WHERE page_id = :page AND rtrim(observed_at, 'Z') >= :begin AND rtrim(observed_at, 'Z') < :end
        ORDER BY rtrim(observed_at, 'Z') LIMIT 1)
    UNION ALL
    SELECT (SELECT substr(rtrim(observed_at, 'Z'), 1, 10) FROM observations
        WHERE page_id = :page AND rtrim(observed_at, 'Z') > day || '~' AND rtrim(observed_at, 'Z') < :end
        ORDER BY rtrim(observed_at, 'Z') LIMIT 1)
    FROM days WHERE day IS NOT NULL)
SELECT day, (SELECT count(*) FROM observations WHERE page_id = :page
    AND rtrim(observed_at, 'Z') >= day AND rtrim(observed_at, 'Z') < day || '~') AS looks
FROM days WHERE day IS NOT NULL
"""  # one step for each day that has looks, and none for its looks
_TOLD = """
SELECT substr(o.observed_at, 1, 10) AS day, j.outcome, count(*) AS looks
FROM ({}) told JOIN observations o ON o.seq = told.seq JOIN judgements j ON j.reading_id = :reading AND j.seq = told.seq
WHERE rtrim(o.observed_at, 'Z') >= :begin AND rtrim(o.observed_at, 'Z') < :end AND j.outcome <> 'unchanged'
GROUP BY 1, 2
"""
_NOT_ACCEPTED = (
    "SELECT seq FROM judgements WHERE reading_id = :reading AND outcome NOT IN ('new', 'changed', 'unchanged')"
)
_REVISIONS = "SELECT observation_seq AS seq FROM revisions WHERE reading_id = :reading"
_EDGE = (
    "SELECT substr(observed_at, 1, 4) AS year FROM observations WHERE page_id = :page"
    " ORDER BY rtrim(observed_at, 'Z') {} LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the looks of one day came to."""

    on: date
    outcomes: tuple[tuple[str, int], ...]  # (outcome, looks), the most telling first

    @property
    def looks(self) -> int:
        return sum(looks for _, looks in self.outcomes)

    @property
    def accepted(self) -> int:
        return sum(looks for outcome, looks in self.outcomes if outcome in _ACCEPTED)

    def as_json(self) -> Json:
        return {"day": self.on.isoformat(), "looks": self.looks, "outcomes": dict(self.outcomes)}


def years_of_looks(reader: Reader, page: PageRow) -> tuple[int, int] | None:
    """The years of the first and the last look; None where there is none."""
    edges = [reader.row(_EDGE.format(way), {"page": page.id}) for way in ("ASC", "DESC")]
    first, last = edges
    return (int(first["year"]), int(last["year"])) if first and last else None


def days_of_looks(reader: Reader, page: PageRow, year: int) -> list[Day]:
    """The days of a year on which the page was looked at, in order, as the looks stand in its current reading."""
    values = {"page": page.id, "reading": reader.reading_id(page), "begin": f"{year:04}-", "end": f"{year + 1:04}-"}
    counted = {row["day"]: Counter(unchanged=row["looks"]) for row in reader.rows(_DAYS, values)}
    for which in (_NOT_ACCEPTED, _REVISIONS):
        for row in reader.rows(_TOLD.format(which), values):
            counted[row["day"]][row["outcome"]] += row["looks"]
            counted[row["day"]]["unchanged"] -= row["looks"]
    return [
        Day(on=date.fromisoformat(day), outcomes=tuple((name, told[name]) for name in _TELLING if told[name]))
        for day, told in sorted(counted.items())
    ]


def looks_on(reader: Reader, page: PageRow, on: date, *, before: int | None = None, limit: int = 100) -> list[Look]:
    """The looks of one day, newest first; those earlier than the observation `before`."""
    begin, end = on.isoformat(), (on + timedelta(days=1)).isoformat() if on < date.max else "9999-12-31~"
    values: dict[str, object] = {"page": page.id, "begin": begin, "end": end, "limit": limit}
    earlier = ""
    if before is not None:
        earlier = " AND (rtrim(o.observed_at, 'Z'), o.seq) < (rtrim(:at, 'Z'), :before)"
        values |= {"before": before, "at": reader.observation(before).observed_at}
    rows = reader.rows(
        f"{LOOK} WHERE o.page_id = :page AND rtrim(o.observed_at, 'Z') >= :begin AND rtrim(o.observed_at, 'Z') < :end"
        f"{earlier} ORDER BY rtrim(o.observed_at, 'Z') DESC, o.seq DESC LIMIT :limit",
        values,
    )
    return [look_row(row) for row in rows]
