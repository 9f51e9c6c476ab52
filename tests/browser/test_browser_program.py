"""A watched page that scripts make, through the program: judged by what was made, with what was received beside it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from archive.bodies import read_body
from archive.log import captures, read_entry
from archive.store import DATABASE, Recorded
from archive.verify import verify
from scraper import program, watchlist
from scraper.browser import BrowserMissing
from scraper.watchlist import Page


def check(home: Path, watch_list: watchlist.WatchList) -> list[Recorded]:
    seen: list[Recorded] = []

    def told(_: Page, recorded: Recorded) -> None:
        seen.append(recorded)

    program.check_now(home, watch_list, watch_list.pages, told)
    return seen


def watching(site: Any, url: str, fetcher: str, *, browser: str = "") -> watchlist.WatchList:
    return watchlist.parse(
        f'[fetch]\ndelay = "0"\nallow_addresses = ["127.0.0.1:{site.port}"]\nbrowser = "{browser}"\n'
        f'[[page]]\nslug = "p"\nurl = "{url}"\nfetcher = "{fetcher}"\n'
    )


def says(site: Any, text: str) -> str:
    site.put(
        "/app.js", f"document.querySelector('main').innerHTML = '<h1>Position</h1><p>{text}</p>'", "text/javascript"
    )
    url: str = site.put(
        "/", '<!doctype html><html lang="en"><title>P</title><main></main><script src="/app.js"></script>'
    )
    return url


def test_what_scripts_made_is_the_page_and_all_of_it_is_evidence(site: Any, chromium: str, tmp_path: Path) -> None:
    watch_list = watching(site, says(site, "The Ministry supports the talks."), "browser")
    outcomes = [check(tmp_path, watch_list)[0].derived.outcome for _ in range(2)]
    says(site, "The Ministry supports the talks no more.")
    (changed,) = check(tmp_path, watch_list)
    assert [*outcomes, changed.derived.outcome] == ["new", "unchanged", "changed"]
    assert changed.derived.change is not None
    assert changed.derived.change.comparison.words_added == 2
    with closing(sqlite3.connect(tmp_path / DATABASE)) as conn:
        entry = json.loads(read_entry(conn, changed.seq))
        ids = conn.execute("SELECT received_id, screenshot_id FROM renderings WHERE seq = ?", (changed.seq,)).fetchone()
        received, screenshot = (read_body(conn, blob_id) for blob_id in ids)
        again = [capture.rendered for _, capture in captures(conn, 1)]
    assert received == site.answers["/"][2]
    assert entry["rendered"]["received_sha256"] == sha256(received).hexdigest() == entry["wire_sha256"]
    assert entry["rendered"]["screenshot_sha256"] == sha256(screenshot).hexdigest()
    assert [rendered.requests for rendered in again if rendered] == [1, 1, 1]
    assert [str(finding) for finding in verify(tmp_path / DATABASE).findings] == []


@pytest.mark.parametrize(("inside", "judged"), [("", ("failed", "empty")), ("Loading...", ("held", "shell"))])
def test_a_shell_says_that_a_browser_may_show_it(
    site: Any, tmp_path: Path, inside: str, judged: tuple[str, str]
) -> None:
    url = site.put(
        "/", f'<!doctype html><title>Position</title><div id="root">{inside}</div><script src="/app.js"></script>'
    )
    (seen,) = check(tmp_path, watching(site, url, "http"))
    assert (seen.derived.outcome, seen.derived.reason) == judged
    with closing(sqlite3.connect(tmp_path / DATABASE)) as conn:
        facts = dict(json.loads(conn.execute("SELECT facts FROM judgements").fetchone()[0]))
    assert 'fetcher = "browser"' in facts["mend"]


def test_no_browser_outlives_a_program_that_is_killed(site: Any, chromium: str, tmp_path: Path) -> None:
    if not Path("/proc/self/task").is_dir():
        pytest.skip("the system does not list a process's children in /proc")
    url = site.page("/", "while (true) {}")
    (tmp_path / watchlist.FILE_NAME).write_text(
        f'[fetch]\ndelay = "0"\nallow_addresses = ["127.0.0.1:{site.port}"]\n'
        f'[[page]]\nslug = "p"\nurl = "{url}"\nfetcher = "browser"\n'
    )
    process = subprocess.Popen(
        [Path(sys.executable).with_name("variorum"), "--home", tmp_path, "check"], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: "/" in site.paths and len(descendants(process.pid)) > 2)
        begun = descendants(process.pid)
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(map(is_running, begun)))


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "nothing came of it in time"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for tasks in found for child in tasks.read_text().split()]
    return [*children, *(further for child in children for further in descendants(child))]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_browser_that_is_not_there_is_named_before_any_look(site: Any, tmp_path: Path) -> None:
    pytest.importorskip("playwright", reason="the message would be about playwright")
    with pytest.raises(BrowserMissing):
        check(tmp_path, watching(site, site.url("/"), "browser", browser=str(tmp_path / "none")))
    assert site.asked == []
