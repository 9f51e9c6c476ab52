"""Full-text search over every passage ever seen in the current readings, in any script: newest first, keyset-paged.

A word of three letters and more is found with its endings, a "phrase in quotes" as it stands; case and marks are folded. In scripts without spaces
any run of characters is found wherever it stands.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow
from archive.text import RUNS_ON, fold, words
from archive.wordings import PAGE_BITS, letters_and_pairs, spaced_words

PAGE_SIZE = 50
DOUBTFUL = 200  # passages of a page; more are not looked up one by one
_ENDINGS = 50  # words that begin alike and are looked for one by one
_GRAM = 3
_TERMS = 20
_QUERY_CHARS = 400
_INDEXES = ("passage_grams", "passage_pairs", "passage_words")
PASSAGE = (1 << PAGE_BITS) - 1  # the passage's part of a number in `page_words`
_SYLLABLES = re.compile("[\uac00-\ud7a3]")  # Korean: one is as much as several letters
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')

_FOUND = """
SELECT p.id, p.kind, p.text, g.slug AS page, g.title AS page_title, g.language, f.number AS first, f.language AS said_in,
    z.number AS last, l.begin_not_before, l.begin_not_after, e.end_not_before, e.end_not_after, e.spell AS spells
FROM {driver} CROSS JOIN passages p ON p.id = {id}
JOIN readings r ON r.id = p.reading_id AND r.is_current
JOIN pages g ON g.id = p.page_id
JOIN lifetimes l ON l.passage_id = p.id AND l.spell = 1
JOIN lifetimes e ON e.passage_id = p.id AND e.spell = (SELECT max(spell) FROM lifetimes WHERE passage_id = p.id)
JOIN revisions f ON f.id = l.first_revision_id
LEFT JOIN revisions z ON z.id = e.last_revision_id
WHERE {where} ORDER BY {driver}.rowid DESC LIMIT :limit
"""

_OF_PAGE = "SELECT 1 FROM page_words WHERE page_words MATCH :tokens AND rowid BETWEEN :first AND :last LIMIT :limit"


@dataclass(frozen=True, slots=True)
class Term:
    """One of what must stand in a passage, folded; with endings, where its last word may go on."""

    text: str
    endings: bool = False

    @property
    def runs_on(self) -> bool:
        """Whether it is looked for wherever its characters stand."""
        return bool(RUNS_ON.search(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for."""

    terms: tuple[Term, ...]

    @property
    def marked(self) -> tuple[str, ...]:
        """What is to be shown in what was found."""
        return tuple(term.text for term in self.terms)

    @property
    def is_empty(self) -> bool:
        return not self.terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One passage that was found, with when it first came and last went (None: it stands there)."""

    id: int
    page: str
    page_title: str
    language: str
    kind: str
    text: str
    spells: int
    first: int  # revision in which it first stood
    last: int | None  # revision in which it last stood; None while it stands
    begin: tuple[str | None, str]
    end: tuple[str, str] | None

    @property
    def present(self) -> bool:
        return self.end is None

    def as_json(self) -> Json:
        return {
            "page": self.page,
            "title": self.page_title or None,
            "text": self.text,
            "kind": self.kind,
            "present": self.present,
            "spells": self.spells,
            "first_revision": self.first,
            "last_revision": self.last,
            "begin": {"not_before": self.begin[0], "not_after": self.begin[1]},
            "end": {"not_before": self.end[0], "not_after": self.end[1]} if self.end else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what was found. `before` goes on from here: None where everything has been looked through."""

    hits: tuple[Hit, ...]
    before: int | None


def parse_query(text: str) -> Query:
    """What a person typed: words, phrases in quotes; every one of them must stand in the passage.

    >>> [(term.text, term.endings) for term in parse_query('Road "State of Palestine" 東京都 和平').terms]
    [('road', True), ('state of palestine', False), ('東京都', False), ('和平', False)]
    """
    clean = "".join(char if char.isprintable() else " " for char in text[:_QUERY_CHARS])
    clean = clean.encode("utf-8", "replace").decode()
    terms: dict[str, Term] = {}
    for quoted, bare in _TERM.findall(clean)[:_TERMS]:
        term = fold(quoted or bare)
        if words(term):
            endings = not quoted and not RUNS_ON.search(term) and _has_endings(term)
            terms.setdefault(term, Term(term, endings))
    return Query(terms=tuple(terms.values()))


def _has_endings(term: str) -> bool:
    """Whether a word is long enough to be found with its endings: beginnings of one or two letters are of everything."""
    return len(term) >= _GRAM or bool(_SYLLABLES.search(term))


def search(reader: Reader, query: Query, *, page: PageRow | None = None, before: int | None = None) -> Found:
    """The passages that hold every term, those first seen last first; of one page or of all."""
    if query.is_empty:
        return Found(hits=(), before=None)
    below = before or 1 << 62
    rows = _of_all(reader, query.terms, below) if page is None else _of_page(reader, query.terms, page.id, below)
    return Found(
        hits=tuple(map(_hit, rows[:PAGE_SIZE])), before=rows[PAGE_SIZE - 1]["id"] if len(rows) > PAGE_SIZE else None
    )


def _of_all(reader: Reader, terms: Sequence[Term], below: int, page_id: int | None = None) -> list[sqlite3.Row]:
    """What is found by the first of the indexes that can find some of the terms, as far as the others find it too."""
    asked = {table: match for table, match in _asked(reader, terms).items() if match}
    driver, *others = asked
    where = [f"{driver} MATCH :{driver}", f"{driver}.rowid < :below"]
    where += [f"p.id IN (SELECT rowid FROM {table} WHERE {table} MATCH :{table})" for table in others]
    where += ["p.page_id = :page"] if page_id is not None else []
    return reader.rows(
        _FOUND.format(driver=driver, id=f"{driver}.rowid", where=" AND ".join(where)),
        {**asked, "below": below, "page": page_id, "limit": PAGE_SIZE + 1},
    )


def _asked(reader: Reader, terms: Sequence[Term]) -> dict[str, str]:
    """What each index is asked for, in its own language; the one that finds fewest first."""
    grams = [as_string(term.text) for term in terms if term.runs_on and len(term.text) >= _GRAM]
    pairs = [_tokens(reader, term) for term in terms if term.runs_on and len(term.text) < _GRAM]
    apart = [_words(reader, term) for term in terms if not term.runs_on]
    return {name: " AND ".join(asked) for name, asked in zip(_INDEXES, (grams, pairs, apart), strict=True)}


def _of_page(reader: Reader, terms: Sequence[Term], page_id: int, below: int) -> list[sqlite3.Row]:
    """What is found by the words of a page; where they tell too little, as far as the other indexes find it too."""
    first = page_id << PAGE_BITS
    tokens = " AND ".join(_tokens(reader, term) for term in terms)
    values = {"tokens": tokens, "first": first, "last": first + min(below - 1, PASSAGE), "limit": PAGE_SIZE + 1}
    unsure = [term for term in terms if (len(term.text) >= _GRAM if term.runs_on else len(spaced_words(term.text)) > 1)]
    if unsure and len(reader.rows(_OF_PAGE, {**values, "limit": DOUBTFUL})) == DOUBTFUL:
        return _of_all(reader, terms, below, page_id)
    asked = {table: match for table, match in _asked(reader, unsure).items() if match}
    where = ["page_words MATCH :tokens", "page_words.rowid BETWEEN :first AND :last"]
    where += [
        f"EXISTS (SELECT 1 FROM {table} WHERE {table} MATCH :{table} AND {table}.rowid = p.id)" for table in asked
    ]
    sql = _FOUND.format(driver="page_words", id=f"(page_words.rowid & {PASSAGE})", where=" AND ".join(where))
    return reader.rows(sql, {**asked, **values})


def _words(reader: Reader, term: Term) -> str:
    """A term as the index of words in their order is asked for it."""
    if term.endings and len(spaced_words(term.text)) == 1:
        return beginning(reader, term.text)
    return as_string(term.text) + (" *" if term.endings else "")


def _tokens(reader: Reader, term: Term) -> str:
    """What a passage that holds a term has, as the indexes of words, letters and pairs are asked for it."""
    if term.runs_on:
        found = letters_and_pairs(term.text)
        return " AND ".join(map(as_string, [pair for pair in found if len(pair) > 1] or found))
    *inner, last = spaced_words(term.text)
    return " AND ".join([*map(as_string, inner), beginning(reader, last) if term.endings else as_string(last)])


def beginning(reader: Reader, word: str) -> str:
    """All words that begin so: one by one where they are few, since an index finds many words that begin alike only all at once."""
    found: list[str] = []
    least = word
    while len(found) <= _ENDINGS:
        row = reader.row("SELECT term FROM page_terms WHERE term >= :least LIMIT 1", {"least": least})
        if row is None or not row["term"].startswith(word):
            return f"({' OR '.join(map(as_string, found or [word]))})"
        found.append(row["term"])
        least = row["term"] + "\x01"
    return as_string(word) + " *"


def as_string(text: str) -> str:
    """As a string of the index's language, in which nothing else has a meaning."""
    return '"' + text.replace('"', '""') + '"'


def _hit(row: sqlite3.Row) -> Hit:
    return Hit(
        id=row["id"],
        page=row["page"],
        page_title=row["page_title"],
        language=row["said_in"] or row["language"],
        kind=row["kind"],
        text=row["text"],
        spells=row["spells"],
        first=row["first"],
        last=row["last"],
        begin=(row["begin_not_before"], row["begin_not_after"]),
        end=None if row["end_not_after"] is None else (row["end_not_before"], row["end_not_after"]),
    )
