"""The one door to the terminal: data to stdout, talk to stderr, and no byte of a page that a terminal would obey."""

from __future__ import annotations

import codecs
import io
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from scraper import log
from scraper.log import OBEYED, Level, safe_json

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_COLOURS = {
    "new": "green",
    "changed": "yellow",
    "unchanged": None,
    "held": "magenta",
    "gone": "red",
    "failed": "red",
    "refused": "cyan",
}


def safe(text: str) -> str:
    """Text whose control and direction characters are shown, not obeyed.

    >>> safe("\\x1b[2J")
    '\\\\x1b[2J'
    """
    return OBEYED.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def say(text: str, *, event: str = "note", level: Level = "info", facts: Mapping[str, Any] | None = None) -> None:
    """Talk: to stderr, safe whatever it quotes. `event`, `level` and `facts` are for a log of JSON."""
    if log.as_json:
        log.put(text, event=event, level=level, facts=facts)
    else:
        click.echo(safe(text), err=True)


def put(text: str, *, newline: bool = True) -> None:
    """Data: to stdout, as it is. Colours are dropped where nobody looks."""
    click.echo(text, nl=newline)


def put_json(value: Any) -> None:
    """A JSON array or object, for machines."""
    put(safe_json(json.dumps(value, ensure_ascii=False, indent=1)))


def bytes_out() -> BinaryIO:
    """stdout for bytes as they came; where it is a terminal, they are shown as text that it does not obey."""
    return cast(BinaryIO, _Shown()) if sys.stdout.isatty() else sys.stdout.buffer


class _Shown(io.RawIOBase):
    """Bytes on a terminal: UTF-8 as text, what is none as escapes."""

    def __init__(self) -> None:
        utf_8 = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._decoder = io.IncrementalNewlineDecoder(utf_8, translate=True)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        put(safe(self._decoder.decode(bytes(data))), newline=False)
        return len(data)


class LookPrinter:
    """Tells looks one line each as they are recorded; on a terminal under a progress bar, elsewhere bare."""

    def __init__(self, total: int, *, wide: int = 0, as_json: bool = False) -> None:
        self.outcomes: list[str] = []
        self._wide = wide
        self._as_json = as_json
        self._progress = _progress() if sys.stdout.isatty() and not as_json and total > 1 else None
        if self._progress:
            self._task = self._progress.add_task("looking", total=total)

    def __enter__(self) -> LookPrinter:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def put(self, row: dict[str, Any]) -> None:
        self.outcomes.append(row["outcome"])
        if self._as_json:
            put(safe_json(json.dumps(row, ensure_ascii=False)))
        elif self._progress:
            self._progress.console.out(outcome_line(row, wide=self._wide), highlight=False)
            self._progress.advance(self._task)
        else:
            put(outcome_line(row, wide=self._wide))


class Bars:
    """Progress of long work as bars on stderr, one for each thing that is gone through; nothing where nobody looks."""

    def __init__(self) -> None:
        self._progress = _bars() if sys.stderr.isatty() else None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def put(self, what: str, done: int, of: int) -> None:
        """So many of so many are done of what is gone through."""
        if self._progress:
            if what not in self._tasks:
                self._tasks[what] = self._progress.add_task(what, total=of)
            self._progress.update(self._tasks[what], completed=done)


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    return Progress(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(), transient=True)


def outcome_line(row: dict[str, Any], *, wide: int = 0) -> str:
    """One look in one line, for people."""
    colour = _COLOURS[row["outcome"]]
    parts = [row["page"].ljust(wide), click.style(row["outcome"].ljust(9), fg=colour, bold=colour is not None)]
    change = row["change"]
    if change:
        parts.append(f"{change['from']} → {change['to']}: {', '.join(change['kinds'])}")
        parts.append(words_line(change))
        if change["silent"]:
            parts.append(click.style('silent (its "Updated" stamp stayed)', fg="yellow", bold=True))
    elif row["reason"]:
        parts.append(row["reason"])
    elif row["revision"]:
        parts.append(f"revision {row['revision']}")
    if row["moved_to"]:
        parts.append(f"moved to {safe(row['moved_to'])}")
    parts.append(f"{row['elapsed_ms']} ms")
    parts.append(f"#{row['observation']}")
    return "  ".join(parts)


def difference_line(row: dict[str, Any]) -> str:
    """What a new reading of a page came to."""
    revisions = f"{row['revisions_now']} revisions"
    if row["revisions_now"] != row["revisions_before"]:
        revisions += f" (were {row['revisions_before']})"
    if not row["looks"]:
        return f"{row['page']}  {revisions}, every look reads as before"
    return (
        f"{row['page']}  {revisions}; {row['looks']} looks read otherwise, {row['looks_judged_otherwise']} of them judged"
        " otherwise: our change, not theirs"
    )


def words_line(change: dict[str, Any]) -> str:
    """How many words came, went and moved."""
    moved = f" ↷{change['words_moved']}" if change["words_moved"] else ""
    return f"+{change['words_added']} −{change['words_removed']}{moved} words"


def put_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns under headings, as wide as they need; the last one is not padded."""
    table = [[safe(cell) for cell in row] for row in rows]
    widths = [max(_width(row[n]) for row in [list(headings), *table]) for n in range(len(headings))]
    put(click.style(_row(headings, widths), bold=True))
    for row in table:
        put(_row(row, widths))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
