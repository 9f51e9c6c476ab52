"""Language versions of one statement, block by block: aligned by length, kind and numbers, since no word is shared.

After Gale and Church (1993): versions of a text have lengths in nearly the same proportion throughout. Pure.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Block = tuple[str, str]  # kind, text
Span = tuple[int, int]  # half-open, of blocks

_BEADS = ((1, 1, 0.0), (1, 0, 4.0), (0, 1, 4.0), (2, 1, 4.0), (1, 2, 4.0))  # blocks of each side, and what it costs
_SPREAD = 6.8  # variance of length for a character, as published
_KINDS_DIFFER = 5.0
_NUMBERS_DIFFER = 2.5
_CELLS = 16_000  # pairs of blocks that are weighed in all, about: long texts are aligned nearer to the diagonal
_LEAST_BAND = 8  # … but no nearer than this
_MOST_BLOCKS = 3000  # of the first text, once for each other: longer ones would keep other readers waiting
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Unit:
    kind: str
    length: int
    numbers: frozenset[str]


def parallel(texts: Sequence[Sequence[Block]]) -> list[tuple[Span, ...]]:
    """Rows of spans, one span a text, that cover every text in order; a version that lacks something has an empty span.

    All are aligned with the first. Very long ones are one row.
    """
    if not texts:
        return []
    if len(texts[0]) * (len(texts) - 1) > _MOST_BLOCKS:
        return [tuple((0, len(text)) for text in texts)]
    units = [[_unit(block) for block in text] for text in texts]
    aligned = [_beads(units[0], other, _CELLS // (len(units) - 1)) for other in units[1:]]
    cuts = set(range(len(units[0]) + 1))
    for beads in aligned:
        cuts &= {0, len(units[0]), *(a for a, _, _, _ in beads), *(b for _, b, _, _ in beads)}
    borders = sorted(cuts)
    placed = [_placed(beads, borders) for beads in aligned]
    keys = sorted({key for rows in placed for key in rows} | {(begin, 1) for begin in borders[:-1]})
    ends = dict(itertools.pairwise(borders))
    columns = [[(begin, ends[begin] if own else begin) for begin, own in keys]]
    columns += [_filled(rows, keys) for rows in placed]
    return list(zip(*columns, strict=True))


def _unit(block: Block) -> _Unit:
    kind, text = block
    runs = ("".join(str(unicodedata.decimal(char)) for char in run) for run in _NUMBER.findall(text))
    return _Unit(kind, max(len(text), 1), frozenset(run.lstrip("0") for run in runs))


def _placed(beads: Sequence[tuple[int, int, int, int]], borders: Sequence[int]) -> dict[Span, Span]:
    """The other text's blocks by row: (border, 1) against what begins there, (border, 0) what it has alone before that."""
    rows: dict[Span, Span] = {}
    for a, b, c, d in beads:
        floor = borders[bisect_right(borders, a) - 1]
        alone = a == b and a == floor
        key = (a, 0) if alone else (floor, 1)
        rows[key] = (rows[key][0] if key in rows else c, d)
    return rows


def _filled(rows: dict[Span, Span], keys: Sequence[Span]) -> list[Span]:
    spans = []
    at = 0
    for key in keys:
        span = rows.get(key, (at, at))
        at = span[1]
        spans.append(span)
    return spans


def _beads(one: Sequence[_Unit], two: Sequence[_Unit], cells: int) -> list[tuple[int, int, int, int]]:
    """The cheapest sequence of (a, b, c, d): blocks a to b of the one against c to d of the other."""
    ratio = sum(unit.length for unit in two) / max(sum(unit.length for unit in one), 1) or 1.0
    band = max(_LEAST_BAND, cells // (2 * len(one) + 1))
    best: dict[Span, tuple[float, Span | None]] = {(0, 0): (0.0, None)}
    for i in range(len(one) + 1):
        middle = i * len(two) // max(len(one), 1)
        for j in range(max(0, middle - band), min(len(two), middle + band) + 1):
            here = best.get((i, j))
            if here is None:
                continue
            for da, db, price in _BEADS:
                a, b = i + da, j + db
                if a > len(one) or b > len(two):
                    continue
                cost = here[0] + price + _cost(one[i:a], two[j:b], ratio)
                if (a, b) not in best or cost < best[(a, b)][0]:
                    best[(a, b)] = (cost, (i, j))
    return _traced(best, (len(one), len(two)))


def _traced(best: dict[Span, tuple[float, Span | None]], end: Span) -> list[tuple[int, int, int, int]]:
    if end not in best:  # further apart than the band: nothing can be said
        return [(0, end[0], 0, end[1])]
    beads = []
    at: Span | None = end
    while at is not None:
        before = best[at][1]
        if before is not None:
            beads.append((before[0], at[0], before[1], at[1]))
        at = before
    return beads[::-1]


def _cost(one: Sequence[_Unit], two: Sequence[_Unit], ratio: float) -> float:
    if not one or not two:
        return 0.0
    a, b = sum(unit.length for unit in one) * ratio, sum(unit.length for unit in two)
    delta = abs(a - b) / math.sqrt(_SPREAD * (a + b) / 2)
    cost = min(delta, 8.0)
    if one[0].kind != two[0].kind:
        cost += _KINDS_DIFFER
    return cost + _numbers_cost(one, two)


def _numbers_cost(one: Sequence[_Unit], two: Sequence[_Unit]) -> float:
    """What it costs that numbers differ; less than nothing where they are the same."""
    here = one[0].numbers if len(one) == 1 else one[0].numbers | one[1].numbers
    there = two[0].numbers if len(two) == 1 else two[0].numbers | two[1].numbers
    if not here and not there:
        return 0.0
    return _NUMBERS_DIFFER * (1 - 2 * len(here & there) / len(here | there))
