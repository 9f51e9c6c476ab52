"""How one revision's text became another's: as it is stored of neighbours, compared now between any others."""

from __future__ import annotations

import sqlite3

from archive.derive import WORDING_KINDS
from archive.diff import Comparison, compare
from archive.model import parse_utc
from archive.reading.rows import Diff, Passages, Revision, listed, truth


def between(old: Revision, new: Revision, stored: sqlite3.Row | None, *, passages: bool) -> Diff:
    """`stored` is the row of the change, where these two are neighbours."""
    found = compare(old.text, new.text) if passages or stored is None else None
    told = _passages(found) if found is not None else None
    if stored is not None:
        return Diff(
            page=new.page,
            old=old,
            new=new,
            not_before=stored["not_before"],
            not_after=stored["not_after"],
            kinds=listed(stored["kinds"]),
            silent=truth(stored["silent"]),
            ops=listed(stored["ops"]),
            words_added=stored["words_added"],
            words_removed=stored["words_removed"],
            words_moved=stored["words_moved"],
            summary=listed(stored["summary"]),
            passages=told,
        )
    assert found is not None
    return Diff(
        page=new.page,
        old=old,
        new=new,
        not_before=min(old.row.last_observed, new.row.last_observed),
        not_after=max(old.row.first_observed, new.row.first_observed),
        kinds=tuple(found.kinds),
        silent=_silent(old, new, frozenset(found.kinds)),
        ops=tuple({"op": op.op, "old": list(op.old), "new": list(op.new)} for op in found.ops),
        words_added=found.words_added,
        words_removed=found.words_removed,
        words_moved=found.words_moved,
        summary=tuple(dict(line) for line in found.summary),
        passages=told,
    )


def _passages(found: Comparison) -> Passages:
    return Passages(
        kind_spans={kind: spans.as_json() for kind, spans in found.kinds.items()},
        removed=found.removed,
        added=found.added,
        reworded=found.reworded,
        moved=found.moved,
    )


def _silent(old: Revision, new: Revision, found: frozenset[str]) -> bool | None:
    """Whether all that lies between two revisions was done under a stamp that says otherwise; in doubt None."""
    if not found & WORDING_KINDS:
        return False
    stamp, until = old.row.stamp_updated, old.row.stamp_updated_until
    if stamp is None or new.row.stamp_updated is None:
        return None
    if stamp != new.row.stamp_updated:
        return False
    return True if until is not None and parse_utc(until) <= parse_utc(old.row.last_observed) else None
