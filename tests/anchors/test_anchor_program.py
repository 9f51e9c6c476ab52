"""Anchoring beside the rounds: the whole program against a page and an authority on loopback."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive import checkpoints
from archive.opening import DATABASE
from scraper import watchlist
from scraper.cli import main
from scraper.serve import Service
from scraper.serve_site import make_datasette

PAGE = (
    "<!doctype html><html lang=en><title>Ferries</title><main><h1>Ferries</h1>"
    + "<p>Veldania asks all signatories to keep to the treaty on ferries of 14 March.</p>" * 3
    + "</main></html>"
).encode()


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a page on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/page"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(PAGE) if found else 0))
            self.end_headers()
            self.wfile.write(PAGE if found else b"")

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/page"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path, site: str, authority: Any) -> Path:
    """A home that watches the page every second and asks the authority for time stamps, with a second's patience."""
    home = tmp_path / "home"
    home.mkdir()
    root = authority.trust / "root.pem"
    (home / watchlist.FILE_NAME).write_text(
        f'[defaults]\nevery = "1s"\n[fetch]\ndelay = "0"\ndeadline = "1s"\nallow_addresses = ["127.0.0.1"]\n'
        f'[anchor]\nauthority = "{authority.url}"\nroot = "{root}"\nevery = "1h"\n'
        f'[[page]]\nslug = "ferries"\nurl = "{site}"\n'
    )
    checkpoints.make_key(home, "archive.example/log")
    return home


def stored(home: Path, sql: str) -> Any:
    with closing(sqlite3.connect(home / DATABASE)) as conn:
        return conn.execute(sql).fetchone()


def test_check_has_its_checkpoint_stamped_and_ends_as_it_would_without(folder: Path) -> None:
    done = CliRunner().invoke(main, ["--home", str(folder), "check", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["outcome"] == "new"
    assert stored(folder, "SELECT size FROM time_stamps") == stored(folder, "SELECT max(seq) FROM entries")


def test_an_authority_that_hangs_fails_no_check(folder: Path, authority: Any) -> None:
    authority.behave = authority.silent
    done = CliRunner().invoke(main, ["--home", str(folder), "check"])
    assert (done.exit_code, done.stderr) == (0, "")
    told = CliRunner().invoke(main, ["--home", str(folder), "status"]).stderr
    assert f"Anchoring at {authority.url} failed: it took longer than 1 s." in told


def test_looks_go_on_while_an_authority_hangs(folder: Path, authority: Any) -> None:
    authority.behave = authority.silent
    path = folder / watchlist.FILE_NAME
    path.write_text(path.read_text().replace('deadline = "1s"', 'deadline = "1h"'))
    looks, enough = [], threading.Event()

    def told(page: Any, recorded: Any) -> None:
        if authority.questions:
            looks.append(recorded.seq)
        if len(looks) == 2:
            enough.set()

    service = Service(folder, watchlist.load(path), told=told, ended=lambda: None)
    service.start()
    beat = threading.Event()
    while not enough.is_set() and not beat.wait(0.1):
        service.wake()
    service.stop()
    assert stored(folder, "SELECT failures, size FROM anchors") == (0, 0)


def test_the_page_of_a_look_says_by_when_it_was_there(folder: Path, authority: Any) -> None:
    CliRunner().invoke(main, ["--home", str(folder), "check"])
    at, seq = stored(folder, "SELECT t.at, o.seq FROM time_stamps t, observations o")
    room = make_datasette(folder / DATABASE)
    look = asyncio.run(room.client.get(f"/page/ferries/at/{seq}.json")).json()
    assert look["time_stamp"] == {"at": at, "authority": authority.url}
    html = asyncio.run(room.client.get(f"/page/ferries/at/{seq}")).text
    assert at in html
    assert "there no later than" in html
    bundle = asyncio.run(room.client.get(f"/page/ferries/at/{seq}/proof.zip"))
    assert "checkpoint.tsr" in zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()


def test_health_says_since_when_nothing_was_anchored_and_not_where_on_the_machine(folder: Path, tmp_path: Path) -> None:
    path = folder / watchlist.FILE_NAME
    path.write_text(path.read_text().replace('every = "1h"\n', f'every = "1h"\ndirectory = "{tmp_path / "missing"}"\n'))
    CliRunner().invoke(main, ["--home", str(folder), "check"])
    with closing(sqlite3.connect(folder / DATABASE)) as conn:
        conn.execute("UPDATE anchors SET since = '2014-05-09T13:00:00Z' WHERE anchored_at IS NULL")
        conn.commit()
    room = make_datasette(folder / DATABASE)
    health = asyncio.run(room.client.get("/-/health.json")).json()
    assert health["ok"] is False
    overdue, well = sorted(health["anchors"], key=lambda anchor: anchor["anchored_at"] or "")
    assert (overdue["place"], overdue["not_anchored_since"], overdue["error"]) == (
        "directory",
        "2014-05-09T13:00:00Z",
        None,
    )
    assert (well["not_anchored_since"], well["failures"]) == (None, 0)
    page = asyncio.run(room.client.get("/-/health")).text
    assert "Checkpoints that nobody else has" in page
    assert str(tmp_path) not in page + json.dumps(health)
    assert asyncio.run(room.client.get("/archive/anchors.json")).status_code >= 400
