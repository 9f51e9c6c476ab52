"""The pages of `watched_pages.py` on loopback, six to an address, an hour of theirs passing in a second."""

from __future__ import annotations

import gzip
import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

from watched_pages import WatchedPage

ADDRESS = "http://127.0.1.{host}:%d"
PAGES_A_HOST = 6


def serve(watched: Sequence[WatchedPage], port: int, pipe: Connection) -> None:
    """Answer for ever; says so first."""
    pages = {(f"127.0.1.{page.number // PAGES_A_HOST}", page.path): page for page in watched}
    locks = {key: threading.Lock() for key in pages}
    began = datetime.now(UTC)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # one write an answer

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            key = self.connection.getsockname()[0], self.path
            if key not in pages:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            with locks[key]:
                at = began + timedelta(hours=(datetime.now(UTC) - began).total_seconds())
                answer = pages[key].answer(at, etag=self.headers.get("If-None-Match"))
            body = b"" if answer.body is None else gzip.compress(answer.body, 1)
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if answer.body is not None or name != "Content-Encoding":
                    self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    for host in sorted({host for host, _ in pages}):
        server = ThreadingHTTPServer((host, port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(None)
    while True:
        time.sleep(3600)


@contextmanager
def served(watched: Sequence[WatchedPage], port: int) -> Iterator[None]:
    mine, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(watched, port, its), daemon=True)
    process.start()
    mine.recv()
    try:
        yield
    finally:
        process.terminate()
        process.join()
