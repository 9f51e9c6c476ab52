"""Which passage of the later text is which of the earlier one: kept, reworded, moved, split, merged, or nobody's."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from archive.diff.joins import Side, cut_alike, cut_by, side
from archive.diff.looks import is_plain
from archive.diff.sequence import CELLS, Codes, blocks, common_prefix, common_suffix, heaviest_increasing
from archive.diff.wording import Tokens, tokens
from archive.text import BORDER, DENSE, Span

_RARE = 8  # a word on more passages than this says nothing about which is which
_DIRECT_GAP = 144  # pairs of passages in one gap that are all compared
_CANDIDATES = 4
_SAME_PLACE = 0.4  # likeness needed in the same gap
_ONLY_ONE = 0.3  # likeness needed where each side of a gap has one passage
_HEADING = 60  # characters: longer is no heading
_STRUCTURE = 80  # characters that a heading weighs more than its length
_PARAGRAPH = 24  # and what begins a paragraph in both texts, or ends one
_ELSEWHERE = 0.55  # likeness needed to call it a move
_LONG = 24  # characters: a longer passage is not repeated by chance
_CUT_ROUNDS = 2
_NEAR_BONUS = 0.1  # of two equally like ones, the one in place
_JOINED = 3  # how far a pair grows, and words that it must gain by it
_MOVED_WEIGHT = 12  # letters in common that a reworded move needs; half of them where a letter is a syllable or word
_SAME_EDGES = 0.2  # likeness needed where, besides, both begin or end with the same words
_EDGE_WEIGHT = 4  # letters of those


_Pair = tuple[tuple[int, int], tuple[int, int]]  # ranges of passages: old, new


@dataclass(frozen=True, slots=True)
class Link:
    """Passages `old[0]:old[1]` of the earlier text are `new[0]:new[1]` of the later one."""

    old: tuple[int, int]
    new: tuple[int, int]
    moved: bool


@dataclass(slots=True)
class Alignment:
    """Both texts cut into passages, and the links between them in the order of the later text."""

    old: str
    new: str
    old_spans: list[Span]
    new_spans: list[Span]
    links: list[Link]
    plain: bool
    old_keys: list[str] = field(default_factory=list)
    new_keys: list[str] = field(default_factory=list)
    old_tokens: dict[int, Tokens] = field(default_factory=dict)  # of what is not equal, as far as it was cut
    new_tokens: dict[int, Tokens] = field(default_factory=dict)


class _Matching:
    """A growing one-to-one matching of passages."""

    def __init__(self, size_old: int, size_new: int) -> None:
        self.new_of: list[int] = [-1] * size_old
        self.old_of: list[int] = [-1] * size_new

    def add(self, i: int, j: int) -> None:
        self.new_of[i] = j
        self.old_of[j] = i


def align(old: str, new: str) -> Alignment:
    """Aligns the passages of two texts: equal ones first, then like ones; what crosses the heaviest order has moved."""
    plain = is_plain(old) and is_plain(new)
    was, now = side(old, plain=plain), side(new, plain=plain)
    if was.keys != now.keys and old.split() == new.split():
        was, now = cut_alike(was, now)
    matching = _equal(was.keys, now.keys)
    for _ in range(_CUT_ROUNDS):
        cut_was, cut_now = _cut_where_joined(was, now, matching)
        if cut_was is was and cut_now is now:
            break
        was, now = cut_was, cut_now
        matching = _equal(was.keys, now.keys)
    aligned = Alignment(old, new, was.spans, now.spans, [], plain, was.keys, now.keys)
    groups = _alike(aligned, matching) if -1 in matching.new_of and -1 in matching.old_of else []
    aligned.links = _links(aligned, matching, groups)
    return aligned


def _cut_where_joined(was: Side, now: Side, matching: _Matching) -> tuple[Side, Side]:
    free_old = [i for i, j in enumerate(matching.new_of) if j < 0]
    free_new = [j for j, i in enumerate(matching.old_of) if i < 0]
    if not free_old or not free_new:
        return was, now
    keys_old, keys_new = [was.keys[i] for i in free_old], [now.keys[j] for j in free_new]
    return cut_by(was, free_old, keys_new), cut_by(now, free_new, keys_old)


# --- equal passages --------------------------------------------------------------------------------------------------


def _equal(old_keys: list[str], new_keys: list[str]) -> _Matching:
    """Matches passages that are equal: at both ends, then those that stand once on either side and their neighbours,
    then repeated ones in the order that they have."""
    matching = _Matching(len(old_keys), len(new_keys))
    head = common_prefix(old_keys, new_keys)
    tail = common_suffix(old_keys, new_keys, min(len(old_keys), len(new_keys)) - head)
    for i in range(head):
        matching.add(i, i)
    for back in range(1, tail + 1):
        matching.add(len(old_keys) - back, len(new_keys) - back)
    end_old, end_new = len(old_keys) - tail, len(new_keys) - tail
    if head in (end_old, end_new):
        return matching
    place = _once(new_keys, head, end_new)
    found = [(i, place[key]) for key, i in _once(old_keys, head, end_old).items() if key in place]
    for i, j in found:
        matching.add(i, j)
    _spread(old_keys, new_keys, matching, found)
    _repeated(old_keys, new_keys, matching)
    _repeated_elsewhere(old_keys, new_keys, matching)
    return matching


def _once(keys: list[str], start: int, end: int) -> dict[str, int]:
    counts = Counter(keys[start:end])
    return {keys[i]: i for i in range(start, end) if counts[keys[i]] == 1}


def _spread(old_keys: list[str], new_keys: list[str], matching: _Matching, found: list[tuple[int, int]]) -> None:
    """Neighbours of matched passages that are equal are matched too."""
    new_of, old_of = matching.new_of, matching.old_of
    for step in (1, -1):
        for i, j in found if step == 1 else reversed(found):
            i, j = i + step, j + step
            while (
                0 <= i < len(new_of)
                and 0 <= j < len(old_of)
                and new_of[i] < 0
                and old_of[j] < 0
                and old_keys[i] == new_keys[j]
            ):
                matching.add(i, j)
                i, j = i + step, j + step


def _repeated(old_keys: list[str], new_keys: list[str], matching: _Matching) -> None:
    """Passages that stand several times: a common subsequence inside each gap between those that stay."""
    for a0, a1, b0, b1 in _gaps([len(key) + 1 for key in old_keys], matching):
        left = [i for i in range(a0, a1) if matching.new_of[i] < 0]
        right = [j for j in range(b0, b1) if matching.old_of[j] < 0]
        if not left or not right:
            continue
        codes = Codes()
        codes_old, codes_new = codes.encode(old_keys[i] for i in left), codes.encode(new_keys[j] for j in right)
        for x, y, size in blocks(codes_old, codes_new):
            for step in range(size):
                matching.add(left[x + step], right[y + step])


def _repeated_elsewhere(old_keys: list[str], new_keys: list[str], matching: _Matching) -> None:
    """What is left of repeated passages, in order: those as many on either side, and those too long to repeat by chance."""
    left: dict[str, list[int]] = defaultdict(list)
    right: dict[str, list[int]] = defaultdict(list)
    for i, j in enumerate(matching.new_of):
        if j < 0:
            left[old_keys[i]].append(i)
    for j, i in enumerate(matching.old_of):
        if i < 0 and new_keys[j] in left:
            right[new_keys[j]].append(j)
    for key, news in right.items():
        olds = left[key]
        if len(olds) == len(news) or len(key) >= _LONG:
            for i, j in zip(olds, news, strict=False):
                matching.add(i, j)


def _gaps(weights: list[int], matching: _Matching) -> list[tuple[int, int, int, int]]:
    """The stretches between matched passages that stay in order: old from, to, new from, to."""
    pairs = [(i, j) for i, j in enumerate(matching.new_of) if j >= 0]
    stay = [pairs[x] for x in heaviest_increasing([j for _, j in pairs], [weights[i] for i, _ in pairs])]
    gaps: list[tuple[int, int, int, int]] = []
    at_old = at_new = 0
    for i, j in [*stay, (len(matching.new_of), len(matching.old_of))]:
        if i > at_old and j > at_new:
            gaps.append((at_old, i, at_new, j))
        at_old, at_new = i + 1, j + 1
    return gaps


# --- passages that are alike -----------------------------------------------------------------------------------------


def _alike(aligned: Alignment, matching: _Matching) -> list[_Pair]:
    """Matches what is left by likeness of wording, likest first; in another place only what is much alike.

    Returns the pairs in which either side is more than one passage.
    """
    codes = Codes()
    was, now = aligned.old_tokens, aligned.new_tokens
    for i, j in enumerate(matching.new_of):
        if j < 0:
            was[i] = tokens(aligned.old, *aligned.old_spans[i], codes, plain=aligned.plain)
    for j, i in enumerate(matching.old_of):
        if i < 0:
            now[j] = tokens(aligned.new, *aligned.new_spans[j], codes, plain=aligned.plain)
    if codes.full:
        was.clear()
        now.clear()
        return []
    nearby = {
        (i, j): alone for i, j, alone in _pairs_in_gaps([b - a + 1 for a, b in aligned.old_spans], matching, was, now)
    }
    scored: list[tuple[float, int, int]] = []
    for i, j in dict.fromkeys([*nearby, *_pairs_by_rare_words(was, now)]):
        near = (i, j) in nearby
        needed = (_ONLY_ONE if nearby[i, j] else _SAME_PLACE) if near else _ELSEWHERE
        least = _SAME_EDGES if near and nearby[i, j] else needed
        if 2 * min(was[i].weight, now[j].weight) < least * (was[i].weight + now[j].weight):
            continue  # too unlike in length
        common, likeness = _likeness(was[i], now[j])
        if near and nearby[i, j] and likeness >= _SAME_EDGES and _same_edges(was[i], now[j]):
            needed = _SAME_EDGES
        if likeness >= needed and (near or common >= _moved_weight(was[i])):
            scored.append((-likeness - (_NEAR_BONUS if near else 0.0), i, j))
    pairs: list[tuple[int, int]] = []
    for _, i, j in sorted(scored):
        if matching.new_of[i] < 0 and matching.old_of[j] < 0:
            matching.add(i, j)
            pairs.append((i, j))
    return _grouped(pairs, matching, was, now)


def _grouped(
    pairs: list[tuple[int, int]], matching: _Matching, was: dict[int, Tokens], now: dict[int, Tokens]
) -> list[_Pair]:
    """Pairs grown by free neighbours whose words the other side holds: sentences that were joined or cut and edited."""
    out: list[_Pair] = []
    for i, j in sorted(pairs):
        olds, news = _grown(i, j, matching.new_of, was, now), (j, j + 1)
        if olds == (i, i + 1):
            news = _grown(j, i, matching.old_of, now, was)
        for index in range(*olds):
            matching.new_of[index] = j
        for index in range(*news):
            matching.old_of[index] = i
        if olds != (i, i + 1) or news != (j, j + 1):
            out.append((olds, news))
    return out


def _grown(
    start: int, other: int, partner: list[int], side: dict[int, Tokens], others: dict[int, Tokens]
) -> tuple[int, int]:
    """The range around a passage that its partner holds as well."""
    low, high = start, start + 1
    held, target = side[start].codes, others[other].codes
    common = _common(held, target)
    for _ in range(_JOINED):
        for before in (True, False):
            index = low - 1 if before else high
            if not 0 <= index < len(partner) or partner[index] >= 0 or index not in side:
                continue
            longer = side[index].codes + held if before else held + side[index].codes
            if len(longer) * len(target) > CELLS:
                continue
            gain = _common(longer, target) - common
            if gain * 2 < len(side[index].codes) or gain < _JOINED:
                continue
            held, common = longer, common + gain
            low, high = min(low, index), max(high, index + 1)
    return low, high


def _common(a: str, b: str) -> int:
    return LCSseq.similarity(a, b) if len(a) * len(b) <= CELLS else sum(size for _, _, size in blocks(a, b))


def _pairs_in_gaps(
    weights: list[int], matching: _Matching, was: dict[int, Tokens], now: dict[int, Tokens]
) -> list[tuple[int, int, bool]]:
    pairs: list[tuple[int, int, bool]] = []
    for a0, a1, b0, b1 in _gaps(weights, matching):
        left, right = [i for i in range(a0, a1) if i in was], [j for j in range(b0, b1) if j in now]
        alone = len(left) == 1 and len(right) == 1
        if len(left) * len(right) <= _DIRECT_GAP:
            pairs += [(i, j, alone) for i in left for j in right]
            continue
        for x, i in enumerate(left):
            middle = x * len(right) // len(left)
            pairs += [(i, j, False) for j in right[max(0, middle - 2) : middle + 3]]
    return pairs


def _pairs_by_rare_words(was: dict[int, Tokens], now: dict[int, Tokens]) -> list[tuple[int, int]]:
    """Pairs that share words which few passages have."""
    holders: dict[str, list[int]] = defaultdict(list)
    for i, words in was.items():
        for code in set(words.codes):
            holders[code].append(i)
    pairs: list[tuple[int, int]] = []
    for j, words in now.items():
        votes: Counter[int] = Counter()
        for code in sorted(set(words.codes)):
            found = holders.get(code, ())
            if len(found) <= _RARE:
                votes.update(found)
        pairs += [(i, j) for i, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:_CANDIDATES]]
    return pairs


def _same_edges(was: Tokens, now: Tokens) -> bool:
    """Whether both begin or end with the same words, of some weight."""
    head = common_prefix(was.codes, now.codes)
    tail = common_suffix(was.codes, now.codes, min(len(was.codes), len(now.codes)) - head)
    return sum(was.weights[:head]) + sum(was.weights[len(was.weights) - tail :]) >= _EDGE_WEIGHT


def _moved_weight(was: Tokens) -> int:
    return _MOVED_WEIGHT // 2 if any(map(DENSE.match, was.keys)) else _MOVED_WEIGHT


def _likeness(was: Tokens, now: Tokens) -> tuple[int, float]:
    """Letters in common words in the same order, and their share of both."""
    whole = was.weight + now.weight
    if not whole:
        return 0, 1.0 if was.codes == now.codes else 0.0
    if len(was.codes) * len(now.codes) > CELLS:
        found = blocks(was.codes, now.codes)
        common = sum(sum(was.weights[i : i + size]) for i, _, size in found)
        return common, 2 * common / whole
    common = sum(
        sum(was.weights[code.src_start : code.src_end])
        for code in LCSseq.opcodes(was.codes, now.codes)
        if code.tag == "equal"
    )
    return common, 2 * common / whole


# --- links -----------------------------------------------------------------------------------------------------------


def _weight(aligned: Alignment, olds: tuple[int, int], news: tuple[int, int]) -> int:
    """How much a pair is worth to leave in place: its length; more where it is no sentence (a heading), or where it begins
    or ends a paragraph in both texts, which a move would have to take apart."""
    weight = 0
    for index in range(*olds):
        key = aligned.old_keys[index]
        structure = len(key) < _HEADING and (key[-1:].isalnum() or unicodedata.category(key[-1:] or ".")[0] == "M")
        weight += len(key) + (_STRUCTURE if structure else 1)
    for edge in (0, 1):
        if _at_border(aligned.old, aligned.old_spans, olds[edge]) and _at_border(
            aligned.new, aligned.new_spans, news[edge]
        ):
            weight += _PARAGRAPH
    return weight


def _at_border(text: str, spans: list[Span], index: int) -> bool:
    """Whether a paragraph begins with this passage, or ends before it."""
    return index in (0, len(spans)) or BORDER.search(text, spans[index - 1][1], spans[index][0]) is not None


def _links(aligned: Alignment, matching: _Matching, groups: list[_Pair]) -> list[Link]:
    inside_old = {index for olds, _ in groups for index in range(*olds)}
    pairs: list[_Pair] = [
        ((i, i + 1), (j, j + 1)) for j, i in enumerate(matching.old_of) if i >= 0 and i not in inside_old
    ]
    pairs = sorted([*pairs, *groups], key=lambda pair: pair[1])
    firsts = [olds[0] for olds, _ in pairs]
    if all(one < two for one, two in pairwise(firsts)):
        return [Link(olds, news, False) for olds, news in pairs]
    stay = set(heaviest_increasing(firsts, [_weight(aligned, olds, news) for olds, news in pairs]))
    return [Link(olds, news, index not in stay) for index, (olds, news) in enumerate(pairs)]
