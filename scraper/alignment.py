"""Two rows of blocks laid beside each other: which stayed, which took another's place, which came and which went."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_MOST_PAIRS = 1024  # of blocks between two that stayed, up to which the likeliest pairs are looked for


@dataclass(frozen=True, slots=True)
class Step:
    """A block of the old row (by index) and the one of the new row in its place; None: it came, or it went."""

    old: int | None
    new: int | None


def align(old: Sequence[int], new: Sequence[int], likeness: Callable[[int, int], float]) -> list[Step]:
    """The steps from one row of codes to another, in order.

    Equal codes that occur once in each row and in the same order are anchors; between them blocks are paired so that the sum
    of `likeness(old index, new index)`, 0 for what can't be each other's, is greatest.
    """
    steps: list[Step] = []
    i = k = 0
    for at, to in [*_anchors(old, new), (len(old), len(new))]:
        while i < at and k < to and old[i] == new[k]:
            steps.append(Step(i, k))
            i, k = i + 1, k + 1
        tail = 0
        while i < at - tail and k < to - tail and old[at - tail - 1] == new[to - tail - 1]:
            tail += 1
        steps += _pairs(range(i, at - tail), range(k, to - tail), old, new, likeness)
        steps += (Step(at - n, to - n) for n in range(tail, 0, -1))
        i, k = at, to
    return steps


def _anchors(old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """The longest row of pairs of equal codes that occur once on each side, in order on both (patience)."""
    once = {item for item, count in Counter(new).items() if count == 1}
    once &= {item for item, count in Counter(old).items() if count == 1}
    place = {item: k for k, item in enumerate(new) if item in once}
    pairs = [(i, place[item]) for i, item in enumerate(old) if item in once]
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for n, (_, k) in enumerate(pairs):
        height = bisect_left(tops, k)
        before.append(last[height - 1] if height else -1)
        tops[height : height + 1] = [k]
        last[height : height + 1] = [n]
    chain = []
    n = last[-1] if last else -1
    while n >= 0:
        chain.append(pairs[n])
        n = before[n]
    return chain[::-1]


def _pairs(
    rows: range, columns: range, old: Sequence[int], new: Sequence[int], likeness: Callable[[int, int], float]
) -> Iterator[Step]:
    """The likeliest pairs of what stands between two anchors; of too much, those at the same number."""
    if len(rows) * len(columns) > _MOST_PAIRS:
        for i, k in zip(rows, columns, strict=False):
            yield Step(i, k)
        yield from (Step(i, None) for i in rows[len(columns) :])
        yield from (Step(None, k) for k in columns[len(rows) :])
        return
    best = [[0.0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    worth = [[3.0 if old[i] == new[k] else likeness(i, k) for k in columns] for i in rows]
    for r in range(len(rows) - 1, -1, -1):
        for c in range(len(columns) - 1, -1, -1):
            paired = best[r + 1][c + 1] + worth[r][c] if worth[r][c] else 0.0
            best[r][c] = max(paired, best[r + 1][c], best[r][c + 1])
    r = c = 0
    while r < len(rows) and c < len(columns):
        if worth[r][c] and best[r][c] == best[r + 1][c + 1] + worth[r][c]:
            yield Step(rows[r], columns[c])
            r, c = r + 1, c + 1
        elif best[r][c] == best[r + 1][c]:
            yield Step(rows[r], None)
            r += 1
        else:
            yield Step(None, columns[c])
            c += 1
    yield from (Step(i, None) for i in rows[r:])
    yield from (Step(None, k) for k in columns[c:])
