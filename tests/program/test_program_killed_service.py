"""`variorum serve` on real page histories while it is killed every few seconds: the same record as when nobody disturbs it.

Each look at a page sees what the archive's own count of its looks says, so that look number n sees the same bytes in every run,
however often it was cut off before. Takes a quarter of an hour, so it runs where CORPUS=all (`make corpus`).
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.environ.get("CORPUS") != "all", reason="a quarter of an hour: CORPUS=all")

LOOKS = (
    2  # at each revision; what waits until it lasts waits by time, so that texts are compared with a rebuilt archive's
)
KILLS_S = (0.5, 5.0)  # after a service's first look
EARLY = 0.2  # of the kills come while it starts, the sooner the likelier
SEED = int(os.environ.get("SEED", "20140509"))
RULES = """
[[alert]]
name = "at-once"
on = ["changed", "silent", "held", "gone", "failing", "recovered"]
confirm = "0"
to = ["json{hook}/at-once"]
[[alert]]
name = "confirmed"
confirm = "0.5s"  # over by the next look in every run: it decides which look asks for the whole page
to = ["json{hook}/confirmed"]
"""
COMMAND = Path(sys.executable).with_name("variorum")


def slug_of(name: str) -> str:
    return "".join(char if char.isalnum() else "-" for char in name.lower()).strip("-")


@dataclass
class Corpus:
    """The pages as a site that shows each look at a page the revision that is its turn."""

    bodies: dict[str, list[bytes]]  # by slug
    charsets: dict[str, str]
    archive: Path | None = None  # whose looks are counted
    taken: list[tuple[str, str]] = field(default_factory=list)  # (target, id) of each message

    def wanted(self, slug: str) -> int:
        """How many looks it takes to see all of a page."""
        return LOOKS * len(self.bodies[slug])

    def looks(self) -> dict[str, int]:
        if self.archive is None or not self.archive.exists():
            return {}
        query = "SELECT p.slug, count(*) FROM observations o JOIN pages p ON p.id = o.page_id GROUP BY p.id"
        try:
            return dict(rows(self.archive, query))
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return {}  # it is just being made

    def answer(self, slug: str) -> tuple[bytes, str]:
        """The page's body as its next look is to see it, every second page with a counter and a nonce, and its ETag."""
        look = self.looks().get(slug, 0)
        body = self.bodies[slug][min(look // LOOKS, len(self.bodies[slug]) - 1)]
        if sorted(self.bodies).index(slug) % 2:
            return body, f'"{sha256(body).hexdigest()[:16]}"'
        noise = f"<!-- {look * 7919:08x} --><div class='view-counter'>Views: {1000 + 3 * look}</div>".encode()
        before, end, after = body.rpartition(b"</body>")
        return before + noise + end + after, ""


def rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def pages(corpus: Path, replay_site: Any) -> Corpus:
    found = Corpus({}, {})
    for name, history in replay_site.load(corpus).items():
        slug = slug_of(name)
        found.charsets[slug] = history.about.get("charset") or ""
        found.bodies[slug] = []
        for at in range(len(history.files)):
            history.at = at
            found.bodies[slug].append(history.body())
    return found


def handler_of(pages: Corpus) -> type[BaseHTTPRequestHandler]:
    class Site(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            slug = self.path.strip("/")
            if slug not in pages.bodies:
                self.answer(404, b"")
                return
            body, tag = pages.answer(slug)
            same = tag and self.headers.get("If-None-Match") == tag
            self.answer(304 if same else 200, b"" if same else body, pages.charsets[slug], tag)

        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            pages.taken.append((self.path.strip("/"), told["id"]))
            self.answer(200, b"")

        def answer(self, status: int, body: bytes, charset: str = "", tag: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html" + (f"; charset={charset}" if charset else ""))
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            if tag:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

    return Site


@dataclass
class Run:
    """One home's way through the corpus."""

    home: Any
    pages: Corpus
    kills: int = 0
    orphans: int = 0

    @property
    def path(self) -> Path:
        path: Path = self.home.path
        return path

    @property
    def said(self) -> str:
        return (self.path / "said").read_text("utf-8")

    def begin(self, base: str) -> None:
        self.path.mkdir()
        self.home.watch({slug: f"{base}/{slug}" for slug in self.pages.bodies}, every="1s")
        listed = self.path / "variorum.toml"
        listed.write_text(listed.read_text("utf-8") + RULES.format(hook=base.removeprefix("http")), "utf-8")
        self.pages.archive, self.pages.taken = self.path / "archive.db", []

    def is_done(self) -> bool:
        looks = self.pages.looks()
        return all(looks.get(slug, 0) >= self.pages.wanted(slug) for slug in self.pages.bodies)

    def is_told(self) -> bool:
        owed = (
            "SELECT 1 FROM messages WHERE state <> 'sent' UNION ALL SELECT 1 FROM deliveries WHERE message_id IS NULL"
        )
        return not rows(self.path / "archive.db", f"{owed} UNION ALL SELECT 1 FROM alerts WHERE state = 'waiting'")

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        """The service, in a process group of its own."""
        with (self.path / "said").open("ab") as said:
            process = subprocess.Popen(
                [COMMAND, "--home", self.path, "serve", "--port", "0"],
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def be_killed(self) -> None:
        """Serve, be killed without warning, serve again, until the pages were seen whole."""
        chance = random.Random(SEED)
        end = time.monotonic() + 3600
        while not self.is_done():
            assert time.monotonic() < end, self.pages.looks()
            before = sum(self.pages.looks().values())
            with self.serving() as process:
                if chance.random() < EARLY:
                    time.sleep(chance.uniform(0, KILLS_S[1]) ** 2 / KILLS_S[1])
                else:
                    while process.poll() is None and sum(self.pages.looks().values()) == before:
                        time.sleep(0.05)
                    time.sleep(chance.uniform(*KILLS_S))
                assert process.poll() is None, self.said[-2000:]
                children = children_of(process.pid)
            self.kills += 1
            self.orphans += sum(not has_ended(child) for child in children)

    def finish(self) -> None:
        """Serve undisturbed until all was seen and all alerts are told, and end."""
        end = time.monotonic() + 1800
        with self.serving() as process:
            while not (self.is_done() and self.is_told()):
                assert process.poll() is None, self.said[-2000:]
                assert time.monotonic() < end, self.pages.looks()
                time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0

    def record(self) -> dict[str, Any]:
        """What the looks that were wanted brought, and the alerts of them: looks by number, without times."""
        found: dict[str, Any] = {}
        for slug in self.pages.bodies:
            number, outcomes = self._looks(slug)
            last = self.pages.wanted(slug)
            found[slug] = {"looks": outcomes[:last], "alerts": self._alerts(slug, number, last)}
        return found

    def _looks(self, slug: str) -> tuple[dict[int, int], list[tuple[Any, ...]]]:
        """The number of each look by seq, and what each brought and came to, then and now."""
        found = rows(
            self.path / "archive.db",
            "SELECT o.seq, ifnull(hex(b.sha256), ''), o.outcome, ifnull(o.reason, ''), j.outcome, ifnull(j.reason, ''), r.number"
            " FROM observations o JOIN pages p ON p.id = o.page_id JOIN readings d ON d.page_id = p.id AND d.is_current"
            " JOIN judgements j ON j.reading_id = d.id AND j.seq = o.seq LEFT JOIN revisions r ON r.id = j.revision_id"
            " LEFT JOIN blobs b ON b.id = o.body_id"
            f" WHERE p.slug = '{slug}' ORDER BY o.seq",
        )
        numbers = {seq: number for number, (seq, *_) in enumerate(found, 1)}
        return numbers, [tuple(facts) for _, *facts in found]

    def _alerts(self, slug: str, number: dict[int, int], last: int) -> list[tuple[Any, ...]]:
        found = rows(
            self.path / "archive.db",
            "SELECT a.rule, a.event, a.observation_seq, a.state, a.note FROM alerts a JOIN pages p ON p.id = a.page_id"
            f" WHERE p.slug = '{slug}'",
        )
        return sorted((rule, event, number[seq], *rest) for rule, event, seq, *rest in found if number[seq] <= last)

    def unsent(self) -> list[str]:
        """Ids of messages that were owed and did not come; each goes to one target, a summary has no rule."""
        owed = rows(
            self.path / "archive.db",
            "SELECT DISTINCT m.uid FROM deliveries d JOIN messages m ON m.id = d.message_id",
        )
        arrived = {uid for _, uid in self.pages.taken}
        return [uid for (uid,) in owed if uid not in arrived]

    def repeats(self) -> int:
        return len(self.pages.taken) - len(set(self.pages.taken))


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for tasks in found for child in tasks.read_text().split()]


def has_ended(pid: int, *, within_s: float = 10) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def test_a_service_that_is_killed_every_few_seconds_records_and_tells_what_an_undisturbed_one_does(
    home: Any, pages: Corpus, serve_handlers: Callable[..., list[str]]
) -> None:
    (base,) = serve_handlers([handler_of(pages)])
    quiet, killed = (Run(replace(home, path=home.path / name), pages) for name in ("quiet", "killed"))
    quiet.begin(base)
    quiet.finish()
    expected = quiet.record()
    killed.begin(base)
    killed.be_killed()
    killed.finish()
    found = killed.record()

    looks = sum(pages.looks().values())
    told = len(set(pages.taken))
    print(
        f"{killed.kills} kills, {looks} looks at {len(pages.bodies)} pages, {told} messages, {killed.repeats()} repeats"
    )
    for slug in pages.bodies:
        for what, value in expected[slug].items():
            assert found[slug][what] == value, (slug, what)
    assert killed.home.run("verify", "--deep").code == 0
    rebuilt = killed.home.run("rebuild", "--check")  # what is derived is what the same looks at the same times give
    assert rebuilt.code == 0, rebuilt.out
    assert (killed.unsent(), killed.orphans) == ([], 0)
    assert killed.repeats() <= 2 * killed.kills  # one for each target
    assert "Traceback" not in killed.said
