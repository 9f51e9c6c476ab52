"""Pages that are led to another host for good take their turns there: by that host's own log."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from archive.store import Recorded
from scraper import program, watchlist
from scraper.rounds import Rounds

DELAY_S = 0.2
TAKES_S = 0.1
BODY = b"<html lang=en><head><title>Talks</title></head><body><main><h1>Talks</h1><p>The talks begin in May.</p></main></body></html>"


class Host:
    """A host that leads elsewhere, or takes its time and notes from when to when each request was answered."""

    def __init__(self, address: str, lead: str = "") -> None:
        self.spans: list[tuple[float, float]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if lead:
                    self.send_response(301)
                    self.send_header("Location", lead + self.path)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                began_s = time.monotonic()
                time.sleep(TAKES_S)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(BODY)))
                self.end_headers()
                host.spans.append((began_s, time.monotonic()))
                self.wfile.write(BODY)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer((address, 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://{address}:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host("127.0.0.1")
    yield made
    made.close()


@pytest.fixture
def leading(host: Host) -> Iterator[list[Host]]:
    made = [Host(f"127.0.0.{n}", lead=host.base) for n in (2, 3)]
    yield made
    for one in made:
        one.close()


def test_a_host_is_never_asked_twice_at_once_nor_without_its_delay_by_whatever_way(
    tmp_path: Path, host: Host, leading: list[Host]
) -> None:
    urls = [f"{one.base}/{n}" for one in (host, *leading) for n in range(2)]
    pages = "".join(f'[[page]]\nslug = "page-{n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
    watch_list = watchlist.parse(
        f'[fetch]\ndelay = "{DELAY_S}s"\nrobots = false\nallow_addresses = ["127.0.0.0/8"]\n{pages}'
    )
    told: list[Recorded] = []
    with program.archive_of(tmp_path, watch_list, holder="test") as archive, program.tools_of(watch_list) as tools:
        Rounds(archive, tools, told=lambda _, recorded: told.append(recorded)).run(
            lambda _: watch_list.pages, once=True
        )
    assert [str(recorded.derived.outcome) for recorded in told] == ["new"] * len(urls)
    spans = sorted(host.spans)
    pauses = [following[0] - before[1] for before, following in pairwise(spans)]
    assert len(spans) == len(urls)
    assert min(pauses) >= DELAY_S - 0.02  # two clocks
