"""Snapshots, revisions, changes and observations as CSV or JSON lines, in constant memory.

Rows are read in short read transactions, some megabytes at a time, so that a slow reader of the output neither blocks
the writer nor keeps SQLite from writing its WAL back. What is exported is what the log held when the export began: later
observations, and readings made later, are left out. docs/exports.md documents every column; their order is a contract.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from archive.errors import UsageError
from archive.export.encode import Cell, csv_line, json_line
from archive.reading import Reader

Format = Literal["csv", "jsonl"]

_ROWS_A_READ: Final = 1000
_TEXT_A_READ: Final = 1 << 20  # characters of the last column

# The key of the rows already written, which no row has before the first.
_START: Final = ("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One kind of rows: `sql` selects two key columns and then `columns`, of one page, in the order of the key.

    It is given :page, :reading, :bound (the last entry that counts) and :key1, :key2, after which it goes on.
    """

    columns: tuple[str, ...]
    sql: str
    unknown_if_empty: frozenset[str] = frozenset()
    json_columns: frozenset[str] = frozenset()
    boolean_columns: frozenset[str] = frozenset()


# The address that a page had when entry {seq} was made: pages.url is only the present one.
_URL_AT = (
    "(SELECT a.url FROM page_addresses a WHERE a.page_id = p.id AND a.entry_seq <= {seq} ORDER BY a.id DESC LIMIT 1)"
)

_HISTORY_ORDER = """o.page_id = :page AND o.seq <= :bound AND rtrim(o.observed_at, 'Z') >= :key1
    AND (rtrim(o.observed_at, 'Z') > :key1 OR o.seq > :key2)
ORDER BY rtrim(o.observed_at, 'Z'), o.seq"""

SNAPSHOTS: Final = Table(
    columns=(
        "page",
        "url",
        "observation",
        "observed_at",
        "revision",
        "title",
        "language",
        "stamp_created",
        "stamp_updated",
        "not_before",
        "not_after",
        "via",
        "http_status",
        "body_sha256",
        "text_sha256",
        "text",
    ),
    unknown_if_empty=frozenset({"title", "language"}),
    sql=f"""
SELECT rtrim(o.observed_at, 'Z'), o.seq,
    p.slug, {_URL_AT.format(seq="o.seq")}, o.seq, o.observed_at, v.number, v.title, v.language, v.stamp_created,
    v.stamp_updated, v.not_before, v.not_after, o.via, o.http_status, lower(hex(b.sha256)), v.text_sha256, v.text
FROM observations o
CROSS JOIN pages p ON p.id = o.page_id
CROSS JOIN judgements j ON j.reading_id = :reading AND j.seq = o.seq AND j.outcome IN ('new', 'changed', 'unchanged')
CROSS JOIN revisions v ON v.id = j.revision_id
CROSS JOIN blobs b ON b.id = o.body_id
WHERE {_HISTORY_ORDER}""",
)

OBSERVATIONS: Final = Table(
    columns=(
        "page",
        "url",
        "observation",
        "observed_at",
        "clock_at",
        "duration_ms",
        "via",
        "http_status",
        "outcome",
        "reason",
        "judged_outcome",
        "judged_reason",
        "revision",
        "received_bytes",
        "body_sha256",
        "leaf_sha256",
    ),
    unknown_if_empty=frozenset({"body_sha256"}),
    sql=f"""
SELECT rtrim(o.observed_at, 'Z'), o.seq,
    p.slug, {_URL_AT.format(seq="o.seq")}, o.seq, o.observed_at, o.clock_at, o.duration_ms, o.via, o.http_status,
    coalesce(j.outcome, o.outcome), iif(j.seq IS NULL, o.reason, j.reason), o.outcome, o.reason, v.number,
    o.received_bytes, lower(hex(b.sha256)), lower(hex(e.leaf))
FROM observations o
CROSS JOIN pages p ON p.id = o.page_id
CROSS JOIN entries e ON e.seq = o.seq
LEFT JOIN judgements j ON j.reading_id = :reading AND j.seq = o.seq
LEFT JOIN revisions v ON v.id = j.revision_id
LEFT JOIN blobs b ON b.id = o.body_id
WHERE {_HISTORY_ORDER}""",
)

REVISIONS: Final = Table(
    columns=(
        "page",
        "url",
        "revision",
        "title",
        "language",
        "first_observed",
        "last_observed",
        "last_confirmed",
        "not_before",
        "not_after",
        "words",
        "looks",
        "stamp_created",
        "stamp_updated",
        "observation",
        "text_sha256",
        "text",
    ),
    unknown_if_empty=frozenset({"title", "language"}),
    sql=f"""
SELECT '', v.number,
    p.slug, {_URL_AT.format(seq="v.observation_seq")}, v.number, v.title, v.language, v.first_observed, v.last_observed,
    v.last_confirmed, v.not_before, v.not_after, v.words, v.looks, v.stamp_created, v.stamp_updated, v.observation_seq,
    v.text_sha256, v.text
FROM revisions v
CROSS JOIN pages p ON p.id = v.page_id
WHERE v.reading_id = :reading AND v.number > :key2 AND v.observation_seq <= :bound
ORDER BY v.number""",
)

CHANGES: Final = Table(
    columns=(
        "page",
        "url",
        "change",
        "from",
        "to",
        "not_before",
        "not_after",
        "kinds",
        "silent",
        "words_added",
        "words_removed",
        "words_moved",
        "observation",
        "summary",
        "ops",
    ),
    json_columns=frozenset({"kinds", "summary", "ops"}),
    boolean_columns=frozenset({"silent"}),
    sql=f"""
SELECT '', v.number,
    p.slug, {_URL_AT.format(seq="v.observation_seq")}, c.id, f.number, v.number, c.not_before, c.not_after, c.kinds,
    c.silent, c.words_added, c.words_removed, c.words_moved, v.observation_seq, c.summary, c.ops
FROM revisions v
CROSS JOIN changes c ON c.to_revision_id = v.id
CROSS JOIN revisions f ON f.id = c.from_revision_id
CROSS JOIN pages p ON p.id = v.page_id
WHERE v.reading_id = :reading AND v.number > :key2 AND v.observation_seq <= :bound
ORDER BY v.number""",
)

TABLES: Final = {"snapshots": SNAPSHOTS, "revisions": REVISIONS, "changes": CHANGES, "observations": OBSERVATIONS}


def export(
    conn: sqlite3.Connection,
    what: str,
    *,
    slug: str | None = None,
    format: Format = "csv",
    spreadsheet: bool = False,
    out: BinaryIO,
) -> int:
    """Write all rows of one of `TABLES`, or those of one page, and return how many they were.

    `conn` should not be in a transaction, or that one lasts as long as the export. Raises NoPage, or UsageError, before
    anything is written.
    """
    if spreadsheet and format != "csv":
        raise UsageError("--spreadsheet goes with --format csv: JSON lines are not read by spreadsheets.")
    if what not in TABLES:
        raise UsageError(f"{what!r} can't be exported. Choose one of {', '.join(TABLES)}.")
    table = TABLES[what]
    only = None if slug is None else Reader(conn).page(slug).id
    bound = conn.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()[0]
    if format == "csv":
        out.write(csv_line(table.columns, spreadsheet=False))
    count = 0
    for row in _all_rows(conn, table, only, bound):
        cells = [_cell(table, column, value) for column, value in zip(table.columns, row, strict=True)]
        out.write(json_line(table.columns, cells) if format == "jsonl" else csv_line(cells, spreadsheet=spreadsheet))
        count += 1
    return count


def _all_rows(conn: sqlite3.Connection, table: Table, only: int | None, bound: int) -> Iterator[tuple[object, ...]]:
    """The rows page by page, without their keys."""
    page = 0 if only is None else only - 1
    while (row := conn.execute("SELECT min(id) FROM pages WHERE id > ?", (page,)).fetchone())[0] is not None:
        page = row[0]
        yield from _page_rows(conn, table, page, bound)
        if only is not None:
            return


def _page_rows(conn: sqlite3.Connection, table: Table, page: int, bound: int) -> Iterator[tuple[object, ...]]:
    """One page's rows in its reading that was current at entry `bound`; no transaction is open while one is yielded."""
    reading = conn.execute(
        "SELECT max(id) FROM readings WHERE page_id = ? AND entry_seq <= ?", (page, bound)
    ).fetchone()[0]
    key: tuple[object, ...] = _START
    while rows := _read(
        conn, table, {"page": page, "reading": reading, "bound": bound, "key1": key[0], "key2": key[1]}
    ):
        key = rows[-1][:2]
        for row in rows:
            yield row[2:]


def _read(conn: sqlite3.Connection, table: Table, values: dict[str, object]) -> list[tuple[object, ...]]:
    """The next rows, as many as are held in memory at once; empty at the end."""
    cursor = conn.execute(table.sql, values)
    cursor.row_factory = None
    rows: list[tuple[object, ...]] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += len(str(row[-1]))
        if size >= _TEXT_A_READ or len(rows) == _ROWS_A_READ:
            break
    cursor.close()
    return rows


def _cell(table: Table, column: str, value: object) -> Cell:
    if value is None or (value == "" and column in table.unknown_if_empty):
        return None
    if column in table.json_columns:
        parsed: Cell = json.loads(str(value))
        return parsed
    if column in table.boolean_columns:
        return bool(value)
    assert isinstance(value, str | int)
    return value
