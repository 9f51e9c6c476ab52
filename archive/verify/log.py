"""The log: entries without gaps, each hashed to its leaf, and the tree above them to the root."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Container
from functools import lru_cache
from pathlib import Path

from archive import merkle
from archive.bodies import ZstdError, unpack
from archive.errors import Damaged
from archive.evidence import Json, canonical
from archive.verify.report import Report, numbered, reading, rows

_ENTRY_BYTES = 64  # the least that an entry takes in the file, with its leaf: bounds what a garbled number can claim
_NODE = "SELECT hash FROM log_nodes WHERE level = ? AND idx = ?"
_ENTRIES = "SELECT seq, kind, page_id, base_seq, leaf, entry FROM entries WHERE seq BETWEEN ? AND ?"

Row = tuple[object, ...]
Seen = Callable[[int, Row | None, Json | None], None]  # a number, its row and its entry as far as they can be read


def log_size(conn: sqlite3.Connection, path: Path) -> int:
    """How many entries the log has, by the best witness that can be read."""
    most = path.stat().st_size // _ENTRY_BYTES
    wal = path.with_name(path.name + "-wal")
    most += wal.stat().st_size // _ENTRY_BYTES if wal.exists() else 0
    witnesses = (
        "SELECT max(seq) FROM entries",
        "SELECT 2 + 2 * max(idx) FROM log_nodes WHERE level = 1",
        "SELECT max(seq) FROM observations",
        "SELECT max(size) FROM checkpoints",
    )
    told = []
    for sql in witnesses:
        try:
            with reading("the log"):
                told.append(conn.execute(sql).fetchone()[0])
        except Damaged:
            continue
    return max((size for size in told if isinstance(size, int) and 0 <= size <= most), default=0)


class LogPass:
    """One pass over the log. Entries in `wanted` are decoded and hashed; of the others the stored leaf is taken."""

    def __init__(self, conn: sqlite3.Connection, report: Report, *, size: int, wanted: Container[int]) -> None:
        self._conn = conn
        self._report = report
        self._size = size
        self._wanted = wanted
        self._newest: dict[int, bytes | None] = {}  # the newest complete node of each level; None: not known
        self._missing: list[int] = []
        self._base = lru_cache(maxsize=512)(self._full_entry)

    def run(self, seen: Seen, *, sizes: Collection[int], step: Callable[[int], None]) -> dict[int, bytes]:
        """Look at every entry; returns the root at each of these sizes that the log reaches."""
        roots = {0: merkle.EMPTY_ROOT} if 0 in sizes else {}
        for seq, row in numbered(self._conn, "entry", _ENTRIES, self._size):
            leaf, entry = self._entry(seq, row)
            self._tree(seq, leaf)
            seen(seq, None if isinstance(row, Damaged) else row, entry)
            if seq in sizes or seq == self._size:
                roots[seq] = merkle.root_at(seq, lambda level, _idx: self._newest[level] or bytes(merkle.HASH_BYTES))
            step(seq)
        self._tell_missing()
        self._tell_surplus()
        self._report.size = self._size
        self._report.root = roots.get(self._size, merkle.EMPTY_ROOT)
        return roots

    def _entry(self, seq: int, row: Row | Damaged | None) -> tuple[bytes | None, Json | None]:
        """The leaf by the stored entry, and the entry where it is sound and wanted."""
        if row is None:
            self._missing.append(seq)
            return None, None
        if isinstance(row, Damaged):
            self._report.damage(row.what, row.how, seq)
            return None, None
        _, _, _, base_seq, leaf, packed = row
        stored = leaf if isinstance(leaf, bytes) and len(leaf) == merkle.HASH_BYTES else None
        if seq not in self._wanted and stored is not None:
            return stored, None
        self._report.entries += 1
        try:
            data = self._decoded(seq, base_seq, packed)
        except Damaged as error:
            self._report.damage(error.what, error.how, seq)
            return stored, None
        computed = merkle.leaf_hash(data)
        if computed == leaf:
            return computed, self._parsed(seq, data)
        if self._is_in_tree(seq, computed):
            self._report.damage(f"entry {seq}", "its column leaf is not its leaf hash, which the log's tree has", seq)
            return computed, self._parsed(seq, data)
        self._report.damage(f"entry {seq}", f"its bytes now have the leaf hash {computed.hex()}", seq)
        return stored or computed, None

    def _decoded(self, seq: int, base_seq: object, packed: object) -> bytes:
        if not isinstance(packed, bytes):
            raise Damaged(f"entry {seq}", "its bytes are not stored as bytes")
        base = b"" if base_seq is None else self._base(base_seq)
        if isinstance(base, str):
            raise Damaged(f"entry {seq}", base)
        try:
            return unpack(packed, base)
        except ZstdError as error:
            raise Damaged(f"entry {seq}", f"it can't be decoded ({error})") from error

    def _full_entry(self, seq: int) -> bytes | str:
        """The bytes of an entry that others build on, or what is wrong with it."""
        try:
            with reading(f"entry {seq}"):
                row = self._conn.execute("SELECT base_seq, entry FROM entries WHERE seq = ?", (seq,)).fetchone()
            if row is None or row[0] is not None:
                return f"entry {seq}, which it builds on, is {'missing' if row is None else 'not a full one'}"
            return unpack(row[1])
        except (Damaged, ZstdError, TypeError):
            return f"entry {seq}, which it builds on, can't be decoded"

    def _parsed(self, seq: int, data: bytes) -> Json | None:
        try:
            entry = json.loads(data)
            sound = isinstance(entry, dict) and canonical(entry) == data and entry.get("seq") == seq
        except (ValueError, RecursionError):
            sound = False
        if not sound:
            self._report.damage(f"entry {seq}", "it is not canonical JSON of an entry with this number", seq)
            return None
        return dict(entry)

    # the tree

    def _node(self, level: int, idx: int) -> bytes | None:
        try:
            with reading("the log's tree"):
                row = self._conn.execute(_NODE, (level, idx)).fetchone()
        except Damaged:
            return None
        return row[0] if row and isinstance(row[0], bytes) and len(row[0]) == merkle.HASH_BYTES else None

    def _is_in_tree(self, seq: int, leaf: bytes) -> bool:
        """Whether the node above the two leaves of which this is one was made of it; False where there is none yet."""
        idx = seq - 1
        with reading(f"entry {(idx ^ 1) + 1}"):
            row = self._conn.execute("SELECT leaf FROM entries WHERE seq = ?", ((idx ^ 1) + 1,)).fetchone()
        if row is None or not isinstance(row[0], bytes):
            return False
        pair = (row[0], leaf) if idx & 1 else (leaf, row[0])
        return merkle.node_hash(*pair) == self._node(1, idx >> 1)

    def _tree(self, seq: int, leaf: bytes | None) -> None:
        """Compare the nodes that this leaf completes; where one is wrong, the tree goes on with the right one.

        Above a leaf that is not known the stored nodes are believed. Leaves are nodes of their own in logs of old.
        """
        level, idx, digest = 0, seq - 1, leaf
        stored = self._node(0, idx)
        if None not in (stored, leaf) and stored != leaf:
            self._differs(0, idx, seq, stored)
        while True:
            left, self._newest[level] = self._newest.get(level), digest
            if not idx & 1:
                return
            level, idx = level + 1, idx >> 1
            stored = self._node(level, idx)
            digest = None if left is None or digest is None else merkle.node_hash(left, digest)
            if stored is None or digest not in (None, stored):
                self._differs(level, idx, seq, stored)
            digest = digest or stored

    def _differs(self, level: int, idx: int, seq: int, stored: bytes | None) -> None:
        how = "it is missing or garbled" if stored is None else "it is not the hash of what is below it"
        self._report.damage(f"the log's node {idx} of level {level}", how, seq)

    def _tell_missing(self) -> None:
        for first, last in _ranges(self._missing):
            what = f"entry {first}" if first == last else f"entries {first} to {last}"
            self._report.damage(what, "missing from the log", first)

    def _tell_surplus(self) -> None:
        sql = "SELECT seq FROM entries WHERE seq < 1 OR seq > ? LIMIT 100"
        for (seq,) in rows(self._conn, self._report, "the log", sql, self._size):
            self._report.damage(f"entry {seq}", "no entry can have this number")
        sql = "SELECT level, idx FROM log_nodes WHERE level < 0 OR idx < 0 OR level > 62 OR (idx + 1) << level > ? LIMIT 100"
        for level, idx in rows(self._conn, self._report, "the log's tree", sql, self._size):
            self._report.damage(f"the log's node {idx} of level {level}", "there are no entries below it")


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """
    >>> _ranges([1, 2, 3, 7])
    [(1, 3), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
