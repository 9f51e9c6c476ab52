"""A round over hosts that are quick, slow and dead: how polite it was, by the hosts' own log."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from archive.store import Recorded
from scraper import program, watchlist
from scraper.rounds import Rounds

DELAY_S = 0.1
QUICK = {f"127.0.3.{n}": n for n in range(1, 6)}  # how many pages each has
SLOW, DEAD = "127.0.3.9", "127.0.3.10"
ROBOTS = b"User-agent: *\nDisallow: /closed\n"
BODY = b"<html lang=en><head><title>Talks</title></head><body><main><h1>Talks</h1><p>The talks begin in May.</p></main></body></html>"


class Hosts:
    """Servers, one an address, that note from when to when each request was answered."""

    def __init__(self) -> None:
        self.spans: defaultdict[str, list[tuple[float, float, str]]] = defaultdict(list)
        self.quick_ones_done = threading.Event()
        self._left = sum(QUICK.values())
        self._lock = threading.Lock()
        self._servers: dict[str, ThreadingHTTPServer] = {}
        for address in (*QUICK, SLOW, DEAD):
            self._servers[address] = server = ThreadingHTTPServer((address, 0), self._handler(address))
            if address == DEAD:
                server.server_close()
            else:
                threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def url(self, address: str, path: str) -> str:
        return f"http://{address}:{self._servers[address].server_address[1]}{path}"

    def close(self) -> None:
        for address, server in self._servers.items():
            if address != DEAD:
                server.shutdown()
                server.server_close()

    def _handler(self, address: str) -> type[BaseHTTPRequestHandler]:
        hosts = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                begun_s = time.monotonic()
                if self.path == "/old":
                    self.answer(301, b"", ("Location", "/led"))
                elif self.path == "/robots.txt":
                    self.answer(200, ROBOTS)
                else:
                    if address == SLOW:
                        hosts.quick_ones_done.wait(60)
                    self.answer(200, BODY)
                with hosts._lock:
                    hosts.spans[address].append((begun_s, self.ended_s, self.path))
                    hosts._left -= address != SLOW and self.path not in ("/old", "/robots.txt")
                if not hosts._left:
                    hosts.quick_ones_done.set()

            def answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
                self.send_response(status)
                for name, value in (*headers, ("Content-Type", "text/html"), ("Content-Length", str(len(body)))):
                    self.send_header(name, value)
                self.ended_s = time.monotonic()
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def round_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hosts, list[Recorded]]]:
    """One round: the hosts with what they noted, and what was recorded."""
    hosts = Hosts()
    paths = {address: [f"/{n}" for n in range(1, number)] + ["/old"] for address, number in QUICK.items()}
    paths |= {SLOW: ["/1", "/2", "/closed"], DEAD: [f"/{n}" for n in range(5)]}
    pages = "".join(
        f'[[page]]\nslug = "h{address.rpartition(".")[2]}-{n}"\nurl = "{hosts.url(address, path)}"\n'
        for address, found in paths.items()
        for n, path in enumerate(found)
    )
    home: Path = tmp_path_factory.mktemp("round")
    watch_list = watchlist.parse(f'[fetch]\ndelay = "{DELAY_S}s"\nallow_addresses = ["127.0.0.0/8"]\n{pages}')
    told: list[Recorded] = []
    try:
        with program.archive_of(home, watch_list, holder="test") as archive, program.tools_of(watch_list) as tools:
            Rounds(archive, tools, told=lambda _, recorded: told.append(recorded)).run(
                lambda _: watch_list.pages, once=True
            )
        yield hosts, told
    finally:
        hosts.close()


def test_no_slow_or_dead_host_keeps_another_waiting(round_of: tuple[Hosts, list[Recorded]]) -> None:
    """The slow host answers for its first page when all pages of the quick ones were asked for."""
    hosts, _ = round_of
    first_of_slow = next(ended_s for _, ended_s, path in hosts.spans[SLOW] if path == "/1")
    assert hosts.quick_ones_done.is_set()
    assert all(span[1] <= first_of_slow for address in QUICK for span in hosts.spans[address])


def test_each_request_follows_the_one_before_by_the_delay_be_it_robots_txt_a_redirect_or_a_page(
    round_of: tuple[Hosts, list[Recorded]],
) -> None:
    hosts, _ = round_of
    for address, number in QUICK.items():
        spans = sorted(hosts.spans[address])
        assert Counter(path for _, _, path in spans)["/robots.txt"] == 1
        assert len(spans) == number + 2  # robots.txt, and the two steps of a redirect
        assert min(later[0] - earlier[1] for earlier, later in pairwise(spans)) >= DELAY_S


def test_each_page_is_looked_at_once_and_a_dead_host_is_asked_once_for_all_its_pages(
    round_of: tuple[Hosts, list[Recorded]],
) -> None:
    _, told = round_of
    assert max(Counter(recorded.page for recorded in told).values()) == 1
    outcomes = Counter(str(recorded.derived.outcome) for recorded in told)
    assert outcomes == {"new": sum(QUICK.values()) + 2, "failed": 5, "refused": 1}
