"""What a worker of a Dask cluster does: one look, from an order that says all it needs, with tools of its process's own.

A look that was begun is never begun again by the cluster, whatever it does with the task: the host would be asked twice
without the delay that it is owed. That a second look is made is for the one to decide who gave the order.
"""

from __future__ import annotations

import atexit
import importlib
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archive.store import PageState
from scraper import clock
from scraper.browser import Browser, BrowserMissing, find_chromium
from scraper.check import Look, RobotsAsked, look
from scraper.cluster_gate import FarGate, on_loop
from scraper.fetch import Fetcher, FetchLimits
from scraper.interpret import VERSION
from scraper.parsers import Parsers
from scraper.robots import OriginRules, Robots
from scraper.watchlist import Page

LONGEST_WAY = timedelta(seconds=60)  # that an order may have been under way, by clocks that agree


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How looks are made, the same for all of an archive. Files it names are the worker's."""

    limits: FetchLimits
    robots: bool
    browser: str
    full_every: int
    version: str = VERSION  # of the interpreter


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One look to be made: what of, and what is known already."""

    id: str
    at: datetime  # when it was given, by the archive's clock
    page: Page
    state: PageState
    settings: Settings
    rules: tuple[OriginRules, ...]  # of robots.txt, where this page led last time
    topic: str  # of the events that ask for turns
    delay_s: float
    scheduled: bool
    robots_apart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of an order, and what was learnt on the way; or why nothing did."""

    came: Look | RobotsAsked | None = None
    rules: tuple[OriginRules, ...] = ()  # of all that the look has to do with
    trouble: str = ""


def look_here(order: Order) -> Report:
    """Make the look, unless it was begun before or this worker can't make it as asked."""
    worker = importlib.import_module("distributed").get_worker()
    settings = order.settings
    if settings.version != VERSION:
        return Report(trouble=f"the worker {worker.address} has interpreter {VERSION}, not {settings.version}")
    try:
        tools = _tools(settings)
        browser = tools.browser() if order.page.fetcher == "browser" else None
    except (BrowserMissing, OSError) as error:
        return Report(trouble=f"the worker {worker.address} can't look: {error}")
    if not _begin(worker, order.id):
        return Report(trouble="the worker that had begun it ended")
    now = _Clock(order.at)
    robots = Robots(tools.fetcher, now=now) if settings.robots else None
    if robots is not None:
        for rules in order.rules:
            robots.take(rules)
    came = look(
        order.page,
        order.state,
        fetcher=tools.fetcher,
        browser=browser,
        robots=robots,
        parsers=_parsers,
        now=now,
        full_every=settings.full_every,
        gate=FarGate(worker, order.topic, order.id, delay_s=order.delay_s),
        scheduled=order.scheduled,
        robots_apart=order.robots_apart,
    )
    return Report(came=came, rules=robots.learnt() if robots is not None else ())


def mark_of(order_id: str) -> str:
    """The name of the cluster's event that is set when the order is begun; who gave the order clears it."""
    return f"variorum-look-{order_id}"


def _begin(worker: Any, order_id: str) -> bool:
    """Whether it was not begun before. The scheduler runs a task once at a time, so that asking and setting are enough."""
    name = mark_of(order_id)
    if on_loop(worker, worker.scheduler.event_is_set, name=name):
        return False
    on_loop(worker, worker.scheduler.event_set, name=name)
    return True


class _Clock:
    """The archive's time on this machine: our own clock, where the order can have been given when it says; else counted
    from then on, so that a worker whose clock is wrong dates nothing wrongly."""

    def __init__(self, given_at: datetime) -> None:
        way = clock.now() - given_at
        self._began_at = given_at + way if timedelta(0) <= way <= LONGEST_WAY else given_at
        self._began_s = time.monotonic()

    def __call__(self) -> datetime:
        return self._began_at + timedelta(milliseconds=int((time.monotonic() - self._began_s) * 1000))


class _Tools:
    """The resident tools of this process for one archive's settings; the browser is made when a page asks for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._browser: Browser | None = None
        self.fetcher = Fetcher(settings.limits)

    def browser(self) -> Browser:
        with self._lock:
            if self._browser is None:
                self._browser = Browser(self.fetcher, executable=find_chromium(self._settings.browser))
            return self._browser

    def close(self) -> None:
        if self._browser is not None:
            self._browser.close()
        self.fetcher.close()


_parsers = Parsers()
atexit.register(_parsers.close)
_made: dict[Settings, _Tools] = {}
_making = threading.Lock()


def _tools(settings: Settings) -> _Tools:
    with _making:
        if settings not in _made:
            _made[settings] = _Tools(settings)
            atexit.register(_made[settings].close)
        return _made[settings]
