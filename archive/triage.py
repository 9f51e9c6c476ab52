"""Triage: that a change was seen, and notes on pages, as entries of the log that nobody can take back."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from archive.evidence import Json
from archive.log import append


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A person's word on a page, or on the change that an observation showed first."""

    kind: Literal["seen", "note"]
    actor: str
    observation_seq: int | None = None
    text: str = ""


def remark(conn: sqlite3.Connection, page_id: int, slug: str, word: Remark, at: str) -> int:
    """Record it; returns the seq of its entry."""
    entry: Json = {
        "kind": word.kind,
        "page": slug,
        "observation": word.observation_seq,
        "at": at,
        "actor": word.actor,
        "text": word.text,
    }
    seq = append(conn, word.kind, page_id, entry)
    columns = triage_columns(entry)
    conn.execute(
        f"INSERT INTO triage (seq, page_id, {', '.join(columns)}) VALUES (?, ?{', ?' * len(columns)})",
        (seq, page_id, *columns.values()),
    )
    return seq


def triage_columns(entry: Json) -> Json:
    """The columns of `triage` as the entry states them, all but its keys."""
    return {
        "kind": entry["kind"],
        "observation_seq": entry["observation"],
        "at": entry["at"],
        "actor": entry["actor"],
        "text": entry["text"],
    }
