"""An archive made through the real store and the real interpreter, from pages of a ministry that does not exist."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.alerting.rules import Rule
from archive.bodies import pack
from archive.evidence import canonical
from archive.log import read_entry
from archive.merkle import complete_nodes, leaf_hash
from archive.model import Capture, Rules, utc_text
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.store import Archive, Recorded
from archive.triage import Remark, remark
from archive.verify import Report, verify
from scraper import acts
from scraper.interpret import VERSION

BEGAN = datetime(2014, 5, 9, 12, tzinfo=UTC)
WORDS = [
    "strait",
    "vessel",
    "coast",
    "treaty",
    "harbour",
    "border",
    "lighthouse",
    "commission",
    "master",
    "signatory",
    "settlement",
    "zone",
    "pilot",
    "ferry",
]
CHALLENGE = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser before accessing"
    b"</h1><p>Please enable JavaScript and cookies to continue. Ray ID 7a2b</p></body></html>"
)


def page_html(edition: int, *, topic: str = "Lower Strait", token: int = 0) -> bytes:
    """A statement in some edition: one sentence differs from each to the next. The token is noise that nobody sees."""
    chance = random.Random(topic)
    paragraphs = [" ".join(chance.choices(WORDS, k=30)).capitalize() + "." for _ in range(6)]
    paragraphs[edition % 6] = (
        f"Veldania asks {20 + edition} states to keep to the agreement of 14 March on the {topic}."
    )
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="en"><head><meta name="token" content="{token}"><title>Position on the {topic}</title>'
        f"</head><body><nav>Home | News | The Ministry</nav><main><h1>Position on the {topic}</h1>{text}</main>"
        "<footer>Ministry of Foreign Affairs of Veldania</footer></body></html>"
    ).encode()


@dataclass
class Keeper:
    """Looks at pages one after the other, an hour apart, and records them."""

    home: Path
    at: datetime = BEGAN
    pages: list[PageSettings] = field(default_factory=list)
    alerts: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open()

    @staticmethod
    def html(edition: int) -> bytes:
        """A short page."""
        return (
            f"<html lang=en><title>Strait</title><nav>Home</nav><main><h1>Strait</h1><p>Veldania asks {20 + edition} states to keep to"
            " the agreement on the Lower Strait, which both coasts have signed.</p><p>Fishing vessels of either coast must not be"
            " stopped outside the zone.</p></main></html>"
        ).encode()

    def open(self) -> None:
        self.archive = Archive.open(self.home, holder="test")
        self.is_open = True

    @property
    def path(self) -> Path:
        return self.home / DATABASE

    def watch(self, *pages: PageSettings) -> None:
        named = {page.slug for page in pages}
        self.pages = [page for page in self.pages if page.slug not in named] + list(pages)
        self.archive.sync_pages(self.pages, version=VERSION, at=self.at)

    def look(self, slug: str, body: bytes | None, *, status: int = 200, **other: Any) -> Recorded:
        self.at += timedelta(hours=1)
        state = self.archive.page_state(slug)
        headers = (("Content-Type", "text/html; charset=utf-8"), ("ETag", f'"{len(body or b"")}"'))
        given = {"observed_at": self.at, "headers": headers, "status": status, "http_version": "HTTP/1.1"} | other
        if body is not None:
            given |= {"wire_bytes": len(body)}
        capture = Capture(url=state.url, final_url=state.url, duration_us=2500, body=body, **given)
        return self.archive.record(state, capture, acts.read(capture, state.rules, state.memory), alerts=self.alerts)

    def act(self, kind: Any, slug: str, seq: int, standing: tuple[str, str | None]) -> None:
        self.at += timedelta(minutes=5)
        acts.perform(self.archive, slug, kind, seq, standing=standing, at=self.at)

    def reread(self, slug: str, rules: Rules | None = None, *, cause: str = "asked", version: str = VERSION) -> None:
        self.at += timedelta(minutes=5)
        state = self.archive.page_state(slug)
        interpreter = acts.reader_of(
            dict(self.archive.conn.execute("SELECT observation_seq, kind FROM acts ORDER BY seq"))
        )
        self.archive.read_again(state, rules or state.rules, interpreter, cause=cause, version=version, at=self.at)

    def remark(self, slug: str, word: Remark) -> None:
        state = self.archive.page_state(slug)
        with self.archive.transaction() as conn:
            remark(conn, state.page_id, slug, word, utc_text(self.at))

    def close(self) -> None:
        if self.is_open:
            self.archive.close()
        self.is_open = False


def tell_story(keeper: Keeper) -> None:
    """Every kind of entry, and every kind of outcome that matters to what follows from them."""
    strait = PageSettings(slug="strait", url="https://ministry.example/strait", tags=("mfa",))
    ferry = PageSettings(slug="ferry", url="https://ministry.example/ferry", language="en", statement="ferries")
    keeper.watch(strait, ferry)
    for edition in (0, 0, 1, 2, 2, 1, 3):
        keeper.look("strait", page_html(edition, token=edition))
        keeper.look("ferry", page_html(edition // 2, topic="Ferry Treaty"))
    held = keeper.look("strait", CHALLENGE)
    assert held.row()["outcome"] == "held"
    keeper.look("ferry", b"<h1>Not Found</h1>", status=404)
    keeper.look("ferry", None, status=None, failure=("timeout", "after 30 s"), end="none")
    accepted = keeper.look("strait", page_html(4))
    keeper.watch(PageSettings(slug="strait", url="https://ministry.example/en/strait", tags=("mfa", "sea")))
    keeper.act("hold", "strait", accepted.seq, ("changed", None))
    keeper.look("strait", page_html(5))
    keeper.look("ferry", page_html(4, topic="Ferry Treaty"))
    keeper.remark("strait", Remark(kind="seen", actor="Ж. Ескендір", observation_seq=accepted.seq))
    keeper.remark("ferry", Remark(kind="note", actor="desk", text="Asked the press office."))
    keeper.reread("ferry")
    keeper.look("ferry", page_html(4, topic="Ferry Treaty", token=9))
    keeper.look("ferry", None, status=304, conditional=True)
    keeper.look("strait", page_html(6), observed_at=BEGAN)  # the clock was set back


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a closed archive with the whole story; not to be written to."""
    home = tmp_path_factory.mktemp("story")
    keeper = Keeper(home)
    tell_story(keeper)
    keeper.close()
    return home


@pytest.fixture
def story(told: Path, tmp_path: Path) -> Path:
    """A home of one's own with the whole story in it."""
    home = tmp_path / "home"
    shutil.copytree(told, home)
    return home


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    home = tmp_path / "kept"
    home.mkdir()
    made = Keeper(home)
    yield made
    made.close()


@pytest.fixture
def keeper_of() -> type[Keeper]:
    """Opens an archive that is there already."""
    return Keeper


@pytest.fixture
def forge() -> Callable[[Path, str], None]:
    """Runs SQL on a closed archive as somebody would who has the file and wants no trace: without the triggers."""

    def run(home: Path, sql: str) -> None:
        conn = sqlite3.connect(home / DATABASE)
        triggers = conn.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        conn.executescript(sql)
        for _, definition in triggers:
            conn.execute(definition)
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.close()

    return run


def entry_of(home: Path, seq: int) -> dict[str, Any]:
    conn = sqlite3.connect(home / DATABASE)
    try:
        entry: dict[str, Any] = json.loads(read_entry(conn, seq))
        return entry
    finally:
        conn.close()


@pytest.fixture
def entry() -> Callable[[Path, int], dict[str, Any]]:
    """One entry of a closed archive."""
    return entry_of


@pytest.fixture
def rewrite(forge: Callable[[Path, str], None]) -> Callable[[Path, dict[int, dict[str, Any]]], None]:
    """Puts other entries in the places of these, with leaves and tree to match: whole in itself, for who has no checkpoint."""

    def run(home: Path, entries: dict[int, dict[str, Any]]) -> None:
        conn = sqlite3.connect(home / DATABASE)
        leaves = [row[0] for row in conn.execute("SELECT leaf FROM entries ORDER BY seq")]
        built = conn.execute("SELECT seq, base_seq FROM entries WHERE base_seq IS NOT NULL").fetchall()
        texts = {seq: read_entry(conn, seq) for seq, base_seq in built if base_seq in entries}
        conn.close()
        sql = ["DELETE FROM log_nodes", "DELETE FROM checkpoints"]
        texts |= {seq: canonical(entry) for seq, entry in entries.items()}
        for seq, data in texts.items():
            leaves[seq - 1] = leaf_hash(data)
            sql.append(
                f"UPDATE entries SET leaf = x'{leaves[seq - 1].hex()}', base_seq = NULL, entry = x'{pack(data).hex()}'"
                f" WHERE seq = {seq}"
            )
        for level, idx, digest in (node for node in complete_nodes(leaves) if node[0] > 0):
            sql.append(f"INSERT INTO log_nodes VALUES ({level}, {idx}, x'{digest.hex()}')")
        forge(home, ";".join(sql))

    return run


@pytest.fixture
def lines() -> Callable[..., list[str]]:
    """What a verification of a home says is damaged."""

    def run(home: Path, **options: Any) -> list[str]:
        found: Report = verify(home / DATABASE, **({"deep": True} | options))
        return [finding.line for finding in found.damages]

    return run
