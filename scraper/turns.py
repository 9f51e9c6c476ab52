"""Whose turn it is: pages that wait to be looked at, host by host, in a heap by when each host may be asked.

A look costs a few steps in a heap of hosts, however many hosts or pages wait. Owned by the thread that runs the rounds.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import count

from archive.cool_downs import CoolDowns
from archive.model import Capture
from scraper.politeness import HostGate
from scraper.targets import host_of
from scraper.watchlist import Page

Entry = tuple[datetime, int, str]  # when the host may be asked, whose turn is first among equals, the host


class Turns:
    """Pages that wait. Hosts take turns; a host's own pages go in the order in which they came."""

    def __init__(self, gate: HostGate, *, scheduled: bool) -> None:
        """`scheduled`: whether a host's cool-down binds."""
        self._gate = gate
        self._scheduled = scheduled
        self._pages: dict[str, deque[Page]] = {}
        self._asked: set[str] = set()  # hosts that are being looked at: their turn comes when they are left
        self._heap: list[Entry] = []
        self._entries: dict[str, Entry] = {}  # the one of each host that counts
        self._numbers = count()
        self._now: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self._pages)

    def add(self, page: Page, now: datetime, *, first: bool = False) -> None:
        """`first`: before its host's other pages."""
        host = host_of(page.url)
        pages = self._pages.setdefault(host, deque())
        pages.appendleft(page) if first else pages.append(page)
        if host not in self._asked and host not in self._entries:
            self._line_up(host, self._ready_at(host, now))

    def take(self, now: datetime) -> tuple[str, Page] | None:
        """A page whose host may be asked now, and is ours until `leave`; None: not before `ready_at`."""
        if self._now is not None and now < self._now:  # the clock was set back: what it said of waits holds no more
            for host in self._entries:
                self._line_up(host, now)
        self._now = now
        while (ready_at := self.ready_at) is not None and ready_at <= now:
            host = heapq.heappop(self._heap)[2]
            later = self._gate.try_enter(host, now, scheduled=self._scheduled)
            if later is not None:  # it was asked in between, by way of a redirect
                self._line_up(host, later)
                continue
            del self._entries[host]
            self._asked.add(host)
            pages = self._pages[host]
            page = pages.popleft()
            if not pages:
                del self._pages[host]
            return host, page
        return None

    @property
    def ready_at(self) -> datetime | None:
        """When the next host may be asked, of those that nobody looks at."""
        while self._heap and self._entries.get(self._heap[0][2]) is not self._heap[0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def leave(
        self, host: str, now: datetime, capture: Capture | None, *, asked_until: datetime | None = None
    ) -> CoolDowns:
        """As `HostGate.leave`, of which it returns what changed."""
        changed = self._gate.leave(host, now, capture, asked_until=asked_until)
        self._asked.discard(host)
        for name in {host, *changed}:
            if name in self._pages and name not in self._asked:
                self._line_up(name, self._ready_at(name, now))
        return changed

    def abandon(self, host: str, now: datetime) -> None:
        """As `HostGate.abandon`."""
        self._gate.abandon(host, now)
        self._asked.discard(host)
        if host in self._pages:
            self._line_up(host, self._ready_at(host, now))

    def replace(self, current: Callable[[Page], Page | None], now: datetime) -> list[Page]:
        """Put each page that waits as `current` has it now, where it still is one. Returns those that wait now."""
        found = [current(page) for pages in self._pages.values() for page in pages]
        waiting = [page for page in found if page is not None]
        self._pages, self._heap, self._entries = {}, [], {}
        for page in waiting:
            self.add(page, now)
        return waiting

    def _ready_at(self, host: str, now: datetime) -> datetime:
        return max(now, self._gate.next_allowed_at(host, now, scheduled=self._scheduled) or now)

    def _line_up(self, host: str, at: datetime) -> None:
        self._entries[host] = entry = (at, next(self._numbers), host)
        heapq.heappush(self._heap, entry)
