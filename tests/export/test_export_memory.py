"""Exports of many rows take constant memory and read by index, so that their time grows with the rows alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.export import TABLES
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.store import Archive

MANY = 200_000

# Two pages: one of 2,000 looks, one of all others; a new revision with every tenth look. :first is the next of the log.
FILL = """
INSERT INTO blobs (id, sha256, size_bytes, depth, data) VALUES (1, zeroblob(32), 0, 0, x'00');
CREATE TEMP TABLE looks AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :many - 1)
    SELECT i + :first AS seq, r.page_id, r.id AS reading_id, i / 10 * 10 + :first AS first FROM n
    JOIN pages p ON p.slug = iif(i < 2000, 'few', 'many') JOIN readings r ON r.page_id = p.id AND r.is_current;
INSERT INTO entries (seq, kind, page_id, leaf, entry) SELECT seq, 'observation', page_id, zeroblob(32), zeroblob(100) FROM looks;
INSERT INTO observations (seq, page_id, observed_at, duration_ms, via, http_status, outcome, received_bytes, body_id)
    SELECT seq, page_id, strftime('%Y-%m-%dT%H:%M:%SZ', 1400000000 + 60 * seq, 'unixepoch'), 5, 'live', 200,
        iif(seq = first, 'changed', 'unchanged'), 9, 1 FROM looks;
INSERT INTO revisions (id, page_id, reading_id, number, title, language, words, not_after, first_observed, last_observed,
    last_confirmed, looks, observation_seq, text_sha256, block_kinds, text)
    SELECT seq, page_id, reading_id, seq, 'T', 'en', 9, '', '', '', '', 10, seq, '', '[]', seq || hex(zeroblob(500))
    FROM looks WHERE seq = first;
INSERT INTO judgements (reading_id, seq, outcome, revision_id) SELECT reading_id, seq, 'unchanged', first FROM looks;
INSERT INTO changes (page_id, from_revision_id, to_revision_id, not_after, kinds, words_added, words_removed, words_moved,
    summary, ops) SELECT page_id, id - 10, id, '', '["wording"]', 1, 1, 0, '[]', '[]' FROM revisions WHERE id > (SELECT min(id) FROM revisions);
"""

MEASURE = """
import resource, sqlite3, sys
from archive.export import export
conn = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, isolation_level=None)
with open("/dev/null", "wb") as out:
    few = export(conn, sys.argv[2], slug="few", out=out)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = export(conn, sys.argv[2], out=out)
print(few, rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.fixture(scope="module")
def big_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("big")
    pages = [PageSettings(slug=slug, url=f"https://mfa.example/{slug}") for slug in ("few", "many")]
    with Archive.open(home, holder="test") as archive:
        archive.sync_pages(pages, version="test/1", at=datetime(2014, 5, 8, 18, 54, tzinfo=UTC))
    conn = sqlite3.connect(home / DATABASE, isolation_level=None)
    values = {"many": MANY, "first": conn.execute("SELECT max(seq) + 1 FROM entries").fetchone()[0]}
    conn.execute("BEGIN")
    for statement in FILL.split(";\n"):
        conn.execute(statement, values)
    conn.execute("COMMIT")
    conn.close()
    return home / DATABASE


@pytest.mark.parametrize(("what", "few", "many"), [("snapshots", 2000, MANY), ("observations", 2000, MANY)])
def test_a_hundred_times_the_rows_take_no_more_memory(big_archive: Path, what: str, few: int, many: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(big_archive), what], capture_output=True, text=True, check=True
    )
    got_few, got_many, grown_kb = map(int, done.stdout.split())
    assert (got_few, got_many) == (few, many)
    assert grown_kb < 4096


@pytest.mark.parametrize("what", sorted(TABLES))
def test_rows_are_read_by_index_and_never_sorted(big_archive: Path, what: str) -> None:
    conn = sqlite3.connect(big_archive)
    values = {"page": 2, "reading": 2, "bound": MANY, "key1": "2014", "key2": 7}
    plan = [row[3] for row in conn.execute("EXPLAIN QUERY PLAN " + TABLES[what].sql, values)]
    conn.close()
    assert not [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step]
