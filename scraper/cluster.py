"""Looks made on the workers of a Dask cluster: `executor = "dask://HOST:PORT"`, extra `variorum[cluster]`.

A look is sent as a value and comes back as one; archive, schedule and politeness stay where the archive is. A worker that
ends takes its looks along: `LookLost`, which is never the page's fault. The cluster is trusted like this program itself.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from importlib import metadata
from typing import Any
from uuid import uuid4

from archive.errors import VariorumError
from archive.store import PageState
from scraper.check import Look, RobotsAsked
from scraper.cluster_gate import NearGate
from scraper.cluster_worker import Order, Report, Settings, look_here, mark_of
from scraper.politeness import HostGate
from scraper.robots import OriginRules, origin_of
from scraper.watchlist import Page

SCHEME = "dask://"
PACKAGE = "variorum"
CONNECT_S = 10  # for the scheduler to answer, and for a first worker to be there
RECONNECT_S = 2  # the same, when they were lost: the round stands still meanwhile
PATIENCE_S = 60  # that a round waits for a worker, when the last one is gone
COUNTED_EVERY_S = 1.0

Origin = tuple[str, str]  # as robots.txt holds for, and the proxy that it was asked through


class ClusterMissing(VariorumError):
    """The watch list names a cluster, and the package to reach one is not there."""

    def __init__(self, executor: str) -> None:
        super().__init__(
            f"executor = \"{executor}\" needs the package distributed. Install it with: pip install 'variorum[cluster]'"
        )


class ClusterUnreachable(VariorumError):
    """Nothing makes looks at the address that the watch list names."""

    def __init__(self, executor: str, why: str) -> None:
        super().__init__(f'executor = "{executor}": {why}. Mend that, or write executor = "threads".')


class LookLost(Exception):
    """A look of which nothing came back, for no reason that lies in the page; the message says why."""


class Cluster:
    """Hands looks to the workers of one cluster. Owned by the thread that runs the rounds."""

    def __init__(
        self,
        executor: str,
        settings: Settings,
        *,
        gate: HostGate,
        now: Callable[[], datetime],
        say: Callable[[str], None],
    ) -> None:
        """Raises ClusterUnreachable."""
        self._name = executor
        self.settings = settings  # of the looks that are ordered from now on
        self._say = say
        self._gate = gate
        self._now = now
        self._turns = NearGate(gate, now=now, topic=f"variorum-{uuid4().hex}")
        self._rules: dict[Origin, OriginRules] = {}
        self._ways: dict[str, frozenset[Origin]] = {}  # slug: what its last look had to do with
        self._orders: set[str] = set()  # given and not settled
        self._connect(CONNECT_S)
        self._threads = self._count()
        self._counted_s = self._manned_s = time.monotonic()

    def _connect(self, within_s: float) -> None:
        try:
            self._client: Any = _client(self._name.removeprefix(SCHEME), within_s)
        except OSError as error:
            raise ClusterUnreachable(self._name, "no Dask scheduler answers there") from error
        try:
            self._client.wait_for_workers(1, timeout=within_s)
            self._require_ours()
        except OSError as error:
            self._client.close()
            raise ClusterUnreachable(self._name, "the Dask scheduler there has no worker") from error
        except ClusterUnreachable:
            self._client.close()
            raise
        self._executor: Executor = self._client.get_executor(pure=False, retries=0)
        self._turns.listen(self._client)

    def _require_ours(self) -> None:
        """What runs a look must have the same of us: a worker that has not can't even say so, and ends."""
        ours = metadata.version(PACKAGE)
        try:
            found = {"its scheduler": self._client.run_on_scheduler(metadata.version, PACKAGE)}
        except metadata.PackageNotFoundError:
            found = {"its scheduler": None}
        found |= self._client.run(metadata.version, PACKAGE, on_error="return")
        for where, theirs in found.items():
            if theirs != ours:
                raise ClusterUnreachable(self._name, f"{where} does not have {PACKAGE} {ours}")

    def close(self) -> None:
        """Give up the looks under way. A request that a worker has begun ends there, within its deadline."""
        if self._client.status == "running":
            self._executor.shutdown(wait=False)
        for order_id in list(self._orders):
            self._clear(order_id)
        self._client.close()

    def room(self) -> int:
        """How many looks can be under way at once: one for each thread of the workers, as they come and go."""
        now_s = time.monotonic()
        if now_s < self._counted_s + COUNTED_EVERY_S:
            return self._threads if self._client.status == "running" else 0
        before, self._threads, self._counted_s = self._threads, self._count(), now_s
        if self._threads:
            self._manned_s = now_s
        if bool(before) != bool(self._threads):
            self._say(
                f"{self._name} has workers again." if self._threads else f"{self._name} has no worker: looks wait."
            )
        return self._threads

    def require(self) -> None:
        """Raises ClusterUnreachable where there has been no worker for longer than is worth waiting."""
        if not self.room() and time.monotonic() > self._manned_s + PATIENCE_S:
            raise ClusterUnreachable(self._name, f"no worker for {PATIENCE_S} s")

    def _count(self) -> int:
        if self._client.status == "closed":
            with suppress(ClusterUnreachable):
                self._connect(RECONNECT_S)
        if self._client.status != "running":
            return 0
        self._turns.listen(self._client)
        return int(self._client.scheduler_info().get("total_threads", 0))

    def look(
        self, page: Page, state: PageState, *, at: datetime, scheduled: bool, robots_apart: bool
    ) -> Future[Look | RobotsAsked]:
        """Order a look at a page whose host is ours; what is known of robots.txt where it led last time goes along.

        The future raises LookLost where a worker ended with it, or could not begin it.
        """
        origins = {(origin_of(page.url) or "", page.proxy)} | self._ways.get(page.slug, frozenset())
        order = Order(
            id=uuid4().hex,
            at=at,
            page=page,
            state=state,
            settings=self.settings,
            rules=tuple(self._rules[origin] for origin in sorted(origins) if origin in self._rules),
            topic=self._turns.topic,
            delay_s=self._gate.delay_s,
            scheduled=scheduled,
            robots_apart=robots_apart,
        )
        found: Future[Look | RobotsAsked] = Future()
        self._orders.add(order.id)
        self._turns.expect(order.id)
        self._executor.submit(look_here, order).add_done_callback(lambda came: self._settle(order, came, found))
        return found

    def _settle(self, order: Order, came: Future[Report], found: Future[Look | RobotsAsked]) -> None:
        """On Dask's thread. The delay of the host counts from now on: a worker's clock may be behind."""
        self._orders.discard(order.id)
        self._turns.forget(order.id)
        self._clear(order.id)
        try:
            report = came.result()
        except CancelledError:
            found.set_exception(LookLost("the scheduler of the cluster ended, or gave it up"))
        except OSError as error:  # between worker and scheduler; what befalls a look itself is in its capture
            found.set_exception(LookLost(f"the worker that had begun it failed: {error}"))
        except importlib.import_module("distributed").KilledWorker:
            found.set_exception(LookLost("the workers that had begun it ended"))
        except Exception as error:  # a bug of ours is raised where the round runs, as if it had been there
            found.set_exception(error)
        else:
            if report.came is None:
                found.set_exception(LookLost(report.trouble))
                return
            self._learn(order.page.slug, report.rules)
            asked = report.came.asked_until is not None
            found.set_result(replace(report.came, asked_until=self._now()) if asked else report.came)

    def _learn(self, slug: str, learnt: tuple[OriginRules, ...]) -> None:
        """Keep the newest reading of each robots.txt: several looks may have been led to one origin."""
        self._ways[slug] = frozenset((rules.origin, rules.proxy) for rules in learnt)
        for rules in learnt:
            known = self._rules.get((rules.origin, rules.proxy))
            if known is None or known.asked_at <= rules.asked_at:
                self._rules[rules.origin, rules.proxy] = rules

    def _clear(self, order_id: str) -> None:
        if self._client.status == "running":
            self._client.loop.add_callback(self._client.scheduler.event_clear, name=mark_of(order_id))


def _client(address: str, within_s: float) -> Any:
    """A client of the scheduler there. Raises OSError.

    Without a scheme in the address Dask's own settings say whether TLS is spoken. What is no scheduler and keeps silent
    would be waited for without end: the thread that does so is left to itself.
    """
    connected: Future[Any] = Future()

    def connect() -> None:
        try:
            connected.set_result(
                importlib.import_module("distributed").Client(address, timeout=within_s, set_as_default=False)
            )
        except OSError as error:
            connected.set_exception(error)

    threading.Thread(target=connect, name="cluster", daemon=True).start()
    return connected.result(2 * within_s)


@contextmanager
def cluster_of(
    executor: str, settings: Settings, *, gate: HostGate, now: Callable[[], datetime], say: Callable[[str], None]
) -> Iterator[Cluster]:
    """The cluster that the watch list names. Raises ClusterMissing and ClusterUnreachable."""
    try:
        importlib.import_module("distributed")
    except ImportError:
        raise ClusterMissing(executor) from None
    cluster = Cluster(executor, settings, gate=gate, now=now, say=say)
    try:
        yield cluster
    finally:
        cluster.close()
