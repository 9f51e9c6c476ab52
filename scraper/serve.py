"""The service: the schedule and the reading room in one process, until SIGTERM or SIGINT.

APScheduler ticks once a second; what is due is decided by our own due times, which the archive keeps over restarts. One
thread owns the archive and its rounds; Datasette reads the same file, and never waits for it.
"""

from __future__ import annotations

import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import StoreFailed, VariorumError
from archive.model import parse_utc
from archive.opening import DATABASE
from archive.store import Archive, NextDue, Recorded
from scraper import clock, program
from scraper.alerts.addresses import rules_for, rules_of
from scraper.anchor import Anchorer
from scraper.cluster import LookLost
from scraper.deliver import Deliverer
from scraper.private import App, private
from scraper.rounds import Rounds
from scraper.storage import Storage
from scraper.terminal import outcome_line, put, safe, say
from scraper.watchlist import Page, WatchList

if TYPE_CHECKING:
    import uvicorn

TICK_S = 1
JITTER = 0.1  # of the time to the next look, so that pages added together drift apart
LONGEST_JITTER_S = 300.0
SEAL_EVERY_S = 60.0  # checkpoints, at most: rounds of single pages may follow each other closely
MOST_MISSED = 10_000  # rounds counted as missed, at most
LOST_AGAIN_S = 300.0  # after two looks that a cluster lost
GRACE_S = 3  # for answers under way when the service ends


class PortTaken(VariorumError):
    """The address to serve on can't be had."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(
            f"Can't serve on {host} port {port} ({error.strerror}). Choose another with --port, or --port 0."
        )


class Schedule:
    """When each page is due, kept in the archive. A page that was never looked at is due at once.

    Owned by the thread that runs the rounds.
    """

    def __init__(self, archive: Archive, pages: Iterable[Page]) -> None:
        self._pages = {page.slug: page for page in pages}
        dues = {slug: archive.page_state(slug).due_at for slug in self._pages}
        self._due = {slug: parse_utc(due) if due else None for slug, due in dues.items()}

    def due(self, at: datetime) -> list[Page]:
        """The pages due by then, the longest overdue first."""
        ready = [(due or at - timedelta(days=36500), slug) for slug, due in self._due.items() if self._is_due(slug, at)]
        return [self._pages[slug] for _, slug in sorted(ready)]

    def _is_due(self, slug: str, at: datetime) -> bool:
        due = self._due[slug]
        if due is None or due <= at:
            return True
        if due - at > self._pages[slug].due(at) - at + timedelta(seconds=LONGEST_JITTER_S):
            self._due[slug] = self._pages[slug].due(
                at
            )  # the clock was set back, or the page is looked at more often now
        return False

    def next_due(self, page: Page, at: datetime) -> NextDue:
        """After a look at `at`. Looks missed while nothing ran were one look, and are counted."""
        due = self._due[page.slug]
        after = page.due(at)
        jitter_s = min(JITTER * (after - at).total_seconds(), LONGEST_JITTER_S) * random.random()
        self._due[page.slug] = after + timedelta(seconds=jitter_s)
        return NextDue(at=after + timedelta(seconds=jitter_s), missed=missed_rounds(page, due, at) if due else 0)

    def look_again(self, page: Page, at: datetime) -> None:
        """An alert waits for a look to confirm it: at that time, if none is due before."""
        self._due[page.slug] = min(self._due[page.slug] or at, at)

    def put_off(self, page: Page, at: datetime) -> None:
        """Nothing could be stored, or seen: the page is due again at that time."""
        self._due[page.slug] = at


def missed_rounds(page: Page, due: datetime, at: datetime) -> int:
    """How many of the page's times came and went between the one that was due and this look."""
    count = 0
    following = page.due(due)
    while following <= at and count < MOST_MISSED:
        count += 1
        following = page.due(following)
    return count


class Service:
    """The rounds on a thread of their own, woken by the scheduler's tick."""

    def __init__(
        self,
        home: Path,
        watch_list: WatchList,
        *,
        told: Callable[[Page, Recorded], None],
        ended: Callable[[], None],
    ) -> None:
        """`ended` is called when the rounds have ended, for whatever reason."""
        self._home = home
        self._watch_list = watch_list
        self._told = told
        self._ready = threading.Event()
        self._rounds: Rounds | None = None
        self._deliverer: Deliverer | None = None
        self._anchorer: Anchorer | None = None
        self._thread = threading.Thread(target=self._run, name="rounds")
        self._error: BaseException | None = None
        self._ended = ended
        self._sealed_s: float | None = None

    def start(self) -> None:
        """Take the home and begin. Raises what opening the archive raises."""
        self._thread.start()
        self._ready.wait()
        self._reraise()

    def wake(self) -> None:
        if self._rounds:
            self._rounds.wake()

    def stop(self) -> None:
        """End the rounds, write the WAL back, give the home free. Raises what ended them early."""
        if self._rounds:
            self._rounds.stop()
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
                schedule = Schedule(archive, self._watch_list.pages)
                storage = Storage(archive)
                rules = rules_of(self._watch_list)
                self._rounds = Rounds(
                    archive,
                    tools,
                    told=lambda page, recorded: self._recorded(schedule, storage, page, recorded),
                    next_due=schedule.next_due,
                    unstored=lambda page, error: self._unstored(schedule, storage, page, error),
                    lost=lambda page, error: self._look_lost(schedule, page, error),
                    alerts=lambda page: rules_for(rules, page),
                    rested=lambda: storage.is_open() and self._seal(archive),
                    is_open=storage.is_open,
                )
                self._deliverer = Deliverer(
                    self._home, self._watch_list, ended=self._rounds.stop, refused=storage.refused, took=storage.took
                )
                self._anchorer = Anchorer(self._home, self._watch_list)
                self._deliverer.start()
                self._anchorer.start()
                try:
                    self._ready.set()
                    self._rounds.run(schedule.due, once=False)
                    program.seal(archive)
                finally:
                    try:
                        self._deliverer.stop()
                    finally:
                        self._anchorer.stop()
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()
            self._ended()

    def _recorded(self, schedule: Schedule, storage: Storage, page: Page, recorded: Recorded) -> None:
        storage.took()
        if recorded.look_again_at is not None:
            schedule.look_again(page, recorded.look_again_at)
        assert self._deliverer is not None
        self._deliverer.wake()
        self._told(page, recorded)

    @staticmethod
    def _look_lost(schedule: Schedule, page: Page, error: LookLost) -> None:
        say(safe(program.lost_line(page, error)))
        schedule.put_off(page, clock.now() + timedelta(seconds=LOST_AGAIN_S))

    def _seal(self, archive: Archive) -> bool:
        """A checkpoint after a round, once a while; whether it was time for one."""
        now_s = time.monotonic()
        if self._sealed_s is not None and now_s < self._sealed_s + SEAL_EVERY_S:
            return False
        self._sealed_s = now_s
        program.seal(archive)
        if self._anchorer is not None:
            self._anchorer.wake()
        return True

    @staticmethod
    def _unstored(schedule: Schedule, storage: Storage, page: Page, error: StoreFailed) -> None:
        storage.refused(error)
        schedule.put_off(page, clock.now())


def run(
    home: Path,
    watch_list: WatchList,
    *,
    host: str,
    port: int,
    base_url: str = "/",
    password: str | None = None,
    told: Callable[[Page, Recorded], None] | None = None,
    announced: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, behind the password if there is one.

    Raises PortTaken, and what opening the archive raises; then nothing was begun.
    """
    from apscheduler.schedulers.background import BackgroundScheduler

    from scraper.serve_site import make_datasette

    stop = _Stop()
    with _signals_to(stop), _bound(host, port) as sock:
        service = Service(home, watch_list, told=told or _tell, ended=stop)
        service.start()
        try:
            address = f"http://{_in_url(host)}:{sock.getsockname()[1]}{base_url}"
            datasette = make_datasette(home / DATABASE, base_url=base_url, public_url=watch_list.public_url)
            scheduler = BackgroundScheduler(timezone="UTC")
            scheduler.add_job(service.wake, "interval", seconds=TICK_S, coalesce=True, misfire_grace_time=None)
            scheduler.start()
            app = datasette.app() if password is None else private(datasette.app(), password)
            _serve(app, sock, stop, started=lambda: (announced or _announce)(address))
            scheduler.shutdown(wait=False)
        finally:
            service.stop()


class _Stop:
    """Asks the service to end, whenever that is: by a signal, or because its rounds have ended."""

    def __init__(self) -> None:
        self.asked = False
        self.server: uvicorn.Server | None = None

    def __call__(self) -> None:
        self.asked = True
        if self.server is not None:
            self.server.should_exit = True


def _serve(app: App, sock: socket.socket, stop: _Stop, *, started: Callable[[], None]) -> None:
    """Answer on the socket until `stop`; `started` is called when the first request would be answered."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=GRACE_S
    )
    stop.server = Server(config)
    if not stop.asked:
        stop.server.run(sockets=[sock])


@contextmanager
def _signals_to(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask to stop. The web server takes them over while it runs, and raises them once more when it has
    shut down: by then they mean nothing."""
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket. Raises PortTaken."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise PortTaken(host, port, error) from error
    with sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(address)
            sock.listen(128)
        except OSError as error:
            raise PortTaken(host, port, error) from error
        yield sock


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _announce(address: str) -> None:
    say(f"Reading room: {address}  (stop with Ctrl-C)")


def _tell(page: Page, recorded: Recorded) -> None:
    put(f"{recorded.observed_at}  {outcome_line(recorded.row())}")
