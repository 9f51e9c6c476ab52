"""Digests over years: in zones whose clocks change, stand still or skip a day, with a service that is often down."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import overdue
from archive.alerting.digest import next_digest
from archive.alerting.rules import Rule

NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)
ZONES = [
    "UTC",
    "Asia/Almaty",
    "Europe/Paris",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Pacific/Chatham",  # +12:45 and +13:45
    "Africa/Casablanca",  # daylight saving but for Ramadan
    "Asia/Pyongyang",  # whose rule changed within these years, twice
    "Europe/Moscow",
]
TIMES = st.times().map(lambda at: f"{at.hour:02}:{at.minute:02}")


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(ZONES), TIMES, st.integers(0, 2 * 365 * 24 * 60))
def test_a_daily_digest_is_due_once_on_every_date_of_two_years(zone: str, at: str, minutes: int) -> None:
    rule = Rule(name="r", targets=(), digest="daily", digest_at=at, timezone=zone)
    due = next_digest(rule, NOON + timedelta(minutes=minutes))
    dates = []
    for _ in range(2 * 365):
        later = next_digest(rule, due)
        assert timedelta(hours=22) <= later - due <= timedelta(hours=26)
        local = due.astimezone(ZoneInfo(zone))
        dates.append(local.date())
        due = later
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(dates))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(ZONES), TIMES, st.integers(0, 2 * 365 * 24 * 60))
def test_a_digest_is_due_at_its_time_wherever_the_clock_shows_it(zone: str, at: str, minutes: int) -> None:
    rule = Rule(name="r", targets=(), digest="weekly", digest_at=at, timezone=zone)
    due = NOON + timedelta(minutes=minutes)
    for _ in range(2 * 52):
        due = next_digest(rule, due)
        local = due.astimezone(ZoneInfo(zone))
        wanted = local.replace(hour=int(at[:2]), minute=int(at[3:]), second=0, microsecond=0, fold=0)
        is_shown = wanted.astimezone(UTC).astimezone(ZoneInfo(zone)).strftime("%H:%M") == at
        assert local.strftime("%H:%M") == at or not is_shown
        assert local.weekday() == 0


@pytest.mark.parametrize("digest", ["daily", "weekly"])
def test_a_date_that_a_zone_leaves_out_has_no_digest_of_its_own(digest: str) -> None:
    rule = Rule(name="r", targets=(), digest=digest, digest_at="07:00", timezone="Pacific/Apia")
    due = datetime(2011, 12, 25, tzinfo=UTC)
    found = []
    while due < datetime(2012, 1, 12, tzinfo=UTC):
        due = next_digest(rule, due)
        found.append(due.astimezone(ZoneInfo(rule.timezone)).strftime("%d %H:%M"))
    assert len(found) == len(set(found))
    assert all(one.endswith("07:00") for one in found)


RULES = [
    ("daily", "Europe/Paris", "02:30"),  # which the clock skips in spring and shows twice in autumn
    ("weekly", "Pacific/Chatham", "03:00"),
    ("daily", "Asia/Almaty", "07:00"),
]


def test_every_change_stands_in_one_digest_over_two_years_of_a_service_that_is_often_down(watched: Any) -> None:
    watched.rules = tuple(
        Rule(
            name=f"{digest}-{zone}",
            targets=("env:A", "env:B"),
            digest=digest,
            timezone=zone,
            digest_at=at,
            confirm_s=600.0,
        )
        for digest, zone, at in RULES
    )
    chance = random.Random(2014)
    minutes = 0.0
    text = "The first text."
    while minutes < 2 * 365 * 24 * 60:
        watched.see("talks", minutes, text)
        for _ in range(chance.randrange(4)):
            minutes += chance.choice((1, 30, 600, 9_000))
            with watched.archive.transaction() as conn:
                overdue.attend(conn, watched.rules, NOON + timedelta(minutes=minutes), looking=False)
        minutes += chance.choice((3, 5, 12, 300, 5_000, 20_000))
        text = chance.choice((text, text, f"All parties must pay within {int(minutes)} days.", "The first text."))
    with watched.archive.transaction() as conn:
        overdue.attend(conn, watched.rules, NOON + timedelta(minutes=minutes + 20_000), looking=False)
    told = watched.archive.conn.execute(
        "SELECT d.alert_id, d.target FROM deliveries d JOIN messages m ON m.id = d.message_id AND m.kind = 'digest'"
    ).fetchall()
    states = dict(watched.alerts("id", "state"))
    ended = {alert_id for alert_id, state in states.items() if state != "waiting"}
    assert Counter(told) == Counter({(alert_id, target): 1 for alert_id in ended for target in ("env:A", "env:B")})
    assert list(states.values()).count("owed") > 60
    assert list(states.values()).count("transient") > 3
    assert watched.archive.conn.execute("SELECT count(*) FROM deliveries WHERE message_id IS NULL").fetchone() == (0,)
