"""Of what kind a change is: firm kinds in every language, hints where a word list is there."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field

from archive.diff.align import Alignment, Link
from archive.diff.lexicon import Lexicon, lexicon_for, without_spaces
from archive.diff.looks import key_of, looks
from archive.diff.wording import Piece
from archive.model import KINDS
from archive.stamps import stamp_spans
from archive.text import BORDER, Span, word_pattern, words

HINTS = frozenset({"negation", "modality"})

_INFLECTION = re.compile(r"[\u3041-\u309f]{0,8}|.{0,2}")  # what a changed verb drags along in running text
_TOGETHER = 48  # characters of neighbouring differences that are judged as one
_STEM = 4  # letters that two forms of one word share at least


@dataclass(slots=True)
class Found:
    """The spans of one kind, and the wordings (old, new) that it rests on."""

    old: list[Span] = field(default_factory=list)
    new: list[Span] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """One stretch that differs, by offsets into both texts; one side may be empty."""

    a: int
    b: int
    c: int
    d: int


class Classifier:
    """Collects the kinds of one comparison."""

    def __init__(self, aligned: Alignment) -> None:
        self.old, self.new = aligned.old, aligned.new
        self.found: dict[str, Found] = {}
        self._borders: dict[bool, list[int]] = {}  # where the paragraphs of either text begin
        self._stamps: dict[tuple[bool, int], tuple[Span, ...]] = {}
        self._lexicon: Lexicon | None = None
        self._lexicon_known = False

    def kinds(self) -> dict[str, Found]:
        """The kinds found, in their fixed order; white space only where there is nothing else."""
        order = (*KINDS, "whitespace") if set(self.found) == {"whitespace"} else KINDS
        return {kind: self.found[kind] for kind in order if kind in self.found}

    def note(self, kind: str, a: int, b: int, c: int, d: int) -> None:
        """Adds one pair of spans to a kind."""
        entry = self.found.setdefault(kind, Found())
        if b > a:
            entry.old.append((a, b))
        if d > c:
            entry.new.append((c, d))
        entry.said.append((self.old[a:b], self.new[c:d]))

    # --- passages ----------------------------------------------------------------------------------------------------

    def passage(self, span: Span, *, added: bool) -> None:
        """A passage that only one of the texts has."""
        text = self.new if added else self.old
        a, b = span
        place = (0, 0, a, b) if added else (a, b, 0, 0)
        if self._in_stamp(text, a, b, added):
            self.note("stamp", *place)
        elif not words(text[a:b]):
            self.note("punctuation", *place)
        else:
            self.note("sentence_added" if added else "sentence_deleted", *place)

    def border(self, a: int, b: int, c: int, d: int) -> None:
        """White space between two passages that are neighbours in both texts."""
        was, now = self.old[a:b], self.new[c:d]
        if was != now:
            same = bool(BORDER.search(was)) == bool(BORDER.search(now))
            self.note("whitespace" if same else "reflow", a, b, c, d)

    def pieces(self, found: list[Piece]) -> None:
        """The changed pieces of one pair of passages."""
        for difference in self._grouped([piece for piece in found if not piece[0]]):
            self._classify(difference)

    def _grouped(self, changed: list[Piece]) -> list[Difference]:
        """Pieces as differences; parts of one word, and neighbours where words stand without spaces, taken together."""
        out: list[Difference] = []
        for _, a, b, c, d in changed:
            if out and self._one_with(out[-1], a, c):
                out[-1] = Difference(out[-1].a, b, out[-1].c, d)
            else:
                out.append(Difference(a, b, c, d))
        return out

    def _one_with(self, before: Difference, a: int, c: int) -> bool:
        between = self.old[before.b : a]
        if max(before.b - before.a, before.d - before.c) > _TOGETHER:
            return False
        if not 0 < len(between) <= 2 or not between.isalnum() or not "\u3040" <= between[0] <= "\u9fff":
            return False
        return key_of(self.old[before.a : before.b] + self.new[before.c : before.d]) != ""

    # --- one difference ----------------------------------------------------------------------------------------------

    def _classify(self, it: Difference) -> None:
        was, now = self.old[it.a : it.b], self.new[it.c : it.d]
        place = (it.a, it.b, it.c, it.d)
        key_was, key_now = key_of(was), key_of(now)
        if key_was == key_now:
            if "".join(was.split()) == "".join(now.split()):
                self.border(*place)
            else:
                self.note("invisible", *place)
        elif self._stamped(it, was, now):
            self.note("stamp", *place)
        elif looks(was) == looks(now):
            self.note("homoglyph", *place)
        else:
            for kind in self._wording_kinds(it, key_was, key_now):
                self.note(kind, *place)

    def _stamped(self, it: Difference, was: str, now: str) -> bool:
        sides = [
            self._in_stamp(text, a, b, newer)
            for text, a, b, newer, said in ((self.old, it.a, it.b, False, was), (self.new, it.c, it.d, True, now))
            if said
        ]
        return bool(sides) and all(sides)

    def _in_stamp(self, text: str, a: int, b: int, newer: bool) -> bool:
        borders = self._borders.get(newer)
        if borders is None:
            borders = self._borders[newer] = [0, *(found.end() for found in BORDER.finditer(text)), len(text) + 1]
        line = bisect_right(borders, a) - 1
        start = borders[line]
        spans = self._stamps.get((newer, start))
        if spans is None:
            said = text[start : borders[line + 1]].rstrip()
            spans = self._stamps[newer, start] = stamp_spans(said) if any(map(str.isdigit, said)) else ()
        while b > a and text[b - 1] in " ,;.|–—-\n\t":
            b -= 1
        return any(start + x <= a and b <= start + y for x, y in spans)

    def _wording_kinds(self, it: Difference, was: str, now: str) -> list[str]:
        words_was, words_now = words(was), words(now)
        if words_was == words_now:
            came_or_went = bool(_stops(was)) != bool(_stops(now)) and not (_signs(was) and _signs(now))
            return ["wording", "punctuation"] if came_or_went else ["punctuation"]
        if _fold_first(words_was) == _fold_first(words_now):
            before_was, before_now = self.old[max(0, it.a - 4) : it.a], self.new[max(0, it.c - 4) : it.c]
            if _signs(before_was + was) != _signs(before_now + now):
                return ["punctuation"]  # a sentence joined or cut, and its first letter with it
        kinds: list[str] = []
        numbers_was, numbers_now = _numbers(words_was), _numbers(words_now)
        if numbers_was != numbers_now:
            kinds.append("number")
        rest_was, rest_now = _others(words_was), _others(words_now)
        if rest_was == rest_now:
            return kinds or ["wording"]
        hints, settled = self._hints(it, rest_was, rest_now)
        return [*kinds, *hints] if settled else ["wording", *kinds, *hints]

    def _hints(self, it: Difference, was: list[str], now: list[str]) -> tuple[list[str], bool]:
        """Hints of a difference, and whether they say all of it."""
        lexicon = self._language()
        if lexicon is None:
            return [], False
        if without_spaces(lexicon):
            return _hints_in_running_text(lexicon, self.old, it.a, it.b, self.new, it.c, it.d)
        lower_was, lower_now = [word.lower() for word in was], [word.lower() for word in now]
        return _hints_of_words(lexicon, lower_was, lower_now)

    def _language(self) -> Lexicon | None:
        if not self._lexicon_known:
            self._lexicon = lexicon_for(self.new) or lexicon_for(self.old)
            self._lexicon_known = True
        return self._lexicon


def classify_border(classifier: Classifier, aligned: Alignment, one: Link, two: Link) -> None:
    """White space between two links that are neighbours in both texts."""
    if one.old[1] == two.old[0] and one.new[1] == two.new[0]:
        classifier.border(
            aligned.old_spans[one.old[1] - 1][1],
            aligned.old_spans[two.old[0]][0],
            aligned.new_spans[one.new[1] - 1][1],
            aligned.new_spans[two.new[0]][0],
        )


# --- words -----------------------------------------------------------------------------------------------------------


def _fold_first(found: list[str]) -> list[str]:
    return [found[0].casefold(), *found[1:]] if found else found


def _signs(text: str) -> list[str]:
    return [char for char in text if not char.isalnum() and not char.isspace()]


def _stops(text: str) -> list[str]:
    """Marks that divide a sentence: where one comes or goes, the meaning can turn. Quotation marks and hyphens do not."""
    return [char for char in text if unicodedata.category(char) == "Po" and char not in "\"'"]


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word))


def _numbers(found: list[str]) -> list[str]:
    return [word for word in found if _is_number(word)]


def _others(found: list[str]) -> list[str]:
    return [word for word in found if not _is_number(word)]


def _hints_of_words(lexicon: Lexicon, was: list[str], now: list[str]) -> tuple[list[str], bool]:
    negated = _negations(lexicon, was) != _negations(lexicon, now)
    opposite = len(was) == len(now) == 1 and _opposite(lexicon, was[0], now[0])
    if negated or opposite:
        left_was, left_now = _bare(lexicon, was), _bare(lexicon, now)
        settled = opposite or _same_stems(left_was, left_now) or _only_modal(lexicon, left_was, left_now)
        return ["negation"], settled
    modals_was, modals_now = _modals(lexicon, was), _modals(lexicon, now)
    if modals_was == modals_now or _same_stems(modals_was, modals_now):
        return [], False
    left_was = [word for word in was if not lexicon.modals.has(word) and not lexicon.helpers.has(word)]
    left_now = [word for word in now if not lexicon.modals.has(word) and not lexicon.helpers.has(word)]
    settled = left_was == left_now or _same_stems(left_was, left_now)
    return (["modality"] if settled or (modals_was and modals_now) else []), settled


def _negations(lexicon: Lexicon, found: list[str]) -> int:
    return sum(lexicon.negations.has(word) for word in found)


def _modals(lexicon: Lexicon, found: list[str]) -> list[str]:
    return [word for word in found if lexicon.modals.has(word)]


def _only_modal(lexicon: Lexicon, was: list[str], now: list[str]) -> bool:
    return bool(was) and bool(now) and len(_modals(lexicon, was)) == len(was) and len(_modals(lexicon, now)) == len(now)


def _bare(lexicon: Lexicon, found: list[str]) -> list[str]:
    """Words without negations and what comes with them."""
    return [word for word in found if not lexicon.negations.has(word) and not lexicon.helpers.has(word)]


def _same_stems(was: list[str], now: list[str]) -> bool:
    """Whether the words are forms of the same words, one for one: supports, support."""
    if len(was) != len(now):
        return False
    for one, two in zip(map(_letters, was), map(_letters, now), strict=True):
        size = 0
        while size < min(len(one), len(two)) and one[size] == two[size]:
            size += 1
        if one != two and (size < _STEM or size * 3 < max(len(one), len(two)) * 2):
            return False
    return True


def _letters(word: str) -> str:
    """A word letter by letter: Korean syllables taken apart."""
    return unicodedata.normalize("NFD", word) if "\uac00" <= word[:1] <= "\ud7a3" else word


def _opposite(lexicon: Lexicon, was: str, now: str) -> bool:
    """Whether one word is the other with a negating prefix or infix."""
    short, long = sorted((was, now), key=len)
    if any(long == prefix + short for prefix in lexicon.prefixes) and len(short) >= _STEM:
        return True
    if any(_swapped_ending(short, long, ending) for ending in lexicon.endings):
        return True
    extra = len(long) - len(short)
    if not 0 < extra <= 4:
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    for at in range(max(2, start - extra), start + 1):
        if long[:at] == short[:at] and long[at + extra :] == short[at:] and long[at : at + extra] in lexicon.infixes:
            return True
    return False


def _swapped_ending(short: str, long: str, ending: str) -> bool:
    """Whether the longer word ends in the negative where the shorter one has its own short ending: sağlar, sağlamaz."""
    stem = long[: -len(ending)] if long.endswith(ending) else ""
    return len(stem) >= 3 and short.startswith(stem) and len(short) - len(stem) <= 3


def _hints_in_running_text(
    lexicon: Lexicon, old: str, a: int, b: int, new: str, c: int, d: int
) -> tuple[list[str], bool]:
    """The same where words are not set apart: list entries that overlap the difference."""
    was, now = _overlapping(lexicon, old, a, b), _overlapping(lexicon, new, c, d)
    negations_was = [entry for entry in was if entry in lexicon.negations.whole or entry in lexicon.negations.holds]
    negations_now = [entry for entry in now if entry in lexicon.negations.whole or entry in lexicon.negations.holds]
    rest_was, rest_now = _without(old[a:b], was), _without(new[c:d], now)
    inflected = _INFLECTION.fullmatch(rest_was + rest_now) is not None or rest_was == rest_now
    if len(negations_was) != len(negations_now):
        return ["negation"], inflected
    modals_was = [entry for entry in was if entry not in negations_was]
    modals_now = [entry for entry in now if entry not in negations_now]
    if Counter(modals_was) == Counter(modals_now):
        return [], False
    return (["modality"] if inflected or (modals_was and modals_now) else []), inflected


def _overlapping(lexicon: Lexicon, text: str, a: int, b: int) -> list[str]:
    """The list entries, longest first, that overlap text[a:b]."""
    if a == b:
        return []
    entries = sorted(
        {*lexicon.negations.whole, *lexicon.negations.holds, *lexicon.modals.whole, *lexicon.modals.holds},
        key=lambda entry: (-len(entry), entry),
    )
    low, high = max(0, a - 4), min(len(text), b + 4)
    taken: set[int] = set()
    out: list[str] = []
    for entry in entries:
        at = text.find(entry, low, high)
        while at >= 0:
            place = range(at, at + len(entry))
            if at < b and at + len(entry) > a and taken.isdisjoint(place):
                taken.update(place)
                out.append(entry)
            at = text.find(entry, at + 1, high)
    return out


def _without(text: str, entries: list[str]) -> str:
    for entry in entries:
        text = text.replace(entry, "", 1)
        for size in range(len(entry) - 1, 0, -1):
            if text.startswith(entry[-size:]):
                text = text[size:]
                break
            if text.endswith(entry[:size]):
                text = text[:-size]
                break
    return "".join(word_pattern().findall(text))
