"""How the archive's file grows, from its size once a day, and until when the disk has room at that rate."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archive.evidence import Json
from archive.model import parse_utc, utc_text

DAYS = 30  # looked back for the rate
SHORTEST = timedelta(days=1)  # measured over less, the rate says nothing
SOON_DAYS = 14  # a disk that is full by then is worth a word
LONGEST_DAYS = 36500


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The room that the archive takes and has."""

    used_bytes: int
    free_bytes: int
    bytes_a_day: int | None  # None: not measured for a day yet
    measured_days: float | None

    @property
    def full_in_days(self) -> int | None:
        """In how many days the disk is full at this rate; None where it does not grow, or not measurably."""
        if not self.bytes_a_day or self.free_bytes > self.bytes_a_day * LONGEST_DAYS:
            return None
        return self.free_bytes // self.bytes_a_day

    @property
    def soon(self) -> bool:
        return self.full_in_days is not None and self.full_in_days <= SOON_DAYS

    @property
    def used_mb(self) -> int:
        """Rounded up."""
        return -(-self.used_bytes // 1_000_000)

    @property
    def line(self) -> str:
        """What `status` says of it."""
        room = f"{size_text(self.used_bytes)} used, {size_text(self.free_bytes)} free"
        if self.bytes_a_day is None or self.measured_days is None:
            return f"Disk: {room}. How fast it grows is known after a day of service."
        rate = f"{size_text(self.bytes_a_day)} a day over the last {self.measured_days:.0f} days"
        if self.full_in_days is None:
            return f"Disk: {room}; {rate}."
        return f"Disk: {room}; {rate}: full in about {self.full_in_days} days at this rate."

    def as_json(self) -> Json:
        return {
            "used_bytes": self.used_bytes,
            "free_bytes": self.free_bytes,
            "bytes_a_day": self.bytes_a_day,
            "full_in_days": self.full_in_days,
        }


def note_size(conn: sqlite3.Connection, at: datetime) -> None:
    """Keep how large the file is, once a day. Call inside a transaction, where `lacks_size`."""
    whole_s = at.replace(microsecond=0)
    conn.execute("INSERT OR REPLACE INTO sizes (at, bytes) VALUES (?, ?)", (utc_text(whole_s), _size(conn)))


def lacks_size(conn: sqlite3.Connection, at: datetime) -> bool:
    """Whether the last size kept is a day old."""
    last = conn.execute("SELECT max(at) FROM sizes WHERE at <= ?", (utc_text(at),)).fetchone()[0]
    return last is None or at - parse_utc(last) >= timedelta(days=1)


def growth(conn: sqlite3.Connection, home: Path, at: datetime) -> Growth:
    """From the oldest size of the last 30 days to now. A file that became smaller does not grow.

    The very first size is taken only where no other is a day old: after it the first looks stored whole pages.
    """
    row = conn.execute(
        "SELECT at, bytes FROM sizes WHERE at BETWEEN ? AND ?"
        " ORDER BY at > (SELECT min(at) FROM sizes) AND at <= ? DESC, at LIMIT 1",
        (utc_text(at - timedelta(days=DAYS)), utc_text(at), utc_text(at - SHORTEST)),
    ).fetchone()
    used = _size(conn)
    disk = os.statvfs(home)
    elapsed = at - parse_utc(row[0]) if row else timedelta(0)
    days = elapsed / timedelta(days=1)
    known = elapsed >= SHORTEST
    return Growth(
        used_bytes=used,
        free_bytes=disk.f_bavail * disk.f_frsize,
        bytes_a_day=max(0, round((used - row[1]) / days)) if known else None,
        measured_days=round(days, 1) if known else None,
    )


def size_text(count: float) -> str:
    """
    >>> size_text(999), size_text(1_500_000), size_text(2e15)
    ('999 B', '1.5 MB', '2000.0 TB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.1f} {unit}" if unit != "B" else f"{count:.0f} B"
        count /= 1000
    return f"{count:.1f} TB"


def _size(conn: sqlite3.Connection) -> int:
    pages, size = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages) * int(size)
