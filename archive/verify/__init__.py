"""Verifying an archive against itself and against checkpoints of it: everything that is wrong is named, nothing is written.

Damage never ends a verification early: what SQLite can't read is damage too, and the rest is looked at all the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import notes
from archive.errors import Damaged
from archive.notes import Checkpoint, NoteError, VerifierKey
from archive.redactions import redactions
from archive.verify.anchors import verify_time_stamps
from archive.verify.bodies import BodyPass, owners_of
from archive.verify.columns import OBSERVATIONS, ColumnCheck
from archive.verify.derived import verify_derived
from archive.verify.file import opened, verify_structure
from archive.verify.log import LogPass, log_size
from archive.verify.report import Finding, Progress, Report, numbered, reading, rows

__all__ = ["Finding", "Known", "Report", "verify"]

_SAMPLE = 500  # of entries and of bodies: the newest, and as many evenly over the rest
_NOTES = 20  # signatures of stored checkpoints that are verified without `deep`: of the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A checkpoint whose signature was verified, and where it was kept."""

    where: str
    checkpoint: Checkpoint


def verify(
    path: Path,
    *,
    deep: bool = False,
    known: Sequence[Known] = (),
    keys: Sequence[VerifierKey] = (),
    roots: Sequence[str] = (),
    told: Progress = lambda what, done, of: None,
) -> Report:
    """Look at the structure, the log, and the digests of a sample; `deep` at everything.

    The archive must agree with each checkpoint in `known`; with one, all entries are hashed. `keys` are those of the
    archive's own checkpoints; by one of `roots` (PEM), if given, each time stamp must be signed. Raises HomeUnusable where it can't be looked at, NotOurDatabase, NewerArchive.
    """
    report = Report()
    with report.noting(), opened(path) as conn:
        told("structure", 0, 1)
        verify_structure(conn, path, report, deep=deep)
        told("structure", 1, 1)
        size = log_size(conn, path)
        whole = deep or bool(known)
        _verify_log(conn, report, size, range(1, size + 1) if whole else _sampled(size), known, keys, told, deep=deep)
        verify_time_stamps(conn, report, roots, deep=deep)
        _verify_bodies(conn, report, told, deep=deep)
        told("derived tables", 0, 1)
        verify_derived(conn, report, deep=deep)
        told("derived tables", 1, 1)
    return report


def _sampled(size: int) -> Container[int]:
    if size <= 2 * _SAMPLE:
        return range(1, size + 1)
    return {*range(1, size + 1, size // _SAMPLE), *range(size - _SAMPLE, size + 1)}


def _verify_log(
    conn: sqlite3.Connection,
    report: Report,
    size: int,
    wanted: Container[int],
    known: Sequence[Known],
    keys: Sequence[VerifierKey],
    told: Progress,
    *,
    deep: bool,
) -> None:
    whole = isinstance(wanted, range)
    observations = numbered(conn, "observation", OBSERVATIONS, size)
    columns = ColumnCheck(conn, report, whole=whole)

    restores: list[dict[str, Any]] = []

    def seen(seq: int, row: tuple[object, ...] | None, entry: dict[str, Any] | None) -> None:
        _, observation = next(observations)
        if entry is not None and entry["kind"] == "restore":
            restores.append(entry)
        if row is None:
            columns.lose()
        elif entry is not None or whole:
            columns.see(seq, row, entry, observation)

    stored = list(_stored_checkpoints(conn, report, keys, deep=deep))
    checkpoints = [*known, *stored]
    sizes = {item.checkpoint.size for item in checkpoints}
    passed = LogPass(conn, report, size=size, wanted=wanted)
    roots = passed.run(seen, sizes=sizes, step=lambda done: told("log", done, size))
    columns.finish()
    for item in checkpoints:
        with report.noting():
            _compare(item, roots.get(item.checkpoint.size), size, restores)


def _compare(item: Known, root: bytes | None, size: int, restores: Sequence[dict[str, Any]]) -> None:
    stated = item.checkpoint
    begun = next((entry for entry in reversed(restores) if entry["seq"] <= stated.size), None)
    if begun is not None and begun["origin"] not in (None, stated.origin):
        raise Damaged(
            "the log",
            f"entry {begun['seq']} says that a backup of {begun['backup']['size']} entries was put back: {item.where}, of the"
            f" log {stated.origin} at {stated.size}, is about entries that were lost then",
        )
    if root is None:
        raise Damaged(
            "the log",
            f"it has {size} entries, and {item.where} was made when it had {stated.size}: this is an older copy, or its end"
            " was cut off",
        )
    if root != stated.root:
        raise Damaged("the log", f"its first {stated.size} entries are not those that {item.where} was made of")


def _stored_checkpoints(
    conn: sqlite3.Connection, report: Report, keys: Sequence[VerifierKey], *, deep: bool
) -> Iterable[Known]:
    """The archive's own checkpoints, as far as each is one; signatures are verified where the key's name is known."""
    names = {key.name for key in keys}
    sql = "SELECT size, note FROM checkpoints ORDER BY size DESC"
    for count, (size, note) in enumerate(rows(conn, report, "the table checkpoints", sql)):
        what = f"the checkpoint at {size}"
        try:
            checkpoint = notes.parse_checkpoint(notes.parse_note(str(note)).text)
            if checkpoint.origin in names and (deep or count < _NOTES):
                notes.open_checkpoint(str(note), keys)
        except NoteError as error:
            report.damage(what, str(error))
            continue
        if checkpoint.size != size:
            report.damage(what, f"its note is of size {checkpoint.size}")
        yield Known(where=f"its own checkpoint at {size}", checkpoint=checkpoint)


def _verify_bodies(conn: sqlite3.Connection, report: Report, told: Progress, *, deep: bool) -> None:
    redacted: dict[str, int] = {}
    with report.noting(), reading("the redactions"):
        try:
            redacted = {item.body_sha256: item.seq for item in redactions(conn)}
        except (KeyError, TypeError, ValueError) as error:
            raise Damaged("the redactions", f"an entry of that kind is garbled ({error!r})") from error
    found: set[int] = set()
    for table, key in owners_of(conn):
        sql = f"SELECT DISTINCT {key} FROM {table} WHERE {key} IS NOT NULL"
        found.update(
            blob_id for (blob_id,) in rows(conn, report, f"the table {table}", sql) if isinstance(blob_id, int)
        )
    ids = sorted(found)
    report.stored_bodies = len(ids)
    bodies = BodyPass(conn, report, redacted)
    if deep:
        bodies.everything(ids, lambda done: told("bodies", done, len(ids)))
    else:
        chosen = _chosen(ids)
        bodies.sample(chosen, lambda done: told("bodies", done, len(chosen)))


def _chosen(ids: Sequence[int]) -> Collection[int]:
    if len(ids) <= 2 * _SAMPLE:
        return ids
    return [*ids[: -_SAMPLE : len(ids) // _SAMPLE], *ids[-_SAMPLE:]]
