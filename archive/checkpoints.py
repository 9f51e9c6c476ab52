"""Checkpoints of the log: the key beside the database, and the last note signed with it.

Beside `archive.db` lie `archive.key` (the signing key, a secret, mode 0600), `archive.vkey` (its public half, to be
published; below it those of earlier logs of this archive) and `archive.checkpoint` (the last note signed, by which a
database that was rolled back is found out).
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from archive import merkle, notes
from archive.errors import Damaged, HomeUnusable, NotInArchive, VariorumError
from archive.files import write_whole
from archive.log import log_node, next_seq
from archive.model import utc_text
from archive.notes import Checkpoint, NoteError, VerifierKey
from archive.signing import SigningKey, generate_signing_key, parse_signing_key, sign_checkpoint
from archive.store import Archive

KEY, VERIFIER_KEYS, LAST_NOTE = "archive.key", "archive.vkey", "archive.checkpoint"


class OutOfStep(Damaged):
    """The log is not one that the last signed checkpoint could have come before."""

    def __init__(self, home: Path, how: str) -> None:
        self.what, self.how = "the log", how
        VariorumError.__init__(
            self,
            f"Damage in the archive: {home / 'archive.db'} {how}. Nothing was signed. See what is wrong with: variorum verify"
            f" --deep --checkpoint {home / LAST_NOTE}. An older copy is put in its place with: variorum restore FILE",
        )


class NoKey(NotInArchive):
    """There is no key to sign checkpoints with."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"{home} has no key for checkpoints. Make one with: variorum checkpoint --init")


class NoCheckpoint(NotInArchive):
    """No checkpoint covers an entry yet."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"No checkpoint covers entry {seq} yet. Make one with: variorum checkpoint")


# -- keys


def make_key(home: Path, name: str) -> VerifierKey:
    """A new key of this name, which becomes the log's origin. Raises HomeUnusable where there is one."""
    path = home / KEY
    if path.exists():
        raise HomeUnusable(path, "is already there", "Print the newest checkpoint with: variorum checkpoint")
    return put_key(home, generate_signing_key(name))


def put_key(home: Path, key: SigningKey) -> VerifierKey:
    """Write the key and its public half, above those of earlier logs. Raises HomeUnusable.

    The public half first: a note must never be signed by a key that nobody could tell it by.
    """
    earlier = [known for known in verifier_keys(home) if known != key.verifier]
    lines = "".join(f"{known.text}\n" for known in (key.verifier, *earlier))
    write_whole(home / VERIFIER_KEYS, lines.encode())
    write_whole(home / KEY, f"{key.text}\n".encode(), mode=0o600)
    return key.verifier


def signing_key(home: Path) -> SigningKey | None:
    """The key beside the database, None where there is none. Raises HomeUnusable where others can read it, too."""
    path = home / KEY
    try:
        text = path.read_text("ascii")
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise HomeUnusable(path, f"can't be read ({error})", "Look at its permissions.") from error
    if mode & 0o077:
        raise HomeUnusable(path, f"can be read by others (mode {mode:04o})", f"Mend it with: chmod 600 {path}")
    try:
        return parse_signing_key(text)
    except NoteError as error:
        raise HomeUnusable(path, f"is no signing key ({error})", "Put back the key that was there.") from error


def verifier_keys(home: Path) -> list[VerifierKey]:
    """The public keys of this archive's logs, the present one first. Raises HomeUnusable where they are garbled."""
    path = home / VERIFIER_KEYS
    return read_verifier_keys(path) if path.is_file() else []


def read_verifier_keys(path: Path) -> list[VerifierKey]:
    """The keys of a file, one a line. Raises HomeUnusable."""
    try:
        return [notes.parse_verifier_key(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise HomeUnusable(path, f"can't be read as verifier keys ({error})", "Put the right file there.") from error


# -- checkpoints


def last_note(home: Path) -> str | None:
    """The last note that was signed, as it stands beside the key. Raises HomeUnusable."""
    path = home / LAST_NOTE
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise HomeUnusable(path, f"can't be read ({error})", "Look at its permissions.") from error


def last_checkpoint(home: Path) -> Checkpoint | None:
    """What the last signed note states. Raises HomeUnusable where no key of this archive signed it."""
    note = last_note(home)
    if note is None:
        return None
    try:
        return notes.open_checkpoint(note, verifier_keys(home))
    except NoteError as error:
        mend = "Put back the note that was there; without one, a database that was rolled back is not found out."
        raise HomeUnusable(home / LAST_NOTE, f"is no checkpoint of this archive ({error})", mend) from error


def newest_note(conn: sqlite3.Connection, *, covering: int = 0) -> tuple[int, str] | None:
    """(size, note) of the newest stored checkpoint, if it covers this entry."""
    row = conn.execute("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row and row[0] >= covering else None


def tree_head(conn: sqlite3.Connection, origin: str) -> Checkpoint:
    """The log as it is now. Raises Damaged where its tree can't be read."""
    size = next_seq(conn) - 1
    return Checkpoint(origin=origin, size=size, root=merkle.root_at(size, lambda *at: log_node(conn, *at)))


def require_continuation(home: Path, conn: sqlite3.Connection) -> Checkpoint | None:
    """The last signed checkpoint, once it is proved that the log as it is now continues it. Raises OutOfStep."""
    last = last_checkpoint(home)
    if last is None or last.size == 0:
        return last
    now = tree_head(conn, last.origin)
    if now.size < last.size:
        raise OutOfStep(
            home,
            f"has {now.size} entries; when its last checkpoint was signed, it had {last.size}: it is an older copy",
        )
    try:
        path = merkle.consistency_path(last.size, now.size, lambda *at: log_node(conn, *at))
    except Damaged as error:
        raise OutOfStep(
            home, f"can't prove that it continues its last checkpoint: {error.what}: {error.how}"
        ) from error
    if not merkle.verify_consistency(last.size, now.size, path, last.root, now.root):
        raise OutOfStep(home, f"has other entries than when its last checkpoint was signed, at {last.size} entries")
    return last


def make_checkpoint(archive: Archive, *, at: datetime) -> str | None:
    """The signed note of the log as it is now, a new one where it has grown; None without a key or an entry.

    It is on disk, beside the key and then in the database, before it is returned. Raises OutOfStep, HomeUnusable,
    SigningUnavailable, StoreFailed.
    """
    home = archive.path.parent
    key = signing_key(home)
    if key is None:
        return None
    last = require_continuation(home, archive.conn)
    head = tree_head(archive.conn, key.name)
    if head.size == 0:
        return None
    note = last_note(home) if last == head else None
    if note is None:
        note = sign_checkpoint(head, key)
        write_whole(home / LAST_NOTE, note.encode())
    stored = newest_note(archive.conn, covering=head.size)
    if stored is None:
        with archive.transaction() as conn:
            conn.execute("INSERT INTO checkpoints (size, at, note) VALUES (?, ?, ?)", (head.size, utc_text(at), note))
    return note
