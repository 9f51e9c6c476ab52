"""The schedule against clocks that jump, restarts, daylight saving and rounds that were missed; with a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model import parse_utc, utc_text
from archive.pages import PageSettings
from archive.store import Archive
from scraper.cadence import parse_cron
from scraper.schedule import Schedule
from scraper.watchlist import Cadence, Page

LinesRun = Callable[[Callable[[], object]], int]
NOW = datetime(2031, 3, 28, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def page(slug: str = "strait", every_s: float = 3600.0, **fields: Any) -> Page:
    return Page(slug=slug, url=f"http://a.example/{slug}", cadence=Cadence(every_s=every_s), **fields)


def nightly(line: str = "30 2 * * *") -> Page:
    return replace(page(), cadence=Cadence(cron=parse_cron(line, "Europe/Berlin")))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path, holder="test") as opened:
        yield opened


def watched(archive: Archive, pages: list[Page], due: datetime | None = None) -> Schedule:
    """The schedule as it is after a start, where the archive keeps that due time."""
    settings = [PageSettings(slug=page.slug, url=page.url, was=page.was) for page in pages]
    archive.sync_pages(settings, version="1", at=NOW)
    if due is not None:
        with archive.transaction() as conn:
            conn.execute("UPDATE page_states SET due_at = ?", (utc_text(due),))
    return Schedule(archive, pages, spread=lambda: 0.0)


def slugs(pages: list[Page]) -> list[str]:
    return [page.slug for page in pages]


def test_a_page_that_was_never_looked_at_is_due_at_once_and_has_missed_nothing(archive: Archive) -> None:
    schedule = watched(archive, [page()])
    assert slugs(schedule.due(NOW)) == ["strait"]
    due = schedule.next_due(page(), NOW)
    assert (due.at, due.missed) == (NOW + HOUR, 0)


def test_a_page_is_given_out_once_until_it_comes_back(archive: Archive) -> None:
    schedule = watched(archive, [page()])
    assert [slugs(schedule.due(NOW + n * HOUR)) for n in range(3)] == [["strait"], [], []]
    schedule.put_off(page(), NOW + 3 * HOUR)
    assert slugs(schedule.due(NOW + 3 * HOUR)) == ["strait"]


def test_what_came_due_while_nothing_ran_is_one_look_and_the_rest_is_counted(archive: Archive) -> None:
    schedule = watched(archive, [page()], due=NOW)
    at = NOW + timedelta(hours=5, minutes=30)
    assert schedule.late(at) == [NOW]
    assert slugs(schedule.due(at)) == ["strait"]
    due = schedule.next_due(page(), at)
    assert (due.at, due.missed, schedule.due(at)) == (at + HOUR, 5, [])


@pytest.mark.parametrize("spread", [0.0, 0.999])
def test_a_service_that_keeps_up_misses_nothing_through_a_year_with_both_changes_of_the_clock(
    archive: Archive, spread: float
) -> None:
    cron = nightly()
    watched(archive, [cron])
    schedule = Schedule(archive, [cron], spread=lambda: spread)
    at, end, missed, days = NOW, NOW + timedelta(days=365), 0, []
    while at < end:
        for found in schedule.due(at):
            missed += schedule.next_due(found, at).missed
            days.append(at)
        at += timedelta(minutes=7)
    assert (missed, len(days)) == (0, 366)


@pytest.mark.parametrize(
    ("stopped", "started", "missed"),
    [
        ("2031-03-29T01:30:00Z", "2031-03-31T12:00:00Z", 2),  # over the night without a 02:30
        ("2031-10-25T00:30:00Z", "2031-10-27T12:00:00Z", 2),  # over the night with two of them
    ],
)
def test_nights_missed_over_a_change_of_the_clock_are_counted_as_nights(
    archive: Archive, stopped: str, started: str, missed: int
) -> None:
    schedule = watched(archive, [nightly()], due=parse_utc(stopped))
    at = parse_utc(started)
    assert slugs(schedule.due(at)) == ["strait"]
    assert schedule.next_due(nightly(), at).missed == missed


def test_a_clock_set_forward_and_back_locks_no_page(archive: Archive) -> None:
    schedule = watched(archive, [page()])
    next_year = NOW + timedelta(days=365)
    for at in (NOW, next_year):
        assert slugs(schedule.due(at)) == ["strait"]
        schedule.next_due(page(), at)
    assert schedule.due(NOW + timedelta(minutes=30)) == []
    assert slugs(schedule.due(NOW + timedelta(minutes=90))) == ["strait"]


def test_a_clock_set_back_between_two_runs_locks_no_page(archive: Archive) -> None:
    schedule = watched(archive, [page()], due=NOW + timedelta(days=365))
    assert schedule.due(NOW) == []
    assert slugs(schedule.due(NOW + HOUR)) == ["strait"]


def test_an_alert_to_confirm_brings_the_next_look_forward_and_never_back(archive: Archive) -> None:
    schedule = watched(archive, [page()])
    schedule.due(NOW)
    schedule.next_due(page(), NOW)
    schedule.look_again(page(), NOW + timedelta(minutes=10))
    schedule.look_again(page(), NOW + timedelta(minutes=20))
    assert slugs(schedule.due(NOW + timedelta(minutes=10))) == ["strait"]


def test_a_page_that_is_renamed_while_it_is_looked_at_keeps_its_turn(archive: Archive) -> None:
    old, new = page("strait"), page("lower-strait", was=("strait",))
    schedule = watched(archive, [old])
    schedule.due(NOW)
    schedule.replace([new])
    assert (schedule.current(old), schedule.due(NOW)) == (new, [])
    schedule.next_due(old, NOW)
    assert slugs(schedule.due(NOW + HOUR)) == ["lower-strait"]


def test_a_page_taken_out_while_it_is_looked_at_is_not_due_again(archive: Archive) -> None:
    schedule = watched(archive, [page()])
    schedule.due(NOW)
    schedule.replace([])
    assert schedule.next_due(page(), NOW).at == NOW + HOUR
    assert (schedule.current(page()), schedule.due(NOW + 9 * HOUR)) == (None, [])


@dataclass(frozen=True)
class Kept:
    """The one thing that a schedule asks of an archive."""

    due_at: str = utc_text(NOW)

    def page_state(self, _: str) -> Kept:
        return self


def work_of_an_hour(pages: int, lines_run: LinesRun) -> int:
    """Of an hour's ticks in which ten pages come due, of so many that are watched."""
    many = [page(f"p{n}", every_s=86400.0) for n in range(pages)]
    schedule = Schedule(Kept(), many, spread=lambda: 0.0)  # type: ignore[arg-type]
    for found in schedule.due(NOW):
        schedule.next_due(found, NOW)
    for found in many[:10]:
        schedule.look_again(found, NOW + timedelta(minutes=5))

    def ticks() -> None:
        for second in range(1, 3600):
            at = NOW + timedelta(seconds=second)
            for found in schedule.due(at):
                schedule.next_due(found, at)

    return lines_run(ticks)


def test_the_work_of_a_tick_does_not_grow_with_the_pages_that_are_watched(lines_run: LinesRun) -> None:
    assert work_of_an_hour(20_000, lines_run) <= 1.01 * work_of_an_hour(100, lines_run)
