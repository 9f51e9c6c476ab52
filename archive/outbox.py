"""The outbox: alerts owed, written in the transaction of the look that owes them.

A wording change, a held page and a gone one are owed once a later look confirms them (`Rule.confirm_s`); until then they
wait, and what is gone again by then is transient. Targets are names here: no address, and so no secret, is ever stored.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from archive import derive
from archive.alerting.conditions import Condition, after_look
from archive.alerting.event import (
    ChangeFacts,
    Event,
    EventKind,
    PageFacts,
    change_facts,
    compared_facts,
    event_from_json,
    event_json,
)
from archive.alerting.inert import cut
from archive.alerting.rules import Match, Rule, owed
from archive.alerting.say import Note, Told
from archive.model import ACCEPTED, parse_utc, utc_text

PATIENCE = timedelta(hours=24)  # what no look could confirm by then is told all the same, and says so
REVERT_HOLD_S = (
    1800.0  # a text that went back to what was told before is watched for so long: it may come and go by turns
)
REST_S = 86400.0  # where texts come by turns, the one that stays for so long is told
BY_TURNS = timedelta(days=7)  # so long two texts that came by turns count as the same alternation
_SOON_S = 60.0
_TITLE_CHARS = 300  # of a page's title in an alert: a page may have one of megabytes
_JITTER = 0.1  # of `confirm`, so that confirming looks at many pages drift apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An alert that is not confirmed yet."""

    id: int
    rule: str
    event: EventKind
    made_at: str
    ripe: bool  # it has waited long enough to be confirmed
    texts: tuple[str, str] | None  # SHA-256 of the earlier and the later text


def after_record(
    conn: sqlite3.Connection,
    rules: Sequence[Rule],
    look: derive.Look,
    derived: derive.Derived,
    *,
    set_back_s: float = 0.0,
) -> str | None:
    """Owe what follows from one live look; returns when the page is to be looked at again to confirm it, if it is.

    By `set_back_s` the clock was behind the time that the look has in the page's order: then what waits is confirmed by
    any later look, since its own time may be far off. The caller's transaction commits it.
    """
    if not rules:
        return None
    before = _condition(conn, look.page_id)
    condition, trouble = after_look(before, derived.outcome, at=look.observed_at, seq=look.seq)
    if condition != before:
        _keep_condition(conn, look.page_id, condition)
    waiting = list(_waiting(conn, look.page_id, ripe_by=None if set_back_s else look.observed_at))
    if derived.outcome not in ACCEPTED:
        _after_ill_look(conn, rules, look, derived, condition, trouble, waiting)
    else:
        if before.told:
            _recovered(conn, rules, look, before, waiting)
        if derived.moved_to is not None:
            _moved(conn, rules, look.page_id, look.seq, derived.moved_to, at=look.observed_at)
        if derived.change is not None:
            _changed(conn, rules, look, derived.change.id, [w for w in waiting if w.event == "changed"])
        elif derived.reason == "in_turn":
            _in_turn(conn, rules, look, derived.revision_id, [w for w in waiting if w.event == "changed"])
        elif look.has_body:
            _confirm(conn, rules, [w for w in waiting if w.event == "changed"])
    return _look_again_at(conn, look, set_back_s)


def after_act(
    conn: sqlite3.Connection,
    rules: Sequence[Rule],
    *,
    kind: str,
    page_id: int,
    seq: int,
    derived: derive.Derived,
    at: str,
) -> None:
    """Owe the change, and the new address, that a release by hand brought to light, once and at once; what waits to be confirmed of the look is void.

    A page whose look was released has been seen after all: what troubles it next is a new spell.
    """
    conn.execute(
        "UPDATE alerts SET state = 'transient', confirm_at = NULL WHERE observation_seq = ? AND state = 'waiting'",
        (seq,),
    )
    if kind != "release":
        return
    conn.execute("DELETE FROM conditions WHERE page_id = ?", (page_id,))
    if derived.moved_to is not None:
        _moved(conn, rules, page_id, seq, derived.moved_to, at=at)
    if derived.change is not None:
        event = event_of_change(conn, derived.change.id)
        for rule in rules:
            match = owed(rule, event)
            if match is not None:
                insert(conn, rule, event, match, at=at, state="owed", note="", confirm_s=0.0)


# --- changes ---------------------------------------------------------------------------------------------------------


def _changed(
    conn: sqlite3.Connection, rules: Sequence[Rule], look: derive.Look, change_id: int, waiting: Sequence[Waiting]
) -> None:
    """A new text: what waited is gone again or goes on, and the step from the text before is owed where nothing waited."""
    event = event_of_change(conn, change_id)
    _, new = _texts(event)
    by_rule = {item.rule: item for item in waiting}
    for rule in rules:
        item = by_rule.get(rule.name)
        if item is not None and _went_on(conn, rules, rule, item, event, new):
            continue
        match = owed(rule, event)
        if match is not None:
            state, note, confirm_s = _first_standing(conn, rule, event)
            insert(conn, rule, event, match, at=look.observed_at, state=state, note=note, confirm_s=confirm_s)
    _drop_unruled(conn, rules, waiting)


def _went_on(
    conn: sqlite3.Connection, rules: Sequence[Rule], rule: Rule, item: Waiting, event: Event, new: str
) -> bool:
    """Whether a waiting change covers the page's further change: from the text before it to this one, or undone by it.

    Where the text before it can't be read any more (a new reading), it is told as it is, and the further change alone.
    """
    assert item.texts is not None
    merged = match = None
    if new != item.texts[0]:
        merged = _merged(conn, item, event)
        if merged is None:
            _owe(conn, rules, item, note="unconfirmed")
            return False
        match = owed(rule, merged)
    if merged is None or match is None:
        _drop(conn, item)
        return True
    conn.execute(
        "UPDATE alerts SET observation_seq = ?, texts = ?, confirm_at = ?, content = ? WHERE id = ?",
        (
            event.observation,
            f"{item.texts[0]} {new}",
            _later(event.at, _with_jitter(rule.confirm_s, rule.name)),
            _content(merged, match),
            item.id,
        ),
    )
    return True


def _merged(conn: sqlite3.Connection, item: Waiting, event: Event) -> Event | None:
    """The change from the text before the waiting one to the present one; None where that text can't be read any more."""
    assert item.texts is not None
    assert event.change is not None
    row = conn.execute(
        "SELECT v.text, v.number, v.last_observed FROM revisions v JOIN readings r ON r.id = v.reading_id AND r.is_current"
        " WHERE v.page_id = ? AND v.text_sha256 = ? ORDER BY v.number DESC LIMIT 1",
        (event.page.id, item.texts[0]),
    ).fetchone()
    if row is None:
        return None
    change = compared_facts(
        row[0],
        event.new_text,
        numbers=(row[1], event.change.to_number),
        bounds=(row[2], event.change.not_after),
        silent=event.change.silent,
    )
    return replace(event, change=change, old_text=row[0])


_OF_PAIR = "FROM alerts WHERE page_id = ? AND rule = ? AND event = 'changed' AND made_at > ? AND texts IN (?, ?)"

_LAST_TOLD = (
    "FROM alerts WHERE page_id = ? AND rule = ? AND event = 'changed' AND made_at > ? AND state = 'owed'"
    " ORDER BY id DESC LIMIT 1"
)


def _first_standing(conn: sqlite3.Connection, rule: Rule, event: Event) -> tuple[str, Note, float]:
    """(state, note, confirm_s) of a new change, by what the page's texts did lately: texts by turns are one alert."""
    old, new = _texts(event)
    pair = (event.page.id, rule.name, utc_text(parse_utc(event.at) - BY_TURNS), f"{old} {new}", f"{new} {old}")
    told = conn.execute(f"SELECT note, texts {_OF_PAIR} AND state = 'owed' ORDER BY id DESC LIMIT 4", pair).fetchall()
    if not told:
        again = conn.execute(f"SELECT 1 {_OF_PAIR} LIMIT 1", pair).fetchone() is not None
        state = "waiting" if rule.confirm_s and not again else "owed"
        return state, "alternating" if again else "", rule.confirm_s
    if any(note == "alternating" for note, _ in told):
        return "waiting", "settled", REST_S
    (last,) = conn.execute(f"SELECT texts {_LAST_TOLD}", pair[:3]).fetchone()
    if last.endswith(f" {new}"):
        return "transient", "", 0.0  # what was told last is how it stands again
    note: Note = "alternating" if len(told) > 1 else ""
    return ("waiting", note, max(rule.confirm_s, REVERT_HOLD_S)) if rule.confirm_s else ("owed", note, 0.0)


def _in_turn(
    conn: sqlite3.Connection,
    rules: Sequence[Rule],
    look: derive.Look,
    revision_id: int | None,
    waiting: Sequence[Waiting],
) -> None:
    """Another of the texts that come by turns: it undoes what waits, and by turns is told once where neither was told."""
    change = conn.execute("SELECT max(id) FROM changes WHERE to_revision_id = ?", (revision_id,)).fetchone()[0]
    if change is None:
        return
    event = replace(event_of_change(conn, change), observation=look.seq, at=look.observed_at)
    _, shown = _texts(event)
    for item in waiting:
        if item.texts is not None and item.texts[0] == shown:
            _drop(conn, item)
    for rule in rules:
        match = owed(rule, event)
        state, note, confirm_s = _first_standing(conn, rule, event)
        if match is not None and state == "owed":
            insert(conn, rule, event, match, at=look.observed_at, state=state, note=note, confirm_s=confirm_s)


def _confirm(conn: sqlite3.Connection, rules: Sequence[Rule], waiting: Sequence[Waiting]) -> None:
    """The same again: what has waited long enough is owed."""
    for item in waiting:
        if item.ripe:
            _owe(conn, rules, item)


def _owe(conn: sqlite3.Connection, rules: Sequence[Rule], item: Waiting, *, note: Note | None = None) -> None:
    rule = next((rule for rule in rules if rule.name == item.rule), None)
    if rule is None:
        _drop(conn, item)
        return
    conn.execute(
        "UPDATE alerts SET state = 'owed', confirm_at = NULL, note = coalesce(?, note) WHERE id = ?", (note, item.id)
    )
    _deliver(conn, rule, item.id)


def _drop(conn: sqlite3.Connection, item: Waiting) -> None:
    """It is told to nobody; one more turn of texts that are known to come by turns is not even kept."""
    conn.execute("DELETE FROM alerts WHERE id = ? AND note = 'settled'", (item.id,))
    conn.execute("UPDATE alerts SET state = 'transient', confirm_at = NULL WHERE id = ?", (item.id,))


def _drop_unruled(conn: sqlite3.Connection, rules: Sequence[Rule], waiting: Sequence[Waiting]) -> None:
    """What waited for a rule that is no longer in the watch list is owed to nobody."""
    names = {rule.name for rule in rules}
    for item in waiting:
        if item.rule not in names:
            _drop(conn, item)


# --- trouble ---------------------------------------------------------------------------------------------------------


def _after_ill_look(
    conn: sqlite3.Connection,
    rules: Sequence[Rule],
    look: derive.Look,
    derived: derive.Derived,
    condition: Condition,
    trouble: EventKind | None,
    waiting: Sequence[Waiting],
) -> None:
    _confirm(conn, rules, [w for w in waiting if w.event == derived.outcome])
    too_long = parse_utc(look.observed_at) - PATIENCE
    for item in waiting:
        if item.event != derived.outcome and parse_utc(item.made_at) <= too_long:
            _owe(conn, rules, item, note="unconfirmed")
    if trouble is None:
        return
    event = Event(
        kind=trouble,
        page=page_facts(conn, look.page_id),
        observation=look.seq,
        at=look.observed_at,
        outcome=str(derived.outcome),
        reason=derived.reason,
        since=condition.since,
        looks=getattr(condition, trouble),
        moved_to=look.moved_to if derived.reason == "moved" else None,
    )
    for rule in rules:
        match = owed(rule, event)
        if match is not None:
            waits = rule.confirm_s if trouble != "failing" else 0.0
            state = "waiting" if waits else "owed"
            insert(conn, rule, event, match, at=look.observed_at, state=state, note="", confirm_s=waits)


def _recovered(
    conn: sqlite3.Connection,
    rules: Sequence[Rule],
    look: derive.Look,
    before: Condition,
    waiting: Sequence[Waiting],
) -> None:
    """The page is back: trouble that was never confirmed is transient, and its end is not told either."""
    ill = [item for item in waiting if item.event in ("held", "gone")]
    for item in ill:
        _drop(conn, item)
    page = page_facts(conn, look.page_id)
    event = Event(kind="recovered", page=page, observation=look.seq, at=look.observed_at, since=before.since)
    for rule in rules:
        match = owed(rule, event)
        if match is None:
            continue
        told = conn.execute(
            "SELECT sum(state = 'owed'), count(*) FROM alerts WHERE page_id = ? AND rule = ? AND observation_seq >= ?"
            " AND event IN ('held', 'gone', 'failing')",
            (page.id, rule.name, before.since_seq),
        ).fetchone()
        if told[0] or (not told[1] and before.lasted):
            insert(conn, rule, event, match, at=look.observed_at, state="owed", note="", confirm_s=0.0)


def _moved(conn: sqlite3.Connection, rules: Sequence[Rule], page_id: int, seq: int, url: str, *, at: str) -> None:
    """An accepted look was led to a new address for good: told at once, since it is the server that says so."""
    event = Event(kind="moved", page=page_facts(conn, page_id), observation=seq, at=at, moved_to=url)
    for rule in rules:
        match = owed(rule, event)
        if match is not None:
            insert(conn, rule, event, match, at=at, state="owed", note="", confirm_s=0.0)


# --- rows ------------------------------------------------------------------------------------------------------------


def insert(
    conn: sqlite3.Connection,
    rule: Rule,
    event: Event,
    match: Match,
    *,
    at: str,
    state: str,
    note: Note,
    confirm_s: float,
) -> None:
    """One alert; that of the same rule, kind and look is there once, whoever asks again."""
    confirm_at = _later(at, _with_jitter(confirm_s, f"{rule.name} {event.observation}")) if state == "waiting" else None
    cursor = conn.execute(
        "INSERT OR IGNORE INTO alerts (uid, rule, event, page_id, observation_seq, made_at, state, note, for_digest, confirm_at,"
        " texts, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            alert_uid(conn, rule.name, event),
            rule.name,
            event.kind,
            event.page.id,
            event.observation,
            at,
            state,
            note,
            rule.digest != "immediate",
            confirm_at,
            " ".join(_texts(event)) if event.change is not None else None,
            _content(event, match),
        ),
    )
    if cursor.rowcount and state == "owed":
        assert cursor.lastrowid is not None
        _deliver(conn, rule, cursor.lastrowid)


def _deliver(conn: sqlite3.Connection, rule: Rule, alert_id: int) -> None:
    if rule.digest == "immediate":
        conn.executemany(
            "INSERT OR IGNORE INTO deliveries (alert_id, target) VALUES (?, ?)",
            [(alert_id, target) for target in dict.fromkeys(rule.targets)],
        )


def alert_uid(conn: sqlite3.Connection, rule: str, event: Event) -> str:
    """The id that every message about this alert carries: the same at every repeat, on this archive alone.

    After a restored backup, whose seqs the lost archive may have used for others, it is of the log that began then.
    """
    (leaf,) = conn.execute(
        "SELECT coalesce((SELECT leaf FROM entries WHERE page_id IS NULL AND base_seq IS NULL AND kind = 'restore' AND seq < ?"
        " ORDER BY seq DESC LIMIT 1), (SELECT leaf FROM entries WHERE seq = 1))",
        (event.observation,),
    ).fetchone()
    key = [leaf.hex(), rule, event.kind, event.page.id, event.observation, event.since or ""]
    return "a" + hashlib.sha256(json.dumps(key).encode()).hexdigest()[:11]


def _content(event: Event, match: Match) -> str:
    return json.dumps({"event": event_json(event), "match": asdict(match)}, ensure_ascii=False)


def told_from_row(uid: str, rule: str, state: str, note: str, content: str) -> Told:
    """An alert as it is told, of its columns."""
    value = json.loads(content)
    match = Match(appeared=tuple(value["match"]["appeared"]), disappeared=tuple(value["match"]["disappeared"]))
    shown: Note = "transient" if state == "transient" else note  # type: ignore[assignment]
    return Told(uid=uid, rule=rule, event=event_from_json(value["event"]), match=match, note=shown)


def _waiting(conn: sqlite3.Connection, page_id: int, *, ripe_by: str | None) -> Iterator[Waiting]:
    """What waits of a page, in no need of more time by then; without a time, whatever it says."""
    rows = conn.execute(
        "SELECT id, rule, event, made_at, confirm_at, texts FROM alerts WHERE page_id = ? AND state = 'waiting'",
        (page_id,),
    ).fetchall()
    for alert_id, rule, event, made_at, confirm_at, texts in rows:
        pair = tuple(texts.split(" ")) if texts else None
        ripe = ripe_by is None or parse_utc(confirm_at) <= parse_utc(ripe_by)
        yield Waiting(id=alert_id, rule=rule, event=event, made_at=made_at, ripe=ripe, texts=pair)


def owe_unconfirmed(conn: sqlite3.Connection, rules: Sequence[Rule], at: datetime, *, looking: bool) -> None:
    """Owe what no look could confirm for so long: none is made of a page that is watched no more, or whose host is left alone.

    `looking` says that looks have been made for a while: what waits because nothing ran is confirmed by the next look.
    """
    rows = conn.execute(
        "SELECT a.page_id, a.id FROM alerts a JOIN pages p ON p.id = a.page_id"
        " WHERE a.state = 'waiting' AND a.confirm_at < ? AND (? OR NOT p.watched)",
        (utc_text(at - PATIENCE), looking),
    ).fetchall()
    late = {alert_id for _, alert_id in rows}
    for page_id in sorted({page_id for page_id, _ in rows}):
        for item in _waiting(conn, page_id, ripe_by=utc_text(at)):
            if item.id in late:
                _owe(conn, rules, item, note="unconfirmed")


def is_waiting(conn: sqlite3.Connection, page_id: int) -> bool:
    """Whether the next look is to confirm something, and so must bring the whole page."""
    row = conn.execute("SELECT 1 FROM alerts WHERE page_id = ? AND state = 'waiting' LIMIT 1", (page_id,)).fetchone()
    return row is not None


def _look_again_at(conn: sqlite3.Connection, look: derive.Look, set_back_s: float) -> str | None:
    """By the clock as it goes now."""
    soonest = conn.execute(
        "SELECT min(confirm_at) FROM alerts WHERE page_id = ? AND state = 'waiting'", (look.page_id,)
    ).fetchone()[0]
    if soonest is None:
        return None
    after = parse_utc(look.observed_at)
    again = parse_utc(soonest) if parse_utc(soonest) > after else after + timedelta(seconds=_SOON_S)
    return utc_text(again - timedelta(seconds=set_back_s))


def _condition(conn: sqlite3.Connection, page_id: int) -> Condition:
    row = conn.execute(
        "SELECT since, since_seq, held, gone, failing FROM conditions WHERE page_id = ?", (page_id,)
    ).fetchone()
    if row is None:
        return Condition()
    return Condition(since=row[0], since_seq=row[1], held=row[2], gone=row[3], failing=row[4])


def _keep_condition(conn: sqlite3.Connection, page_id: int, condition: Condition) -> None:
    if not condition.since:
        conn.execute("DELETE FROM conditions WHERE page_id = ?", (page_id,))
        return
    conn.execute(
        "INSERT OR REPLACE INTO conditions (page_id, since, since_seq, held, gone, failing) VALUES (?, ?, ?, ?, ?, ?)",
        (page_id, condition.since, condition.since_seq, condition.held, condition.gone, condition.failing),
    )


# --- events of what is stored ----------------------------------------------------------------------------------------


def page_facts(conn: sqlite3.Connection, page_id: int) -> PageFacts:
    row = conn.execute(
        "SELECT p.slug, p.title, p.url, coalesce(nullif(p.language, ''), v.language, ''), p.statement, p.tags FROM pages p"
        " LEFT JOIN page_states s ON s.page_id = p.id LEFT JOIN revisions v ON v.id = s.revision_id WHERE p.id = ?",
        (page_id,),
    ).fetchone()
    return PageFacts(
        id=page_id,
        slug=row[0],
        title=cut(row[1], _TITLE_CHARS),
        url=row[2],
        language=row[3],
        statement=row[4] or "",
        tags=tuple(json.loads(row[5])),
    )


def event_of_change(conn: sqlite3.Connection, change_id: int) -> Event:
    """A stored change as an event, with both texts."""
    row = conn.execute(
        "SELECT c.page_id, c.not_before, c.not_after, c.kinds, c.silent, c.words_added, c.words_removed, c.words_moved, c.ops,"
        " f.number, f.text, t.number, t.text, t.observation_seq, t.language"
        " FROM changes c JOIN revisions f ON f.id = c.from_revision_id JOIN revisions t ON t.id = c.to_revision_id"
        " WHERE c.id = ?",
        (change_id,),
    ).fetchone()
    page = page_facts(conn, row[0])
    change: ChangeFacts = change_facts(
        row[10],
        row[12],
        json.loads(row[8]),
        numbers=(row[9], row[11]),
        bounds=(row[1], row[2]),
        kinds=json.loads(row[3]),
        silent=None if row[4] is None else bool(row[4]),
        counts=(row[5], row[6], row[7]),
    )
    return Event(
        kind="changed",
        page=page if page.language else replace(page, language=row[14]),
        observation=row[13],
        at=row[2],
        change=change,
        old_text=row[10],
        new_text=row[12],
    )


def _texts(event: Event) -> tuple[str, str]:
    return tuple(hashlib.sha256(text.encode()).hexdigest() for text in (event.old_text, event.new_text))  # type: ignore[return-value]


def _later(at: str, seconds: float) -> str:
    return utc_text(parse_utc(at) + timedelta(seconds=seconds))


def _with_jitter(seconds: float, key: str) -> float:
    """Up to a tenth longer, the same for the same key: what the archive holds depends on no chance."""
    return round(seconds * (1 + _JITTER * hashlib.sha256(key.encode()).digest()[0] / 255), 3)
