"""Real disks that are full or can't be written to, and two programs that want one home."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.storage import takes_writes

COMMAND = Path(sys.executable).with_name("variorum")


def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(home: Any, disk: Path, fill: Any) -> None:
    one = home.copy(disk / "home")
    failed = 0
    for room in range(0, 300_000, 60_000):
        filler = fill(disk, room)
        done = one.check()
        failed += done.code == 1
        assert "Traceback" not in done.err, done.err
        assert done.code in (0, 1)
        if done.code:
            assert "Error: " in done.err
        one.require_sound()
        filler.unlink()
        assert one.check().code == 0
    assert failed
    one.require_sound()


def test_a_disk_that_can_not_be_written_to_can_be_read_and_verified(home: Any, disk: Path) -> None:
    one = home.copy(disk / "home")
    assert one.check().code == 0
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    checked = one.check()
    assert checked.code == 1
    assert "Traceback" not in checked.err
    assert checked.err.count("Error: ") == 1
    for command in (["verify", "--deep"], ["history", "strait"], ["status"]):
        done = one.run(*command)
        assert (done.code, "Traceback" in done.err) == (0, False), done
    assert "Nothing can be stored: the disk is mounted read-only." in done.err
    assert not takes_writes(one.path)
    for command in (["prove", "5", "-o", str(disk / "proof.zip")], ["add", "http://127.0.0.1/x"], ["checkpoint"]):
        done = one.run(*command)
        assert (done.code, done.err.count("Error: "), "Traceback" in done.err) == (1, 1, False), done
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert one.check().code == 0
    one.require_sound()


@pytest.mark.parametrize("table", ["entries", "revisions"])
def test_a_file_that_is_damaged_is_said_in_one_line_by_whatever_comes_upon_it(home: Any, table: str) -> None:
    with closing(sqlite3.connect(home.database)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        (size,) = conn.execute("PRAGMA page_size").fetchone()
    with home.database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    ends = {}
    for command in ("check", "history strait", "rebuild --check", "verify"):
        done = home.run(*command.split())
        ends[command] = (done.code, done.err.count("Error: "), "Traceback" in done.err)
    assert ends.pop("verify") == (9, 0, False)
    assert set(ends.values()) <= {(9, 1, False), (0, 0, False)}, ends
    assert ends["rebuild --check"][0] == 9


def test_of_two_services_on_one_home_the_second_says_so_and_ends(home: Any) -> None:
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    first = subprocess.Popen([COMMAND, "--home", home.path, "serve", "--port", "0"], **options)
    try:
        assert first.stderr is not None
        assert first.stderr.readline().startswith("Reading room: ")
        second = home.run("serve", "--port", "0")
        assert (second.code, "is in use by variorum serve" in second.err) == (1, True), second
        assert home.check().code == 1
        assert home.run("verify").code == 0
        assert home.run("backup", str(home.path / "backups")).code == 0
    finally:
        first.send_signal(signal.SIGTERM)
        _, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    home.require_sound()


def test_a_service_makes_checkpoints_that_its_archive_agrees_with(home: Any) -> None:
    note = home.path / "archive.checkpoint"
    before = note.read_bytes()
    listed = home.path / "variorum.toml"
    listed.write_text(listed.read_text("utf-8").replace('every = "1h"', 'every = "1s"'), "utf-8")
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    service = subprocess.Popen([COMMAND, "--home", home.path, "serve", "--port", "0"], **options)
    assert service.stdout is not None
    service.stdout.readline()
    service.send_signal(signal.SIGTERM)
    _, err = service.communicate(timeout=60)
    assert service.returncode == 0, err
    assert note.read_bytes() != before
    assert home.run("verify", "--deep", "--checkpoint", str(note)).code == 0
