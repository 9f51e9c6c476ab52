"""`verify` finds what is not as it was stored, names it, never writes and never falls over what it finds."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.errors import HomeUnusable, NewerArchive, NotOurDatabase, VariorumError
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.verify import verify

FLIPS = 2000 if os.environ.get("FAULTS") else 120  # `make faults` makes all of them
Lines = Callable[..., list[str]]
Forge = Callable[[Path, str], None]


@pytest.mark.parametrize("deep", [False, True])
def test_an_archive_as_it_was_stored_has_no_damage(story: Path, deep: bool) -> None:
    report = verify(story / DATABASE, deep=deep)
    assert report.findings == []
    assert report.entries == report.size > 30
    assert report.bodies == report.stored_bodies > 10


def test_verifying_changes_no_byte_of_the_database(story: Path) -> None:
    before = (story / DATABASE).read_bytes()
    verify(story / DATABASE, deep=True)
    assert (story / DATABASE).read_bytes() == before


def test_progress_is_told_to_the_last_entry_and_body(story: Path) -> None:
    told: dict[str, tuple[int, int]] = {}
    report = verify(story / DATABASE, deep=True, told=lambda what, done, of: told.update({what: (done, of)}))
    assert told["log"] == (report.size, report.size)
    assert told["bodies"] == (report.stored_bodies, report.stored_bodies)


def test_it_looks_while_the_archive_is_open_for_writing(keeper: Any, lines: Lines) -> None:
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/strait"))
    keeper.look("strait", b"<h1>Strait</h1><p>Open.</p>")
    with keeper.archive.transaction():
        assert lines(keeper.home) == []


COLUMNS = [
    ("observations", "observed_at = '2014-05-09T12:30:00Z'", "seq = 5", "observation 5: its column observed_at"),
    ("observations", "duration_ms = 7", "seq = 5", "observation 5: its column duration_ms"),
    ("observations", "http_status = 204", "seq = 5", "observation 5: its column http_status"),
    ("observations", "outcome = 'held'", "seq = 5", "observation 5: its column outcome"),
    ("observations", "reason = 'login'", "seq = 5", "observation 5: its column reason"),
    ("observations", "received_bytes = 1", "seq = 5", "observation 5: its column received_bytes"),
    ("observations", "via = 'warc'", "seq = 5", "observation 5: its column via"),
    ("observations", "page_id = 2", "seq = 5", "observation 5: its column page_id"),
    ("observations", "body_id = 1", "seq = 13", "observation 13: its column body_sha256"),
    ("observations", "body_id = NULL", "seq = 13", "observation 13: its column body_sha256"),
    ("acts", "actor = 'nobody'", "1", "its column actor is 'nobody'"),
    ("acts", "kind = 'release'", "1", "its column kind is 'release'"),
    ("triage", "text = 'x'", "kind = 'note'", "its column text is 'x'"),
    ("triage", "observation_seq = 6", "kind = 'seen'", "its column observation_seq is 6"),
    ("readings", "rules = '{}'", "number = 1", "its column rules is '{}'"),
    ("readings", "version = 'x'", "number = 1", "its column version is 'x'"),
    ("readings", "cause = 'x'", "number = 1", "its column cause is 'x'"),
    ("pages", "url = 'https://other.example/'", "slug = 'ferry'", "page ferry: its column url"),
    ("pages", "tags = '[]'", "slug = 'strait'", "page strait: its column tags"),
    ("pages", "statement = NULL", "slug = 'ferry'", "page ferry: its column statement"),
    ("pages", "added_at = '2014-01-01T00:00:00Z'", "slug = 'ferry'", "page ferry: its column added_at"),
    ("page_addresses", "url = 'https://other.example/'", "id = 1", "page strait: its addresses"),
    ("page_slugs", "slug = 'other'", "slug = 'ferry'", "page ferry: its slugs"),
    ("entries", "kind = 'note'", "seq = 5", "entry 5: its column kind"),
    ("entries", "page_id = 2", "seq = 5", "entry 5: its column page_id"),
    ("entries", "leaf = zeroblob(32)", "seq = 5", "entry 5: its column leaf is not its leaf hash"),
    ("log_nodes", "hash = zeroblob(32)", "level = 2 AND idx = 1", "the log's node 1 of level 2"),
    ("blobs", "sha256 = randomblob(32)", "id = 2", "its bytes have the digest"),
    ("blobs", "size_bytes = size_bytes + 1", "id = 2", "it can't be decoded"),
    ("blobs", "data = zeroblob(40)", "id = 2", "it can't be decoded"),
    (
        "judgements",
        "outcome = 'held', reason = 'login', revision_id = NULL",
        "seq = 5",
        "the judgement of observation 5",
    ),
    ("revisions", "text = text || '.'", "number = 2", "its text has the digest"),
    ("passages", "text = 'x'", "id = 1", "passage 1: its text has not the digest"),
    ("changes", "summary = 'x'", "id = 1", "its column summary is not a list"),
    ("changes", "from_revision_id = to_revision_id", "id = 1", "it does not lead from one revision to the next"),
]


@pytest.mark.parametrize(("table", "change", "where", "said"), COLUMNS)
def test_an_edited_column_is_named(
    story: Path, forge: Forge, lines: Lines, table: str, change: str, where: str, said: str
) -> None:
    forge(story, f"UPDATE {table} SET {change} WHERE {where}")
    assert any(said in line for line in lines(story))


def test_a_text_edited_with_its_digest_contradicts_the_entry_that_first_had_it(
    story: Path, forge: Forge, lines: Lines
) -> None:
    forge(
        story,
        "UPDATE revisions SET text = 'x', text_sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'",
    )
    assert any("the judgement of observation 5: its column text_sha256" in line for line in lines(story))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM entries WHERE seq IN (5, 6)", "entries 5 to 6: missing from the log"),
        ("DELETE FROM observations WHERE seq = 5", "observation 5: its row is missing"),
        ("DELETE FROM acts", "its row is missing"),
        ("DELETE FROM log_nodes WHERE level = 1 AND idx = 0", "the log's node 0 of level 1: it is missing"),
        ("DELETE FROM blobs WHERE id = 2", "its body is missing"),
        (
            "INSERT INTO log_nodes VALUES (3, 99, zeroblob(32))",
            "the log's node 99 of level 3: there are no entries below",
        ),
        ("INSERT INTO blobs VALUES (999, zeroblob(32), 0, NULL, 0, x'')", "blob 999: no observation has this body"),
        ("INSERT INTO acts VALUES (5, 'hold', 6, '2014-05-09T12:00:00Z', 'x')", "row 5 of acts: the log has no entry"),
        ("DELETE FROM judgements WHERE seq = 5", "the judgement of observation 5: its row is missing"),
        ("UPDATE blobs SET base_id = id WHERE base_id IS NULL", "no chain leads to it from a full body"),
        ("DROP TRIGGER entries_no_update", "the trigger entries_no_update: it is missing"),
        ("CREATE TRIGGER mine AFTER INSERT ON entries BEGIN SELECT 1; END", "the trigger mine: this program made none"),
        ("DROP INDEX observations_by_body", "the index observations_by_body: it is missing"),
    ],
)
def test_what_was_taken_out_or_put_in_is_named(story: Path, lines: Lines, sql: str, said: str) -> None:
    conn = sqlite3.connect(story / DATABASE)
    table = sql.split()[2] if sql.startswith(("DELETE", "INSERT")) else sql.split()[1]
    dropped = conn.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).fetchall()
    for name, _ in dropped:
        conn.execute(f"DROP TRIGGER {name}")
    conn.execute(sql)
    for _, definition in dropped:
        conn.execute(definition)
    conn.commit()
    conn.close()
    assert any(said in line for line in lines(story))


def test_an_entry_rewritten_with_its_tree_and_columns_is_whole_in_itself(
    story: Path, forge: Forge, rewrite: Any, entry: Any, lines: Lines
) -> None:
    rewrite(story, {8: entry(story, 8) | {"duration_us": 99_000}})
    forge(story, "UPDATE observations SET duration_ms = 99 WHERE seq = 8")
    assert lines(story) == []  # only a checkpoint kept elsewhere shows it: tests/evidence/test_checkpoints.py


def test_leaves_that_an_earlier_version_kept_as_nodes_are_held_against_the_entries(
    story: Path, forge: Forge, lines: Lines
) -> None:
    forge(story, "INSERT INTO log_nodes SELECT 0, seq - 1, leaf FROM entries")
    assert lines(story) == []
    forge(story, "UPDATE log_nodes SET hash = zeroblob(32) WHERE level = 0 AND idx = 4")
    assert lines(story) == ["the log's node 4 of level 0: it is not the hash of what is below it"]


def test_flipped_bits_are_found_or_change_nothing_that_is_evidence(story: Path, tmp_path: Path) -> None:
    flips = Flips(story / DATABASE, tmp_path)
    chance = random.Random(20140509)
    for _ in range(FLIPS):
        flips.flip(chance.randrange(flips.bits))
    print(f"{FLIPS} flips: {flips.found} found; unseen, by table: {flips.derived or 'none'}")
    assert flips.missed == []
    assert flips.found > FLIPS // 8


class Flips:
    """Single flipped bits over a database file, and what `verify --deep` says of each."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._data = path.read_bytes()
        self._copy = folder / DATABASE
        self._before = evidence(path)
        self.bits = len(self._data) * 8
        self.found = 0
        self.missed: list[tuple[int, list[str]]] = []
        self.derived: dict[str, int] = {}

    def flip(self, bit: int) -> None:
        data = bytearray(self._data)
        data[bit // 8] ^= 1 << bit % 8
        self._copy.write_bytes(data)
        for name in ("-wal", "-shm"):
            self._copy.with_name(DATABASE + name).unlink(missing_ok=True)
        try:
            damaged = bool(verify(self._copy, deep=True).damages)
        except VariorumError:
            damaged = True
        if damaged:
            self.found += 1
            return
        now = evidence(self._copy)
        differing = [table for table in now if now[table] != self._before[table]]
        missed = [table for table in differing if table in EVIDENCE]
        if missed:
            self.missed.append((bit, missed))
        for table in differing:
            self.derived[table] = self.derived.get(table, 0) + 1


EVIDENCE = {
    "entries": "SELECT seq, kind, page_id, leaf FROM entries",
    "log_nodes": "SELECT * FROM log_nodes",
    "observations": "SELECT * FROM observations",
    "acts": "SELECT * FROM acts",
    "triage": "SELECT * FROM triage",
    "renderings": "SELECT * FROM renderings",
    "page_addresses": "SELECT * FROM page_addresses",
    "blobs": "SELECT id, sha256, size_bytes FROM blobs",
}
DERIVED = (
    *(
        "pages",
        "page_slugs",
        "readings",
        "judgements",
        "revisions",
        "changes",
        "passages",
        "lifetimes",
        "kin",
        "page_states",
    ),
    *("checkpoints", "alerts", "passage_words_data", "passage_grams_data"),
)


def evidence(path: Path) -> dict[str, Any]:
    """What a database holds, by table; entries and bodies are in it by their hashes, which `verify` holds them to."""
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    conn.text_factory = bytes
    try:
        tables = EVIDENCE | {table: f"SELECT * FROM {table} NOT INDEXED" for table in DERIVED}
        return {table: conn.execute(sql).fetchall() for table, sql in tables.items()}
    finally:
        conn.close()


def test_a_file_that_is_not_there_can_not_be_looked_at(tmp_path: Path) -> None:
    with pytest.raises(HomeUnusable, match="is not there"):
        verify(tmp_path / DATABASE)


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_what_never_was_an_archive_is_not_called_a_damaged_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(content)
    with pytest.raises(NotOurDatabase):
        verify(tmp_path / DATABASE)


def test_an_archive_of_a_later_version_is_not_judged(story: Path) -> None:
    conn = sqlite3.connect(story / DATABASE)
    conn.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('variorum', 'm999_later', '')"
    )
    conn.commit()
    conn.close()
    with pytest.raises(NewerArchive, match="m999_later"):
        verify(story / DATABASE)


@pytest.mark.parametrize("part", [0, 1, 2, 5])
def test_a_file_cut_short_is_damage(story: Path, lines: Lines, part: int) -> None:
    path = story / DATABASE
    conn = sqlite3.connect(path)
    conn.execute("VACUUM")  # so that no page at the end is a free one, whose loss is none
    conn.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size - 4096 * part - 100)
    assert lines(story)


def test_a_garbled_header_is_damage_of_an_archive_of_ours(story: Path, lines: Lines) -> None:
    path = story / DATABASE
    path.write_bytes(b"X" + path.read_bytes()[1:])
    assert lines(story) != []
