"""Parts of a text that change by themselves: kept at what was last told, and told again once a value lasts.

The told text is a row of blocks. A look's blocks are aligned with it, and what differs falls into parts: a widget (a container
that holds none of the main prose) is one, any other block one of its own. A part whose change looks like no edit is kept back:
one that shows the moment of the look, one whose entries were replaced by unrelated ones, one that changed again and again. It
is told after it has stood for three looks, and for longer than its values used to stand.

Where most of the text went, for a notice in its place, and is back, no part of it has changed by itself: it is told at once,
unless the text as a whole comes and goes so often that it does so by itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archive.model import Block, parse_utc, utc_text
from scraper.alignment import Step, align
from scraper.habits import (
    Difference,
    Part,
    Place,
    Placed,
    at_rest,
    back_again,
    bag_of,
    comes_and_goes,
    is_edit,
    kept_back,
    lasting_entries,
    restored,
    turned,
    words_shared,
)
from scraper.memory import Memory, code, coded, packed

MOST_BLOCKS = 1500  # of a page that is followed in this way
_MOST_CHARS = 60_000  # of its text, since what was last told is kept in its memory
_MOST_PARTS = 60
_MOST_LEFT = 3  # texts that went, any of which may be back
_TEXT = 0  # the key of the text as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Blocks with restless ones as last told, the memory after it, what was kept back, and since when what is told only now stood."""

    blocks: tuple[Block, ...]
    memory: Memory
    kept_back: tuple[str, ...] = ()
    since: datetime | None = None


def waits(memory: Memory) -> bool:
    """Whether something is kept back, so that also a look without a change has to be counted."""
    return any(plain[4] for plain in memory.parts)


def settle(memory: Memory, blocks: Sequence[Block], places: Sequence[Place], at: datetime, language: str) -> Settled:
    """One look's blocks, seen at `at`, measured against what was last told; `places` goes with `blocks`."""
    now = [
        Placed(block=block, place=place, code=code(block.text))
        for block, place in zip(blocks, places, strict=True)
        if place.path
    ]
    memory = replace(memory, begun=memory.begun or utc_text(at), values=packed([placed.code for placed in now]))
    if len(now) > MOST_BLOCKS or sum(len(placed.block.text) for placed in now) > _MOST_CHARS:
        return Settled(blocks=tuple(blocks), memory=replace(memory, told="", parts=(), left=()))
    told = [Placed.of(plain) for plain in json.loads(memory.told or "[]")]
    parts = {plain[0]: Part.of(plain) for plain in memory.parts}
    if not parts and [placed.code for placed in told] == [placed.code for placed in now]:
        return _settled(memory, blocks, places, now, [], [], [])
    steps = _steps(told, now)
    groups = _groups(steps, told, now)
    if not told or 2 * sum(map(len, groups.values())) > len(steps) + 8:  # the first look, or one at a rewritten text
        waited = [entry.since for part in parts.values() for entry in part.waiting]
        return _settled(replace(memory, left=()), blocks, places, now, [], waited, [])
    memory, back = _returned(memory, steps, told, now)
    if back:
        parts[_TEXT] = back_again(parts.get(_TEXT) or Part(key=_TEXT, since=memory.begun), at)
        back = frozenset() if comes_and_goes(parts[_TEXT]) else back
    after = [at_rest(part, at) for part in parts.values() if part.key not in groups]
    held: set[int] = set()
    since: list[str] = []
    left_out: list[str] = []
    for key, group in groups.items():
        difference = _difference(group, told, now)
        part = parts.get(key) or Part(key=key, since=memory.begun)
        part, is_told, lasted = _follow(part, difference, at, language, back)
        if is_told:
            since += lasted
            after += [replace(part, key=at_key) for at_key in _keys_after(key, difference)]
        else:
            held.add(key)
            after.append(part)
            left_out += [new.block.text for new in difference.new]
    return _settled(memory, blocks, places, _shown(steps, told, now, groups, held), after, since, left_out)


def _follow(
    part: Part, difference: Difference, at: datetime, language: str, back: frozenset[int]
) -> tuple[Part, bool, list[str]]:
    """A part after this look, whether its difference is told, and since when stands what lasted and is told by that."""
    if back and (not difference.new or back & {new.code for new in difference.new}):
        return restored(part, at), True, []
    if not part.waiting:
        part = turned(part, difference, at)
        if is_edit(part, difference, at, language):
            return replace(part, lasted=()), True, []
    part = kept_back(part, difference, at)
    lasting = lasting_entries(part, difference, at, language)
    if not lasting:
        return part, False, []
    lasted = tuple(entry.code for entry in lasting if entry.code > 0)
    return replace(part, waiting=(), lasted=lasted), True, [entry.since for entry in lasting]


def _settled(
    memory: Memory,
    blocks: Sequence[Block],
    places: Sequence[Place],
    shown: Sequence[Placed],
    parts: Sequence[Part],
    since: Sequence[str],
    left_out: Sequence[str],
) -> Settled:
    """The text with what is told of it between the blocks that are not followed (title and stamps), and the memory of it."""
    first = next((i for i, place in enumerate(places) if place.path), len(places))
    last = next((i for i in range(len(places), first, -1) if places[i - 1].path), first)
    by_key = {part.key: part for part in parts}.values()
    kept = sorted(by_key, key=lambda part: (bool(part.waiting), part.since, part.key))[-_MOST_PARTS:]
    return Settled(
        blocks=(*blocks[:first], *(placed.block for placed in shown), *blocks[last:]),
        memory=replace(
            memory,
            told=json.dumps([placed.plain() for placed in shown], ensure_ascii=False, separators=(",", ":")),
            parts=tuple(part.plain() for part in sorted(kept, key=lambda part: part.key)),
        ),
        kept_back=tuple(left_out),
        since=min(map(parse_utc, since), default=None),
    )


def _steps(told: Sequence[Placed], now: Sequence[Placed]) -> list[Step]:
    """The look aligned with the told text: blocks of one path may be each other's, others only if they are alike."""
    bags: dict[int, frozenset[str]] = {}

    def likeness(i: int, k: int) -> float:
        alike = words_shared(bag_of(told[i], bags), bag_of(now[k], bags))
        same = told[i].place.path == now[k].place.path
        return 1 + alike if same else alike if alike >= 0.5 else 0.0

    return align([placed.code for placed in told], [placed.code for placed in now], likeness)


def _returned(
    memory: Memory, steps: Sequence[Step], told: Sequence[Placed], now: Sequence[Placed]
) -> tuple[Memory, frozenset[int]]:
    """The memory with what left at this look, where that is most of the told text; and of a text that is back, what had left.

    It is back where most of what is there now came at this look, and most of that had left at once.
    """
    moved = [step for step in steps if not _stays(step, told, now)]
    went = [told[step.old].code for step in moved if step.old is not None]
    came = {now[step.new].code for step in moved if step.new is not None}
    if 2 * len(came) > len(now):
        for row in map(coded, memory.left):
            if 2 * len(came & row) > len(came):
                return replace(memory, left=()), row
    if 2 * len(went) > len(told):
        memory = replace(memory, left=(*memory.left, packed(went))[-_MOST_LEFT:])
    return memory, frozenset()


def _groups(steps: Sequence[Step], told: Sequence[Placed], now: Sequence[Placed]) -> dict[int, list[Step]]:
    """The steps that are no staying, by the part they belong to."""
    groups: dict[int, list[Step]] = {}
    for step in steps:
        if not _stays(step, told, now):
            groups.setdefault(_key(step, told, now), []).append(step)
    return groups


def _stays(step: Step, told: Sequence[Placed], now: Sequence[Placed]) -> bool:
    return step.old is not None and step.new is not None and told[step.old].code == now[step.new].code


def _key(step: Step, told: Sequence[Placed], now: Sequence[Placed]) -> int:
    """The part that a step belongs to: the widget of its block, or the told block, or the one that came."""
    placed = told[step.old] if step.old is not None else now[step.new or 0]
    return placed.place.widget or placed.code


def _keys_after(key: int, difference: Difference) -> set[int]:
    """The keys that a part is known by once its difference is told; of what went, the one it had, since it may come back."""
    return {new.place.widget or new.code for new in difference.new} or {key}


def _shown(
    steps: Sequence[Step],
    told: Sequence[Placed],
    now: Sequence[Placed],
    groups: dict[int, list[Step]],
    held: set[int],
) -> list[Placed]:
    """What is told: held parts as they were, all else as it is."""
    kept = {step for key in held for step in groups[key]}
    shown = []
    for step in steps:
        if step in kept:
            shown += [told[step.old]] if step.old is not None else []
        elif step.new is not None:
            shown.append(now[step.new])
    return shown


def _difference(group: Sequence[Step], told: Sequence[Placed], now: Sequence[Placed]) -> Difference:
    places = [step.new for step in group if step.new is not None]
    first = min(places, default=0)
    pairs = tuple(
        (None if step.old is None else told[step.old], None if step.new is None else now[step.new]) for step in group
    )
    return Difference(
        pairs=pairs,
        numbers=tuple(0 if step.new is None else step.new - first for step in group),
        unchanged=max(places, default=0) - min(places, default=0) + 1 - len(places),
    )
