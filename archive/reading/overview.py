"""What the first page tells: the archive in figures, and its pages searched, sorted and paged."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.model import parse_utc
from archive.reading.reader import Reader
from archive.reading.rows import ChangeRow, Json, PageRow, truth

SORTS = ("changed", "name", "trouble", "statement")
PAGE_SIZE = 20
_SPARK = 120  # changes drawn in the small chart of one page

_IDS = {
    "changed": """
        SELECT p.id FROM page_summaries c JOIN pages p ON p.id = c.page_id WHERE {chosen}
        ORDER BY c.changed_at DESC, p.slug
    """,
    "name": "SELECT id FROM pages p WHERE {chosen} ORDER BY iif(title = '', slug, title) COLLATE NOCASE, slug",
    "trouble": """
        SELECT id FROM (
            SELECT p.id FROM page_states s JOIN pages p ON p.id = s.page_id
            WHERE s.not_accepted_in_a_row > 0 AND p.watched AND {chosen} ORDER BY s.not_accepted_in_a_row DESC, p.slug)
        UNION ALL SELECT id FROM (
            SELECT p.id FROM pages p WHERE NOT (p.watched AND EXISTS (
                SELECT 1 FROM page_states s WHERE s.page_id = p.id AND s.not_accepted_in_a_row > 0)) AND {chosen}
            ORDER BY p.watched DESC, p.slug)
    """,
    "statement": "SELECT id FROM pages p WHERE {chosen} ORDER BY coalesce(statement, '') = '', statement, language, slug",
}
_LIKE, _ESCAPED = "[%_!]", r"!\g<0>"
_CHOICES = 50  # statements or languages offered to choose from; of more, which are found by searching, none
_SHARP = "instr(title || url || tags || coalesce(statement, ''), 'ß')"  # as an index has it
_COLUMNS = ("slug", "title", "url", "tags", "statement")
_WORDS = " || char(10) || ".join(f"coalesce({column}, '')" for column in _COLUMNS)

_TOTALS = """
SELECT t.pages, t.watched, (SELECT coalesce(max(seq), 0) FROM entries) - t.acts AS looks, t.changes,
    (SELECT count(*) FROM page_states s JOIN pages p ON p.id = s.page_id
     WHERE s.not_accepted_in_a_row > 0 AND p.watched) AS troubled,
    (SELECT observed_at FROM observations ORDER BY seq DESC LIMIT 1) AS last_observed
FROM totals t
"""

_ACTIVITY = """
SELECT id, not_after, silent FROM changes c WHERE page_id = :page AND (:is_first
    OR EXISTS (SELECT 1 FROM revisions v JOIN readings r ON r.id = v.reading_id AND r.is_current WHERE v.id = c.to_revision_id))
ORDER BY not_after DESC, id DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The archive in figures."""

    pages: int
    watched: int
    looks: int
    changes: int
    troubled: int  # watched pages whose last look did not show the page
    last_observed: str | None
    identity: str | None  # hex leaf hash of the first log entry: this archive's own name for ever; None when empty

    def as_json(self) -> Json:
        return {
            "pages": self.pages,
            "watched": self.watched,
            "looks": self.looks,
            "changes": self.changes,
            "troubled": self.troubled,
            "last_observed": self.last_observed,
            "identity": self.identity,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page as the overview lists it."""

    page: PageRow
    last_change: ChangeRow | None
    activity: tuple[
        tuple[str, bool | None], ...
    ]  # (not_after, silent) of its changes, oldest first, the newest of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One screen of the archive's pages."""

    listed: tuple[Listed, ...]
    found: int
    page_number: int
    page_count: int
    statements: tuple[tuple[str, int], ...]  # (name, pages) to choose from, by name
    languages: tuple[tuple[str, int], ...]


def totals(reader: Reader) -> Totals:
    row = reader.row(_TOTALS)
    assert row is not None
    return Totals(**dict(row), identity=reader.identity())


def lag(reader: Reader, at: datetime) -> int | None:
    """By how many seconds the watched page that is longest overdue is so; None where no page is scheduled."""
    row = reader.row(
        "SELECT s.due_at FROM page_states s JOIN pages p ON p.id = s.page_id"
        " WHERE p.watched AND s.due_at IS NOT NULL ORDER BY s.due_at LIMIT 1"
    )
    return max(0, int((at - parse_utc(row["due_at"])).total_seconds())) if row else None


def overview(
    reader: Reader,
    *,
    query: str = "",
    sort: str = "changed",
    page_number: int = 1,
    statement: str = "",
    language: str = "",
) -> Overview:
    """The pages whose slug, title, address, tags or statement hold every word of `query`, in any script's case.

    With `statement` or `language` only its pages.
    """
    chosen = {name: value for name, value in (("statement", statement), ("language", language)) if value}
    where = " AND ".join(f"p.{name} = :{name}" for name in chosen) or "1"
    terms = query.casefold().split()
    if terms:
        where += " AND p.id IN (SELECT value FROM json_each(:matching))"
        chosen["matching"] = json.dumps(sorted(_matching(reader, terms)))
    order = _IDS.get(sort, _IDS["changed"]).format(chosen=where)
    (counted,) = reader.rows(f"SELECT count(*) AS n FROM pages p WHERE {where}", chosen)
    count = counted["n"]
    page_count = max(1, -(-count // PAGE_SIZE))
    page_number = min(max(page_number, 1), page_count)
    skipped = (page_number - 1) * PAGE_SIZE
    shown = [row["id"] for row in reader.rows(f"{order} LIMIT {PAGE_SIZE} OFFSET {skipped}", chosen)]
    return Overview(
        listed=_listed(reader, reader.pages_by_id(shown)),
        found=count,
        page_number=page_number,
        page_count=page_count,
        statements=_choices(reader, "statement"),
        languages=_choices(reader, "language"),
    )


def _choices(reader: Reader, column: str) -> tuple[tuple[str, int], ...]:
    rows = reader.rows(
        f"SELECT {column} AS name, count(*) AS pages FROM pages WHERE {column} <> '' GROUP BY 1 ORDER BY 1 LIMIT :limit",
        {"limit": _CHOICES + 1},
    )
    return tuple((row["name"], row["pages"]) for row in rows) if len(rows) <= _CHOICES else ()


def _matching(reader: Reader, terms: list[str]) -> set[int]:
    """The ids of pages whose words hold all terms. SQLite folds the case of ASCII alone, which is most terms."""
    plain = [term for term in terms if term.isascii()]
    others = [term for term in terms if not term.isascii()]
    where = " AND ".join(_holding(term, f":term{n}") for n, term in enumerate(plain)) or "1"
    values = {f"term{n}": f"%{re.sub(_LIKE, _ESCAPED, term)}%" for n, term in enumerate(plain)}
    if not others:
        return {page_id for (page_id,) in reader.conn.execute(f"SELECT id FROM pages WHERE {where}", values)}
    rows = reader.conn.execute(f"SELECT id, {_WORDS} FROM pages WHERE {where}", values)
    return {page_id for page_id, words in rows if all(term in words.casefold() for term in others)}


def _holding(term: str, name: str) -> str:
    """SQL: whether the words of a page hold an ASCII term. Folded, ß is ss, of which few pages have any."""
    held = " OR ".join(f"{column} LIKE {name} ESCAPE '!'" for column in _COLUMNS)
    if "s" in term:
        held += (
            f" OR id IN (SELECT id FROM pages WHERE {_SHARP} AND replace({_WORDS}, 'ß', 'ss') LIKE {name} ESCAPE '!')"
        )
    return f"({held})"


def _listed(reader: Reader, pages: Sequence[PageRow]) -> tuple[Listed, ...]:
    changes = [_activity(reader, page) for page in pages]
    last = {change.id: change for change in reader.changes_by_id([rows[0]["id"] for rows in changes if rows])}
    return tuple(
        Listed(
            page=page,
            last_change=last[rows[0]["id"]] if rows else None,
            activity=tuple((row["not_after"], truth(row["silent"])) for row in reversed(rows)),
        )
        for page, rows in zip(pages, changes, strict=True)
    )


def _activity(reader: Reader, page: PageRow) -> list[sqlite3.Row]:
    """The newest changes of a page in its present reading: where that is its first, there are no others."""
    return reader.rows(_ACTIVITY, {"page": page.id, "is_first": page.reading == 1, "limit": _SPARK})
