"""What a value of one of the archive's tables is shown as, and where it leads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_TEXT_CHARS = 240
_SLUG_COLUMNS = {("pages", "slug"), ("snapshots", "page"), ("log", "page")}


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
    if column in ("body_id", "entry_seq"):
        return Cell(text=str(value["value"] if isinstance(value, dict) else value))
    if isinstance(value, str) and (_URL.match(value.strip()) or column == "text"):
        return Cell(text=value if len(value) <= _TEXT_CHARS else value[:_TEXT_CHARS] + "…")
    return None
