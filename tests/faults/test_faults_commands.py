"""kill -9, a full disk and a failing disk at every call of the commands that change more than a round does."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive import migrations
from archive.bodies import is_redacted
from archive.checkpoints import LAST_NOTE, VERIFIER_KEYS, read_verifier_keys
from archive.log import read_entry
from archive.opening import APPLICATION_ID, DATABASE
from archive.verify import verify

CALLS = "pwrite64,write,fdatasync,fsync,ftruncate,unlink,unlinkat,rename,link,mkdir,rmdir"
LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += -?\d+")
ALL = bool(os.environ.get("FAULTS"))  # `make faults` tries every moment, the suite a few
OLD_STEPS = 3  # migrations that the old archive has had
SECRET = b"asks 20 states"  # words of the body that is taken down


@dataclass
class Scene:
    """A home, where else files may be, and the command that is broken off in it."""

    home: Any
    outside: Path
    arguments: tuple[str, ...]
    require: Callable[[Scene, bool], None]  # what must hold, after the fault and after the command was given again

    def run(self, *before: str) -> Any:
        return self.home.run(*self.arguments, before=["env", "PYTHONDONTWRITEBYTECODE=1", *before])

    def copy(self, target: Path) -> Scene:
        """The same in a place of its own."""
        target.mkdir()
        home = self.home.copy(target / "home")
        outside = target / "outside"
        shutil.copytree(self.outside, outside)
        arguments = tuple(text.replace(str(self.outside), str(outside)) for text in self.arguments)
        return Scene(home, outside, arguments, self.require)


def query(path: Path, sql: str) -> list[Any]:
    conn = sqlite3.connect(path)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


def entries(path: Path, kind: str) -> list[dict[str, Any]]:
    conn = sqlite3.connect(path)
    try:
        seqs = conn.execute("SELECT seq FROM entries WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
        return [json.loads(read_entry(conn, seq)) for (seq,) in seqs]
    finally:
        conn.close()


def no_drafts(*folders: Path) -> None:
    assert [str(path) for folder in folders if folder.is_dir() for path in folder.rglob(".*")] == []


# -- what must hold


def migrated(scene: Scene, done: bool) -> None:
    scene.home.require_sound()
    applied = query(scene.home.database, "SELECT name FROM _sqlite_migrations ORDER BY id")
    steps = [(name,) for name in migrations.known_steps()]
    assert applied in (steps[:OLD_STEPS], steps)
    copy = scene.home.path / f"archive.before-{steps[OLD_STEPS][0]}.db"
    if done or applied == steps:
        assert applied == steps
        assert verify(copy, deep=True).damages == []
        leaves = query(copy, "SELECT leaf FROM entries ORDER BY seq")
        assert leaves == query(scene.home.database, f"SELECT leaf FROM entries ORDER BY seq LIMIT {len(leaves)}")


def redacted(scene: Scene, done: bool) -> None:
    scene.home.require_sound()
    found = entries(scene.home.database, "redact")
    assert len(found) in ((1,) if done else (0, 1))
    if done:
        conn = sqlite3.connect(scene.home.database)
        assert is_redacted(conn, conn.execute("SELECT body_id FROM observations WHERE seq = 5").fetchone()[0])
        conn.close()
        for file in scene.home.path.iterdir():
            assert SECRET not in file.read_bytes(), file


def rebuilt(scene: Scene, done: bool) -> None:
    scene.home.require_sound()
    if done:
        assert scene.home.run("rebuild", "--check").code == 0


def backed_up(scene: Scene, done: bool) -> None:
    scene.home.require_sound()
    made = sorted(path for path in scene.outside.iterdir() if path.name.startswith("variorum-"))
    assert made or not done
    for folder in made:
        assert sorted(path.name for path in folder.iterdir()) == sorted(
            [DATABASE, VERIFIER_KEYS, LAST_NOTE, "variorum.toml"]
        )
        assert verify(folder / DATABASE, deep=True).damages == []
    if done:
        assert len(made) == 1
        assert verify(made[0] / DATABASE).size == verify(scene.home.database).size


def restored(scene: Scene, done: bool) -> None:
    path = scene.home.database
    assert path.exists() or not done
    if path.exists():
        assert verify(path, deep=True).damages == []
    if done:
        (entry,) = entries(path, "restore")
        assert entry["known"]["origin"] == "archive.example/log"
        keys = read_verifier_keys(scene.home.path / VERIFIER_KEYS)
        assert [key.name for key in keys] == [entry["origin"], "archive.example/log"]
        assert scene.home.run("checkpoint").out.startswith(f"{entry['origin']}\n{entry['seq']}\n")
        assert scene.home.run("verify", "--deep", "--checkpoint", str(scene.home.path / LAST_NOTE)).code == 0


def replaced(scene: Scene, done: bool) -> None:
    """Nothing that was reported is lost: it is in the database that was moved aside, if not in its place."""
    there = [path for path in scene.home.path.glob(f"{DATABASE}*") if not path.name.endswith(("-wal", "-shm"))]
    sizes = {path: verify(path, deep=True) for path in there}
    assert [report.damages for report in sizes.values() if report.damages] == []
    assert any(scene.home.reported <= observed(path) for path in there)
    restored(scene, done)
    if done:
        (entry,) = entries(scene.home.database, "restore")
        assert entry["lost"] is not None
        assert entry["lost"][1] == entry["known"]["size"]


def observed(path: Path) -> set[tuple[int, str]]:
    return set(query(path, "SELECT o.seq, p.slug FROM observations o JOIN pages p ON p.id = o.page_id"))


def begun_log(scene: Scene, done: bool) -> None:
    scene.home.require_sound()
    for file in (*scene.home.path.glob("*.key"), *scene.home.path.glob(".*.key.*")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    if done:
        key = scene.home.path / VERIFIER_KEYS
        assert {known.name for known in read_verifier_keys(key)} == {"archive.example/log"}
        note = scene.home.run("checkpoint")
        assert note.code == 0, note
        (scene.home.path / "kept").write_text(note.out, "utf-8")
        kept = str(scene.home.path / "kept")
        assert scene.home.run("verify", "--deep", "--checkpoint", kept, "--key", str(key)).code == 0


# -- the scenes


def older(home: Any) -> None:
    """Makes of a home's database one that has had only the first migrations, with what it holds."""
    new, old = home.database, home.path / "old.db"
    conn = sqlite3.connect(old, isolation_level=None)
    conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.migrations.apply(Database(conn), stop_before=migrations.known_steps()[OLD_STEPS])
    conn.execute("ATTACH ? AS new", (str(new),))
    tables = conn.execute(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name IN (SELECT name FROM new.sqlite_schema)"
        " AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).fetchall()
    for (table,) in tables:
        columns = [row[1] for row in conn.execute(f"PRAGMA main.table_info({table})")]
        named = ", ".join(columns)
        conn.execute(f"INSERT INTO main.{table} ({named}) SELECT {named} FROM new.{table}")
    conn.execute("DETACH new")
    conn.execute("PRAGMA journal_mode = WAL")
    conn.close()
    for end in ("-wal", "-shm"):
        new.with_name(new.name + end).unlink(missing_ok=True)
    old.rename(new)


def empty(home: Any) -> None:
    for file in home.path.iterdir():
        file.unlink()
    home.reported.clear()


def made(name: str, scene: Scene) -> None:
    """Set the scene of this name in a home with a key and two looks at each page."""
    simple = {
        "migration": (("checkpoint",), migrated),
        "redact": (("redact", "5", "--why", "a court's order"), redacted),
        "rebuild": (("rebuild",), rebuilt),
        "init": (("checkpoint", "--init", "--name", "archive.example/log"), begun_log),
    }
    if name in simple:
        scene.arguments, scene.require = simple[name]
        if name == "migration":
            older(scene.home)
        elif name == "init":
            listed = (scene.home.path / "variorum.toml").read_bytes()
            empty(scene.home)
            (scene.home.path / "variorum.toml").write_bytes(listed)
            assert scene.home.check().code == 0
        return
    saved = scene.home.run("backup", str(scene.outside)).out.strip()
    scene.arguments, scene.require = {
        "backup": (("backup", str(scene.outside), "--keep", "1"), backed_up),
        "restore": (("restore", saved), restored),
        "replace": (("restore", saved, "--replace"), replaced),
    }[name]
    if name == "restore":
        empty(scene.home)
    elif name == "replace":
        assert scene.home.check().code == 0


@pytest.fixture(scope="session")
def scenes(begun: Any, strace: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scene]:
    """By name; not to be run in."""
    place = tmp_path_factory.mktemp("scenes")
    found: dict[str, Scene] = {}

    def of(name: str) -> Scene:
        if name not in found:
            scene = Scene(begun.copy(place / name), place / f"{name}-outside", (), restored)
            scene.outside.mkdir()
            made(name, scene)
            found[name] = scene
        return found[name]

    return of


@pytest.fixture(scope="session")
def moments(
    scenes: Callable[[str], Scene], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[tuple[str, int]]]:
    """The calls by which a scene's command changes files, each by name and number among those of its name."""
    found: dict[str, list[tuple[str, int]]] = {}

    def of(name: str) -> list[tuple[str, int]]:
        if name not in found:
            place = tmp_path_factory.mktemp("trace")
            scene = scenes(name).copy(place / "scene")
            done = scene.run(
                "strace", "-f", "--seccomp-bpf", "-y", "-qq", "-e", f"trace={CALLS}", "-o", str(place / "trace")
            )
            assert done.code == 0, done
            found[name] = list(numbered((place / "trace").read_text("utf-8", "replace"), str(place)))
        return found[name]

    return of


def numbered(trace: str, place: str) -> Any:
    counts: dict[tuple[str, str], int] = {}
    for line in trace.splitlines():
        match = LINE.match(line)
        if match:
            thread, name, arguments = match.groups()
            counts[thread, name] = counts.get((thread, name), 0) + 1
            if place in arguments and not arguments.startswith(("1<", "2<")):  # what is said names files, too
                yield name, counts[thread, name]


NAMES = ("migration", "redact", "rebuild", "backup", "restore", "replace", "init")
IN_SUITE = ("replace",)


@pytest.mark.parametrize("name", NAMES if ALL else IN_SUITE)
def test_a_command_killed_at_any_call_is_done_or_not_begun_and_done_when_given_again(
    scenes: Callable[[str], Scene], moments: Any, name: str, chosen: Any, tmp_path: Path
) -> None:
    at = moments(name)
    kills, wrong = 0, []
    for number in chosen(len(at), 1):
        call, when = at[number - 1]
        scene = scenes(name).copy(tmp_path / f"{number}")
        killed = scene.run(*injecting(call, f"signal=SIGKILL:when={when}"))
        assert killed.code in (-signal.SIGKILL, 128 + signal.SIGKILL, 0), (call, when, killed)
        kills += killed.code != 0
        wrong += finished(scene, (call, when))
    print(f"{name}: {kills} kills at {len(at)} moments")
    assert wrong == []
    assert kills


FAILING = {
    "pwrite64": "ENOSPC",
    "write": "ENOSPC",
    "mkdir": "ENOSPC",
    "rename": "ENOSPC",
    "fdatasync": "EIO",
    "fsync": "EIO",
}


@pytest.mark.parametrize("name", NAMES if ALL else IN_SUITE)
def test_a_command_whose_disk_fails_at_any_call_says_so_in_one_line_and_is_done_when_given_again(
    scenes: Callable[[str], Scene], moments: Any, name: str, chosen: Any, tmp_path: Path
) -> None:
    at = [moment for moment in moments(name) if moment[0] in FAILING]
    failed, wrong = 0, []
    for number in chosen(len(at), 1):
        call, when = at[number - 1]
        scene = scenes(name).copy(tmp_path / f"{number}")
        again = "" if call == "write" else "+"  # what is said goes out by that call, too
        done = scene.run(*injecting(call, f"error={FAILING[call]}:when={when}{again}"))
        said = [line for line in done.err.splitlines() if line.startswith(("Error: ", "No checkpoint was made: "))]
        if "Traceback" in done.err or (done.code, len(said)) not in ((1, 1), (0, 0), (0, 1)):
            wrong.append(f"{(call, when)}: {done}")
        failed += done.code != 0
        wrong += finished(scene, (call, when))
    print(f"{name}: {failed} failures at {len(at)} moments")
    assert wrong == []
    assert failed


def injecting(call: str, how: str) -> list[str]:
    """strace, without its filter in the kernel, which keeps it from sending signals."""
    return ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{how}"]


def finished(scene: Scene, moment: tuple[str, int]) -> list[str]:
    """Hold what the scene requires; give the command again, and hold it once more. What was wrong, if anything was."""
    try:
        scene.require(scene, False)
        again = scene.run()
        assert again.code == 0 or "is already there" in again.err, again
        scene.require(scene, True)
        no_drafts(scene.home.path, scene.outside)
    except AssertionError as error:
        return [f"{moment}: {error}"]
    shutil.rmtree(scene.home.path.parent)
    return []
