"""A comparison laid out for a page: the redline's blocks with their kinds, and its changed runs ready to be shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archive.diff.assemble import Op
from archive.diff.looks import character_name
from archive.diff.redline import NEW_SIDE, OLD_SIDE, UNSEEN, UNSHOWABLE, Block, Run, RunKind, redline, visible

_BORDER = re.compile(r"\n[^\S\n]*\n\s*")
_GAP = "\n\n"  # between the blocks of a text
_WITHIN = 500  # characters of white space, at most, that a redline leaves out between two runs
_FOLD = 4  # so many unchanged blocks in a row are folded, but for one at each end
_REPEATED = 100  # unchanged blocks in a row at most, that a comparison has in it
_OLD_ONLY = ("delete", "moved_away")

Piece = tuple[str, bool]  # text, and whether it names a character instead of being it


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of text of one fate. `first` says that its change, or the place that it moved away from, has its anchor here."""

    kind: RunKind
    pieces: tuple[Piece, ...]
    change: int = 0
    move: int = 0
    first: bool = False
    border: bool = False  # a paragraph mark

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedBlock:
    """One block as it reads in the later text, or where it stood in the earlier one."""

    kind: str
    segments: tuple[Segment, ...]

    @property
    def changes(self) -> tuple[int, ...]:
        """The numbers of the changes in it."""
        return tuple(sorted({part.change for part in self.segments if part.change}))

    @property
    def begun(self) -> tuple[int, ...]:
        """The numbers of the changes that are first shown in it, or moved away from it."""
        return tuple(sorted({part.change for part in self.segments if part.first or part.kind == "moved_away"}))

    @property
    def old(self) -> tuple[Segment, ...]:
        return tuple(part for part in self.segments if part.kind in OLD_SIDE and not _went_on_the_way(part))

    @property
    def new(self) -> tuple[Segment, ...]:
        return tuple(part for part in self.segments if part.kind in NEW_SIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Blocks next to each other, shown or folded away."""

    blocks: tuple[MarkedBlock, ...]
    folded: bool

    @property
    def is_away(self) -> bool:
        """So long that it is not repeated in a comparison."""
        return self.folded and len(self.blocks) > _REPEATED


def marked(
    old: str,
    new: str,
    ops: Sequence[Mapping[str, Any]],
    old_kinds: Sequence[str] = (),
    new_kinds: Sequence[str] = (),
) -> tuple[MarkedBlock, ...]:
    """The blocks of both texts in one reading order. `ops` as they are stored of a change."""
    typed = [Op(op["op"], (op["old"][0], op["old"][1]), (op["new"][0], op["new"][1])) for op in ops]
    old_side, new_side = _Side(old, old_kinds), _Side(new, new_kinds)
    blocks = redline(old, new, typed).blocks
    paragraphs = [
        runs for block, after in zip(blocks, (*blocks[1:], None), strict=True) for runs in _split(block, after)
    ]
    here = (run.change for runs in paragraphs for run in runs if run.change and run.kind != "moved_away")
    numbers = {change: place for place, change in enumerate(dict.fromkeys(here), start=1)}
    shown: set[tuple[int, bool]] = set()
    return tuple(
        MarkedBlock(
            kind=_kind(runs, old_side, new_side),
            segments=tuple(_segment(run, numbers.get(run.change, 0), shown) for run in runs),
        )
        for runs in paragraphs
    )


def changed_blocks(old: str, new: str, ops: Sequence[Mapping[str, Any]]) -> tuple[MarkedBlock, ...]:
    """Only the blocks that a change touched, at a cost that grows with them: what stayed between them is not looked at."""
    old_kept, new_kept = _Kept(old), _Kept(new)
    for op in ops:
        if op["op"] == "equal":
            old_kept.leave_out(*op["old"])
            new_kept.leave_out(*op["new"])
    moved = [{"op": op["op"], "old": old_kept.placed(op["old"]), "new": new_kept.placed(op["new"])} for op in ops]
    return tuple(block for block in marked(old_kept.text, new_kept.text, moved) if block.changes)


class _Kept:
    """A text without the whole blocks inside stretches of it, and where what is kept stands then."""

    def __init__(self, text: str) -> None:
        self._whole = text
        self._ends: list[int] = []  # of what is left out
        self._lost: list[int] = [0]  # characters left out up to there
        self._pieces: list[str] = []
        self._at = 0

    def leave_out(self, start: int, end: int) -> None:
        first = self._whole.find(_GAP, start, end)
        last = self._whole.rfind(_GAP, start, end)
        if first < last:
            self._pieces.append(self._whole[self._at : first])
            self._lost.append(self._lost[-1] + last - first)
            self._ends.append(last)
            self._at = last

    @property
    def text(self) -> str:
        return "".join([*self._pieces, self._whole[self._at :]])

    def placed(self, span: Sequence[int]) -> list[int]:
        return [place - self._lost[bisect_right(self._ends, place)] for place in span]


def folds(blocks: Sequence[MarkedBlock]) -> tuple[Fold, ...]:
    """Long unchanged stretches folded, one block of them left standing beside each change."""
    made: list[Fold] = []
    start = 0
    while start < len(blocks):
        end = start
        changed = bool(blocks[start].changes)
        while end < len(blocks) and bool(blocks[end].changes) == changed:
            end += 1
        made += [Fold(blocks=tuple(blocks[start:end]), folded=False)] if changed else _fold(blocks, start, end)
        start = end
    return tuple(made)


def bounded(made: Sequence[Fold], limit: int) -> tuple[tuple[Fold, ...], int]:
    """(the first of these folds, how many blocks are left out) so that at most `limit` blocks are shown."""
    shown: list[Fold] = []
    room = limit
    for fold in made:
        shown.append(fold if fold.is_away else replace(fold, blocks=fold.blocks[:room]))
        room -= 0 if fold.is_away else len(shown[-1].blocks)
        if not room:
            break
    return tuple(shown), sum(len(fold.blocks) for fold in made) - sum(len(fold.blocks) for fold in shown)


def _fold(blocks: Sequence[MarkedBlock], start: int, end: int) -> list[Fold]:
    first = start + (1 if start > 0 else 0)
    last = end - (1 if end < len(blocks) else 0)
    if last - first < _FOLD:
        return [Fold(blocks=tuple(blocks[start:end]), folded=False)]
    parts = ((start, first, False), (first, last, True), (last, end, False))
    return [Fold(blocks=tuple(blocks[a:b]), folded=folded) for a, b, folded in parts if b > a]


def _split(block: Block, after: Block | None) -> Iterator[list[Run]]:
    """The block as paragraphs: one that came or went whole stands alone; a border is marked where texts were joined or split."""
    current: list[Run] = []
    for place, run in enumerate(block.runs):
        if run.kind == "equal" or not _is_border(run):
            current.append(run)
            continue
        if run.kind in _OLD_ONLY:
            joined = _has_later(current) and any(part.kind in NEW_SIDE for part in block.runs[place + 1 : place + 2])
            ends = not joined
        else:
            joined = _both_kept(current, after)
            ends = True
        if joined:
            current.append(run)
        if ends and current:
            yield current
            current = []
    if current:
        yield current


def _both_kept(before: Sequence[Run], after: Block | None) -> bool:
    """Whether kept text stands on both sides of a border, so that it splits what was one paragraph."""
    return bool(before) and before[-1].kind == "equal" and after is not None and after.runs[0].kind == "equal"


def _is_border(run: Run) -> bool:
    return run.text.isspace() and _BORDER.search(run.text) is not None


def _has_later(runs: Sequence[Run]) -> bool:
    return any(run.kind in NEW_SIDE for run in runs)


@dataclass(slots=True)
class _Side:
    """One of the texts, walked along: the kind of the block in which a run of it begins."""

    text: str
    kinds: Sequence[str]
    at: int = 0
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts = [0, *(found.end() for found in _BORDER.finditer(self.text))]

    def pass_by(self, run: Run) -> str | None:
        found = self.text.find(run.text, self.at, self.at + len(run.text) + _WITHIN)
        if found < 0:
            return None
        self.at = found + len(run.text)
        place = bisect_right(self.starts, found) - 1
        return self.kinds[place] if place < len(self.kinds) else None


def _kind(runs: Sequence[Run], old: _Side, new: _Side) -> str:
    """The kind of the block that these runs show: the later text's where they are part of it."""
    olds = [old.pass_by(run) for run in runs if run.kind in OLD_SIDE and not _went_on_the_way(run)]
    news = [new.pass_by(run) for run in runs if run.kind in NEW_SIDE]
    return next((kind for kind in (*news, *olds) if kind is not None), "paragraph")


def _went_on_the_way(run: Run | Segment) -> bool:
    """Whether these are words deleted out of a passage that moved, shown where it stands now: the later text's side has them not."""
    return run.kind == "delete" and run.move != 0


def _segment(run: Run, change: int, shown: set[tuple[int, bool]]) -> Segment:
    place = (change, run.kind == "moved_away")
    first = change != 0 and place not in shown and not _went_on_the_way(run)
    if first:
        shown.add(place)
    border = run.kind != "equal" and _is_border(run)
    pieces = (("¶", False),) if border else tuple(_pieces(run))
    return Segment(kind=run.kind, pieces=pieces, change=change, move=run.move, first=first, border=border)


def _pieces(run: Run) -> Iterator[Piece]:
    """The text with the name of every character that can't be seen; a look-alike is spelled out."""
    at = 0
    for found in (UNSHOWABLE if run.kind == "equal" else UNSEEN).finditer(run.text):
        if at < found.start():
            yield run.text[at : found.start()], False
        yield character_name(found[0]), True
        at = found.end()
    if at < len(run.text):
        yield run.text[at:], False
    if run.named and visible(run.text):
        yield ", ".join(map(character_name, visible(run.text))), True
