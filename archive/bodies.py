"""Content-addressed bodies: each as a zstd difference from the page's previous body, a full one at bounded distance.

The content is evidence and is never changed; its encoding is not. A body whose encoding does not give the same bytes
again is stored in full, and one that can't be read back is an error, never a shorter body.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys

from archive.errors import Damaged

if sys.version_info >= (3, 14):
    from compression import zstd  # pragma: no cover
else:
    from backports import zstd

MAX_DEPTH = 24  # steps to rebuild any body, at most
_SHORTEST_PREFIX = 8  # bytes; zstd takes no shorter one
_LEVEL = 9
_FULL = {zstd.CompressionParameter.compression_level: _LEVEL, zstd.CompressionParameter.checksum_flag: 1}


def pack(data: bytes, prefix: bytes = b"") -> bytes:
    """`data` compressed (RFC 8878, with checksum), as a difference from `prefix` where there is one."""
    if not prefix:
        return zstd.compress(data, options=_FULL)
    window = max(10, (len(prefix) + len(data)).bit_length())
    options = {**_FULL, zstd.CompressionParameter.window_log: min(window, 27)}
    return zstd.compress(data, options=options, zstd_dict=zstd.ZstdDict(prefix, is_raw=True).as_prefix)


def unpack(data: bytes, prefix: bytes = b"") -> bytes:
    """What `pack` was given. Raises zstd's error where data or prefix are not those of the packing."""
    if not prefix:
        return zstd.decompress(data)
    return zstd.decompress(data, zstd_dict=zstd.ZstdDict(prefix, is_raw=True).as_prefix)


def put_body(conn: sqlite3.Connection, body: bytes, previous_id: int | None) -> int:
    """The id of the blob with these bytes, stored if it is new; the caller's transaction commits it."""
    digest = hashlib.sha256(body).digest()
    row = conn.execute("SELECT id FROM blobs WHERE sha256 = ?", (digest,)).fetchone()
    if row:
        return int(row[0])
    base_id, depth, data = _encode(conn, body, previous_id)
    cursor = conn.execute(
        "INSERT INTO blobs (sha256, size_bytes, base_id, depth, data) VALUES (?, ?, ?, ?, ?)",
        (digest, len(body), base_id, depth, data),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _encode(conn: sqlite3.Connection, body: bytes, previous_id: int | None) -> tuple[int | None, int, bytes]:
    """(base, depth, data) of the smaller of both encodings, each read back before it is trusted."""
    if previous_id is not None and body:
        depth = conn.execute("SELECT depth FROM blobs WHERE id = ?", (previous_id,)).fetchone()[0] + 1
        previous = read_body(conn, previous_id) if depth <= MAX_DEPTH else b""
        if len(previous) >= _SHORTEST_PREFIX:
            data = pack(body, previous)
            if len(data) * 4 < len(body) and unpack(data, previous) == body:
                return previous_id, depth, data
    data = pack(body)
    if unpack(data) != body:
        raise Damaged("a body of this look", "zstd does not give back what it was given; nothing was stored")
    return None, 0, data


def read_body(conn: sqlite3.Connection, blob_id: int) -> bytes:
    """The bytes of one body, rebuilt in at most `MAX_DEPTH` steps and checked against its digest.

    Raises Damaged, naming the digest, where they can't be rebuilt or differ.
    """
    chain: list[bytes] = []
    digest: bytes | None = None
    step: int | None = blob_id
    while step is not None:
        row = conn.execute("SELECT sha256, base_id, data FROM blobs WHERE id = ?", (step,)).fetchone()
        if row is None or len(chain) > MAX_DEPTH:
            raise Damaged(f"body {blob_id}", f"blob {step} of its chain is missing or its chain is endless")
        digest = digest or row[0]
        chain.append(row[2])
        step = row[1]
    body = b""
    try:
        for data in reversed(chain):
            body = unpack(data, body)
    except zstd.ZstdError as error:
        raise Damaged(f"body {digest.hex() if digest else blob_id}", f"it can't be decoded ({error})") from error
    computed = hashlib.sha256(body).digest()
    if computed != digest:
        assert digest is not None
        raise Damaged(f"body {digest.hex()}", f"its bytes now have the digest {computed.hex()}")
    return body
