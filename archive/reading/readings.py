"""A page's readings: each set of rules and versions applied to its evidence, the current one and those before it."""

from __future__ import annotations

from dataclasses import dataclass

from archive.reading.missing import NoReading, NoRevision
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow, Revision, RevisionRow
from archive.reading.sql import REVISION, revision_row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One reading, with how many revisions it tells."""

    number: int
    made_at: str
    cause: str
    version: str
    is_current: bool
    revisions: int

    def as_json(self) -> Json:
        return {
            "number": self.number,
            "made_at": self.made_at,
            "cause": self.cause,
            "version": self.version,
            "is_current": self.is_current,
            "revisions": self.revisions,
        }


def readings(reader: Reader, page: PageRow) -> list[ReadingRow]:
    """The readings of a page, the newest first."""
    rows = reader.rows(
        "SELECT r.number, r.made_at, r.cause, r.version, r.is_current,"
        " coalesce((SELECT max(v.number) FROM revisions v WHERE v.reading_id = r.id), 0) AS revisions"
        " FROM readings r WHERE r.page_id = :page ORDER BY r.number DESC",
        {"page": page.id},
    )
    return [ReadingRow(**{**dict(row), "is_current": bool(row["is_current"])}) for row in rows]


def text_at(reader: Reader, page: PageRow, seq: int, reading: int | None = None) -> Revision | None:
    """The text of a look as the first reading has it that took it for the page's, or as `reading` has it; None if none did."""
    found = reader.row(
        "SELECT r.number AS reading, v.number FROM readings r JOIN judgements j ON j.reading_id = r.id AND j.seq = :seq"
        " JOIN revisions v ON v.id = j.revision_id WHERE r.page_id = :page AND r.number = coalesce(:reading, r.number)"
        " ORDER BY r.number LIMIT 1",
        {"page": page.id, "seq": seq, "reading": reading},
    )
    return None if found is None else revision_of(reader, page, found["reading"], found["number"])


def revision_of(reader: Reader, page: PageRow, reading: int, number: int) -> Revision:
    """One revision of any of a page's readings. Raises NoReading, NoRevision."""
    row = _row_of(reader, page, reading, number)
    if row is None:
        last = next(one.revisions for one in readings(reader, page) if one.number == reading)
        raise NoRevision(page.slug, number, last or None)
    return reader.with_text(page, row, reading)


def following_of(reader: Reader, page: PageRow, reading: int, number: int) -> RevisionRow | None:
    """The revision after that one in its reading. Raises NoReading."""
    return _row_of(reader, page, reading, number + 1)


def version_of(reader: Reader, page: PageRow, reading: int) -> str:
    """Which version of our rules made a reading. Raises NoReading."""
    found = reader.row(
        "SELECT version FROM readings WHERE page_id = :page AND number = :number", {"page": page.id, "number": reading}
    )
    if found is None:
        raise NoReading(page.slug, reading, page.reading)
    return str(found["version"])


def _row_of(reader: Reader, page: PageRow, reading: int, number: int) -> RevisionRow | None:
    found = reader.row(
        "SELECT id FROM readings WHERE page_id = :page AND number = :number", {"page": page.id, "number": reading}
    )
    if found is None:
        raise NoReading(page.slug, reading, page.reading)
    row = reader.row(REVISION + "AND v.number = :number", {"reading": found["id"], "number": number})
    return None if row is None else revision_row(row)
