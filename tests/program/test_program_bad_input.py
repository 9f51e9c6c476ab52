"""Bad input: one line that names what, where and the mend, the documented exit code, nothing half done."""

from __future__ import annotations

import ctypes
import os
import socket
import sqlite3
from typing import Any

import pytest

PAGE = '[[page]]\nslug = "strait"\nurl = "https://mfa.example/strait"\n'


def refused(done: Any, code: int) -> str:
    """The one line on stderr; fails on anything else."""
    assert "Traceback" not in done.err, done.err
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
    assert done.err.startswith("Error: "), done.err
    line: str = done.err
    return line


BAD_LISTS = {
    "an unknown key": (PAGE + 'selct = "main"\n', ["selct", ".toml:4: ", "select"]),
    "an unknown key of a table": ('[fetch]\ndeley = "1s"\n' + PAGE, [".toml:2: fetch.deley: ", "delay"]),
    "an unknown table": ("[fetsch]\n" + PAGE, ["fetsch", ".toml:1: ", "fetch"]),
    "a wrong type": ("[fetch]\nrobots = 1\n" + PAGE, [".toml:2: fetch.robots: ", "true or false"]),
    "a duplicate slug": (PAGE + PAGE, ["slug", "strait", ".toml:5: "]),
    "a bad address": (PAGE.replace("https:", "htps:"), ["url", "htps:", ".toml:3: ", "https://"]),
    "an address without a host": (PAGE.replace("mfa.example", ""), ["url", ".toml:3: ", "host"]),
    "a bad selector": (PAGE + 'select = "main >"\n', ["select", "main >", ".toml:4: "]),
    "a bad interval": (PAGE + 'every = "6 hours"\n', ["every", "6 hours", ".toml:4: ", "6h"]),
    "a bad cron line": (PAGE + 'cron = "0 0 31 2 *"\n', ["cron", ".toml:4: ", "never"]),
    "a bad time zone": (PAGE + 'timezone = "Almaty"\n', ["timezone", "Almaty", ".toml:4: ", "Asia/Almaty"]),
    "a bad slug": (PAGE.replace('"strait"', '"The Strait"'), ["slug", "The Strait", ".toml:2: ", "a-z"]),
    "no address": ('[[page]]\nslug = "strait"\n', ["url", ".toml:1: ", "missing"]),
    "broken TOML": (PAGE + "select = main\n", [".toml:4: "]),
}


@pytest.mark.parametrize("what", sorted(BAD_LISTS))
def test_a_bad_watch_list_is_refused_whole_with_line_key_and_mend(home: Any, what: str) -> None:
    text, names = BAD_LISTS[what]
    (home.path / "variorum.toml").write_text(text, "utf-8")
    line = refused(home.run("check"), 1)
    assert [name for name in names if name not in line] == []
    assert sorted(path.name for path in home.path.iterdir()) == ["variorum.toml"]


def test_every_error_of_a_watch_list_has_a_line(home: Any) -> None:
    (home.path / "variorum.toml").write_text(PAGE + 'selct = "main"\nevery = "often"\n', "utf-8")
    done = home.run("check")
    assert (done.code, len(done.err.splitlines())) == (1, 2)


def test_a_home_without_a_watch_list_names_the_command_that_makes_one(home: Any) -> None:
    assert "variorum init" in refused(home.run("check"), 1).replace(f"--home {home.path} ", "")


def test_init_does_not_touch_a_watch_list_that_is_there(home: Any) -> None:
    (home.path / "variorum.toml").write_text(PAGE, "utf-8")
    refused(home.run("init"), 1)
    assert (home.path / "variorum.toml").read_text("utf-8") == PAGE


def test_adding_a_slug_that_is_taken_leaves_the_file_as_it_was(home: Any) -> None:
    (home.path / "variorum.toml").write_text(PAGE, "utf-8")
    line = refused(home.run("add", "https://mfa.example/other", "--slug", "strait"), 2)
    assert "strait" in line
    assert (home.path / "variorum.toml").read_text("utf-8") == PAGE


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("--select", "main >", "main >"),
        ("--every", "often", "often"),
        ("--slug", "The Strait", "The Strait"),
        ("--language", "the English", "the English"),
    ],
)
def test_adding_a_page_with_a_bad_value_leaves_the_file_as_it_was(
    home: Any, option: str, value: str, name: str
) -> None:
    (home.path / "variorum.toml").write_text(PAGE, "utf-8")
    assert name in refused(home.run("add", "https://mfa.example/other", option, value), 2)
    assert (home.path / "variorum.toml").read_text("utf-8") == PAGE


@pytest.mark.parametrize("command", ["check", "history", "show", "diff", "export snapshots"])
def test_a_page_that_is_not_there_is_named_with_the_near_one(archived: Any, command: str) -> None:
    line = refused(archived.run(*command.split(), "strai"), 4)
    assert "strai " in line
    assert "strait" in line


@pytest.mark.parametrize("arguments", [("show", "strait", "7"), ("diff", "strait", "1", "7")])
def test_a_revision_that_is_not_there_is_named_with_those_that_are(archived: Any, arguments: tuple[str, ...]) -> None:
    line = refused(archived.run(*arguments), 4)
    assert "7" in line
    assert "1 to 3" in line


def test_a_date_before_the_first_revision_is_not_in_the_archive(archived: Any) -> None:
    assert "2014-05-09" in refused(archived.run("show", "strait", "2014-05-09"), 4)


@pytest.mark.parametrize("which", ["first", "0", "-1", "1.5", "2014-13-01", "２"])
def test_what_is_neither_number_nor_date_is_refused(archived: Any, which: str) -> None:
    done = archived.run("show", "strait", "--", which)
    assert "Traceback" not in done.err
    assert done.code in (2, 4)
    assert done.out == ""


@pytest.mark.parametrize("command", ["status", "history strait", "show strait", "diff strait", "export snapshots"])
def test_reading_a_home_without_an_archive_names_the_next_step(home: Any, command: str) -> None:
    (home.path / "variorum.toml").write_text(PAGE, "utf-8")
    line = refused(home.run(*command.split()), 1)
    assert "archive.db" in line
    assert "variorum" in line


WRITERS = ["check", "serve --port 0"]


@pytest.mark.parametrize("command", WRITERS)
def test_a_database_of_a_newer_version_is_left_alone(archived: Any, command: str) -> None:
    database = archived.path / "archive.db"
    conn = sqlite3.connect(database)
    conn.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('variorum', 'm999_later', '2030-01-01')"
    )
    conn.commit()
    conn.close()
    before = database.read_bytes()
    assert "m999_later" in refused(archived.run(*command.split()), 1)
    assert database.read_bytes() == before


@pytest.mark.parametrize("command", [*WRITERS, "status", "history strait", "export snapshots"])
@pytest.mark.parametrize("kind", ["text", "another database"])
def test_a_file_that_is_not_ours_is_left_alone(home: Any, kind: str, command: str) -> None:
    (home.path / "variorum.toml").write_text(PAGE, "utf-8")
    database = home.path / "archive.db"
    if kind == "text":
        database.write_text("Minutes of the meeting of 9 May\n" * 200)
    else:
        conn = sqlite3.connect(database)
        conn.execute("CREATE TABLE minutes (id INTEGER PRIMARY KEY)")
        conn.commit()
        conn.close()
    before = database.read_bytes()
    assert "archive.db" in refused(home.run(*command.split()), 1)
    assert database.read_bytes() == before
    assert not [path for path in home.path.iterdir() if path.name.startswith("archive.db-")]


def test_a_port_in_use_is_named_and_nothing_is_begun(home: Any, site: Any, statement: Any) -> None:
    home.watch({"strait": site.put("/strait", statement.html())})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(home.run("serve", "--port", str(port)), 1)
    assert str(port) in line
    assert "--port" in line
    assert site.asked == []


@pytest.mark.parametrize("command", ["serve --port 0", "check"])
def test_a_second_writer_on_one_home_is_told_who_has_it(archived: Any, command: str) -> None:
    first = archived.start("serve", "--port", "0")
    assert "http://" in first.stderr.readline()
    line = refused(archived.run(*command.split()), 1)
    assert str(first.pid) in line
    assert "serve" in line


def test_readers_work_while_the_service_runs(archived: Any) -> None:
    service = archived.start("serve", "--port", "0")
    assert "http://" in service.stderr.readline()
    assert archived.run("show", "strait").code == 0


def test_a_private_address_that_was_not_allowed_is_refused_and_never_asked(
    home: Any, site: Any, statement: Any
) -> None:
    url = site.put("/strait", statement.html())
    (home.path / "variorum.toml").write_text(f'[[page]]\nslug = "strait"\nurl = "{url}"\n', "utf-8")
    done = home.run("check", "--json")
    (row,) = done.rows
    assert (row["outcome"], row["reason"], done.code) == ("refused", "forbidden_address", 5)
    assert site.asked == []


def test_a_redirect_to_a_private_address_is_not_followed(home: Any, site: Any, statement: Any) -> None:
    site.put("/secret", statement.html())
    secret = site.base.replace("127.0.0.1", "127.0.0.2") + "/secret"
    home.watch({"strait": site.put("/strait", "", status=302, headers={"Location": secret})})
    done = home.run("check", "--json")
    assert (done.rows[0]["outcome"], done.rows[0]["reason"], done.code) == ("failed", "forbidden_target", 6)
    assert "/secret" not in site.asked


@pytest.mark.parametrize("command", ["init", "check", "serve --port 0"])
def test_a_home_that_can_not_be_written_is_named(home: Any, command: str) -> None:
    if command != "init":
        (home.path / "variorum.toml").write_text(PAGE, "utf-8")
    before = sorted(home.path.iterdir())
    home.path.chmod(0o555)
    try:
        done = home.run_installed(*command.split(), preexec_fn=obey_permissions)
    finally:
        home.path.chmod(0o755)
    line = refused(done, 1)
    assert str(home.path) in line
    assert "--home" in line
    assert sorted(home.path.iterdir()) == before


def obey_permissions() -> None:
    """Where the tests run as root: give up the capability by which root writes everywhere (Linux, prctl(2))."""
    if os.geteuid() == 0:
        drop_from_bounding_set, override_permissions = 24, 1
        if ctypes.CDLL(None).prctl(drop_from_bounding_set, override_permissions, 0, 0, 0):
            raise OSError("root here can't give up its right to write everywhere")


def test_a_home_that_is_a_file_is_named(home: Any) -> None:
    home.path = home.path / "notes.txt"
    home.path.write_text("notes")
    for command in ("init", "check"):
        assert "notes.txt" in refused(home.run(command), 1)
    assert home.path.read_text() == "notes"


@pytest.mark.parametrize(
    "arguments", [("chek",), ("show",), ("check", "--jsn"), ("export", "texts"), ("serve", "--port", "x")]
)
def test_a_wrong_call_exits_with_two(home: Any, arguments: tuple[str, ...]) -> None:
    done = home.run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_a_closed_pipe_ends_an_export_quietly(archived: Any) -> None:
    process = archived.start("export", "snapshots")
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    assert process.wait(10) != 0
