"""The full-text index over every passage ever seen, in any script, kept in the transaction that writes the passage.

What is indexed is the folded text, so that a search folds case and marks as phrases do. `passage_words` holds words that
stand between spaces; `passage_grams` holds, of texts in scripts without spaces, every three characters in a row. Neither
keeps a text: that is in `passages`, under the same number.
"""

from __future__ import annotations

import re
import sqlite3

from archive.text import RUNS_ON, fold

_RUNS = re.compile(f"(?:{RUNS_ON.pattern})+")


def index_passage(conn: sqlite3.Connection, passage_id: int, text: str) -> None:
    """Take a new passage in; the caller's transaction commits it."""
    folded = fold(text)
    if not folded:
        return
    conn.execute(
        "INSERT INTO passage_words (rowid, folded) VALUES (?, ?)", (passage_id, _writable(_RUNS.sub(" ", folded)))
    )
    if RUNS_ON.search(folded):
        conn.execute("INSERT INTO passage_grams (rowid, folded) VALUES (?, ?)", (passage_id, _writable(folded)))


def clear_index(conn: sqlite3.Connection) -> None:
    """Take everything out. Nothing of what was indexed is left in the tables."""
    for table in ("passage_words", "passage_grams"):
        conn.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")


def index_again(conn: sqlite3.Connection) -> None:
    """Make the index anew of the passages as they stand: those that were emptied are out of it."""
    clear_index(conn)
    for passage_id, text in conn.execute("SELECT id, text FROM passages WHERE text != '' ORDER BY id"):
        index_passage(conn, passage_id, text)


def lacks_index(conn: sqlite3.Connection) -> bool:
    """Whether there are passages and none was ever indexed: they are older than the index."""
    found = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM passages WHERE text != '') AND NOT EXISTS (SELECT 1 FROM passage_words_docsize)"
    ).fetchone()
    return bool(found[0])


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
