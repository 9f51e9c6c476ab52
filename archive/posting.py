"""From alerts owed to messages sent: which message each target gets next, and what became of each try. SQL, no network.

A message is noted as `sending` before it goes out and as `sent` after: a crash in between repeats that one, with the same
id. Many alerts at once become one summary, a flood that goes on a few. A target's messages go one at a time, each target for itself.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from archive.alerting.render import Message, MessageKind
from archive.errors import StoreFailed
from archive.migrations import is_current
from archive.model import parse_utc, utc_text
from archive.opening import check_ours, open_database
from archive.outbox import told_from_row

FLOOD = 20  # messages to one target within `WINDOW`; what is owed beyond them comes in summaries
WINDOW = timedelta(minutes=5)
FIRST_GAP_S = 4.0  # between two summaries of a flood that goes on, each time longer
GAP_GROWTH = 1.2
LOADED = 200  # alerts of one message that are told one by one
FIRST_DELAY_S = 10.0
LONGEST_DELAY_S = 3600.0
LONGEST_WAIT = timedelta(hours=1.25)  # with the jitter; what is due later was put off before the clock was set back
GIVEN_UP_AFTER = timedelta(days=14)
_TURN = 8  # tries after which a message that its target refuses lets the next one pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message to be sent to one target now. `accepted` are the names of the recipients that took it in an earlier try."""

    id: int
    target: str
    attempts: int  # with this one
    made_at: datetime
    message: Message
    accepted: tuple[str, ...] = ()


class Postbox:
    """The outbox for the thread that sends: a second connection of the process that holds the home.

    Its transactions are a few rows each, and `BEGIN IMMEDIATE` puts them in turn with those of the thread that records
    looks; neither has to know of the other, and no look waits for a message. Only a process that has opened the archive
    may open it, or one that has seen that the file `has_our_schema` and writes a few rows beside the service.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.conn = open_database(path)

    def close(self) -> None:
        self.conn.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Raises StoreFailed where disk or database refuse; then nothing was noted."""
        try:
            self.conn.execute("BEGIN IMMEDIATE")
            try:
                yield self.conn
            except BaseException:
                self.conn.rollback()
                raise
            self.conn.commit()
        except sqlite3.OperationalError as error:
            if self.conn.in_transaction:
                self.conn.rollback()
            raise StoreFailed(self.path, error) from error

    def has_work(self, at: datetime) -> bool:
        """Whether anything may be due: asked before a transaction is begun for it."""
        row = self.conn.execute(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE message_id IS NULL)"
            " OR EXISTS (SELECT 1 FROM messages WHERE state = 'owed' AND (rtrim(due_at, 'Z') <= rtrim(?, 'Z')"
            " OR rtrim(due_at, 'Z') > rtrim(?, 'Z')))",
            (utc_text(at), utc_text(at + LONGEST_WAIT)),
        ).fetchone()
        return bool(row[0])


def has_our_schema(path: Path) -> bool:
    """Whether a file that another process may be using has the schema of this version, so that nothing need be changed."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as conn:
        check_ours(conn, path)
        return is_current(Database(conn))


def begin_again(conn: sqlite3.Connection, at: datetime) -> None:
    """What was being sent when the last process ended may or may not have arrived: it is sent again, with the same id."""
    conn.execute("UPDATE messages SET state = 'owed', due_at = ? WHERE state = 'sending'", (utc_text(at),))


def next_posts(conn: sqlite3.Connection, at: datetime, *, busy: Collection[str]) -> list[Post]:
    """For each target that is not busy the message that is due, noted as `sending`."""
    targets = conn.execute(
        "SELECT target FROM deliveries WHERE message_id IS NULL UNION SELECT target FROM messages WHERE state = 'owed'"
    ).fetchall()
    found = (_next_post(conn, target, at) for (target,) in targets if target not in busy)
    return [post for post in found if post is not None]


def _next_post(conn: sqlite3.Connection, target: str, at: datetime) -> Post | None:
    """One message after the other; one that was tried often lets another pass, and no more than one, lest they pile up."""
    unsent = conn.execute(
        "SELECT id, due_at, attempts FROM messages WHERE target = ? AND state = 'owed' ORDER BY attempts / ?, id",
        (target, _TURN),
    ).fetchall()
    message_id = None
    if not unsent or (len(unsent) == 1 and unsent[0][2] >= _TURN):
        message_id = _made_of_pending(conn, target, at)
    if message_id is None:
        if not unsent or at < parse_utc(unsent[0][1]) <= at + LONGEST_WAIT:
            return None  # there is nothing, or the target waits for its next try
        message_id = unsent[0][0]
    conn.execute(
        "UPDATE messages SET state = 'sending', attempts = attempts + 1, tried_at = ? WHERE id = ?",
        (utc_text(at), message_id),
    )
    return _post(conn, message_id)


def _made_of_pending(conn: sqlite3.Connection, target: str, at: datetime) -> int | None:
    """A message of what is owed to a target: the next alert, or all of them where they are many."""
    pending = conn.execute(
        "SELECT a.id, a.uid, a.rule FROM deliveries d JOIN alerts a ON a.id = d.alert_id"
        " WHERE d.target = ? AND d.message_id IS NULL ORDER BY d.alert_id",
        (target,),
    ).fetchall()
    if not pending:
        return None
    recent, last = conn.execute(
        "SELECT count(*), max(sent_at) FROM messages WHERE target = ? AND sent_at > ? AND sent_at <= ?",
        (target, utc_text(at - WINDOW), utc_text(at)),
    ).fetchone()
    if recent >= FLOOD and at < parse_utc(last) + timedelta(seconds=gap_s(recent)):
        return None  # a flood goes on: what comes now waits for the next summary
    if len(pending) == 1 or len(pending) + recent <= FLOOD:
        return make_message(conn, "alert", pending[0][1], pending[0][2], target, [pending[0][0]], at)
    ids = [row[0] for row in pending]
    return make_message(conn, "summary", group_uid("s", [row[1] for row in pending]), "", target, ids, at)


def gap_s(recent: int) -> float:
    """Seconds between two summaries of a flood that goes on, by the messages of the last `WINDOW`: no more than 35 of them come to be.

    >>> gap_s(20), round(gap_s(35))
    (4.0, 62)
    """
    return float(FIRST_GAP_S * GAP_GROWTH ** (recent - FLOOD))


def make_message(
    conn: sqlite3.Connection,
    kind: MessageKind,
    uid: str,
    rule: str,
    target: str,
    alert_ids: Sequence[int],
    at: datetime,
) -> int:
    """A message that is owed from now on, standing for these alerts; returns its row's id."""
    cursor = conn.execute(
        "INSERT INTO messages (uid, kind, rule, target, state, made_at, due_at) VALUES (?, ?, ?, ?, 'owed', ?, ?)",
        (uid, kind, rule, target, utc_text(at), utc_text(at)),
    )
    assert cursor.lastrowid is not None
    conn.executemany(
        "INSERT INTO deliveries (alert_id, target, message_id) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (alert_id, target) DO UPDATE SET message_id = ?3",
        [(alert_id, target, cursor.lastrowid) for alert_id in alert_ids],
    )
    return cursor.lastrowid


def group_uid(letter: str, uids: Sequence[str]) -> str:
    """The id of a message that stands for these alerts."""
    return letter + hashlib.sha256(" ".join(uids).encode()).hexdigest()[:11]


def _post(conn: sqlite3.Connection, message_id: int) -> Post:
    row = conn.execute(
        "SELECT uid, kind, rule, target, attempts, made_at, accepted FROM messages WHERE id = ?", (message_id,)
    ).fetchone()
    told = conn.execute(
        "SELECT a.uid, a.rule, a.state, a.note, a.content FROM deliveries d JOIN alerts a ON a.id = d.alert_id"
        " WHERE d.message_id = ? ORDER BY a.page_id, a.id LIMIT ?",
        (message_id, LOADED),
    ).fetchall()
    (count,) = conn.execute("SELECT count(*) FROM deliveries WHERE message_id = ?", (message_id,)).fetchone()
    message = Message(
        uid=row[0], kind=row[1], rule=row[2], told=tuple(told_from_row(*item) for item in told), more=count - len(told)
    )
    return Post(
        id=message_id,
        target=row[3],
        attempts=row[4],
        made_at=parse_utc(row[5]),
        message=message,
        accepted=tuple(json.loads(row[6])),
    )


def note_sent(conn: sqlite3.Connection, post: Post, at: datetime) -> None:
    conn.execute("UPDATE messages SET state = 'sent', sent_at = ?, error = NULL WHERE id = ?", (utc_text(at), post.id))


def note_failed(
    conn: sqlite3.Connection,
    post: Post,
    at: datetime,
    error: str,
    *,
    jitter: float,
    accepted: Sequence[str] = (),
    wait_s: float = 0.0,
) -> None:
    """To be tried again, after a delay that grows; given up, and so parked, after `GIVEN_UP_AFTER`.

    `jitter` is from 0 to 1. `wait_s` is how long the target asks to be let alone, of which no more than the longest delay counts.
    """
    if at - post.made_at > GIVEN_UP_AFTER:
        note_parked(conn, post, f"given up after {post.attempts} tries: {error}", accepted=accepted)
        return
    delay = max(delay_s(post.attempts, jitter), min(wait_s, LONGEST_DELAY_S))
    conn.execute(
        "UPDATE messages SET state = 'owed', due_at = ?, error = ?, accepted = ? WHERE id = ?",
        (utc_text(at + timedelta(seconds=delay)), error, json.dumps([*post.accepted, *accepted]), post.id),
    )


def delay_s(attempts: int, jitter: float) -> float:
    """Seconds until the next try.

    >>> delay_s(1, 0.0), delay_s(4, 0.5), delay_s(99, 1.0)
    (10.0, 90.0, 4500.0)
    """
    return round(min(FIRST_DELAY_S * 2.0 ** min(attempts - 1, 20), LONGEST_DELAY_S) * (1 + jitter / 4), 1)


def note_parked(conn: sqlite3.Connection, post: Post, error: str, *, accepted: Sequence[str] = ()) -> None:
    """An answer that will never be right: not tried again until somebody asks for it (`retry`), and then for those left."""
    conn.execute(
        "UPDATE messages SET state = 'parked', error = ?, accepted = ? WHERE id = ?",
        (error, json.dumps([*post.accepted, *accepted]), post.id),
    )


def retry(conn: sqlite3.Connection, at: datetime, uid: str | None = None) -> int:
    """Parked messages and those that wait for their next try are due now; returns how many."""
    cursor = conn.execute(
        "UPDATE messages SET state = 'owed', due_at = ?1, made_at = ?1 WHERE state IN ('parked', 'owed') AND uid = coalesce(?2, uid)",
        (utc_text(at), uid),
    )
    return cursor.rowcount


def next_due(conn: sqlite3.Connection) -> datetime | None:
    """When the next message is due that waits for another try; None where none waits."""
    row = conn.execute("SELECT min(rtrim(due_at, 'Z')) || 'Z' FROM messages WHERE state = 'owed'").fetchone()
    return parse_utc(row[0]) if row[0] else None
