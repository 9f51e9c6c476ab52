"""What runs in a parser's process: reads and compares what it is handed, one thing at a time, under the system's limits.

It imports no more than that takes. What runs it over its limits ends it; the pool, `scraper.parsers`, sees how.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any

from archive.model import Capture, Interpretation, Outcome, Rules, Verdict
from scraper.interpret import VERSION, interpret

OUT_OF_MEMORY = 12  # exit code
ASKED_FOR_S = 1.0  # of work, after which it is seen whether anybody still waits for it
_STATM = "/proc/self/statm"  # Linux: pages of address space, of resident memory, …


def read(capture: Capture, rules: Rules, memory: str) -> Interpretation:
    """`interpret`, with its own failure as an outcome: a page that crashes the parser is stored and says so."""
    try:
        return interpret(capture, rules, memory)
    except Exception as error:  # whatever a hostile page provokes in a parser
        return _crashed(error, memory)


def _crashed(error: Exception, memory: str) -> Interpretation:
    fact = ("the parser failed", f"{type(error).__name__}: {error}"[:300])
    verdict = Verdict(outcome=Outcome.FAILED, reason="parse", facts=(fact,), version=VERSION)
    return Interpretation(verdict=verdict, memory=memory)


def main(descriptor: int, cpu_s: int, memory_bytes: int, answer_bytes: int) -> None:
    """Answer pickled calls (name, arguments) from that descriptor until it is closed, each within these limits.

    An answer is a pickled pair of the result and the process's resident bytes after it. Ends soon where the program that
    started it has ended, however that was: at the next call, and at work within a second or so.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.excepthook = _end_out_of_memory  # lxml prints what befalls it between calls of ours, and goes on
    memory = _Memory()
    if memory.known:
        _set_soft(resource.RLIMIT_AS, memory.bytes()[0] + memory_bytes)
    parent = os.getppid()
    signal.signal(signal.SIGALRM, lambda *_: None if os.getppid() == parent else os._exit(0))
    calls, answers = open(descriptor, "rb", closefd=False), open(descriptor, "wb", closefd=False)  # noqa: SIM115
    while True:
        try:
            name, arguments = pickle.load(calls)  # noqa: S301 - from the program that started this process
            _set_soft(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_s)
            signal.setitimer(signal.ITIMER_REAL, ASKED_FOR_S, ASKED_FOR_S)
            answer = pickle.dumps((_CALLS[name](*arguments), memory.bytes()[1]), pickle.HIGHEST_PROTOCOL)
            if len(answer) > answer_bytes:
                raise MemoryError
            answers.write(answer)
            answers.flush()
            signal.setitimer(signal.ITIMER_REAL, 0)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except (EOFError, OSError):  # nobody asks any more
            os._exit(0)
        del arguments, answer


def _read(capture: Capture, rules: Rules, memory: str) -> tuple[Interpretation, bool]:
    """What `read` gives, and whether its memory is as before and so left out. Raises MemoryError."""
    try:
        found = interpret(capture, rules, memory)
    except MemoryError:
        raise
    except Exception as error:  # as in `read`
        found = _crashed(error, memory)
    same = found.memory == memory
    return replace(found, memory="") if same else found, same


def _compare(old: str, new: str) -> Any:
    from archive.diff import compare

    return compare(old, new)


_CALLS: dict[str, Callable[..., Any]] = {"read": _read, "compare": _compare}


def _end_out_of_memory(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, MemoryError):
        os._exit(OUT_OF_MEMORY)
    sys.__excepthook__(kind, error, trace)


def _set_soft(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


class _Memory:
    """What this process takes, as the system tells it; zeros where it does not."""

    def __init__(self) -> None:
        self.known = os.path.exists(_STATM)
        self._file = os.open(_STATM, os.O_RDONLY) if self.known else -1
        self._page_bytes = resource.getpagesize()

    def bytes(self) -> tuple[int, int]:
        """(address space, resident)"""
        if not self.known:
            return 0, 0
        pages = os.pread(self._file, 200, 0).split()
        return int(pages[0]) * self._page_bytes, int(pages[1]) * self._page_bytes
