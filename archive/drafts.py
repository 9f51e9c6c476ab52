"""A new reading of a page in the making, beside all that goes on: nobody sees any of it before it is in force, whole.

It is written look by look into temporary tables of a connection of its own, which SQLite keeps in a file without a name
and which are gone with the process, however that ends. Then one short transaction appends the entry, copies the rows and
makes the reading current. Its rows get the ids that a reading made at once, in that transaction, would have given them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType

from archive import derive, outbox
from archive.alerting.rules import Rule
from archive.errors import StoreFailed
from archive.log import acts
from archive.model import Rules, utc_text
from archive.readings import Interpreter, begin_reading, fill, finish_reading
from archive.store import Act, note_act, transaction

ReaderOf = Callable[[Mapping[int, str]], Interpreter]

_DRAFT = 0  # the reading's id until it has one
# Each table that a reading fills, with its columns that name a row; those get other numbers when they are copied.
_NUMBERED: dict[str, dict[str, str]] = {
    "revisions": {"id": "revisions"},
    "judgements": {"revision_id": "revisions"},
    "seams": {},
    "changes": {"id": "changes", "from_revision_id": "revisions", "to_revision_id": "revisions"},
    "passages": {"id": "passages", "ancestor_id": "passages"},
    "lifetimes": {"passage_id": "passages", "first_revision_id": "revisions", "last_revision_id": "revisions"},
    "kin": {"passage_id": "passages"},
}
_FULL_TEXT = "SELECT name FROM main.sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5(%' ORDER BY rowid"
_REFERENCE = re.compile(r" REFERENCES \w+\(\w+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Its reading, and the look that it ends with."""

    reading_id: int
    last_seq: int | None


class Draft:
    """One new reading of one page, by these rules. `act`, where there is one, is recorded with it.

    Only a process that has opened the archive may make one. From one thread at a time; use as a context manager.
    """

    def __init__(self, path: Path, page_id: int, rules: Rules, *, act: Act | None = None) -> None:
        self._path, self._page_id, self._rules, self._act = path, page_id, rules, act
        self._conn = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._standing: _Standing | None = None
        self._indexes: list[str] = []
        self._memory = ""
        self._judged: derive.Derived | None = None  # the observation of the act

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._conn.close()

    def read(self, reader_of: ReaderOf) -> Iterator[int]:
        """Read all of the page's evidence, once, one look at a time; yields how many are left.

        `reader_of` gives the scraper's pure interpreter for the acts that stand. Raises StoreFailed, Damaged.
        """
        try:
            self._begin()
            standing = acts(self._conn, self._page_id)
            if self._act is not None:
                standing[self._act.observation_seq] = self._act.kind
            sql = "SELECT count(*) FROM observations WHERE page_id = ?"
            (left,) = self._conn.execute(sql, (self._page_id,)).fetchone()
            looks = fill(self._conn, self._page_id, _DRAFT, self._rules, reader_of(standing))
            for seq, derived, self._memory in looks:
                if self._act is not None and seq == self._act.observation_seq:
                    self._judged = derived
                left -= 1
                yield left
        except sqlite3.OperationalError as error:
            raise StoreFailed(self._path, error) from error

    def _begin(self) -> None:
        conn = self._conn
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA synchronous = FULL")
        self._standing = _standing(conn, self._page_id)
        for table in _NUMBERED:
            (sql,) = conn.execute("SELECT sql FROM main.sqlite_schema WHERE name = ?", (table,)).fetchone()
            conn.execute(_REFERENCE.sub("", sql).replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
        self._indexes = [row[0] for row in conn.execute(_FULL_TEXT)]
        for index in self._indexes:
            conn.execute(f"CREATE TEMP TABLE {index} (folded TEXT)")

    def put_in_force(self, *, cause: str, version: str, at: datetime, alerts: Sequence[Rule] = ()) -> bool:
        """Make it the page's reading, in one transaction; False where the page is not as it was when the draft was begun.

        Then nothing is changed, and it has to be made anew. What `alerts` owe of a released change is told with it, else
        nothing is. The draft is of no more use. Raises StoreFailed; then nothing is changed either.
        """
        with transaction(self._conn, self._path):
            done = _standing(self._conn, self._page_id) == self._standing
            if done:
                self._put(cause, version, utc_text(at), alerts)
        return done

    def _put(self, cause: str, version: str, at: str, alerts: Sequence[Rule]) -> None:
        conn, page_id = self._conn, self._page_id
        if self._act is not None:
            (slug,) = conn.execute("SELECT slug FROM pages WHERE id = ?", (page_id,)).fetchone()
            note_act(conn, page_id, slug, self._act, at)
        reading_id = begin_reading(conn, page_id, self._rules, cause=cause, version=version, at=at)
        last = self._copy(reading_id)
        for table in (*_NUMBERED, *self._indexes):  # from here on these names mean the archive's tables
            conn.execute(f"DROP TABLE temp.{table}")
        finish_reading(conn, page_id, reading_id, self._memory)
        if self._act is not None:
            assert self._judged is not None, f"observation {self._act.observation_seq} is none of page {page_id}"
            outbox.after_act(
                conn,
                alerts,
                kind=self._act.kind,
                page_id=page_id,
                seq=self._act.observation_seq,
                derived=_numbered(self._judged, last),
                at=at,
            )

    def _copy(self, reading_id: int) -> dict[str, int]:
        """Copy all rows to where they belong; returns, by table, what was added to the numbers that they had here."""
        conn = self._conn
        last = {
            table: conn.execute(f"SELECT coalesce(max(id), 0) FROM main.{table}").fetchone()[0]
            for table in ("revisions", "changes", "passages")
        }
        for table, numbered in _NUMBERED.items():
            names = [row[1] for row in conn.execute(f"PRAGMA temp.table_info({table})")]
            values = {name: f"{name} + {last[of]}" for name, of in numbered.items()} | {"reading_id": str(reading_id)}
            chosen = ", ".join(values.get(name, name) for name in names)
            order = f"ORDER BY {names[0]}" if "id" in names else ""
            conn.execute(f"INSERT INTO main.{table} ({', '.join(names)}) SELECT {chosen} FROM temp.{table} {order}")
        for index in self._indexes:  # a passage's number is, or ends, its row's
            conn.execute(
                f"INSERT INTO main.{index} (rowid, folded) SELECT rowid + {last['passages']}, folded FROM temp.{index}"
                " ORDER BY rowid"
            )
        return last


def _standing(conn: sqlite3.Connection, page_id: int) -> _Standing:
    row = conn.execute(
        "SELECT r.id, s.last_seq FROM page_states s JOIN readings r ON r.page_id = s.page_id"
        " AND r.is_current WHERE s.page_id = ?",
        (page_id,),
    ).fetchone()
    return _Standing(reading_id=row[0], last_seq=row[1])


def _numbered(derived: derive.Derived, last: dict[str, int]) -> derive.Derived:
    """With the numbers that its rows have got."""

    def moved(number: int | None) -> int | None:
        return None if number is None else number + last["revisions"]

    change = derived.change
    return replace(
        derived,
        revision_id=moved(derived.revision_id),
        latest_id=moved(derived.latest_id),
        change=None if change is None else replace(change, id=change.id + last["changes"]),
    )
