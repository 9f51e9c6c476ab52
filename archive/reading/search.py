"""Full-text search over every passage ever seen in the current readings, in any script: newest first, keyset-paged.

A word of three letters and more is found with its endings, a "phrase in quotes" as it stands; case and marks are folded. In scripts without spaces
any run of characters is found wherever it stands: three and more by the index, fewer by looking through a bounded number
of passages at a time, from where the next page goes on.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow
from archive.text import RUNS_ON, fold, words

PAGE_SIZE = 50
LOOKED_THROUGH = 20_000  # passages, for one page of what no index finds
FREQUENT = 100_000  # passages; pages are not chosen by a word that so many have
_GRAM = 3
_TERMS = 20
_TELLING = 3  # words of a phrase by which pages are chosen
_QUERY_CHARS = 400
_SYLLABLES = re.compile("[\uac00-\ud7a3]")  # Korean: one is as much as several letters
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')

_FOUND = """
SELECT p.id, p.kind, p.text, g.slug AS page, g.title AS page_title, g.language, f.number AS first, f.language AS said_in,
    z.number AS last, l.begin_not_before, l.begin_not_after, e.end_not_before, e.end_not_after,
    (SELECT count(*) FROM lifetimes s WHERE s.passage_id = p.id) AS spells
FROM {found} CROSS JOIN passages p ON p.id = {id}
JOIN readings r ON r.id = p.reading_id AND r.is_current
JOIN pages g ON g.id = p.page_id
JOIN lifetimes l ON l.passage_id = p.id AND l.spell = 1
JOIN lifetimes e ON e.passage_id = p.id AND e.spell = (SELECT max(spell) FROM lifetimes WHERE passage_id = p.id)
JOIN revisions f ON f.id = l.first_revision_id
LEFT JOIN revisions z ON z.id = e.last_revision_id
WHERE {where} ORDER BY {id} DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched for: `words` by the index of words, `runs` by that of characters in a row, `short` by looking."""

    words: tuple[str, ...]  # in the index's own language
    runs: tuple[str, ...]
    short: tuple[str, ...]
    marked: tuple[str, ...]  # folded terms, to be shown in what was found

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.runs or self.short)


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

    >>> parse_query('Road "State of Palestine" 東京都 和平')
    Query(words=('"road" *', '"state of palestine"'), runs=('"東京都"',), short=('和平',), marked=('road', 'state of palestine', '東京都', '和平'))
    """
    clean = "".join(char if char.isprintable() else " " for char in text[:_QUERY_CHARS])
    clean = clean.encode("utf-8", "replace").decode()
    found: tuple[list[str], list[str], list[str], list[str]] = ([], [], [], [])
    for quoted, bare in _TERM.findall(clean)[:_TERMS]:
        term = fold(quoted or bare)
        if not words(term) or term in found[3]:
            continue
        found[3].append(term)
        if not RUNS_ON.search(term):
            found[0].append(_string(term) + (" *" if not quoted and _has_endings(term) else ""))
        elif len(term) >= _GRAM:
            found[1].append(_string(term))
        else:
            found[2].append(term)
    return Query(words=tuple(found[0]), runs=tuple(found[1]), short=tuple(found[2]), marked=tuple(found[3]))


def _has_endings(term: str) -> bool:
    """Whether a word is long enough to be found with its endings: beginnings of one or two letters are of everything."""
    return len(term) >= _GRAM or bool(_SYLLABLES.search(term))


def search(reader: Reader, query: Query, *, page: PageRow | None = None, before: int | None = None) -> Found:
    """The passages that hold every term, those first seen last first; of one page or of all."""
    if query.is_empty:
        return Found(hits=(), before=None)
    values: dict[str, Any] = {
        "words": " ".join(query.words),
        "runs": " ".join(query.runs),
        "before": before or 1 << 62,
        "limit": PAGE_SIZE + 1,
        "page": page.id if page else None,
        **{f"short{n}": term for n, term in enumerate(query.short)},
    }
    more = [f"instr(p.text, :short{n})" for n in range(len(query.short))]
    if page is not None:
        more.append("p.page_id = :page")
    if not (query.words or query.runs):
        return _looked_through(reader, values, more)
    if query.runs:
        driver, match = "passage_grams", "passage_grams MATCH :runs"
        if query.words:
            more.append("p.id IN (SELECT rowid FROM passage_words WHERE passage_words MATCH :words)")
    else:
        driver, match = "passage_words", "passage_words MATCH :words"
    where = " AND ".join([match, f"{driver}.rowid < :before", *more])
    rows = reader.rows(_FOUND.format(found=driver, id=f"{driver}.rowid", where=where), values)
    return Found(
        hits=tuple(map(_hit, rows[:PAGE_SIZE])), before=rows[PAGE_SIZE - 1]["id"] if len(rows) > PAGE_SIZE else None
    )


def _looked_through(reader: Reader, values: dict[str, Any], more: Sequence[str]) -> Found:
    """What a look through the next passages in scripts without spaces finds."""
    window = "(SELECT id FROM passage_grams_docsize WHERE id < :before ORDER BY id DESC LIMIT :window)"
    values = {**values, "window": LOOKED_THROUGH}
    rows = reader.rows(_FOUND.format(found=f"{window} w", id="w.id", where=" AND ".join(more)), values)
    if len(rows) > PAGE_SIZE:
        return Found(hits=tuple(map(_hit, rows[:PAGE_SIZE])), before=rows[PAGE_SIZE - 1]["id"])
    last = reader.row(f"SELECT min(id) AS id, count(*) AS n FROM {window}", values)
    assert last is not None
    return Found(hits=tuple(map(_hit, rows)), before=last["id"] if last["n"] == LOOKED_THROUGH else None)


def may_hold(reader: Reader, phrase: str) -> set[int] | None:
    """The ids of pages that may ever have held a phrase: those that held each of its words. None: any page may.

    Each word is looked for by itself, since a phrase may go across passages.
    """
    pieces = _pieces(fold(phrase))
    pages: set[int] | None = None
    for piece in _telling(pieces):
        runs = bool(RUNS_ON.search(piece))
        table = "passage_grams" if runs else "passage_words"
        match = _string(piece) + ("" if runs or piece != pieces[-1] else " *")
        rows = reader.rows(
            f"SELECT p.page_id, count(*) AS n FROM (SELECT rowid AS id FROM {table} WHERE {table} MATCH :match LIMIT :limit)"
            " found CROSS JOIN passages p ON p.id = found.id GROUP BY p.page_id",
            {"match": match, "limit": FREQUENT},
        )
        if sum(row["n"] for row in rows) == FREQUENT:
            continue  # it tells pages apart too little for its price
        held = {row["page_id"] for row in rows}
        pages = held if pages is None else pages & held
        if not pages:
            break
    return pages


def _pieces(folded: str) -> list[str]:
    """Runs of letters, digits and marks: what the index of words takes for words."""
    return "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in folded).split()


def _telling(pieces: Sequence[str]) -> list[str]:
    """The longest few of the words that an index can find."""
    able = [piece for piece in pieces if not RUNS_ON.search(piece) or len(piece) >= _GRAM]
    return sorted(able, key=len, reverse=True)[:_TELLING]


def _string(text: str) -> str:
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
