"""The model behind every rendering: both texts as one, in reading order, changes numbered, moves known at both ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from archive.diff.assemble import Op
from archive.diff.looks import looks
from archive.text import INVISIBLE, INVISIBLES

RunKind = Literal["equal", "delete", "insert", "moved_away", "moved_here"]

_BESIDE: Mapping[RunKind, set[RunKind]] = {
    "delete": {"delete", "moved_away"},
    "insert": {"insert", "moved_here"},
}
_BORDER = re.compile(r"\n[^\S\n]*\n\s*")
_UNSHOWABLE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
UNSHOWABLE = re.compile(f"[{_UNSHOWABLE}]")
UNSEEN = re.compile(f"[{_UNSHOWABLE}{INVISIBLE}]")  # or invisible
_KEPT: tuple[RunKind, ...] = ("equal", "moved_here")
_NUMBER = 32  # characters looked at beside a replaced part of a number
_NUMBER_ONLY = re.compile(r"\d+(?:[.,:/٫٬’']\d+)*")
_NUMBER_HEAD = re.compile(r"(?:\d+[.,:/٫٬’'])+\Z")
_NUMBER_MIDDLE = re.compile(r"[.,:/٫٬’'](?:\d+[.,:/٫٬’'])*")
_NUMBER_TAIL = re.compile(r"(?:[.,:/٫٬’']\d+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of one kind. `change` numbers what a reader counts as one change, from 1; `move` pairs both ends.

    `named` says that its characters are to be named, since it looks like what it stands against.
    """

    kind: RunKind
    text: str
    change: int = 0
    move: int = 0
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph of the joint text."""

    runs: tuple[Run, ...]

    @property
    def changed(self) -> bool:
        return any(run.kind != "equal" for run in self.runs)

    def side(self, *kinds: RunKind) -> tuple[Run, ...]:
        """The runs of these kinds; what was deleted inside a move is there with the move's own end."""
        return tuple(run for run in self.runs if run.kind in kinds and not (run.kind == "delete" and run.move))


@dataclass(frozen=True, slots=True, kw_only=True)
class Redline:
    """Both texts as one; `changes` is how many changes there are."""

    blocks: tuple[Block, ...]
    changes: int


OLD_SIDE: tuple[RunKind, ...] = ("equal", "delete", "moved_away")
NEW_SIDE: tuple[RunKind, ...] = ("equal", "insert", "moved_here")


def redline(old: str, new: str, ops: Sequence[Op]) -> Redline:
    """The joint text of two texts and the operations between them."""
    runs = _named(_whole_numbers(_with_borders(_with_ends(old, new, _quiet_spaces(old, new, ops)))))
    numbered, changes = _numbered(runs)
    return Redline(blocks=tuple(_blocks(numbered)), changes=changes)


def folded(blocks: Sequence[Block], context: int | None) -> Iterator[tuple[bool, tuple[Block, ...]]]:
    """Blocks in turn as shown ones and stretches that fold: (folds, blocks). `context` None folds nothing.

    A stretch folds if it is unchanged, further than `context` blocks from a change, and more than one block.
    """
    if context is None:
        yield False, tuple(blocks)
        return
    near = [False] * len(blocks)
    for index, block in enumerate(blocks):
        if block.changed:
            for at in range(max(0, index - context), min(len(blocks), index + context + 1)):
                near[at] = True
    for shown, group in groupby(range(len(blocks)), key=lambda index: near[index]):
        members = tuple(blocks[index] for index in group)
        yield not shown and len(members) > 1, members


def needs_name(char: str) -> bool:
    """Whether a character can't be shown as it is anywhere: controls, direction overrides, halves of pairs."""
    return UNSHOWABLE.match(char) is not None


def is_invisible(char: str) -> bool:
    """Whether a character shows nothing."""
    return INVISIBLES.match(char) is not None


def visible(text: str) -> str:
    """The characters of a text that are shown as they are."""
    return UNSEEN.sub("", text)


# --- making it -------------------------------------------------------------------------------------------------------


def _quiet_spaces(old: str, new: str, ops: Sequence[Op]) -> list[Op]:
    """Without changes of white space that leave paragraphs as they are."""
    out: list[Op] = []
    for index, op in enumerate(ops):
        was, now = old[slice(*op.old)], new[slice(*op.new)]
        if op.op == "delete" and was.isspace() and not _BORDER.search(was):
            follower = ops[index + 1] if index + 1 < len(ops) else None
            if follower is not None and follower.op == "insert" and new[slice(*follower.new)].isspace():
                continue
        if op.op == "insert" and now.isspace() and index and ops[index - 1].op == "delete":
            before = old[slice(*ops[index - 1].old)]
            if before.isspace() and bool(_BORDER.search(before)) == bool(_BORDER.search(now)):
                if _BORDER.search(before):
                    out.pop()
                out.append(Op("equal", op.old, op.new))
                continue
        out.append(op)
    return out


def _with_ends(old: str, new: str, ops: Sequence[Op]) -> list[Run]:
    """Runs in reading order; what moved is there twice, where it was and where it is."""
    moves = _moves(ops)
    away = _away(ops, moves)
    out: list[Run] = []
    at = 0
    for index, op in enumerate(ops):
        move = moves.get(index, 0)
        if op.op in ("equal", "delete") and not move:
            while at < len(away) and away[at][1] <= op.old[0]:
                out.append(Run(kind="moved_away", text=old[slice(*away[at][:2])], move=away[at][2]))
                at += 1
        text = old[slice(*op.old)] if op.op == "delete" else new[slice(*op.new)]
        spaces = text.isspace() and not _BORDER.search(text)
        kind: RunKind = "moved_here" if op.op == "move" else "equal" if spaces else op.op
        out.append(Run(kind=kind, text=text, move=0 if kind == "equal" else move))
    out += [Run(kind="moved_away", text=old[start:end], move=move) for start, end, move in away[at:]]
    return out


def _with_borders(runs: list[Run]) -> list[Run]:
    """Borders of paragraphs that came or went whole are no change of their own: they only keep paragraphs apart."""
    out: list[Run] = []
    fresh: set[RunKind] = set()  # the kinds in the paragraph so far
    for index, run in enumerate(runs):
        side = _BESIDE.get(run.kind)
        if side is not None and run.text.isspace() and _BORDER.search(run.text):
            whole_before = bool(fresh) and fresh <= side
            whole_after = index + 1 < len(runs) and _is_whole(runs, index + 1, side)
            if whole_before or whole_after:
                run = Run(kind="equal", text=run.text)
        out.append(run)
        parts = _BORDER.split(run.text)
        if len(parts) > 1 and run.kind in ("equal", "insert"):
            fresh = set()
        if parts[-1].strip() and not _inside_move(run):
            fresh.add(run.kind)
    return out


def _is_whole(runs: list[Run], start: int, side: set[RunKind]) -> bool:
    """Whether the paragraph that starts with this run has only runs of one side."""
    for index in range(start, len(runs)):
        run = runs[index]
        border = _BORDER.search(run.text)
        if border and not run.text[: border.start()].strip():
            return True
        if run.kind not in side and not _inside_move(run):
            return False
        if border:
            return True
    return True


def _inside_move(run: Run) -> bool:
    """Whether a run was deleted from a passage that moved: shown at its new place, part of its old one."""
    return run.kind == "delete" and run.move != 0


def _away(ops: Sequence[Op], moves: dict[int, int]) -> list[tuple[int, int, int]]:
    """Where each move came from, with what was deleted inside it: (from, to, move)."""
    spans: dict[int, tuple[int, int]] = {}
    for index, move in moves.items():
        start, end = ops[index].old
        if ops[index].op != "insert":
            known = spans.get(move, (start, end))
            spans[move] = (min(known[0], start), max(known[1], end))
    return sorted((start, end, move) for move, (start, end) in spans.items())


def _moves(ops: Sequence[Op]) -> dict[int, int]:
    """Which operations belong to which move: stretches moved together, with the edits inside them."""
    out: dict[int, int] = {}
    count, end, last = 0, -1, -1
    for index, op in enumerate(ops):
        if op.op == "equal":
            last = -1
        elif op.op == "move":
            between = range(last + 1, index) if last >= 0 else range(0)
            reach = end + sum(ops[k].old[1] - ops[k].old[0] for k in between)
            if last >= 0 and reach == op.old[0]:
                out.update((k, count) for k in between)
            else:
                count += 1
            out[index] = count
            end, last = op.old[1], index
    return out


def _whole_numbers(runs: list[Run]) -> list[Run]:
    """Replaced parts of a number or date as the whole of it, on both sides: from right to left its parts would be shown
    in another order than they are read."""
    out: list[Run] = []
    at = 0
    while at < len(runs):
        if not _is_number_replaced(runs, at):
            out.append(runs[at])
            at += 1
            continue
        gone, come = runs[at], runs[at + 1]
        head = _cut(out, _NUMBER_HEAD.search(out[-1].text[-_NUMBER:])) if out and out[-1].kind in _KEPT else ""
        was, now, at = head + gone.text, head + come.text, at + 2
        while at < len(runs) and runs[at].kind in _KEPT and _NUMBER_MIDDLE.fullmatch(runs[at].text, 0, _NUMBER):
            if not _is_number_replaced(runs, at + 1):
                break
            was, now, at = was + runs[at].text + runs[at + 1].text, now + runs[at].text + runs[at + 2].text, at + 3
        after = runs[at] if at < len(runs) and runs[at].kind in _KEPT else None
        tail = found.group() if after and (found := _NUMBER_TAIL.match(after.text, 0, _NUMBER)) else ""
        out += [replace(gone, text=was + tail), replace(come, text=now + tail)]
        if after and tail:
            out.append(replace(after, text=after.text[len(tail) :]))
            at += 1
    return [run for run in out if run.text]


def _is_number_replaced(runs: list[Run], at: int) -> bool:
    pair = runs[at : at + 2]
    return [run.kind for run in pair] == ["delete", "insert"] and all(_NUMBER_ONLY.fullmatch(run.text) for run in pair)


def _cut(runs: list[Run], found: re.Match[str] | None) -> str:
    """Takes what was found at the end of the last run off it."""
    said = found.group() if found else ""
    if said:
        runs[-1] = replace(runs[-1], text=runs[-1].text[: -len(said)])
    return said


def _named(runs: list[Run]) -> list[Run]:
    """Marks pairs of runs that would look the same."""
    out = list(runs)
    for index in range(len(out) - 1):
        one, two = out[index], out[index + 1]
        pair = one.kind == "delete" and two.kind == "insert" and one.text != two.text
        if pair and one.text.strip() and looks(one.text) == looks(two.text):
            out[index], out[index + 1] = replace(one, named=True), replace(two, named=True)
    return out


def _numbered(runs: list[Run]) -> tuple[list[Run], int]:
    count, current = 0, 0
    number_of: dict[int, int] = {}
    out: list[Run] = []
    for run in runs:
        if run.kind == "equal":
            if any(map(str.isalnum, run.text)) or _BORDER.search(run.text):
                current = 0
            out.append(run)
            continue
        if run.kind == "moved_away":
            out.append(run)
            continue
        key = run.move
        known = number_of.get(key, 0) if key else current
        if not known:
            count += 1
            known = count
            if key:
                number_of[key] = known
        out.append(replace(run, change=known))
        current = 0 if key else known
    return [replace(run, change=number_of.get(run.move, 0)) if run.kind == "moved_away" else run for run in out], count


def _blocks(runs: list[Run]) -> Iterator[Block]:
    current: list[Run] = []
    for run in runs:
        if run.kind != "equal" and run.text.isspace():
            current.append(run)
            if run.kind == "insert" and _BORDER.search(run.text):
                yield Block(runs=tuple(current))
                current = []
            continue
        for part, piece in enumerate(_BORDER.split(run.text)):
            if part and current:
                yield Block(runs=tuple(current))
                current = []
            if piece:
                current.append(replace(run, text=piece))
    if current:
        yield Block(runs=tuple(current))
