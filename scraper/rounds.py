"""Rounds: any number of pages through a bounded executor, hosts interleaved, one request to a host at a time.

One thread owns a `Rounds` and its archive: it hands looks to the executor and records them as they come back, so the
archive keeps one writer. Other threads may only call `wake`, `ended` and `stop`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue

from archive.alerting.rules import Rule
from archive.cool_downs import CoolDowns
from archive.errors import StoreFailed
from archive.model import DOUBTS, Outcome
from archive.store import Act, Archive, NextDue, PageState, Recorded
from scraper.acts import perform
from scraper.browser import Browser
from scraper.check import Look, RobotsAsked, current_state, look, why_again
from scraper.cluster import Cluster, LookLost
from scraper.fetch import Fetcher
from scraper.interpret import is_confirmed
from scraper.parsers import Parsers
from scraper.politeness import HostGate
from scraper.rereading import Ended, Rereader, Wanted
from scraper.robots import Robots
from scraper.turns import Turns
from scraper.watchlist import Page

BY_RULE = "the page's accept_doubt"  # the actor of a release that its settings ask for
MOST_UNRECORDED = 128  # looks that came back and wait to be recorded; with more than that no look begins
MOST_UNRECORDED_BYTES = 16_000_000  # likewise, of their bodies
IDLE_S = 0.25  # at most between two turns, for what nobody wakes a round for: room on disk, workers of a cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What looks are made with; shared by all threads of the executor."""

    fetcher: Fetcher
    browser: Browser | None
    robots: Robots | None
    parsers: Parsers
    gate: HostGate
    executor: Executor
    workers: int
    full_every: int
    now: Callable[[], datetime]
    cluster: Cluster | None = None  # which then makes the looks

    def room(self) -> int:
        """How many looks may be under way at once."""
        return self.workers if self.cluster is None else self.cluster.room()

    def begin(
        self, page: Page, state: PageState, at: datetime, *, scheduled: bool, robots_apart: bool
    ) -> Future[Look | RobotsAsked]:
        """A look at the page; with a cluster the future may raise LookLost."""
        if self.cluster is not None:
            return self.cluster.look(page, state, at=at, scheduled=scheduled, robots_apart=robots_apart)
        return self.executor.submit(
            look,
            page,
            state,
            fetcher=self.fetcher,
            browser=self.browser,
            robots=self.robots,
            parsers=self.parsers,
            now=self.now,
            full_every=self.full_every,
            gate=self.gate,
            scheduled=scheduled,
            robots_apart=robots_apart,
        )


class Rounds:
    """Looks at pages as they are asked for; a page is never looked at twice at once."""

    def __init__(
        self,
        archive: Archive,
        tools: Tools,
        *,
        told: Callable[[Page, Recorded], None],
        next_due: Callable[[Page, datetime], NextDue] | None = None,
        unstored: Callable[[Page, StoreFailed], None] | None = None,
        lost: Callable[[Page, LookLost], None] = lambda page, lost: None,
        alerts: Callable[[Page], Sequence[Rule]] = lambda page: (),
        rested: Callable[[], bool] = lambda: True,
        is_open: Callable[[], bool] = lambda: True,
        overriding: Callable[[str, datetime], None] = lambda host, until: None,
        rereader: Rereader | None = None,
        reread: Callable[[BaseException | None, Page | None], None] = lambda error, page: None,
    ) -> None:
        """`told` is called after each commit, `unstored` where the disk refused one; all on the owner's thread.

        `is_open` says whether looks are worth beginning: not while nothing can be stored.

        `rested` is called when all looks are recorded; where it returns False, again soon.

        With `next_due` looks are scheduled ones, which a host's cool-down binds; others tell `overriding` of the host and of
        the cool-down's end before they ask it. Without `unstored` a refused commit ends the round.

        A look that a cluster loses is made once more; `lost` is called where that one is lost as well: nothing is
        recorded, since nothing was seen.

        A page whose rules or version are not those of its reading is read anew before its look: by `rereader`, while other
        pages are looked at, or else at once. `reread` is called when that came to an end, with what prevented it and the page
        whose look waited for it, if there is any.
        """
        self._archive = archive
        self._tools = tools
        self._told = told
        self._next_due = next_due
        self._unstored = unstored
        self._lost = lost
        self._alerts = alerts  # the rules that hold for a page
        self._rested = rested
        self._is_open = is_open
        self._resting = True
        self._overriding = overriding
        self._rereader = rereader
        self._reread = reread
        self._behind: dict[str, Page] = {}  # to be read anew when nothing else is, by slug
        self._held: dict[int, Page] = {}  # pages whose look waits until they are read anew, by their id
        self._waiting = Turns(tools.gate, scheduled=next_due is not None)
        self._pending: set[str] = set()  # slugs that wait or are being looked at
        self._flying: dict[Future[Look | RobotsAsked], tuple[str, Page]] = {}
        # looks that are over, pages that were read anew; None: woken
        self._back: SimpleQueue[Future[Look | RobotsAsked] | Ended | None] = SimpleQueue()
        self._unrecorded: deque[tuple[Page, Look, CoolDowns]] = deque()
        self._unrecorded_bytes = 0
        self._current: Callable[[Page], Page | None] = lambda page: page
        self._parted: set[str] = set()  # slugs whose host was asked for its robots.txt in a turn of its own
        self._lost_once: set[str] = set()  # slugs whose look was lost and is made once more
        self._stopping = threading.Event()
        self._woken = threading.Event()

    def wake(self) -> None:
        self._woken.set()
        self._back.put(None)

    def ended(self, ended: Ended) -> None:
        """What the rereader tells."""
        self._back.put(ended)

    def stop(self) -> None:
        """End soon: looks that have not come back are not recorded, as if they had not been made."""
        self._stopping.set()
        self._back.put(None)

    @property
    def under_way(self) -> list[Future[Look | RobotsAsked]]:
        """The looks that are being made."""
        return list(self._flying)

    def replace(self, current: Callable[[Page], Page | None], tools: Tools) -> None:
        """Go on with pages and tools as they are now, the gate being the same; looks under way end as they began.

        What waits is put as `current` has it, or not looked at where that is None. For the owner's thread, in `due`.
        """
        self._tools, self._current = tools, current
        now = tools.now()
        for held in self._held.values():
            self._waiting.add(held, now)
        self._held.clear()
        waiting = self._waiting.replace(current, now)
        under_way = [page for _, page in self._flying.values()] + [page for page, _, _ in self._unrecorded]
        self._pending = {page.slug for page in (*under_way, *waiting)}

    def read_anew(self, pages: Iterable[Page]) -> None:
        """Let the rereader read these, one after the other, as far as they need it; a page that comes due first goes before."""
        self._behind = {page.slug: page for page in pages}

    @property
    def left_to_read(self) -> int:
        """Pages of which it is not known yet that they need not be read anew."""
        return len(self._behind) + len(self._held)

    def run(self, due: Callable[[datetime], Iterable[Page]], *, once: bool) -> None:
        """Look at what `due` gives, over and over until `stop`, or `once` and then until all of it is recorded."""
        self._take(due)
        while not self._stopping.is_set():
            if not once and self._woken.is_set():
                self._woken.clear()
                self._take(due)
            ready_s = self._start()
            self._read_next()
            if not self._pending and not self._resting:
                self._resting = self._rested()
            if once and not self._pending:
                return
            if once and self._tools.cluster is not None:
                self._tools.cluster.require()
            self._finish(0 if self._unrecorded else min(ready_s, IDLE_S))
            if self._unrecorded:  # one at a time: no host waits for another's looks to be recorded
                self._record(*self._unrecorded.popleft())
        self._finish(0)
        while self._unrecorded:  # what came back is evidence, also at the end
            self._record(*self._unrecorded.popleft())

    def _take(self, due: Callable[[datetime], Iterable[Page]]) -> None:
        now = self._tools.now()
        for page in due(now):
            if page.slug not in self._pending:
                self._pending.add(page.slug)
                self._resting = False
                self._waiting.add(page, now)

    def _start(self) -> float:
        """Hand out every look that may begin now; returns in how many seconds the next host may be asked."""
        if self._waiting and not self._is_open():
            return IDLE_S
        if len(self._unrecorded) > MOST_UNRECORDED or self._unrecorded_bytes > MOST_UNRECORDED_BYTES:
            return IDLE_S
        while len(self._flying) < self._tools.room():
            now = self._tools.now()
            taken = self._waiting.take(now)
            if taken is None:
                ready_at = self._waiting.ready_at
                return IDLE_S if ready_at is None else max(0.001, (ready_at - now).total_seconds())
            host, page = taken
            self._tell_overriding(host, now)
            tools = self._tools
            try:
                state = self._state(page, now)
            except StoreFailed as error:
                self._waiting.leave(host, now, None)
                self._pending.discard(page.slug)
                self._refused(page, error)
                break
            if state is None:
                self._waiting.leave(host, now, None)
                continue
            begun = tools.begin(
                page,
                state,
                now,
                scheduled=self._next_due is not None,
                robots_apart=page.slug not in self._parted,
            )
            self._flying[begun] = (host, page)
            begun.add_done_callback(self._back.put)
        return IDLE_S

    def _state(self, page: Page, now: datetime) -> PageState | None:
        """What a look at the page goes by; None: it is held until it was read anew. Raises StoreFailed."""
        if self._rereader is None:
            return current_state(self._archive, page, reading=self._tools.parsers, at=now)
        self._behind.pop(page.slug, None)
        state = self._archive.page_state(page.slug)
        cause = why_again(page, state.rules, state.version)
        if cause is not None:
            self._rereader.ask(_wanted(state, page, cause), urgent=True)
        elif self._rereader.holds(state.page_id):
            self._rereader.hurry(state.page_id)
        else:
            return state
        self._held[state.page_id] = page
        return None

    def _read_next(self) -> None:
        """Where nothing is being read anew, begin with the next page that nobody looks at."""
        while self._behind and self._rereader is not None and self._rereader.is_idle():
            slug = next((slug for slug in self._behind if slug not in self._pending), None)
            if slug is None:
                return
            page = self._current(self._behind.pop(slug))
            if page is None:
                continue
            state = self._archive.page_state(page.slug)
            cause = why_again(page, state.rules, state.version)
            if cause is not None:
                self._rereader.ask(_wanted(state, page, cause), urgent=False)

    def _read_anew(self, ended: Ended) -> None:
        """Look at the page that was read, if its time had come; as the watch list has it by now."""
        assert self._rereader is not None
        if ended.wanted is None:
            assert ended.error is not None
            raise ended.error
        if not self._rereader.settle(ended.wanted):
            return
        page = self._held.pop(ended.wanted.page_id, None)
        if page is not None and ended.error is None:
            self._waiting.add(page, self._tools.now(), first=True)
        elif page is not None:
            self._pending.discard(page.slug)
        self._resting = False
        self._reread(ended.error, page)

    def _tell_overriding(self, host: str, now: datetime) -> None:
        until = None if self._next_due is not None else self._tools.gate.cools_until(host)
        if until is not None and until > now:
            self._overriding(host, until)

    def _finish(self, timeout_s: float) -> None:
        """Take back what has come, once something has or that time is over."""
        try:
            came = self._back.get(timeout=timeout_s)
            while True:
                if isinstance(came, Ended):
                    self._read_anew(came)
                elif came is not None:
                    self._take_back(came)
                came = self._back.get_nowait()
        except Empty:
            return

    def _take_back(self, future: Future[Look | RobotsAsked]) -> None:
        host, page = self._flying.pop(future)
        try:
            seen = future.result()
        except LookLost as lost:
            self._lose(host, page, lost)
            return
        self._lost_once.discard(page.slug)
        now = self._tools.now()
        if isinstance(seen, RobotsAsked):
            self._pending.discard(page.slug)
            self._waiting.leave(host, now, None, asked_until=seen.asked_until)
            self._go_on(page, now)
            return
        self._parted.discard(page.slug)
        cooled = self._waiting.leave(host, now, seen.capture, asked_until=seen.asked_until)
        self._unrecorded.append((page, seen, cooled))
        self._unrecorded_bytes += len(seen.capture.body or b"")

    def _go_on(self, page: Page, now: datetime) -> None:
        """Look at the page at the host's next turn, as the watch list has it by now."""
        current = self._current(page)
        if current is not None:
            self._pending.add(current.slug)
            self._parted.add(current.slug)
            self._waiting.add(current, now, first=True)

    def _lose(self, host: str, page: Page, lost: LookLost) -> None:
        """Make the look once more, when the host may be asked again; a page whose looks are lost twice is left for now."""
        now = self._tools.now()
        self._waiting.abandon(host, now)
        if page.slug not in self._lost_once:
            self._lost_once.add(page.slug)
            self._waiting.add(page, now)
            return
        self._lost_once.discard(page.slug)
        self._parted.discard(page.slug)
        self._pending.discard(page.slug)
        self._lost(page, lost)

    def _record(self, page: Page, seen: Look, cooled: CoolDowns) -> None:
        self._pending.discard(page.slug)
        self._unrecorded_bytes -= len(seen.capture.body or b"")
        due = self._next_due(page, seen.capture.observed_at) if self._next_due else None
        try:
            recorded = self._archive.record(
                seen.state, seen.capture, seen.interpretation, due, self._alerts(page), seen.comparison, cooled
            )
        except StoreFailed as error:
            self._refused(page, error)
            return
        self._told(page, recorded)
        try:
            self._release_by_rule(page, seen, recorded)
        except StoreFailed as error:  # the next look that confirms it will
            self._refused(page, error)

    def _refused(self, page: Page, error: StoreFailed) -> None:
        if self._unstored is None:
            raise error
        self._unstored(page, error)

    def _release_by_rule(self, page: Page, seen: Look, recorded: Recorded) -> None:
        doubted = recorded.derived.outcome is Outcome.HELD and recorded.derived.reason in DOUBTS
        if page.accept_doubt and doubted and is_confirmed(seen.interpretation.memory, seen.capture.observed_at):
            if self._rereader is not None:
                self._release_soon(page, recorded.seq)
                return
            standing = (recorded.derived.outcome, recorded.derived.reason)
            perform(
                self._archive,
                page.slug,
                "release",
                recorded.seq,
                standing=standing,
                at=self._tools.now(),
                alerts=self._alerts(page),
                actor=BY_RULE,
                reading=self._tools.parsers,
            )

    def _release_soon(self, page: Page, seq: int) -> None:
        assert self._rereader is not None
        state = self._archive.page_state(page.slug)
        act = Act(kind="release", observation_seq=seq, actor=BY_RULE)
        wanted = Wanted(
            page_id=state.page_id,
            rules=state.rules,
            looks=state.looks,
            cause=act.kind,
            act=act,
            alerts=self._alerts(page),
        )
        self._rereader.ask(wanted, urgent=False)


def _wanted(state: PageState, page: Page, cause: str) -> Wanted:
    return Wanted(page_id=state.page_id, rules=page.rules, looks=state.looks, cause=cause)
