"""Files written whole: a crash leaves the old one or the new one, never half of either."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.files import replacing


@contextmanager
def whole_file(path: Path | None) -> Iterator[BinaryIO]:
    """A stream that becomes the file at `path` when all of it is written; stdout where there is no path.

    Raises HomeUnusable where it can't be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replacing(path, mode=0o666, mend="Choose another place.") as file:
        yield file


def write_text(path: Path, text: str) -> None:
    """Replace a file's text in one step. Raises HomeUnusable."""
    with whole_file(path) as file:
        file.write(text.encode())
