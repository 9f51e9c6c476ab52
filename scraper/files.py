"""Files written whole: a crash leaves the old one or the new one, never half of either."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.files import replacing
from scraper.terminal import bytes_out


@contextmanager
def whole_file(path: Path | None, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A stream that becomes the file at `path` when all of it is written; stdout where there is no path.

    Raises HomeUnusable where it can't be written.
    """
    if path is None:
        out = bytes_out()
        yield out
        out.flush()
        return
    with replacing(path, mode=mode, mend="Choose another place.") as file:
        yield file


def write_text(path: Path, text: str) -> None:
    """Replace a file's text in one step: the file that a link leads to, for those who may read it now.

    Raises HomeUnusable.
    """
    file = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        mode = 0o666
    with whole_file(file, mode=mode) as out:
        out.write(text.encode())
