"""Memory and answers of a real `variorum serve` that watches 300 pages, while it looks at them, is backed up, reloaded and verified.

    python benchmarks/measure_service.py [--pages 300] [--days 7 | --stretched 600000] [--seconds 30] [--readers 2] [--every 20s]
        [--home DIR] [--json]

First an archive is made that already has a history: `--days` of hourly looks at the pages of `watched_pages.py` (and of the shared corpus,
where it lies beside the checkout), through the store. With `--home` it is kept, and made only once. Then a server on loopback gives the
same pages on 50 addresses, an hour passing in a second, and `serve` runs as a process of its own. Readers load every kind of page of the
reading room without pause, beside the first page of an empty Datasette in another process, which says how busy the machine is; before
that, each kind is asked for alone, and its processor time taken, which says what it would take on a machine with nothing else to do.

Memory is that of serve and all its children, four times a second: the sum of PSS and of RSS (/proc/PID/smaps_rollup). Exits 1 where the
peak is over 350 MiB, or a page took a second or more in any phase.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote, urlsplit

from measure_size import stretched_after
from measure_years import begin, list_text
from pages_server import ADDRESS, served
from watched_pages import WatchedPage, watched_pages

from archive.reading import Reader, open_reader
from scraper import watchlist

PROMISED_MIB, PROMISED_S = 350, 1.0
SAMPLE_S = 0.25
COMMAND = Path(sys.executable).with_name("variorum")
MIB = 1 << 20


# -- memory


@dataclass(slots=True)
class Memory:
    """The peaks of a process and its descendants, by phase."""

    pid: int
    phase: str = ""
    pss: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rss: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    parts: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # at the peak of each phase

    def sample(self) -> None:
        found = [(name_of(pid), *pss_rss(pid)) for pid in family(self.pid)]
        pss, rss = sum(row[1] for row in found), sum(row[2] for row in found)
        if pss > self.pss[self.phase]:
            self.pss[self.phase] = pss
            self.parts[self.phase] = [(name, size) for name, size, _ in found]
        self.rss[self.phase] = max(self.rss[self.phase], rss)


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for one in found:
        for tasks in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, tasks.read_text().split())
            except OSError:
                continue
    return found


def pss_rss(pid: int) -> tuple[int, int]:
    """Bytes; zeros of a process that has ended."""
    try:
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    except (OSError, ValueError):
        return 0, 0
    return int(lines["Pss"].split()[0]) * 1024, int(lines["Rss"].split()[0]) * 1024


def name_of(pid: int) -> str:
    try:
        return "parser" if b"parser_worker" in Path(f"/proc/{pid}/cmdline").read_bytes() else "serve"
    except OSError:
        return "ended"


@contextmanager
def sampled(memory: Memory) -> Iterator[None]:
    over = threading.Event()

    def run() -> None:
        while not over.wait(SAMPLE_S):
            memory.sample()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# -- readers


@dataclass(slots=True)
class Answers:
    """Seconds of answers, by phase and kind of page."""

    phase: str = ""
    taken: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    wrong: list[str] = field(default_factory=list)

    def get(self, service: str, kind: str, path: str) -> None:
        phase, began_s = self.phase, time.perf_counter()
        with closing(http.client.HTTPConnection(urlsplit(service).netloc, timeout=60)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
        self.taken[phase][kind].append(time.perf_counter() - began_s)
        if response.status not in (200, 302):
            self.wrong.append(f"{response.status} {path}")


@contextmanager
def reading(answers: Answers, service: str, empty: str, addresses: Addresses, readers: int) -> Iterator[None]:
    over = threading.Event()

    def run(number: int) -> None:
        rng = random.Random(number)
        while not over.is_set():
            kinds = list(addresses.kinds)
            rng.shuffle(kinds)
            for kind in kinds:
                if over.is_set():
                    break
                answers.get(service, kind, addresses.kinds[kind](rng))
                answers.get(empty, EMPTY, "/")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


EMPTY = "(empty Datasette)"


def cpu_s(pid: int) -> float:
    """Of all threads of a process that still run."""
    spent = [int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(spent) / 1e9


def one_at_a_time(service: str, pid: int, kinds: dict[str, Callable[[random.Random], str]]) -> dict[str, float]:
    """Median of the milliseconds of processor time that each kind takes, asked five times in a service that is at rest."""
    rng, found, answers = random.Random(0), {}, Answers()
    for kind, path in kinds.items():
        spent = []
        for _ in range(5):
            before_s = cpu_s(pid)
            answers.get(service, kind, path(rng))
            spent.append((cpu_s(pid) - before_s) * 1000)
        found[kind] = median(spent)
    return found


class Addresses:
    """The kinds of pages that the reading room has, each as a function that draws an address."""

    def __init__(self, reader: Reader) -> None:
        self.pages = [page for page in reader.pages() if page.revisions]
        self.changed = [page for page in self.pages if page.revisions > 1] or self.pages
        self.largest = max(self.pages, key=lambda page: reader.revision(page.slug).row.words)
        self.seqs = {page.slug: page.observation for page in self.pages}
        self.words = sorted({word for page in self.pages for word in page.title.split() if len(word) > 4})
        self.kinds: dict[str, Callable[[random.Random], str]] = {
            "/": lambda rng: f"/?n={rng.randint(1, 3)}&sort={rng.choice(('changed', 'name', 'trouble'))}",
            "/page/SLUG": lambda rng: f"/page/{self._any(rng)}",
            "revision": lambda rng: f"/page/{self._any(rng)}/1",
            "revision of the largest": lambda rng: f"/page/{self.largest.slug}/{self.largest.revisions}",
            "diff": self._diff,
            "at": self._at,
            "looks": lambda rng: f"/page/{self._any(rng)}/looks",
            "calendar": lambda rng: f"/page/{self._any(rng)}/calendar",
            "lifetimes": lambda rng: f"/page/{self._any(rng)}/lifetimes",
            "lifetimes of the largest": lambda rng: f"/page/{self.largest.slug}/lifetimes",
            "when": lambda rng: f"/when?phrase={quote(' '.join(rng.choice(self.pages).title.split()[:3]))}",
            "search": lambda rng: f"/search?q={quote(rng.choice(self.words))}",
            "statement": lambda rng: f"/statement/{rng.choice(self.pages).statement}",
            "health": lambda rng: "/-/health.json",
            "feed": lambda rng: rng.choice(("/feed.atom", f"/page/{self._any(rng)}/feed.atom")),
            "timemap": lambda rng: f"/timemap/link/{rng.choice(self.pages).url}",
            "timegate": lambda rng: f"/timegate/{rng.choice(self.pages).url}",
            "table": lambda rng: "/archive/observations?_sort_desc=seq&_size=50",
        }

    def _any(self, rng: random.Random) -> str:
        return rng.choice(self.pages).slug

    def _diff(self, rng: random.Random) -> str:
        page = rng.choice(self.changed)
        return f"/page/{page.slug}/{max(1, page.revisions - 1)}..{page.revisions}"

    def _at(self, rng: random.Random) -> str:
        slug = self._any(rng)
        return f"/page/{slug}/at/{self.seqs[slug]}"


# -- processes


@contextmanager
def started(arguments: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()


def said(log: Path, process: subprocess.Popen[bytes], what: str) -> str:
    """The word of the log that begins with `what`, as soon as it is there."""
    while process.poll() is None:
        word = next((word for word in log.read_text("utf-8", "replace").split() if word.startswith(what)), None)
        if word is not None:
            return word.rstrip("/")
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} ended: {log.read_text('utf-8', 'replace')[-2000:]}")


def peak_of(arguments: list[str], *, sound: bool) -> tuple[float, float]:
    """Runs it to its end: (seconds, peak RSS in MiB). What finds damage where the archive is not `sound` has done what it should."""
    began_s = time.monotonic()
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    trouble = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ((0,) if sound else (0, 9)):
        raise RuntimeError(f"{arguments}: {trouble.decode()}")
    return time.monotonic() - began_s, used.ru_maxrss / 1024


# -- the run


def measured(home: Path, options: argparse.Namespace) -> dict[str, Any]:
    watched, address = watched_pages(options.pages), ADDRESS % options.port
    looks = make_history(home, address, watched, options.days, options.stretched)
    fetch = f'delay = "{options.delay}"\nallow_addresses = ["127.0.0.0/8"]'

    def write_list(every: str) -> None:
        text = list_text(address, watched, every=every, fetch=fetch)
        (home / watchlist.FILE_NAME).write_text(text, "utf-8")

    with ExitStack() as stack:
        stack.enter_context(served(watched, options.port))
        write_list("1h")
        with open_reader(home / "archive.db") as reader:
            addresses = Addresses(reader)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (scratch / "empty.db").touch()
        plain = [sys.executable, "-m", "datasette", "serve", str(scratch / "empty.db"), "--port", "0"]
        beside = stack.enter_context(started(plain, scratch / "plain"))
        empty = said(scratch / "plain", beside, "http://")
        log = home / "serve.log"
        serve = stack.enter_context(started([str(COMMAND), "--home", str(home), "serve", "--port", "0"], log))
        service = said(log, serve, "http://")
        alone = one_at_a_time(service, serve.pid, addresses.kinds)
        alone[EMPTY] = one_at_a_time(empty, beside.pid, {EMPTY: lambda rng: "/"})[EMPTY]
        memory, answers = Memory(serve.pid, "hourly looks"), Answers("hourly looks")
        apart = {}
        with sampled(memory), reading(answers, service, empty, addresses, options.readers):

            def phase(name: str) -> None:
                memory.phase = answers.phase = name

            time.sleep(options.seconds)
            phase("reload")
            for every in ("2h", "1h", "90m", options.every):
                write_list(every)
                serve.send_signal(signal.SIGHUP)
                time.sleep(options.seconds / 8)
            phase("round")
            time.sleep(options.seconds)
            commands = {"round and backup": ["backup", str(scratch / "backup")]}
            if not options.stretched:
                commands["round and verify --deep"] = ["verify", "--deep"]
            for name, command in commands.items():
                phase(name)
                apart[name] = peak_of([str(COMMAND), "--home", str(home), *command], sound=not options.stretched)
        recorded = log.read_text("utf-8", "replace").count("Z  ")
    return {
        "pages": options.pages,
        "looks_before": looks,
        "looks_served": recorded,
        "database_bytes": (home / "archive.db").stat().st_size,
        "pss_mib": {name: size / MIB for name, size in memory.pss.items()},
        "rss_mib": {name: size / MIB for name, size in memory.rss.items()},
        "parts_mib": {
            name: [(part, round(size / MIB, 1)) for part, size in parts] for name, parts in memory.parts.items()
        },
        "apart": {name: {"seconds": seconds, "rss_mib": rss} for name, (seconds, rss) in apart.items()},
        "cpu_ms_alone": alone,
        "answers_ms": {
            name: {kind: in_ms(taken) for kind, taken in sorted(kinds.items())} for name, kinds in answers.taken.items()
        },
        "wrong": answers.wrong,
    }


def make_history(home: Path, address: str, watched: list[WatchedPage], days: float, stretched: int) -> int:
    """Looks at the pages until now, where the home has none yet; returns how many there are."""
    if not (home / "archive.db").exists():
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        days = stretched / (24 * len(watched)) + 1 if stretched else days
        archive, simulation = begin(home, address, watched, now - timedelta(days=days))
        with archive:
            if stretched:
                stretched_after(home, simulation).to(stretched)
            else:
                simulation.run(now)
    with open_reader(home / "archive.db") as reader:
        row = reader.row("SELECT count(*) AS n FROM observations")
        assert row is not None
        return int(row["n"])


def in_ms(taken: list[float]) -> dict[str, float]:
    cuts = quantiles(taken, n=20, method="inclusive") if len(taken) > 1 else taken * 19
    figures = {"p50": cuts[9], "p95": cuts[18], "max": max(taken)}
    return {"count": len(taken), **{name: round(value * 1000, 1) for name, value in figures.items()}}


def broken(found: dict[str, Any]) -> list[str]:
    """The promises that were not kept."""
    told = [f"{name}: peak of {size:.0f} MiB" for name, size in found["pss_mib"].items() if size > PROMISED_MIB]
    for name, kinds in found["answers_ms"].items():
        told += [
            f"{name}: {kind} took {row['max'] / 1000:.2f} s"
            for kind, row in kinds.items()
            if kind != EMPTY and row["max"] >= PROMISED_S * 1000
        ]
    return [*told, *found["wrong"][:10]]


def print_table(found: dict[str, Any]) -> None:
    print(
        f"{found['pages']} pages, {found['looks_before']:,} looks before and {found['looks_served']:,} by the service;"
        f" {found['database_bytes'] / 1e6:.0f} MB\n"
    )
    print(f"{'peak of all processes, MiB':28}{'PSS':>8}{'RSS':>8}")
    for name, size in found["pss_mib"].items():
        print(f"{name:28}{size:8.0f}{found['rss_mib'][name]:8.0f}  {found['parts_mib'].get(name, '')}")
    for name, row in found["apart"].items():
        print(f"{name}: the command itself took {row['seconds']:.0f} s and {row['rss_mib']:.0f} MiB")
    for name, kinds in found["answers_ms"].items():
        print(f"\n{name:28}{'answers':>8}{'p50 ms':>9}{'p95':>9}{'max':>9}{'CPU ms alone':>14}")
        for kind, row in kinds.items():
            alone = found["cpu_ms_alone"][kind]
            print(f"    {kind:24}{row['count']:8}{row['p50']:9.0f}{row['p95']:9.0f}{row['max']:9.0f}{alone:14.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--days", type=float, default=7, help="of history before")
    parser.add_argument(
        "--stretched", type=int, default=0, help="so many looks instead, of which two days are true ones"
    )
    parser.add_argument("--seconds", type=float, default=30, help="of each phase")
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--every", default="20s", help="how often pages are looked at in a round")
    parser.add_argument("--delay", default="1s")
    parser.add_argument("--port", type=int, default=18765)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with nullcontext(options.home) if options.home else tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), options)
    told = broken(found)
    print(json.dumps(found, indent=1)) if options.json else print_table(found)
    for line in told:
        print(f"BROKEN {line}", file=sys.stderr)
    sys.exit(bool(told))


if __name__ == "__main__":
    main()
