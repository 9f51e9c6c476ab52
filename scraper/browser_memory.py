"""Ends the browser's page processes that take too much memory: scripts can fill it faster than any other limit notices."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 768 * 1024 * 1024  # resident, of one page's process
_EVERY_S = 0.25
_PROC = Path("/proc")


async def end_swollen() -> None:
    """Watch until cancelled. On systems without /proc it watches nothing."""
    while True:
        for pid in descendants(os.getpid()):
            if is_page(pid) and resident_bytes(pid) > MOST_BYTES:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(_EVERY_S)


def descendants(pid: int) -> Iterator[int]:
    """The processes that this one started, and those that they did."""
    for path in _PROC.glob(f"{pid}/task/*/children"):
        try:
            children = path.read_text("ascii").split()
        except OSError:  # it ended meanwhile
            continue
        for child in children:
            yield int(child)
            yield from descendants(int(child))


def is_page(pid: int) -> bool:
    """Whether the process is one in which Chromium runs pages."""
    try:
        return b"--type=renderer" in (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False


def resident_bytes(pid: int) -> int:
    try:
        return int((_PROC / str(pid) / "statm").read_text("ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return 0
