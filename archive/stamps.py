"""The page's own dates: where a text carries its "Created at" and "Updated at", and what times they claim.

Pure functions of text. A date is a stamp only where a label says so ("Updated at :", "Дата обновления:", "更新时间：", "آخر تحديث"),
so a date told of in prose stays wording. What can't be settled (day or month first, an unknown calendar) is left unread.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache

from archive import stamp_words as words
from archive.model import Stamp, utc_text
from archive.stamp_dates import (
    CLOCK,
    DATE,
    TIME,
    TIME_BEFORE,
    WEEKDAY,
    ZONE_AFTER,
    bounds,
    date_end,
    dates_in,
    day_of,
    hour_of_24,
    is_foreign_zone,
    plain_digits,
    settled_order,
    told_order,
    weekday_start,
    yearless_in,
    zone_of,
)

_EDGE = 600  # of a longer text only so many characters at each end are looked at
_LOOK_BACK = 90
_LONGEST_LABEL = 70
_MOST_YEARLESS = 200  # characters of a line in which a day without its year may be a stamp

_AGE = re.compile(
    rf"(?<![\da-z])(?:(?P<bare>{'|'.join(words.AGES.strip().splitlines())})|{'|'.join(words.LABELLED_AGES.strip().splitlines())})$"
)
_AGE_WORDS = frozenset(words.AGE_WORDS.split())

_COLONS = ":：﹕∶՝៖፦"
_GAP = " \t:：﹕∶՝៖፦-–—=|,،.>»~"
_GLUE = re.compile(rf"(?:{words.GLUE})\.?")
_BREAKS = frozenset(" \t\n:：,،.-–—")
_LONGEST_GLUE = 16
_BORDER = re.compile(r"[\n,;，；。،؛|•·–—()（）\[\]【】«»“”\"/]|[.!?؟।]\s")
_AFTER_BORDER = re.compile(r"\s*(?:$|[;；。؛|•·–—()（）\[\]【】«»\n]|[.!?]\s|[.!?]$|-\s)")
_HEBREW_DAY = re.compile(rf"{words.HEBREW_DAY}[\s,–-]*$")
_SAME_DAY = re.compile(words.SAME_DAY)
_LAST_ZONE = re.compile(rf"{ZONE_AFTER.pattern}$", re.IGNORECASE)
_NOT_YET = re.compile(rf"(?<![^\W\d_])(?:{words.NOT_YET})(?![^\W\d_])|{words.NOT_YET_JOINED}", re.IGNORECASE)


_ACCENTS = re.compile("[\u0300-\u036f]")


def _labels(*tables: str) -> re.Pattern[str]:
    lines = "|".join(line for table in tables for line in table.strip().splitlines())
    return re.compile(
        _fold(lines).replace(" ?", r"\s*").replace(" ", r"\s+")
    )  # in small letters: half the time of any case


def _fold(text: str) -> str:
    """Small letters without accents, as labels are compared; the dots of Turkish, and the signs that Indian scripts write vowels with, aside."""
    text = text.lower()
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFD", text).replace("ı", "i")
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))


@cache
def _roles() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Role, what it asks for ("" nothing, a line of its own or a colon, a colon), and labels; made when first asked for."""
    return (
        ("updated", "", _labels(words.UPDATED_STRONG)),
        ("created", "", _labels(words.CREATED_STRONG)),
        ("updated", "line", _labels(words.UPDATED_WEAK)),
        ("created", "line", _labels(words.CREATED_WEAK)),
        ("other", "line", _labels(words.OTHER)),
        ("other", "colon", _labels(words.OTHER_WITH_COLON)),
    )


@cache
def _after_roles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return (("updated", _labels(words.UPDATED_AFTER)), ("created", _labels(words.CREATED_AFTER)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """What stands before a date: where it begins, its role, and a time of day between the two."""

    start: int
    role: str
    time: re.Match[str] | None
    sure: bool  # it needs no line of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One labelled date: its span, what its label says (updated, created, other), and its parts as matched."""

    start: int
    end: int
    role: str
    date: re.Match[str]
    time: re.Match[str] | None
    other: re.Match[str] | None = None  # the same day in another calendar


def stamp_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where the page's own stamps stand in a line or paragraph: label, date and time, in order, not overlapping.

    >>> stamp_spans("Created at : 4.12.2013, 19:47, Updated at : 9.05.2014, 00:54")
    ((0, 29), (31, 60))
    >>> stamp_spans("The Convention was amended on 9 May 2014 in Astana.")
    ()
    """
    return tuple((found.start, found.end) for found in _find(text))


def is_stamp_line(text: str) -> bool:
    """Whether a line holds stamps and nothing else worth a name.

    >>> is_stamp_line("Жаңартылған күні: 9.05.2014, 00:54")
    True
    """
    spans = stamp_spans(text)
    if not spans:
        return False
    rest = len(text) - sum(end - start for start, end in spans)
    return rest <= 4 * len(spans) + 2


def is_label(text: str) -> bool:
    """Whether a text is nothing but a stamp's label ("Updated at:"), its date standing elsewhere."""
    plain = plain_digits(text).strip(_GAP + "\n")
    return 0 < len(plain) <= _LOOK_BACK and role_of(plain) in ("updated", "created")


def role_of(phrase: str) -> str:
    """What a label speaks of: `updated`, `created`, `other` (in force from, printed on, version), "" if it is no label.

    >>> role_of("Last updated on")
    'updated'
    """
    phrase = phrase.strip(_GAP + "\n")
    found = _match(phrase)
    if found is None:
        found = _match(phrase[: _glue_start(phrase)].rstrip(_GAP))
    return found[0] if found is not None else ""


def is_age_line(text: str) -> bool:
    """Whether a line tells nothing but how long ago something was, so that it changes by itself ("Updated 3 days ago")."""
    if not 1 < len(text) <= 60:
        return False
    plain = text.casefold().rstrip(" .")
    if plain[-1] not in "前전刚剛天日제늘" and _AGE_WORDS.isdisjoint(plain.split()):
        return False
    plain = plain_digits(plain)
    match = _AGE.search(plain)
    if match is None:
        return False
    label = plain[: match.start()].strip(_GAP)
    return is_label(label) if label else match["bare"] is not None


def read_stamps(
    text: str, *, timezone: str = "", date_order: str = "", language: str = ""
) -> tuple[Stamp | None, Stamp | None]:
    """The page's own "created" and "updated" in a text; None where there is none, or where it can't be settled.

    >>> read_stamps("Updated at : 9.05.2014, 00:54", timezone="Asia/Almaty")[1].value
    '2014-05-08T18:54:00Z'
    """
    stamps: dict[str, Stamp] = {}
    for found in _find(text):
        if found.role != "other" and found.role not in stamps:
            order = date_order or told_order(text) or settled_order(plain_digits(text))
            stamp = _stamp(text[found.start : found.end], found, timezone, order, language)
            if stamp is not None:
                stamps[found.role] = stamp
    return stamps.get("created"), stamps.get("updated")


def day_of_today_line(text: str, language: str = "") -> date | None:
    """The day of a line that is nothing but a date with its weekday, or "today" and a date, as clocks on pages show it.

    >>> day_of_today_line("Friday, 9 May 2014")
    datetime.date(2014, 5, 9)
    """
    plain = plain_digits(text) if len(text) <= 80 else ""
    match = next(iter(dates_in(plain)), None)
    if match is None or not WEEKDAY.search(f"{plain[: match.start()]} {plain[match.end() :]}".lower()):
        return None
    rest = f"{plain[: match.start()]} {plain[date_end(plain, match) :]} ".lower()
    if CLOCK.sub(" ", WEEKDAY.sub(" ", rest)).strip(" \t,.;:|·•–—-()（）年г"):
        return None
    return day_of(match, "", language)


def claimed_instant(text: str, *, timezone: str = "", date_order: str = "", language: str = "") -> Stamp | None:
    """The stamp of a date declared to machines (`<time datetime>`, meta, JSON-LD); None if it names no day.

    ISO 8601 and RFC 2822, and what is written there for people. Midnight, which programs write where they know no time of day,
    is the whole day.
    """
    text = text.strip()
    at = _instant(text)
    if at is None:
        plain = plain_digits(text)
        match = DATE.match(plain)
        time = TIME.match(plain, date_end(plain, match)) if match is not None else None
        if match is None or len(plain) - (time.end() if time else date_end(plain, match)) > 2:
            return None
        found = _Found(start=0, end=len(text), role="updated", date=match, time=time)
        return _stamp(text, found, timezone, date_order, language)
    if not 1990 <= at.year <= 2200:
        return None
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return _of_day(at.date(), timezone, text) if at.tzinfo is None else _of_whole_day(at, text)
    return _of_time(at, timedelta(seconds=1 if at.second or at.microsecond else 60), timezone, text)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if not text[:1].isalpha() and not text[:2].strip().isdigit():
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):  # what it raises depends on what is missing
        return None


def _find(text: str) -> list[_Found]:
    if len(text) > 4 * _EDGE:
        cut = len(text) - _EDGE
        later = [replace(found, start=found.start + cut, end=found.end + cut) for found in _find(text[cut:])]
        return _find(text[:_EDGE]) + later
    plain = plain_digits(text)
    found: list[_Found] = []
    waiting: _Found | None = None  # on a line of its own, if another stamp follows it at once
    floor = 0
    for match in _dates(plain):
        end = date_end(plain, match)
        time = _time_after(plain, end)
        stop = time.end() if time else end
        if found and found[-1].end <= match.start() and _is_same_day(plain, found[-1], match):
            found[-1] = replace(found[-1], end=stop, other=match, time=found[-1].time or time)
            floor = stop
            continue
        label = _label_before(plain, floor, match.start())
        one = _labelled(plain, label, match, time, stop)
        if one is None:
            after = _label_after(plain, floor, match.start(), stop)
            if after is not None:
                stop, role = after
                found.append(_Found(start=match.start(), end=stop, role=role, date=match, time=time))
            floor = match.end() if after is None else stop
            continue
        if waiting is not None and not plain[waiting.end : one.start].strip(_GAP + "/;"):
            found.append(waiting)
        waiting = None
        if label is not None and (label.sure or _AFTER_BORDER.match(plain, one.end)):
            found.append(one)
        else:
            waiting = one
        floor = one.end
    return found


def _dates(plain: str) -> list[re.Match[str]]:
    """The dates of a text; in a short one without any, the days that stand without their year."""
    dates = dates_in(plain)
    if dates or len(plain) > _MOST_YEARLESS:
        return dates
    return yearless_in(plain)


def _time_after(plain: str, at: int) -> re.Match[str] | None:
    time = TIME.match(plain, at)
    return time if time is not None and int(time["h"]) <= 24 else None


def _is_same_day(plain: str, found: _Found, match: re.Match[str]) -> bool:
    """Whether a date is the one before it in another calendar."""
    if found.other is not None or not re.search(r"(?<!\d)1[345]\d\d(?!\d)", found.date[0]):
        return False
    return _SAME_DAY.fullmatch(plain, found.end, match.start()) is not None


def _labelled(
    plain: str, label: _Label | None, match: re.Match[str], time: re.Match[str] | None, stop: int
) -> _Found | None:
    """The stamp of a date behind a label that is sure, or begins a line."""
    if label is None or not (label.sure or _starts_line(plain, label.start)):
        return None
    if time is None and label.time is not None:  # the zone of a time that stood before may stand behind the date
        zone = ZONE_AFTER.match(plain, stop)
        stop = zone.end() if zone else stop
    return _Found(start=label.start, end=stop, role=label.role, date=match, time=time or label.time)


def _label_before(plain: str, floor: int, at: int) -> _Label | None:
    """The label that ends where a date begins."""
    low = max(floor, at - _LOOK_BACK)
    segment, time, odd, glued_on = plain[low:at], None, "", False
    while True:
        label = segment.rstrip(_GAP)
        between = plain[low + len(label) : at]
        colon = any(mark in between for mark in _COLONS)
        hit = _match_label(label, colon, low == floor, between)
        if hit is not None:
            begin, role, asks = hit
            glued = low + len(label) == at and label[-1:].isalpha() and label[-1:] < "\u0e00"
            sure = asks == "" or colon or (glued and _starts_line(plain, low + begin))
            if (odd and not sure) or (asks == "colon" and not colon):
                return None
            return _Label(start=low + begin, role=role, time=time, sure=sure)
        early = None if time or ":" not in label[-14:] else TIME_BEFORE.search(label)
        glue = _glue_start(label)
        filler = _filler_start(label)
        if early is not None and int(early["h"]) < 24:
            time, segment = early, label[: early.start()]
        elif filler is not None:
            segment = label[:filler]
        elif glue:
            segment, glued_on = label[:glue], True
        elif not odd and not glued_on:  # a last word that may be a weekday's name
            segment = re.sub(r"[^\s:：,،]+$", "", label)
            odd = label[len(segment) :] or "?"
        else:
            return None
        if not segment.strip(_GAP):
            return None


def _glue_start(label: str) -> int:
    """Where the words begin that end a text and lead over to a date ("on", "en date du"); 0 where there are none."""
    low = label.lower()
    for start in range(max(1, len(low) - _LONGEST_GLUE), len(low)):
        if low[start - 1] in _BREAKS and _GLUE.fullmatch(low, start):
            return start
    return 0


def _filler_start(label: str) -> int | None:
    """Where a weekday's name, or a Hebrew day, begins that stands between a label and its date."""
    weekday = weekday_start(label)
    if weekday is None and (hebrew := _HEBREW_DAY.search(label)) is not None:
        return hebrew.start()
    return weekday


def _match_label(label: str, colon: bool, from_start: bool, between: str) -> tuple[int, str, str] | None:
    """Where a label begins at the end of a segment, its role, and what it asks for."""
    borders = [match.end() for match in _BORDER.finditer(label)]
    begins = borders[-1:] or ([0] if from_start else [])
    if colon:
        begins += [match.end() for match in re.finditer(r"\s", label)][-7:]
    for begin in sorted(set(begins)):
        phrase = label[begin:].lstrip(_GAP)
        found = _match(phrase)
        if found is not None:
            told = label[borders[-1] if borders else 0 :] + between
            return None if _NOT_YET.search(told) else (len(label) - len(phrase), *found)
    return None


@lru_cache(maxsize=4096)
def _match(phrase: str) -> tuple[str, str] | None:
    """The role of a label and what it asks for; None if a phrase is no label."""
    if 1 < len(phrase) <= _LONGEST_LABEL:
        folded = _fold(phrase)
        for role, asks, labels in _roles():
            if labels.fullmatch(folded):
                return role, asks
    return None


def _starts_line(plain: str, at: int) -> bool:
    before = plain[:at].rstrip(" \t.,;-()（）[]【】")
    return not before or before[-1] in "|•·–—\n" or plain[:at].rstrip()[-1:] in "([（【" or _stamps_only(before)


def _stamps_only(before: str) -> bool:
    """Whether a line so far is but a stamp, so that another may follow without a colon."""
    if len(before) > 2 * _LOOK_BACK or not any(map(str.isdigit, before)):
        return False
    dates = dates_in(before)
    return bool(dates) and len(before) - sum(date.end() - date.start() for date in dates) <= 40


def _label_after(plain: str, floor: int, at: int, stop: int) -> tuple[int, str] | None:
    """End and role of the label that follows a date, where date and label have the line, or brackets, to themselves."""
    rest = plain[stop : stop + 60]
    border = _BORDER.search(rest)
    phrase = rest[: border.start()] if border else rest
    label = _fold(phrase.strip(" \t.-").strip())
    for role, labels in _after_roles():
        if label and labels.fullmatch(label) and (_starts_line(plain, at) or not plain[floor:at].strip()):
            return stop + len(phrase.rstrip(" \t.")), role
    return None


def _stamp(text: str, found: _Found, zone: str, order: str, language: str) -> Stamp | None:
    day = day_of(found.date, order, language, text) if found.date.re is DATE else None
    if day is None and found.other is not None:
        day = day_of(found.other, order, language, text)
    if day is None:
        return None
    time = found.time
    if time is None:
        return _of_day(day, zone, text)
    half = (time["ampm"] or "") + (time["half"] or "")
    hour, minute = hour_of_24(int(time["h"]), half), int(time["m"] or 0)
    if hour > 23 or minute > 59:
        return _of_day(day, zone, text)
    named = time["zone"] or ""
    if not named and (last := _LAST_ZONE.search(text)) is not None:
        named = last["zone"]
    second = min(int(time["s"] or 0), 59)
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone_of(named, zone, day))
    grain = timedelta(seconds=1 if time["s"] else 60)
    return _of_time(at, grain, "" if is_foreign_zone(named, zone, day) else zone, text)


def _of_day(day: date, zone: str, text: str) -> Stamp:
    begin = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a wall time: its zone is what is in doubt)
    earliest, latest = bounds(begin, begin + timedelta(days=1), zone)
    return Stamp(text=text, value=day.isoformat(), earliest=earliest, latest=latest)


def _of_whole_day(at: datetime, text: str) -> Stamp:
    """The stamp of a day whose zone is told."""
    begin = at.astimezone(UTC)
    return Stamp(text=text, value=at.date().isoformat(), earliest=begin, latest=begin + timedelta(days=1))


def _of_time(at: datetime, grain: timedelta, zone: str, text: str) -> Stamp:
    if at.tzinfo is not None:
        at = at.astimezone(UTC)
        return Stamp(text=text, value=utc_text(at), earliest=at, latest=at + grain)
    earliest, latest = bounds(at, at + grain, zone)
    return Stamp(
        text=text, value=utc_text(earliest) if zone else at.date().isoformat(), earliest=earliest, latest=latest
    )
