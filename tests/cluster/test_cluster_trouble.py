"""A cluster that is not there, loses its workers or its scheduler, or is not as it should be."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.opening import DATABASE
from archive.reading import open_reader
from scraper import cluster, program, watchlist
from scraper.cluster import ClusterMissing, ClusterUnreachable, LookLost
from scraper.program import LooksLost
from scraper.rounds import Rounds

PAGE = "<html lang=en><head><title>Harbour fees</title></head><body><main><h1>Harbour fees</h1>" + "".join(
    f"<p>Vessels of class {n} pay on arrival; the master signs for what was weighed at the quay.</p>" for n in range(9)
)


def listed(executor: str, url: str = "http://127.0.4.1/fees") -> watchlist.WatchList:
    return watchlist.parse(
        f'[fetch]\nexecutor = "{executor}"\ndelay = "0"\nrobots = false\nallow_addresses = ["127.0.0.0/8"]\n'
        f'[[page]]\nslug = "fees"\nurl = "{url}"\n'
    )


def outcomes(home: Path) -> list[str]:
    with open_reader(home / DATABASE) as reader:
        return [row["outcome"] for row in reader.rows("SELECT outcome FROM observations ORDER BY seq")]


@pytest.fixture
def check(tmp_path: Path) -> Callable[[watchlist.WatchList], list[str]]:
    """One look at each page; the outcomes on disk after it."""

    def look(watch_list: watchlist.WatchList) -> list[str]:
        program.check_now(tmp_path, watch_list, watch_list.pages, lambda *_: None)
        return outcomes(tmp_path)

    return look


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterMissing) as refused, program.tools_of(listed("dask://127.0.0.1:8786")):
        pass
    assert "pip install 'variorum[cluster]'" in str(refused.value)
    assert "\n" not in str(refused.value)


class TestWithDask:
    @pytest.fixture(autouse=True)
    def _needs_dask(self) -> None:
        pytest.importorskip("distributed", reason="the extra variorum[cluster] is not installed")

    def test_an_address_without_a_scheduler_is_one_clear_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
        with (
            pytest.raises(ClusterUnreachable, match="no Dask scheduler"),
            program.tools_of(listed("dask://127.0.0.1:9")),
        ):
            pass

    def test_a_server_that_is_no_scheduler_is_one_clear_error(
        self, monkeypatch: pytest.MonkeyPatch, sites: Any
    ) -> None:
        monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
        executor = sites.url("127.0.4.2", "").replace("http:", "dask:")
        with pytest.raises(ClusterUnreachable, match="no Dask scheduler"), program.tools_of(listed(executor)):
            pass

    def test_a_worker_with_another_variorum_is_refused(self, tmp_path: Path, own_scheduler: Any) -> None:
        installed = tmp_path / "variorum-9.9.dist-info"
        installed.mkdir()
        (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: variorum\nVersion: 9.9\n")
        own_scheduler.add_worker(PYTHONPATH=str(tmp_path))
        with (
            pytest.raises(ClusterUnreachable, match=r"tcp://.* does not have variorum"),
            program.tools_of(listed(own_scheduler.executor)),
        ):
            pass

    def test_a_scheduler_without_workers_is_one_clear_error(
        self, monkeypatch: pytest.MonkeyPatch, own_scheduler: Any
    ) -> None:
        monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
        with pytest.raises(ClusterUnreachable, match="has no worker"), program.tools_of(listed(own_scheduler.executor)):
            pass

    def test_a_page_whose_looks_are_lost_twice_is_told_and_not_blamed(
        self, tmp_path: Path, own_scheduler: Any, sites: Any, check: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        asked = 0

        def answer(*_: str) -> tuple[int, str]:
            nonlocal asked
            asked += 1
            if asked < 3:
                own_scheduler.kill_workers()
                own_scheduler.add_worker()
            return 200, PAGE

        sites.answer = answer
        own_scheduler.add_worker()
        watch_list = listed(own_scheduler.executor, sites.url("127.0.4.1", "/fees"))
        with pytest.raises(LooksLost, match="variorum check fees"):
            check(watch_list)
        assert (
            "fees: no look, twice lost by the cluster (the worker that had begun it ended)" in capsys.readouterr().err
        )
        assert (outcomes(tmp_path), asked) == ([], 2)
        assert check(watch_list) == ["new"]

    @pytest.mark.parametrize("away_s", [0, 4], ids=["before Dask gives up", "after Dask gave up"])
    def test_a_scheduler_that_is_started_again_is_found_again(
        self, own_scheduler: Any, sites: Any, check: Any, monkeypatch: pytest.MonkeyPatch, away_s: float
    ) -> None:
        monkeypatch.setattr(cluster, "CONNECT_S", 3)
        asked = 0

        def answer(*_: str) -> tuple[int, str]:
            nonlocal asked
            asked += 1
            if asked == 1:
                own_scheduler.close()
                time.sleep(away_s)
                own_scheduler.begin(port=own_scheduler.address.rpartition(":")[2])
                own_scheduler.add_worker()
            return 200, PAGE

        sites.answer = answer
        own_scheduler.add_worker()
        assert check(listed(own_scheduler.executor, sites.url("127.0.4.1", "/fees"))) == ["new"]
        assert asked == 2

    def test_a_round_by_hand_ends_when_there_is_no_worker_any_more(
        self, own_scheduler: Any, sites: Any, check: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer(*_: str) -> tuple[int, str]:
            own_scheduler.kill_workers()
            return 200, PAGE

        sites.answer = answer
        own_scheduler.add_worker()
        monkeypatch.setattr(cluster, "PATIENCE_S", 0.1)
        with pytest.raises(ClusterUnreachable, match="no worker for"):
            check(listed(own_scheduler.executor, sites.url("127.0.4.1", "/fees")))

    def test_a_worker_with_another_interpreter_looks_at_nothing(
        self, tmp_path: Path, shared_cluster: Any, sites: Any
    ) -> None:
        watch_list = listed(shared_cluster.executor, sites.url("127.0.4.1", "/fees"))
        lost: list[LookLost] = []
        with program.archive_of(tmp_path, watch_list, holder="test") as archive, program.tools_of(watch_list) as tools:
            assert tools.cluster is not None
            tools.cluster.settings = replace(tools.cluster.settings, version="another")
            rounds = Rounds(archive, tools, told=lambda *_: None, lost=lambda _, error: lost.append(error))
            rounds.run(lambda _: watch_list.pages, once=True)
        assert "not another" in str(lost[0])
        assert sites.log == []

    def test_a_look_is_dated_by_the_archives_clock(self, tmp_path: Path, shared_cluster: Any, sites: Any) -> None:
        sites.answer = lambda *_: (200, PAGE)
        watch_list = listed(shared_cluster.executor, sites.url("127.0.4.1", "/fees"))
        at = datetime(2014, 5, 9, 12, tzinfo=UTC)
        dated: list[str] = []
        with program.archive_of(tmp_path, watch_list, holder="test") as archive, program.tools_of(watch_list) as tools:
            rounds = Rounds(
                archive, replace(tools, now=lambda: at), told=lambda _, recorded: dated.append(recorded.observed_at)
            )
            rounds.run(lambda _: watch_list.pages, once=True)
        assert [text[:17] for text in dated] == ["2014-05-09T12:00:"]
