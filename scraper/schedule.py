"""When each page is due: kept in the archive over restarts, and in memory as a heap by due time.

Looks missed while nothing ran, or while a host cooled down, are one look, and are counted. Asking what is due costs what
came due, not what is watched. Owned by the thread that runs the rounds.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from archive.model import parse_utc
from archive.store import Archive, NextDue
from scraper.watchlist import Page

JITTER = 0.1  # of the time to the next look, so that pages added together drift apart
LONGEST_JITTER_S = 300.0
MOST_MISSED = 10_000  # rounds counted as missed, at most
LATE_S = 60.0  # after its time a page counts as late

_AT_ONCE = datetime.min.replace(tzinfo=UTC)  # never looked at on schedule


class Schedule:
    """The pages by due time. A page that was given out as due is not given out again before it came back.

    It comes back by `next_due` or `put_off`.
    """

    def __init__(self, archive: Archive, pages: Iterable[Page], *, spread: Callable[[], float] = random.random) -> None:
        """`spread` gives numbers in [0, 1)."""
        self._archive = archive
        self._spread = spread
        self._pages: dict[str, Page] = {}
        self._current: dict[str, Page] = {}  # by every slug that a page has or had
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._out: set[str] = set()  # given out as due
        self._asked_at: datetime | None = None
        self.replace(pages)

    def current(self, page: Page) -> Page | None:
        """The page as the watch list has it now, by a new slug perhaps; None where it was taken out."""
        return self._current.get(page.slug)

    def replace(self, pages: Iterable[Page]) -> None:
        """From now on these; due times of those that stay are kept, new ones are taken from the archive."""
        before, out = self._due, self._out
        self._pages = {page.slug: page for page in pages}
        self._current = {was: page for page in self._pages.values() for was in page.was} | self._pages
        self._due, self._out, self._heap = {}, set(), []
        for slug, page in self._pages.items():
            known = next((name for name in (slug, *page.was) if name in before), None)
            if known is not None:
                self._due[slug] = before[known]
            else:
                due = self._archive.page_state(slug).due_at
                self._due[slug] = parse_utc(due) if due else _AT_ONCE
            if known in out:
                self._out.add(slug)
            else:
                self._heap.append((self._due[slug], slug))
        heapq.heapify(self._heap)
        self._asked_at = None

    def due(self, at: datetime) -> list[Page]:
        """The pages that came due by then and are not given out yet, the longest overdue first."""
        if self._asked_at is None or at < self._asked_at:
            self._hold_to_cadence(at)
        self._asked_at = at
        found = []
        while self._heap and self._heap[0][0] <= at:
            due, slug = heapq.heappop(self._heap)
            if self._due[slug] == due and slug not in self._out:
                self._out.add(slug)
                found.append(self._pages[slug])
        return found

    def _hold_to_cadence(self, at: datetime) -> None:
        """Let no page wait longer than its cadence: the clock was set back, or the page is looked at more often now."""
        for slug, page in self._pages.items():
            if slug not in self._out and self._due[slug] > page.due(at) + timedelta(seconds=LONGEST_JITTER_S):
                self._put(slug, page.due(at))

    def late(self, at: datetime) -> list[datetime]:
        """Due times that passed some while ago and nobody looked, the earliest first."""
        limit = at - timedelta(seconds=LATE_S)
        return sorted(due for due, slug in self._heap if _AT_ONCE < due < limit and self._due[slug] == due)

    def next_due(self, page: Page, at: datetime) -> NextDue:
        """After a look at `at`. Looks missed while nothing ran were one look, and are counted."""
        known = self._current.get(page.slug)
        page = known or page
        due = self._due.get(page.slug, _AT_ONCE)
        after = page.due(at)
        jitter_s = min(JITTER * (after - at).total_seconds(), LONGEST_JITTER_S) * self._spread()
        next_at = after + timedelta(seconds=jitter_s)
        if known is not None:
            self._put(page.slug, next_at)
        return NextDue(at=next_at, missed=missed_rounds(page, due, at) if due > _AT_ONCE else 0)

    def look_again(self, page: Page, at: datetime) -> None:
        """An alert waits for a look to confirm it: at that time, if none is due before."""
        known = self._current.get(page.slug)
        if known is not None and at < self._due[known.slug]:
            self._put(known.slug, at)

    def put_off(self, page: Page, at: datetime) -> None:
        """Nothing could be stored, or seen: the page is due again at that time."""
        known = self._current.get(page.slug)
        if known is not None:
            self._put(known.slug, at)

    def _put(self, slug: str, due: datetime) -> None:
        self._due[slug] = due
        self._out.discard(slug)
        heapq.heappush(self._heap, (due, slug))


def missed_rounds(page: Page, due: datetime, at: datetime) -> int:
    """How many of the page's times came and went between the one that was due and this look."""
    count = 0
    following = page.due(due)
    while following <= at and count < MOST_MISSED:
        count += 1
        following = page.due(following)
    return count
