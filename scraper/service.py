"""The rounds of a service on a thread of their own, with what they feed, and the watch list that may be read again meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive.errors import StoreFailed, VariorumError
from archive.model import utc_text
from archive.readings import current_readings
from archive.site.words import count
from archive.store import Archive, Recorded
from scraper import clock, program, watchlist
from scraper.alerts.addresses import rules_for, rules_of, warning_of
from scraper.anchor import Anchorer
from scraper.check import why_again
from scraper.cluster import LookLost
from scraper.deliver import Deliverer
from scraper.log import without_users
from scraper.rereading import Rereader
from scraper.rounds import Rounds, Tools
from scraper.schedule import Schedule
from scraper.storage import Storage
from scraper.terminal import safe, say
from scraper.watchlist import Page, WatchList
from scraper.watchlist_changes import changes_of

SEAL_EVERY_S = (
    600.0  # checkpoints, at most: rounds of single pages follow each other closely, and each is kept for ever
)
LOST_AGAIN_S = 300.0  # after two looks that a cluster lost

Told = Callable[[Page, Recorded], None]


class Service:
    """The thread that owns the archive, woken by the scheduler's tick."""

    def __init__(self, home: Path, watch_list: WatchList, *, told: Told, ended: Callable[[], None]) -> None:
        """`ended` is called when the rounds have ended, for whatever reason."""
        self._home = home
        self._watch_list = watch_list
        self._told = told
        self._ended = ended
        self._ready = threading.Event()
        self._read_again = threading.Event()
        self._course: Course | None = None
        self._thread = threading.Thread(target=self._run, name="rounds")
        self._error: BaseException | None = None

    def start(self) -> None:
        """Take the home and begin. Raises what opening the archive raises."""
        self._thread.start()
        self._ready.wait()
        self._reraise()

    def wake(self) -> None:
        if self._course:
            self._course.rounds.wake()

    def read_again(self) -> None:
        """Take the watch list up as it is now, soon. Any thread may call it, and a signal's handler."""
        self._read_again.set()
        self.wake()

    def stop(self) -> None:
        """End the rounds, write the WAL back, give the home free. Raises what ended them early."""
        if self._course:
            self._course.rounds.stop()
        if self._thread.ident is not None:
            self._thread.join()
        self._reraise()

    def _reraise(self) -> None:
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            with (
                program.archive_of(self._home, self._watch_list, holder="serve") as archive,
                program.tools_of(self._watch_list) as tools,
            ):
                self._course = Course(
                    self._home, self._watch_list, archive, tools, told=self._told, read_again=self._read_again
                )
                self._course.run(begun=self._ready.set)
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()
            self._ended()


class Course:
    """What goes on from the opening of the archive to its closing; all but `rounds.wake` and `rounds.stop` on one thread."""

    def __init__(
        self,
        home: Path,
        watch_list: WatchList,
        archive: Archive,
        tools: Tools,
        *,
        told: Told,
        read_again: threading.Event,
    ) -> None:
        self._home, self._watch_list, self._archive, self._tools = home, watch_list, archive, tools
        self._told = told
        self._read_again = read_again
        self._rules = rules_of(watch_list)
        _warn_of_secrets(watch_list)
        self._schedule = Schedule(archive, watch_list.pages)
        self._storage = Storage(archive)
        self._sealed_s: float | None = None
        self._unsealed_s: float | None = None  # since when something was recorded of which there is no checkpoint
        self._reading = False  # all pages that need it, anew
        self._asking = ExitStack()  # what the tools in use hold, where they are not those of the beginning
        self._retired: list[tuple[ExitStack, list[Future[Any]]]] = []  # with the looks that still use it
        program.take_over_cool_downs(archive, tools)
        self._rereader = Rereader(archive.path, now=clock.now, refused=self._storage.refused, took=self._storage.took)
        self.rounds = Rounds(
            archive,
            tools,
            told=self._recorded,
            next_due=self._schedule.next_due,
            unstored=self._unstored,
            lost=self._look_lost,
            alerts=lambda page: rules_for(self._rules, page),
            rested=lambda: self._storage.is_open() and self._seal(),
            is_open=self._storage.is_open,
            rereader=self._rereader,
            reread=self._reread,
        )
        self._deliverer = Deliverer(
            home, watch_list, ended=self.rounds.stop, refused=self._storage.refused, took=self._storage.took
        )
        self._anchorer = Anchorer(home, watch_list)

    def run(self, *, begun: Callable[[], None]) -> None:
        """Until `rounds.stop`."""
        with ExitStack() as stack:
            stack.callback(self._close_asking)
            stack.callback(lambda: self._anchorer.stop())  # the one there is by then
            stack.callback(self._deliverer.stop)
            stack.callback(self._rereader.stop)
            self._rereader.start(self.rounds.ended)
            self._deliverer.start()
            self._anchorer.start()
            begun()
            self._say_late()
            self._read_anew()
            self.rounds.run(self._due, once=False)
            program.seal(self._archive)

    def _due(self, at: datetime) -> list[Page]:
        self._close_retired()
        if (
            self._unsealed_s is not None
            and time.monotonic() > self._unsealed_s + SEAL_EVERY_S
            and self._storage.is_open()
        ):
            self._seal()  # no rest for long: a host that is left alone keeps its pages waiting
        if self._read_again.is_set():
            self._read_again.clear()
            self._take_up()
        return self._schedule.due(at)

    def _say_late(self) -> None:
        late = self._schedule.late(clock.now())
        if late:
            since = utc_text(late[0])
            say(
                f"{len(late)} pages came due while nothing ran, the first at {since}. Each is looked at once;"
                " status counts the rounds missed.",
                event="late",
                facts={"pages": len(late), "since": since},
            )

    # looks

    def _recorded(self, page: Page, recorded: Recorded) -> None:
        self._storage.took()
        self._grown()
        if recorded.look_again_at is not None:
            self._schedule.look_again(page, recorded.look_again_at)
        self._deliverer.wake()
        self._told(page, recorded)

    def _grown(self) -> None:
        if self._unsealed_s is None:
            self._unsealed_s = time.monotonic()

    def _unstored(self, page: Page, error: StoreFailed) -> None:
        self._storage.refused(error)
        self._schedule.put_off(page, clock.now())

    def _look_lost(self, page: Page, error: LookLost) -> None:
        say(safe(program.lost_line(page, error)), event="look_lost", level="error", facts={"page": page.slug})
        self._schedule.put_off(page, clock.now() + timedelta(seconds=LOST_AGAIN_S))

    def _seal(self) -> bool:
        """A checkpoint, once a while; whether it was time for one."""
        now_s = time.monotonic()
        if self._sealed_s is not None and now_s < self._sealed_s + SEAL_EVERY_S:
            return False
        self._sealed_s, self._unsealed_s = now_s, None
        program.seal(self._archive)
        self._anchorer.wake()
        return True

    # pages whose rules, or whose reader, are others now

    def _read_anew(self) -> None:
        """Have all pages read anew that need it, in the order in which they are due."""
        pages = {page.slug: page for page in self._watch_list.pages}
        found = [
            pages[slug]
            for slug, rules, version in current_readings(self._archive.conn)
            if slug in pages and why_again(pages[slug], rules, version) is not None
        ]
        self.rounds.read_anew(found)
        self._reading = bool(found)
        self._archive.note_to_read(len(found))
        if found:
            say(
                f"{count(len(found), 'page')} to be read anew, by rules or a version that are others now. Each is looked at again"
                " when that is done, all others meanwhile.",
                event="reading",
                facts={"pages": len(found)},
            )

    def _reread(self, error: BaseException | None, page: Page | None) -> None:
        """A page was read anew, or can't be, with its evidence as it is."""
        self._grown()
        self._deliverer.wake()  # where a look was released, somebody may be owed its change
        if error is not None:
            say(f"A page can't be read anew: {safe(str(error))}", event="not_read", level="error")
            if page is not None:
                self._schedule.put_off(page, page.due(clock.now()))
        left = self.rounds.left_to_read
        self._archive.note_to_read(left)
        if self._reading and not left:
            self._reading = False
            say("All pages are read by their present rules and this version.", event="read")

    # the watch list, read again

    def _take_up(self) -> None:
        """Go on by the watch list as it is now, or, where anything of it can't be had, by the one there is."""
        before = self._watch_list
        asking = ExitStack()
        try:
            watch_list = watchlist.load(program.watch_list_path(self._home))
            changes = changes_of(before, watch_list)
            tools = self._tools
            if changes.asking and tools.cluster is None:
                tools = asking.enter_context(program.tools_again(tools, watch_list))
            program.sync_pages(self._archive, watch_list)
        except VariorumError as error:
            asking.close()
            why = without_users(safe("; ".join(str(error).splitlines())))
            say(
                f"{watchlist.FILE_NAME} was not taken up, the one read before goes on: {why}",
                event="not_read_again",
                level="error",
            )
            return
        self._watch_list, self._rules = watch_list, rules_of(watch_list)
        if tools.cluster is not None:
            tools.cluster.settings = program.settings_of(watch_list)
        self._schedule.replace(watch_list.pages)
        if tools is not self._tools:
            self._retired.append((self._asking, self.rounds.under_way))
            self._asking, self._tools = asking, tools
        self._tools.gate.adjust(delay_s=watch_list.fetch.delay_s, back_off_s=watch_list.fetch.back_off_s)
        self.rounds.replace(self._schedule.current, self._tools)
        self._deliverer.replace(watch_list)
        if changes.anchoring:
            self._anchorer.stop()
            self._anchorer = Anchorer(self._home, watch_list)
            self._anchorer.start()
        say(changes.line, event="read_again", facts=changes.facts)
        self._read_anew()
        _warn_of_secrets(watch_list)

    def _close_retired(self) -> None:
        """Close what no look uses any more."""
        for retired in [retired for retired in self._retired if all(look.done() for look in retired[1])]:
            self._retired.remove(retired)
            retired[0].close()

    def _close_asking(self) -> None:
        for asking, _ in self._retired:
            asking.close()
        self._asking.close()


def _warn_of_secrets(watch_list: WatchList) -> None:
    warning = warning_of(watch_list)
    if warning is not None:
        say(f"Warning: {warning}", level="warning")
