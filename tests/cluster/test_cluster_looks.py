"""Looks on the workers of a real Dask cluster: the same history, the same politeness, and a worker that is killed."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.opening import DATABASE
from archive.reading import open_reader
from scraper import program, watchlist
from scraper.cli import main
from scraper.rounds import Rounds
from scraper.service import Service
from scraper.watchlist import WatchList

pytest.importorskip("distributed", reason="the extra variorum[cluster] is not installed")

TOPICS = ("river", "harbour", "railway", "forest")


def watch_list(sites: Any, pages: dict[str, str], *, executor: str, fetch: str = 'delay = "0"') -> WatchList:
    """Pages by slug, each with its address."""
    named = "".join(f'[[page]]\nslug = "{slug}"\nurl = "{url}"\n' for slug, url in pages.items())
    return watchlist.parse(f'[fetch]\nexecutor = "{executor}"\nallow_addresses = ["127.0.0.0/8"]\n{fetch}\n{named}')


def statement(topic: str, *, articles: int = 9, verb: str = "supports") -> str:
    text = "".join(
        f"<p>The Ministry {verb} article {n} of the {topic} treaty, and asks both sides to keep to it.</p>"
        for n in range(articles)
    )
    return (
        f"<html lang=en><head><title>The {topic} treaty</title></head><body><nav><a href=/>Home</a></nav>"
        f"<main><h1>The {topic} treaty</h1>{text}</main></body></html>"
    )


def check(home: Path, listed: WatchList) -> Counter[str]:
    """One look at each page; how often each outcome came of it."""
    outcomes: Counter[str] = Counter()
    home.mkdir(exist_ok=True)
    program.check_now(home, listed, listed.pages, lambda _, recorded: outcomes.update([str(recorded.derived.outcome)]))
    return outcomes


def replay(home: Path, sites: Any, executor: str) -> list[Counter[str]]:
    """Five rounds, seven hours apart, of pages that stay, change, go, break, hide and come back."""
    pages = {topic: sites.url(f"127.0.1.{n}", f"/{topic}") for n, topic in enumerate(TOPICS, 1)}
    missing = "<html><head><title>Page not found</title></head><body><h1>404</h1><p>Page not found.</p></body></html>"
    script: dict[str, list[tuple[int, str]]] = {
        "/river": [(200, statement("river"))] * 5,
        "/harbour": [(200, statement("harbour", verb=verb)) for verb in ("supports", "opposes", "opposes", "supports")]
        + [(404, missing)],
        "/railway": [(200, statement("railway")), (200, missing), (503, ""), (200, statement("railway")), (200, "")],
        "/forest": [(200, statement("forest", articles=n)) for n in (9, 10, 8, 12, 12)],
        "/robots.txt": [(200, "User-agent: *\nDisallow: /closed\n")] * 5,
    }
    pages["closed"] = sites.url("127.0.1.1", "/closed/page")
    listed = watch_list(sites, pages, executor=executor)
    found = []
    home.mkdir()
    with program.archive_of(home, listed, holder="test") as archive, program.tools_of(listed) as tools:
        for number in range(5):
            sites.answer = lambda _, path, number=number: script.get(path, [(404, "")] * 5)[number]
            at = datetime(2014, 5, 9, tzinfo=UTC) + timedelta(hours=7 * number)
            outcomes: Counter[str] = Counter()
            rounds = Rounds(
                archive,
                replace(tools, now=lambda at=at: at),  # type: ignore[misc]
                told=lambda _, recorded, outcomes=outcomes: outcomes.update([str(recorded.derived.outcome)]),  # type: ignore[misc]
            )
            rounds.run(lambda _: listed.pages, once=True)
            found.append(outcomes)
    return found


NOT_THE_SAME = {  # in two replays: when, and what rests on it
    *("first_observed", "last_observed", "last_confirmed", "not_before", "not_after", "observed_at", "observation"),
    *("duration_ms", "change", "leaf_sha256"),
}


def history(home: Path) -> dict[str, list[dict[str, Any]]]:
    """Observations, revisions and changes as exported, without what no two replays have in common."""
    (home / "variorum.toml").write_text("")
    found = {}
    for what in ("observations", "revisions", "changes"):
        said = CliRunner().invoke(main, ["--home", str(home), "export", what, "--format", "jsonl"])
        assert said.exit_code == 0, said.output
        rows = [json.loads(line) for line in said.stdout.splitlines()]
        kept = [{key: value for key, value in row.items() if key not in NOT_THE_SAME} for row in rows]
        found[what] = sorted(kept, key=lambda row: row["page"])  # of a page in its order
    return found


def test_the_same_replay_gives_the_same_history_as_with_threads(
    tmp_path: Path, sites: Any, shared_cluster: Any
) -> None:
    with_threads = replay(tmp_path / "threads", sites, "threads")
    with_workers = replay(tmp_path / "dask", sites, shared_cluster.executor)
    assert with_workers == with_threads
    assert sum(with_threads, Counter()).keys() >= {"new", "unchanged", "changed", "held", "gone", "failed", "refused"}
    assert history(tmp_path / "dask") == history(tmp_path / "threads")


def test_two_workers_never_ask_a_host_at_once_nor_before_its_delay(
    tmp_path: Path, sites: Any, shared_cluster: Any
) -> None:
    def answer(_: str, path: str) -> tuple[int, str]:
        time.sleep(0.05)
        return (404, "") if path == "/robots.txt" else (200, statement(TOPICS[int(path[1:])]))

    sites.answer = answer
    pages = {f"page-{host}-{n}": sites.url(f"127.0.2.{host}", f"/{n}") for host in (1, 2, 3) for n in range(4)}
    assert check(
        tmp_path / "home", watch_list(sites, pages, executor=shared_cluster.executor, fetch='delay = "0.2s"')
    ) == {"new": 12}
    assert Counter(asked.path for asked in sites.log)["/robots.txt"] == 3  # once a host, not once a worker
    for host in {asked.host for asked in sites.log}:
        asked = sorted((asked.begun_s, asked.ended_s) for asked in sites.log if asked.host == host)
        gaps = [later[0] - earlier[1] for earlier, later in pairwise(asked)]
        assert len(gaps) == 4  # between robots.txt and the first page too
        assert min(gaps) >= 0.2


def test_looks_that_are_led_to_one_host_take_turns_there_over_all_workers(
    tmp_path: Path, sites: Any, shared_cluster: Any
) -> None:
    target = sites.url("127.0.5.9", "/moved")

    def answer(host: str, path: str) -> tuple[int, str]:
        if path == "/robots.txt":
            return 404, ""
        return (200, statement("river")) if host == "127.0.5.9" else (302, target)

    sites.answer = answer
    pages = {f"page-{n}": sites.url(f"127.0.5.{n}", "/old") for n in range(1, 6)}
    check(tmp_path / "home", watch_list(sites, pages, executor=shared_cluster.executor, fetch='delay = "0.2s"'))
    asked = sorted((asked.begun_s, asked.ended_s) for asked in sites.log if asked.path == "/moved")
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(asked)]
    assert len(gaps) == 4
    assert min(gaps) >= 0.2


def test_a_worker_that_is_killed_costs_a_second_look_and_no_observation(
    tmp_path: Path, sites: Any, own_cluster: Any
) -> None:
    all_begun, killed = threading.Semaphore(0), threading.Event()

    def answer(host: str, path: str) -> tuple[int, str]:
        if path == "/robots.txt":
            return 404, ""
        all_begun.release()
        killed.wait(30)  # every look of the first turn is under way when the worker ends
        return 200, statement(TOPICS[int(host.rpartition(".")[2]) % 4])

    def kill() -> None:
        for _ in pages:
            all_begun.acquire(timeout=30)
        own_cluster.workers[0].send_signal(signal.SIGKILL)
        own_cluster.workers[0].wait()
        killed.set()

    sites.answer = answer
    pages = {f"page-{n}": sites.url(f"127.0.3.{n}", "/page") for n in range(1, 7)}
    killer = threading.Thread(target=kill)
    killer.start()
    outcomes = check(tmp_path / "home", watch_list(sites, pages, executor=own_cluster.executor))
    killer.join()
    assert outcomes == {"new": 6}
    asked = Counter(asked.host for asked in sites.log if asked.path == "/page")
    assert sorted(asked.values())[-1] == 2  # those of the worker that ended, once more; nobody a third time
    assert 6 < asked.total() < 12
    with open_reader(tmp_path / "home" / DATABASE) as reader:
        rows = reader.rows("SELECT outcome, count(*) AS looks FROM observations GROUP BY outcome")
        assert [tuple(row) for row in rows] == [("new", 6)]


def test_fetch_settings_that_are_read_again_hold_for_the_next_looks_of_the_workers(
    tmp_path: Path, sites: Any, shared_cluster: Any
) -> None:
    sites.answer = lambda _, path: (404, "") if path == "/robots.txt" else (200, statement("river"))
    toml = (
        f'[defaults]\nevery = "1s"\n[fetch]\nexecutor = "{shared_cluster.executor}"\ndelay = "0"\nrobots = false\n'
        f'allow_addresses = ["127.0.0.0/8"]\n[[page]]\nslug = "river"\nurl = "{sites.url("127.0.6.1", "/river")}"\n'
    )
    path = tmp_path / "variorum.toml"
    path.write_text(toml, "utf-8")
    service = Service(tmp_path, watchlist.load(path), told=lambda *_: None, ended=lambda: None)

    def until_asked_for(wanted: str) -> None:
        end_s = time.monotonic() + 60
        while not any(asked.path == wanted for asked in sites.log):
            assert time.monotonic() < end_s
            service.wake()
            time.sleep(0.05)

    service.start()
    try:
        until_asked_for("/river")
        path.write_text(toml.replace("robots = false", "robots = true"), "utf-8")
        service.read_again()
        until_asked_for("/robots.txt")
    finally:
        service.stop()
