"""Odd answers to a message: what counts as taken, what is tried again, and that no answer holds a try for long or fills memory."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from archive.alerting.event import Event, PageFacts
from archive.alerting.render import Message, Rendered, render
from archive.alerting.say import Told
from scraper.alerts import bounded, service
from scraper.alerts.result import SENT, Result

AT = datetime(2014, 5, 5, 10, tzinfo=UTC)
EMPTY = b"Content-Length: 0\r\n\r\n"
BOTH = pytest.mark.parametrize("scheme", ["json", "ntfy"])


class Server:
    """Answers every request with the same bytes, and then with more of the last ones for as long as somebody reads."""

    def __init__(self) -> None:
        self.answer = b""
        self.more = b""  # again and again
        self.every_s = 0.0
        self.requests = 0
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            conn, _ = self._listener.accept()
            if self._closing.is_set():
                conn.close()
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        with conn:
            try:
                if not conn.recv(65_536):
                    return
                self.requests += 1
                conn.sendall(self.answer)
                while self.more and not self._closing.wait(self.every_s):
                    conn.sendall(self.more)
                conn.shutdown(socket.SHUT_WR)
                while conn.recv(65_536):
                    pass
            except OSError:
                return  # the client has gone


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def rendered() -> Rendered:
    page = PageFacts(id=1, slug="strait", title="Position", url="https://mfa.example/")
    event = Event(kind="gone", page=page, observation=9, at="2014-05-05T10:00:00Z")
    told = Told(uid="a0123456789a", rule="r", event=event)
    return render(Message(uid=told.uid, kind="alert", told=(told,)), public_url="")


def send(server: Server, scheme: str) -> Result:
    return service.send(f"{scheme}://{server.place}/{'hook' if scheme == 'json' else 'topic'}", rendered(), at=AT)


@BOTH
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_status_of_the_two_hundreds_is_a_yes(server: Server, scheme: str, status: int) -> None:
    server.answer = b"HTTP/1.1 %d\r\n" % status + EMPTY
    assert send(server, scheme) == SENT


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(server: Server, scheme: str, status: int) -> None:
    where = b"Location: http://%s/other\r\n" % server.place.encode()
    server.answer = b"HTTP/1.1 %d Moved\r\n" % status + where + EMPTY
    result = send(server, scheme)
    assert (result.state, result.detail, server.requests) == ("never", f"HTTP {status}", 1)


@BOTH
@pytest.mark.parametrize(
    ("status", "asked", "wait_s"), [(429, b"120", 120), (503, b"86400", 86400), (429, b"soon", 0), (500, b"-1", 0)]
)
def test_a_service_may_ask_to_be_let_alone(server: Server, scheme: str, status: int, asked: bytes, wait_s: int) -> None:
    server.answer = b"HTTP/1.1 %d Later\r\nRetry-After: %s\r\n" % (status, asked) + EMPTY
    result = send(server, scheme)
    assert (result.state, result.detail, result.wait_s) == ("later", f"HTTP {status}", wait_s)


@BOTH
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + EMPTY,
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbroken off",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nno gzip",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk",
    ],
)
def test_a_yes_is_a_yes_whatever_comes_after_it(server: Server, scheme: str, answer: bytes) -> None:
    server.answer = answer
    assert send(server, scheme) == SENT


@BOTH
@pytest.mark.parametrize(
    ("head", "more", "every_s"), [("\r\n", b"x" * 65_536, 0.0), ("\r\n", b"x", 0.05), ("X:", b"x", 0.05)]
)
def test_a_yes_without_end_is_read_no_further_than_it_is_worth(
    server: Server, scheme: str, head: str, more: bytes, every_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "TRY_S", 0.4)
    server.answer, server.more, server.every_s = f"HTTP/1.1 200 OK\r\n{head}".encode(), more, every_s
    assert send(server, scheme) == SENT


def test_an_answer_that_swells_when_it_is_unpacked_is_cut(server: Server) -> None:
    packed = gzip.compress(bytes(50_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    server.answer = head + packed
    with bounded.one_try():
        found = requests.post(f"http://{server.place}/", data=b"x", timeout=30)
    assert len(found.content) == bounded.MOST_BYTES


@BOTH
@pytest.mark.parametrize(
    ("answer", "more", "every_s"),
    [
        (b"", b"", 0.0),  # closes
        (b"what\r\n", b"", 0.0),
        (b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 70_000 + b"\r\n", 0.0),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.0),
        (b"", b"H", 0.05),
    ],
)
def test_what_is_no_answer_is_tried_again_soon(
    server: Server, scheme: str, answer: bytes, more: bytes, every_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "TRY_S", 0.4)
    server.answer, server.more, server.every_s = answer, more, every_s
    assert send(server, scheme).state == "later"


@pytest.mark.parametrize(("status", "code", "state"), [(403, 40301, "never"), (429, 42908, "later")])
def test_a_service_that_has_numbers_of_its_own_is_judged_by_its_status(
    server: Server, status: int, code: int, state: str
) -> None:
    said = b'{"code":%d,"http":%d,"error":"no"}' % (code, status)
    server.answer = b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n" % (status, len(said)) + said
    result = send(server, "ntfy")
    assert (result.state, result.detail) == (state, f"HTTP {status}")
