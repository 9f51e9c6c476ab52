"""Content-addressed bodies: each as a zstd difference from an earlier one, a full one at bounded distance.

The content is evidence and is never changed; its encoding is not. Every encoding is undone and compared before it is
stored, and a body that can't be read back is an error, never a shorter body.

A body builds on the page's previous body, or rather on the one that this builds on, unless that costs clearly more. So
a page that differs at every look by noise alone (tokens, counters) stays at the same depth for ever: only what is new
makes a chain longer. Where a chain is as long as it may be, the body builds on the chain's full one again, or becomes
a full one where too little is left in common.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from dataclasses import dataclass

from archive.errors import Damaged, Redacted

if sys.version_info >= (3, 14):
    from compression import zstd  # pragma: no cover
else:
    from backports import zstd

ZstdError = zstd.ZstdError
zstd_version = zstd.zstd_version

MAX_DEPTH = 32  # steps to rebuild any body, at most
_MIN_DEPTH = 4  # … of a large one, which else may have as many as rebuild about this many bytes:
_REACH_BYTES = 1 << 20
_TRIFLE = 256  # a difference that is this much smaller than its body is not compared with another
_CLEARLY_LESS = 16  # … or this much, not with the full encoding
_LARGE_BYTES = 1 << 18  # from here on a lower level's tables do not reach over the whole prefix
_MIN_PREFIX_BYTES = 8  # zstd takes none that is shorter
_MAX_WINDOW_LOG = 27  # what a decoder accepts without being asked to


def pack(data: bytes, prefix: bytes = b"") -> bytes:
    """`data` as one zstd frame (RFC 8878) with size and checksum, as a difference from `prefix`.

    A prefix of less than eight bytes is none.
    """
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: 9 if len(data) >= _LARGE_BYTES else 7,
        zstd.CompressionParameter.checksum_flag: 1,
    }
    if len(prefix) < _MIN_PREFIX_BYTES:
        return zstd.compress(data, options=options)
    window_log = max(10, (len(prefix) + len(data)).bit_length())
    options[zstd.CompressionParameter.window_log] = min(window_log, _MAX_WINDOW_LOG)
    return zstd.compress(data, options=options, zstd_dict=zstd.ZstdDict(prefix, is_raw=True).as_prefix)


def unpack(data: bytes, prefix: bytes = b"", *, size_bytes: int | None = None) -> bytes:
    """What `pack` was given, in memory bounded by `size_bytes` where that is known.

    Raises ZstdError where data or prefix are not those of the packing, or the size is another.
    """
    base = zstd.ZstdDict(prefix, is_raw=True).as_prefix if len(prefix) >= _MIN_PREFIX_BYTES else None
    decoder = zstd.ZstdDecompressor(zstd_dict=base)
    body = decoder.decompress(data, -1 if size_bytes is None else size_bytes + 1)
    if not decoder.eof or decoder.unused_data or size_bytes not in (None, len(body)):
        raise zstd.ZstdError("it does not end where it should")
    return body


# -- writing


def put_body(conn: sqlite3.Connection, body: bytes, previous_id: int | None, *, digest: bytes | None = None) -> int:
    """The id of the blob with these bytes, stored if it is new; the caller's transaction commits it.

    `digest` is their SHA-256, where the caller has it already.
    """
    digest = digest or hashlib.sha256(body).digest()
    row = conn.execute("SELECT id FROM blobs WHERE sha256 = ?", (digest,)).fetchone()
    if row:
        return int(row[0])
    base_id, depth, data = _encode(body, _readable(conn, previous_id))
    cursor = conn.execute(
        "INSERT INTO blobs (sha256, size_bytes, base_id, depth, data) VALUES (?, ?, ?, ?, ?)",
        (digest, len(body), base_id, depth, data),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def detach(conn: sqlite3.Connection, blob_id: int) -> int:
    """Encode every body that builds on this one in another way, so that it can be taken out; returns how many.

    Each builds on this one's own base afterwards, or is full. Raises Damaged where one of them can't be read.
    """
    base_id = conn.execute("SELECT base_id FROM blobs WHERE id = ?", (blob_id,)).fetchone()[0]
    children = [row[0] for row in conn.execute("SELECT id FROM blobs WHERE base_id = ?", (blob_id,)).fetchall()]
    chain = _readable(conn, base_id)
    for child_id in children:
        encoded = _encode(read_body(conn, child_id), chain)
        conn.execute("UPDATE blobs SET base_id = ?, depth = ?, data = ? WHERE id = ?", (*encoded, child_id))
    return len(children)


def _readable(conn: sqlite3.Connection, blob_id: int | None) -> list[_Blob]:
    """The chain of a body that a new one may build on; none where it can't be read as it was stored.

    New evidence is stored whatever became of the old; `verify` tells of that.
    """
    try:
        chain = _rebuilt(conn, blob_id) if blob_id is not None else []
    except Damaged:
        return []
    return chain if chain and chain[-1].is_intact else []


def _encode(body: bytes, chain: list[_Blob]) -> tuple[int | None, int, bytes]:
    """(base, depth, data) of a body that follows the last of this chain, undone and compared."""
    base, data = _difference(body, chain) if chain else (None, b"")
    if base is None or len(data) * _CLEARLY_LESS > len(body):
        full = pack(body)
        if base is None or len(data) * 2 > len(full):
            base, data = None, full
    if unpack(data, base.body if base else b"", size_bytes=len(body)) != body:
        raise Damaged("a body of this look", "zstd does not give back what it was given; nothing was stored")
    return (base.blob_id, base.depth + 1, data) if base else (None, 0, data)


def _difference(body: bytes, chain: list[_Blob]) -> tuple[_Blob, bytes]:
    """The body as a difference, from the last of this chain or from one further back, and from which."""
    full, previous = chain[0], chain[-1]
    base = chain[-2:][0]
    data = pack(body, base.body)
    if base is not previous and len(data) * _TRIFLE > len(body):
        nearest = pack(body, previous.body)
        if len(data) > len(nearest) * 5 // 4 + 16:
            base, data = previous, nearest
    if base.depth < max(_MIN_DEPTH, min(MAX_DEPTH, _REACH_BYTES // max(len(body), 1))):
        return base, data
    return full, pack(body, full.body)


# -- reading


@dataclass(slots=True, kw_only=True)
class _Blob:
    """A row of `blobs`, and its bytes once they are rebuilt."""

    blob_id: int
    sha256: bytes
    size_bytes: int
    depth: int
    data: bytes
    body: bytes = b""

    @property
    def is_intact(self) -> bool:
        return hashlib.sha256(self.body).digest() == self.sha256


def read_body(conn: sqlite3.Connection, blob_id: int) -> bytes:
    """The bytes of one body, rebuilt in at most `MAX_DEPTH` steps and checked against its size and digest.

    Raises Redacted, and Damaged, naming the digest, where they can't be rebuilt or differ.
    """
    if is_redacted(conn, blob_id):
        raise Redacted(conn.execute("SELECT lower(hex(sha256)) FROM blobs WHERE id = ?", (blob_id,)).fetchone()[0])
    blob = _rebuilt(conn, blob_id)[-1]
    if not blob.is_intact:
        computed = hashlib.sha256(blob.body).hexdigest()
        raise Damaged(f"body {blob.sha256.hex()}", f"its bytes now have the digest {computed}")
    return blob.body


def is_redacted(conn: sqlite3.Connection, blob_id: int) -> bool:
    """Whether the bytes were taken out on purpose: only the digest and the size are left."""
    row = conn.execute("SELECT data = x'' FROM blobs WHERE id = ?", (blob_id,)).fetchone()
    return bool(row and row[0])


def _rebuilt(conn: sqlite3.Connection, blob_id: int) -> list[_Blob]:
    """The blobs from the full one to this one; the bytes of the first and the last two are kept. Raises Damaged."""
    chain = _chain(conn, blob_id)
    body = b""
    for at, blob in enumerate(chain):
        try:
            body = blob.body = unpack(blob.data, body, size_bytes=blob.size_bytes)
        except zstd.ZstdError as error:
            raise Damaged(
                f"body {chain[-1].sha256.hex()}", f"blob {blob.blob_id} can't be decoded ({error})"
            ) from error
        if at > 2:
            chain[at - 2].body = b""
    return chain


def _chain(conn: sqlite3.Connection, blob_id: int) -> list[_Blob]:
    """The blobs that this one is rebuilt from, the full one first. Raises Damaged where one is missing or garbled."""
    chain: list[_Blob] = []
    step: int | None = blob_id
    while step is not None:
        row = conn.execute(
            "SELECT sha256, size_bytes, depth, data, base_id FROM blobs WHERE id = ?", (step,)
        ).fetchone()
        if row is None:
            raise Damaged(f"body {blob_id}", f"blob {step} of its chain is missing")
        digest, size_bytes, depth, data, base_id = row
        if not isinstance(data, bytes) or not isinstance(digest, bytes) or size_bytes < 0:
            raise Damaged(f"body {blob_id}", f"blob {step} of its chain is garbled")
        if chain and depth >= chain[-1].depth:
            raise Damaged(f"body {blob_id}", f"blob {step} of its chain is as deep as what builds on it")
        chain.append(_Blob(blob_id=step, sha256=digest, size_bytes=size_bytes, depth=depth, data=data))
        step = base_id
    return chain[::-1]
