"""Parsing where a hostile page can be stopped: resident processes with limits of time and memory, started when first needed.

What can be settled without parsing never gets there. A process that runs over its limits is ended and replaced; the page
that did it becomes `failed:parse`, and nothing else is touched. What a process answers is read as plain values of ours:
a parser that was taken over can't make the program run anything.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Any, BinaryIO

from archive.diff import Comparison, KindSpans, Op
from archive.model import Block, Capture, Document, Interpretation, Outcome, Rules, Stamp, Verdict
from scraper.environment import harmless
from scraper.interpret import gate, over_limit
from scraper.judge import failed
from scraper.parser_worker import OUT_OF_MEMORY

_VALUES = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (
        *(Interpretation, Verdict, Document, Block, Stamp, Outcome, Comparison, KindSpans, Op),
        *(datetime, timedelta, timezone),
    )
}
_NO_ANSWER = (  # what reading a socket raises, and what bytes that are no pickle of ours do
    *(EOFError, OSError, pickle.UnpicklingError),
    *(AttributeError, LookupError, OverflowError, TypeError, ValueError),
)
_PROGRAM = "import sys; sys.path[:] = {path!r}; from scraper.parser_worker import main; main{limits!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserLimits:
    """What one page, or one comparison, may take, and when a process has served its time."""

    cpu_s: int = 10
    wall_s: float = 120  # for a process that gets no time, or waits for something
    memory_bytes: int = 384 * 1024 * 1024  # address space, besides what the process has at its start
    answer_bytes: int = 48 * 1024 * 1024
    big_bytes: int = 1_000_000  # of which one is read at a time, so that memory does not add up
    most_calls: int = 20_000
    resident_bytes: int = 128 * 1024 * 1024


class OverLimit(Exception):
    """It took more than it may; the message says of what."""


class Died(Exception):
    """The process ended, or fell silent, for no reason that is known to lie in the page."""


class Parsers:
    """A few processes that read captures and compare texts, from any number of threads. Each call waits for its answer.

    Use as a context manager, or call `close`.
    """

    def __init__(self, *, workers: int = 2, limits: ParserLimits | None = None, niceness: int = 0) -> None:
        """By `niceness` the processes give way to those of the program."""
        self.limits = limits or ParserLimits()
        self._niceness = niceness
        self._free = threading.BoundedSemaphore(workers)
        self._big = threading.Lock()
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []  # the last used is used first
        self._busy: set[_Worker] = set()
        self._closed = False

    def __enter__(self) -> Parsers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, also those at work: whoever waits for one gets `failed:parse`."""
        with self._lock:
            self._closed = True
            for worker in (*self._idle, *self._busy):
                worker.kill()
            for worker in self._idle:
                worker.end()
            self._idle.clear()

    def read(self, capture: Capture, rules: Rules, memory: str) -> Interpretation:
        """The interpretation of one capture, the same that `interpret` gives, within the limits."""
        settled = gate(capture, rules, memory)
        if settled is not None:
            return settled
        if capture.rendered is not None:  # what it received and showed is not read
            capture = replace(capture, rendered=replace(capture.rendered, received=None, screenshot=None))
        try:
            found, same = self._call("read", (capture, rules, memory), len(capture.body or b""))
        except OverLimit as over:
            return over_limit(capture, rules, memory, str(over))
        except Died as died:
            return ended(memory, str(died))
        interpretation: Interpretation = replace(found, memory=memory) if same else found
        return interpretation

    def compare(self, old: str, new: str) -> Comparison:
        """The comparison of two texts. Raises OverLimit or Died."""
        comparison: Comparison = self._call("compare", (old, new), len(old) + len(new))
        return comparison

    def _call(self, name: str, arguments: tuple[Any, ...], size_bytes: int) -> Any:
        """A process's answer. One that died is given another try, since it may not have been the page's doing."""
        message = pickle.dumps((name, arguments), pickle.HIGHEST_PROTOCOL)
        with self._in_turn(size_bytes):
            try:
                return self._ask(message)
            except Died:
                if self._closed:
                    raise
                return self._ask(message)

    @contextmanager
    def _in_turn(self, size_bytes: int) -> Iterator[None]:
        if size_bytes < self.limits.big_bytes:
            with self._free:
                yield
        else:
            with self._big, self._free:
                yield

    def _ask(self, message: bytes) -> Any:
        with self._lock:
            if self._closed:
                raise Died("the program is ending")
            worker = self._idle.pop() if self._idle else _Worker(self.limits, self._niceness)
            self._busy.add(worker)
        answered = False
        try:
            result, resident_bytes = worker.ask(message)
            answered = not worker.served(resident_bytes)
        finally:
            with self._lock:
                self._busy.discard(worker)
                if answered and not self._closed:
                    self._idle.append(worker)
                else:
                    worker.end()
        return result


def ended(memory: str, how: str) -> Interpretation:
    """`failed:parse` for a look whose parser ended for no reason that is known to lie in the page; to be tried again."""
    return Interpretation(verdict=failed("parse", ("the parser ended", how)), memory=memory)


class _Worker:
    """One process and the socket to it. Raises Died where it can't be started."""

    def __init__(self, limits: ParserLimits, niceness: int) -> None:
        self._limits = limits
        self._calls = 0
        ours, theirs = socket.socketpair()
        with theirs:
            sizes = (theirs.fileno(), limits.cpu_s, limits.memory_bytes, limits.answer_bytes)
            program = _PROGRAM.format(path=[path for path in sys.path if path], limits=sizes)
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-c", program],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env=harmless(os.environ),
                    process_group=0,  # an interrupt at the terminal is for the program, which ends its parsers itself
                )
            except OSError as error:
                ours.close()
                raise Died(f"no process could be started ({error.strerror})") from error
        if niceness:
            with suppress(OSError):  # it has ended already, as the first call will say, or may not give way
                os.setpriority(os.PRIO_PROCESS, self._process.pid, os.getpriority(os.PRIO_PROCESS, 0) + niceness)
        ours.settimeout(limits.wall_s)
        self._socket = ours
        self._answers: BinaryIO = ours.makefile("rb")

    def ask(self, message: bytes) -> Any:
        """The answer to one call. Raises OverLimit or Died; then the process is no more."""
        self._calls += 1
        try:
            self._socket.sendall(message)
            return _PlainValues(self._answers).load()
        except TimeoutError:
            raise Died(f"no answer in {self._limits.wall_s:g} s") from None
        except _NO_ANSWER as error:
            code = self._ended()
            if code == -signal.SIGXCPU:
                raise OverLimit(f"more than {self._limits.cpu_s} s of processor time") from error
            if code == OUT_OF_MEMORY:
                raise OverLimit(f"more than {self._limits.memory_bytes // 1024**2} MiB of memory") from error
            raise Died(f"signal {-code}" if code < 0 else f"exit code {code}") from error

    def _ended(self) -> int:
        """The exit code of a process that has closed its socket; one that lingers is ended."""
        try:
            return self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def served(self, resident_bytes: int) -> bool:
        """Whether the process is to be replaced: it has answered often enough, or has grown."""
        return self._calls >= self._limits.most_calls or resident_bytes > self._limits.resident_bytes

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """End the process, which keeps nothing worth keeping."""
        self._process.kill()
        self._process.wait()
        self._answers.close()
        self._socket.close()


class _PlainValues(pickle.Unpickler):
    """Reads the values that a parser answers with, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _VALUES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no answer of a parser") from None
