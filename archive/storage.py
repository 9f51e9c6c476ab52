"""Whether what is written to a home reaches its disk: what the process that holds it met, and what the file system says."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.lock import noted_trouble

_ROOM_BYTES = 1 << 18
_NO_ROOM_BYTES = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Nothing can be stored: why, and since when where a service met it."""

    why: str
    since: str | None = None


def trouble_of(home: Path) -> Trouble | None:
    """What keeps a home from being written to, as far as can be told without writing; None where nothing is known to."""
    noted = noted_trouble(home)
    if noted is not None:
        since, _, why = noted.partition(" ")
        return Trouble(why=why, since=since)
    disk = os.statvfs(home)
    if disk.f_flag & os.ST_RDONLY:
        return Trouble(why="the disk is mounted read-only")
    if disk.f_bavail * disk.f_frsize < _NO_ROOM_BYTES:
        return Trouble(why="the disk is full")
    return None


def takes_writes(home: Path) -> bool:
    """Whether the disk takes a few hundred kB, by writing and removing them."""
    path = home / f".archive.room.{os.getpid()}"
    try:
        with path.open("wb") as file:
            file.write(bytes(_ROOM_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return True
