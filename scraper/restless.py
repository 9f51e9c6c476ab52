"""Parts of a text that change by themselves: found from look to look, kept at what was last told, told again once they last.

A slot is a place in the page: the path to a block and its number among blocks of that path. What differs there at one look
after another without being an edit (links in turn, a clock, values seen before) earns the slot a score; with enough of it
the slot counts as restless and the text keeps the last told wording there, until one value has stood for three looks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.model import Block
from scraper.memory import Memory, code, packed, unpacked

Plain = tuple[int, int, str, int, tuple[int, ...], int, int]  # as kept in the memory

MOST_SLOTS = 1500  # blocks up to which a page is followed in this way
_MOST_WATCHED = 60
_MOST_TEXT = 500
_RESTLESS = 6  # score from which a slot is kept back
_HIGHEST = 10
_LASTING = 3  # looks after which a value is told
_MOST_HISTORY = 8
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b|\d\s*°")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a block stands: its slot (0: never restless), the path that it shares with its like, whether it is nearly all link."""

    slot: int = 0
    path: int = 0
    linked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A slot that changed: what was last told there, the values it had, and the one that waits to last."""

    slot: int
    score: int = 0
    text: str = ""
    mask: int = 0  # code of the last value with its digits left out
    history: tuple[int, ...] = ()
    waiting: int = 0  # code of the value kept back; 0 none
    looks: int = 0

    def plain(self) -> Plain:
        return (self.slot, self.score, self.text, self.mask, self.history, self.waiting, self.looks)


def _watched(plain: Plain) -> Watched:
    slot, score, text, mask, history, waiting, looks = plain
    return Watched(slot=slot, score=score, text=text, mask=mask, history=history, waiting=waiting, looks=looks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Blocks with restless ones at their last told wording, the memory after it, and what was kept back."""

    blocks: tuple[Block, ...]
    memory: Memory
    kept_back: tuple[str, ...]


def waits(memory: Memory) -> bool:
    """Whether something is kept back, so that also a look without a change has to be counted."""
    return any(item[5] for item in memory.watched)


def stood_still(memory: Memory) -> Memory:
    """The memory after a look that showed the same text as the look before; nothing may be waiting."""
    calmer = (replace(_watched(item), score=max(0, item[1] - 1)) for item in memory.watched)
    return replace(memory, watched=tuple(entry.plain() for entry in calmer))


def settle(memory: Memory, blocks: Sequence[Block], places: Sequence[Place]) -> Settled:
    """One look's blocks measured against the looks before; `places` goes with `blocks`."""
    slots = [place.slot for place in places]
    before = dict(zip(unpacked(memory.slots), unpacked(memory.values), strict=True))
    values = {slot: code(block.text) for slot, block in zip(slots, blocks, strict=True) if slot}
    watched = {item[0]: _watched(item) for item in memory.watched}
    changed = {slot for slot, value in values.items() if before.get(slot, value) != value}
    still_here, already_there = set(values.values()), set(before.values())
    shifted = {slot for slot in changed if before[slot] in still_here or values[slot] in already_there}
    if len(changed - watched.keys()) > max(8, len(values) // 2):  # rewritten, not restless
        watched, changed = {}, set()
    replaced = _replaced_lists(places, changed - shifted)
    settled, kept_back = list(blocks), []
    for i, (slot, block) in enumerate(zip(slots, blocks, strict=True)):
        if slot not in changed and slot not in watched:
            continue
        entry = watched.get(slot) or Watched(slot=slot)
        if slot in changed:
            gain = 0 if slot in shifted else 4 if places[i].path in replaced else 2 if places[i].linked else 1
            entry = _moved_on(entry, block, before[slot], values[slot], gain)
        else:
            entry = _stood_still(entry, block, values[slot])
        watched[slot] = entry
        if entry.waiting:
            settled[i] = replace(block, text=entry.text)
            kept_back.append(block.text)
    latest = sorted(watched.values(), key=lambda entry: (entry.waiting != 0, entry.score, entry.slot))[-_MOST_WATCHED:]
    kept = [entry for entry in latest if entry.score or entry.history]
    memory = replace(
        memory,
        slots=packed(list(values)),
        values=packed(list(values.values())),
        watched=tuple(entry.plain() for entry in sorted(kept, key=lambda entry: entry.slot)),
    )
    return Settled(blocks=tuple(settled), memory=memory, kept_back=tuple(kept_back))


def _replaced_lists(places: Sequence[Place], changed: set[int]) -> set[int]:
    """The paths of lists of links of which nearly all were replaced at once."""
    total = Counter(place.path for place in places if place.linked)
    new = Counter(place.path for place in places if place.linked and place.slot in changed)
    return {path for path, count in total.items() if count >= 3 and 3 * new[path] >= 2 * count}


def _moved_on(entry: Watched, block: Block, old: int, new: int, gain: int) -> Watched:
    """A slot whose value is not that of the look before; `gain`: 0 if one of the two stands elsewhere in the text, 1 if it is no link."""
    mask = code(_DIGITS.sub("", block.text))
    if gain and (new in entry.history or (mask == entry.mask and _CLOCK.search(block.text))):
        gain = max(gain, 2)
    elif gain == 1:
        short = len(block.text) <= 60 and block.kind != "table_row"
        gain = 1 if short and mask == entry.mask and _DIGITS.search(block.text) else 0
    score = min(_HIGHEST, entry.score + gain)
    history = (*entry.history, old)[-_MOST_HISTORY:]
    entry = replace(entry, score=score, mask=mask, history=history)
    if score < _RESTLESS or not entry.text:
        return replace(entry, text=block.text[:_MOST_TEXT] if len(block.text) <= _MOST_TEXT else "", waiting=0, looks=0)
    if block.text == entry.text:
        return replace(entry, waiting=0, looks=0)
    return replace(entry, waiting=new, looks=1)


def _stood_still(entry: Watched, block: Block, value: int) -> Watched:
    """A watched slot with the value of the look before."""
    score = max(0, entry.score - 1)
    if not entry.waiting:
        return replace(entry, score=score)
    if entry.looks + 1 >= _LASTING:  # it lasts: told
        return replace(entry, score=0, text=block.text[:_MOST_TEXT], history=(), waiting=0, looks=0)
    return replace(entry, score=max(score, _RESTLESS - 1), looks=entry.looks + 1)
