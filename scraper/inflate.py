"""Undoing a body's content coding, bounded: `gzip` and `deflate` only, one layer, ended properly, checksum checked."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable

from scraper.faults import Fault

MAX_MEMBERS = 1_000  # of one gzip body; each costs the same however little it holds

_GZIP_MAGIC = b"\x1f\x8b"


def content_coding(values: Iterable[str]) -> str:
    """ "gzip", "deflate" or "" of a body, by its Content-Encoding headers.

    Raises Fault("encoding") for a coding that was not offered and for more than one layer.

    >>> content_coding(["identity, x-gzip"])
    'gzip'
    """
    names = [name for value in values for name in (part.strip().lower() for part in value.split(","))]
    layers = [name.removeprefix("x-") if name in ("x-gzip", "x-deflate") else name for name in names]
    layers = [name for name in layers if name not in ("", "identity")]
    if len(layers) > 1:
        raise Fault("encoding", f"{len(layers)} layers of content coding")
    for name in layers:
        if name not in ("gzip", "deflate"):
            raise Fault("encoding", f"content coding {name[:40]!r} was not offered")
    return layers[0] if layers else ""


class Inflater:
    """Inflates a body piece by piece and raises Fault("too_large") as soon as it holds more than `max_bytes`.

    A gzip body may have several members; what follows the last one and is no member is passed over, as browsers do.
    `deflate` is taken with zlib's frame or without, as servers send both.
    """

    def __init__(self, coding: str, *, max_bytes: int) -> None:
        self._coding = coding
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._pending = b""  # bytes seen that don't yet tell what begins here
        self._passing_over = False
        self._members = 0  # ended so far
        self._inflate: zlib._Decompress | None = None

    def feed(self, piece: bytes, put: Callable[[bytes], object]) -> None:
        """Hands what `piece` inflates to on to `put`. Raises Fault("encoding") for broken data."""
        if not self._coding:
            self._put(piece, put)
            return
        while piece and not self._passing_over:
            if self._inflate is None:
                piece = self._pending + piece
                if len(piece) < 2:
                    self._pending = piece
                    return
                self._pending = b""
                if not self._begin(piece[:2]):
                    return
            piece = self._step(piece, put)

    def finish(self) -> None:
        """Raises Fault("truncated") where the data ends before its own end."""
        if self._inflate is not None:
            raise Fault("truncated", f"the {self._coding} data ends before its end")
        if self._pending and not self._members:
            raise Fault("truncated", f"the {self._coding} data is one byte long")

    def _begin(self, start: bytes) -> bool:
        """Starts on a member; False where, after a first one, none begins here."""
        if self._coding == "deflate":
            if self._members:
                self._passing_over = True
                return False
            zlib_framed = start[0] & 0x0F == 8 and (start[0] << 8 | start[1]) % 31 == 0
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if zlib_framed else -zlib.MAX_WBITS)
        else:
            if self._members and start != _GZIP_MAGIC:
                self._passing_over = True
                return False
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True

    def _step(self, piece: bytes, put: Callable[[bytes], object]) -> bytes:
        """Inflates up to a member's end; returns what follows it."""
        inflate = self._inflate
        assert inflate is not None
        try:
            data = inflate.decompress(piece, self._left + 1)
        except zlib.error as error:
            raise Fault("encoding", f"broken {self._coding} data: {error}") from None
        self._put(data, put)
        if not inflate.eof:
            return b""
        self._inflate = None
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise Fault("encoding", f"more than {MAX_MEMBERS} gzip members")
        return inflate.unused_data

    def _put(self, data: bytes, put: Callable[[bytes], object]) -> None:
        if len(data) > self._left:
            put(data[: self._left])
            raise Fault("too_large", f"the body is larger than {self._max_bytes} bytes")
        self._left -= len(data)
        put(data)
