"""Where a page could not be seen: runs of looks, next to each other in its history, that did not show it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow

_NOT_ACCEPTED = ("held", "gone", "failed", "refused")
_LIMIT = 100  # looks of each outcome, the newest

_LOOKS = """
SELECT o.seq, o.observed_at, j.outcome, j.reason, (
    SELECT n.seq FROM observations n
    WHERE n.page_id = o.page_id AND rtrim(n.observed_at, 'Z') >= rtrim(o.observed_at, 'Z')
        AND (rtrim(n.observed_at, 'Z') > rtrim(o.observed_at, 'Z') OR n.seq > o.seq)
    ORDER BY rtrim(n.observed_at, 'Z'), n.seq LIMIT 1) AS follows
FROM judgements j INDEXED BY judgements_not_accepted JOIN observations o ON o.seq = j.seq
WHERE j.reading_id = :reading AND j.outcome = :outcome AND j.outcome NOT IN ('new', 'changed', 'unchanged')
ORDER BY j.seq DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One run of looks that did not show the page, and the look after it that did (None: there was none yet)."""

    first_seq: int
    last_seq: int
    first_at: str
    last_at: str
    until: str | None
    looks: int
    whole: bool  # False: the run is longer than what was read of it
    reasons: tuple[tuple[str, str | None, int], ...]  # (outcome, reason, looks), the most frequent first
    runs: int = 1  # more where gaps near each other are told together

    @property
    def outcomes(self) -> frozenset[str]:
        return frozenset(outcome for outcome, _, _ in self.reasons)

    def as_json(self) -> Json:
        return {
            "first_observation": self.first_seq,
            "last_observation": self.last_seq,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "until": self.until,
            "looks": self.looks,
            "whole": self.whole,
            "reasons": [
                {"outcome": outcome, "reason": reason, "looks": looks} for outcome, reason, looks in self.reasons
            ],
        }


def gaps(reader: Reader, page: PageRow) -> list[Gap]:
    """The page's gaps in its current reading, newest first. Long histories are read back to `_LIMIT` looks an outcome."""
    reading = reader.reading_id(page)
    found = [
        reader.rows(_LOOKS, {"reading": reading, "outcome": outcome, "limit": _LIMIT}) for outcome in _NOT_ACCEPTED
    ]
    cut = [rows[-1]["seq"] for rows in found if len(rows) == _LIMIT]
    horizon = max(cut, default=0)  # before it, looks of some outcome are missing
    looks = sorted(
        (row for rows in found for row in rows if row["seq"] >= horizon),
        key=lambda row: (row["observed_at"].rstrip("Z"), row["seq"]),
    )
    runs: list[list[sqlite3.Row]] = []
    for look in looks:
        if not runs or look["seq"] != runs[-1][-1]["follows"]:
            runs.append([])
        runs[-1].append(look)
    return [_gap(reader, run, whole=not (cut and place == 0)) for place, run in reversed(list(enumerate(runs)))]


def together(gaps_: Sequence[Gap]) -> Gap:
    """Several gaps, oldest first, told as one; the page was seen between them."""
    counted: Counter[tuple[str, str | None]] = Counter()
    for gap in gaps_:
        counted.update({(outcome, reason): looks for outcome, reason, looks in gap.reasons})
    return Gap(
        first_seq=gaps_[0].first_seq,
        last_seq=gaps_[-1].last_seq,
        first_at=gaps_[0].first_at,
        last_at=gaps_[-1].last_at,
        until=gaps_[-1].until,
        looks=sum(gap.looks for gap in gaps_),
        whole=all(gap.whole for gap in gaps_),
        reasons=tuple((outcome, reason, looks) for (outcome, reason), looks in counted.most_common()),
        runs=len(gaps_),
    )


def _gap(reader: Reader, run: list[sqlite3.Row], *, whole: bool) -> Gap:
    counted = Counter((look["outcome"], look["reason"]) for look in run)
    after = reader.row("SELECT observed_at FROM observations WHERE seq = :seq", {"seq": run[-1]["follows"]})
    return Gap(
        first_seq=run[0]["seq"],
        last_seq=run[-1]["seq"],
        first_at=run[0]["observed_at"],
        last_at=run[-1]["observed_at"],
        until=after["observed_at"] if after else None,
        looks=len(run),
        whole=whole,
        reasons=tuple((outcome, reason, looks) for (outcome, reason), looks in counted.most_common()),
    )
