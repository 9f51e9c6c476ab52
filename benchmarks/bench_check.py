"""CPU seconds of an unchanged check beside a bare `requests` GET of the same page, in one run on loopback.

    python benchmarks/bench_check.py [--pages 20] [--rounds 24] [--trials 3] [--profile VARIANT]

The server is a process of its own, whose time is not counted. A check is the program's own: rounds, fetcher, robots, the
archive on disk with one commit a look, and the processes that parse, whose time is counted (read from /proc, so on Linux).
The first round of each home, in which pages are new, is not. Of the trials the least is shown. The aim is at most 2.5 times
the bare GET.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import multiprocessing
import pstats
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests

from archive.diff import compare
from archive.store import Archive
from scraper import program, watchlist
from scraper.interpret import interpret
from scraper.rounds import Rounds, Tools

AIM = 2.5
ETAG = '"v1"'
VARIANTS = {
    "304": "304 Not Modified, every 24th look in full",
    "same": "200, the same bytes",
    "noise": "200, noise that nobody sees: nonce, hidden token",
    "counter": "200, the same noise and a counter of views in sight",
}


def page_html() -> bytes:
    """A page of about 50 kB as ministries have them: a third of it text, the rest head, menus, scripts and footer."""
    sentence = (
        "the Ministry supports a lasting settlement that both coasts can accept and asks all parties to keep to it"
    )
    words = sentence.split()
    paragraphs = [
        f"<p>In {1990 + n} " + " ".join(words[(n * 7 + k) % len(words)] for k in range(70)) + f", No. {n}.</p>"
        for n in range(52)
    ]
    menu = "".join(
        f'<li class="menu-item level-{n % 3}"><a href="/en/section-{n}/index.html" title="Section {n}">Section {n}</a></li>'
        for n in range(130)
    )
    style = "".join(f".block-{n} .title{{color:#00{n:04d};margin:0 {n}px}}" for n in range(160))
    script = "".join(f"window.dataLayer.push({{'section':'{n}','kind':'page'}});" for n in range(120))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Position on the Lower Strait</title>'
        f"<style>{style}</style><script>{script}</script></head><body><header><nav><ul>{menu}</ul></nav></header>"
        f"<main><article><h1>Position on the Lower Strait</h1>{''.join(paragraphs)}"
        "<p class=stamp>Created at : 4.12.2013, 19:47, Updated at : 9.05.2014, 00:54</p></article></main>"
        "<footer><p>Ministry of Foreign Affairs of Veldania</p></footer></body></html>"
    ).encode()


def serve(pipe: Connection) -> None:
    """Answer for ever at /VARIANT/N; sends its port first."""
    body, views = page_html(), itertools.count(1000)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # one write an answer

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            variant = self.path.split("/")[1]
            if variant not in VARIANTS:
                return self.answer(404, b"")
            if variant == "304" and self.headers.get("If-None-Match") == ETAG:
                return self.answer(304, b"")
            if variant not in ("noise", "counter"):
                return self.answer(200, body)
            view = next(views)
            noise = b"<!-- %016x --><input type=hidden value=%032x>" % (view, view)
            if variant == "counter":
                noise += b"<div class=view-counter>Views: %d</div>" % view
            return self.answer(200, body.replace(b"</body>", noise + b"</body>"))

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            if self.path.startswith("/304"):
                self.send_header("ETag", ETAG)
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """The server's address and process id."""
    mine, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(its,), daemon=True)
    process.start()
    assert process.pid is not None
    yield f"http://127.0.0.1:{mine.recv()}", process.pid
    process.terminate()
    process.join()


class Inline(Executor):
    """Runs each call at once on the caller's thread, so that a profile sees all of it."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **keys: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(call(*arguments, **keys))
        return future


class InlineParsers:
    """Reads in this process, for the same reason."""

    read = staticmethod(interpret)
    compare = staticmethod(compare)

    def close(self) -> None:
        pass


@contextmanager
def home_of(base: str, variant: str, pages: int) -> Iterator[tuple[watchlist.WatchList, Archive, Tools]]:
    """A new home that watches so many pages of the variant, each looked at once."""
    pages_text = "".join(f'[[page]]\nslug = "p{n}"\nurl = "{base}/{variant}/{n}"\n' for n in range(pages))
    watch_list = watchlist.parse(f'[fetch]\ndelay = "0"\nallow_addresses = ["127.0.0.1"]\n{pages_text}')
    with (
        tempfile.TemporaryDirectory() as folder,
        program.archive_of(Path(folder), watch_list, holder="bench") as archive,
        program.tools_of(watch_list) as tools,
    ):
        check(watch_list, archive, tools, rounds=1, expected="new")
        yield watch_list, archive, tools


def check(watch_list: watchlist.WatchList, archive: Archive, tools: Tools, *, rounds: int, expected: str) -> None:
    outcomes: list[str] = []
    for _ in range(rounds):
        Rounds(archive, tools, told=lambda _, recorded: outcomes.append(recorded.derived.outcome)).run(
            lambda _: watch_list.pages, once=True
        )
    assert outcomes == [expected] * (rounds * len(watch_list.pages)), set(outcomes)


def get(session: requests.Session, url: str, count: int, **headers: str) -> None:
    for _ in range(count):
        assert session.get(url, headers=headers).status_code in (200, 304)


def cpu_s(but: int) -> float:
    """CPU seconds of this process and of its children, dead and alive, but for one of them."""
    children = [pid for tasks in Path("/proc/self/task").glob("*/children") for pid in tasks.read_text().split()]
    alive_ns = sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in children if int(pid) != but)
    dead = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + alive_ns / 1e9 + dead.ru_utime + dead.ru_stime


def measured(base: str, server: int, pages: int, rounds: int) -> dict[str, float]:
    """Milliseconds of CPU a look, of all rows by turns, so that whatever else the machine does slows all of them alike."""
    with ExitStack() as stack:
        session = stack.enter_context(requests.Session())
        session.trust_env = False
        rows: dict[str, Callable[[], None]] = {
            "get": partial(get, session, f"{base}/same/0", pages),
            "get 304": partial(get, session, f"{base}/304/0", pages, **{"If-None-Match": ETAG}),
        }
        for variant in VARIANTS:
            home = stack.enter_context(home_of(base, variant, pages))
            rows[variant] = partial(check, *home, rounds=1, expected="unchanged")
        spent = dict.fromkeys(rows, 0.0)
        for _ in range(rounds):
            for name, call in rows.items():
                began_s = cpu_s(but=server)
                call()
                spent[name] += cpu_s(but=server) - began_s
    return {name: seconds * 1000 / (pages * rounds) for name, seconds in spent.items()}


def profile(base: str, variant: str, pages: int, rounds: int) -> None:
    with home_of(base, variant, pages) as (watch_list, archive, tools):
        profiler = cProfile.Profile(time.process_time)  # CPU: a wait for the disk is none
        profiler.enable()
        inline = replace(tools, executor=Inline(), parsers=InlineParsers())  # type: ignore[arg-type]
        check(watch_list, archive, inline, rounds=rounds, expected="unchanged")
        profiler.disable()
    stats = pstats.Stats(profiler)
    stats.sort_stats("cumulative").print_stats(60)
    stats.sort_stats("tottime").print_stats(40)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--profile", choices=sorted(VARIANTS))
    options = parser.parse_args()
    with served() as (base, server):
        if options.profile:
            return profile(base, options.profile, options.pages, options.rounds)
        trials = [measured(base, server, options.pages, options.rounds) for _ in range(options.trials)]
    least = {name: min(trial[name] for trial in trials) for name in trials[0]}
    looks = options.pages * options.rounds
    print(f"A page of {len(page_html()):,} bytes; {looks} looks a trial, least of {options.trials} trials\n")
    print(f"{'':70}{'CPU ms a look':>14}{'times a GET':>13}")
    print(f"{'requests, Session.get, 200':70}{least['get']:14.2f}{1:13.2f}")
    print(f"{'requests, Session.get, 304':70}{least['get 304']:14.2f}{least['get 304'] / least['get']:13.2f}")
    for variant, meaning in VARIANTS.items():
        ratio = least[variant] / least["get"]
        verdict = "" if ratio <= AIM else f"  over the aim of {AIM}"
        print(f"{'unchanged check, ' + meaning:70}{least[variant]:14.2f}{ratio:13.2f}{verdict}")


if __name__ == "__main__":
    main()
