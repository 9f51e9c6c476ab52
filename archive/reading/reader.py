"""One open archive, read only. Lists are keyset-paged: a page of them costs the same however long the list is."""

from __future__ import annotations

import difflib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.bodies import read_body
from archive.errors import Damaged, HomeUnusable, NoPage, OlderArchive
from archive.evidence import rules_from_json
from archive.log import read_entry
from archive.model import Rules, utc_text
from archive.opening import check_ours, connect_for_reading, is_older
from archive.reading.difference import between
from archive.reading.missing import NoChange, NoObservation, NoRevision, NoRevisionAt
from archive.reading.rows import ChangeRow, Diff, Json, Look, PageRow, Revision, RevisionRow, Seam, listed
from archive.reading.sql import CHANGE, LOOK, PAGE, REVISION, change_row, look_row, page_row, revision_row

_HINT_PAGES = 2000  # up to so many slugs are searched for a near one


@contextmanager
def open_reader(path: Path | str) -> Iterator[Reader]:
    """The archive at `path`, for reading only; it sees what was committed when each query began.

    Raises HomeUnusable where there is none or it can't be read, NotOurDatabase, NewerArchive, OlderArchive, and Damaged for what
    reading comes upon.
    """
    path = Path(path)
    if not path.is_file():
        raise HomeUnusable(path, "is not there", "Make an archive with: variorum init")
    conn = connect_for_reading(path)
    try:
        conn.execute("PRAGMA query_only = 1")
        check_ours(conn, path)
        yield Reader(conn)
    except sqlite3.OperationalError as error:
        if is_older(conn):
            raise OlderArchive(path) from error
        raise HomeUnusable(path, f"can't be read ({error})", "See what holds it with: variorum verify") from error
    except sqlite3.DatabaseError as error:
        raise Damaged(str(path), f"it can't be read ({error})") from error
    finally:
        conn.close()


class Reader:
    """Read queries on one connection, which the caller opened and closes."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn

    @contextmanager
    def one_instant(self) -> Iterator[None]:
        """All queries inside see the archive as it stood at the first of them."""
        self.conn.execute("BEGIN")
        try:
            yield
        finally:
            self.conn.rollback()

    # pages

    def pages(self) -> list[PageRow]:
        """All pages by slug, those no longer watched too."""
        return [page_row(row) for row in self.rows(PAGE + "ORDER BY p.slug")]

    def status(self) -> list[PageRow]:
        """The watched pages, those in trouble first."""
        order = "WHERE p.watched ORDER BY coalesce(s.not_accepted_in_a_row, 0) DESC, p.slug"
        return [page_row(row) for row in self.rows(PAGE + order)]

    def troubled(self, *, limit: int) -> list[PageRow]:
        """The watched pages whose last look did not show them, the longest first."""
        rows = self.rows(
            "SELECT p.id FROM page_states s JOIN pages p ON p.id = s.page_id WHERE p.watched AND s.not_accepted_in_a_row > 0"
            " ORDER BY s.not_accepted_in_a_row DESC, p.slug LIMIT :limit",
            {"limit": limit},
        )
        return self.pages_by_id([row["id"] for row in rows])

    def page(self, slug: str) -> PageRow:
        """The page that has this slug, or had it before. Raises NoPage."""
        row = self.row(PAGE + "WHERE p.id = (SELECT page_id FROM page_slugs WHERE slug = :slug)", {"slug": slug})
        if row is None:
            raise NoPage(slug, self._near(slug))
        return page_row(row)

    def pages_by_id(self, ids: Sequence[int]) -> list[PageRow]:
        """The pages that have these ids, in the same order."""
        rows = self.rows(PAGE + "WHERE p.id IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(list(ids))})
        found = {row["id"]: page_row(row) for row in rows}
        return [found[page_id] for page_id in ids if page_id in found]

    def has_statement(self, name: str) -> bool:
        return self.row("SELECT 1 FROM pages WHERE statement = :name LIMIT 1", {"name": name}) is not None

    def addresses(self, page: PageRow) -> list[tuple[str, str]]:
        """(address, since) of every address that the page had, oldest first."""
        rows = self.rows("SELECT url, since FROM page_addresses WHERE page_id = :page ORDER BY id", {"page": page.id})
        return [(row["url"], row["since"]) for row in rows]

    def seams(self, page: PageRow) -> list[Seam]:
        """Where the page's history goes on at another address, oldest first: by the keeper's act, or led there for good."""
        led = self.rows(
            "SELECT o.observed_at AS at, m.url, m.seq FROM seams m JOIN observations o ON o.seq = m.seq"
            " WHERE m.reading_id = :reading",
            {"reading": self.reading_id(page)},
        )
        found = [Seam(at=since, url=url, observation=None) for url, since in self.addresses(page)[1:]]
        found += [Seam(at=row["at"], url=row["url"], observation=row["seq"]) for row in led]
        return sorted(found, key=lambda seam: seam.at.rstrip("Z"))

    def rules(self, page: PageRow) -> Rules:
        """The rules of the page's current reading."""
        row = self.row("SELECT rules FROM readings WHERE page_id = :page AND is_current", {"page": page.id})
        assert row is not None
        return rules_from_json(json.loads(row["rules"]))

    # revisions

    def history(self, slug: str, *, below: int | None = None, limit: int | None = None) -> list[RevisionRow]:
        """The revisions of a page's current reading, oldest first; the `limit` newest of those numbered under `below`."""
        return self.history_of(self.page(slug), below=below, limit=limit)

    def history_of(self, page: PageRow, *, below: int | None = None, limit: int | None = None) -> list[RevisionRow]:
        rows = self.rows(
            REVISION + "AND v.number < :below ORDER BY v.number DESC LIMIT :limit",
            {"reading": self.reading_id(page), "below": below or 1 << 62, "limit": limit or -1},
        )
        return [revision_row(row) for row in reversed(rows)]

    def revision(self, slug: str, number: int | None = None) -> Revision:
        """One revision with its text, the latest if no number is given. Raises NoPage, NoRevision."""
        page = self.page(slug)
        wanted = page.revisions if number is None else number
        row = self.row(
            REVISION + "AND v.number = :number", {"reading": self.reading_id(page), "number": min(wanted, 1 << 62)}
        )
        if row is None:
            raise NoRevision(page.slug, wanted, page.revisions or None)
        return self.with_text(page, revision_row(row), page.reading)

    def revision_at(self, slug: str, at: datetime) -> Revision:
        """The revision that had last been seen by that time. Raises NoPage, NoRevisionAt."""
        page = self.page(slug)
        row = self.row(
            REVISION + "AND rtrim(v.first_observed, 'Z') <= rtrim(:at, 'Z') ORDER BY v.number DESC LIMIT 1",
            {"reading": self.reading_id(page), "at": utc_text(at)},
        )
        if row is None:
            raise NoRevisionAt(page.slug, at, page.first_observed)
        return self.with_text(page, revision_row(row), page.reading)

    # changes

    def changes(self, slug: str | None = None, *, before: int | None = None, limit: int = 100) -> list[ChangeRow]:
        """Changes in the current readings, of one page or of all, newest first; those older than the change `before`."""
        return self.changes_of(None if slug is None else self.page(slug), before=before, limit=limit)

    def changes_of(
        self, page: PageRow | None, *, statement: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[ChangeRow]:
        """As `changes`, of one page, of all pages of a statement, or of all."""
        where = ["1"]
        values: dict[str, Any] = {"limit": limit}
        if statement is not None:
            where.append("c.page_id IN (SELECT id FROM pages WHERE statement = :statement)")
            values["statement"] = statement
        if page is not None:
            where.append("c.page_id = :page")
            values["page"] = page.id
        if before is not None:
            where.append("(c.not_after, c.id) < (SELECT not_after, id FROM changes WHERE id = :before)")
            values["before"] = before
        order = " ORDER BY c.not_after DESC, c.id DESC LIMIT :limit"
        return [change_row(row) for row in self.rows(f"{CHANGE} WHERE {' AND '.join(where)}{order}", values)]

    def changes_by_id(self, ids: Sequence[int]) -> list[ChangeRow]:
        rows = self.rows(CHANGE + "WHERE c.id IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(list(ids))})
        return [change_row(row) for row in rows]

    def diff(self, slug: str, old: int | None = None, new: int | None = None, *, passages: bool = True) -> Diff:
        """How revision `old` became `new`: by default the last change, or with `old` alone from it to the latest.

        Between neighbours as stored; between any others compared now. Without `passages` a stored change is not compared
        again, and its passages are left out. Raises NoPage, NoRevision, NoChange.
        """
        later = self.revision(slug, new)
        if old is None and later.number == 1:
            raise NoChange(later.page.slug)
        earlier = self.revision(slug, later.number - 1 if old is None else old)
        row = self.row(
            "SELECT * FROM changes WHERE from_revision_id = :old AND to_revision_id = :new",
            {"old": earlier.row.id, "new": later.row.id},
        )
        return between(earlier, later, row, passages=passages)

    def change_texts(self, change_id: int) -> tuple[str, str, tuple[Json, ...]]:
        """(earlier text, later text, ops) of a stored change."""
        row = self.row(
            "SELECT f.text AS old, t.text AS new, c.ops FROM changes c JOIN revisions f ON f.id = c.from_revision_id"
            " JOIN revisions t ON t.id = c.to_revision_id WHERE c.id = :id",
            {"id": change_id},
        )
        assert row is not None
        return row["old"], row["new"], listed(row["ops"])

    # observations

    def observations(
        self, slug: str, *, before: int | None = None, limit: int = 100, outcomes: Sequence[str] = ()
    ) -> list[Look]:
        """The looks at a page, newest first; those earlier in its history than the observation `before`.

        With `outcomes` only looks that stand so; each of them then costs a step over those left out.
        """
        page = self.page(slug)
        values: dict[str, Any] = {"page": page.id, "limit": limit}
        where = "WHERE o.page_id = :page"
        if before is not None:
            where += (
                " AND rtrim(o.observed_at, 'Z') <= rtrim(:at, 'Z')"
                " AND (rtrim(o.observed_at, 'Z') < rtrim(:at, 'Z') OR o.seq < :before)"
            )
            values |= {"before": before, "at": self.observation(before).observed_at}
        if outcomes:
            marks = ", ".join(f":outcome{n}" for n in range(len(outcomes)))
            where += f" AND coalesce(j.outcome, o.outcome) IN ({marks})"
            values |= {f"outcome{n}": outcome for n, outcome in enumerate(outcomes)}
        order = " ORDER BY rtrim(o.observed_at, 'Z') DESC, o.seq DESC LIMIT :limit"
        return [look_row(row) for row in self.rows(f"{LOOK} {where}{order}", values)]

    def observation(self, seq: int) -> Look:
        """One look, of whatever page. Raises NoObservation."""
        row = self.row(LOOK + "WHERE o.seq = :seq", {"seq": min(seq, 1 << 62)})
        if row is None:
            raise NoObservation(seq)
        return look_row(row)

    def entry(self, seq: int) -> bytes:
        """The canonical JSON of one log entry, as it was hashed. Raises NoObservation."""
        if self.row("SELECT 1 FROM entries WHERE seq = :seq", {"seq": min(seq, 1 << 62)}) is None:
            raise NoObservation(seq)
        return read_entry(self.conn, seq)

    def facts(self, page: PageRow, seq: int, reading: int | None = None) -> tuple[tuple[str, str], ...]:
        """What the judgement of a look rests on, as (fact, value): in the present reading, if none is numbered."""
        row = self.row(
            "SELECT j.facts FROM readings r JOIN judgements j ON j.reading_id = r.id AND j.seq = :seq"
            " WHERE r.page_id = :page AND r.number = :reading",
            {"page": page.id, "reading": page.reading if reading is None else reading, "seq": seq},
        )
        return tuple((str(name), str(value)) for name, value in listed(row["facts"] if row else None))

    def acts(self, seq: int) -> tuple[tuple[str, str], ...]:
        """(kind, time) of every act by hand on a look, oldest first."""
        rows = self.rows("SELECT kind, at FROM acts WHERE observation_seq = :seq ORDER BY seq", {"seq": seq})
        return tuple((row["kind"], row["at"]) for row in rows)

    def body(self, body_id: int) -> bytes:
        """The received bytes of a body. Raises Damaged."""
        return read_body(self.conn, body_id)

    def identity(self) -> str | None:
        """The archive's own name for ever: the leaf hash of its first log entry, in hex; None while it is empty."""
        row = self.row("SELECT lower(hex(leaf)) AS leaf FROM entries WHERE seq = 1")
        return None if row is None else row["leaf"]

    def checkpoint(self) -> str | None:
        """The newest checkpoint of the log, a signed note (docs/evidence.md); None while there is none."""
        row = self.row("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")
        return None if row is None else row["note"]

    # for the other modules of this package

    def with_text(self, page: PageRow, row: RevisionRow, reading: int | None) -> Revision:
        found = self.row("SELECT text, block_kinds FROM revisions WHERE id = :id", {"id": row.id})
        assert found is not None
        assert reading is not None
        return Revision(
            page=page, row=row, reading=reading, text=found["text"], block_kinds=listed(found["block_kinds"])
        )

    def reading_id(self, page: PageRow) -> int | None:
        """The id of the page's current reading."""
        row = self.row("SELECT id FROM readings WHERE page_id = :page AND is_current", {"page": page.id})
        return None if row is None else row["id"]

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[sqlite3.Row]:
        cursor = self.conn.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, values or {}).fetchall()

    def row(self, sql: str, values: dict[str, Any] | None = None) -> sqlite3.Row | None:
        return next(iter(self.rows(sql, values)), None)

    # inside

    def _near(self, slug: str) -> str | None:
        slugs = [row["slug"] for row in self.rows(f"SELECT slug FROM pages LIMIT {_HINT_PAGES + 1}")]
        near = difflib.get_close_matches(slug[:64], slugs, n=1, cutoff=0.75) if len(slugs) <= _HINT_PAGES else []
        return near[0] if near else None
