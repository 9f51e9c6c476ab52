"""What a value of one of the archive's tables is shown as, and where it leads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.site.words import count, kinds, summary

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_TEXT_CHARS = 240
_SLUG_COLUMNS = {("pages", "slug"), ("snapshots", "page"), ("log", "page")}

_LISTS = {
    ("changes", "ops"),
    ("changes", "kinds"),
    ("changes", "summary"),
    ("revisions", "block_kinds"),
    ("pages", "tags"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    text: str
    path: str | None = None  # in the reading room


def cell(table: str | None, column: str, value: Any, row: Mapping[str, Any]) -> Cell | None:
    """The cell for a value, or None where it is shown as it is.

    Addresses of the web lead nowhere: the archive's own pages show what was there, and never send a reader off.
    """
    if value is None or value == "":
        return None
    if (table, column) in _SLUG_COLUMNS:
        return Cell(text=str(value), path=f"/page/{value}")
    if (table, column) == ("snapshots", "observation"):
        return Cell(text=str(value), path=f"/page/{row['page']}/at/{value}")
    if (table, column) == ("snapshots", "revision"):
        return Cell(text=str(value), path=f"/page/{row['page']}/{value}")
    if (table, column) in _LISTS:
        return _list_cell(table, column, value)
    if column in ("body_id", "entry_seq"):
        return Cell(text=str(value["value"] if isinstance(value, dict) else value))
    if isinstance(value, str) and (_URL.match(value.strip()) or column == "text"):
        return Cell(text=value if len(value) <= _TEXT_CHARS else value[:_TEXT_CHARS] + "…")
    return None


def _list_cell(table: str | None, column: str, value: Any) -> Cell | None:
    """A stored JSON list in words; its JSON is in the row's JSON and CSV."""
    items = json.loads(value)
    if column == "ops":
        return Cell(text=count(len(items), "operation"))
    if column == "block_kinds":
        return Cell(text=count(len(items), "block"))
    if column == "summary":
        return Cell(text=summary(items).counts or "none")
    return Cell(text=", ".join(kinds(items) if column == "kinds" else map(str, items)) or "none")
