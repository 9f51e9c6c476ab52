"""One writer to a home: an advisory lock (flock) on a file beside the database, released by the kernel with the process."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from archive.errors import HomeLocked, HomeUnusable

LOCK = "archive.lock"
_HOLDER = re.compile(r"variorum .* \(process (\d+)\)\n(.*)\n(?:to be read anew: (\d+)\n)?")


class HomeLock:
    """Holds the home for one writing process; raises HomeLocked, naming the holder, where another has it."""

    def __init__(self, home: Path, holder: str) -> None:
        path = home / LOCK
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise HomeUnusable(
                home, f"can't be written to ({error.strerror})", "Choose another home with --home."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            other = os.pread(self._file, 200, 0).decode("utf-8", "replace").partition("\n")[0] or "another process"
            os.close(self._file)
            raise HomeLocked(home, other) from error
        self._holder = f"variorum {holder} (process {os.getpid()})"
        self._trouble, self._to_read = "", 0
        self._note()

    def note(self, trouble: str) -> None:
        """Let the file say what keeps this process from storing anything, below who holds the home."""
        self._trouble = trouble
        self._note()

    def note_to_read(self, pages: int) -> None:
        """Let the file say how many pages this process is reading anew, one after the other."""
        self._to_read = pages
        self._note()

    def _note(self) -> None:
        to_read = f"to be read anew: {self._to_read}" if self._to_read else ""
        self._write(f"{self._holder}\n{self._trouble}\n{to_read}".strip())

    def _write(self, text: str) -> None:
        """Over what is there: for that a full disk has room. Where it has none, the lock holds all the same."""
        data = f"{text}\n".encode()
        with suppress(OSError):
            os.pwrite(self._file, data, 0)
            os.ftruncate(self._file, len(data))

    def release(self) -> None:
        self._write("")
        os.close(self._file)

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def noted_trouble(home: Path) -> str | None:
    """What the process that holds the home noted of its trouble, if one does and is in any."""
    match = _noted(home)
    return match[2] or None if match else None


def noted_to_read(home: Path) -> int:
    """How many pages the process that holds the home is reading anew."""
    match = _noted(home)
    return int(match[3] or 0) if match else 0


def _noted(home: Path) -> re.Match[str] | None:
    try:
        text = (home / LOCK).read_text("utf-8", "replace")
    except OSError:
        return None
    match = _HOLDER.fullmatch(text)
    return match if match and is_running(int(match[1])) else None


def is_running(process: int) -> bool:
    """Whether a process of this number runs on this machine."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
