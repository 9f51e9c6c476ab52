"""What the first page tells: the archive in figures, and its pages searched, sorted and paged."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from archive.model import parse_utc
from archive.reading.reader import Reader
from archive.reading.rows import ChangeRow, Json, PageRow

SORTS = ("changed", "name", "trouble", "statement")
PAGE_SIZE = 50
_SPARK = 120  # changes drawn in the small chart of one page

_IDS = {
    "changed": """
        SELECT p.id FROM pages p WHERE {chosen}
        ORDER BY (SELECT max(first_observed) FROM revisions v WHERE v.page_id = p.id) DESC, p.slug
    """,
    "name": "SELECT id FROM pages p WHERE {chosen} ORDER BY iif(title = '', slug, title) COLLATE NOCASE, slug",
    "trouble": """
        SELECT p.id FROM pages p LEFT JOIN page_states s ON s.page_id = p.id WHERE {chosen}
        ORDER BY p.watched DESC, s.not_accepted_in_a_row DESC, p.slug
    """,
    "statement": "SELECT id FROM pages p WHERE {chosen} ORDER BY coalesce(statement, '') = '', statement, language, slug",
}
_CHOICES = 200  # statements offered to choose from
_WORDS = "SELECT id, slug, title, url, tags, statement FROM pages"


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
    row = reader.row(
        "SELECT count(*) AS pages, coalesce(sum(p.watched), 0) AS watched, coalesce(sum(s.looks), 0) AS looks,"
        " coalesce(sum(p.watched AND s.not_accepted_in_a_row > 0), 0) AS troubled"
        " FROM pages p LEFT JOIN page_states s ON s.page_id = p.id"
    )
    changes = reader.row(
        "SELECT coalesce(sum((SELECT max(number) - 1 FROM revisions v WHERE v.reading_id = r.id)), 0) AS n"
        " FROM readings r WHERE r.is_current"
    )
    last = reader.row("SELECT observed_at FROM observations ORDER BY seq DESC LIMIT 1")
    assert row is not None
    assert changes is not None
    return Totals(
        pages=row["pages"],
        watched=row["watched"],
        looks=row["looks"],
        changes=changes["n"],
        troubled=row["troubled"],
        last_observed=last["observed_at"] if last else None,
        identity=reader.identity(),
    )


def lag(reader: Reader, at: datetime) -> int | None:
    """By how many seconds the watched page that is longest overdue is so; None where no page is scheduled."""
    row = reader.row(
        "SELECT min(rtrim(s.due_at, 'Z')) AS due FROM page_states s JOIN pages p ON p.id = s.page_id WHERE p.watched"
    )
    if row is None or row["due"] is None:
        return None
    return max(0, int((at - parse_utc(row["due"] + "Z")).total_seconds()))


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
    order = _IDS.get(sort, _IDS["changed"]).format(chosen=where)
    terms = query.casefold().split()
    if terms:
        matching = {row["id"] for row in reader.rows(_WORDS) if _matches(row, terms)}
        ids = [row["id"] for row in reader.rows(order, chosen) if row["id"] in matching]
        count = len(ids)
    else:
        (counted,) = reader.rows(f"SELECT count(*) AS n FROM pages p WHERE {where}", chosen)
        count = counted["n"]
    page_count = max(1, -(-count // PAGE_SIZE))
    page_number = min(max(page_number, 1), page_count)
    skipped = (page_number - 1) * PAGE_SIZE
    if terms:
        shown = ids[skipped:][:PAGE_SIZE]
    else:
        shown = [row["id"] for row in reader.rows(f"{order} LIMIT {PAGE_SIZE} OFFSET {skipped}", chosen)]
    pages = {page.id: page for page in reader.pages_by_id(shown)}
    return Overview(
        listed=tuple(_listed(reader, pages[page_id]) for page_id in shown),
        found=count,
        page_number=page_number,
        page_count=page_count,
        statements=_choices(reader, "statement"),
        languages=_choices(reader, "language"),
    )


def _choices(reader: Reader, column: str) -> tuple[tuple[str, int], ...]:
    rows = reader.rows(
        f"SELECT {column} AS name, count(*) AS pages FROM pages WHERE {column} <> '' GROUP BY 1 ORDER BY 1 LIMIT :limit",
        {"limit": _CHOICES},
    )
    return tuple((row["name"], row["pages"]) for row in rows)


def _matches(row: sqlite3.Row, terms: list[str]) -> bool:
    text = "\n".join(row[key] or "" for key in ("slug", "title", "url", "tags", "statement")).casefold()
    return all(term in text for term in terms)


def _listed(reader: Reader, page: PageRow) -> Listed:
    rows = reader.rows(
        "SELECT c.not_after, c.silent FROM changes c JOIN revisions v ON v.id = c.to_revision_id"
        " JOIN readings r ON r.id = v.reading_id AND r.is_current WHERE c.page_id = :page"
        " ORDER BY c.not_after DESC, c.id DESC LIMIT :limit",
        {"page": page.id, "limit": _SPARK},
    )
    activity = tuple(
        (row["not_after"], None if row["silent"] is None else bool(row["silent"])) for row in reversed(rows)
    )
    return Listed(page=page, last_change=next(iter(reader.changes_of(page, limit=1)), None), activity=activity)
