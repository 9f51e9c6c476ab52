"""Bundles: what a stranger gets, checked by the script in it and by the program, whole and tampered with in every way."""

from __future__ import annotations

import ast
import io
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive import bundle_verifier, notes
from archive.bundle import NoEntry, NotProved, check_bundle, make_bundle
from archive.checkpoints import NoCheckpoint, make_checkpoint, make_key, verifier_keys
from archive.merkle import leaf_hash
from archive.model import Rendered
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.store import Archive
from scraper.cli import main

NOON = datetime(2014, 6, 1, 12, tzinfo=UTC)
LOOK, NO_BODY, SETTINGS = 5, 21, 1
Files = dict[str, bytes]


@pytest.fixture(scope="session")
def signed(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story with a key and a checkpoint; not to be written to."""
    home = tmp_path_factory.mktemp("signed") / "home"
    shutil.copytree(told, home)
    make_key(home, "archive.example/log")
    with Archive.open(home, holder="test") as archive:
        make_checkpoint(archive, at=NOON)
    return home


def bundle_of(home: Path, seq: int) -> bytes:
    conn = sqlite3.connect(home / DATABASE)
    try:
        return make_bundle(conn, seq, verifier_keys(home))
    finally:
        conn.close()


def files_of(bundle: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(bundle)) as found:
        return {name: found.read(name) for name in found.namelist()}


@pytest.fixture(scope="session")
def files(signed: Path) -> Files:
    return files_of(bundle_of(signed, LOOK))


def holds(files: Files, trusted: str | None = None) -> bool:
    try:
        return bool(list(bundle_verifier.check(files, trusted)))
    except bundle_verifier.Wrong:
        return False


def test_a_bundle_of_a_look_has_all_that_was_received(signed: Path, files: Files) -> None:
    assert sorted(files) == sorted(
        ["body.bin", "entry.json", "entry.tlog-proof", "headers.txt", "index.html", "log.vkey", "text.txt", "verify.py"]
    )
    assert files["headers.txt"].startswith(b"HTTP/1.1 200 \r\nContent-Type: text/html; charset=utf-8\r\n")
    assert b"Veldania asks 20 states" in files["body.bin"]
    assert b"Veldania asks 20 states" in files["text.txt"]


def test_the_same_entry_and_checkpoint_give_the_same_bytes(signed: Path) -> None:
    assert bundle_of(signed, LOOK) == bundle_of(signed, LOOK)


def test_every_entry_of_the_log_can_be_proved(signed: Path) -> None:
    size = sqlite3.connect(signed / DATABASE).execute("SELECT count(*) FROM entries").fetchone()[0]
    key = verifier_keys(signed)[0].text
    for seq in range(1, size + 1):
        found = files_of(bundle_of(signed, seq))
        assert holds(found, key), seq
        proof = notes.parse_proof(found["entry.tlog-proof"].decode())
        assert notes.verify_proof(proof, leaf_hash(found["entry.json"]), verifier_keys(signed)).size == size


@pytest.mark.parametrize("arguments", [[], ["--key", "log.vkey"]])
def test_the_script_in_it_needs_nothing_but_python(files: Files, tmp_path: Path, arguments: list[str]) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "entry.json is entry 5 of that log." in done.stdout
    assert ("compare it with what the archive publishes" in done.stdout) == (not arguments)
    (tmp_path / "body.bin").write_bytes(files["body.bin"] + b" ")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "NOT PROVED: body.bin is not the body" in done.stdout


def test_the_script_imports_the_standard_library_alone() -> None:
    tree = ast.parse(Path(bundle_verifier.__file__).read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names | {"__future__"}


@pytest.mark.parametrize("name", ["entry.json", "body.bin", "headers.txt", "log.vkey"])
def test_a_changed_byte_anywhere_in_what_is_proved_is_found(files: Files, name: str) -> None:
    chance = random.Random(name)
    for _ in range(25):
        data = bytearray(files[name])
        data[chance.randrange(len(data) - (name == "log.vkey"))] ^= 1 << chance.randrange(8)
        assert not holds(files | {name: bytes(data)}), bytes(data)


def test_a_changed_character_of_the_proof_is_found(files: Files) -> None:
    text = files["entry.tlog-proof"].decode()
    chance = random.Random(7)
    for _ in range(60):
        at = chance.randrange(len(text))
        changed = text[:at] + chance.choice("AZaz09+/=\n -x") + text[at + 1 :]
        if changed != text:
            assert not holds(files | {"entry.tlog-proof": changed.encode()}), (at, text[at])


def test_a_proof_of_another_entry_does_not_hold(signed: Path, files: Files) -> None:
    other = files_of(bundle_of(signed, LOOK + 1))
    for name in ("entry.json", "entry.tlog-proof", "body.bin"):
        assert not holds(files | {name: other[name]}), name


def test_what_another_key_signed_is_not_believed_by_who_has_the_right_one(
    signed: Path, told: Path, tmp_path: Path, files: Files
) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(told, forged)
    make_key(forged, "archive.example/log")
    with Archive.open(forged, holder="test") as archive:
        make_checkpoint(archive, at=NOON)
    theirs = files_of(bundle_of(forged, LOOK))
    assert holds(theirs)
    assert not holds(theirs, verifier_keys(signed)[0].text)
    assert holds(files, verifier_keys(signed)[0].text)


def test_both_verifiers_agree_on_tampered_proofs(signed: Path, files: Files) -> None:
    """The script's own signature, tree and note code against `archive.notes`."""
    keys = verifier_keys(signed)
    text, leaf = files["entry.tlog-proof"].decode(), leaf_hash(files["entry.json"])
    chance = random.Random(11)
    lines = text.split("\n")
    for _ in range(80):
        changed = list(lines)
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        kind = chance.randrange(4)
        if kind == 0:
            changed[at], changed[to] = changed[to], changed[at]
        elif kind == 1:
            del changed[at]
        elif kind == 2:
            changed.insert(at, lines[to])
        else:
            changed[at] = changed[at].upper()
        proof = "\n".join(changed)
        try:
            notes.verify_proof(notes.parse_proof(proof), leaf, keys)
            expected = True
        except notes.NoteError:
            expected = False
        assert holds(files | {"entry.tlog-proof": proof.encode()}, keys[0].text) == expected, proof


def test_a_look_without_a_body_and_a_setting_are_proved_too(signed: Path) -> None:
    no_body, settings = files_of(bundle_of(signed, NO_BODY)), files_of(bundle_of(signed, SETTINGS))
    assert json.loads(no_body["entry.json"])["failure"] == ["timeout", "after 30 s"]
    assert "body.bin" not in no_body
    assert not holds(no_body | {"body.bin": b""})
    assert sorted(settings) == ["entry.json", "entry.tlog-proof", "index.html", "log.vkey", "verify.py"]


def test_what_a_browser_received_and_showed_is_proved_with_the_page_it_made(
    keeper: Any, forge: Any, lines: Any
) -> None:
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/strait"))
    rendered = Rendered(browser="Chromium/1", received=b"<p>sent</p>", screenshot=b"PNG")
    seq = keeper.look("strait", b"<h1>Strait</h1><p>The strait is open.</p>", rendered=rendered).seq
    make_key(keeper.home, "archive.example/log")
    make_checkpoint(keeper.archive, at=NOON)
    files = files_of(bundle_of(keeper.home, seq))
    assert (files["received.bin"], files["screenshot.png"]) == (b"<p>sent</p>", b"PNG")
    assert holds(files)
    assert not holds(files | {"received.bin": b"<p>other</p>"})
    assert not holds(files | {"screenshot.png": b"GIF"})
    keeper.close()
    forge(keeper.home, "UPDATE renderings SET received_id = screenshot_id, browser = 'x'")
    assert any(f"the rendering of observation {seq}: its column browser is 'x'" in line for line in lines(keeper.home))


def test_received_text_is_only_text_in_the_page_for_people(keeper: Any) -> None:
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/<script>alert(1)</script>"))
    seq = keeper.look("strait", b"<h1>&lt;script&gt;alert(2)&lt;/script&gt;</h1><p>The strait is open.</p>").seq
    make_key(keeper.home, "archive.example/log")
    make_checkpoint(keeper.archive, at=NOON)
    page = files_of(bundle_of(keeper.home, seq))["index.html"]
    assert b"&lt;script&gt;alert(1)" in page
    assert b"<script" not in page


def test_an_entry_that_no_checkpoint_covers_is_not_proved_yet(keeper: Any) -> None:
    make_key(keeper.home, "archive.example/log")
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/strait"))
    make_checkpoint(keeper.archive, at=NOON)
    seq = keeper.look("strait", b"<p>Open.</p>").seq
    with pytest.raises(NoCheckpoint):
        bundle_of(keeper.home, seq)
    with pytest.raises(NoEntry):
        bundle_of(keeper.home, seq + 1)


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *arguments])


def test_the_commands_write_a_bundle_and_check_it(signed: Path, tmp_path: Path) -> None:
    bundle, vkey = tmp_path / "proof.zip", tmp_path / "kept.vkey"
    vkey.write_text(verifier_keys(signed)[0].text + "\n", "utf-8")
    assert run(signed, "prove", str(LOOK), "-o", str(bundle)).exit_code == 0
    assert run(tmp_path, "verify-proof", str(bundle), "--key", str(vkey)).exit_code == 0
    assert check_bundle(bundle, verifier_keys(signed))
    bad = tmp_path / "bad.zip"
    files = files_of(bundle.read_bytes()) | {"body.bin": b"x"}
    with zipfile.ZipFile(bad, "w") as out:
        for name, data in files.items():
            out.writestr(name, data)
    result = run(tmp_path, "verify-proof", str(bundle), str(bad))
    assert result.exit_code == 9
    assert "bad.zip: NOT PROVED: body.bin is not the body" in result.output
    with pytest.raises(NotProved):
        check_bundle(bad, [])


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(30)])
def test_what_is_no_bundle_can_not_be_looked_at(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "proof.zip"
    path.write_bytes(content)
    result = run(tmp_path, "verify-proof", str(path))
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_bundle_that_would_unpack_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_verifier, "MOST_BYTES", 1000)
    path = tmp_path / "proof.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("entry.json", bytes(2000))
    assert run(tmp_path, "verify-proof", str(path)).exit_code == 1
