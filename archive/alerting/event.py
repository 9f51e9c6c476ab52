"""Events: what may be worth telling of one look, as frozen values that the outbox keeps as JSON.

An event carries a bounded excerpt of what changed, so that it is told right whatever becomes of derived tables later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from archive.diff import compare
from archive.site.marks import MarkedBlock, marked
from archive.text import words

EventKind = Literal["changed", "moved", "held", "gone", "failing", "recovered", "unobserved", "out-of-step"]
Segment = tuple[str, str]  # equal, delete, insert, moved_here or moved_away; and the text

MOST_BLOCKS = 12  # changed blocks in an excerpt
_SEGMENT_CHARS = 1200
_MOST_CHARS = 24_000  # of all blocks of an excerpt
_SEGMENT_COST = 80  # characters that a segment counts as beyond its own: marks, or HTML
_CONTEXT_CHARS = 120  # of unchanged text on each side of a changed stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What rules and messages need to know of a page."""

    id: int
    slug: str
    title: str
    url: str
    language: str = ""
    statement: str = ""
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.title.strip() or self.slug


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """A change as it is told. `blocks` are the changed passages, in reading order; `left_out` more of them were."""

    from_number: int
    to_number: int
    not_before: str | None
    not_after: str
    kinds: tuple[str, ...]
    silent: bool | None
    words_added: int
    words_removed: int
    words_moved: int
    words_before: int
    words_after: int
    blocks: tuple[tuple[Segment, ...], ...] = ()
    left_out: int = 0

    @property
    def share(self) -> float:
        """The share of words that were removed or added, of all words of both texts: 0 to 1."""
        return (self.words_added + self.words_removed) / max(1, self.words_before + self.words_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that one look showed, or that went on for too long. Texts are for matching, and not kept."""

    kind: EventKind
    page: PageFacts
    observation: int  # the look that showed it
    at: str  # UTC text of that look, or when it was noticed
    outcome: str | None = None
    reason: str | None = None
    since: str | None = None  # of what goes on: the first look of it, or the last good one
    looks: int = 0  # of what goes on
    change: ChangeFacts | None = None
    behind: tuple[str, ...] = ()  # out of step: the pages that were not reworded
    moved_to: str | None = None  # moved, or held as moved: the new address
    old_text: str = field(default="", repr=False, compare=False)
    new_text: str = field(default="", repr=False, compare=False)


def change_facts(
    old_text: str,
    new_text: str,
    ops: Sequence[Mapping[str, Any]],
    *,
    numbers: tuple[int, int],
    bounds: tuple[str | None, str],
    kinds: Sequence[str],
    silent: bool | None,
    counts: tuple[int, int, int],
) -> ChangeFacts:
    """A change as it will be told. `bounds` are (not_before, not_after), `counts` words added, removed and moved."""
    changed = [block for block in marked(old_text, new_text, ops) if block.changes]
    return ChangeFacts(
        from_number=numbers[0],
        to_number=numbers[1],
        not_before=bounds[0],
        not_after=bounds[1],
        kinds=tuple(kinds),
        silent=silent,
        words_added=counts[0],
        words_removed=counts[1],
        words_moved=counts[2],
        words_before=len(words(old_text)),
        words_after=len(words(new_text)),
        blocks=(blocks := _excerpts(changed)),
        left_out=len(changed) - len(blocks),
    )


def compared_facts(
    old_text: str, new_text: str, *, numbers: tuple[int, int], bounds: tuple[str | None, str], silent: bool | None
) -> ChangeFacts:
    """The change between two texts that no stored change has compared."""
    found = compare(old_text, new_text)
    return change_facts(
        old_text,
        new_text,
        [{"op": op.op, "old": op.old, "new": op.new} for op in found.ops],
        numbers=numbers,
        bounds=bounds,
        kinds=tuple(found.kinds),
        silent=silent,
        counts=(found.words_added, found.words_removed, found.words_moved),
    )


def _excerpts(changed: Sequence[MarkedBlock]) -> tuple[tuple[Segment, ...], ...]:
    """The first changed blocks, cut to a bounded length each and together, lest a page that changes all over make messages of megabytes."""
    room = _MOST_CHARS
    found: list[tuple[Segment, ...]] = []
    for block in changed[:MOST_BLOCKS]:
        if room <= 0:
            break
        kept: list[Segment] = []
        for kind, text in _excerpt(block):
            if room <= 0:
                kept.append(("equal", "…"))
                break
            kept.append((kind, text))
            room -= len(text) + _SEGMENT_COST
        found.append(tuple(kept))
    return tuple(found)


def _excerpt(block: MarkedBlock) -> Iterator[Segment]:
    """A block cut to a bounded length; what changed is cut only where it is very long."""
    last = len(block.segments) - 1
    for place, part in enumerate(block.segments):
        text = part.text
        if part.kind != "equal":
            yield part.kind, text if len(text) <= _SEGMENT_CHARS else f"{text[:_SEGMENT_CHARS]}…"
        elif len(text) > 2 * _CONTEXT_CHARS:
            head = text[:_CONTEXT_CHARS] if place else ""
            tail = text[-_CONTEXT_CHARS:] if place < last else ""
            yield "equal", f"{head}…{tail}" if head and tail else f"{head}…" if head else f"…{tail}"
        else:
            yield "equal", text


def event_json(event: Event) -> dict[str, Any]:
    """The event as the outbox keeps it; `event_from_json` reads it."""
    page, change = event.page, event.change
    value: dict[str, Any] = {
        "kind": event.kind,
        "page": {name: _plain(getattr(page, name)) for name in PageFacts.__slots__},
        "observation": event.observation,
        "at": event.at,
        "outcome": event.outcome,
        "reason": event.reason,
        "since": event.since,
        "looks": event.looks,
        "behind": list(event.behind),
        "moved_to": event.moved_to,
    }
    value["change"] = (
        None if change is None else {name: _plain(getattr(change, name)) for name in ChangeFacts.__slots__}
    )
    return value


def event_from_json(value: Mapping[str, Any]) -> Event:
    page, change = value["page"], value["change"]
    known = {key: item for key, item in value.items() if key not in ("page", "change", "behind")}
    return Event(
        **known,
        behind=tuple(value["behind"]),
        page=PageFacts(**{**page, "tags": tuple(page["tags"])}),
        change=None
        if change is None
        else ChangeFacts(**{**change, "kinds": tuple(change["kinds"]), "blocks": _blocks(change["blocks"])}),
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _blocks(value: Sequence[Sequence[Sequence[str]]]) -> tuple[tuple[Segment, ...], ...]:
    return tuple(tuple((segment[0], segment[1]) for segment in block) for block in value)
