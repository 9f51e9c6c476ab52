"""A loopback server whose answers are raw bytes or little scripts, so that it can misbehave in any way."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from archive.model import Capture
from scraper.fetch import Fetcher, FetchLimits

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PAGE = b"<!DOCTYPE html><title>Tariffs</title><p>The tariff is 12 tenge per unit.</p>"


@dataclass
class Talk:
    """One request on one connection of the server, and the means to answer it."""

    socket: socket.socket
    connection: int  # counted from 1
    line: str
    headers: list[tuple[str, str]]
    hold: threading.Event

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ok(self, body: bytes = PAGE, *headers: str, status: str = "200 OK") -> None:
        """A proper answer that leaves the connection open."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.send("\r\n".join(lines).encode("latin-1") + body)

    def stay_silent(self) -> None:
        """Holds the connection open until the server stops."""
        self.hold.wait(20)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        os.close(self.socket.detach())

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)


Script = Callable[[Talk], None]


@dataclass
class Server:
    """Listens on one loopback address; each answer gets a path of its own."""

    address: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    talks: list[Talk] = field(default_factory=list)

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.create_server((self.address, 0), family=family, backlog=64)
        self.port = self._listener.getsockname()[1]
        self._scripts: dict[str, Script] = {}
        self._hold = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.connections = 0
        self._start(self._accept)

    @property
    def origin(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def page(self, answer: bytes | Script, path: str | None = None) -> str:
        """The address of a new page that answers so; raw bytes are sent as they are and the connection is closed."""

        def send_and_close(talk: Talk) -> None:
            assert isinstance(answer, bytes)
            talk.send(answer)
            talk.close()

        path = path or f"/{len(self._scripts)}"
        self._scripts[path] = answer if callable(answer) else send_and_close
        return self.origin + path

    def close(self) -> None:
        self._hold.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(sock)
            self._start(self._talk, sock, self.connections)

    def _talk(self, sock: socket.socket, connection: int) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(sock.close)
            if self.tls:
                sock = stack.enter_context(self.tls.wrap_socket(sock, server_side=True))
                self._sockets.append(sock)
            stream = stack.enter_context(sock.makefile("rb"))
            while line := stream.readline():
                fields = list(iter(lambda: stream.readline().decode("latin-1").strip(), ""))
                headers = [(name, value.strip()) for name, _, value in (text.partition(":") for text in fields)]
                talk = Talk(sock, connection, line.decode("latin-1").strip(), headers, self._hold)
                self.talks.append(talk)
                path = talk.line.split(" ")[1].partition("?")[0]
                self._scripts.get(path, lambda talk: talk.ok(b"none", status="404 Not Found"))(talk)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def other_server() -> Iterator[Server]:
    """On another loopback address, so that it is another host."""
    server = Server("127.0.0.2")
    yield server
    server.close()


@pytest.fixture
def start_server() -> Iterator[Callable[..., Server]]:
    with contextlib.ExitStack() as stack:

        def start(*args: object, **kwargs: object) -> Server:
            server = Server(*args, **kwargs)  # type: ignore[arg-type]
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def new_fetcher() -> Iterator[Callable[..., Fetcher]]:
    """Fetchers that may ask 127.0.0.1 and .2, and have ten seconds."""
    with contextlib.ExitStack() as stack:

        def make(**limits: object) -> Fetcher:
            defaults: dict[str, object] = {"deadline_s": 10.0, "allow_addresses": ("127.0.0.1", "127.0.0.2")}
            return stack.enter_context(Fetcher(FetchLimits(**{**defaults, **limits})))  # type: ignore[arg-type]

        yield make


@pytest.fixture
def fetch(new_fetcher: Callable[..., Fetcher]) -> Callable[..., Capture]:
    """One look with a fetcher that serves the whole test."""
    fetcher = new_fetcher()

    def look(url: str, **options: object) -> Capture:
        return fetcher.fetch(url, now=lambda: NOW, **options)  # type: ignore[arg-type]

    return look
