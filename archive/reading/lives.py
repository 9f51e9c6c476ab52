"""What is asked of lives: from when to when a passage stood on a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.diff.lifetimes import standing
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow, Revision

_LIVES = """
SELECT p.id, p.kind, p.text, p.sha256, a.id AS ancestor_id, a.text AS ancestor, f.number AS first, z.number AS last,
    l.begin_not_before, l.begin_not_after, l.end_not_before, l.end_not_after, l.looks, l.longest_gap_s,
    (SELECT min(d.id) FROM passages d WHERE d.ancestor_id = p.id) AS descendant_id
FROM passages p
JOIN lifetimes l ON l.passage_id = p.id
JOIN revisions f ON f.id = l.first_revision_id
LEFT JOIN revisions z ON z.id = l.last_revision_id
LEFT JOIN passages a ON a.id = p.ancestor_id
WHERE {where}
ORDER BY p.id, l.spell
"""

_VANISHED = """
SELECT p.id FROM passages p WHERE p.reading_id = :reading AND p.id < :before AND NOT EXISTS (
    SELECT 1 FROM lifetimes l WHERE l.passage_id = p.id AND l.end_not_after IS NULL)
ORDER BY p.id DESC LIMIT :limit
"""

_BIRTHS = """
SELECT p.sha256, f.number, l.begin_not_before, l.begin_not_after
FROM passages p
JOIN lifetimes l ON l.passage_id = p.id
JOIN revisions f ON f.id = l.first_revision_id AND f.number <= :number
LEFT JOIN revisions z ON z.id = l.last_revision_id
WHERE p.reading_id = (SELECT reading_id FROM revisions WHERE id = :revision)
    AND p.sha256 IN (SELECT value FROM json_each(:digests)) AND (z.id IS NULL OR z.number >= :number)
"""

_RUNS = """
SELECT number, looks, longest_gap_s, coalesce(gap_before_s, 0) AS gap_before_s
FROM revisions WHERE reading_id = :reading ORDER BY number DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One spell, as bounds and as revisions. `last` and `end` are None while it goes on."""

    first: int
    last: int | None
    begin: tuple[str | None, str]
    end: tuple[str, str] | None
    looks: int
    longest_gap_s: int

    def as_json(self) -> Json:
        return {
            "first_revision": self.first,
            "last_revision": self.last,
            "begin": {"not_before": self.begin[0], "not_after": self.begin[1]},
            "end": {"not_before": self.end[0], "not_after": self.end[1]} if self.end else None,
            "looks": self.looks,
            "longest_gap_s": self.longest_gap_s,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """A passage with its spells, and what it was made from."""

    id: int
    kind: str
    text: str
    sha256: str
    ancestor_id: int | None
    ancestor: str | None
    descendant_id: int | None  # the first passage that was made from it
    spells: tuple[Stay, ...]

    @property
    def present(self) -> bool:
        return self.spells[-1].end is None

    def as_json(self) -> Json:
        return {
            "text": self.text,
            "kind": self.kind,
            "present": self.present,
            "ancestor": self.ancestor,
            "spells": [spell.as_json() for spell in self.spells],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """Since when a passage of one revision had stood there without a break, and the revision that brought it."""

    revision: int
    not_before: str | None
    not_after: str


def lifetimes(reader: Reader, page: PageRow) -> list[Json]:
    """Every passage ever seen in the current reading, in the order of first sight, in the shape of `lifetimes --json`."""
    return [life.as_json() for life in _lives(reader, page, "p.reading_id = :reading", {})]


def present_lives(reader: Reader, page: PageRow, *, skip: int = 0, limit: int) -> tuple[list[Lifetime], int]:
    """So many passages of the latest text in reading order, after those that are skipped, and how many there are in all."""
    if not page.revisions:
        return [], 0
    latest = reader.revision(page.slug)
    digests = list(standing(latest.text, latest.block_kinds))
    place = {digest: number for number, digest in enumerate(digests)}
    where = "p.reading_id = :reading AND p.sha256 IN (SELECT value FROM json_each(:digests))"
    found = _lives(reader, page, where, {"digests": json.dumps(digests[skip : skip + limit])})
    return sorted(found, key=lambda life: place[life.sha256]), len(digests)


def vanished_lives(reader: Reader, page: PageRow, *, before: int | None = None, limit: int) -> list[Lifetime]:
    """The passages that no longer stand there, those first seen last first; those after the passage `before`."""
    values = {"reading": reader.reading_id(page), "before": before or 1 << 62, "limit": limit}
    ids = [row["id"] for row in reader.rows(_VANISHED, values)]
    found = _lives(reader, page, "p.id IN (SELECT value FROM json_each(:ids))", {"ids": json.dumps(ids)})
    return found[::-1]


def births(reader: Reader, revision: Revision, digests: Sequence[str]) -> dict[str, Birth]:
    """Since when the passages of a revision, by the digests of their texts, had stood there."""
    values = {"revision": revision.row.id, "number": revision.number, "digests": json.dumps(digests)}
    return {
        row["sha256"]: Birth(
            revision=row["number"], not_before=row["begin_not_before"], not_after=row["begin_not_after"]
        )
        for row in reader.rows(_BIRTHS, values)
    }


def _lives(reader: Reader, page: PageRow, where: str, values: dict[str, object]) -> list[Lifetime]:
    reading = reader.reading_id(page)
    rows = reader.rows(_LIVES.format(where=where), {"reading": reading, **values})
    runs = _runs(reader, reading) if any(row["looks"] is None for row in rows) else {}
    made = []
    for _, group in groupby(rows, key=lambda row: row["id"]):
        own = list(group)
        first = own[0]
        made.append(
            Lifetime(
                id=first["id"],
                kind=first["kind"],
                text=first["text"],
                sha256=first["sha256"],
                ancestor_id=first["ancestor_id"],
                ancestor=first["ancestor"],
                descendant_id=first["descendant_id"],
                spells=tuple(
                    Stay(
                        first=row["first"],
                        last=row["last"],
                        begin=(row["begin_not_before"], row["begin_not_after"]),
                        end=None if row["end_not_after"] is None else (row["end_not_before"], row["end_not_after"]),
                        looks=runs[row["first"]][0] if row["looks"] is None else row["looks"],
                        longest_gap_s=runs[row["first"]][1] if row["looks"] is None else row["longest_gap_s"],
                    )
                    for row in own
                ),
            )
        )
    return made


def _runs(reader: Reader, reading: int | None) -> dict[int, tuple[int, int]]:
    """By the number of each revision: (looks, longest gap) from its first look to the last look there is."""
    found: dict[int, tuple[int, int]] = {}
    looks = longest = 0
    for row in reader.rows(_RUNS, {"reading": reading}):
        looks += row["looks"]
        longest = max(longest, row["longest_gap_s"])
        found[row["number"]] = (looks, longest)
        longest = max(longest, row["gap_before_s"])
    return found
