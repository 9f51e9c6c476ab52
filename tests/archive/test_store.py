"""What the archive promises of one observation: all of it or nothing, evidence for ever, and the right history."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.bodies import MAX_DEPTH, read_body
from archive.derive import Latest, Look, comparison_with, is_silent
from archive.errors import (
    HomeLocked,
    HomeUnusable,
    NewerArchive,
    NoPage,
    NotOurDatabase,
    OlderArchive,
    SlugsOfOnePage,
    StoreFailed,
)
from archive.evidence import canonical, capture_from_entry
from archive.log import log_node, read_entry
from archive.merkle import leaf_hash, root, root_at
from archive.migrations import known_steps, migrations
from archive.model import Block, Capture, Document, Interpretation, Outcome, Rules, Stamp, Verdict
from archive.opening import APPLICATION_ID, DATABASE
from archive.pages import PageSettings
from archive.reading import open_reader, overview
from archive.readings import Read
from archive.store import Archive, NextDue, Recorded

NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)
PAGE = PageSettings(slug="river-talks", url="https://ministry.example/river-talks")
FIRST = "The Ministry supports the river talks."
SECOND = "The Ministry welcomes the river talks."
THIRD = "The Ministry has left the river talks."


def stamp(text: str = "9.05.2014", day: int = 9) -> Stamp:
    at = datetime(2014, 5, day, tzinfo=UTC)
    return Stamp(text=text, value=f"2014-05-{day:02}", earliest=at, latest=at + timedelta(days=1))


def document(text: str, updated: Stamp | None = None) -> Document:
    blocks = (Block(kind="title", text="River talks"), Block(kind="paragraph", text=text))
    return Document(title="River talks", language="en", blocks=blocks, updated=updated, version="x/1")


def capture(at: datetime, body: bytes | None = b"<p>page</p>", **other: object) -> Capture:
    given = {"status": 200, "headers": (("ETag", '"1"'), ("Set-Cookie", "a"), ("Set-Cookie", "b"))} | other
    return Capture(url=PAGE.url, final_url=PAGE.url, observed_at=at, duration_us=2500, body=body, **given)  # type: ignore[arg-type]


def seen(text: str, updated: Stamp | None = None, memory: str = "") -> Interpretation:
    return Interpretation(verdict=Verdict(version="x/1"), document=document(text, updated), memory=memory)


def held(reason: str = "challenge") -> Interpretation:
    return Interpretation(verdict=Verdict(outcome=Outcome.HELD, reason=reason, facts=(("title", "Just a moment"),)))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path, holder="test") as archive:
        archive.sync_pages([PAGE], version="x/1", at=NOON)
        yield archive


def look(
    archive: Archive, hours: float, interpretation: Interpretation, body: bytes | None = b"<p>page</p>"
) -> Recorded:
    return archive.record(archive.page_state(PAGE.slug), capture(NOON + timedelta(hours=hours), body), interpretation)


def rows(archive: Archive, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(archive.path) as conn:
        found = conn.execute(sql).fetchall()
    conn.close()
    return found


def test_the_first_text_is_new_and_has_no_lower_bound(archive: Archive) -> None:
    row = look(archive, 0, seen(FIRST)).row()
    assert (row["outcome"], row["revision"], row["change"]) == ("new", 1, None)
    assert rows(archive, "SELECT not_before, not_after FROM revisions") == [(None, "2014-05-09T12:00:00Z")]


def test_the_same_text_is_unchanged_and_confirms_the_revision(archive: Archive) -> None:
    look(archive, 0, seen(FIRST))
    assert look(archive, 1, seen(FIRST)).row()["outcome"] == "unchanged"
    assert rows(archive, "SELECT last_observed, last_confirmed, looks FROM revisions") == [
        ("2014-05-09T13:00:00Z", "2014-05-09T13:00:00Z", 2)
    ]


def test_a_304_confirms_a_revision_and_moves_no_bound(archive: Archive) -> None:
    look(archive, 0, seen(FIRST))
    same = Interpretation(verdict=Verdict(), same="not_modified")
    row = look(archive, 1, same, body=None).row()
    assert (row["outcome"], row["reason"]) == ("unchanged", "not_modified")
    assert look(archive, 2, seen(SECOND)).row()["change"]["not_before"] == "2014-05-09T12:00:00Z"


def test_a_text_that_comes_back_is_a_third_revision(archive: Archive) -> None:
    numbers = [look(archive, n, seen(text)).row()["revision"] for n, text in enumerate((FIRST, SECOND, FIRST))]
    assert numbers == [1, 2, 3]


def test_what_is_told_late_is_dated_by_the_look_that_showed_it_first(archive: Archive) -> None:
    for hour in (0, 1, 2, 3):  # the last two showed the new text too, which was kept back until it lasted
        look(archive, hour, seen(FIRST))
    told = replace(seen(SECOND), since=NOON + timedelta(hours=2))
    change = look(archive, 4, told).row()["change"]
    assert (change["not_before"], change["not_after"]) == ("2014-05-09T13:00:00Z", "2014-05-09T16:00:00Z")
    assert rows(
        archive, "SELECT DISTINCT end_not_before, end_not_after FROM lifetimes WHERE end_not_after IS NOT NULL"
    ) == [("2014-05-09T13:00:00Z", "2014-05-09T16:00:00Z")]


def test_a_look_at_an_earlier_text_in_turn_is_known_as_that_and_moves_no_bound(archive: Archive) -> None:
    look(archive, 0, seen(FIRST))
    look(archive, 1, seen(SECOND))
    row = look(archive, 2, replace(seen(FIRST), same="in_turn")).row()
    assert (row["outcome"], row["reason"], row["revision"], row["change"]) == ("unchanged", "in_turn", 1, None)
    assert look(archive, 3, seen(THIRD)).row()["change"]["not_before"] == "2014-05-09T13:00:00Z"
    assert rows(archive, "SELECT number, looks FROM revisions") == [(1, 1), (2, 1), (3, 1)]


def test_a_held_look_makes_no_revision_and_widens_the_bounds_of_the_next_change(archive: Archive) -> None:
    look(archive, 0, seen(FIRST))
    row = look(archive, 5, held(), body=b"<h1>Checking your browser</h1>").row()
    assert (row["outcome"], row["reason"], row["revision"]) == ("held", "challenge", None)
    change = look(archive, 9, seen(SECOND)).row()["change"]
    assert (change["not_before"], change["not_after"]) == ("2014-05-09T12:00:00Z", "2014-05-09T21:00:00Z")


def test_what_was_held_is_stored_whole_with_the_facts_of_its_verdict(archive: Archive) -> None:
    look(archive, 0, held(), body=b"<h1>Checking your browser</h1>")
    assert rows(archive, "SELECT facts FROM judgements") == [('[["title", "Just a moment"]]',)]
    with sqlite3.connect(archive.path) as conn:
        assert read_body(conn, 1) == b"<h1>Checking your browser</h1>"
    conn.close()


@pytest.mark.parametrize(
    ("before", "after", "hours", "silent"),
    [
        (stamp(day=8), stamp(day=8), 1, True),
        (stamp(day=9), stamp(day=9), 1, None),  # "today" may be later than the look before
        (stamp(day=8), stamp(day=9), 1, False),
        (None, stamp(day=8), 1, None),
        (stamp(day=8), None, 1, None),
    ],
)
def test_an_edit_is_silent_only_under_an_equal_stamp_that_was_over_before(
    archive: Archive, before: Stamp | None, after: Stamp | None, hours: float, silent: bool | None
) -> None:
    look(archive, 0, seen(FIRST, before))
    assert look(archive, hours, seen(SECOND, after)).row()["change"]["silent"] is silent


def test_a_change_of_no_wording_is_never_silent() -> None:
    stamps = {"before": "2014-05-08", "after": "2014-05-08", "until": "2014-05-09T00:00:00Z"}
    assert is_silent({"moved", "stamp"}, **stamps, last_observed="2014-05-09T12:00:00Z") is False


def test_the_entry_gives_the_capture_back_and_its_leaf_is_its_hash(archive: Archive) -> None:
    sent = capture(NOON)
    recorded = archive.record(archive.page_state(PAGE.slug), sent, seen(FIRST))
    with sqlite3.connect(archive.path) as conn:
        entry = read_entry(conn, recorded.seq)
        leaf = conn.execute("SELECT leaf FROM entries WHERE seq = ?", (recorded.seq,)).fetchone()[0]
    conn.close()
    assert capture_from_entry(json.loads(entry), sent.body) == sent
    assert leaf == leaf_hash(entry) == hashlib.sha256(b"\0" + canonical(json.loads(entry))).digest()


def test_entries_are_numbered_without_gaps_whatever_comes_of_a_look(archive: Archive) -> None:
    for n, interpretation in enumerate((seen(FIRST), held(), seen(SECOND))):
        look(archive, n, interpretation)
    numbers = [row[0] for row in rows(archive, "SELECT seq FROM entries ORDER BY seq")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_log_of_all_entries_has_the_root_of_its_leaves(archive: Archive) -> None:
    for n in range(5):
        look(archive, n, seen(FIRST))
    leaves = [leaf_hash(read_entry(archive.conn, seq)) for seq in range(1, 8)]
    assert root_at(7, lambda level, idx: log_node(archive.conn, level, idx)) == root(leaves)


@pytest.mark.parametrize("table", ["entries", "observations", "blobs", "page_addresses"])
@pytest.mark.parametrize("act", ["DELETE FROM {0}", "UPDATE {0} SET rowid = rowid + 100"])
def test_evidence_can_be_neither_changed_nor_deleted(archive: Archive, table: str, act: str) -> None:
    look(archive, 0, seen(FIRST))
    column = {"entries": "seq", "observations": "seq", "blobs": "id", "page_addresses": "id"}[table]
    sql = act.format(table).replace("rowid", column)
    conn = sqlite3.connect(archive.path)
    with pytest.raises(sqlite3.IntegrityError, match="is evidence"):
        conn.execute(sql)
    conn.close()


def test_a_failure_in_the_middle_of_a_look_leaves_nothing_of_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(archive, 0, seen(FIRST))
    before = rows(archive, "SELECT count(*) FROM entries") + rows(archive, "SELECT count(*) FROM blobs")

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("archive.store.remember", fail)
    with pytest.raises(StoreFailed, match="disk is full"):
        look(archive, 1, seen(SECOND), body=b"<p>other</p>")
    assert rows(archive, "SELECT count(*) FROM entries") + rows(archive, "SELECT count(*) FROM blobs") == before


def test_a_clock_that_went_back_does_not_reorder_the_history(archive: Archive) -> None:
    look(archive, 2, seen(FIRST))
    look(archive, 1, seen(SECOND))
    assert rows(archive, "SELECT observed_at, clock_at FROM observations ORDER BY seq") == [
        ("2014-05-09T14:00:00Z", None),
        ("2014-05-09T14:00:00Z", "2014-05-09T13:00:00Z"),
    ]


def test_validators_are_those_of_the_last_accepted_body(archive: Archive) -> None:
    state = archive.page_state(PAGE.slug)
    archive.record(state, capture(NOON, headers=(("ETag", '"good"'),)), seen(FIRST))
    archive.record(archive.page_state(PAGE.slug), capture(NOON, b"no", headers=(("ETag", '"bad"'),)), held())
    assert archive.page_state(PAGE.slug).etag == '"good"'


def test_bodies_of_a_noisy_page_are_stored_as_short_differences(archive: Archive) -> None:
    body = b"<p>" + b" ".join(hashlib.sha256(bytes([n])).hexdigest().encode() for n in range(200)) + b"</p>"
    for n in range(MAX_DEPTH + 3):
        look(archive, n, seen(FIRST), body + b"<!-- %d -->" % n)
    sizes = [row[0] for row in rows(archive, "SELECT length(data) FROM blobs ORDER BY id")]
    full, rest = sizes[0], sizes[1 : MAX_DEPTH + 1]
    assert max(rest) < full / 20
    conn = sqlite3.connect(archive.path)
    assert read_body(conn, MAX_DEPTH + 1) == body + b"<!-- %d -->" % MAX_DEPTH
    conn.close()


def test_new_rules_make_a_new_reading_of_all_evidence_and_keep_the_old_one(archive: Archive) -> None:
    look(archive, 0, seen(FIRST), b"one")
    look(archive, 1, seen(SECOND), b"two")

    def interpret(_: Look, capture: Capture, rules: Rules, memory: str, latest: Latest | None) -> Read:
        assert capture.body is not None
        found = seen(f"{rules.select} {capture.body.decode()}", memory=memory + ".")
        return found, comparison_with(latest, found)

    archive.read_again(
        archive.page_state(PAGE.slug), Rules(select="main"), interpret, cause="rules", version="x/2", at=NOON
    )
    assert rows(archive, "SELECT number, is_current FROM readings ORDER BY number") == [(1, 0), (2, 1)]
    assert [text for (text,) in rows(archive, "SELECT text FROM revisions ORDER BY reading_id, number")] == [
        f"River talks\n\n{text}" for text in (FIRST, SECOND, "main one", "main two")
    ]
    state = archive.page_state(PAGE.slug)
    assert (state.memory, state.version, state.latest and state.latest.number) == ("..", "x/2", 2)


def test_a_page_whose_address_changes_keeps_its_history_and_every_address(archive: Archive) -> None:
    look(archive, 0, seen(FIRST))
    moved = replace(PAGE, url="https://ministry.example/en/river-talks")
    archive.sync_pages([moved], version="x/1", at=NOON)
    assert rows(archive, "SELECT url FROM page_addresses ORDER BY id") == [(PAGE.url,), (moved.url,)]
    latest = archive.page_state(PAGE.slug).latest
    assert latest is not None
    assert latest.number == 1


def test_a_page_under_a_new_slug_keeps_its_history_and_resolves_under_both(archive: Archive) -> None:
    look(archive, 0, seen(FIRST))
    archive.sync_pages([replace(PAGE, slug="river", was=(PAGE.slug,))], version="x/1", at=NOON)
    assert archive.page_state("river").page_id == archive.page_state(PAGE.slug).page_id
    assert archive.page_state(PAGE.slug).slug == "river"


def test_a_new_page_by_an_earlier_slug_of_another_is_refused_and_nothing_is_changed(archive: Archive) -> None:
    renamed = replace(PAGE, slug="river")
    archive.sync_pages([replace(renamed, was=(PAGE.slug,))], version="x/1", at=NOON)
    before = rows(archive, "SELECT count(*) FROM entries")
    with pytest.raises(SlugsOfOnePage, match="another slug"):
        archive.sync_pages([renamed, replace(PAGE, url="https://ministry.example/new")], version="x/1", at=NOON)
    assert rows(archive, "SELECT count(*) FROM entries") == before
    assert rows(archive, "SELECT slug, url FROM pages") == [("river", PAGE.url)]


def test_a_page_taken_out_of_the_watch_list_stays_readable(archive: Archive) -> None:
    look(archive, 0, seen(FIRST))
    archive.sync_pages([], version="x/1", at=NOON)
    assert not archive.page_state(PAGE.slug).watched


def test_an_unchanged_watch_list_writes_nothing(archive: Archive) -> None:
    before = rows(archive, "SELECT count(*) FROM entries")
    archive.sync_pages([PAGE], version="x/1", at=NOON + timedelta(days=1))
    assert rows(archive, "SELECT count(*) FROM entries") == before


def test_the_next_due_time_outlives_the_process(tmp_path: Path) -> None:
    with Archive.open(tmp_path, holder="test") as archive:
        archive.sync_pages([PAGE], version="x/1", at=NOON)
        due = NextDue(at=NOON + timedelta(hours=6), missed=2)
        archive.record(archive.page_state(PAGE.slug), capture(NOON), seen(FIRST), due)
    with Archive.open(tmp_path, holder="test") as archive:
        assert archive.page_state(PAGE.slug).due_at == "2014-05-09T18:00:00Z"
    assert rows(archive, "SELECT missed_rounds FROM page_states") == [(2,)]


def test_a_second_writer_is_told_who_has_the_home(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(HomeLocked, match="variorum test"):
        Archive.open(tmp_path, holder="second")


def test_a_home_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HomeUnusable, match="nowhere is not a folder"):
        Archive.open(tmp_path / "nowhere", holder="test")


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 100, None])
def test_a_file_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / DATABASE
    if content is None:
        conn = sqlite3.connect(path)
        conn.execute("CREATE TABLE theirs (x)")
        conn.commit()
        conn.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(NotOurDatabase):
        Archive.open(tmp_path, holder="test")
    assert path.read_bytes() == before


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Archive.open(tmp_path, holder="test").close()
    conn = sqlite3.connect(tmp_path / DATABASE)
    conn.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('variorum', 'm900_later')")
    conn.commit()
    conn.close()
    with pytest.raises(NewerArchive, match="m900_later"):
        Archive.open(tmp_path, holder="test")


def test_reading_a_database_of_an_earlier_version_says_what_brings_it_up_to_date(tmp_path: Path) -> None:
    conn = sqlite3.connect(tmp_path / DATABASE)
    conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(conn), stop_before=known_steps()[6])
    conn.commit()
    conn.close()
    with pytest.raises(OlderArchive, match="variorum check"), open_reader(tmp_path / DATABASE) as reader:
        reader.pages()
    Archive.open(tmp_path, holder="test").close()
    with open_reader(tmp_path / DATABASE) as reader:
        assert not list(reader.pages())


def test_tags_of_an_earlier_version_are_found_in_their_script(tmp_path: Path) -> None:
    conn = sqlite3.connect(tmp_path / DATABASE)
    conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(conn), stop_before=["m013_small_reading"])
    conn.execute(
        "INSERT INTO pages (slug, url, tags, added_at) VALUES ('one', 'http://a.example/', ?, '2031-05-01T06:00:00Z')",
        (json.dumps(["Ормуз", "plain"]),),
    )
    conn.commit()
    conn.close()
    Archive.open(tmp_path, holder="test").close()
    with open_reader(tmp_path / DATABASE) as reader:
        (found,) = overview(reader, query="ОРМУЗ", sort="name").listed
    assert found.page.tags == ("Ормуз", "plain")


def test_an_unknown_page_is_named(archive: Archive) -> None:
    with pytest.raises(NoPage, match="No page nobody"):
        archive.page_state("nobody")
