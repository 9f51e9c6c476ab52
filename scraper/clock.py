"""The one door to the clock."""

from __future__ import annotations

from datetime import UTC, datetime

STEP_S = 0.001  # between two times that `now` tells apart


def now() -> datetime:
    """This instant, aware, UTC, in whole milliseconds: finer than any date this archive stands behind."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
