"""Politeness as pure bookkeeping: when a host may be asked again, and who says it is us. Time is passed in."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version

from archive.cool_downs import CoolDown, CoolDowns
from archive.model import Capture
from scraper.faults import BadTarget, Forbidden
from scraper.targets import host_of

MAX_WAIT_S = 24 * 3600  # the most that a server's Retry-After may ask for
BACK_OFF_S = 60.0  # after a host's first failure; doubled with each further one
MAX_BACK_OFF_S = 6 * 3600
SPREAD = 0.25  # by how much of itself a back-off may be longer, so that hosts that fell together don't rise together

GUEST_STAYS = timedelta(seconds=0.1)  # after so long it is worth asking again whether a look that was led here is over
BUSY = datetime.max.replace(tzinfo=UTC)  # not before somebody leaves the host
_TROUBLE = frozenset({"timeout", "connection", "tls"})


def user_agent_text(contact: str = "", public_url: str = "") -> str:
    """Who asks: `variorum/<version> (+<contact or public_url>)`."""
    name = f"variorum/{version('variorum')}"
    return f"{name} (+{contact or public_url})" if contact or public_url else name


def retry_after_s(text: str, now: datetime) -> int | None:
    """The seconds that a Retry-After header asks us to wait, at most MAX_WAIT_S; None where it says neither form.

    >>> retry_after_s("120", datetime(2014, 5, 8, tzinfo=UTC)), retry_after_s("99999999999999999999", datetime.now(UTC))
    (120, 86400)
    >>> retry_after_s("Thu, 08 May 2014 00:01:00 GMT", datetime(2014, 5, 8, tzinfo=UTC))
    60
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:12]), MAX_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0, min(int((at - now).total_seconds()), MAX_WAIT_S))


@dataclass(slots=True)
class _Host:
    busy: bool = False
    moved_on: bool = False  # the look that entered was led to another host: what is left of it is asked there
    guest: bool = False  # a look that was led here is asking
    left_at: datetime | None = None
    cool_until: datetime | None = None
    failures: int = 0


class HostGate:
    """One look at a host at a time, with a delay between them and a cool-down after trouble. Thread-safe; never waits.

    A host is its name, all ports together. The caller passes the time; `spread` gives numbers in [0, 1).
    """

    def __init__(
        self,
        *,
        delay_s: float,
        back_off_s: float = BACK_OFF_S,
        clock_step_s: float = 0.0,
        spread: Callable[[], float] = random.random,
    ) -> None:
        """`clock_step_s`: what the times passed may be rounded down by, so that a delay is never shorter by it."""
        self._lock = threading.Lock()
        self._clock_step_s = clock_step_s
        self.adjust(delay_s=delay_s, back_off_s=back_off_s)
        self._spread = spread
        self._hosts: dict[str, _Host] = {}

    @property
    def delay_s(self) -> float:
        """Between two requests to a host."""
        return self._delay.total_seconds()

    def try_enter(self, host: str, now: datetime, *, scheduled: bool = True) -> datetime | None:
        """None: the host is ours until `leave`. Else the time before which asking again is in vain (BUSY: a leave).

        The cool-down binds scheduled looks only.
        """
        with self._lock:
            state = self._state(host, now)
            if state.busy:
                return BUSY
            if state.guest:
                return now + GUEST_STAYS
            ready_at = self._ready_at(state, scheduled=scheduled)
            if ready_at is not None and ready_at > now:
                return ready_at
            state.busy = True
            return None

    def move_on(self, host: str, now: datetime, *, as_guest: bool) -> None:
        """The look at the host is led elsewhere: another may begin here, after the delay, before it is over."""
        with self._lock:
            state = self._state(host, now)
            state.left_at = now
            if as_guest:
                state.guest = False
            else:
                state.moved_on = True

    def try_enter_as_guest(self, host: str, now: datetime, *, scheduled: bool) -> datetime | None:
        """As `try_enter`, for a look that a redirect led here; until `move_on` as a guest."""
        with self._lock:
            state = self._state(host, now)
            if state.guest or (state.busy and not state.moved_on):
                return now + GUEST_STAYS
            ready_at = self._ready_at(state, scheduled=scheduled)
            if ready_at is not None and ready_at > now:
                return ready_at
            state.guest = True
            return None

    def leave(
        self, host: str, now: datetime, capture: Capture | None, *, asked_until: datetime | None = None
    ) -> CoolDowns:
        """Frees the host, whose delay counts from `asked_until`; None: nothing was asked.

        `capture` is what the look brought; None where it is no look at a page that came of it. Returns the cool-downs that the
        look began, made longer or ended.
        """
        changed: dict[str, CoolDown | None] = {}
        with self._lock:
            state = self._state(host, now)
            state.busy = state.moved_on = False
            if asked_until is None:
                return changed
            ended_at = min(now, asked_until)
            state.left_at = max(state.left_at or ended_at, ended_at)
            if capture is None or capture.refused:
                return changed
            final_host = _host(capture.final_url, host)
            asked = {host, final_host, *(_host(hop.url, host) for hop in capture.hops)}
            for name in asked & self._hosts.keys():  # a redirect's host counts if pages of its own are looked at
                state = self._state(name, now)
                state.left_at = max(state.left_at or ended_at, ended_at)
                if name == final_host and _is_trouble(capture):
                    changed[name] = self._cool(state, now, capture.retry_after_s or 0)
                elif state.cool_until is not None:
                    state.failures, state.cool_until = 0, None
                    changed[name] = None
        return changed

    def abandon(self, host: str, now: datetime) -> None:
        """Frees the host after a look of which nothing came back: it may have been asked, so the delay holds."""
        with self._lock:
            state = self._state(host, now)
            state.busy, state.moved_on, state.left_at = False, False, now

    def next_allowed_at(self, host: str, now: datetime, *, scheduled: bool = True) -> datetime | None:
        """When a look at the host may begin; None: at once. A look under way is not counted."""
        with self._lock:
            return self._ready_at(self._state(host, now), scheduled=scheduled) if host in self._hosts else None

    def cools_until(self, host: str) -> datetime | None:
        """The end of the host's cool-down, which a look by hand overrides; None where there is none."""
        with self._lock:
            state = self._hosts.get(host)
            return state.cool_until if state else None

    def cool(self, host: str, known: CoolDown) -> None:
        """Takes over a cool-down from before a restart."""
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            state.left_at, state.cool_until, state.failures = known.since, known.until, known.failures

    def adjust(self, *, delay_s: float, back_off_s: float) -> None:
        """From now on with these; what hosts are known for stays."""
        delay_s += self._clock_step_s if delay_s else 0.0
        with self._lock:
            self._delay, self._back_off_s = timedelta(seconds=delay_s), back_off_s

    def _ready_at(self, state: _Host, *, scheduled: bool) -> datetime | None:
        times = [state.left_at + self._delay] if state.left_at is not None else []
        if scheduled and state.cool_until is not None:
            times.append(state.cool_until)
        return max(times, default=None)

    def _cool(self, state: _Host, now: datetime, retry_after_s: int) -> CoolDown:
        state.failures += 1
        back_off_s = min(self._back_off_s * 2 ** min(state.failures - 1, 30), MAX_BACK_OFF_S)
        wait_s = max(back_off_s * (1 + SPREAD * self._spread()), retry_after_s)
        until = state.cool_until = now + timedelta(seconds=wait_s)
        return CoolDown(since=now, until=until, failures=state.failures)

    def _state(self, host: str, now: datetime) -> _Host:
        """The host's state; when the clock was set back, its waits are counted from the new time."""
        state = self._hosts.setdefault(host, _Host())
        if state.left_at is not None and now < state.left_at:
            if state.cool_until is not None:
                state.cool_until -= state.left_at - now
            state.left_at = now
        return state


def _is_trouble(capture: Capture) -> bool:
    """Whether the host itself seems to be unwell or asks for rest; a page's own fault, such as a 404, is none."""
    if capture.failure is not None:
        return capture.failure[0] in _TROUBLE
    return capture.status == 429 or (capture.status or 0) >= 500


def _host(url: str, otherwise: str) -> str:
    try:
        return host_of(url)
    except (Forbidden, BadTarget):
        return otherwise
