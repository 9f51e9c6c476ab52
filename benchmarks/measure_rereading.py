"""How late the looks at other pages are while a long history is read anew, and how long its own page waits.

    python benchmarks/measure_rereading.py [--looks 10000] [--revisions 500] [--pages 30] [--every 5] [--seconds 90]

A page with that many looks and its neighbours stand on loopback, each on a host of its own; their servers' log is believed. The program
serves them, and after a few rounds the first page's rules change. Beside it, with a copy of the same archive: the same service with
readings made in the thread of the rounds, which is what one would do first. A look is late by what its gap is longer than the
longest that the cadence with its jitter allows.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

from million_looks import Bulk, Play, edit, paragraphs

from archive.model import Capture
from archive.opening import DATABASE
from archive.pages import PageSettings
from scraper.acts import HERE
from scraper.interpret import VERSION

LONG = "page-0"  # of whose history the rest knows nothing
JITTER = 0.1
ROUNDS = 2  # before the rules change
BATCH = 500
IN_THE_ROUNDS = """
import scraper.service
from scraper.cli import main
from scraper.rounds import Rounds

class InTheRounds(Rounds):
    def __init__(self, *given, rereader, **named):
        super().__init__(*given, **named)

scraper.service.Rounds = InTheRounds
main()
"""
SERVICES = {"in the rounds' thread": IN_THE_ROUNDS, "beside them": "from scraper.cli import main; main()"}


def html(play: Play, token: int) -> bytes:
    text = "".join(f"<p>{' '.join(block)}</p>" for block in play.blocks)
    return (
        f'<!doctype html><html lang="en"><head><meta name="token" content="{token}"><title>Position of the Ministry</title></head>'
        f"<body><nav>Home | News | The Ministry</nav><main><h1>Position of the Ministry</h1>{text}</main>"
        "<footer>Ministry of Foreign Affairs</footer></body></html>"
    ).encode()


def new_play(slug: str, looks: int, revisions: int) -> Play:
    rng = random.Random(slug)
    blocks = paragraphs(rng, "en", 40)
    return Play(slug=slug, language="en", looks=looks, revisions=revisions, rng=rng, blocks=blocks)


def address_of(number: int) -> str:
    return f"127.0.7.{number + 1}"


def url_of(number: int, port: int) -> str:
    return f"http://{address_of(number)}:{port}/page-{number}"


def make_history(home: Path, play: Play, pages: int, port: int) -> None:
    """The archive as it is after that many looks, half of which brought a body of their own."""
    at = datetime(2025, 1, 1, tzinfo=UTC)
    with Bulk.open(home, holder="measure") as archive:
        settings = [PageSettings(slug=f"page-{number}", url=url_of(number, port)) for number in range(pages)]
        archive.sync_pages(settings, version=VERSION, at=at)
        for first in range(0, play.looks, BATCH):
            with archive.transaction():
                for number in range(first, min(first + BATCH, play.looks)):
                    play.at_look = number
                    if play.changes_now():
                        edit(play)
                    state = archive.page_state(LONG)
                    body = html(play, number if number % 2 else 0)
                    capture = Capture(
                        url=state.url,
                        final_url=state.url,
                        observed_at=at + timedelta(minutes=30 * number),
                        duration_us=2500,
                        http_version="HTTP/1.1",
                        status=200,
                        headers=(("Content-Type", "text/html; charset=utf-8"),),
                        body=body,
                        wire_bytes=len(body),
                    )
                    archive.record(state, capture, HERE.read(capture, state.rules, state.memory))


class Site:
    """All pages, and when each was asked for."""

    def __init__(self, pages: int) -> None:
        self.plays: dict[str, Play] = {}
        self.asked: defaultdict[str, list[float]] = defaultdict(list)
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                slug = self.path.strip("/")
                site.asked[slug].append(time.monotonic())
                body = html(site.plays[slug], 0)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.port = 0
        for number in range(pages):  # all at one port
            server = ThreadingHTTPServer((address_of(number), self.port), Handler)
            server.daemon_threads = True
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, daemon=True).start()


def write_list(home: Path, site: Site, every_s: int, *, ignore: bool) -> None:
    lines = ['contact = "archive@example.org"', "[defaults]", f'every = "{every_s}s"', "[fetch]", 'delay = "0"']
    lines += ["robots = false", 'allow_addresses = ["127.0.0.0/8"]']
    for number, slug in enumerate(site.plays):
        lines += ["[[page]]", f'slug = "{slug}"', f'url = "{url_of(number, site.port)}"']
        lines += ['ignore = ["footer"]'] if ignore and slug == LONG else []
    (home / "variorum.toml").write_text("\n".join(lines) + "\n", "utf-8")


@contextmanager
def served(home: Path, program: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", program, "--home", str(home), "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def readings(home: Path) -> int:
    with closing(sqlite3.connect(f"file:{home / DATABASE}?mode=ro", uri=True)) as conn:
        found = conn.execute(
            "SELECT count(*) FROM readings r JOIN pages p ON p.id = r.page_id WHERE p.slug = ?", (LONG,)
        )
        return int(found.fetchone()[0])


def measure(name: str, home: Path, site: Site, every_s: int, most_s: float) -> None:
    write_list(home, site, every_s, ignore=False)
    site.asked.clear()
    with served(home, SERVICES[name]) as process:
        while not all(len(site.asked[slug]) >= ROUNDS for slug in site.plays):
            time.sleep(0.1)
        write_list(home, site, every_s, ignore=True)
        process.send_signal(signal.SIGHUP)
        began_s, before = time.monotonic(), len(site.asked[LONG])
        while len(site.asked[LONG]) <= before + 1 and time.monotonic() < began_s + most_s:
            time.sleep(0.1)
        time.sleep(2 * every_s)
    gaps = [
        later - earlier
        for slug, asked in site.asked.items()
        for earlier, later in pairwise(asked)
        if slug != LONG and later > began_s
    ]
    own = max(later - earlier for earlier, later in pairwise(site.asked[LONG]))
    late_s = max(0.0, max(gaps) - every_s * (1 + JITTER))
    done = "read anew" if readings(home) > 1 else "NOT read anew"
    print(f"{name:24} others late by at most {late_s:5.1f} s; its own page not looked at for {own:5.1f} s; {done}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--looks", type=int, default=10_000)
    parser.add_argument("--revisions", type=int, default=500)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=90)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site, home = Site(asked.pages), Path(folder) / "made"
        home.mkdir()
        site.plays = {f"page-{n}": new_play(f"page-{n}", asked.looks, asked.revisions) for n in range(asked.pages)}
        make_history(home, site.plays[LONG], asked.pages, site.port)
        for name in SERVICES:
            copy = shutil.copytree(home, Path(folder) / name.split()[0])
            measure(name, copy, site, asked.every, asked.seconds)


if __name__ == "__main__":
    main()
