"""What a verification came to: one finding for each thing that is not as it was stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from archive.errors import Damaged
from archive.evidence import Json

Progress = Callable[[str, int, int], None]  # what is looked at, how many of them, of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One damage, or one redaction, which is none."""

    what: str
    how: str
    seq: int | None = None  # of the entry or observation that it concerns
    is_damage: bool = True

    @property
    def line(self) -> str:
        return f"{self.what}: {self.how}"

    def as_json(self) -> Json:
        return {"seq": self.seq, "what": self.what, "problem": self.how, "damage": self.is_damage}


@dataclass(slots=True, kw_only=True)
class Report:
    """All findings in the order in which they were made, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    size: int = 0  # entries in the log
    root: bytes = b""
    entries: int = 0  # of these, decoded and hashed
    bodies: int = 0  # decoded and hashed
    stored_bodies: int = 0

    @property
    def damages(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_damage]

    def damage(self, what: str, how: str, seq: int | None = None) -> None:
        self.findings.append(Finding(what=what, how=how, seq=seq))

    @contextmanager
    def noting(self, seq: int | None = None) -> Iterator[None]:
        """What is found damaged inside is noted, and the rest of the block passed over."""
        try:
            yield
        except Damaged as error:
            self.damage(error.what, error.how, seq)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """What SQLite can't read is damage; that the file is locked is not. Raises Damaged, sqlite3.OperationalError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        raise Damaged(what, f"it can't be read ({error})") from error
    except UnicodeDecodeError as error:  # of SQLite's own message, where it quotes a garbled schema
        raise Damaged(what, "it can't be read, and SQLite's reason is no text") from error


def rows(
    conn: sqlite3.Connection, report: Report, what: str, sql: str, *values: object
) -> Iterator[tuple[object, ...]]:
    """The rows of a query as far as they can be read; what ends them early is noted."""
    with report.noting(), reading(what):
        yield from conn.execute(sql, values)


def numbered(
    conn: sqlite3.Connection, what: str, sql: str, last: int
) -> Iterator[tuple[int, tuple[object, ...] | Damaged | None]]:
    """(number, its row, None where there is none, or what is wrong) for each number from 1 to `last`.

    `sql` selects between two numbers, and the number first.
    """
    step = 256
    for start in range(1, last + 1, step):
        end = min(start + step - 1, last)
        found: dict[int, tuple[object, ...]] | None
        try:
            with reading(what):
                found = {row[0]: row for row in conn.execute(sql, (start, end))}
        except Damaged:
            found = None
        for number in range(start, end + 1):
            yield number, _one(conn, f"{what} {number}", sql, number) if found is None else found.get(number)


def _one(conn: sqlite3.Connection, what: str, sql: str, number: int) -> tuple[object, ...] | Damaged | None:
    try:
        with reading(what):
            row: tuple[object, ...] | None = conn.execute(sql, (number, number)).fetchone()
            return row
    except Damaged as error:
        return error
