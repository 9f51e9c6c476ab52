"""What is asked of lives: from when to when a passage, or a phrase, stood on a page."""

from __future__ import annotations

from typing import NamedTuple

from archive.diff.lifetimes import Spell, phrase_spells
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow

_LIVES = """
SELECT p.id, p.kind, p.text, a.text AS ancestor, l.spell, l.begin_not_before, l.begin_not_after, l.end_not_before,
    l.end_not_after, l.first_revision_id,
    coalesce(l.looks, (SELECT sum(v.looks) FROM revisions f JOIN revisions v ON v.reading_id = p.reading_id
        AND v.number >= f.number WHERE f.id = l.first_revision_id)) AS looks,
    coalesce(l.longest_gap_s, (SELECT max(max(v.longest_gap_s), coalesce(max(iif(v.number > f.number, v.gap_before_s, 0)), 0))
        FROM revisions f JOIN revisions v ON v.reading_id = p.reading_id
        AND v.number >= f.number WHERE f.id = l.first_revision_id)) AS longest_gap_s
FROM passages p
JOIN lifetimes l ON l.passage_id = p.id
LEFT JOIN passages a ON a.id = p.ancestor_id
WHERE p.reading_id = :reading
ORDER BY p.id, l.spell
"""

_SHOWN = """
SELECT text, first_observed, last_observed, looks, longest_gap_s, coalesce(gap_before_s, 0)
FROM revisions WHERE reading_id = :reading ORDER BY number
"""


class _Shown(NamedTuple):
    """One revision, as `phrase_spells` takes it."""

    text: str
    first_observed: str
    last_observed: str
    looks: int
    longest_gap_s: float
    gap_before_s: float


def lifetimes(reader: Reader, page: PageRow) -> list[Json]:
    """Every passage ever seen in the current reading, in the order of first sight, in the shape of `lifetimes --json`."""
    found: dict[int, Json] = {}
    for row in reader.rows(_LIVES, {"reading": reader.reading_id(page)}):
        life = found.setdefault(
            row["id"],
            {"text": row["text"], "kind": row["kind"], "present": False, "ancestor": row["ancestor"], "spells": []},
        )
        life["present"] = row["end_not_after"] is None
        end = None
        if row["end_not_after"] is not None:
            end = {"not_before": row["end_not_before"], "not_after": row["end_not_after"]}
        life["spells"].append(
            {
                "begin": {"not_before": row["begin_not_before"], "not_after": row["begin_not_after"]},
                "end": end,
                "looks": row["looks"],
                "longest_gap_s": row["longest_gap_s"],
            }
        )
    return list(found.values())


def when(reader: Reader, phrase: str, pages: list[PageRow]) -> list[Json]:
    """On which of these pages a phrase ever stood, and in which spells, across passages too; case and marks folded."""
    found = []
    for page in pages:
        rows = reader.rows(_SHOWN, {"reading": reader.reading_id(page)})
        shown = (_Shown(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows)
        spells = [_spell(spell) for spell in phrase_spells(shown, phrase)]
        if spells:
            present = spells[-1]["end"] is None
            found.append({"page": page.slug, "title": page.title or None, "present": present, "spells": spells})
    return found


def _spell(spell: Spell[str]) -> Json:
    end = None
    if spell.end_not_after is not None:
        end = {"not_before": spell.end_not_before, "not_after": spell.end_not_after}
    return {
        "begin": {"not_before": spell.begin_not_before, "not_after": spell.begin_not_after},
        "end": end,
        "looks": spell.looks,
        "longest_gap_s": int(spell.longest_gap_s),
    }
