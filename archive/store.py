"""The one door through which SQL is written: pages, observations with their evidence, and what follows from them.

An observation, its body, its log entry and what follows from it are one `BEGIN IMMEDIATE` transaction; nothing is
reported before its commit. One process writes to a home (`archive.lock`); readers never wait for it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

from archive import derive, outbox, readings
from archive.alerting.rules import Rule
from archive.bodies import put_body
from archive.columns import act_columns, observation_columns
from archive.cool_downs import CoolDowns, note_cool_downs
from archive.diff import Comparison
from archive.errors import HomeUnusable, NoPage, SlugsOfOnePage, StoreFailed
from archive.evidence import Json, observation_entry, rules_from_json
from archive.lock import HomeLock
from archive.log import append, next_seq
from archive.model import ACCEPTED, Capture, Interpretation, Rendered, Rules, parse_utc, utc_text
from archive.opening import DATABASE, open_database
from archive.pages import PageSettings, sync_page
from archive.readings import Interpreter
from archive.redactions import without_redacted
from archive.restoring import settle

_FULL_ENTRY_EVERY = 256  # an entry is stored as a difference from the page's last full one, of its second look at first


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A person's word on one observation: the capture is the page after all (release), or is not (hold)."""

    kind: Literal["release", "hold"]
    observation_seq: int
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What the next look at a page needs to know."""

    page_id: int
    slug: str
    url: str
    watched: bool
    reading_id: int
    rules: Rules
    version: str  # of the interpreter that made the current reading
    latest: derive.Latest | None
    last_body_id: int | None
    etag: str | None
    last_modified: str | None
    validated_url: str | None  # the address that gave them
    looks_since_full: int
    looks: int
    not_accepted_in_a_row: int
    due_at: str | None
    settings_sha256: str
    memory: str
    confirming: bool  # an alert waits for the next look to confirm it: that look is to bring the whole page


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDue:
    """When a page is to be looked at next, and how many of its times had passed unused before this look."""

    at: datetime
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One observation as it is on disk now."""

    page: str
    seq: int
    observed_at: str
    capture: Capture
    derived: derive.Derived
    look_again_at: datetime | None = None  # to confirm an alert that waits
    missed: int = 0  # times of the page that had passed unused before this look

    def row(self) -> Json:
        """The shape that `check --json` prints."""
        change = self.derived.change
        return {
            "page": self.page,
            "observation": self.seq,
            "outcome": str(self.derived.outcome),
            "reason": self.derived.reason,
            "http_status": self.capture.status,
            "revision": self.derived.number,
            "change": None
            if change is None
            else {
                "id": change.id,
                "from": change.from_number,
                "to": change.to_number,
                "not_before": change.not_before,
                "not_after": change.not_after,
                "kinds": list(change.comparison.kinds),
                "silent": change.silent,
                "words_added": change.comparison.words_added,
                "words_removed": change.comparison.words_removed,
                "words_moved": change.comparison.words_moved,
                "summary": change.comparison.summary,
            },
            "moved_to": self.derived.moved_to,
            "elapsed_ms": self.capture.duration_us // 1000,
            "received_bytes": self.capture.wire_bytes,
        }


@contextmanager
def transaction(conn: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One `BEGIN IMMEDIATE` transaction on a connection to the archive's file. Raises StoreFailed; then nothing is stored."""
    try:
        conn.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            conn.rollback()
            raise
        conn.commit()
    except sqlite3.OperationalError as error:
        if conn.in_transaction:
            conn.rollback()
        raise StoreFailed(path, error) from error


class Archive:
    """The archive of one home, open for writing. Not thread-safe: its owner writes from one thread at a time."""

    def __init__(self, conn: sqlite3.Connection, path: Path, lock: HomeLock) -> None:
        self._conn = conn
        self._lock = lock
        self.path = path

    @classmethod
    def open(cls, home: Path, *, holder: str) -> Archive:
        """Open for writing, making the database if there is none, and bringing its schema up to date.

        Raises HomeUnusable, HomeLocked (naming the other holder), NotOurDatabase, NewerArchive.
        """
        if not home.is_dir():
            raise HomeUnusable(home, "is not a folder", f"Make it with: variorum --home {home} init")
        lock = HomeLock(home, holder)
        path = home / DATABASE
        try:
            settle(home)
            return cls(open_database(path), path, lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Write the WAL back and give the home free."""
        try:
            with suppress(sqlite3.OperationalError):  # a reader holds an old page: the WAL stays, which loses nothing
                self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._conn.close()
            self._lock.release()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def note(self, trouble: str) -> None:
        """Let the home's lock say what keeps this process from storing anything; nothing, where it is "". Any thread may."""
        self._lock.note(trouble)

    def note_to_read(self, pages: int) -> None:
        """Likewise, how many pages this process is reading anew."""
        self._lock.note_to_read(pages)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One `BEGIN IMMEDIATE` transaction. Raises StoreFailed where disk or database refuse; then nothing is stored."""
        with transaction(self._conn, self.path):
            yield self._conn

    # -- pages

    def sync_pages(self, pages: Sequence[PageSettings], *, version: str, at: datetime, actor: str = "") -> None:
        """Make the archive's pages those of the watch list: new ones begin, changed settings are logged, others retire.

        `version` is that of the interpreter, which the first reading of a new page will be made by; `actor` who changed
        the settings, where that is known. Raises StoreFailed and SlugsOfOnePage; then nothing is changed.
        """
        with self.transaction() as conn:
            listed: dict[int, str] = {}
            for page in pages:
                page_id = sync_page(conn, page, version, utc_text(at), actor)
                if page_id in listed:
                    raise SlugsOfOnePage(listed[page_id], page.slug)
                listed[page_id] = page.slug
            marks = ",".join("?" * len(listed))
            conn.execute(f"UPDATE pages SET watched = 0 WHERE watched AND id NOT IN ({marks})", [*listed])

    @property
    def conn(self) -> sqlite3.Connection:
        """For reading; what is written goes through `transaction`."""
        return self._conn

    def page_state(self, slug: str) -> PageState:
        """Raises NoPage."""
        row = self._conn.execute(
            "SELECT p.id, p.slug, p.url, p.watched, r.id, r.rules, r.version, s.revision_id, s.last_body_id, s.etag,"
            " s.last_modified, s.validated_url, s.looks_since_full, s.looks, s.not_accepted_in_a_row, s.due_at, s.settings_sha256, s.memory"
            " FROM page_slugs k JOIN pages p ON p.id = k.page_id JOIN page_states s ON s.page_id = p.id"
            " JOIN readings r ON r.page_id = p.id AND r.is_current WHERE k.slug = ?",
            (slug,),
        ).fetchone()
        if row is None:
            raise NoPage(slug)
        return PageState(
            page_id=row[0],
            slug=row[1],
            url=row[2],
            watched=bool(row[3]),
            reading_id=row[4],
            rules=rules_from_json(json.loads(row[5])),
            version=row[6],
            latest=derive.latest_of(self._conn, row[7]),
            last_body_id=row[8],
            etag=row[9],
            last_modified=row[10],
            validated_url=row[11],
            looks_since_full=row[12],
            looks=row[13],
            not_accepted_in_a_row=row[14],
            due_at=row[15],
            settings_sha256=row[16],
            memory=row[17],
            confirming=outbox.is_waiting(self._conn, row[0]),
        )

    # -- observations

    def record(
        self,
        page: PageState,
        capture: Capture,
        interpretation: Interpretation,
        due: NextDue | None = None,
        alerts: Sequence[Rule] = (),
        comparison: Comparison | None = None,
        cooled: CoolDowns | None = None,
    ) -> Recorded:
        """Store one look, all that follows from it and what `alerts` owe of it, in one transaction.

        `page` is the state that the interpretation was made from, `comparison` what `derive.comparison_with` gives of
        the two, where it was made elsewhere, `cooled` the cool-downs that it changed. Raises StoreFailed; then nothing of it
        is stored.
        """
        comparison = comparison or derive.comparison_with(page.latest, interpretation)
        digest = None if capture.body is None else hashlib.sha256(capture.body).digest()
        sound = without_redacted(self._conn, digest, interpretation, page.memory)
        comparison, interpretation = (comparison if sound is interpretation else None), sound
        outcome, reason = derive.judged_now(page.latest, interpretation)
        with self.transaction() as conn:
            body_id = None
            if capture.body is not None:
                body_id = put_body(conn, capture.body, page.last_body_id, digest=digest)
            seq = next_seq(conn)
            entry = observation_entry(
                capture,
                seq=seq,
                page=page.slug,
                settings_sha256=page.settings_sha256,
                body_sha256=digest.hex() if digest is not None else None,
                judged={
                    "outcome": str(outcome),
                    "reason": reason,
                    "version": interpretation.verdict.version,
                    "text_sha256": interpretation.document.text_sha256 if interpretation.document else None,
                },
            )
            append(conn, "observation", page.page_id, entry, full=page.looks % _FULL_ENTRY_EVERY == 1)
            columns = observation_columns(entry, _latest_live(conn, page.page_id))
            names = ", ".join(columns)
            conn.execute(
                f"INSERT INTO observations (seq, page_id, body_id, {names}) VALUES (?, ?, ?{', ?' * len(columns)})",
                (seq, page.page_id, body_id, *columns.values()),
            )
            if capture.rendered is not None:
                put_rendering(conn, seq, page.page_id, capture.rendered)
            observed_at = columns["observed_at"]
            look = derive.Look(
                seq=seq,
                page_id=page.page_id,
                observed_at=observed_at,
                has_body=capture.body is not None,
                moved_to=capture.moved_to,
            )
            derived = derive.apply(
                conn,
                reading_id=page.reading_id,
                look=look,
                latest=page.latest,
                interpretation=interpretation,
                comparison=comparison,
            )
            remember(conn, page, capture, interpretation, derived, seq, body_id)
            note_cool_downs(conn, cooled or {})
            again_text = None
            if capture.via == "live":
                set_back_s = max(0.0, (parse_utc(observed_at) - capture.observed_at).total_seconds())
                again_text = outbox.after_record(conn, alerts, look, derived, set_back_s=set_back_s)
            again_at = parse_utc(again_text) if again_text else None
            if due is not None:
                conn.execute(
                    "UPDATE page_states SET due_at = ?, missed_rounds = missed_rounds + ? WHERE page_id = ?",
                    (utc_text(min(due.at, again_at or due.at)), due.missed, page.page_id),
                )
            elif again_text is not None:
                conn.execute(
                    "UPDATE page_states SET due_at = ?1 WHERE page_id = ?2 AND rtrim(due_at, 'Z') > rtrim(?1, 'Z')",
                    (again_text, page.page_id),
                )
        return Recorded(
            page=page.slug,
            seq=seq,
            observed_at=observed_at,
            capture=capture,
            derived=derived,
            look_again_at=again_at,
            missed=due.missed if due is not None else 0,
        )

    # -- readings

    def read_again(
        self, page: PageState, rules: Rules, interpret: Interpreter, *, cause: str, version: str, at: datetime
    ) -> None:
        """A new reading of the page (`readings.read_again`), in one transaction."""
        with self.transaction() as conn:
            readings.read_again(conn, page.page_id, rules, interpret, cause=cause, version=version, at=utc_text(at))

    def act(
        self,
        page: PageState,
        act: Act,
        interpret: Interpreter,
        *,
        version: str,
        at: datetime,
        alerts: Sequence[Rule] = (),
    ) -> derive.Derived:
        """Record a person's act on one observation and read the page again with it, in one transaction.

        What `alerts` owe of a released change is told once. Returns the judgement of that observation as it stands now.
        """
        with self.transaction() as conn:
            note_act(conn, page.page_id, page.slug, act, utc_text(at))
            derived = readings.read_again(
                conn,
                page.page_id,
                page.rules,
                interpret,
                cause=act.kind,
                version=version,
                at=utc_text(at),
                wanted=act.observation_seq,
            )
            assert derived is not None, f"observation {act.observation_seq} is none of page {page.slug}"
            outbox.after_act(
                conn,
                alerts,
                kind=act.kind,
                page_id=page.page_id,
                seq=act.observation_seq,
                derived=derived,
                at=utc_text(at),
            )
        return derived


def note_act(conn: sqlite3.Connection, page_id: int, slug: str, act: Act, at: str) -> None:
    """Log an act; a reading that goes by it is for the caller to make, in the same transaction."""
    entry = {"kind": act.kind, "page": slug, "observation": act.observation_seq, "at": at, "actor": act.actor}
    seq = append(conn, act.kind, page_id, entry)
    conn.execute(
        "INSERT INTO acts (seq, kind, observation_seq, at, actor) VALUES (:seq, :kind, :observation_seq, :at, :actor)",
        {"seq": seq, **act_columns(entry)},
    )


def remember(
    conn: sqlite3.Connection,
    page: PageState,
    capture: Capture,
    interpretation: Interpretation,
    derived: derive.Derived,
    seq: int,
    body_id: int | None,
) -> None:
    """Keep what the next look at a page needs: validators of the last accepted body, what was learnt, how long it went ill."""
    accepted = derived.outcome in ACCEPTED
    fresh = accepted and body_id is not None
    conn.execute(
        "UPDATE page_states SET reading_id = ?, revision_id = ?, last_seq = ?, last_body_id = ?, etag = ?,"
        " last_modified = ?, validated_url = ?, looks_since_full = ?, looks = looks + 1, not_accepted_in_a_row = ?,"
        " moved_to = iif(?, ?, moved_to) WHERE page_id = ?",
        (
            page.reading_id,
            derived.latest_id,
            seq,
            body_id if body_id is not None else page.last_body_id,
            _validator(capture, "etag") if fresh else page.etag,
            _validator(capture, "last-modified") if fresh else page.last_modified,
            capture.final_url if fresh else page.validated_url,
            page.looks_since_full + 1 if capture.conditional else 0,
            0 if accepted else page.not_accepted_in_a_row + 1,
            accepted,
            capture.moved_to,
            page.page_id,
        ),
    )
    if interpretation.memory != page.memory:
        conn.execute("UPDATE page_states SET memory = ? WHERE page_id = ?", (interpretation.memory, page.page_id))
    if interpretation.document and interpretation.document.title and derived.outcome in ("new", "changed"):
        conn.execute("UPDATE pages SET title = ? WHERE id = ?", (interpretation.document.title, page.page_id))


def _validator(capture: Capture, name: str) -> str | None:
    """The header; none where a browser made the body, since it is one of what came, not of what scripts made of it."""
    return capture.header(name) if capture.rendered is None else None


def put_rendering(conn: sqlite3.Connection, seq: int, page_id: int, rendered: Rendered) -> None:
    """Store what a browser received and showed at an observation."""
    row = conn.execute(
        "SELECT r.received_id FROM renderings r JOIN observations o ON o.seq = r.seq WHERE o.page_id = ?"
        " AND r.received_id IS NOT NULL ORDER BY r.seq DESC LIMIT 1",
        (page_id,),
    ).fetchone()
    received_id = None if rendered.received is None else put_body(conn, rendered.received, row[0] if row else None)
    screenshot_id = None if rendered.screenshot is None else put_body(conn, rendered.screenshot, None)
    conn.execute(
        "INSERT INTO renderings (seq, browser, received_id, screenshot_id) VALUES (?, ?, ?, ?)",
        (seq, rendered.browser, received_id, screenshot_id),
    )


def _latest_live(conn: sqlite3.Connection, page_id: int) -> str | None:
    """The time in the page's order of its latest live look."""
    row = conn.execute(
        "SELECT observed_at FROM observations WHERE page_id = ? AND via = 'live'"
        " ORDER BY rtrim(observed_at, 'Z') DESC, seq DESC LIMIT 1",
        (page_id,),
    ).fetchone()
    return row[0] if row else None
