"""What time alone makes worth telling: digests, pages not observed, statements out of step; and what a rule would have said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive import overdue, posting
from archive.alerting.digest import next_digest
from archive.alerting.rules import Rule
from archive.model import Outcome
from archive.rehearsal import rehearse
from archive.triage import Remark, remark

NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)
DAILY = Rule(name="daily", targets=("env:A", "env:B"), digest="daily", confirm_s=0.0)
A, B, C = "All parties must pay.", "All parties should pay.", "All parties may pay or wait."


def attend(watched: Any, rule: Rule, minutes: float, *, looking: bool = True) -> None:
    with watched.archive.transaction() as conn:
        overdue.attend(conn, (rule,), NOON + timedelta(minutes=minutes), looking=looking)


def messages(watched: Any) -> list[tuple[str, str, int]]:
    rows: list[tuple[str, str, int]] = watched.archive.conn.execute(
        "SELECT m.kind, m.target, count(*) FROM messages m JOIN deliveries d ON d.message_id = m.id GROUP BY m.id ORDER BY m.id"
    ).fetchall()
    return rows


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        ("Asia/Almaty", "07:00", "2014-05-09T12:00", "2014-05-10T01:00"),
        ("Europe/Paris", "02:30", "2026-03-29T00:00", "2026-03-29T01:30"),  # the clock skips this time
        ("Europe/Paris", "02:30", "2026-10-24T22:00", "2026-10-25T00:30"),  # and shows it twice
        ("Europe/Paris", "02:30", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("America/New_York", "23:30", "2026-01-01T04:00", "2026-01-01T04:30"),
    ],
)
def test_a_digest_is_due_at_its_time_of_day_in_its_zone(zone: str, at: str, after: str, expected: str) -> None:
    found = next_digest(replace(DAILY, timezone=zone, digest_at=at), datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_weekly_digest_is_due_on_monday() -> None:
    found = next_digest(replace(DAILY, digest="weekly", timezone="Asia/Almaty"), NOON)
    assert found == datetime(2014, 5, 12, 1, tzinfo=UTC)


def test_every_change_stands_in_one_digest_for_each_target_and_in_no_message_of_its_own(watched: Any) -> None:
    watched.rules = (DAILY,)
    attend(watched, DAILY, 0)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 120, C)
    attend(watched, DAILY, 180)
    assert messages(watched) == []
    attend(watched, DAILY, 20 * 60)
    attend(watched, DAILY, 21 * 60)
    assert messages(watched) == [("digest", "env:A", 2), ("digest", "env:B", 2)]
    watched.see("talks", 22 * 60, A)
    attend(watched, DAILY, 45 * 60)
    assert messages(watched)[2:] == [("digest", "env:A", 1), ("digest", "env:B", 1)]


def test_a_digest_that_came_due_while_nothing_ran_is_sent_when_something_does(watched: Any) -> None:
    watched.rules = (DAILY,)
    attend(watched, DAILY, 0)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    assert not overdue.has_work(watched.archive.conn, (DAILY,), NOON + timedelta(hours=2))
    assert overdue.has_work(watched.archive.conn, (DAILY,), NOON + timedelta(days=9))
    attend(watched, DAILY, 9 * 24 * 60)
    assert [kind for kind, _, _ in messages(watched)] == ["digest", "digest"]


def test_a_transient_change_stands_in_the_digest_alone(watched: Any) -> None:
    rule = replace(DAILY, confirm_s=600.0)
    watched.rules = (rule,)
    attend(watched, rule, 0)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 80, A)
    attend(watched, rule, 24 * 60)
    with watched.archive.transaction() as conn:
        posts = posting.next_posts(conn, NOON + timedelta(days=1), busy=())
    assert [post.message.told[0].note for post in posts] == ["transient", "transient"]


def test_a_rule_that_has_a_digest_no_more_tells_what_was_gathered(watched: Any) -> None:
    watched.rules = (DAILY,)
    attend(watched, DAILY, 0)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    attend(watched, replace(DAILY, digest="immediate"), 90)
    assert watched.archive.conn.execute("SELECT count(*) FROM deliveries WHERE message_id IS NULL").fetchone() == (2,)


IMMEDIATE = replace(DAILY, digest="immediate", confirm_s=600.0)


def test_what_no_look_is_made_to_confirm_is_told_after_a_day_unless_nothing_ran(watched: Any) -> None:
    watched.rules = (IMMEDIATE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    attend(watched, IMMEDIATE, 24 * 60)
    attend(watched, IMMEDIATE, 26 * 60, looking=False)
    assert watched.alerts("state") == ["waiting"]
    attend(watched, IMMEDIATE, 26 * 60)
    assert watched.alerts("state", "note") == [("owed", "unconfirmed")]
    assert watched.archive.conn.execute("SELECT count(*) FROM deliveries").fetchone() == (2,)


def test_what_waits_of_a_page_that_is_watched_no_more_is_told(watched: Any) -> None:
    watched.rules = (IMMEDIATE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.archive.conn.execute("UPDATE pages SET watched = 0")
    attend(watched, IMMEDIATE, 26 * 60, looking=False)
    assert watched.alerts("state", "note") == [("owed", "unconfirmed")]


UNOBSERVED = Rule(name="quiet", on=("unobserved",), targets=("env:A",), unobserved_after_s=86400.0)


def test_a_page_that_no_look_has_shown_for_so_long_is_told_once(watched: Any) -> None:
    watched.rules = (UNOBSERVED,)
    watched.see("talks", 0, A)
    watched.ill("talks", 23 * 60, Outcome.FAILED, "timeout")
    attend(watched, UNOBSERVED, 23 * 60)
    assert watched.alerts() == []
    attend(watched, UNOBSERVED, 25 * 60)
    attend(watched, UNOBSERVED, 50 * 60)
    assert watched.alerts() == [("unobserved", "owed")]
    assert watched.content()["event"]["since"] == "2014-05-09T12:00:00Z"
    watched.see("talks", 51 * 60, A)
    attend(watched, UNOBSERVED, 90 * 60)
    assert watched.alerts("event") == ["unobserved", "unobserved"]


def test_a_page_is_not_told_as_unobserved_because_nothing_ran(watched: Any) -> None:
    watched.see("talks", 0, A)
    attend(watched, UNOBSERVED, 50 * 60, looking=False)
    assert watched.alerts() == []


STEP = Rule(name="step", on=("out-of-step",), targets=("env:A",), out_of_step_after_s=86400.0)


def test_a_statement_is_out_of_step_when_one_language_was_reworded_and_another_was_not(watched: Any) -> None:
    attend(watched, STEP, 0)
    for slug in ("talks", "talks-ru", "talks-kk"):
        watched.see(slug, 1, A)
    watched.see("talks", 60, B)
    watched.see("talks-ru", 120, B)
    attend(watched, STEP, 23 * 60)
    assert watched.alerts() == []
    attend(watched, STEP, 26 * 60)
    attend(watched, STEP, 27 * 60)
    assert watched.alerts() == [("out-of-step", "owed"), ("out-of-step", "owed")]
    assert watched.content(0)["event"]["behind"] == ["talks-kk"]


def test_a_statement_whose_languages_were_reworded_within_the_time_is_in_step(watched: Any) -> None:
    attend(watched, STEP, 0)
    for slug in ("talks", "talks-ru", "talks-kk"):
        watched.see(slug, 1, A)
        watched.see(slug, 2, A)
    watched.see("talks", 60, B)
    watched.see("talks-ru", 20 * 60, B)
    watched.see("talks-kk", 22 * 60, B)
    attend(watched, STEP, 60 * 60)
    assert watched.alerts() == []


def test_what_was_before_the_rule_is_not_told(watched: Any) -> None:
    for slug in ("talks", "talks-ru"):
        watched.see(slug, 1, A)
    watched.see("talks", 60, B)
    attend(watched, STEP, 90)
    attend(watched, STEP, 40 * 60)
    assert watched.alerts() == []


# --- rehearsal -------------------------------------------------------------------------------------------------------


def test_a_rule_is_rehearsed_over_the_history_without_a_trace(watched: Any) -> None:
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 120, A)
    for minutes in (180, 240, 300):
        watched.ill("talks", minutes, Outcome.FAILED, "timeout")
    watched.see("talks", 360, C)
    rule = replace(DAILY, on=("changed", "failing", "recovered"))
    said = [(told.event.kind, told.note) for told in rehearse(watched.archive.conn, (rule,), since="")]
    assert said == [("changed", "transient"), ("changed", ""), ("failing", ""), ("recovered", ""), ("changed", "")]
    assert watched.alerts() == []
    later = list(rehearse(watched.archive.conn, (rule,), since="2014-05-09T17:00:00Z"))
    assert [told.event.kind for told in later] == ["failing", "recovered", "changed"]


def test_trouble_that_no_second_look_saw_is_rehearsed_as_transient(watched: Any) -> None:
    watched.see("talks", 0, A)
    watched.ill("talks", 60, Outcome.HELD, "challenge")
    watched.ill("talks", 120, Outcome.FAILED, "timeout")
    watched.see("talks", 180, A)
    for minutes in (240, 300):
        watched.ill("talks", minutes, Outcome.GONE, "http_404")
    watched.ill("talks", 360, Outcome.HELD, "login")
    rule = replace(DAILY, on=("held", "gone", "failing"))
    said = [(told.event.kind, told.note) for told in rehearse(watched.archive.conn, (rule,), since="")]
    assert said == [("held", "transient"), ("gone", ""), ("held", "")]


# --- triage ----------------------------------------------------------------------------------------------------------


def test_a_remark_is_an_entry_of_the_log_and_can_not_be_changed(watched: Any) -> None:
    import sqlite3

    watched.see("talks", 0, A)
    page_id = watched.archive.page_state("talks").page_id
    with watched.archive.transaction() as conn:
        seq = remark(
            conn, page_id, "talks", Remark(kind="note", actor="desk", text="Ask them."), "2014-05-09T13:00:00Z"
        )
    assert watched.archive.conn.execute("SELECT kind FROM entries WHERE seq = ?", (seq,)).fetchone() == ("note",)
    for sql in ("UPDATE triage SET text = ''", "DELETE FROM triage"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            watched.archive.conn.execute(sql)
