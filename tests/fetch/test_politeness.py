"""When a host may be asked again. All time is passed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from archive.cool_downs import CoolDown
from archive.model import Capture, Hop
from scraper.politeness import BUSY, HostGate, retry_after_s, user_agent_text

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def capture(status: int | None = 200, url: str = "http://a.example/", **fields: object) -> Capture:
    values: dict[str, object] = {"url": url, "final_url": url, "observed_at": NOW, "duration_us": 1, "status": status}
    return Capture(**{**values, **fields})  # type: ignore[arg-type]


def failed(reason: str, **fields: object) -> Capture:
    return capture(None, failure=(reason, "for a test"), **fields)


def gate(delay_s: float = 1.0, spread: float = 0.0) -> HostGate:
    return HostGate(delay_s=delay_s, spread=lambda: spread)


def look(gate: HostGate, at: datetime, brought: Capture | None) -> None:
    assert gate.try_enter("a.example", at, scheduled=False) is None
    gate.leave("a.example", at, brought, asked_until=at)


def test_a_host_is_asked_by_one_at_a_time() -> None:
    hosts = gate()
    assert hosts.try_enter("a.example", NOW) is None
    assert hosts.try_enter("a.example", after(999)) == BUSY
    assert hosts.try_enter("b.example", NOW) is None


def test_the_delay_counts_from_the_end_of_the_last_request_not_from_when_it_was_read() -> None:
    hosts = gate(delay_s=2)
    hosts.try_enter("a.example", NOW)
    hosts.leave("a.example", after(6), capture(), asked_until=after(5))
    assert hosts.next_allowed_at("a.example", after(6)) == after(7)
    assert hosts.try_enter("a.example", after(6.9)) == after(7)
    assert hosts.try_enter("a.example", after(7)) is None


def test_without_a_delay_a_host_is_free_at_once() -> None:
    hosts = gate(delay_s=0)
    look(hosts, NOW, capture())
    assert hosts.try_enter("a.example", NOW) is None


def test_a_delay_is_not_shorter_for_a_clock_that_rounds_down() -> None:
    hosts = HostGate(delay_s=1, clock_step_s=0.001)
    look(hosts, NOW, capture())
    assert hosts.try_enter("a.example", after(1)) == after(1.001)


@pytest.mark.parametrize(
    "brought", [None, capture(None, refused=True, failure=("forbidden_address", "x")), failed("connection")]
)
def test_a_look_that_asked_nothing_leaves_no_delay_and_no_cool_down(brought: Capture | None) -> None:
    hosts = gate(delay_s=60)
    hosts.try_enter("a.example", NOW)
    hosts.leave("a.example", NOW, brought)
    assert hosts.try_enter("a.example", NOW) is None


@pytest.mark.parametrize("brought", [None, capture(None, refused=True, failure=("robots", "x"))])
def test_asking_for_robots_txt_alone_leaves_the_delay(brought: Capture | None) -> None:
    hosts = gate(delay_s=2)
    look(hosts, NOW, brought)
    assert hosts.try_enter("a.example", after(1)) == after(2)


@pytest.mark.parametrize(
    "brought", [failed("timeout"), failed("connection"), failed("tls"), capture(503), capture(429)]
)
def test_trouble_doubles_the_wait_of_scheduled_looks_up_to_six_hours(brought: Capture) -> None:
    hosts = gate(delay_s=0)
    waits = []
    for _ in range(12):
        look(hosts, NOW, brought)
        waits.append((hosts.next_allowed_at("a.example", NOW) - NOW).total_seconds())  # type: ignore[operator]
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600, 21600]


def test_a_look_by_hand_is_not_bound_by_the_cool_down_but_by_the_delay() -> None:
    hosts = gate(delay_s=1)
    look(hosts, NOW, failed("timeout"))
    assert hosts.try_enter("a.example", after(1)) == after(60)
    assert hosts.try_enter("a.example", after(0.5), scheduled=False) == after(1)
    assert hosts.try_enter("a.example", after(1), scheduled=False) is None


@pytest.mark.parametrize("brought", [capture(200), capture(304), capture(404), failed("not_html"), failed("truncated")])
def test_an_answer_ends_the_cool_down(brought: Capture) -> None:
    hosts = gate(delay_s=0)
    look(hosts, NOW, failed("timeout"))
    look(hosts, NOW, failed("timeout"))
    look(hosts, after(1), brought)
    assert hosts.cools_until("a.example") is None
    look(hosts, after(2), failed("timeout"))
    assert hosts.cools_until("a.example") == after(62)


def test_the_server_s_own_wish_counts_where_it_is_the_longer() -> None:
    hosts = gate()
    look(hosts, NOW, capture(429, retry_after_s=3000))
    assert hosts.cools_until("a.example") == after(3000)
    look(hosts, NOW + timedelta(hours=1), capture(503, retry_after_s=5))
    assert hosts.cools_until("a.example") == NOW + timedelta(hours=1, seconds=120)


def test_hosts_that_fell_together_do_not_rise_together() -> None:
    hosts = gate(spread=0.5)
    look(hosts, NOW, failed("timeout"))
    assert hosts.cools_until("a.example") == after(67.5)


def test_trouble_behind_a_redirect_is_that_of_the_other_host() -> None:
    hosts = gate(delay_s=3)
    hosts.try_enter("b.example", NOW)
    hosts.leave("b.example", after(-10), None)
    hop = Hop(url="http://a.example/", status=302, reason="Found", headers=(), peer=None)
    look(hosts, NOW, failed("timeout", final_url="http://b.example:81/", hops=(hop,)))
    assert (hosts.next_allowed_at("a.example", NOW), hosts.next_allowed_at("b.example", NOW)) == (after(3), after(60))


def test_hosts_that_nobody_watches_are_not_remembered() -> None:
    hosts = gate()
    look(hosts, NOW, failed("timeout", final_url="http://random-name.example/"))
    assert hosts.next_allowed_at("random-name.example", NOW) is None


def test_a_clock_set_back_does_not_lock_a_host() -> None:
    hosts = gate(delay_s=10)
    look(hosts, NOW, failed("timeout"))
    yesterday = NOW - timedelta(days=1)
    assert hosts.try_enter("a.example", yesterday, scheduled=False) == yesterday + timedelta(seconds=10)
    assert hosts.try_enter("a.example", yesterday) == yesterday + timedelta(seconds=60)


def test_a_cool_down_known_from_before_a_restart_is_taken_over() -> None:
    hosts = gate()
    hosts.cool("a.example", CoolDown(since=after(-20), until=after(500), failures=2))
    assert hosts.try_enter("a.example", NOW) == after(500)
    look(hosts, after(500), failed("timeout"))
    assert hosts.cools_until("a.example") == after(500 + 4 * 60)


def test_a_cool_down_from_before_a_restart_ends_even_if_the_clock_was_set_back() -> None:
    hosts = gate()
    hosts.cool("a.example", CoolDown(since=after(86400 * 365), until=after(86400 * 365 + 300), failures=1))
    assert hosts.try_enter("a.example", NOW) == after(300)


def test_leaving_a_host_tells_what_became_of_its_cool_down() -> None:
    hosts = gate()
    hosts.try_enter("a.example", NOW)
    began = hosts.leave("a.example", NOW, failed("timeout"), asked_until=NOW)
    assert began == {"a.example": CoolDown(since=NOW, until=after(60), failures=1)}
    hosts.try_enter("a.example", after(60))
    assert hosts.leave("a.example", after(60), capture(200), asked_until=after(60)) == {"a.example": None}
    hosts.try_enter("a.example", after(61))
    assert hosts.leave("a.example", after(61), capture(200), asked_until=after(61)) == {}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), (" 7 ", 7), ("86401", 86400), ("9" * 5000, 86400), ("", None), ("١٢", None), ("1.5", None), ("-1", None),
     ("Sunday, 01-Mar-26 12:00:05 GMT", 5), ("Sun Mar  1 12:00:05 2026", 5), ("Sun, 01 Mar 2026 13:00:05 +0100", 5),
     ("Sun, 99 Mar 2026 12:00:00 GMT", None), ("Sun, 01 Mar 99999 12:00:00 GMT", None)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(text: str, seconds: int | None) -> None:
    assert retry_after_s(text, NOW) == seconds


def test_the_user_agent_says_who_we_are_and_where_to_write() -> None:
    assert re.fullmatch(r"variorum/[0-9][0-9a-z.+]*", user_agent_text())
    assert user_agent_text("a@b.example", "https://c.example").endswith(" (+a@b.example)")
    assert user_agent_text("", "https://c.example").endswith(" (+https://c.example)")
