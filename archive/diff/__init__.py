"""Comparison of two texts, of wording, kinds and lives: pure functions of plain text, in any script.

Texts have paragraphs separated by blank lines; offsets are characters of the raw texts. Same input, same output, on any
machine: nothing here looks at a clock, and work is bounded by limits that depend on the input alone.
"""

from __future__ import annotations

from archive.diff.align import align
from archive.diff.assemble import Op, assemble, link_pieces
from archive.diff.comparison import Comparison, KindSpans, compare, kinds_of
from archive.diff.lineage import blame

__all__ = ["Comparison", "KindSpans", "Op", "blame", "compare", "kinds", "ops"]


def ops(old: str, new: str) -> list[dict[str, object]]:
    """What leads from the one text to the other: spans kept, deleted, inserted and moved, covering both exactly.

    >>> ops("All must pay.", "All should pay.")[1]
    {'op': 'delete', 'old': [4, 8], 'new': [4, 4]}
    """
    aligned = align(old, new)
    found = assemble(aligned, [link_pieces(aligned, link) for link in aligned.links])
    return [{"op": op.op, "old": list(op.old), "new": list(op.new)} for op in found]


def kinds(old: str, new: str) -> dict[str, dict[str, object]]:
    """Of what kinds the change is, with the spans each rests on.

    >>> kinds("All must pay.", "All should pay.")
    {'modality': {'old': [[4, 8]], 'new': [[4, 10]], 'hint': True}}
    """
    return {kind: spans.as_json() for kind, spans in kinds_of(old, new).items()}
