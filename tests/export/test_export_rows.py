"""What the exports hold, and that reading them back gives the archive's own texts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.errors import NoPage, UsageError
from archive.export import TABLES, export
from archive.model import Outcome, Verdict
from archive.pages import PageSettings

FIRST_LOOK = datetime(2014, 5, 8, 18, 54, tzinfo=UTC)
Connect = Callable[[], sqlite3.Connection]
ROOT = Path(__file__).resolve().parents[2]

TEXTS = (
    "=1+1",
    '"quoted", she said; and "\r\n" is a line end',
    " leading and trailing blanks ",
    "\ttab first",
    "+7 495 000-00-00\n-5 %\n@everyone",
    "Позиция, «кавычки»; مرحبا ‏ 中文 e\u0301 \u200b",
    "line\u2028separator\x85and next line",
)


def exported(conn: sqlite3.Connection, what: str, **options: Any) -> bytes:
    out = io.BytesIO()
    export(conn, what, out=out, **options)
    return out.getvalue()


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def json_rows(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_read_back_from_csv_is_the_archived_text(shelf: Any, reader: Connect, text: str) -> None:
    shelf.watch(("p", "https://mfa.example/p"))
    shelf.see("p", text)
    (row,) = csv_rows(exported(reader(), "snapshots"))
    assert row["text"] == text
    assert row["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_read_back_from_json_lines_is_the_archived_text(shelf: Any, reader: Connect, text: str) -> None:
    shelf.watch(("p", "https://mfa.example/p"))
    shelf.see("p", text)
    (row,) = json_rows(exported(reader(), "snapshots", format="jsonl"))
    assert row["text"] == text


def test_csv_has_a_header_crlf_and_no_byte_order_mark(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"))
    shelf.see("p", "One paragraph.")
    data = exported(reader(), "snapshots")
    assert data.startswith(b"page,url,observation,observed_at,")
    assert data.endswith(b",One paragraph.\r\n")
    assert data.count(b"\r\n") == 2


@pytest.mark.parametrize("what", sorted(TABLES))
def test_columns_stand_in_the_documented_order(shelf: Any, reader: Connect, what: str) -> None:
    section = (ROOT / "docs/exports.md").read_text("utf-8").split(f"\n## {what}\n")[1].split("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)`", section, flags=re.MULTILINE)
    assert exported(reader(), what).decode() == ",".join(documented) + "\r\n"


def test_unknown_is_empty_in_csv_and_null_in_json_lines(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"))
    shelf.miss("p", Verdict(outcome=Outcome.FAILED, reason="timeout"), status=None)
    conn = reader()
    (in_csv,) = csv_rows(exported(conn, "observations"))
    (in_json,) = json_rows(exported(conn, "observations", format="jsonl"))
    unknown = {"clock_at", "http_status", "revision", "body_sha256"}
    assert {name for name, value in in_csv.items() if value == ""} == unknown
    assert {name for name, value in in_json.items() if value is None} == unknown


def test_every_look_is_an_observation_and_only_accepted_pages_are_snapshots(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"))
    shelf.see("p", "The Ministry supports the plan.")
    shelf.miss("p", Verdict(outcome=Outcome.HELD, reason="challenge"), status=200, body=b"Checking your browser")
    shelf.miss("p", Verdict(outcome=Outcome.GONE, reason="http_404"), status=404, body=b"Not found")
    shelf.see("p", "The Ministry supports the plan.")
    conn = reader()
    looks = json_rows(exported(conn, "observations", format="jsonl"))
    snapshots = json_rows(exported(conn, "snapshots", format="jsonl"))
    assert [look["outcome"] for look in looks] == ["new", "held", "gone", "unchanged"]
    assert [row["observation"] for row in snapshots] == [looks[0]["observation"], looks[3]["observation"]]


def test_exported_snapshots_are_those_of_the_view(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"), ("q", "https://mfa.example/q"))
    for slug in ("q", "p", "q", "p"):
        shelf.see(slug, f"Text of look {shelf.days}.")
        shelf.miss(slug, Verdict(outcome=Outcome.HELD, reason="login"), status=200, body=b"Sign in to continue")
    conn = reader()
    rows = json_rows(exported(conn, "snapshots", format="jsonl"))
    view = conn.execute("SELECT observation, page, revision, text, body_sha256 FROM snapshots ORDER BY 1").fetchall()
    keys = ("observation", "page", "revision", "text", "body_sha256")
    assert sorted(tuple(row[key] for key in keys) for row in rows) == view


def test_a_change_names_its_revisions_bounds_and_kinds(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"))
    shelf.see("p", "The Ministry supports the plan.")
    recorded = shelf.see("p", "The Ministry does not support the plan.")
    conn = reader()
    (in_json,) = json_rows(exported(conn, "changes", format="jsonl"))
    (in_csv,) = csv_rows(exported(conn, "changes"))
    told = json.loads(json.dumps(recorded.row()["change"]))
    same = ("from", "to", "not_before", "not_after", "kinds", "silent", "words_added", "words_removed", "summary")
    assert {name: in_json[name] for name in same} == {name: told[name] for name in same}
    assert in_csv["kinds"].split(" ") == told["kinds"]
    assert json.loads(in_csv["ops"]) == in_json["ops"]


def test_a_text_that_comes_back_is_a_revision_of_its_own(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"))
    for text in ("First wording.", "Second wording.", "First wording."):
        shelf.see("p", text)
    rows = json_rows(exported(reader(), "revisions", format="jsonl"))
    assert [(row["revision"], row["text"]) for row in rows] == [
        (1, "First wording."),
        (2, "Second wording."),
        (3, "First wording."),
    ]


def test_one_page_is_exported_alone(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"), ("q", "https://mfa.example/q"))
    shelf.see("p", "Of p.")
    shelf.see("q", "Of q.")
    assert [row["page"] for row in json_rows(exported(reader(), "revisions", slug="q", format="jsonl"))] == ["q"]


def test_a_page_is_exported_by_an_earlier_slug_too(shelf: Any, reader: Connect) -> None:
    shelf.watch(("old", "https://mfa.example/p"))
    shelf.see("old", "Text.")
    shelf.archive.sync_pages(
        [PageSettings(slug="new", url="https://mfa.example/p", was=("old",))], version="test/1", at=FIRST_LOOK
    )
    assert [row["page"] for row in json_rows(exported(reader(), "revisions", slug="old", format="jsonl"))] == ["new"]


def test_each_row_has_the_address_of_its_own_time(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://old.example/p"))
    shelf.see("p", "Text.")
    shelf.watch(("p", "https://new.example/p"))
    shelf.see("p", "Text.")
    rows = json_rows(exported(reader(), "snapshots", format="jsonl"))
    assert [row["url"] for row in rows] == ["https://old.example/p", "https://new.example/p"]


def test_a_page_that_is_not_there_is_refused_before_anything_is_written(shelf: Any, reader: Connect) -> None:
    out = io.BytesIO()
    with pytest.raises(NoPage):
        export(reader(), "snapshots", slug="nowhere", out=out)
    assert out.getvalue() == b""


def test_the_guard_for_spreadsheets_is_refused_for_json_lines(shelf: Any, reader: Connect) -> None:
    with pytest.raises(UsageError, match="--format csv"):
        export(reader(), "snapshots", format="jsonl", spreadsheet=True, out=io.BytesIO())


def test_looks_recorded_while_an_export_runs_are_left_out_and_not_kept_waiting(shelf: Any, reader: Connect) -> None:
    shelf.watch(("p", "https://mfa.example/p"), ("q", "https://mfa.example/q"))
    shelf.see("p", "Of p.")
    shelf.see("q", "Of q.")

    class SlowReader(io.BytesIO):
        def write(self, data: Any) -> int:
            shelf.see("q", f"Written during the export, day {shelf.days}.")
            busy, _, _ = shelf.archive._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert busy == 0
            return super().write(data)

    out = SlowReader()
    assert export(reader(), "snapshots", out=out) == 2
    assert [row["text"] for row in csv_rows(out.getvalue())] == ["Of p.", "Of q."]
