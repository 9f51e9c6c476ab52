"""A comparison as people read it: on a terminal, as unified text, as HTML. All from one model (`redline`).

Without colour the marks are `[-deleted-]`, `{+inserted+}`, `[>moved away>]` and `{<moved here<}`, each
after the number of its change: `(3)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.diff.looks import character_name
from archive.diff.markup import ENGLISH, inline_html, side_by_side_html
from archive.diff.printed import standalone_html
from archive.diff.redline import (
    NEW_SIDE,
    OLD_SIDE,
    Block,
    Redline,
    Run,
    RunKind,
    folded,
    is_invisible,
    needs_name,
    redline,
    visible,
)
from archive.diff.wrapped import Styled, wrapped

__all__ = [
    "ENGLISH",
    "Redline",
    "inline_html",
    "redline",
    "side_by_side_html",
    "standalone_html",
    "terminal",
    "unified",
]

_MARKS: dict[RunKind, tuple[str, str, str]] = {  # before, after, colour
    "delete": ("[-", "-]", "31;9"),
    "insert": ("{+", "+}", "32;1"),
    "moved_away": ("[>", ">]", "35;9"),
    "moved_here": ("{<", "<}", "36"),
}


def terminal(line: Redline, *, colour: bool, context: int | None = 1, width: int | None = None) -> str:
    """The joint text for a terminal: marks that are read without colour, and colour where there is some.

    Nothing of the page reaches the terminal as a control character. `width`: columns after which lines are broken.
    """
    parts: list[str] = []
    for folds, blocks in folded(line.blocks, context):
        if folds:
            parts.append(_coloured(f"  ⋯ {len(blocks)} unchanged paragraphs ⋯", "2", colour))
            continue
        for block in blocks:
            lines = wrapped(_terminal_runs(block.runs), width)
            parts.append("\n".join("".join(_coloured(text, code, colour) for text, code in one) for one in lines))
    return "\n\n".join(parts) + "\n" if parts else ""


def _terminal_runs(runs: Sequence[Run]) -> Iterator[Styled]:
    shown: set[int] = set()
    for run in runs:
        if run.kind == "equal":
            yield _safe(run.text), ""
            continue
        before, after, code = _MARKS[run.kind]
        if run.kind == "moved_away" or run.change not in shown:
            yield f"({run.change})", "2"
            shown.add(run.change)
        yield before + _spelled(run) + after, code


def _coloured(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code and text else text


def _safe(text: str) -> str:
    """Text without anything that steers a terminal; a line break inside a paragraph stays one."""
    return "".join(f"<{character_name(char)}>" if needs_name(char) else char for char in text)


def _spelled(run: Run) -> str:
    """The text of a changed run, what is invisible by name and look-alikes spelled out."""
    if run.text.isspace():
        return "¶"
    said = "".join(f"<{character_name(char)}>" if needs_name(char) or is_invisible(char) else char for char in run.text)
    return f"{said} <{', '.join(map(character_name, visible(run.text)))}>" if run.named and visible(run.text) else said


def unified(line: Redline, *, old_label: str, new_label: str, context: int = 1) -> str:
    """Paragraphs as lines: ` ` kept, `-` earlier, `+` later. For reading and for tools that know unified diffs."""
    lines = [f"--- {_one_line(old_label)}", f"+++ {_one_line(new_label)}"]
    at_old = at_new = 1
    for folds, blocks in folded(line.blocks, context):
        count_old = sum(bool(block.side(*OLD_SIDE)) for block in blocks)
        count_new = sum(bool(block.side(*NEW_SIDE)) for block in blocks)
        if not folds and any(block.changed for block in blocks):
            lines.append(f"@@ -{at_old},{count_old} +{at_new},{count_new} @@")
            for block in blocks:
                lines += _unified_block(block)
        at_old, at_new = at_old + count_old, at_new + count_new
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""


def _unified_block(block: Block) -> list[str]:
    if not block.changed:
        return [f" {_line_of(block.runs)}"]
    sides = (("-", block.side(*OLD_SIDE)), ("+", block.side(*NEW_SIDE)))
    return [f"{sign}{_line_of(runs)}" for sign, runs in sides if any(run.text.strip() for run in runs)]


def _line_of(runs: Sequence[Run]) -> str:
    return _one_line("".join(run.text if run.kind == "equal" or run.text.isspace() else _spelled(run) for run in runs))


def _one_line(text: str) -> str:
    return _safe(" ".join(text.split("\n")).strip())
