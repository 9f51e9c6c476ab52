"""A loopback site whose pages are made by scripts, a neighbour that nobody may reach, and a browser to look with."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from archive.model import Capture
from scraper.browser import Browser, BrowserMissing, find_chromium
from scraper.fetch import Fetcher, FetchLimits


class Site:
    """Answers by path with (status, headers, body), and keeps the requests it got."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                site.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                status, headers, body = site.answers.get(self.path, (404, {}, b"no such page"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_OPTIONS = do_HEAD = do_GET

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: str, kind: str = "text/html; charset=utf-8", status: int = 200, **more: str) -> str:
        headers = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in more.items()}
        self.answers[path] = (status, headers, body.encode())
        return self.url(path)

    def page(self, path: str, script: str, *, body: str = "<main><p>Sent text.</p></main>") -> str:
        """A page with that script at its end."""
        return self.put(
            path,
            f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{body}<script>{script}</script>'
            "</body></html>",
        )

    def emptied(self) -> Site:
        self.answers.clear()
        self.asked.clear()
        return self

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[Site, Site]]:
    both = Site(), Site()
    yield both
    for one in both:
        one.close()


@pytest.fixture
def site(sites: tuple[Site, Site]) -> Site:
    return sites[0].emptied()


@pytest.fixture
def neighbour(sites: tuple[Site, Site]) -> Site:
    """Another service on loopback, which no page may reach."""
    return sites[1].emptied()


@pytest.fixture
def datagrams() -> Iterator[socket.socket]:
    """A UDP port on loopback that nobody may write to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        yield sock


@pytest.fixture(scope="session")
def chromium() -> str:
    try:
        return find_chromium()
    except BrowserMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def browser(sites: tuple[Site, Site], chromium: str) -> Iterator[Browser]:
    """One that may ask the site and nothing else."""
    limits = FetchLimits(allow_addresses=(f"127.0.0.1:{sites[0].port}",))
    with Fetcher(limits) as fetcher, Browser(fetcher, executable=chromium) as browser:
        yield browser


@pytest.fixture
def look(sites: tuple[Site, Site], browser: Browser, chromium: str) -> Iterator[Callable[..., Capture]]:
    """One look at an address; with `limits` through a browser of its own that keeps to them."""
    with ExitStack() as stack:
        own: list[Browser] = []

        def look(url: str, **limits: Any) -> Capture:
            if limits and not own:
                given: dict[str, Any] = {"allow_addresses": (f"127.0.0.1:{sites[0].port}",)} | limits
                fetcher = stack.enter_context(Fetcher(FetchLimits(**given)))
                own.append(Browser(fetcher, executable=chromium))
                stack.callback(own[0]._requests.shutdown)  # what a page asked for last may still be under way
                stack.enter_context(own[0])
            return (own[0] if own else browser).fetch(url, now=lambda: datetime.now(UTC))

        yield look
