"""Turns at hosts for looks that are made elsewhere: a worker that a redirect leads to another host asks where the archive is.

A question goes as an event of the cluster; the last answer to each look stands in the metadata of its scheduler.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from scraper.politeness import HostGate

ANSWER_S = 10.0  # that an answer may take; after it the host counts as one that may not be asked yet
LOOK_EVERY_S = 0.02
ASK_AGAIN = timedelta(seconds=0.5)


class FarGate:
    """The archive's gate as a look on a worker sees it."""

    def __init__(self, worker: Any, topic: str, order_id: str, *, delay_s: float) -> None:
        self.delay_s = delay_s
        self._worker = worker
        self._topic = topic
        self._order_id = order_id
        self._questions = count(1)

    def try_enter_as_guest(self, host: str, now: datetime, *, scheduled: bool) -> datetime | None:
        """As `HostGate.try_enter_as_guest`."""
        number = next(self._questions)
        self._tell(host=host, scheduled=scheduled, question=number)
        until_s = time.monotonic() + ANSWER_S
        while time.monotonic() < until_s:
            keys = [self._topic, self._order_id]
            answered, wait_s = on_loop(self._worker, self._worker.scheduler.get_metadata, keys=keys, default=(0, 0.0))
            if answered == number:
                return None if wait_s is None else now + timedelta(seconds=wait_s)
            time.sleep(LOOK_EVERY_S)
        return now + ASK_AGAIN

    def move_on(self, host: str, now: datetime, *, as_guest: bool) -> None:
        """As `HostGate.move_on`."""
        self._tell(host=host, as_guest=as_guest)

    def _tell(self, **said: Any) -> None:
        self._worker.log_event(self._topic, {"order": self._order_id, **said})


class NearGate:
    """Answers for the archive's gate, on Dask's thread, and takes back the turns of looks that are over."""

    def __init__(self, gate: HostGate, *, now: Callable[[], datetime], topic: str) -> None:
        self.topic = topic
        self._gate = gate
        self._now = now
        self._client: Any = None
        self._orders: set[str] = set()  # whose looks are under way: what others say came too late
        self._guests: dict[str, str] = {}  # order: the host where it is a guest
        self._answers: dict[str, tuple[int, float | None]] = {}  # order: to which question, and how long to wait

    def listen(self, client: Any) -> None:
        """Hear what is asked by way of this client, also where its scheduler was started anew."""
        self._client = client
        client.subscribe_topic(self.topic, self._hear)

    def expect(self, order_id: str) -> None:
        """A look is about to begin."""
        self._orders.add(order_id)

    async def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        said, now = event[1], self._now()
        order_id, host = said["order"], said["host"]
        if order_id not in self._orders:
            return
        if "question" not in said:
            self._gate.move_on(host, now, as_guest=said["as_guest"])
            if said["as_guest"]:
                self._guests.pop(order_id, None)
            return
        ready_at = self._gate.try_enter_as_guest(host, now, scheduled=said["scheduled"])
        if ready_at is None:
            self._guests[order_id] = host
        wait_s = None if ready_at is None else max(0.0, (ready_at - now).total_seconds())
        self._answers[order_id] = (said["question"], wait_s)
        await self._client.scheduler.set_metadata(keys=[self.topic], value=dict(self._answers))

    def forget(self, order_id: str) -> None:
        """The look is over. On Dask's thread."""
        self._orders.discard(order_id)
        self._answers.pop(order_id, None)
        host = self._guests.pop(order_id, None)
        if host is not None:
            self._gate.move_on(host, self._now(), as_guest=True)


def on_loop(worker: Any, call: Callable[..., Any], **arguments: Any) -> Any:
    """What a call to the cluster's scheduler comes to, from a task's thread."""
    return importlib.import_module("distributed.utils").sync(worker.loop, call, **arguments)
