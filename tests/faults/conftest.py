"""The installed program in a home of its own, run under strace, which records what it writes or makes a call of it fail."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.opening import DATABASE, connect_for_reading
from archive.verify import verify

COMMAND = Path(sys.executable).with_name("variorum")
PAGES = ("strait", "ferry")
WRITES = "pwrite64,fdatasync,fsync,ftruncate,unlink,rename"
ALL = bool(os.environ.get("FAULTS"))  # `make faults` tries every moment, the suite a few


@pytest.fixture(scope="session")
def chosen() -> Callable[[int, int], list[int]]:
    """Which moments from 1 to a count are tried: all of them, or a few spread evenly."""

    def choose(count: int, few: int) -> list[int]:
        if ALL or count <= few:
            return list(range(1, count + 1))
        return sorted({1 + int((number + 0.5) * count / few) for number in range(few)})

    return choose


@dataclass(frozen=True)
class Run:
    """How one run ended, and the observations that it reported."""

    code: int
    out: str
    err: str


def reported_in(out: str) -> set[tuple[int, str]]:
    """The observations in what `check --json` printed, without a line that was cut off."""
    found = [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return {(row["observation"], row["page"]) for row in found}


@dataclass
class Home:
    """A home with two pages that are worded anew at every look."""

    path: Path
    reported: set[tuple[int, str]] = field(default_factory=set)

    @property
    def database(self) -> Path:
        return self.path / DATABASE

    def run(self, *arguments: str, before: Sequence[str] = ()) -> Run:
        """One run of the installed command, behind another command that takes it as its arguments."""
        done = subprocess.run(
            [*before, COMMAND, "--home", self.path, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        run = Run(done.returncode, done.stdout, done.stderr)
        if "--json" in arguments and arguments[0] == "check":
            self.told(run.out)
        return run

    def told(self, out: str) -> None:
        self.reported |= reported_in(out)

    def check(self, before: Sequence[str] = ()) -> Run:
        return self.run("check", "--json", before=before)

    def traced(self, *options: str) -> list[str]:
        """strace with these options, for what touches the archive's files."""
        files = [self.database, *(self.database.with_name(DATABASE + end) for end in ("-wal", "-shm", "-journal"))]
        files += [self.path / "archive.checkpoint", self.path]
        paths = list(itertools.chain.from_iterable(("-P", str(file)) for file in files))
        return ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={WRITES}", *paths, *options]

    def require_sound(self) -> None:
        """All that was ever reported is there, and nothing is damaged."""
        found = rows(self.database, "SELECT o.seq, p.slug FROM observations o JOIN pages p ON p.id = o.page_id")
        assert self.reported <= set(found), sorted(self.reported - set(found))
        assert [finding.line for finding in verify(self.database, deep=True).damages] == []

    def copy(self, target: Path) -> Home:
        shutil.copytree(self.path, target)
        return Home(target, set(self.reported))


def rows(path: Path, sql: str) -> list[Any]:
    conn = connect_for_reading(path)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """The address of a site that words its pages anew at every request."""
    editions = itertools.count()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            body = page(next(editions))
            self.send_response(404 if self.path == "/robots.txt" else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed client breaks its pipe
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def page(edition: int) -> bytes:
    return (
        '<!doctype html><html lang="en"><head><title>Position on the Lower Strait</title></head><body><main>'
        f"<h1>Position on the Lower Strait</h1><p>Veldania asks {20 + edition} states to keep to the agreement of 14 March,"
        " which both coasts have signed.</p><p>Fishing vessels of either coast must not be stopped outside the twelve-mile"
        " zone. Where one is stopped, its master may turn to the Commission within 30 days.</p></main></body></html>"
    ).encode()


def write_list(path: Path, base: str, *, every: str = "1h") -> None:
    lines = ['contact = "archive@example.org"', "[defaults]", f'every = "{every}"', "[fetch]", 'delay = "0"']
    lines += ["robots = false", 'allow_addresses = ["127.0.0.1"]']
    for slug in PAGES:
        lines += ["[[page]]", f'slug = "{slug}"', f'url = "{base}/{slug}"']
    (path / "variorum.toml").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture(scope="session")
def begun(base: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a key, a checkpoint and two looks at each page; not to be written to."""
    home = Home(tmp_path_factory.mktemp("begun") / "home")
    home.path.mkdir()
    write_list(home.path, base)
    assert home.check().code == 0
    assert home.run("checkpoint", "--init", "--name", "archive.example/log").code == 0
    assert home.check().code == 0
    return home


@pytest.fixture
def home(begun: Home, tmp_path: Path) -> Home:
    """A home of one's own with what `begun` has."""
    return begun.copy(tmp_path / "home")


@pytest.fixture(scope="session")
def strace() -> None:
    """Skips where strace is not there or may not trace."""
    if not sys.platform.startswith("linux") or not shutil.which("strace"):
        pytest.skip("strace is not there; on Debian: apt-get install strace")
    done = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync", "true"], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr.decode()[:200]}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB in memory; skips where none may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk may be mounted here: {done.stderr.decode()[:200]}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def fill() -> Callable[[Path, int], Path]:
    """Fills a disk but for so many bytes, by a file; a program at work may take some of the room meanwhile."""

    def run(place: Path, but_bytes: int) -> Path:
        free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
        path = place / "fill"
        with path.open("wb", buffering=0) as file, suppress(OSError):
            file.write(bytes(max(0, free - but_bytes)))
            while not but_bytes:
                file.write(bytes(4096))
        return path

    return run


CALL = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<args>.*)\) += (?P<result>-?\d+)")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
DESCRIPTOR = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True)
class Call:
    """One call that a run made: `data` is what a write wrote, or the new name of a rename."""

    name: str
    path: str
    offset: int = 0
    data: bytes = b""
    descriptor: int = -1


def calls(trace: Path) -> list[Call]:
    """The calls of a recording made with `-y -xx -s 10000000`, in their order; those that failed are left out."""
    found: list[Call] = []
    for line in trace.read_text("ascii").splitlines():
        match = CALL.match(line)
        if match and int(match["result"]) >= 0:
            call = _call(match["name"], match["args"])
            if call:
                found.append(call)
    return found


def _call(name: str, args: str) -> Call | None:
    strings = [_unhex(text) for text in STRING.findall(args)]
    descriptor = DESCRIPTOR.match(args)
    if descriptor:
        number, path = int(descriptor[1]), _unhex(descriptor[2]).decode("utf-8", "replace")
        if name == "pwrite64":
            return Call(name, path, int(args.rsplit(", ", 1)[1]), strings[0], number)
        if name == "write":
            return Call(name, path, 0, strings[0], number)
        if name == "ftruncate":
            return Call(name, path, int(args.rsplit(", ", 1)[1]))
        if name in ("fdatasync", "fsync"):
            return Call("sync", path)
    elif name == "unlink":
        return Call(name, strings[0].decode())
    elif name == "rename":
        return Call(name, strings[0].decode(), data=strings[1])
    elif name == "openat" and "O_CREAT" in args:
        return Call("create", strings[0].decode())
    return None


def _unhex(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@pytest.fixture(scope="session")
def recorded(begun: Home, strace: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home, list[Call]]:
    """(a home before, the same after, the calls between) of one round that changed both pages."""
    before = begun.copy(tmp_path_factory.mktemp("recorded") / "home")
    after = before.copy(before.path.with_name("after"))
    trace = before.path.with_name("trace")
    options = ["-y", "-xx", "-s", "10000000", "-e", f"trace={WRITES},write,openat", "-o", str(trace)]
    done = after.check(["strace", "-f", "--seccomp-bpf", "-qq", *options])
    assert done.code == 0, done.err
    return before, after, calls(trace)
