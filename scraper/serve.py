"""The service: the schedule and the reading room in one process, until SIGTERM or SIGINT; SIGHUP takes the watch list up again.

APScheduler ticks once a second; what is due is decided by our own due times, which the archive keeps over restarts. One
thread owns the archive and its rounds; Datasette reads the same file, and never waits for it.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from archive.errors import VariorumError
from archive.model import ACCEPTED
from archive.opening import DATABASE
from archive.store import Recorded
from scraper import log
from scraper.private import App, private
from scraper.service import Service
from scraper.terminal import outcome_line, put, say
from scraper.watchlist import Page, WatchList

if TYPE_CHECKING:
    import uvicorn

TICK_S = 1
GRACE_S = 3  # for answers under way when the service ends


class PortTaken(VariorumError):
    """The address to serve on can't be had."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(
            f"Can't serve on {host} port {port} ({error.strerror}). Choose another with --port, or --port 0."
        )


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
    stop = _Stop()
    service = Service(home, watch_list, told=told or _tell, ended=stop)
    with _signals_to(stop, hung_up=service.read_again), _bound(host, port) as sock:
        from apscheduler.schedulers.background import BackgroundScheduler

        from scraper.serve_site import make_datasette

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
    say("Stopped.", event="stopped")


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

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Ends once, however often it is asked: in a hurry it would cut off what is under way for no gain."""
            stop()

    config = uvicorn.Config(
        app,
        log_level="warning",
        log_config=None if log.as_json else uvicorn.config.LOGGING_CONFIG,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACE_S,
    )
    stop.server = Server(config)
    if not stop.asked:
        stop.server.run(sockets=[sock])


@contextmanager
def _signals_to(stop: Callable[[], None], *, hung_up: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask to stop, as often as they come; the web server takes them over while it runs.

    SIGHUP is `hung_up`; where it says that the terminal is gone in which the service was started, it asks to stop.
    """
    in_terminal = os.isatty(0)
    handlers: dict[signal.Signals, Callable[[], None]] = {
        signal.SIGTERM: stop,
        signal.SIGINT: stop,
        signal.SIGHUP: lambda: stop() if in_terminal and not os.isatty(0) else hung_up(),
    }
    before = {number: signal.signal(number, lambda got, _: handlers[signal.Signals(got)]()) for number in handlers}
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
        sock.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )  # asyncio sets it only where it made the socket itself
        try:
            sock.bind(address)
            sock.listen(128)
        except OSError as error:
            raise PortTaken(host, port, error) from error
        yield sock


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _announce(address: str) -> None:
    say(f"Reading room: {address}  (stop with Ctrl-C)", event="started", facts={"address": address})


def _tell(page: Page, recorded: Recorded) -> None:
    row = recorded.row()
    line = outcome_line(row) + (f"  {recorded.missed} missed before it" if recorded.missed else "")
    if not log.as_json:
        put(f"{recorded.observed_at}  {line}")
        return
    level: log.Level = "info" if recorded.derived.outcome in ACCEPTED else "warning"
    facts = {"observed_at": recorded.observed_at, **row, "missed": recorded.missed}
    log.put(click.unstyle(line), event="look", level=level, facts=facts)
