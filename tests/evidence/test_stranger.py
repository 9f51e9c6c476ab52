"""The verifier that was written from docs/evidence.md alone passes what is good and fails what was tampered with."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.backup import back_up, restore
from archive.bundle import make_bundle
from archive.checkpoints import make_checkpoint, make_key, verifier_keys
from archive.model import Rendered
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.redact import finish, redact
from archive.store import Archive
from scraper.acts import reader_of
from scraper.interpret import VERSION

NOON = datetime(2014, 6, 1, 12, tzinfo=UTC)
PROGRAM = Path(__file__).with_name("stranger.py")
Files = dict[str, bytes]
Forge = Callable[[Path, str], None]


def loaded() -> Any:
    spec = importlib.util.spec_from_file_location("stranger", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


stranger = loaded()


def test_the_stranger_shares_nothing_with_the_program() -> None:
    tree = ast.parse(PROGRAM.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    roots = {name.split(".")[0] for name in names}
    assert roots - sys.stdlib_module_names == {"cryptography", "backports", "compression"} - sys.stdlib_module_names


@pytest.fixture(scope="session")
def signed(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, with a checkpoint; not to be written to."""
    home = tmp_path_factory.mktemp("stranger") / "home"
    shutil.copytree(told, home)
    make_key(home, "archive.example/log")
    with Archive.open(home, holder="test") as archive:
        make_checkpoint(archive, at=NOON)
    return home


def keys_of(home: Path) -> list[str]:
    return [key.text for key in verifier_keys(home)]


def problems(home: Path, keys: list[str] | None = None, kept: list[str] | None = None) -> list[str]:
    found: list[str] = stranger.Database(home / DATABASE, keys or keys_of(home), kept or []).check()
    return found


# -- what is good


def test_a_sound_database_has_no_problem(signed: Path) -> None:
    note = (signed / "archive.checkpoint").read_text("utf-8")
    assert problems(signed, kept=[note]) == []


def test_a_database_with_a_redaction_and_one_that_was_restored_are_sound(signed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(signed, home)
    with Archive.open(home, holder="test") as archive:
        redact(archive, [5], why="x", actor="desk", reader_of=reader_of, version=VERSION, at=NOON)
        finish(archive, [5])
        make_checkpoint(archive, at=NOON)
    assert problems(home) == []
    later = (home / "archive.checkpoint").read_text("utf-8")
    restored = tmp_path / "restored"
    restore(restored, back_up(signed, tmp_path / "backups", watch_list=tmp_path / "none", at=NOON), actor="x", at=NOON)
    assert problems(restored) == []
    assert problems(restored, kept=[later])


def files_of(home: Path, seq: int, folder: Path) -> Files:
    conn = sqlite3.connect(home / DATABASE)
    path = folder / f"{seq}.zip"
    path.write_bytes(make_bundle(conn, seq, verifier_keys(home)))
    conn.close()
    found: Files = stranger.read_bundle(path)
    return found


def test_the_bundle_of_every_entry_holds(signed: Path, tmp_path: Path) -> None:
    (size,) = sqlite3.connect(signed / DATABASE).execute("SELECT max(seq) FROM entries").fetchone()
    for seq in range(1, size + 1):
        files = files_of(signed, seq, tmp_path)
        stated = set(files) - {"index.html", "verify.py", "log.vkey"}
        if not json.loads(files["entry.json"]).get("judged", {}).get("text_sha256"):
            stated -= {"text.txt"}  # of a look that brought the same bytes again, or that a person let pass
        assert stranger.check_bundle(files, keys_of(signed)) == stated, seq


# -- what was tampered with


def flipped(data: bytes, at: int, bit: int = 1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= bit
    return bytes(changed)


def tampered(files: Files, other: Files) -> dict[str, Files]:
    """Bundles of one look in which something is not as it was; `other` is the bundle of another."""
    proof = files["entry.tlog-proof"].decode()
    lines = proof.split("\n")
    index = lines.index(next(line for line in lines if line.startswith("index ")))
    empty = lines.index("")
    made = {
        "a bit of the entry": files | {"entry.json": flipped(files["entry.json"], 40)},
        "an entry that says more": files | {"entry.json": files["entry.json"] + b" "},
        "the status": files | {"entry.json": files["entry.json"].replace(b'"status":200', b'"status":404')},
        "the time": files | {"entry.json": files["entry.json"].replace(b"2014-05", b"2013-05")},
        "the first bit of the body": files | {"body.bin": flipped(files["body.bin"], 0)},
        "the last bit of the body": files | {"body.bin": flipped(files["body.bin"], -1, 128)},
        "a shorter body": files | {"body.bin": files["body.bin"][:-1]},
        "no body": files | {"body.bin": b""},
        "a header": files | {"headers.txt": files["headers.txt"].replace(b"utf-8", b"utf-7")},
        "the status line": files | {"headers.txt": files["headers.txt"].replace(b" 200 ", b" 404 ")},
        "line ends of the head": files | {"headers.txt": files["headers.txt"].replace(b"\r\n", b"\n")},
        "a word of the text": files | {"text.txt": files["text.txt"].replace(b"asks", b"begs")},
        "what came": files | {"received.bin": files["received.bin"] + b"x"},
        "what was shown": files | {"screenshot.png": flipped(files["screenshot.png"], 1)},
    }
    for name in ("entry.json", "entry.tlog-proof", "body.bin", "text.txt"):
        made[f"another's {name}"] = files | {name: other[name]}
    for what, changed in {
        "the version of the form": ["c2sp.org/tlog-proof@v2", *lines[1:]],
        "another index": [*lines[:index], "index 1", *lines[index + 1 :]],
        "an index with a zero before it": [
            *lines[:index],
            lines[index].replace("index ", "index 0"),
            *lines[index + 1 :],
        ],
        "no index": [*lines[:index], *lines[index + 1 :]],
        "a hash less": [*lines[: index + 1], *lines[index + 2 :]],
        "a hash more": [*lines[:empty], lines[empty - 1], *lines[empty:]],
        "two hashes changed about": [*lines[: index + 1], lines[index + 2], lines[index + 1], *lines[index + 3 :]],
        "another log": [*lines[: empty + 1], "other.example/log", *lines[empty + 2 :]],
        "another size": [*lines[: empty + 2], "999", *lines[empty + 3 :]],
        "another root": [*lines[: empty + 3], lines[index + 1], *lines[empty + 4 :]],
        "a line more in the note": [*lines[: empty + 4], "more", *lines[empty + 4 :]],
        "no signature": [*lines[: empty + 5], ""],
        "a signature of another": [*lines[:-2], lines[-2].replace("archive.example", "other.example"), ""],
        "line ends": [line + "\r" for line in lines],
        "no last line end": lines[:-1],
    }.items():
        made[what] = files | {"entry.tlog-proof": "\n".join(changed).encode()}
    return made


def test_every_bundle_that_was_tampered_with_fails_or_does_not_prove_that_file(keeper: Any, tmp_path: Path) -> None:
    rendered = Rendered(browser="Chromium/1", received=b"<p>sent</p>", screenshot=b"PNG")
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/strait"))
    for states in (20, 21, 22):
        body = f"<h1>Strait</h1><p>Veldania asks {states} states to keep to the agreement of 14 March.</p>".encode()
        seq = keeper.look("strait", body, rendered=rendered).seq
    make_key(keeper.home, "archive.example/log")
    make_checkpoint(keeper.archive, at=NOON)
    keys = keys_of(keeper.home)
    files, other = files_of(keeper.home, seq, tmp_path), files_of(keeper.home, seq - 1, tmp_path)
    assert {"received.bin", "screenshot.png", "text.txt"} <= stranger.check_bundle(files, keys)
    bundles = tampered(files, other)
    passed = [
        what for what, one in bundles.items() if proves(one, keys, {name for name in one if one[name] != files[name]})
    ]
    assert passed == []
    assert len(bundles) >= 30


def proves(files: Files, keys: list[str], changed: set[str]) -> bool:
    """Whether a changed file is called proved."""
    assert changed
    try:
        return bool(changed & stranger.check_bundle(files, keys))
    except (stranger.Wrong, ValueError):
        return False


EDITS = [
    "UPDATE observations SET observed_at = '2014-05-09T12:30:00Z' WHERE seq = 5",
    "UPDATE observations SET clock_at = NULL",
    "UPDATE observations SET duration_ms = 7 WHERE seq = 5",
    "UPDATE observations SET http_status = 204 WHERE seq = 5",
    "UPDATE observations SET outcome = 'held' WHERE seq = 5",
    "UPDATE observations SET reason = 'login' WHERE seq = 5",
    "UPDATE observations SET received_bytes = 1 WHERE seq = 5",
    "UPDATE observations SET via = 'warc' WHERE seq = 5",
    "UPDATE observations SET page_id = 2 WHERE seq = 5",
    "UPDATE observations SET body_id = 1 WHERE seq = 13",
    "UPDATE observations SET body_id = NULL WHERE seq = 13",
    "UPDATE observations SET seq = 900 WHERE seq = 13",
    "DELETE FROM observations WHERE seq = 5",
    "UPDATE acts SET actor = 'nobody'",
    "UPDATE acts SET kind = 'release'",
    "DELETE FROM acts",
    "INSERT INTO acts VALUES (5, 'hold', 6, '2014-05-09T12:00:00Z', 'x')",
    "UPDATE triage SET text = 'x' WHERE kind = 'note'",
    "UPDATE triage SET observation_seq = 6 WHERE kind = 'seen'",
    "UPDATE readings SET rules = '{}' WHERE number = 1",
    "UPDATE readings SET version = 'x' WHERE number = 1",
    "UPDATE pages SET url = 'https://other.example/' WHERE slug = 'ferry'",
    "UPDATE pages SET statement = NULL WHERE slug = 'ferry'",
    "UPDATE pages SET added_at = '2014-01-01T00:00:00Z' WHERE slug = 'ferry'",
    "UPDATE page_addresses SET url = 'https://other.example/' WHERE id = 1",
    "UPDATE page_slugs SET slug = 'other' WHERE slug = 'ferry'",
    "UPDATE entries SET kind = 'note' WHERE seq = 5",
    "UPDATE entries SET page_id = 2 WHERE seq = 5",
    "UPDATE entries SET leaf = zeroblob(32) WHERE seq = 5",
    "UPDATE entries SET entry = (SELECT entry FROM entries WHERE seq = 6) WHERE seq = 5",
    "UPDATE entries SET base_seq = 1 WHERE seq = 12",
    "DELETE FROM entries WHERE seq = 9",
    "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)",
    "UPDATE log_nodes SET hash = zeroblob(32) WHERE level = 2 AND idx = 1",
    "DELETE FROM log_nodes WHERE level = 1 AND idx = 0",
    "INSERT INTO log_nodes VALUES (3, 99, zeroblob(32))",
    "UPDATE blobs SET sha256 = randomblob(32) WHERE id = 2",
    "UPDATE blobs SET size_bytes = size_bytes + 1 WHERE id = 2",
    "UPDATE blobs SET data = zeroblob(40) WHERE id = 2",
    "UPDATE blobs SET data = x'' WHERE id = 2",
    "UPDATE blobs SET base_id = id WHERE base_id IS NULL",
    "UPDATE blobs SET depth = 0",
    "DELETE FROM blobs WHERE id = 2",
    "UPDATE checkpoints SET size = size - 1",
    "UPDATE checkpoints SET note = replace(note, 'archive', 'Archive')",
]


def test_every_edited_database_fails(signed: Path, tmp_path: Path, forge: Forge) -> None:
    passed = []
    for number, sql in enumerate(EDITS if os.environ.get("FAULTS") else EDITS[::4]):
        home = tmp_path / str(number)
        shutil.copytree(signed, home)
        forge(home, f"PRAGMA foreign_keys = OFF; {sql}")
        if problems(home) == []:
            passed.append(sql)
    assert passed == []
    assert len(EDITS) >= 40


def test_what_is_whole_in_itself_fails_against_a_note_that_was_kept_elsewhere(
    signed: Path, tmp_path: Path, forge: Forge, rewrite: Any, entry: Any
) -> None:
    note = (signed / "archive.checkpoint").read_text("utf-8")
    rewritten, older = tmp_path / "rewritten", tmp_path / "older"
    shutil.copytree(signed, rewritten)
    rewrite(rewritten, {8: entry(rewritten, 8) | {"duration_us": 99_000}})
    forge(rewritten, "UPDATE observations SET duration_ms = 99 WHERE seq = 8")
    assert problems(rewritten) == []
    assert problems(rewritten, kept=[note]) != []
    older.mkdir()
    with Archive.open(older, holder="test"):
        pass
    assert problems(older, keys_of(signed)) == []
    assert problems(older, keys_of(signed), kept=[note]) != []


def test_it_runs_by_itself(signed: Path, tmp_path: Path) -> None:
    key = str(signed / "archive.vkey")
    bundle = tmp_path / "bundle.zip"
    files = files_of(signed, 5, tmp_path)
    with zipfile.ZipFile(bundle, "w") as out:
        for name, data in files.items():
            out.writestr(name, data)
    for what in (bundle, signed / DATABASE):
        done = subprocess.run([sys.executable, PROGRAM, what, key], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
