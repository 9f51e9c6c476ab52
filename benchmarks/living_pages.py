"""Histories of fictional pages that live: a seed gives the looks at one page and, for each, what is true of it.

The truth is that of an archivist who watches the page's own wording and sees what a reader sees:

- The page's own wording is its title and the text that its makers wrote for this page, and any lasting sentence that they put
  among it. Lists of other pages (teasers, news, related documents), their order, today's date, clocks, weather, rates, counters,
  polls, quotes and banners of the day, cookie banners, menus and markup are not. A sentence of the text that holds a clock or a
  counter is wording, its value is not.
- `same`: the wording is that of the good look before. Any change of wording told then is a false one.
- `edited`: the makers changed the wording since the good look before. `present` must then stand in the text and `absent` must not,
  and `order` must be kept, at this look or one of the two good looks after it. `restless` says that the edit stands where something
  changes by itself: a whole living part or one of its slots replaced by a lasting sentence, a lasting paragraph set into it, or an
  edited sentence in the paragraph that also holds a clock. The lasting sentence never says what the living part used to say.
- `notice`: a real notice in the page's own frame, in the text's place or above it; to be shown within three looks, like an edit.
- `outage`: this is not the page, and its text is no wording, whatever it says. A cut-off body is an outage even where all of the
  text arrived: a text told from it is wrong only where it differs.
- `either`: not to be settled by anybody yet, so that it counts for nothing: the first two returns of a text that left (a real
  revert looks the same; from the third on it is known that two caches or two headings come in turn), and the looks after such
  turns have ended, until the text that stays has stood for forty looks; by then it must be told (`settled`).
- What stood still for long and moves again (news of a quiet week) is still no wording.
Words are our own and nobody's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import living_frames as frames
from living_answers import good_look
from living_edits import edit, notice, notice_ended, title_edit
from living_outages import OUTAGES, outage_look
from living_parts import all_words
from living_sites import (
    KINDS,
    Change,
    Content,
    History,
    Look,
    Site,
    first_content,
    site_of,
    ticks_of,
    times_of,
    with_inline,
)

_SETTLED = 40  # looks after two texts came in turn for the last time


def history(seed: int, *, looks: int = 200) -> History:
    """The looks at one page; the kind goes round with the seed, everything else is drawn from it."""
    rng = Random(f"living:{seed}")
    kind = KINDS[seed % len(KINDS)]
    words = rng.choice(list(all_words().values()))
    content = first_content(words, rng)
    site = site_of(seed, kind, words, content, rng)
    play = _Play(site, with_inline(content, site, rng), times_of(site, rng, looks), rng)
    played = tuple(play.look(number) for number in range(looks))
    return History(seed=seed, kind=kind, skeleton=site.skeleton, language=words.language, looks=played)


class _Play:
    """Look after look: edits, notices, outages and turns, as they come."""

    def __init__(self, site: Site, content: Content, times: list[datetime], rng: Random) -> None:
        self.site, self.content, self.times, self.rng = site, content, times, rng
        self.ticks = ticks_of(site, times, rng)
        latest = max(30, len(times) - 20)
        self.redesigned_at = {rng.randint(30, latest) for _ in range(2)} if site.kind == "redesign" else set()
        self.looks: list[Look] = []
        self.turns = _Turns()
        self.next_at = rng.randint(5, 16)
        self.outage, self.out_for, self.noticed_for = "", 0, 0

    def look(self, number: int) -> Look:
        """What comes at one look, and what is true of it."""
        at, ticks = self.times[number], self.ticks[number]
        if number in self.redesigned_at:
            self.site = _redesigned(self.site, self.rng)
        change = self._happens(number)
        if self.out_for:
            look = outage_look(self.site, self.content, self.outage, number, at, ticks, self.looks, self.rng)
        else:
            if change:
                self.content = change.content
            elif change := self.turns.ended(number):
                change = replace(change, content=self.content)
            shown, truth = self.turns.shown(self.content, number, bool(change), self.rng)
            look = good_look(self.site, shown, number, at, ticks, change, truth, self.rng)
        self.looks.append(look)
        return look

    def _happens(self, number: int) -> Change | None:
        """What has been changed since the look before."""
        rng, at = self.rng, self.times[number]
        if self.out_for:
            self.out_for -= 1
            if self.out_for or self.turns.on or rng.random() < 0.65:
                return None
            self.next_at = number + rng.randint(6, 20)
            return edit(self.site, self.content, at, rng)
        if self.noticed_for:
            self.noticed_for -= 1
            if self.noticed_for:
                return None
            self.next_at = number + rng.randint(6, 20)
            return notice_ended(self.content, at)
        return self._next(number) if number >= self.next_at else None

    def _next(self, number: int) -> Change | None:
        rng, at = self.rng, self.times[number]
        self.next_at = number + rng.randint(7, 24)
        match _what(self.site, rng, self.turns.on):
            case "outage":
                self.outage, self.out_for = rng.choice(OUTAGES), rng.choice((1, 1, 2, 4, 8, 16, 30))
                self.next_at += self.out_for
                return None
            case "notice":
                self.noticed_for = rng.randint(5, 30)
                return notice(self.site, self.content, at, rng)
            case "turns":
                heading = self.site.kind == "ab_title"
                change = (title_edit if heading else edit)(self.site, self.content, at, rng, plain=True)
                how = rng.choice(("strict", "random", "random", "sticky"))
                self.turns.begin(self.content, change, number + rng.randint(20, 60), how=how)
                return change
            case "stamp":
                self.content = replace(self.content, stamped=at - timedelta(minutes=rng.randint(1, 300)))
                return None
        return edit(self.site, self.content, at, rng)


class _Turns:
    """Two texts that come in turn: an old cache and a new one, or two headings in a trial."""

    def __init__(self) -> None:
        self.old: Content | None = None
        self.change: Change | None = None
        self.until = 0
        self.how = "random"
        self.showing_old = False
        self.returns = 0
        self.settled_at: int | None = None

    @property
    def on(self) -> bool:
        return self.old is not None or self.settled_at is not None

    def begin(self, old: Content, change: Change, until: int, *, how: str) -> None:
        self.old, self.change, self.until, self.how = old, change, until, how
        self.showing_old, self.returns = False, 0

    def ended(self, number: int) -> Change | None:
        """Once the text that stays has stood for long: that it must be told by now."""
        if self.settled_at is None or number - self.settled_at < _SETTLED or self.change is None:
            return None
        change, self.change, self.settled_at = self.change, None, None
        return replace(change, shape="settled")

    def shown(self, content: Content, number: int, changed: bool, rng: Random) -> tuple[Content, str]:
        """Which text this look shows, and whether it counts."""
        if self.settled_at is not None:
            return content, "either"
        if self.old is None or changed:
            return content, ""
        if number >= self.until:
            self.old, self.settled_at = None, number
            return content, "either"
        stays = {"strict": 0.0, "random": 0.5, "sticky": 0.75}[self.how]
        old = self.showing_old if rng.random() < stays else not self.showing_old
        if old != self.showing_old:
            self.showing_old, self.returns = old, self.returns + 1
        return (self.old if old else content), "either" if self.returns <= 2 else ""


def _redesigned(site: Site, rng: Random) -> Site:
    """The same page in another look of its site."""
    skeleton = rng.choice([name for name in frames.SKELETONS if name != site.skeleton])
    style = rng.choice(("p", "div"))
    return replace(site, skeleton=skeleton, text_style=style, semantic=rng.random() < 0.7, telling=rng.random() < 0.65)


def _what(site: Site, rng: Random, turning: bool) -> str:
    if turning:
        return "stamp" if rng.random() < 0.1 else "outage"
    if site.kind in ("two_caches", "ab_title") and rng.random() < 0.6:
        return "turns"
    if site.kind == "outages":
        return rng.choice(("outage", "outage", "outage", "edit", "notice"))
    return rng.choices(("edit", "outage", "notice", "stamp"), (60, 18, 16, 6))[0]
