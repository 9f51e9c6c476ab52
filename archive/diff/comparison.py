"""The whole comparison of two texts as one value: what the archive stores of a change, and what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.diff.align import Alignment, align
from archive.diff.assemble import Op, assemble, link_pieces
from archive.diff.classify import HINTS, Classifier, Found, classify_border
from archive.diff.looks import character_name
from archive.diff.wording import Piece
from archive.text import words

_EXAMPLES = 8  # wordings that a summary quotes of one kind
_QUOTED = 80  # characters of a quoted wording


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpans:
    """The spans a kind rests on, in both texts; `hint` where it is one."""

    old: tuple[tuple[int, int], ...]
    new: tuple[tuple[int, int], ...]
    hint: bool

    def as_json(self) -> dict[str, object]:
        return {"old": [list(span) for span in self.old], "new": [list(span) for span in self.new], "hint": self.hint}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two texts. Texts of passages are raw; `reworded` has pairs (old, new)."""

    ops: tuple[Op, ...]
    kinds: Mapping[str, KindSpans]
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    reworded: tuple[tuple[str, str], ...] = ()
    moved: tuple[str, ...] = ()
    words_added: int = 0
    words_removed: int = 0
    words_moved: int = 0
    summary: tuple[Mapping[str, object], ...] = field(default=())  # {"code", "values"}, to be said in any language


def compare(old: str, new: str) -> Comparison:
    """Everything that the archive says about the change from one text to another."""
    aligned = align(old, new)
    linked = [link_pieces(aligned, link) for link in aligned.links]
    ops = assemble(aligned, linked)
    found = _classified(aligned, linked)
    kinds = {
        kind: KindSpans(old=tuple(entry.old), new=tuple(entry.new), hint=kind in HINTS) for kind, entry in found.items()
    }
    removed, added, reworded, moved = _passages(aligned, linked)
    return Comparison(
        ops=tuple(ops),
        kinds=kinds,
        removed=removed,
        added=added,
        reworded=reworded,
        moved=moved,
        words_added=sum(len(words(new[op.new[0] : op.new[1]])) for op in ops if op.op == "insert"),
        words_removed=sum(len(words(old[op.old[0] : op.old[1]])) for op in ops if op.op == "delete"),
        words_moved=sum(len(words(new[op.new[0] : op.new[1]])) for op in ops if op.op == "move"),
        summary=_summary(found, len(added), len(removed), len(reworded), len(moved)),
    )


def kinds_of(old: str, new: str) -> dict[str, KindSpans]:
    """Only the kinds of a change."""
    aligned = align(old, new)
    found = _classified(aligned, [link_pieces(aligned, link) for link in aligned.links])
    return {
        kind: KindSpans(old=tuple(entry.old), new=tuple(entry.new), hint=kind in HINTS) for kind, entry in found.items()
    }


def _changed(pieces: list[Piece]) -> bool:
    return len(pieces) > 1 or not pieces[0][0]


def _unlinked(aligned: Alignment) -> tuple[list[int], list[int]]:
    olds = {index for link in aligned.links for index in range(*link.old)}
    news = {index for link in aligned.links for index in range(*link.new)}
    return (
        [index for index in range(len(aligned.old_spans)) if index not in olds],
        [index for index in range(len(aligned.new_spans)) if index not in news],
    )


def _classified(aligned: Alignment, linked: list[list[Piece]]) -> dict[str, Found]:
    classifier = Classifier(aligned)
    stay = None
    for link, pieces in zip(aligned.links, linked, strict=True):
        if link.moved:
            a, b = aligned.old_spans[link.old[0]][0], aligned.old_spans[link.old[1] - 1][1]
            c, d = aligned.new_spans[link.new[0]][0], aligned.new_spans[link.new[1] - 1][1]
            classifier.note("moved", a, b, c, d)
        elif stay is None:
            stay = link
        else:
            classify_border(classifier, aligned, stay, link)
            stay = link
        if _changed(pieces):
            classifier.pieces(pieces)
    gone, come = _unlinked(aligned)
    for index in gone:
        classifier.passage(aligned.old_spans[index], added=False)
    for index in come:
        classifier.passage(aligned.new_spans[index], added=True)
    if not classifier.found and aligned.old != aligned.new:
        classifier.note("whitespace", 0, 0, 0, 0)
    return classifier.kinds()


def _passages(
    aligned: Alignment, linked: list[list[Piece]]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    old, new = aligned.old, aligned.new
    reworded: list[tuple[str, str]] = []
    moved: list[str] = []
    for link, pieces in zip(aligned.links, linked, strict=True):
        was = old[aligned.old_spans[link.old[0]][0] : aligned.old_spans[link.old[1] - 1][1]]
        now = new[aligned.new_spans[link.new[0]][0] : aligned.new_spans[link.new[1] - 1][1]]
        if link.moved:
            moved.append(now)
        if _changed(pieces):
            reworded.append((was, now))
    gone, come = _unlinked(aligned)
    removed = tuple(old[a:b] for a, b in (aligned.old_spans[index] for index in gone))
    added = tuple(new[a:b] for a, b in (aligned.new_spans[index] for index in come))
    return removed, added, tuple(reworded), tuple(moved)


def _summary(
    found: dict[str, Found], added: int, removed: int, reworded: int, moved: int
) -> tuple[Mapping[str, object], ...]:
    """Counts of passages, then the wordings that each kind rests on, shortened."""
    counts = (
        ("passages_added", added),
        ("passages_removed", removed),
        ("passages_reworded", reworded),
        ("passages_moved", moved),
    )
    lines: list[Mapping[str, object]] = [{"code": code, "values": {"count": count}} for code, count in counts if count]
    for kind, entry in found.items():
        if kind in ("sentence_added", "sentence_deleted", "moved", "whitespace"):
            continue
        values: dict[str, object] = {"count": len(entry.said), "hint": kind in HINTS}
        if kind != "reflow":
            say = _by_name if kind in ("invisible", "homoglyph") else _short
            values["said"] = [{"old": say(was), "new": say(now)} for was, now in entry.said[:_EXAMPLES]]
        lines.append({"code": kind, "values": values})
    return tuple(lines)


def _by_name(text: str) -> str:
    """The characters of a stretch that looks like what it stands against."""
    return _short(", ".join(map(character_name, text)))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1].rstrip() + "…"
