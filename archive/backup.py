"""Backups, taken through SQLite while the archive is written to, verified before they count; and putting one back.

A backup is a folder `variorum-YYYYMMDDTHHMMSSZ` with `archive.db`, the watch list, the public keys and the last checkpoint;
the signing key only where it is asked for. What is restored begins a new log: the entries up to the backup are those of the
old one, the next says which checkpoint of the old one was last known and what is missing, and a new key with a new name signs.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sqlite3
import stat
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from archive import merkle
from archive.checkpoints import (
    KEY,
    LAST_NOTE,
    VERIFIER_KEYS,
    last_checkpoint,
    put_key,
    signing_key,
    verifier_keys,
)
from archive.errors import Damaged, HomeUnusable, VariorumError
from archive.files import write_whole
from archive.lock import HomeLock, is_running
from archive.log import append, log_node, next_seq, read_entry
from archive.model import utc_text
from archive.notes import Checkpoint
from archive.opening import DATABASE, check_ours, connect_for_reading, open_database, sync_folder
from archive.restoring import STAGED, Restored, settle, stage
from archive.signing import generate_signing_key
from archive.verify import Known, verify
from archive.verify.report import Progress, Report

_NAME = re.compile(r"variorum-\d{8}T\d{6}Z(-\d+)?")
_DRAFT = re.compile(rf"\.{_NAME.pattern}\.(?P<process>\d+)")
_STEP_PAGES = 1024
_BESIDE = (VERIFIER_KEYS, LAST_NOTE)


class NotSound(VariorumError):
    """A copy that is damaged: it does not become a backup, or is not put back."""

    exit_code = 9

    def __init__(self, path: object, report: Report, then: str) -> None:
        first = report.damages[0].line
        more = f" and {len(report.damages) - 1} more" if len(report.damages) > 1 else ""
        super().__init__(f"{path} is damaged: {first}{more}. {then}")


class OtherLog(VariorumError):
    """A backup whose entries are not those of the log whose checkpoint is known."""

    exit_code = 9

    def __init__(self, path: object, known: Checkpoint) -> None:
        super().__init__(
            f"{path} is no backup of the log {known.origin}: its first {known.size} entries are others than when that log's"
            " checkpoint was signed. Nothing was changed."
        )


# -- taking


def back_up(
    home: Path,
    folder: Path,
    *,
    watch_list: Path,
    at: datetime,
    deep: bool = False,
    with_key: bool = False,
    keep: int = 0,
    told: Progress = lambda what, done, of: None,
) -> Path:
    """A verified copy of the archive in a new folder in `folder`; with `keep` only the newest so many stay there.

    Raises HomeUnusable where one of both can't be used, NotSound where the copy is damaged, which it then is like the archive.
    """
    path = home / DATABASE
    if not path.is_file():
        raise HomeUnusable(path, "is not there", "Make an archive with: variorum init")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = _free(folder / f"variorum-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        draft = folder / f".{made.name}.{os.getpid()}"
        _sweep(folder)
        draft.mkdir(mode=0o700)
        sync_folder(folder.parent)
    except OSError as error:
        raise HomeUnusable(folder, f"can't be written to ({error.strerror})", "Choose another place.") from error
    try:
        copy_database(path, draft / DATABASE, told)
        last = last_checkpoint(home)
        known = [Known(where=f"the checkpoint {home / LAST_NOTE}", checkpoint=last)] if last else []
        report = verify(draft / DATABASE, deep=deep, known=known, keys=verifier_keys(home), told=told)
        if report.damages:
            raise NotSound(path, report, "No backup was made; earlier ones were left. See: variorum verify --deep")
        for source in (watch_list, *(home / name for name in _BESIDE), *([home / KEY] if with_key else [])):
            if source.is_file():
                _copy(source, draft)
        sync_folder(draft)
        draft.rename(made)
        sync_folder(folder)
    except OSError as error:
        raise HomeUnusable(folder, f"can't be written to ({error.strerror})", "Free space there.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if keep:
        _rotate(folder, keep)
    return made


def copy_database(source: Path, target: Path, told: Progress = lambda what, done, of: None) -> None:
    """Copy a database through SQLite, as it stands at one instant, also while it is written to; durable when this returns.

    Raises NotOurDatabase, NewerArchive, HomeUnusable.
    """
    try:
        conn = connect_for_reading(source)
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            conn.execute("BEGIN")
            check_ours(conn, source)
            conn.backup(copy, pages=_STEP_PAGES, progress=lambda _, left, of: told("copy", of - left, of))
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, that can be read where nothing can be written
        finally:
            copy.close()
            conn.close()
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except (sqlite3.DatabaseError, OSError) as error:
        target.unlink(missing_ok=True)
        mend = "Free space there; see what is wrong with: variorum verify --deep"
        raise HomeUnusable(source, f"can't be copied to {target.parent} ({error})", mend) from error


def _free(path: Path) -> Path:
    """This path, or with a number after it where there is something already."""
    names = [path, *(path.with_name(f"{path.name}-{number}") for number in range(2, 100))]
    return next(name for name in names if not name.exists())


def backups(folder: Path) -> list[Path]:
    """The backups in a folder, the newest first."""
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name) and (path / DATABASE).is_file()]
    return sorted(found, key=lambda path: path.name, reverse=True)


def _rotate(folder: Path, keep: int) -> None:
    """Remove all but the newest backups: what is ours in them, and the folders if nothing else is."""
    for path in backups(folder)[keep:]:
        files = sorted(path.iterdir(), key=lambda file: file.name != DATABASE)  # without it, it counts as none
        ours = [file for file in files if file.name in (DATABASE, KEY, *_BESIDE) or file.suffix == ".toml"]
        if ours == files:
            shutil.rmtree(path.rename(folder / f".{path.name}.{os.getpid()}"))
        else:
            for file in ours:
                file.unlink()
    sync_folder(folder)


def _sweep(folder: Path) -> None:
    """Remove drafts of backups that were killed while they were made, or removed."""
    for path in folder.iterdir():
        match = _DRAFT.fullmatch(path.name)
        if match and (int(match["process"]) == os.getpid() or not is_running(int(match["process"]))):
            shutil.rmtree(path)


# -- putting back


def restore(
    home: Path,
    source: Path,
    *,
    actor: str,
    at: datetime,
    known: Sequence[Checkpoint] = (),
    replace: bool = False,
    told: Progress = lambda what, done, of: None,
) -> Restored:
    """Put a backup (its folder, or its database) into a home, as the beginning of a new log.

    `known` are checkpoints kept elsewhere; those beside home and backup are known, too. With `replace` a database that is
    there is moved aside; one that is this backup already, with nothing since, is left as it is. Raises HomeUnusable, HomeLocked, NotSound, OtherLog; then nothing is changed.
    """
    path = source / DATABASE if source.is_dir() else source
    try:
        home.mkdir(parents=True, exist_ok=True)
        sync_folder(home.parent)
    except OSError as error:
        raise HomeUnusable(home, f"can't be made ({error.strerror})", "Choose another with --home.") from error
    with HomeLock(home, "restore"):
        finished = settle(home)
        if finished and finished.source == str(path.resolve()):
            return finished
        there = _restored_already(home, path)
        if there:
            return there
        if (home / DATABASE).exists() and not replace:
            mend = "Nothing was changed. Move it aside with --replace, or choose another home with --home."
            raise HomeUnusable(home / DATABASE, "is already there", mend)
        report = verify(path, deep=True, told=told)
        if report.damages:
            raise NotSound(path, report, "Nothing was changed. Take another backup.")
        last = _last_known((*known, *_noted(home), *_noted(path.parent)))
        draft = home / f".{STAGED}.{os.getpid()}"
        try:
            draft.mkdir(mode=0o700)
            copy_database(path, draft / DATABASE, told)
            return _put_back(home, path, draft, last, actor, at)
        except (OSError, sqlite3.OperationalError) as error:
            mend = "Free space, or mend the disk, and give the command again."
            raise HomeUnusable(home, f"can't be written to ({error})", mend) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _restored_already(home: Path, path: Path) -> Restored | None:
    """What is in the home, where that is this backup, put back before with nothing recorded since."""
    try:
        with closing(connect_for_reading(home / DATABASE)) as there, closing(connect_for_reading(path)) as source:
            seq, size = next_seq(there) - 1, next_seq(source) - 1
            entry = json.loads(read_entry(there, seq))
            root = merkle.root_at(size, lambda *node: log_node(source, *node)).hex()
    except (sqlite3.DatabaseError, HomeUnusable, Damaged, ValueError):
        return None
    key = signing_key(home)
    if (entry["kind"], entry.get("backup")) != ("restore", {"size": size, "root": root}):
        return None
    if entry["origin"] != (key.name if key else None):
        return None
    lost = tuple(entry["lost"]) if entry["lost"] else None
    return Restored(source=str(path), seq=seq, size=size, lost=lost, origin=entry["origin"], moved=None)


def _put_back(home: Path, path: Path, draft: Path, last: Checkpoint | None, actor: str, at: datetime) -> Restored:
    """Complete the draft, which has a copy of the backup's database, and let it take its place."""
    beside = path.parent
    key = generate_signing_key(_renamed(home, beside)) if _has_key(home, beside) else None
    origin = key.name if key else None
    seq, lost = _begin_log(draft / DATABASE, path, last, origin, actor, at)
    _stage_beside(home, beside, draft)
    if key:
        put_key(draft, key)
    aside = _free(home / f"{DATABASE}.replaced-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}").name
    moved = aside if (home / DATABASE).exists() else None
    restored = Restored(source=str(path.resolve()), seq=seq, size=seq - 1, lost=lost, origin=origin, moved=moved)
    stage(home, draft, restored, aside=aside, kept=_kept_names(home))
    return restored


def _noted(folder: Path) -> Iterable[Checkpoint]:
    noted = last_checkpoint(folder)
    return [noted] if noted else []


def _last_known(known: Iterable[Checkpoint]) -> Checkpoint | None:
    return max(known, key=lambda checkpoint: checkpoint.size, default=None)


def _has_key(*folders: Path) -> bool:
    return any(signing_key(folder) or verifier_keys(folder) for folder in folders)


def _renamed(*folders: Path) -> str:
    """A name for the new log that no log had: the old one's first part, and a new second one."""
    names = [key.name for folder in folders for key in verifier_keys(folder)]
    names += [key.name for folder in folders if (key := signing_key(folder))]
    return f"{names[0].split('/')[0]}/{secrets.token_hex(4)}"


def _begin_log(
    draft: Path, source: Path, last: Checkpoint | None, origin: str | None, actor: str, at: datetime
) -> tuple[int, tuple[int, int] | None]:
    """Write the first entry of the new log; returns its seq, and which entries are known to be lost."""
    conn = open_database(draft, is_copy=True)
    try:
        size = next_seq(conn) - 1
        if (
            last
            and 0 < last.size <= size
            and merkle.root_at(last.size, lambda *node: log_node(conn, *node)) != last.root
        ):
            raise OtherLog(source, last)
        lost = (size + 1, last.size) if last and last.size > size else None
        entry = {
            "kind": "restore",
            "page": None,
            "at": utc_text(at),
            "actor": actor,
            "backup": {"size": size, "root": merkle.root_at(size, lambda *node: log_node(conn, *node)).hex()},
            "known": {"origin": last.origin, "size": last.size, "root": last.root.hex()} if last else None,
            "lost": list(lost) if lost else None,
            "origin": origin,
        }
        conn.execute("BEGIN IMMEDIATE")
        seq = append(conn, "restore", None, entry)
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        conn.close()
    return seq, lost


def _kept_names(home: Path) -> dict[str, str]:
    """The names that the old log's key and last note have from now on."""
    names = {}
    key, note = signing_key(home), last_checkpoint(home)
    if key:
        names[KEY] = _free(home / f"{KEY}.{key.verifier.key_id.hex()}").name
    if note:
        names[LAST_NOTE] = _free(home / f"{LAST_NOTE}.{note.size}").name
    return names


def _stage_beside(home: Path, beside: Path, draft: Path) -> None:
    """The public keys of earlier logs, and the backup's watch list, which is for a home that has none."""
    keys = [key for folder in dict.fromkeys((home, beside)) for key in verifier_keys(folder)]
    if keys:
        write_whole(draft / VERIFIER_KEYS, "".join(f"{key.text}\n" for key in dict.fromkeys(keys)).encode())
    for watch_list in beside.glob("*.toml"):
        _copy(watch_list, draft)


def _copy(source: Path, folder: Path) -> None:
    """A file as it is, for those who may read it now."""
    write_whole(folder / source.name, source.read_bytes(), mode=stat.S_IMODE(source.stat().st_mode) & 0o644)
