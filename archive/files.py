"""Files written whole and durably: after a crash the old one stands there, or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archive.errors import HomeUnusable
from archive.opening import sync_folder


@contextmanager
def replacing(path: Path, *, mode: int = 0o644, mend: str) -> Iterator[BinaryIO]:
    """A stream that becomes the file in one step when all of it is written, with this mode from its first byte on.

    Raises HomeUnusable, with this mend, where it can't be written; then the old file stands.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)  # of a process that was killed and had this number
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise HomeUnusable(path, f"can't be written ({error.strerror})", mend) from error
    finally:
        with suppress(OSError):  # on a disk that can't be written to there is none
            draft.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace the file in one step. Raises HomeUnusable."""
    with replacing(path, mode=mode, mend="Free space, or look at its permissions.") as file:
        file.write(data)
