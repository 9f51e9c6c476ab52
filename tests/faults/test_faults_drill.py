"""The drill: a machine is lost, and an empty one is set up from the backup alone, with alerts sent, half-sent and owed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.checkpoints import LAST_NOTE, VERIFIER_KEYS
from archive.opening import DATABASE

COMMAND = Path(sys.executable).with_name("variorum")
RULES = """
[[alert]]
name = "desk"
to = ["json://{place}/desk"]
confirm = "0"
[[alert]]
name = "wire"
to = ["json://{place}/wire"]
confirm = "0"
"""


class Hooks:
    """Two webhooks: what each was sent, by id, and how it answers."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.down: set[str] = set()
        self.deadly: set[str] = set()  # those that kill the sender when they have taken a message, before they answer
        self.sender = 0

    def take(self, name: str, uid: str) -> int:
        if name in self.down:
            return 500
        self.taken.append((name, uid))
        if name in self.deadly:
            os.kill(self.sender, signal.SIGKILL)
        return 200


@pytest.fixture
def hooks() -> Iterator[tuple[Hooks, str]]:
    found = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(found.take(self.path.strip("/"), body["id"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed sender breaks its pipe
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found, f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def states(path: Path) -> dict[str, set[tuple[str, str]]]:
    """What each target was or is owed, by target and id: `sent` as it is noted, and the rest."""
    conn = sqlite3.connect(path)
    rows = conn.execute(
        "SELECT a.rule, a.uid, coalesce(m.state, 'owed') FROM deliveries d JOIN alerts a ON a.id = d.alert_id"
        " LEFT JOIN messages m ON m.id = d.message_id"
    ).fetchall()
    conn.close()
    found: dict[str, set[tuple[str, str]]] = {"sent": set(), "sending": set(), "owed": set()}
    for rule, uid, state in rows:
        found[state].add((rule, uid))
    return found


def test_an_empty_machine_goes_on_from_the_backup_without_losing_or_repeating_an_alert_or_forking_the_log(
    home: Any, hooks: tuple[Hooks, str], tmp_path: Path
) -> None:
    hook, place = hooks
    listed = home.path / "variorum.toml"
    listed.write_text(listed.read_text("utf-8") + RULES.format(place=place), "utf-8")

    assert home.check().code == 0  # sent
    hook.deadly, hook.down = {"desk"}, {"wire"}
    process = subprocess.Popen(
        [COMMAND, "--home", home.path, "check"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    hook.sender = process.pid
    assert process.wait(timeout=60) == -signal.SIGKILL
    at_backup = states(home.database)
    assert (len(at_backup["sent"]), len(at_backup["sent"] | at_backup["sending"] | at_backup["owed"])) == (4, 8)
    assert at_backup["sending"]
    saved = Path(home.run("backup", str(tmp_path / "backups")).out.strip())

    hook.deadly, hook.down = set(), set()  # the machine goes on for a while, and is lost
    home.run("alerts", "retry")
    for _ in range(2):
        assert home.run("check", "--json", "strait").code == 0
    after_backup = states(home.database)["sent"]
    newest = shutil.copy(home.path / LAST_NOTE, tmp_path / "newest")
    vkey = shutil.copy(home.path / VERIFIER_KEYS, tmp_path / "vkey")
    home.path.rename(tmp_path / "burnt")
    hook.taken.clear()

    machine = type(home)(tmp_path / "machine")
    began_s = time.monotonic()
    restored = machine.run("restore", str(saved), "--checkpoint", newest)
    assert restored.code == 0, restored
    assert "Known to be lost: entries " in restored.err
    took_s = time.monotonic() - began_s
    assert machine.run("verify", "--deep").code == 0
    verified_s = time.monotonic() - began_s
    machine.run("alerts", "retry")
    assert machine.run("check", "--json", "strait").code == 0
    print(f"restored in {took_s:.1f} s, verified after {verified_s:.1f} s, looked again after", end=" ")
    print(f"{time.monotonic() - began_s:.1f} s; {saved.joinpath(DATABASE).stat().st_size} bytes")

    taken = set(hook.taken)
    assert at_backup["owed"] | at_backup["sending"] <= taken, "an alert is lost"
    assert not at_backup["sent"] & taken, "an alert came again that had been noted as sent"
    assert len(hook.taken) == len(taken)
    fresh = taken - at_backup["owed"] - at_backup["sending"]
    assert len(fresh) == 2
    assert not fresh & after_backup, "a new alert has the id of another one"
    machine.require_sound()

    caught = machine.run("verify", "--checkpoint", newest, "--key", vkey)
    assert (caught.code, "says that a backup of" in caught.out) == (9, True), caught
    own = machine.run("verify", "--deep", "--checkpoint", str(machine.path / LAST_NOTE))
    assert own.code == 0

    naive = type(home)(tmp_path / "burnt")  # whoever puts the old file back by hand beside the newer checkpoint
    for end in ("-wal", "-shm"):
        naive.database.with_name(DATABASE + end).unlink(missing_ok=True)
    shutil.copy(saved / DATABASE, naive.database)
    forked = naive.check()
    assert forked.code == 9
    assert "it is an older copy" in forked.err
    assert "variorum restore FILE" in forked.err
