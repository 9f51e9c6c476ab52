"""One writer to a home: an advisory lock (flock) on a file beside the database, released by the kernel with the process."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from archive.errors import HomeLocked, HomeUnusable


class HomeLock:
    """Holds the home for one writing process; raises HomeLocked, naming the holder, where another has it."""

    def __init__(self, home: Path, holder: str) -> None:
        path = home / "archive.lock"
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise HomeUnusable(
                home, f"can't be written to ({error.strerror})", "Choose another home with --home."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            other = os.pread(self._file, 200, 0).decode("utf-8", "replace").strip() or "another process"
            os.close(self._file)
            raise HomeLocked(home, other) from error
        with suppress(OSError):  # on a full disk the lock holds all the same, without a name
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"variorum {holder} (process {os.getpid()})\n".encode(), 0)

    def release(self) -> None:
        with suppress(OSError):
            os.ftruncate(self._file, 0)
        os.close(self._file)

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
