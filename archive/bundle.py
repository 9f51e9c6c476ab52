"""Proof bundles: one entry with all that a stranger needs to check it offline, as a zip file, and checking one.

The same archive and checkpoint give the same bytes. Checking is done by the script that lies in every bundle
(`archive.bundle_verifier`, standard library alone), so that both say the same.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive import bundle_verifier, merkle, notes
from archive.anchors import Stamped, first_time_stamp
from archive.bodies import read_body
from archive.bundle_page import page
from archive.checkpoints import NoCheckpoint, newest_note
from archive.errors import Damaged, HomeUnusable, NotInArchive, Redacted, VariorumError
from archive.evidence import Json
from archive.log import log_node, next_seq, read_entry
from archive.notes import NoteError, Proof, VerifierKey
from archive.redactions import redactions
from archive.time_stamps import StampingUnavailable, TimeStampWrong, open_by, read_roots

_MADE = (1980, 1, 1, 0, 0, 0)  # of every file in a bundle: the least that a zip file can say


class NoEntry(NotInArchive):
    """A number that no entry of the log has."""

    def __init__(self, seq: int, last: int) -> None:
        super().__init__(f"No entry {seq} in this archive's log. It has {last}.")


class NotProved(VariorumError):
    """A bundle that does not hold."""

    exit_code = 9

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"{path}: NOT PROVED: {why}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A page's text as it was read from one body."""

    text: str
    version: str
    then: bool  # as the entry states it, not by a later reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What a bundle has to show."""

    entry: Json
    origin: str
    size: int
    key: VerifierKey
    redacted_by: int | None = None
    later: tuple[tuple[int, str], ...] = field(default=())  # (entry, kind) of the acts on this observation
    text: Text | None = None
    stamped: Stamped | None = None


def make_bundle(conn: sqlite3.Connection, seq: int, keys: list[VerifierKey]) -> bytes:
    """The bundle of one entry, by the first checkpoint of it that has a time stamp, or else by the newest.

    Raises NoEntry, NoCheckpoint where none covers it yet, Damaged where it would not hold.
    """
    last = next_seq(conn) - 1
    if not 1 <= seq <= last:
        raise NoEntry(seq, last)
    stamped = first_time_stamp(conn, seq)
    newest = newest_note(conn, covering=seq)
    if newest is None:
        raise NoCheckpoint(seq)
    note = stamped.note if stamped else newest[1]
    data = read_entry(conn, seq)
    checkpoint = _believed(note, keys)
    path = merkle.inclusion_path(seq - 1, checkpoint.size, lambda *at: log_node(conn, *at))
    proof = Proof(index=seq - 1, path=tuple(path), checkpoint=note)
    try:
        notes.verify_proof(proof, merkle.leaf_hash(data), keys)
    except NoteError as error:
        raise Damaged(f"entry {seq}", f"it can't be proved: {error}") from error
    entry: Json = json.loads(data)
    key = next(key for key in keys if key.name == checkpoint.origin)
    files = {"entry.json": data, "entry.tlog-proof": proof.text.encode(), "log.vkey": f"{key.text}\n".encode()}
    if stamped is not None:
        files["checkpoint.txt"] = note.encode()
        files["checkpoint.tsr"] = stamped.response
        files["authority.pem"] = stamped.roots.encode()
    redacted_by, text = None, None
    if entry["kind"] == "observation":
        redacted_by = _put_body(conn, entry, files)
        _put_rendering(conn, entry["seq"], files)
        if entry["status"] is not None:
            files["headers.txt"] = bundle_verifier.head(entry)
        text = _text(conn, entry)
        if text is not None:
            files["text.txt"] = text.text.encode()
    exhibit = Exhibit(
        entry=entry,
        origin=checkpoint.origin,
        size=checkpoint.size,
        key=key,
        redacted_by=redacted_by,
        later=_later(conn, seq),
        text=text,
        stamped=stamped,
    )
    files["index.html"] = page(exhibit, files.keys()).encode()
    files["verify.py"] = Path(bundle_verifier.__file__).read_bytes()
    return _zipped(files)


def _believed(note: str, keys: list[VerifierKey]) -> notes.Checkpoint:
    try:
        return notes.open_checkpoint(note, keys)
    except NoteError as error:
        raise Damaged("the newest checkpoint", str(error)) from error


def _put_body(conn: sqlite3.Connection, entry: Json, files: dict[str, bytes]) -> int | None:
    """Put the body among the files; returns the entry that redacted it, if one did."""
    (body_id,) = conn.execute("SELECT body_id FROM observations WHERE seq = ?", (entry["seq"],)).fetchone()
    if body_id is None:
        return None
    try:
        files["body.bin"] = read_body(conn, body_id)
    except Redacted:
        return next((item.seq for item in redactions(conn) if item.body_sha256 == entry["body_sha256"]), None)
    return None


def _put_rendering(conn: sqlite3.Connection, seq: int, files: dict[str, bytes]) -> None:
    """Put what a browser received and showed among the files, as far as it was not redacted."""
    row = conn.execute("SELECT received_id, screenshot_id FROM renderings WHERE seq = ?", (seq,)).fetchone()
    for name, blob_id in zip(("received.bin", "screenshot.png"), row or (), strict=False):
        if blob_id is not None:
            with suppress(Redacted):
                files[name] = read_body(conn, blob_id)


def _text(conn: sqlite3.Connection, entry: Json) -> Text | None:
    """The text as the entry states it, where a reading still has it; else that of the current reading."""
    stated = entry["judged"]["text_sha256"]
    sql = (
        "SELECT v.text, r.version, v.text_sha256 IS ?1 AS stated FROM observations o JOIN readings r ON r.page_id = o.page_id"
        " JOIN judgements j ON j.reading_id = r.id AND j.seq = o.seq JOIN revisions v ON v.id = j.revision_id"
        " WHERE o.seq = ?2 AND v.text != '' AND (stated OR r.is_current) ORDER BY stated DESC, r.number DESC LIMIT 1"
    )
    row = conn.execute(sql, (stated, entry["seq"])).fetchone()
    return Text(text=row[0], version=row[1], then=bool(row[2])) if row else None


def _later(conn: sqlite3.Connection, seq: int) -> tuple[tuple[int, str], ...]:
    rows = conn.execute("SELECT seq, kind FROM acts WHERE observation_seq = ? ORDER BY seq", (seq,)).fetchall()
    return tuple((row[0], row[1]) for row in rows)


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for name in sorted(files):
            item = zipfile.ZipInfo(name, _MADE)
            item.external_attr = 0o644 << 16
            item.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(item, files[name])
    return out.getvalue()


def check_bundle(path: Path, keys: list[VerifierKey], roots: Sequence[str] = ()) -> list[str]:
    """What a bundle proves, line by line, by these keys or, without any, by the one that came with it.

    A time stamp is checked by one of `roots` (PEM), or by the certificates that came with it. Raises NotProved where something does not hold, HomeUnusable where it can't be read.
    """
    try:
        files = bundle_verifier.read_files(path)
    except (OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zipfile.BadZipFile) as error:
        raise HomeUnusable(
            path, f"can't be read ({error})", "Name a bundle that was made with: variorum prove"
        ) from error
    try:
        lines = list(bundle_verifier.check(files, "".join(f"{key.text}\n" for key in keys) if keys else None))
        return [*lines, *_signer_lines(files, roots)]
    except (bundle_verifier.Wrong, TimeStampWrong) as error:
        raise NotProved(path, str(error)) from error


def _signer_lines(files: dict[str, bytes], roots: Sequence[str]) -> list[str]:
    """Who signed the time stamp in a bundle, which its script can't say. Raises TimeStampWrong."""
    if "checkpoint.tsr" not in files:
        return []
    if not roots and "authority.pem" not in files:
        return ["Who signed the time stamp was not checked: give its authority's root certificate with --root."]
    note, trusted = files["checkpoint.txt"].decode(), roots or [read_roots(files["authority.pem"])]
    try:
        found = open_by(files["checkpoint.tsr"], note, trusted)
    except StampingUnavailable as error:
        return [f"Who signed the time stamp was not checked. {error}"]
    whose = "" if roots else " That root came with this bundle: compare it, or give it with --root."
    return [f"The time stamp of {found.at} is signed by {found.signer}, under the root certificate given.{whose}"]
