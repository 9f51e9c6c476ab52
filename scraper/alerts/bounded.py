"""One try to send, held to a time and its answers to a size, whichever library asks.

Web hooks and nearly all services of Apprise ask through a Session of `requests`: while a try is on, its thread's Sessions
use the adapter below. Mail names its sockets itself.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Any

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from scraper import clock
from scraper.deadline import Deadline, Watchdog
from scraper.politeness import retry_after_s
from scraper.pools import PooledAdapter

TRY_S = 120.0  # one try in all: time limits of reads alone let a server drip for ever
MOST_BYTES = 262_144  # of one answer's body, decoded: what is longer is cut, since its status has been said

_watchdog = Watchdog()
_local = threading.local()


class Try:
    """What one try came to know of its answers."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.asked = 0  # requests begun
        self.statuses: list[int] = []
        self.retry_after_s = 0  # as the last answer asked for

    def heard(self, response: requests.Response) -> None:
        self.statuses.append(response.status_code)
        self.retry_after_s = retry_after_s(response.headers.get("Retry-After", ""), clock.now()) or 0


@contextmanager
def one_try() -> Iterator[Try]:
    """Bounds what this thread sends meanwhile."""
    made = Try(Deadline(TRY_S))
    _watchdog.add(made.deadline)
    _local.current = made
    try:
        yield made
    finally:
        _local.current = None
        made.deadline.finish()


def current() -> Try | None:
    """The try that this thread is on."""
    found: Try | None = getattr(_local, "current", None)
    return found


def watch(sock: socket.socket | None) -> None:
    """This socket is shut down when the time of the thread's try is up."""
    found = current()
    if found is not None:
        found.deadline.watch(sock)


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        watch(self.sock)


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        watch(self.sock)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class BoundedAdapter(PooledAdapter):
    """The adapter of `requests`, which notes what a try is answered and reads no more of it than is worth reading."""

    pools = MappingProxyType({"http": _Pool, "https": _TlsPool})

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        found = current()
        if found is None:
            return super().send(request, *args, **kwargs)
        found.asked += 1
        response = super().send(request, *args, **{**kwargs, "stream": True})
        found.heard(response)
        if kwargs.get("stream"):
            return response
        response._content = _beginning(response)
        response._content_consumed = True  # type: ignore[attr-defined]
        response.close()
        return response


def _beginning(response: requests.Response) -> bytes:
    """An answer's body, as far as it came in time and is not too long."""
    received = bytearray()
    with suppress(OSError, HTTPError):  # it broke off, or can't be decoded; requests' own errors are OSErrors
        for piece in response.iter_content(16_384):
            received += piece
            if len(received) >= MOST_BYTES:
                break
    return bytes(received[:MOST_BYTES])


requests.sessions.HTTPAdapter = BoundedAdapter
