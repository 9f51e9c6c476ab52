"""A round of many pages on many hosts, some of them slow and some dead: how long it takes, and how polite it was.

    python benchmarks/measure_round.py [--pages 2000] [--hosts 50] [--slow 10] [--dead 5] [--delay 1] [--deadline 30]
        [--shape uneven|heavy|hanging|names] [--no-robots] [--skip serve,naive] [--json]

The hosts are real servers on loopback addresses in a process of their own, and it is their log that is believed. The program is run
as people run it: `variorum check` twice (pages are new, then as they were), then `variorum serve`. A host needs what it took for its
answers and `delay` after each but the last; the round's bound is the need of the host that needs most. Beside it, in the same run:
a pool of threads with `requests`, which knows nothing of hosts. Shapes: `uneven`, hosts from one page to many; `heavy`, one host has
0.6 of all pages; `hanging`, dead hosts let their robots.txt be read and answer for no page; `names`, uneven and two hosts by name
at one address and port.

Exits 1 where a promise is broken: two requests at once to a host, a gap shorter than `delay`, a page not looked at exactly once, a
round longer than SLACK times its bound and START_S.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

import requests
from round_hosts import DEAD, HANGING, SLOW, WELL, Request, read_log

HERE = Path(__file__).resolve().parent
COMMAND = [str(Path(sys.executable).parent / "variorum")]
SLACK, START_S = 1.1, 10.0
POOL = 32
GIVE_UP_S = 3600
SHAPES = ("uneven", "heavy", "hanging", "names")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Pages by the host that has them: name, address that serves it, kind."""

    names: tuple[str, ...]
    address: dict[str, str]
    kind: dict[str, str]
    pages: dict[str, int]

    @property
    def servers(self) -> list[str]:
        kinds = {self.address[name]: self.kind[name] for name in self.names}
        return [f"{kind}={address}" for address, kind in kinds.items()]

    def living(self, name: str) -> bool:
        return self.kind[name] in (WELL, *SLOW)


def plan_of(pages: int, hosts: int, slow: int, dead: int, shape: str) -> Plan:
    """Slow and dead hosts are spread over the sizes; sizes fall as 1/sqrt(rank), but for the heavy one."""
    addresses = [f"127.0.{1 + n // 200}.{1 + n % 200}" for n in range(hosts)]
    order = sorted(range(hosts), key=lambda n: (n * 7 + 3) % hosts)
    kind = dict.fromkeys(addresses, WELL)
    kind |= {addresses[n]: SLOW[i % len(SLOW)] for i, n in enumerate(order[:slow])}
    dead_kinds = (HANGING,) if shape == "hanging" else DEAD
    kind |= {addresses[n]: dead_kinds[i % len(dead_kinds)] for i, n in enumerate(order[slow : slow + dead])}
    names = list(addresses)
    address = {name: name for name in names}
    if shape == "names":
        address |= {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1"}
        kind |= {"127.0.0.1": WELL, "localhost": WELL}
        names += ["127.0.0.1", "localhost"]
    heavy = next(name for name in names if kind[name] == WELL) if shape == "heavy" else ""
    weights = {name: (n + 1) ** -0.5 for n, name in enumerate(names) if name != heavy}
    left = pages - (int(pages * 0.6) if heavy else 0)
    number = {name: max(1, round(left * weight / sum(weights.values()))) for name, weight in weights.items()}
    last = next(name for name in reversed(names) if kind[name] == WELL and name != heavy)
    number[last] = max(1, number[last] + left - sum(number.values()))
    if heavy:
        number[heavy] = pages - sum(number.values())
    return Plan(names=tuple(names), address=address, kind=kind, pages=number)


# what the servers' log says


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStory:
    """One host in one round."""

    name: str
    kind: str
    requests: int
    need_s: float  # what its answers took, and the delay between them
    ended_s: float  # since the round's first request
    smallest_gap_s: float | None
    overlaps: int
    short_gaps: int

    @property
    def late_s(self) -> float:
        return self.ended_s - self.need_s


def stories(log: Sequence[Request], plan: Plan, delay_s: float) -> list[HostStory]:
    by_host: defaultdict[str, list[Request]] = defaultdict(list)
    for request in log:
        by_host[request.host].append(request)
    return [
        story(name, plan.kind[name], asked, log[0].begun_s, 0.0 if plan.kind[name] == "closing" else delay_s)
        for name, asked in by_host.items()
    ]


def story(name: str, kind: str, asked: list[Request], began_s: float, delay_s: float) -> HostStory:
    """A host that closes at once is asked again on another connection, as one whose kept connection was stale: no delay is due."""
    gaps = [later.begun_s - earlier.ended_s for earlier, later in pairwise(asked)]
    return HostStory(
        name=name,
        kind=kind,
        requests=len(asked),
        need_s=sum(request.ended_s - request.begun_s for request in asked) + delay_s * (len(asked) - 1),
        ended_s=max(request.ended_s for request in asked) - began_s,
        smallest_gap_s=min(gaps, default=None),
        overlaps=sum(gap < 0 for gap in gaps),
        short_gaps=sum(0 <= gap < delay_s for gap in gaps),
    )


@dataclass(slots=True, kw_only=True)
class Figures:
    """What one round came to."""

    what: str
    pages: int
    looked_at: int
    outcomes: dict[str, int] = field(default_factory=dict)
    wall_s: float = 0.0  # of the whole process
    asked_s: float = 0.0  # from the first request to the last answer
    bound_s: float = 0.0
    slowest: str = ""
    one_after_another_s: float = 0.0  # one host after the other, as politely
    requests: int = 0
    overlaps: int = 0
    short_gaps: int = 0
    smallest_gap_s: float | None = None
    late_median_s: float = 0.0
    late_most_s: float = 0.0
    latest: str = ""
    idle_share: float = 0.0  # of the slowest host's time
    peak_mib: float = 0.0
    main_cpu_ms: float = 0.0  # a look
    parsers_cpu_ms: float = 0.0
    unseen_dead: int = 0  # pages of dead hosts that a schedule leaves alone
    broken: list[str] = field(default_factory=list)

    def tell(self, log: list[Request], plan: Plan, delay_s: float) -> None:
        found = stories(log, plan, delay_s)
        if not found:
            return
        slowest, latest = max(found, key=lambda host: host.need_s), max(found, key=lambda host: host.late_s)
        gaps = [host.smallest_gap_s for host in found if host.smallest_gap_s is not None and host.kind != "closing"]
        self.requests = len(log)
        self.asked_s = max(host.ended_s for host in found)
        self.bound_s, self.slowest = slowest.need_s, f"{slowest.name} ({slowest.kind}, {slowest.requests} requests)"
        self.one_after_another_s = sum(host.need_s for host in found)
        self.overlaps = sum(host.overlaps for host in found)
        self.short_gaps = sum(host.short_gaps for host in found)
        self.smallest_gap_s = min(gaps, default=None)
        self.late_median_s = median(host.late_s for host in found)
        self.late_most_s, self.latest = latest.late_s, f"{latest.name} ({latest.kind}, {latest.requests} requests)"
        self.idle_share = slowest.late_s / slowest.ended_s

    def judge(self) -> None:
        """Find the promises that were broken."""
        if self.overlaps:
            self.broken.append(f"{self.overlaps} requests began while their host was answering another")
        if self.short_gaps:
            self.broken.append(f"{self.short_gaps} gaps were shorter than the delay")
        if self.looked_at + self.unseen_dead != self.pages:
            self.broken.append(f"{self.looked_at} of {self.pages} pages were looked at")
        if self.asked_s > SLACK * self.bound_s + START_S:
            self.broken.append(f"took {self.asked_s:.1f} s where its slowest host needs {self.bound_s:.1f} s")


# what runs


class Watch:
    """Samples the memory and processor time of a process and its children until `stop`."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self.main_cpu_s = self.children_cpu_s = 0.0
        self._pid = pid
        self._cpu: dict[int, float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self.main_cpu_s = self._cpu.get(self._pid, 0.0)
        self.children_cpu_s = sum(self._cpu.values()) - self.main_cpu_s

    def _run(self) -> None:
        while not self._stopped.wait(0.5):
            self.peak_bytes = max(self.peak_bytes, sum(self._sample(pid) for pid in self._pids()))

    def _pids(self) -> list[int]:
        try:
            children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
            tasks = os.listdir(f"/proc/{self._pid}/task")
            for task in tasks:
                children += Path(f"/proc/{self._pid}/task/{task}/children").read_text().split()
        except OSError:
            children = []
        return [self._pid, *{int(child) for child in children}]

    def _sample(self, pid: int) -> int:
        """The process's proportional memory."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            self._cpu[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            match = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        except OSError:
            return 0
        return int(match[1]) * 1024 if match else 0


class Ground:
    """The hosts, serving, and a home that watches their pages."""

    def __init__(self, folder: Path, plan: Plan, ports: dict[str, int], arguments: argparse.Namespace) -> None:
        self.plan = plan
        self.delay_s = arguments.delay
        self.home = folder / "home"
        self._log = folder / "log"
        self._read_to = 0
        self.urls = {
            f"h{host}-{n}": f"http://{name}:{ports[plan.address[name]]}/page/{n}"
            for host, name in enumerate(plan.names)
            for n in range(plan.pages[name])
        }
        self.host_of = {f"h{h}-{n}": name for h, name in enumerate(plan.names) for n in range(plan.pages[name])}
        subprocess.run([*COMMAND, "--home", str(self.home), "init"], check=True, stderr=subprocess.DEVNULL)
        pages = "".join(f'\n[[page]]\nslug = "{slug}"\nurl = "{url}"\n' for slug, url in self.urls.items())
        (self.home / "variorum.toml").write_text(
            f'contact = "desk@archive.example"\n\n[defaults]\nevery = "1d"\n\n[fetch]\ndelay = "{arguments.delay:g}s"\n'
            f'deadline = "{arguments.deadline:g}s"\nrobots = {str(not arguments.no_robots).lower()}\n'
            f'allow_addresses = ["127.0.0.0/8", "::1"]\n{pages}',
            "utf-8",
        )

    def new_requests(self) -> list[Request]:
        """What the servers logged since the last time."""
        lines = self._log.read_text("utf-8").splitlines()
        fresh, self._read_to = lines[self._read_to :], len(lines)
        return read_log(fresh)


@contextmanager
def grounds(arguments: argparse.Namespace) -> Iterator[Ground]:
    plan = plan_of(arguments.pages, arguments.hosts, arguments.slow, arguments.dead, arguments.shape)
    folder = Path(tempfile.mkdtemp(prefix="round-"))
    server = subprocess.Popen(
        [sys.executable, str(HERE / "round_hosts.py"), str(folder / "log"), *plan.servers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield Ground(folder, plan, json.loads(server.stdout.readline()), arguments)
    finally:
        server.stdin.close()
        server.wait()
        shutil.rmtree(folder)


def by_hand(ground: Ground, what: str) -> Figures:
    """One `variorum check` of all pages."""
    ground.new_requests()
    began_s = time.monotonic()
    process = subprocess.Popen(
        [*COMMAND, "--home", str(ground.home), "check", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watch = Watch(process.pid)
    said, _ = process.communicate(timeout=GIVE_UP_S)
    watch.stop()
    rows = [json.loads(line) for line in said.splitlines()]
    figures = figures_of(what, ground, [row["page"] for row in rows], [row["outcome"] for row in rows], watch)
    figures.wall_s = time.monotonic() - began_s
    figures.judge()
    return figures


def on_schedule(ground: Ground) -> Figures:
    """`variorum serve` until each page of a living host was looked at."""
    ground.new_requests()
    wanted = {slug for slug, name in ground.host_of.items() if ground.plan.living(name)}
    began_s = time.monotonic()
    process = subprocess.Popen(
        [*COMMAND, "--home", str(ground.home), "serve", "--port", "0", "--log-format", "json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = Watch(process.pid)
    assert process.stderr is not None
    looks: list[tuple[str, str]] = []
    for line in process.stderr:
        said = json.loads(line)
        if said.get("event") == "look":
            looks.append((said["page"], said["outcome"]))
            wanted.discard(said["page"])
        if not wanted or time.monotonic() > began_s + GIVE_UP_S:
            break
    process.terminate()
    process.stderr.read()
    process.wait()
    watch.stop()
    figures = figures_of("serve", ground, [slug for slug, _ in looks], [outcome for _, outcome in looks], watch)
    seen = {slug for slug, _ in looks}
    figures.unseen_dead = sum(
        slug not in seen and not ground.plan.living(name) for slug, name in ground.host_of.items()
    )
    figures.wall_s = time.monotonic() - began_s
    figures.judge()
    return figures


def figures_of(what: str, ground: Ground, slugs: list[str], outcomes: list[str], watch: Watch) -> Figures:
    figures = Figures(what=what, pages=len(ground.urls), looked_at=len(set(slugs)), outcomes=dict(Counter(outcomes)))
    figures.tell(ground.new_requests(), ground.plan, ground.delay_s)
    figures.peak_mib = watch.peak_bytes / 1024**2
    figures.main_cpu_ms = 1000 * watch.main_cpu_s / len(slugs)
    figures.parsers_cpu_ms = 1000 * watch.children_cpu_s / len(slugs)
    if len(slugs) != len(set(slugs)):
        figures.broken.append(f"{len(slugs) - len(set(slugs))} looks were at a page that had been looked at")
    return figures


def naively(ground: Ground, deadline_s: float) -> Figures:
    """The same pages by a pool of threads."""
    ground.new_requests()

    def get(url: str) -> str:
        try:
            return str(requests.get(url, timeout=deadline_s).status_code)
        except requests.RequestException as error:
            return type(error).__name__

    before, began_s = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    with ThreadPoolExecutor(POOL) as pool:
        outcomes = Counter(pool.map(get, ground.urls.values()))
    after = resource.getrusage(resource.RUSAGE_SELF)
    pages = len(ground.urls)
    figures = Figures(what=f"pool of {POOL}", pages=pages, looked_at=pages, outcomes=dict(outcomes))
    figures.wall_s = time.monotonic() - began_s
    figures.main_cpu_ms = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / pages
    figures.tell(ground.new_requests(), ground.plan, ground.delay_s)
    return figures


ROWS: dict[str, Callable[[Figures], str]] = {
    "pages looked at": lambda f: f"{f.looked_at} of {f.pages}",
    "requests": lambda f: str(f.requests),
    "whole process, s": lambda f: f"{f.wall_s:.1f}",
    "first request to last answer, s": lambda f: f"{f.asked_s:.1f}",
    "bound: slowest polite host, s": lambda f: f"{f.bound_s:.1f}",
    "  over the bound": lambda f: f"{f.asked_s / f.bound_s:.3f}" if f.bound_s else "",
    "hosts one after another, s": lambda f: f"{f.one_after_another_s:.0f}",
    "requests at once to a host": lambda f: str(f.overlaps),
    "gaps shorter than the delay": lambda f: str(f.short_gaps),
    "smallest gap, s": lambda f: "" if f.smallest_gap_s is None else f"{f.smallest_gap_s:.4f}",
    "lateness of a host, median, s": lambda f: f"{f.late_median_s:.2f}",
    "lateness of a host, most, s": lambda f: f"{f.late_most_s:.2f}",
    "idle share of the slowest host": lambda f: f"{f.idle_share:.3f}",
    "peak memory, all processes, MiB": lambda f: f"{f.peak_mib:.0f}" if f.peak_mib else "",
    "CPU a page, main process, ms": lambda f: f"{f.main_cpu_ms:.2f}",
    "CPU a page, parsers, ms": lambda f: f"{f.parsers_cpu_ms:.2f}" if f.parsers_cpu_ms else "",
}


def show(found: list[Figures]) -> None:
    print(f"{'':34}" + "".join(f"{figures.what:>16}" for figures in found))
    for name, value in ROWS.items():
        print(f"{name:34}" + "".join(f"{value(figures):>16}" for figures in found))
    for figures in found:
        came = ", ".join(f"{n} {outcome}" for outcome, n in sorted(figures.outcomes.items()))
        left = f"; {figures.unseen_dead} of dead hosts left alone" if figures.unseen_dead else ""
        print(f"{figures.what}: {came}{left}. Slowest {figures.slowest}; latest {figures.latest}.")
        for broken in figures.broken:
            print(f"BROKEN: {figures.what}: {broken}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in {"pages": 2000, "hosts": 50, "slow": 10, "dead": 5}.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--deadline", type=float, default=30.0)
    parser.add_argument("--shape", choices=SHAPES, default="uneven")
    parser.add_argument("--no-robots", action="store_true")
    parser.add_argument("--skip", default="", help="again, serve, naive")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    runs: dict[str, Callable[[Ground], Figures]] = {
        "first": lambda ground: by_hand(ground, "check, new"),
        "again": lambda ground: by_hand(ground, "check, again"),
        "serve": on_schedule,
        "naive": lambda ground: naively(ground, arguments.deadline),
    }
    with grounds(arguments) as ground:
        found = []
        for name, run in runs.items():
            if name not in arguments.skip.split(","):
                found.append(run(ground))
                print(f"{found[-1].what}: {found[-1].wall_s:.0f} s", file=sys.stderr)
    if arguments.json:
        print(json.dumps([asdict(figures) for figures in found]))
    else:
        show(found)
    return 1 if any(figures.broken for figures in found) else 0


if __name__ == "__main__":
    sys.exit(main())
