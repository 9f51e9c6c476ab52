"""How dates, outcomes, kinds and changes are said in English. Everything that a page says about data is said here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.model import REASONS, parse_utc

Part = tuple[str, str | None]  # words, and the UTC text of the instant that they name

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

OUTCOMES = {
    "new": "first text",
    "unchanged": "unchanged",
    "changed": "changed",
    "held": "held",
    "gone": "gone",
    "failed": "failed",
    "refused": "not asked",
}

KINDS = {
    "wording": "wording",
    "sentence_added": "sentence added",
    "sentence_deleted": "sentence deleted",
    "number": "number",
    "negation": "negation",
    "modality": "modality",
    "moved": "moved",
    "stamp": "page’s own date",
    "punctuation": "punctuation",
    "homoglyph": "look-alike letters",
    "invisible": "invisible characters",
    "reflow": "paragraphs",
}

_REASONS = {reason: meaning for _, reason, meaning in REASONS}

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


def day(at: datetime) -> str:
    """
    >>> day(parse_utc("2014-05-09T10:00:00Z"))
    '9 May 2014'
    """
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def clock(at: datetime, *, seconds: bool = False) -> str:
    return at.strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(text: str | None, *, seconds: bool = False) -> str:
    """A UTC text as people read it; "never" where there is none.

    >>> moment("2014-05-09T10:00:00Z")
    '9 May 2014, 10:00 UTC'
    """
    if text is None:
        return "never"
    at = parse_utc(text)
    return f"{day(at)}, {clock(at, seconds=seconds)} UTC"


def bounds(not_before: str | None, not_after: str) -> tuple[Part, ...]:
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
        return (("before the first look, ", None), (f"{day(end)}, {clock(end)}", not_after), (" UTC", None))
    begin = parse_utc(not_before)
    seconds = (end - begin).total_seconds() < 180
    times = (clock(begin, seconds=seconds), clock(end, seconds=seconds))
    if begin.date() == end.date():
        return (
            (f"on {day(end)} between ", None),
            (times[0], not_before),
            (" and ", None),
            (times[1], not_after),
            (" UTC", None),
        )
    return (
        ("between ", None),
        (f"{day(begin)}, {times[0]}", not_before),
        (" and ", None),
        (f"{day(end)}, {times[1]}", not_after),
        (" UTC", None),
    )


def said(parts: Iterable[Part]) -> str:
    return "".join(text for text, _ in parts)


def span(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> span(93784), span(45), span(7200)
    ('1 day 2 hours', '45 seconds', '2 hours')
    """
    whole = int(seconds)
    units = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
    for place, (size, name) in enumerate(units):
        if whole >= size:
            first = count(whole // size, name)
            rest = units[place + 1] if place + 1 < len(units) else None
            more = whole % size // rest[0] if rest and whole < 100 * 86400 else 0
            return f"{first} {count(more, rest[1])}" if rest and more else first
    return "less than a second"


def stamp(value: str | None) -> str | None:
    """A time that the page claims: a date alone, or a UTC time.

    >>> stamp("2014-05-09"), stamp("2014-05-08T18:54:00Z")
    ('9 May 2014', '8 May 2014, 18:54 UTC')
    """
    if value is None:
        return None
    return moment(value) if "T" in value else day(datetime.fromisoformat(value))


def count(number: int, noun: str, plural: str | None = None) -> str:
    """
    >>> count(1, "look"), count(12000, "look")
    ('1 look', '12,000 looks')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def share(part: float | None) -> str:
    """A share in per cent, never rounded up to all.

    >>> share(0.99999), share(1.0), share(0.5)
    ('99.9 %', '100 %', '50 %')
    """
    if part is None:
        return "none yet"
    text = f"{int(part * 1000) / 10:g}"
    return f"{text} %"


def outcome(name: str | None, reason: str | None = None) -> str:
    """
    >>> outcome("held", "soft_404")
    'held (soft 404)'
    """
    if name is None:
        return "never looked at"
    said_reason = (
        "" if reason is None or name == "unchanged" else f" ({reason.replace('_', ' ').replace('http ', 'HTTP ')})"
    )
    return OUTCOMES.get(name, name) + said_reason


def meaning(name: str, reason: str | None) -> str:
    """What an outcome's reason code stands for, as the closed table says it."""
    if reason is None:
        return {"new": "the first text of this page", "unchanged": "the same text as before"}.get(
            name, "a different text"
        )
    if reason in _REASONS:
        return _REASONS[reason]
    return _REASONS["http_NNN"] if reason.startswith("http_") else reason


def kinds(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(KINDS.get(name, name) for name in names or ())


def amount(added: int, removed: int, moved: int) -> str:
    """How many words a change touched.

    >>> amount(3, 0, 12), amount(0, 0, 0)
    ('3 words added, 12 moved', 'no word added or removed')
    """
    parts = [(added, "added"), (removed, "removed"), (moved, "moved")]
    told = [(number, verb) for number, verb in parts if number]
    if not told:
        return "no word added or removed"
    first, *rest = told
    return ", ".join([f"{count(first[0], 'word')} {first[1]}", *(f"{number:,} {verb}" for number, verb in rest)])


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


def summary(lines: Sequence[Mapping[str, Any]]) -> Said:
    """What the summary of a change (codes and values) says.

    >>> summary([{"code": "passages_reworded", "values": {"count": 1}}, {"code": "passages_added", "values": {"count": 2}}]).counts
    '2 passages added, 1 reworded'
    """
    by_code = {line["code"]: line["values"] for line in lines}
    numbers = [(by_code[code]["count"], verb) for code, verb in _COUNTED.items() if code in by_code]
    counts = ", ".join(
        f"{count(number, 'passage')} {verb}" if place == 0 else f"{number:,} {verb}"
        for place, (number, verb) in enumerate(numbers)
    )
    kind = next((kind for kind in _TELLING if by_code.get(kind, {}).get("said")), None)
    said_pairs = by_code[kind]["said"][:_EXAMPLES] if kind else []
    return Said(
        counts=counts,
        examples=tuple((pair["old"], pair["new"]) for pair in said_pairs),
        hint=KINDS[kind] if kind else "",
    )
