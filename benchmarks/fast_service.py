"""The program with a clock that runs fast: `fast_service.py SPEED FACTS ARGUMENT…` is `variorum ARGUMENT…`.

Days pass at its one door to the clock, nothing else is changed; time limits of the network and the service's ticks are real
seconds. SIGUSR1 writes to the file FACTS how many objects there are, of the commonest types, and what glibc's heaps hold.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from scraper import clock

TYPES = 40  # told of


def run_fast(speed: float) -> None:
    """From now on the clock shows `speed` seconds for each that passes."""
    began_at, began_s = clock.now(), time.monotonic()

    def now() -> datetime:
        passed = timedelta(milliseconds=int((time.monotonic() - began_s) * 1000 * speed))
        return began_at + passed

    clock.now = now


def heaps_kb() -> dict[str, int]:
    """What glibc's heaps have from the system, and how much of that is free."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.fopen.restype = ctypes.c_void_p
    with tempfile.NamedTemporaryFile() as file:
        stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
        libc.malloc_info(0, stream)
        libc.fclose(stream)
        root = ElementTree.fromstring(file.read())  # noqa: S314 - glibc's own
    free = sum(int(total.attrib["size"]) for total in root.findall("total") if total.attrib["type"] != "mmap")
    held = sum(int(system.attrib["size"]) for system in root.findall("system") if system.attrib["type"] == "current")
    return {"held_kb": held // 1024, "free_kb": free // 1024}


def tell_on_signal(facts: Path) -> None:
    """SIGUSR1 has the file written anew, whole."""

    def tell(*_: object) -> None:
        gc.collect()
        objects = gc.get_objects()
        types = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in objects)
        told = {"objects": len(objects), **heaps_kb(), "types": dict(types.most_common(TYPES))}
        written = facts.with_suffix(".part")
        written.write_text(json.dumps(told), "utf-8")
        os.replace(written, facts)

    signal.signal(signal.SIGUSR1, tell)


def main() -> None:
    speed, facts, *arguments = sys.argv[1:]
    run_fast(float(speed))
    tell_on_signal(Path(facts))
    from scraper import cli

    cli.main(arguments, prog_name="variorum")


if __name__ == "__main__":
    main()
