"""Pages that state the same thing in several languages."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model import WORDING_KINDS
from archive.reading.missing import NoStatement
from archive.reading.reader import Reader
from archive.reading.rows import ChangeRow, Json, Revision

_LOOK_BACK = 200  # changes of a page among which its last change of wording is looked for
MAX_VERSIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One language version as it stands, and the last time that its wording changed (quiet kinds left out)."""

    revision: Revision
    reworded: ChangeRow | None
    behind: str | None  # slug of a version whose wording changed after all that is known of this one's; else None

    def as_json(self) -> Json:
        page, row = self.revision.page, self.revision.row
        return {
            "page": page.slug,
            "language": (row.language or page.language) or None,
            "revision": row.number,
            "first_observed": row.first_observed,
            "last_confirmed": row.last_confirmed,
            "reworded": self.reworded.as_json() if self.reworded else None,
            "behind": self.behind,
        }


def statement(reader: Reader, name: str) -> list[Version]:
    """The versions of a statement that have a text, in the order of their slugs. Raises NoStatement."""
    ids = [row["id"] for row in reader.rows("SELECT id FROM pages WHERE statement = :name LIMIT 50", {"name": name})]
    pages = [page for page in reader.pages_by_id(ids) if page.revisions][:MAX_VERSIONS] if ids else []
    if not pages:
        raise NoStatement(name)
    told = [
        (reader.revision(page.slug), _reworded(reader.changes_of(page, limit=_LOOK_BACK)))
        for page in sorted(pages, key=lambda page: page.slug)
    ]
    return [
        Version(revision=revision, reworded=change, behind=_behind(revision, change, told)) for revision, change in told
    ]


def _reworded(changes: list[ChangeRow]) -> ChangeRow | None:
    return next((change for change in changes if WORDING_KINDS & set(change.kinds)), None)


def _behind(revision: Revision, own: ChangeRow | None, told: list[tuple[Revision, ChangeRow | None]]) -> str | None:
    """Which version certainly changed later: its change begins after this one's had ended and is younger than all it shows."""
    since = own.not_after if own else revision.page.first_observed or revision.row.first_observed
    later = [
        change
        for other, change in told
        if change is not None and other.page.id != revision.page.id and change.not_before and change.not_before >= since
    ]
    newest = max(later, key=lambda change: change.not_after, default=None)
    if newest is None or revision.row.last_confirmed < newest.not_after:
        return None
    return newest.page
