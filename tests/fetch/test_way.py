"""Where redirects lead one look: hosts in turn, and only where robots.txt lets us."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Capture
from scraper.politeness import HostGate
from scraper.robots import Robots
from scraper.way import Way

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIRST, OTHER = "127.0.0.1", "127.0.0.2"


def now() -> datetime:
    return datetime.now(UTC)


def hosts(delay_s: float = 0.0) -> HostGate:
    return HostGate(delay_s=delay_s, spread=lambda: 0.0)


def lead(server, to: str, path: str | None = None) -> str:
    head = f"HTTP/1.1 301 Moved Permanently\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    return server.page(lambda talk: talk.send(head.encode()), path)


def look(fetcher, url: str, gate: HostGate | None, robots: Robots | None = None, *, scheduled: bool = True) -> Capture:
    with Way(url, gate=gate, robots=robots, proxy="", now=now, scheduled=scheduled) as way:
        return fetcher.fetch(url, now=now, led_to=way.led_to)


def paths(server) -> list[str]:
    return [talk.line.split(" ")[1] for talk in server.talks]


def test_a_guest_waits_for_the_look_at_the_host_and_the_next_look_for_the_guest() -> None:
    gate = hosts()
    assert gate.try_enter(OTHER, NOW) is None
    assert gate.try_enter_as_guest(OTHER, NOW, scheduled=True) > NOW
    gate.leave(OTHER, NOW, None)
    assert gate.try_enter_as_guest(OTHER, NOW, scheduled=True) is None
    assert gate.try_enter_as_guest(OTHER, NOW, scheduled=True) > NOW
    assert gate.try_enter(OTHER, NOW) > NOW
    gate.move_on(OTHER, NOW, as_guest=True)
    assert gate.try_enter(OTHER, NOW) is None


def test_the_delay_of_a_host_holds_for_guests_and_after_them() -> None:
    gate = hosts(delay_s=2)
    gate.try_enter(OTHER, NOW)
    gate.move_on(OTHER, NOW, as_guest=False)
    assert gate.try_enter_as_guest(OTHER, NOW, scheduled=True) == NOW + timedelta(seconds=2)
    later = NOW + timedelta(seconds=5)
    assert gate.try_enter_as_guest(OTHER, later, scheduled=True) is None
    gate.move_on(OTHER, later, as_guest=True)
    gate.leave(OTHER, later, None)
    assert gate.try_enter(OTHER, later) == later + timedelta(seconds=2)


def test_a_look_that_is_led_there_and_back_is_a_guest_where_it_began(server, other_server, new_fetcher) -> None:
    gate = hosts()
    end = server.page(lambda talk: talk.ok())
    start = lead(server, lead(other_server, end))
    gate.try_enter(FIRST, now())
    assert look(new_fetcher(), start, gate).final_url == end
    assert gate.try_enter_as_guest(OTHER, now(), scheduled=True) is None
    gate.leave(FIRST, now(), None)
    assert gate.try_enter(FIRST, now()) is None


def test_two_looks_that_are_led_to_each_others_hosts_both_arrive(server, other_server, new_fetcher) -> None:
    gate, fetcher = hosts(), new_fetcher()
    both = threading.Barrier(2, timeout=30)

    def once_both_are_asked(to: str):
        head = f"HTTP/1.1 301 Moved Permanently\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()

        def answer(talk) -> None:
            both.wait()
            talk.send(head)

        return answer

    ends = [other_server.page(lambda talk: talk.ok()), server.page(lambda talk: talk.ok())]
    starts = [server.page(once_both_are_asked(ends[0])), other_server.page(once_both_are_asked(ends[1]))]
    for host in (FIRST, OTHER):
        assert gate.try_enter(host, now()) is None
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda url: look(fetcher, url, gate), starts))
    assert [capture.final_url for capture in found] == ends


def test_a_redirect_is_followed_only_when_the_look_at_that_host_is_over(server, other_server, new_fetcher) -> None:
    gate = hosts()
    end = other_server.page(lambda talk: talk.ok())
    start = lead(server, end)
    gate.try_enter(FIRST, now())
    gate.try_enter(OTHER, now())
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(look, new_fetcher(), start, gate)
        while not server.talks:
            time.sleep(0.01)
        time.sleep(0.3)
        assert paths(other_server) == []
        gate.leave(OTHER, now(), None)
        assert future.result(30).final_url == end


@pytest.mark.parametrize("scheduled", [True, False])
def test_a_cool_down_binds_a_redirect_as_it_binds_a_look(server, other_server, new_fetcher, scheduled: bool) -> None:
    gate = hosts()
    gate.try_enter(OTHER, now())
    gate.leave(OTHER, now(), Capture(url=other_server.origin, final_url=other_server.origin, observed_at=now(), duration_us=1, status=503), asked_until=now())  # fmt: skip
    start = lead(server, other_server.page(lambda talk: talk.ok()))
    found = look(new_fetcher(), start, gate, scheduled=scheduled)
    if scheduled:
        assert found.failure is not None
        assert found.failure[0] == "forbidden_target"
        assert found.final_url == start
        assert "127.0.0.2 is not to be asked before" in found.failure[1]
    else:
        assert found.failure is None
    assert (paths(other_server) == []) is scheduled


def test_robots_txt_of_the_target_is_asked_before_it(server, other_server, new_fetcher) -> None:
    fetcher = new_fetcher()
    other_server.page(lambda talk: talk.ok(b"User-agent: *\nDisallow: /private\n"), path="/robots.txt")
    closed = lead(server, other_server.page(lambda talk: talk.ok(), path="/private/a"))
    opened = lead(server, other_server.page(lambda talk: talk.ok(), path="/a"))
    robots = Robots(fetcher, now=now)
    found = look(fetcher, closed, None, robots)
    assert (found.failure or ("",))[0] == "forbidden_target"
    assert not found.refused  # the page's own address was asked
    assert look(fetcher, opened, None, robots).failure is None
    assert paths(other_server) == ["/robots.txt", "/a"]


def test_another_path_of_the_same_host_is_checked_too(server, new_fetcher) -> None:
    fetcher = new_fetcher()
    server.page(lambda talk: talk.ok(b"User-agent: *\nDisallow: /private\n"), path="/robots.txt")
    start = lead(server, "/private/a", path="/start")
    assert (look(fetcher, start, hosts(), Robots(fetcher, now=now)).failure or ("",))[0] == "forbidden_target"
    assert paths(server) == ["/start", "/robots.txt"]


def test_a_target_that_can_not_be_reached_fails_as_itself(server, other_server, new_fetcher) -> None:
    fetcher = new_fetcher()
    start = lead(server, f"{other_server.origin}/a")
    other_server.close()
    found = look(fetcher, start, None, Robots(fetcher, now=now))
    assert (found.failure or ("",))[0] == "connection"


def test_an_address_that_may_not_be_asked_is_not_asked_for_its_robots_txt(server, start_server, new_fetcher) -> None:
    forbidden = start_server("127.0.0.3")
    fetcher = new_fetcher()
    found = look(fetcher, lead(server, f"{forbidden.origin}/a"), hosts(), Robots(fetcher, now=now))
    assert (found.failure or ("",))[0] == "forbidden_target"
    assert forbidden.connections == 0


def test_the_delay_between_two_steps_on_one_host_is_kept_and_not_taken_from_the_looks_time(server, new_fetcher) -> None:
    asked_s: list[float] = []

    def note(talk) -> None:
        asked_s.append(time.monotonic())

    start = server.page(lambda talk: (note(talk), talk.send(b"HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n")))  # fmt: skip
    server.page(lambda talk: (note(talk), talk.ok()), path="/end")
    found = look(new_fetcher(deadline_s=0.6), start, hosts(delay_s=1.0))
    assert found.failure is None
    assert asked_s[1] - asked_s[0] >= 1.0
    assert found.duration_us < 600_000


def test_a_look_that_waits_between_two_steps_ends_with_the_program(server, new_fetcher) -> None:
    fetcher = new_fetcher()
    start = lead(server, "/end")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(look, fetcher, start, hosts(delay_s=3600))
        while not server.talks:
            time.sleep(0.01)
        time.sleep(0.2)
        fetcher.close()
        assert (future.result(30).failure or ("",))[0] == "timeout"
