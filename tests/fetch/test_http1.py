"""Reading heads and bodies from bytes, strictly."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.faults import Fault, Unanswered
from scraper.http1 import Head, read_head, read_pieces


def head_of(data: bytes, max_bytes: int = 10_000) -> Head:
    return read_head(io.BytesIO(data), max_bytes=max_bytes)


def body_of(data: bytes, max_overhead_bytes: int = 10_000) -> bytes:
    stream = io.BytesIO(data)
    head = read_head(stream, max_bytes=10_000)
    return b"".join(read_pieces(stream, head, max_overhead_bytes=max_overhead_bytes))


def reason_of(data: bytes, **limits: int) -> str:
    with pytest.raises(Fault) as fault:
        body_of(data, **limits)
    return fault.value.reason


def test_headers_keep_their_order_their_case_and_their_repeats() -> None:
    head = head_of(b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nX-b:  c \r\nset-cookie: d\r\n\r\n")
    assert head.headers == (("Set-Cookie", "a"), ("X-b", "c"), ("set-cookie", "d"))


def test_header_bytes_beyond_ascii_are_kept_as_latin_1() -> None:
    assert head_of(b"HTTP/1.1 200 OK\r\nX: \xd2\x9b\xff\r\n\r\n").headers == (("X", "\xd2\x9b\xff"),)


def test_a_folded_header_is_joined_and_a_line_without_a_colon_is_kept_nameless() -> None:
    head = head_of(b"HTTP/1.1 200 OK\r\nA: b\r\n\t c\r\nno colon\r\n: nameless\r\n\r\n")
    assert head.headers == (("A", "b c"), ("", "no colon"), ("", ": nameless"))


def test_lines_may_end_in_lf_alone() -> None:
    assert head_of(b"HTTP/1.1 200 OK\nA: b\n\n").headers == (("A", "b"),)


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [(b"HTTP/1.1 200", 200, ""), (b"HTTP/1.1 200 ", 200, ""), (b"HTTP/1.0 999 Denied \xe9", 999, "Denied \xe9")],
)
def test_a_status_line_may_lack_its_reason(line: bytes, status: int, reason: str) -> None:
    head = head_of(line + b"\r\n\r\n")
    assert (head.status, head.reason) == (status, reason)


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><p>0.9</p>",
        b"SSH-2.0-OpenSSH\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"HTTP/1.1 OK 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 099 Low\r\n\r\n",
        b"HTTP/1.1 +20 Signed\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded first\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 12abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: v\r\n" * 501 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"v" * 10_000 + b"\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 9 + b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_what_is_no_proper_head_is_a_protocol_failure(data: bytes) -> None:
    assert reason_of(data) == "protocol"


def test_a_line_without_end_is_given_up() -> None:
    with pytest.raises(Fault) as fault:
        head_of(b"HTTP/1.1 200 OK\r\nX: " + b"v" * 100_000, max_bytes=1_000_000)
    assert fault.value.reason == "protocol"


def test_nothing_at_all_is_told_from_an_answer_that_ends_early() -> None:
    with pytest.raises(Unanswered):
        head_of(b"")
    with pytest.raises(Fault) as fault:
        head_of(b"HTTP/1.1 103 Early Hints\r\n\r\n")
    assert (type(fault.value), fault.value.reason) == (Fault, "connection")


@pytest.mark.parametrize("cut", [4, 12, 16, 20, 26, 27])
def test_a_head_that_ends_inside_is_never_an_answer(cut: int) -> None:
    whole = b"HTTP/1.1 200 OK\r\nAb: cdefg\r\n\r\n"
    assert reason_of(whole[:cut]) == "connection"


def test_interim_answers_are_passed_over() -> None:
    data = (
        b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"
    )
    assert (head_of(data).status, head_of(data).headers, body_of(data)) == (200, (("A", "b"),), b"body")


def test_the_same_length_twice_is_one_length() -> None:
    assert body_of(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nokXX") == b"ok"


def test_chunks_win_over_a_length_but_the_connection_is_not_trusted_further() -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    assert (body_of(data), head_of(data).persistent) == (b"ok", False)


@pytest.mark.parametrize("status", [204, 304])
def test_answers_that_have_no_body_are_given_none(status: int) -> None:
    data = b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status
    assert body_of(data) == b""


def test_a_body_without_length_goes_to_the_end() -> None:
    data = b"HTTP/1.1 200 OK\r\n\r\nall of it"
    assert (body_of(data), head_of(data).persistent) == (b"all of it", False)


def test_a_body_shorter_than_announced_is_truncated() -> None:
    assert reason_of(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour") == "truncated"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"2\r\nok\r\n0\r\n\r\n",
        b"2\nok\n0\n\n",
        b"1;name=value\r\no\r\n1 \r\nk\r\n0000\r\n\r\n",
        b"2\r\nok\r\n0\r\nTrailer: x\r\n\r\n",
        b"2\r\nok\r\n0\r\n",
    ],
)
def test_chunks_are_put_together(body: bytes) -> None:
    assert body_of(CHUNKED + body) == b"ok"


@pytest.mark.parametrize(
    "body", [b"", b"2", b"2\r\n", b"2\r\no", b"2\r\nok", b"2\r\nok\r", b"2\r\nok\r\n", b"2\r\nok\r\n1", b"800\r\nok"]
)
def test_chunks_without_their_end_are_truncated(body: bytes) -> None:
    assert reason_of(CHUNKED + body) == "truncated"


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\nok\r\n0\r\n\r\n",
        b"-2\r\nok\r\n0\r\n\r\n",
        b"0x2\r\nok\r\n0\r\n\r\n",
        b"1_0\r\nok\r\n0\r\n\r\n",
        b"\r\nok\r\n0\r\n\r\n",
        b"1\r\nok\r\n0\r\n\r\n",
        b"2;" + b"x" * 5000 + b"\r\nok\r\n0\r\n\r\n",
        b"0\r\n" + b"T: x\r\n" * 501 + b"\r\n",
        b"ffffffffffffffffffff\r\nok",
    ],
)
def test_chunks_that_are_none_are_a_protocol_failure(body: bytes) -> None:
    assert reason_of(CHUNKED + body) == "protocol"


def test_chunk_lines_may_not_outgrow_their_budget() -> None:
    body = b"1;" + b"x" * 1000 + b"\r\na\r\n"
    assert reason_of(CHUNKED + body * 20, max_overhead_bytes=5000) == "too_large"


@pytest.mark.parametrize(
    ("head", "persistent"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive", True),
        (b"HTTP/1.1 200 OK", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", True),
        (b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive", False),
    ],
)
def test_a_connection_is_used_again_only_where_the_answer_says_so_beyond_doubt(head: bytes, persistent: bool) -> None:
    assert head_of(head + b"\r\n\r\n").persistent is persistent


PARTS = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 103 X\r\n",
    b"Content-Length: ",
    b"Transfer-Encoding: chunked\r\n",
    b"\r\n",
    b"\n",
]
PARTS += [
    b"5",
    b"0",
    b"ff",
    b":",
    b" ",
    b"\t",
    b"\r",
    b"\0",
    b";",
    b"abcde",
    b"Connection: close\r\n",
    b"Content-Encoding: gzip\r\n",
]


@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=8), max_size=25))
def test_whatever_bytes_come_they_are_an_answer_or_a_fault(parts: list[bytes]) -> None:
    data = b"".join(parts)
    with contextlib.suppress(Fault):  # anything else fails the test
        body = body_of(data)
        assert body in data or b"chunked" in data
