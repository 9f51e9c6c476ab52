"""Bodies: each decoded, and compared with the digest and size that its row states."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping

from archive.bodies import ZstdError, read_body, unpack
from archive.errors import Damaged
from archive.verify.report import Finding, Report, reading, rows

_BLOB = "SELECT sha256, size_bytes, base_id, depth, data FROM blobs WHERE id = ?"


def owners_of(conn: sqlite3.Connection) -> list[tuple[str, str]]:
    """(table, column) of everything that refers to a body; an archive of an earlier version has not all of them."""
    owners = [("observations", "body_id")]
    try:
        with reading("the schema"):
            present = conn.execute("SELECT 1 FROM sqlite_schema WHERE name = 'renderings'").fetchone()
    except Damaged:
        present = None
    return owners + ([("renderings", "received_id"), ("renderings", "screenshot_id")] if present else [])


class BodyPass:
    """Looks at bodies; `redacted` has the entry that took a body down, by its digest."""

    def __init__(self, conn: sqlite3.Connection, report: Report, redacted: Mapping[str, int]) -> None:
        self._conn = conn
        self._report = report
        self._redacted = redacted
        self._owners = owners_of(conn)

    def sample(self, blob_ids: Collection[int], step: Callable[[int], None]) -> None:
        """These bodies, each through its chain."""
        for count, blob_id in enumerate(blob_ids, 1):
            with self._report.noting(self._seq(blob_id)), reading(self._name(blob_id)):
                row = self._conn.execute(_BLOB, (blob_id,)).fetchone()
                if row is None:
                    raise Damaged(self._name(blob_id), "it is missing")
                if not self._is_redacted(blob_id, row):
                    self._report.bodies += 1
                    self._read(blob_id)
            step(count)

    def _read(self, blob_id: int) -> None:
        try:
            read_body(self._conn, blob_id)
        except (Damaged, TypeError, ValueError, OverflowError) as error:
            how = error.how if isinstance(error, Damaged) else str(error)
            raise Damaged(self._name(blob_id), how) from error

    def everything(self, blob_ids: Collection[int], step: Callable[[int], None]) -> None:
        """All bodies, each decoded once: from every full one to what builds on it."""
        children: dict[int | None, list[int]] = {}
        ids = set()
        for blob_id, base_id in rows(self._conn, self._report, "the table blobs", "SELECT id, base_id FROM blobs"):
            if isinstance(blob_id, int):
                ids.add(blob_id)
                children.setdefault(base_id if isinstance(base_id, int) else None, []).append(blob_id)
        reached: set[int] = set()
        for root in children.get(None, []):
            for blob_id in self._below(root, children):
                reached.add(blob_id)
                step(len(reached))
        for blob_id in sorted((ids | set(blob_ids)) - reached):
            with self._report.noting(self._seq(blob_id)):
                raise Damaged(self._name(blob_id), "it can't be rebuilt: no chain leads to it from a full body")
        self._unowned()

    def _below(self, root: int, children: Mapping[int | None, list[int]]) -> Iterator[int]:
        bodies: list[tuple[bytes | None, int]] = []  # of the chain to the present one, with their depths
        waiting = [(root, 0)]
        while waiting:
            blob_id, level = waiting.pop()
            del bodies[level:]
            base, depth = bodies[-1] if bodies else (b"", -1)
            body: bytes | None = None
            with self._report.noting(self._seq(blob_id)):
                body, depth = self._decoded(blob_id, base, depth, level)
            bodies.append((body, depth))
            yield blob_id
            waiting += [(child, level + 1) for child in children.get(blob_id, ())]

    def _decoded(self, blob_id: int, base: bytes | None, base_depth: int, level: int) -> tuple[bytes | None, int]:
        what = self._name(blob_id)
        with reading(what):
            row = self._conn.execute(_BLOB, (blob_id,)).fetchone()
        if row is None:
            raise Damaged(what, "it is missing")
        digest, size_bytes, _, depth, data = row
        if self._is_redacted(blob_id, row):
            return None, depth
        self._report.bodies += 1
        if not isinstance(data, bytes) or not isinstance(digest, bytes) or not isinstance(depth, int):
            raise Damaged(what, "its row is garbled")
        if not isinstance(size_bytes, int) or size_bytes < 0:
            raise Damaged(what, f"its size is {size_bytes}")
        if base is None:
            raise Damaged(what, "it can't be rebuilt: a body that it builds on is damaged")
        if (depth != 0) if level == 0 else (depth <= base_depth):
            raise Damaged(what, f"its depth is {depth}, above one of {base_depth}")
        return self._compared(what, data, base, size_bytes, digest), depth

    @staticmethod
    def _compared(what: str, data: bytes, base: bytes, size_bytes: int, digest: bytes) -> bytes:
        try:
            body = unpack(data, base, size_bytes=size_bytes)
        except ZstdError as error:
            raise Damaged(what, f"it can't be decoded ({error})") from error
        except (MemoryError, OverflowError) as error:
            raise Damaged(what, f"its size of {size_bytes} bytes can't be") from error
        computed = hashlib.sha256(body)
        if computed.digest() != digest:
            raise Damaged(what, f"its bytes have the digest {computed.hexdigest()}, not {digest.hex()}")
        return body

    def _is_redacted(self, blob_id: int, row: tuple[object, ...]) -> bool:
        digest, _, _, _, data = row
        by = self._redacted.get(digest.hex()) if isinstance(digest, bytes) else None
        if by is not None and data == b"":
            finding = Finding(
                what=self._name(blob_id), how=f"redacted by entry {by}", seq=self._seq(blob_id), is_damage=False
            )
            self._report.findings.append(finding)
            return True
        if by is not None:
            raise Damaged(self._name(blob_id), f"entry {by} redacted it, and its bytes are still stored")
        return False

    def _unowned(self) -> None:
        unowned = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {table} WHERE {key} = b.id)" for table, key in self._owners)
        sql = f"SELECT id FROM blobs b WHERE {unowned} LIMIT 100"
        for (blob_id,) in rows(self._conn, self._report, "the table blobs", sql):
            self._report.damage(f"blob {blob_id}", "no observation has this body")

    def _seq(self, blob_id: int) -> int | None:
        """The first observation with this body."""
        for table, key in self._owners:
            try:
                with reading(table):
                    sql = f"SELECT min(seq) FROM {table} WHERE {key} = ?"
                    seq: int | None = self._conn.execute(sql, (blob_id,)).fetchone()[0]
            except Damaged:
                continue
            if seq is not None:
                return seq
        return None

    def _name(self, blob_id: int) -> str:
        seq = self._seq(blob_id)
        return f"blob {blob_id}" if seq is None else f"the body of observation {seq}"
