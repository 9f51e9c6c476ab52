"""What was taken down: bodies whose bytes are gone, by the entry that says so (docs/evidence.md, "Redactions")."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from archive.evidence import Json
from archive.log import read_entry


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


def redactions(conn: sqlite3.Connection) -> list[Redaction]:
    """All of them, oldest first. Raises Damaged where one can't be read."""
    found = conn.execute("SELECT seq FROM entries WHERE kind = 'redact' ORDER BY seq").fetchall()
    return [redaction_of(json.loads(read_entry(conn, seq))) for (seq,) in found]
