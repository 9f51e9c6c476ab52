"""The geometry of a page's history on real time: pure, in per cent of the chart's width, so that it fits any screen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.model import parse_utc
from archive.reading.gaps import Gap
from archive.reading.rows import RevisionRow
from archive.site.language import ENGLISH, Catalogue
from archive.site.words import clock, day, day_of_year, month

Mark = tuple[float, str]  # (per cent of a small chart's width, what it is)

_LABEL_ROOM = 3.0  # per cent of the chart's width
_TICKS = 6  # at most so many, but one a unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the chart. `x` and `width` in per cent."""

    x: float
    width: float
    number: int  # revision that it belongs to, or first observation of a gap
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    x: float
    at: datetime
    unit: str  # what distinguishes it from its neighbours: second … year
    in_full: bool  # nothing before it says what larger unit it stands in
    edge: str  # start, middle, end: which way its label may reach
    minor: bool  # left out on narrow screens


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Texts as bands, the time in which each change lies as a stretch of doubt, gaps, and change marks."""

    bands: tuple[Piece, ...]
    doubts: tuple[Piece, ...]
    gaps: tuple[Piece, ...]
    marks: tuple[Piece, ...]
    labels: tuple[Piece, ...]  # the revisions whose number has room
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where an instant stands between `begin` and `end`."""

    begin: datetime
    end: datetime

    def x(self, at: str | datetime) -> float:
        moment = parse_utc(at) if isinstance(at, str) else at
        whole = (self.end - self.begin).total_seconds()
        return round(100 * (moment - self.begin).total_seconds() / whole, 3) if whole else 50.0

    def piece(self, begin: str, end: str, number: int, state: str) -> Piece:
        x = self.x(begin)
        return Piece(x=x, width=round(max(self.x(end) - x, 0), 3), number=number, state=state)


def chart(revisions: Sequence[RevisionRow], gaps: Sequence[Gap], last_look: str | None) -> Chart | None:
    """The chart of these revisions (oldest first, neighbours) and gaps; None where there is nothing to draw."""
    instants = [row.first_observed for row in revisions] + [row.last_confirmed for row in revisions]
    instants += [gap.first_at for gap in gaps] + [gap.until or gap.last_at for gap in gaps] + [last_look or ""]
    known = sorted(parse_utc(text) for text in instants if text)
    if not known:
        return None
    if revisions and revisions[0].number > 1:  # the older history is on another screen
        known = [at for at in known if at >= parse_utc(revisions[0].first_observed)]
    begin, end = known[0], known[-1]
    if end - begin < timedelta(seconds=1):
        begin, end = begin - timedelta(minutes=1), end + timedelta(minutes=1)
    scale = Scale(begin=begin, end=end)
    shown = [gap for gap in gaps if parse_utc(gap.first_at) >= begin]
    return Chart(
        bands=tuple(_band(scale, row) for row in revisions),
        doubts=tuple(
            scale.piece(older.last_confirmed, newer.first_observed, newer.number, "doubt")
            for older, newer in itertools.pairwise(revisions)
        ),
        gaps=tuple(
            scale.piece(gap.first_at, gap.until or end.isoformat(), gap.first_seq, _gap_state(gap)) for gap in shown
        ),
        marks=tuple(_mark(scale, row) for row in revisions if row.kinds is not None),
        labels=_labels(scale, revisions),
        ticks=ticks(scale),
    )


def spark(begin: str | None, end: str | None, activity: Sequence[tuple[str, bool | None]]) -> tuple[Mark, ...]:
    """The changes of one page as marks along its life."""
    if begin is None or end is None:
        return ()
    first = parse_utc(begin)
    whole = max(parse_utc(end) - first, timedelta())
    return tuple(
        (
            min(max(100 * ((parse_utc(at) - first) / whole), 0.0), 100.0) if whole else 50.0,
            "silent" if silent else "change",
        )
        for at, silent in activity
    )


def _band(scale: Scale, row: RevisionRow) -> Piece:
    return scale.piece(row.first_observed, row.last_confirmed, row.number, "even" if row.number % 2 == 0 else "odd")


def _mark(scale: Scale, row: RevisionRow) -> Piece:
    return Piece(x=scale.x(row.first_observed), width=0, number=row.number, state="silent" if row.silent else "change")


def _labels(scale: Scale, revisions: Sequence[RevisionRow]) -> tuple[Piece, ...]:
    starts = [scale.x(row.first_observed) for row in revisions]
    rooms = [after - x for x, after in itertools.pairwise([*starts, 100.0])]
    return tuple(
        Piece(x=x, width=round(room, 3), number=row.number, state="label")
        for x, room, row in zip(starts, rooms, revisions, strict=True)
        if room > _LABEL_ROOM
    )


def _gap_state(gap: Gap) -> str:
    return "held" if gap.outcomes == {"held"} else "failed"


def ticks(scale: Scale) -> tuple[Tick, ...]:
    """Round instants inside the scale, at most `_TICKS`."""
    for unit, size in (
        *(("second", n) for n in (1, 5, 15, 30)),
        *(("minute", n) for n in (1, 5, 15, 30)),
        *(("hour", n) for n in (1, 3, 6, 12)),
        *(("day", n) for n in (1, 2, 5, 10)),
        *(("month", n) for n in (1, 3, 6)),
        *(("year", n) for n in (1, 2, 5, 10, 20, 50, 100)),
    ):
        instants = list(_instants(scale, unit, size))
        if len(instants) <= _TICKS:
            return tuple(_tick(scale, unit, place, instants) for place in range(len(instants)))
    return ()


def _instants(scale: Scale, unit: str, size: int) -> Iterator[datetime]:
    """Up to one more than `_TICKS` instants of this unit inside the scale."""
    at = _floor(scale.begin, unit, size)
    made = 0
    while at <= scale.end and made <= _TICKS:
        if at >= scale.begin:
            made += 1
            yield at
        at = _step(at, unit, size)


def _floor(at: datetime, unit: str, size: int) -> datetime:
    midnight = datetime(at.year, at.month, at.day, tzinfo=UTC)
    if unit == "year":
        return datetime(max(1, at.year - at.year % size), 1, 1, tzinfo=UTC)
    if unit == "month":
        return datetime(at.year, at.month - (at.month - 1) % size, 1, tzinfo=UTC)
    if unit == "day":
        return datetime(at.year, at.month, 1, tzinfo=UTC)
    seconds = {"hour": 3600, "minute": 60, "second": 1}[unit] * size
    return midnight + timedelta(seconds=(at - midnight).total_seconds() // seconds * seconds)


def _step(at: datetime, unit: str, size: int) -> datetime:
    if unit in ("year", "month"):
        months = size * (12 if unit == "year" else 1) + at.month - 1
        return datetime(min(at.year + months // 12, 9999), months % 12 + 1, 1, tzinfo=UTC)
    if unit == "day":
        later = at + timedelta(days=size)
        if later.month != at.month or (size > 1 and later.day > 31 - size // 2):
            later = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
        return later
    return at + timedelta(seconds={"hour": 3600, "minute": 60, "second": 1}[unit] * size)


def _tick(scale: Scale, unit: str, place: int, instants: Sequence[datetime]) -> Tick:
    at = instants[place]
    x = scale.x(at)
    return Tick(
        x=x,
        at=at,
        unit=unit,
        in_full=not place or _larger(at, unit) != _larger(instants[place - 1], unit),
        edge="start" if x < 6 else "end" if x > 92 else "middle",
        minor=place % 3 != 0,
    )


def _larger(at: datetime, unit: str) -> object:
    return at.year if unit in ("month", "day", "year") else at.date()


def label(tick: Tick, say: Catalogue = ENGLISH) -> str:
    """What a tick is called, the first and that of every new day or year in full."""
    at = tick.at
    if tick.unit == "year":
        return str(at.year)
    if tick.unit == "month":
        return month(at, say) if tick.in_full else say.months_alone[at.month - 1]
    if tick.unit == "day":
        return day(at, say) if tick.in_full else day_of_year(at, say)
    time = clock(at, seconds=tick.unit == "second")
    return f"{day_of_year(at, say)}, {time}" if tick.in_full else time
