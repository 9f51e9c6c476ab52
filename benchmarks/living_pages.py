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
  turns have ended, until the text that stays has stood for a day and twelve looks.
- What stood still for long and moves again (news of a quiet week) is still no wording.
Words are our own and nobody's.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import living_frames as frames
from living_parts import (
    IN_MAIN,
    INLINE,
    LINE_FORMS,
    LINES,
    LIST_FORMS,
    LISTS,
    PACES,
    PLACES,
    Item,
    Part,
    Words,
    all_words,
    headline,
    items_of,
    part_html,
    sentence,
    written_date,
)

from archive.model import Capture, Hop

KINDS = (
    "calm",
    "teasers",
    "fresh_teasers",
    "news",
    "related",
    "shuffled",
    "today",
    "clock",
    "weather",
    "rates",
    "counters",
    "quote",
    "banner",
    "updated_now",
    "inline",
    "widgets",
    "cookie",
    "tokens",
    "cdn",
    "ab_line",
    "ab_title",
    "two_caches",
    "outages",
    "redesign",
    "mixed",
    "restless_edits",
)
_MAIN_PARTS = {
    "teasers": ("teasers",),
    "fresh_teasers": ("fresh_teasers",),
    "news": ("news",),
    "related": ("related",),
    "shuffled": ("shuffled",),
    "today": ("today",),
    "clock": ("clock",),
    "weather": ("weather", "cities"),
    "rates": ("rates",),
    "counters": ("visitors", "online", "share"),
    "quote": ("quote",),
    "banner": ("banner", "ad"),
    "updated_now": ("updated_now",),
    "inline": INLINE,
    "widgets": ("poll", "calendar", "left", "ip", "made", "on_this_day", "tags", "sun", "level", "trace", "iso_time"),
    "restless_edits": ("teasers", "news", "related", "clock", "visitors", "online", "weather", "quote", *INLINE),
    "cookie": ("cookie",),
    "ab_line": ("ab_line",),
}
_QUIET = ("today", "clock", "visitors", "online", "teasers", "news", "banner", "weather", "made", "share", "calendar")
_EDITS = (
    "word",
    "number",
    "added",
    "deleted",
    "moved",
    "negation",
    "title",
    "paragraph",
    "section",
    "rewritten",
    "cut",
)
_OUTAGES = (
    "connection",
    "timeout",
    "tls",
    "http_500",
    "http_502",
    "http_503_frame",
    "http_403",
    "http_404",
    "error_bare",
    "error_frame",
    "database_frame",
    "missing_frame",
    "challenge",
    "check_own",
    "maintenance",
    "maintenance_503",
    "empty",
    "empty_text",
    "cut_told",
    "cut_silent",
    "login_redirect",
    "login_frame",
    "home_redirect",
    "http_429",
    "loop",
    "shell",
    "parked",
    "language",
    "consent",
    "not_html",
)
Said = dict[int, tuple[Item, ...]]  # what each part says, by its index
_SETTLED = 40  # looks after two texts came in turn for the last time
_LEGACY = {
    "ru": "windows-1251",
    "zh": "gbk",
    "ja": "shift_jis",
    "de": "iso-8859-1",
    "fr": "windows-1252",
    "he": "windows-1255",
    "ar": "windows-1256",
    "tr": "iso-8859-9",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the page, and what is true of it."""

    number: int
    capture: Capture
    truth: str  # same, edited, notice, outage, either
    shape: str = ""  # which edit, notice or outage
    restless: bool = False
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    living: tuple[tuple[str, tuple[str, ...]], ...] = field(
        default=(), repr=False
    )  # each part's label and what it says


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One page's looks."""

    seed: int
    kind: str
    skeleton: str
    language: str
    looks: tuple[Look, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One block of the page's own text; `inline` is the part that stands in it."""

    key: int
    kind: str  # p, h, li, row
    sentences: tuple[str, ...]
    inline: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The page's own wording at one time."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    stamped: datetime
    notice: tuple[str, ...] = ()  # in the place of the text
    above: tuple[str, ...] = ()  # above the text
    lasting: tuple[tuple[int, str, str], ...] = ()  # part, how (replaced, bare, slot, inside), sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What stays the same around a page for all of its history."""

    seed: int
    kind: str
    words: Words
    skeleton: str
    text_style: str  # p, div, br
    semantic: bool
    telling: bool
    encoding: str
    encoding_in: str  # header, meta, both
    title_form: int
    stamp_form: int
    interval_h: float
    parts: tuple[Part, ...]
    anchors: dict[int, int]  # key of the paragraph after which a part stands, by the part's index
    tokens: bool
    sessions: bool
    shuffled_names: bool
    machines: int  # that send the page in different markup
    start: datetime

    @property
    def url(self) -> str:
        return f"http://www{self.seed}.valdonia.example/{self.words.language}/text/{self.seed % 97}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edit: the wording after it, and how to see that it was told."""

    content: Content
    shape: str
    truth: str = "edited"
    restless: bool = False
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


def history(seed: int, *, looks: int = 200) -> History:
    """The looks at one page; the kind goes round with the seed, everything else is drawn from it."""
    rng = Random(f"living:{seed}")
    kind = KINDS[seed % len(KINDS)]
    words = rng.choice(list(all_words().values()))
    content = _first_content(words, rng)
    site = _site(seed, kind, words, content, rng)
    content = _with_inline(content, site, rng)
    played = _played(site, content, _times(site, rng, looks), rng)
    return History(seed=seed, kind=kind, skeleton=site.skeleton, language=words.language, looks=tuple(played))


def _first_content(words: Words, rng: Random) -> Content:
    used: set[str] = set()

    def fresh() -> str:
        while (made := sentence(words, rng)) in used:
            pass
        used.add(made)
        return made

    count = rng.choice((3, 4, 5, 7, 10, 14, 20, 30, 45, 70, 120))
    listed = rng.random() < 0.4
    paragraphs = []
    for key in range(count):
        kind = "p" if key < 2 or not listed else rng.choice(("p", "p", "p", "h", "li", "li", "row"))
        made = tuple(fresh() for _ in range(rng.randint(1, 5) if kind == "p" else 1))
        paragraphs.append(Paragraph(key=key, kind=kind, sentences=made))
    pair = rng.choice(words.pairs)[0]
    at = rng.randrange(min(count, 12))
    paragraphs[at] = replace(paragraphs[at], kind="p", sentences=(*paragraphs[at].sentences, pair))
    return Content(
        title=fresh().strip(".。।"), paragraphs=tuple(paragraphs), stamped=datetime(2014, 3, 2, 9, 15, tzinfo=UTC)
    )


def _site(seed: int, kind: str, words: Words, content: Content, rng: Random) -> Site:
    skeleton = rng.choice(list(frames.SKELETONS))
    parts = _parts(seed, kind, skeleton, rng)
    keys = [paragraph.key for paragraph in content.paragraphs[:-1]]
    legacy = words.language in _LEGACY and rng.random() < 0.3
    return Site(
        seed=seed,
        kind=kind,
        words=words,
        skeleton=skeleton,
        text_style="br" if skeleton in frames.BR_TEXT and rng.random() < 0.5 else rng.choice(("p", "p", "p", "div")),
        semantic=rng.random() < 0.7,
        telling=rng.random() < 0.65,
        encoding=_LEGACY[words.language] if legacy else "utf-8",
        encoding_in=rng.choice(("header", "meta", "both")),
        title_form=rng.randrange(4),
        stamp_form=rng.randrange(6),
        interval_h=rng.choice((1, 3, 6, 6, 12, 24)),
        parts=parts,
        anchors={part.index: rng.choice(keys) for part in parts if part.place == "between"},
        tokens=kind == "tokens" or rng.random() < 0.3,
        sessions=kind == "tokens" or rng.random() < 0.15,
        shuffled_names=kind == "tokens" and rng.random() < 0.5,
        machines=rng.randint(2, 4) if kind == "cdn" or rng.random() < 0.1 else 1,
        start=datetime(2014, 5, 1, tzinfo=UTC) + timedelta(hours=rng.randint(0, 4000)),
    )


def _parts(seed: int, kind: str, skeleton: str, rng: Random) -> tuple[Part, ...]:
    wanted = [(name, "") for name in rng.sample(_MAIN_PARTS.get(kind, ()), min(2, len(_MAIN_PARTS.get(kind, ()))))]
    if kind in _MAIN_PARTS and kind not in ("inline", "cookie") and rng.random() < 0.4:
        wanted.append((wanted[0][0], ""))
    if kind == "restless_edits":
        wanted = [(name, rng.choice(IN_MAIN[:3])) for name in rng.sample(_MAIN_PARTS[kind], rng.randint(2, 4))]
    if kind == "mixed":
        wanted = [(name, "") for name in rng.sample((*LISTS, *LINES, *INLINE), rng.randint(3, 6))]
    if wanted and kind != "mixed" and rng.random() < 0.6:
        wanted[0] = (wanted[0][0], rng.choice(IN_MAIN[:3]))
    wanted += [
        (name, rng.choice(("before", "after", "column"))) for name in rng.sample(_QUIET, rng.choice((0, 0, 1, 2)))
    ]
    return tuple(_part(seed, index, name, place, rng) for index, (name, place) in enumerate(wanted))


def _part(seed: int, index: int, name: str, place: str, rng: Random) -> Part:
    listed = name in LISTS
    if name in INLINE:
        place = "inline"
    hooks = {"teasers": ("teasers", "promo"), "news": ("news-list", "latest"), "related": ("related", "see-also")}
    hook = rng.choice(("", "", "block", "box1", *hooks.get(name, ("widget", name))))
    return Part(
        index=index,
        name=name,
        place=place or rng.choice((*PLACES, *IN_MAIN[:3])),
        pace=rng.choice(PACES),
        form=rng.choice(LIST_FORMS if listed else LINE_FORMS),
        hook=hook,
        wrap=rng.choice(("div", "div", "div", "section", "aside") if hook else ("", "", "div")),
        size=rng.randint(1, 8) if listed else 1,
        headed=rng.random() < 0.5,
        linked=rng.random() < 0.7,
        dated=rng.random() < 0.4,
        pictured=rng.random() < 0.3,
        style=rng.randrange(24),
        seed=f"{seed}:{index}",
    )


def _with_inline(content: Content, site: Site, rng: Random) -> Content:
    paragraphs = list(content.paragraphs)
    for part in (part for part in site.parts if part.place == "inline"):
        free = [at for at, one in enumerate(paragraphs) if one.kind == "p" and one.inline is None]
        at = rng.choice(free)
        paragraphs[at] = replace(paragraphs[at], inline=part)
    return replace(content, paragraphs=tuple(paragraphs))


def _times(site: Site, rng: Random, looks: int) -> list[datetime]:
    at, times = site.start, []
    for _ in range(looks):
        times.append(at)
        at += timedelta(hours=site.interval_h, seconds=rng.randint(0, int(site.interval_h * 400)))
    return times


# ---- what happens -------------------------------------------------------------------------------------------------------------


def _played(site: Site, content: Content, times: list[datetime], rng: Random) -> list[Look]:
    """Look after look: edits, notices, outages and turns, as they come."""
    ticks = _ticks(site, times, rng)
    redesigned_at = {rng.randint(30, max(30, len(times) - 20)) for _ in range(2)} if site.kind == "redesign" else set()
    looks: list[Look] = []
    next_at = rng.randint(5, 16)
    turns = _Turns()
    outage, left, notice_left = "", 0, 0
    for number, at in enumerate(times):
        change: Change | None = None
        if number in redesigned_at:
            site = _redesigned(site, rng)
        if left:
            left -= 1
            if not left and rng.random() < 0.35 and not turns.on:
                change = _edit(site, content, ticks[number], at, rng)
                next_at = number + rng.randint(6, 20)
        elif notice_left:
            notice_left -= 1
            if not notice_left:
                change = _notice_ended(content, at)
                next_at = number + rng.randint(6, 20)
        elif number >= next_at:
            what = _what(site, rng, turns.on)
            next_at = number + rng.randint(7, 24)
            if what == "outage":
                outage, left = rng.choice(_OUTAGES), rng.choice((1, 1, 2, 4, 8, 16, 30))
                next_at += left
            elif what == "notice":
                change, notice_left = _notice(site, content, at, rng), rng.randint(5, 30)
            elif what == "turns":
                change = (
                    _title_edit(site, content, at, rng) if site.kind == "ab_title" else _edit(site, content, 0, at, rng)
                )
                turns.begin(
                    content,
                    change,
                    number + rng.randint(20, 60),
                    how=rng.choice(("strict", "random", "random", "sticky")),
                )
            elif what == "stamp":
                content = replace(content, stamped=at - timedelta(minutes=rng.randint(1, 300)))
            else:
                change = _edit(site, content, ticks[number], at, rng)
        if left:
            looks.append(_outage(site, content, outage, number, at, ticks[number], looks, rng))
            continue
        if change:
            content = change.content
        elif change := turns.ended(number):
            change = replace(change, content=content)
        shown, truth = turns.shown(content, number, bool(change), rng)
        looks.append(_good(site, shown, number, at, ticks[number], change, truth, rng))
    return looks


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


def _ticks(site: Site, times: list[datetime], rng: Random) -> list[dict[int, int]]:
    """How often each part has changed by each look."""
    counts = {part.index: 0 for part in site.parts}
    ticks = []
    for number, at in enumerate(times):
        for part in site.parts:
            local = at + timedelta(hours=part.style % 11)
            if part.pace == "day":
                counts[part.index] = local.toordinal()
            elif part.pace == "bursts":
                lively = Random(f"{part.seed}:burst:{number // 25}").random() < 0.4
                counts[part.index] += lively and rng.random() < 0.6
            elif part.pace == "look" and part.name != "news":
                counts[part.index] = number
            elif rng.random() < (0.3 if part.pace == "few" else 0.6):
                counts[part.index] += 1
        ticks.append(dict(counts))
    return ticks


# ---- edits --------------------------------------------------------------------------------------------------------------------


def _edit(site: Site, content: Content, ticks: dict[int, int] | int, at: datetime, rng: Random) -> Change:
    """A real edit, inside something restless where there is something to edit in."""
    made = None
    if ticks and rng.random() < (0.9 if site.kind == "restless_edits" else 0.6):
        made = _restless_edit(site, content, rng)
    while made is None:
        made = _plain_edit(site, content, rng.choice(_EDITS), rng)
    stamped = at - timedelta(minutes=rng.randint(1, 50)) if rng.random() < 0.6 else content.stamped
    return replace(made, content=replace(made.content, stamped=stamped))


def _restless_edit(site: Site, content: Content, rng: Random) -> Change | None:
    taken = {index for index, _, _ in content.lasting}
    unsaid = [line for line in site.words.lasting if line not in {said for _, _, said in content.lasting}]
    free = [part for part in site.parts if part.place in IN_MAIN and part.index not in taken and part.name != "cookie"]
    if not free or not unsaid:
        return None
    part, line = rng.choice(free), rng.choice(unsaid)
    if part.place == "inline":
        return _beside_inline(site, content, part, rng)
    how = rng.choice(("replaced", "bare", "slot", "inside") if part.is_list and part.size > 1 else ("replaced", "bare"))
    lasting = (*content.lasting, (part.index, how, line))
    return Change(content=replace(content, lasting=lasting), shape=f"part_{how}", restless=True, present=(line,))


def _beside_inline(site: Site, content: Content, part: Part, rng: Random) -> Change | None:
    at = next((n for n, one in enumerate(content.paragraphs) if one.inline == part), None)
    if at is None:
        return None
    paragraph = content.paragraphs[at]
    old, new = paragraph.sentences[0], _unused(site, content, rng)
    how = rng.choice(("reworded", "added", "instead"))
    if how == "reworded":
        edited = replace(paragraph, sentences=(new, *paragraph.sentences[1:]))
    elif how == "added":
        edited = replace(paragraph, sentences=(*paragraph.sentences, new))
    else:
        edited = replace(paragraph, sentences=(*paragraph.sentences, new), inline=None)
    paragraphs = (*content.paragraphs[:at], edited, *content.paragraphs[at + 1 :])
    absent = (old,) if how == "reworded" else ()
    done = replace(content, paragraphs=paragraphs)
    return Change(content=done, shape=f"beside_{how}", restless=True, present=(new,), absent=absent)


def _unused(site: Site, content: Content, rng: Random) -> str:
    used = {said for paragraph in content.paragraphs for said in paragraph.sentences}
    while (made := sentence(site.words, rng)) in used:
        pass
    return made


def _plain_edit(site: Site, content: Content, shape: str, rng: Random) -> Change | None:
    paragraphs = list(content.paragraphs)
    at = rng.randrange(len(paragraphs))
    paragraph = paragraphs[at]
    if shape == "title":
        return _title_edit(site, content, None, rng)
    if shape == "moved":
        return _moved(site, content, rng)
    if shape == "negation":
        return _negated(site, content)
    if shape in ("section", "rewritten", "cut"):
        return _large_edit(site, content, shape, rng)
    if shape == "paragraph":
        new = _unused(site, content, rng)
        paragraphs.insert(at, Paragraph(key=1000 + len(paragraphs) + rng.randrange(10**6), kind="p", sentences=(new,)))
        return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape=shape, present=(new,))
    edited, present, absent = _edited(site, content, paragraph, shape, rng)
    if edited is None:
        return None
    paragraphs[at] = edited
    done = replace(content, paragraphs=tuple(paragraphs))
    beside = paragraph.inline is not None
    return Change(content=done, shape=shape, restless=beside, present=present, absent=absent)


def _large_edit(site: Site, content: Content, shape: str, rng: Random) -> Change | None:
    """A section of new paragraphs, a third of the sentences reworded, or a paragraph taken out."""
    paragraphs = list(content.paragraphs)
    if shape == "section":
        new: list[str] = []
        while len(new) < 6:
            new = list(dict.fromkeys([*new, _unused(site, content, rng)]))
        at, key = rng.randint(1, len(paragraphs)), 10**7 + rng.randrange(10**7)
        kinds = ("h", *rng.choice((("p", "p", "p", "p", "p"), ("p", "li", "li", "li", "p"))))
        paragraphs[at:at] = [Paragraph(key=key + n, kind=kinds[n], sentences=(said,)) for n, said in enumerate(new)]
        return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape=shape, present=tuple(new))
    free = [n for n, one in enumerate(paragraphs) if one.key not in site.anchors.values() and not one.inline]
    if shape == "cut":
        if len(free) < 2 or len(paragraphs) < 4:
            return None
        gone = paragraphs.pop(rng.choice(free))
        return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape=shape, absent=gone.sentences)
    present, absent = [], []
    for n in rng.sample(free, max(1, len(free) // 3)) if free else ():
        old, new_one = paragraphs[n].sentences[0], _unused(site, content, rng)
        if new_one in present:
            continue
        paragraphs[n] = replace(paragraphs[n], sentences=(new_one, *paragraphs[n].sentences[1:]))
        present.append(new_one)
        absent.append(old)
    if not present:
        return None
    done = replace(content, paragraphs=tuple(paragraphs))
    return Change(content=done, shape=shape, present=tuple(present), absent=tuple(absent))


def _edited(
    site: Site, content: Content, paragraph: Paragraph, shape: str, rng: Random
) -> tuple[Paragraph | None, tuple[str, ...], tuple[str, ...]]:
    """The paragraph with a sentence changed, added or deleted; what is new and what is gone."""
    said = list(paragraph.sentences)
    at = rng.randrange(len(said))
    old = said[at]
    if shape == "deleted":
        if len(said) < 2:
            return None, (), ()
        del said[at]
        return replace(paragraph, sentences=tuple(said)), (), (old,)
    if shape == "added":
        new = _unused(site, content, rng)
        return replace(paragraph, sentences=(*said[:at], new, *said[at:])), (new,), ()
    new = _with_other_number(old, rng) if shape == "number" else _with_other_word(site.words, old, rng)
    if new == old or any(new in other.sentences for other in content.paragraphs):
        return None, (), ()
    said[at] = new
    return replace(paragraph, sentences=tuple(said)), (new,), (old,)


def _with_other_number(old: str, rng: Random) -> str:
    numbers = list(dict.fromkeys("".join(c if c.isdigit() else " " for c in old).split()))
    return old.replace(numbers[0], str(int(numbers[0]) + rng.randint(1, 9)), 1) if numbers else old


def _with_other_word(words: Words, old: str, rng: Random) -> str:
    for parts in rng.sample((words.s, words.t), 2):
        for part in parts:
            if "{n}" not in part and part in old:
                other = rng.choice([one for one in parts if one != part and "{n}" not in one])
                return old.replace(part, other, 1)
    return old


def _title_edit(site: Site, content: Content, at: datetime | None, rng: Random) -> Change:
    title = _unused(site, content, rng).strip(".。।")
    done = replace(content, title=title, stamped=at or content.stamped)
    return Change(content=done, shape="title", present=(title,), absent=(content.title,))


def _moved(site: Site, content: Content, rng: Random) -> Change | None:
    movable = [
        n
        for n, one in enumerate(content.paragraphs)
        if one.kind == "p" and one.key not in site.anchors.values() and not one.inline
    ]
    if len(movable) < 2:
        return None
    first, second = sorted(rng.sample(movable, 2))
    paragraphs = list(content.paragraphs)
    moved = paragraphs.pop(first)
    paragraphs.insert(second, moved)
    order = (content.paragraphs[second].sentences[0], moved.sentences[0])
    return Change(content=replace(content, paragraphs=tuple(paragraphs)), shape="moved", order=order)


def _negated(site: Site, content: Content) -> Change | None:
    for at, paragraph in enumerate(content.paragraphs):
        for old, new in site.words.pairs:
            if old in paragraph.sentences:
                edited = replace(paragraph, sentences=tuple(new if one == old else one for one in paragraph.sentences))
                paragraphs = (*content.paragraphs[:at], edited, *content.paragraphs[at + 1 :])
                return Change(
                    content=replace(content, paragraphs=paragraphs), shape="negation", present=(new,), absent=(old,)
                )
    return None


def _notice(site: Site, content: Content, at: datetime, rng: Random) -> Change:
    lines: tuple[str, ...] = (rng.choice(site.words.notice),)
    if rng.random() < 0.35:
        above = replace(content, above=lines, stamped=at)
        return Change(content=above, truth="notice", shape="above", present=lines)
    if rng.random() < 0.4:
        lines = (*lines, _unused(site, content, rng))
    if rng.random() < 0.3:
        lines = (*lines, *content.paragraphs[0].sentences)  # the first paragraph is left to stand
    gone = tuple(content.paragraphs[n].sentences[0] for n in (0, -1) if content.paragraphs[n].sentences[0] not in lines)
    return Change(
        content=replace(content, notice=lines, stamped=at), truth="notice", shape="instead", present=lines, absent=gone
    )


def _notice_ended(content: Content, at: datetime) -> Change:
    present = tuple(content.paragraphs[n].sentences[0] for n in (0, -1))
    done = replace(content, notice=(), above=())
    ended = tuple(line for line in (*content.notice, *content.above) if line not in content.paragraphs[0].sentences)
    return Change(content=done, shape="notice_ended", present=present, absent=ended)


# ---- what is sent -------------------------------------------------------------------------------------------------------------


def _capture(site: Site, at: datetime, body: bytes | None, **more: object) -> Capture:
    charset = f"; charset={site.encoding}" if site.encoding_in != "meta" else ""
    given: dict[str, object] = {
        "url": site.url,
        "final_url": site.url,
        "observed_at": at,
        "duration_us": 180_000,
        "status": 200,
        "status_reason": "OK",
        "headers": (("Content-Type", f"text/html{charset}"),),
        "body": body,
        "wire_bytes": len(body or b""),
    }
    return Capture(**(given | more))  # type: ignore[arg-type]


def _good(
    site: Site,
    content: Content,
    number: int,
    at: datetime,
    ticks: dict[int, int],
    change: Change | None,
    truth: str,
    rng: Random,
) -> Look:
    said = _said(site, content, number, at, ticks)
    page = _page(site, content, number, at, said, rng)
    living = tuple((part.label, tuple(item.text for item in said[part.index])) for part in site.parts)
    capture = _capture(site, at, page.encode(site.encoding, "xmlcharrefreplace"))
    if change is None or truth:
        return Look(number=number, capture=capture, truth=truth or "same", living=living)
    return Look(
        number=number,
        capture=capture,
        truth=change.truth,
        shape=change.shape,
        restless=change.restless,
        present=change.present,
        absent=change.absent,
        order=change.order,
        living=living,
    )


def _said(site: Site, content: Content, number: int, at: datetime, ticks: dict[int, int]) -> Said:
    return {part.index: items_of(part, site.words, tick=ticks[part.index], look=number, at=at) for part in site.parts}


def _page(site: Site, content: Content, number: int, at: datetime, said: Said, rng: Random, *, main: str = "") -> str:
    """The page's source. `main` stands in the place of the text."""
    token = f"{rng.randrange(16**12):012x}"
    session = token if site.sessions else ""
    lasting = {index: (how, line) for index, how, line in content.lasting}
    placed: dict[str, list[str]] = {place: [] for place in PLACES}
    between: dict[int, list[str]] = {}
    hide = bool(main or content.notice)
    for part in site.parts:
        made = _part_html(site, part, said[part.index], lasting.get(part.index), session)
        if part.place == "between":
            between.setdefault(site.anchors[part.index], []).append(made)
        elif part.place != "inline":
            placed[part.place].append(made)
    text = main or _text(site, content, between, said)
    stamp = written_date(site.words, content.stamped.date(), site.stamp_form)
    fields = {
        place: "" if hide and place in IN_MAIN else "\n".join(made)
        for place, made in placed.items()
        if place != "between"
    }
    fields |= frames.links(site.words.menu, session)
    fields |= {
        "attrs": f'lang="{site.words.language}"' + (' dir="rtl"' if site.words.rtl else ""),
        "head": _head(site, content, token),
        "site": html.escape(site.words.site),
        "search": _search(site, token),
        "foot": f"{html.escape(site.words.labels['address'])}<br>© 2014 {html.escape(site.words.site)}",
        "title": html.escape(content.title),
        "text": text,
        "stamp": html.escape(site.words.said("stamp", stamp)) if site.stamp_form != 5 and not main else "",
    }
    return _finish(site, frames.SKELETONS[site.skeleton].format(**fields), token, rng)


def _part_html(site: Site, part: Part, items: tuple[Item, ...], lasting: tuple[str, str] | None, session: str) -> str:
    how, line = lasting or ("", "")
    if how == "bare":
        return f"<p>{html.escape(line)}</p>"
    if how == "replaced":
        hook = f' class="{part.hook}"' if part.hook else ""
        tag = part.wrap or "div"
        return f"<{tag}{hook}><p>{html.escape(line)}</p></{tag}>"
    return part_html(
        part, site.words, items, session, slot=line if how == "slot" else "", inside=line if how == "inside" else ""
    )


def _text(site: Site, content: Content, between: dict[int, list[str]], said: Said) -> str:
    if content.notice:
        return frames.text_html([("p", html.escape(line)) for line in content.notice], site.text_style)
    blocks = [("p", f"<b>{html.escape(line)}</b>") for line in content.above]
    gap = site.words.gap
    for paragraph in content.paragraphs:
        lines = [html.escape(line) for line in paragraph.sentences]
        lines[0] = _linked(paragraph.sentences[0], paragraph.key)
        if paragraph.kind == "row":
            said_ = html.escape(paragraph.sentences[0])
            lines = [said_.replace(" ", " | ", 1)] if gap else [f"{said_[:3]}|{said_[3:]}"]
        if paragraph.inline and said[paragraph.inline.index]:
            now = html.escape(said[paragraph.inline.index][0].text)
            style = paragraph.inline.style
            now = (now, f"<span>{now}</span>", f"<b>{now}</b>")[style % 3]
            lines.insert(0 if style % 5 == 0 else min(style % 4, len(lines)), now)
        blocks.append((paragraph.kind, gap.join(lines)))
        blocks.extend(("part", made) for made in between.get(paragraph.key, ()))
    return frames.text_html(blocks, site.text_style)


def _linked(line: str, key: int) -> str:
    """A paragraph's first sentence as markup; in every ninth paragraph part of it is a link, in every seventh in bold."""
    middle = line.find(" ", len(line) // 2) if " " in line else len(line) // 2
    start, end = html.escape(line[:middle]), html.escape(line[middle:])
    if key % 9 == 4:
        return f'{start}<a href="/law/{key}">{end}</a>'
    return f"<strong>{start}</strong>{end}" if key % 7 == 3 else start + end


def _head(site: Site, content: Content, token: str) -> str:
    title, name = html.escape(content.title), html.escape(site.words.site)
    told = (f"{title} | {name}", f"{name} – {title}", title, name)[site.title_form]
    meta = (
        f'<meta http-equiv="Content-Type" content="text/html; charset={site.encoding}">'
        if site.encoding_in != "header"
        else ""
    )
    script = (
        f'<script nonce="{token}">var t = "{token}";</script><meta name="csrf-token" content="{token}">'
        if site.tokens
        else ""
    )
    return f"{meta}<title>{told}</title>{script}"


def _search(site: Site, token: str) -> str:
    hidden = f'<input type="hidden" name="csrf" value="{token}">' if site.tokens else ""
    return f'<form action="/search">{hidden}<input name="q"><button>{html.escape(site.words.said("search"))}</button></form>'


def _finish(site: Site, page: str, token: str, rng: Random) -> str:
    if not site.semantic:
        page = frames.without_semantics(page)
    if site.shuffled_names:
        page = frames.neutral_names(page, token)
    elif not site.telling:
        page = frames.neutral_names(page, str(site.seed))
    return frames.variant(page, rng.randrange(site.machines)) if site.machines > 1 else page


# ---- outages ------------------------------------------------------------------------------------------------------------------


def _outage(
    site: Site,
    content: Content,
    shape: str,
    number: int,
    at: datetime,
    ticks: dict[int, int],
    looks: list[Look],
    rng: Random,
) -> Look:
    """What came in the page's place."""
    said = _said(site, content, number, at, ticks)
    living = tuple((part.label, tuple(item.text for item in said[part.index])) for part in site.parts)

    def framed(main: str, title: str = "") -> bytes:
        shown = replace(content, title=title or content.title)
        return _page(site, shown, number, at, said, rng, main=main).encode(site.encoding, "xmlcharrefreplace")

    capture = _outage_capture(site, shape, at, framed, looks, rng)
    return Look(number=number, capture=capture, truth="outage", shape=shape, living=living)


def _outage_capture(
    site: Site, shape: str, at: datetime, framed: Callable[..., bytes], looks: list[Look], rng: Random
) -> Capture:
    words = site.words
    incident = f"{rng.randrange(16**10):010x}"
    texts = {key: f"<p>{html.escape(words.said(key))}</p>" for key in ("error", "missing", "repair", "check", "login")}

    def bare(title: str, text: str) -> bytes:
        return (
            f'<html lang="{words.language}"><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>{text}'
            f"<hr><small>{incident}</small></body></html>"
        ).encode()

    plain = (("Content-Type", "text/html; charset=utf-8"),)
    good = next((look.capture.body for look in reversed(looks) if look.truth != "outage" and look.capture.body), b"")
    form = f'<form method="post"><p>{words.said("user")} <input name="u"></p><p>{words.said("password")} <input type="password" name="p"></p></form>'
    match shape:
        case "connection" | "timeout" | "tls":
            return _capture(
                site, at, None, status=None, status_reason="", headers=(), end="none", failure=(shape, shape)
            )
        case "http_500" | "http_502":
            title = "500 Internal Server Error" if shape == "http_500" else "502 Bad Gateway"
            return _capture(site, at, bare(title, "<p>nginx</p>"), status=int(title[:3]), headers=plain)
        case "http_503_frame":
            return _capture(site, at, framed(texts["error"]), status=503)
        case "http_403":
            return _capture(site, at, bare("403 Forbidden", "<p>Access denied.</p>"), status=403, headers=plain)
        case "http_429":
            return _capture(site, at, bare("Too Many Requests", "<p>Slow down.</p>"), status=429, headers=plain)
        case "loop":
            return _capture(site, at, None, status=302, end="none", failure=("redirect", "more than 10 hops"))
        case "shell":
            page = f'<!doctype html><html><head><title>{words.site}</title></head><body><div id="app"></div><script src="/a.js"></script>'
            return _capture(site, at, f"{page}<noscript>JavaScript</noscript></body></html>".encode(), headers=plain)
        case "parked":
            text = "<p>This domain is for sale. Buy this domain. Related searches: flights, hotels, loans.</p>"
            return _capture(site, at, bare("valdonia.example", text), headers=plain)
        case "language":
            return _capture(site, at, _in_another_language(site, at, rng), headers=plain)
        case "consent":
            text = f"<p>{html.escape(words.said('cookie'))}</p><button>{html.escape(words.said('accept'))}</button>"
            return _capture(site, at, bare(words.site, text), headers=plain)
        case "not_html":
            return _capture(
                site, at, b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>", headers=(("Content-Type", "application/pdf"),)
            )
        case "http_404":
            return _capture(site, at, framed(texts["missing"], words.said("missing").split(".")[0]), status=404)
        case "error_bare":
            return _capture(site, at, bare("Error", texts["error"]), headers=plain)
        case "error_frame":
            return _capture(site, at, framed(texts["error"] + f"<p>ID: {incident}</p>"))
        case "database_frame":
            return _capture(
                site, at, framed("<p>Warning: mysql_connect(): Too many connections in /srv/www/db.php on line 31</p>")
            )
        case "missing_frame":
            return _capture(site, at, framed(texts["missing"], words.said("missing").replace("。", ".").split(".")[0]))
        case "challenge":
            text = f'<p>Checking your browser before accessing {words.city}.</p><div id="cf-wrapper">Ray ID: {incident}</div>'
            return _capture(site, at, bare("Just a moment...", text), status=rng.choice((200, 403, 503)), headers=plain)
        case "check_own":
            return _capture(
                site, at, bare(words.site, texts["check"] + "<noscript>JavaScript</noscript>"), headers=plain
            )
        case "maintenance" | "maintenance_503":
            return _capture(
                site,
                at,
                bare(words.site, texts["repair"]),
                status=200 if shape == "maintenance" else 503,
                headers=plain,
            )
        case "empty":
            return _capture(site, at, b"")
        case "empty_text":
            return _capture(site, at, framed("<div></div>"))
        case "cut_told":
            return _capture(
                site, at, good[: len(good) * rng.randint(20, 80) // 100], end="cut", failure=("truncated", "body cut")
            )
        case "cut_silent":
            return _capture(site, at, good[: len(good) * rng.randint(20, 70) // 100])
        case "login_redirect":
            there = "http://login.valdonia.example/signin"
            hop = Hop(url=site.url, status=302, reason="Found", headers=(("Location", there),), peer=None)
            return _capture(site, at, bare(words.said("login"), form), final_url=there, hops=(hop,), headers=plain)
        case "login_frame":
            return _capture(site, at, framed(texts["login"] + form))
        case "home_redirect":
            there = site.url.split("/", 3)[0] + "//" + site.url.split("/")[2] + "/"
            hop = Hop(url=site.url, status=302, reason="Found", headers=(("Location", there),), peer=None)
            text = "".join(f"<p>{html.escape(headline(words, rng))}</p>" for _ in range(4))
            return _capture(site, at, framed(text, words.menu[0]), final_url=there, hops=(hop,))
    raise ValueError(shape)


def _in_another_language(site: Site, at: datetime, rng: Random) -> bytes:
    """The site's page of that name in another language."""
    others = [words for words in all_words().values() if words.language != site.words.language]
    there = replace(
        site, words=rng.choice(others), parts=(), anchors={}, encoding="utf-8", encoding_in="meta", machines=1
    )
    return _page(there, _first_content(there.words, rng), 0, at, {}, rng).encode()
