"""The living parts of fictional pages: what changes by itself, what it says at one look, and how it is marked up."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

LISTS = (
    "teasers",
    "fresh_teasers",
    "news",
    "related",
    "shuffled",
    "rates",
    "cities",
    "calendar",
    "poll",
    "tags",
    "sun",
)
LINES = (
    *(
        "today",
        "clock",
        "updated_now",
        "weather",
        "visitors",
        "online",
        "made",
        "left",
        "ip",
        "share",
        "quote",
        "banner",
    ),
    *("ad", "on_this_day", "ab_line", "cookie", "level", "trace", "iso_time"),
)
INLINE = ("clock_inline", "read_inline", "today_inline", "rate_inline", "weather_inline", "online_inline")
LIST_FORMS = ("ul", "cards", "p_a", "rows", "dl", "a_br", "ol", "p")
LINE_FORMS = ("p", "div", "span_br", "row", "li", "font", "bare")
PACES = ("look", "few", "day", "bursts")
IN_MAIN = ("top", "between", "end", "inline")
PLACES = ("before", "top", "between", "end", "column", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language."""

    language: str
    order: str
    rtl: bool
    months: tuple[str, ...]
    days: tuple[str, ...]
    date: str
    site: str
    city: str
    s: tuple[str, ...]
    p: tuple[str, ...]
    t: tuple[str, ...]
    who: tuple[str, ...]
    did: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    notice: tuple[str, ...]
    lasting: tuple[str, ...]
    weather: tuple[str, ...]
    menu: tuple[str, ...]
    labels: dict[str, str] = field(repr=False)

    @property
    def gap(self) -> str:
        """What stands between two sentences."""
        return "" if self.language in ("zh", "ja") else " "

    def said(self, label: str, value: object = "") -> str:
        return self.labels[label].replace("{x}", str(value))


@cache
def all_words() -> dict[str, Words]:
    """The words by language code."""
    read = tomllib.loads(Path(__file__).with_name("living_words.toml").read_text(encoding="utf-8"))
    return {language: _words(language, given) for language, given in read.items()}


def _words(language: str, given: dict[str, str]) -> Words:
    def lines(key: str) -> tuple[str, ...]:
        return tuple(given[key].splitlines())

    def pair(line: str) -> tuple[str, str]:
        left, _, right = line.partition(" = ")
        return left, right

    return Words(
        language=language,
        order=given["order"],
        rtl=bool(given.get("rtl")),
        months=tuple(given["months"].split()),
        days=tuple(given["days"].split()),
        date=given["date"],
        site=given["site"],
        city=given["city"],
        s=lines("s"),
        p=lines("p"),
        t=lines("t"),
        who=lines("who"),
        did=lines("did"),
        pairs=tuple(map(pair, lines("pairs"))),
        notice=lines("notice"),
        lasting=lines("lasting"),
        weather=tuple(given["weather"].split(", ")),
        menu=tuple(given["menu"].split(", ")),
        labels=dict(map(pair, lines("labels"))),
    )


def sentence(words: Words, rng: Random) -> str:
    """One made-up statement."""
    filled = [rng.choice(of).replace("{n}", str(rng.randint(2, 95))) for of in (words.s, words.p, words.t)]
    return words.order.format(s=filled[0], p=filled[1], t=filled[2])


def headline(words: Words, rng: Random) -> str:
    """One made-up headline of another page: mostly news, sometimes a document's name."""
    of = (words.who, words.did) if rng.random() < 0.75 else (words.s, words.p)
    subject, done = (rng.choice(some).replace("{n}", str(rng.randint(2, 95))) for some in of)
    cut = words.order.format(s=subject, p=done, t="").strip(" .。।")
    return " ".join(cut.split()) if words.gap else cut


def written_date(words: Words, on: date, style: int) -> str:
    """A date in one of eight ways of writing it."""
    long = words.date.format(d=on.day, m=on.month, y=on.year, month=words.months[on.month - 1])
    return (
        long,
        f"{words.days[on.weekday()]}, {long}" if words.gap else f"{long} {words.days[on.weekday()]}",
        f"{on.day:02}.{on.month:02}.{on.year}",
        on.isoformat(),
        f"{on.day}/{on.month}/{on.year}",
        f"{long}, {words.days[on.weekday()]}",
        f"{on.day:02}.{on.month:02}.{on.year % 100:02}",
        f"{words.days[on.weekday()]} {on.day}.{on.month}.",
    )[style % 8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One living part of a page: what it is, where it stands, how often it changes and how it looks."""

    index: int
    name: str
    place: str  # before, top, between, end, column, after, inline
    pace: str  # look, few, day, bursts (quiet for long, then lively); a clock and its like follow the time whatever it says
    form: str
    hook: str  # class name; "" none
    wrap: str  # tag around it; "" none
    size: int
    headed: bool
    linked: bool
    dated: bool
    pictured: bool
    style: int  # of dates, numbers and labels
    seed: str

    @property
    def label(self) -> str:
        return f"{self.name}@{self.place}/{self.pace}/{self.form}{'' if self.linked else '/nolink'}"

    @property
    def is_list(self) -> bool:
        return self.name in LISTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a part: what it says, and its date."""

    text: str
    date: str = ""


def items_of(part: Part, words: Words, *, tick: int, look: int, at: datetime) -> tuple[Item, ...]:
    """What the part says at one look; empty where it isn't there. `tick` counts the part's changes."""
    rng = Random(f"{part.seed}:{tick}")
    if part.name in ("teasers", "fresh_teasers", "news", "related", "shuffled"):
        return _entries(part, words, tick, rng)
    return tuple(Item(text=text) for text in _said(part, words, tick=tick, look=look, at=at, rng=rng))


def _entries(part: Part, words: Words, tick: int, rng: Random) -> tuple[Item, ...]:
    def entry(number: int) -> Item:
        own = Random(f"{part.seed}:entry:{number}")
        text = headline(words, own)
        if part.name == "news":
            on = date(2014, 5, 1) + timedelta(days=number // 2 % 700)
        else:
            on = date(2014, 1, 1) - timedelta(days=own.randint(0, 400))
        return Item(text=text, date=written_date(words, on, part.style) if part.dated else "")

    def some(numbers: Iterable[int]) -> tuple[Item, ...]:
        """The first of them that differ."""
        found = {item.text: item for item in map(entry, numbers)}
        return tuple(found.values())[: part.size]

    if part.name == "news":
        return some(range(tick, tick - part.size - 3, -1))
    if part.name == "fresh_teasers":
        return some(range(tick * 20, tick * 20 + part.size + 5))
    if part.name == "shuffled":
        return some(rng.sample(range(part.size), part.size))
    pool = 3 * part.size + part.style
    return some(rng.sample(range(pool), min(pool, part.size + 3)))


def _number(value: int, style: int) -> str:
    return (f"{value}", f"{value:,}", f"{value:,}".replace(",", " "), f"{value:,}".replace(",", "."))[style % 4]


def _said(part: Part, words: Words, *, tick: int, look: int, at: datetime, rng: Random) -> tuple[str, ...]:
    local, style = at + timedelta(hours=part.style % 11), part.style
    clock = f"{local:%H:%M:%S}" if style % 2 else f"{local:%H:%M}"
    every = Random(f"{part.seed}:look:{look}")  # what changes at every look whatever the pace
    day = written_date(words, local.date(), style)
    stem = part.name.removesuffix("_inline")
    match stem:
        case "today":
            return (words.said("today", day),) if style % 3 or part.place == "inline" else (day,)
        case "clock":
            return (words.said("now", clock),) if style % 3 or part.place == "inline" else (f"{day} {clock}",)
        case "updated_now":
            return (words.said("updated", f"{day}{', ' if style % 2 else ' '}{clock}"),)
        case "weather":
            return (f"{words.city} {_degrees(every, style)}, {rng.choice(words.weather)}",)
        case "cities":
            names = (words.city, *(word.split()[-1] for word in words.s[:4]))[: max(2, part.size)]
            return tuple(f"{name}: {_degrees(every, style)}, {every.choice(words.weather)}" for name in names)
        case "visitors":
            return (words.said("visitors", _number(100_200 + look * 37 + style * 1000, style)),)
        case "read":
            return (words.said("read", _number(1_200 + look * 3 + style * 100, style)),)
        case "online":
            return (words.said("online", every.randint(2, 90)),)
        case "made":
            return (words.said("made", f"0.{every.randint(100, 999)}"),)
        case "left":
            return (words.said("left", 900 - (local.date() - date(2014, 1, 1)).days),)
        case "ip":
            return (words.said("ip", f"203.0.113.{every.randint(1, 250)}"),)
        case "share":
            return (f"{words.said('share')} ({100 + look // 2})",)
        case "rate":
            return (words.said("rated", f"{every.randint(38000, 45000) / 100:.2f}"),)
        case "rates":
            return tuple(
                f"{code} {every.randint(100, 9000) / 100:.2f}"
                for code in ("VDC", "ORK", "MLD", "TSN")[: max(2, part.size)]
            )
        case "poll":
            yes = 40 + (look // 3) % 17
            return (words.said("poll"), f"{words.said('yes')} – {yes}%", f"{words.said('no')} – {100 - yes}%")
        case "calendar":
            return _month(words, local.date())
        case "tags":
            topics = rng.sample(words.menu, min(len(words.menu), part.size + 2))
            return tuple(f"{topic} ({every.randint(2, 60)})" for topic in topics)
        case "sun":
            turn = local.timetuple().tm_yday
            return (f"↑ 0{4 + turn % 4}:{turn % 60:02}", f"↓ {18 + turn % 4}:{(turn * 3) % 60:02}", words.city)
        case "level":
            return (f"{words.city}: {180 + every.randint(-9, 9)} cm ({every.randint(-5, 5):+d})",)
        case "trace":
            return (f"ID {every.randrange(16**12):012x}",)
        case "iso_time":
            return (f"{local:%Y-%m-%dT%H:%M:%SZ}",)
    return _shown(part, words, rng, every, local, tick)


def _shown(part: Part, words: Words, rng: Random, every: Random, local: datetime, tick: int) -> tuple[str, ...]:
    own = Random(f"{part.seed}:pool:{rng.randrange(12 + part.style)}")
    match part.name:
        case "quote":
            return (f"„{sentence(words, own)}“ – {own.choice('ABCDEFG')}. {words.city}",)
        case "banner":
            return (f"{words.menu[rng.randrange(len(words.menu))]}: {headline(words, own)}",)
        case "ad":
            return (f"{words.said('ad')}: {headline(words, own)}",)
        case "on_this_day":
            born = Random(f"{part.seed}:{local:%m%d}")
            return (f"{local.day}.{local.month}.{born.randint(1700, 1990)} – {headline(words, born)}",)
        case "ab_line":
            return (headline(words, Random(f"{part.seed}:{every.randrange(2)}")),)
        case "cookie":
            return (words.said("cookie"),) if every.random() < 0.5 else ()
    raise ValueError(part.name)


def _month(words: Words, on: date) -> tuple[str, ...]:
    first = on.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    weeks = [str(day) for day in range(1, last.day + 1)]
    return (
        f"{words.months[on.month - 1]} {on.year}",
        *(" ".join(weeks[at : at + 7]) for at in range(0, len(weeks), 7)),
    )


def _degrees(rng: Random, style: int) -> str:
    value = rng.randint(-12, 29)
    return f"{value:+d} °C" if style % 2 else f"{value}°"


def part_html(
    part: Part, words: Words, items: tuple[Item, ...], token: str, *, slot: str = "", inside: str = ""
) -> str:
    """The part's markup. `slot`: a lasting line in its last entry's place; `inside`: a lasting paragraph before its entries."""
    if not items:
        return ""
    if slot and part.is_list:
        last = max(items, key=lambda item: item.text) if part.name == "shuffled" else items[-1]
        items = tuple(item for item in items if item is not last)
    inner = _list_html(part, items, slot, token) if part.is_list else _line_html(part, items[0], token)
    head = _heading(part, words) if part.headed and part.is_list else ""
    inner = f"{head}{f'<p>{html.escape(inside)}</p>' if inside else ''}{inner}"
    hook = f' class="{part.hook}"' if part.hook else ""
    if part.form == "row" and not part.is_list:
        return f"<table{hook}><tr><td>{inner}</td></tr></table>"
    return f"<{part.wrap}{hook}>{inner}</{part.wrap}>" if part.wrap else inner


def _heading(part: Part, words: Words) -> str:
    label = {"related": "related", "rates": "rate", "cities": "weather"}.get(part.name, "news")
    tag = ("h3", "h2", "b", "div", "strong")[part.style % 5]
    return f"<{tag}>{html.escape(words.said(label))}</{tag}>\n"


def _anchor(part: Part, item: Item, number: int, token: str) -> str:
    text = html.escape(item.text)
    session = f"&amp;sid={token}" if token else ""
    target = sum(map(ord, item.text)) % 9000
    picture = f'<img src="/i/{target}.jpg" alt="" width="90">' if part.pictured else ""
    return f'{picture}<a href="/news/?id={target}{session}">{text}</a>' if part.linked else picture + text


def _list_html(part: Part, items: tuple[Item, ...], slot: str, token: str) -> str:
    rows = [(_anchor(part, item, number, token), item.date) for number, item in enumerate(items)]
    if slot:
        rows.append((html.escape(slot), ""))
    dated = [f'<span class="date">{on}</span> {text}' if on else text for text, on in rows]
    match part.form:
        case "ul" | "ol":
            return f"<{part.form}>\n" + "\n".join(f"<li>{text}</li>" for text in dated) + f"\n</{part.form}>"
        case "cards":
            return "\n".join(
                f'<div class="card"><div>{text}</div>{f"<time>{on}</time>" if on else ""}</div>' for text, on in rows
            )
        case "rows":
            return "<table>" + "".join(f"<tr><td>{on}</td><td>{text}</td></tr>" for text, on in rows) + "</table>"
        case "dl":
            return (
                "<dl>"
                + "".join(f"<dt>{on}</dt><dd>{text}</dd>" if on else f"<dd>{text}</dd>" for text, on in rows)
                + "</dl>"
            )
        case "a_br":
            return "<br>\n".join(dated) + "<br>\n"
    return "\n".join(f"<p>{text}</p>" for text in dated)


def _line_html(part: Part, item: Item, token: str) -> str:
    text = html.escape(item.text)
    if part.name in ("banner", "ad") and part.linked:
        text = f'<a href="/go?b={sum(map(ord, item.text)) % 977}{"&amp;sid=" + token if token else ""}">{text}</a>'
    match part.form:
        case "p" | "div":
            return f"<{part.form}>{text}</{part.form}>"
        case "span_br":
            return f"<span>{text}</span><br>"
        case "li":
            return f"<ul><li>{text}</li></ul>"
        case "font":
            return f'<font size="1">{text}</font><br>'
    return text
