"""What follows from one observation within a reading: its judgement, and a revision and a change where the text is new.

The same function serves a live look and a new reading of all evidence, so that both give the same numbers (promise 6).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from datetime import datetime

from archive.diff import Comparison, compare
from archive.lives import change_lives
from archive.model import ACCEPTED, WORDING_KINDS, Document, Interpretation, Outcome, parse_utc, utc_text
from archive.text import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The latest accepted text of a reading, against which the next look is compared."""

    revision_id: int
    number: int
    text: str
    last_observed: str
    stamp_updated: str | None
    stamp_updated_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The facts of one observation that derivation needs."""

    seq: int
    page_id: int
    observed_at: str
    has_body: bool
    is_redacted: bool = False  # its body was taken down
    moved_to: str | None = None  # where permanent redirects led it


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as stored, in the shape that `check --json` prints."""

    id: int
    from_number: int
    to_number: int
    not_before: str | None
    not_after: str
    silent: bool | None
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The judgement of one observation as it stands in a reading."""

    outcome: Outcome
    reason: str | None
    revision_id: int | None  # that it showed
    number: int | None
    latest_id: int | None  # the latest accepted revision after it
    change: Change | None = None
    moved_to: str | None = None  # the address that a permanent redirect led to for the first time


def latest_of(conn: sqlite3.Connection, revision_id: int | None) -> Latest | None:
    row = conn.execute(
        "SELECT id, number, text, last_observed, stamp_updated, stamp_updated_until FROM revisions WHERE id = ?",
        (revision_id,),
    ).fetchone()
    if row is None:
        return None
    return Latest(
        revision_id=row[0],
        number=row[1],
        text=row[2],
        last_observed=row[3],
        stamp_updated=row[4],
        stamp_updated_until=row[5],
    )


def comparison_with(
    latest: Latest | None, interpretation: Interpretation, compare: Callable[[str, str], Comparison] = compare
) -> Comparison | None:
    """The comparison that `apply` needs, made before its transaction, since it may take a while; None where none is."""
    document = interpretation.document
    if latest is None or document is None or not interpretation.verdict.accepted or interpretation.same == "in_turn":
        return None
    if document.text == latest.text:
        return None
    return compare(latest.text, document.text)


def judged_now(latest: Latest | None, interpretation: Interpretation) -> tuple[Outcome, str | None]:
    """Outcome and reason of a look, given the latest accepted text before it."""
    verdict = interpretation.verdict
    if verdict.outcome is not None:
        return verdict.outcome, verdict.reason
    if interpretation.document is None or interpretation.same == "in_turn":
        assert latest is not None, "the interpreter said 'same as before' of a page that has no text yet"
        return Outcome.UNCHANGED, interpretation.same if interpretation.same in ("not_modified", "in_turn") else None
    if latest is None:
        return Outcome.NEW, None
    return (Outcome.UNCHANGED if interpretation.document.text == latest.text else Outcome.CHANGED), None


def apply(
    conn: sqlite3.Connection,
    *,
    reading_id: int,
    look: Look,
    latest: Latest | None,
    interpretation: Interpretation,
    comparison: Comparison | None,
) -> Derived:
    """Write what follows from one look; the caller's transaction commits it."""
    outcome, reason = judged_now(latest, interpretation)
    if latest is not None and interpretation.since is not None:
        latest = _seen_until(conn, reading_id, look.page_id, latest, interpretation.since)
    latest_id = latest.revision_id if latest else None
    derived = Derived(outcome=outcome, reason=reason, revision_id=None, number=None, latest_id=latest_id)
    if reason == "in_turn":
        assert interpretation.document is not None
        shown_id, number = _shown_before(conn, reading_id, interpretation.document)
        derived = replace(derived, revision_id=shown_id, number=number)
    elif outcome is Outcome.UNCHANGED:
        assert latest is not None
        _confirm(conn, latest, look)
        derived = replace(derived, revision_id=latest.revision_id, number=latest.number)
    elif outcome in (Outcome.NEW, Outcome.CHANGED):
        assert interpretation.document is not None
        number = latest.number + 1 if latest else 1
        revision_id = _insert_revision(conn, reading_id, look, latest, interpretation.document)
        change_lives(conn, revision_id)
        change = None
        if latest is not None:
            assert comparison is not None
            change = _insert_change(conn, look, latest, revision_id, interpretation.document, comparison)
        derived = replace(derived, revision_id=revision_id, number=number, latest_id=revision_id, change=change)
    if look.moved_to is not None and outcome in ACCEPTED and _sew(conn, reading_id, look.seq, look.moved_to):
        derived = replace(derived, moved_to=look.moved_to)
    facts = () if outcome is Outcome.UNCHANGED and reason != "in_turn" else _facts(interpretation)
    conn.execute(
        "INSERT INTO judgements (reading_id, seq, outcome, reason, revision_id, facts) VALUES (?, ?, ?, ?, ?, ?)",
        (
            reading_id,
            look.seq,
            outcome,
            reason,
            derived.revision_id,
            json.dumps(facts, ensure_ascii=False) if facts else None,
        ),
    )
    return derived


def _sew(conn: sqlite3.Connection, reading_id: int, seq: int, url: str) -> bool:
    """Record that the page has moved to this address, unless it is known. Addresses that differ in their query are one."""
    known = conn.execute("SELECT url FROM seams WHERE reading_id = ?", (reading_id,)).fetchall()
    if url.partition("?")[0] in {address.partition("?")[0] for (address,) in known}:
        return False
    conn.execute("INSERT INTO seams (reading_id, seq, url) VALUES (?, ?, ?)", (reading_id, seq, url))
    return True


def _seen_until(conn: sqlite3.Connection, reading_id: int, page_id: int, latest: Latest, since: datetime) -> Latest:
    """The latest text, dated to have been seen last before `since`: what came later already stood beside it on the page."""
    row = conn.execute(
        "SELECT o.observed_at FROM observations o CROSS JOIN judgements j ON j.reading_id = ? AND j.seq = o.seq"
        " WHERE o.page_id = ? AND j.revision_id IS NOT NULL AND o.body_id IS NOT NULL"
        " AND rtrim(o.observed_at, 'Z') < rtrim(?, 'Z') ORDER BY rtrim(o.observed_at, 'Z') DESC LIMIT 1",
        (reading_id, page_id, utc_text(since)),
    ).fetchone()
    return replace(latest, last_observed=row[0]) if row else latest


def _facts(interpretation: Interpretation) -> list[tuple[str, str]]:
    """What a judgement rests on and how the text was read: the verdict's facts, the region, what was set aside, the stamps."""
    facts = list(interpretation.verdict.facts)
    document = interpretation.document
    if document is not None:
        facts += [("region", document.region)] if document.region else []
        facts += [("set aside", part) for part in document.set_aside]
        for name, stamp in (("created", document.created), ("updated", document.updated)):
            if stamp is not None:
                facts.append((name, stamp.in_words))
    if interpretation.since is not None:
        facts.append(("seen first", f"{utc_text(interpretation.since)}, told when it lasted"))
    return facts


def _shown_before(conn: sqlite3.Connection, reading_id: int, document: Document) -> tuple[int | None, int | None]:
    """Id and number of the latest revision with this text."""
    row = conn.execute(
        "SELECT id, number FROM revisions WHERE reading_id = ? AND text_sha256 = ? ORDER BY number DESC LIMIT 1",
        (reading_id, document.text_sha256),
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def _confirm(conn: sqlite3.Connection, latest: Latest, look: Look) -> None:
    if look.has_body:
        conn.execute(
            "UPDATE revisions SET last_observed = ?1, last_confirmed = ?1, looks = looks + 1,"
            " longest_gap_s = max(longest_gap_s, ?2) WHERE id = ?3",
            (look.observed_at, _gap_s(latest, look), latest.revision_id),
        )
    else:
        conn.execute(
            "UPDATE revisions SET last_confirmed = ?, looks = looks + 1 WHERE id = ?",
            (look.observed_at, latest.revision_id),
        )


def _gap_s(latest: Latest, look: Look) -> int:
    """Whole seconds since the text before was last seen."""
    return int((parse_utc(look.observed_at) - parse_utc(latest.last_observed)).total_seconds())


def _insert_revision(
    conn: sqlite3.Connection, reading_id: int, look: Look, latest: Latest | None, document: Document
) -> int:
    text = document.text
    cursor = conn.execute(
        "INSERT INTO revisions (page_id, reading_id, number, title, language, words, not_before, not_after, first_observed,"
        " last_observed, last_confirmed, looks, gap_before_s, stamp_created, stamp_updated, stamp_updated_until, observation_seq,"
        " text_sha256, block_kinds, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            look.page_id,
            reading_id,
            latest.number + 1 if latest else 1,
            document.title,
            document.language,
            sum(1 for _ in words(text)),
            latest.last_observed if latest else None,
            *([look.observed_at] * 4),
            _gap_s(latest, look) if latest else None,
            document.created.value if document.created else None,
            document.updated.value if document.updated else None,
            utc_text(document.updated.latest) if document.updated else None,
            look.seq,
            document.text_sha256,
            json.dumps([block.kind for block in document.blocks]),
            text,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _insert_change(
    conn: sqlite3.Connection, look: Look, latest: Latest, revision_id: int, document: Document, comparison: Comparison
) -> Change:
    silent = is_silent(
        comparison.kinds.keys(),
        before=latest.stamp_updated,
        after=document.updated.value if document.updated else None,
        until=latest.stamp_updated_until,
        last_observed=latest.last_observed,
    )
    cursor = conn.execute(
        "INSERT INTO changes (page_id, from_revision_id, to_revision_id, not_before, not_after, kinds, silent, words_added,"
        " words_removed, words_moved, summary, ops) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            look.page_id,
            latest.revision_id,
            revision_id,
            latest.last_observed,
            look.observed_at,
            json.dumps(list(comparison.kinds)),
            silent,
            comparison.words_added,
            comparison.words_removed,
            comparison.words_moved,
            json.dumps(comparison.summary, ensure_ascii=False),
            json.dumps([{"op": op.op, "old": op.old, "new": op.new} for op in comparison.ops]),
        ),
    )
    assert cursor.lastrowid is not None
    return Change(
        id=cursor.lastrowid,
        from_number=latest.number,
        to_number=latest.number + 1,
        not_before=latest.last_observed,
        not_after=look.observed_at,
        silent=silent,
        comparison=comparison,
    )


def is_silent(
    kinds: Set[str], *, before: str | None, after: str | None, until: str | None, last_observed: str
) -> bool | None:
    """Whether a wording changed under a stamp that says otherwise; in doubt None, since it accuses somebody in public.

    `before` and `after` are the "Updated" stamps of both texts, `until` the end of the earlier one's doubt. True needs
    equal stamps whose whole doubt lies before `last_observed`, the last look that still saw the old wording.
    """
    if not kinds & WORDING_KINDS:
        return False
    if before is None or after is None:
        return None
    if before != after:
        return False
    return True if until is not None and parse_utc(until) <= parse_utc(last_observed) else None
