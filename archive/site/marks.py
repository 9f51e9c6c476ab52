"""A comparison laid out for reading: blocks in the later text's order, with what went from them standing where it stood."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BORDER = re.compile(r"\n[^\S\n]*\n\s*")
_FOLD = 4  # so many unchanged blocks in a row are folded, but for one at each end


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of text of one fate. `move` numbers both places of a moved run; `border` says that it is a paragraph mark."""

    op: str  # equal, insert, delete, moved_from, moved_to
    text: str
    move: int | None = None
    border: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedBlock:
    """One block as it reads in the later text, or where it stood in the earlier one. `change` numbers the changed ones."""

    kind: str
    segments: tuple[Segment, ...]
    change: int | None

    @property
    def old(self) -> tuple[Segment, ...]:
        return tuple(part for part in self.segments if part.op in ("equal", "delete", "moved_from"))

    @property
    def new(self) -> tuple[Segment, ...]:
        return tuple(part for part in self.segments if part.op in ("equal", "insert", "moved_to"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Blocks next to each other, shown or folded away."""

    blocks: tuple[MarkedBlock, ...]
    folded: bool


def marked(
    old: str,
    new: str,
    ops: Sequence[Mapping[str, Any]],
    old_kinds: Sequence[str] = (),
    new_kinds: Sequence[str] = (),
) -> tuple[MarkedBlock, ...]:
    """The blocks of both texts in one reading order. `ops` as `archive.diff.ops(old, new)` gives them."""
    layout = _Layout(_Kinds(old, old_kinds), _Kinds(new, new_kinds))
    for segment, at, in_new in _runs(old, new, ops):
        layout.add(segment, at, in_new)
    return layout.finish()


def folds(blocks: Sequence[MarkedBlock]) -> tuple[Fold, ...]:
    """Long unchanged stretches folded, one block of them left standing beside each change."""
    made: list[Fold] = []
    start = 0
    while start < len(blocks):
        end = start
        quiet = blocks[start].change is None
        while end < len(blocks) and (blocks[end].change is None) == quiet:
            end += 1
        made += _fold(blocks, start, end) if quiet else [Fold(blocks=tuple(blocks[start:end]), folded=False)]
        start = end
    return tuple(made)


def _fold(blocks: Sequence[MarkedBlock], start: int, end: int) -> list[Fold]:
    first = start + (1 if start > 0 else 0)
    last = end - (1 if end < len(blocks) else 0)
    if last - first < _FOLD:
        return [Fold(blocks=tuple(blocks[start:end]), folded=False)]
    parts = ((start, first, False), (first, last, True), (last, end, False))
    return [Fold(blocks=tuple(blocks[a:b]), folded=folded) for a, b, folded in parts if b > a]


def _runs(old: str, new: str, ops: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Segment, int, bool]]:
    """(segment, its offset, whether that is an offset in the new text): the ops' own order, moved runs at both places."""
    numbers = _move_numbers(ops)
    ghosts: dict[int, list[tuple[int, Segment]]] = {}
    for place, op in enumerate(ops):
        if op["op"] == "move":
            a, b = op["old"]
            ghost = Segment(op="moved_from", text=old[a:b], move=numbers[place])
            ghosts.setdefault(_old_place(ops, a), []).append((a, ghost))
    for place, op in enumerate(ops):
        for a, ghost in sorted(ghosts.get(place, ()), key=lambda item: item[0]):
            yield ghost, a, False
        (a, b), (c, d) = op["old"], op["new"]
        if op["op"] == "delete":
            yield Segment(op="delete", text=old[a:b]), a, False
        else:
            fate = "moved_to" if op["op"] == "move" else op["op"]
            yield Segment(op=fate, text=new[c:d], move=numbers.get(place)), c, True
    for a, ghost in sorted(ghosts.get(len(ops), ()), key=lambda item: item[0]):
        yield ghost, a, False


def _old_place(ops: Sequence[Mapping[str, Any]], offset: int) -> int:
    """Before which op something stood that the earlier text had at `offset`: after the kept text and deletions before it."""
    place = 0
    end = 0
    for index, op in enumerate(ops):
        if op["op"] == "equal" and op["old"][1] <= offset:
            place, end = index + 1, op["old"][1]
    while place < len(ops) and ops[place]["op"] == "delete" and end <= ops[place]["old"][0] < offset:
        place += 1
    return place


def _move_numbers(ops: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """A number for each move op; the pieces of one passage that was moved and edited share theirs."""
    numbers: dict[int, int] = {}
    last: Mapping[str, Any] | None = None
    deleted = 0
    for place, op in enumerate(ops):
        if op["op"] == "move":
            goes_on = last is not None and 0 <= op["old"][0] - last["old"][1] <= deleted
            numbers[place] = max(numbers.values(), default=0) + (0 if goes_on else 1)
            last, deleted = op, 0
        elif op["op"] == "delete":
            deleted += op["old"][1] - op["old"][0]
        elif op["op"] == "equal":
            last = None
    return numbers


class _Kinds:
    """The kind of the block that an offset of a text lies in."""

    def __init__(self, text: str, kinds: Sequence[str]) -> None:
        self._starts = [0, *(found.end() for found in _BORDER.finditer(text))]
        self._kinds = kinds

    def at(self, offset: int) -> str:
        place = bisect_right(self._starts, offset) - 1
        return self._kinds[place] if place < len(self._kinds) else "paragraph"


class _Layout:
    """Gathers runs into blocks."""

    def __init__(self, old: _Kinds, new: _Kinds) -> None:
        self._old, self._new = old, new
        self._blocks: list[MarkedBlock] = []
        self._segments: list[Segment] = []
        self._kind: tuple[bool, str] | None = None  # (of the new text, kind)
        self._changes = 0
        self._joined: tuple[Segment, int] | None = None  # a border that is gone, until it is known what follows it

    def add(self, segment: Segment, at: int, in_new: bool) -> None:
        text = segment.text
        if not text.strip() and _BORDER.search(text) and segment.op != "equal":
            self._lone_border(Segment(op=segment.op, text="¶", border=True), at, in_new)
            return
        done = 0
        for border in _BORDER.finditer(text):
            self._piece(segment, text[done : border.start()], at + done, in_new)
            self._end()
            done = border.end()
        self._piece(segment, text[done:], at + done, in_new)

    def _lone_border(self, segment: Segment, at: int, in_new: bool) -> None:
        """A border come or gone by itself: marked where paragraphs were split or joined, else it only ends a block."""
        if in_new and any(part.op == "equal" for part in self._segments):
            self._put(segment, at, in_new)
        elif not in_new and self._kind is not None and self._kind[0]:
            self._joined = (segment, at)
            return
        self._end()

    def _piece(self, segment: Segment, text: str, at: int, in_new: bool) -> None:
        if not text:
            return
        if self._joined is not None:
            (mark, place), self._joined = self._joined, None
            if in_new:
                self._put(mark, place, False)
            else:
                self._end()
        self._put(Segment(op=segment.op, text=text, move=segment.move), at, in_new)

    def _put(self, segment: Segment, at: int, in_new: bool) -> None:
        self._segments.append(segment)
        if self._kind is None or (in_new and not self._kind[0]):
            self._kind = (in_new, (self._new if in_new else self._old).at(at))

    def _end(self) -> None:
        if self._kind is not None:
            change = None
            if any(part.op != "equal" for part in self._segments):
                self._changes += 1
                change = self._changes
            self._blocks.append(MarkedBlock(kind=self._kind[1], segments=tuple(self._segments), change=change))
        self._segments, self._kind, self._joined = [], None, None

    def finish(self) -> tuple[MarkedBlock, ...]:
        self._end()
        return tuple(self._blocks)
