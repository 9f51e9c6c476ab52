"""Taking a body down: its bytes and its text go from every place that the database controls; digests and entries stay.

The body's row keeps its digest and size, with no bytes; other bodies that build on it are encoded again first. The redaction
is an entry of the log. The pages that showed the body are read again without it, and in their earlier readings its texts are
emptied. What the file held of it is overwritten: by zeros in the transaction itself, then by writing the file anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.bodies import detach, is_redacted
from archive.errors import NotInArchive, StoreFailed, VariorumError
from archive.evidence import rules_from_json
from archive.lives import forget_passages
from archive.log import acts, append
from archive.model import utc_text
from archive.readings import Interpreter, read_again
from archive.redactions import redactions
from archive.store import Archive
from archive.wordings import index_again

ReaderOf = Callable[[Mapping[int, str]], Interpreter]


class NoBody(NotInArchive):
    """An observation that has nothing to take down."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"No observation {seq} with a body in this archive. Nothing was changed.")


class StillInUse(VariorumError):
    """Readers keep the old state of the file open."""

    def __init__(self, path: object, seqs: Sequence[int]) -> None:
        again = " ".join(map(str, seqs))
        super().__init__(
            f"{path} is redacted, but readers keep its old pages in use, so that they are still in the file's log. Stop what"
            f" reads it, and give the same command again: variorum redact {again}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """One body that was taken down."""

    seq: int  # of the entry that says so
    sha256: str
    observations: tuple[int, ...]
    pages: tuple[str, ...]
    encoded_again: int
    texts: int  # texts that are gone
    shared: tuple[int, ...]  # observations with other bodies of the same text, which stays with them
    is_new: bool  # not by an earlier command


def redact(
    archive: Archive, seqs: Sequence[int], *, why: str, actor: str, reader_of: ReaderOf, version: str, at: datetime
) -> list[Redacted]:
    """Take down the bodies of these observations, in one transaction; those taken down before are told of again.

    `finish` must follow. Raises NoBody, Damaged where a body that must be encoded again can't be read, StoreFailed; then
    nothing is changed.
    """
    archive.conn.execute("PRAGMA secure_delete = ON")
    with archive.transaction() as conn:
        first = {blob_id: seq for seq in reversed(seqs) for blob_id in _blobs_of(conn, seq)}
        blobs = list(first)
        fresh = [blob_id for blob_id in blobs if not is_redacted(conn, blob_id)]
        entries = {blob_id: _entry(conn, blob_id, first[blob_id], why, actor, at) for blob_id in fresh}
        counts = {blob_id: _empty(conn, blob_id) for blob_id in fresh}
        found = {blob_id: _described(conn, blob_id) for blob_id in blobs}
        done = []
        pages: set[int] = set()
        for blob_id, (seq, sha256, observations) in found.items():
            seq = entries.get(blob_id, seq)
            texts, shared = _texts_of(conn, observations)
            if blob_id in entries:
                pages |= _forget(conn, observations, texts)
            done.append(
                Redacted(
                    seq=seq,
                    sha256=sha256,
                    observations=observations,
                    pages=_slugs(conn, observations),
                    encoded_again=counts.get(blob_id, 0),
                    texts=len(texts),
                    shared=shared,
                    is_new=blob_id in entries,
                )
            )
        if pages:
            index_again(conn)
        for page_id in sorted(pages):
            _read_without(conn, page_id, reader_of, version, utc_text(at))
    return done


def finish(archive: Archive, seqs: Sequence[int]) -> None:
    """Write the file anew, so that free pages and the WAL hold nothing of what was taken down.

    Raises StillInUse where readers hinder it, StoreFailed where the disk has no room for a second copy of the file.
    """
    conn = archive.conn
    try:
        _truncate_wal(archive, seqs)
        conn.execute("VACUUM")
        _truncate_wal(archive, seqs)
    except sqlite3.OperationalError as error:
        raise StoreFailed(archive.path, error) from error
    finally:
        conn.execute("PRAGMA secure_delete = OFF")


def _truncate_wal(archive: Archive, seqs: Sequence[int]) -> None:
    busy = archive.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise StillInUse(archive.path, seqs)


def _blobs_of(conn: sqlite3.Connection, seq: int) -> list[int]:
    """The body of an observation, and what browsers received and showed where they made this body."""
    row = conn.execute("SELECT body_id FROM observations WHERE seq = ?", (min(seq, 1 << 62),)).fetchone()
    if row is None or row[0] is None:
        raise NoBody(seq)
    rendered = conn.execute(
        "SELECT r.received_id, r.screenshot_id FROM renderings r JOIN observations o ON o.seq = r.seq WHERE o.body_id = ?",
        row,
    ).fetchall()
    found = [row[0], *(blob_id for pair in rendered for blob_id in pair if blob_id is not None)]
    return list(dict.fromkeys(found))


def _observations(conn: sqlite3.Connection, blob_id: int) -> tuple[int, ...]:
    rows = conn.execute(
        "SELECT seq FROM observations WHERE body_id = ?1 UNION SELECT seq FROM renderings WHERE received_id = ?1"
        " UNION SELECT seq FROM renderings WHERE screenshot_id = ?1 ORDER BY seq",
        (blob_id,),
    ).fetchall()
    return tuple(row[0] for row in rows)


def _entry(conn: sqlite3.Connection, blob_id: int, seq: int, why: str, actor: str, at: datetime) -> int:
    """Log the redaction of this body; returns the entry's seq."""
    page_id, slug = conn.execute(
        "SELECT p.id, p.slug FROM observations o JOIN pages p ON p.id = o.page_id WHERE o.seq = ?", (seq,)
    ).fetchone()
    (sha256,) = conn.execute("SELECT lower(hex(sha256)) FROM blobs WHERE id = ?", (blob_id,)).fetchone()
    entry = {
        "kind": "redact",
        "page": slug,
        "body_sha256": sha256,
        "observations": list(_observations(conn, blob_id)),
        "why": why,
        "actor": actor,
        "at": utc_text(at),
    }
    return append(conn, "redact", page_id, entry)


def _empty(conn: sqlite3.Connection, blob_id: int) -> int:
    """Take the bytes out; returns how many bodies were encoded again, because they built on them."""
    count = detach(conn, blob_id)
    conn.execute("UPDATE blobs SET data = x'', base_id = NULL, depth = 0 WHERE id = ?", (blob_id,))
    return count


def _described(conn: sqlite3.Connection, blob_id: int) -> tuple[int, str, tuple[int, ...]]:
    """(entry, digest, observations) of a body that was taken down."""
    (sha256,) = conn.execute("SELECT lower(hex(sha256)) FROM blobs WHERE id = ?", (blob_id,)).fetchone()
    seq = next(item.seq for item in redactions(conn) if item.body_sha256 == sha256)
    return seq, sha256, _observations(conn, blob_id)


def _slugs(conn: sqlite3.Connection, observations: Sequence[int]) -> tuple[str, ...]:
    marks = ",".join("?" * len(observations))
    sql = f"SELECT DISTINCT p.slug FROM observations o JOIN pages p ON p.id = o.page_id WHERE o.seq IN ({marks}) ORDER BY 1"
    return tuple(row[0] for row in conn.execute(sql, observations))


# -- texts


def _texts_of(conn: sqlite3.Connection, observations: Sequence[int]) -> tuple[set[str], tuple[int, ...]]:
    """(digests of texts that no other body carries, observations that share a text by another body)."""
    marks = ",".join("?" * len(observations))
    digests = {
        row[0]
        for row in conn.execute(
            f"SELECT DISTINCT v.text_sha256 FROM judgements j JOIN revisions v ON v.id = j.revision_id WHERE j.seq IN ({marks})",
            observations,
        )
    }
    gone: set[str] = set()
    shared: set[int] = set()
    for digest in digests:
        others = conn.execute(
            "SELECT DISTINCT o.seq FROM revisions v JOIN judgements j ON j.revision_id = v.id JOIN observations o ON o.seq = j.seq"
            " JOIN blobs b ON b.id = o.body_id WHERE v.text_sha256 = ? AND b.data != x''",
            (digest,),
        ).fetchall()
        shared.update(row[0] for row in others)
        if not others:
            gone.add(digest)
    return gone, tuple(sorted(shared))


def _forget(conn: sqlite3.Connection, observations: Sequence[int], texts: set[str]) -> set[int]:
    """Empty what the derived tables hold of these texts and looks; returns the pages to be read again."""
    for digest in texts:
        conn.execute(
            "UPDATE changes SET summary = '[]', ops = '[]' WHERE from_revision_id IN (SELECT id FROM revisions WHERE"
            " text_sha256 = ?1) OR to_revision_id IN (SELECT id FROM revisions WHERE text_sha256 = ?1)",
            (digest,),
        )
        readings = conn.execute("SELECT DISTINCT reading_id FROM revisions WHERE text_sha256 = ?", (digest,)).fetchall()
        conn.execute("UPDATE revisions SET text = '', title = '', block_kinds = '[]' WHERE text_sha256 = ?", (digest,))
        for (reading_id,) in readings:
            forget_passages(conn, reading_id)
        _forget_alerts(conn, digest)
    marks = ",".join("?" * len(observations))
    conn.execute(f"UPDATE judgements SET facts = NULL WHERE seq IN ({marks})", observations)
    return {row[0] for row in conn.execute(f"SELECT page_id FROM observations WHERE seq IN ({marks})", observations)}


def _forget_alerts(conn: sqlite3.Connection, digest: str) -> None:
    """Alerts say that there was a change, and no longer which words."""
    found = conn.execute("SELECT id, content FROM alerts WHERE texts LIKE ?", (f"%{digest}%",)).fetchall()
    for alert_id, content in found:
        value = json.loads(content)
        change = value["event"]["change"]
        if change is not None:
            change["left_out"] += len(change["blocks"])
            change["blocks"] = []
        value["event"]["page"]["title"] = ""
        conn.execute("UPDATE alerts SET content = ? WHERE id = ?", (json.dumps(value, ensure_ascii=False), alert_id))


def _read_without(conn: sqlite3.Connection, page_id: int, reader_of: ReaderOf, version: str, at: str) -> None:
    """A new reading of the page, and a state that remembers nothing of the old one."""
    (rules,) = conn.execute("SELECT rules FROM readings WHERE page_id = ? AND is_current", (page_id,)).fetchone()
    interpreter = reader_of(acts(conn, page_id))
    read_again(conn, page_id, rules_from_json(json.loads(rules)), interpreter, cause="redact", version=version, at=at)
