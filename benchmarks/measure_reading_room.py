"""How long the reading room's addresses take over a large archive, beside an empty page of a bare Datasette in the same run.

    python benchmarks/measure_reading_room.py [--home DIR] [--requests 100] [--only NAME] [--cold 3] [--commands] [--json]

The archive is built in DIR if none is there (default: a temporary folder): a million looks, 10,000 pages, 50,000 revisions,
unless --looks, --pages and --revisions say otherwise; that takes a quarter of an hour. Site and peer are a process each, under
the web server and the settings that `serve` has. Every address is asked in turn with varied parameters, over one connection, with the
peer's page between, so that whatever else the machine does falls on both.

Ratios are of the time until an answer is there; `cpu` is that of the processor time that the site spends on it, which is the steadier figure on a
busy machine (read from the process's clock, so on Linux). `cold`: the median ratio where the file is not in memory. Exits 1 where a
median is over 3 or a 95th percentile over 5 times the peer's, the first page over 150 kB, or memory grows.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import json
import multiprocessing
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from million_looks import COMMON, LONG, MANY_LOOKS, MANY_PASSAGES, MANY_REVISIONS, RARE, Size, build

from archive.opening import DATABASE

AIM_MEDIAN, AIM_P95 = 3.0, 5.0
FIRST_PAGE_BYTES = 150_000
GROWTH_MB = 20  # of the site's memory from the first third of all requests to the last
PEER = "/empty"


# -- what is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A kind of address and the paths that stand for it; `after` asks as at that time (RFC 7089)."""

    name: str
    paths: Sequence[str]
    headers: dict[str, str] = field(default_factory=dict)


class Facts:
    """What there is in an archive to be asked for, chosen once with a fixed seed."""

    def __init__(self, path: Path, many: int = 200) -> None:
        self._conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        self._rng = random.Random(7)
        giants = f"('{MANY_LOOKS}', '{MANY_REVISIONS}', '{LONG}', '{MANY_PASSAGES}')"
        pages = self._all(f"SELECT id, slug, url, statement FROM pages WHERE slug NOT IN {giants}")
        self.pages = self._rng.sample(pages, min(many, len(pages)))
        self.statements = sorted({page[3] for page in self.pages if page[3]})

    def slugs(self, make: Callable[[str], str]) -> list[str]:
        return [make(slug) for _, slug, _, _ in self.pages]

    def urls(self, make: Callable[[str], str]) -> list[str]:
        return [make(url) for _, _, url, _ in self.pages]

    def url_of(self, slug: str) -> str:
        return str(self._all(f"SELECT url FROM pages WHERE slug = '{slug}'")[0][0])

    def revisions(self, make: Callable[[str, int], str], *, least: int = 1, slug: str | None = None) -> list[str]:
        made = []
        for page_id, own in [(None, slug)] if slug else [page[:2] for page in self.pages]:
            where = f"page_id = {page_id}" if page_id else f"page_id = (SELECT id FROM pages WHERE slug = '{own}')"
            last = self._all(f"SELECT max(number) FROM revisions WHERE {where}")[0][0]
            if last >= least:
                made += [make(own, self._rng.randint(least, last)) for _ in range(20 if slug else 1)]
        return made

    def looks(self, make: Callable[[str, int], str], *, slug: str | None = None, where: str = "1") -> list[str]:
        made = []
        for page_id, own in [(None, slug)] if slug else [page[:2] for page in self.pages]:
            of = f"page_id = {page_id}" if page_id else f"page_id = (SELECT id FROM pages WHERE slug = '{own}')"
            seqs = self._all(f"SELECT seq FROM observations WHERE {of} AND {where} ORDER BY seq LIMIT 20000")
            if seqs:
                made += [make(own, self._rng.choice(seqs)[0]) for _ in range(20 if slug else 1)]
        return made

    def stamps(self) -> list[str]:
        rows = [
            self._all(
                "SELECT strftime('%Y%m%d%H%M%S', observed_at) FROM observations"
                f" WHERE page_id = {page_id} AND http_status = 200 AND outcome IN ('new', 'changed', 'unchanged') LIMIT 1"
            )[0][0]
            for page_id, *_ in self.pages
        ]
        return [f"/memento/{stamp}/{page[2]}" for stamp, page in zip(rows, self.pages, strict=True)]

    def _all(self, sql: str) -> list[Any]:
        return self._conn.execute(sql).fetchall()


def addresses(facts: Facts) -> Iterator[Address]:
    """Every address of the reading room, ordinary pages and giants apart."""
    yield from _room(facts)
    yield from _page(facts)
    yield from _giants(facts)
    yield from _mementos(facts)
    yield from _tables(facts)


def _room(facts: Facts) -> Iterator[Address]:
    def of(name: str, *paths: str) -> Address:
        return Address(name=name, paths=paths)

    yield of("overview", "/")
    yield of("overview, further pages", *(f"/?n={n}" for n in range(2, 60, 3)))
    for sort in ("name", "trouble", "statement"):
        yield of(f"overview by {sort}", f"/?sort={sort}", f"/?sort={sort}&n=31")
    yield of("overview of a search", "/?q=page-77", "/?q=desk-3", "/?q=ministry-12", "/?q=nothing+of+that")
    yield of("overview of a language", "/?language=kk", "/?language=zh&sort=name")
    yield of("overview, JSON", "/index.json", "/index.json?n=7")
    yield of("health", "/-/health")
    yield of("health, JSON", "/-/health.json")
    yield of("feed", "/feed.atom")
    yield of("statement", *(f"/statement/{name}" for name in facts.statements))
    yield of("statement, JSON", *(f"/statement/{name}.json" for name in facts.statements))
    yield of("statement's feed", *(f"/statement/{name}/feed.atom" for name in facts.statements))
    yield of("search, a rare phrase", f"/search?q={quote(chr(34) + RARE + chr(34))}")
    yield of("search, a very common word", f"/search?q={COMMON}", "/search?q=%D1%81%D0%BE%D0%B2%D0%B5%D1%82")
    yield of("search, common words together", f"/search?q={COMMON}+council+article+peace")
    yield of("search, a number", *(f"/search?q={n}" for n in (4711, 10123, 99, 31337)))
    yield of("search, two Chinese letters", f"/search?q={quote('和平')}", f"/search?q={quote('武力')}")
    yield of("search, three Chinese letters", f"/search?q={quote('外交部')}")
    yield of("search, nothing", "/search?q=xylophone", f"/search?q={quote('咖啡')}")
    yield of("search in a page", *facts.slugs(lambda slug: f"/search?q=council&page={slug}"))
    yield of("search, JSON", f"/search.json?q={COMMON}")
    yield of("when, a rare phrase", f"/when?phrase={quote(RARE)}")
    yield of("when, a common word", f"/when?phrase={COMMON}")
    yield of("when, two Chinese letters", f"/when?phrase={quote('和平')}")
    yield of("when of a page", *facts.slugs(lambda slug: f"/when?phrase=treaty&page={slug}"))
    yield of("not there", "/page/no-such-page", "/page/page-1/99999", "/statement/none")


def _page(facts: Facts) -> Iterator[Address]:
    def of(name: str, paths: Sequence[str]) -> Address:
        return Address(name=name, paths=paths)

    yield of("timeline", facts.slugs(lambda slug: f"/page/{slug}"))
    yield of("timeline, JSON", facts.slugs(lambda slug: f"/page/{slug}.json"))
    yield of("revision", facts.revisions(lambda slug, n: f"/page/{slug}/{n}"))
    yield of("revision with ages", facts.revisions(lambda slug, n: f"/page/{slug}/{n}?ages=1"))
    yield of("revision, JSON", facts.revisions(lambda slug, n: f"/page/{slug}/{n}.json"))
    yield of("revision of a reading", facts.revisions(lambda slug, n: f"/page/{slug}/reading/1/{n}"))
    yield of("comparison", facts.revisions(lambda slug, n: f"/page/{slug}/{n - 1}..{n}", least=2))
    yield of(
        "comparison side by side", facts.revisions(lambda slug, n: f"/page/{slug}/{n - 1}..{n}?view=side", least=2)
    )
    yield of("comparison of any two", facts.revisions(lambda slug, n: f"/page/{slug}/1..{n}", least=3))
    yield of("comparison, JSON", facts.revisions(lambda slug, n: f"/page/{slug}/{n - 1}..{n}.json", least=2))
    yield of("look", facts.looks(lambda slug, seq: f"/page/{slug}/at/{seq}"))
    yield of("look, JSON", facts.looks(lambda slug, seq: f"/page/{slug}/at/{seq}.json"))
    yield of("look's bytes", facts.looks(lambda slug, seq: f"/page/{slug}/at/{seq}/raw", where="body_id IS NOT NULL"))
    accepted = "outcome IN ('new', 'changed', 'unchanged')"
    yield of("citation", facts.looks(lambda slug, seq: f"/page/{slug}/at/{seq}/cite.csl.json", where=accepted))
    yield of("proof", facts.looks(lambda slug, seq: f"/page/{slug}/at/{seq}/proof.zip"))
    yield of("looks", facts.slugs(lambda slug: f"/page/{slug}/looks"))
    yield of("looks, JSON", facts.slugs(lambda slug: f"/page/{slug}/looks.json"))
    yield of("calendar", facts.slugs(lambda slug: f"/page/{slug}/calendar"))
    yield of("lifetimes", facts.slugs(lambda slug: f"/page/{slug}/lifetimes"))
    yield of("lifetimes, JSON", facts.slugs(lambda slug: f"/page/{slug}/lifetimes.json"))
    yield of("page's feed", facts.slugs(lambda slug: f"/page/{slug}/feed.atom"))


def _giants(facts: Facts) -> Iterator[Address]:
    def of(name: str, *paths: str) -> Address:
        return Address(name=name, paths=paths)

    yield of("many looks: timeline", f"/page/{MANY_LOOKS}")
    yield of("many looks: looks", *facts.looks(lambda slug, n: f"/page/{slug}/looks?before={n}", slug=MANY_LOOKS))
    yield of("many looks: a day", *(f"/page/{MANY_LOOKS}/looks?day=2029-0{n}-11" for n in range(1, 10)))
    yield of("many looks: calendar", f"/page/{MANY_LOOKS}/calendar", f"/page/{MANY_LOOKS}/calendar?year=2029")
    yield of("many looks: look", *facts.looks(lambda slug, n: f"/page/{slug}/at/{n}", slug=MANY_LOOKS))
    yield of("many revisions: timeline", f"/page/{MANY_REVISIONS}", f"/page/{MANY_REVISIONS}?below=120")
    yield of("many revisions: JSON", f"/page/{MANY_REVISIONS}.json")
    yield of(
        "many revisions: revision",
        *facts.revisions(lambda slug, n: f"/page/{slug}/{n}?ages=1", least=2, slug=MANY_REVISIONS),
    )
    yield of(
        "many revisions: any two",
        *facts.revisions(lambda slug, n: f"/page/{slug}/1..{n}", least=2, slug=MANY_REVISIONS),
    )
    yield of("many revisions: lifetimes", f"/page/{MANY_REVISIONS}/lifetimes")
    yield of("many revisions: feed", f"/page/{MANY_REVISIONS}/feed.atom")
    yield of("many revisions: when", f"/when?phrase=treaty&page={MANY_REVISIONS}")
    yield of("long text: revision", f"/page/{LONG}/1", f"/page/{LONG}/3")
    yield of("long text: ages", f"/page/{LONG}/3?ages=1")
    yield of("long text: comparison", f"/page/{LONG}/2..3", f"/page/{LONG}/1..2?view=side")
    yield of("long text: any two", f"/page/{LONG}/1..4")
    yield of("long text: look", *facts.looks(lambda slug, n: f"/page/{slug}/at/{n}", slug=LONG))
    yield of("long text: lifetimes", f"/page/{LONG}/lifetimes")
    yield of("many passages: timeline", f"/page/{MANY_PASSAGES}")
    yield of("many passages: comparison", f"/page/{MANY_PASSAGES}/2..3")
    yield of("many passages: lifetimes", f"/page/{MANY_PASSAGES}/lifetimes")
    yield of("many passages: feed", f"/page/{MANY_PASSAGES}/feed.atom")


def _mementos(facts: Facts) -> Iterator[Address]:
    def of(name: str, *paths: str, **headers: str) -> Address:
        return Address(name=name, paths=paths, headers=headers)

    url = facts.url_of(MANY_LOOKS)
    then = {"Accept-Datetime": "Mon, 11 Jun 2029 18:54:00 GMT"}
    yield of("timemap", *facts.urls(lambda url: f"/timemap/link/{url}"))
    yield of("timemap, JSON", *facts.urls(lambda url: f"/timemap/json/{url}"))
    yield of("timegate", *facts.urls(lambda url: f"/timegate/{url}"))
    yield of("timegate of a time", *facts.urls(lambda url: f"/timegate/{url}"), **then)
    yield of("memento", *facts.stamps())
    yield of("many looks: timemap", f"/timemap/link/{url}", f"/timemap/json/{url}")
    yield of("many looks: timegate", f"/timegate/{url}", **then)


def _tables(facts: Facts) -> Iterator[Address]:
    def of(name: str, *paths: str) -> Address:
        return Address(name=name, paths=paths)

    yield of("database", "/archive")
    tables = (
        "pages page_addresses observations snapshots revisions changes passages lifetimes judgements readings seams log"
    )
    for table in tables.split():
        yield of(f"table {table}", f"/archive/{table}")
    yield of("table observations of a page", *(f"/archive/observations?page_id={page[0]}" for page in facts.pages))
    yield of("table observations, faceted", "/archive/observations?_facet=outcome&_facet=via")
    yield of("table changes, faceted", "/archive/changes?_facet=silent&_facet=page_id")
    yield of("table observations, JSON", "/archive/observations.json?_shape=array")
    yield of("table observations, CSV", "/archive/observations.csv?_size=max")
    yield of("row", *(f"/archive/observations/{n}" for n in range(20_000, 40_000, 997)))


# -- the two servers


def serve_site(path: Path, pipe: Connection) -> None:
    """The reading room as `serve` has it, without its schedule. Sends its port first."""
    from scraper.serve_site import make_datasette

    _serve(make_datasette(path).app(), pipe)


def serve_peer(path: Path, pipe: Connection) -> None:
    """A bare Datasette with an empty database."""
    from datasette.app import Datasette

    sqlite3.connect(path).execute("VACUUM")
    _serve(Datasette(files=[str(path)]).app(), pipe)


def _serve(app: Any, pipe: Connection) -> None:
    with socket.socket() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind(("127.0.0.1", 0))
        sock.listen(128)
        pipe.send(sock.getsockname()[1])
        uvicorn.Server(
            uvicorn.Config(app, log_level="error", access_log=False, lifespan="on", timeout_keep_alive=600)
        ).run(sockets=[sock])


class Asked:
    """A server's process, asked over one connection."""

    def __init__(self, target: Callable[[Path, Connection], None], path: Path) -> None:
        mine, its = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("spawn").Process(target=target, args=(path, its), daemon=True)
        self.process.start()
        assert self.process.pid is not None
        self.pid = self.process.pid
        self._http = http.client.HTTPConnection("127.0.0.1", mine.recv(), timeout=120)
        self._clock = (~self.pid << 3) | 2  # of that process (clock_getcpuclockid(3))

    def get(self, path: str, headers: dict[str, str]) -> tuple[float, float, int, int]:
        """(milliseconds, milliseconds of its processor, status, bytes)"""
        cpu, begun = time.clock_gettime(self._clock), time.perf_counter()
        self._http.request("GET", path, headers=headers)
        response = self._http.getresponse()
        size = len(response.read())
        elapsed, spent = time.perf_counter() - begun, time.clock_gettime(self._clock) - cpu
        return elapsed * 1000, spent * 1000, response.status, size

    def resident_mb(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self) -> None:
        self.process.terminate()
        self.process.join()


@contextmanager
def asked(target: Callable[[Path, Connection], None], path: Path) -> Iterator[Asked]:
    server = Asked(target, path)
    try:
        yield server
    finally:
        server.end()


# -- measuring


@dataclass(slots=True, kw_only=True)
class Taken:
    """What the requests of one address took, and the peer's beside them."""

    address: Address
    own_ms: list[float] = field(default_factory=list)
    own_cpu_ms: list[float] = field(default_factory=list)
    peer_ms: list[float] = field(default_factory=list)
    peer_cpu_ms: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def figures(self) -> dict[str, Any]:
        peer = statistics.median(self.peer_ms)
        return {
            "address": self.address.name,
            "median": statistics.median(self.own_ms) / peer,
            "p95": p95(self.own_ms) / p95(self.peer_ms),
            "cpu": statistics.median(self.own_cpu_ms) / statistics.median(self.peer_cpu_ms),
            "cpu_p95": p95(self.own_cpu_ms) / p95(self.peer_cpu_ms),
            "cold": statistics.median(self.cold) if self.cold else None,
            "ms": statistics.median(self.own_ms),
            "bytes": max(self.sizes),
            "statuses": sorted(self.statuses),
        }


def p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) * 95 // 100, len(values) - 1)]


def is_over(row: dict[str, Any]) -> bool:
    return bool(row["median"] > AIM_MEDIAN or row["p95"] > AIM_P95)


def measure(
    found: Sequence[Address], site: Asked, peer: Asked, *, requests: int, cold: int, path: Path
) -> tuple[list[Taken], list[float]]:
    """The figures of every address, and the site's memory after each round."""
    taken = [Taken(address=address) for address in found]
    for one in taken:
        site.get(one.address.paths[0], one.address.headers)
        peer.get(PEER, {})
    memory = []
    for n in range(requests):
        for one in taken:
            paths = one.address.paths
            ms, cpu_ms, status, size = site.get(paths[n % len(paths)], one.address.headers)
            peer_ms, peer_cpu_ms, *_ = peer.get(PEER, {})
            one.own_ms.append(ms)
            one.own_cpu_ms.append(cpu_ms)
            one.peer_ms.append(peer_ms)
            one.peer_cpu_ms.append(peer_cpu_ms)
            one.sizes.append(size)
            one.statuses.add(status)
        memory.append(site.resident_mb())
    for n in range(cold):
        for one in taken:
            forget(path)
            ms, *_ = site.get(one.address.paths[-1 - n % len(one.address.paths)], one.address.headers)
            peer_ms, *_ = peer.get(PEER, {})
            one.cold.append(ms / peer_ms)
    return taken, memory


def forget(path: Path) -> None:
    """Put the file out of the system's memory, as far as it is not being written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


COMMANDS: dict[str, tuple[str, ...]] = {
    "--version": ("--version",),
    "status": ("status",),
    "status --json": ("status", "--json"),
    "history, many revisions": ("history", MANY_REVISIONS, "--json"),
    "history, many looks": ("history", MANY_LOOKS, "--json"),
    "lifetimes, many passages": ("lifetimes", MANY_PASSAGES, "--json"),
    "when, rare": ("when", RARE),
    "when, common": ("when", COMMON),
    "search, common": ("search", COMMON),
    "search, rare": ("search", f'"{RARE}"'),
    "search, Chinese": ("search", "和平"),
}


def command(home: Path, args: Sequence[str]) -> dict[str, Any]:
    """What one command of the program takes."""
    begun = time.perf_counter()
    run = "from scraper.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", run, "--home", str(home), *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    elapsed = time.perf_counter() - begun
    return {
        "seconds": round(elapsed, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "mb": round(used.ru_maxrss / 1000),
        "exit": process.returncode,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, help="where the archive is, or is to be built")
    parser.add_argument("--requests", type=int, default=100, help="of each address")
    parser.add_argument("--only", default="", help="addresses whose name holds this")
    parser.add_argument("--cold", type=int, default=0, help="requests of each address with a cold file")
    parser.add_argument("--commands", action="store_true", help="the command line too")
    parser.add_argument("--json", action="store_true")
    for name, count in (("looks", 1_000_000), ("pages", 10_000), ("revisions", 50_000)):
        parser.add_argument(f"--{name}", type=int, default=count)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = args.home or Path(scratch)
        if not (home / DATABASE).exists():
            home.mkdir(exist_ok=True)
            build(home, Size(looks=args.looks, pages=args.pages, revisions=args.revisions))
        return report(home, Path(scratch) / "empty.db", args)


def report(home: Path, empty: Path, args: argparse.Namespace) -> int:
    path = home / DATABASE
    found = [address for address in addresses(Facts(path)) if args.only in address.name]
    gc.freeze()
    with asked(serve_site, path) as site, asked(serve_peer, empty) as peer:
        taken, memory = measure(found, site, peer, requests=args.requests, cold=args.cold, path=path)
    rows = [one.figures() for one in taken]
    third = max(1, len(memory) // 3)
    grown = statistics.median(memory[-third:]) - statistics.median(memory[:third])
    commands = {name: command(home, given) for name, given in COMMANDS.items()} if args.commands else {}
    first = max((row["bytes"] for row in rows if row["address"].startswith("overview")), default=0)
    bad = [row["address"] for row in rows if is_over(row)]
    told = {
        "addresses": rows,
        "memory_mb": [round(memory[0]), round(memory[-1])],
        "grown_mb": round(grown, 1),
        "requests": len(memory) * len(rows),
        "commands": commands,
        "over": bad,
    }
    if args.json:
        print(json.dumps(told, indent=1))
    else:
        tell(told, taken)
    return int(bool(bad) or first > FIRST_PAGE_BYTES or grown > GROWTH_MB)


def tell(told: dict[str, Any], taken: Sequence[Taken]) -> None:
    peer_ms = statistics.median(ms for one in taken for ms in one.peer_ms)
    print(f"times an empty page of a bare Datasette, whose median is {peer_ms:.1f} ms")
    print(f"{'':34}{'median':>8}{'p95':>8}{'cpu':>8}{'p95':>8}{'cold':>8}{'bytes':>11}")
    for row in told["addresses"]:
        figures = "".join(f"{row[name]:8.1f}" for name in ("median", "p95", "cpu", "cpu_p95"))
        cold = f"{row['cold']:8.1f}" if row["cold"] is not None else f"{'':8}"
        wrong = "" if set(row["statuses"]) <= {200, 302} else f"  {row['statuses']}"
        print(f"{row['address']:34}{figures}{cold}{row['bytes']:11,}{'  over' if is_over(row) else ''}{wrong}")
    before, after = told["memory_mb"]
    print(
        f"memory of the site: {before} MB, after {told['requests']:,} requests {after} MB (grown {told['grown_mb']} MB)"
    )
    for name, used in told["commands"].items():
        print(
            f"{name:34}{used['seconds']:8.2f} s{used['cpu_seconds']:8.2f} s CPU{used['mb']:6} MB  exit {used['exit']}"
        )


if __name__ == "__main__":
    sys.exit(main())
