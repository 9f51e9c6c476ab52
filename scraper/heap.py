"""What the C library's allocator keeps for later, held small: glibc would give each of many threads a heap of its own.

Each heap grows to what the largest page took that came through its thread, and little of it is ever given back: after some
10,000 looks a service would hold twice the memory that it uses.
"""

from __future__ import annotations

import ctypes
import os
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # mallopt(3)
HEAPS = 2
LARGE_BYTES = 256 * 1024  # from here on memory is the system's, and goes back to it when it is free


def keep_little() -> None:
    """For the whole process, before its threads begin; without glibc, nothing. Time limits and results are not touched."""
    if not sys.platform.startswith("linux") or "CS_GNU_LIBC_VERSION" not in os.confstr_names:
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in (
            (_M_ARENA_MAX, HEAPS),
            (_M_MMAP_THRESHOLD, LARGE_BYTES),
            (_M_TRIM_THRESHOLD, LARGE_BYTES),
        ):
            mallopt(option, value)
