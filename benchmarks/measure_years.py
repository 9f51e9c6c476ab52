"""The room that years of looks take: hourly looks at simulated pages through the store's own transaction, under a clock that is told.

    python benchmarks/measure_years.py [--pages 300] [--days 14] [--years 5] [--home DIR] [--json]

The pages are those of `watched_pages.py`; what they answer is read by the interpreter and stored by `Archive.record`, each look with its
transaction, and sealed as often as a service does it. Syncs of the disk are left out: they take time and no room. What is shown by table
and index is counted by SQLite (dbstat). The room after `--years` is not measured but reckoned: what grew in the second half of the run goes
on in the same way. Exits 1 where that is more than 8 GB for 300 hourly pages over five years, or its share.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from watched_pages import WatchedPage

from archive.checkpoints import make_checkpoint, make_key
from archive.diff import compare
from archive.growth import growth, lacks_size, note_size
from archive.model import Capture, Interpretation, Tls
from archive.store import Archive, NextDue, PageState
from scraper import watchlist
from scraper.check import Look, current_state, page_settings, understood
from scraper.interpret import VERSION, interpret, needs_body
from scraper.service import SEAL_EVERY_S
from scraper.watchlist import Page

PROMISED_BYTES, PROMISED_LOOKS = 8_000_000_000, 300 * 24 * 365 * 5
FULL_EVERY = 24
START = datetime(2020, 1, 1, tzinfo=UTC)
_CHAIN = tuple(hashlib.sha256(name).hexdigest() for name in (b"leaf", b"intermediate"))


class Inline:
    """Reads and compares in this process; stands for the parsers."""

    read = staticmethod(interpret)
    compare = staticmethod(compare)


@dataclass(slots=True, kw_only=True)
class Simulation:
    """Looks at pages, each an hour and up to five minutes after the one before, in the order of time."""

    archive: Archive
    pages: dict[str, tuple[Page, WatchedPage]]
    at: datetime
    counts: Counter[str] = field(default_factory=Counter)
    store_s: float = 0.0  # within the store's transactions
    store_cpu_s: float = 0.0
    _sealed: datetime | None = None
    _read: dict[str, tuple[object, Interpretation] | None] = field(default_factory=dict)

    def run(self, until: datetime, told: Callable[[datetime], None] = lambda at: None) -> None:
        """Look at all pages until that time; `told` hears of each simulated hour that is over."""
        rng = Random(f"due:{self.at}")
        due = {slug: self.at + timedelta(seconds=rng.uniform(0, 3600)) for slug in self.pages}
        while self.at < until:
            end = self.at + timedelta(hours=1)
            for at, slug in sorted((at, slug) for slug, at in due.items() if at < end):
                due[slug] = self.look(slug, at, rng)
                self._seal(at)
            self.at = end
            told(end)

    def look(self, slug: str, at: datetime, rng: Random) -> datetime:
        """One look; returns when the page is due again."""
        page, watched = self.pages[slug]
        at = at.replace(microsecond=rng.randrange(1_000_000))
        due = at + timedelta(seconds=3600 + rng.uniform(0, 300))
        state = current_state(self.archive, page, reading=Inline(), at=at)
        capture = self._asked(page, watched, state, at, rng)
        seen = self._understood(page, watched, state, capture)
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        recorded = self.archive.record(
            seen.state, seen.capture, seen.interpretation, NextDue(at=due), (), seen.comparison
        )
        self.store_s += time.perf_counter() - began_s
        self.store_cpu_s += time.process_time() - began_cpu_s
        outcome = recorded.derived.outcome
        self.counts[
            f"{watched.kind} {'failed' if outcome == 'failed' else outcome if outcome != 'unchanged' else recorded.derived.reason or outcome}"
        ] += 1
        self.counts["looks"] += 1
        return due

    def _asked(self, page: Page, watched: WatchedPage, state: PageState, at: datetime, rng: Random) -> Capture:
        full = state.looks_since_full + 1 >= FULL_EVERY or needs_body(state.memory)
        etag = None if full else state.etag
        answer = watched.answer(at, etag=etag)
        digest = None if answer.body is None else hashlib.sha256(b"gzip" + answer.body).hexdigest()
        validators = () if etag is None else (("If-None-Match", etag), ("If-Modified-Since", state.last_modified or ""))
        return Capture(
            url=page.url,
            final_url=page.url,
            observed_at=at,
            duration_us=rng.randint(40_000, 900_000),
            request_headers=(
                ("Host", page.url.split("/")[2]),
                ("User-Agent", "variorum/1 (+mailto:archive@example.org)"),
                ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"),
                ("Accept-Encoding", "gzip, deflate"),
                *validators,
            ),
            http_version="HTTP/1.1",
            status=answer.status,
            status_reason={200: "OK", 304: "Not Modified", 503: "Service Unavailable"}[answer.status],
            headers=answer.headers,
            body=answer.body,
            wire_bytes=len(answer.body or b"") // 4,
            wire_sha256=digest,
            peer="192.0.2.10:443",
            addresses=("192.0.2.10", "192.0.2.11"),
            tls=Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", chain_sha256=_CHAIN, verified=True),
            conditional=etag is not None,
        )

    def _understood(self, page: Page, watched: WatchedPage, state: PageState, capture: Capture) -> Look:
        """Reads what came, unless the same, but for what changes by itself, was read just before and taught nothing."""
        shown = (capture.status, watched.shown(capture.observed_at))
        before = self._read.get(page.slug)
        if before is not None and before[0] == shown and before[1].memory == state.memory:
            return Look(page=page, state=state, capture=capture, interpretation=before[1])
        seen = understood(page, state, capture, Inline())  # type: ignore[arg-type]
        quiet = capture.status == 200 and seen.interpretation.same and seen.interpretation.memory == state.memory
        self._read[page.slug] = (shown, seen.interpretation) if quiet else None
        return seen

    def _seal(self, at: datetime) -> None:
        if self._sealed is not None and at - self._sealed < timedelta(seconds=SEAL_EVERY_S):
            return
        self._sealed = at
        if lacks_size(self.archive.conn, at):
            with self.archive.transaction() as conn:
                note_size(conn, at)
        make_checkpoint(self.archive, at=at)


def begin(home: Path, address: str, watched: Sequence[WatchedPage], at: datetime) -> tuple[Archive, Simulation]:
    """A new home with these pages under an address such as `https://ministry{host}.example`, sealed by a key of its own."""
    text = list_text(address, watched)
    (home / watchlist.FILE_NAME).write_text(text, "utf-8")
    listed = watchlist.parse(text)
    archive = Archive.open(home, holder="measure_years")
    archive.conn.execute("PRAGMA synchronous = OFF")
    make_key(home, "archive.example/log")
    archive.sync_pages([page_settings(page) for page in listed.pages], version=VERSION, at=at)
    pages = {page.slug: (page, one) for page, one in zip(listed.pages, watched, strict=True)}
    return archive, Simulation(archive=archive, pages=pages, at=at)


def list_text(address: str, watched: Iterable[WatchedPage], *, every: str = "1h", fetch: str = "") -> str:
    """The watch list of these pages; three in a row state the same thing."""
    pages = "".join(
        f'[[page]]\nslug = "{page.slug}"\nurl = "{url_of(address, page)}"\nstatement = "s{page.number // 3}"\n'
        f'tags = ["t{page.number % 9}"]\n'
        for page in watched
    )
    return f'contact = "archive@example.org"\n[defaults]\nevery = "{every}"\n[fetch]\n{fetch}\n{pages}'


def url_of(address: str, page: WatchedPage) -> str:
    """Six pages share a host."""
    return address.format(host=page.number // 6) + page.path


# -- figures


def rooms(conn: sqlite3.Connection) -> dict[str, int]:
    """Bytes by table and index; free pages, which are used before the file grows, are left out."""
    return dict(conn.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall())


def counted(conn: sqlite3.Connection) -> dict[str, int]:
    """Rows of what grows."""
    names = ("entries", "blobs", "revisions", "passages", "checkpoints")
    return {name: conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def kinds_of_looks(conn: sqlite3.Connection) -> list[tuple[str, int, float, float]]:
    """(kind, looks, mean bytes of its entry, mean bytes of its body) of what looks came to, bodies that are shared counted once."""
    return conn.execute(
        """
        SELECT CASE WHEN o.outcome IN ('new', 'changed') THEN 'new revision' WHEN o.outcome <> 'unchanged' THEN 'failed, held'
            WHEN o.body_id IS NULL THEN '304' WHEN b.first = o.seq THEN 'differing body' ELSE 'equal body' END AS came,
            count(*), avg(length(e.entry)), avg(iif(b.first = o.seq, b.size, 0))
        FROM observations o JOIN entries e ON e.seq = o.seq
        LEFT JOIN (SELECT body_id, min(seq) AS first, (SELECT length(data) FROM blobs WHERE id = body_id) AS size
            FROM observations GROUP BY body_id) b ON b.body_id = o.body_id
        GROUP BY came ORDER BY 2 DESC
        """
    ).fetchall()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The file at one time of the simulation."""

    looks: int
    used_bytes: int
    rooms: dict[str, int]
    rows: dict[str, int]


def state_of(simulation: Simulation) -> State:
    conn = simulation.archive.conn
    found = rooms(conn)
    return State(looks=simulation.counts["looks"], used_bytes=sum(found.values()), rooms=found, rows=counted(conn))


def measured(home: Path, pages: int, days: float, years: float) -> dict[str, Any]:
    """Runs the simulation and reckons the rest."""
    archive, simulation = begin(
        home, "https://www{host}.ministry.example", [WatchedPage(n) for n in range(pages)], START
    )
    with archive:
        end = START + timedelta(days=days)
        began_s = time.perf_counter()
        simulation.run(START + timedelta(days=days / 2), _hours(simulation, began_s))
        half, spent_s = state_of(simulation), simulation.store_s
        forecast = growth(archive.conn, home, simulation.at)
        simulation.run(end, _hours(simulation, began_s))
        whole = state_of(simulation)
        kinds = kinds_of_looks(archive.conn)
    looks = whole.looks - half.looks
    a_look = {name: (size - half.rooms.get(name, 0)) / looks for name, size in whole.rooms.items()}
    total = pages * 24 * 365 * years
    projected = whole.used_bytes + (total - whole.looks) * (whole.used_bytes - half.used_bytes) / looks
    said = None if forecast.bytes_a_day is None else half.used_bytes + forecast.bytes_a_day * days / 2
    return {
        "pages": pages,
        "days": days,
        "looks": whole.looks,
        "used_bytes": whole.used_bytes,
        "bytes_a_look": whole.used_bytes / whole.looks,
        "bytes_a_look_second_half": (whole.used_bytes - half.used_bytes) / looks,
        "by_table_and_index": dict(sorted(a_look.items(), key=lambda item: -item[1])),
        "kinds": [dict(zip(("kind", "looks", "entry_bytes", "body_bytes"), row, strict=True)) for row in kinds],
        "counts": dict(simulation.counts),
        "rows": whole.rows,
        "years": years,
        "projected_bytes": projected,
        "promised_bytes": PROMISED_BYTES * total / PROMISED_LOOKS,
        "forecast_bytes_at_end": said,
        "store_ms_first_half": 1000 * spent_s / half.looks,
        "store_ms_second_half": 1000 * (simulation.store_s - spent_s) / looks,
    }


def _hours(simulation: Simulation, began_s: float) -> Callable[[datetime], None]:
    def told(at: datetime) -> None:
        if at.hour == 0 and (at.day % 5 == 1 or sys.stderr.isatty()):
            looks = simulation.counts["looks"]
            print(
                f"{at:%Y-%m-%d} {looks:,} looks, {looks / (time.perf_counter() - began_s):.0f} a second",
                file=sys.stderr,
            )

    return told


def print_table(found: dict[str, Any]) -> None:
    print(
        f"{found['pages']} hourly pages, {found['days']:g} days: {found['looks']:,} looks, {found['used_bytes']:,} bytes"
    )
    print(
        f"{found['bytes_a_look']:.0f} bytes a look, {found['bytes_a_look_second_half']:.0f} in the second half, of which:\n"
    )
    for name, size in found["by_table_and_index"].items():
        if abs(size) >= 0.5:
            print(f"    {name:40}{size:8.1f}")
    print(
        f"\n{'what a look came to':40}{'looks':>10}{'entry':>8}{'body':>8}  mean bytes as stored, without rows' heads"
    )
    for row in found["kinds"]:
        print(f"    {row['kind']:36}{row['looks']:10,}{row['entry_bytes']:8.0f}{row['body_bytes']:8.0f}")
    print(f"\n{found['rows']}")
    print(
        f"transaction: {found['store_ms_first_half']:.2f} ms a look in the first half, {found['store_ms_second_half']:.2f} in the second"
    )
    if found["forecast_bytes_at_end"] is not None:
        ratio = found["forecast_bytes_at_end"] / found["used_bytes"]
        print(
            f"status at half time forecast {found['forecast_bytes_at_end']:,.0f} bytes at the end: {ratio:.3f} of what it then was"
        )
    print(
        f"{found['years']:g} years, reckoned: {found['projected_bytes'] / 1e9:.2f} GB (promised: {found['promised_bytes'] / 1e9:.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--days", type=float, default=14)
    parser.add_argument("--years", type=float, default=5)
    parser.add_argument("--home", type=Path, help="an empty folder that is kept")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    kept = nullcontext(options.home) if options.home else tempfile.TemporaryDirectory()
    with kept as home:
        found = measured(Path(home), options.pages, options.days, options.years)
    print(json.dumps(found, indent=1)) if options.json else print_table(found)
    sys.exit(found["projected_bytes"] > found["promised_bytes"])


if __name__ == "__main__":
    main()
