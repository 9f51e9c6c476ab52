"""Cool-downs: until when a host that was in trouble, or asked for rest, is left alone. Operational; kept over restarts."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.model import parse_utc, utc_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolDown:
    """What a host's last look brought on it."""

    since: datetime  # of that look
    until: datetime
    failures: int  # in a row


CoolDowns = Mapping[str, CoolDown | None]  # by host; None: it is well again


def cool_downs(conn: sqlite3.Connection) -> dict[str, CoolDown]:
    """Those of all hosts whose last look met trouble, also where their time is up: the next failure counts on."""
    rows = conn.execute("SELECT host, since, until, failures FROM cool_downs").fetchall()
    return {
        host: CoolDown(since=parse_utc(since), until=parse_utc(until), failures=failures)
        for host, since, until, failures in rows
    }


def note_cool_downs(conn: sqlite3.Connection, changed: CoolDowns) -> None:
    """Keep what became of these hosts. Call inside a transaction."""
    for host, found in changed.items():
        if found is None:
            conn.execute("DELETE FROM cool_downs WHERE host = ?", (host,))
        else:
            conn.execute(
                "INSERT OR REPLACE INTO cool_downs (host, since, until, failures) VALUES (?, ?, ?, ?)",
                (host, utc_text(found.since), utc_text(found.until), found.failures),
            )
