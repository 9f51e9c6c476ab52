"""Parts of a text that change by themselves: kept at what was last told, and told again once a value lasts.

The told text is a row of blocks. A look's blocks are aligned with it, and what differs falls into parts: a widget (a container
that holds none of the main prose) is one, any other block one of its own. A part whose change looks like no edit is kept back:
one that shows the moment of the look, one whose entries were replaced by unrelated ones, one that changed again and again. It
is told after it has stood for three looks, and for longer than its values used to stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median_high

from archive.model import Block, parse_utc, utc_text
from archive.text import words
from scraper.alignment import Step, align
from scraper.memory import Memory, PlainBlock, PlainPart, code, packed
from scraper.moment import differs_by_the_moment, is_of_today, without_the_moment

MOST_BLOCKS = 1500  # of a page that is followed in this way
_MOST_CHARS = 60_000  # of its text, since what was last told is kept in its memory
_MOST_PARTS = 60
_MOST_WAITING = 60  # entries of a part that is kept back
_MOST_SEEN = 60
_MOST_STANDS = 6
_MOST_LIVES = 12
_HABITS: tuple[tuple[int, int], ...] = (
    (2, 12 * 3600),
    (3, 3 * 86400),
)  # changes in a row, and how long a value may have stood: it changes by itself
_PROSE_HABITS = ((4, 86400),)
_EDITORS_HABITS = ((6, 12 * 3600),)  # of a text that was reworded, or grew: editors come back to their sentences
_KNOWN_STANDS = 2  # from which it is known how long its values stand
_LASTING_LOOKS = 3
_LASTING_SEEN_LOOKS = 12  # of an entry that came and went before
_A_DAY_S = 25 * 3600  # what is new every day does not last so long
_SHORT = 80  # characters of a text that is hardly more than its number
_NUMBERS = re.compile(r"[-+−]?\d+(?:[.,]\d+)*")
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "؟", "।", "။", "։", ";", "；")
_HEADLINE_WORDS = 4
_A_FEW = 3  # headlines without links
_A_LIST = 4  # texts, of which words may be common
_A_RATE = re.compile(r"(?<![\d.,])\d+(?:[.,]\d{1,2}|[.,]\d{4})(?![\d.,])")  # a number with a fraction
_LONGEST = 300  # characters of a text that may be one in turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a block stands: its path (0: it is not followed), its widget (0: none), and whether it is main prose, or a link."""

    path: int = 0
    widget: int = 0
    prose: bool = False
    linked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A block in its place."""

    block: Block
    place: Place
    code: int

    def plain(self) -> PlainBlock:
        place = self.place
        return (self.block.kind, self.block.text, place.path, place.widget, int(place.prose) + 2 * place.linked)

    @classmethod
    def of(cls, plain: PlainBlock) -> Placed:
        kind, text, path, widget, flags = plain
        place = Place(path=path, widget=widget, prose=bool(flags & 1), linked=bool(flags & 2))
        return cls(block=Block(kind=kind, text=text), place=place, code=code(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a part shows and was not told: its code (negative: of what is gone), its number in the part, since when, for how many looks."""

    code: int
    number: int
    since: str
    looks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that changed: since when its value stands, how long those before it stood, what they were, what waits to be told."""

    key: int  # a widget's, or the code of the told block
    since: str
    stands_s: tuple[int, ...] = ()
    seen: tuple[int, ...] = ()
    waiting: tuple[Entry, ...] = ()
    lives_s: tuple[int, ...] = ()  # how long its entries stood that have gone
    lasted: tuple[int, ...] = ()  # codes by which it was told last, so that it is told when they go

    def plain(self) -> PlainPart:
        waiting = tuple((entry.code, entry.number, entry.since, entry.looks) for entry in self.waiting)
        return (self.key, self.since, self.stands_s, self.seen, waiting, self.lives_s, self.lasted)

    @classmethod
    def of(cls, plain: PlainPart) -> Part:
        key, since, stands_s, seen, waiting, lives_s, lasted = plain
        entries = tuple(Entry(code=item, number=number, since=at, looks=looks) for item, number, at, looks in waiting)
        return cls(key=key, since=since, stands_s=stands_s, seen=seen, waiting=entries, lives_s=lives_s, lasted=lasted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What of a part is not as told: pairs of a told block and the one in its place now, None where one went or came."""

    pairs: tuple[tuple[Placed | None, Placed | None], ...]
    numbers: tuple[int, ...]  # of the blocks of `pairs` in the part
    unchanged: int  # other blocks among those

    @property
    def old(self) -> list[Placed]:
        return [old for old, _ in self.pairs if old is not None]

    @property
    def new(self) -> list[Placed]:
        return [new for _, new in self.pairs if new is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Blocks with restless ones as last told, the memory after it, what was kept back, and since when what is told only now stood."""

    blocks: tuple[Block, ...]
    memory: Memory
    kept_back: tuple[str, ...] = ()
    since: datetime | None = None


def reads_on(text: str) -> bool:
    """Whether a text is long enough for prose, or ends as a sentence does."""
    return len(text) >= _SHORT or text.rstrip("\"'»”’)] ").endswith(_SENTENCE_ENDS)


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
        return Settled(blocks=tuple(blocks), memory=replace(memory, told=(), parts=()))
    told = [Placed.of(plain) for plain in memory.told]
    parts = {plain[0]: Part.of(plain) for plain in memory.parts}
    if not parts and [placed.code for placed in told] == [placed.code for placed in now]:
        return _settled(memory, blocks, places, now, [], [], [])
    steps = _steps(told, now)
    groups = _groups(steps, told, now)
    if not told or 2 * sum(map(len, groups.values())) > len(steps) + 8:  # the first look, or one at a rewritten text
        waited = [entry.since for part in parts.values() for entry in part.waiting]
        return _settled(memory, blocks, places, now, [], waited, [])
    after = [_at_rest(part, at) for part in parts.values() if part.key not in groups]
    held, since, kept_back = set(), [], []
    for key, group in groups.items():
        difference = _difference(group, told, now)
        part = _changed(parts.get(key) or Part(key=key, since=memory.begun), difference, at)
        lasting = _lasting(part, difference, at, language)
        if lasting or _is_edit(part, parts.get(key), difference, at, language):
            since += [entry.since for entry in lasting]
            part = replace(part, waiting=(), lasted=tuple(entry.code for entry in lasting if entry.code > 0))
            after += [replace(part, key=at_key) for at_key in _keys_after(key, difference)]
        else:
            held.add(key)
            after.append(part)
            kept_back += [new.block.text for new in difference.new]
    return _settled(memory, blocks, places, _shown(steps, told, now, groups, held), after, since, kept_back)


def _settled(
    memory: Memory,
    blocks: Sequence[Block],
    places: Sequence[Place],
    shown: Sequence[Placed],
    parts: Sequence[Part],
    since: Sequence[str],
    kept_back: Sequence[str],
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
            told=tuple(placed.plain() for placed in shown),
            parts=tuple(part.plain() for part in sorted(kept, key=lambda part: part.key)),
        ),
        kept_back=tuple(kept_back),
        since=min(map(parse_utc, since), default=None),
    )


def _steps(told: Sequence[Placed], now: Sequence[Placed]) -> list[Step]:
    """The look aligned with the told text: blocks of one path may be each other's, others only if they are alike."""
    bags: dict[int, frozenset[str]] = {}

    def likeness(i: int, k: int) -> float:
        alike = _alike(_bag(told[i], bags), _bag(now[k], bags))
        same = told[i].place.path == now[k].place.path
        return 1 + alike if same else alike if alike >= 0.5 else 0.0

    return align([placed.code for placed in told], [placed.code for placed in now], likeness)


def _bag(placed: Placed, bags: dict[int, frozenset[str]]) -> frozenset[str]:
    if placed.code not in bags:
        bags[placed.code] = frozenset(words(placed.block.text.casefold()))
    return bags[placed.code]


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the words of the shorter that both have."""
    return len(one & other) / (min(len(one), len(other)) or 1)


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


# --- the habits of a part --------------------------------------------------------------------------------------------


def _at_rest(part: Part, at: datetime) -> Part:
    """A part that shows what was told; what waited is gone again."""
    return _turned(part, [], at) if part.waiting else part


def _changed(part: Part, difference: Difference, at: datetime) -> Part:
    """A part that shows something else than was told: the same as at the look before, or something new."""
    now = [
        item
        for (old, new), number in zip(difference.pairs, difference.numbers, strict=True)
        for item in _items(old, new, number)
    ]
    before = {(entry.code, entry.number): entry for entry in part.waiting}
    entries = [
        replace(before[item], looks=before[item].looks + 1)
        if item in before
        else Entry(code=item[0], number=item[1], since=utc_text(at))
        for item in now[:_MOST_WAITING]
    ]
    if before.keys() == set(now):
        return replace(part, waiting=tuple(entries))
    if not part.waiting:
        part = replace(part, seen=_seen(part, [old.code for old in difference.old]))
    return _turned(part, entries, at)


def _items(old: Placed | None, new: Placed | None, number: int) -> list[tuple[int, int]]:
    """What a pair shows that was not told: its text; and what prose says apart from its numbers, or the moment, where that is new."""
    if new is None:
        return [(-(old.code if old else 0), number)]
    items = [(new.code, number)]
    if old is not None and new.place.prose:
        for less in (_without_numbers, without_the_moment):
            said = less(new.block.text)
            if said not in (new.block.text, less(old.block.text)):
                items.append((code(said), number))
    return items


def _without_numbers(text: str) -> str:
    return _NUMBERS.sub("", text)


def _turned(part: Part, entries: Sequence[Entry], at: datetime) -> Part:
    """A part whose value is another than at the look before."""
    here = {entry.code for entry in entries}
    gone = [entry for entry in part.waiting if entry.code not in here]
    stood_s = _since_s(part.since, at)
    lives_s = [_since_s(entry.since, at) for entry in gone if entry.code > 0] if part.waiting else [stood_s]
    return replace(
        part,
        since=utc_text(at),
        stands_s=(*part.stands_s, stood_s)[-_MOST_STANDS:],
        lives_s=(*part.lives_s, *lives_s)[-_MOST_LIVES:],
        seen=_seen(part, [entry.code for entry in gone]),
        waiting=tuple(entries),
    )


def _since_s(text: str, at: datetime) -> int:
    return int((at - parse_utc(text)).total_seconds())


def _seen(part: Part, codes: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*part.seen, *codes)))[-_MOST_SEEN:]


# --- edit or not -----------------------------------------------------------------------------------------------------


def _is_edit(part: Part, before: Part | None, difference: Difference, at: datetime, language: str) -> bool:
    """Whether a difference is to be told at once. One that waits already is not."""
    if before is not None and before.waiting:
        return False
    return not (
        _is_restless(part, difference) or _is_turnover(difference) or _shows_the_moment(difference, at, language)
    )


def _is_restless(part: Part, difference: Difference) -> bool:
    """Whether the part changed so quickly and so often that it does so by itself."""
    habits = _HABITS
    if _reworded(difference) or _is_growth(part, difference):
        habits = _EDITORS_HABITS
    elif any(placed.place.prose for placed in (*difference.old, *difference.new)):
        habits = _PROSE_HABITS
    return any(
        len(part.stands_s) >= changes and median_high(part.stands_s[-changes:]) <= quick_s
        for changes, quick_s in habits
    )


def _is_growth(part: Part, difference: Difference) -> bool:
    """Whether something only came that was never there, or only went that had not come lately."""
    if difference.old and difference.new:
        return False
    return not {placed.code for placed in (*difference.old, *difference.new)} & set(part.seen)


def _reworded(difference: Difference) -> int:
    """How many texts were changed in part: in some words, or in nothing but numbers that are no rates."""
    bags = _distinct(difference)
    count = 0
    for old, new in difference.pairs:
        if old is not None and new is not None:
            alike = _alike(bags[old.code], bags[new.code]) >= (0.75 if len(new.block.text) <= _SHORT else 0.5)
            renumbered = _without_numbers(old.block.text) == _without_numbers(new.block.text)
            count += not _A_RATE.search(new.block.text) if renumbered else alike
    return count


def _distinct(difference: Difference) -> dict[int, frozenset[str]]:
    """The words of each text of a difference, without those that most of them have: of headlines the frame that they share."""
    bags: dict[int, frozenset[str]] = {}
    texts = [_bag(placed, bags) for placed in (*difference.old, *difference.new)]
    counts = Counter(word for bag in texts for word in bag)
    common = {word for word, count in counts.items() if len(texts) >= _A_LIST and 2 * count > len(texts)}
    return {key: bag - common or bag for key, bag in bags.items()}


def _shows_the_moment(difference: Difference, at: datetime, language: str) -> bool:
    return all(
        old is not None
        and new is not None
        and differs_by_the_moment(old.block.text, new.block.text, at, language or "")
        for old, new in difference.pairs
    )


def _is_turnover(difference: Difference) -> bool:
    """Whether entries were replaced as nobody edits them: several headlines by unrelated ones, a list that moved on.

    Names on cards, whose other lines stay, are no headlines: a new government is told at once.
    """
    old, new = difference.old, difference.new
    if not old or not new or any(placed.place.prose for placed in (*old, *new)):
        return False
    links = [placed for placed in new if placed.place.linked]
    went, came = [placed.code for placed in old], [placed.code for placed in new]
    if sorted(went) == sorted(came) or _reworded(difference):  # what only moved, or was edited too, is told as that
        return False
    linked = 2 * len(links) >= len(new)
    loose = all(placed.block.kind == "paragraph" and not reads_on(placed.block.text) for placed in new)
    if not linked and (min(len(old), len(new)) < _A_FEW or not loose):
        return False
    heads = links if linked else new
    moved_on = len(old) == len(new) and all(one is None or other is None for one, other in difference.pairs)
    if not moved_on and (min(len(old), len(new)) < 2 or 2 * difference.unchanged > len(new)):
        return False
    if 2 * sum(len(_bag(placed, {})) >= _HEADLINE_WORDS for placed in heads) <= len(heads):
        return False
    bags = _distinct(difference)
    unlike = [placed for placed in new if all(_alike(bags[placed.code], bags[one.code]) < 0.75 for one in old)]
    return 3 * len(unlike) >= 2 * len(new) and all(len(placed.block.text) <= _LONGEST for placed in (*old, *new))


def _lasting(part: Part, difference: Difference, at: datetime, language: str) -> list[Entry]:
    """The entries of a part that waits by which it is told: those that stood for long enough.

    Prose, and a sentence where none was, only have to stand; what else there is must outlive what was there before it. That
    something is gone counts where nothing came for it, or where it had been told because it lasted.
    """
    old, new = difference.old, difference.new
    linked = any(placed.place.linked for placed in new)
    patience_s = _A_DAY_S if linked else 0.0
    if _is_restless(part, difference):
        lives_s = sorted(part.lives_s[1:] or part.lives_s)
        patience_s = 1.5 * lives_s[-1 if linked else (3 * len(lives_s)) // 4]
    prose = any(placed.place.prose for placed in new)
    sure = {entry.code for entry in part.waiting if entry.code > 0 and prose}
    sure |= {-placed.code for placed in old if placed.place.prose or placed.code in part.lasted}
    if not any(reads_on(placed.block.text) for placed in old):
        sure |= {placed.code for placed in new if reads_on(placed.block.text)}
    lasting = []
    for entry in part.waiting:
        counts = entry.code > 0 or not new or -entry.code in part.lasted
        lost = entry.code < 0 and len(part.stands_s) >= _KNOWN_STANDS and entry.code not in sure
        looks = _LASTING_SEEN_LOOKS if lost or entry.code in part.seen else _LASTING_LOOKS
        stood = entry.looks >= looks and (entry.code in sure or _since_s(entry.since, at) >= patience_s)
        if counts and stood:
            lasting.append(entry)
    today = {placed.code for placed in new if lasting and is_of_today(placed.block.text, at, language)}
    return [entry for entry in lasting if entry.code not in today]
