"""Common subsequences of two sequences of symbols, bounded by work limits that depend on the input alone.

Sequences are strings whose characters stand for passages, words or characters (see `Codes`), so that the bit-parallel
comparison of rapidfuzz can take them as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from rapidfuzz.distance import LCSseq

Block = tuple[int, int, int]  # start in the one, start in the other, length

CELLS = 1 << 22  # the largest product of lengths that is compared directly
_WINDOW = 1 << 11
_DEPTH = 6
_LAST_CODE = 0x10FFFF


class Codes:
    """Numbers symbols as characters, the same for the same; `full` once there are more than characters."""

    def __init__(self) -> None:
        self._codes: dict[Hashable, str] = {}
        self.full = False

    def encode(self, symbols: Iterable[Hashable]) -> str:
        codes = self._codes
        out: list[str] = []
        for symbol in symbols:
            code = codes.get(symbol)
            if code is None:
                if len(codes) >= _LAST_CODE:
                    self.full = True
                    return "\x00" * (len(out) + 1)
                code = codes[symbol] = chr(len(codes) + 1)
            out.append(code)
        return "".join(out)


def common_prefix(a: Sequence[object], b: Sequence[object], limit: int | None = None) -> int:
    """How many symbols the two have in common at their start."""
    size = min(len(a), len(b)) if limit is None else min(len(a), len(b), limit)
    low, step = 0, 16
    while low < size:
        width = min(step, size - low)
        if a[low : low + width] == b[low : low + width]:
            low += width
            step *= 2
        elif width == 1:
            return low
        else:
            size = low + width
            step = max(1, width // 2)
    return low


def common_suffix(a: Sequence[object], b: Sequence[object], limit: int) -> int:
    """How many symbols the two have in common at their end, at most `limit`."""
    size, low, step = limit, 0, 16
    end_a, end_b = len(a), len(b)
    while low < size:
        width = min(step, size - low)
        if a[end_a - low - width : end_a - low] == b[end_b - low - width : end_b - low]:
            low += width
            step *= 2
        elif width == 1:
            return low
        else:
            size = low + width
            step = max(1, width // 2)
    return low


def increasing(values: Sequence[int]) -> list[int]:
    """Indexes of a longest strictly increasing subsequence."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        before.append(tail_at[place - 1] if place else -1)
        if place == len(tails):
            tails.append(value)
            tail_at.append(index)
        else:
            tails[place] = value
            tail_at[place] = index
    chain: list[int] = []
    index = tail_at[-1] if tail_at else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]


def heaviest_increasing(values: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Indexes of the strictly increasing subsequence with the greatest sum of weights."""
    order = {value: rank for rank, value in enumerate(sorted(set(values)), 1)}
    size = len(order)
    best = [0] * (size + 1)
    best_at = [-1] * (size + 1)
    before: list[int] = []
    top, top_at = -1, -1
    for index, value in enumerate(values):
        rank = order[value]
        total, previous = 0, -1
        place = rank - 1
        while place:
            if best[place] > total:
                total, previous = best[place], best_at[place]
            place &= place - 1
        before.append(previous)
        total += weights[index]
        if total > top:
            top, top_at = total, index
        place = rank
        while place <= size:
            if total > best[place]:
                best[place], best_at[place] = total, index
            place += place & -place
    chain: list[int] = []
    while top_at >= 0:
        chain.append(top_at)
        top_at = before[top_at]
    return chain[::-1]


def blocks(a: str, b: str) -> list[Block]:
    """A long common subsequence of two code strings as matching blocks, in order; the longest one where it is affordable."""
    out: list[Block] = []
    todo = [(0, len(a), 0, len(b), 0)]
    while todo:
        a0, a1, b0, b1, depth = todo.pop()
        part_a, part_b = a[a0:a1], b[b0:b1]
        head = common_prefix(part_a, part_b)
        tail = common_suffix(part_a, part_b, min(len(part_a), len(part_b)) - head)
        if head:
            out.append((a0, b0, head))
        if tail:
            out.append((a1 - tail, b1 - tail, tail))
        a0, a1, b0, b1 = a0 + head, a1 - tail, b0 + head, b1 - tail
        if a0 == a1 or b0 == b1:
            continue
        if (a1 - a0) * (b1 - b0) <= CELLS:
            out += _direct(a[a0:a1], b[b0:b1], a0, b0)
            continue
        anchors = _anchors(a[a0:a1], b[b0:b1]) if depth < _DEPTH else []
        if not anchors:
            out += _windowed(a[a0:a1], b[b0:b1], a0, b0)
            continue
        left_a, left_b = a0, b0
        for i, j in anchors:
            if left_a < a0 + i and left_b < b0 + j:
                todo.append((left_a, a0 + i, left_b, b0 + j, depth + 1))
            out.append((a0 + i, b0 + j, 1))
            left_a, left_b = a0 + i + 1, b0 + j + 1
        todo.append((left_a, a1, left_b, b1, depth + 1))
    out.sort()
    return _joined(out)


def _direct(a: str, b: str, a0: int, b0: int) -> list[Block]:
    return [
        (a0 + code.src_start, b0 + code.dest_start, code.src_end - code.src_start)
        for code in LCSseq.opcodes(a, b)
        if code.tag == "equal"
    ]


def _anchors(a: str, b: str) -> list[tuple[int, int]]:
    """Pairs of symbols that stand once on either side, as far as they are in order; else of runs that do."""
    for width in (1, 4, 16):
        grams_a = a if width == 1 else [a[i : i + width] for i in range(len(a) - width + 1)]
        grams_b = b if width == 1 else [b[i : i + width] for i in range(len(b) - width + 1)]
        once_a = {gram for gram, count in Counter(grams_a).items() if count == 1}
        once = {gram for gram, count in Counter(grams_b).items() if count == 1 and gram in once_a}
        if not once:
            continue
        place = {gram: j for j, gram in enumerate(grams_b) if gram in once}
        pairs = [(i, place[gram]) for i, gram in enumerate(grams_a) if gram in once]
        return [pairs[index] for index in increasing([j for _, j in pairs])]
    return []


def _windowed(a: str, b: str, a0: int, b0: int) -> list[Block]:
    """Compares window by window: what lies further apart than a window is not found."""
    out: list[Block] = []
    i = j = 0
    while i < len(a) and j < len(b):
        found = _direct(a[i : i + _WINDOW], b[j : j + _WINDOW], 0, 0)
        whole = i + _WINDOW >= len(a) and j + _WINDOW >= len(b)
        kept = [block for block in found if whole or max(block[0], block[1]) < _WINDOW * 3 // 4]
        out += [(a0 + i + x, b0 + j + y, size) for x, y, size in kept]
        if whole:
            break
        x, y, size = kept[-1] if kept else (0, 0, 0)
        if max(x, y) + size < _WINDOW // 4:  # nothing further on in this window is common
            x, y, size = _WINDOW * 3 // 4, _WINDOW * 3 // 4, 0
        i, j = i + x + size, j + y + size
    return out


def _joined(found: list[Block]) -> list[Block]:
    out: list[Block] = []
    for i, j, size in found:
        if out and out[-1][0] + out[-1][2] == i and out[-1][1] + out[-1][2] == j:
            out[-1] = (out[-1][0], out[-1][1], out[-1][2] + size)
        else:
            out.append((i, j, size))
    return out
