"""A hostile body that is stored already: whatever reads it again does so where it can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from archive.model import Capture
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.reading import open_reader
from archive.rebuild import rebuild
from archive.store import Archive
from scraper import acts
from scraper.acts import HERE, explain, perform, reader_of
from scraper.interpret import VERSION
from scraper.parsers import ParserLimits, Parsers

NOON = datetime(2031, 5, 9, 12, tzinfo=UTC)
URL = "https://ministry.example/strait"
GOOD = "".join(f"<p>The Ministry supports article {n} of the river treaty, as both banks do.</p>" for n in range(9))
HOSTILE = GOOD + "<p hidden>x</p>" * 20_000


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers(limits=ParserLimits(memory_bytes=8 * 1024 * 1024)) as pool:
        yield pool


@pytest.fixture
def archive(tmp_path: Path, parsers: Parsers) -> Iterator[Archive]:
    """Two good looks, and a hostile one between them."""
    with Archive.open(tmp_path, holder="test") as opened:
        opened.sync_pages([PageSettings(slug="strait", url=URL)], version=VERSION, at=NOON)
        for hour, text in enumerate((GOOD, HOSTILE, GOOD.replace("supports", "opposes"))):
            body = f"<html lang=en><title>Talks</title><body><main><h1>Talks</h1>{text}</main></html>".encode()
            capture = Capture(
                url=URL,
                final_url=URL,
                observed_at=NOON + timedelta(hours=hour),
                duration_us=1,
                status=200,
                headers=(("Content-Type", "text/html"),),
                body=body,
                end="full",
            )
            state = opened.page_state("strait")
            opened.record(state, capture, parsers.read(capture, state.rules, state.memory))
        yield opened


def test_the_body_is_one_that_only_limits_stop(archive: Archive, tmp_path: Path) -> None:
    with open_reader(tmp_path / DATABASE) as reader:
        assert explain(reader, 4, HERE)[1].document is not None


def test_explain_says_that_it_runs_over_the_limits(archive: Archive, tmp_path: Path, parsers: Parsers) -> None:
    with open_reader(tmp_path / DATABASE) as reader:
        observed, found = explain(reader, 4, parsers)
        assert (observed.outcome, observed.reason) == ("failed", "parse")
        assert (found.verdict.outcome, found.verdict.reason) == ("failed", "parse")
        assert explain(reader, 5, parsers)[1].document is not None


def test_rebuild_finds_every_row_as_it_was(archive: Archive, parsers: Parsers) -> None:
    made = rebuild(archive, partial(reader_of, reading=parsers), version=VERSION, keep=False)
    assert not any(made.differing.values())


def test_an_act_reads_the_page_again_within_the_limits(
    archive: Archive, parsers: Parsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(acts, "read")  # nothing may read in this process
    perform(archive, "strait", "hold", 3, standing=("new", None), at=NOON + timedelta(days=1), actor="desk", reading=parsers)  # fmt: skip
    rows = archive.conn.execute(
        "SELECT j.outcome FROM judgements j JOIN readings r ON r.id = j.reading_id AND r.is_current ORDER BY j.seq"
    ).fetchall()
    assert [outcome for (outcome,) in rows] == ["held", "failed", "new"]
