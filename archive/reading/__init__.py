"""Every read query over an archive: the values that the command line, the web pages, feeds and exports show."""

from archive.reading.gaps import Gap, gaps
from archive.reading.lives import lifetimes
from archive.reading.missing import NoChange, NoObservation, NoReading, NoRevision, NoRevisionAt, NoStatement
from archive.reading.overview import Overview, Totals, overview, totals
from archive.reading.phrases import when
from archive.reading.reader import Reader, open_reader
from archive.reading.readings import ReadingRow, readings, revision_of
from archive.reading.rows import ChangeRow, Diff, Look, PageRow, Revision, RevisionRow, Seam
from archive.reading.statements import Version, statement

__all__ = [
    "ChangeRow",
    "Diff",
    "Gap",
    "Look",
    "NoChange",
    "NoObservation",
    "NoReading",
    "NoRevision",
    "NoRevisionAt",
    "NoStatement",
    "Overview",
    "PageRow",
    "Reader",
    "ReadingRow",
    "Revision",
    "RevisionRow",
    "Seam",
    "Totals",
    "Version",
    "gaps",
    "lifetimes",
    "open_reader",
    "overview",
    "readings",
    "revision_of",
    "statement",
    "totals",
    "when",
]
