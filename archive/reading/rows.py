"""The values that reading gives: frozen, with times as stored (UTC text) and each with its JSON shape.

Unknown is None, never "". The shapes are contracts (docs/api.md): scripts read them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A page with where it stands: what the overview, `pages` and `status` tell of it."""

    id: int
    slug: str
    url: str
    title: str
    language: str
    statement: str | None
    tags: tuple[str, ...]
    watched: bool
    added_at: str
    reading: int | None  # number of the current reading
    revisions: int
    looks: int
    accepted: int  # looks whose capture stands accepted as the page
    not_accepted_in_a_row: int
    first_observed: str | None  # of the first revision
    last_confirmed: str | None  # last time the present text was seen or called unchanged
    outcome: str | None  # of the last look
    reason: str | None
    http_status: int | None
    observed_at: str | None
    observation: int | None
    due_at: str | None
    missed_rounds: int
    moved_to: str | None  # where its present address leads for good

    @property
    def coverage(self) -> float | None:
        """The share of looks that showed the page itself, 0 to 1; None before the first."""
        return round(self.accepted / self.looks, 4) if self.looks else None

    @property
    def name(self) -> str:
        """What a reader calls it: its title, else its slug."""
        return self.title or self.slug

    def as_json(self) -> Json:
        return {
            "slug": self.slug,
            "url": self.url,
            "title": self.title or None,
            "language": self.language or None,
            "statement": self.statement,
            "tags": list(self.tags),
            "watched": self.watched,
            "added_at": self.added_at,
            "revisions": self.revisions,
            "first_observed": self.first_observed,
            "last_confirmed": self.last_confirmed,
            "observed_at": self.observed_at,
            "outcome": self.outcome,
            "reason": self.reason,
        }

    def as_status_json(self) -> Json:
        return {
            "page": self.slug,
            "title": self.title or None,
            "watched": self.watched,
            "observed_at": self.observed_at,
            "observation": self.observation,
            "outcome": self.outcome,
            "reason": self.reason,
            "http_status": self.http_status,
            "last_confirmed": self.last_confirmed,
            "moved_to": self.moved_to,
            "due_at": self.due_at,
            "looks": self.looks,
            "coverage": self.coverage,
            "not_accepted_in_a_row": self.not_accepted_in_a_row,
            "missed_rounds": self.missed_rounds,
            "revisions": self.revisions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """From one revision to the next."""

    id: int
    page: str
    page_title: str
    from_number: int
    to_number: int
    not_before: str | None
    not_after: str
    kinds: tuple[str, ...]
    silent: bool | None
    words_added: int
    words_removed: int
    words_moved: int
    summary: tuple[Json, ...]  # {"code", "values"}: said in words by whoever shows it
    title: str  # of the later revision
    language: str
    observation: int  # the first look at the later revision

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "page": self.page,
            "from": self.from_number,
            "to": self.to_number,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "kinds": list(self.kinds),
            "silent": self.silent,
            "words_added": self.words_added,
            "words_removed": self.words_removed,
            "words_moved": self.words_moved,
            "summary": list(self.summary),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """One revision, without its text, and how it came from the one before (None for the first)."""

    id: int
    number: int
    title: str
    language: str
    first_observed: str
    last_observed: str
    last_confirmed: str
    not_before: str | None
    not_after: str
    words: int
    looks: int
    stamp_created: str | None
    stamp_updated: str | None
    stamp_updated_until: str | None  # the end of that stamp's doubt
    silent: bool | None
    kinds: tuple[str, ...] | None
    words_added: int | None
    words_removed: int | None
    words_moved: int | None
    summary: tuple[Json, ...]
    text_sha256: str
    observation: int

    def as_json(self) -> Json:
        return {
            "number": self.number,
            "title": self.title or None,
            "first_observed": self.first_observed,
            "last_observed": self.last_observed,
            "last_confirmed": self.last_confirmed,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "words": self.words,
            "stamp_created": self.stamp_created,
            "stamp_updated": self.stamp_updated,
            "silent": self.silent,
            "kinds": None if self.kinds is None else list(self.kinds),
            "words_added": self.words_added,
            "words_removed": self.words_removed,
            "words_moved": self.words_moved,
            "text_sha256": self.text_sha256,
            "observation": self.observation,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision with its text."""

    page: PageRow
    row: RevisionRow
    reading: int  # number of the reading it belongs to
    text: str
    block_kinds: tuple[str, ...]

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def blocks(self) -> tuple[tuple[str, str], ...]:
        """(kind, text) in reading order."""
        texts = self.text.split("\n\n") if self.text else []
        kinds = [*self.block_kinds, *["paragraph"] * (len(texts) - len(self.block_kinds))]
        return tuple(zip(kinds, texts, strict=False))

    def as_json(self) -> Json:
        return {
            "page": self.page.slug,
            **self.row.as_json(),
            "language": self.row.language or None,
            "reading": self.reading,
            "block_kinds": list(self.block_kinds),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One observation as it stands in the current reading. `judged_*` is what it was judged to be at the time."""

    seq: int
    page: str
    observed_at: str
    duration_ms: int
    via: str
    http_status: int | None
    outcome: str
    reason: str | None
    judged_outcome: str
    judged_reason: str | None
    revision: int | None
    received_bytes: int
    body_id: int | None
    body_sha256: str | None
    body_bytes: int | None

    @property
    def accepted(self) -> bool:
        return self.revision is not None

    def as_json(self) -> Json:
        return {
            "observation": self.seq,
            "page": self.page,
            "observed_at": self.observed_at,
            "duration_ms": self.duration_ms,
            "via": self.via,
            "http_status": self.http_status,
            "outcome": self.outcome,
            "reason": self.reason,
            "revision": self.revision,
            "received_bytes": self.received_bytes,
            "body_sha256": self.body_sha256,
            "body_bytes": self.body_bytes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seam:
    """Where a page's history goes on at another address."""

    at: str  # the first look that was led there; or when the keeper changed the address
    url: str
    observation: int | None  # that look; None where the keeper did it

    def as_json(self) -> Json:
        return {"at": self.at, "url": self.url, "observation": self.observation}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What a comparison tells passage by passage."""

    kind_spans: Json
    removed: tuple[str, ...]
    added: tuple[str, ...]
    reworded: tuple[tuple[str, str], ...]
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """How one revision's text became another's."""

    page: PageRow
    old: Revision
    new: Revision
    not_before: str | None
    not_after: str
    kinds: tuple[str, ...]
    silent: bool | None
    ops: tuple[Json, ...]
    words_added: int
    words_removed: int
    words_moved: int
    summary: tuple[Json, ...]
    passages: Passages | None  # None where they were not asked for

    def as_json(self) -> Json:
        assert self.passages is not None
        return {
            "page": self.page.slug,
            "from": self.old.number,
            "to": self.new.number,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "kinds": list(self.kinds),
            "kind_spans": self.passages.kind_spans,
            "silent": self.silent,
            "removed": list(self.passages.removed),
            "added": list(self.passages.added),
            "reworded": [list(pair) for pair in self.passages.reworded],
            "moved": list(self.passages.moved),
            "ops": list(self.ops),
            "old_text": self.old.text,
            "new_text": self.new.text,
        }


def truth(value: int | None) -> bool | None:
    """SQLite's 1, 0, NULL as True, False, None."""
    return None if value is None else bool(value)


def listed(value: str | None) -> tuple[Any, ...]:
    """A stored JSON list; empty where there is none."""
    return tuple(json.loads(value)) if value else ()
