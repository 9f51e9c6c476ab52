"""A service that reads a page's history anew goes on with its rounds meanwhile, and a kill in the middle costs nothing."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive.drafts import Draft
from archive.lock import noted_to_read
from archive.model import Capture, Interpretation, Rules
from archive.opening import DATABASE
from archive.store import Archive
from scraper import rereading, watchlist
from scraper.acts import HERE
from scraper.check import page_settings
from scraper.interpret import VERSION
from scraper.parsers import Parsers
from scraper.rounds import BY_RULE
from scraper.service import Service

BEGAN = datetime(2014, 5, 9, tzinfo=UTC)
OLD = "an earlier version"


class Slow(Parsers):
    """Reads a history no further than a test lets it."""

    most = threading.Semaphore(0)
    asked = 0

    def read(self, capture: Capture, rules: Rules, memory: str) -> Interpretation:
        Slow.asked += 1
        while not Slow.most.acquire(timeout=0.1):
            if self._closed:
                break
        return super().read(capture, rules, memory)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> type[Slow]:
    monkeypatch.setattr(rereading, "Parsers", Slow)
    Slow.most, Slow.asked = threading.Semaphore(0), 0
    return Slow


def rows(home: Any, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{home.path / DATABASE}?mode=ro", uri=True)) as conn:
        return conn.execute(sql).fetchall()


def read_by(home: Any) -> dict[str, tuple[int, str]]:
    """The number and the version of each page's reading."""
    sql = "SELECT p.slug, r.number, r.version FROM readings r JOIN pages p ON p.id = r.page_id WHERE r.is_current"
    return {slug: (number, version) for slug, number, version in rows(home, sql)}


def with_history(home: Any, site: Any, statement: Any, looks: dict[str, int], *, version: str) -> None:
    """A home with pages that some version looked at so often, each body another."""
    home.watch({slug: site.put(f"/{slug}", statement.html()) for slug in looks}, every="0.3s")
    html = statement.html()
    bodies = {
        slug: [html.replace("<header>", f"<header data-look={number}>") for number in range(count)]
        for slug, count in looks.items()
    }
    look_back(home, bodies, version=version)


def look_back(home: Any, bodies: dict[str, list[str]], *, version: str) -> None:
    """Looks of long ago at the pages of a home's watch list, half a day apart."""
    watch_list = watchlist.load(home.path / "variorum.toml")
    with Archive.open(home.path, holder="test") as archive:
        archive.sync_pages([page_settings(page) for page in watch_list.pages], version=version, at=BEGAN)
        for slug, pages in bodies.items():
            for number, html in enumerate(pages):
                state = archive.page_state(slug)
                body = html.encode()
                capture = Capture(
                    url=state.url,
                    final_url=state.url,
                    observed_at=BEGAN + timedelta(hours=13 * number),
                    duration_us=2500,
                    status=200,
                    headers=(("Content-Type", "text/html; charset=utf-8"),),
                    body=body,
                    wire_bytes=len(body),
                )
                archive.record(state, capture, HERE.read(capture, state.rules, state.memory))


@contextmanager
def served(home: Any) -> Iterator[Callable[..., None]]:
    """A service in this process; what is given waits until something is true, with the service's ticks."""
    watch_list = watchlist.load(home.path / "variorum.toml")
    service = Service(home.path, watch_list, told=lambda *_: None, ended=lambda: None)
    service.start()

    def until(true: Callable[[], bool], *, read_again: bool = False) -> None:
        end_s = time.monotonic() + 60
        if read_again:
            service.read_again()
        while not true():
            assert time.monotonic() < end_s
            service.wake()
            time.sleep(0.05)

    try:
        yield until
    finally:
        service.stop()


def test_others_are_looked_at_while_a_history_is_read_and_nothing_is_told_of_it_but_what_comes_after(
    home: Any, site: Any, statement: Any, slow: type[Slow]
) -> None:
    with_history(home, site, statement, {"strait": 6, "ferry": 1, "harbour": 1}, version=VERSION)
    path = home.path / "variorum.toml"
    before = path.read_text("utf-8")
    slow.most.release(2)
    with served(home) as until:
        path.write_text(
            before.replace('slug = "strait"', 'slug = "strait"\nignore = [".stamp"]')
            + '[[alert]]\nname = "all"\nto = ["json://127.0.0.1:9/x"]\nconfirm = "0"\n',
            "utf-8",
        )
        until(lambda: slow.asked > 2, read_again=True)
        asked = list(site.asked)
        until(lambda: all(site.asked.count(page) > asked.count(page) + 2 for page in ("/ferry", "/harbour")))
        assert site.asked.count("/strait") == asked.count("/strait")
        assert read_by(home)["strait"] == (1, VERSION)
        assert noted_to_read(home.path) == 1
        assert "Still to be read anew, beside the looks: 1 page." in home.run("status").err
        site.put("/strait", replace(statement, paragraphs=statement.paragraphs[:-1]).html())
        slow.most.release(1000)
        until(lambda: rows(home, "SELECT count(*) FROM alerts") != [(0,)])
        assert read_by(home)["strait"] == (2, VERSION)
        assert noted_to_read(home.path) == 0
    assert rows(home, "SELECT event, observation_seq > (SELECT max(entry_seq) FROM readings) FROM alerts") == [
        ("changed", 1)
    ]
    assert home.run("rebuild", "--check").code == 0


def test_rules_that_change_again_while_a_history_is_read_by_them_are_the_ones_that_it_is_read_by(
    home: Any, site: Any, statement: Any, slow: type[Slow]
) -> None:
    with_history(home, site, statement, {"strait": 6}, version=VERSION)
    path = home.path / "variorum.toml"
    before = path.read_text("utf-8")
    slow.most.release(2)
    with served(home) as until:
        path.write_text(before + 'ignore = [".stamp"]\n', "utf-8")
        until(lambda: slow.asked > 2, read_again=True)
        path.write_text(before + 'ignore = ["h1"]\n', "utf-8")
        slow.most.release(1000)
        until(lambda: rows(home, READ_BY % "h1") == [(1,)], read_again=True)
        asked = len(site.asked)
        until(lambda: len(site.asked) > asked + 1)
    (last,) = rows(home, "SELECT max(number) FROM readings")
    assert last in {(2,), (3,)}  # the one before was dropped, unless its end came first
    assert home.run("rebuild", "--check").code == 0


READ_BY = "SELECT count(*) FROM readings WHERE is_current AND rules LIKE '%%\"%s\"%%'"


def test_after_an_upgrade_short_histories_are_read_between_a_long_one_and_a_stop_drops_what_is_half_read(
    home: Any, site: Any, statement: Any, slow: type[Slow]
) -> None:
    with_history(home, site, statement, {"strait": 40, "ferry": 1, "harbour": 1}, version=OLD)
    slow.most.release(10)
    with served(home) as until:
        until(lambda: all(site.asked.count(page) > 2 for page in ("/ferry", "/harbour")))
    assert read_by(home) == {"strait": (1, OLD), "ferry": (2, VERSION), "harbour": (2, VERSION)}
    assert "/strait" not in site.asked
    slow.most.release(1000)
    with served(home) as until:
        until(lambda: "/strait" in site.asked)
    assert read_by(home)["strait"] == (2, VERSION)
    assert home.run("verify", "--deep").code == 0


class Full(Draft):
    """What the disk refuses at first."""

    refusals = 2

    def put_in_force(self, **given: Any) -> bool:
        if Full.refusals:
            Full.refusals -= 1
            self._conn.execute("PRAGMA query_only = 1")
        return super().put_in_force(**given)


def test_a_reading_that_the_disk_refuses_is_made_again_until_there_is_room(
    home: Any, site: Any, statement: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with_history(home, site, statement, {"strait": 2}, version=OLD)
    monkeypatch.setattr(rereading, "Draft", Full)
    monkeypatch.setattr(rereading, "_AGAIN_S", 0.05)
    with served(home) as until:
        until(lambda: "/strait" in site.asked)
    assert read_by(home) == {"strait": (2, VERSION)}
    assert Full.refusals == 0
    said = capfd.readouterr().err
    assert (
        said.count("go on by themselves") == said.count("is written to again") == said.count("All pages are read") == 1
    )


def test_a_page_whose_evidence_is_damaged_is_named_and_left_while_the_others_go_on(
    home: Any, site: Any, statement: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    with_history(home, site, statement, {"strait": 2, "ferry": 1}, version=OLD)
    with closing(sqlite3.connect(home.path / DATABASE)) as conn:
        conn.execute("UPDATE blobs SET data = x'00' WHERE id = 2")
        conn.commit()
    with served(home) as until:
        until(lambda: site.asked.count("/ferry") > 1 and "can't be read anew" in capfd.readouterr().err)
    assert read_by(home) == {"strait": (1, OLD), "ferry": (2, VERSION)}
    assert "/strait" not in site.asked


def test_a_release_by_rule_is_made_beside_the_rounds_and_recorded_with_its_reading(
    home: Any, site: Any, statement: Any, slow: type[Slow]
) -> None:
    fees = "".join(
        f"<p>Vessels of class {n} pay on arrival; the master signs for what was weighed.</p>" for n in range(9)
    )
    other = (
        f"<html lang=en><title>Harbour fees</title><body><article><h2>Harbour fees</h2>{fees}</article></body></html>"
    )
    home.watch({"strait": site.put("/strait", other)}, every="0.3s", keys={"language": "en"})
    path = home.path / "variorum.toml"
    path.write_text(path.read_text("utf-8") + "accept_doubt = true\n", "utf-8")
    look_back(home, {"strait": [statement.html(), other, other]}, version=VERSION)
    with served(home) as until:
        until(lambda: slow.asked > 0)
        assert rows(home, "SELECT kind FROM acts") == []
        slow.most.release(1000)
        until(lambda: read_by(home)["strait"] == (2, VERSION))
        until(lambda: site.asked.count("/strait") > 1)
    assert rows(home, "SELECT kind, actor FROM acts") == [("release", BY_RULE)]
    assert [row["title"] for row in home.history("strait")] == [statement.title, "Harbour fees"]
    assert home.run("rebuild", "--check").code == 0


def test_a_service_killed_while_it_reads_anew_leaves_whole_readings_and_the_next_one_begins_again(
    home: Any, site: Any, statement: Any
) -> None:
    with_history(home, site, statement, {"strait": 150, "ferry": 1}, version=OLD)
    killed = home.start("serve", "--port", "0")
    until(lambda: read_by(home)["ferry"] == (2, VERSION))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert rows(home, PARTIAL) == []
    home.start("serve", "--port", "0")
    until(lambda: "/strait" in site.asked)
    assert read_by(home) == {"strait": (2, VERSION), "ferry": (2, VERSION)}
    assert rows(home, PARTIAL) == []


# Readings without a judgement of a look that is older than they are, and judgements of none.
PARTIAL = """
SELECT r.id FROM readings r JOIN observations o ON o.page_id = r.page_id AND o.seq < r.entry_seq
LEFT JOIN judgements j ON j.reading_id = r.id AND j.seq = o.seq WHERE j.seq IS NULL
UNION ALL SELECT reading_id FROM judgements WHERE reading_id NOT IN (SELECT id FROM readings)
"""


def until(true: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.02)
