"""What was taken down: bodies whose bytes are gone, by the entry that says so (docs/evidence.md, "Redactions")."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from archive.bodies import is_redacted
from archive.evidence import Json
from archive.log import read_entry
from archive.model import Interpretation, Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """One entry of kind `redact`."""

    seq: int
    body_sha256: str
    observations: tuple[int, ...]
    why: str


def redaction_of(entry: Json) -> Redaction:
    return Redaction(
        seq=entry["seq"],
        body_sha256=entry["body_sha256"],
        observations=tuple(entry["observations"]),
        why=entry["why"],
    )


def as_redacted(memory: str, *, version: str) -> Interpretation:
    """What becomes of a look whose body was taken down: nothing is learnt from it."""
    return Interpretation(verdict=Verdict(outcome=Outcome.HELD, reason="redacted", version=version), memory=memory)


def without_redacted(
    conn: sqlite3.Connection, digest: bytes | None, interpretation: Interpretation, memory: str
) -> Interpretation:
    """The interpretation of a look at a body of this SHA-256; one taken down before is not read when it comes again."""
    if digest is None:
        return interpretation
    row = conn.execute("SELECT id FROM blobs WHERE sha256 = ?", (digest,)).fetchone()
    if row is None or not is_redacted(conn, row[0]):
        return interpretation
    return as_redacted(memory, version=interpretation.verdict.version)


def redactions(conn: sqlite3.Connection) -> list[Redaction]:
    """All of them, oldest first. Raises Damaged where one can't be read."""
    found = conn.execute("SELECT seq FROM entries WHERE kind = 'redact' ORDER BY seq").fetchall()
    return [redaction_of(json.loads(read_entry(conn, seq))) for (seq,) in found]
