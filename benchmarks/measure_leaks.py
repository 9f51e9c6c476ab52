"""What a service holds on to over 100,000 looks: memory, threads, sockets, files, processes; with its clock running fast.

    python benchmarks/measure_leaks.py [--looks 100000] [--first 10000] [--pages 300] [--rate 150] [--home DIR] [--json]

`variorum serve` (rounds, politeness, parsers, outbox, deliverer, checkpoints, reading room) in one process, its clock sped up so
that `--pages` hourly pages make `--rate` looks a second, if the machine can. The pages are those of `unruly_site.py`; alerts go to
a sink that takes them, one that refuses and one that is slow; the reading room is visited; every few thousand looks the watch list
is changed and read again, and a parser is killed. A sample is taken every 1,000 looks. At `--first` and at the end the pages are
taken out of the watch list, and what the service holds at rest is compared.

Broken (exit 1): after `--first` looks the resident memory grows by 10 % or more, or at rest a thread, socket, file, pipe or process is
there at the end that was not. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from unruly_site import pages

HERE = Path(__file__).resolve().parent
EVERY_LOOKS = 1_000  # between two samples
RELOAD_LOOKS = 2_500
KILL_LOOKS = 7_000
GROWTH = 1.10  # of resident memory: less than this
REST_S = 6.0  # without a look, before what is there counts as what stays
REST_SAMPLES = 30  # of which the least counts: a message may be under way
VISITS = (
    *("", "page/edited-27", "page/edited-27.json", "page/edited-27/1", "page/edited-27/lifetimes", "page/gone-26"),
    *("-/health", "feed.atom", "when?phrase=treaty", "archive/pages"),
)
VISITS_S, VISITORS = 2.0, 6
HELD = ("threads", "sockets", "files", "pipes", "others", "processes")
SETTINGS = """contact = "{contact}@example.org"
[defaults]
every = "1h"
[fetch]
delay = "1s"
deadline = "2s"
max_body = "1500KB"
allow_addresses = ["127.0.0.0/8"]
[[alert]]
name = "taken"
on = ["changed", "silent", "held", "gone", "failing", "recovered", "moved"]
confirm = "0"
to = ["json://127.0.1.1:{port}/hook/taken"]
[[alert]]
name = "refused"
to = ["json://127.0.1.1:{port}/hook/refused"]
[[alert]]
name = "slow"
digest = "daily"
to = ["json://127.0.1.1:{port}/hook/slow"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the service's process held after so many looks."""

    looks: int
    elapsed_s: float
    cpu_ms: float  # a look, of the process itself since the sample before
    rss_kb: int
    anon_kb: int
    pss_kb: int
    parsers_kb: int  # resident, of its children together
    archive_mb: float
    threads: int
    sockets: int
    files: int
    pipes: int
    others: int
    processes: int  # its children


class Service:
    """The service as a process, and what it tells of its looks."""

    def __init__(self, home: Path, speed: float) -> None:
        self.looks = 0
        self.outcomes: Counter[str] = Counter()
        self.said: list[str] = []
        self.address = ""
        self.last_s = self._began_s = time.monotonic()
        self._home, self._facts = home, home / "facts.json"
        self._cpu_s = 0.0
        arguments = [str(speed), str(self._facts), "--home", str(home), "serve", "--port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "fast_service.py"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._follow(self.process.stdout, self._looked)
        self._follow(self.process.stderr, self._heard)

    @staticmethod
    def _follow(lines: Iterable[str], take: Callable[[str], None]) -> None:
        def run() -> None:
            for line in lines:
                take(line.rstrip("\n"))

        threading.Thread(target=run, daemon=True).start()

    def _looked(self, line: str) -> None:
        self.looks += 1
        self.last_s = time.monotonic()
        words = line.split()
        self.outcomes[words[2] if len(words) > 2 else line] += 1

    def _heard(self, line: str) -> None:
        found = re.search(r"Reading room: (\S+)", line)
        if found:
            self.address = found[1]
        elif "was read again" not in line:
            self.said.append(line)

    def require(self) -> None:
        if self.process.poll() is not None:
            raise SystemExit("\n".join([f"the service ended by itself ({self.process.returncode}):", *self.said[-20:]]))

    def read_again(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def kill_a_parser(self) -> None:
        for pid in self._children()[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def objects(self) -> dict[str, int]:
        """How many objects there are in the process, by type."""
        self._facts.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        while not self._facts.exists():
            self.require()
            time.sleep(0.05)
        told = json.loads(self._facts.read_text("utf-8"))
        return {
            "all": told["objects"],
            "heap_held_kb": told["held_kb"],
            "heap_free_kb": told["free_kb"],
            **told["types"],
        }

    def sample(self, since_looks: int = 0) -> Sample:
        proc = Path(f"/proc/{self.process.pid}")
        looks, children = self.looks, self._children()
        kinds = Counter(_descriptors(proc / "fd"))
        spent = _text(proc / "stat").rpartition(")")[2].split()[11:13]
        before_s, self._cpu_s = self._cpu_s, sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")
        return Sample(
            looks=looks,
            elapsed_s=round(time.monotonic() - self._began_s, 1),
            cpu_ms=round((self._cpu_s - before_s) * 1000 / max(1, looks - since_looks), 2),
            rss_kb=_number(proc / "status", "VmRSS"),
            anon_kb=_number(proc / "status", "RssAnon"),
            pss_kb=_number(proc / "smaps_rollup", "Pss"),
            parsers_kb=sum(_number(Path(f"/proc/{pid}/status"), "VmRSS") for pid in children),
            archive_mb=round((self._home / "archive.db").stat().st_size / 1e6, 1),
            threads=_number(proc / "status", "Threads"),
            sockets=kinds["socket"],
            files=kinds["file"],
            pipes=kinds["pipe"],
            others=kinds["anon_inode"],
            processes=len(children),
        )

    def _children(self) -> list[int]:
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for tasks in found for pid in _text(tasks).split()]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""  # it has ended meanwhile


def _number(path: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s*(\d+)", _text(path), re.MULTILINE)
    return int(found[1]) if found else 0


def _descriptors(folder: Path) -> Iterator[str]:
    for descriptor in folder.iterdir():
        with suppress(OSError):
            to = os.readlink(descriptor)
            yield "file" if to.startswith("/") else to.partition(":")[0]


class WatchList:
    """The watch list as it is rewritten from one reading to the next."""

    def __init__(self, home: Path, port: int, page_count: int) -> None:
        self._path = home / "variorum.toml"
        self._port = port
        self._pages = pages(page_count)
        self._turn = 0

    def write(self, *, resting: bool = False) -> None:
        """Another one than before: by turns who asks, an alert and a selector differ, and other pages are left out.

        At rest only pages stand in it that are not due again.
        """
        self._turn += 1
        text = SETTINGS.format(contact=f"archive{self._turn % 2}", port=self._port)
        if self._turn % 3 == 0:
            text = text.replace('name = "taken"', 'name = "also"', 1)
        for number, (slug, (host, path)) in enumerate(self._pages.items()):
            if (number > 10 and number % 10 == self._turn % 10) or (resting and number):
                continue
            text += f'[[page]]\nslug = "{slug}"\nurl = "http://{host}:{self._port}{path}"\n'
            if resting:
                text += 'every = "3650d"\n'
            elif number == 11 + self._turn % 7:  # read again from its beginning
                text += 'select = "main"\n'
        written = self._path.with_suffix(".part")
        written.write_text(text, "utf-8")
        os.replace(written, self._path)


@contextmanager
def site_served() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "unruly_site.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.communicate()


@contextmanager
def visited(service: Service) -> Iterator[Counter[str]]:
    """The reading room is read all the while, now and then by several at once; how it answered."""
    answers: Counter[str] = Counter()
    over = threading.Event()

    def run() -> None:
        turn = 0
        with ThreadPoolExecutor(VISITORS) as visitors:
            while not over.wait(VISITS_S):
                if service.address:
                    turn += 1
                    places = [service.address + VISITS[(turn + place) % len(VISITS)] for place in range(VISITORS)]
                    answers.update(visitors.map(_visit, places if turn % VISITORS == 0 else places[:1]))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


def _visit(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own
            answer.read()
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return type(error).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is held while nothing is looked at: the least of several samples."""

    looks: int
    held: dict[str, int]
    objects: dict[str, int]


def rest(service: Service, watch_list: WatchList) -> Rest:
    """Take the pages out, wait until nothing goes on, see what is there, and put them back."""
    watch_list.write(resting=True)
    service.read_again()
    while time.monotonic() < service.last_s + REST_S:
        service.require()
        time.sleep(0.1)
    held = dict.fromkeys(HELD, 10**9)
    for _ in range(REST_SAMPLES):
        seen = asdict(service.sample())
        held = {name: min(most, seen[name]) for name, most in held.items()}
        time.sleep(0.2)
    found = Rest(looks=service.looks, held=held, objects=service.objects())
    watch_list.write()
    service.read_again()
    return found


def measure(
    service: Service, watch_list: WatchList, *, looks: int, first: int, told: Callable[[Sample], None]
) -> tuple[list[Sample], list[Rest]]:
    """Samples until so many looks were made, and what was held at rest at `first` and at the end."""
    samples: list[Sample] = []
    rests: list[Rest] = []
    for due in range(EVERY_LOOKS, looks + 1, EVERY_LOOKS):
        while service.looks < due:
            service.require()
            time.sleep(0.02)
        samples.append(service.sample(samples[-1].looks if samples else 0))
        told(samples[-1])
        if due in (first, looks):
            rests.append(rest(service, watch_list))
        elif due % RELOAD_LOOKS < EVERY_LOOKS:
            watch_list.write()
            service.read_again()
        if due % KILL_LOOKS < EVERY_LOOKS:
            service.kill_a_parser()
    return samples, rests


def verdicts(samples: list[Sample], rests: list[Rest], first: int) -> list[tuple[bool, str]]:
    """(whether it holds, what) of each promise."""
    early = max(one.rss_kb for one in samples if one.looks <= first + EVERY_LOOKS)
    later = [one.rss_kb for one in samples if one.looks > first + EVERY_LOOKS] or [early]
    most, last = max(later), sorted(later[-10:])[len(later[-10:]) // 2]
    found = [
        (
            most < early * GROWTH,
            f"resident memory: at most {early:,} kB in the first {first:,} looks, at most {most:,} kB later"
            f" ({most / early - 1:+.1%}), {last:,} kB in the end ({last / early - 1:+.1%})",
        )
    ]
    before, after = rests[0].held, rests[-1].held
    for name in HELD:
        found.append((after[name] <= before[name], f"{name} at rest: {before[name]} then, {after[name]} in the end"))
    return found


def print_line(one: Sample) -> None:
    """A sample as a line of the table."""
    row = asdict(one)
    print("".join(f"{row[name]:>{width},}" for name, width in COLUMNS), flush=True)


COLUMNS = (
    *(("looks", 9), ("elapsed_s", 10), ("cpu_ms", 8), ("rss_kb", 9), ("anon_kb", 9), ("pss_kb", 9), ("parsers_kb", 11)),
    *(("archive_mb", 11), ("threads", 8), ("sockets", 8), ("files", 6), ("pipes", 6), ("others", 7), ("processes", 10)),
)


def print_rests(rests: list[Rest]) -> None:
    """Of which types of objects there are more."""
    before, after = rests[0].objects, rests[-1].objects
    grown = {name: count - before.get(name, 0) for name, count in after.items()}
    print("\nat rest:")
    for one in rests:
        heap = f"{one.objects['heap_held_kb']:,} kB in the heaps, {one.objects['heap_free_kb']:,} kB of them free"
        print(f"  after {one.looks:,} looks {one.objects['all']:,} objects; {heap}")
    for name, more in sorted(grown.items(), key=lambda item: -item[1])[:8]:
        print(f"  {more:+8,} {name}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--looks", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=10_000, help="looks after which nothing should grow any more")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rate", type=float, default=150, help="looks a second, at most")
    parser.add_argument("--home", type=Path, help="a new folder that is kept")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        home = given.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(exist_ok=True)
        watch_list = WatchList(home, stack.enter_context(site_served()), given.pages)
        watch_list.write()
        service = Service(home, 3600 * given.rate / given.pages)
        stack.callback(service.process.kill)
        answers = stack.enter_context(visited(service))
        if not given.json:
            print("".join(f"{name:>{width}}" for name, width in COLUMNS))
        told = (lambda one: None) if given.json else print_line
        samples, rests = measure(service, watch_list, looks=given.looks, first=given.first, told=told)
        service.process.send_signal(signal.SIGTERM)
        ended = service.process.wait(60)
    found = [*verdicts(samples, rests, given.first), (ended == 0, f"exit code {ended}")]
    if given.json:
        told_of = {"samples": list(map(asdict, samples)), "rests": list(map(asdict, rests)), "answers": answers}
        told_of |= {"outcomes": service.outcomes, "said": service.said[-50:]}
        print(json.dumps({**told_of, "verdicts": [{"holds": holds, "what": what} for holds, what in found]}, indent=1))
    else:
        print_rests(rests)
        print("outcomes:", dict(service.outcomes.most_common()))
        print("the reading room answered:", dict(answers))
        print("the service said, last:", *service.said[-10:], sep="\n  ")
        for holds, what in found:
            print(f"{'ok    ' if holds else 'BROKEN'} {what}")
    return 0 if all(holds for holds, _ in found) else 1


if __name__ == "__main__":
    sys.exit(main())
