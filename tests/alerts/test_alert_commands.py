"""Alerts through the installed command: told, listed, tried, retried, noted; and no secret anywhere."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import pytest

from scraper.serve_site import make_datasette

API = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
COMMAND = Path(sys.executable).with_name("variorum")
MUST, SHOULD = "All parties must pay within 30 days.", "All parties should pay within 20 days."


@dataclass
class Home:
    """A home with one page and the alerts that a test writes."""

    path: Path
    page: Any
    command: Any

    def watch(self, *alerts: str, every: str = "1h") -> None:
        head = (
            f'contact = "archive@example.org"\npublic_url = "https://history.example"\n[defaults]\nevery = "{every}"\n'
            '[fetch]\ndelay = "0"\nallow_addresses = ["127.0.0.1"]\n'
            f'[[page]]\nslug = "talks"\nurl = "{self.page.url}"\n'
        )
        (self.path / "variorum.toml").write_text(head + "".join(alerts), "utf-8")

    def run(self, *arguments: str, **env: str) -> Any:
        done = self.command.run("--home", str(self.path), *arguments, **env)
        assert "Traceback" not in done.err, done.err
        return done

    def change(self, text: str = SHOULD) -> None:
        self.page.texts[-1] = text

    def stored(self, sql: str) -> list[Any]:
        conn = sqlite3.connect(f"{(self.path / 'archive.db').as_uri()}?mode=ro", uri=True)
        try:
            return conn.execute(sql).fetchall()
        finally:
            conn.close()


def alert(to: Sequence[str], **keys: str) -> str:
    written = {"name": '"all"', "on": '["changed", "silent", "held", "gone", "failing", "recovered"]', "confirm": '"0"'}
    lines = [f"{key} = {value}" for key, value in {**written, **keys}.items()]
    return "\n".join(["[[alert]]", *lines, f"to = {json.dumps(list(to))}"]) + "\n"


@pytest.fixture
def home(tmp_path: Path, page: Any, command: Any) -> Home:
    path = tmp_path / "home"
    path.mkdir()
    return Home(path, page, command)


def changed(home: Home, *alerts: str, **env: str) -> Any:
    """The home after a first look and one at a change."""
    home.watch(*alerts)
    home.run("check", **env)
    home.change()
    return home.run("check", **env)


def test_a_check_tells_a_change_and_lists_it(home: Home, sink: Any) -> None:
    done = changed(home, alert([f"json://{sink.place}/hook"]))
    assert done.code == 0
    (taken,) = sink.taken
    (row,) = home.run("alerts", "--json").value
    (shown,) = json.loads(re.search(r"^## alerts --json.*?```json\n(.*?)```", API, re.DOTALL | re.MULTILINE)[1])  # type: ignore[index]
    assert (shown.keys(), shown["deliveries"][0].keys()) == (row.keys(), row["deliveries"][0].keys())
    assert (row["id"], row["event"], row["state"]) == (taken.value["id"], "changed", "owed")
    assert [delivery["state"] for delivery in row["deliveries"]] == ["sent"]
    assert row["headline"] in home.run("alerts").out


def test_a_check_looks_again_before_it_tells(home: Home, sink: Any, page: Any) -> None:
    changed(home, alert([f"json://{sink.place}/hook"], confirm='"1s"'))
    assert sink.taken == []
    assert home.run("alerts", "--json").value[0]["state"] == "waiting"
    time.sleep(1.2)
    home.run("check")
    assert len(sink.taken) == 1
    assert "If-None-Match" not in page.asked[-1]


def test_what_is_parked_stands_in_status_until_it_is_sent_again(home: Home, sink: Any) -> None:
    sink.mode = "refuse"
    changed(home, alert([f"json://{sink.place}/hook"]))
    status = home.run("status", "--json").value
    assert (status[0]["alerts_owed"], status[0]["alerts_parked"]) == (0, 1)
    shown = home.run("status")
    assert "1 parked" in shown.out
    assert "HTTP 401. Send it again with: variorum alerts retry" in shown.err
    health = asyncio.run(make_datasette(home.path / "archive.db").client.get("/-/health.json")).json()
    assert (health["alerts"]["owed"], health["alerts"]["parked"]) == (0, 1)
    sink.mode = "take"
    assert "1 message is due again" in home.run("alerts", "retry").err
    assert len(sink.taken) == 1
    assert home.run("status", "--json").value[0]["alerts_parked"] == 0


def test_targets_of_every_kind_in_every_trouble_have_all_they_are_owed_when_they_are_back(
    home: Home, make_sink: Callable[[], Any], mailbox: Any
) -> None:
    well, busy, refusing, broken, chat = (make_sink() for _ in range(5))
    hooks = [f"json://{one.place}/hook" for one in (well, busy, refusing, broken)]
    busy.mode, refusing.mode, broken.mode, chat.mode = "busy", "refuse", "broken", "close"
    mailbox.at_end = "451 not now"
    changed(
        home,
        alert([*hooks, f"ntfy://{chat.place}/topic", f"mailto://{mailbox.place}/?from=v@a.example&to=d@p.example"]),
    )
    assert (len(well.taken), len(broken.taken)) == (1, 1)
    home.change("All parties may pay, or wait.")
    home.run("check")
    assert len(well.taken) == 2
    for one in (busy, refusing, broken, chat):
        one.mode = "take"
    mailbox.at_end = "250 taken"
    before = len(mailbox.mails)
    home.run("alerts", "retry")
    ids = [row["id"] for row in home.run("alerts", "--json").value][::-1]
    assert [one.ids for one in (well, busy, refusing)] == [ids, ids, ids]
    assert broken.ids == [ids[0], *ids]
    assert len(chat.taken) == 2
    assert [mail["X-Variorum-Id"] for mail in mailbox.mails[before:]] == ids


def test_status_says_which_address_is_not_there(home: Home) -> None:
    changed(home, alert(["env:NOT_SET_ANYWHERE"]))
    assert "Owed: alert" in home.run("status").err
    assert "Set NOT_SET_ANYWHERE where variorum runs. It is tried again at" in home.run("status").err


def test_a_sample_goes_to_every_target_and_leaves_no_trace(home: Home, make_sink: Callable[[], Any]) -> None:
    one, two = make_sink(), make_sink()
    two.mode = "refuse"
    home.watch(alert([f"json://{one.place}/", f"json://{two.place}/"], language='"ru"'))
    done = home.run("alerts", "test", "all")
    assert done.code == 1
    assert [line.partition("  ")[2] for line in done.out.splitlines()] == ["sent", "not sent: HTTP 401"]
    assert one.taken[0].value["title"].startswith("Образец: talks: изменено, 2 слова добавлено")
    assert not (home.path / "archive.db").exists()


def test_a_rule_that_is_not_there_is_said_with_those_that_are(home: Home) -> None:
    home.watch(alert(["env:MAIL"]))
    done = home.run("alerts", "test", "al")
    assert (done.code, "It has all." in done.err) == (2, True)


def test_a_preview_says_what_a_rule_would_have_said_and_sends_nothing(home: Home, sink: Any) -> None:
    home.watch()
    home.run("check")
    home.change()
    home.run("check")
    home.watch(
        alert([f"json://{sink.place}/"], phrases='["may pay"]'), alert(["env:A"], name='"number"', kinds='["number"]')
    )
    rows = home.run("alerts", "preview", "--json").value
    assert [(row["rule"], row["page"], row["event"]) for row in rows] == [("number", "talks", "changed")]
    assert home.run("alerts", "preview", "all", "--json").value == []
    assert home.run("alerts", "preview", "--since", "2099-01-01", "--json").value == []
    assert home.run("alerts", "preview", "--since", "soon").code == 2
    assert (sink.taken, home.stored("SELECT * FROM alerts")) == ([], [])


def test_a_change_is_seen_and_a_page_noted_and_both_are_shown(home: Home, sink: Any) -> None:
    changed(home, alert([f"json://{sink.place}/"]))
    uid = home.run("alerts", "--json").value[0]["id"]
    assert home.run("seen", uid[:8]).code == 0
    assert home.run("note", "talks", "The desk has asked the ministry.").code == 0
    assert home.run("alerts", "--json").value[0]["seen_at"] is not None
    history = home.run("history", "talks")
    assert re.findall("seen$", history.out, re.MULTILINE) == ["seen"]
    assert "The desk has asked the ministry." in history.err
    assert home.stored("SELECT kind, text FROM triage") == [("seen", ""), ("note", "The desk has asked the ministry.")]
    assert home.run("seen", "a0000000").code == 4
    assert home.run("note", "talks", " ").code == 2
    assert home.run("note", "nowhere", "x").code == 4


def test_a_release_tells_its_change_once(home: Home, sink: Any, page: Any) -> None:
    changed(home, alert([f"json://{sink.place}/"]))
    seq = home.run("alerts", "--json").value[0]["observation"]
    home.run("hold", str(seq))
    before = len(sink.taken)
    home.run("release", str(seq))
    home.run("reread")
    home.run("check")
    events = [alert["event"] for taken in sink.taken[before:] for alert in taken.value["alerts"]]
    assert events.count("changed") <= 1


def test_rereading_tells_nothing(home: Home, sink: Any) -> None:
    home.watch(alert([f"json://{sink.place}/"]))
    home.run("check")
    text = (home.path / "variorum.toml").read_text("utf-8")
    (home.path / "variorum.toml").write_text(
        text.replace('slug = "talks"', 'slug = "talks"\nignore = ["p:last-child"]')
    )
    assert "would have told" not in home.run("reread").err
    home.run("check")
    assert home.stored("SELECT max(number) FROM readings") == [(2,)]
    assert sink.taken == []


def test_rereading_says_what_it_would_have_told_and_sends_none_of_it(home: Home, sink: Any) -> None:
    home.watch(alert([f"json://{sink.place}/"]))
    listed = home.path / "variorum.toml"
    whole = listed.read_text("utf-8")
    listed.write_text(whole.replace('slug = "talks"', 'slug = "talks"\nignore = ["p:last-child"]'), "utf-8")
    home.run("check")
    home.change()
    home.run("check")
    listed.write_text(whole, "utf-8")
    assert "1 alert would have told of what shows now" in home.run("reread").err
    home.run("check")
    assert sink.taken == []


def entries_of_feed(home: Home) -> list[tuple[str, str]]:
    """(id, updated) of each entry of the feed of all changes, as the reading room serves it."""
    datasette = make_datasette(home.path / "archive.db")
    parsed = feedparser.parse(asyncio.run(datasette.client.get("/feed.atom")).content)
    assert not parsed.bozo
    return [(entry.id, entry.updated) for entry in parsed.entries]


def test_a_feeds_entries_keep_their_ids_over_new_readings_and_rebuilds(home: Home) -> None:
    changed(home)
    before = entries_of_feed(home)
    assert len(before) == 1
    assert home.run("rebuild").code == 0
    assert entries_of_feed(home) == before
    text = (home.path / "variorum.toml").read_text("utf-8")
    (home.path / "variorum.toml").write_text(text.replace('slug = "talks"', 'slug = "talks"\nignore = ["h1"]'))
    home.run("reread")
    assert home.stored("SELECT max(number) FROM readings") == [(2,)]
    assert entries_of_feed(home) == before


# --- while the service runs ------------------------------------------------------------------------------------------


def test_the_service_confirms_tells_and_takes_notes_meanwhile(home: Home, sink: Any) -> None:
    home.watch(alert([f"json://{sink.place}/"], confirm='"1s"'), every="1h")
    home.run("check")
    text = (home.path / "variorum.toml").read_text("utf-8")
    (home.path / "variorum.toml").write_text(text.replace('every = "1h"', 'every = "1s"'))
    home.change()
    service = subprocess.Popen(
        [COMMAND, "--home", str(home.path), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert len(sink.wait(1)) == 1
        (confirmed,) = home.stored(
            "SELECT o.observed_at FROM alerts a JOIN observations o ON o.seq > a.observation_seq ORDER BY o.seq LIMIT 1"
        )
        assert confirmed
        assert home.run("note", "talks", "Noted meanwhile.").code == 0
        assert home.run("check").code == 1
    finally:
        service.terminate()
        _, err = service.communicate(timeout=120)
    assert service.returncode == 0, err


# --- no secret anywhere ----------------------------------------------------------------------------------------------

CANARY = "canary0Secret7"


def test_no_secret_of_any_target_is_in_any_byte_that_is_kept_shown_or_answered(
    home: Home, make_sink: Callable[[], Any], mailbox: Any, tmp_path: Path
) -> None:
    taking, refusing = make_sink(), make_sink()
    refusing.mode = "refuse"
    (home.path / "hook").write_text(f"json://user:{CANARY}@{taking.place}/{CANARY}?sign={CANARY}")
    (home.path / "hook").chmod(0o600)
    env = {
        "HOOK": f"json://{refusing.place}/{CANARY}?+Authorization={CANARY}&sign={CANARY}",
        "MAIL": f"mailto://user:{CANARY}@{mailbox.place}/?from=v@archive.example&to=d@paper.example",
        "NTFY": f"ntfy://user:{CANARY}@{refusing.place}/{CANARY}",
        "SLACK": f"slack://{CANARY}",
        "NONSENSE": f"nonsense://{CANARY}",
        "PORT": f"json://user:{CANARY}@127.0.0.1:1/{CANARY}",
    }
    literal = f"json://user:{CANARY}@{refusing.place}/{CANARY}"
    to = ["file:hook", *(f"env:{name}" for name in env), "env:NOT_THERE"]
    shown = [changed(home, alert([*to, literal]), **env)]
    shown += [
        home.run(*arguments, **env)
        for arguments in (
            ("alerts", "test", "all"),
            ("alerts",),
            ("alerts", "--json"),
            ("alerts", "retry"),
            ("alerts", "preview"),
            ("status",),
            ("status", "--json"),
            ("pages",),
            ("history", "talks"),
            ("explain", "4"),
            ("export", "changes"),
            ("export", "observations"),
            ("note", "talks", "A note."),
            ("verify",),
            ("backup", str(tmp_path / "kept")),
        )
    ]
    (home.path / "variorum.toml").write_text(f'[[alert]]\nname = "x"\nto = ["{CANARY}"]\n')
    shown.append(home.run("pages"))
    for done in shown:
        assert CANARY not in done.out + done.err
    assert len(home.stored("SELECT DISTINCT target FROM deliveries")) == 9
    assert taking.taken
    (home.path / "variorum.toml").unlink()
    (home.path / "hook").unlink()
    assert list((tmp_path / "kept").rglob("*")) or (tmp_path / "kept").is_file()
    for path in tmp_path.rglob("*"):
        if (
            path.is_file() and path.name != "variorum.toml"
        ):  # a backup's copy of the watch list, with what was written there
            assert CANARY.encode() not in path.read_bytes(), path
