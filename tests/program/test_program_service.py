"""`variorum serve` as a process: it looks by itself, answers meanwhile, and ends cleanly on a signal."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests


def started(home: Any, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """The running service and the address that it announced."""
    process: subprocess.Popen[str] = home.start("serve", "--port", "0", *arguments)
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"http://\S+", line)
    assert found, line
    return process, found[0]


def until(true: Callable[[], bool], *, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "nothing came of it in time"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_with_exit_zero_within_seconds(
    home: Any, site: Any, statement: Any, number: signal.Signals
) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    process, _ = started(home)
    until(lambda: "/strait" in site.asked)
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (0, False), err
    assert time.monotonic() - began < 20


def test_after_the_service_the_wal_is_written_back(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    process, base = started(home)
    assert process.stdout is not None
    process.stdout.readline()
    requests.get(f"{base}page/strait.json", timeout=60)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    wal = home.path / "archive.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    conn = sqlite3.connect(f"file:{home.path / 'archive.db'}?immutable=1", uri=True)
    assert conn.execute("SELECT count(*) FROM observations").fetchone() == (1,)
    conn.close()


def test_a_signal_during_a_slow_look_ends_the_service_within_seconds(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html(), delay_s=25)})
    process, _ = started(home)
    until(lambda: "/strait" in site.asked)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert time.monotonic() - began < 20


def test_a_page_is_looked_at_again_when_it_is_due_and_its_change_is_published(
    home: Any, site: Any, statement: Any
) -> None:
    home.watch({"strait": site.put("/strait", statement.html())}, every="1s")
    process, base = started(home)
    assert process.stdout is not None
    assert "new" in process.stdout.readline()
    site.put("/strait", statement.html().replace("27 states", "31 states"))
    until(lambda: len(requests.get(f"{base}page/strait.json", timeout=60).json()["history"]) == 2)


def test_due_times_outlive_the_service(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())}, every="1h")
    process, _ = started(home)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    started(home)
    time.sleep(1.5)  # a tick and a half
    assert site.asked.count("/strait") == 1


ADDRESSES = ("", "page/strait", "page/strait.json", "page/strait/1", "page/strait/1..2", "feed.atom", "archive/pages")


def test_the_service_answers_at_every_address(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    home.check()
    site.put("/strait", statement.html().replace("27 states", "31 states"))
    home.check()
    _, base = started(home)
    answered = {path: requests.get(base + path, timeout=60).status_code for path in ADDRESSES}
    assert answered == dict.fromkeys(ADDRESSES, 200)


def test_json_of_check_is_one_object_a_line_with_the_documented_keys(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    done = home.run("check", "--json")
    (line,) = done.out.splitlines()
    keys = "page observation outcome reason http_status revision change moved_to elapsed_ms received_bytes"
    assert list(json.loads(line)) == keys.split()
