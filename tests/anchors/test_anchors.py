"""Where checkpoints go, how often, what is said when they don't get there, and what is checked of them later."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from click.testing import CliRunner, Result

from archive import anchors, checkpoints
from archive.opening import DATABASE
from archive.verify import verify
from scraper import clock
from scraper.anchor import Anchorer, anchor_now
from scraper.cli import main

DAY = timedelta(days=1)


def run(home: Any, *arguments: object) -> Result:
    """The command, in a home that nobody holds open."""
    home.close()
    return CliRunner().invoke(main, ["--home", str(home.path), *map(str, arguments)])


def ask(home: Any, authority: Any, more: str = "") -> None:
    home.anchor = f'authority = "{authority.url}"\nroot = "{authority.trust / "root.pem"}"\n{more}'


def forge(home: Any, sql: str) -> None:
    """As somebody would who has the file: without the triggers."""
    home.close()
    conn = sqlite3.connect(home.path / DATABASE)
    named = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'time_stamps'"
    triggers = conn.execute(named).fetchall()
    for name, _ in triggers:
        conn.execute(f"DROP TRIGGER {name}")
    conn.execute(sql)
    for _, definition in triggers:
        conn.execute(definition)
    conn.commit()
    conn.close()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The time, which a test sets."""
    times = [datetime(2026, 3, 1, 12, tzinfo=UTC)]
    monkeypatch.setattr(clock, "now", lambda: times[0])

    def go(forward: timedelta) -> datetime:
        times[0] += forward
        return times[0]

    return go


# -- directory and command


def test_a_directory_gets_each_checkpoint_as_a_file_that_verify_takes(home: Any, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    home.anchor = f'directory = "{kept}"'
    home.give()
    home.grow()
    home.give()
    names = sorted(path.name for path in kept.iterdir())
    key_id = checkpoints.verifier_keys(home.path)[0].key_id.hex()
    sizes = [row[0] for row in home.archive.conn.execute("SELECT size FROM checkpoints ORDER BY size")]
    assert names == [f"checkpoint-{key_id}-{size}.txt" for size in sizes]
    assert run(home, "verify", "--checkpoint", kept / names[0]).exit_code == 0


def test_a_directory_beside_an_authority_gets_the_time_stamp_too(home: Any, authority: Any, tmp_path: Path) -> None:
    ask(home, authority, f'directory = "{tmp_path}"')
    home.give()
    (note,), (stamp,) = tmp_path.glob("checkpoint-*.txt"), tmp_path.glob("checkpoint-*.tsr")
    authority.openssl("ts", "-verify", "-in", stamp, "-data", note, "-CAfile", authority.trust / "root.pem")


def test_a_directory_that_is_not_there_is_not_made(home: Any, tmp_path: Path) -> None:
    home.anchor = f'directory = "{tmp_path / "not-mounted"}"'
    home.give()
    assert not (tmp_path / "not-mounted").exists()
    assert "make it, or mount what should be there" in home.row("SELECT error FROM anchors")[0]


def test_a_directory_that_has_another_checkpoint_of_that_size_keeps_it_and_is_named(home: Any, tmp_path: Path) -> None:
    home.anchor = f'directory = "{tmp_path}"'
    home.give()
    (path,) = tmp_path.glob("checkpoint-*.txt")
    path.write_text("another")
    home.archive.conn.execute("UPDATE anchors SET size = 0")
    home.give()
    assert path.read_text() == "another"
    assert "is another checkpoint of that size" in home.row("SELECT error FROM anchors")[0]


def test_a_command_gets_the_checkpoint_on_its_standard_input(home: Any, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    home.anchor = f"command = {json.dumps(['sh', '-c', f'cat > {taken}'])}"
    home.give()
    assert taken.read_bytes() == (home.path / "archive.checkpoint").read_bytes()
    assert home.row("SELECT place, error FROM anchors") == ("command sh", None)


def test_the_script_of_the_docs_puts_checkpoints_into_a_git_remote(home: Any, tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "operate.md").read_text("utf-8")
    remote, clone, script = tmp_path / "remote", tmp_path / "clone", tmp_path / "give-away"
    git = ["git", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "--quiet", "--bare", remote], check=True)
    subprocess.run([*git, "clone", "--quiet", remote, clone], check=True, stderr=subprocess.DEVNULL)
    for name, value in (("user.name", "archive"), ("user.email", "archive@example.org"), ("push.default", "current")):
        subprocess.run(["git", "-C", clone, "config", name, value], check=True)
    script.write_text(page.split("```sh\n")[1].split("```")[0].replace("/srv/checkpoints", str(clone)))
    script.chmod(0o755)
    home.anchor = f'command = ["{script}"]'
    for _ in range(2):
        home.grow()
        home.give()
        assert home.row("SELECT error FROM anchors") == (None,)
    show = subprocess.run(["git", "-C", remote, "show", "HEAD:checkpoint.txt"], capture_output=True, check=True)
    assert show.stdout == (home.path / "archive.checkpoint").read_bytes()
    log = subprocess.run(["git", "-C", remote, "log", "--format=%s"], capture_output=True, check=True, text=True)
    assert len(log.stdout.splitlines()) == 2


def test_a_command_may_take_its_time(home: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.anchor.LOOK_S", 0.02)
    taken = tmp_path / "taken"
    home.anchor = f"command = {json.dumps(['sh', '-c', f'sleep 0.3; cat > {taken}'])}"
    home.give()
    assert home.row("SELECT error FROM anchors") == (None,)
    assert taken.read_bytes() == (home.path / "archive.checkpoint").read_bytes()


def test_a_command_that_takes_too_long_is_ended(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.anchor.COMMAND_S", 0.3)
    home.anchor = 'command = ["sleep", "600"]'
    home.give()
    assert home.row("SELECT error FROM anchors") == ("it took longer than 0.3 s",)


def test_a_command_that_reads_nothing_is_no_error(home: Any) -> None:
    home.anchor = 'command = ["true"]'
    home.give()
    assert home.row("SELECT error FROM anchors") == (None,)


def test_a_command_that_fails_is_told_by_its_last_line(home: Any) -> None:
    home.anchor = 'command = ["sh", "-c", "echo one >&2; echo no route to the remote >&2; exit 3"]'
    home.give()
    assert home.row("SELECT error FROM anchors") == ("it ended with 3: no route to the remote",)


def test_a_command_that_is_not_there_is_told(home: Any) -> None:
    home.anchor = 'command = ["no-such-program"]'
    home.give()
    assert home.row("SELECT error FROM anchors")[0].startswith("it can't be run")


def test_a_command_under_way_is_killed_with_what_it_started_when_the_service_ends(home: Any, tmp_path: Path) -> None:
    began = tmp_path / "began"
    home.anchor = f"command = {json.dumps(['sh', '-c', f'sleep 600 & echo $! > {began}; wait'])}"
    anchorer = Anchorer(home.path, home.watch_list)
    anchorer.start()
    for _ in range(600):
        if began.exists() and began.read_text().strip():
            break
        threading.Event().wait(0.05)
    anchorer.stop()
    pid = began.read_text().strip()
    for _ in range(600):
        state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False).stdout
        if state.strip()[:1] in ("", "Z"):
            break
        threading.Event().wait(0.05)
    else:
        pytest.fail(f"what the command started goes on: {state}")
    assert home.row("SELECT failures FROM anchors") == (0,)


# -- when


def test_a_place_is_asked_no_more_often_than_every_and_only_for_what_is_new(home: Any, tmp_path: Path, at: Any) -> None:
    home.anchor = f'directory = "{tmp_path}"\nevery = "1d"'
    home.give(force=False)
    at(DAY)
    home.give(force=False)
    assert len(list(tmp_path.glob("*.txt"))) == 1  # nothing is new
    home.grow()
    home.give(force=False)
    home.grow()
    home.give(force=False)
    assert len(list(tmp_path.glob("*.txt"))) == 2  # a day has not gone by
    at(DAY)
    home.give(force=False)
    assert len(list(tmp_path.glob("*.txt"))) == 3


def test_a_round_at_the_same_time_each_day_never_comes_too_early(home: Any, tmp_path: Path, at: Any) -> None:
    home.anchor = f'directory = "{tmp_path}"\nevery = "1d"'
    for day in range(3):
        at(timedelta(seconds=20))  # that the round took
        home.give(force=False)
        home.grow()
        assert len(list(tmp_path.glob("*.txt"))) == day + 1
        at(DAY - timedelta(seconds=40))


def test_failures_are_followed_by_longer_and_longer_waits(home: Any, tmp_path: Path, at: Any) -> None:
    home.anchor = f'directory = "{tmp_path / "missing"}"\nevery = "1d"'
    waits = []
    now = at(timedelta(0))
    for _ in range(11):
        home.give(force=False)
        due = datetime.fromisoformat(home.row("SELECT due_at FROM anchors")[0])
        waits.append((due - now).total_seconds())
        home.give(force=False)  # not due: not asked
        now = at(due - now)
    assert waits == [60 * 2**n for n in range(9)] + [21600, 21600]
    assert home.row("SELECT failures FROM anchors") == (11,)


def test_a_clock_that_was_wrong_by_years_keeps_nothing_waiting_for_years(home: Any, tmp_path: Path, at: Any) -> None:
    home.anchor = f'directory = "{tmp_path}"'
    at(1000 * DAY)
    home.give(force=False)
    home.grow()
    at(-1000 * DAY)
    home.give(force=False)
    assert len(list(tmp_path.glob("*.txt"))) == 2


def test_a_place_that_the_watch_list_names_no_more_is_forgotten(home: Any, tmp_path: Path) -> None:
    home.anchor = 'command = ["false"]'
    home.give()
    home.anchor = f'directory = "{tmp_path}"'
    home.give()
    assert home.row("SELECT count(*), max(place) FROM anchors") == (1, f"directory {tmp_path}")


# -- what is said


def test_a_place_is_overdue_when_what_it_lacks_is_older_than_the_watch_list_allows(home: Any, at: Any) -> None:
    home.at = at(timedelta(0))
    home.grow()
    home.anchor = 'command = ["true"]\nevery = "1d"\noverdue_after = "2d"'
    home.give()
    anchored_at = home.row("SELECT anchored_at FROM anchors")[0]
    (place,) = anchors.anchors(home.archive.conn, at(30 * DAY))
    assert (place.overdue, place.behind) == (False, False)  # nothing is lacking, however old it is
    home.at = at(timedelta(0))
    home.grow()
    (place,) = anchors.anchors(home.archive.conn, at(DAY))
    assert (place.overdue, place.behind) == (False, True)
    places = anchors.anchors(home.archive.conn, at(2 * DAY))
    assert anchors.not_anchored_since(places) == anchored_at
    assert places[0].line == f"Not anchored since {anchored_at}, at command true."


def test_status_names_the_authority_that_fails_and_its_reason(home: Any, authority: Any) -> None:
    authority.behave = lambda question: (503, {}, b"")
    ask(home, authority)
    home.give()
    done = run(home, "status")
    assert (
        f"Anchoring at {authority.url} failed: it answered 503 Service Unavailable. It is tried again at "
        in done.stderr
    )


def test_status_says_since_when_nothing_was_anchored(home: Any) -> None:
    home.anchor = 'command = ["false"]\nevery = "1h"\noverdue_after = "1h"'
    home.give()
    long_ago = "2014-05-09T13:00:00Z"
    home.archive.conn.execute("UPDATE anchors SET since = ?", (long_ago,))
    done = run(home, "status")
    assert (
        f"Not anchored since {long_ago}, and never was, at command false: it ended with 1: it said nothing."
        in done.stderr
    )
    rows = json.loads(run(home, "status", "--json").stdout)
    assert {row["not_anchored_since"] for row in rows} == {long_ago}


def test_an_archive_without_a_key_says_that_nothing_is_anchored_for_want_of_one(home: Any) -> None:
    home.anchor = 'command = ["true"]'
    (home.path / "archive.key").unlink()
    home.give()  # the last checkpoint; there will be none after it
    home.give()
    assert "has no key for checkpoints" in run(home, "status").stderr


def test_checkpoint_says_who_stamped_it_and_when(home: Any, authority: Any) -> None:
    ask(home, authority)
    home.watch_list  # noqa: B018  # is written
    done = run(home, "checkpoint", "--anchor")
    assert done.exit_code == 0
    assert done.stdout == (home.path / "archive.checkpoint").read_text("utf-8")
    assert f"states {authority.url}." in done.stderr
    assert f"at {authority.url}, " in run(home, "checkpoint").stderr


def test_checkpoint_exits_1_where_a_place_could_not_be_given_it(home: Any) -> None:
    home.anchor = 'command = ["false"]'
    home.watch_list  # noqa: B018  # is written
    done = run(home, "checkpoint", "--anchor")
    assert (done.exit_code, done.stdout) == (1, (home.path / "archive.checkpoint").read_text("utf-8"))


def test_checkpoint_without_a_place_to_give_it_to_says_what_to_write(home: Any) -> None:
    (home.path / "variorum.toml").write_text("")
    done = run(home, "checkpoint", "--anchor")
    assert done.exit_code == 1
    assert "Write an [anchor] table" in done.stderr


def test_a_file_that_an_earlier_version_wrote_has_no_anchors_and_is_no_error() -> None:
    conn = sqlite3.connect(":memory:")
    assert anchors.anchors(conn, datetime(2026, 3, 1, tzinfo=UTC)) == []
    assert anchors.first_time_stamp(conn, 1) is None


def test_a_disk_that_refuses_fails_no_check(
    home: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home.anchor = f'directory = "{tmp_path}"'
    home.give()
    home.grow()
    full = sqlite3.OperationalError("database or disk is full")
    monkeypatch.setattr(anchors, "note_anchored", Mock(side_effect=full))
    anchor_now(home.path, home.watch_list, force=True)
    assert "nothing was noted of where checkpoints go" in capsys.readouterr().err


# -- what is checked later


def test_verify_holds_time_stamps_to_their_checkpoints_and_to_a_root_from_elsewhere(home: Any, authority: Any) -> None:
    ask(home, authority)
    home.give()
    assert run(home, "verify", "--deep").exit_code == 0
    assert run(home, "verify", "--deep", "--root", authority.trust / "root.pem").exit_code == 0
    other = run(home, "verify", "--deep", "--root", authority.trust / "other-root.pem")
    assert (other.exit_code, "by the root certificates given" in other.stdout) == (9, True)


def test_verify_finds_any_changed_byte_of_a_stored_time_stamp(home: Any, authority: Any) -> None:
    ask(home, authority)
    home.give()
    (packed,) = home.row("SELECT response FROM time_stamps")
    for place in range(1, len(packed) + 1, 97):
        garbled = packed[: place - 1] + bytes([packed[place - 1] ^ 0xFF]) + packed[place:]
        forge(home, f"UPDATE time_stamps SET response = x'{garbled.hex()}'")
        report = verify(home.path / DATABASE)
        assert any("the time stamp 1" in finding.what for finding in report.damages), place


@pytest.mark.parametrize(
    ("sql", "how"),
    [
        ("UPDATE time_stamps SET at = '2001-01-01T00:00:00Z'", "the column at says 2001-01-01T00:00:00Z"),
        ("UPDATE time_stamps SET roots = 'x'", "it is no file of PEM certificates"),
        ("UPDATE time_stamps SET size = (SELECT min(size) FROM checkpoints)", "of something else than this checkpoint"),
        ("UPDATE time_stamps SET response = x'00'", "it can't be decoded"),
    ],
)
def test_verify_names_what_is_wrong_with_a_stored_time_stamp(home: Any, authority: Any, sql: str, how: str) -> None:
    home.grow()
    ask(home, authority)
    home.give()
    forge(home, sql)
    done = run(home, "verify", "--deep")
    assert done.exit_code == 9
    assert how in done.stdout


def test_without_the_package_a_time_stamp_is_told_as_not_checked_and_is_no_damage(
    home: Any, authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(home, authority)
    home.give()
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    done = run(home, "verify", "--deep")
    assert done.exit_code == 0
    assert "not checked who signed them" in done.stdout


def test_what_asks_for_a_damaged_time_stamp_says_so(home: Any, authority: Any, tmp_path: Path) -> None:
    ask(home, authority)
    home.give()
    forge(home, "UPDATE time_stamps SET response = x'00'")
    for command in (["checkpoint"], ["prove", 1, "-o", tmp_path / "bundle.zip"]):
        done = run(home, *command)
        assert done.exit_code == 9
        assert "the time stamp of the checkpoint at 2: it can't be decoded" in done.stderr


def test_the_page_on_evidence_names_every_column_of_a_time_stamp(home: Any) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "evidence.md").read_text("utf-8")
    section = page.split("## Time stamps and other anchors")[1].split("## ")[0]
    columns = [row[1] for row in home.archive.conn.execute("PRAGMA table_info(time_stamps)")]
    assert [name for name in columns if name != "id" and f"`{name}`" not in section] == []


# -- bundles


@pytest.fixture
def bundle(home: Any, authority: Any, tmp_path: Path) -> Path:
    """Of the first entry, with the first of two time stamps; the log went on."""
    ask(home, authority)
    home.give()
    home.grow()
    home.give()
    home.grow()
    path = tmp_path / "bundle.zip"
    done = run(home, "prove", 1, "-o", path)
    assert done.exit_code == 0, done.output
    return path


def rewritten(bundle: Path, name: str, data: bytes | None) -> Path:
    """The bundle with one file replaced, or without it."""
    with zipfile.ZipFile(bundle) as old:
        files = {item: old.read(item) for item in old.namelist() if item != name}
    if data is not None:
        files[name] = data
    path = bundle.with_name("other.zip")
    with zipfile.ZipFile(path, "w") as new:
        for item, content in files.items():
            new.writestr(item, content)
    return path


def test_a_bundle_has_the_earliest_time_stamp_that_covers_its_entry(home: Any, bundle: Path) -> None:
    conn = sqlite3.connect(home.path / DATABASE)
    note, stated = conn.execute(
        "SELECT c.note, t.at FROM time_stamps t JOIN checkpoints c USING (size) ORDER BY size LIMIT 1"
    ).fetchone()
    conn.close()
    with zipfile.ZipFile(bundle) as files:
        assert files.read("checkpoint.txt").decode() == note
        assert note in files.read("entry.tlog-proof").decode()
        assert stated in files.read("index.html").decode()


def test_a_bundle_holds_by_the_program_by_its_script_and_by_openssl(
    home: Any, authority: Any, bundle: Path, tmp_path: Path
) -> None:
    done = run(home, "verify-proof", "--root", authority.trust / "root.pem", bundle)
    assert done.exit_code == 0
    assert "is signed by CN=Veldania Stamp" in done.stdout
    assert "That root came with this bundle" in run(home, "verify-proof", bundle).stdout
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(bundle) as files:
        files.extractall(folder)
    script = subprocess.run([sys.executable, folder / "verify.py"], capture_output=True, text=True, check=False)
    assert script.returncode == 0
    assert "checkpoint.tsr is a time stamp of that checkpoint and states the time 20" in script.stdout
    stamp = ("-in", folder / "checkpoint.tsr", "-data", folder / "checkpoint.txt")
    authority.openssl("ts", "-verify", *stamp, "-CAfile", authority.trust / "root.pem")


def test_a_bundle_whose_time_stamp_is_of_something_else_is_not_proved(home: Any, authority: Any, bundle: Path) -> None:
    other = authority.reply(authority.other_question(data=b"something else"))
    done = run(home, "verify-proof", rewritten(bundle, "checkpoint.tsr", other))
    assert done.exit_code == 9
    assert "is a time stamp of something else" in done.stderr


def test_a_bundle_whose_checkpoint_file_is_another_is_not_proved(home: Any, bundle: Path) -> None:
    for data in (b"another\n", None):
        assert run(home, "verify-proof", rewritten(bundle, "checkpoint.txt", data)).exit_code == 9


def test_a_bundle_whose_time_stamp_another_authority_signed_is_not_proved(
    home: Any, authority: Any, bundle: Path
) -> None:
    with zipfile.ZipFile(bundle) as files:
        asked = authority.other_question(data=files.read("checkpoint.txt"))
    forged = rewritten(bundle, "checkpoint.tsr", authority.reply(asked, signer="other"))
    done = run(home, "verify-proof", "--root", authority.trust / "root.pem", forged)
    assert done.exit_code == 9
    assert "not signed by an authority that the root vouches for" in done.stderr


def test_a_bundle_without_the_root_says_that_the_signer_was_not_checked(home: Any, bundle: Path) -> None:
    done = run(home, "verify-proof", rewritten(bundle, "authority.pem", None))
    assert done.exit_code == 0
    assert "give its authority's root certificate with --root" in done.stdout
