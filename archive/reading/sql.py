"""The SQL of what is read, and how its rows become values. A history's order is that of `rtrim(observed_at, 'Z'), seq`."""

from __future__ import annotations

import sqlite3

from archive.reading.rows import ChangeRow, Look, PageRow, RevisionRow, listed, truth

PAGE = """
SELECT p.*, r.number AS reading, s.looks, s.not_accepted_in_a_row, s.due_at, s.missed_rounds,
    (SELECT max(v.number) FROM revisions v WHERE v.reading_id = r.id) AS revisions,
    s.looks - (SELECT count(*) FROM judgements n WHERE n.reading_id = r.id
        AND n.outcome NOT IN ('new', 'changed', 'unchanged')) AS accepted,
    (SELECT v.first_observed FROM revisions v WHERE v.reading_id = r.id AND v.number = 1) AS first_observed,
    (SELECT v.last_confirmed FROM revisions v WHERE v.reading_id = r.id ORDER BY v.number DESC LIMIT 1) AS last_confirmed,
    coalesce(j.outcome, o.outcome) AS outcome, iif(j.seq IS NULL, o.reason, j.reason) AS reason,
    o.http_status, o.observed_at, o.seq AS observation,
    iif(s.last_seq > (SELECT max(a.entry_seq) FROM page_addresses a WHERE a.page_id = p.id), s.moved_to, NULL) AS moved_to
FROM pages p
LEFT JOIN readings r ON r.page_id = p.id AND r.is_current
LEFT JOIN page_states s ON s.page_id = p.id
LEFT JOIN observations o ON o.seq = (
    SELECT seq FROM observations WHERE page_id = p.id ORDER BY rtrim(observed_at, 'Z') DESC, seq DESC LIMIT 1)
LEFT JOIN judgements j ON j.reading_id = r.id AND j.seq = o.seq
"""

REVISION = """
SELECT v.id, v.number, v.title, v.language, v.first_observed, v.last_observed, v.last_confirmed, v.not_before, v.not_after,
    v.words, v.looks, v.stamp_created, v.stamp_updated, v.stamp_updated_until, v.text_sha256, v.observation_seq,
    c.id AS change_id, c.silent, c.kinds, c.words_added, c.words_removed, c.words_moved, c.summary
FROM revisions v
LEFT JOIN changes c ON c.to_revision_id = v.id
WHERE v.reading_id = :reading
"""

CHANGE = """
SELECT c.*, p.slug AS page, p.title AS page_title, f.number AS from_number, t.number AS to_number, t.title,
    t.language, t.observation_seq AS observation
FROM changes c
JOIN revisions t ON t.id = c.to_revision_id
JOIN readings r ON r.id = t.reading_id AND r.is_current
JOIN revisions f ON f.id = c.from_revision_id
JOIN pages p ON p.id = c.page_id
"""

LOOK = """
SELECT o.seq, p.slug AS page, o.observed_at, o.duration_ms, o.via, o.http_status, o.received_bytes, o.body_id,
    o.outcome AS judged_outcome, o.reason AS judged_reason, lower(hex(b.sha256)) AS body_sha256, b.size_bytes AS body_bytes,
    coalesce(j.outcome, o.outcome) AS outcome, iif(j.seq IS NULL, o.reason, j.reason) AS reason, v.number AS revision
FROM observations o
JOIN pages p ON p.id = o.page_id
LEFT JOIN readings r ON r.page_id = o.page_id AND r.is_current
LEFT JOIN judgements j ON j.reading_id = r.id AND j.seq = o.seq
LEFT JOIN revisions v ON v.id = j.revision_id
LEFT JOIN blobs b ON b.id = o.body_id
"""


def page_row(row: sqlite3.Row) -> PageRow:
    return PageRow(
        id=row["id"],
        slug=row["slug"],
        url=row["url"],
        title=row["title"],
        language=row["language"],
        statement=row["statement"],
        tags=listed(row["tags"]),
        watched=bool(row["watched"]),
        added_at=row["added_at"],
        reading=row["reading"],
        revisions=row["revisions"] or 0,
        looks=row["looks"] or 0,
        accepted=row["accepted"] or 0,
        not_accepted_in_a_row=row["not_accepted_in_a_row"] or 0,
        first_observed=row["first_observed"],
        last_confirmed=row["last_confirmed"],
        outcome=row["outcome"],
        reason=row["reason"],
        http_status=row["http_status"],
        observed_at=row["observed_at"],
        observation=row["observation"],
        due_at=row["due_at"],
        missed_rounds=row["missed_rounds"] or 0,
        moved_to=None if row["moved_to"] == row["url"] else row["moved_to"],
    )


def revision_row(row: sqlite3.Row) -> RevisionRow:
    return RevisionRow(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        language=row["language"],
        first_observed=row["first_observed"],
        last_observed=row["last_observed"],
        last_confirmed=row["last_confirmed"],
        not_before=row["not_before"],
        not_after=row["not_after"],
        words=row["words"],
        looks=row["looks"],
        stamp_created=row["stamp_created"],
        stamp_updated=row["stamp_updated"],
        stamp_updated_until=row["stamp_updated_until"],
        silent=truth(row["silent"]),
        kinds=None if row["change_id"] is None else listed(row["kinds"]),
        words_added=row["words_added"],
        words_removed=row["words_removed"],
        words_moved=row["words_moved"],
        summary=listed(row["summary"]),
        text_sha256=row["text_sha256"],
        observation=row["observation_seq"],
    )


def change_row(row: sqlite3.Row) -> ChangeRow:
    return ChangeRow(
        id=row["id"],
        page=row["page"],
        page_title=row["page_title"],
        from_number=row["from_number"],
        to_number=row["to_number"],
        not_before=row["not_before"],
        not_after=row["not_after"],
        kinds=listed(row["kinds"]),
        silent=truth(row["silent"]),
        words_added=row["words_added"],
        words_removed=row["words_removed"],
        words_moved=row["words_moved"],
        summary=listed(row["summary"]),
        title=row["title"],
        language=row["language"],
        observation=row["observation"],
    )


def look_row(row: sqlite3.Row) -> Look:
    return Look(**{key: row[key] for key in row.keys()})  # noqa: SIM118 - a Row iterates over values
