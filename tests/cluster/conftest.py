"""A Dask scheduler and workers as processes of their own, all on 127.0.0.1, and a site that logs when it was asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

STARTING_S = 60


@dataclass
class Processes:
    """One scheduler and its workers, each with four threads."""

    folder: Path
    address: str = ""  # HOST:PORT
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def executor(self) -> str:
        return f"dask://{self.address}"

    def begin(self, port: int = 0) -> None:
        """Start the scheduler."""
        self.scheduler = self._start("scheduler", f"--host=127.0.0.1 --port={port} --no-dashboard --no-show")
        self.address = self._said("scheduler.log", r"Scheduler at: +tcp://(\S+)")

    def add_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        name = f"worker-{len(self.workers)}"
        options = f"tcp://{self.address} --host=127.0.0.1 --no-nanny --nthreads=4 --no-dashboard --name={name}"
        worker = self._start(name, options, **environment)
        self.workers.append(worker)
        self._said(f"{name}.log", "Registered to:")
        return worker

    def kill_workers(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()

    def close(self) -> None:
        self.kill_workers()
        if self.scheduler is not None:
            self.scheduler.kill()
            self.scheduler.wait()

    def _start(self, name: str, options: str, **environment: str) -> subprocess.Popen[bytes]:
        program = "dask_scheduler" if name == "scheduler" else "dask_worker"
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *options.split()],
                cwd=self.folder,
                env=os.environ | environment,
                stdout=log,
                stderr=log,
            )

    def _said(self, log: str, pattern: str) -> str:
        """What the log says by and by."""
        until = time.monotonic() + STARTING_S
        while time.monotonic() < until:
            found = re.search(pattern, (self.folder / log).read_text())
            if found:
                return found[found.lastindex or 0]
            time.sleep(0.05)
        raise AssertionError((self.folder / log).read_text())


@contextmanager
def started(folder: Path, workers: int) -> Iterator[Processes]:
    pytest.importorskip("distributed", reason="the extra variorum[cluster] is not installed")
    processes = Processes(folder)
    try:
        processes.begin()
        for _ in range(workers):
            processes.add_worker()
        yield processes
    finally:
        processes.close()


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Two workers that no test ends."""
    with started(tmp_path_factory.mktemp("cluster"), 2) as processes:
        yield processes


@pytest.fixture
def own_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Two workers, for one test to do with as it likes."""
    with started(tmp_path_factory.mktemp("own-cluster"), 2) as processes:
        yield processes


@pytest.fixture
def own_scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A cluster that has no worker yet."""
    with started(tmp_path_factory.mktemp("own-scheduler"), 0) as processes:
        yield processes


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    host: str
    path: str
    begun_s: float
    ended_s: float


class Sites:
    """Servers, one an address of 127.0.0.0/8, each a host.

    `answer` gives status and body, of a redirect where it leads, and may take its time.
    """

    def __init__(self) -> None:
        self.answer: Callable[[str, str], tuple[int, str]] = lambda host, path: (404, "")
        self.log: list[Asked] = []
        self._servers: dict[str, ThreadingHTTPServer] = {}

    def url(self, host: str, path: str) -> str:
        """The address of a path there; the server is started if there is none yet."""
        if host not in self._servers:
            self._servers[host] = _Server((host, 0), self._handler(host))
            threading.Thread(target=self._servers[host].serve_forever, daemon=True).start()
        return f"http://{host}:{self._servers[host].server_address[1]}{path}"

    def _handler(self, host: str) -> type[BaseHTTPRequestHandler]:
        sites = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                begun_s = time.monotonic()
                status, body = sites.answer(host, self.path)
                sites.log.append(Asked(host, self.path, begun_s, time.monotonic()))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", body)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

        return Handler

    def close(self) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:  # who asked was killed
        pass


@pytest.fixture
def sites() -> Iterator[Sites]:
    found = Sites()
    yield found
    found.close()
