"""The site around a fictional page: what is drawn once for a history, and the values that its play is made of."""

from __future__ import annotations

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
    sentence,
)

from archive.model import Capture

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
Said = dict[int, tuple[Item, ...]]  # what each part says, by its index
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


def first_content(words: Words, rng: Random) -> Content:
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


def site_of(seed: int, kind: str, words: Words, content: Content, rng: Random) -> Site:
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


def with_inline(content: Content, site: Site, rng: Random) -> Content:
    paragraphs = list(content.paragraphs)
    for part in (part for part in site.parts if part.place == "inline"):
        free = [at for at, one in enumerate(paragraphs) if one.kind == "p" and one.inline is None]
        at = rng.choice(free)
        paragraphs[at] = replace(paragraphs[at], inline=part)
    return replace(content, paragraphs=tuple(paragraphs))


def times_of(site: Site, rng: Random, looks: int) -> list[datetime]:
    at, times = site.start, []
    for _ in range(looks):
        times.append(at)
        at += timedelta(hours=site.interval_h, seconds=rng.randint(0, int(site.interval_h * 400)))
    return times


def ticks_of(site: Site, times: list[datetime], rng: Random) -> list[dict[int, int]]:
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
