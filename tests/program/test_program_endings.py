"""How a service ends and what it is put through meanwhile: kills, signals by the dozen, a watch list that is gone, a clock that jumps."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scraper import clock, watchlist
from scraper.service import Service

BUSY = "<!doctype html><main>" + "<p>Updated at : 9.05.2014, 00:54</p>" * 150_000 + "</main>"  # seconds of work
CONSULATE = (
    "<!doctype html><main><h1>Consulate</h1><p>The consulate is open on working days from nine to five.</p></main>"
)
WAIT_S = 120.0
PR_SET_CHILD_SUBREAPER = 36


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "nothing came of it in time"
        time.sleep(0.02)


class Served:
    """The running service, what it says and the looks that it tells of."""

    def __init__(self, home: Any, *, port: str = "0") -> None:
        self.process: subprocess.Popen[str] = home.start("serve", "--port", port)
        self.said: list[str] = []
        self.looks: list[str] = []
        for pipe, lines in ((self.process.stderr, self.said), (self.process.stdout, self.looks)):
            threading.Thread(target=lambda pipe=pipe, lines=lines: lines.extend(pipe), daemon=True).start()
        until(lambda: bool(self.said))

    @property
    def port(self) -> str:
        return self.said[0].partition("127.0.0.1:")[2].partition("/")[0]

    def heard(self, word: str) -> bool:
        return any(word in line for line in self.said)

    def goes_on(self) -> None:
        """Looks are made as before."""
        before = len(self.looks)
        until(lambda: len(self.looks) > before + 1)


def parsers_at_work(pid: int) -> list[int]:
    """The service's children that have been at it for some while."""
    found = [
        int(child) for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in tasks.read_text().split()
    ]
    spent = {child: Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11] for child in found}
    return [child for child, ticks in spent.items() if int(ticks) > os.sysconf("SC_CLK_TCK")]


@pytest.fixture
def adopting() -> Iterator[None]:
    """Orphans of what this process started become its children, so that it learns how they ended."""
    if not sys.platform.startswith("linux"):
        pytest.skip("orphans are adopted on Linux")
    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    yield
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def test_a_parser_at_work_ends_by_itself_when_its_service_was_killed_and_the_next_has_home_and_port_at_once(
    home: Any, site: Any, adopting: None
) -> None:
    home.watch({"busy": site.put("/busy", BUSY)})
    killed = Served(home)
    until(lambda: bool(parsers_at_work(killed.process.pid)))
    (parser,) = parsers_at_work(killed.process.pid)
    killed.process.kill()
    killed.process.wait()
    assert os.waitstatus_to_exitcode(os.waitpid(parser, 0)[1]) == 0  # not what a page that takes too long comes to
    home.watch({"consulate": site.put("/consulate", CONSULATE)}, every="1s")
    again = Served(home, port=killed.port)
    assert again.port == killed.port
    again.goes_on()


def test_signals_that_come_again_and_again_end_a_service_once_and_in_order(home: Any, site: Any) -> None:
    home.watch({"slow": site.put("/slow", CONSULATE, delay_s=25)})
    served = Served(home)
    until(lambda: "/slow" in site.asked)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        served.process.send_signal(number)
    assert served.process.wait(WAIT_S) == 0
    until(lambda: served.heard("Stopped."))
    assert not served.heard("Traceback")


def test_hang_ups_by_the_dozen_and_a_watch_list_that_is_gone_stop_no_look(home: Any, site: Any) -> None:
    home.watch({"consulate": site.put("/consulate", CONSULATE)}, every="1s")
    served = Served(home)
    listed = home.path / "variorum.toml"
    before = listed.read_text("utf-8")
    for turn in range(20):
        listed.write_text(before.replace("archive@", f"archive{turn}@"), "utf-8")
        served.process.send_signal(signal.SIGHUP)
        time.sleep(0.02)
    until(lambda: served.heard("was read again"))
    served.goes_on()
    listed.rename(listed.with_name("elsewhere.toml"))
    served.process.send_signal(signal.SIGHUP)
    until(lambda: served.heard("was not taken up, the one read before goes on: No watch list at"))
    served.goes_on()


def test_a_service_on_a_port_that_is_taken_says_so_and_begins_nothing(home: Any, site: Any) -> None:
    home.watch({"consulate": site.put("/consulate", CONSULATE)})
    done = home.run("serve", "--port", site.base.rpartition(":")[2])
    assert (done.code, done.err.count("Error: Can't serve on 127.0.0.1 port ")) == (1, 1), done.err
    assert not (home.path / "archive.db").exists()
    assert site.asked == []


def test_a_clock_that_jumps_a_day_forward_and_two_back_stops_no_look(
    home: Any, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, offset = clock.now, timedelta()
    looks: list[tuple[str, str]] = []
    monkeypatch.setattr(clock, "now", lambda: real() + offset)
    home.watch({slug: site.put(f"/{slug}", CONSULATE) for slug in ("consulate", "embassy")}, every="1s")
    watched = watchlist.load(home.path / "variorum.toml")
    service = Service(
        home.path, watched, told=lambda page, seen: looks.append((page.slug, seen.observed_at)), ended=lambda: None
    )
    service.start()
    try:
        for jump in (timedelta(), timedelta(days=1), timedelta(days=-2), timedelta(days=1)):
            offset += jump
            before = len(looks)
            until(lambda before=before: service.wake() or len(looks) >= before + 6)
    finally:
        service.stop()
    for slug in ("consulate", "embassy"):
        times = [at for of, at in looks if of == slug]
        assert times == sorted(times)
