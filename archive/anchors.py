"""Anchors: the places out of our reach that have checkpoints of the log, how far each has them, and what came back.

Time stamps are evidence, kept as they came beside the checkpoint they are of. How far a place is, and when it is asked next,
is operational.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.bodies import ZstdError, pack, unpack
from archive.errors import Damaged
from archive.evidence import Json
from archive.model import parse_utc, utc_text

FIRST_DELAY_S = 60.0  # after a failure, doubled with each further one
LONGEST_DELAY_S = 6 * 3600.0
EARLY_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """How far one place has the log."""

    place: str  # the address of a time-stamp authority, or "directory …", "command …"
    size: int  # of the newest checkpoint that it has; 0: none
    since: str  # when it got that one; when it was first named, where it has none
    behind: bool  # the log has entries that it has no checkpoint of
    overdue: bool  # and has had them for longer than the watch list allows, or was named so long ago and has none
    failures: int  # in a row
    error: str | None  # of the last of them
    due_at: str  # not before then it is asked again

    @property
    def line(self) -> str:
        """What `status` says of it."""
        again = f". It is tried again at {self.due_at}" if self.failures else ""
        why = f": {self.error.rstrip('.')}{again}" if self.error else ""
        if self.overdue:
            never = "" if self.size else ", and never was"
            return f"Not anchored since {self.since}{never}, at {self.place}{why}."
        if self.error:
            return f"Anchoring at {self.place} failed{why}."
        return f"Anchored up to entry {self.size} at {self.place}, {self.since}."

    @property
    def public_place(self) -> str:
        """What the reading room says of it: not where on the machine."""
        return self.place if self.place.startswith("http") else self.place.split(" ")[0]

    def as_public_json(self) -> Json:
        return {
            "place": self.public_place,
            "size": self.size,
            "anchored_at": self.since if self.size else None,
            "not_anchored_since": self.since if self.overdue else None,
            "failures": self.failures,
            "error": self.error if self.place.startswith("http") else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A stored time stamp."""

    size: int
    note: str  # the checkpoint that it is of
    at: str  # as it states
    authority: str
    roots: str  # the PEM certificates by which it was believed when it came
    response: bytes  # TimeStampResp, DER, as it came


def sync_places(conn: sqlite3.Connection, places: Sequence[str], *, overdue_after_s: float, at: datetime) -> None:
    """From now on these places are to have the log, and no others."""
    conn.execute(
        f"DELETE FROM anchors WHERE place NOT IN ({', '.join('?' * len(places))})",
        tuple(places),
    )
    conn.executemany(
        "INSERT INTO anchors (place, since, overdue_after_s, size, failures, due_at) VALUES (?1, ?2, ?3, 0, 0, ?2)"
        " ON CONFLICT (place) DO UPDATE SET overdue_after_s = ?3 WHERE overdue_after_s IS NOT ?3",
        [(place, utc_text(at), overdue_after_s) for place in places],
    )


def note_hindrance(conn: sqlite3.Connection, error: str | None) -> None:
    """What keeps every place from getting the next checkpoint; None where nothing does, and what each failed with stands."""
    conn.execute("UPDATE anchors SET error = ?1 WHERE failures = 0 AND error IS NOT ?1", (error,))


def next_checkpoint(
    conn: sqlite3.Connection, place: str, at: datetime, *, every_s: float, force: bool = False
) -> tuple[int, str] | None:
    """(size, note) of the newest checkpoint, where this place is to get it now: it has it not, and its time has come."""
    row = conn.execute("SELECT size, due_at FROM anchors WHERE place = ?", (place,)).fetchone()
    newest = conn.execute("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    if row is None or newest is None or newest[0] <= row[0]:
        return None
    due = parse_utc(row[1])
    ahead = due > at + timedelta(seconds=max(every_s, LONGEST_DELAY_S))  # the clock was set back since, or `every` cut
    return (newest[0], newest[1]) if due <= at or ahead or force else None


def note_anchored(conn: sqlite3.Connection, place: str, size: int, at: datetime, *, every_s: float) -> None:
    """The place has the checkpoint of this size. It is asked again a little before `every` is over: rounds are not punctual."""
    rest_s = every_s - min(every_s / 10, EARLY_S)
    conn.execute(
        "UPDATE anchors SET size = ?2, anchored_at = ?3, failures = 0, error = NULL, due_at = ?4 WHERE place = ?1",
        (place, size, utc_text(at), utc_text(at + timedelta(seconds=rest_s))),
    )


def note_failed(conn: sqlite3.Connection, place: str, error: str, at: datetime, *, every_s: float) -> None:
    """The place could not be given it; it is tried again later and later, but no later than a success would be followed."""
    (failures,) = conn.execute("SELECT failures FROM anchors WHERE place = ?", (place,)).fetchone()
    delay_s = min(FIRST_DELAY_S * 2 ** min(failures, 30), LONGEST_DELAY_S, max(every_s, FIRST_DELAY_S))
    conn.execute(
        "UPDATE anchors SET failures = failures + 1, error = ?2, due_at = ?3 WHERE place = ?1",
        (place, error, utc_text(at + timedelta(seconds=delay_s))),
    )


def put_time_stamp(conn: sqlite3.Connection, stamped: Stamped, *, received_at: datetime) -> None:
    """Keep a time stamp for ever. It must have been verified."""
    conn.execute(
        "INSERT INTO time_stamps (size, at, received_at, authority, roots, response) VALUES (?, ?, ?, ?, ?, ?)",
        (
            stamped.size,
            stamped.at,
            utc_text(received_at),
            stamped.authority,
            stamped.roots,
            pack(stamped.response),
        ),
    )


_STAMPED = "SELECT t.size, c.note, t.at, t.authority, t.roots, t.response FROM time_stamps t JOIN checkpoints c ON c.size = t.size"


def newest_time_stamp(conn: sqlite3.Connection) -> Stamped | None:
    """The newest time stamp of the log. Raises Damaged."""
    return _stamped(conn, "ORDER BY t.size DESC, t.id DESC")


def first_time_stamp(conn: sqlite3.Connection, seq: int) -> Stamped | None:
    """The earliest time stamp that covers this entry: it bounds the entry's time most closely. Raises Damaged."""
    return _stamped(conn, "WHERE t.size >= ? ORDER BY t.size, t.id", seq)


def there_by(conn: sqlite3.Connection, seq: int) -> tuple[str, str] | None:
    """(time, authority) of the earliest time stamp that covers this entry, as it was believed when it came."""
    sql = "SELECT at, authority FROM time_stamps WHERE size >= ? ORDER BY size, id LIMIT 1"
    row = conn.execute(sql, (seq,)).fetchone() if is_known(conn) else None
    return (row[0], row[1]) if row else None


def time_stamp_of(conn: sqlite3.Connection, size: int) -> Stamped | None:
    """The first time stamp of the checkpoint of this size. Raises Damaged."""
    return _stamped(conn, "WHERE t.size = ? ORDER BY t.id", size)


def _stamped(conn: sqlite3.Connection, which: str, *values: int) -> Stamped | None:
    row = conn.execute(f"{_STAMPED} {which} LIMIT 1", values).fetchone() if is_known(conn) else None
    if row is None:
        return None
    size, note, at, authority, roots, packed = row
    try:
        response = unpack(packed)
    except ZstdError as error:
        raise Damaged(f"the time stamp of the checkpoint at {size}", f"it can't be decoded ({error})") from error
    return Stamped(size=size, note=note, at=at, authority=authority, roots=roots, response=response)


def is_known(conn: sqlite3.Connection) -> bool:
    """Whether the file has these tables: one that an earlier version wrote has not, until it is next opened for writing."""
    return conn.execute("SELECT 1 FROM sqlite_schema WHERE name = 'time_stamps'").fetchone() is not None


def anchors(conn: sqlite3.Connection, at: datetime) -> list[Anchor]:
    """Every place that is to have the log, those that are overdue first."""
    if not is_known(conn):
        return []
    rows = conn.execute(
        "SELECT a.place, a.size, coalesce(a.anchored_at, a.since), a.overdue_after_s, a.failures, a.error, a.due_at,"
        " (SELECT coalesce(max(seq), 0) FROM entries) > a.size, (SELECT min(at) FROM checkpoints WHERE size > a.size)"
        " FROM anchors a ORDER BY a.rowid"
    ).fetchall()
    found = []
    for place, size, since, overdue_after_s, failures, error, due_at, behind, waiting_since in rows:
        waiting = at - parse_utc(waiting_since if size and waiting_since else since)
        found.append(
            Anchor(
                place=place,
                size=size,
                since=since,
                behind=bool(behind),
                overdue=bool(behind) and waiting > timedelta(seconds=overdue_after_s),
                failures=failures,
                error=error,
                due_at=due_at,
            )
        )
    return sorted(found, key=lambda anchor: not anchor.overdue)


def not_anchored_since(places: Sequence[Anchor]) -> str | None:
    """Since when the place that is most overdue has no checkpoint; None where none is overdue."""
    return min((place.since for place in places if place.overdue), default=None)
