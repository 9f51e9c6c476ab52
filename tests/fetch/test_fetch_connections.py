"""Connections: checked where they lead, kept for the next look, and never trusted with somebody else's bytes."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from archive.model import Capture

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Fetch = Callable[..., Capture]


def test_looks_at_one_host_share_a_connection(server, fetch: Fetch) -> None:
    urls = [server.page(lambda talk: talk.ok()), server.page(lambda talk: talk.ok(b"", status="304 Not Modified"))]
    urls.append(server.page(lambda talk: talk.send(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")))  # fmt: skip
    captures = [fetch(url, validators=('"v"', None)) for url in urls * 2]
    assert [capture.failure for capture in captures] == [None] * 6
    assert server.connections == 1
    assert {(capture.peer, capture.addresses) for capture in captures} == {(f"127.0.0.1:{server.port}", ("127.0.0.1",))}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 99999999999\r\n\r\nok",
    ],
    ids=["a second answer unasked", "length and chunks", "more after the chunks", "close", "a body left unread"],
)
def test_a_connection_on_which_something_may_be_left_over_is_not_used_again(
    server, fetch: Fetch, answer: bytes
) -> None:
    first = server.page(lambda talk: talk.send(answer))
    second = server.page(lambda talk: talk.ok(b"the other page"))
    fetch(first)
    assert fetch(second).body == b"the other page"
    assert server.connections == 2


def test_bytes_that_arrive_between_two_looks_are_no_answer_to_the_second(server, fetch: Fetch) -> None:
    def late_extra(talk) -> None:
        talk.ok(b"first")
        time.sleep(0.1)
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")

    fetch(server.page(late_extra))
    time.sleep(0.3)
    assert fetch(server.page(lambda talk: talk.ok(b"second"))).body == b"second"


def test_a_kept_connection_that_the_server_gave_up_is_replaced(server, fetch: Fetch) -> None:
    def one_answer_a_connection(talk) -> None:
        if sum(other.connection == talk.connection for other in server.talks) > 1:
            talk.close()
        else:
            talk.ok(b"page")

    url = server.page(one_answer_a_connection)
    assert [fetch(url).body for _ in range(3)] == [b"page"] * 3
    assert [talk.connection for talk in server.talks] == [1, 1, 2, 2, 3]


def test_a_new_connection_that_is_closed_is_not_tried_again(server, fetch: Fetch) -> None:
    assert fetch(server.page(lambda talk: talk.close())).failure[0] == "connection"
    assert len(server.talks) == 1


def test_the_connection_itself_is_asked_where_it_leads(server, new_fetcher) -> None:
    """Linux connects 0.0.0.0 to 127.0.0.1: leave for the one is no leave for the other."""
    anything = "0.0.0.0"  # noqa: S104
    url = server.page(lambda talk: talk.ok())
    capture = new_fetcher(allow_addresses=(anything,)).fetch(url.replace("127.0.0.1", anything), now=lambda: NOW)
    assert (capture.refused, capture.failure) == (True, ("forbidden_address", "127.0.0.1 is a loopback address"))
    assert server.talks == []


def names(monkeypatch: pytest.MonkeyPatch, table: dict[str, list[list[str]]]) -> list[str]:
    """Lets each name resolve to the next of its lists of addresses; returns the names as they are asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        answers = table[host].pop(0)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_is_resolved_once_and_what_was_checked_is_what_is_connected_to(server, new_fetcher, monkeypatch) -> None:
    asked = names(monkeypatch, {"rebind.example": [["127.0.0.1"], ["127.0.0.9"]]})
    server.page(lambda talk: talk.ok(b"page"), path="/")
    fetcher = new_fetcher(allow_addresses=(f"127.0.0.1:{server.port}",))
    captures = [fetcher.fetch(f"http://rebind.example:{server.port}/", now=lambda: NOW) for _ in range(2)]
    assert [capture.body for capture in captures] == [b"page"] * 2
    assert (asked, server.talks[0].headers[0]) == (["rebind.example"], ("Host", f"rebind.example:{server.port}"))


def test_a_name_that_leads_to_a_forbidden_address_is_refused(new_fetcher, monkeypatch) -> None:
    names(monkeypatch, {"inside.example": [["10.0.0.5", "127.0.0.7"]]})
    capture = new_fetcher().fetch("http://inside.example/", now=lambda: NOW)
    assert capture.failure == ("forbidden_address", "inside.example is at 10.0.0.5, a private address")
    assert (capture.refused, capture.addresses, capture.peer) == (True, ("10.0.0.5", "127.0.0.7"), None)


def test_of_several_addresses_only_those_that_may_be_asked_are_tried_in_turn(server, new_fetcher, monkeypatch) -> None:
    names(monkeypatch, {"many.example": [["10.0.0.5", "127.0.0.2", "127.0.0.1"]]})
    server.page(lambda talk: talk.ok(b"page"), path="/")
    capture = new_fetcher().fetch(f"http://many.example:{server.port}/", now=lambda: NOW)
    assert (capture.body, capture.peer) == (b"page", f"127.0.0.1:{server.port}")
    assert capture.addresses == ("10.0.0.5", "127.0.0.2", "127.0.0.1")


def test_a_name_that_is_not_known_is_a_connection_failure(new_fetcher, monkeypatch) -> None:
    names(monkeypatch, {"nowhere.example": [[]]})
    failure = new_fetcher().fetch("http://nowhere.example/", now=lambda: NOW).failure
    assert failure == ("connection", "the name nowhere.example could not be resolved: Name or service not known")


def test_a_resolver_that_does_not_answer_is_left_at_the_deadline(new_fetcher, monkeypatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(30) and [])
    began = time.monotonic()
    assert new_fetcher(deadline_s=0.2).fetch("http://slow.example/", now=lambda: NOW).failure[0] == "timeout"
    assert time.monotonic() - began < 15
    answered.set()


def test_ipv6_is_asked_as_ipv4_is(start_server, new_fetcher) -> None:
    try:
        server = start_server("::1")
    except OSError:
        pytest.skip("no IPv6 loopback here")
    url = server.page(lambda talk: talk.ok(b"six"))
    capture = new_fetcher(allow_addresses=("::1",)).fetch(url, now=lambda: NOW)
    assert (capture.body, capture.peer) == (b"six", f"[::1]:{server.port}")
    assert server.talks[0].headers[0] == ("Host", f"[::1]:{server.port}")


def test_a_thousand_looks_leave_no_socket_and_no_thread_behind(server, new_fetcher) -> None:
    fetcher = new_fetcher()
    urls = [
        server.page(lambda talk: talk.ok()),
        server.page(b"HTTP/1.1 200 OK\r\n\r\nto the end"),
        server.page(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"),
        server.page(b"HTTP/1.1 302 Found\r\nLocation: /0\r\n\r\nbody"),
        server.page(b"garbage"),
    ]

    def look(times: int) -> None:
        for _ in range(times):
            for url in urls:
                fetcher.fetch(url, now=lambda: NOW)

    look(5)
    gc.collect()
    time.sleep(0.2)
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    look(195)
    time.sleep(0.2)
    after = len(os.listdir("/proc/self/fd")), threading.active_count()
    assert (after[0] - before[0] <= 2, after[1] - before[1] <= 1) == (True, True)
