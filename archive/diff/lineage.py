"""Which words are the same words through all revisions of a text, those taken out and put back included."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archive.diff.align import Alignment, Link, align
from archive.diff.assemble import link_pieces
from archive.diff.looks import is_plain, key_of
from archive.diff.wording import Piece, pieces
from archive.text import Span, token_pattern, words

_ALIKE = 0.55  # of its letters that a new passage must share with a lost one to be its return
_RARE = 16  # lost passages; a word on more of them says nothing
_TRIED = 3  # lost passages that a new one is held against
_EARLIER = 8  # earlier wordings of a passage that a new wording is held against

Words = list[tuple[int, int, int]]


@dataclass(slots=True)
class _Lost:
    """A wording that is no longer on the page: its text, its words' spans in it and their lineages."""

    text: str
    spans: list[Span]
    lineages: list[int]
    lost_at: int


@dataclass(slots=True)
class _Revision:
    """The words of one revision, and the earlier wordings of its passages by where those start."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lineages: list[int] = field(default_factory=list)
    earlier: dict[int, tuple[_Lost, ...]] = field(default_factory=dict)

    def words_in(self, start: int, end: int) -> range:
        return range(bisect_left(self.starts, start), bisect_left(self.starts, end))


def blame(revisions: Iterable[str]) -> list[Words]:
    """For each revision its words as (start, end, lineage): the same number is the same word through time.

    Moved words keep their number, and so do words that return after they were gone, also with small edits around them.

    >>> blame(["A fee is due.", "A fee.", "A fee is due."])[2][2:4]
    [(6, 8, 2), (9, 12, 3)]
    """
    tracker = _Tracker()
    return [tracker.follow(text) for text in revisions]


class _Tracker:
    def __init__(self) -> None:
        self.count = 0
        self.number = 0
        self.last = _Revision()
        self.lost: dict[str, dict[tuple[int, ...], _Lost]] = defaultdict(dict)  # by key, then by lineages
        self.holders: dict[str, list[_Lost]] = defaultdict(list)
        self.cuts: dict[str, list[Span]] = {}  # the words of the passages of the last revision

    def follow(self, text: str) -> Words:
        """Takes the next revision."""
        if text == self.last.text:
            return _triples(self.last)
        self.number += 1
        aligned = align(self.last.text, text)
        now = self._cut(aligned)
        now.lineages = [-1] * len(now.spans)
        linked = [link_pieces(aligned, link) for link in aligned.links]
        for link, found in zip(aligned.links, linked, strict=True):
            self._carry(now, found)
            self._inherit(aligned, now, link, len(found) > 1 or not found[0][0])
        used = {lineage for lineage in now.lineages if lineage >= 0}
        free: dict[str, Iterator[_Lost]] = {}
        linked_new = {index for link in aligned.links for index in range(*link.new)}
        for index, span in enumerate(aligned.new_spans):
            if index in linked_new:
                self._restore_words(now, span, aligned.new_keys[index], used)
            else:
                self._restore_passage(now, span, aligned.new_keys[index], used, free)
        for index, lineage in enumerate(now.lineages):
            if lineage < 0:
                now.lineages[index] = self.count
                self.count += 1
        self._bury(aligned, linked)
        self.last = now
        return _triples(now)

    def _cut(self, aligned: Alignment) -> _Revision:
        """The words of the new text; passages known from the last revision are not cut again."""
        text, cuts = aligned.new, {}
        now = _Revision(text=text)
        for start, end in aligned.new_spans:
            passage = text[start:end]
            spans = self.cuts.get(passage)
            if spans is None:
                spans = [found.span() for found in token_pattern().finditer(passage)]
            cuts[passage] = spans
            now.spans += [(start + a, start + b) for a, b in spans]
        self.cuts = cuts
        now.starts = [a for a, _ in now.spans]
        return now

    def _carry(self, now: _Revision, found: list[Piece]) -> None:
        """Words of kept pieces keep their lineages; a word that differs in nothing visible does as well."""
        for same, a, b, c, d in found:
            olds, news = self.last.words_in(a, b), now.words_in(c, d)
            if same and len(olds) == len(news):
                now.lineages[news.start : news.stop] = self.last.lineages[olds.start : olds.stop]
            elif same:
                for index in news:
                    start = now.spans[index][0] - c + a
                    at = bisect_left(self.last.starts, start)
                    if at < len(self.last.starts) and self.last.starts[at] == start:
                        now.lineages[index] = self.last.lineages[at]

    def _inherit(self, aligned: Alignment, now: _Revision, link: Link, changed: bool) -> None:
        start = aligned.old_spans[link.old[0]][0]
        earlier = self.last.earlier.get(start, ())
        if changed:
            end = aligned.old_spans[link.old[1] - 1][1]
            earlier = (*earlier, self._lost_wording(start, end))[-_EARLIER:]
        if earlier:
            now.earlier[aligned.new_spans[link.new[0]][0]] = earlier

    def _lost_wording(self, start: int, end: int) -> _Lost:
        covered = self.last.words_in(start, end)
        spans = [(a - start, b - start) for a, b in self.last.spans[covered.start : covered.stop]]
        lineages = self.last.lineages[covered.start : covered.stop]
        return _Lost(self.last.text[start:end], spans, lineages, self.number)

    def _restore_words(self, now: _Revision, span: Span, key: str, used: set[int]) -> None:
        """Words of a reworded passage that it had before, in an earlier wording, or that a lost one equal to it had."""
        free = [index for index in now.words_in(*span) if now.lineages[index] < 0]
        if not free:
            return
        equal = next(reversed(self.lost[key].values()), None) if key in self.lost else None
        for earlier in (*reversed(now.earlier.get(span[0], ())), *([equal] if equal else ())):
            self._take(now, span, earlier, used)
            if all(now.lineages[index] >= 0 for index in free):
                return

    def _restore_passage(
        self, now: _Revision, span: Span, key: str, used: set[int], free: dict[str, Iterator[_Lost]]
    ) -> None:
        """A passage that the last revision did not have: one that was lost, perhaps with small edits.

        `free` has what is left to try of the equal ones, latest lost first: one that is used stays so in this revision.
        """
        if key in self.lost:
            if key not in free:
                free[key] = iter(sorted(self.lost[key].values(), key=lambda lost: -lost.lost_at))
            exact = next((lost for lost in free[key] if used.isdisjoint(lost.lineages)), None)
            if exact is not None:
                self._take(now, span, exact, used)
                return
        votes: Counter[int] = Counter()
        by_id: dict[int, _Lost] = {}
        for word in sorted(set(words(now.text[slice(*span)]))):
            holders = self.holders.get(word, ())
            if len(holders) <= _RARE:
                for lost in holders:
                    votes[id(lost)] += 1
                    by_id[id(lost)] = lost
        ranked = sorted(by_id.values(), key=lambda lost: (-votes[id(lost)], -lost.lost_at, lost.lineages))
        for lost in ranked[:_TRIED]:
            if _likeness(lost.text, now.text, span) >= _ALIKE:
                self._take(now, span, lost, used)
                return

    def _take(self, now: _Revision, span: Span, lost: _Lost, used: set[int]) -> None:
        """Gives words that a lost wording has in common their lineages back."""
        plain = is_plain(lost.text) and is_plain(now.text[slice(*span)])
        starts = [a for a, _ in lost.spans]
        for same, a, b, c, d in pieces(lost.text, 0, len(lost.text), now.text, *span, plain=plain):
            if not same:
                continue
            for index in now.words_in(c, d):
                at = bisect_left(starts, now.spans[index][0] - c + a)
                if now.lineages[index] >= 0 or at == len(starts) or starts[at] - a + c != now.spans[index][0]:
                    continue
                if lost.spans[at][1] <= b and lost.lineages[at] not in used:
                    now.lineages[index] = lost.lineages[at]
                    used.add(lost.lineages[at])

    def _bury(self, aligned: Alignment, linked: list[list[Piece]]) -> None:
        """Keeps the passages that the new revision does not have, or has otherwise."""
        kept = {
            index
            for link, found in zip(aligned.links, linked, strict=True)
            if len(found) == 1 and found[0][0]
            for index in range(*link.old)
        }
        for index, (start, end) in enumerate(aligned.old_spans):
            if index in kept:
                continue
            lost = self._lost_wording(start, end)
            known, lineages = self.lost[key_of(lost.text)], tuple(lost.lineages)
            if known.pop(lineages, None) is None:
                for word in sorted(set(words(lost.text))):
                    self.holders[word].append(lost)
            known[lineages] = lost


def _likeness(lost: str, text: str, span: Span) -> float:
    whole = len(lost) + span[1] - span[0]
    if 2 * min(len(lost), span[1] - span[0]) < _ALIKE * whole:
        return 0.0  # too unlike in length
    plain = is_plain(lost) and is_plain(text[slice(*span)])
    common = sum(b - a for same, a, b, _, _ in pieces(lost, 0, len(lost), text, *span, plain=plain) if same)
    return 2 * common / whole if whole else 0.0


def _triples(revision: _Revision) -> Words:
    return [(a, b, lineage) for (a, b), lineage in zip(revision.spans, revision.lineages, strict=True)]
