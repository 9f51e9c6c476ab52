"""Checkpoints continue one another, are kept beside the key, and convict a database that was rewritten or rolled back."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive import checkpoints, notes
from archive.checkpoints import OutOfStep, make_checkpoint, make_key, require_continuation
from archive.errors import HomeUnusable
from archive.files import write_whole
from archive.log import log_node
from archive.merkle import root_at
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.store import Archive
from archive.verify import Known, verify
from scraper.cli import main

NOON = datetime(2014, 6, 1, 12, tzinfo=UTC)
REWRITTEN = "entries are not those that the checkpoint was made of"
Forge = Callable[[Path, str], None]
Lines = Callable[..., list[str]]


def sign(home: Path) -> str:
    """A checkpoint of a closed archive."""
    with Archive.open(home, holder="test") as archive:
        note = make_checkpoint(archive, at=NOON)
    assert note is not None
    return note


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


def known(home: Path, note: str) -> list[Known]:
    return [Known(where="the checkpoint", checkpoint=notes.open_checkpoint(note, checkpoints.verifier_keys(home)))]


@pytest.fixture
def signed(story: Path) -> tuple[Path, str]:
    """The story with a key and a checkpoint of all of it."""
    make_key(story, "archive.example/log")
    return story, sign(story)


def test_a_checkpoint_states_size_and_root_of_the_log_as_it_is(signed: tuple[Path, str]) -> None:
    home, note = signed
    checkpoint = notes.open_checkpoint(note, checkpoints.verifier_keys(home))
    conn = sqlite3.connect(home / DATABASE)
    size = conn.execute("SELECT count(*) FROM entries").fetchone()[0]
    assert (checkpoint.origin, checkpoint.size) == ("archive.example/log", size)
    assert checkpoint.root == root_at(size, lambda *at: log_node(conn, *at))
    conn.close()


def test_a_log_that_has_not_grown_keeps_its_checkpoint(signed: tuple[Path, str]) -> None:
    home, note = signed
    assert sign(home) == note
    assert (home / checkpoints.LAST_NOTE).read_bytes().decode() == note


def test_the_key_is_its_owners_alone(signed: tuple[Path, str]) -> None:
    home, _ = signed
    assert stat.S_IMODE((home / checkpoints.KEY).stat().st_mode) == 0o600
    (home / checkpoints.KEY).chmod(0o640)
    with pytest.raises(HomeUnusable, match="can be read by others"):
        sign(home)


def test_a_key_is_never_made_over_another(signed: tuple[Path, str]) -> None:
    home, _ = signed
    before = (home / checkpoints.KEY).read_bytes()
    with pytest.raises(HomeUnusable, match="already there"):
        make_key(home, "other")
    assert (home / checkpoints.KEY).read_bytes() == before


def test_without_a_key_nothing_is_signed_and_nothing_goes_wrong(story: Path) -> None:
    with Archive.open(story, holder="test") as archive:
        assert make_checkpoint(archive, at=NOON) is None
        assert require_continuation(story, archive.conn) is None


def test_a_database_rolled_back_behind_its_last_checkpoint_is_not_signed_for(keeper: Any, tmp_path: Path) -> None:
    older = grown_since(keeper, tmp_path)
    shutil.copy(older, keeper.path)
    with Archive.open(keeper.home, holder="test") as archive, pytest.raises(OutOfStep, match="older copy") as raised:
        make_checkpoint(archive, at=NOON)
    assert raised.value.exit_code == 9
    assert "variorum restore" in str(raised.value)


def test_a_check_on_a_rolled_back_database_asks_nothing_and_exits_nine(keeper: Any, tmp_path: Path) -> None:
    older = grown_since(keeper, tmp_path)
    shutil.copy(older, keeper.path)
    (keeper.home / "variorum.toml").write_text('[[page]]\nslug = "strait"\nurl = "http://127.0.0.1:9/"\n', "utf-8")
    result = run(keeper.home, "check")
    assert result.exit_code == 9
    assert "older copy" in result.output
    assert verify(keeper.path).size == 3


def grown_since(keeper: Any, folder: Path) -> Path:
    """A copy of the database; the archive has grown since and was signed for."""
    keeper.watch(PageSettings(slug="strait", url="http://127.0.0.1:9/"))
    keeper.look("strait", b"<h1>Strait</h1><p>Open.</p>")
    keeper.close()
    older = folder / "older.db"
    shutil.copy(keeper.path, older)
    keeper.open()
    keeper.look("strait", b"<h1>Strait</h1><p>Closed.</p>")
    make_key(keeper.home, "archive.example/log")
    make_checkpoint(keeper.archive, at=NOON)
    keeper.close()
    return older


def test_entries_rewritten_with_their_tree_are_not_signed_for(
    signed: tuple[Path, str], rewrite: Any, entry: Any
) -> None:
    home, _ = signed
    rewrite(home, {8: entry(home, 8) | {"duration_us": 1}})
    with Archive.open(home, holder="test") as archive, pytest.raises(OutOfStep, match="other entries"):
        make_checkpoint(archive, at=NOON)


def test_a_checkpoint_kept_elsewhere_agrees_with_an_archive_that_grew(signed: tuple[Path, str], lines: Lines) -> None:
    home, note = signed
    with Archive.open(home, holder="test") as archive:
        archive.sync_pages([], version="x/1", at=NOON)
    assert lines(home, deep=False, known=known(home, note)) == []


def test_an_entry_rewritten_with_everything_that_shows_it_is_found_with_a_checkpoint(
    signed: tuple[Path, str], forge: Forge, rewrite: Any, entry: Any, lines: Lines
) -> None:
    home, note = signed
    rewrite(home, {8: entry(home, 8) | {"duration_us": 99_000}})
    forge(home, "UPDATE observations SET duration_ms = 99 WHERE seq = 8")
    assert lines(home) == []
    assert REWRITTEN in "".join(lines(home, deep=False, known=known(home, note)))


def test_swapped_entries_are_found_with_a_checkpoint(
    signed: tuple[Path, str], rewrite: Any, entry: Any, lines: Lines
) -> None:
    home, note = signed
    rewrite(home, {11: entry(home, 13) | {"seq": 11}, 13: entry(home, 11) | {"seq": 13}})
    assert REWRITTEN in "".join(lines(home, known=known(home, note)))


def test_a_log_cut_at_its_end_is_found_with_a_checkpoint(signed: tuple[Path, str], forge: Forge, lines: Lines) -> None:
    home, note = signed
    size = verify(home / DATABASE).size
    tables = "judgements", "observations", "entries"
    cut = "".join(f"DELETE FROM {table} WHERE seq >= {size};" for table in tables)
    cut += f"DELETE FROM log_nodes WHERE (idx + 1) << level >= {size}; DELETE FROM checkpoints;"
    forge(home, cut)
    found = lines(home, known=known(home, note))
    assert any(f"it has {size - 1} entries, and the checkpoint was made when it had {size}" in line for line in found)


def test_the_archives_own_checkpoints_are_compared_too(signed: tuple[Path, str], forge: Forge, lines: Lines) -> None:
    home, _ = signed
    conn = sqlite3.connect(home / DATABASE)
    note = conn.execute("SELECT note FROM checkpoints").fetchone()[0]
    conn.close()
    forge(home, f"UPDATE checkpoints SET note = '{note.replace(chr(10) + 'archive', chr(10) + 'archive', 1)[:-3]}'")
    assert any("the checkpoint at" in line for line in lines(home, keys=checkpoints.verifier_keys(home)))


def test_the_command_makes_a_key_once_and_prints_checkpoints(story: Path) -> None:
    assert run(story, "checkpoint").exit_code == 4
    made = run(story, "checkpoint", "--init", "--name", "archive.example/log")
    assert made.exit_code == 0
    key = notes.parse_verifier_key(made.stdout)
    printed = run(story, "checkpoint")
    assert printed.exit_code == 0
    assert notes.open_checkpoint(printed.stdout, [key]).size == verify(story / DATABASE).size
    assert run(story, "checkpoint", "--init", "--name", "x").exit_code == 1


def test_the_command_verifies_against_a_file_and_says_each_damage_in_a_line(
    signed: tuple[Path, str], rewrite: Any, entry: Any, tmp_path: Path
) -> None:
    home, note = signed
    kept = tmp_path / "kept"
    kept.write_bytes(note.encode())
    assert run(home, "verify", "--checkpoint", str(kept)).exit_code == 0
    rewrite(home, {8: entry(home, 8) | {"duration_us": 1}})
    result = run(home, "verify", "--checkpoint", str(kept))
    assert result.exit_code == 9
    assert any("are not those that the checkpoint" in line for line in result.stdout.splitlines())
    assert "Traceback" not in result.output


def test_a_checkpoint_by_another_key_is_not_believed(signed: tuple[Path, str], tmp_path: Path) -> None:
    home, note = signed
    kept = tmp_path / "kept"
    kept.write_bytes(note.encode())
    other = tmp_path / "other"
    other.mkdir()
    make_key(other, "archive.example/log")
    result = run(home, "verify", "--checkpoint", str(kept), "--key", str(other / checkpoints.VERIFIER_KEYS))
    assert result.exit_code == 1
    assert "can be believed" in result.output


def test_a_key_whose_making_was_broken_off_hinders_nothing_and_is_made_again(
    story: Path, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(path: Path, data: bytes, **_: Any) -> None:
        if path.name == checkpoints.KEY:
            raise KeyboardInterrupt
        write_whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "write_whole", broken_off)
        with pytest.raises(KeyboardInterrupt):
            checkpoints.make_key(story, "archive.example/log")
    with Archive.open(story, holder="test") as archive:
        assert checkpoints.make_checkpoint(archive, at=NOON) is None
        checkpoints.make_key(story, "archive.example/log")
        for _ in range(2):
            assert checkpoints.make_checkpoint(archive, at=NOON)
    assert lines(story, keys=checkpoints.verifier_keys(story)) == []
