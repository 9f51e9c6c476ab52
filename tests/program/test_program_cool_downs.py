"""A host that asked for rest is left alone over restarts and kills; a look by hand asks it all the same, and says so."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from scraper import service
from scraper.watchlist import load


def until(true: Callable[[], bool], *, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "nothing came of it in time"
        time.sleep(0.05)


def cooling(home: Any) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(home.path / "archive.db")) as conn:
        return conn.execute("SELECT host, failures FROM cool_downs").fetchall()


def serve_until(home: Any, asked: Callable[[], bool], number: signal.Signals) -> None:
    process = home.start("serve", "--port", "0")
    assert process.stdout is not None
    until(asked)
    process.stdout.readline()
    process.send_signal(number)
    process.communicate(timeout=60)


def test_a_host_that_asked_for_rest_is_left_alone_after_a_kill_and_a_restart(
    home: Any, site: Any, statement: Any
) -> None:
    busy = {"status": 503, "headers": {"Retry-After": "3600"}}
    home.watch({"strait": site.put("/strait", statement.html(), **busy)}, every="1s")
    serve_until(home, lambda: "/strait" in site.asked, signal.SIGKILL)
    assert cooling(home) == [("127.0.0.1", 1)]
    process = home.start("serve", "--port", "0")
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(1.5)  # a tick and a half
    assert site.asked.count("/strait") == 1


def test_a_look_by_hand_says_which_cool_down_it_overrides_and_ends_it_where_the_host_is_well(
    home: Any, site: Any, statement: Any
) -> None:
    busy = {"status": 429, "headers": {"Retry-After": "3600"}}
    pages = {slug: site.put(f"/{slug}", statement.html(), **busy) for slug in ("strait", "harbour")}
    home.watch(pages)
    first = home.run("check", "strait")
    again = home.run("check", "strait", "harbour")
    assert "left alone" not in first.err
    assert again.err.count("127.0.0.1 is left alone by scheduled looks until ") == 1
    assert (cooling(home), site.asked.count("/strait")) == ([("127.0.0.1", 3)], 2)
    assert re.search(r"127\.0\.0\.1 is left alone until \S+Z: .* 3 times in a row\.", home.run("status").err)
    site.put("/strait", statement.html())
    well = home.run("check", "strait")
    assert ("a look by hand asks it all the same" in well.err, cooling(home)) == (True, [])
    assert "left alone" not in home.run("check", "strait").err


def test_checkpoints_are_made_though_a_host_that_is_left_alone_keeps_its_pages_waiting(
    home: Any, site: Any, statement: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SEAL_EVERY_S", 0.5)
    port = site.base.rpartition(":")[2]
    site.put("/strait", statement.html())
    site.put("/harbour", statement.html(), status=503)
    home.watch({"strait": f"http://127.0.0.1:{port}/strait", "harbour": f"http://localhost:{port}/harbour"}, every="1s")
    home.run("checkpoint", "--init")
    running = service.Service(home.path, load(home.path / "variorum.toml"), told=lambda *_: None, ended=lambda: None)
    running.start()
    until(lambda: running.wake() or time.sleep(0.2) or checkpoints(home) >= 3)
    running.stop()
    assert site.asked.count("/harbour") == 1


def checkpoints(home: Any) -> int:
    with closing(sqlite3.connect(home.path / "archive.db")) as conn:
        (count,) = conn.execute("SELECT count(*) FROM checkpoints").fetchone()
    return int(count)


def test_a_page_in_trouble_is_told_as_failing_once_and_recovered_once_whatever_is_restarted(
    home: Any, site: Any, statement: Any, serve_handlers: Callable[..., list[str]]
) -> None:
    told: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.extend(alert["event"] for alert in message["alerts"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    (hook,) = serve_handlers([Hook])
    home.watch({"strait": site.put("/strait", statement.html())})
    with (home.path / "variorum.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[[alert]]\nname = "all"\non = ["failing", "recovered"]\nto = ["json{hook.removeprefix("http")}/hook"]\n'
        )
    home.check()
    site.put("/strait", statement.html(), status=503)
    for _ in range(5):
        home.check()
    site.put("/strait", statement.html())
    for _ in range(2):
        home.check()
    assert told == ["failing", "recovered"]
