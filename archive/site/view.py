"""What one address answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from archive.reading.rows import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one address answers: `values` for its template, `as_json` makes its twin."""

    values: dict[str, Any]
    as_json: Callable[[], Json]
