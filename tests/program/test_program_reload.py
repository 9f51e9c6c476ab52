"""SIGHUP to a running service: the watch list is taken up whole, or refused whole, and no running look is lost."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests


class Served:
    """The running service, with what it says."""

    def __init__(self, home: Any, *arguments: str) -> None:
        self.process: subprocess.Popen[str] = home.start("serve", "--port", "0", *arguments)
        self.said: list[str] = []
        self.looks: list[str] = []
        for pipe, lines in ((self.process.stderr, self.said), (self.process.stdout, self.looks)):
            threading.Thread(target=lambda pipe=pipe, lines=lines: lines.extend(pipe), daemon=True).start()
        self.until(lambda: any("http://" in line for line in self.said))
        found = re.search(r"http://[^\s\"]+", next(line for line in self.said if "http://" in line))
        assert found
        self.address = found[0]

    def until(self, true: Callable[[], bool], *, within_s: float = 60) -> None:
        end = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < end, (self.said, self.looks)
            time.sleep(0.05)

    def read_again(self, word: str = "was read again") -> str:
        """Send SIGHUP; what the service said of it."""
        return self.said_after(lambda: self.process.send_signal(signal.SIGHUP), word)

    def said_after(self, act: Callable[[], object], word: str) -> str:
        before = len(self.said)
        act()
        self.until(lambda: any(word in line for line in self.said[before:]))
        return next(line for line in self.said[before:] if word in line)

    def watched(self, slug: str) -> bool:
        answer = requests.get(f"{self.address}page/{slug}.json", timeout=60)
        return answer.status_code == 200 and answer.json()["page"]["watched"]

    def looked_at(self, slug: str) -> int:
        return sum(f"  {slug}  " in line for line in self.looks)


def test_pages_added_changed_and_taken_out_take_effect_without_a_restart(home: Any, site: Any, statement: Any) -> None:
    home.watch({slug: site.put(f"/{slug}", statement.html()) for slug in ("strait", "harbour", "islands")})
    served = Served(home)
    served.until(lambda: len(served.looks) == 3)
    home.watch(
        {
            "strait": site.put("/strait", statement.html()),
            "islands": site.put("/islands-new", statement.html()),
            "fisheries": site.put("/fisheries", statement.html()),
        }
    )
    told = served.read_again()
    assert "added fisheries; removed harbour; changed islands" in told
    served.until(lambda: served.looked_at("fisheries") == 1)
    assert [served.watched(slug) for slug in ("strait", "harbour", "islands", "fisheries")] == [True, False, True, True]
    assert (site.asked.count("/strait"), site.asked.count("/harbour")) == (1, 1)


def test_a_page_that_is_looked_at_more_often_now_is_due_by_that(home: Any, site: Any, statement: Any) -> None:
    url = site.put("/strait", statement.html())
    home.watch({"strait": url}, every="5d")
    served = Served(home)
    served.until(lambda: served.looked_at("strait") == 1)
    home.watch({"strait": url}, every="1s")
    command = reload_command(served.process.pid)
    served.said_after(lambda: subprocess.run(command, check=True), "was read again")
    served.until(lambda: served.looked_at("strait") >= 2)


def reload_command(pid: int) -> list[str]:
    """What `systemctl reload` runs."""
    unit = (Path(__file__).resolve().parents[2] / "docs" / "variorum.service").read_text("utf-8")
    (line,) = re.findall(r"^ExecReload=(.*)$", unit, re.MULTILINE)
    program, *arguments = line.replace("$MAINPID", str(pid)).split()
    if not Path(program).exists():
        pytest.skip(f"{program} is not there")
    return [program, *arguments]


def test_an_invalid_watch_list_is_refused_whole_in_one_line_and_the_old_one_goes_on(
    home: Any, site: Any, statement: Any
) -> None:
    url = site.put("/strait", statement.html())
    home.watch({"strait": url}, every="1s")
    served = Served(home)
    served.until(lambda: served.looked_at("strait") >= 1)
    path = home.path / "variorum.toml"
    good = path.read_text("utf-8")
    harbour = f'[[page]]\nslug = "harbour"\nurl = "{site.put("/harbour", statement.html())}"\n'
    path.write_text(f'{good}{harbour}every = "soon"\nselekt = "main"\n', "utf-8")
    line = served.read_again("was not taken up")
    assert re.search(r"variorum\.toml:\d+: page\.every: .*; .*variorum\.toml:\d+: page\.selekt: ", line)
    before = served.looked_at("strait")
    served.until(lambda: served.looked_at("strait") > before + 1)
    assert "/harbour" not in site.asked
    path.write_text(good + harbour, "utf-8")
    assert "added harbour" in served.read_again()
    served.until(lambda: served.looked_at("harbour") >= 1)


def test_a_look_under_way_is_recorded_though_everything_around_it_changed(home: Any, site: Any, statement: Any) -> None:
    slow, gone = (site.put(f"/{slug}", statement.html(), delay_s=1.5) for slug in ("slow", "gone"))
    home.watch({"slow": slow, "gone": gone})
    served = Served(home)
    served.until(lambda: "/slow" in site.asked)
    toml = (home.path / "variorum.toml").read_text("utf-8").partition("[[page]]")[0].replace("archive@", "keeper@")
    page = f'[[page]]\nslug = "renamed"\nwas = ["slow"]\nurl = "{slow}"\nselect = "main"\n'
    (home.path / "variorum.toml").write_text(toml + page, "utf-8")
    assert "removed gone; changed renamed" in served.read_again()
    served.until(lambda: served.looked_at("slow") == 1)
    assert site.asked.count("/slow") == 1
    (look,) = requests.get(f"{served.address}page/renamed/looks.json", timeout=60).json()["observations"]
    assert look["outcome"] == "new"


def test_who_asks_and_how_is_taken_up_too(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())}, every="1s")
    served = Served(home)
    served.until(lambda: served.looked_at("strait") >= 1)
    path = home.path / "variorum.toml"
    path.write_text(path.read_text("utf-8").replace('allow_addresses = ["127.0.0.1"]', "allow_addresses = []"), "utf-8")
    assert "[fetch] changed" in served.read_again()
    served.until(lambda: any("forbidden_address" in line for line in served.looks))


def test_an_alert_that_is_added_is_told_of_the_next_change(
    home: Any, site: Any, statement: Any, serve_handlers: Callable[..., list[str]]
) -> None:
    told: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    (hook,) = serve_handlers([Hook])
    home.watch({"strait": site.put("/strait", statement.html())}, every="1s")
    served = Served(home)
    served.until(lambda: served.looked_at("strait") >= 1)
    path = home.path / "variorum.toml"
    alert = f'[[alert]]\nname = "all"\non = ["changed"]\nconfirm = "0"\nto = ["json{hook.removeprefix("http")}/hook"]\n'
    path.write_text(path.read_text("utf-8") + alert, "utf-8")
    assert "alert]] changed" in served.read_again()
    site.put("/strait", statement.html().replace("27 states", "31 states"))
    served.until(lambda: bool(told))
    assert b"31" in told[0]


def test_a_page_that_comes_back_into_the_watch_list_has_missed_nothing_meanwhile(
    home: Any, site: Any, statement: Any
) -> None:
    pages = {slug: site.put(f"/{slug}", statement.html()) for slug in ("strait", "harbour")}
    home.watch(pages, every="1s")
    served = Served(home)
    served.until(lambda: served.looked_at("harbour") >= 1)
    home.watch({"strait": pages["strait"]}, every="1s")
    served.read_again()
    time.sleep(2.5)  # in which two rounds would have been missed
    home.watch(pages, every="1s")
    missed, looks = missed_rounds(home, "harbour"), served.looked_at("harbour")
    served.read_again()
    served.until(lambda: served.looked_at("harbour") > looks)
    assert missed_rounds(home, "harbour") == missed


def missed_rounds(home: Any, slug: str) -> int:
    with closing(sqlite3.connect(home.path / "archive.db")) as conn:
        query = "SELECT missed_rounds FROM page_states s JOIN pages p ON p.id = s.page_id WHERE p.slug = ?"
        (count,) = conn.execute(query, (slug,)).fetchone()
    return int(count)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    yield master, slave
    for end in (master, slave):
        with suppress(OSError):
            os.close(end)


IN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


def test_a_terminal_that_is_closed_ends_the_service_that_was_started_in_it(
    home: Any, site: Any, statement: Any, terminal: tuple[int, int]
) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    master, slave = terminal
    command = Path(sys.executable).with_name("variorum")
    process = subprocess.Popen(
        [sys.executable, "-c", IN_TERMINAL, str(command), "--home", str(home.path), "serve", "--port", "0"],
        stdin=slave,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    home.started.append(process)
    os.close(slave)
    end = time.monotonic() + 60
    while "/strait" not in site.asked and time.monotonic() < end:
        time.sleep(0.05)
    os.close(master)
    assert process.wait(60) == 0
