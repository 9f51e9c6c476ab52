"""Everything derived made again from the evidence: the log is gone through once more, and each entry has its effect again.

Rows come in the order in which they first came, so that they get the ids they had. A reading that can't be made again, since
another version made it or a body of its page was taken down after it, is kept as it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from archive import derive
from archive.columns import reading_columns
from archive.evidence import Json, canonical_sha256, rules_from_json
from archive.log import acts, capture_of, read_entry
from archive.model import Interpretation, Outcome, Verdict
from archive.readings import Interpreter, finish_reading, read_all
from archive.redactions import redactions
from archive.store import Archive, remember
from archive.wordings import clear_index, index_passage

TABLES = (
    "readings",
    "revisions",
    "judgements",
    "seams",
    "changes",
    "passages",
    "lifetimes",
    "kin",
    "page_states",
    "pages",
)
_BLANK_STATE = (
    "reading_id = NULL, revision_id = NULL, last_seq = NULL, last_body_id = NULL, etag = NULL, last_modified = NULL,"
    " validated_url = NULL, looks_since_full = 0, looks = 0, not_accepted_in_a_row = 0, moved_to = NULL, memory = ''"
)

ReaderOf = Callable[[Mapping[int, str]], Interpreter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What came of it: rows that now differ from what stood there, by table, and readings that were kept as they are."""

    rows: dict[str, int]
    differing: dict[str, int]
    readings: int
    kept: int


class _Undone(Exception):
    """Ends a transaction that was only to be looked at."""


def rebuild(
    archive: Archive,
    reader_of: ReaderOf,
    *,
    version: str,
    keep: bool = True,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Rebuilt:
    """Make the derived tables again, in one transaction; without `keep` only say what would differ.

    `reader_of` gives the scraper's pure interpreter, of this version, for the acts that stand. Raises Damaged where the
    evidence can't be read; then nothing is changed.
    """
    found: Rebuilt | None = None
    try:
        with archive.transaction() as conn:
            replay = _Replay(archive, conn, reader_of, version)
            replay.run(told)
            found = replay.result()
            if not keep:
                raise _Undone
    except _Undone:
        pass
    finally:
        for table in TABLES:
            archive.conn.execute(f"DROP TABLE IF EXISTS temp.before_{table}")
    assert found is not None
    return found


class _Replay:
    def __init__(self, archive: Archive, conn: sqlite3.Connection, reader_of: ReaderOf, version: str) -> None:
        self._archive = archive
        self._conn = conn
        self._reader_of = reader_of
        self._version = version
        self._taken_down = _last_redactions(conn)
        self._interpreters: dict[int, Interpreter] = {}  # by page, with the acts that stand now
        self._kept: dict[int, int] = {}  # by page, the entry of its current reading where that is kept as it is
        self._kept_count = self._count = 0

    def run(self, told: Callable[[int, int], None]) -> None:
        self._clear()
        rows = self._conn.execute("SELECT seq, kind, page_id FROM entries ORDER BY seq").fetchall()
        for seq, kind, page_id in rows:
            if kind == "reading":
                self._reading(seq, page_id, self._entry(seq))
            elif kind == "observation":
                self._observation(seq, page_id)
            elif kind == "settings":
                digest = canonical_sha256(self._entry(seq)["settings"])
                self._conn.execute("INSERT OR IGNORE INTO page_states (page_id) VALUES (?)", (page_id,))
                self._conn.execute("UPDATE page_states SET settings_sha256 = ? WHERE page_id = ?", (digest, page_id))
            told(seq, len(rows))

    def _clear(self) -> None:
        for table in TABLES:
            self._conn.execute(f"CREATE TEMP TABLE before_{table} AS SELECT * FROM main.{table}")
        self._conn.execute("PRAGMA defer_foreign_keys = 1")
        clear_index(self._conn)
        for table in ("kin", "lifetimes", "passages", "changes", "seams", "judgements", "revisions", "readings"):
            self._conn.execute(f"DELETE FROM {table}")
        self._conn.execute(f"UPDATE page_states SET {_BLANK_STATE}")
        self._conn.execute("UPDATE pages SET title = ''")

    def _entry(self, seq: int) -> Json:
        entry: Json = json.loads(read_entry(self._conn, seq))
        return entry

    # one entry

    def _reading(self, seq: int, page_id: int, entry: Json) -> None:
        columns = reading_columns(entry)
        self._conn.execute("UPDATE readings SET is_current = 0 WHERE page_id = ? AND is_current", (page_id,))
        cursor = self._conn.execute(
            f"INSERT INTO readings (page_id, entry_seq, is_current, {', '.join(columns)})"
            f" VALUES (?, ?, 1{', ?' * len(columns)})",
            (page_id, seq, *columns.values()),
        )
        assert cursor.lastrowid is not None
        self._count += 1
        standing = acts(self._conn, page_id, before=seq)
        self._interpreters[page_id] = self._reader_of(standing)
        self._kept.pop(page_id, None)
        if entry["version"] != self._version or self._taken_down.get(page_id, 0) > seq:
            self._kept[page_id] = seq
            self._kept_count += 1
            self._copy(page_id, seq, 0, seq)
            self._state_as_it_was(page_id, cursor.lastrowid, read=entry["cause"] != "first")
        elif entry["cause"] != "first":
            rules = rules_from_json(entry["rules"])
            read_all(self._conn, page_id, cursor.lastrowid, rules, self._interpreters[page_id], before=seq)

    def _observation(self, seq: int, page_id: int) -> None:
        slug = self._conn.execute("SELECT slug FROM pages WHERE id = ?", (page_id,)).fetchone()[0]
        page = self._archive.page_state(slug)
        look, capture = capture_of(self._conn, seq)
        if page_id in self._kept:
            self._copy(page_id, self._kept[page_id], seq, seq + 1)
            interpretation = Interpretation(verdict=Verdict(), memory=page.memory)
            derived = self._as_copied(page.reading_id, seq)
        else:
            interpret = self._interpreters[page_id]
            interpretation, comparison = interpret(look, capture, page.rules, page.memory, page.latest)
            derived = derive.apply(
                self._conn,
                reading_id=page.reading_id,
                look=look,
                latest=page.latest,
                interpretation=interpretation,
                comparison=comparison,
            )
        body_id = self._conn.execute("SELECT body_id FROM observations WHERE seq = ?", (seq,)).fetchone()[0]
        remember(self._conn, page, capture, interpretation, derived, seq, body_id)
        if page_id in self._kept and derived.outcome in (Outcome.NEW, Outcome.CHANGED):
            self._conn.execute(
                "UPDATE pages SET title = v.title FROM revisions v WHERE v.id = ? AND pages.id = ? AND v.title != ''",
                (derived.revision_id, page_id),
            )

    # readings that are kept as they are

    def _copy(self, page_id: int, entry_seq: int, first: int, last: int) -> None:
        """Put back what the reading of this entry had of the observations from `first` to before `last`."""
        conn = self._conn
        old = conn.execute("SELECT id FROM temp.before_readings WHERE entry_seq = ?", (entry_seq,)).fetchone()
        if old is None:
            return
        (new,) = conn.execute("SELECT id FROM readings WHERE entry_seq = ?", (entry_seq,)).fetchone()
        numbers = conn.execute(
            "SELECT number FROM temp.before_revisions WHERE reading_id = ? AND observation_seq >= ? AND observation_seq < ?"
            " ORDER BY id",
            (old[0], first, last),
        ).fetchall()
        for (number,) in numbers:
            self._put_back("revisions", {"reading_id": new}, "reading_id = ? AND number = ?", (old[0], number))
            self._copy_lives(old[0], new, number)
            of_number = "(SELECT id FROM {}revisions WHERE reading_id = {} AND number = {})"
            self._put_back(
                "changes",
                {
                    "from_revision_id": of_number.format("main.", new, number - 1),
                    "to_revision_id": of_number.format("main.", new, number),
                },
                f"to_revision_id = {of_number.format('temp.before_', old[0], number)}",
            )
        revision = (
            f"(SELECT v.id FROM temp.before_revisions b JOIN main.revisions v ON v.reading_id = {new} AND v.number = b.number"
            " WHERE b.id = t.revision_id)"
        )
        self._put_back(
            "judgements",
            {"reading_id": new, "revision_id": revision},
            "reading_id = ? AND seq >= ? AND seq < ?",
            (old[0], first, last),
        )
        self._put_back("seams", {"reading_id": new}, "reading_id = ? AND seq >= ? AND seq < ?", (old[0], first, last))

    def _copy_lives(self, old_reading: int, new_reading: int, number: int) -> None:
        """Put back the passages and spells that began with a revision, and the ends of those that it ended."""
        values = {"old": old_reading, "new": new_reading, "number": number}
        last = self._conn.execute("SELECT coalesce(max(id), 0) FROM passages").fetchone()[0]
        self._conn.execute(
            "INSERT INTO passages (page_id, reading_id, kind, ancestor_id, sha256, text)"
            " SELECT t.page_id, :new, t.kind, (SELECT n.id FROM temp.before_passages a JOIN main.passages n"
            "   ON n.reading_id = :new AND n.sha256 = a.sha256 WHERE a.id = t.ancestor_id), t.sha256, t.text"
            " FROM temp.before_revisions v JOIN temp.before_lifetimes l ON l.first_revision_id = v.id AND l.spell = 1"
            " JOIN temp.before_passages t ON t.id = l.passage_id"
            " WHERE v.reading_id = :old AND v.number = :number ORDER BY t.id",
            values,
        )
        added = self._conn.execute("SELECT page_id, id, text FROM passages WHERE id > ?", (last,)).fetchall()
        for page_id, passage_id, text in added:
            index_passage(self._conn, page_id, passage_id, text)
        spells = self._conn.execute(
            "SELECT n.id, l.spell, l.begin_not_before, l.begin_not_after, f.number, l.end_not_before, l.end_not_after,"
            " l.looks, l.longest_gap_s FROM temp.before_lifetimes l JOIN temp.before_passages t ON t.id = l.passage_id"
            " JOIN main.passages n ON n.reading_id = :new AND n.sha256 = t.sha256"
            " JOIN temp.before_revisions f ON f.id = l.first_revision_id"
            " LEFT JOIN temp.before_revisions z ON z.id = l.last_revision_id"
            " WHERE t.reading_id = :old AND (f.number = :number OR z.number = :number - 1)",
            values,
        ).fetchall()
        of_number = "(SELECT id FROM revisions WHERE reading_id = ? AND number = ?)"
        for passage_id, spell, begin_not_before, begin_not_after, first, *end in spells:
            if first == number:
                self._conn.execute(
                    "INSERT INTO lifetimes (passage_id, spell, first_revision_id, begin_not_before, begin_not_after)"
                    f" VALUES (?, ?, {of_number}, ?, ?)",
                    (passage_id, spell, new_reading, number, begin_not_before, begin_not_after),
                )
            else:
                self._conn.execute(
                    f"UPDATE lifetimes SET last_revision_id = {of_number}, end_not_before = ?, end_not_after = ?, looks = ?,"
                    " longest_gap_s = ? WHERE passage_id = ? AND spell = ?",
                    (new_reading, number - 1, *end, passage_id, spell),
                )
                self._conn.execute(
                    "INSERT OR IGNORE INTO kin (reading_id, code, passage_id) SELECT ?1, k.code, ?2 FROM temp.before_kin k"
                    " JOIN temp.before_passages t ON t.id = k.passage_id JOIN main.passages n ON n.id = ?2"
                    " WHERE t.reading_id = ?3 AND t.sha256 = n.sha256",
                    (new_reading, passage_id, old_reading),
                )

    def _put_back(self, table: str, other: dict[str, object], where: str, values: tuple[object, ...] = ()) -> None:
        """Copy old rows of a table, with new ids and with other values in some columns."""
        names = [row[1] for row in self._conn.execute(f"PRAGMA main.table_info({table})") if row[1] != "id"]
        chosen = ", ".join(str(other.get(name, f"t.{name}")) for name in names)
        self._conn.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM temp.before_{table} t WHERE {where}", values
        )

    def _state_as_it_was(self, page_id: int, reading_id: int, *, read: bool) -> None:
        """What the page's state is after a reading that was kept: its memory can't be made again either."""
        self._conn.execute(
            "UPDATE page_states SET memory = (SELECT b.memory FROM temp.before_page_states b WHERE b.page_id = ?1)"
            " WHERE page_id = ?1",
            (page_id,),
        )
        if read:
            finish_reading(self._conn, page_id, reading_id)

    def _as_copied(self, reading_id: int, seq: int) -> derive.Derived:
        (latest_id,) = self._conn.execute(
            "SELECT max(id) FROM revisions WHERE reading_id = ?", (reading_id,)
        ).fetchone()
        row = self._conn.execute(
            "SELECT j.outcome, j.reason, j.revision_id, v.number FROM judgements j LEFT JOIN revisions v ON v.id = j.revision_id"
            " WHERE j.reading_id = ? AND j.seq = ?",
            (reading_id, seq),
        ).fetchone()
        if row is None:  # the reading was not whole before either: the next look reads the page again
            return derive.Derived(
                outcome=Outcome.FAILED, reason=None, revision_id=None, number=None, latest_id=latest_id
            )
        return derive.Derived(
            outcome=Outcome(row[0]), reason=row[1], revision_id=row[2], number=row[3], latest_id=latest_id
        )

    # what came of it

    def result(self) -> Rebuilt:
        differing = {table: self._differing(table) for table in TABLES}
        rows = {table: self._conn.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0] for table in TABLES}
        return Rebuilt(rows=rows, differing=differing, readings=self._count, kept=self._kept_count)

    def _differing(self, table: str) -> int:
        """Rows that are new or other now, and rows that are gone."""
        new, old = f"SELECT * FROM main.{table}", f"SELECT * FROM temp.before_{table}"
        more, fewer = (
            self._conn.execute(f"SELECT count(*) FROM ({one} EXCEPT {other})").fetchone()[0]
            for one, other in ((new, old), (old, new))
        )
        return int(max(more, fewer))


def _last_redactions(conn: sqlite3.Connection) -> dict[int, int]:
    """By page, the last entry that took a body of it down."""
    last: dict[int, int] = {}
    for item in redactions(conn):
        for seq in item.observations:
            (page_id,) = conn.execute("SELECT page_id FROM observations WHERE seq = ?", (seq,)).fetchone()
            last[page_id] = max(last.get(page_id, 0), item.seq)
    return last
