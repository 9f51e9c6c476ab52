"""Opening the database file: ours and no newer one, durable from its first byte, with the schema of this version."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database

from archive.errors import HomeUnusable, NewerArchive, NotOurDatabase
from archive.migrations import pending_steps, unknown_steps, upgrade
from archive.wordings import index_again, lacks_index

APPLICATION_ID = 0x56415231  # "VAR1", in the database header: this file is ours
DATABASE = "archive.db"
_ILL_DISK = ("SQLITE_FULL", "SQLITE_IOERR")
_NO_ROOM_BESIDE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR_SHM")


def open_database(path: Path, *, is_copy: bool = False) -> sqlite3.Connection:
    """The archive's file, made if there is none, with the schema of this version.

    Before an older schema is changed the file is copied, unless it is a copy itself.
    Raises HomeUnusable, NotOurDatabase, NewerArchive.
    """
    try:
        conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        fresh = _is_empty(conn, path)
        if fresh:
            conn.execute("PRAGMA synchronous = EXTRA")
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        check_ours(conn, path)
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA foreign_keys = ON")
        if not fresh and not is_copy:
            _back_up_before_migrating(conn, path)
        upgrade(Database(conn))
        _index_what_is_older(conn)
        if fresh:
            sync_folder(path.parent)
        conn.execute("PRAGMA synchronous = FULL")
    except sqlite3.OperationalError as error:
        ill = error.sqlite_errorname.startswith(_ILL_DISK)
        mend = "Free space, or mend the disk." if ill else "Choose another home with --home."
        raise HomeUnusable(path, f"can't be opened for writing ({error})", mend) from error
    return conn


def _index_what_is_older(conn: sqlite3.Connection) -> None:
    """Take the passages into the full-text index that were there before it."""
    if not lacks_index(conn):
        return
    conn.execute("BEGIN IMMEDIATE")
    try:
        index_again(conn)
    except BaseException:
        conn.rollback()
        raise
    conn.commit()


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing to the file; what is wrong with its content shows only when it is read.

    Where SQLite can't put its shared memory beside the file, because the disk is full or can't be written to, a file without
    a WAL is read as it lies there. Raises HomeUnusable.
    """
    uri = path.resolve().as_uri()
    wal = path.with_name(path.name + "-wal")
    try:
        conn = sqlite3.connect(f"{uri}?mode=ro", uri=True, isolation_level=None, timeout=30)
        conn.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(_NO_ROOM_BESIDE):
            return conn
        if wal.exists() and wal.stat().st_size:
            mend = (
                "Free space there, or copy it with the files beside it to where it can be written, and read the copy."
            )
            raise HomeUnusable(path, f"can't be looked at where it is ({error})", mend) from error
        try:
            return sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
        except sqlite3.OperationalError as again:
            raise HomeUnusable(path, f"can't be read ({again})", "Look at its permissions.") from again
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return conn
    return conn


def _back_up_before_migrating(conn: sqlite3.Connection, path: Path) -> None:
    """A copy as it was before the first migration that is due, beside the database: it stays there until someone removes it."""
    due = pending_steps(Database(conn))
    if not due:
        return
    copy = path.with_name(f"{path.stem}.before-{due[0]}{path.suffix}")
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    try:
        target = sqlite3.connect(draft, isolation_level=None)
        conn.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        target.close()
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(copy)
        sync_folder(path.parent)
    except OSError as error:
        mend = "Free space there: before the schema is changed, the database is copied."
        raise HomeUnusable(copy, f"can't be written ({error.strerror})", mend) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _is_empty(conn: sqlite3.Connection, path: Path) -> bool:
    """Whether nobody has stored anything in the file yet: just made, or its making was cut off and is undone now."""
    try:
        return not conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter of its message about a garbled schema
        raise NotOurDatabase(path) from error


def check_ours(conn: sqlite3.Connection, path: Path) -> None:
    """Raises NotOurDatabase, or NewerArchive where a migration was applied that this version does not know."""
    try:
        found = conn.execute("PRAGMA application_id").fetchone()[0]
        unknown = unknown_steps(Database(conn))
    except sqlite3.OperationalError:
        raise  # locked, or the disk: that says nothing about whose file it is
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise NotOurDatabase(path) from error
    if found != APPLICATION_ID:
        raise NotOurDatabase(path)
    if unknown:
        raise NewerArchive(path, unknown)


def is_older(conn: sqlite3.Connection) -> bool:
    """Whether the file lacks migrations of this version."""
    return bool(pending_steps(Database(conn)))


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
