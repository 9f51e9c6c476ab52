"""Pages that show a history: the overview, a page's timeline and looks, comparisons, health, feeds. One function a page."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.anchors import anchors
from archive.errors import VariorumError
from archive.growth import growth
from archive.model import parse_utc
from archive.reading.alerts import noted, outstanding
from archive.reading.gaps import Gap, gaps, together
from archive.reading.missing import NoStatement
from archive.reading.overview import SORTS, Listed, lag, overview, totals
from archive.reading.reader import Reader
from archive.reading.readings import readings
from archive.reading.rows import ChangeRow, Json, RevisionRow, Seam
from archive.site.atom import Told, feed, source_of
from archive.site.language import ENGLISH, Catalogue
from archive.site.marks import bounded, changed_blocks, folds, marked
from archive.site.texts import neighbour
from archive.site.timeline import chart, spark
from archive.site.view import View
from archive.storage import Trouble

HISTORY_SIZE = 50  # revisions on one screen
LATEST = 6  # changes on the first page: whole rows where two or three stand side by side
GAPS_A_REVISION = 3  # more of them are told together
GAPS_DRAWN = 80
FEED_SIZE = 20
FEED_CHARS = 500_000  # of texts read for it
LOOKS_SIZE = 50
BLOCKS_SHOWN = 2000  # of one comparison
CHARS_COMPARED = 1_000_000  # of both texts, where the comparison is not stored
TROUBLED = 50  # pages listed as failing, at most; the first page can list them all


def overview_view(
    reader: Reader, *, query: str, sort: str, page_number: int, statement: str = "", language: str = ""
) -> View:
    sort = sort if sort in SORTS else "changed"
    with reader.one_instant():
        figures = totals(reader)
        found = overview(
            reader, query=query, sort=sort, page_number=page_number, statement=statement, language=language
        )
        is_whole = not (query or statement or language)
        latest = reader.changes(limit=LATEST) if is_whole and found.page_number == 1 else []
    return View(
        values={
            "totals": figures,
            "overview": found,
            "latest": latest,
            "query": query,
            "sort": sort,
            "asked": {"q": query, "statement": statement, "language": language},
            "sparks": {listed.page.id: _spark(listed) for listed in found.listed},
        },
        as_json=lambda: {
            **figures.as_json(),
            "found": found.found,
            "page_number": found.page_number,
            "page_count": found.page_count,
            "listed": [_listed_json(listed) for listed in found.listed],
            "latest": [change.as_json() for change in latest],
        },
    )


def _spark(listed: Listed) -> Sequence[Any]:
    return spark(listed.page.first_observed, listed.page.observed_at, listed.activity)


def _listed_json(listed: Listed) -> Json:
    change = listed.last_change.as_json() if listed.last_change else None
    return {**listed.page.as_json(), "coverage": listed.page.coverage, "last_change": change}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a page's history: a revision, a gap, or a seam."""

    at: str
    revision: RevisionRow | None = None
    gap: Gap | None = None
    seam: Seam | None = None


def timeline_view(reader: Reader, slug: str, *, below: int | None) -> View:
    with reader.one_instant():
        page = reader.page(slug)
        revisions = reader.history_of(page, below=below, limit=HISTORY_SIZE)
        holes = gaps(reader, page)
        addresses = reader.addresses(page)
        seams = reader.seams(page)
        made = readings(reader, page)
        remarks = noted(reader, page)
    older = revisions[0].number if revisions and revisions[0].number > 1 else None
    newest = not revisions or revisions[-1].number == page.revisions
    shown = _shown_gaps(revisions, holes, oldest=older is None, newest=newest)
    rows = [Row(at=row.first_observed, revision=row) for row in revisions]
    rows += [Row(at=gap.first_at, gap=gap) for gap in _told_together(revisions, shown)]
    rows += [
        Row(at=seam.at, seam=seam)
        for seam in seams
        if _lies_in(seam.at, revisions, oldest=older is None, newest=newest)
    ]
    rows.sort(key=lambda row: parse_utc(row.at), reverse=True)
    return View(
        values={
            "page": page,
            "host": urlsplit(page.url).hostname or page.url,
            "rows": rows,
            "revisions": revisions,
            "chart": chart(revisions, _longest(shown), page.observed_at if newest else None),
            "gap_looks": {gap.first_seq: gap for gap in shown},
            "held_only": frozenset({"held"}),
            "by_number": {row.number: row for row in revisions},
            "silent_count": sum(row.silent is True for row in revisions),
            "addresses": addresses,
            "readings": made,
            "notes": [remark for remark in remarks if remark.kind == "note"],
            "seen": {remark.observation: remark for remark in remarks if remark.kind == "seen"},
            "older": older,
            "below": below,
        },
        as_json=lambda: {
            "page": page.as_json(),
            "history": [row.as_json() for row in revisions],
            "gaps": [gap.as_json() for gap in shown],
            "addresses": [{"url": url, "since": since} for url, since in addresses],
            "seams": [seam.as_json() for seam in seams],
            "readings": [reading.as_json() for reading in made],
            "notes": [remark.as_public_json() for remark in remarks],
            "older": older,
        },
    )


def _shown_gaps(revisions: Sequence[RevisionRow], holes: Sequence[Gap], *, oldest: bool, newest: bool) -> list[Gap]:
    """The gaps that lie in the time of these revisions."""
    return [gap for gap in holes if _lies_in(gap.first_at, revisions, oldest=oldest, newest=newest)]


def _lies_in(at: str, revisions: Sequence[RevisionRow], *, oldest: bool, newest: bool) -> bool:
    """Whether a time lies in that of these revisions, which may be the oldest or the newest of their page."""
    begin = None if oldest or not revisions else parse_utc(revisions[0].first_observed)
    end = None if newest or not revisions else parse_utc(revisions[-1].last_confirmed)
    return (begin is None or parse_utc(at) >= begin) and (end is None or parse_utc(at) <= end)


def _told_together(revisions: Sequence[RevisionRow], shown: Sequence[Gap]) -> list[Gap]:
    """The gaps as lines of the history: many in the time of one revision make one line."""
    starts = [parse_utc(row.first_observed) for row in revisions]
    groups: dict[int, list[Gap]] = {}
    for gap in reversed(shown):
        groups.setdefault(bisect_right(starts, parse_utc(gap.first_at)), []).append(gap)
    return [gap for group in groups.values() for gap in (group if len(group) <= GAPS_A_REVISION else [together(group)])]


def _longest(shown: Sequence[Gap]) -> list[Gap]:
    """The longest gaps, oldest first: as many as a chart can show."""

    def length(gap: Gap) -> float:
        return (parse_utc(gap.until or gap.last_at) - parse_utc(gap.first_at)).total_seconds()

    longest = sorted(shown, key=length, reverse=True)[:GAPS_DRAWN]
    return sorted(longest, key=lambda gap: parse_utc(gap.first_at))


def diff_view(reader: Reader, slug: str, old: int, new: int, *, as_json: bool) -> View:
    with reader.one_instant():
        if abs(new - old) != 1:
            _refuse_long(reader, slug, old, new)
        found = reader.diff(slug, old, new, passages=as_json)
        page = found.page
        following = neighbour(reader, page, max(old, new) + 1)
    if as_json:
        return View(values={"page": page}, as_json=found.as_json)
    blocks = marked(found.old.text, found.new.text, found.ops, found.old.block_kinds, found.new.block_kinds)
    layout, left_out = bounded(folds(blocks), BLOCKS_SHOWN)
    return View(
        values={
            "page": page,
            "diff": found,
            "folds": layout,
            "left_out": left_out,
            "change_count": max((n for fold in layout for block in fold.blocks for n in block.changes), default=0),
            "following": following,
            "neighbours": abs(new - old) == 1,
            "old_language": found.old.row.language or page.language,
            "language": found.new.row.language or page.language,
        },
        as_json=lambda: {},
    )


def _refuse_long(reader: Reader, slug: str, old: int, new: int) -> None:
    """Raises TooLong for texts whose comparison, which is not stored, would keep other readers waiting."""
    chars = sum(len(reader.revision(slug, number).text) for number in (old, new))
    if chars > CHARS_COMPARED:
        raise TooLong(slug, old, new)


class TooLong(VariorumError):
    """Two texts that are too long to be compared for a web page."""

    def __init__(self, slug: str, old: int, new: int) -> None:
        super().__init__(
            f"Revisions {old} and {new} of {slug} are too long to be compared here."
            f" On the archive's own machine: variorum diff {slug} {old} {new}"
        )


def looks_view(reader: Reader, slug: str, *, before: int | None) -> View:
    """Every look at a page, whatever came of it, newest first."""
    with reader.one_instant():
        page = reader.page(slug)
        looks = reader.observations(slug, before=before, limit=LOOKS_SIZE + 1)
    more = looks[LOOKS_SIZE - 1].seq if len(looks) > LOOKS_SIZE else None
    looks = looks[:LOOKS_SIZE]
    return View(
        values={"page": page, "looks": looks, "before": before, "more": more},
        as_json=lambda: {"page": page.slug, "observations": [look.as_json() for look in looks], "before": more},
    )


def health_view(reader: Reader, *, home: Path, at: datetime, trouble: Trouble | None = None, to_read: int = 0) -> View:
    """For the keeper: what is failing, held or overdue at that time, what room there is, what keeps anything from being
    stored, and how many pages are being read anew."""
    with reader.one_instant():
        figures = totals(reader)
        troubled = reader.troubled(limit=TROUBLED)
        alerts = outstanding(reader)
        places = anchors(reader.conn, at)
        disk = growth(reader.conn, home, at)
        lag_s = lag(reader, at)
    overdue = [place for place in places if place.overdue]
    return View(
        values={
            "totals": figures,
            "troubled": troubled,
            "alerts": alerts,
            "overdue": overdue,
            "trouble": trouble,
            "to_read": to_read,
            "disk": disk,
        },
        as_json=lambda: {
            "ok": figures.troubled == 0 and alerts.parked == 0 and not overdue and trouble is None and not disk.soon,
            "not_stored": None if trouble is None else {"why": trouble.why, "since": trouble.since},
            **figures.as_json(),
            "to_read_anew": to_read,
            "lag_s": lag_s,
            "disk": disk.as_json(),
            "anchors": [place.as_public_json() for place in places],
            "alerts": alerts.as_public_json(),
            "not_accepted": [page.as_status_json() for page in troubled],
        },
    )


def feed_view(
    reader: Reader,
    slug: str | None,
    *,
    statement: str | None = None,
    before: int | None = None,
    title: str,
    absolute: Callable[[str], str],
    known: str,
    say: Catalogue = ENGLISH,
) -> tuple[str, bytes | None]:
    """(entity tag, Atom feed) of changes of a page, a statement, or all; no feed where its tag is in `known`.

    The newest, or those older than the change `before`. Raises NoPage, NoStatement.
    """
    with reader.one_instant():
        page = reader.page(slug) if slug is not None else None
        if statement is not None and not reader.has_statement(statement):
            raise NoStatement(statement)
        changes = reader.changes_of(page, statement=statement, before=before, limit=FEED_SIZE + 1)
        identity = reader.identity()
        checkpoint = reader.checkpoint()
        facts = repr((identity, page and page.name, changes, before, title, absolute("/"), checkpoint, say.code))
        etag = f'"{hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'
        if etag in known:
            return etag, None
        told = _told(reader, changes[:FEED_SIZE])
    return etag, feed(
        told,
        source=source_of(page, statement, title=title, say=say),
        title=title,
        identity=identity,
        absolute=absolute,
        checkpoint=checkpoint,
        before=before,
        older=told[-1].change.id if len(told) < len(changes) else None,
        say=say,
    )


def _told(reader: Reader, changes: Sequence[ChangeRow]) -> list[Told]:
    """The first of these changes with what they did, so many that a bounded amount of text is read; one at least."""
    told: list[Told] = []
    read = 0
    for change in changes:
        old, new, ops = reader.change_texts(change.id)
        read += len(old) + len(new)
        if told and read > FEED_CHARS:
            break
        told.append(Told(change=change, blocks=changed_blocks(old, new, ops)))
    return told
