"""Which passages and pages may hold a phrase, by the words, letters and pairs that they have."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from archive.reading.reader import Reader
from archive.reading.search import PASSAGE, as_string, beginning
from archive.wordings import BEGINS, ENDS, PAGE_BITS, WORDLESS, letters_and_pairs, outer_words, spaced_words

FREQUENT = 2_000  # passages; of a word that so many have, pages are looked at one after the other
_TOKENS = 20
_CUTS = 100  # of a longer phrase it is not asked where it may go from one passage to the next
_TELLING = 4  # words of a phrase by which pages are chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where a phrase may go from one passage to the next.

    `ends` and `begins` ask the index for passages that end in the one part and that begin with the other: "" where it can't tell.
    A cut without anything stands for all.
    """

    first: str
    rest: str
    ends: str
    begins: str


class Holders:
    """Finds what may hold a folded phrase.

    A passage that holds it has all of its words, letters and pairs; a page has them in several passages at least. Of a phrase of signs alone
    nothing is known: everything may hold it.
    """

    def __init__(self, reader: Reader, phrase: str) -> None:
        self._reader = reader
        self._conn = reader.conn
        apart = spaced_words(phrase)
        last = apart.pop() if apart and phrase.endswith(apart[-1]) else ""
        known = {word for word in apart if not _is_mark(word[0])}
        known |= {pair for pair in letters_and_pairs(phrase) if len(pair) > 1 and not any(map(_is_sign, pair))}
        tokens = [as_string(token) for token in sorted(known, key=lambda token: (-len(token), token))[:_TOKENS]]
        if last and not _is_mark(last[0]):
            ending = beginning(reader, last)
            tokens = [*tokens, ending] if ending.endswith("*") else [ending, *tokens]
        self._tokens = tokens or [as_string(letter) for letter in letters_and_pairs(phrase) if not _is_sign(letter[0])]
        parts = list(islice(_parts(phrase), _CUTS + 1))
        self.cuts = [self._cut(first, rest) for first, rest in (parts if len(parts) <= _CUTS else [("", "")])]

    def _cut(self, first: str, rest: str) -> Cut:
        _, end = outer_words(first)
        begin, last = outer_words(rest)
        begins = as_string(BEGINS + begin) if begin and not _is_mark(begin[0]) else ""
        if begins and rest.endswith(begin) and begin == last:  # the phrase's last word, which may go on
            begins = beginning(self._reader, BEGINS + begin)
        return Cut(
            first=first,
            rest=rest,
            ends=as_string(ENDS + end) if end and not _is_mark(end[0]) else "",
            begins=f"({begins} OR {as_string(WORDLESS)})" if begins else "",
        )

    def pages(self, after: int = 0) -> Iterator[int]:
        """The ids of pages that may ever have held it, in their order; those over `after`."""
        if not self._tokens:
            yield from (row[0] for row in self._conn.execute("SELECT id FROM pages WHERE id > ? ORDER BY id", (after,)))
            return
        few: set[int] | None = None
        for token in self._tokens[:_TELLING]:
            rows = self._having(token, after, FREQUENT).fetchall()
            if len(rows) < FREQUENT:
                held = {row[0] for row in rows}
                few = held if few is None else few & held
        if few is not None:
            yield from sorted(few)
            return
        last = after
        for (page_id,) in self._having(self._tokens[0], after, -1):
            if page_id != last:
                last = page_id
                yield page_id

    def on_page(self, page_id: int) -> bool:
        """Whether a page has all that a passage or several would have."""
        first = page_id << PAGE_BITS
        asked = "SELECT 1 FROM page_words WHERE page_words MATCH ? AND rowid BETWEEN ? AND ? LIMIT 1"
        return all(self._conn.execute(asked, (token, first, first + PASSAGE)).fetchone() for token in self._tokens)

    def inside(self, page_id: int, reading: int) -> list[int]:
        """The ids of passages that may hold it; of a phrase of signs alone all of the reading's."""
        if not self._tokens:
            return self._of_reading(reading)
        return self._matching(page_id, " AND ".join(self._tokens))

    def ending(self, page_id: int) -> list[int]:
        """The ids of passages that may end in a beginning of it, so far as the index tells."""
        return self._matching(page_id, _any_of(cut.ends for cut in self.cuts))

    def beginning(self, page_id: int) -> list[int]:
        """The ids of passages that may go on with it, so far as the index tells."""
        return self._matching(page_id, _any_of(cut.begins for cut in self.cuts))

    def _matching(self, page_id: int, match: str) -> list[int]:
        if not match:
            return []
        first = page_id << PAGE_BITS
        sql = f"SELECT rowid & {PASSAGE} FROM page_words WHERE page_words MATCH ? AND rowid BETWEEN ? AND ?"
        return [row[0] for row in self._conn.execute(sql, (match, first, first + PASSAGE))]

    def _of_reading(self, reading: int) -> list[int]:
        return [row[0] for row in self._conn.execute("SELECT id FROM passages WHERE reading_id = ?", (reading,))]

    def _having(self, token: str, after: int, limit: int) -> sqlite3.Cursor:
        return self._conn.execute(
            f"SELECT rowid >> {PAGE_BITS} FROM page_words WHERE page_words MATCH ? AND rowid >= ? ORDER BY rowid LIMIT ?",
            (token, min(after, PASSAGE >> 2) + 1 << PAGE_BITS, limit),
        )


def _parts(phrase: str) -> Iterator[tuple[str, str]]:
    """(beginning, rest) of a folded phrase wherever one passage may end and the next begin: at spaces, and after signs."""
    for at, char in enumerate(phrase):
        if char == " ":
            yield phrase[:at], phrase[at + 1 :]
        elif _is_sign(char) and at + 1 < len(phrase) and phrase[at + 1] != " ":
            yield phrase[: at + 1], phrase[at + 1 :]


def _any_of(matches: Iterable[str]) -> str:
    return " OR ".join(dict.fromkeys(match for match in matches if match))


def _is_sign(char: str) -> bool:
    return unicodedata.category(char)[0] not in "LNM"


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"
