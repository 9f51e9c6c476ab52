"""When looks come due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.cadence import interval_s, parse_cron


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(line: str, zone: str, after: str, count: int) -> list[str]:
    cron, now, found = parse_cron(line, zone), at(after), []
    for _ in range(count):
        now = cron.next(now)
        found.append(now.strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6h", 21600), ("90s", 90), ("1d", 86400), ("2w", 1209600), ("10m", 600), ("0.5s", 0.5), ("0", 0), (" 5m ", 300)],
)
def test_an_interval_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert interval_s(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "6", "h", "6 hours", "-6h", "6H", "1h30m", "6h ago", "٣h", "1e3s", "9999w", "0x1s"]
)
def test_anything_else_is_no_interval(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        interval_s(text)


def test_weekdays_by_name_skip_the_weekend() -> None:
    assert dues("15 7 * * mon-fri", "UTC", "2014-05-08T08:00", 3) == [
        "2014-05-09 07:15",
        "2014-05-12 07:15",
        "2014-05-13 07:15",
    ]


def test_a_weekday_range_may_run_over_the_end_of_the_week() -> None:
    assert parse_cron("0 0 * * sat-mon", "UTC").weekdays == (0, 5, 6)


def test_the_time_zone_decides_which_hour_is_meant() -> None:
    assert dues("0 9 * * *", "Asia/Almaty", "2014-05-08T12:00", 1) == ["2014-05-09 03:00"]


def test_a_change_of_a_zones_offset_is_followed() -> None:
    assert dues("0 9 * * *", "Asia/Almaty", "2024-02-28T12:00", 2) == ["2024-02-29 03:00", "2024-03-01 04:00"]


def test_a_time_that_the_clock_skips_comes_due_when_it_has_skipped_it() -> None:
    assert dues("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", 2) == ["2026-03-29 01:30", "2026-03-30 00:30"]


def test_a_time_that_the_clock_shows_twice_comes_due_once() -> None:
    assert dues("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]


def test_a_line_for_every_hour_follows_real_hours_through_the_double_hour() -> None:
    assert dues("0 * * * *", "Europe/Berlin", "2026-10-24T23:30", 4) == [
        "2026-10-25 00:00",
        "2026-10-25 01:00",
        "2026-10-25 02:00",
        "2026-10-25 03:00",
    ]


def test_the_29th_of_february_is_waited_for_over_a_skipped_leap_year() -> None:
    assert dues("0 0 29 feb *", "UTC", "2096-03-01T00:00", 1) == ["2104-02-29 00:00"]


def test_steps_and_lists_are_read() -> None:
    cron = parse_cron("*/20 8-18/5,22 1,15 jan,7 *", "UTC")
    assert (cron.minutes, cron.hours, cron.days, cron.months) == ((0, 20, 40), (8, 13, 18, 22), (1, 15), (1, 7))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("15 7 * * 1-5", "write names"),
        ("15 7 * * 0", "write names"),
        ("15 7 * * mond", "no weekday 'mond'"),
        ("0 0 31 2 *", "never comes due"),
        ("0 0 31 4,6,9,11 *", "never comes due"),
        ("0 0 1 * mon", "make one"),
        ("0 0 * *", "five fields, not 4"),
        ("@daily", "five fields"),
        ("60 0 * * *", "minute: '60'"),
        ("0 24 * * *", "hour: '24'"),
        ("0 0 0 * *", "day of month: '0'"),
        ("0 0 1 13 *", "month: '13'"),
        ("*/0 * * * *", "step"),
        ("5/10 * * * *", "without a range"),
        ("10-5 * * * *", "backwards"),
        ("1,,2 * * * *", "minute: ''"),
        ("٣ * * * *", "minute"),
        ("-1 * * * *", "minute"),
        ("0 0 L * *", "day of month"),
        ("0 0 ? * *", "day of month"),
    ],
)
def test_a_cron_line_that_is_wrong_or_ambiguous_is_refused_with_the_mend(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_cron(line, "UTC")


ZONES = st.sampled_from(
    ["UTC", "Asia/Almaty", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kabul"]
)
LINES = st.sampled_from(
    ["15 7 * * mon-fri", "30 2 * * *", "*/7 * * * *", "0 0 29 2 *", "59 23 31 * *", "0 1-3 * * sun"]
)
TIMES = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(LINES, ZONES, TIMES)
def test_what_comes_next_is_later_and_leaves_nothing_out(line: str, zone: str, after: datetime) -> None:
    cron = parse_cron(line, zone)
    due = cron.next(after)
    assert due > after
    assert cron.next(due - timedelta(microseconds=1)) == due
    assert cron.next(after + (due - after) / 2) == due
