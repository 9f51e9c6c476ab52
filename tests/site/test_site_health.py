"""What the health page tells of room and lateness, and that reading leaves nothing in the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model import utc_text
from archive.opening import DATABASE
from archive.pages import PageSettings
from archive.reading import open_reader
from archive.site.views import health_view
from archive.store import Archive

NOW = datetime(2031, 5, 6, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A page that was due an hour ago, in a file that grew by ten terabytes a day."""
    with Archive.open(tmp_path, holder="test") as archive:
        archive.sync_pages([PageSettings(slug="strait", url="http://a.example/")], version="1", at=NOW)
        with archive.transaction() as conn:
            conn.execute("UPDATE page_states SET due_at = ?", (utc_text(NOW - timedelta(hours=1)),))
            conn.execute("INSERT INTO sizes VALUES (?, ?)", (utc_text(NOW - timedelta(days=2)), -2 * 10**13))
    return tmp_path


def test_health_says_how_late_looks_are_and_when_the_disk_will_be_full(home: Path) -> None:
    with open_reader(home / DATABASE) as reader:
        told = health_view(reader, home=home, at=NOW).as_json()
    assert (told["lag_s"], told["disk"]["full_in_days"], told["ok"]) == (3600, 0, False)
    assert 10**13 <= told["disk"]["bytes_a_day"] < 1.01 * 10**13


def test_a_page_that_was_taken_out_is_never_late(home: Path) -> None:
    with Archive.open(home, holder="test") as archive:
        archive.sync_pages([], version="1", at=NOW)
    with open_reader(home / DATABASE) as reader:
        assert health_view(reader, home=home, at=NOW).as_json()["lag_s"] is None


def test_the_list_of_tables_leaves_nothing_in_the_log(site: Any, capfd: pytest.CaptureFixture[str]) -> None:
    site.html("/archive")
    assert "".join(capfd.readouterr()) == ""
