"""Real page histories replayed with noise through the installed command, twice into new homes.

The suite replays a few rounds of some pages. All pages and revisions, in several minutes: CORPUS=all pytest <this file>.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

WHOLE = os.environ.get("CORPUS") == "all"
ROUNDS = 14 if WHOLE else 3  # the longest history has 14 revisions
PAGES = slice(None) if WHOLE else slice(0, None, 5)


def slug_of(name: str) -> str:
    return "".join(char if char.isalnum() else "-" for char in name.lower()).strip("-")


def test_a_replayed_corpus_is_archived_whole_and_the_same_twice(
    home: Any, corpus: Path, replay_site: Any, serve_handlers: Callable[..., list[str]]
) -> None:
    histories = dict(list(replay_site.load(corpus).items())[PAGES])
    (base,) = serve_handlers([replay_site.handler(histories, noise=True, validators=False)])
    homes = [replace(home, path=home.path / name) for name in ("first", "second")]
    printed = [replay(one, base, list(histories)) for one in homes]

    for one, rows in zip(homes, printed, strict=True):
        assert len(rows) == ROUNDS * len(histories)
        assert archived(one.path) == {(row["observation"], row["page"], row["outcome"]) for row in rows}
    first, second = (derived(one) for one in homes)
    assert first == second
    assert {row["page"] for row in first["revisions"]} == {slug_of(name) for name in histories}


def replay(home: Any, base: str, names: list[str]) -> list[dict[str, Any]]:
    """All rounds into a new home; the rows that were printed."""
    home.path.mkdir()
    home.watch({slug_of(name): f"{base}/{name}" for name in names})
    requests.post(f"{base}/_reset", timeout=10)
    rows: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        rows += home.check(installed=True).values()
        requests.post(f"{base}/_step", timeout=10)
    return rows


def archived(path: Path) -> set[tuple[int, str, str]]:
    conn = sqlite3.connect(path / "archive.db")
    rows = conn.execute(
        "SELECT o.seq, p.slug, o.outcome FROM observations o JOIN pages p ON p.id = o.page_id"
    ).fetchall()
    assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    conn.close()
    return set(rows)


# What is not the same in two replays of the same pages: when, and in which order hosts answered.
TIMES = {"first_observed", "last_observed", "last_confirmed", "not_before", "not_after", "observation", "change"}


def derived(home: Any) -> dict[str, list[dict[str, Any]]]:
    """Revisions and changes without times: numbers, texts, kinds, ops."""
    found = {}
    for what in ("revisions", "changes"):
        rows = [json.loads(line) for line in home.run("export", what, "--format", "jsonl").out.split("\n") if line]
        found[what] = [{key: value for key, value in row.items() if key not in TIMES} for row in rows]
    return found
