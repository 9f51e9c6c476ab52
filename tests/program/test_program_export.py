"""`variorum export` as a process: what it writes is what was archived, whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_exported_texts_are_those_that_show_prints(archived: Any) -> None:
    done = archived.run_installed("export", "revisions", "strait", "--format", "jsonl")
    rows = [json.loads(line) for line in done.out.split("\n") if line]
    assert [row["text"] + "\n" for row in rows] == [archived.run("show", "strait", str(n)).out for n in (1, 2, 3)]


def test_a_file_has_the_digests_of_its_texts(archived: Any, tmp_path: Path) -> None:
    target = tmp_path / "snapshots.csv"
    assert archived.run("export", "snapshots", "-o", str(target)).code == 0
    rows = csv_rows(target.read_bytes().decode())
    assert [hashlib.sha256(row["text"].encode()).hexdigest() for row in rows] == [row["text_sha256"] for row in rows]
    assert len(rows) == 3


def test_for_a_spreadsheet_no_line_of_a_cell_begins_a_formula(archived: Any, tmp_path: Path) -> None:
    target = tmp_path / "snapshots.csv"
    archived.run("export", "snapshots", "--spreadsheet", "-o", str(target))
    lines = [line for row in csv_rows(target.read_bytes().decode()) for line in row["text"].splitlines()]
    assert "'- a first point" in lines
    assert not [line for line in lines if line.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("what", ["snapshots", "revisions", "changes", "observations"])
def test_both_formats_hold_the_same_rows(archived: Any, tmp_path: Path, what: str) -> None:
    target = tmp_path / "rows.csv"
    archived.run("export", what, "-o", str(target))
    in_json = [json.loads(line) for line in archived.run("export", what, "--format", "jsonl").out.split("\n") if line]
    in_csv = csv_rows(target.read_bytes().decode())
    assert [list(row) for row in in_csv] == [list(row) for row in in_json]
    assert [row["observation"] for row in in_csv] == [str(row["observation"]) for row in in_json]


def test_an_export_that_fails_leaves_the_old_file_alone(archived: Any, tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_text("last week's")
    assert archived.run("export", "snapshots", "nowhere", "-o", str(target)).code == 4
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["rows.csv"]
    assert target.read_text() == "last week's"


def test_an_export_runs_beside_the_service(archived: Any) -> None:
    service = archived.start("serve", "--port", "0")
    assert "http://" in service.stderr.readline()
    done = archived.run("export", "snapshots")
    assert (done.code, done.err.endswith(" snapshots\n")) == (0, True)
