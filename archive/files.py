"""Files written whole and durably: after a crash the old one stands there, or the new one."""

from __future__ import annotations

import os
from pathlib import Path

from archive.errors import HomeUnusable
from archive.opening import sync_folder


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace the file in one step, with this mode from its first byte on. Raises HomeUnusable."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        mend = "Free space, or look at its permissions."
        raise HomeUnusable(path, f"can't be written ({error.strerror})", mend) from error
    finally:
        draft.unlink(missing_ok=True)
