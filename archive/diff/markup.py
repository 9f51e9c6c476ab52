"""Redlines as HTML: inline, and as rows side by side. Everything of the page is escaped; works without style or script.

Classes: `v-diff` the whole, `v-block` a paragraph, `v-del`, `v-ins`, `v-away` and `v-here` the ends of a move, `v-char` a
character by name, `v-num` the number of a change (a link to itself), `v-jump` from one end of a move to the other,
`v-fold` a folded stretch, `v-sr` words for screen readers only, `v-row` (`v-same` if unchanged), `v-old`, `v-new` side by side. What
is not the page's own text has a `dir` of its own, so that a paragraph's direction is found in its text alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from archive.diff.looks import character_name
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
    visible,
)

ENGLISH: Mapping[str, str] = {
    "deleted": "deleted:",
    "inserted": "inserted:",
    "moved_away": "moved from here:",
    "moved_here": "moved to here:",
    "end": "end of change",
    "change": "change {number}",
    "to_new_place": "to its new place, change {number}",
    "to_old_place": "to where change {number} was",
    "unchanged": "{count} unchanged paragraphs",
    "paragraph_mark": "paragraph break",
}

_TAGS: Mapping[RunKind, tuple[str, str, str]] = {
    "delete": ("del", "v-del", "deleted"),
    "insert": ("ins", "v-ins", "inserted"),
    "moved_away": ("del", "v-away", "moved_away"),
    "moved_here": ("ins", "v-here", "moved_here"),
}


def inline_html(
    line: Redline, *, context: int | None = 1, anchor: str = "c", labels: Mapping[str, str] = ENGLISH
) -> str:
    """The joint text with marks, as paragraphs. `anchor` starts every id; `context` None folds nothing, for print."""
    writer = _Writer(anchor, labels)
    parts = ['<div class="v-diff" dir="auto">']
    for folds, blocks in folded(line.blocks, context):
        parts.append(writer.fold(blocks) if folds else writer.paragraphs(blocks))
    parts.append("</div>")
    return "\n".join(parts)


def side_by_side_html(
    line: Redline, *, context: int | None = 1, anchor: str = "c", labels: Mapping[str, str] = ENGLISH
) -> str:
    """Table rows, the earlier text left and the later one right; folded stretches are one row across."""
    writer = _Writer(anchor, labels)
    rows: list[str] = []
    for folds, blocks in folded(line.blocks, context):
        if folds:
            rows.append(f'<tr class="v-row v-folded"><td colspan="2">{writer.fold(blocks)}</td></tr>')
            continue
        for block in blocks:
            left, right = writer.runs(block.side(*OLD_SIDE)), writer.runs(block.side(*NEW_SIDE))
            cells = f'<td class="v-old" dir="auto">{left}</td><td class="v-new" dir="auto">{right}</td>'
            rows.append(f'<tr class="v-row{"" if block.changed else " v-same"}">{cells}</tr>')
    return "\n".join(rows)


class _Writer:
    """Writes runs, giving each id once."""

    def __init__(self, anchor: str, labels: Mapping[str, str]) -> None:
        self.anchor = anchor
        self.labels = labels
        self.ids: set[str] = set()

    def paragraphs(self, blocks: Sequence[Block]) -> str:
        return "\n".join(f'<p class="v-block" dir="auto">{self.runs(block.runs)}</p>' for block in blocks)

    def fold(self, blocks: Sequence[Block]) -> str:
        said = self.said("unchanged", count=len(blocks))
        return f'<details class="v-fold"><summary>{said}</summary>\n{self.paragraphs(blocks)}\n</details>'

    def runs(self, runs: Sequence[Run]) -> str:
        """Runs one after another; each change shows its number once."""
        shown: set[int] = set()
        parts: list[str] = []
        for run in runs:
            parts.append(self.run(run, number=run.change not in shown))
            shown.add(run.change)
        return "".join(parts)

    def run(self, run: Run, *, number: bool) -> str:
        if run.kind == "equal":
            return "".join(map(_plain, run.text)) if _awkward(run.text) else escape(run.text)
        tag, css, label = _TAGS[run.kind]
        here, there = f"{self.anchor}{run.change}", f"{self.anchor}{run.change}-from"
        if run.kind == "moved_away":
            identity, head = self.identity(there), self.link("v-jump", here, "to_new_place", run.change, "↓")
        else:
            identity, head = self.identity(here) if number else "", ""
            if number:
                head = self.link("v-num", here, "change", run.change, "")
            if number and run.move:
                head += self.link("v-jump", there, "to_old_place", run.change, "↑", shown=False)
        start, end = self.said(label), self.said("end")
        said = f'<span class="v-sr" dir="auto"> {start} </span>{self.text(run)}<span class="v-sr" dir="auto"> {end} </span>'
        return f'{head}<{tag} class="{css}"{identity}>{said}</{tag}>'

    def identity(self, name: str) -> str:
        if name in self.ids:
            return ""
        self.ids.add(name)
        return f' id="{name}"'

    def link(self, css: str, target: str, label: str, number: int, sign: str, *, shown: bool = True) -> str:
        said = self.said(label, number=number)
        return f'<a class="{css}" dir="ltr" href="#{target}" aria-label="{said}">{number if shown else ""}{sign}</a>'

    def said(self, label: str, **values: int) -> str:
        return escape(self.labels[label].format(**values))

    def text(self, run: Run) -> str:
        """A changed run: what is invisible by name, a paragraph border as a sign, look-alikes spelled out."""
        if run.text.isspace():
            return f'<span class="v-char" dir="ltr" title="{self.said("paragraph_mark")}">¶</span>'
        said = "".join(_chip(char) if needs_name(char) or is_invisible(char) else escape(char) for char in run.text)
        return f"{said} {_chip(*visible(run.text))}" if run.named and visible(run.text) else said


def _awkward(text: str) -> bool:
    return any(map(needs_name, text))


def _plain(char: str) -> str:
    return _chip(char) if needs_name(char) else escape(char)


def _chip(*chars: str) -> str:
    return f'<span class="v-char" dir="ltr">{escape(", ".join(map(character_name, chars)))}</span>'
