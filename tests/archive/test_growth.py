"""How the file grows, and until when the disk has room."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import growth
from archive.growth import Growth, lacks_size, note_size
from archive.opening import DATABASE, open_database

NOW = datetime(2031, 5, 6, 12, tzinfo=UTC)


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    return open_database(tmp_path / DATABASE)


def sizes(conn: sqlite3.Connection, *days_and_bytes: tuple[float, int]) -> None:
    rows = [((NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ"), size) for days, size in days_and_bytes]
    conn.executemany("INSERT INTO sizes (at, bytes) VALUES (?, ?)", rows)


def size_of(conn: sqlite3.Connection) -> int:
    return int(conn.execute("PRAGMA page_count").fetchone()[0] * conn.execute("PRAGMA page_size").fetchone()[0])


def test_the_rate_is_that_since_the_oldest_size_of_thirty_days(conn: sqlite3.Connection, tmp_path: Path) -> None:
    used = size_of(conn)
    sizes(conn, (40, 0), (20, used - 20_000), (1, used))
    found = growth.growth(conn, tmp_path, NOW)
    assert (found.used_bytes, found.bytes_a_day, found.measured_days) == (used, 1000, 20.0)
    assert found.full_in_days is None or found.full_in_days == found.free_bytes // 1000


def test_what_the_first_looks_stored_is_no_rate(conn: sqlite3.Connection, tmp_path: Path) -> None:
    used = size_of(conn)
    sizes(conn, (3, used - 50_000), (2, used - 4000), (1, used - 2000), (0.1, used))
    assert growth.growth(conn, tmp_path, NOW).bytes_a_day == 2000


def test_a_rate_is_not_told_before_a_day_has_passed(conn: sqlite3.Connection, tmp_path: Path) -> None:
    sizes(conn, (0.9, 0))
    found = growth.growth(conn, tmp_path, NOW)
    assert (found.bytes_a_day, found.full_in_days) == (None, None)
    assert found.line.endswith("How fast it grows is known after a day of service.")


def test_a_file_that_became_smaller_fills_no_disk(conn: sqlite3.Connection, tmp_path: Path) -> None:
    sizes(conn, (10, size_of(conn) + 5000))
    found = growth.growth(conn, tmp_path, NOW)
    assert (found.bytes_a_day, found.full_in_days, found.soon) == (0, None, False)


def test_the_forecast_is_the_free_room_at_that_rate() -> None:
    found = Growth(used_bytes=7_000_000, free_bytes=30_500_000, bytes_a_day=3_000_000, measured_days=30.0)
    assert (found.full_in_days, found.soon) == (10, True)
    assert found.line == (
        "Disk: 7.0 MB used, 30.5 MB free; 3.0 MB a day over the last 30 days: full in about 10 days at this rate."
    )


def test_a_size_is_kept_once_a_day_even_if_the_clock_was_ahead_once(conn: sqlite3.Connection) -> None:
    kept = []
    for at in (NOW, NOW + timedelta(days=400), NOW + timedelta(hours=1), NOW + timedelta(hours=25)):
        kept.append(lacks_size(conn, at))
        if kept[-1]:
            note_size(conn, at)
    assert kept == [True, True, False, True]
    assert growth.growth(conn, Path("."), NOW + timedelta(hours=25)).bytes_a_day is not None
