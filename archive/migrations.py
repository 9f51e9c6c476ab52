"""The schema, as numbered sqlite-utils migrations: append only, and a migration imports nothing of ours.

Evidence (entries, log_nodes, checkpoints, time_stamps, observations, blobs, page_addresses, acts) is written once; triggers
refuse anything else. Derived tables (readings, judgements, revisions, changes, seams) are functions of it and can be made again.
Operational ones (page_states, page_summaries, totals, anchors, cool_downs, sizes) hold what comes next.
"""

from __future__ import annotations

import json

from sqlite_utils import Database, Migrations

migrations = Migrations("variorum")

_TABLES = """
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    statement TEXT,
    tags TEXT NOT NULL DEFAULT '[]',
    watched INTEGER NOT NULL DEFAULT 1,
    added_at TEXT NOT NULL
) STRICT;

CREATE TABLE page_addresses (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    url TEXT NOT NULL,
    since TEXT NOT NULL,
    entry_seq INTEGER NOT NULL REFERENCES entries(seq)
) STRICT;
CREATE INDEX page_addresses_by_url ON page_addresses(url);
CREATE INDEX page_addresses_by_page ON page_addresses(page_id, id);

CREATE TABLE page_slugs (
    slug TEXT PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('observation', 'release', 'hold', 'redact', 'settings', 'reading')),
    page_id INTEGER REFERENCES pages(id),
    base_seq INTEGER REFERENCES entries(seq),
    leaf BLOB NOT NULL,
    entry BLOB NOT NULL
) STRICT;
CREATE INDEX entries_by_base ON entries(page_id, seq) WHERE base_seq IS NULL;

CREATE TABLE log_nodes (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE blobs (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    base_id INTEGER REFERENCES blobs(id),
    depth INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE observations (
    seq INTEGER PRIMARY KEY REFERENCES entries(seq),
    page_id INTEGER NOT NULL REFERENCES pages(id),
    observed_at TEXT NOT NULL,
    clock_at TEXT,
    duration_ms INTEGER NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('live', 'warc', 'wayback', 'memento', 'git', 'folder')),
    http_status INTEGER,
    outcome TEXT NOT NULL,
    reason TEXT,
    received_bytes INTEGER NOT NULL,
    body_id INTEGER REFERENCES blobs(id)
) STRICT;
CREATE INDEX observations_by_page_and_time ON observations(page_id, rtrim(observed_at, 'Z'), seq);
CREATE INDEX observations_by_body ON observations(body_id) WHERE body_id IS NOT NULL;

CREATE TABLE acts (
    seq INTEGER PRIMARY KEY REFERENCES entries(seq),
    kind TEXT NOT NULL CHECK (kind IN ('release', 'hold')),
    observation_seq INTEGER NOT NULL REFERENCES observations(seq),
    at TEXT NOT NULL,
    actor TEXT NOT NULL
) STRICT;
CREATE INDEX acts_by_observation ON acts(observation_seq, seq);

CREATE TABLE readings (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    number INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    rules TEXT NOT NULL,
    rules_sha256 TEXT NOT NULL,
    version TEXT NOT NULL,
    cause TEXT NOT NULL,
    is_current INTEGER NOT NULL,
    entry_seq INTEGER NOT NULL REFERENCES entries(seq),
    UNIQUE (page_id, number)
) STRICT;
CREATE UNIQUE INDEX readings_current ON readings(page_id) WHERE is_current;

CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    reading_id INTEGER NOT NULL REFERENCES readings(id),
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    words INTEGER NOT NULL,
    not_before TEXT,
    not_after TEXT NOT NULL,
    first_observed TEXT NOT NULL,
    last_observed TEXT NOT NULL,
    last_confirmed TEXT NOT NULL,
    looks INTEGER NOT NULL,
    longest_gap_s INTEGER NOT NULL DEFAULT 0,
    gap_before_s INTEGER,
    stamp_created TEXT,
    stamp_updated TEXT,
    stamp_updated_until TEXT,
    observation_seq INTEGER NOT NULL REFERENCES observations(seq),
    text_sha256 TEXT NOT NULL,
    block_kinds TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (reading_id, number)
) STRICT;
CREATE INDEX revisions_by_page_and_time ON revisions(page_id, first_observed);
CREATE INDEX revisions_by_observation ON revisions(observation_seq);

CREATE TABLE judgements (
    reading_id INTEGER NOT NULL REFERENCES readings(id),
    seq INTEGER NOT NULL REFERENCES observations(seq),
    outcome TEXT NOT NULL,
    reason TEXT,
    revision_id INTEGER REFERENCES revisions(id),
    facts TEXT,
    PRIMARY KEY (reading_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX judgements_by_revision ON judgements(revision_id, seq) WHERE revision_id IS NOT NULL;
CREATE INDEX judgements_not_accepted ON judgements(reading_id, outcome, seq)
    WHERE outcome NOT IN ('new', 'changed', 'unchanged');

CREATE TABLE changes (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    from_revision_id INTEGER NOT NULL REFERENCES revisions(id),
    to_revision_id INTEGER NOT NULL UNIQUE REFERENCES revisions(id),
    not_before TEXT,
    not_after TEXT NOT NULL,
    kinds TEXT NOT NULL,
    silent INTEGER,
    words_added INTEGER NOT NULL,
    words_removed INTEGER NOT NULL,
    words_moved INTEGER NOT NULL,
    summary TEXT NOT NULL,
    ops TEXT NOT NULL
) STRICT;
CREATE INDEX changes_by_page_and_time ON changes(page_id, not_after);
CREATE INDEX changes_by_time ON changes(not_after);
CREATE INDEX changes_by_origin ON changes(from_revision_id);

CREATE TABLE page_states (
    page_id INTEGER PRIMARY KEY REFERENCES pages(id),
    reading_id INTEGER REFERENCES readings(id),
    revision_id INTEGER REFERENCES revisions(id),
    last_seq INTEGER REFERENCES observations(seq),
    last_body_id INTEGER REFERENCES blobs(id),
    etag TEXT,
    last_modified TEXT,
    validated_url TEXT,
    looks_since_full INTEGER NOT NULL DEFAULT 0,
    looks INTEGER NOT NULL DEFAULT 0,
    not_accepted_in_a_row INTEGER NOT NULL DEFAULT 0,
    due_at TEXT,
    missed_rounds INTEGER NOT NULL DEFAULT 0,
    settings_sha256 TEXT NOT NULL DEFAULT '',
    memory TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX page_states_by_due ON page_states(due_at);
"""

_GUARDS = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is evidence: it is never changed'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is evidence: it is never deleted'); END;
"""

_BLOB_GUARDS = """
CREATE TRIGGER blobs_no_update BEFORE UPDATE OF id, sha256, size_bytes ON blobs
BEGIN SELECT RAISE(ABORT, 'blobs is evidence: its content is never changed'); END;
CREATE TRIGGER blobs_no_delete BEFORE DELETE ON blobs
BEGIN SELECT RAISE(ABORT, 'blobs is evidence: it is never deleted'); END;
"""

_VIEWS = """
CREATE VIEW snapshots AS
SELECT o.seq AS observation, p.slug AS page, o.observed_at, o.via, v.number AS revision, v.title, v.language,
    v.stamp_created, v.stamp_updated, lower(hex(b.sha256)) AS body_sha256, v.text_sha256, o.page_id,
    v.id AS revision_id, v.text
FROM observations o
JOIN readings r ON r.page_id = o.page_id AND r.is_current
JOIN judgements j ON j.reading_id = r.id AND j.seq = o.seq AND j.outcome IN ('new', 'changed', 'unchanged')
JOIN revisions v ON v.id = j.revision_id
JOIN pages p ON p.id = o.page_id
JOIN blobs b ON b.id = o.body_id;

CREATE VIEW log AS
SELECT e.seq, e.kind, p.slug AS page, lower(hex(e.leaf)) AS leaf_sha256
FROM entries e LEFT JOIN pages p ON p.id = e.page_id;
"""


@migrations()
def m001_archive(db: Database) -> None:
    """Evidence, what is derived from it, and what the next look needs."""
    for statement in _statements(_TABLES) + _statements(_VIEWS):
        db.execute(statement)
    for table in ("entries", "log_nodes", "checkpoints", "observations", "page_addresses", "acts"):
        for statement in _triggers(_GUARDS.format(table=table)):
            db.execute(statement)
    for statement in _triggers(_BLOB_GUARDS):
        db.execute(statement)


_KINDS_BEFORE = "'redact', 'settings', 'reading')"
_KINDS = "'redact', 'settings', 'reading', 'restore', 'note', 'seen')"


@migrations()
def m002_log_kinds(db: Database) -> None:
    """The log also takes the restoring of a backup and more acts; redactions are found without reading the log.

    Only a constraint becomes wider, so that no row need be written again (sqlite.org/lang_altertable.html).
    """
    version = db.execute("PRAGMA schema_version").fetchone()[0]
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'entries'", (_KINDS_BEFORE, _KINDS))
    db.execute(f"PRAGMA schema_version = {version + 1}")
    db.execute("PRAGMA writable_schema = RESET")
    db.execute("CREATE INDEX entries_redactions ON entries(seq) WHERE kind = 'redact'")


_ALERT_TABLES = """
CREATE TABLE alert_rules (
    name TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    digest_due_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    rule TEXT NOT NULL,
    event TEXT NOT NULL,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    observation_seq INTEGER NOT NULL REFERENCES observations(seq),
    made_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'owed', 'transient')),
    note TEXT NOT NULL DEFAULT '',
    for_digest INTEGER NOT NULL,
    confirm_at TEXT,
    texts TEXT,
    content TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_waiting ON alerts(page_id) WHERE state = 'waiting';
CREATE INDEX alerts_for_digest ON alerts(rule) WHERE for_digest;
CREATE INDEX alerts_by_page ON alerts(page_id, rule, event, id);
CREATE INDEX alerts_by_observation ON alerts(observation_seq);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('alert', 'summary', 'digest')),
    rule TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('owed', 'sending', 'sent', 'parked')),
    made_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    tried_at TEXT,
    sent_at TEXT,
    error TEXT,
    accepted TEXT NOT NULL DEFAULT '[]',
    UNIQUE (uid, target)
) STRICT;
CREATE INDEX messages_unsent ON messages(target, id) WHERE state IN ('owed', 'sending');
CREATE INDEX messages_parked ON messages(id) WHERE state = 'parked';
CREATE INDEX messages_sent ON messages(target, sent_at);

CREATE TABLE deliveries (
    alert_id INTEGER NOT NULL REFERENCES alerts(id),
    target TEXT NOT NULL,
    message_id INTEGER REFERENCES messages(id),
    PRIMARY KEY (alert_id, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_pending ON deliveries(target, alert_id) WHERE message_id IS NULL;
CREATE INDEX deliveries_by_message ON deliveries(message_id, alert_id) WHERE message_id IS NOT NULL;

CREATE TABLE conditions (
    page_id INTEGER PRIMARY KEY REFERENCES pages(id),
    since TEXT NOT NULL,
    since_seq INTEGER NOT NULL,
    held INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    failing INTEGER NOT NULL
) STRICT;

CREATE TABLE triage (
    seq INTEGER PRIMARY KEY REFERENCES entries(seq),
    kind TEXT NOT NULL CHECK (kind IN ('seen', 'note')),
    page_id INTEGER NOT NULL REFERENCES pages(id),
    observation_seq INTEGER REFERENCES observations(seq),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX triage_by_page ON triage(page_id, seq);
CREATE INDEX triage_by_observation ON triage(observation_seq, seq);
"""


@migrations()
def m003_alerts(db: Database) -> None:
    """The outbox: alerts with the change that owes them, and what became of each message. Operational, never published."""
    for statement in _statements(_ALERT_TABLES):
        db.execute(statement)
    for statement in _triggers(_GUARDS.format(table="triage")):
        db.execute(statement)


_LIFETIME_TABLES = """
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id),
    reading_id INTEGER NOT NULL REFERENCES readings(id),
    kind TEXT NOT NULL,
    ancestor_id INTEGER REFERENCES passages(id),
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (reading_id, sha256)
) STRICT;

CREATE TABLE lifetimes (
    passage_id INTEGER NOT NULL REFERENCES passages(id),
    spell INTEGER NOT NULL,
    first_revision_id INTEGER NOT NULL REFERENCES revisions(id),
    last_revision_id INTEGER REFERENCES revisions(id),
    begin_not_before TEXT,
    begin_not_after TEXT NOT NULL,
    end_not_before TEXT,
    end_not_after TEXT,
    looks INTEGER,
    longest_gap_s INTEGER,
    PRIMARY KEY (passage_id, spell)
) STRICT, WITHOUT ROWID;

CREATE TABLE kin (
    reading_id INTEGER NOT NULL REFERENCES readings(id),
    code INTEGER NOT NULL,
    passage_id INTEGER NOT NULL REFERENCES passages(id),
    PRIMARY KEY (reading_id, code, passage_id)
) STRICT, WITHOUT ROWID;
"""


@migrations()
def m004_lifetimes(db: Database) -> None:
    """The life of every passage: spells with bounds, ancestry, and the sketches by which a lost one is found again."""
    for statement in _statements(_LIFETIME_TABLES):
        db.execute(statement)


_RENDERING_TABLES = """
CREATE TABLE renderings (
    seq INTEGER PRIMARY KEY REFERENCES observations(seq),
    browser TEXT NOT NULL,
    received_id INTEGER REFERENCES blobs(id),
    screenshot_id INTEGER REFERENCES blobs(id)
) STRICT;
CREATE INDEX renderings_by_received ON renderings(received_id) WHERE received_id IS NOT NULL;
CREATE INDEX renderings_by_screenshot ON renderings(screenshot_id) WHERE screenshot_id IS NOT NULL;
"""


@migrations()
def m005_renderings(db: Database) -> None:
    """What a browser received and showed, of looks whose body is the page that it made."""
    for statement in _statements(_RENDERING_TABLES):
        db.execute(statement)
    for statement in _triggers(_GUARDS.format(table="renderings")):
        db.execute(statement)


_SEARCH_TABLES = """
CREATE VIRTUAL TABLE passage_words USING fts5(
    folded, content='', tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);
CREATE VIRTUAL TABLE passage_grams USING fts5(folded, content='', tokenize='trigram');
CREATE INDEX passages_by_reading ON passages(reading_id, id);
CREATE INDEX passages_by_ancestor ON passages(ancestor_id) WHERE ancestor_id IS NOT NULL;
"""


@migrations()
def m006_search(db: Database) -> None:
    """Full-text indexes over all passages. Those that are there already are taken in when the file is next opened."""
    for statement in _statements(_SEARCH_TABLES):
        db.execute(statement)


_ANCHOR_TABLES = """
CREATE TABLE time_stamps (
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL REFERENCES checkpoints(size),
    at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    authority TEXT NOT NULL,
    roots TEXT NOT NULL,
    response BLOB NOT NULL
) STRICT;
CREATE INDEX time_stamps_by_size ON time_stamps(size);

CREATE TABLE anchors (
    place TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    overdue_after_s REAL NOT NULL,
    size INTEGER NOT NULL,
    anchored_at TEXT,
    failures INTEGER NOT NULL,
    error TEXT,
    due_at TEXT NOT NULL
) STRICT;
"""


@migrations()
def m007_anchors(db: Database) -> None:
    """Time stamps of checkpoints by authorities, which are evidence; and how far each place has them, which is operational."""
    for statement in _statements(_ANCHOR_TABLES):
        db.execute(statement)
    for statement in _triggers(_GUARDS.format(table="time_stamps")):
        db.execute(statement)


_SEAM_TABLES = """
CREATE TABLE seams (
    reading_id INTEGER NOT NULL REFERENCES readings(id),
    seq INTEGER NOT NULL REFERENCES observations(seq),
    url TEXT NOT NULL,
    PRIMARY KEY (reading_id, seq)
) STRICT, WITHOUT ROWID;
ALTER TABLE page_states ADD COLUMN moved_to TEXT;
"""


@migrations()
def m008_seams(db: Database) -> None:
    """Where a permanent redirect first led an accepted look to a new address, and where each page's redirects lead now."""
    for statement in _statements(_SEAM_TABLES):
        db.execute(statement)


_SERVICE_TABLES = """
CREATE TABLE cool_downs (
    host TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sizes (
    at TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


@migrations()
def m009_service(db: Database) -> None:
    """What a service keeps over restarts: hosts that are left alone, and how large the file was each day. Operational."""
    for statement in _statements(_SERVICE_TABLES):
        db.execute(statement)


_SUMMARY_TABLES = """
CREATE TABLE page_summaries (
    page_id INTEGER PRIMARY KEY REFERENCES pages(id),
    changes INTEGER NOT NULL,
    changed_at TEXT
) STRICT;
INSERT INTO page_summaries (page_id, changes, changed_at)
    SELECT s.page_id, coalesce(v.number - 1, 0), v.first_observed
    FROM page_states s LEFT JOIN revisions v ON v.id = s.revision_id;
CREATE INDEX page_summaries_by_change ON page_summaries(changed_at);
CREATE INDEX page_states_in_trouble ON page_states(not_accepted_in_a_row) WHERE not_accepted_in_a_row > 0;
CREATE INDEX entries_of_no_look ON entries(seq) WHERE kind <> 'observation';
CREATE INDEX pages_by_statement ON pages(statement);
CREATE INDEX pages_by_language ON pages(language);
"""

_SUMMARY_TRIGGERS = """
CREATE TRIGGER page_summaries_begin AFTER INSERT ON page_states
BEGIN INSERT INTO page_summaries (page_id, changes) VALUES (new.page_id, 0); END;
CREATE TRIGGER page_summaries_follow AFTER UPDATE OF revision_id ON page_states
WHEN new.revision_id IS NOT old.revision_id
BEGIN UPDATE page_summaries SET
    changes = coalesce((SELECT number - 1 FROM revisions WHERE id = new.revision_id), 0),
    changed_at = (SELECT first_observed FROM revisions WHERE id = new.revision_id)
    WHERE page_id = new.page_id;
END;
"""


@migrations()
def m010_summaries(db: Database) -> None:
    """What lists sort by and add up, in rows so narrow that those of all pages are read for one screen of them.

    It follows the latest revision that a page's state names: whatever writes that need not know of it.
    """
    for statement in _statements(_SUMMARY_TABLES):
        db.execute(statement)
    for statement in _triggers(_SUMMARY_TRIGGERS):
        db.execute(statement)


_TOTALS_TABLES = """
CREATE TABLE totals (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pages INTEGER NOT NULL,
    watched INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    acts INTEGER NOT NULL
) STRICT;
INSERT INTO totals (id, pages, watched, changes, acts) SELECT 1,
    (SELECT count(*) FROM pages), (SELECT count(*) FROM pages WHERE watched),
    (SELECT coalesce(sum(changes), 0) FROM page_summaries), (SELECT count(*) FROM entries WHERE kind <> 'observation');
"""

_TOTALS_TRIGGERS = """
CREATE TRIGGER totals_of_a_page AFTER INSERT ON pages
BEGIN UPDATE totals SET pages = pages + 1, watched = watched + new.watched; END;
CREATE TRIGGER totals_of_watching AFTER UPDATE OF watched ON pages
BEGIN UPDATE totals SET watched = watched + new.watched - old.watched; END;
CREATE TRIGGER totals_of_changes AFTER UPDATE OF changes ON page_summaries
BEGIN UPDATE totals SET changes = changes + new.changes - old.changes; END;
CREATE TRIGGER totals_of_acts AFTER INSERT ON entries WHEN new.kind <> 'observation'
BEGIN UPDATE totals SET acts = acts + 1; END;
"""


@migrations()
def m011_totals(db: Database) -> None:
    """The archive in figures, as one row that what changes them keeps; an ordinary look changes none. Acts are entries of no look."""
    for statement in _statements(_TOTALS_TABLES):
        db.execute(statement)
    for statement in _triggers(_TOTALS_TRIGGERS):
        db.execute(statement)


_WORD_TABLES = """
CREATE VIRTUAL TABLE passage_pairs USING fts5(folded, content='', detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE page_words USING fts5(folded, content='', detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE page_terms USING fts5vocab('page_words', 'instance');
"""


@migrations()
def m012_words_of_pages(db: Database) -> None:
    """Which words each page ever had, and the letters and pairs of scripts without spaces. Taken in when the file is next opened."""
    for statement in _statements(_WORD_TABLES):
        db.execute(statement)


_READING_INDEXES = """
DROP INDEX entries_of_no_look;
DROP INDEX changes_by_page_and_time;
CREATE INDEX changes_by_page_and_time ON changes(page_id, not_after, id, silent, to_revision_id);
CREATE INDEX pages_in_order_of_name ON pages(iif(title = '', slug, title) COLLATE NOCASE, slug);
CREATE INDEX pages_in_order_of_statement ON pages(coalesce(statement, '') = '', statement, language, slug);
CREATE INDEX pages_in_order_of_watching ON pages(watched DESC, slug);
CREATE INDEX pages_with_sharp_s ON pages(id) WHERE instr(title || url || tags || coalesce(statement, ''), 'ß');
"""


@migrations()
def m013_small_reading(db: Database) -> None:
    """What small charts draw, and the orders of lists, are in indexes; tags are written as they are, so that they are found in any script."""
    for statement in _statements(_READING_INDEXES):
        db.execute(statement)
    for page_id, tags in db.execute("SELECT id, tags FROM pages WHERE instr(tags, '\\u')").fetchall():
        db.execute(
            "UPDATE pages SET tags = ? WHERE id = ?", (json.dumps(json.loads(tags), ensure_ascii=False), page_id)
        )


def _statements(sql: str) -> list[str]:
    return [part for part in sql.split(";") if part.strip()]


def _triggers(sql: str) -> list[str]:
    return [part + "END" for part in sql.split("END;") if part.strip()]


def upgrade(db: Database) -> bool:
    """Bring the schema up to date; safe when several processes open the file at once. True where something was done."""
    if not migrations.pending(db):
        return False
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()
    return True


def is_current(db: Database) -> bool:
    """Whether the file has the schema of this version, no more and no less."""
    return not migrations.pending(db) and not unknown_steps(db)


def unknown_steps(db: Database) -> list[str]:
    """Migrations that were applied to this file by a later version of this program."""
    return sorted({step.name for step in migrations.applied(db)} - set(known_steps()))


def pending_steps(db: Database) -> list[str]:
    """Migrations that this file has not had yet, in their order."""
    return [migration.name for migration in migrations.pending(db)]


def known_steps() -> list[str]:
    """The migrations that this version knows, in their order."""
    return [migration.name for migration in migrations._migrations]


def schema_of(steps: int) -> dict[tuple[str, str], str | None]:
    """The schema after the first so many migrations: the SQL of each table, index, view and trigger by (type, name)."""
    db = Database(memory=True)
    stop = known_steps()[steps : steps + 1]
    migrations.apply(db, stop_before=stop)
    found = db.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    db.close()
    return {(kind, name): sql for kind, name, sql in found}
