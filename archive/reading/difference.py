"""How one revision's text became another's: as it is stored of neighbours, compared now between any others."""

from __future__ import annotations

import sqlite3

from archive.derive import is_silent
from archive.diff import Comparison, compare
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
        silent=is_silent(
            found.kinds.keys(),
            before=old.row.stamp_updated,
            after=new.row.stamp_updated,
            until=old.row.stamp_updated_until,
            last_observed=old.row.last_observed,
        ),
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
