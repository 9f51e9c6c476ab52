"""What a rule would have said over the archive's whole history: read only, so that a rule is tried before it is trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.alerting.conditions import Condition, after_look
from archive.alerting.event import Event, EventKind
from archive.alerting.rules import Rule, owed
from archive.alerting.say import Told
from archive.model import ACCEPTED, parse_utc
from archive.outbox import PATIENCE, event_of_change, page_facts

_LOOKS = """
SELECT o.seq, o.observed_at, j.outcome, j.reason, c.id, v.looks, f.text_sha256,
    (SELECT w.text_sha256 FROM revisions w WHERE w.reading_id = v.reading_id AND w.number = v.number + 1), m.url
FROM observations o
JOIN readings r ON r.page_id = o.page_id AND r.is_current
JOIN judgements j ON j.reading_id = r.id AND j.seq = o.seq
LEFT JOIN revisions v ON v.id = j.revision_id AND v.observation_seq = o.seq
LEFT JOIN changes c ON c.to_revision_id = v.id
LEFT JOIN revisions f ON f.id = c.from_revision_id
LEFT JOIN seams m ON m.reading_id = r.id AND m.seq = o.seq
WHERE o.page_id = ? ORDER BY rtrim(o.observed_at, 'Z'), o.seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One event before it is made, which costs the texts of its change."""

    kind: EventKind
    page_id: int
    seq: int
    at: str
    outcome: str
    reason: str | None = None
    condition: Condition = Condition()  # noqa: RUF009 - a frozen value
    change_id: int | None = None
    moved_to: str | None = None
    transient: bool = False  # gone again at the next look


def rehearse(
    conn: sqlite3.Connection, rules: Sequence[Rule], *, since: str, page_id: int | None = None
) -> Iterator[Told]:
    """Each alert that these rules would have told of what was seen from `since` on, in the order of time; of one page, or all.

    Imported looks count like live ones. What was gone again at the next look is marked as transient. What only time makes
    worth telling (unobserved, out-of-step, digests) is not rehearsed.
    """
    pages = [row[0] for row in conn.execute("SELECT id FROM pages ORDER BY id")] if page_id is None else [page_id]
    found = [item for page_id in pages for item in _found(conn, page_id, since.rstrip("Z"))]
    for item in sorted(found, key=lambda item: (item.at.rstrip("Z"), item.seq)):
        event = _event(conn, item)
        for rule in rules:
            match = owed(rule, event)
            if match is not None:
                yield Told(uid="", rule=rule.name, event=event, match=match, note="transient" if item.transient else "")


def _found(conn: sqlite3.Connection, page_id: int, since: str) -> Iterator[_Found]:
    condition = Condition()
    open_trouble: list[_Found] = []  # that no look has confirmed yet
    for row in conn.execute(_LOOKS, (page_id,)):
        seq, at, outcome, reason, change_id, looks, before_sha256, after_sha256, url = row
        before = condition
        condition, trouble = after_look(condition, outcome, at=at, seq=seq)
        decided = [item for item in open_trouble if _decides(item, outcome, at)]
        open_trouble = [item for item in open_trouble if item not in decided]
        yield from (replace(item, transient=outcome in ACCEPTED and item.kind != "failing") for item in decided)
        if at.rstrip("Z") < since:
            continue
        look = _Found(kind="changed", page_id=page_id, seq=seq, at=at, outcome=outcome)
        if trouble is not None:
            open_trouble.append(replace(look, kind=trouble, reason=reason, condition=condition))
        if before.lasted and not condition.since:
            yield replace(look, kind="recovered", condition=before)
        if url is not None:
            yield replace(look, kind="moved", moved_to=url)
        if change_id is not None:
            yield replace(look, change_id=change_id, transient=looks == 1 and before_sha256 == after_sha256)
    yield from open_trouble


def _decides(trouble: _Found, outcome: str, at: str) -> bool:
    """Whether a later look says that a trouble lasts, or that it is over; long without either it is told all the same."""
    return outcome in ACCEPTED or outcome == trouble.outcome or parse_utc(at) - parse_utc(trouble.at) >= PATIENCE


def _event(conn: sqlite3.Connection, item: _Found) -> Event:
    if item.change_id is not None:
        return event_of_change(conn, item.change_id)
    ill = item.kind in ("held", "gone", "failing")
    return Event(
        kind=item.kind,
        page=page_facts(conn, item.page_id),
        observation=item.seq,
        at=item.at,
        outcome=item.outcome if ill else None,
        reason=item.reason,
        since=item.condition.since or None,
        moved_to=item.moved_to,
        looks=getattr(item.condition, item.kind) if ill else 0,
    )
