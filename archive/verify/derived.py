"""Derived tables: whole in themselves, and each row's references sane. What they should hold is for `rebuild` to say."""

from __future__ import annotations

import hashlib
import json
import sqlite3

from archive.verify.report import Report, rows

_TABLES = (
    (
        "SELECT v.id, v.number, v.observation_seq FROM revisions v JOIN readings r ON r.id = v.reading_id"
        " JOIN observations o ON o.seq = v.observation_seq WHERE r.page_id != v.page_id OR o.page_id != v.page_id",
        "revision row {0} (number {1})",
        "its page is not that of its reading or of its observation",
    ),
    (
        "SELECT v.reading_id, count(*), max(v.number) FROM revisions v GROUP BY v.reading_id"
        " HAVING count(*) != max(v.number) OR min(v.number) != 1",
        "the revisions of reading row {0}",
        "they are {1}, and the last has the number {2}",
    ),
    (
        "SELECT v.id, v.number FROM revisions v LEFT JOIN changes c ON c.to_revision_id = v.id"
        " WHERE (v.number = 1) != (c.id IS NULL)",
        "revision row {0} (number {1})",
        "its change is missing, or it has one though it is the first",
    ),
    (
        "SELECT c.id FROM changes c JOIN revisions f ON f.id = c.from_revision_id JOIN revisions t ON t.id = c.to_revision_id"
        " WHERE t.number != f.number + 1 OR t.reading_id != f.reading_id OR t.page_id != c.page_id",
        "change {0}",
        "it does not lead from one revision to the next",
    ),
    (
        "SELECT j.reading_id, j.seq FROM judgements j JOIN readings r ON r.id = j.reading_id JOIN observations o ON o.seq = j.seq"
        " LEFT JOIN revisions v ON v.id = j.revision_id WHERE o.page_id != r.page_id OR v.reading_id != j.reading_id"
        " OR (j.revision_id IS NULL) = (j.outcome IN ('new', 'changed', 'unchanged'))",
        "the judgement of observation {1} in reading row {0}",
        "its page, revision and outcome do not go together",
    ),
    (
        "SELECT p.slug, s.reading_id FROM pages p LEFT JOIN page_states s ON s.page_id = p.id"
        " LEFT JOIN readings r ON r.id = s.reading_id WHERE s.page_id IS NULL OR r.page_id != p.id OR NOT r.is_current",
        "the state of page {0}",
        "its reading is not the page's current one",
    ),
    (
        "SELECT o.seq, o.page_id FROM observations o JOIN readings r ON r.page_id = o.page_id AND r.is_current"
        " LEFT JOIN judgements j ON j.reading_id = r.id AND j.seq = o.seq WHERE j.seq IS NULL",
        "observation {0}",
        "the current reading has no judgement of it",
    ),
)
_SEAMS = (
    "SELECT m.reading_id, m.seq FROM seams m LEFT JOIN judgements j ON j.reading_id = m.reading_id AND j.seq = m.seq"
    " WHERE j.outcome IS NULL OR j.outcome NOT IN ('new', 'changed', 'unchanged')"
)
_JSON = (
    ("changes", "id", ("kinds", "summary", "ops")),
    ("revisions", "id", ("block_kinds",)),
    ("judgements", "seq", ("facts",)),
)


def verify_derived(conn: sqlite3.Connection, report: Report, *, deep: bool) -> None:
    """References between derived rows; deep also every text's digest and every list."""
    for sql, what, how in _TABLES:
        for row in rows(conn, report, "the derived tables", f"{sql} LIMIT 200"):
            report.damage(what.format(*row), how.format(*row))
    if _is_there(conn, "seams"):
        for reading_id, seq in rows(conn, report, "the table seams", f"{_SEAMS} LIMIT 200"):
            report.damage(
                f"the seam at observation {seq} in reading row {reading_id}", "no accepted look of its page made it"
            )
    if deep:
        _verify_texts(conn, report)
        if _is_there(conn, "passages"):
            _verify_passages(conn, report)
        _verify_lists(conn, report)


def _is_there(conn: sqlite3.Connection, table: str) -> bool:
    """False in an archive of an earlier version."""
    return conn.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is not None


def _verify_texts(conn: sqlite3.Connection, report: Report) -> None:
    sql = (
        "SELECT v.id, v.number, v.observation_seq, v.text_sha256, v.text, b.data = x'' FROM revisions v"
        " LEFT JOIN observations o ON o.seq = v.observation_seq LEFT JOIN blobs b ON b.id = o.body_id"
    )
    for row_id, number, seq, digest, text, redacted in rows(conn, report, "the table revisions", sql):
        if redacted and text == "":
            continue
        computed = hashlib.sha256(str(text).encode("utf-8", "surrogateescape")).hexdigest()
        if computed != digest:
            what = f"revision row {row_id} (number {number})"
            report.damage(
                what, f"its text has the digest {computed}, not {digest}", seq if isinstance(seq, int) else None
            )


def _verify_passages(conn: sqlite3.Connection, report: Report) -> None:
    sql = "SELECT id, sha256, text FROM passages WHERE text != ''"  # empty: taken down
    for row_id, digest, text in rows(conn, report, "the table passages", sql):
        if hashlib.sha256(str(text).encode("utf-8", "surrogateescape")).hexdigest() != digest:
            report.damage(f"passage {row_id}", f"its text has not the digest {digest}")


def _verify_lists(conn: sqlite3.Connection, report: Report) -> None:
    for table, key, names in _JSON:
        sql = f"SELECT {key}, {', '.join(names)} FROM {table}"
        for row_key, *values in rows(conn, report, f"the table {table}", sql):
            for name, value in zip(names, values, strict=True):
                if value is not None and not _is_list(value):
                    report.damage(f"row {row_key} of {table}", f"its column {name} is not a list in JSON")


def _is_list(value: object) -> bool:
    try:
        return isinstance(value, str) and isinstance(json.loads(value), list)
    except (ValueError, RecursionError):
        return False
