"""What one address answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archive.reading.rows import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one address answers: `values` for its template, `as_json` for its twin."""

    values: dict[str, Any]
    as_json: Json
