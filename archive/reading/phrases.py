"""When a phrase stood on a page: by the lives of its passages, without reading its revisions.

A phrase inside a passage stood there as long as that passage did. One that goes across passages can have stood only where a passage
that ends in a beginning of it and one that begins with the rest stood at once: of those revisions, and no others, the texts are read.

A set of revisions is a number, in which the bits of their numbers are 1.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from functools import cached_property

from archive.reading.holders import Cut, Holders
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow
from archive.text import fold, holds_phrase

_AT_ONCE = 200  # passages
_ROW_CHARS = 100  # of what is read of a revision beside its text
_RUN = re.compile("1+")

_SPELLS = """
WITH runs AS (SELECT json_extract(value, '$[0]') AS first, json_extract(value, '$[1]') AS last FROM json_each(:runs)),
sums AS (
    SELECT first, last, sum(v.looks) AS looks,
        max(v.longest_gap_s) AS longest_gap_s, max(iif(v.number > first, v.gap_before_s, 0)) AS gap_before_s
    FROM runs CROSS JOIN revisions v ON v.reading_id = :reading AND v.number BETWEEN first AND last
    GROUP BY first
)
SELECT first, last, looks, max(longest_gap_s, coalesce(gap_before_s, 0)) AS gap_s,
    (SELECT last_observed FROM revisions WHERE reading_id = :reading AND number = first - 1) AS before,
    (SELECT first_observed FROM revisions WHERE reading_id = :reading AND number = first) AS begun,
    (SELECT last_observed FROM revisions WHERE reading_id = :reading AND number = last) AS ended,
    (SELECT first_observed FROM revisions WHERE reading_id = :reading AND number = last + 1) AS after
FROM sums ORDER BY first
"""


def when(reader: Reader, phrase: str, pages: Sequence[PageRow]) -> list[Json]:
    """On which of these pages a phrase ever stood, and in which spells, across passages too; case and marks folded."""
    asked = Phrase(reader, phrase)
    with reader.one_instant():
        may_hold = set(asked.holders.pages())
        found = [(page, asked.spells_on(page.id)) for page in pages if page.id in may_hold]
    return [said(page, spells) for page, spells in found if spells]


def said(page: PageRow, spells: Sequence[Json]) -> Json:
    """That a page said it, as it is answered."""
    present = spells[-1]["end"] is None
    return {"page": page.slug, "title": page.title or None, "present": present, "spells": list(spells)}


class Phrase:
    """A phrase that is asked for. `read` counts the characters that were read for it."""

    def __init__(self, reader: Reader, phrase: str) -> None:
        self._reader = reader
        self._folded = fold(phrase)
        self.holders = Holders(reader, self._folded)
        self.read = 0

    def spells_on(self, page_id: int) -> list[Json]:
        """In which spells a page said it; none where it never did."""
        row = self._reader.row("SELECT id FROM readings WHERE page_id = :page AND is_current", {"page": page_id})
        if row is None:
            return []
        lives = _Lives(self._reader, row["id"])
        found = self._inside(lives, self.holders.inside(page_id, row["id"]))
        if self.holders.cuts:
            doubtful = self._across(lives, page_id) & ~found
            found |= lives.holding(doubtful, _Holds(self._folded, self.holders.cuts)) if doubtful else 0
        spells = lives.spells(found)
        self.read += lives.read
        return spells

    def _inside(self, lives: _Lives, passages: Sequence[int]) -> int:
        """The revisions in which one of these passages holds it. Some from all along are looked at first: they may be all it takes."""
        found = 0
        parts = -(-len(passages) // _AT_ONCE)
        for part in range(parts):
            texts = lives.folded(passages[part::parts])
            holding = [number for number, text in texts if self._folded in text and holds_phrase(text, self._folded)]
            found |= lives.stood(holding)
            if found and found == lives.every:
                break
        return found

    def _across(self, lives: _Lives, page_id: int) -> int:
        """The revisions in which it may go across passages."""
        cuts = self.holders.cuts
        ends = lives.folded(self.holders.ending(page_id))
        if not ends and all(cut.ends for cut in cuts):
            return 0
        if not all(cut.ends or cut.begins for cut in cuts):
            return lives.every if self.holders.on_page(page_id) else 0
        begins = lives.folded(self.holders.beginning(page_id))
        found = 0
        for cut in cuts:
            before = [number for number, text in ends if text.endswith(cut.first)]
            after = [number for number, text in begins if text.startswith(cut.rest) or cut.rest.startswith(text)]
            stood_before = lives.stood(before) if cut.ends else lives.every
            found |= stood_before and stood_before & (lives.stood(after) if cut.begins else lives.every)
        return found


class _Lives:
    """The passages of a reading, and in which of its revisions they stood. `read` counts the characters that were read."""

    def __init__(self, reader: Reader, reading: int) -> None:
        self._reader = reader
        self._reading = reading
        self.read = 0

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The numbers of revisions by their ids."""
        sql = "SELECT id, number FROM revisions WHERE reading_id = ?"
        return dict(self._reader.conn.execute(sql, (self._reading,)).fetchall())

    @cached_property
    def every(self) -> int:
        """All revisions."""
        return (2 << max(self._numbers.values(), default=0)) - 2

    def folded(self, passages: Sequence[int]) -> list[tuple[int, str]]:
        """(id, folded text) of those of these passages that are of this reading."""
        if not passages:
            return []
        rows = self._reader.conn.execute(
            "SELECT id, text FROM passages WHERE id IN (SELECT value FROM json_each(?)) AND reading_id = ?",
            (json.dumps(passages), self._reading),
        ).fetchall()
        self.read += sum(len(text) for _, text in rows)
        return [(passage_id, fold(text)) for passage_id, text in rows]

    def stood(self, passages: Sequence[int]) -> int:
        """The revisions in which any of these passages stood."""
        if not passages:
            return 0
        sql = (
            "SELECT first_revision_id, last_revision_id FROM lifetimes"
            " WHERE passage_id IN (SELECT value FROM json_each(?))"
        )
        end = self.every.bit_length()
        stays = [
            (self._numbers[first], end if last is None else self._numbers[last] + 1)
            for first, last in self._reader.conn.execute(sql, (json.dumps(passages),))
        ]
        found = 0
        for begin, until in _joined(stays):
            found |= (1 << until) - (1 << begin)
        return found

    def holding(self, revisions: int, holds: _Holds) -> int:
        """Those of these revisions whose text holds a phrase."""
        found = 0
        for first, last in _runs(revisions):
            for number, text in self._reader.conn.execute(
                "SELECT number, text FROM revisions WHERE reading_id = ? AND number BETWEEN ? AND ?",
                (self._reading, first, last),
            ):
                self.read += len(text)
                if holds.phrase_in(text):
                    found |= 1 << number
        return found

    def spells(self, revisions: int) -> list[Json]:
        """The stays that these revisions make, as they are answered."""
        if not revisions:
            return []
        self.read += _ROW_CHARS * revisions.bit_count()
        values = {"reading": self._reading, "runs": json.dumps(_runs(revisions))}
        return [_spell(row) for row in self._reader.rows(_SPELLS, values)]


def _joined(stays: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stays, those that meet made one: each costs as much as the history is long.

    >>> _joined([(5, 7), (1, 3), (2, 5)]), _joined([(1, 2), (3, 4)])
    ([(1, 7)], [(1, 2), (3, 4)])
    """
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(stays):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def _runs(revisions: int) -> list[tuple[int, int]]:
    """(first, last) of every run of numbers in a set.

    >>> _runs(0b11101100)
    [(2, 3), (5, 7)]
    """
    return [(run.start(), run.end() - 1) for run in _RUN.finditer(f"{revisions:b}"[::-1])]


class _Holds:
    """Whether texts hold a folded phrase. The blocks that revisions have in common are looked at once."""

    def __init__(self, phrase: str, cuts: Sequence[Cut]) -> None:
        self._phrase = phrase
        self._begins = tuple(cut.first for cut in cuts)
        self._blocks: dict[str, tuple[str, bool, bool]] = {}  # folded, holds the phrase, ends in a beginning of it

    def phrase_in(self, text: str) -> bool:
        blocks = [self._block(block) for block in text.split("\n\n")]
        if any(holds for _, holds, _ in blocks):
            return True
        if not any(begins for _, _, begins in blocks):
            return False
        return holds_phrase(" ".join(folded for folded, _, _ in blocks if folded), self._phrase)

    def _block(self, block: str) -> tuple[str, bool, bool]:
        known = self._blocks.get(block)
        if known is None:
            folded = fold(block)
            known = (folded, holds_phrase(folded, self._phrase), folded.endswith(self._begins))
            self._blocks[block] = known
        return known


def _spell(row: sqlite3.Row) -> Json:
    return {
        "first_revision": row["first"],
        "last_revision": row["last"] if row["after"] else None,
        "begin": {"not_before": row["before"], "not_after": row["begun"]},
        "end": {"not_before": row["ended"], "not_after": row["after"]} if row["after"] else None,
        "looks": row["looks"],
        "longest_gap_s": row["gap_s"],
    }
