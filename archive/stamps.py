"""The page's own dates: where a text carries its "Created at" and "Updated at", and what times they claim.

Pure functions of text. A date is a stamp only where a label says so ("Updated at :", "Дата обновления:", "更新时间：", "آخر تحديث"),
so a date told of in prose stays wording. What can't be settled (day or month first, an unknown calendar) is left unread.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from archive import stamp_words as words
from archive.model import Stamp, utc_text

_EDGE = 600  # of a longer text only so many characters at each end are looked at
_LOOK_BACK = 90

_DIGITS = {
    code: str(unicodedata.decimal(chr(code)))
    for code in range(0x80, 0x20000)
    if code <= sys.maxunicode and unicodedata.category(chr(code)) == "Nd"
}
_MARKS = (0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_ASCII_DIGITS = _DIGITS | dict.fromkeys(_MARKS, " ") | {0xA0: " ", 0x202F: " ", 0x3000: " ", 0x640: "-"}
_HAN = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}

_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0483-\u0487\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0e31\u0e34-\u0e3a\u0e47-\u0e4e'’ʻ])*"
_MONTH = (
    r"(?:كانون|تشرين|ربيع|جمادى|ذو|ذي) ال\w+|ม\.ค\.|ก\.พ\.|มี\.ค\.|เม\.ย\.|พ\.ค\.|มิ\.ย\.|ก\.ค\.|ส\.ค\.|ก\.ย\.|ต\.ค\.|พ\.ย\.|ธ\.ค\.|"
    rf"{_WORD}(?:/{_WORD})?"
)
_NUMBER = r"(?:\d{1,4}|元|[〇零一二三四五六七八九十]{1,4})"
_DATE = re.compile(
    rf"""
    (?P<era>明治|大正|昭和|平成|令和|民[國国]|중화민국|(?<![A-Za-z])[HRS](?=\d))?\s?(?P<cy>(?<!\d){_NUMBER})\s?[年년]\s?(?P<cm>{_NUMBER})\s?[月월]\s?(?P<cd>{_NUMBER})\s?[日일号號]
    | (?<![\d./-])(?P<iy>\d{{4}})\s?(?P<is>[-./])\s?(?P<im>\d{{1,2}})\s?(?P=is)\s?(?P<id>\d{{1,2}})(?!\d)
    | (?<![\d./-])(?P<n1>\d{{1,2}})\s?(?P<ns>[-./])\s?(?P<n2>\d{{1,2}})\s?(?P=ns)\s?(?P<ny>\d{{4}}|\d{{2}})(?![\d/])
    | (?<!\d)(?P<vd>\d{{1,2}})\s+tháng\s+(?P<vm>\d{{1,2}})(?:\s+năm|,)?\s+(?P<vy>\d{{4}})(?!\d)
    | (?<!\d)(?P<my>\d{{4}})\s+оны\s+(?P<mm>\d{{1,2}})\s+(?:\w+\s+)?сар\w*\s+(?P<md>\d{{1,2}})(?:-?\w+)?
    | (?<![\d.,:])(?P<dd>\d{{1,2}})(?:st|nd|rd|th|er|re|º|ª|-го|-е|-інші)?[\s.\-/]{{0,3}}(?:de\s+|d['’]|of\s+|ngày\s+)?(?P<dm>{_MONTH})
        [\s.,\-/]{{0,3}}(?:de[l]?\s+|of\s+|พ\.?\s?ศ\.?\s*)?(?P<dy>\d{{4}})(?!\d)
    | (?<!\d)(?P<yy>\d{{4}})[\s.,\-]{{0,3}}(?:жыл\w*|ж\.|г\.|m\.|gada|елның|yil\w*)?[\s\-]{{0,2}}(?P<yd>\d{{1,2}})[\s.\-]{{0,2}}(?P<ym>{_MONTH})
    | (?<!\d)(?P<hy>\d{{4}})[\s.]{{0,3}}(?:m\.\s+)?(?P<hm>{_WORD})\s+(?P<hd>\d{{1,2}})(?!\d)
    | (?<![^\W\d_])(?P<em>{_WORD})\.?\s+(?P<ed>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<ey>\d{{4}})(?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SLASHED = re.compile(r"(?<![\d./-])(\d{1,2})[/-](\d{1,2})[/-]\d{4}(?![\d/])")
_AFTER_DATE = re.compile(
    r"(?:\s?(?:года|году|року|год|г\.|г(?=[\s,;]|$)|р\.|ж\.|d\.|г\.|оны|-?ж(?:ыл\w*)?\.?(?=[\s,;]|$)|-ж\.|م(?=\s|$)|هـ|ه(?=\s|$)|[.](?=\s*(?:\d|$))))?(?:\s?[(（][^\W\d_]{1,12}\.?[)）])?"
)
_TIME = re.compile(
    r"""[\s,;|/\-–—(（]{0,4}(?:[tT](?=\d)|(?:at|à|um|às|a\slas|alle\sore|alle|ore|kl\.?|klo|la|в|о|o\sgodz\.|o|godz\.|u|ob|στις|الساعة|ساعت|على\sالساعة|בשעה|lúc|pukul|เวลา|jam|saat|сағат)(?=[\s\d:]):?)?\s*
    (?P<half>上午|下午|午前|午後|오전|오후)?\s*
    (?P<h>\d{1,2})(?:\s?[:.h時时点點시]\s?(?P<m>\d{2})(?:\s?[:.分분]\s?(?P<s>\d{2})(?:[.,]\d{1,9})?)?(?:\s?[分분秒초])?(?![.\d]\d)|(?=\s?[ap]\.?m\b))
    (?:\s?(?P<ampm>[ap]\.?\s?m\b\.?|[صم](?=\s|$)|π\.μ\.|μ\.μ\.))?(?:\s?(?:uhr|hrs?\b|h\b|ч\.|น\.))?
    (?P<zone>\s?[(（]?(?:(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d{2})?|[+-]\d{2}:?\d{2}\b|utc\b|gmt\b|z\b|cest\b|cet\b|eest\b|eet\b|msk\b|jst\b|kst\b|bst\b|e[sd]t\b|p[sd]t\b)[)）]?)?""",
    re.VERBOSE | re.IGNORECASE,
)
_TIME_BEFORE = re.compile(
    r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?\s?(?P<ampm>[ap]\.?m\.?)?(?P<half>)(?P<zone>)[\s,|–—-]{0,4}$",
    re.IGNORECASE,
)
_AGE = re.compile(
    rf"(?<![\da-z])(?:(?P<bare>{'|'.join(words.AGES.strip().splitlines())})|{'|'.join(words.LABELLED_AGES.strip().splitlines())})$"
)
_AGE_WORDS = frozenset(words.AGE_WORDS.split())
_ZONES_H = {
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "jst": 9,
    "kst": 9,
    "bst": 1,
    "est": -5,
    "edt": -4,
    "pst": -8,
    "pdt": -7,
}

_COLONS = ":：﹕∶"
_WEEKDAY = re.compile(
    rf"(?<![^\W\d_])(?:{'|'.join(words.WEEKDAYS.strip().splitlines())}|{words.TODAY})(?![^\W\d_])", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_GAP = " \t:：﹕∶-–—=|,،.>»~"
_GLUE = re.compile(rf"(?:^|(?<=[\s:：,،.\-–—]))(?:{words.GLUE})\.?$", re.IGNORECASE)
_BORDER = re.compile(r"[\n,;，；。،؛|•·–—()（）\[\]【】«»“”\"/]|[.!?؟।]\s")
_AFTER_BORDER = re.compile(r"\s*(?:$|[,;，；。،؛|•·–—()（）\[\]【】/«»]|[.!?]\s|[.!?]$|-\s)")


def _labels(*tables: str) -> re.Pattern[str]:
    lines = "|".join(line for table in tables for line in table.strip().splitlines())
    return re.compile(lines.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE)


_ROLES = (
    ("updated", True, _labels(words.UPDATED_STRONG)),
    ("created", True, _labels(words.CREATED_STRONG)),
    ("updated", False, _labels(words.UPDATED_WEAK)),
    ("created", False, _labels(words.CREATED_WEAK)),
    ("other", False, _labels(words.OTHER)),
)
_AFTER_ROLES = (("updated", _labels(words.UPDATED_AFTER)), ("created", _labels(words.CREATED_AFTER)))
_MONTH_NUMBERS = {
    name.replace("_", " ").rstrip("."): n for n, names in enumerate(words.MONTHS, 1) for name in names.split()
}
_AMBIGUOUS_MONTHS = frozenset(name for table in words.MONTHS_BY_LANGUAGE.values() for name in table)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One labelled date: its span, what its label says (updated, created, other), and its parts as matched."""

    start: int
    end: int
    role: str
    date: re.Match[str]
    time: re.Match[str] | None


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
    plain = text.translate(_ASCII_DIGITS).strip(_GAP + "\n")
    return 0 < len(plain) <= _LOOK_BACK and any(
        labels.fullmatch(plain) for role, _, labels in _ROLES if role != "other"
    )


def is_age_line(text: str) -> bool:
    """Whether a line tells nothing but how long ago something was, so that it changes by itself ("Updated 3 days ago")."""
    if not 1 < len(text) <= 60:
        return False
    plain = text.casefold().rstrip(" .")
    if plain[-1] not in "前전刚剛天日제늘" and _AGE_WORDS.isdisjoint(plain.split()):
        return False
    plain = plain.translate(_ASCII_DIGITS)
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
            stamp = _stamp(text[found.start : found.end], found, timezone, date_order, language)
            if stamp is not None:
                stamps[found.role] = stamp
    return stamps.get("created"), stamps.get("updated")


def day_of_today_line(text: str, language: str = "") -> date | None:
    """The day of a line that is nothing but a date with its weekday, or "today" and a date, as clocks on pages show it.

    >>> day_of_today_line("Friday, 9 May 2014")
    datetime.date(2014, 5, 9)
    """
    plain = text.translate(_ASCII_DIGITS)
    match = _DATE.search(plain) if len(plain) <= 80 else None
    if match is None:
        return None
    tail = _AFTER_DATE.match(plain, match.end())
    rest = f"{plain[: match.start()]} {plain[tail.end() if tail else match.end() :]}"
    left = _CLOCK.sub(" ", _WEEKDAY.sub(" ", rest))
    if not _WEEKDAY.search(rest) or left.strip(" \t,.;:|·•–—-()（）年г"):
        return None
    return _day(match, "", language)


def settled_order(text: str) -> str:
    """The order of day and month that a text's own numeric dates show (`dmy` or `mdy`); "" where they don't or disagree.

    >>> settled_order("03/14/2014 and 05/09/2014")
    'mdy'
    """
    orders = set()
    for first, second in _SLASHED.findall(text):
        if int(first) > 12 >= int(second):
            orders.add("dmy")
        elif int(second) > 12 >= int(first):
            orders.add("mdy")
    return orders.pop() if len(orders) == 1 else ""


def claimed_instant(text: str, *, timezone: str = "", shown: str = "") -> Stamp | None:
    """The stamp of a machine-readable date (`<time datetime>`, meta, JSON-LD): ISO 8601; None if it isn't one."""
    text = text.strip()
    try:
        if len(text) <= 10:
            return _of_day(date.fromisoformat(text), timezone, shown or text)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1990 <= at.year <= 2200:
        return None
    grain = timedelta(seconds=1 if len(text) > 16 and not (at.second == 0 and at.microsecond == 0) else 60)
    return _of_time(at, grain, timezone, shown or text)


def _find(text: str) -> list[_Found]:
    if len(text) > 4 * _EDGE:
        cut = len(text) - _EDGE
        return _find(text[:_EDGE]) + [_moved(found, cut) for found in _find(text[cut:])]
    plain = text.translate(_ASCII_DIGITS)
    found: list[_Found] = []
    floor = 0
    for match in _DATE.finditer(plain):
        tail = _AFTER_DATE.match(plain, match.end())
        end = tail.end() if tail else match.end()
        time = _TIME.match(plain, end)
        if time is not None and int(time["h"]) > 24:
            time = None
        stop = time.end() if time else end
        label = _label_before(plain, floor, match.start(), stop)
        if label is not None:
            start, role, earlier_time = label
            found.append(_Found(start=start, end=stop, role=role, date=match, time=time or earlier_time))
        else:
            after = _label_after(plain, floor, match.start(), stop)
            if after is None:
                floor = match.end()
                continue
            stop, role = after
            found.append(_Found(start=match.start(), end=stop, role=role, date=match, time=time))
        floor = stop
    return found


def _moved(found: _Found, by: int) -> _Found:
    return _Found(start=found.start + by, end=found.end + by, role=found.role, date=found.date, time=found.time)


def _label_before(plain: str, floor: int, at: int, stop: int) -> tuple[int, str, re.Match[str] | None] | None:
    """Start and role of the label that ends where a date begins, and a time of day between the two."""
    low = max(floor, at - _LOOK_BACK)
    segment, time, dropped = plain[low:at], None, False
    while True:
        label = segment.rstrip(_GAP)
        colon = any(mark in plain[low + len(label) : at] for mark in _COLONS)
        hit = _match_label(label, colon, low == floor)
        if hit is not None:
            begin, role, sure = hit
            if sure or colon or (_AFTER_BORDER.match(plain, stop) and _starts_line(plain, low + begin)):
                return low + begin, role, time
        early = None if time else _TIME_BEFORE.search(label)
        glue = _GLUE.search(label)
        if early is not None and int(early["h"]) < 24:
            time, segment = early, label[: early.start()]
        elif glue is not None and glue.start():
            segment = label[: glue.start()]
        elif not dropped:  # a last word that may be a weekday's name
            dropped, segment = True, re.sub(r"[^\s:：,،]+$", "", label)
        else:
            return None
        if not segment.strip(_GAP):
            return None


def _match_label(label: str, colon: bool, from_start: bool) -> tuple[int, str, bool] | None:
    """Where a label begins at the end of a segment, its role, and whether it is one that needs no colon."""
    borders = [match.end() for match in _BORDER.finditer(label)]
    begins = borders[-1:] or ([0] if from_start else [])
    if colon:
        begins += [match.end() for match in re.finditer(r"\s", label)][-7:]
    for begin in sorted(set(begins)):
        phrase = label[begin:].lstrip(_GAP)
        begin = len(label) - len(phrase)
        for role, strong, labels in _ROLES:
            if phrase and labels.fullmatch(phrase):
                return begin, role, strong
    return None


def _starts_line(plain: str, at: int) -> bool:
    return (
        not plain[:at].strip(" \t.,;|•·–—-()（）[]【】")
        or plain[:at].rstrip()[-1:] in "|•·–—([（【\n"
        or _stamps_only(plain[:at])
    )


def _stamps_only(before: str) -> bool:
    """Whether a line so far is but a stamp, so that another may follow without a colon."""
    return len(before) <= 2 * _LOOK_BACK and bool(_DATE.search(before)) and len(_DATE.sub("", before)) <= 40


def _label_after(plain: str, floor: int, at: int, stop: int) -> tuple[int, str] | None:
    """End and role of the label that follows a date, where date and label have the line, or brackets, to themselves."""
    if not _starts_line(plain, at) and plain[floor:at].strip():
        return None
    rest = plain[stop : stop + 60]
    border = _BORDER.search(rest)
    phrase = rest[: border.start()] if border else rest
    label = phrase.strip(" \t.-").strip()
    for role, labels in _AFTER_ROLES:
        if label and labels.fullmatch(label):
            return stop + len(phrase.rstrip(" \t.")), role
    return None


def _stamp(text: str, found: _Found, zone: str, order: str, language: str) -> Stamp | None:
    day = _day(found.date, order, language)
    if day is None:
        return None
    time = found.time
    if time is None:
        return _of_day(day, zone, text)
    hour, minute = int(time["h"]), int(time["m"] or 0)
    hour = _hour_of_24(hour, (time["ampm"] or "") + (time["half"] or ""))
    if hour > 23 or minute > 59:
        return _of_day(day, zone, text)
    second = min(int(time["s"] or 0), 59)
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_zone(time["zone"] or ""))
    return _of_time(at, timedelta(seconds=1 if time["s"] else 60), zone, text)


def _hour_of_24(hour: int, half: str) -> int:
    half = half.replace(".", "").replace(" ", "").casefold()
    if half in ("pm", "م", "下午", "午後", "오후", "μμ") and hour < 12:
        return hour + 12
    return 0 if half in ("am", "ص", "上午", "午前", "오전", "πμ") and hour == 12 else hour


def _zone(text: str) -> timezone | None:
    text = text.strip(" ()（）").casefold().replace(" ", "")
    offset = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes)) if minutes <= 14 * 60 else None
    return timezone(timedelta(hours=_ZONES_H[text])) if text in _ZONES_H else None


def _of_day(day: date, zone: str, text: str) -> Stamp:
    begin = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a wall time: its zone is what is in doubt)
    earliest, latest = _bounds(begin, begin + timedelta(days=1), zone)
    return Stamp(text=text, value=day.isoformat(), earliest=earliest, latest=latest)


def _of_time(at: datetime, grain: timedelta, zone: str, text: str) -> Stamp:
    if at.tzinfo is not None:
        at = at.astimezone(UTC)
        return Stamp(text=text, value=utc_text(at), earliest=at, latest=at + grain)
    earliest, latest = _bounds(at, at + grain, zone)
    return Stamp(
        text=text, value=utc_text(earliest) if zone else at.date().isoformat(), earliest=earliest, latest=latest
    )


def _bounds(begin: datetime, end: datetime, zone: str) -> tuple[datetime, datetime]:
    """The UTC bounds of two wall times; with no zone known, wide enough for every zone on earth."""
    if not zone:
        return (begin - timedelta(hours=14)).replace(tzinfo=UTC), (end + timedelta(hours=12)).replace(tzinfo=UTC)
    there = ZoneInfo(zone)
    return begin.replace(tzinfo=there).astimezone(UTC), end.replace(tzinfo=there, fold=1).astimezone(UTC)


def _day(match: re.Match[str], order: str, language: str) -> date | None:
    try:
        return _read_day(match, order, language.casefold())
    except ValueError:  # no such day
        return None


def _read_day(match: re.Match[str], order: str, language: str) -> date | None:
    if match["cy"]:
        return _gregorian(_han(match["cy"], match["era"]), _han(match["cm"]), _han(match["cd"]), language)
    if match["iy"]:
        return _gregorian(int(match["iy"]), int(match["im"]), int(match["id"]), language)
    if match["n1"]:
        return _numeric(match, order, language)
    if match["vd"]:
        return date(int(match["vy"]), int(match["vm"]), int(match["vd"]))
    if match["my"]:
        return date(int(match["my"]), int(match["mm"]), int(match["md"]))
    for letter in "dyhe":
        if match[f"{letter}m"]:
            return _named(int(match[f"{letter}y"]), match[f"{letter}m"], int(match[f"{letter}d"]), language)
    return None


def _numeric(match: re.Match[str], order: str, language: str) -> date | None:
    first, second, year = int(match["n1"]), int(match["n2"]), int(match["ny"])
    if len(match["ny"]) == 2:
        if order == "ymd":
            return date(2000 + first, second, year)
        year += 2000
    if not order:
        order = _order(first, second, match["ns"], language)
    if not order:
        return None
    return _gregorian(year, first, second, language) if order == "mdy" else _gregorian(year, second, first, language)


def _order(first: int, second: int, separator: str, language: str) -> str:
    """Day or month first, as far as the numbers, the separator and the language settle it."""
    if first > 12 or separator == "." or first == second:
        return "dmy"
    if second > 12:
        return "mdy"
    if language.startswith("en"):
        return {"en-us": "mdy", "en-ph": "mdy"}.get(
            language, "dmy" if len(language) > 2 and language != "en-ca" else ""
        )
    return "dmy" if language and not language.startswith("fil") else ""


def _named(year: int, name: str, day: int, language: str) -> date | None:
    for part in (name, *name.split("/")):
        part = re.sub(r"\s+", " ", part.lower()).rstrip(".")
        month = words.MONTHS_BY_LANGUAGE.get(language[:2], {}).get(part) or _MONTH_NUMBERS.get(part)
        if month and (part not in _AMBIGUOUS_MONTHS or language[:2] in ("hr", "pl", "cs", "uk", "be")):
            return _gregorian(year, month, day, language)
        if part in words.PERSIAN_MONTHS and 1300 <= year <= 1500:
            return _from_persian(year, words.PERSIAN_MONTHS.index(part) + 1, day)
    return None


def _gregorian(year: int, month: int, day: int, language: str) -> date | None:
    """A date whose year tells its calendar: Buddhist from 2400 on, Persian where the language is Persian."""
    if 2400 <= year <= 2700:
        return date(year - 543, month, day)
    if 1300 <= year <= 1500:
        return _from_persian(year, month, day) if language[:2] in ("fa", "ps") else None
    return date(year, month, day) if 1900 <= year <= 2200 else None


def _from_persian(year: int, month: int, day: int) -> date:
    """The Gregorian date of one of the Solar Hijri calendar (33-year arithmetic rule, exact for 1300–1500)."""
    if not (1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        raise ValueError(f"no such day: {year}-{month}-{day}")
    years = year + 1595
    days = -356033 + 365 * years + years // 33 * 8 + (years % 33 + 3) // 4 + day
    days += (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    return date.fromordinal(days)


def _han(text: str, era: str | None = None) -> int:
    """A number in digits or Chinese numerals, counted from its era where it has one."""
    if text.isdigit():
        number = int(text)
    elif text == "元":
        number = 1
    elif "十" in text:
        tens, _, ones = text.partition("十")
        number = (_HAN.get(tens, 0) if tens else 1) * 10 + (_HAN.get(ones, 0) if ones else 0)
    else:
        number = int("".join(str(_HAN[char]) for char in text))
    letters = {"H": 1988, "R": 2018, "S": 1925}
    return number + (words.ERAS.get(era) or letters.get(era.upper(), 0) if era else 0)
