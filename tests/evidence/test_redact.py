"""A redaction takes a body and its text from everywhere in the database, and leaves digests, entries, and an entry of its own."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive import checkpoints
from archive.alerting.rules import Rule
from archive.bodies import read_body
from archive.errors import Redacted
from archive.model import Rendered, Rules
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.rebuild import rebuild
from archive.redact import NoBody, finish, redact
from archive.verify import verify
from scraper.acts import reader_of
from scraper.cli import main
from scraper.interpret import VERSION

WITNESS = "Zephyrine Quillfeather of 14 Lanternfish Lane"
PAGE = PageSettings(slug="strait", url="https://ministry.example/strait")
ALSO = PageSettings(slug="mirror", url="https://mirror.example/strait")
Lines = Callable[..., list[str]]


def html(edition: int, *, naming: bool = False, token: int = 0) -> bytes:
    named = f"<p>The complaint was made by {WITNESS}, who has been heard by the Commission.</p>" if naming else ""
    title = f"Strait, {WITNESS}" if naming else "Strait"
    return (
        f"<html lang=en><meta name=t content={token}><title>{title}</title><main><h1>{title}</h1><p>Veldania asks {20 + edition}"
        f" states to keep to the agreement on the Lower Strait, which both coasts have signed.</p>{named}<p>Fishing vessels of"
        " either coast must not be stopped outside the zone of twelve miles.</p></main></html>"
    ).encode()


@pytest.fixture
def named(keeper: Any) -> Any:
    """A page that names a person in its look 2 alone, an earlier reading, a mirror with the same bytes, and alerts."""
    keeper.watch(PAGE, ALSO)
    keeper.alerts = [Rule(name="all", targets=("desk",), confirm_s=0)]
    keeper.seqs = [keeper.look("strait", html(edition, naming=edition == 1)).seq for edition in range(4)]
    keeper.mirrored = keeper.look("mirror", html(1, naming=True)).seq
    keeper.reread("strait", Rules(ignore=("nav",)), cause="rules")
    keeper.look("strait", html(4))
    return keeper


def take_down(keeper: Any, *seqs: int) -> list[Any]:
    keeper.at += timedelta(hours=1)
    done = redact(
        keeper.archive,
        seqs,
        why="Asked for by her.",
        actor="lawyer",
        reader_of=reader_of,
        version=VERSION,
        at=keeper.at,
    )
    finish(keeper.archive, seqs)
    return done


def everywhere(path: Path) -> bytes:
    """The database's files, every value of every table, and every body."""
    conn = sqlite3.connect(path)
    parts = [file.read_bytes() for file in path.parent.glob(f"{DATABASE}*")]
    for (table,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        parts += [repr(row).encode() for row in conn.execute(f"SELECT * FROM {table}")]
    for (blob_id,) in conn.execute("SELECT id FROM blobs WHERE data != x''").fetchall():
        parts.append(read_body(conn, blob_id))
    conn.close()
    return b"".join(parts)


def test_nothing_of_the_body_or_its_text_is_left_anywhere(named: Any) -> None:
    packed = named.archive.conn.execute(
        "SELECT b.data FROM observations o JOIN blobs b ON b.id = o.body_id WHERE o.seq = ?", (named.seqs[1],)
    ).fetchone()[0]
    assert WITNESS.encode() in everywhere(named.path)
    assert named.archive.conn.execute("SELECT * FROM passage_words WHERE passage_words MATCH 'quillfeather'").fetchall()
    take_down(named, named.seqs[1])
    assert not named.archive.conn.execute(
        "SELECT * FROM passage_words WHERE passage_words MATCH 'quillfeather'"
    ).fetchall()
    left = everywhere(named.path)
    assert WITNESS.encode() not in left
    assert b"ephyrine" not in left  # nor a word of it in the full-text index
    assert packed not in left
    assert not any(packed[at : at + 24] in left for at in range(12, len(packed) - 24, 24))


def test_the_files_hold_nothing_of_it_when_the_archive_is_closed(named: Any) -> None:
    take_down(named, named.seqs[1])
    named.close()
    assert WITNESS.encode() not in b"".join(file.read_bytes() for file in named.home.iterdir())


def test_digest_entry_and_all_other_bodies_stay(named: Any, lines: Lines) -> None:
    conn = named.archive.conn
    before = conn.execute("SELECT seq, leaf, entry FROM entries").fetchall()
    bodies = {row[0]: read_body(conn, row[0]) for row in conn.execute("SELECT id FROM blobs")}
    take_down(named, named.seqs[1])
    assert conn.execute("SELECT seq, leaf, entry FROM entries WHERE seq <= ?", (len(before),)).fetchall() == before
    (gone,) = conn.execute("SELECT id FROM blobs WHERE data = x''").fetchone()
    assert {blob_id: read_body(conn, blob_id) for blob_id in bodies if blob_id != gone} == {
        blob_id: body for blob_id, body in bodies.items() if blob_id != gone
    }
    with pytest.raises(Redacted):
        read_body(conn, gone)
    assert lines(named.home) == []


def test_verify_says_by_which_entry_it_was_redacted_and_calls_it_no_damage(named: Any) -> None:
    (done,) = take_down(named, named.seqs[1])
    for deep in (False, True):
        report = verify(named.path, deep=deep)
        assert report.damages == []
        assert [finding.line for finding in report.findings] == [
            f"the body of observation {named.seqs[1]}: redacted by entry {done.seq}"
        ]


def test_all_observations_that_share_the_body_are_named_and_held(named: Any) -> None:
    (done,) = take_down(named, named.seqs[1])
    assert done.observations == (named.seqs[1], named.mirrored)
    assert done.pages == ("mirror", "strait")
    standing = named.archive.conn.execute(
        "SELECT j.outcome, j.reason FROM judgements j JOIN readings r ON r.id = j.reading_id AND r.is_current"
        " WHERE j.seq IN (?, ?)",
        done.observations,
    ).fetchall()
    assert standing == [("held", "redacted")] * 2


def test_a_text_that_another_body_shares_stays_and_is_said_to(keeper: Any) -> None:
    keeper.watch(PAGE)
    one = keeper.look("strait", html(1, token=1)).seq
    other = keeper.look("strait", html(1, token=2)).seq
    (done,) = take_down(keeper, one)
    assert (done.texts, done.shared) == (0, (other,))
    assert b"Veldania asks 21" in everywhere(keeper.path)
    (done,) = take_down(keeper, other)
    assert done.shared == ()
    assert b"Veldania asks 21" not in everywhere(keeper.path)


def test_several_bodies_of_one_text_are_taken_down_together(keeper: Any, lines: Lines) -> None:
    keeper.watch(PAGE)
    seqs = [keeper.look("strait", html(1, token=token)).seq for token in range(3)]
    done = take_down(keeper, *seqs)
    assert [item.shared for item in done] == [()] * 3
    assert b"Veldania asks 21" not in everywhere(keeper.path)
    assert lines(keeper.home) == []


def test_the_same_body_is_not_stored_again_when_it_comes_again(named: Any, lines: Lines) -> None:
    take_down(named, named.seqs[1])
    again = named.look("strait", html(1, naming=True)).row()
    assert (again["outcome"], again["reason"]) == ("held", "redacted")
    assert WITNESS.encode() not in everywhere(named.path)
    assert lines(named.home) == []


def test_the_work_goes_on_after_it(named: Any, lines: Lines) -> None:
    take_down(named, named.seqs[1])
    assert named.look("strait", html(4)).row()["outcome"] == "unchanged"
    assert named.look("strait", html(5)).row()["outcome"] == "changed"
    assert lines(named.home) == []


def test_what_a_browser_received_and_showed_goes_with_the_page_that_it_made(keeper: Any, lines: Lines) -> None:
    keeper.watch(PAGE)
    received = html(1, naming=True, token=7)
    rendered = Rendered(browser="Chromium/1", received=received, screenshot=b"PNG " + WITNESS.encode())
    seq = keeper.look("strait", html(1, naming=True), rendered=rendered).seq
    assert lines(keeper.home) == []
    done = take_down(keeper, seq)
    assert [item.observations for item in done] == [(seq,)] * 3
    assert WITNESS.encode() not in everywhere(keeper.path)
    assert lines(keeper.home) == []


def test_alerts_lose_the_words_and_keep_the_change(named: Any) -> None:
    def told() -> list[dict[str, Any]]:
        rows = named.archive.conn.execute("SELECT content FROM alerts WHERE event = 'changed' ORDER BY id").fetchall()
        return [json.loads(content)["event"]["change"] for (content,) in rows]

    before = told()
    assert WITNESS in json.dumps(before[:2])
    take_down(named, named.seqs[1])
    after = told()
    assert [change["to_number"] for change in after] == [change["to_number"] for change in before]
    assert [change["blocks"] == [] for change in after] == [True, True, False, False]
    assert [change["left_out"] for change in after[:2]] == [len(change["blocks"]) for change in before[:2]]


def test_a_redacted_archive_rebuilds_to_the_same(named: Any) -> None:
    take_down(named, named.seqs[1])
    named.look("strait", html(1, naming=True))
    named.look("strait", html(6))
    found = rebuild(named.archive, reader_of, version=VERSION, keep=False)
    assert set(found.differing.values()) == {0}
    assert found.kept == 3  # of both pages before the redaction


def test_a_redaction_is_one_transaction(named: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(named.archive.conn.iterdump())

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("archive.redact.read_again", fail)
    with pytest.raises(RuntimeError):
        take_down(named, named.seqs[1])
    assert list(named.archive.conn.iterdump()) == before


def test_a_second_command_cleans_again_and_logs_nothing(named: Any) -> None:
    (first,) = take_down(named, named.seqs[1])
    size = verify(named.path).size
    (again,) = take_down(named, named.mirrored)
    assert (again.seq, again.is_new, verify(named.path).size) == (first.seq, False, size)


@pytest.mark.parametrize("seq", [1, 999])
def test_what_has_no_body_can_not_be_taken_down(named: Any, seq: int) -> None:
    with pytest.raises(NoBody):
        take_down(named, seq)


def test_a_body_that_is_still_there_though_it_was_redacted_is_damage(named: Any, lines: Lines) -> None:
    conn = named.archive.conn
    (row,) = conn.execute(
        "SELECT b.id FROM observations o JOIN blobs b ON b.id = o.body_id WHERE o.seq = ?", (named.seqs[1],)
    ).fetchall()
    data = conn.execute("SELECT data, base_id, depth FROM blobs WHERE id = ?", row).fetchone()
    take_down(named, named.seqs[1])
    conn.execute("UPDATE blobs SET data = ?, base_id = ?, depth = ? WHERE id = ?", (*data, *row))
    assert any("redacted it, and its bytes are still stored" in line for line in lines(named.home))


def test_bytes_that_are_gone_without_an_entry_are_damage(named: Any, lines: Lines) -> None:
    named.archive.conn.execute("UPDATE blobs SET data = x'' WHERE id = 2")
    assert any("it can't be decoded" in line for line in lines(named.home))


def test_a_proof_still_holds_and_says_that_the_body_was_redacted(named: Any, tmp_path: Path) -> None:
    checkpoints.make_key(named.home, "archive.example/log")
    checkpoints.make_checkpoint(named.archive, at=named.at)
    (done,) = take_down(named, named.seqs[1])
    checkpoints.make_checkpoint(named.archive, at=named.at)
    named.close()
    bundle = tmp_path / "proof.zip"
    run = CliRunner().invoke
    assert run(main, ["--home", str(named.home), "prove", str(named.seqs[1]), "-o", str(bundle)]).exit_code == 0
    checked = run(main, ["verify-proof", str(bundle)])
    assert checked.exit_code == 0
    assert "The body is not in this bundle" in checked.output
    with zipfile.ZipFile(bundle) as files:
        assert f"was redacted by entry {done.seq}".encode() in files.read("index.html")
        assert WITNESS.encode() not in b"".join(files.read(name) for name in files.namelist())


def test_the_command_says_what_it_did_and_what_it_does_not_reach(named: Any) -> None:
    named.close()
    done = CliRunner().invoke(main, ["--home", str(named.home), "redact", str(named.seqs[1]), "--why", "Asked for."])
    assert done.exit_code == 0
    assert f"of {named.seqs[1]}, {named.mirrored} (mirror, strait) was redacted, by entry" in done.output
    assert "Backups" in done.output
    assert WITNESS.encode() not in everywhere(named.path)
    shown = CliRunner().invoke(main, ["--home", str(named.home), "explain", str(named.seqs[1])])
    assert "redacted" in shown.output
