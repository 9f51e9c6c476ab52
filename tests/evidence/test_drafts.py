"""A reading that is drafted beside what goes on comes into force whole, as the reading that would have been made at once."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archive.alerting.rules import Rule
from archive.drafts import Draft
from archive.errors import StoreFailed
from archive.model import Rules
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.rebuild import rebuild
from archive.store import Act, Archive
from scraper.acts import reader_of
from scraper.interpret import VERSION

OTHER = Rules(ignore=("p:nth-of-type(2)",))
RULE = Rule(name="all", targets=("here",), confirm_s=0.0)
CHALLENGE = (
    b"<html><title>Just a moment...</title><h1>Checking your browser before accessing</h1><p>Please enable JavaScript and"
    b" cookies to continue. Ray ID 7a2b</p></html>"
)


def dump(home: Path) -> dict[str, list[Any]]:
    """Every row of every table, and every term of the full-text indexes with its places."""
    conn = sqlite3.connect(home / DATABASE)
    try:
        kinds = conn.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'").fetchall()
        names = [name for name, kind in kinds if kind == "table"]
        for index in [name for name, kind in kinds if kind == "virtual" and "_terms" not in name]:
            conn.execute(f"CREATE VIRTUAL TABLE temp.{index}_found USING fts5vocab(main, {index}, instance)")
            names.append(f"temp.{index}_found")
        return {name: sorted(conn.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
    finally:
        conn.close()


def drafted(keeper: Any, slug: str, *, act: Act | None = None, alerts: tuple[Rule, ...] = ()) -> bool:
    state = keeper.archive.page_state(slug)
    rules = state.rules if act else OTHER
    with Draft(keeper.path, state.page_id, rules, act=act) as draft:
        assert list(draft.read(reader_of))[-1:] == [0]
        cause = act.kind if act else "rules"
        return draft.put_in_force(cause=cause, version=VERSION, at=keeper.at, alerts=alerts)


@pytest.fixture
def at_rest(story: Path, keeper_of: Any) -> Any:
    """A keeper of the same story, in which the page was read anew at once."""
    keeper = keeper_of(shutil.copytree(story, story.with_name("at_rest")))
    yield keeper
    keeper.close()


@pytest.fixture
def beside(story: Path, keeper_of: Any) -> Any:
    keeper = keeper_of(story)
    yield keeper
    keeper.close()


def test_a_drafted_reading_is_the_one_made_at_rest_byte_for_byte_and_so_are_the_looks_after_it(
    at_rest: Any, beside: Any
) -> None:
    at_rest.reread("strait", OTHER, cause="rules")
    beside.at = at_rest.at
    assert drafted(beside, "strait")
    for keeper in (at_rest, beside):
        keeper.look("strait", keeper.html(7))
        keeper.look("ferry", keeper.html(3))
        keeper.close()
    assert dump(beside.home) == dump(at_rest.home)
    with Archive.open(beside.home, holder="test") as archive:
        assert set(rebuild(archive, reader_of, version=VERSION, keep=False).differing.values()) == {0}


def test_nothing_of_a_draft_is_there_before_it_is_in_force_and_others_write_meanwhile(beside: Any) -> None:
    state = beside.archive.page_state("strait")
    before = beside.archive.conn.execute("SELECT count(*), max(id) FROM revisions").fetchone()
    with Draft(beside.path, state.page_id, OTHER) as draft:
        for _ in draft.read(reader_of):
            now = beside.archive.conn.execute("SELECT count(*), max(id) FROM revisions").fetchone()
            assert (now, beside.archive.page_state("strait")) == (before, state)
        beside.look("ferry", beside.html(5))  # is not kept waiting, and takes the numbers that come next
        assert draft.put_in_force(cause="rules", version=VERSION, at=beside.at)
    assert beside.archive.page_state("strait").rules == OTHER
    assert set(rebuild(beside.archive, reader_of, version=VERSION, keep=False).differing.values()) == {0}


def test_a_draft_is_not_put_in_force_over_a_look_that_it_does_not_know(beside: Any) -> None:
    state = beside.archive.page_state("strait")
    with Draft(beside.path, state.page_id, OTHER) as draft:
        list(draft.read(reader_of))
        beside.look("strait", beside.html(5))
        after = dump(beside.home)
        assert not draft.put_in_force(cause="rules", version=VERSION, at=beside.at)
    assert dump(beside.home) == after


def test_a_draft_with_a_release_records_the_act_and_tells_its_change_once(keeper: Any, keeper_of: Any) -> None:
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/strait"))
    for body in (keeper.html(0), keeper.html(0), keeper.html(1), CHALLENGE):
        keeper.look("strait", body)
    keeper.close()
    beside, at_rest = (
        keeper_of(shutil.copytree(keeper.home, keeper.home.with_name(name)), at=keeper.at) for name in ("one", "two")
    )
    (seq,) = beside.archive.conn.execute("SELECT seq FROM observations WHERE outcome = 'held'").fetchone()
    act = Act(kind="release", observation_seq=seq, actor="a rule")
    assert drafted(beside, "strait", act=act, alerts=(RULE,))
    state = at_rest.archive.page_state("strait")
    at_rest.archive.act(state, act, reader_of({seq: "release"}), version=VERSION, at=at_rest.at, alerts=[RULE])
    for one in (beside, at_rest):
        one.close()
    assert dump(beside.home) == dump(at_rest.home)
    assert len(dump(beside.home)["alerts"]) == 1


def test_a_draft_that_the_disk_refuses_changes_nothing(beside: Any) -> None:
    state = beside.archive.page_state("strait")
    before = dump(beside.home)
    with Draft(beside.path, state.page_id, OTHER) as draft:
        list(draft.read(reader_of))
        (pages,) = draft._conn.execute("PRAGMA main.page_count").fetchone()
        draft._conn.execute(f"PRAGMA main.max_page_count = {pages}")
        with pytest.raises(StoreFailed):
            draft.put_in_force(cause="rules", version=VERSION, at=beside.at)
    assert dump(beside.home) == before


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from archive.drafts import Draft
from archive.model import Rules
from archive.store import Archive
from scraper.acts import reader_of
from scraper.interpret import VERSION

with Archive.open(Path(sys.argv[1]), holder="test") as archive:
    page = archive.page_state("strait").page_id
    with Draft(archive.path, page, Rules(ignore=("p:nth-of-type(2)",))) as draft:
        for left in draft.read(reader_of):
            if sys.argv[2] == "reading" and left == 2:
                os.kill(os.getpid(), signal.SIGKILL)
        draft._conn.set_trace_callback(
            lambda sql: os.kill(os.getpid(), signal.SIGKILL) if sys.argv[2] in sql else None
        )
        draft.put_in_force(cause="rules", version=VERSION, at=datetime(2014, 7, 1, tzinfo=UTC))
"""


@pytest.mark.parametrize("moment", ["reading", "INSERT INTO main.changes", "COMMIT"])
def test_a_kill_leaves_the_old_reading_in_force_and_nothing_of_the_new(story: Path, moment: str, lines: Any) -> None:
    before = dump(story)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(story), moment], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert dump(story) == before
    assert lines(story) == []
