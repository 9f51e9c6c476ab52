"""Passages that were joined or cut between two texts: where one holds a whole passage of the other, it is cut there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.diff.looks import key_of
from archive.text import HAN, SYLLABIC, THAI_LEADING, Span, passages, words

_EDGE = 8  # characters by which passages that may be inside others are found
_SAME_EDGE = 64  # of so many with the same edge
_INSIDE = 24  # characters: a shorter passage is only looked for at the ends
_WHOLE = 4  # words: what is left of a cut passage must be as long, if it is unknown to the other text

_DASHES = frozenset({"– ", "— ", "- ", "− "})
_RUN = re.compile(r"\S+")
_OWN_WORD = re.compile(f"[{HAN}{SYLLABIC}{THAI_LEADING}]")  # begins a word wherever it stands

_Edges = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Side:
    """One text cut into passages, with the keys by which they are compared."""

    text: str
    spans: list[Span]
    keys: list[str]
    plain: bool

    def cut_into(self, spans: list[Span]) -> Side:
        """The same text cut otherwise."""
        return Side(self.text, spans, _keys(self.text, spans, self.plain), self.plain)


def side(text: str, *, plain: bool) -> Side:
    """A text cut into its passages; `plain` says that it needs no normalising."""
    spans = passages(text)
    return Side(text, spans, _keys(text, spans, plain), plain)


def _keys(text: str, spans: list[Span], plain: bool) -> list[str]:
    if plain:
        return [" ".join(text[a:b].split()) for a, b in spans]
    return [key_of(text[a:b]) for a, b in spans]


def cut_alike(old: Side, new: Side) -> tuple[Side, Side]:
    """Cuts two texts that differ in white space alone at the passage borders of both."""
    starts_old, starts_new = {a for a, _ in old.spans}, {a for a, _ in new.spans}
    cut_old: list[Span] = []
    cut_new: list[Span] = []
    for one, two in zip(_RUN.finditer(old.text), _RUN.finditer(new.text), strict=True):
        (a, b), (c, d) = one.span(), two.span()
        if a in starts_old or c in starts_new:
            cut_old.append((a, b))
            cut_new.append((c, d))
        else:
            cut_old[-1] = (cut_old[-1][0], b)
            cut_new[-1] = (cut_new[-1][0], d)
    return old.cut_into(cut_old), new.cut_into(cut_new)


def cut_by(it: Side, free: Iterable[int], others: Sequence[str]) -> Side:
    """Cuts the passages `free` where they hold whole ones of the other text (keys `others`), also with other signs after.

    What is left over must be known to the other text as well, if only by its begin or end, or stand alone. Returns `it`
    where nothing was cut.
    """
    starts: _Edges = defaultdict(list)
    ends: _Edges = defaultdict(list)
    known: set[str] = set()
    whole = set(others)
    for other in sorted(whole):
        bare = _bare(other)
        if bare:
            known.add(bare)
            starts[bare[:_EDGE]].append(bare)
            ends[other[-_EDGE:]].append(other)
    cuts: dict[int, list[int]] = {}
    for index in free:
        a, b = it.spans[index]
        if b - a != len(it.keys[index]):
            continue  # its key is another string than its text, so offsets would be wrong
        found = sorted(a + border for border in _borders(it.keys[index], starts, ends))
        parts = [it.text[x:y].rstrip() for x, y in pairwise([a, *found, b])]
        if found and all(
            _bare(part) in known
            or part[:_EDGE] in starts
            or part[-_EDGE:] in ends
            or _stands_alone(parts, place, whole)
            for place, part in enumerate(parts)
        ):
            cuts[index] = found
    return it.cut_into(list(_cut(it, cuts))) if cuts else it


def _stands_alone(parts: list[str], place: int, whole: set[str]) -> bool:
    """Whether a part that the other text does not know can be a passage: some words, set off by signs or by a heading.

    A heading is a passage of the other text (`whole`) that ends without a sign.
    """
    part = parts[place]
    if len(words(part)) < _WHOLE or len(part) < 2 * _WHOLE:
        return False
    before = parts[place - 1] if place else "."
    begins = not before[-1].isalnum() or (before in whole and not part[0].islower())
    ends = place == len(parts) - 1 or not part[-1].isalnum()
    return begins and ends


def _cut(it: Side, cuts: dict[int, list[int]]) -> Iterable[Span]:
    for index, (a, b) in enumerate(it.spans):
        for border in cuts.get(index, ()):
            end = a + len(it.text[a:border].rstrip())
            if end > a:
                yield a, end
            a = border
        yield a, b


def _bare(key: str) -> str:
    """A key without the signs at its end, by which a joined sentence is found again."""
    end = len(key)
    while end and not key[end - 1].isalnum():
        end -= 1
    return key[:end]


def _borders(key: str, starts: _Edges, ends: _Edges) -> set[int]:
    """Offsets in a passage at which a whole passage of the other text begins or ends."""
    borders: set[int] = set()
    low, high = 0, len(key)
    while size := _at_start(key, low, high, starts):
        low = _past_signs(key, low + size, high)
        borders.add(low)
    while size := _at_end(key, low, high, ends):
        borders.add(high - size)
        high -= size
        while key[high - 1].isspace():
            high -= 1
    past = low
    for run in _RUN.finditer(key, low, high):
        at = run.start()
        if at < past or at == low or key[at - 2].isalnum():  # inside, only after a sign
            continue
        inside = [bare for bare in starts.get(key[at : at + _EDGE], ())[:_SAME_EDGE] if len(bare) >= _INSIDE]
        size = max((len(bare) for bare in inside if _fits(key, bare, at, high)), default=0)
        if size:
            past = _past_signs(key, at + size, high)
            borders.update((at, past))
    return {border for border in borders if 0 < border < len(key)}


def _past_signs(key: str, at: int, high: int) -> int:
    """Where the next part begins: past signs, white space, and a dash that stands alone."""
    while at < high and not key[at].isspace() and not key[at].isalnum():
        at += 1
    while at < high and key[at].isspace():
        at += 1
    if key[at : at + 2] in _DASHES:
        at += 2
    return at


def _fits(key: str, bare: str, at: int, high: int) -> bool:
    return len(bare) < high - at and key.startswith(bare, at) and _parts_at(key, at + len(bare))


def _at_start(key: str, low: int, high: int, starts: _Edges) -> int:
    """The length of the longest passage of the other text, but for the signs at its end, that key[low:high] begins with."""
    found = (
        len(bare)
        for size in range(1, _EDGE + 1)
        for bare in starts.get(key[low : low + size], ())[:_SAME_EDGE]
        if _fits(key, bare, low, high)
    )
    return max(found, default=0)


def _at_end(key: str, low: int, high: int, ends: _Edges) -> int:
    """The length of the longest passage of the other text that key[low:high] ends with."""
    found = (
        len(other)
        for size in range(1, _EDGE + 1)
        for other in ends.get(key[max(0, high - size) : high], ())[:_SAME_EDGE]
        if len(other) < high - low and key.endswith(other, low, high) and _parts_at(key, high - len(other))
    )
    return max(found, default=0)


def _parts_at(key: str, at: int) -> bool:
    """Whether a word may end before this offset and another begin at it."""
    return not (key[at - 1].isalnum() and key[at].isalnum()) or _OWN_WORD.match(key[at]) is not None
