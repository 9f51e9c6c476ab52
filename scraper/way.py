"""Politeness along the redirects of one look: each host in its turn, and each address only where its robots.txt lets us."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Protocol

from archive.model import utc_text
from scraper.deadline import Deadline
from scraper.faults import BadTarget, Fault, Forbidden
from scraper.robots import Robots
from scraper.targets import Target, host_of

_LONGEST_NAP_S = 0.1


class Gate(Protocol):
    """What a way takes its turns from: a `HostGate`, here or far away."""

    @property
    def delay_s(self) -> float:
        """Between two requests to a host."""

    def try_enter_as_guest(self, host: str, now: datetime, *, scheduled: bool) -> datetime | None: ...

    def move_on(self, host: str, now: datetime, *, as_guest: bool) -> None: ...


class Way:
    """Where one look is being led. A context manager, so that the turn at the last host always ends.

    The first host's turn is the caller's; without `gate` no turns are taken, without `robots` everything may be asked.
    """

    def __init__(
        self,
        url: str,
        *,
        gate: Gate | None,
        robots: Robots | None,
        proxy: str,
        now: Callable[[], datetime],
        scheduled: bool,
    ) -> None:
        self._gate = gate
        self._robots = robots
        self._proxy = proxy
        self._now = now
        self._scheduled = scheduled
        self._host = _host(url)  # whose turn it is; "" while there is none
        self._is_guest = False

    def __enter__(self) -> Way:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._gate is not None and self._is_guest:
            self._gate.move_on(self._host, self._now(), as_guest=True)

    def led_to(self, target: Target, deadline: Deadline) -> None:
        """Wait for the turn at where a redirect leads. Raises Fault where it may not be asked, or not within what is left.

        The delay between two requests of this look to one host is not taken from its time.
        """
        host = target.host.rstrip(".")
        if host == self._host:
            self._pause(deadline)
        elif self._gate is not None:
            self._change_to(host, self._gate, deadline.left_s())
        if self._robots is None:
            return
        known = self._robots.known(target.url, proxy=self._proxy)
        verdict = self._robots.verdict(target.url, proxy=self._proxy)
        if not verdict.allowed and verdict.failure is None:  # else the look will find that failure itself
            raise Forbidden(verdict.detail)
        if not known:
            self._pause(deadline)

    def _pause(self, deadline: Deadline) -> None:
        """Let the host rest that was just asked and is still ours."""
        delay_s = self._gate.delay_s if self._gate is not None else 0.0
        deadline.extend(delay_s)
        until_s = time.monotonic() + delay_s
        while (left_s := until_s - time.monotonic()) > 0:
            if deadline.late:
                raise Fault("timeout", "the look was ended while it waited")
            time.sleep(min(left_s, _LONGEST_NAP_S))

    def _change_to(self, host: str, gate: Gate, left_s: float) -> None:
        if self._host:
            gate.move_on(self._host, self._now(), as_guest=self._is_guest)
        self._host, self._is_guest = "", False
        until_s = time.monotonic() + left_s
        while True:
            now = self._now()
            ready_at = gate.try_enter_as_guest(host, now, scheduled=self._scheduled)
            if ready_at is None:
                self._host, self._is_guest = host, True
                return
            wait_s = (ready_at - now).total_seconds()
            if wait_s > until_s - time.monotonic():
                raise Fault("forbidden_target", f"{host} is not to be asked before {utc_text(ready_at)}")
            time.sleep(min(wait_s, _LONGEST_NAP_S))


def _host(url: str) -> str:
    try:
        return host_of(url)
    except (Forbidden, BadTarget):
        return ""
