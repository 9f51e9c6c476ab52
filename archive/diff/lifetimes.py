"""The life of every passage: from when to when it stood on the page, in spells, each with bounds at both ends.

A passage is its text (white space folded), so a moved one stays itself. A new wording is a passage of its own, with the
one it was made from as its ancestor; text that was lost and comes back has a new spell, and if it comes back with small
edits, the lost one as its ancestor. Times are the caller's: any values that it can order and show; gaps are in seconds.

For a store that keeps lives as rows: `turn` says which passages of a new text begin and end, the rest need no writing;
what begins without an ancestor and is unknown is held against the lost passages by `Kin`; `Looks` keeps, at constant
cost a look, what a spell needs when it ends.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from rapidfuzz.distance import LCSseq

from archive.diff.align import align
from archive.diff.assemble import link_pieces
from archive.diff.looks import key_of
from archive.diff.sequence import CELLS, Codes
from archive.text import Span, passages, words

T = TypeVar("T")

_ALIKE = 0.6  # share of words in common, in order, that makes a lost passage an ancestor
_RARE = 16  # lost passages; a word on more of them says nothing about which it is
_TRIED = 3
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage as it is known through time: by the digest of its text."""

    kind: str  # title, heading, sentence, list_item, table_row, stamp
    text: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A passage that a text has and the one before had not, and the passage of that one it was made from."""

    passage: Passage
    ancestor: str | None  # sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What begins and what ends from one text to the next."""

    begun: tuple[Begun, ...]
    ended: tuple[str, ...]  # sha256, in the reading order of the earlier text


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell(Generic[T]):
    """One stay on the page. It began in (begin_not_before, begin_not_after] and ended in [end_not_before, end_not_after).

    `begin_not_before` is None for what stood there at the first look, `end_not_after` while it stands.
    """

    begin_not_before: T | None
    begin_not_after: T
    end_not_before: T
    end_not_after: T | None
    looks: int
    longest_gap_s: float

    @property
    def open(self) -> bool:
        return self.end_not_after is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life(Generic[T]):
    """A passage, its ancestor's sha256 and its spells in order."""

    passage: Passage
    ancestor: str | None
    spells: tuple[Spell[T], ...]

    @property
    def present(self) -> bool:
        return self.spells[-1].open


def standing(text: str, block_kinds: Sequence[str] = ()) -> dict[str, Passage]:
    """The passages of a text by sha256, in reading order, each once. `block_kinds`: the kind of every paragraph, if known.

    Sentences of a paragraph are of the kind `sentence`; headings, list items and table rows are not cut.
    """
    found: dict[str, Passage] = {}
    for kind, (start, end) in _spans(text, block_kinds):
        key = " ".join(text[start:end].split())
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        found.setdefault(digest, Passage(kind=kind, text=key, sha256=digest))
    return found


def _spans(text: str, block_kinds: Sequence[str]) -> list[tuple[str, Span]]:
    paragraphs = _paragraphs(text)
    if len(paragraphs) != len(block_kinds):
        return [("sentence", span) for span in passages(text)]
    out: list[tuple[str, Span]] = []
    for kind, (start, end) in zip(block_kinds, paragraphs, strict=True):
        if kind == "paragraph":
            out += [("sentence", (start + a, start + b)) for a, b in passages(text[start:end])]
        else:
            out.append((kind, (start, end)))
    return out


def _paragraphs(text: str) -> list[Span]:
    spans: list[Span] = []
    start = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    for border in _PARAGRAPH.finditer(text, start, last):
        spans.append((start, border.start()))
        start = border.end()
    return [*spans, (start, last)] if last > start else spans


def turn(before: str, after: str, before_kinds: Sequence[str] = (), after_kinds: Sequence[str] = ()) -> Turn:
    """Which passages begin and which end from one text to the next."""
    was, now = standing(before, before_kinds), standing(after, after_kinds)
    begun = [passage for digest, passage in now.items() if digest not in was]
    ancestors = _ancestors(before, after, before_kinds, after_kinds) if begun and was else {}
    return Turn(
        begun=tuple(Begun(passage=passage, ancestor=ancestors.get(passage.sha256)) for passage in begun),
        ended=tuple(digest for digest in was if digest not in now),
    )


def _ancestors(before: str, after: str, before_kinds: Sequence[str], after_kinds: Sequence[str]) -> dict[str, str]:
    """For every passage of the later text the passage of the earlier one that most of its kept wording is from."""
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    aligned = align(before, after)
    old_owner, new_owner = _Owners(before, before_kinds), _Owners(after, after_kinds)
    for link in aligned.links:
        for same, a, b, c, _ in link_pieces(aligned, link):
            if same:
                old, new = old_owner.at((a + b) // 2), new_owner.at(c + (b - a) // 2)
                if old and new and old != new:
                    kept[new][old] += b - a
    return {new: votes.most_common(1)[0][0] for new, votes in kept.items()}


class _Owners:
    """Which passage an offset belongs to."""

    def __init__(self, text: str, block_kinds: Sequence[str]) -> None:
        self.spans = [span for _, span in _spans(text, block_kinds)]
        self.text = text
        self.digests: dict[int, str] = {}

    def at(self, offset: int) -> str | None:
        low, high = 0, len(self.spans)
        while low < high:
            middle = (low + high) // 2
            if self.spans[middle][1] <= offset:
                low = middle + 1
            else:
                high = middle
        if low == len(self.spans) or self.spans[low][0] > offset:
            return None
        digest = self.digests.get(low)
        if digest is None:
            start, end = self.spans[low]
            key = " ".join(self.text[start:end].split())
            digest = self.digests[low] = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return digest


class Kin:
    """Finds the lost passage that a new one came from. Grows by what is lost; a search costs what the new passage holds."""

    def __init__(self, lost: Iterable[Passage] = ()) -> None:
        self._lost: dict[str, Passage] = {}
        self._sizes: dict[str, int] = {}  # in words
        self._holders: dict[str, list[str]] = defaultdict(list)
        for passage in lost:
            self.add(passage)

    def add(self, passage: Passage) -> None:
        """Takes a passage that is no longer on the page."""
        if passage.sha256 not in self._lost:
            found = words(key_of(passage.text))
            self._lost[passage.sha256] = passage
            self._sizes[passage.sha256] = len(found)
            for word in sorted(set(found)):
                self._holders[word].append(passage.sha256)

    def of(self, passage: Passage) -> str | None:
        """The sha256 of the likest lost passage; None where none is like it."""
        found = words(key_of(passage.text))
        votes: Counter[str] = Counter()
        for word in sorted(set(found)):
            holders = self._holders.get(word, ())
            if len(holders) <= _RARE:
                votes.update(holder for holder in holders if self._alike_in_size(holder, len(found)))
        ranked = sorted(votes, key=lambda digest: (-votes[digest], digest))[:_TRIED]
        scored = [(_likeness(words(key_of(self._lost[digest].text)), found), digest) for digest in ranked]
        best = max(scored, key=lambda entry: entry[0], default=(0.0, ""))
        return best[1] if best[0] >= _ALIKE and best[1] != passage.sha256 else None

    def _alike_in_size(self, digest: str, size: int) -> bool:
        return min(self._sizes[digest], size) >= _ALIKE * max(self._sizes[digest], size)


def _likeness(one: list[str], two: list[str]) -> float:
    codes = Codes()
    a, b = codes.encode(one), codes.encode(two)
    return LCSseq.normalized_similarity(a, b) if len(a) * len(b) <= CELLS and not codes.full else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks(Generic[T]):
    """The accepted looks at a page so far: how many, the last one, and the longest gap since any of them.

    `maxima` are (begin of a gap, its seconds), each longer than all later ones: few, whatever the number of looks.
    """

    count: int = 0
    last: T | None = None
    maxima: tuple[tuple[int, float], ...] = ()  # number of the look before the gap, seconds

    def seen(self, at: T, gap_s: float = 0.0) -> Looks[T]:
        """After one more look; `gap_s` since the one before."""
        maxima = self.maxima
        if self.count:
            while maxima and maxima[-1][1] <= gap_s:
                maxima = maxima[:-1]
            maxima = (*maxima, (self.count, gap_s))
        return Looks(count=self.count + 1, last=at, maxima=maxima)

    def longest_gap_since(self, look: int) -> float:
        """The longest gap, in seconds, from the look of that number on (the first is number 1)."""
        return next((gap_s for number, gap_s in self.maxima if number >= look), 0.0)


class Lifetimes(Generic[T]):
    """The lives of all passages of one page, followed look by look in the order of its history."""

    def __init__(self) -> None:
        self._looks: Looks[T] = Looks()
        self._text = ""
        self._kinds: tuple[str, ...] = ()
        self._lives: dict[str, Life[T]] = {}
        self._begun_at: dict[str, int] = {}  # of what stands: the number of its spell's first look
        self._kin = Kin()

    def seen(self, at: T, gap_s: float) -> None:
        """One more look at the same text."""
        self._looks = self._looks.seen(at, gap_s)

    def changed(self, text: str, at: T, gap_s: float = 0.0, block_kinds: Sequence[str] = ()) -> Turn:
        """A look that shows another text; `gap_s` since the look before."""
        before = self._looks
        self._looks = before.seen(at, gap_s)
        found = turn(self._text, text, self._kinds, block_kinds)
        for digest in found.ended:
            self._lives[digest] = self._ended(digest, before, at)
            self._kin.add(self._lives[digest].passage)
            del self._begun_at[digest]
        for begun in found.begun:
            self._begin(begun, before.last, at)
        self._text, self._kinds = text, tuple(block_kinds)
        return found

    def lives(self) -> tuple[Life[T], ...]:
        """Every passage ever seen, in the order of first sight, with its spells up to the last look."""
        return tuple(self._as_of_now(digest, life) for digest, life in self._lives.items())

    def _begin(self, begun: Begun, last: T | None, at: T) -> None:
        digest = begun.passage.sha256
        spell = Spell(
            begin_not_before=last, begin_not_after=at, end_not_before=at, end_not_after=None, looks=1, longest_gap_s=0.0
        )
        known = self._lives.get(digest)
        if known is None:
            ancestor = begun.ancestor or self._kin.of(begun.passage)
            self._lives[digest] = Life(passage=begun.passage, ancestor=ancestor, spells=(spell,))
        else:
            self._lives[digest] = replace(known, spells=(*known.spells, spell))
        self._begun_at[digest] = self._looks.count

    def _ended(self, digest: str, before: Looks[T], at: T) -> Life[T]:
        life, first = self._lives[digest], self._begun_at[digest]
        return _with_last(life, _closed(life.spells[-1], before, first, at))

    def _as_of_now(self, digest: str, life: Life[T]) -> Life[T]:
        first = self._begun_at.get(digest)
        return life if first is None else _with_last(life, _closed(life.spells[-1], self._looks, first, None))


def _closed(spell: Spell[T], looks: Looks[T], first: int, end_not_after: T | None) -> Spell[T]:
    last = spell.end_not_before if looks.last is None else looks.last
    return replace(
        spell,
        end_not_before=last,
        end_not_after=end_not_after,
        looks=looks.count - first + 1,
        longest_gap_s=looks.longest_gap_since(first),
    )


def _with_last(life: Life[T], spell: Spell[T]) -> Life[T]:
    return replace(life, spells=(*life.spells[:-1], spell))
