"""Every column that is derived from the log's entries, compared with its entry."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.columns import act_columns, observation_columns, page_columns, reading_columns
from archive.errors import Damaged
from archive.evidence import Json
from archive.triage import triage_columns
from archive.verify.report import Report, reading, rows

_OBSERVATION = (
    "observed_at",
    "clock_at",
    "duration_ms",
    "via",
    "http_status",
    "outcome",
    "reason",
    "received_bytes",
)
OBSERVATIONS = (
    f"SELECT o.seq, o.page_id, o.body_id, b.sha256, b.size_bytes, {', '.join(f'o.{name}' for name in _OBSERVATION)}"
    " FROM observations o LEFT JOIN blobs b ON b.id = o.body_id WHERE o.seq BETWEEN ? AND ?"
)
_ACT = ("kind", "observation_seq", "at", "actor")
_REMARK = ("kind", "observation_seq", "at", "actor", "text")
_READING = ("number", "made_at", "rules", "rules_sha256", "version", "cause")
_RENDERING = ("browser", "received_sha256", "received_bytes", "screenshot_sha256", "screenshot_bytes")
_PAGE = ("slug", "url", "language", "statement", "tags")

Row = tuple[object, ...]


@dataclass(slots=True)
class _Page:
    """What the log has said of one page so far."""

    slugs: set[str] = field(default_factory=set)
    addresses: list[tuple[str, str, int]] = field(default_factory=list)  # (url, since, entry)
    settings: Json | None = None
    added_at: str | None = None
    latest_live: str | None = None
    reading_id: int | None = None
    readings: int = 0


class ColumnCheck:
    """Called with each entry in order, `finish` at the end. With gaps in the entries it compares what stands alone."""

    def __init__(self, conn: sqlite3.Connection, report: Report, *, whole: bool) -> None:
        self._conn = conn
        self._report = report
        self._whole = whole  # every entry is seen
        self._pages: dict[object, _Page] = {}
        self._unsure: set[object] = set()  # pages of which an entry can't be read

    def lose(self) -> None:
        """One entry is not there: what rests on those before it can't be compared from here on."""
        self._whole = False

    def see(self, seq: int, row: Row, entry: Json | None, observation: Row | Damaged | None) -> None:
        """One entry with its row, and the row of `observations` of that number."""
        _, kind, page_id, *_ = row
        if isinstance(observation, Damaged):
            self._report.damage(observation.what, observation.how, seq)
            return
        if entry is None:
            self._unsure.add(page_id)
            self._page(page_id).latest_live = None
            return
        with self._report.noting(seq):
            try:
                self._compare(seq, str(kind), page_id, entry, observation)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Damaged(f"entry {seq}", f"it lacks what an entry of its kind has ({error!r})") from error

    def _compare(self, seq: int, kind: str, page_id: object, entry: Json, observation: Row | None) -> None:
        page = self._page(page_id)
        _same(f"entry {seq}", {"kind": entry["kind"]}, {"kind": kind})
        if entry["kind"] == "settings":
            self._settings(seq, page, entry)
        elif entry["page"] is not None and self._is_sure(page_id) and entry["page"] not in page.slugs:
            raise Damaged(f"entry {seq}", f"its column page_id is not that of {entry['page']}")
        if entry["kind"] == "observation":
            if observation is None:
                raise Damaged(f"observation {seq}", "its row is missing")
            self._observation(seq, page_id, page, entry, observation)
        elif entry["kind"] == "reading":
            self._reading(seq, page_id, page, entry)
        elif entry["kind"] in ("release", "hold"):
            stored = self._row(f"act {seq}", f"SELECT {', '.join(_ACT)} FROM acts WHERE seq = ?", seq)
            _same(f"act {seq}", act_columns(entry), dict(zip(_ACT, stored, strict=True)))
        elif entry["kind"] in ("seen", "note"):
            stored = self._row(f"remark {seq}", f"SELECT page_id, {', '.join(_REMARK)} FROM triage WHERE seq = ?", seq)
            wanted = {"page_id": page_id, **triage_columns(entry)}
            _same(f"remark {seq}", wanted, dict(zip(("page_id", *_REMARK), stored, strict=True)))

    def _observation(self, seq: int, page_id: object, page: _Page, entry: Json, row: Row) -> None:
        _, row_page_id, body_id, sha256, size_bytes, *values = row
        wanted = observation_columns(entry, page.latest_live)
        stored = dict(zip(_OBSERVATION, values, strict=True))
        if entry["via"] == "live":
            if not self._is_sure(page_id):  # the look that its place in the order rests on was not seen
                wanted = wanted | {name: stored[name] for name in ("observed_at", "clock_at")}
            page.latest_live = wanted["observed_at"]
        what = f"observation {seq}"
        _same(what, {"page_id": page_id, **wanted}, {"page_id": row_page_id, **stored})
        body = {"body_sha256": entry["body_sha256"], "body_bytes": entry["body_bytes"]}
        if body_id is not None and sha256 is None:
            raise Damaged(what, "its body is missing")
        _same(
            what, body, {"body_sha256": sha256.hex() if isinstance(sha256, bytes) else sha256, "body_bytes": size_bytes}
        )
        if entry.get("rendered") is not None:
            self._rendering(seq, entry["rendered"])
        if self._is_sure(page_id) and page.reading_id is not None and entry["via"] == "live":
            self._judgement(seq, page.reading_id, entry["judged"])

    def _rendering(self, seq: int, rendered: Json) -> None:
        """What a browser received and showed, against the digests in the entry."""
        what = f"the rendering of observation {seq}"
        sql = (
            "SELECT r.browser, a.sha256, a.size_bytes, b.sha256, b.size_bytes FROM renderings r"
            " LEFT JOIN blobs a ON a.id = r.received_id LEFT JOIN blobs b ON b.id = r.screenshot_id WHERE r.seq = ?"
        )
        row = self._row(what, sql, seq)
        values = (value.hex() if isinstance(value, bytes) else value for value in row)
        _same(what, {name: rendered[name] for name in _RENDERING}, dict(zip(_RENDERING, values, strict=True)))

    def _judgement(self, seq: int, reading_id: int, judged: Json) -> None:
        """In the reading that was current then, the observation stands as its entry says."""
        sql = (
            "SELECT j.outcome, j.reason, v.text_sha256 FROM judgements j LEFT JOIN revisions v ON v.id = j.revision_id"
            " WHERE j.reading_id = ? AND j.seq = ?"
        )
        outcome, reason, text = self._row(f"the judgement of observation {seq}", sql, reading_id, seq)
        wanted = {"outcome": judged["outcome"], "reason": judged["reason"]}
        stored = {"outcome": outcome, "reason": reason}
        if text is not None and judged["text_sha256"] is not None:
            wanted["text_sha256"], stored["text_sha256"] = judged["text_sha256"], text
        _same(f"the judgement of observation {seq}", wanted, stored)

    def _reading(self, seq: int, page_id: object, page: _Page, entry: Json) -> None:
        page.readings += 1
        page.reading_id = None
        sql = f"SELECT id, page_id, is_current, {', '.join(_READING)} FROM readings WHERE entry_seq = ?"
        reading_id, row_page_id, is_current, *values = self._row(f"the reading of entry {seq}", sql, seq)
        page.reading_id = reading_id if isinstance(reading_id, int) else None
        last = self._row("the readings", "SELECT max(number) FROM readings WHERE page_id = ?", page_id)[0]
        stored = {"page_id": row_page_id, "is_current": is_current, **dict(zip(_READING, values, strict=True))}
        wanted = {"page_id": page_id, "is_current": int(last == entry["number"]), **reading_columns(entry)}
        _same(f"the reading of entry {seq}", wanted, stored)

    def _settings(self, seq: int, page: _Page, entry: Json) -> None:
        settings = entry["settings"]
        if page.settings is None or page.settings["url"] != settings["url"]:
            page.addresses.append((settings["url"], entry["at"], seq))
        page.added_at = page.added_at or entry["at"]
        page.settings = settings
        page.slugs.add(settings["slug"])

    def _is_sure(self, page_id: object) -> bool:
        return self._whole and page_id not in self._unsure

    def _page(self, page_id: object) -> _Page:
        return self._pages.setdefault(page_id, _Page())

    def _row(self, what: str, sql: str, *values: object) -> Row:
        with reading(what):
            row: Row | None = self._conn.execute(sql, values).fetchone()
        if row is None:
            raise Damaged(what, "its row is missing")
        return row

    # at the end

    def finish(self) -> None:
        """Pages and addresses against their settings, and rows that no entry accounts for."""
        sql = "SELECT name FROM sqlite_schema WHERE type = 'table'"
        present = {name for (name,) in rows(self._conn, self._report, "the schema", sql)}
        for table, key, kinds in (
            ("observations", "seq", "'observation'"),
            ("renderings", "seq", "'observation'"),
            ("acts", "seq", "'release', 'hold'"),
            ("triage", "seq", "'seen', 'note'"),
            ("readings", "entry_seq", "'reading'"),
            ("page_addresses", "entry_seq", "'settings'"),
        ):
            if table not in present:  # that is for the schema's check to tell, or the archive is of an earlier version
                continue
            sql = (
                f"SELECT t.{key} FROM {table} t LEFT JOIN entries e ON e.seq = t.{key}"
                f" WHERE e.kind IS NULL OR e.kind NOT IN ({kinds}) LIMIT 100"
            )
            for (seq,) in rows(self._conn, self._report, f"the table {table}", sql):
                self._report.damage(f"row {seq} of {table}", "the log has no entry that it could come from", _int(seq))
        if self._whole:
            self._finish_pages()

    def _finish_pages(self) -> None:
        sql = f"SELECT id, added_at, {', '.join(_PAGE)} FROM pages"
        for page_id, added_at, *values in rows(self._conn, self._report, "the table pages", sql):
            page = self._pages.get(page_id)
            if page_id in self._unsure:
                continue
            with self._report.noting():
                what = f"page {values[0]}"
                if page is None or page.settings is None:
                    raise Damaged(what, "the log has no settings of it")
                stored = {"added_at": added_at, **dict(zip(_PAGE, values, strict=True))}
                _same(what, {"added_at": page.added_at, **page_columns(page.settings)}, stored)
                self._names(what, page_id, page)

    def _names(self, what: str, page_id: object, page: _Page) -> None:
        sql = "SELECT slug FROM page_slugs WHERE page_id = ?"
        slugs = {slug for (slug,) in rows(self._conn, self._report, "the table page_slugs", sql, page_id)}
        if slugs != page.slugs:
            raise Damaged(what, f"its slugs are {sorted(map(str, slugs))}; the log has {sorted(page.slugs)}")
        sql = "SELECT url, since, entry_seq FROM page_addresses WHERE page_id = ? ORDER BY id"
        addresses = list(rows(self._conn, self._report, "the table page_addresses", sql, page_id))
        if addresses != page.addresses:
            raise Damaged(what, "its addresses are not those of its settings in the log")


def _same(what: str, wanted: Mapping[str, object], stored: Mapping[str, object]) -> None:
    """Raises Damaged, naming each column that differs from its entry."""
    differing = [
        f"its column {name} is {_shown(stored[name])}, its entry says {_shown(value)}"
        for name, value in wanted.items()
        if stored[name] != value or type(stored[name]) is not type(value)
    ]
    if differing:
        raise Damaged(what, "; ".join(differing))


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None
