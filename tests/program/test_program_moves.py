"""A page that outlives its address, end to end: redirects on its host and to another one, and a relaunch by hand."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.log import read_entry
from archive.opening import DATABASE
from archive.rebuild import rebuild
from archive.store import Archive
from scraper.acts import reader_of
from scraper.interpret import VERSION

COMMENTED = "# ours\n"


def watch(home: Any, url: str, more: str = "", *, fetch: str = "") -> None:
    text = (
        f'{COMMENTED}contact = "archive@example.org"\n[fetch]\ndelay = "0"\nallow_addresses = ["127.0.0.0/8"]\n{fetch}\n'
        f'[[page]]\nslug = "strait"   # the talks\nurl = "{url}"\n{more}'
    )
    (home.path / "variorum.toml").write_text(text, "utf-8")


def lead(site: Any, path: str, to: str, status: int = 301) -> str:
    return site.put(path, "", status=status, headers={"Location": to})  # type: ignore[no-any-return]


def check(home: Any) -> dict[str, Any]:
    found: dict[str, Any] = home.check()["strait"]
    return found


def said(row: dict[str, Any]) -> tuple[str, str | None, str | None]:
    return row["outcome"], row["reason"], row["moved_to"]


def status(home: Any) -> dict[str, Any]:
    (row,) = home.run("status", "--json").value
    return row  # type: ignore[no-any-return]


def settings_entries(home: Path) -> list[dict[str, Any]]:
    conn = sqlite3.connect(home / DATABASE)
    seqs = [seq for (seq,) in conn.execute("SELECT seq FROM entries WHERE kind = 'settings' ORDER BY seq")]
    found = [json.loads(read_entry(conn, seq)) for seq in seqs]
    conn.close()
    return found


def differing(home: Any) -> list[set[int]]:
    """How many derived rows are others when they are made again, by this version and by one that keeps the readings."""
    with Archive.open(home.path, holder="test") as archive:
        made = [rebuild(archive, reader_of, version=version, keep=False) for version in (VERSION, "another")]
    return [set(found.differing.values()) for found in made]


def test_a_permanent_redirect_on_its_host_is_followed_and_told_once(home, site, statement) -> None:
    watch(home, site.put("/strait", statement.html()))
    assert said(check(home)) == ("new", None, None)
    new = site.put("/en/strait", statement.html())
    lead(site, "/strait", "/en/strait", status=308)
    assert [said(check(home)) for _ in range(2)] == [("unchanged", None, new), ("unchanged", None, None)]
    assert status(home)["moved_to"] == new
    assert f"variorum move strait {new}" in home.run("status").err


def test_what_a_check_prints_for_people_names_the_new_address(home, site, statement) -> None:
    new = site.put("/en/strait", statement.html())
    watch(home, lead(site, "/strait", "/en/strait"))
    assert f"moved to {new}" in home.run("check").out


def test_a_redirect_that_is_taken_back_is_no_address_any_more(home, site, statement) -> None:
    watch(home, lead(site, "/strait", "/en/strait"))
    site.put("/en/strait", statement.html())
    check(home)
    site.put("/strait", statement.html())
    check(home)
    assert status(home)["moved_to"] is None


def test_another_host_is_held_until_it_is_released_and_the_pages_from_then_on(
    home, site, other_site, statement
) -> None:
    watch(home, site.put("/strait", statement.html()))
    check(home)
    lead(site, "/strait", other_site.put("/strait", statement.html()))
    held = check(home)
    assert said(held) == ("held", "moved", None)
    assert said(check(home)) == ("held", "moved", None)
    released = home.run("release", str(held["observation"]))
    assert (released.code, "stands as unchanged, revision 1 of strait" in released.err) == (0, True)
    other_site.put("/strait", replace(statement, paragraphs=statement.paragraphs[:-1]).html())
    assert said(check(home)) == ("changed", None, None)
    assert status(home)["moved_to"] == f"{other_site.base}/strait"
    assert differing(home) == [{0}, {0}]


def test_an_alert_tells_a_new_address_once(home, site, statement) -> None:
    rule = '[[alert]]\nname = "places"\non = ["moved"]\nto = ["json://127.0.0.1:9/hook"]\n'
    watch(home, site.put("/strait", statement.html()), rule)
    check(home)
    new = site.put("/en/strait", statement.html())
    lead(site, "/strait", "/en/strait")
    for _ in range(3):
        check(home)
    alerts = home.run("alerts", "--json").value
    assert [alert["event"] for alert in alerts] == ["moved"]
    assert new in alerts[0]["headline"].replace("\u2060", "")


def test_an_alert_on_held_pages_says_where_the_page_was_led(home, site, other_site, statement) -> None:
    rule = '[[alert]]\nname = "held"\non = ["held"]\nconfirm = "0"\nto = ["json://127.0.0.1:9/hook"]\n'
    watch(home, site.put("/strait", statement.html()), rule)
    check(home)
    new = other_site.put("/strait", statement.html())
    lead(site, "/strait", new)
    check(home)
    conn = sqlite3.connect(home.path / DATABASE)
    told = [json.loads(content)["event"] for (content,) in conn.execute("SELECT content FROM alerts")]
    conn.close()
    assert [(event["reason"], event["moved_to"]) for event in told] == [("moved", new)]


def test_a_relaunch_is_an_act_in_the_log_and_the_history_goes_on(home, site, other_site, statement) -> None:
    old = site.put("/strait", statement.html())
    watch(home, old)
    check(home)
    new = other_site.put("/talks", statement.html())
    moved = home.run("move", "strait", new)
    assert (moved.code, moved.out) == (0, "")
    text = (home.path / "variorum.toml").read_text("utf-8")
    assert text.startswith(COMMENTED)
    assert f'slug = "strait"   # the talks\nurl = "{new}"' in text
    first, second = settings_entries(home.path)
    assert (first["settings"]["url"], second["settings"]["url"]) == (old, new)
    assert "actor" not in first
    assert second["actor"]
    assert said(check(home)) == ("unchanged", None, None)
    assert [row["number"] for row in home.history("strait")] == [1]
    assert home.run("verify", "--deep").code == 0
    assert differing(home) == [{0}, {0}]


def test_the_same_relaunch_again_changes_nothing(home, site, statement) -> None:
    watch(home, site.put("/strait", statement.html()))
    check(home)
    new = site.put("/talks", statement.html())
    assert [home.run("move", "strait", new).code for _ in range(2)] == [0, 0]
    assert len(settings_entries(home.path)) == 2


@pytest.mark.parametrize(
    ("slug", "url", "says", "code"),
    [
        ("strait", "ftp://ministry.example/a", "must begin with http:// or https://", 2),
        ("strait", "http://user:secret@ministry.example/a", "user", 2),
        ("nowhere", "http://ministry.example/a", "nowhere", 4),
    ],
)
def test_a_relaunch_that_makes_no_sense_is_refused_in_one_line(
    home, site, statement, slug: str, url: str, says: str, code: int
) -> None:
    watch(home, site.put("/strait", statement.html()))
    before = (home.path / "variorum.toml").read_bytes()
    done = home.run("move", slug, url)
    assert (done.code, done.out, len(done.err.splitlines())) == (code, "", 1)
    assert says in done.err
    assert (home.path / "variorum.toml").read_bytes() == before


def test_a_redirect_is_not_followed_where_robots_txt_forbids_it(home, site, other_site, statement) -> None:
    other_site.put("/robots.txt", "User-agent: *\nDisallow: /private\n", headers={"Content-Type": "text/plain"})
    watch(home, lead(site, "/strait", other_site.put("/private/strait", statement.html())))
    row = check(home)
    assert said(row) == ("failed", "forbidden_target", None)
    assert other_site.asked == ["/robots.txt"]
    assert "disallows /private/strait" in home.run("explain", str(row["observation"])).out


def test_a_proxy_is_asked_for_robots_txt_and_page_and_recorded_as_vantage(home, site, statement) -> None:
    site.put("/strait", statement.html())
    watch(home, "http://ministry.example/strait", f'proxy = "{site.base}"\n')
    row = check(home)
    assert row["outcome"] == "new"
    assert site.asked == ["http://ministry.example/robots.txt", "http://ministry.example/strait"]
    conn = sqlite3.connect(home.path / DATABASE)
    entry = json.loads(read_entry(conn, row["observation"]))
    conn.close()
    assert entry["vantage"] == site.base
