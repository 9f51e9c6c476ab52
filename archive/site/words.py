"""How dates, outcomes, kinds and changes are said, in the language of a catalogue. What a page says about data is said here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from archive.model import REASONS, parse_utc
from archive.site.language import ENGLISH, Catalogue

Part = tuple[str, str | None]  # words, and the UTC text of the instant that they name

_PLACE = re.compile(r"(\{\w+\})")

OUTCOMES = {
    "new": "first text",
    "unchanged": "unchanged|outcome",
    "changed": "changed|outcome",
    "held": "held",
    "gone": "gone",
    "failed": "failed",
    "refused": "not asked",
}

KINDS = {
    "wording": "wording",
    "sentence_added": "sentence added",
    "sentence_deleted": "sentence deleted",
    "number": "number|kind",
    "negation": "negation",
    "modality": "modality",
    "moved": "moved|kind",
    "stamp": "page’s own date",
    "punctuation": "punctuation",
    "homoglyph": "look-alike letters",
    "invisible": "invisible characters",
    "reflow": "paragraphs",
}

_REASONS = {reason: meaning for _, reason, meaning in REASONS}
_PLAIN = {
    "new": "the first text of this page",
    "unchanged": "the same text as before",
    "changed": "a different text",
}

VIA = {
    "live": "this archive’s own look",
    "warc": "an imported web archive file",
    "wayback": "an imported capture of the Wayback Machine",
    "memento": "an imported memento of another archive",
    "git": "an imported git history",
    "folder": "an imported folder",
}

CAUSES = {
    "first": "as the page entered this archive",
    "asked": "asked for by the keeper",
    "release": "after a held look was released",
    "hold": "after a look was held by hand",
    "rules": "by new rules of the page",
    "version": "by a new version of the program",
}


def day(at: datetime, say: Catalogue = ENGLISH) -> str:
    """
    >>> day(parse_utc("2014-05-09T10:00:00Z"))
    '9 May 2014'
    """
    return say.text("{day} {month} {year}").format(day=at.day, month=say.months[at.month - 1], year=at.year)


def day_of_year(at: datetime, say: Catalogue = ENGLISH) -> str:
    """A day in a year that is known."""
    return say("{day} {month}", day=at.day, month=say.months[at.month - 1])


def month(at: datetime, say: Catalogue = ENGLISH) -> str:
    return say("{month} {year}", month=say.months_alone[at.month - 1], year=at.year)


def clock(at: datetime, *, seconds: bool = False) -> str:
    return f"{at:%H:%M:%S}" if seconds else f"{at.hour:02}:{at.minute:02}"


def moment(text: str | None, *, seconds: bool = False, say: Catalogue = ENGLISH) -> str:
    """A UTC text as people read it; "never" where there is none.

    >>> moment("2014-05-09T10:00:00Z")
    '9 May 2014, 10:00 UTC'
    """
    if text is None:
        return say("never")
    at = parse_utc(text)
    return f"{day(at, say)}, {clock(at, seconds=seconds)} UTC"


def bounds(not_before: str | None, not_after: str, say: Catalogue = ENGLISH) -> tuple[Part, ...]:
    """When something happened, never more sharply than it is known.

    >>> said(bounds("2014-05-04T10:00:00Z", "2014-05-05T10:00:00Z"))
    'between 4 May 2014, 10:00 and 5 May 2014, 10:00 UTC'
    >>> said(bounds("2014-05-04T10:00:00Z", "2014-05-04T16:00:00Z"))
    'on 4 May 2014 between 10:00 and 16:00 UTC'
    >>> said(bounds(None, "2014-05-04T16:00:00Z"))
    'before the first look, 4 May 2014, 16:00 UTC'
    """
    end = parse_utc(not_after)
    if not_before is None:
        text = say.text("before the first look, {end} UTC")
        return _parts(text, {"{end}": (f"{day(end, say)}, {clock(end)}", not_after)})
    begin = parse_utc(not_before)
    seconds = (end - begin).total_seconds() < 180
    times = (clock(begin, seconds=seconds), clock(end, seconds=seconds))
    if begin.date() == end.date():
        text = say.text("on {day} between {begin} and {end} UTC")
        places: dict[str, Part] = {
            "{day}": (day(end, say), None),
            "{begin}": (times[0], not_before),
            "{end}": (times[1], not_after),
        }
        return _parts(text, places)
    text = say.text("between {begin} and {end} UTC")
    return _parts(
        text,
        {
            "{begin}": (f"{day(begin, say)}, {times[0]}", not_before),
            "{end}": (f"{day(end, say)}, {times[1]}", not_after),
        },
    )


def _parts(text: str, places: Mapping[str, Part]) -> tuple[Part, ...]:
    """A text with its places filled, cut where an instant is named."""
    pieces = [places.get(piece, (piece, None)) for piece in _pieces(text)]
    made: list[Part] = []
    for words, instant in pieces:
        if made and instant is None and made[-1][1] is None:
            made[-1] = (made[-1][0] + words, None)
        else:
            made.append((words, instant))
    return tuple(made)


@cache
def _pieces(text: str) -> tuple[str, ...]:
    """A text of a catalogue, cut at its places."""
    return tuple(piece for piece in _PLACE.split(text) if piece)


def said(parts: Iterable[Part]) -> str:
    return "".join(text for text, _ in parts)


_UNITS = ((86400, "{n} day"), (3600, "{n} hour"), (60, "{n} minute"), (1, "{n} second"))


def span(seconds: float, say: Catalogue = ENGLISH) -> str:
    """A length of time in its two largest units.

    >>> span(93784), span(45), span(7200)
    ('1 day 2 hours', '45 seconds', '2 hours')
    """
    whole = int(seconds)
    for place, (size, name) in enumerate(_UNITS):
        if whole >= size:
            first = say.many(whole // size, name, f"{name}s")
            rest = _UNITS[place + 1] if place + 1 < len(_UNITS) else None
            more = whole % size // rest[0] if rest and whole < 100 * 86400 else 0
            return f"{first} {say.many(more, rest[1], f'{rest[1]}s')}" if rest and more else first
    return say("less than a second")


def stamp(value: str | None, say: Catalogue = ENGLISH) -> str | None:
    """A time that the page claims: a date alone, or a UTC time.

    >>> stamp("2014-05-09"), stamp("2014-05-08T18:54:00Z")
    ('9 May 2014', '8 May 2014, 18:54 UTC')
    """
    if value is None:
        return None
    return moment(value, say=say) if "T" in value else day(datetime.fromisoformat(value), say)


def count(number: int, noun: str, plural: str | None = None, say: Catalogue = ENGLISH) -> str:
    """
    >>> count(1, "look"), count(12000, "look")
    ('1 look', '12,000 looks')
    """
    return say.many(number, f"{{n}} {noun}", f"{{n}} {plural or noun + 's'}")


def share(part: float | None, say: Catalogue = ENGLISH) -> str:
    """A share in per cent, never rounded up to all.

    >>> share(0.99999), share(1.0), share(0.5)
    ('99.9 %', '100 %', '50 %')
    """
    if part is None:
        return say("none yet")
    text = f"{int(part * 1000) / 10:g}".replace(".", say.decimal)
    return f"{text} %"


def outcome(name: str | None, reason: str | None = None, say: Catalogue = ENGLISH) -> str:
    """
    >>> outcome("held", "soft_404")
    'held (soft 404)'
    """
    if name is None:
        return say("never looked at")
    word = say(OUTCOMES[name]) if name in OUTCOMES else name
    if reason is None or name == "unchanged":
        return word
    code = reason.replace("_", " ")
    return f"{word} ({code.replace('http ', 'HTTP ') if reason.startswith('http_') else say(f'{code}|reason')})"


def meaning(name: str, reason: str | None, say: Catalogue = ENGLISH) -> str:
    """What an outcome's reason code stands for, as the closed table says it."""
    if reason is None:
        return say(_PLAIN.get(name, _PLAIN["changed"]))
    if reason.startswith("http_") and reason not in _REASONS:
        reason = "http_NNN"
    return say(_REASONS[reason]) if reason in _REASONS else reason


def kinds(names: Sequence[str] | None, say: Catalogue = ENGLISH) -> tuple[str, ...]:
    return tuple(say(KINDS[name]) if name in KINDS else name for name in names or ())


def amount(added: int, removed: int, moved: int, say: Catalogue = ENGLISH) -> str:
    """How many words a change touched.

    >>> amount(3, 0, 12), amount(0, 0, 0)
    ('3 words added, 12 moved', 'no word added or removed')
    """
    told = [(added, "added"), (removed, "removed"), (moved, "moved")]
    return _listed([one for one in told if one[0]], "word", say) or say("no word added or removed")


def _listed(told: Sequence[tuple[int, str]], noun: str, say: Catalogue) -> str:
    """So many of them added, so many removed: the first with its noun."""
    return ", ".join(
        say.many(number, f"{{n}} {noun} {verb}", f"{{n}} {noun}s {verb}")
        if place == 0
        else say(f"{{n}} {verb}", n=say.number(number))
        for place, (number, verb) in enumerate(told)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A change in words: how many passages, and the tellingest wordings as (old, new)."""

    counts: str
    examples: tuple[tuple[str, str], ...]
    hint: str  # what the examples may mean: "number", "negation", …


_COUNTED = {
    "passages_added": "added",
    "passages_removed": "removed",
    "passages_reworded": "reworded",
    "passages_moved": "moved",
}
_TELLING = ("negation", "number", "modality", "wording", "stamp", "homoglyph", "punctuation")
_EXAMPLES = 2


def summary(lines: Sequence[Mapping[str, Any]], say: Catalogue = ENGLISH) -> Said:
    """What the summary of a change (codes and values) says.

    >>> summary([{"code": "passages_reworded", "values": {"count": 1}}, {"code": "passages_added", "values": {"count": 2}}]).counts
    '2 passages added, 1 reworded'
    """
    by_code = {line["code"]: line["values"] for line in lines}
    numbers = [(by_code[code]["count"], verb) for code, verb in _COUNTED.items() if code in by_code]
    kind = next((kind for kind in _TELLING if by_code.get(kind, {}).get("said")), None)
    said_pairs = by_code[kind]["said"][:_EXAMPLES] if kind else []
    return Said(
        counts=_listed(numbers, "passage", say),
        examples=tuple((pair["old"], pair["new"]) for pair in said_pairs),
        hint=say(KINDS[kind]) if kind else "",
    )
