"""The last step of putting a backup back: files that are complete in a folder of their own take their places in the home.

A restored archive is made in a draft folder beside the database. When all of it is there and synced, that folder is named
`archive.restoring`: from then on the restore holds, and who takes the home next finishes what a crash has left of it.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from archive.errors import HomeUnusable
from archive.opening import DATABASE, sync_folder

STAGED = "archive.restoring"
_PLAN = "restored.json"
_SIDES = ("-wal", "-shm")  # what SQLite keeps beside a database
_DRAFT = re.compile(r"\.archive\..+\.\d+(-wal|-shm|-journal)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A backup put back."""

    source: str
    seq: int  # of the entry that says so
    size: int  # entries of the backup
    lost: tuple[int, int] | None  # the entries that are known to have been there, and are not in the backup
    origin: str | None  # of the new log, where it has a key
    moved: str | None  # the file's name that the database has now that was there


def stage(home: Path, draft: Path, restored: Restored, *, aside: str, kept: dict[str, str]) -> None:
    """Let the restore in the draft folder hold, and finish it. The caller holds the home.

    `aside` is the name for what SQLite had in the home, `kept` has those for files of the old log. Raises OSError.
    """
    plan = {"restored": asdict(restored), "aside": aside, "kept": kept}
    with (draft / _PLAN).open("w", encoding="utf-8") as file:
        json.dump(plan, file)
    for path in draft.iterdir():
        sync_folder(path)
    sync_folder(draft)
    draft.rename(home / STAGED)
    sync_folder(home)
    _finish(home)


def settle(home: Path) -> Restored | None:
    """Finish what a process left that was killed in this home: a restore, which is returned, and drafts of files.

    The caller holds the home. Raises HomeUnusable.
    """
    try:
        for path in home.iterdir():
            if _DRAFT.fullmatch(path.name):
                _remove(path)
        return _finish(home)
    except OSError as error:
        raise HomeUnusable(home, f"can't be written to ({error.strerror})", "Free space, or mend the disk.") from error


def _finish(home: Path) -> Restored | None:
    """Each step is one rename, and is passed over where it was made before."""
    staged = home / STAGED
    if not (staged / _PLAN).is_file():
        _remove(staged)
        return None
    plan = json.loads((staged / _PLAN).read_text("utf-8"))
    if (staged / DATABASE).exists():
        for side in (*_SIDES, ""):
            _move(home / f"{DATABASE}{side}", home / f"{plan['aside']}{side}")
        _move(staged / DATABASE, home / DATABASE)
    for name, kept in plan["kept"].items():
        if not (home / kept).exists():
            _move(home / name, home / kept)
    for path in staged.iterdir():
        if path.name != _PLAN and not (path.suffix == ".toml" and (home / path.name).exists()):
            _move(path, home / path.name)
    sync_folder(home)
    (staged / _PLAN).unlink()
    _remove(staged)
    told = plan["restored"]
    return Restored(**{**told, "lost": tuple(told["lost"]) if told["lost"] else None})


def _move(path: Path, target: Path) -> None:
    if path.exists():
        path.rename(target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
