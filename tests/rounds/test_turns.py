"""Whose turn it is among hosts: fair, polite, and at a cost that does not grow with how many hosts wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Capture
from scraper.politeness import HostGate
from scraper.turns import Turns
from scraper.watchlist import Cadence, Page

LinesRun = Callable[[Callable[[], object]], int]
NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def page(host: str, name: str = "p") -> Page:
    slug = f"{host.partition('.')[0]}-{name}"
    return Page(slug=slug, url=f"http://{host}/{name}", cadence=Cadence(every_s=3600))


def capture(url: str, status: int = 200) -> Capture:
    return Capture(url=url, final_url=url, observed_at=NOW, duration_us=1, status=status)


def turns(delay_s: float = 0, *, scheduled: bool = True) -> tuple[Turns, HostGate]:
    gate = HostGate(delay_s=delay_s, spread=lambda: 0.0)
    return Turns(gate, scheduled=scheduled), gate


def taken(waiting: Turns, now: datetime) -> str | None:
    found = waiting.take(now)
    return found[1].slug if found else None


def test_hosts_take_turns_and_a_host_is_asked_by_one_look_at_a_time() -> None:
    waiting, _ = turns()
    for name in "123":
        waiting.add(page("a.example", name), NOW)
    waiting.add(page("b.example", "1"), NOW)
    assert [taken(waiting, NOW) for _ in range(3)] == ["a-1", "b-1", None]
    waiting.add(page("b.example", "2"), NOW)
    waiting.leave("b.example", after(1), capture("http://b.example/1"), asked_until=after(1))
    waiting.leave("a.example", after(2), capture("http://a.example/1"), asked_until=after(2))
    assert [taken(waiting, after(2)) for _ in range(3)] == ["b-2", "a-2", None]


def test_a_host_that_was_left_before_the_clock_was_set_back_is_asked_by_the_new_time() -> None:
    waiting, _ = turns(delay_s=10)
    waiting.add(page("a.example", "1"), after(86_400))
    taken(waiting, after(86_400))
    waiting.leave("a.example", after(86_401), capture("http://a.example/1"), asked_until=after(86_401))
    assert taken(waiting, NOW) is None  # nothing waits while the clock is set back
    waiting.add(page("a.example", "2"), after(1))
    assert (waiting.ready_at, taken(waiting, after(11))) == (after(11), "a-2")


def test_a_host_s_next_look_waits_for_the_delay() -> None:
    waiting, _ = turns(delay_s=10)
    waiting.add(page("a.example", "1"), NOW)
    waiting.add(page("a.example", "2"), NOW)
    taken(waiting, NOW)
    waiting.leave("a.example", after(1), capture("http://a.example/1"), asked_until=after(1))
    assert (waiting.ready_at, taken(waiting, after(10)), taken(waiting, after(11))) == (after(11), None, "a-2")


@pytest.mark.parametrize(("scheduled", "found"), [(True, None), (False, "a-2")])
def test_a_cool_down_binds_scheduled_looks_only(scheduled: bool, found: str | None) -> None:
    waiting, _ = turns(scheduled=scheduled)
    for name in "12":
        waiting.add(page("a.example", name), NOW)
    taken(waiting, NOW)
    waiting.leave("a.example", NOW, capture("http://a.example/1", 503), asked_until=NOW)
    assert taken(waiting, after(59)) == found


def test_a_host_that_another_page_led_to_is_asked_after_the_delay_from_then() -> None:
    waiting, gate = turns(delay_s=10)
    gate.try_enter("b.example", after(-100))
    gate.leave("b.example", after(-100), None)
    waiting.add(page("a.example"), NOW)
    taken(waiting, NOW)
    waiting.add(page("b.example"), NOW)
    redirected = Capture(
        url="http://a.example/p", final_url="http://b.example/", observed_at=NOW, duration_us=1, status=200
    )
    waiting.leave("a.example", NOW, redirected, asked_until=NOW)
    assert (taken(waiting, after(9)), taken(waiting, after(10))) == (None, "b-p")


def test_a_host_that_another_page_s_look_found_well_again_is_asked_soon() -> None:
    waiting, gate = turns()
    gate.try_enter("b.example", NOW)
    gate.leave("b.example", NOW, capture("http://b.example/", 503), asked_until=NOW)
    waiting.add(page("b.example"), NOW)
    waiting.add(page("a.example"), NOW)
    taken(waiting, NOW)
    well = Capture(url="http://a.example/p", final_url="http://b.example/", observed_at=NOW, duration_us=1, status=200)
    waiting.leave("a.example", after(1), well, asked_until=after(1))
    assert taken(waiting, after(1)) == "b-p"


def test_a_clock_set_back_by_a_year_locks_no_host() -> None:
    waiting, _ = turns(delay_s=10)
    for name in "12":
        waiting.add(page("a.example", name), NOW)
    taken(waiting, NOW)
    waiting.leave("a.example", NOW, capture("http://a.example/1"), asked_until=NOW)
    last_year = NOW - timedelta(days=365)
    assert taken(waiting, last_year) is None
    assert taken(waiting, last_year + timedelta(seconds=10)) == "a-2"


def test_pages_that_wait_are_replaced_or_dropped() -> None:
    waiting, _ = turns()
    for host in ("a.example", "b.example", "c.example"):
        waiting.add(page(host), NOW)
    moved = page("d.example")
    waiting.replace(lambda old: {"a-p": old, "b-p": moved}.get(old.slug), NOW)
    assert [taken(waiting, NOW) for _ in range(3)] == ["a-p", "d-p", None]


def steps_of_looks(hosts: int, lines_run: LinesRun) -> int:
    """The work of 50 looks while pages of so many hosts wait, half of which can't be asked yet."""
    waiting, gate = turns(delay_s=5)
    for n in range(hosts):
        if n % 2:
            gate.try_enter(f"h{n}.example", NOW)
            gate.leave(
                f"h{n}.example", NOW, None if n % 4 == 1 else capture(f"http://h{n}.example/", 503), asked_until=NOW
            )
        for name in "12":
            waiting.add(page(f"h{n}.example", name), NOW)

    def look() -> None:
        for n in range(50):
            now = after(n / 100)
            found = waiting.take(now)
            assert found is not None
            assert waiting.take(now) is not None
            waiting.leave(found[0], now, capture(found[1].url), asked_until=now)

    return lines_run(look)


def test_the_work_of_a_look_does_not_grow_with_the_hosts_that_wait(lines_run: LinesRun) -> None:
    assert steps_of_looks(20_000, lines_run) < 1.5 * steps_of_looks(400, lines_run)
