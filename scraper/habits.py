"""The habits of a part of a text: how long what it shows used to stand, and whether what it shows now is an edit.

Values only: what a part showed, look by look, in; what is to be told, out. `restless.py` finds the parts.
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
from scraper.memory import PlainBlock, PlainPart, code
from scraper.moment import differs_by_the_moment, is_of_today, without_the_moment

_MOST_WAITING = 60  # entries of a part that is kept back
_MOST_SEEN = 60
_MOST_STANDS = 6
_MOST_LIVES = 12
# What changes by itself: so many changes in a row, between which a value stood for so long (s) at most, as is usual.
_Habits = tuple[tuple[int, int], ...]
_HABITS: _Habits = ((2, 12 * 3600), (3, 3 * 86400))
_PROSE_HABITS: _Habits = ((4, 86400),)
_EDITORS_HABITS: _Habits = ((6, 12 * 3600),)  # of what was reworded, or grew: editors come back to their sentences
_KNOWN_STANDS = 2  # from which it is known how long its values stand
_LASTING_LOOKS = 3
_LASTING_SEEN_LOOKS = 12  # of an entry that came and went before
_GRAIN_S = 600
_A_DAY_S = 25 * 3600  # what is new every day does not last so long
_LONGEST_PATIENCE_S = 3 * 86400
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


def reads_on(text: str) -> bool:
    """Whether a text is long enough for prose, or ends as a sentence does."""
    return len(text) >= _SHORT or text.rstrip("\"'»”’)] ").endswith(_SENTENCE_ENDS)


def bag_of(placed: Placed, bags: dict[int, frozenset[str]]) -> frozenset[str]:
    if placed.code not in bags:
        bags[placed.code] = frozenset(words(placed.block.text.casefold()))
    return bags[placed.code]


def words_shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the words of the shorter that both have."""
    return len(one & other) / (min(len(one), len(other)) or 1)


def at_rest(part: Part, at: datetime) -> Part:
    """A part that shows what was told; what waited is gone again."""
    return _turned(part, [], at) if part.waiting else part


def turned(part: Part, difference: Difference, at: datetime) -> Part:
    """A part that showed what was told until this look."""
    return _turned(replace(part, seen=_seen(part, [old.code for old in difference.old])), [], at)


def back_again(text: Part, at: datetime) -> Part:
    """The text as a whole, a part that turns at each of its returns."""
    return _turned(text, [], at)


def restored(part: Part, at: datetime) -> Part:
    """A part that went with most of the text and is back with it: that it was away is no habit of its own."""
    stands_s, lives_s = part.stands_s[:-1], part.lives_s[:-1]
    return replace(part, since=utc_text(at), stands_s=stands_s, lives_s=lives_s, waiting=(), lasted=())


def kept_back(part: Part, difference: Difference, at: datetime) -> Part:
    """A part that shows something that is not told: the same as at the look before, or something new."""
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
    if not before or before.keys() == set(now):
        return replace(part, waiting=tuple(entries))
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
    """The seconds since then, less than ten minutes being none: looks so near each other are told apart by their number alone."""
    return int((at - parse_utc(text)).total_seconds()) // _GRAIN_S * _GRAIN_S


def _seen(part: Part, codes: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*part.seen, *codes)))[-_MOST_SEEN:]


# --- edit or not -----------------------------------------------------------------------------------------------------


def is_edit(part: Part, difference: Difference, at: datetime, language: str) -> bool:
    """Whether a difference from what stood there until now is to be told at once."""
    return not (
        _is_restless(part, difference) or _is_turnover(difference) or _shows_the_moment(difference, at, language)
    )


def _is_restless(part: Part, difference: Difference) -> bool:
    """Whether the part changed so quickly and so often that it does so by itself."""
    if len(part.stands_s) < _HABITS[0][0]:
        return False
    habits = _HABITS
    if _reworded(difference) or _is_growth(part, difference):
        habits = _EDITORS_HABITS
    elif any(placed.place.prose for placed in (*difference.old, *difference.new)):
        habits = _PROSE_HABITS
    return _has_habits(part, habits)


def _has_habits(part: Part, habits: _Habits) -> bool:
    return any(
        len(part.stands_s) >= changes and median_high(part.stands_s[-changes:]) <= quick_s
        for changes, quick_s in habits
    )


def comes_and_goes(text: Part) -> bool:
    """Whether a text as a whole came back so often, after so short times, that it leaves and comes back by itself."""
    return _has_habits(text, _PROSE_HABITS)


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
            alike = words_shared(bags[old.code], bags[new.code]) >= (0.75 if len(new.block.text) <= _SHORT else 0.5)
            renumbered = _without_numbers(old.block.text) == _without_numbers(new.block.text)
            count += not _A_RATE.search(new.block.text) if renumbered else alike
    return count


def _distinct(difference: Difference) -> dict[int, frozenset[str]]:
    """The words of each text of a difference, without those that most of them have: of headlines the frame that they share."""
    bags: dict[int, frozenset[str]] = {}
    texts = [bag_of(placed, bags) for placed in (*difference.old, *difference.new)]
    counts = Counter(word for bag in texts for word in bag)
    common = {word for word, count in counts.items() if len(texts) >= _A_LIST and 2 * count > len(texts)}
    return {key: bag - common or bag for key, bag in bags.items()}


def _shows_the_moment(difference: Difference, at: datetime, language: str) -> bool:
    return all(
        old is not None and new is not None and differs_by_the_moment(old.block.text, new.block.text, at, language)
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
    if 2 * sum(len(bag_of(placed, {})) >= _HEADLINE_WORDS for placed in heads) <= len(heads):
        return False
    bags = _distinct(difference)
    unlike = [placed for placed in new if all(words_shared(bags[placed.code], bags[one.code]) < 0.75 for one in old)]
    return 3 * len(unlike) >= 2 * len(new) and all(len(placed.block.text) <= _LONGEST for placed in (*old, *new))


def lasting_entries(part: Part, difference: Difference, at: datetime, language: str) -> list[Entry]:
    """The entries of a part that waits by which it is told: those that stood for long enough.

    Prose, and a sentence where none was, only have to stand; what else there is must outlive what was there before it. That
    something is gone counts where nothing came for it, or where it had been told because it lasted.
    """
    if all(entry.looks < _LASTING_LOOKS for entry in part.waiting):
        return []
    old, new = difference.old, difference.new
    linked = any(placed.place.linked for placed in new)
    patience_s = _A_DAY_S if linked else 0.0
    if _is_restless(part, difference):
        lives_s = sorted(part.lives_s[1:] or part.lives_s)
        patience_s = min(_LONGEST_PATIENCE_S, 1.5 * lives_s[-1 if linked else (3 * len(lives_s)) // 4])
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
