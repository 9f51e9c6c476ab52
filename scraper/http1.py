"""Reading an HTTP/1.x answer from a byte stream, strictly (RFC 9112): what is not proper is said to be so.

`http.client` accepts heads that end in the middle, negative and signed lengths, `0x1f` and `1_0` as chunk sizes, and
gives 103 as the final status; here each of these is a Fault. Headers are kept as received: order, repeats, case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from archive.model import Headers
from scraper.faults import Fault, Unanswered

MAX_LINE_BYTES = 65_536
MAX_HEADER_COUNT = 500
MAX_INTERIM_COUNT = 8  # 1xx answers before the final one
MAX_CHUNK_LINE_BYTES = 4_096
PIECE_BYTES = 65_536

_STATUS_LINE = re.compile(rb"HTTP/(?P<version>1\.[0-9]) +(?P<status>[1-9][0-9][0-9])(?: (?P<reason>.*))?")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n", re.DOTALL)
_DIGITS = re.compile(r"[0-9]{1,18}")


class Stream(Protocol):
    """A buffered binary stream, as `socket.makefile("rb")` gives it."""

    def readline(self, size: int, /) -> bytes: ...
    def read1(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Status line and headers of a final answer, and how its body is framed."""

    version: str  # "1.1"
    status: int
    reason: str
    headers: Headers  # a line without a colon is kept under the name ""
    chunked: bool
    length: int | None  # bytes of the body; None: chunked, or to the end of the connection
    persistent: bool  # whether the connection may be used again after the body

    def values(self, name: str) -> list[str]:
        """All values of the headers of that name (given in lower case)."""
        return [value for key, value in self.headers if key.lower() == name]


def read_head(stream: Stream, *, max_bytes: int) -> Head:
    """The head of the final answer; interim answers (100, 102, 103 …) are passed over.

    Raises Unanswered where nothing came, Fault("connection") where it ended early, Fault("protocol") for the rest.
    """
    next_line = _line_reader(stream, max_bytes)
    for _ in range(MAX_INTERIM_COUNT + 1):
        version, status, reason = _status(next_line(True))
        headers = _headers(next_line)
        if status >= 200:
            chunked, length, sure = _framing(version, status, headers)
            persistent = sure and (chunked or length is not None) and _kept_alive(version, headers)
            return Head(
                version=version,
                status=status,
                reason=reason,
                headers=headers,
                chunked=chunked,
                length=length,
                persistent=persistent,
            )
        if status == 101:
            raise Fault("protocol", "the server switched protocols, unasked")
    raise Fault("protocol", f"more than {MAX_INTERIM_COUNT} interim answers")


def read_pieces(stream: Stream, head: Head, *, max_overhead_bytes: int) -> Iterator[bytes]:
    """The body in pieces as they arrive, transfer coding undone, content coding not.

    Raises Fault("truncated") after the last piece of a body that ended early. `max_overhead_bytes` bounds what the
    chunks' own lines may take.
    """
    if head.chunked:
        yield from _chunks(stream, max_overhead_bytes)
    elif head.length is None:
        while piece := stream.read1(PIECE_BYTES):
            yield piece
    else:
        yield from _exactly(stream, head.length)


def _line_reader(stream: Stream, max_bytes: int) -> Callable[[bool], bytes]:
    """Reads lines of a head without their ends; `first` marks a status line. All lines share one budget."""
    left = max_bytes

    def next_line(first: bool) -> bytes:
        nonlocal left
        line = stream.readline(MAX_LINE_BYTES + 1)
        if first:
            if not line and left == max_bytes:
                raise Unanswered("the connection ended before an answer")
            if line[:7] != b"HTTP/1."[: len(line)]:
                raise Fault("protocol", f"the answer begins with {line[:40]!r}, not with HTTP/1")
        left -= len(line)
        if left < 0:
            raise Fault("protocol", f"more than {max_bytes} bytes of headers")
        if not line.endswith(b"\n"):
            if len(line) > MAX_LINE_BYTES:
                raise Fault("protocol", f"a header line of more than {MAX_LINE_BYTES} bytes")
            raise Fault("connection", "the connection ended inside the headers")
        line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
        if b"\r" in line or b"\0" in line:
            raise Fault("protocol", "a header line holds a bare CR or a NUL")
        return line

    return next_line


def _status(line: bytes) -> tuple[str, int, str]:
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise Fault("protocol", f"{line[:80]!r} is no status line")
    return match["version"].decode(), int(match["status"]), (match["reason"] or b"").strip().decode("latin-1")


def _headers(next_line: Callable[[bool], bytes]) -> Headers:
    """The header lines up to the empty one; a folded line is joined to its predecessor (RFC 9112, 5.2)."""
    found: list[tuple[str, str]] = []
    while line := next_line(False):
        text = line.decode("latin-1")
        if text[0] in " \t":
            if not found:
                raise Fault("protocol", "the first header line is a continuation")
            name, value = found[-1]
            found[-1] = (name, f"{value} {text.strip()}" if name else value + text)
            continue
        name, colon, value = text.partition(":")
        name = name.rstrip(" \t")
        found.append((name, value.strip(" \t")) if colon and name else ("", text))
        if len(found) > MAX_HEADER_COUNT:
            raise Fault("protocol", f"more than {MAX_HEADER_COUNT} header lines")
    return tuple(found)


def _framing(version: str, status: int, headers: Headers) -> tuple[bool, int | None, bool]:
    """Chunked or not, the length if known, and whether the framing is beyond doubt (RFC 9112, 6.3)."""
    codings = _tokens(headers, "transfer-encoding")
    lengths = set(_tokens(headers, "content-length"))
    if codings not in ([], ["identity"], ["chunked"]):
        raise Fault("protocol", f"transfer coding {', '.join(codings)[:80]!r} was not offered")
    if len(lengths) > 1:
        raise Fault("protocol", f"{len(lengths)} different values of Content-Length")
    length = None
    for text in lengths:
        if not _DIGITS.fullmatch(text):
            raise Fault("protocol", f"{text[:40]!r} is no Content-Length")
        length = int(text)
    if status in (204, 304):
        return False, 0, True
    if codings == ["chunked"]:
        return True, None, length is None and version != "1.0"
    return False, length, True


def _tokens(headers: Headers, name: str) -> list[str]:
    """The comma-separated values of all headers of that name, in lower case."""
    values = [value for key, value in headers if key.lower() == name]
    return [token.strip().lower() for value in values for token in value.split(",")]


def _kept_alive(version: str, headers: Headers) -> bool:
    options = _tokens(headers, "connection")
    return "close" not in options and (version != "1.0" or "keep-alive" in options)


def _exactly(stream: Stream, length: int) -> Iterator[bytes]:
    left = length
    while left:
        piece = stream.read1(min(left, PIECE_BYTES))
        if not piece:
            raise Fault("truncated", f"the body ended after {length - left} of {length} announced bytes")
        left -= len(piece)
        yield piece


def _chunks(stream: Stream, max_overhead_bytes: int) -> Iterator[bytes]:
    overhead = 0
    while True:
        line = stream.readline(MAX_CHUNK_LINE_BYTES + 1)
        overhead += len(line)
        if overhead > max_overhead_bytes:
            raise Fault("too_large", f"the chunks' own lines take more than {max_overhead_bytes} bytes")
        match = _CHUNK_SIZE.fullmatch(line)
        if match is None:
            if len(line) <= MAX_CHUNK_LINE_BYTES and not line.endswith(b"\n"):
                raise Fault("truncated", "the body ended before its last chunk")
            raise Fault("protocol", f"{line[:40]!r} is no chunk size")
        size = int(match[1], 16)
        if not size:
            return _pass_trailers(stream)
        left = size
        while left:
            piece = stream.read1(min(left, PIECE_BYTES))
            if not piece:
                raise Fault("truncated", f"the body ended inside a chunk of {size} bytes")
            left -= len(piece)
            yield piece
        end = stream.readline(3)
        if end not in (b"\r\n", b"\n"):
            if end in (b"", b"\r"):
                raise Fault("truncated", "the body ended before its last chunk")
            raise Fault("protocol", "a chunk is longer than its size says")


def _pass_trailers(stream: Stream) -> None:
    """Reads past trailer lines. A connection that ends right after the last chunk has still brought the body."""
    for _ in range(MAX_HEADER_COUNT):
        line = stream.readline(MAX_CHUNK_LINE_BYTES + 1)
        if line in (b"\r\n", b"\n", b""):
            return
        if len(line) > MAX_CHUNK_LINE_BYTES:
            break
    raise Fault("protocol", "too many or too long trailer lines")
