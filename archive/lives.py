"""The lives of a page's passages as rows: a change begins and ends spells, at a cost that grows with the change.

A lost passage is found again by a sketch of its words: the codes of a few, chosen by their value, so that two passages of
much the same words share most of them. A new passage is held against the few lost ones that share its words' codes.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from archive.diff.lifetimes import Begun, Kin, Passage, standing, turn
from archive.text import fold, words
from archive.wordings import index_passage

_SKETCH = 8  # codes kept of a lost passage
_COMMON = 16  # lost passages; a code that more of them have says nothing about which it is
_TRIED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A revision, as far as lives go by it."""

    revision_id: int
    page_id: int
    reading_id: int
    number: int
    text: str
    block_kinds: tuple[str, ...]
    not_before: str | None
    first_observed: str


def change_lives(conn: sqlite3.Connection, revision_id: int) -> None:
    """Begin and end the spells of what a new revision brings and takes; the caller's transaction commits it."""
    now = _shown(conn, "id = ?", (revision_id,))
    assert now is not None
    before = _shown(conn, "reading_id = ? AND number = ?", (now.reading_id, now.number - 1))
    found = turn(before.text if before else "", now.text, before.block_kinds if before else (), now.block_kinds)
    ids = dict(
        conn.execute(
            "SELECT sha256, id FROM passages WHERE reading_id = ? AND sha256 IN (SELECT value FROM json_each(?))",
            (now.reading_id, json.dumps([*found.ended, *(begun.passage.sha256 for begun in found.begun)])),
        ).fetchall()
    )
    if before is not None:
        _end(conn, before, [ids[digest] for digest in found.ended], now)
    for begun in found.begun:
        passage_id = ids.get(begun.passage.sha256)
        if passage_id is None:
            passage_id = _insert(conn, now, begun)
        conn.execute(
            "INSERT INTO lifetimes (passage_id, spell, first_revision_id, begin_not_before, begin_not_after)"
            " SELECT ?1, 1 + count(*), ?2, ?3, ?4 FROM lifetimes WHERE passage_id = ?1",
            (passage_id, revision_id, now.not_before, now.first_observed),
        )


def _shown(conn: sqlite3.Connection, where: str, values: tuple[int, ...]) -> _Shown | None:
    row = conn.execute(
        "SELECT id, page_id, reading_id, number, text, block_kinds, not_before, first_observed FROM revisions"
        f" WHERE {where}",
        values,
    ).fetchone()
    if row is None:
        return None
    return _Shown(
        revision_id=row[0],
        page_id=row[1],
        reading_id=row[2],
        number=row[3],
        text=row[4],
        block_kinds=tuple(json.loads(row[5])),
        not_before=row[6],
        first_observed=row[7],
    )


def _end(conn: sqlite3.Connection, before: _Shown, ended: Sequence[int], now: _Shown) -> None:
    for passage_id in ended:
        conn.execute(
            "UPDATE lifetimes SET last_revision_id = ?1, end_not_after = ?3,"
            " end_not_before = iif(rtrim(?2, 'Z') < rtrim(begin_not_after, 'Z'), begin_not_after, ?2), (looks, longest_gap_s) ="
            " (SELECT sum(v.looks), max(max(v.longest_gap_s), coalesce(max(iif(v.number > f.number, v.gap_before_s, 0)), 0))"
            "  FROM revisions f JOIN revisions v ON v.reading_id = ?4 AND v.number BETWEEN f.number AND ?5"
            "  WHERE f.id = lifetimes.first_revision_id)"
            " WHERE passage_id = ?6 AND end_not_after IS NULL",
            (before.revision_id, now.not_before, now.first_observed, before.reading_id, before.number, passage_id),
        )
        text = conn.execute("SELECT text FROM passages WHERE id = ?", (passage_id,)).fetchone()[0]
        conn.executemany(
            "INSERT OR IGNORE INTO kin (reading_id, code, passage_id) VALUES (?, ?, ?)",
            [(before.reading_id, code, passage_id) for code in sorted(word_codes(text))[:_SKETCH]],
        )


def _insert(conn: sqlite3.Connection, now: _Shown, begun: Begun) -> int:
    passage = begun.passage
    if begun.ancestor is None:
        ancestor_id = _lost_kin(conn, now.reading_id, passage)
    else:
        ancestor_id = conn.execute(
            "SELECT id FROM passages WHERE reading_id = ? AND sha256 = ?", (now.reading_id, begun.ancestor)
        ).fetchone()[0]
    cursor = conn.execute(
        "INSERT INTO passages (page_id, reading_id, kind, ancestor_id, sha256, text) VALUES (?, ?, ?, ?, ?, ?)",
        (now.page_id, now.reading_id, passage.kind, ancestor_id, passage.sha256, passage.text),
    )
    assert cursor.lastrowid is not None
    passage_id = cursor.lastrowid
    index_passage(conn, now.page_id, passage_id, passage.text)
    return passage_id


def _lost_kin(conn: sqlite3.Connection, reading_id: int, passage: Passage) -> int | None:
    """The id of the lost passage that a new one is a version of; None where there is none."""
    if conn.execute("SELECT 1 FROM kin WHERE reading_id = ? LIMIT 1", (reading_id,)).fetchone() is None:
        return None  # nothing was ever lost
    votes: Counter[int] = Counter()
    for code in sorted(word_codes(passage.text)):
        holders = conn.execute(
            "SELECT passage_id FROM kin WHERE reading_id = ? AND code = ? LIMIT ?", (reading_id, code, _COMMON + 1)
        ).fetchall()
        if len(holders) <= _COMMON:
            votes.update(row[0] for row in holders)
    tried = sorted(votes, key=lambda key: (-votes[key], key))[:_TRIED]
    lost = {}
    for key in tried:
        kind, text, sha256 = conn.execute("SELECT kind, text, sha256 FROM passages WHERE id = ?", (key,)).fetchone()
        lost[sha256] = (key, Passage(kind=kind, text=text, sha256=sha256))
    if not lost:
        return None
    found = Kin(passage for _, passage in lost.values()).of(passage)
    return lost[found][0] if found else None


def forget_passages(conn: sqlite3.Connection, reading_id: int) -> None:
    """Empty the passages of a reading that none of its texts holds any more; their spells and digests stay."""
    held: set[str] = set()
    for text, kinds in conn.execute("SELECT text, block_kinds FROM revisions WHERE reading_id = ?", (reading_id,)):
        held |= standing(text, json.loads(kinds)).keys()
    known = conn.execute("SELECT id, sha256 FROM passages WHERE reading_id = ?", (reading_id,)).fetchall()
    for passage_id in (passage_id for passage_id, sha256 in known if sha256 not in held):
        conn.execute("UPDATE passages SET text = '' WHERE id = ?", (passage_id,))
        conn.execute("DELETE FROM kin WHERE reading_id = ? AND passage_id = ?", (reading_id, passage_id))


def word_codes(text: str) -> set[int]:
    """32-bit codes of a text's words, case and marks folded."""
    return {crc32(fold(word).encode("utf-8", "surrogatepass")) for word in words(text)}
