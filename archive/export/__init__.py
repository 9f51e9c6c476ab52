"""Ways out of the archive: every export reads the archive and writes a stream."""

from archive.export.tables import TABLES, export

__all__ = ["TABLES", "export"]
