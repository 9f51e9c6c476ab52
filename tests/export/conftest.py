"""An archive for exports, made through the archive's own door for writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.model import Block, Capture, Document, Interpretation, Verdict
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.store import Archive, Recorded

FIRST_LOOK = datetime(2014, 5, 8, 18, 54, tzinfo=UTC)


class Shelf:
    """An open archive with one look a day."""

    def __init__(self, archive: Archive, path: Path) -> None:
        self.archive = archive
        self.path = path
        self.days = 0

    def watch(self, *pages: tuple[str, str]) -> None:
        settings = [PageSettings(slug=slug, url=url) for slug, url in pages]
        self.archive.sync_pages(settings, version="test/1", at=FIRST_LOOK)

    def see(self, slug: str, *paragraphs: str, title: str = "Position") -> Recorded:
        """One look that brought these paragraphs."""
        document = Document(
            title=title, language="en", blocks=tuple(Block(kind="paragraph", text=text) for text in paragraphs)
        )
        body = "\n".join(paragraphs).encode() + b"<!-- %d -->" % self.days
        return self._record(slug, Interpretation(verdict=Verdict(), document=document), status=200, body=body)

    def miss(self, slug: str, verdict: Verdict, status: int | None, body: bytes | None = None) -> Recorded:
        """One look that did not bring the page."""
        return self._record(slug, Interpretation(verdict=verdict), status=status, body=body)

    def _record(self, slug: str, interpretation: Interpretation, status: int | None, body: bytes | None) -> Recorded:
        state = self.archive.page_state(slug)
        capture = Capture(
            url=state.url,
            final_url=state.url,
            observed_at=FIRST_LOOK + timedelta(days=self.days),
            duration_us=1500,
            status=status,
            body=body,
            wire_bytes=len(body or b""),
        )
        self.days += 1
        return self.archive.record(state, capture, interpretation)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Archive.open(tmp_path, holder="test") as archive:
        yield Shelf(archive, tmp_path / DATABASE)


@pytest.fixture
def reader(shelf: Shelf) -> Iterator[Callable[[], sqlite3.Connection]]:
    """Opens read-only connections to the shelf's database."""
    opened: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        opened.append(sqlite3.connect(f"{shelf.path.as_uri()}?mode=ro", uri=True, isolation_level=None))
        return opened[-1]

    yield connect
    for conn in opened:
        conn.close()
