"""What a look owes, and when: written in the look's own transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive import outbox
from archive.alerting.rules import Rule
from archive.derive import comparison_with
from archive.model import Block, Document, Interpretation, Outcome, Verdict, utc_text
from archive.readings import Read
from archive.store import Act

NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)
RULE = Rule(
    name="all",
    on=("changed", "silent", "held", "gone", "failing", "recovered"),
    targets=("env:A", "json:1"),
    confirm_s=600.0,
)
A, B, C = "All parties must pay.", "All parties should pay.", "All parties may pay or wait."
FEW = 700 / 60  # minutes after which a change may be confirmed


def pending(watched: Any) -> list[tuple[str, str]]:
    return watched.archive.conn.execute(
        "SELECT a.event, d.target FROM deliveries d JOIN alerts a ON a.id = d.alert_id ORDER BY d.alert_id, d.target"
    ).fetchall()


def test_the_first_text_owes_nothing(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    assert watched.alerts() == []


def test_a_change_is_owed_to_every_target_once_it_was_seen_again(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    assert (watched.alerts(), pending(watched)) == ([("changed", "waiting")], [])
    watched.see("talks", 60 + FEW, B)
    assert watched.alerts() == [("changed", "owed")]
    assert pending(watched) == [("changed", "env:A"), ("changed", "json:1")]


def test_the_page_is_to_be_looked_at_again_in_full_after_the_time_to_confirm(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    assert not watched.archive.page_state("talks").confirming
    recorded = watched.see("talks", 60, B)
    waits_s = (recorded.look_again_at - recorded.capture.observed_at).total_seconds()
    assert 600 <= waits_s <= 660
    assert watched.archive.page_state("talks").confirming


def test_a_look_before_that_time_and_a_304_after_it_confirm_nothing(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 62, B)
    watched.see("talks", 60 + FEW, full=False)
    assert watched.alerts("state") == ["waiting"]


def test_a_change_that_is_gone_again_is_transient_and_owed_to_nobody(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 60 + FEW, A)
    watched.see("talks", 60 + 2 * FEW, A)
    assert (watched.alerts(), pending(watched)) == ([("changed", "transient")], [])


def test_changes_before_the_confirmation_are_told_as_one(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 65, C)
    watched.see("talks", 65 + FEW, C)
    assert watched.alerts() == [("changed", "owed")]
    change = watched.content()["event"]["change"]
    assert (change["from_number"], change["to_number"]) == (1, 3)
    assert change["not_before"] == "2014-05-09T12:00:00Z"


def test_without_confirmation_a_change_is_owed_at_once(watched: Any) -> None:
    watched.rules = (replace(RULE, confirm_s=0.0),)
    watched.see("talks", 0, A)
    assert watched.see("talks", 60, B).look_again_at is None
    assert watched.alerts("state") == ["owed"]


def test_texts_that_come_by_turns_at_every_look_are_one_alert(watched: Any) -> None:
    watched.rules = (RULE,)
    for turn in range(12):
        watched.see("talks", 60 * turn, A if turn % 2 == 0 else B)
    told = [row for row in watched.alerts("state", "note") if row[0] == "owed"]
    assert told == [("owed", "alternating")]


def test_texts_that_come_by_turns_every_few_looks_are_one_alert(watched: Any) -> None:
    watched.rules = (RULE,)
    for turn in range(24):
        watched.see("talks", 12 * turn, A if turn // 2 % 2 == 0 else B)
    assert watched.alerts("state").count("owed") == 1


def test_texts_that_the_look_itself_knows_to_come_in_turn_are_one_alert(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 71, A)
    for turn in range(6):
        watched.in_turn("talks", 120 + 120 * turn, B)
        watched.see("talks", 180 + 120 * turn, A)
    assert watched.alerts("state", "note") == [("transient", ""), ("owed", "alternating")]


def test_a_look_at_another_text_in_turn_undoes_what_waits_and_confirms_nothing(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 120, B)
    watched.see("talks", 180, A)  # taken back: watched for a while
    watched.in_turn("talks", 240, B)
    watched.see("talks", 300, A)
    assert watched.alerts("state") == ["owed", "transient"]


def test_of_texts_that_came_by_turns_the_one_that_stays_for_a_day_is_told(watched: Any) -> None:
    watched.rules = (RULE,)
    for turn in range(40):
        watched.see("talks", 60 * turn, A if turn % 2 == 0 else B)
    assert len(watched.alerts()) < 5
    watched.see("talks", 40 * 60, A)
    watched.see("talks", 40 * 60 + 27 * 60, A)
    told = [row for row in watched.alerts("state", "note") if row[0] == "owed"]
    assert told == [("owed", "alternating"), ("owed", "settled")]


def test_a_change_that_is_taken_back_for_good_is_told_when_it_has_lasted(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.see("talks", 60 + FEW, B)
    watched.see("talks", 120, A)
    watched.see("talks", 120 + FEW, A)
    assert watched.alerts("state") == ["owed", "waiting"]
    watched.see("talks", 160, A)
    assert watched.alerts("state") == ["owed", "owed"]


def test_what_no_look_could_confirm_for_a_day_is_told_and_says_so(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.ill("talks", 120, Outcome.FAILED, "timeout")
    assert watched.alerts("state") == ["waiting"]
    watched.ill("talks", 60 + 24 * 60, Outcome.FAILED, "timeout")
    assert watched.alerts("event", "state", "note")[0] == ("changed", "owed", "unconfirmed")


def test_a_clock_that_was_set_back_keeps_no_change_from_being_confirmed(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    recorded = watched.see("talks", 60, B)
    watched.see("talks", 60 - 24 * 60, B)  # a day earlier, by the clock as it goes now
    assert watched.alerts("state") == ["owed"]
    again = watched.see("talks", 80 - 24 * 60, C)
    assert 600 <= (again.look_again_at - again.capture.observed_at).total_seconds() <= 660
    assert recorded.look_again_at is not None
    watched.see("talks", 91 - 24 * 60, C)
    assert watched.alerts("state") == ["owed", "owed"]


def test_a_held_page_is_told_once_it_is_held_again_and_so_is_its_return(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.ill("talks", 60, Outcome.HELD, "challenge")
    watched.ill("talks", 60 + FEW, Outcome.HELD, "challenge")
    watched.ill("talks", 200, Outcome.HELD, "login")
    watched.see("talks", 260, A)
    assert watched.alerts() == [("held", "owed"), ("recovered", "owed")]


def test_a_page_gone_for_one_look_is_told_neither_going_nor_coming(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.ill("talks", 60, Outcome.GONE, "http_404")
    watched.see("talks", 60 + FEW, A)
    assert watched.alerts() == [("gone", "transient")]


def test_a_page_fails_at_the_third_look_and_says_since_when(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    for minutes in (60, 120, 180, 240):
        watched.ill("talks", minutes, Outcome.FAILED, "http_503")
    watched.see("talks", 300, B)
    assert watched.alerts("event") == ["failing", "recovered", "changed"]
    assert watched.content(0)["event"]["since"] == "2014-05-09T13:00:00Z"


def test_a_rule_for_recovery_alone_hears_of_troubles_that_lasted(watched: Any) -> None:
    watched.rules = (replace(RULE, on=("recovered",)),)
    watched.see("talks", 0, A)
    watched.ill("talks", 60, Outcome.GONE, "http_404")
    watched.see("talks", 120, A)
    assert watched.alerts() == []
    watched.ill("talks", 180, Outcome.GONE, "http_404")
    watched.ill("talks", 240, Outcome.GONE, "http_404")
    watched.see("talks", 300, A)
    assert watched.alerts() == [("recovered", "owed")]


def test_trouble_is_told_by_the_language_that_the_page_has_itself(watched: Any) -> None:
    watched.rules = (replace(RULE, languages=("en",), confirm_s=0.0),)
    watched.archive.conn.execute("UPDATE pages SET language = ''")
    watched.see("talks", 0, A)
    watched.ill("talks", 60, Outcome.GONE, "http_404")
    assert watched.alerts() == [("gone", "owed")]


def test_a_look_by_hand_that_finds_a_change_lets_the_schedule_confirm_it(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.archive.conn.execute("UPDATE page_states SET due_at = '2014-05-10T00:00:00Z'")
    recorded = watched.see("talks", 60, B)
    assert watched.archive.page_state("talks").due_at == utc_text(recorded.look_again_at)


def test_what_waits_for_a_rule_that_is_gone_is_owed_to_nobody(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    watched.rules = (replace(RULE, name="other"),)
    watched.see("talks", 60 + FEW, B)
    assert (watched.alerts(), pending(watched)) == ([("changed", "transient")], [])


def test_two_rules_have_an_alert_each_with_an_id_each(watched: Any) -> None:
    watched.rules = (replace(RULE, confirm_s=0.0), replace(RULE, name="two", confirm_s=0.0))
    watched.see("talks", 0, A)
    watched.see("talks", 60, B)
    assert watched.alerts("rule") == ["all", "two"]
    assert len(set(watched.alerts("uid"))) == 2


def read(look: Any, capture: Any, rules: Any, memory: str, latest: Any) -> Read:
    """A page's text is its body, whatever was judged before."""
    blocks = (Block(kind="title", text="River talks"), Block(kind="paragraph", text=capture.body.decode()))
    document = Document(title="River talks", language="en", blocks=blocks, version="x/1")
    found = Interpretation(verdict=Verdict(version="x/1"), document=document)
    return found, comparison_with(latest, found)


def act(watched: Any, kind: Any, seq: int, interpret: Any) -> None:
    archive = watched.archive
    word = Act(kind=kind, observation_seq=seq, actor="desk")
    at = NOON + timedelta(days=1)
    archive.act(archive.page_state("talks"), word, interpret, version="x/1", at=at, alerts=watched.rules)


def test_a_released_change_is_told_once_and_at_once_and_the_page_is_no_longer_held(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    held = watched.ill("talks", 60, Outcome.HELD, "unfamiliar")
    act(watched, "release", held.seq, read)
    act(watched, "release", held.seq, read)
    assert watched.alerts() == [("held", "transient"), ("changed", "owed")]
    watched.see("talks", 2 * 24 * 60, "no")
    assert watched.alerts("event") == ["held", "changed"]


def test_a_change_that_a_person_sets_aside_before_it_was_confirmed_is_not_told(watched: Any) -> None:
    watched.rules = (RULE,)
    watched.see("talks", 0, A)
    changed = watched.see("talks", 60, B)

    def without(look: Any, capture: Any, rules: Any, memory: str, latest: Any) -> Read:
        if look.seq == changed.seq:
            return Interpretation(verdict=Verdict(outcome=Outcome.HELD, reason="by_hand", version="x/1")), None
        return read(look, capture, rules, memory, latest)

    act(watched, "hold", changed.seq, without)
    watched.see("talks", 60 + FEW, A)
    assert (watched.alerts(), pending(watched)) == ([("changed", "transient")], [])


def test_no_alert_without_its_evidence(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.rules = (replace(RULE, confirm_s=0.0),)
    watched.see("talks", 0, A)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(outbox, "_deliver", broken)
    with pytest.raises(RuntimeError):
        watched.see("talks", 60, B)
    assert watched.alerts() == []
    assert watched.archive.conn.execute("SELECT count(*) FROM observations").fetchone() == (1,)
    assert watched.archive.conn.execute("SELECT count(*) FROM revisions").fetchone() == (1,)


def test_a_page_that_changes_all_over_or_has_an_endless_title_makes_no_message_without_bounds(watched: Any) -> None:
    watched.rules = (replace(RULE, confirm_s=0.0),)
    watched.see("talks", 0, *[" ".join(f"must{n} x{part}" for n in range(400)) for part in range(30)])
    watched.archive.conn.execute("UPDATE pages SET title = ?", ("Position " * 20_000,))
    watched.see("talks", 60, *[" ".join(f"should{n} x{part}" for n in range(400)) for part in range(30)])
    change = watched.content()["event"]["change"]
    assert change["blocks"]
    assert change["left_out"] > 12
    assert len(watched.alerts("content")[0]) < 60_000
