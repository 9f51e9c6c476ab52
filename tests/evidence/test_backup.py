"""Backups are verified copies of one instant, taken while the archive is written to; one put back begins a new log."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from archive import checkpoints, migrations, notes
from archive.backup import NotSound, OtherLog, back_up, backups, restore
from archive.checkpoints import make_checkpoint, make_key, verifier_keys
from archive.errors import HomeUnusable
from archive.log import read_entry
from archive.opening import APPLICATION_ID, DATABASE
from archive.pages import PageSettings
from archive.store import Archive
from archive.verify import Known, verify
from scraper.cli import main

NOON = datetime(2014, 6, 1, 12, tzinfo=UTC)
LIST = "variorum.toml"
Forge = Callable[[Path, str], None]
Lines = Callable[..., list[str]]


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


def taken(home: Path, folder: Path, **options: Any) -> Path:
    return back_up(home, folder, watch_list=home / LIST, **({"at": NOON} | options))


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(path)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


@pytest.fixture
def signed(story: Path) -> Path:
    (story / LIST).write_text('contact = "archive@example.org"\n', "utf-8")
    make_key(story, "archive.example/log")
    with Archive.open(story, holder="test") as archive:
        make_checkpoint(archive, at=NOON)
    return story


def test_a_backup_holds_archive_watch_list_and_checkpoint_and_not_the_key(signed: Path, tmp_path: Path) -> None:
    made = taken(signed, tmp_path / "backups")
    assert made.name == "variorum-20140601T120000Z"
    assert sorted(file.name for file in made.iterdir()) == sorted(
        [DATABASE, LIST, checkpoints.VERIFIER_KEYS, checkpoints.LAST_NOTE]
    )
    assert list(sqlite3.connect(made / DATABASE).iterdump()) == list(sqlite3.connect(signed / DATABASE).iterdump())


def test_the_key_goes_with_it_only_when_asked_and_stays_its_owners(signed: Path, tmp_path: Path) -> None:
    made = taken(signed, tmp_path / "backups", with_key=True)
    assert (made / checkpoints.KEY).read_bytes() == (signed / checkpoints.KEY).read_bytes()
    assert stat.S_IMODE((made / checkpoints.KEY).stat().st_mode) == 0o600


def test_a_backup_while_the_archive_is_written_to_is_of_one_instant(keeper: Any, tmp_path: Path, lines: Lines) -> None:
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/strait"))
    stop = threading.Event()
    made: list[Path] = []

    def copy() -> None:
        while not stop.is_set():
            made.append(taken(keeper.home, tmp_path / "backups"))

    thread = threading.Thread(target=copy)
    thread.start()
    for number in range(60):
        keeper.look("strait", f"<h1>Strait</h1><p>Edition {number} of the statement.</p>".encode())
    stop.set()
    thread.join()
    assert made
    for backup in made:
        assert lines(backup) == []
    sizes = [verify(backup / DATABASE).size for backup in made]
    assert sizes == sorted(sizes)


def test_only_the_newest_are_kept_and_nothing_of_others_is_removed(signed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (folder / "variorum-20130101T000000Z").mkdir(parents=True)
    (folder / "mine").write_text("x", "utf-8")
    made = [taken(signed, folder, at=NOON + timedelta(days=day), keep=2) for day in range(4)]
    assert backups(folder) == made[:1:-1]
    assert (folder / "mine").exists()
    assert (folder / "variorum-20130101T000000Z").exists()


def test_a_damaged_archive_makes_no_backup_and_pushes_none_out(signed: Path, tmp_path: Path, forge: Forge) -> None:
    folder = tmp_path / "backups"
    good = taken(signed, folder)
    forge(signed, "UPDATE entries SET leaf = zeroblob(32) WHERE seq = 5")
    with pytest.raises(NotSound, match="entry 5"):
        taken(signed, folder, at=NOON + timedelta(days=1), keep=1)
    assert list(folder.iterdir()) == [good]


def test_a_place_that_can_not_be_written_to_is_said(signed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(HomeUnusable, match="can't be written to"):
        taken(signed, tmp_path / "file")


def test_a_backup_put_back_is_the_same_and_begins_a_new_log(signed: Path, tmp_path: Path, lines: Lines) -> None:
    made = taken(signed, tmp_path / "backups")
    home = tmp_path / "empty"
    done = restore(home, made, actor="desk", at=NOON)
    assert lines(home) == []
    assert rows(home / DATABASE, "SELECT * FROM revisions") == rows(signed / DATABASE, "SELECT * FROM revisions")
    entry = json.loads(read_entry(sqlite3.connect(home / DATABASE), done.seq))
    assert entry["kind"] == "restore"
    assert entry["known"]["origin"] == "archive.example/log"
    assert (entry["lost"], entry["backup"]["size"], entry["origin"]) == (None, done.size, done.origin)
    keys = verifier_keys(home)
    assert [key.name for key in keys] == [done.origin, "archive.example/log"]
    assert (home / LIST).read_text("utf-8") == (signed / LIST).read_text("utf-8")
    with Archive.open(home, holder="test") as archive:
        note = make_checkpoint(archive, at=NOON)
    assert note is not None
    assert note.startswith(f"{done.origin}\n{done.seq}\n")


@pytest.fixture
def grown(signed: Path, tmp_path: Path, keeper_of: Any) -> tuple[Path, Path, str]:
    """(home, backup, last checkpoint) of an archive that grew after its backup, and was signed for."""
    made = taken(signed, tmp_path / "backups")
    keeper = keeper_of(signed, at=NOON)
    keeper.look("strait", b"<h1>Strait</h1><p>New words, not in the backup.</p>")
    note = make_checkpoint(keeper.archive, at=NOON)
    keeper.close()
    return signed, made, note


def test_an_older_backup_says_what_is_lost_and_never_forks_the_old_log(
    grown: tuple[Path, Path, str], lines: Lines
) -> None:
    home, made, note = grown
    size = verify(home / DATABASE).size
    done = restore(home, made, actor="desk", at=NOON, replace=True)
    assert done.lost == (size, size)
    assert done.moved is not None
    assert verify(home / done.moved).size == size
    assert lines(home) == []
    with Archive.open(home, holder="test") as archive:
        again = make_checkpoint(archive, at=NOON)
    assert again is not None
    assert again.split("\n")[0] != note.split("\n")[0]
    key = done.origin
    assert f"archive.key.{verifier_keys(home)[1].key_id.hex()}" in {file.name for file in home.iterdir()}
    assert key == verifier_keys(home)[0].name


def test_a_checkpoint_of_the_lost_entries_is_answered_with_the_restoring(
    grown: tuple[Path, Path, str], lines: Lines
) -> None:
    home, made, note = grown
    old = notes.open_checkpoint(note, verifier_keys(home))
    restore(home, made, actor="desk", at=NOON, replace=True)
    found = lines(home, known=[Known(where="the checkpoint", checkpoint=old)])
    assert len(found) == 1
    assert "was put back" in found[0]


def test_a_database_that_is_there_is_never_written_over(signed: Path, tmp_path: Path) -> None:
    made = taken(signed, tmp_path / "backups")
    before = (signed / DATABASE).read_bytes()
    with pytest.raises(HomeUnusable, match="already there"):
        restore(signed, made, actor="desk", at=NOON)
    assert (signed / DATABASE).read_bytes() == before


def test_a_backup_that_was_put_back_already_is_not_put_back_twice(grown: tuple[Path, Path, str]) -> None:
    home, made, _ = grown
    once = restore(home, made, actor="desk", at=NOON, replace=True)
    again = restore(home, made, actor="desk", at=NOON, replace=True)
    assert (again.seq, again.lost, again.origin, again.moved) == (once.seq, once.lost, once.origin, None)
    with Archive.open(home, holder="test") as archive:
        archive.sync_pages([PageSettings(slug="other", url="https://ministry.example/other")], version="x/1", at=NOON)
    third = restore(home, made, actor="desk", at=NOON, replace=True)
    assert third.moved is not None
    assert third.origin != once.origin


def test_a_damaged_backup_is_not_put_back(signed: Path, tmp_path: Path, forge: Forge) -> None:
    made = taken(signed, tmp_path / "backups")
    forge(made, "UPDATE observations SET http_status = 204 WHERE seq = 5")
    with pytest.raises(NotSound, match="observation 5"):
        restore(tmp_path / "empty", made, actor="desk", at=NOON)
    assert not (tmp_path / "empty" / DATABASE).exists()


def test_a_backup_of_another_log_is_not_put_back(signed: Path, tmp_path: Path, rewrite: Any, entry: Any) -> None:
    made = taken(signed, tmp_path / "backups")
    rewrite(made, {8: entry(made, 8) | {"retry_after_s": 1}})
    with pytest.raises(OtherLog):
        restore(signed, made, actor="desk", at=NOON, replace=True)
    assert verify(signed / DATABASE, deep=True).damages == []


def test_an_archive_without_a_key_is_restored_without_one(story: Path, tmp_path: Path) -> None:
    done = restore(tmp_path / "empty", taken(story, tmp_path / "backups"), actor="desk", at=NOON)
    assert done.origin is None
    assert not (tmp_path / "empty" / checkpoints.KEY).exists()


def test_a_log_that_got_its_key_after_a_restoring_agrees_with_its_checkpoints(
    story: Path, tmp_path: Path, lines: Lines
) -> None:
    home = tmp_path / "empty"
    restore(home, taken(story, tmp_path / "backups"), actor="desk", at=NOON)
    make_key(home, "archive.example/log")
    with Archive.open(home, holder="test") as archive:
        assert make_checkpoint(archive, at=NOON)
    assert lines(home) == []


def test_the_commands_drill_from_a_backup_to_a_working_home(signed: Path, tmp_path: Path) -> None:
    printed = run(signed, "backup", str(tmp_path / "backups"))
    assert printed.exit_code == 0
    home = tmp_path / "machine"
    restored = run(home, "restore", printed.stdout.strip())
    assert restored.exit_code == 0, restored.output
    assert run(home, "verify", "--deep").exit_code == 0
    assert run(home, "check").exit_code == 0
    assert run(home, "checkpoint").exit_code == 0
    (home / LIST).write_text(
        'contact = "archive@example.org"\n[[page]]\nslug = "x"\nurl = "https://x.example/"\n', "utf-8"
    )
    with Archive.open(home, holder="test") as archive:
        archive.sync_pages([PageSettings(slug="x", url="https://x.example/")], version="x/1", at=NOON)
    assert run(home, "restore", printed.stdout.strip()).exit_code == 1


def older(home: Path) -> Path:
    """A database as the first release made it."""
    home.mkdir()
    conn = sqlite3.connect(home / DATABASE, isolation_level=None)
    conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.migrations.apply(Database(conn), stop_before=migrations.known_steps()[1])
    conn.execute("PRAGMA journal_mode = WAL")
    conn.close()
    return home


def test_a_copy_is_made_before_the_schema_is_changed(tmp_path: Path) -> None:
    home = older(tmp_path / "old")
    before = rows(home / DATABASE, "SELECT name, sql FROM sqlite_schema ORDER BY name")
    Archive.open(home, holder="test").close()
    copy = home / f"archive.before-{migrations.known_steps()[1]}.db"
    assert rows(copy, "SELECT name, sql FROM sqlite_schema ORDER BY name") == before
    assert rows(home / DATABASE, "SELECT name, sql FROM sqlite_schema ORDER BY name") != before
    assert not [file for file in home.iterdir() if file.name.startswith(".")]


def test_a_migration_that_fails_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = older(tmp_path / "old")
    before = rows(home / DATABASE, "SELECT name, sql FROM sqlite_schema ORDER BY name")
    last = migrations.migrations._migrations[-1]

    def fail(_: Database) -> None:
        raise RuntimeError

    monkeypatch.setattr(last, "fn", fail)
    with pytest.raises(RuntimeError):
        Archive.open(home, holder="test")
    assert rows(
        home / DATABASE, "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '%migrations%' ORDER BY name"
    ) == [row for row in before if "migrations" not in row[0]]
    monkeypatch.undo()
    Archive.open(home, holder="test").close()


def test_an_archive_of_an_earlier_version_is_verified_as_it_is(tmp_path: Path, lines: Lines) -> None:
    home = older(tmp_path / "old")
    before = (home / DATABASE).read_bytes()
    assert lines(home) == []
    assert (home / DATABASE).read_bytes() == before
    shutil.rmtree(home)


def test_a_log_that_was_begun_twice_agrees_with_its_checkpoints_and_not_with_those_of_lost_ones(
    signed: Path, tmp_path: Path, lines: Lines
) -> None:
    known = []
    home = signed
    for number in range(3):
        made = taken(home, tmp_path / f"backups-{number}")
        lost = tmp_path / f"lost-{number}"
        shutil.copytree(home, lost)
        with Archive.open(lost, holder="test") as archive:  # goes on without us
            archive.sync_pages([], version="x/1", at=NOON)
            archive.sync_pages(
                [PageSettings(slug="other", url="https://ministry.example/other")], version="x/1", at=NOON
            )
            note = make_checkpoint(archive, at=NOON)
        assert note is not None
        known.append(Known(where="a lost one", checkpoint=notes.open_checkpoint(note, verifier_keys(lost))))
        home = tmp_path / f"home-{number}"
        restore(home, made, actor="desk", at=NOON)
        with Archive.open(home, holder="test") as archive:
            own = make_checkpoint(archive, at=NOON)
        assert own is not None
        mine = Known(where="its own", checkpoint=notes.open_checkpoint(own, verifier_keys(home)))
        assert lines(home, known=[mine]) == []
    for one in known:
        assert len(lines(home, known=[one])) == 1
