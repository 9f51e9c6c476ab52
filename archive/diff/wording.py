"""What changed inside one pair of passages, word by word, as a reader would mark it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from archive.diff.looks import key_of, looks
from archive.diff.sequence import Block, Codes, blocks, common_prefix, common_suffix
from archive.text import RUNS_ON, THAI, THAI_LEADING, token_pattern

Piece = tuple[bool, int, int, int, int]  # kept, old start, old end, new start, new end
Hunk = tuple[int, int, int, int]  # token ranges: old from, to; new from, to

_LONG_TOKEN = 48  # characters: what is longer is no word, and is refined inside
_ASCII = re.compile(r"[A-Za-z0-9]+|[^\sA-Za-z0-9]")  # the same as token_pattern for ASCII, faster
_CLUSTERS = re.compile(
    r"[^\S\n]+|.[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u20d0-\u20ff\ufe20-\ufe2f]*", re.DOTALL
)
_RUN_OF_SYLLABLES = re.compile(f"[{THAI_LEADING}{THAI}]+")
_SYLLABLE_PARTS = re.compile(
    "[\u0e40-\u0e44\u0ec0-\u0ec4]*.[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ecd]*", re.DOTALL
)


@dataclass(slots=True)
class Tokens:
    """The tokens of a stretch of text: spans, keys, codes, and each one's weight (letters; 0 for signs)."""

    spans: list[tuple[int, int]]
    keys: list[str]
    codes: str
    weights: list[int]
    weight: int  # their sum


def tokens(text: str, start: int, end: int, codes: Codes, *, plain: bool) -> Tokens:
    """Cuts text[start:end] into tokens; `plain` says that it needs no normalising."""
    pattern = _ASCII if plain and text[start:end].isascii() else token_pattern()
    spans = [found.span() for found in pattern.finditer(text, start, end)]
    keys = [text[a:b] for a, b in spans]
    if not plain:
        keys = [key_of(key) for key in keys]
    weights = [len(key) if key[:1].isalnum() or len(key) > 1 else 0 for key in keys]
    return Tokens(spans, keys, codes.encode(keys), weights, sum(weights))


def changed_hunks(old: Tokens, new: Tokens) -> list[Hunk]:
    """The token ranges that differ, with small islands between them merged and free edits slid to where words start."""
    hunks = _between(blocks(old.codes, new.codes), len(old.codes), len(new.codes))
    return _slid(_without_islands(hunks, old), old, new)


def _between(found: list[Block], size_old: int, size_new: int) -> list[Hunk]:
    hunks: list[Hunk] = []
    i = j = 0
    for a, b, size in found:
        if a > i or b > j:
            hunks.append((i, a, j, b))
        i, j = a + size, b + size
    if size_old > i or size_new > j:
        hunks.append((i, size_old, j, size_new))
    return hunks


def _without_islands(hunks: list[Hunk], old: Tokens) -> list[Hunk]:
    """Merges hunks over a kept stretch that is too slight to stand between them: `the` amid two rewritten clauses."""
    if len(hunks) < 2:
        return hunks
    weighed = [0, *accumulate(old.weights)]
    merged: list[Hunk] = []
    for hunk in hunks:
        while merged and _is_island(merged[-1], hunk, old, weighed):
            before = merged.pop()
            hunk = (before[0], hunk[1], before[2], hunk[3])
        merged.append(hunk)
    return merged


def _is_island(left: Hunk, right: Hunk, old: Tokens, weighed: list[int]) -> bool:
    kept = right[0] - left[1]
    if kept == 1 and RUNS_ON.match(old.keys[left[1]]) and _is_chance(left, right):
        return True
    around = min(max(left[1] - left[0], left[3] - left[2]), max(right[1] - right[0], right[3] - right[2]))
    if around < 3 or kept * 2 > around:
        return False
    beside = weighed[left[1]] - weighed[left[0]] + weighed[right[1]] - weighed[right[0]]
    return (weighed[right[0]] - weighed[left[1]]) * 3 <= beside


def _is_chance(left: Hunk, right: Hunk) -> bool:
    """Whether one Han character or kana run between two hunks is common by chance: 度和, 和度z."""
    one_sided = any((hunk[0] == hunk[1]) != (hunk[2] == hunk[3]) for hunk in (left, right))
    return one_sided and sum(hunk[1] - hunk[0] + hunk[3] - hunk[2] for hunk in (left, right)) > 2


def _slid(hunks: list[Hunk], old: Tokens, new: Tokens) -> list[Hunk]:
    """Moves pure insertions and deletions, where they are free to, to the place that reads best."""
    out: list[Hunk] = []
    for index, hunk in enumerate(hunks):
        i, i2, j, j2 = hunk
        if (i < i2) == (j < j2):
            out.append(hunk)
            continue
        left_limit = min(i - out[-1][1], j - out[-1][3]) if out else min(i, j)
        following = hunks[index + 1] if index + 1 < len(hunks) else (len(old.codes), 0, len(new.codes), 0)
        right_limit = min(following[0] - i2, following[2] - j2)
        side, start, end = (new, j, j2) if j < j2 else (old, i, i2)
        shift = _best_shift(side, start, end, left_limit, right_limit)
        out.append((i + shift, i2 + shift, j + shift, j2 + shift))
    return out


def _best_shift(side: Tokens, start: int, end: int, left: int, right: int) -> int:
    codes, size = side.codes, end - start
    low = 0
    while low < min(left, 64) and codes[start - low - 1] == codes[end - low - 1]:
        low += 1
    high = 0
    while high < min(right, 64) and codes[start + high] == codes[end + high]:
        high += 1
    if not low and not high:
        return 0
    return max(range(-low, high + 1), key=lambda shift: (_start_quality(side, start + shift, size), -abs(shift)))


def _start_quality(side: Tokens, at: int, size: int) -> int:
    """How well a stretch of tokens starting here reads as one edit: whole sentences before clauses before words."""
    first = side.weights[at] > 0
    previous = side.keys[at - 1] if at else ""
    last = side.keys[at + size - 1]
    quality = 2 if first else 0
    if not previous or previous in ".!?。！？":
        quality += 4
    elif not previous[0].isalnum():
        quality += 1
    if last in ".!?。！？":
        quality += 1
    return quality


def pieces(old: str, a0: int, a1: int, new: str, b0: int, b1: int, *, plain: bool) -> list[Piece]:
    """The pair of stretches as kept and changed pieces that cover both, in order."""
    if old[a0:a1] == new[b0:b1]:
        return [(True, a0, a1, b0, b1)] if a1 > a0 else []
    codes = Codes()
    was, now = tokens(old, a0, a1, codes, plain=plain), tokens(new, b0, b1, codes, plain=plain)
    if codes.full:
        return [(False, a0, a1, b0, b1)]
    return pieces_of(old, a0, a1, new, b0, b1, was, now, changed_hunks(was, now))


def pieces_of(
    old: str, a0: int, a1: int, new: str, b0: int, b1: int, was: Tokens, now: Tokens, hunks: list[Hunk]
) -> list[Piece]:
    """The pieces that follow from the token ranges that differ."""
    out: list[Piece] = []
    i = j = 0
    at_old, at_new = a0, b0
    for hunk in [*hunks, (len(was.spans), len(was.spans), len(now.spans), len(now.spans))]:
        if hunk[0] > i:
            start_old, start_new = was.spans[i][0], now.spans[j][0]
            _change(out, old, at_old, start_old, new, at_new, start_new)
            at_old, at_new = was.spans[hunk[0] - 1][1], now.spans[hunk[2] - 1][1]
            if old[start_old:at_old] == new[start_new:at_new]:
                out.append((True, start_old, at_old, start_new, at_new))
            else:
                _kept_tokens(out, old, new, was.spans[i : hunk[0]], now.spans[j : hunk[2]])
        i, j = hunk[1], hunk[3]
    _change(out, old, at_old, a1, new, at_new, b1)
    return _joined(out)


def _kept_tokens(
    out: list[Piece], old: str, new: str, old_spans: list[tuple[int, int]], new_spans: list[tuple[int, int]]
) -> None:
    """Tokens that are equal but for what does not show, and the white space between them."""
    end_old, end_new = old_spans[0][0], new_spans[0][0]
    for (a, b), (c, d) in zip(old_spans, new_spans, strict=True):
        _change(out, old, end_old, a, new, end_new, c)
        if old[a:b] == new[c:d]:
            out.append((True, a, b, c, d))
        else:
            refine(out, old, a, b, new, c, d)
        end_old, end_new = b, d


def _change(out: list[Piece], old: str, a: int, b: int, new: str, c: int, d: int) -> None:
    """A stretch that differs between two kept tokens: its white space ends stay if they can, quiet differences show small."""
    was, now = old[a:b], new[c:d]
    if was == now:
        if b > a:
            out.append((True, a, b, c, d))
        return
    head = _space(was, now)
    if head:
        out.append((True, a, a + head, c, c + head))
    tail = _space(was[head:][::-1], now[head:][::-1])
    a, b, c, d = a + head, b - tail, c + head, d - tail
    if b > a and d > c and _refinable(old[a:b], new[c:d]):
        refine(out, old, a, b, new, c, d)
    elif b > a and d > c and (inside := _inside(old[a:b], new[c:d])):
        head, tail_inside = inside
        out.append((True, a, a + head, c, c + head))
        out.append((False, a + head, b - tail_inside, c + head, d - tail_inside))
        out.append((True, b - tail_inside, b, d - tail_inside, d))
    else:
        out.append((False, a, b, c, d))
    if tail:
        out.append((True, b, b + tail, d, d + tail))


def _space(a: str, b: str) -> int:
    """How much white space the two have in common at their start."""
    size = 0
    for x, y in zip(a, b, strict=False):
        if x != y or not x.isspace():
            break
        size += 1
    return size


def _inside(was: str, now: str) -> tuple[int, int] | None:
    """What is kept at the begin and the end, where one is the other with something put in and the script (Thai, Lao)
    shows no word: a negation amid a run of syllables."""
    if not _RUN_OF_SYLLABLES.fullmatch(was) or not _RUN_OF_SYLLABLES.fullmatch(now):
        return None
    was_parts, now_parts = _SYLLABLE_PARTS.findall(was), _SYLLABLE_PARTS.findall(now)
    short = min(len(was_parts), len(now_parts))
    head = common_prefix(was_parts, now_parts)
    tail = common_suffix(was_parts, now_parts, short - head)
    if head + tail < short or not head or not tail:
        return None
    return sum(map(len, was_parts[:head])), sum(map(len, was_parts[len(was_parts) - tail :]))


def _refinable(was: str, now: str) -> bool:
    """Whether the difference is one of characters rather than words."""
    if min(len(was), len(now)) > _LONG_TOKEN and not any(map(str.isspace, was)) and not any(map(str.isspace, now)):
        return True
    return was != now and looks(was) == looks(now)


def refine(out: list[Piece], old: str, a: int, b: int, new: str, c: int, d: int) -> None:
    """Marks differing characters, never cutting a letter from its marks."""
    was, now = _CLUSTERS.findall(old[a:b]), _CLUSTERS.findall(new[c:d])
    head = common_prefix(was, now)
    tail = common_suffix(was, now, min(len(was), len(now)) - head)
    if max(len(was), len(now)) <= 512:
        codes = Codes()
        found = blocks(codes.encode(was), codes.encode(now))
    else:
        found = [(0, 0, head), (len(was) - tail, len(now) - tail, tail)]
    at_old, at_new = a, c
    i = j = 0
    for x, y, size in [*found, (len(was), len(now), 0)]:
        gone, come = sum(map(len, was[i:x])), sum(map(len, now[j:y]))
        if gone or come:
            out.append((False, at_old, at_old + gone, at_new, at_new + come))
        at_old, at_new = at_old + gone, at_new + come
        kept = sum(map(len, was[x : x + size]))
        if kept:
            out.append((True, at_old, at_old + kept, at_new, at_new + kept))
        at_old, at_new = at_old + kept, at_new + kept
        i, j = x + size, y + size


def _joined(found: list[Piece]) -> list[Piece]:
    out: list[Piece] = []
    for piece in found:
        if out and out[-1][0] == piece[0]:
            out[-1] = (piece[0], out[-1][1], piece[2], out[-1][3], piece[4])
        else:
            out.append(piece)
    return out
