"""kill -9 at random moments of a round: what was printed is in the archive, and the archive opens without repair."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

KILLS = 50
PAGES = 12
FIRST_KILLS = 10


def killed_round(home: Any, nursery: Any, after_s: float, rows: int = 0) -> list[dict[str, Any]]:
    """What one round printed that was killed so long after it had printed so many rows."""
    err = home.path.parent / "stderr"
    child = nursery.start(["--home", str(home.path), "check", "--json"], out=nursery.pipe, err=err)
    with nursery.pipe.open(encoding="utf-8", newline="") as out:
        lines = [out.readline() for _ in range(rows)]
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        lines += out.readlines()
    nursery.finish()
    assert err.read_text("utf-8") == ""
    return [json.loads(line) for line in lines if line.endswith("\n")]


def test_every_printed_observation_survives_kill_nine_at_fifty_moments(
    home: Any, site: Any, statement: Any, nursery: Any
) -> None:
    chance = random.Random(20140509)
    home.watch({f"page-{n}": site.put(f"/{n}", statement.html()) for n in range(PAGES)})
    printed: dict[int, str] = {}
    page_s = timed_round(home, printed) / PAGES
    least = len(printed)
    for kill in range(KILLS):
        if kill % 2 == 0:
            for n in range(PAGES):
                site.put(f"/{n}", statement.html().replace("2011", str(2012 + kill + n)))
        seen = kill % (PAGES // 2)
        rows = killed_round(home, nursery, chance.uniform(0, page_s), seen)
        printed.update((row["observation"], row["page"]) for row in rows)
        least += seen
        assert archived(home.path) >= set(printed.items())
    assert least <= len(printed) < (1 + KILLS) * PAGES
    assert len(home.check()) == PAGES


def timed_round(home: Any, printed: dict[int, str]) -> float:
    """How many seconds a whole round takes; what it printed is added."""
    home.run("--version")  # so that the first round does not wait for the nursery
    began = time.monotonic()
    printed.update((row["observation"], row["page"]) for row in home.check().values())
    return time.monotonic() - began


def archived(home: Path) -> set[tuple[int, str]]:
    """The archive's observations, opened as it lies; fails where SQLite finds anything wrong."""
    conn = sqlite3.connect(home / "archive.db")
    try:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not conn.execute("PRAGMA foreign_key_check").fetchall()
        rows = conn.execute("SELECT o.seq, p.slug FROM observations o JOIN pages p ON p.id = o.page_id").fetchall()
        entries = conn.execute("SELECT count(*), max(seq) FROM entries").fetchone()
        assert entries[0] == entries[1], "the log has a gap"
    finally:
        conn.close()
    return set(rows)


def test_a_home_killed_while_its_archive_is_made_goes_on_without_repair(
    home: Any, site: Any, statement: Any, nursery: Any
) -> None:
    chance = random.Random(20131204)
    url = site.put("/strait", statement.html())
    whole = home.path
    for kill in range(FIRST_KILLS):
        home.path = whole / str(kill)
        home.path.mkdir()
        home.watch({"strait": url})
        killed_round(home, nursery, chance.uniform(0, 0.06))
        assert home.check()["strait"]["outcome"] in ("new", "unchanged")
        archived(home.path)
