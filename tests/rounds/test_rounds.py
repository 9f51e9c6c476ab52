"""Rounds over real HTTP on loopback, with a clock of the test's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archive.errors import StoreFailed
from archive.opening import DATABASE
from archive.reading import open_reader
from archive.store import Archive, Recorded
from scraper import program, watchlist
from scraper.rounds import BY_RULE, Rounds
from scraper.watchlist import Page

STATEMENT = "<html lang=en><head><title>River talks</title></head><body><main><h1>River talks</h1>" + "".join(
    f"<p>The Ministry supports article {n} of the river treaty, and asks both banks to keep to it.</p>"
    for n in range(9)
)
OTHER = "<html lang=en><head><title>Harbour fees</title></head><body><article><h2>Harbour fees</h2>" + "".join(
    f"<p>Vessels of class {n} pay on arrival; the master signs for what was weighed at the quay.</p>" for n in range(9)
)


class Site:
    """One page whose body the test sets."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.body = STATEMENT
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.body.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer((address, 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://{address}:{self.server.server_address[1]}/talks"


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.server.shutdown()
    found.server.server_close()


def watch(site: Site, more: str = "") -> watchlist.WatchList:
    return watchlist.parse(
        f'[fetch]\ndelay = "0"\nrobots = false\nallow_addresses = ["127.0.0.1"]\n'
        f'[[page]]\nslug = "talks"\nurl = "{site.url}"\n{more}'
    )


def looks(home: Path, site: Site, bodies: list[str], *, more: str = "", hours_between: float = 13) -> list[str]:
    """The outcomes of looks at these bodies, that long apart."""
    watch_list = watch(site, more)
    told: list[Recorded] = []
    at = datetime(2014, 5, 9, tzinfo=UTC)
    with program.archive_of(home, watch_list, holder="test") as archive, program.tools_of(watch_list) as tools:
        for n, body in enumerate(bodies):
            site.body = body
            timed = replace(tools, now=lambda n=n: at + timedelta(hours=n * hours_between))  # type: ignore[misc]
            Rounds(archive, timed, told=lambda _, recorded: told.append(recorded)).run(
                lambda _: watch_list.pages, once=True
            )
    return [str(recorded.derived.outcome) for recorded in told]


def acts_of(home: Path) -> list[tuple[str, str]]:
    with open_reader(home / DATABASE) as reader:
        return [(row["kind"], row["actor"]) for row in reader.rows("SELECT kind, actor FROM acts")]


def test_a_text_held_in_doubt_stays_held_unless_the_settings_say_otherwise(tmp_path: Path, site: Site) -> None:
    assert looks(tmp_path, site, [STATEMENT, *[OTHER] * 5]) == ["new", *["held"] * 5]
    assert acts_of(tmp_path) == []


def test_a_text_held_in_doubt_is_accepted_by_rule_after_three_equal_looks_over_a_day(
    tmp_path: Path, site: Site
) -> None:
    outcomes = looks(tmp_path, site, [STATEMENT, *[OTHER] * 4], more="accept_doubt = true")
    assert outcomes == ["new", "held", "held", "held", "unchanged"]
    assert acts_of(tmp_path) == [("release", BY_RULE)]
    with open_reader(tmp_path / DATABASE) as reader:
        assert [row.title for row in reader.history("talks")] == ["River talks", "Harbour fees"]


def test_three_equal_looks_within_a_day_are_not_enough(tmp_path: Path, site: Site) -> None:
    outcomes = looks(tmp_path, site, [STATEMENT, *[OTHER] * 4], more="accept_doubt = true", hours_between=2)
    assert outcomes == ["new", *["held"] * 4]


def test_evidence_of_an_error_page_is_never_accepted_by_rule(tmp_path: Path, site: Site) -> None:
    gone = (
        "<html><head><title>Page not found</title></head><body><h1>404</h1><p>The page was not found.</p></body></html>"
    )
    outcomes = looks(tmp_path, site, [STATEMENT, *[gone] * 6], more="accept_doubt = true")
    assert outcomes == ["new", *["held"] * 6]
    assert acts_of(tmp_path) == []


def test_a_commit_that_the_disk_refuses_is_told_and_the_next_look_is_stored(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_list = watch(site)
    errors: list[StoreFailed] = []
    told: list[Recorded] = []

    def unstored(_: Page, error: StoreFailed) -> None:
        errors.append(error)

    with program.archive_of(tmp_path, watch_list, holder="test") as archive, program.tools_of(watch_list) as tools:
        rounds = Rounds(archive, tools, told=lambda _, recorded: told.append(recorded), unstored=unstored)
        with monkeypatch.context() as patch:
            patch.setattr(Archive, "record", refuse)
            rounds.run(lambda _: watch_list.pages, once=True)
        rounds.run(lambda _: watch_list.pages, once=True)
    assert len(errors) == 1
    assert [str(recorded.derived.outcome) for recorded in told] == ["new"]


def test_what_had_come_back_when_a_round_is_stopped_is_recorded(tmp_path: Path) -> None:
    sites = [Site(f"127.0.0.{number}") for number in (1, 2, 3)]
    pages = "".join(f'[[page]]\nslug = "p{number}"\nurl = "{site.url}"\n' for number, site in enumerate(sites))
    watch_list = watchlist.parse(f'[fetch]\nrobots = false\nallow_addresses = ["127.0.0.0/8"]\n{pages}')
    told: list[str] = []

    def stop_when_all_are_back(page: Page, _: Recorded) -> None:
        told.append(page.slug)
        wait(rounds.under_way, timeout=60)
        time.sleep(1)  # a future is done a moment before its callbacks are
        rounds.stop()

    with program.archive_of(tmp_path, watch_list, holder="test") as archive, program.tools_of(watch_list) as tools:
        rounds = Rounds(archive, tools, told=stop_when_all_are_back)
        rounds.run(lambda _: watch_list.pages, once=False)
    for site in sites:
        site.server.shutdown()
        site.server.server_close()
    assert sorted(told) == ["p0", "p1", "p2"]


def refuse(*_: object) -> Recorded:
    raise StoreFailed("archive.db", "database or disk is full")
