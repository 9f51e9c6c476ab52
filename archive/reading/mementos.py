"""The snapshots of an original resource in the order of its history, for RFC 7089."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from archive.errors import NotInArchive
from archive.memento import Memento
from archive.model import utc_text
from archive.reading.reader import Reader
from archive.reading.rows import PageRow

_SNAPSHOTS = """
SELECT o.seq, o.observed_at FROM observations o
JOIN judgements j ON j.reading_id = :reading AND j.seq = o.seq AND j.outcome IN ('new', 'changed', 'unchanged')
JOIN blobs b ON b.id = o.body_id
WHERE o.page_id = :page {where} ORDER BY rtrim(o.observed_at, 'Z') {way}, o.seq {way} LIMIT :limit
"""
_AFTER = "AND rtrim(o.observed_at, 'Z') >= :at AND (rtrim(o.observed_at, 'Z') > :at OR o.seq > :seq)"
_BEFORE = "AND rtrim(o.observed_at, 'Z') <= :at AND (rtrim(o.observed_at, 'Z') < :at OR o.seq < :seq)"


class NoMemento(NotInArchive):
    """An address of which this archive holds nothing, or nothing of that time."""

    def __init__(self, address: str) -> None:
        super().__init__(f"No snapshot of {address} in this archive. List pages with: variorum pages")


def page_of(reader: Reader, candidates: Sequence[str]) -> tuple[PageRow, str]:
    """The page that has, or had, the first of these addresses that any has; of several the one that has it now.

    Where none has, the page that permanent redirects led to it. Raises NoMemento.
    """
    urls = {"urls": json.dumps(list(candidates), ensure_ascii=True)}
    rows = reader.rows(
        "SELECT c.value AS url, a.page_id FROM json_each(:urls) c JOIN page_addresses a ON a.url = c.value"
        " JOIN pages p ON p.id = a.page_id ORDER BY c.key, p.url = a.url DESC, a.id DESC LIMIT 1",
        urls,
    ) or reader.rows(
        "SELECT c.value AS url, r.page_id FROM seams m JOIN json_each(:urls) c ON c.value = m.url"
        " JOIN readings r ON r.id = m.reading_id AND r.is_current ORDER BY c.key, m.seq DESC LIMIT 1",
        urls,
    )
    if not rows:
        raise NoMemento(candidates[0])
    (page,) = reader.pages_by_id([rows[0]["page_id"]])
    return page, rows[0]["url"]


class Snapshots:
    """The snapshots of one page in its current reading: looks accepted as the page whose body is here."""

    def __init__(self, reader: Reader, page: PageRow) -> None:
        self._reader = reader
        self._ids = {"reading": reader.reading_id(page), "page": page.id}

    def first(self) -> Memento | None:
        return self._one(self._rows("", "", 1))

    def last(self) -> Memento | None:
        return self._one(self._rows("", "DESC", 1))

    def before(self, memento: Memento) -> Memento | None:
        return self._one(self._rows(_BEFORE, "DESC", 1, memento))

    def after(self, memento: Memento) -> Memento | None:
        return self._one(self._rows(_AFTER, "", 1, memento))

    def part(self, after: Memento | None, limit: int) -> list[Memento]:
        """The next so many, oldest first."""
        rows = self._rows(_AFTER if after else "", "", limit + 1, after)
        seconds = [row["observed_at"][:19] for row in rows]
        return [
            self._made(row, place + 1 == len(rows) or seconds[place] != seconds[place + 1])
            for place, row in enumerate(rows[:limit])
        ]

    def by_seq(self, seq: int) -> Memento | None:
        return self._one(self._rows("AND o.seq = :seq", "", 1, Memento(seq=seq, observed_at="")))

    def at(self, instant: datetime) -> Memento | None:
        """The one that stood at an instant: the last until the end of its second, else the first of all."""
        edge = Memento(seq=-1, observed_at=utc_text(instant.replace(microsecond=0) + timedelta(seconds=1)))
        return self._one(self._rows(_BEFORE, "DESC", 1, edge)) or self.first()

    def _rows(self, where: str, way: str, limit: int, edge: Memento | None = None) -> list[sqlite3.Row]:
        values: dict[str, int | str | None] = {**self._ids, "limit": limit}
        if edge is not None:
            values |= {"at": edge.observed_at.rstrip("Z"), "seq": edge.seq}
        return self._reader.rows(_SNAPSHOTS.format(where=where, way=way), values)

    def _one(self, rows: list[sqlite3.Row]) -> Memento | None:
        if not rows:
            return None
        made = self._made(rows[0], True)
        following = self._rows(_AFTER, "", 1, made)
        same = bool(following) and following[0]["observed_at"][:19] == made.observed_at[:19]
        return self._made(rows[0], not same)

    def _made(self, row: sqlite3.Row, is_last: bool) -> Memento:
        return Memento(seq=row["seq"], observed_at=row["observed_at"], is_last_of_second=is_last)
