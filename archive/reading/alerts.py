"""Alerts and their deliveries as they stand, and what people noted: for `alerts`, `status`, lists and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archive.alerting.say import headline, read
from archive.errors import NotInArchive, UsageError
from archive.outbox import told_from_row
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow


class NoAlert(NotInArchive):
    """No alert by that id."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"No alert {uid} in this archive. List them with: variorum alerts")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One alert on its way to one target. `state`: pending, owed, sending, sent or parked."""

    target: str
    state: str
    message: str | None  # the id of the message that carries it
    attempts: int
    due_at: str | None
    sent_at: str | None
    error: str | None

    def as_json(self) -> Json:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert. `state`: waiting (for its confirmation), owed or transient."""

    uid: str
    rule: str
    event: str
    page: str
    observation: int
    made_at: str
    state: str
    note: str | None
    headline: str
    seen_at: str | None
    deliveries: tuple[DeliveryRow, ...]

    def as_json(self) -> Json:
        names = [name for name in self.__slots__ if name not in ("uid", "deliveries")]
        value = {"id": self.uid, **{name: getattr(self, name) for name in names}}
        return {**value, "deliveries": [delivery.as_json() for delivery in self.deliveries]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """What is not delivered yet, over all targets. `parked` is not tried again before somebody asks for it.

    `failed` are the messages that were tried in vain: (id, target, error, when they are tried again; None: parked).
    """

    waiting: int  # alerts that no second look has confirmed yet
    owed: int  # deliveries
    parked: int
    oldest_owed: str | None
    failed: tuple[tuple[str, str, str, str | None], ...]

    def as_public_json(self) -> Json:
        """For the reading room: no target, and nothing that one answered."""
        return {"waiting": self.waiting, "owed": self.owed, "parked": self.parked, "oldest_owed": self.oldest_owed}


_ALERT = """
SELECT a.id, a.uid, a.rule, a.event, p.slug AS page, a.observation_seq, a.made_at, a.state, a.note, a.content,
    (SELECT max(t.at) FROM triage t WHERE t.observation_seq = a.observation_seq AND t.kind = 'seen') AS seen_at
FROM alerts a JOIN pages p ON p.id = a.page_id
"""

_DELIVERY = """
SELECT d.target, coalesce(m.state, 'pending') AS state, m.uid, coalesce(m.attempts, 0) AS attempts, m.due_at, m.sent_at, m.error
FROM deliveries d LEFT JOIN messages m ON m.id = d.message_id WHERE d.alert_id = :alert ORDER BY d.target
"""


def alerts(reader: Reader, *, limit: int = 100) -> list[AlertRow]:
    """The newest alerts, those that wait or were transient too; newest first."""
    rows = reader.rows(_ALERT + "ORDER BY a.id DESC LIMIT :limit", {"limit": limit})
    made = []
    for row in rows:
        told = told_from_row(row["uid"], row["rule"], row["state"], row["note"], row["content"])
        deliveries = reader.rows(_DELIVERY, {"alert": row["id"]})
        made.append(
            AlertRow(
                uid=row["uid"],
                rule=row["rule"],
                event=row["event"],
                page=row["page"],
                observation=row["observation_seq"],
                made_at=row["made_at"],
                state=row["state"],
                note=row["note"] or None,
                headline=read(headline(told)),
                seen_at=row["seen_at"],
                deliveries=tuple(
                    DeliveryRow(
                        target=item["target"],
                        state=item["state"],
                        message=item["uid"],
                        attempts=item["attempts"],
                        due_at=item["due_at"] if item["state"] == "owed" else None,
                        sent_at=item["sent_at"],
                        error=item["error"],
                    )
                    for item in deliveries
                ),
            )
        )
    return made


def outstanding(reader: Reader) -> Outstanding:
    """What `status` and `/-/health` tell of the outbox."""
    row = reader.row(
        "SELECT (SELECT count(*) FROM alerts WHERE state = 'waiting') AS waiting,"
        " (SELECT count(*) FROM deliveries WHERE message_id IS NULL) + (SELECT count(*) FROM messages m"
        "  JOIN deliveries d ON d.message_id = m.id WHERE m.state IN ('owed', 'sending')) AS owed,"
        " (SELECT count(*) FROM messages m JOIN deliveries d ON d.message_id = m.id WHERE m.state = 'parked') AS parked,"
        " (SELECT min(at) FROM (SELECT min(made_at) AS at FROM messages WHERE state IN ('owed', 'sending')"
        "  UNION ALL SELECT min(a.made_at) FROM deliveries d JOIN alerts a ON a.id = d.alert_id WHERE d.message_id IS NULL)) AS oldest"
    )
    assert row is not None
    errors = reader.rows(
        "SELECT uid, target, error, iif(state = 'parked', NULL, due_at) AS due_at FROM messages"
        " WHERE state = 'parked' OR (state IN ('owed', 'sending') AND error IS NOT NULL) ORDER BY id DESC LIMIT 20"
    )
    return Outstanding(
        waiting=row["waiting"],
        owed=row["owed"],
        parked=row["parked"],
        oldest_owed=row["oldest"],
        failed=tuple((item["uid"], item["target"], item["error"], item["due_at"]) for item in errors),
    )


def unsent_by_page(reader: Reader) -> Mapping[str, tuple[int, int]]:
    """(owed, parked) deliveries of each page that has any, by slug."""
    rows = reader.rows(
        "SELECT p.slug, sum(m.state IS NOT 'parked') AS owed, sum(m.state IS 'parked') AS parked"
        " FROM deliveries d JOIN alerts a ON a.id = d.alert_id JOIN pages p ON p.id = a.page_id"
        " LEFT JOIN messages m ON m.id = d.message_id"
        " WHERE d.message_id IS NULL OR d.message_id IN (SELECT id FROM messages WHERE state IN ('owed', 'sending', 'parked'))"
        " GROUP BY p.id"
    )
    return {row["slug"]: (row["owed"], row["parked"]) for row in rows}


# --- what people noted -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A person's note on a page, or that a change was seen. Append-only."""

    seq: int
    kind: str  # seen or note
    page: str
    observation: int | None
    at: str
    actor: str
    text: str

    def as_public_json(self) -> Json:
        """For the reading room: not by whom."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "actor"}


def noted(reader: Reader, page: PageRow) -> list[Noted]:
    """What people noted on a page, oldest first."""
    rows = reader.rows(
        "SELECT seq, kind, observation_seq, at, actor, text FROM triage WHERE page_id = :page ORDER BY seq",
        {"page": page.id},
    )
    return [
        Noted(
            seq=row["seq"],
            kind=row["kind"],
            page=page.slug,
            observation=row["observation_seq"],
            at=row["at"],
            actor=row["actor"],
            text=row["text"],
        )
        for row in rows
    ]


def seen_observation(reader: Reader, which: str) -> tuple[str, int]:
    """(slug, look) that an id stands for: an alert's, or a change's number as `check --json` prints it. Raises NoAlert."""
    if which.isascii() and which.isdigit():
        sql = "SELECT p.slug, v.observation_seq AS seq FROM changes c JOIN revisions v ON v.id = c.to_revision_id"
        rows = reader.rows(f"{sql} JOIN pages p ON p.id = c.page_id WHERE c.id = :id", {"id": min(int(which), 1 << 62)})
    elif len(which) < 4:
        raise UsageError(f"{which} is too short for the id of an alert. Give at least 4 of its characters.")
    else:
        sql = "SELECT DISTINCT p.slug, a.observation_seq AS seq FROM alerts a JOIN pages p ON p.id = a.page_id"
        rows = reader.rows(f"{sql} WHERE substr(a.uid, 1, length(:id)) = :id", {"id": which})
    if not rows:
        raise NoAlert(which)
    if len(rows) > 1:
        raise UsageError(f"{which} begins the ids of {len(rows)} alerts. Give more of it.")
    return rows[0]["slug"], rows[0]["seq"]
