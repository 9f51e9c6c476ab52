"""The file as SQLite sees it: opened without writing to it, its structure, and its schema as this program makes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import Damaged, HomeUnusable, NewerArchive, NotOurDatabase
from archive.migrations import known_steps, schema_of
from archive.opening import APPLICATION_ID, connect_for_reading
from archive.verify.report import Report, reading, rows

_OURS = b"entries_no_update"
_CHUNK_BYTES = 1 << 20
_MOST_ROWS = 200  # of what SQLite says of the structure


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file for reading alone, as it stands at one instant.

    Raises HomeUnusable where it can't be looked at, NotOurDatabase, Damaged where it is ours and SQLite can't open it.
    """
    if not path.is_file():
        raise HomeUnusable(path, "is not there", "Name the home with --home, or make an archive with: variorum init")
    conn = connect_for_reading(path)
    try:
        conn.execute("PRAGMA query_only = 1")
        conn.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        try:
            with reading("the file"):
                conn.execute("BEGIN")
                conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        except Damaged:
            if not _has_our_schema(path):
                raise NotOurDatabase(path) from None
            raise
        if "entries" not in tables and not _has_our_schema(path):
            raise NotOurDatabase(path)
        yield conn
    finally:
        conn.close()


def _has_our_schema(path: Path) -> bool:
    """Whether a file that SQLite can't open was one of ours: by its header, or by a name that stands in every schema of ours."""
    try:
        with path.open("rb") as file:
            if file.read(72)[68:] == APPLICATION_ID.to_bytes(4, "big"):
                return True
            before = b""
            while chunk := file.read(_CHUNK_BYTES):
                if _OURS in before + chunk:
                    return True
                before = chunk[-len(_OURS) :]
    except OSError as error:
        raise HomeUnusable(path, f"can't be read ({error.strerror})", "Look at its permissions.") from error
    return False


def verify_structure(conn: sqlite3.Connection, path: Path, report: Report, *, deep: bool) -> None:
    """SQLite's own check of pages and indexes, references between tables, and the schema. Raises NewerArchive."""
    with report.noting(), reading("the file's header"):
        found = conn.execute("PRAGMA application_id").fetchone()[0]
        if found != APPLICATION_ID:
            raise Damaged("the file's header", f"its application id is {found:#010x}, not {APPLICATION_ID:#010x}")
    _verify_schema(conn, path, report)
    check = "integrity_check" if deep else "quick_check"
    for (text,) in rows(conn, report, "the file's structure", f"PRAGMA {check}({_MOST_ROWS})"):
        for line in str(text).splitlines():
            if line != "ok" and not line.startswith("*** in database"):
                report.damage("the file's structure", line)
    for table, row, parent, _ in rows(conn, report, "the file's references", "PRAGMA foreign_key_check"):
        report.damage(f"row {row} of {table}", f"what it refers to in {parent} is missing")


def _verify_schema(conn: sqlite3.Connection, path: Path, report: Report) -> None:
    sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'variorum' ORDER BY id"
    applied = [str(name) for (name,) in rows(conn, report, "the list of applied migrations", sql)]
    steps = known_steps()
    unknown = [step for step in applied if step not in steps]
    if unknown and applied[: len(steps)] == steps:
        raise NewerArchive(path, unknown)
    if applied != steps[: len(applied)]:
        report.damage("the list of applied migrations", f"it is {', '.join(applied) or 'empty'}")
        return
    wanted = schema_of(len(applied))
    present = {
        (str(kind), str(name)): sql
        for kind, name, sql in rows(conn, report, "the schema", "SELECT type, name, sql FROM sqlite_schema")
    }
    for (kind, name), definition in wanted.items():
        if (kind, name) not in present:
            report.damage(f"the {kind} {name}", "it is missing")
        elif present[kind, name] != definition:
            report.damage(f"the {kind} {name}", "its definition is not the one that this program makes")
    for kind, name in present:
        if kind == "trigger" and (kind, name) not in wanted:
            report.damage(f"the {kind} {name}", "this program made none of that name")
