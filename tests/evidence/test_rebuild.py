"""`rebuild` makes every derived row again from the evidence: the same rows, byte for byte, with the same ids."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.errors import Damaged
from archive.model import Rules
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.rebuild import TABLES, Rebuilt, rebuild
from archive.store import Archive
from scraper.acts import reader_of
from scraper.cli import main
from scraper.interpret import VERSION

Forge = Callable[[Path, str], None]


def dump(home: Path, tables: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, and every term of the full-text indexes with its places."""
    conn = sqlite3.connect(home / DATABASE)
    try:
        names = tables or [row[0] for row in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        if not tables:
            indexes = ("passage_words", "passage_grams", "passage_pairs", "page_words")
            names = [name for name in names if not name.startswith(indexes)]
            for index in indexes:
                conn.execute(f"CREATE VIRTUAL TABLE temp.{index}_terms USING fts5vocab(main, {index}, instance)")
                names.append(f"temp.{index}_terms")
        return {name: sorted(conn.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
    finally:
        conn.close()


def rebuilt(home: Path, *, keep: bool = True, version: str = VERSION) -> Rebuilt:
    with Archive.open(home, holder="test") as archive:
        return rebuild(archive, reader_of, version=version, keep=keep)


def test_an_archive_rebuilt_is_the_same_in_every_table_byte_for_byte(story: Path) -> None:
    before = dump(story)
    found = rebuilt(story)
    assert dump(story) == before
    assert set(found.differing.values()) == {0}
    assert found.kept == 0
    assert found.rows["revisions"] > 8


WIPE = (
    "DELETE FROM changes; DELETE FROM judgements; UPDATE page_states SET reading_id = NULL, revision_id = NULL,"
    " last_seq = NULL, last_body_id = NULL, etag = NULL, last_modified = NULL, validated_url = NULL, looks_since_full = 0,"
    " looks = 0, not_accepted_in_a_row = 0, memory = '', settings_sha256 = ''; DELETE FROM revisions; DELETE FROM readings;"
    " UPDATE pages SET title = ''"
)


def test_derived_tables_that_are_lost_come_back_as_they_were(story: Path, forge: Forge, lines: Any) -> None:
    before = dump(story)
    forge(story, WIPE)
    assert dump(story, ("revisions", "changes"))["revisions"] == []
    rebuilt(story)
    assert dump(story) == before
    assert lines(story) == []


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("revisions", "UPDATE revisions SET title = 'x' WHERE number = 2 AND reading_id = 1"),
        ("changes", "UPDATE changes SET silent = 1 WHERE id = 1"),
        ("judgements", "UPDATE judgements SET facts = '[]' WHERE seq = 19 AND reading_id = 1"),
        ("page_states", "UPDATE page_states SET memory = 'x' WHERE page_id = 1"),
        ("pages", "UPDATE pages SET title = 'x' WHERE id = 1"),
    ],
)
def test_a_derived_row_that_was_altered_is_named_and_mended(story: Path, forge: Forge, table: str, sql: str) -> None:
    before = dump(story)
    forge(story, sql)
    altered = dump(story)
    assert rebuilt(story, keep=False).differing == {name: int(name == table) for name in TABLES}
    assert dump(story) == altered
    rebuilt(story)
    assert dump(story) == before


def test_the_next_look_finds_what_it_would_have_found_without_the_rebuild(
    story: Path, forge: Forge, keeper_of: Any
) -> None:
    left = shutil.copytree(story, story.with_name("left"))
    forge(story, WIPE)
    rebuilt(story)
    for home in (left, story):
        keeper = keeper_of(home, at=datetime(2014, 6, 1, tzinfo=UTC))
        keeper.look("strait", keeper.html(1))
        keeper.look("ferry", keeper.html(2))
        keeper.close()
    assert dump(left) == dump(story)


def test_a_reading_that_another_version_made_is_kept_as_it_is(keeper: Any, forge: Forge) -> None:
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/strait"))
    for edition in range(4):
        keeper.look("strait", keeper.html(edition))
    keeper.reread("strait", Rules(ignore=("nav",)), cause="rules")
    keeper.look("strait", keeper.html(4))
    keeper.close()
    before = dump(keeper.home)
    found = rebuilt(keeper.home, version="another/9")
    assert found.kept == found.readings == 2
    assert dump(keeper.home) == before


def test_evidence_that_can_not_be_read_leaves_everything_as_it_is(story: Path, forge: Forge) -> None:
    forge(story, "UPDATE blobs SET data = zeroblob(40) WHERE id = 2")
    before = dump(story)
    with pytest.raises(Damaged):
        rebuilt(story)
    assert dump(story) == before


def test_the_command_says_what_differed_and_with_check_changes_nothing(story: Path, forge: Forge) -> None:
    forge(story, "UPDATE revisions SET title = 'x' WHERE number = 2 AND reading_id = 1")
    before = dump(story)
    checked = CliRunner().invoke(main, ["--home", str(story), "rebuild", "--check"])
    assert checked.exit_code == 9
    assert "revisions" in checked.stdout
    assert dump(story) == before
    assert CliRunner().invoke(main, ["--home", str(story), "rebuild"]).exit_code == 0
    assert CliRunner().invoke(main, ["--home", str(story), "rebuild", "--check"]).exit_code == 0
