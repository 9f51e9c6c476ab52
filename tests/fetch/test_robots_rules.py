"""robots.txt: RFC 9309 over a real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from scraper.robots import KEPT, MOST_CHARS, OriginRules, Robots


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def robots(new_fetcher: Callable[..., object], clock: Clock) -> Robots:
    return Robots(new_fetcher(deadline_s=1.0), now=clock)  # type: ignore[arg-type]


def says(server, text: str | bytes, status: str = "200 OK") -> None:
    body = text if isinstance(text, bytes) else text.encode()
    server.page(lambda talk: talk.ok(body, status=status), path="/robots.txt")


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:\n", "/a", True),
        ("User-agent: *\nDisallow: /\n", "/a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b\n", "/a/b/c", True),
        ("User-agent: *\nDisallow: /a*c$\n", "/abbc", False),
        ("User-agent: *\nDisallow: /a*c$\n", "/abbcd", True),
        ("User-agent: *\nDisallow: /?q\n", "/?q=1", False),
        ("User-agent: *\nDisallow: /қ\n", "/%D2%9B", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: variorum\nAllow: /\n", "/a", True),
        ("User-agent: VARIORUM/2.0 # us\nDisallow: /\n", "/a", False),
        ("User-agent: variorumbot\nDisallow: /\n", "/a", True),
        ("User-agent: v\nDisallow: /\n", "/a", True),
        ("User-agent: other\nUser-agent: variorum\nDisallow: /x\n\nUser-agent: *\nDisallow: /y\n", "/x", False),
        ("User-agent: other\nUser-agent: variorum\nDisallow: /x\n\nUser-agent: *\nDisallow: /y\n", "/y", True),
        ("User-agent: other\nDisallow: /\n", "/a", True),
        ("User-agent: *\nDisallow: /user-agent: variorum\n", "/a", True),
        ("\ufeffUSER-AGENT : *\r\nDISALLOW:/\r\n", "/a", False),
        ("User-agent: *\rDisallow: /\r", "/a", False),
        ("Disallow: /\n", "/a", True),
        ("<!DOCTYPE html><p>User-agent: *", "/a", True),
    ],
)
def test_rules_bind_those_that_they_name(server, robots: Robots, text: str, path: str, allowed: bool) -> None:
    says(server, text)
    assert robots.allowed(server.origin + path)[0] is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [("404 Not Found", True), ("403 Forbidden", True), ("401 Unauthorized", True), ("410 Gone", True),
     ("429 Too Many", False), ("500 Oops", False), ("503 Unavailable", False)],
)  # fmt: skip
def test_a_status_without_rules_means_what_the_rfc_says(server, robots: Robots, status: str, allowed: bool) -> None:
    says(server, "User-agent: *\nDisallow: /\n", status=status)
    assert robots.allowed(f"{server.origin}/a") == (allowed, f"{server.origin}/robots.txt answered {status[:3]}")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"", "connection"), (b"garbage", "protocol"), (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser-agent: *", "truncated"),
     (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n", "encoding"),
     (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.77/\r\n\r\n", "forbidden_target")],
)  # fmt: skip
def test_without_a_readable_answer_nothing_may_be_asked(server, robots: Robots, answer: bytes, reason: str) -> None:
    server.page(answer, path="/robots.txt")
    verdict = robots.verdict(f"{server.origin}/a")
    assert (verdict.allowed, f"could not be read: {reason}: " in verdict.detail) == (False, True)
    assert (verdict.failure is not None) is (reason == "connection")


def test_a_server_that_never_answers_costs_no_more_than_the_deadline(server, robots: Robots) -> None:
    server.page(lambda talk: talk.stay_silent(), path="/robots.txt")
    began = time.monotonic()
    assert robots.allowed(f"{server.origin}/a")[0] is False
    assert time.monotonic() - began < 15


def test_five_redirects_are_followed_and_more_mean_that_there_is_none(server, other_server, robots: Robots) -> None:
    def hop(talk) -> None:
        left = int(talk.line.split(" ")[1].rpartition("/")[2].partition("?")[2] or "5")
        if left:
            talk.ok(b"", f"Location: /robots.txt?{left - 1}", status="301 Moved")
        else:
            talk.ok(b"User-agent: *\nDisallow: /\n")

    server.page(hop, path="/robots.txt")
    assert robots.allowed(f"{server.origin}/a")[0] is False
    far = server.page(lambda talk: talk.ok(b"", "Location: /robots.txt", status="301 Moved"))
    other_server.page(lambda talk: talk.ok(b"", f"Location: {far}", status="301 Moved"), path="/robots.txt")
    assert robots.allowed(f"{other_server.origin}/a")[0] is True


def test_half_a_megabyte_is_read_and_a_file_beyond_all_measure_as_far_as_it_was_read(server, robots: Robots) -> None:
    start = "User-agent: *\nDisallow: /start\n" + "# padding\n" * 55_000 + "Disallow: /middle\n"
    says(server, start + "# padding\n" * 100_000 + "Disallow: /end\n")
    assert [robots.allowed(server.origin + path)[0] for path in ("/start", "/middle", "/end", "/x")] == [
        False,
        False,
        True,
        True,
    ]


def test_a_file_made_to_exhaust_us_does_not_hang_us(server, robots: Robots) -> None:
    """Half agents and half rules, all of one group: a product of millions of rules for a parser that keeps them apart."""
    says(server, "".join(f"User-agent: a{n}\n" for n in range(22_000)) + "Disallow: /*a*a*a*a*b\n" * 20_000)
    began = time.thread_time()
    assert robots.allowed(f"{server.origin}/{'a' * 2000}")[0] is True
    assert time.thread_time() - began < 60


def test_an_answer_is_kept_for_a_day(server, robots: Robots, clock: Clock) -> None:
    says(server, "User-agent: *\nDisallow: /a\n")
    assert not robots.known(f"{server.origin}/a")
    assert [robots.allowed(server.origin + path)[0] for path in ("/a", "/b", "/a")] == [False, True, False]
    assert robots.known(f"{server.origin}/c")
    clock.at += timedelta(hours=23, minutes=59)
    robots.allowed(f"{server.origin}/a")
    assert len(server.talks) == 1
    says(server, "")
    clock.at += timedelta(minutes=1)
    assert (robots.allowed(f"{server.origin}/a")[0], len(server.talks)) == (True, 2)


def test_each_origin_has_its_own(server, other_server, start_server, robots: Robots) -> None:
    third = start_server()
    says(server, "User-agent: *\nDisallow: /\n")
    says(other_server, "")
    says(third, "")
    assert [robots.allowed(f"{s.origin}/a")[0] for s in (server, other_server, third)] == [False, True, True]


def test_a_failure_is_kept_for_minutes_only(server, robots: Robots, clock: Clock) -> None:
    says(server, "", status="503 Unavailable")
    robots.allowed(f"{server.origin}/a")
    clock.at += timedelta(minutes=9)
    assert (robots.allowed(f"{server.origin}/a")[0], len(server.talks)) == (False, 1)
    says(server, "")
    clock.at += timedelta(minutes=1)
    assert robots.allowed(f"{server.origin}/a")[0] is True


def test_an_earlier_reading_serves_for_a_week_when_it_cannot_be_read_again(
    server, robots: Robots, clock: Clock
) -> None:
    says(server, "User-agent: *\nDisallow: /a\n")
    robots.allowed(f"{server.origin}/a")
    says(server, "", status="500 Oops")
    clock.at += timedelta(days=6)
    assert [robots.allowed(server.origin + path)[0] for path in ("/a", "/b")] == [False, True]
    clock.at += timedelta(days=1)
    assert [robots.allowed(server.origin + path)[0] for path in ("/a", "/b")] == [False, False]


def test_a_clock_set_back_asks_anew(server, robots: Robots, clock: Clock) -> None:
    says(server, "")
    robots.allowed(f"{server.origin}/a")
    clock.at -= timedelta(days=300)
    robots.allowed(f"{server.origin}/a")
    assert len(server.talks) == 2


def test_many_threads_ask_an_origin_once(server, robots: Robots) -> None:
    server.page(lambda talk: time.sleep(0.1) or talk.ok(b"User-agent: *\nDisallow: /\n"), path="/robots.txt")
    answers: list[bool] = []
    threads = [
        threading.Thread(target=lambda: answers.append(robots.allowed(f"{server.origin}/a")[0])) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, len(server.talks)) == ([False] * 8, 1)


@pytest.mark.parametrize("url", ["http://127.0.0.55/a", "ftp://127.0.0.1/", "no address"])
def test_an_address_that_is_refused_for_itself_is_left_to_say_so(robots: Robots, url: str) -> None:
    assert robots.allowed(url)[0] is True


def test_ever_new_hosts_with_long_texts_fill_no_memory_and_what_is_in_use_stays(robots: Robots, clock: Clock) -> None:
    def rules(number: int) -> OriginRules:
        text = f"# {number} {'x' * (MOST_CHARS // 10)}\nUser-agent: *\nDisallow: /a"
        origin = f"http://r{number}.evil.example"
        return OriginRules(
            origin=origin, proxy="", text=text, text_at=clock.at, asked_at=clock.at, kept=KEPT, blanket=None
        )

    for number in range(30):
        robots.take(rules(number))
        assert robots.known("http://r0.evil.example/a")
    kept = robots.learnt()
    assert sum(len(known.text) for known in kept) <= MOST_CHARS
    assert {"http://r0.evil.example", "http://r29.evil.example"} <= {known.origin for known in kept}
    assert not robots.known("http://r1.evil.example/a")
