"""Every read query over an archive: the values that the command line, the web pages, feeds and exports show."""

from archive.reading.missing import NoObservation, NoRevision, NoRevisionAt
from archive.reading.reader import Reader, open_reader
from archive.reading.rows import ChangeRow, Diff, Look, PageRow, Revision, RevisionRow

__all__ = [
    "ChangeRow",
    "Diff",
    "Look",
    "NoObservation",
    "NoRevision",
    "NoRevisionAt",
    "PageRow",
    "Reader",
    "Revision",
    "RevisionRow",
    "open_reader",
]
