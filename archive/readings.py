"""Readings: one set of rules and versions applied to all of a page's evidence. Earlier ones stay, and stay citable."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive import derive
from archive.columns import reading_columns
from archive.diff import Comparison
from archive.evidence import rules_from_json, rules_json
from archive.log import append, captures
from archive.model import Capture, Interpretation, Rules

Read = tuple[Interpretation, Comparison | None]  # with the comparison that `derive.apply` needs of it
Interpreter = Callable[[derive.Look, Capture, Rules, str, derive.Latest | None], Read]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDifference:
    """How two readings of the same evidence differ: our change, never the page's."""

    revisions_before: int
    revisions_now: int
    looks: int  # that now have another text or another judgement
    looks_judged_otherwise: int  # of those, with a held, gone, failed or refused one on either side


def begin_reading(conn: sqlite3.Connection, page_id: int, rules: Rules, *, cause: str, version: str, at: str) -> int:
    """A new, empty reading of the page, current from now on; returns its id. Its judgements are for the caller to make."""
    number, slug = conn.execute(
        "SELECT 1 + coalesce(max(r.number), 0), p.slug FROM pages p LEFT JOIN readings r ON r.page_id = p.id WHERE p.id = ?",
        (page_id,),
    ).fetchone()
    entry = {
        "kind": "reading",
        "page": slug,
        "at": at,
        "number": number,
        "rules": rules_json(rules),
        "version": version,
        "cause": cause,
    }
    seq = append(conn, "reading", page_id, entry)
    conn.execute("UPDATE readings SET is_current = 0 WHERE page_id = ? AND is_current", (page_id,))
    columns = reading_columns(entry)
    cursor = conn.execute(
        f"INSERT INTO readings (page_id, entry_seq, is_current, {', '.join(columns)})"
        f" VALUES (?, ?, 1{', ?' * len(columns)})",
        (page_id, seq, *columns.values()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def current_readings(conn: sqlite3.Connection) -> Iterator[tuple[str, Rules, str]]:
    """(slug, rules, version) by which each watched page is read, the next one that is due first."""
    for slug, rules, version in conn.execute(
        "SELECT p.slug, r.rules, r.version FROM readings r JOIN pages p ON p.id = r.page_id"
        " JOIN page_states s ON s.page_id = p.id WHERE r.is_current AND p.watched ORDER BY rtrim(s.due_at, 'Z'), p.id"
    ):
        yield slug, rules_from_json(json.loads(rules)), version


def read_again(
    conn: sqlite3.Connection,
    page_id: int,
    rules: Rules,
    interpret: Interpreter,
    *,
    cause: str,
    version: str,
    at: str,
    wanted: int | None = None,
) -> derive.Derived | None:
    """These rules and this version applied to all of the page's evidence; what the `wanted` observation came to.

    `interpret` is the scraper's pure function of (look, capture, rules, memory, latest text before it). Nothing is alerted: what differs from the
    reading before is our change, not theirs.
    """
    reading_id = begin_reading(conn, page_id, rules, cause=cause, version=version, at=at)
    return read_all(conn, page_id, reading_id, rules, interpret, wanted=wanted)


def read_all(
    conn: sqlite3.Connection,
    page_id: int,
    reading_id: int,
    rules: Rules,
    interpret: Interpreter,
    *,
    before: int | None = None,
    wanted: int | None = None,
) -> derive.Derived | None:
    """Fill an empty reading from all of the page's evidence, or from what was logged before an entry, and end it."""
    found = None
    memory = ""
    for seq, derived, remembered in fill(conn, page_id, reading_id, rules, interpret, before=before):
        memory = remembered
        if seq == wanted:
            found = derived
    finish_reading(conn, page_id, reading_id, memory)
    return found


def fill(
    conn: sqlite3.Connection,
    page_id: int,
    reading_id: int,
    rules: Rules,
    interpret: Interpreter,
    *,
    before: int | None = None,
) -> Iterator[tuple[int, derive.Derived, str]]:
    """The rows of a reading, look by look: each one's seq, what it came to, and what is remembered after it."""
    latest: derive.Latest | None = None
    memory = ""
    for look, capture in captures(conn, page_id, before=before):
        interpretation, comparison = interpret(look, capture, rules, memory, latest)
        derived = derive.apply(
            conn,
            reading_id=reading_id,
            look=look,
            latest=latest,
            interpretation=interpretation,
            comparison=comparison,
        )
        memory = interpretation.memory
        latest = derive.latest_of(conn, derived.latest_id)
        yield look.seq, derived, memory


def finish_reading(conn: sqlite3.Connection, page_id: int, reading_id: int, memory: str | None = None) -> None:
    """Make a page's state and title those of its new reading; what is remembered stays, where no `memory` is given."""
    conn.execute(
        "UPDATE page_states SET reading_id = ?1, memory = coalesce(?3, memory),"
        " revision_id = (SELECT id FROM revisions WHERE reading_id = ?1 ORDER BY number DESC LIMIT 1) WHERE page_id = ?2",
        (reading_id, page_id, memory),
    )
    conn.execute(
        "UPDATE pages SET title = coalesce((SELECT title FROM revisions WHERE reading_id = ? AND title != ''"
        " ORDER BY number DESC LIMIT 1), '') WHERE id = ?",
        (reading_id, page_id),
    )


def differences(conn: sqlite3.Connection, old_reading_id: int, new_reading_id: int) -> ReadingDifference:
    """What a new reading made of the same evidence."""
    row = conn.execute(
        "SELECT (SELECT max(number) FROM revisions WHERE reading_id = :old),"
        " (SELECT max(number) FROM revisions WHERE reading_id = :new),"
        " count(*), coalesce(sum(a.outcome IN ('held', 'gone', 'failed', 'refused') OR"
        " b.outcome IN ('held', 'gone', 'failed', 'refused')), 0)"
        " FROM judgements a JOIN judgements b ON b.reading_id = :new AND b.seq = a.seq"
        " LEFT JOIN revisions v ON v.id = a.revision_id LEFT JOIN revisions w ON w.id = b.revision_id"
        " WHERE a.reading_id = :old AND (v.text_sha256 IS NOT w.text_sha256 OR"
        " (v.id IS NULL AND (a.outcome, a.reason) IS NOT (b.outcome, b.reason)))",
        {"old": old_reading_id, "new": new_reading_id},
    ).fetchone()
    return ReadingDifference(
        revisions_before=row[0] or 0, revisions_now=row[1] or 0, looks=row[2], looks_judged_otherwise=row[3]
    )
