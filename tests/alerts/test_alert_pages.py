"""Where alerts and notes show in the reading room, and where they don't; feeds of statements and their older parts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import feedparser
import pytest

from archive import posting
from archive.alerting.rules import Rule
from archive.triage import Remark, remark
from scraper.serve_site import make_datasette

ATOM = "{http://www.w3.org/2005/Atom}"
RULE = Rule(name="all", targets=("env:SECRET_NAME",), confirm_s=0.0)
TABLES = ["alerts", "messages", "deliveries", "alert_rules", "conditions", "triage"]


@dataclass
class Room:
    """The reading room over an archive that the test fills."""

    watched: Any
    datasette: Any

    def get(self, path: str, **headers: str) -> Any:
        return asyncio.run(self.datasette.client.get(path, headers=headers))

    def feed(self, path: str) -> ET.Element:
        return ET.fromstring(self.get(path).content)  # noqa: S314 - our own feed


@pytest.fixture
def room(watched: Any) -> Iterator[Room]:
    watched.rules = (RULE,)
    for slug in ("talks", "talks-ru"):
        watched.see(slug, 0, "All must pay.")
    made = Room(watched, make_datasette(watched.archive.path, public_url="https://history.example"))
    yield made
    for database in made.datasette.databases.values():
        for conn in getattr(database, "_all_file_connections", []):
            conn.close()


def entry_ids(root: ET.Element) -> list[str]:
    return [str(entry.findtext(f"{ATOM}id")) for entry in root.findall(f"{ATOM}entry")]


def link(root: ET.Element, rel: str) -> str | None:
    return next((found.get("href") for found in root.findall(f"{ATOM}link") if found.get("rel") == rel), None)


def test_a_statement_has_a_feed_of_all_its_pages(room: Room) -> None:
    room.watched.see("talks", 60, "All should pay.")
    room.watched.see("talks-ru", 120, "All may pay.")
    found = feedparser.parse(room.get("/statement/river/feed.atom").content)
    assert not found.bozo
    assert [entry.link for entry in found.entries] == [
        "https://history.example/page/talks-ru/1..2",
        "https://history.example/page/talks/1..2",
    ]
    assert found.feed.link == "https://history.example/statement/river"
    assert room.get("/statement/nowhere/feed.atom").status_code == 404


def test_a_long_feed_is_read_to_its_end_by_its_next_links(room: Room) -> None:
    for number in range(120):
        room.watched.see("talks", 60 + number, f"All should pay {number}.")
    ids, parts, path = [], 0, "/page/talks/feed.atom"
    while path:
        root = room.feed(path)
        ids += entry_ids(root)
        parts += 1
        assert link(root, "self") == f"https://history.example{path}"
        path = (link(root, "next") or "").removeprefix("https://history.example")
    assert (parts, len(ids), len(set(ids))) == (6, 120, 120)


def test_a_feed_is_not_sent_again_where_nothing_changed(room: Room) -> None:
    etag = room.get("/statement/river/feed.atom").headers["etag"]
    assert room.get("/statement/river/feed.atom", **{"if-none-match": etag}).status_code == 304
    room.watched.see("talks", 60, "All should pay.")
    assert room.get("/statement/river/feed.atom", **{"if-none-match": etag}).status_code == 200


def test_a_note_and_that_a_change_was_seen_stand_on_the_page(room: Room) -> None:
    recorded = room.watched.see("talks", 60, "All should pay.")
    page_id = room.watched.archive.page_state("talks").page_id
    with room.watched.archive.transaction() as conn:
        note = Remark(kind="note", actor="desk-user", text="<b>Asked</b> the ministry.")
        remark(conn, page_id, "talks", note, "2014-05-09T14:00:00Z")
        seen = Remark(kind="seen", actor="desk-user", observation_seq=recorded.seq)
        remark(conn, page_id, "talks", seen, "2014-05-09T14:01:00Z")
    html = room.get("/page/talks").text
    assert "&lt;b&gt;Asked&lt;/b&gt; the ministry." in html
    assert ">seen <" in html
    value = room.get("/page/talks.json")
    assert [found["kind"] for found in value.json()["notes"]] == ["note", "seen"]
    assert "desk-user" not in html + value.text


def test_health_tells_what_is_owed_and_parked_and_not_to_whom(room: Room) -> None:
    assert room.get("/-/health.json").json()["alerts"] == {"waiting": 0, "owed": 0, "parked": 0, "oldest_owed": None}
    recorded = room.watched.see("talks", 60, "All should pay.")
    found = room.get("/-/health.json").json()
    assert (found["alerts"]["owed"], found["alerts"]["oldest_owed"]) == (1, recorded.observed_at)
    with room.watched.archive.transaction() as conn:
        (post,) = posting.next_posts(conn, recorded.capture.observed_at + timedelta(seconds=1), busy=())
        posting.note_parked(conn, post, "HTTP 401")
    found = room.get("/-/health.json")
    assert (found.json()["ok"], found.json()["alerts"]["parked"]) == (False, 1)
    assert "SECRET_NAME" not in found.text + room.get("/-/health").text
    assert "variorum alerts retry" in room.get("/-/health").text


@pytest.mark.parametrize("table", [*TABLES, *map(str.upper, TABLES), *map(str.title, TABLES)])
def test_no_table_of_the_outbox_can_be_read(room: Room, table: str) -> None:
    room.watched.see("talks", 60, "All should pay.")
    for path in (
        f"/archive/{table}",
        f"/archive/{table}.json",
        f"/archive/{table}/1.json",
        f"/archive/{table}.csv?_stream=1",
    ):
        response = room.get(path)
        assert response.status_code in (400, 403, 404)
        assert "SECRET_NAME" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/archive.json?sql=select+target+from+Deliveries",
        "/archive/pages.json?_where=id+in+(select+alert_id+from+deliveries)",
        "/archive/pages.json?_through={%22table%22:%22alerts%22,%22column%22:%22rule%22,%22value%22:%22all%22}",
        "/archive/pages.json?_fts_table=alerts&_search=all",
        "/archive/observations.json?_extra=foreign_key_tables",
        "/archive/observations/1.json?_extras=foreign_key_tables",
        "/archive.json?_show_hidden=1",
    ],
)
def test_nor_by_a_way_round(room: Room, path: str) -> None:
    room.watched.see("talks", 60, "All should pay.")
    text = room.get(path).text
    assert "SECRET_NAME" not in text
    assert '"rows": [[' not in text or "deliveries" not in path


@pytest.mark.parametrize(
    "sql",
    [
        "select target from deliveries",
        "SELECT Target FROM [Deliveries]",
        'with d as (select * from "DELIVERIES") select * from d',
        "select count(*) from alerts",
        "select 1 where exists (select 1 from messages)",
        "select content from main.alerts",
    ],
)
def test_not_even_where_everyone_may_ask_in_sql(watched: Any, sql: str) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, "All must pay.")
    watched.see("talks", 60, "All should pay.")
    site = make_datasette(watched.archive.path, sql=True)
    room = Room(watched, site)
    try:
        assert room.get("/archive.json?sql=select+count(*)+as+n+from+pages").json()["rows"] == [[3]]
        for _ in range(2):
            response = room.get(f"/archive.json?{urlencode({'sql': sql})}")
            assert response.status_code == 400
            assert "SECRET_NAME" not in response.text
            assert room.get("/-/health.json").json()["alerts"]["owed"] == 1
    finally:
        for database in site.databases.values():
            for conn in getattr(database, "_all_file_connections", []):
                conn.close()
