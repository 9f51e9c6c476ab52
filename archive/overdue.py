"""What time alone makes worth telling: digests, what no look could confirm, pages not observed for too long, statements out
of step. Asked now and then.

Each is told once, however often it is asked: the digest by its due time, the others by the id of their alert.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from archive.alerting.digest import next_digest
from archive.alerting.event import Event
from archive.alerting.rules import Rule, owed
from archive.model import WORDING_KINDS, parse_utc, utc_text
from archive.outbox import event_of_change, insert, owe_unconfirmed, page_facts
from archive.posting import group_uid, make_message

_LOOKED_BACK = timedelta(
    days=7
)  # so long after it was due a statement out of step is still found, should nothing have run


def attend(conn: sqlite3.Connection, rules: Sequence[Rule], at: datetime, *, looking: bool) -> None:
    """Owe all that has come due by `at`. `looking` says that looks have been made for a while, so that what is not seen is so
    for another reason than that nothing ran."""
    owe_unconfirmed(conn, rules, at, looking=looking)
    for rule in rules:
        since = _known_since(conn, rule, at)
        _digest(conn, rule, at)
        if "unobserved" in rule.on and looking:
            _owe_all(conn, rule, _unobserved(conn, rule, at), at)
        if "out-of-step" in rule.on:
            _owe_all(conn, rule, _out_of_step(conn, rule, since, at), at)


def has_work(conn: sqlite3.Connection, rules: Sequence[Rule], at: datetime) -> bool:
    """Whether a digest may be due, or a rule is new: asked before a transaction is begun for it."""
    known = dict(conn.execute("SELECT name, digest_due_at FROM alert_rules").fetchall())
    return any(
        rule.name not in known
        or (rule.digest != "immediate") != (known[rule.name] is not None)
        or (rule.digest != "immediate" and parse_utc(known[rule.name]) <= at)
        for rule in rules
    )


def _known_since(conn: sqlite3.Connection, rule: Rule, at: datetime) -> datetime:
    """Since when the rule has been in the watch list; nothing older is told."""
    conn.execute("INSERT OR IGNORE INTO alert_rules (name, since) VALUES (?, ?)", (rule.name, utc_text(at)))
    row = conn.execute("SELECT since FROM alert_rules WHERE name = ?", (rule.name,)).fetchone()
    return parse_utc(row[0])


def _owe_all(conn: sqlite3.Connection, rule: Rule, events: Iterator[Event], at: datetime) -> None:
    for event in events:
        match = owed(rule, event)
        if match is not None:
            insert(conn, rule, event, match, at=utc_text(at), state="owed", note="", confirm_s=0.0)


# --- digests ---------------------------------------------------------------------------------------------------------


def _digest(conn: sqlite3.Connection, rule: Rule, at: datetime) -> None:
    row = conn.execute("SELECT digest_due_at FROM alert_rules WHERE name = ?", (rule.name,)).fetchone()
    due = parse_utc(row[0]) if row[0] else None
    if rule.digest == "immediate":
        if due is not None:
            _tell_singly(conn, rule)
            conn.execute("UPDATE alert_rules SET digest_due_at = NULL WHERE name = ?", (rule.name,))
        return
    soonest = next_digest(rule, at)
    if due is not None and due <= at:
        _send_digest(conn, rule, at)
    if due is None or due <= at or soonest < due:
        conn.execute("UPDATE alert_rules SET digest_due_at = ? WHERE name = ?", (utc_text(soonest), rule.name))


def _gathered(conn: sqlite3.Connection, rule: Rule) -> list[tuple[int, str, str]]:
    return conn.execute(
        "SELECT id, uid, state FROM alerts WHERE rule = ? AND for_digest AND state IN ('owed', 'transient') ORDER BY id",
        (rule.name,),
    ).fetchall()


def _send_digest(conn: sqlite3.Connection, rule: Rule, at: datetime) -> None:
    """One message for each target with every alert since the last digest; none where there was none."""
    rows = _gathered(conn, rule)
    if not rows:
        return
    uid = group_uid("d", [row[1] for row in rows])
    for target in dict.fromkeys(rule.targets):
        make_message(conn, "digest", uid, rule.name, target, [row[0] for row in rows], at)
    conn.executemany("UPDATE alerts SET for_digest = 0 WHERE id = ?", [(row[0],) for row in rows])


def _tell_singly(conn: sqlite3.Connection, rule: Rule) -> None:
    """The rule had a digest and has none any more: what was gathered for it goes out as it is."""
    rows = _gathered(conn, rule)
    conn.executemany(
        "INSERT OR IGNORE INTO deliveries (alert_id, target) VALUES (?, ?)",
        [(row[0], target) for row in rows if row[2] == "owed" for target in dict.fromkeys(rule.targets)],
    )
    conn.executemany("UPDATE alerts SET for_digest = 0 WHERE id = ?", [(row[0],) for row in rows])


# --- not observed ----------------------------------------------------------------------------------------------------


def _unobserved(conn: sqlite3.Connection, rule: Rule, at: datetime) -> Iterator[Event]:
    """Watched pages that no look has shown for so long. A page is told again when it was seen in between."""
    rows = conn.execute(
        "SELECT p.id, v.last_confirmed, coalesce(v.observation_seq, s.last_seq)"
        " FROM pages p JOIN page_states s ON s.page_id = p.id LEFT JOIN revisions v ON v.id = s.revision_id"
        " WHERE p.watched AND s.last_seq IS NOT NULL AND coalesce(v.last_confirmed, p.added_at) < ?",
        (utc_text(at - timedelta(seconds=rule.unobserved_after_s)),),
    ).fetchall()
    for page_id, last_confirmed, seq in rows:
        if last_confirmed is None:
            (seq,) = conn.execute("SELECT min(seq) FROM observations WHERE page_id = ?", (page_id,)).fetchone()
        yield Event(
            kind="unobserved",
            page=page_facts(conn, page_id),
            observation=seq,
            at=utc_text(at),
            since=last_confirmed,
        )


# --- out of step -----------------------------------------------------------------------------------------------------


def _out_of_step(conn: sqlite3.Connection, rule: Rule, since: datetime, at: datetime) -> Iterator[Event]:
    """Wording changes of one page of a statement that another of its pages did not follow, nor go before, in the rule's time."""
    leeway = timedelta(seconds=rule.out_of_step_after_s)
    begin = max(since, at - leeway - _LOOKED_BACK)
    rows = conn.execute(
        "SELECT c.id, c.page_id, c.kinds, coalesce(c.not_before, c.not_after), p.statement FROM changes c"
        " JOIN revisions t ON t.id = c.to_revision_id JOIN readings r ON r.id = t.reading_id AND r.is_current"
        " JOIN observations o ON o.seq = t.observation_seq AND o.via = 'live' JOIN pages p ON p.id = c.page_id"
        " WHERE p.statement IS NOT NULL AND p.watched AND c.not_after >= ? AND c.not_after <= ?",
        (utc_text(begin), utc_text(at - leeway)),
    ).fetchall()
    for change_id, page_id, kinds, not_before, statement in rows:
        if not WORDING_KINDS & set(json.loads(kinds)):
            continue
        behind = tuple(_behind(conn, statement, page_id, utc_text(parse_utc(not_before) - leeway)))
        if behind:
            yield replace(event_of_change(conn, change_id), kind="out-of-step", behind=behind)


def _behind(conn: sqlite3.Connection, statement: str, page_id: int, since: str) -> Iterator[str]:
    """The other watched pages of a statement that were not reworded since then."""
    others = conn.execute(
        "SELECT id, slug FROM pages WHERE statement = ? AND watched AND id != ? ORDER BY slug", (statement, page_id)
    ).fetchall()
    for other_id, slug in others:
        changes = conn.execute(
            "SELECT c.kinds FROM changes c JOIN revisions t ON t.id = c.to_revision_id"
            " JOIN readings r ON r.id = t.reading_id AND r.is_current WHERE c.page_id = ? AND c.not_after >= ?",
            (other_id, since),
        )
        if not any(WORDING_KINDS & set(json.loads(kinds)) for (kinds,) in changes):
            yield slug
