"""The pages of the archive as the watch list names them: identity, addresses, settings."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from archive.columns import page_columns
from archive.evidence import Json, canonical_sha256, rules_json
from archive.log import append
from archive.model import Rules
from archive.readings import begin_reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """What the watch list says of a page, as far as the archive keeps it."""

    slug: str
    url: str
    rules: Rules = field(default_factory=Rules)
    language: str = ""
    statement: str = ""
    tags: tuple[str, ...] = ()
    was: tuple[str, ...] = ()


def sync_page(conn: sqlite3.Connection, page: PageSettings, version: str, at: str, actor: str = "") -> int:
    """Make the archive know the page as the watch list has it; returns its id. Changed settings are logged."""
    row = _known(conn, page)
    settings = _settings_json(page)
    digest = canonical_sha256(settings)
    if row is not None:
        page_id, slug, url, watched, known_digest = row
        if (slug, url, known_digest, watched) == (page.slug, page.url, digest, 1):
            return page_id
        conn.execute(
            "UPDATE pages SET slug = :slug, url = :url, language = :language, statement = :statement, tags = :tags, watched = 1"
            " WHERE id = :id",
            {"id": page_id, **page_columns(settings)},
        )
        if not watched:  # no look was missed while none was wanted
            conn.execute("UPDATE page_states SET due_at = NULL WHERE page_id = ?", (page_id,))
        if known_digest == digest:
            return page_id
    else:
        url = None
        cursor = conn.execute(
            "INSERT INTO pages (slug, url, language, statement, tags, added_at)"
            " VALUES (:slug, :url, :language, :statement, :tags, :at)",
            {"at": at, **page_columns(settings)},
        )
        assert cursor.lastrowid is not None
        page_id = cursor.lastrowid
        conn.execute("INSERT INTO page_states (page_id) VALUES (?)", (page_id,))
    by = {"actor": actor} if actor else {}
    entry = {"kind": "settings", "page": page.slug, "at": at, "settings": settings, **by}
    seq = append(conn, "settings", page_id, entry)
    conn.execute("INSERT OR IGNORE INTO page_slugs (slug, page_id) VALUES (?, ?)", (page.slug, page_id))
    if url != page.url:
        conn.execute(
            "INSERT INTO page_addresses (page_id, url, since, entry_seq) VALUES (?, ?, ?, ?)",
            (page_id, page.url, at, seq),
        )
    conn.execute("UPDATE page_states SET settings_sha256 = ? WHERE page_id = ?", (digest, page_id))
    if row is None:
        begin_reading(conn, page_id, page.rules, cause="first", version=version, at=at)
    return page_id


def _known(conn: sqlite3.Connection, page: PageSettings) -> tuple[int, str, str, int, str] | None:
    """(id, slug, url, watched, settings digest) of the page of this slug or of an earlier one that it names."""
    for slug in (page.slug, *page.was):
        row = conn.execute(
            "SELECT p.id, p.slug, p.url, p.watched, s.settings_sha256 FROM page_slugs k JOIN pages p ON p.id = k.page_id"
            " JOIN page_states s ON s.page_id = p.id WHERE k.slug = ?",
            (slug,),
        ).fetchone()
        if row is not None:
            return (row[0], row[1], row[2], row[3], row[4])
    return None


def _settings_json(page: PageSettings) -> Json:
    return {
        "slug": page.slug,
        "url": page.url,
        "language": page.language,
        "statement": page.statement,
        "tags": list(page.tags),
        "rules": rules_json(page.rules),
    }
