"""Files written whole: a crash leaves the old one or the new one, never half of either."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.errors import HomeUnusable


@contextmanager
def whole_file(path: Path | None) -> Iterator[BinaryIO]:
    """A stream that becomes the file at `path` when all of it is written; stdout where there is no path.

    Raises HomeUnusable where it can't be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise HomeUnusable(path, f"can't be written ({error.strerror})", "Choose another place.") from error
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace a file's text in one step. Raises HomeUnusable."""
    with whole_file(path) as file:
        file.write(text.encode())
