"""The time stamps of checkpoints: whole as they came, of the checkpoint that they lie beside, signed as it was believed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from archive.bodies import ZstdError, unpack
from archive.bundle_verifier import Wrong, time_stamp
from archive.errors import Damaged
from archive.time_stamps import StampingUnavailable, TimeStampWrong, open_by, open_time_stamp
from archive.verify.report import Finding, Report, rows

_SAMPLE = 20  # without `deep`: of the newest

_STAMPS = (
    "SELECT t.id, t.size, t.at, t.roots, t.response, c.note FROM time_stamps t LEFT JOIN checkpoints c ON c.size = t.size"
    " ORDER BY t.id DESC"
)


def verify_time_stamps(conn: sqlite3.Connection, report: Report, roots: Sequence[str], *, deep: bool) -> None:
    """Each stored time stamp against its checkpoint, by the certificates it was believed by, and by one of `roots` if given."""
    present = rows(conn, report, "the schema", "SELECT 1 FROM sqlite_schema WHERE name = 'time_stamps'")
    if not list(present):  # a file of an earlier version
        return
    unread = 0
    for count, row in enumerate(rows(conn, report, "the table time_stamps", _STAMPS)):
        if count == _SAMPLE and not deep:
            break
        with report.noting():
            try:
                _verify(row, roots)
            except StampingUnavailable:
                unread += 1
    if unread:
        how = "not checked who signed them: that takes the package rfc3161-client (pip install 'variorum[evidence]')"
        report.findings.append(Finding(what=f"{unread} time stamps", how=how, is_damage=False))


def _verify(row: tuple[object, ...], roots: Sequence[str]) -> None:
    number, size, at, believed, packed, note = row
    what = f"the time stamp {number} of the checkpoint at {size}"
    if not isinstance(packed, bytes):
        raise Damaged(what, "its bytes are not stored as bytes")
    try:
        response = unpack(packed)
        stated, _ = time_stamp(response)
    except ZstdError as error:
        raise Damaged(what, f"it can't be decoded ({error})") from error
    except Wrong as error:
        raise Damaged(what, str(error)) from error
    if stated != at:
        raise Damaged(what, f"the column at says {at}, and the time stamp {stated}")
    try:
        open_time_stamp(response, str(note), roots=str(believed))
    except TimeStampWrong as error:
        raise Damaged(what, str(error)) from error
    try:
        open_by(response, str(note), roots or [str(believed)])
    except TimeStampWrong as error:
        raise Damaged(what, f"by the root certificates given: {error}") from error
