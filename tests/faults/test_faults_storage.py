"""A disk that fills up, or fails, under the running service: said once, shown by `status` and `/-/health`, and got over."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from archive.opening import connect_for_reading

COMMAND = Path(sys.executable).with_name("variorum")
WAIT_S = 120.0


class Service:
    """The running service of a home, with its pages looked at every second."""

    def __init__(self, home: Any, log: Path) -> None:
        self.home = home
        self._log = log
        listed = home.path / "variorum.toml"
        listed.write_text(listed.read_text("utf-8").replace('every = "1h"', 'every = "1s"'), "utf-8")
        command = [COMMAND, "--home", home.path, "serve", "--port", "0"]
        with (log / "out").open("w") as out, (log / "err").open("w") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err)
        self.until(lambda: "Reading room: " in self.err)
        found = re.search(r"http://\S+", self.err)
        assert found
        self.address = found[0]

    @property
    def out(self) -> str:
        return (self._log / "out").read_text("utf-8")

    @property
    def err(self) -> str:
        return (self._log / "err").read_text("utf-8")

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT_S
        while not true():
            assert self.process.poll() is None, self.err
            assert time.monotonic() < end, f"nothing came of it in time: {self.err}"
            time.sleep(0.05)

    def looks(self) -> int:
        return len(self.out.splitlines())

    def health(self) -> tuple[int, Any]:
        answer = requests.get(f"{self.address}-/health.json", timeout=30)
        return answer.status_code, answer.json()["not_stored"]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def serving(home: Any, log: Path) -> Iterator[Service]:
    service = Service(home, log)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.process.kill()
            service.process.wait()


@contextmanager
def full(service: Service, disk: Path, fill: Any) -> Iterator[None]:
    filler = fill(disk, 0)
    yield
    filler.unlink()


@contextmanager
def failing(service: Service, disk: Path, fill: Any) -> Iterator[None]:
    """No sync succeeds."""
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fdatasync,fsync"]
    command += ["-e", "inject=fdatasync,fsync:error=EIO", "-p", str(service.process.pid)]
    tracer = subprocess.Popen(command)
    yield
    tracer.terminate()
    tracer.wait(timeout=60)


ILLS = [(full, "database or disk is full"), (failing, "disk I/O error")]


@pytest.mark.parametrize(("ill", "why"), ILLS if os.environ.get("FAULTS") else ILLS[:1])
def test_a_service_says_once_that_nothing_can_be_stored_and_goes_on_when_it_can(
    home: Any, disk: Path, fill: Any, strace: None, tmp_path: Path, ill: Any, why: str
) -> None:
    one = home.copy(disk / "home")
    with serving(one, tmp_path) as service:
        service.until(lambda: service.looks() >= 2)
        assert service.health() == (200, None)
        with ill(service, disk, fill):
            service.until(lambda: "Error: " in service.err)
            looks = service.looks()
            code, told = service.health()
            assert (code, told["why"]) == (503, why)
            status = one.run("status", "--json")
            assert (status.code, len(json.loads(status.out))) == (0, 2)
            assert f"Nothing can be stored since {told['since']}: {why}." in status.err
            time.sleep(2)
            assert service.looks() == looks
        service.until(lambda: service.looks() >= looks + 2)
        assert service.health() == (200, None)
        assert "Nothing can be stored" not in one.run("status").err
        assert service.stop() == 0
        passing = ("Reading room: ", "No checkpoint was made: ", "Stopped.")
        lines = [line for line in service.err.splitlines() if not line.startswith(passing)]
        assert len(lines) == 2, lines
        assert lines[0].startswith(f"Error: {one.database} could not be written ({why}).")
        assert lines[1].startswith(f"{one.database} is written to again")
        require_reported(one, service.out)
    one.require_sound()


def require_reported(home: Any, out: str) -> None:
    """Each line that the service printed is of an observation that is there."""
    conn = connect_for_reading(home.database)
    times = [row[0] for row in conn.execute("SELECT observed_at FROM observations")]
    conn.close()
    for line in out.splitlines():
        times.remove(line.split("  ")[0])
