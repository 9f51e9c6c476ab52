"""The full-text indexes over every passage ever seen, in any script, kept in the transaction that writes the passage.

What is indexed is the folded text, so that a search folds case and marks as phrases do; none keeps a text: that is in `passages`.

- `passage_words`: words that stand between spaces, in their order; by the passage's number, so that the newest are found first.
- `passage_grams`: of texts in scripts without spaces, every three characters in a row.
- `passage_pairs`: of such texts every letter, and every two characters of which one is such a letter.
- `page_words`: which words, letters and pairs a passage has, and with which it begins and ends, by page: under the page's number
  times 2^32, plus the passage's. `page_terms` are the terms that it has.
"""

from __future__ import annotations

import re
import sqlite3
from itertools import pairwise

from archive.text import RUNS_ON, fold, words

PAGE_BITS = 32  # of a number in `page_words`: the passage's; those above are the page's
# Terms for how a passage begins and ends, and that it has no word.
BEGINS, ENDS, WORDLESS = "\ue03c", "\ue03e", "\ue020"
_RUNS = re.compile(f"(?:{RUNS_ON.pattern})+")
_SIGNS = {code: 0xE000 + code for code in range(128) if not chr(code).isalnum()}  # as letters of private use
_TABLES = ("passage_words", "passage_grams", "passage_pairs", "page_words")


def index_passage(conn: sqlite3.Connection, page_id: int, passage_id: int, text: str) -> None:
    """Take a new passage in; the caller's transaction commits it."""
    folded = _writable(fold(text))
    if folded:
        _index_by_passage(conn, passage_id, folded)
        _index_by_page(conn, page_id, passage_id, folded)


def _index_by_passage(conn: sqlite3.Connection, passage_id: int, folded: str) -> None:
    conn.execute("INSERT INTO passage_words (rowid, folded) VALUES (?, ?)", (passage_id, _RUNS.sub(" ", folded)))
    pairs = letters_and_pairs(folded)
    if pairs:
        conn.execute("INSERT INTO passage_grams (rowid, folded) VALUES (?, ?)", (passage_id, folded))
        conn.execute("INSERT INTO passage_pairs (rowid, folded) VALUES (?, ?)", (passage_id, " ".join(pairs)))


def _index_by_page(conn: sqlite3.Connection, page_id: int, passage_id: int, folded: str) -> None:
    first, last = outer_words(folded)
    terms = [BEGINS + first, *spaced_words(folded), *letters_and_pairs(folded), ENDS + last] if first else [WORDLESS]
    number = page_id << PAGE_BITS | passage_id
    conn.execute("INSERT INTO page_words (rowid, folded) VALUES (?, ?)", (number, " ".join(terms)))


def spaced_words(folded: str) -> list[str]:
    """The words of a folded text that are not of a script without spaces.

    >>> spaced_words("in 2031 brics会议, covid-19")
    ['in', '2031', 'brics', 'covid', '19']
    """
    return [word for word in words(folded) if not RUNS_ON.match(word)]


def letters_and_pairs(folded: str) -> list[str]:
    """The letters of scripts without spaces in a folded text, and each two characters of which one is such a letter.

    >>> letters_and_pairs("3月 会议a")
    ['月', '3月', '会', '议', '会议', '议a']
    """
    found: dict[str, None] = {}
    for run in _RUNS.finditer(folded):
        found |= dict.fromkeys(run[0])
        beside = folded[max(run.start() - 1, 0) : run.end() + 1]
        pairs = (one + other for one, other in pairwise(beside))
        found |= dict.fromkeys(pair.translate(_SIGNS) for pair in pairs if " " not in pair)
    return list(found)


def outer_words(folded: str) -> tuple[str, str]:
    """The first and the last word of a folded text, of a script without spaces the letter; "" where it has none.

    >>> outer_words("«road maps», 和平。"), outer_words("—")
    (('road', '平'), ('', ''))
    """
    found = words(folded)
    if not found:
        return "", ""
    first, last = RUNS_ON.findall(found[0]), RUNS_ON.findall(found[-1])
    return first[0] if first else found[0], last[-1] if last else found[-1]


def clear_index(conn: sqlite3.Connection) -> None:
    """Take everything out. Nothing of what was indexed is left in the tables."""
    for table in _TABLES:
        conn.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")


def index_again(conn: sqlite3.Connection) -> None:
    """Make the indexes anew of the passages as they stand: those that were emptied are out of them.

    Each in its own order, since an index costs many times as much that is not made in it.
    """
    clear_index(conn)
    for passage_id, text in conn.execute("SELECT id, text FROM passages ORDER BY id"):
        if folded := _writable(fold(text)):
            _index_by_passage(conn, passage_id, folded)
    for page_id, passage_id, text in conn.execute("SELECT page_id, id, text FROM passages ORDER BY page_id, id"):
        if folded := _writable(fold(text)):
            _index_by_page(conn, page_id, passage_id, folded)


def lacks_index(conn: sqlite3.Connection) -> bool:
    """Whether there are passages and an index of all of them is empty: they are older than it."""
    found = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM passages WHERE text != '') AND NOT"
        " (EXISTS (SELECT 1 FROM passage_words_docsize) AND EXISTS (SELECT 1 FROM page_words_docsize))"
    ).fetchone()
    return bool(found[0])


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
