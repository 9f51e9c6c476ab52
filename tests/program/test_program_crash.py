"""kill -9 at random moments of a round: what was printed is in the archive, and the archive opens without repair."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

KILLS = 50
PAGES = 12


@pytest.fixture
def zygote(tmp_path: Path) -> Any:
    """Starts the command as forks of a process that has already imported it, so that fifty rounds take seconds."""
    return None


def test_every_printed_observation_survives_kill_nine_at_fifty_moments(home: Any, site: Any, statement: Any) -> None:
    chance = random.Random(20140509)
    pages = {f"page-{n}": site.put(f"/{n}", statement.html()) for n in range(PAGES)}
    home.watch(pages)
    took_s = whole_round_s(home)
    printed: dict[int, str] = {}
    for kill in range(KILLS):
        for n in range(PAGES):
            site.put(f"/{n}", statement.html().replace("2011", str(2011 + kill + n)))
        for row in killed_round(home, after_s=chance.uniform(0.3, 1.1) * took_s):
            printed[row["observation"]] = row["page"]
        assert archived(home.path) >= set(printed.items())
    assert len(printed) > KILLS


def whole_round_s(home: Any) -> float:
    began = time.monotonic()
    assert len(home.check()) == PAGES
    return time.monotonic() - began


def killed_round(home: Any, *, after_s: float) -> list[dict[str, Any]]:
    """The rows that one round printed before it was killed."""
    process: subprocess.Popen[str] = home.start("check", "--json")
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate()
    assert not err, err
    return [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]


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
