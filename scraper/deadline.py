"""One thread that ends looks whose time is up, by shutting their sockets down.

Socket time limits alone bound each read, not the whole: a server that drips a byte at a time passes them for ever.
"""

from __future__ import annotations

import heapq
import socket
import threading
import time


class Deadline:
    """The end of one look's time, and the socket it is using just now."""

    __slots__ = ("_lock", "_socket", "done", "ends_at", "extended_s", "late")

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        self.extended_s = 0.0
        self.late = False
        self.done = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def left_s(self) -> float:
        """Seconds left, at least a millisecond: a socket's time limit of 0 would mean something else."""
        return max(0.001, self.ends_at - time.monotonic())

    def extend(self, seconds: float) -> None:
        """The look is about to wait for so long where it is not its own time that passes."""
        with self._lock:
            self.ends_at += seconds
            self.extended_s += seconds

    def watch(self, sock: socket.socket | None) -> None:
        """From now on it is this socket that is shut down at the end; None for none."""
        with self._lock:
            self._socket = sock
            if self.late and sock is not None:
                _shut(sock)

    def finish(self) -> None:
        """The look is over: nothing is shut down any more."""
        with self._lock:
            self.done = True
            self._socket = None

    def expire(self) -> None:
        """The time is up, unless the look is over already."""
        with self._lock:
            if self.done:
                return
            self.late = True
            if self._socket is not None:
                _shut(self._socket)


class Watchdog:
    """Expires the deadlines given to it. Its thread starts with the first one; `close` ends it and all of them."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deadline]] = []
        self._count = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._sweep_at = 64

    def add(self, deadline: Deadline) -> None:
        """Watches a deadline until its time comes or it is `done`."""
        with self._changed:
            self._count += 1
            if len(self._heap) >= self._sweep_at:
                self._sweep()
            sooner = not self._heap or deadline.ends_at < self._heap[0][0]
            heapq.heappush(self._heap, (deadline.ends_at, self._count, deadline))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif sooner:
                self._changed.notify()

    def close(self) -> None:
        """Ends every look that is under way, as if its time were up, and then the thread."""
        with self._changed:
            self._closed = True
            under_way = [deadline for _, _, deadline in self._heap]
            self._changed.notify()
        for deadline in under_way:
            deadline.expire()
        if self._thread is not None:
            self._thread.join()

    def _sweep(self) -> None:
        """Lets go of looks that are over before their time, so that memory goes by looks under way, not by their rate."""
        self._heap = [entry for entry in self._heap if not entry[2].done]
        heapq.heapify(self._heap)
        self._sweep_at = 2 * len(self._heap) + 64

    def _run(self) -> None:
        while True:
            expired: list[Deadline] = []
            with self._changed:
                now = time.monotonic()
                while self._heap and (self._heap[0][0] <= now or self._heap[0][2].done):
                    expired.append(heapq.heappop(self._heap)[2])
                if self._closed:
                    return
                if not expired:
                    self._changed.wait(self._heap[0][0] - now if self._heap else None)
            for deadline in expired:
                if deadline.ends_at > now and not deadline.done:
                    self.add(deadline)  # it was extended
                else:
                    deadline.expire()


def _shut(sock: socket.socket) -> None:
    """Ends both directions. Not `SSLSocket.shutdown`, which would drop the TLS layer under a reader's feet."""
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # not connected yet, or closed already: its own time limit ends it
