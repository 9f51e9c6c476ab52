"""CSV and JSON lines of single rows, and the guard for cells that a spreadsheet would run (rules: docs/exports.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

Cell = str | int | bool | None | list[object]

# Line ends to some readers of text, though not to JSON.
_LINE_ENDS = ("\x85", "\u2028", "\u2029")

# What begins a formula (OWASP, "CSV Injection"), with the full-width forms that some spreadsheets take for it.
_FORMULA_SIGNS = r"=+\-@＝＋－＠"
# What makes a new cell or row for a reader that splits at another sign than the comma and so overlooks our quotes.
_BORDERS = "\n\r\v\f\x85\u2028\u2029\t;|"
_BLANKS = r"\s\x00-\x20\"';|\u200b\u2060\ufeff"
_FORMULA = re.compile(rf"(?<![{_BLANKS}])([{_BLANKS}]*+)([{_FORMULA_SIGNS}])")


def csv_line(cells: Sequence[Cell], *, spreadsheet: bool) -> bytes:
    """One RFC 4180 record in UTF-8; unknown is an empty cell."""
    return (",".join([_csv_cell(cell, spreadsheet) for cell in cells]) + "\r\n").encode()


def json_line(columns: Sequence[str], cells: Sequence[Cell]) -> bytes:
    """One JSON object on one line, in the order of the columns; unknown is null."""
    line = json.dumps(dict(zip(columns, cells, strict=True)), ensure_ascii=False, separators=(",", ":"))
    for sign in _LINE_ENDS:
        line = line.replace(sign, f"\\u{ord(sign):04x}")
    return (line + "\n").encode()


def guarded(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could begin a formula.

    >>> guarded("=1+1"), guarded("Prices:\\n-5 %"), guarded("a = b")
    ("'=1+1", "Prices:\\n'-5 %", 'a = b')
    """
    result = _FORMULA.sub(_guard, text)
    return "'" + result if result.startswith(("\t", "\r", "\n")) else result


def _guard(match: re.Match[str]) -> str:
    blanks, sign = match.groups()
    border = max(blanks.rfind(border) for border in _BORDERS) + 1
    at_start = "'" if match.start() == 0 else ""
    if border:
        return at_start + blanks[:border] + "'" + blanks[border:] + sign
    return at_start + blanks + sign


def _csv_cell(cell: Cell, spreadsheet: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    text = cell if isinstance(cell, str) else _csv_list(cell)
    if spreadsheet:
        text = guarded(text)
    return '"' + text.replace('"', '""') + '"' if _needs_quotes(text) else text


def _needs_quotes(text: str) -> bool:
    """By RFC 4180; also white space at the ends, since some readers trim it."""
    return "," in text or '"' in text or "\n" in text or "\r" in text or text[:1].isspace() or text[-1:].isspace()


def _csv_list(cell: list[object]) -> str:
    """Codes with spaces between them, anything else as JSON."""
    codes = [code for code in cell if isinstance(code, str)]
    return " ".join(codes) if len(codes) == len(cell) else json.dumps(cell, ensure_ascii=False, separators=(",", ":"))
