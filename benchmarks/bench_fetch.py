"""What one look costs beside a bare `requests` client, in CPU milliseconds; the server runs in a process of its own.

    python benchmarks/bench_fetch.py [--looks 1000]

The bare client keeps a Session, reads `.content` and checks nothing. Exits 1 where a look costs more than 1.6 times it.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

import requests

from scraper.fetch import Fetcher, FetchLimits

PAGE = b"<!DOCTYPE html><title>Position</title>" + b"<p>We support the negotiation of all open questions.</p>" * 900
ETAG = '"v1"'
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROUNDS = 5


class Pages(BaseHTTPRequestHandler):
    """/plain, /gzip, /304, and /close, which ends its connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    coded = gzip.compress(PAGE)

    def do_GET(self) -> None:
        body = {"/gzip": self.coded, "/304": b""}.get(self.path, PAGE)
        self.send_response(304 if self.path == "/304" else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("ETag", ETAG)
        for name in ("Cache-Control", "Vary", "X-Frame-Options", "Strict-Transport-Security", "X-Request-Id"):
            self.send_header(name, "value")
        if self.path == "/gzip":
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/close":
            self.send_header("Connection", "close")
        if self.path != "/304":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


def serve(pipe: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    pipe.send(server.server_address[1])
    server.serve_forever()


def cpu_ms(work: Callable[[], object], looks: int) -> float:
    """CPU milliseconds of one call, the best of some rounds."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(looks // ROUNDS):
            work()
        best = min(best, (time.process_time() - began) / (looks // ROUNDS))
    return best * 1000


def compare(origin: str, looks: int) -> float:
    """Prints a line for each kind of answer; returns the worst ratio."""
    worst = 0.0
    limits = FetchLimits(allow_addresses=("127.0.0.1",), user_agent="variorum-bench")
    with Fetcher(limits) as fetcher, requests.Session() as session:
        session.trust_env = False
        print(f"{'answer':10}{'requests':>10}{'variorum':>10}{'ratio':>8}   CPU ms a look, {len(PAGE) // 1000} kB page")
        for path in ("/plain", "/gzip", "/304", "/close"):
            url, etag = origin + path, ETAG if path == "/304" else None
            headers = {"If-None-Match": ETAG} if etag else {}
            capture = fetcher.fetch(url, now=lambda: NOW, validators=(etag, None))
            assert capture.failure is None, capture.failure
            bare = cpu_ms(lambda url=url, headers=headers: session.get(url, headers=headers, timeout=30).content, looks)
            ours = cpu_ms(
                lambda url=url, etag=etag: fetcher.fetch(url, now=lambda: NOW, validators=(etag, None)), looks
            )
            worst = max(worst, ours / bare)
            print(f"{path:10}{bare:10.3f}{ours:10.3f}{ours / bare:8.2f}")
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--looks", type=int, default=1000)
    looks = parser.parse_args().looks
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        worst = compare(f"http://127.0.0.1:{here.recv()}", looks)
    finally:
        server.terminate()
        server.join()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB, worst ratio {worst:.2f}")
    sys.exit(worst > 1.6)


if __name__ == "__main__":
    main()
