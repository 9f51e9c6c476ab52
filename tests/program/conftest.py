"""The installed command as a process of its own, a home for it, and a site on loopback that does what a test says."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
LIKE_FORMULAS = (
    "=HYPERLINK(“http://evil.example/”)",
    "+7 495 000-00-00, “quoted”; @all",
    "- a first point",
    "عربي و English",
)
COMMAND = Path(sys.executable).with_name("variorum")


@dataclass(frozen=True, slots=True)
class Done:
    """How one run of the command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON lines of `check --json`."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def value(self) -> Any:
        """The one JSON value of the other commands."""
        return json.loads(self.out)


# Forks the command from a process that has imported it already, so that hundreds of runs take seconds. Reads a line of JSON
# and answers with the process id; then an empty line, and answers with the exit code when the process has ended.
NURSERY = """
import json, os, sys
import apscheduler.schedulers.background, datasette.app, uvicorn
import archive.export, archive.reading, scraper.check, scraper.cli, scraper.program, scraper.serve, scraper.terminal
while line := sys.stdin.readline():
    run = json.loads(line)
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(run["out"], os.O_WRONLY | os.O_CREAT), 1)
        os.dup2(os.open(run["err"], os.O_WRONLY | os.O_CREAT), 2)
        scraper.cli.main(run["arguments"], prog_name="variorum")
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Runs of the command, one at a time, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.pipe = folder / "pipe"
        os.mkfifo(self.pipe)
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, arguments: Sequence[str], *, out: Path, err: Path) -> int:
        """Begin a run; returns its process id. `finish` must follow. Where `out` is a pipe, the run waits for its reader."""
        return self._asked(json.dumps({"arguments": list(arguments), "out": str(out), "err": str(err)}))

    def finish(self) -> int:
        """The run's exit code, when it has ended; until then its process id is its own."""
        return self._asked("")

    def run(self, arguments: Sequence[str]) -> Done:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            self.start(arguments, out=out, err=err)
            code = self.finish()
            return Done(code, out.read_text("utf-8"), err.read_text("utf-8"))

    def close(self) -> None:
        self._process.communicate()

    def _asked(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@dataclass
class Home:
    """A home folder and the command that works in it."""

    path: Path
    nursery: Nursery
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def watch(self, pages: dict[str, str], *, every: str = "1h", keys: dict[str, str] | None = None) -> None:
        """Write a watch list of these pages (slug, address), with leave for loopback and no delay."""
        lines = ['contact = "archive@example.org"', "[defaults]", f'every = "{every}"', "[fetch]", 'delay = "0"']
        lines += ['allow_addresses = ["127.0.0.1"]']
        for slug, url in pages.items():
            lines += ["[[page]]", f'slug = "{slug}"', f'url = "{url}"']
            lines += [f'{key} = "{value}"' for key, value in (keys or {}).items()]
        (self.path / "variorum.toml").write_text("\n".join(lines) + "\n", "utf-8")

    def run(self, *arguments: str) -> Done:
        """One run of the command to its end."""
        return self.nursery.run(["--home", str(self.path), *arguments])

    def run_installed(self, *arguments: str, **options: Any) -> Done:
        """As `run`, by the installed script; `options` go to `subprocess.run`."""
        ended = subprocess.run(
            [COMMAND, "--home", str(self.path), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )
        return Done(ended.returncode, ended.stdout, ended.stderr)

    def check(self, *, installed: bool = False) -> dict[str, dict[str, Any]]:
        """One look at each page, by slug; fails on a traceback."""
        done = (self.run_installed if installed else self.run)("check", "--json")
        assert "Traceback" not in done.err, done.err
        return {row["page"]: row for row in done.rows}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The command as a running process, ended with the test at the latest."""
        process = subprocess.Popen(
            [COMMAND, "--home", str(self.path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.started.append(process)
        return process

    def history(self, slug: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.run("history", slug, "--json").value
        return rows


@dataclass
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0


class Site:
    """A web site on loopback; what stands at a path may be changed at any time."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.pages: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                site.asked.append(self.path)
                found = site.pages.get(urlsplit(self.path).path, Answer(b"<h1>Not Found</h1>", 404))
                answer = found() if callable(found) else found
                if answer.delay_s:
                    site.pausing.wait(answer.delay_s)
                self.send_response(answer.status)
                headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(answer.body))}
                for name, value in (headers | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

        self.pausing = threading.Event()
        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed client breaks its pipe
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.base = f"http://{address}:{self._server.server_address[1]}"

    def put(self, path: str, html: str, **keys: Any) -> str:
        """Serve this page there from now on; returns its address."""
        self.pages[path] = Answer(html.encode(), **keys)
        return self.base + path

    def close(self) -> None:
        self.pausing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass(frozen=True)
class Statement:
    """A page of a ministry that does not exist."""

    paragraphs: tuple[str, ...] = (
        "The Republic of Veldania has followed the talks on the Lower Strait from their beginning in 2011.",
        "Veldania supports the agreement of 14 March, which 27 states have signed, and asks all parties to keep to it. "
        "The Ministry is highly interested in a lasting settlement that both coasts can accept.",
        "Fishing vessels of either coast must not be stopped outside the twelve-mile zone. Where one is stopped, its "
        "master may turn to the Commission within 30 days.",
        "At the same time, the Government condemns every attack on the lighthouses “Anna” and “Maria”, whoever made it, "
        "and will not accept any change of the sea border by force.",
        "Veldania hopes that the good will of the neighbouring states will lead to a fair and lasting peace on the Strait.",
    )
    stamp: str = "Created at : 4.12.2013, 19:47, Updated at : 9.05.2014, 00:54"
    menu: str = "Home | News | The Ministry"
    title: str = "Veldania’s position on the Lower Strait"

    def html(self) -> str:
        text = "\n".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{self.title}</title></head><body>'
            f"<header><nav>{self.menu}</nav></header><main><h1>{self.title}</h1>\n{text}\n"
            f'<p class="stamp">{self.stamp}</p></main><footer>Ministry of Foreign Affairs of Veldania</footer></body></html>'
        )


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def three_revisions(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Path:
    """A home whose page "strait" was looked at in three states; its site is gone since. Copy it."""
    path = tmp_path_factory.mktemp("archived") / "home"
    path.mkdir()
    made, site, statement = Home(path, nursery), Site(), Statement()
    try:
        made.watch({"strait": site.put("/strait", statement.html())})
        made.check()
        for _ in range(2):
            statement = replace(statement, paragraphs=(*LIKE_FORMULAS, *statement.paragraphs[:-1]))
            site.put("/strait", statement.html())
            made.check()
    finally:
        site.close()
    return path


@pytest.fixture
def archived(home: Home, three_revisions: Path) -> Home:
    """A home of its own with three revisions of a page, whose texts begin like formulas from the second on."""
    shutil.copytree(three_revisions, home.path, dirs_exist_ok=True)
    return home


@pytest.fixture
def home(tmp_path: Path, nursery: Nursery) -> Iterator[Home]:
    path = tmp_path / "home"
    path.mkdir()
    made = Home(path, nursery)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def other_site() -> Iterator[Site]:
    """On another loopback address, so that it is another host."""
    made = Site("127.0.0.2")
    yield made
    made.close()


@pytest.fixture
def statement() -> Statement:
    return Statement()


def _tool(name: str) -> ModuleType:
    path = SHARED / "tools" / f"{name}.py"
    if not path.is_file():
        pytest.skip(f"../shared/tools/{name}.py is not there")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def serve_handlers() -> Iterator[Callable[[Sequence[Any]], list[str]]]:
    """Serves each request handler at an address of its own; returns the addresses."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def serve(handlers: Sequence[Any]) -> list[str]:
        for handler in handlers:
            handler.disable_nagle_algorithm = True
            server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            servers.append((server, thread))
        return [f"http://127.0.0.1:{server.server_address[1]}" for server, _ in servers]

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def state_site() -> ModuleType:
    """The shared page in 18 states; skips where it is not there."""
    return _tool("state_site")


@pytest.fixture
def replay_site() -> ModuleType:
    """The shared replay of real page histories; skips where it is not there."""
    return _tool("replay_site")


@pytest.fixture
def corpus() -> Path:
    path = SHARED / "corpora" / "pages"
    if not path.is_dir():
        pytest.skip("../shared/corpora/pages is not there")
    return path
