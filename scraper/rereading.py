"""Pages' histories read anew beside the rounds, on a thread of their own, with one parser that gives way to those of the looks.

A page is not looked at meanwhile; all others are. The thread that runs the rounds says what is to be read, by `ask`, and hears
of the end. A history is not begun while its page is looked at, and what was read comes into force whole (`archive.drafts`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from archive.alerting.rules import Rule
from archive.drafts import Draft
from archive.errors import StoreFailed, VariorumError
from archive.model import Rules
from archive.readings import Interpreter
from archive.store import Act
from scraper.acts import reader_of
from scraper.interpret import VERSION
from scraper.parsers import ParserLimits, Parsers

_NICENESS = 5
_LIMITS = ParserLimits(wall_s=1200)  # a process that gives way may wait long for its turn
_LINGER_S = 10.0  # so long the parser is kept when nothing is to be read
_AGAIN_S = 15.0  # after the disk refused
_TENTH = 10  # a history of a tenth of the looks that are left of another is read in between


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A reading that is to be made. `act`, where there is one, is recorded with it, and `alerts` owe what it released."""

    page_id: int
    rules: Rules
    looks: int = field(compare=False)
    cause: str
    act: Act | None = None
    alerts: Sequence[Rule] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A reading that was made, or the reason why it can't be; without `wanted`, why nothing can be read any more."""

    wanted: Wanted | None = None
    error: BaseException | None = None


class Rereader:
    """The thread that reads histories. Start it, and stop it when the rounds have ended."""

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime],
        refused: Callable[[StoreFailed], None],
        took: Callable[[], None],
    ) -> None:
        """`refused` and `took` are told, on this thread, when the disk refuses a reading and when it takes one."""
        self._path = path
        self._now = now
        self._refused, self._took = refused, took
        self._ended: Callable[[Ended], None] = lambda ended: None
        self._changed = threading.Condition()
        self._asked: dict[int, Wanted] = {}  # by page, as the next two
        self._begun: dict[int, Wanted] = {}  # until it is settled
        self._urgent: set[int] = set()  # their looks wait
        self._parsers: Parsers | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="rereading")

    def start(self, ended: Callable[[Ended], None]) -> None:
        """`ended` is called, on this thread, for each reading that was made or can't be; `settle` must follow on the other."""
        self._ended = ended
        self._thread.start()

    def stop(self) -> None:
        """End now. A reading in the making is dropped: the next process begins it again."""
        with self._changed:
            self._stopping = True
            if self._parsers is not None:
                self._parsers.close()
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def ask(self, wanted: Wanted, *, urgent: bool) -> None:
        """Read that page's history, soon, in place of what was asked of the page before; `urgent`: a look waits for it."""
        with self._changed:
            if self._begun.get(wanted.page_id) != wanted:
                self._asked[wanted.page_id] = wanted
            if urgent:
                self._urgent.add(wanted.page_id)
            self._changed.notify()

    def hurry(self, page_id: int) -> None:
        """A look at the page waits."""
        with self._changed:
            self._urgent.add(page_id)

    def holds(self, page_id: int) -> bool:
        """Whether the page must not be looked at now."""
        with self._changed:
            return page_id in self._asked or page_id in self._begun

    def is_idle(self) -> bool:
        with self._changed:
            return not self._asked and not self._begun

    def settle(self, wanted: Wanted) -> bool:
        """That it ended is known. Whether the page may be looked at: not if it was asked for again."""
        with self._changed:
            if self._is_outdated(wanted):
                return False
            del self._begun[wanted.page_id]
            self._urgent.discard(wanted.page_id)
            return True

    # on the thread

    def _run(self) -> None:
        try:
            while self._await(None):
                with self._changed:
                    if self._stopping:
                        return
                    self._parsers = Parsers(workers=1, limits=_LIMITS, niceness=_NICENESS)
                with self._parsers:
                    while self._await(_LINGER_S):
                        wanted = self._next(lambda wanted: True)
                        if wanted is not None:
                            self._make(wanted)
        except BaseException as error:
            self._ended(Ended(error=error))

    def _await(self, timeout_s: float | None) -> bool:
        """Whether there is something to be read, once there is or that time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._asked, timeout_s)
            return bool(self._asked) and not self._stopping

    def _next(self, fits: Callable[[Wanted], bool]) -> Wanted | None:
        """The shortest history that fits, of those whose looks wait if there are any; it is asked for no longer."""
        with self._changed:
            found = [wanted for wanted in self._asked.values() if fits(wanted)]
            if not found or self._stopping:
                return None
            wanted = min(found, key=lambda wanted: (wanted.page_id not in self._urgent, wanted.looks))
            self._begun[wanted.page_id] = self._asked.pop(wanted.page_id)
            return wanted

    def _before(self, making: Wanted, left: int) -> Wanted | None:
        """What is to be read before the rest of this one."""
        if not self._asked:
            return None
        if making.page_id in self._urgent:
            return self._next(lambda wanted: wanted.looks * _TENTH <= left and wanted.page_id in self._urgent)
        return self._next(lambda wanted: wanted.page_id in self._urgent)

    def _is_outdated(self, wanted: Wanted) -> bool:
        """Whether another reading of the page was asked for since."""
        return wanted.page_id in self._asked or self._begun.get(wanted.page_id) is not wanted

    def _make(self, wanted: Wanted) -> None:
        """Read it, however often the disk refuses it, and tell that it ended."""
        while True:
            try:
                if not self._read(wanted):
                    return
            except StoreFailed as error:
                self._refused(error)
                with self._changed:
                    if self._changed.wait_for(lambda: self._stopping, _AGAIN_S):
                        return
                continue
            except VariorumError as error:
                self._ended(Ended(wanted=wanted, error=error))
                return
            self._ended(Ended(wanted=wanted))
            return

    def _read(self, wanted: Wanted) -> bool:
        """Whether it came to its end. Raises StoreFailed, Damaged."""
        assert self._parsers is not None
        reader: Callable[[Mapping[int, str]], Interpreter] = partial(reader_of, reading=self._parsers)
        with Draft(self._path, wanted.page_id, wanted.rules, act=wanted.act) as draft:
            for left in draft.read(reader):
                if self._stopping or self._is_outdated(wanted):
                    return False
                first = self._before(wanted, left)
                if first is not None:
                    self._make(first)
            if self._stopping or self._is_outdated(wanted):
                return False
            if draft.put_in_force(cause=wanted.cause, version=VERSION, at=self._now(), alerts=wanted.alerts):
                self._took()
        return True
