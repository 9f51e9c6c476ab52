"""The log: every observation and every act as one entry, numbered without gaps, hashed into a Merkle tree (RFC 9162)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from archive import derive
from archive.bodies import ZstdError, is_redacted, pack, read_body, unpack
from archive.errors import Damaged
from archive.evidence import Json, canonical, capture_from_entry
from archive.merkle import appended, leaf_hash
from archive.model import Capture

_LISTED = 1000  # observations of a long history, at a time


def append(conn: sqlite3.Connection, kind: str, page_id: int | None, entry: Json, *, full: bool = False) -> int:
    """Append one entry to the log; returns its seq. An entry of no page is stored in full."""
    seq = next_seq(conn)
    data = canonical({**entry, "seq": seq})
    leaf = leaf_hash(data)
    base_seq, base = (None, b"") if full or page_id is None else _base_entry(conn, page_id)
    conn.execute(
        "INSERT INTO entries (seq, kind, page_id, base_seq, leaf, entry) VALUES (?, ?, ?, ?, ?, ?)",
        (seq, kind, page_id, base_seq, leaf, pack(data, base)),
    )
    _, *nodes = appended(seq - 1, leaf, lambda level, idx: log_node(conn, level, idx))
    conn.executemany("INSERT INTO log_nodes (level, idx, hash) VALUES (?, ?, ?)", nodes)
    return seq


def captures(
    conn: sqlite3.Connection, page_id: int, *, before: int | None = None
) -> Iterator[tuple[derive.Look, Capture]]:
    """Every observation of a page in its order, as evidence gives it back; of those logged before an entry, with `before`.

    Between two of them nothing is left open in the database, and of a long history only a part is listed at a time.
    """
    after = ("", 0)
    while True:
        rows = conn.execute(
            "SELECT rtrim(observed_at, 'Z'), seq FROM observations WHERE page_id = ?1 AND seq < ?2"
            " AND rtrim(observed_at, 'Z') >= ?3 AND (rtrim(observed_at, 'Z'), seq) > (?3, ?4)"
            " ORDER BY rtrim(observed_at, 'Z'), seq LIMIT ?5",
            (page_id, before or 1 << 62, *after, _LISTED),
        ).fetchall()
        for _, seq in rows:
            yield capture_of(conn, seq)
        if len(rows) < _LISTED:
            return
        after = rows[-1]


def capture_of(conn: sqlite3.Connection, seq: int) -> tuple[derive.Look, Capture]:
    """One observation, as evidence gives it back."""
    page_id, observed_at, body_id = conn.execute(
        "SELECT page_id, observed_at, body_id FROM observations WHERE seq = ?", (seq,)
    ).fetchone()
    redacted = body_id is not None and is_redacted(conn, body_id)
    body = read_body(conn, body_id) if body_id is not None and not redacted else None
    capture = capture_from_entry(json.loads(read_entry(conn, seq)), body)
    look = derive.Look(
        seq=seq,
        page_id=page_id,
        observed_at=observed_at,
        has_body=body_id is not None,
        is_redacted=redacted,
        moved_to=capture.moved_to,
    )
    return look, capture


def acts(conn: sqlite3.Connection, page_id: int, *, before: int | None = None) -> dict[int, str]:
    """The standing act on each observation of a page, by seq: of several the last; as it was before an entry, with `before`."""
    rows = conn.execute(
        "SELECT a.observation_seq, a.kind FROM acts a JOIN observations o ON o.seq = a.observation_seq"
        " WHERE o.page_id = ? AND a.seq < ? ORDER BY a.seq",
        (page_id, before or 1 << 62),
    )
    return dict(rows.fetchall())


def log_node(conn: sqlite3.Connection, level: int, idx: int) -> bytes:
    """The hash of one complete subtree of the log; of level 0 a leaf, which its entry has. Raises Damaged where it is missing."""
    if level == 0:
        row = conn.execute("SELECT leaf FROM entries WHERE seq = ?", (idx + 1,)).fetchone()
    else:
        row = conn.execute("SELECT hash FROM log_nodes WHERE level = ? AND idx = ?", (level, idx)).fetchone()
    if row is None:
        raise Damaged(f"the log's node {idx} of level {level}", "it is missing")
    return bytes(row[0])


def read_entry(conn: sqlite3.Connection, seq: int) -> bytes:
    """The canonical bytes of one entry of the log. Raises Damaged where it is missing or can't be decoded."""
    base_seq, data = _packed_entry(conn, seq)
    try:
        if base_seq is None:
            return unpack(data)
        full_seq, full = _packed_entry(conn, base_seq)
        if full_seq is not None:
            raise Damaged(f"entry {seq}", f"entry {base_seq}, which it builds on, is not a full one")
        return unpack(data, unpack(full))
    except ZstdError as error:
        raise Damaged(f"entry {seq}", f"it can't be decoded ({error})") from error


def _packed_entry(conn: sqlite3.Connection, seq: int) -> tuple[int | None, bytes]:
    row = conn.execute("SELECT base_seq, entry FROM entries WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        raise Damaged(f"entry {seq}", "it is missing")
    return row[0], row[1]


def _base_entry(conn: sqlite3.Connection, page_id: int) -> tuple[int | None, bytes]:
    row = conn.execute(
        "SELECT seq, entry FROM entries WHERE page_id = ? AND base_seq IS NULL ORDER BY seq DESC LIMIT 1", (page_id,)
    ).fetchone()
    return (row[0], unpack(row[1])) if row else (None, b"")


def next_seq(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT 1 + coalesce(max(seq), 0) FROM entries").fetchone()[0])
