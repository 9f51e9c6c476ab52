"""What was asked for and is not here, each said in one sentence with the next step."""

from __future__ import annotations

from datetime import datetime

from archive.errors import NotInArchive
from archive.model import utc_text


class NoRevision(NotInArchive):
    """A page without the revision asked for."""

    def __init__(self, slug: str, number: int, last: int | None) -> None:
        if last is None:
            super().__init__(f"No revision of {slug} in this archive yet. See why with: variorum status")
            return
        super().__init__(
            f"No revision {number} of {slug} in this archive. It has 1 to {last}. List them with: variorum history {slug}"
        )


class NoRevisionAt(NotInArchive):
    """A time at which nothing of the page had been seen."""

    def __init__(self, slug: str, at: datetime, first_observed: str | None) -> None:
        since = f"It was first seen at {first_observed}" if first_observed else "It has no revision yet"
        super().__init__(
            f"No revision of {slug} at {utc_text(at)}. {since}. List its revisions with: variorum history {slug}"
        )


class NoObservation(NotInArchive):
    """A number that no look has."""

    def __init__(self, seq: int, slug: str | None = None) -> None:
        where = f" of {slug}" if slug else ""
        super().__init__(f"No observation {seq}{where} in this archive. List pages with: variorum pages")


class NoChange(NotInArchive):
    """A comparison with what came before the first revision."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"No change of {slug} in this archive: nothing was seen before its revision 1. Read it with: variorum show {slug}"
        )


class NoReading(NotInArchive):
    """A reading that a page never had."""

    def __init__(self, slug: str, number: int, last: int | None) -> None:
        has = f"It has 1 to {last}" if last else "It has none yet"
        super().__init__(
            f"No reading {number} of {slug} in this archive. {has}. Make a new one with: variorum reread {slug}"
        )


class NoStatement(NotInArchive):
    """A statement that no page with a text belongs to."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No statement {name} in this archive. List pages with: variorum pages")
