"""Pages about single passages: their lives along time, and since when each of a revision stood there."""

from __future__ import annotations

import hashlib
import itertools
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from archive.model import parse_utc
from archive.reading.lives import Birth, Lifetime, Stay, present_lives, vanished_lives
from archive.reading.reader import Reader
from archive.reading.rows import Json, PageRow
from archive.site.timeline import Piece, Scale, ticks
from archive.site.view import View
from archive.text import passages

PRESENT = 100  # passages of the present text on one screen
VANISHED = 50  # on one screen
_SPELLS_TOLD = 4  # the newest of one passage
_SPELLS_DRAWN = 100
_ANCESTOR_CHARS = 400
_LEAST = 0.5  # per cent of the width, so that it is seen
_AGES = 4  # shades


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One passage along time: where it stood, and where it may have stood."""

    life: Lifetime
    stood: tuple[Piece, ...]
    doubts: tuple[Piece, ...]

    @property
    def told(self) -> tuple[int, tuple[Stay, ...]]:
        """(spells that are only drawn, the spells that are told, newest first)"""
        return max(len(self.life.spells) - _SPELLS_TOLD, 0), self.life.spells[: -_SPELLS_TOLD - 1 : -1]

    @property
    def ancestor(self) -> str | None:
        text = self.life.ancestor
        return text if text is None or len(text) <= _ANCESTOR_CHARS else text[:_ANCESTOR_CHARS] + "…"


def lifetimes_view(reader: Reader, slug: str, *, before: int | None, skip: int = 0) -> View:
    """Passages against time: those that stand, in reading order, then those that are gone, a screen at a time.

    With `before` there are only gone ones, those first seen earlier; with `skip` only present ones, after so many.
    """
    with reader.one_instant():
        page = reader.page(slug)
        present, count = ([], 0) if before else present_lives(reader, page, skip=skip, limit=PRESENT)
        gone = [] if skip else vanished_lives(reader, page, before=before, limit=VANISHED + 1)
    more = gone[VANISHED - 1].id if len(gone) > VANISHED else None
    gone = gone[:VANISHED]
    scale = _scale(page)
    shown = {life.id for life in (*present, *gone)}
    return View(
        values={
            "page": page,
            "present": [_bar(scale, page, life) for life in present],
            "standing": count,
            "skip": skip,
            "step": PRESENT,
            "gone": [_bar(scale, page, life) for life in gone],
            "shown": shown,
            "ticks": ticks(scale) if scale else (),
            "before": before,
            "more": more,
        },
        as_json=lambda: {
            "page": page.slug,
            "present": [life.as_json() for life in present],
            "vanished": [life.as_json() for life in gone],
            "before": more,
            "from": skip + len(present) if skip + len(present) < count else None,
        },
    )


def _scale(page: PageRow) -> Scale | None:
    if page.first_observed is None:
        return None
    begin = parse_utc(page.first_observed)
    end = max(parse_utc(at) for at in (page.last_confirmed, page.observed_at, page.first_observed) if at)
    if end - begin < timedelta(seconds=1):
        begin, end = begin - timedelta(minutes=1), end + timedelta(minutes=1)
    return Scale(begin=begin, end=end)


def _bar(scale: Scale | None, page: PageRow, life: Lifetime) -> Bar:
    assert scale is not None
    stood, doubts = [], []
    for spell in life.spells[-_SPELLS_DRAWN:]:
        until = spell.end[0] if spell.end else page.last_confirmed or spell.begin[1]
        stood.append(_wide(scale.piece(spell.begin[1], until, spell.first, "present" if spell.end is None else "gone")))
        if spell.begin[0]:
            doubts.append(scale.piece(spell.begin[0], spell.begin[1], spell.first, "doubt"))
        if spell.end:
            doubts.append(scale.piece(*spell.end, spell.first, "doubt"))
    return Bar(life=life, stood=tuple(stood), doubts=tuple(doubts))


def _wide(piece: Piece) -> Piece:
    if piece.width >= _LEAST:
        return piece
    return Piece(x=min(piece.x, 100 - _LEAST), width=_LEAST, number=piece.number, state=piece.state)


# --- ages ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """One passage of a text, with since when it had stood there (None: not known) where that is to be said."""

    text: str
    birth: Birth | None
    shade: int  # 0 oldest to `_AGES`
    is_told: bool  # the passage before it is of another age


def cut(blocks: Sequence[tuple[str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The blocks of a text as (kind, passages with their digests). What is white space between them goes with the one before."""
    made: list[tuple[str, list[tuple[str, str]]]] = []
    for kind, text in blocks:
        spans = passages(text) if kind == "paragraph" else [(0, len(text))]
        starts = [0, *(start for start, _ in spans[1:]), len(text)]
        pieces = [text[start:end] for start, end in itertools.pairwise(starts)]
        made.append((kind, [(piece, _digest(piece)) for piece in pieces]))
    return made


def aged(
    blocks: Sequence[tuple[str, Sequence[tuple[str, str]]]], born: Mapping[str, Birth]
) -> list[tuple[str, list[Aged]]]:
    """What `cut` made, each passage with its age."""
    dates = sorted({birth.not_after for birth in born.values()})
    made: list[tuple[str, list[Aged]]] = []
    before: Birth | str | None = "nothing"
    for kind, passages_ in blocks:
        pieces: list[Aged] = []
        for text, digest in passages_:
            birth = born.get(digest)
            pieces.append(Aged(text=text, birth=birth, shade=_shade(dates, birth), is_told=birth != before))
            before = birth
        made.append((kind, pieces))
    return made


def _shade(dates: Sequence[str], birth: Birth | None) -> int:
    """By the order of births, not by their distance: a text of one age has one shade, the oldest."""
    if birth is None or len(dates) < 2:
        return 0
    return round(_AGES * (bisect_right(dates, birth.not_after) - 1) / (len(dates) - 1))


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()


def ages_json(blocks: Sequence[tuple[str, list[Aged]]]) -> list[Json]:
    return [
        {
            "text": " ".join(piece.text.split()),
            "kind": kind,
            "since_revision": piece.birth.revision if piece.birth else None,
            "since": {"not_before": piece.birth.not_before, "not_after": piece.birth.not_after}
            if piece.birth
            else None,
        }
        for kind, pieces in blocks
        for piece in pieces
    ]
