"""Pages that search: every wording ever seen, and when a phrase stood."""

from __future__ import annotations

from functools import lru_cache

from archive.reading.lives import Stay
from archive.reading.phrases import Phrase
from archive.reading.phrases import said as answer
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow
from archive.reading.search import parse_query, search
from archive.site.view import View
from archive.text import RUNS_ON, fold, word_pattern, words

SNIPPET_CHARS = 420
_BEFORE_CHARS = 140
_MARKED_CHARS = 20_000  # of a passage, in which what was looked for is marked: far more than any sentence has
PHRASE_CHARS = 300
PAGES_SAID = 15  # pages that said a phrase, on one screen
PAGES_READ = 200  # pages that are looked at for one screen
CHARS_READ = 100_000  # of their passages
_SHORT = 32  # letters of a word that is folded once for many passages

Marked = tuple[tuple[str, bool], ...]  # (text, is what was looked for)


def search_view(reader: Reader, text: str, *, slug: str, before: int | None) -> View:
    query = parse_query(text)
    with reader.one_instant():
        page = reader.page(slug) if slug else None
        found = search(reader, query, page=page, before=before)
    return View(
        values={
            "query": text,
            "is_empty": query.is_empty,
            "within": page,
            "hits": [(hit, snippet(hit.text, query.marked)) for hit in found.hits],
            "before": before,
            "more": found.before,
        },
        as_json=lambda: {"query": text, "found": [hit.as_json() for hit in found.hits], "before": found.before},
    )


def snippet(text: str, terms: tuple[str, ...]) -> Marked:
    """A passage with what was looked for in it; of a long one the part around the first of it.

    >>> snippet("Both Road maps failed.", ("road",))
    (('Both ', False), ('Road', True), (' maps failed.', False))
    """
    spans = _spans(text[:_MARKED_CHARS], terms)
    start = max(spans[0][0] - _BEFORE_CHARS, 0) if spans and len(text) > SNIPPET_CHARS else 0
    end = min(start + SNIPPET_CHARS, len(text))
    made: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for a, b in spans:
        if a < at or b > end:
            continue
        made += [(text[at:a], False), (text[a:b], True)]
        at = b
    made += [(text[at:end], False), ("…" if end < len(text) else "", False)]
    return tuple(piece for piece in made if piece[0])


def _spans(text: str, terms: tuple[str, ...]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    as_words: list[list[str]] = []
    for term in terms:
        found = _stands(text.casefold(), term) if RUNS_ON.search(term) and len(text.casefold()) == len(text) else []
        spans += found
        as_words += [] if found else [words(term)]
    if as_words:
        spans += _word_spans(text, as_words)
    return sorted(spans, key=lambda span: (span[0], -span[1]))


def _word_spans(text: str, terms: list[list[str]]) -> list[tuple[int, int]]:
    """Where each of these rows of words stands; the last may go on."""
    found = list(word_pattern().finditer(text))
    folded = [_folded(match[0]) if match.end() - match.start() <= _SHORT else fold(match[0]) for match in found]
    spans = []
    for *inner, last in terms:
        size = len(inner)
        for place, word in enumerate(folded[size:]):
            if word.startswith(last) and folded[place : place + size] == inner:
                spans.append((found[place].start(), found[place + size].end()))
    return spans


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return fold(word)


def _stands(text: str, term: str) -> list[tuple[int, int]]:
    spans, at = [], text.find(term)
    while at >= 0:
        spans.append((at, at + len(term)))
        at = text.find(term, at + len(term))
    return spans


def when_view(reader: Reader, phrase: str, *, slug: str, after: int | None) -> View:
    """When a page, or which pages, said a phrase: as many pages at a time as can be read without keeping others waiting."""
    with reader.one_instant():
        page = reader.page(slug) if slug else None
        said, read, more = _said(reader, phrase, page, after or 0) if words(fold(phrase)) else ([], [], None)
    by_slug = {one.slug: one for one in read}
    return View(
        values={
            "phrase": phrase,
            "within": page,
            "is_empty": not words(fold(phrase)),
            "stays": [(by_slug[row["page"]], [_stay(spell) for spell in row["spells"]]) for row in said],
            "after": after,
            "more": more,
        },
        as_json=lambda: {"phrase": phrase, "said": said, "after": more},
    )


def _stay(spell: Json) -> Stay:
    begin, end = spell["begin"], spell["end"]
    return Stay(
        first=spell["first_revision"],
        last=spell["last_revision"],
        begin=(begin["not_before"], begin["not_after"]),
        end=(end["not_before"], end["not_after"]) if end else None,
        looks=spell["looks"],
        longest_gap_s=spell["longest_gap_s"],
    )


def _said(
    reader: Reader, phrase: str, page: PageRow | None, after: int
) -> tuple[list[Json], list[PageRow], int | None]:
    """(what was said, the pages that said it, the id of the last that was looked at where there are more)"""
    asked = Phrase(reader, phrase)
    if page is not None:
        spells, more = {page.id: asked.spells_on(page.id)}, None
        rows = {page.id: page}
    else:
        spells, more = _next_spells(asked, after)
        rows = {row.id: row for row in reader.pages_by_id(list(spells))}
    held = [(rows[page_id], of_page) for page_id, of_page in spells.items() if of_page]
    return [answer(row, of_page) for row, of_page in held], [row for row, _ in held], more


def _next_spells(asked: Phrase, after: int) -> tuple[dict[int, list[Json]], int | None]:
    """The next pages that said it with their spells, and the last that was looked at where there are more."""
    spells: dict[int, list[Json]] = {}
    last = after
    for read, page_id in enumerate(asked.holders.pages(after)):
        if len(spells) == PAGES_SAID or read == PAGES_READ or asked.read > CHARS_READ:
            return spells, last
        of_page = asked.spells_on(page_id)
        if of_page:
            spells[page_id] = of_page
        last = page_id
    return spells, None
