"""What a look and a page of the reading room cost in an archive of 10,000, 100,000 and 1,000,000 looks, in processor time.

    python benchmarks/measure_size.py [--pages 60] [--sizes 10000,100000,1000000] [--looks 600] [--home DIR] [--json]

A day of hourly looks at pages of `watched_pages.py` goes through the store. Then its rows are copied, again and again a day later, until
there are as many looks as wanted: entries, nodes, bodies, observations and judgements as rows and in all indexes, with digests made up (such
an archive has the size and the shape of a true one, and `verify` would have much to say). In each, real looks follow, one transaction each with
its sync, and pages are asked for in process. Exits 1 where anything takes more than twice as long at the largest as at the smallest size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

from measure_years import START, Simulation, begin
from watched_pages import LARGE_EVERY, WatchedPage

from archive.checkpoints import KEY, LAST_NOTE
from archive.growth import growth
from archive.reading import open_reader
from scraper.serve_site import make_datasette

TIMES = 2.0  # as long, at most
GROWING = {"MB", "timemap", "calendar"}  # the latter two tell of every look at a page, of all times or of a year
DAY = timedelta(days=1)

_COPIES = """
INSERT INTO blobs (id, sha256, size_bytes, base_id, depth, data)
    SELECT id + :bodies, randomblob(32), size_bytes, base_id, depth, data FROM blobs WHERE id BETWEEN :first_body AND :last_body;
INSERT INTO entries (seq, kind, page_id, base_seq, leaf, entry)
    SELECT seq + :seqs, kind, page_id, base_seq, randomblob(32), entry FROM entries WHERE seq BETWEEN :first AND :last;
INSERT INTO observations (seq, page_id, observed_at, duration_ms, via, http_status, outcome, reason, received_bytes, body_id)
    SELECT seq + :seqs, page_id, strftime('%Y-%m-%dT%H:%M:%S', observed_at, :later) || substr(observed_at, 20),
        duration_ms, via, http_status, outcome, reason, received_bytes, iif(body_id < :first_body, body_id, body_id + :bodies)
    FROM observations WHERE seq BETWEEN :first AND :last;
INSERT INTO judgements (reading_id, seq, outcome, reason, revision_id, facts)
    SELECT reading_id, seq + :seqs, iif(outcome = 'changed', 'unchanged', outcome), reason, revision_id, facts
    FROM judgements WHERE seq BETWEEN :first AND :last;
"""
_NODES = """
INSERT INTO log_nodes (level, idx, hash)
WITH RECURSIVE numbers (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
SELECT :level, n, randomblob(32) FROM numbers WHERE :first <= :last
"""


class Stretched:
    """An archive whose last day is put after itself as often as wanted, or in time before itself."""

    def __init__(self, simulation: Simulation, first_seq: int, first_body: int, *, before: bool = False) -> None:
        self._sign = "-" if before else "+"
        self._simulation, self._conn = simulation, simulation.archive.conn
        self._first, self._first_body = first_seq, first_body
        self._last, self._last_body = self._ends()
        self._day = simulation.at
        self._copies = 0

    def to(self, looks: int) -> None:
        """Until there are so many looks."""
        while self._ends()[0] < looks:
            self._copy()
        shift = (self._copies + 1) * DAY
        self._simulation.at = max(self._simulation.at, self._day + shift)

    def _copy(self) -> None:
        self._copies += 1
        begun, bodies = self._ends()
        values = {
            "first": self._first,
            "last": self._last,
            "first_body": self._first_body,
            "last_body": self._last_body,
            "seqs": begun + 1 - self._first,
            "bodies": bodies + 1 - self._first_body,
            "later": f"{self._sign}{self._copies} days",
        }
        with self._simulation.archive.transaction() as conn:
            for statement in _COPIES.split(";\n"):
                conn.execute(statement, values)
            ended = self._ends()[0]
            for level in range(1, ended.bit_length()):
                conn.execute(_NODES, {"level": level, "first": begun >> level, "last": (ended >> level) - 1})
            conn.execute(
                "UPDATE page_states SET last_seq = (SELECT max(seq) FROM observations o WHERE o.page_id = page_states.page_id)"
            )

    def _ends(self) -> tuple[int, int]:
        seq, body = self._conn.execute("SELECT (SELECT max(seq) FROM entries), (SELECT max(id) FROM blobs)").fetchone()
        return int(seq), int(body)


def stretched_after(home: Path, simulation: Simulation) -> Stretched:
    """Two days of looks at these pages, ready to be stretched. Nothing is signed any more: digests are made up."""
    conn, first_day = simulation.archive.conn, simulation.at + DAY
    simulation.run(first_day)
    seq, body = conn.execute("SELECT (SELECT max(seq) FROM entries), (SELECT max(id) FROM blobs)").fetchone()
    simulation.run(first_day + DAY)
    (home / KEY).unlink()
    (home / LAST_NOTE).unlink(missing_ok=True)
    return Stretched(simulation, seq + 1, body + 1)


def measured(home: Path, pages: int, sizes: list[int], looks: int) -> dict[int, dict[str, float]]:
    watched = [WatchedPage(number) for number in range(pages + 7) if number % LARGE_EVERY != 7][:pages]
    archive, simulation = begin(home, "https://www{host}.ministry.example", watched, START)
    found: dict[int, dict[str, float]] = {}
    with archive:
        stretched = stretched_after(home, simulation)
        for size in sizes:
            stretched.to(size)
            archive.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            archive.conn.execute("PRAGMA synchronous = FULL")
            found[size] = {"look": store_ms(simulation, looks), **read_ms(home, simulation, watched)}
            found[size]["MB"] = (home / "archive.db").stat().st_size / 1e6
            archive.conn.execute("PRAGMA synchronous = OFF")
            print(f"{size:,}: {found[size]}", file=sys.stderr)
    return found


def store_ms(simulation: Simulation, looks: int) -> float:
    """Milliseconds of processor time in a look's transaction: of five batches the least mean, since the machine may be busy."""
    found = []
    for _ in range(5):
        begun, spent_s = simulation.counts["looks"], simulation.store_cpu_s
        while simulation.counts["looks"] < begun + looks // 5:
            simulation.run(simulation.at + timedelta(hours=1))
        found.append(1000 * (simulation.store_cpu_s - spent_s) / (simulation.counts["looks"] - begun))
    return min(found)


def read_ms(home: Path, simulation: Simulation, watched: list[WatchedPage]) -> dict[str, float]:
    """The least processor time of seven: what `status` reads, and pages of the reading room."""

    def status() -> None:
        with open_reader(home / "archive.db") as reader:
            reader.status()
            growth(reader.conn, home, simulation.at)

    found = {"status": spent_ms(status)}
    site, slug = make_datasette(home / "archive.db"), watched[0].slug
    seq = simulation.archive.conn.execute("SELECT max(seq) FROM observations").fetchone()[0]
    (seq_slug,) = simulation.archive.conn.execute(
        "SELECT slug FROM pages WHERE id = (SELECT page_id FROM observations WHERE seq = ?)", (seq,)
    ).fetchone()
    paths = {
        "/": "/",
        "/page/SLUG": f"/page/{slug}",
        "revision": f"/page/{slug}/1",
        "at": f"/page/{seq_slug}/at/{seq}",
        "looks": f"/page/{slug}/looks",
        "calendar": f"/page/{slug}/calendar",
        "lifetimes": f"/page/{slug}/lifetimes",
        "search": "/search?q=commission",
        "when": "/when?phrase=the%20Commission",
        "health": "/-/health.json",
        "feed": f"/page/{slug}/feed.atom",
        "timemap": f"/timemap/link/{simulation.pages[slug][0].url}",
    }
    with asyncio.Runner() as runner:
        for name, path in paths.items():

            def ask(path: str = path) -> None:
                answer = runner.run(site.client.get(path))
                assert answer.status_code == 200, (path, answer.status_code)

            found[name] = spent_ms(ask)
    return found


def spent_ms(act: Callable[[], object]) -> float:
    act()
    spent = []
    for _ in range(7):
        began_s = time.process_time()
        act()
        spent.append((time.process_time() - began_s) * 1000)
    return min(spent)


def print_table(found: dict[int, dict[str, float]]) -> None:
    print(f"{'milliseconds of processor time':32}" + "".join(f"{size:>14,}" for size in found) + f"{'times':>8}")
    for name in next(iter(found.values())):
        row = [one[name] for one in found.values()]
        print(f"{name:32}" + "".join(f"{value:14.2f}" for value in row) + f"{row[-1] / row[0]:8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--looks", type=int, default=600, help="real ones at each size")
    parser.add_argument("--home", type=Path, help="an empty folder that is kept")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with nullcontext(options.home) if options.home else tempfile.TemporaryDirectory() as home:
        found = measured(Path(home), options.pages, sizes, options.looks)
    print(json.dumps(found, indent=1)) if options.json else print_table(found)
    first, last = found[sizes[0]], found[sizes[-1]]
    slower = [name for name in first if name not in GROWING and last[name] > TIMES * first[name]]
    for name in slower:
        print(f"BROKEN {name}: {last[name] / first[name]:.1f} times as long", file=sys.stderr)
    sys.exit(bool(slower))


if __name__ == "__main__":
    main()
