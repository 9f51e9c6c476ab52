"""One thread that ends looks whose time is up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from scraper.deadline import Deadline, Watchdog


@pytest.fixture
def watchdog() -> Iterator[Watchdog]:
    watchdog = Watchdog()
    yield watchdog
    watchdog.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_read_that_waits_ends_when_the_time_is_up(watchdog: Watchdog, pair) -> None:
    deadline = Deadline(0.1)
    watchdog.add(deadline)
    deadline.watch(pair[0])
    began = time.monotonic()
    assert (pair[0].recv(1), deadline.late) == (b"", True)
    assert time.monotonic() - began < 20


def test_a_socket_taken_up_after_the_time_is_up_is_ended_at_once(pair) -> None:
    deadline = Deadline(0)
    deadline.expire()
    deadline.watch(pair[0])
    assert pair[0].recv(1) == b""


def test_a_look_that_is_over_is_left_alone(watchdog: Watchdog, pair) -> None:
    deadline = Deadline(1)
    watchdog.add(deadline)
    deadline.watch(pair[0])
    deadline.finish()
    time.sleep(1.1)
    pair[1].send(b"x")
    assert (pair[0].recv(1), deadline.late) == (b"x", False)


def test_a_sooner_deadline_overtakes_a_later_one(watchdog: Watchdog) -> None:
    later, sooner = Deadline(60), Deadline(0.05)
    watchdog.add(later)
    watchdog.add(sooner)
    end = time.monotonic() + 20
    while not sooner.late and time.monotonic() < end:
        time.sleep(0.05)
    assert (sooner.late, later.late) == (True, False)


def test_looks_that_are_over_are_let_go_before_their_time(watchdog: Watchdog) -> None:
    for _ in range(10_000):
        deadline = Deadline(3600)
        watchdog.add(deadline)
        deadline.finish()
    assert len(watchdog._heap) < 200


def test_closing_ends_the_thread_even_while_looks_are_under_way() -> None:
    watchdog = Watchdog()
    watchdog.add(Deadline(3600))
    watchdog.close()
    assert "deadlines" not in {thread.name for thread in threading.enumerate()}
