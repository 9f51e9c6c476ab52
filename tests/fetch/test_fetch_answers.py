"""What servers send, asked for over real loopback connections."""

from __future__ import annotations

import gzip
import random
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from archive.model import Capture
from scraper.fetch import Fetcher, FetchLimits

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PAGE = b"<!DOCTYPE html><title>Tariffs</title><p>The tariff is 12 tenge per unit.</p>"

Fetch = Callable[..., Capture]


def test_an_answer_is_kept_with_all_its_circumstances(server, fetch: Fetch) -> None:
    url = server.page(lambda talk: talk.ok(PAGE, 'ETag: "a"', "X-b: 1", "x-B: 2"))
    capture = fetch(url)
    assert capture == Capture(
        url=url,
        observed_at=NOW,
        duration_us=capture.duration_us,
        final_url=url,
        request_headers=(
            ("Host", f"127.0.0.1:{server.port}"),
            ("User-Agent", "variorum"),
            ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"),
            ("Accept-Encoding", "gzip, deflate"),
        ),
        http_version="1.1",
        status=200,
        status_reason="OK",
        headers=(("Content-Length", str(len(PAGE))), ("ETag", '"a"'), ("X-b", "1"), ("x-B", "2")),
        body=PAGE,
        wire_bytes=len(PAGE),
        wire_sha256=sha256(PAGE).hexdigest(),
        peer=f"127.0.0.1:{server.port}",
        addresses=("127.0.0.1",),
    )
    assert 0 < capture.duration_us < 20_000_000


def test_the_headers_recorded_are_those_that_were_sent(server, new_fetcher) -> None:
    fetcher = new_fetcher(user_agent="variorum/9 (+a@b.example)", accept_language="kk, ru;q=0.5")
    capture = fetcher.fetch(server.page(PAGE), now=lambda: NOW, validators=('"v"', "Sat, 01 Mar 2025 00:00:00 GMT"))
    assert capture.conditional
    assert server.talks[0].headers == list(capture.request_headers)
    assert dict(capture.request_headers)["If-None-Match"] == '"v"'
    assert server.talks[0].line == "GET /0 HTTP/1.1"


def test_the_request_line_names_the_address_as_it_is_written(server, fetch: Fetch) -> None:
    url = server.page(lambda talk: talk.ok(), path="/a|b/%2f/[x]/қ")
    fetch(url + "?c[]=%e2|'d'")
    assert server.talks[0].line == "GET /a|b/%2f/[x]/%D2%9B?c[]=%e2|'d' HTTP/1.1"


def test_a_coded_body_is_kept_decoded_with_the_digest_of_what_was_sent(server, fetch: Fetch) -> None:
    coded = gzip.compress(PAGE)
    capture = fetch(server.page(lambda talk: talk.ok(coded, "Content-Encoding: gzip")))
    assert (capture.body, capture.wire_bytes, capture.wire_sha256) == (PAGE, len(coded), sha256(coded).hexdigest())


@pytest.mark.parametrize(
    ("answer", "reason", "end", "body"),
    [
        (b"", "connection", "none", None),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "connection", "none", None),
        (b"HTTP/1.1 200 OK\r\nContent-Ty", "connection", "none", None),
        (b"<p>no head", "protocol", "none", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour", "truncated", "cut", b"four"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n", "truncated", "cut", b"four"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\nzz", "truncated", "cut", b"four"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\nzz\r\n", "protocol", "cut", b"four"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\nx", "too_large", "none", None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", "encoding", "none", None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE)[:-4], "truncated", "cut", PAGE),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain", "encoding", "full", b""),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "http_304", "none", None),
    ],
)
def test_an_answer_that_is_not_whole_is_a_failure_with_its_reason(
    server, fetch: Fetch, answer: bytes, reason: str, end: str, body: bytes | None
) -> None:
    capture = fetch(server.page(answer))
    assert capture.failure is not None
    assert (capture.failure[0], capture.end, capture.body, capture.refused) == (reason, end, body, False)


def test_an_answer_that_was_reset_is_truncated(server, fetch: Fetch) -> None:
    def script(talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart")
        time.sleep(0.1)
        talk.reset()

    capture = fetch(server.page(script))
    assert (capture.failure[0], capture.body) == ("truncated", b"start")


def test_a_reset_before_any_answer_is_a_connection_failure(server, fetch: Fetch) -> None:
    assert fetch(server.page(lambda talk: talk.reset())).failure[0] == "connection"


def test_nobody_listening_is_a_connection_failure(start_server, fetch: Fetch) -> None:
    gone = start_server()
    gone.close()
    assert fetch(f"{gone.origin}/").failure == ("connection", f"Connection refused (to 127.0.0.1 port {gone.port})")


@pytest.mark.parametrize(
    "status", ["404 Not Found", "410 Gone", "403 Forbidden", "500 Oops", "999 Denied", "206 Partial Content"]
)
def test_a_status_is_no_failure_of_the_fetch(server, fetch: Fetch, status: str) -> None:
    capture = fetch(server.page(lambda talk: talk.ok(b"body", status=status)))
    assert (capture.failure, capture.status, capture.body) == (None, int(status[:3]), b"body")


def test_an_error_status_counts_as_it_is_even_if_its_body_is_broken(server, fetch: Fetch) -> None:
    capture = fetch(server.page(b"HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\ngone"))
    assert (capture.failure, capture.status, capture.end, capture.body) == (None, 404, "cut", b"gone")


def test_interim_answers_are_not_the_answer(server, fetch: Fetch) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    capture = fetch(server.page(hints + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"))
    assert (capture.status, capture.headers, capture.body) == (200, (("Content-Length", "4"),), b"page")


def drip(head: bytes, each: bytes) -> Callable[..., None]:
    def script(talk) -> None:
        talk.send(head)
        for _ in range(100):
            talk.send(each)
            time.sleep(0.05)

    return script


@pytest.mark.parametrize(
    ("script", "end"),
    [
        (lambda talk: talk.stay_silent(), "none"),
        (drip(b"", b"H"), "none"),
        (drip(b"HTTP/1.1 200 OK\r\nX: ", b"v"), "none"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"X: v\r\n"), "none"),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"), "time"),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), "time"),
        (drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), "time"),
        (drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3", b";"), "time"),
    ],
)
def test_a_look_ends_at_its_deadline_however_slowly_it_is_fed(server, new_fetcher, script, end: str) -> None:
    fetcher = new_fetcher(deadline_s=0.4)
    began = time.monotonic()
    capture = fetcher.fetch(server.page(script), now=lambda: NOW)
    assert (capture.failure, capture.end) == (("timeout", "the look took longer than 0.4 s"), end)
    assert time.monotonic() - began < 15


def test_the_deadline_is_one_for_all_redirects_together(server, new_fetcher) -> None:
    def slow(talk) -> None:
        time.sleep(0.15)
        talk.send(b"HTTP/1.1 302 Found\r\nLocation: ?%d\r\n\r\n" % len(server.talks))
        talk.close()

    began = time.monotonic()
    capture = new_fetcher(deadline_s=1, max_hops=50).fetch(server.page(slow), now=lambda: NOW)
    assert capture.failure[0] == "timeout"
    assert 1 <= len(capture.hops) <= 6
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"])
def test_an_endless_body_is_left_at_the_limit(server, new_fetcher, head: bytes) -> None:
    sent = [0]

    def flood(talk) -> None:
        talk.send(head)
        block = b"x" * 65536
        while sent[0] < 100_000_000:
            talk.send(b"10000\r\n" + block + b"\r\n" if b"chunked" in head else block)
            sent[0] += len(block)

    capture = new_fetcher(max_body_bytes=200_000).fetch(server.page(flood), now=lambda: NOW)
    assert (capture.failure[0], capture.end, capture.body) == ("too_large", "size", None)
    assert capture.wire_bytes < 400_000
    assert sent[0] < 20_000_000


def test_a_bomb_is_left_at_the_limit(server, new_fetcher) -> None:
    bomb = gzip.compress(bytes(30_000_000), 9)
    url = server.page(lambda talk: talk.ok(bomb, "Content-Encoding: gzip"))
    capture = new_fetcher(max_body_bytes=1_000_000).fetch(url, now=lambda: NOW)
    assert (capture.failure[0], capture.end, capture.body) == ("too_large", "size", None)


def test_what_came_of_too_large_a_body_is_kept_where_that_is_asked_for(server, new_fetcher) -> None:
    url = server.page(lambda talk: talk.send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000) or talk.close())
    capture = new_fetcher(max_body_bytes=1000, max_wire_bytes=9000, keep_oversize=True).fetch(url, now=lambda: NOW)
    assert (capture.failure[0], capture.body) == ("too_large", b"x" * 1000)


def test_a_304_is_an_answer_only_where_something_was_sent_to_compare_with(server, fetch: Fetch) -> None:
    url = server.page(lambda talk: talk.send(b'HTTP/1.1 304 Not Modified\r\nETag: "v"\r\n\r\n'))
    capture = fetch(url, validators=('"v"', None))
    assert (capture.status, capture.failure, capture.body, capture.end) == (304, None, None, "none")
    assert fetch(url).failure[0] == "http_304"


@pytest.mark.parametrize("etag", ["v1", "é" * 1500, '"a"\r\nX: y', '"a b"', "", '"' + "x" * 3000 + '"', "*"])
def test_an_etag_that_is_none_is_not_sent_back(server, fetch: Fetch, etag: str) -> None:
    capture = fetch(server.page(PAGE), validators=(etag, "31/31/2014\n"))
    assert not capture.conditional
    assert {name for name, _ in server.talks[0].headers} == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("99999999999999999999", 86400), ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
     ("Sun, 01 Mar 2026 12:01:30 GMT", 90), ("Mon, 01 Mar 2027 12:00:00 GMT", 86400), ("soon", None), ("-5", None)],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_capped(server, fetch: Fetch, header: str, seconds: int | None) -> None:
    url = server.page(lambda talk: talk.ok(b"", f"Retry-After: {header}", status="429 Too Many Requests"))
    assert fetch(url).retry_after_s == seconds


def test_many_threads_may_look_at_once_and_each_gets_its_own_page(server, fetch: Fetch) -> None:
    urls = [server.page(lambda talk, i=i: talk.ok(b"page %d" % i)) for i in range(12)]
    found: list[tuple[int, bytes | None]] = []

    def work(i: int) -> None:
        found.extend((i, fetch(urls[i]).body) for _ in range(10))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(urls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(found)) == [(i, b"page %d" % i) for i in range(12)]
    assert len(found) == 120


@pytest.mark.parametrize(
    "limits",
    [
        {"user_agent": "a\r\nX: y"},
        {"user_agent": ""},
        {"deadline_s": 0},
        {"max_wire_bytes": 0},
        {"allow_addresses": ("localhost",)},
    ],
)
def test_limits_that_cannot_be_are_refused(limits: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"printable|localhost|positive"):
        FetchLimits(**limits)  # type: ignore[arg-type]


def test_a_closed_fetcher_leaves_no_thread_behind(server) -> None:
    url = server.page(PAGE)
    before = set(threading.enumerate())
    with Fetcher(FetchLimits(allow_addresses=("127.0.0.1",))) as fetcher:
        fetcher.fetch(url, now=lambda: NOW)
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name in ("deadlines", "resolver")]


def test_no_answer_makes_a_look_raise(server, fetch: Fetch, monkeypatch) -> None:
    """Mutated answers; their redirects are too short to name an address, and no name resolves."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    chance = random.Random(7)
    seeds = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"page"),
        b"HTTP/1.1 301 Moved\r\nLocation: ?x\r\nRetry-After: 5\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n",
    ]
    for _ in range(300):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.choice(b"\r\n\0 :/5;,\xff@[\\h%")
        capture = fetch(server.page(bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])))
        assert capture.failure is None or all(capture.failure)
