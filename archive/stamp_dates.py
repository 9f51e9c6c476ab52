"""Dates and times of day as pages write them: how they look, and which day or instant they name.

Pure functions of text whose digits `plain_digits` has made plain. What can't be settled (day or month first, a calendar that goes
by sight of the moon) has a shape and no day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from archive import stamp_words as words

_DIGITS = {
    ord(digit): str(unicodedata.decimal(digit)) for digit in re.findall(r"\d", "".join(map(chr, range(0x80, 0x20000))))
}
_MARKS = (0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_ASCII_DIGITS = _DIGITS | dict.fromkeys(_MARKS, " ") | {0xA0: " ", 0x2009: " ", 0x202F: " ", 0x3000: " ", 0x640: "-"}
_HAN = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_LATEST_YEAR = 2060  # a year beyond it is of another calendar, or no year

_JOINED = "".join(chr(code) for code in range(0x300, 0x1800) if unicodedata.category(chr(code))[0] == "M")
WORD = rf"[^\W\d_](?:[^\W\d_]|[{_JOINED}'’ʻ׳॰])*"
_MONTH = (
    r"(?:كانون|تشرين|ربيع|جمادى|ذو|ذي)\ ال\w+|(?:meán|deireadh)\ fómhair|ม\.ค\.|ก\.พ\.|มี\.ค\.|เม\.ย\.|พ\.ค\.|มิ\.ย\.|ก\.ค\.|ส\.ค\.|ก\.ย\.|ต\.ค\.|พ\.ย\.|ธ\.ค\.|"
    rf"{WORD}(?:/{WORD})?"
)
_NUMBER = r"(?:\d{1,4}|元|[〇零一二三四五六七八九十]{1,4})"
_OF_DAY = r"(?:st|nd|rd|th|er|re|º|ª|°|-го|-е|-інші)?"
_OF = r"(?:de\s+|d['’]\s?|of\s+|ta['’]\s?|ngày\s+)?"
DATE = re.compile(
    rf"""
    (?P<era>明治|大正|昭和|平成|令和|民[國国]|중화민국|(?<![A-Za-z])[HRS](?=\d))?\s?(?P<cy>(?<!\d){_NUMBER})\s?[年년]\s?(?P<cm>{_NUMBER})\s?[月월]\s?(?P<cd>{_NUMBER})\s?[日일号號]
    | (?<![A-Za-z\d])(?P<re>[HRS])\s?(?P<ry>\d{{1,2}})(?P<rs>[./-])(?P<rm>\d{{1,2}})(?P=rs)(?P<rd>\d{{1,2}})(?![\d/])
    | (?<![\d./-])(?P<iy>\d{{4}})\s?(?P<is>[-./])\s?(?P<im>\d{{1,2}})\s?(?P=is)\s?(?P<id>\d{{1,2}})(?!\d)
    | (?<![\d./-])(?P<ty>1\d\d)(?P<ts>[-./])(?P<tm>\d{{1,2}})(?P=ts)(?P<td>\d{{1,2}})(?![\d/])
    | (?<![\d./-])(?P<by>(?:19|20)\d\d)(?P<bs>\s?)(?P<bm>0[1-9]|1[0-2])(?P=bs)(?P<bd>0[1-9]|[12]\d|3[01])(?![\d/:]|[.-]\d)
    | (?<![\d./-])(?P<n1>\d{{1,2}})\s?(?P<ns>[-./])\s?(?P<n2>\d{{1,2}})\s?(?P=ns)\s?(?P<ny>\d{{4}}|\d{{2}})(?![\d/])
    | (?<!\d)(?P<vd>\d{{1,2}})\s+tháng\s+(?P<vm>\d{{1,2}})(?:\s+năm|,)?\s+(?P<vy>\d{{4}})(?!\d)
    | (?<!\d)(?P<my>\d{{4}})\s+оны\s+(?P<mm>\d{{1,2}})\s+(?:\w+\s+)?сар\w*\s+(?P<md>\d{{1,2}})(?:-?\w+)?(?:\s+өдөр)?
    | (?<![\d.,:])(?P<dd>\d{{1,2}}){_OF_DAY}[\s.\-/]{{0,3}}{_OF}(?P<dm>{_MONTH})
        [\s.,،\-/]{{0,3}}(?:de[l]?\s+|of\s+|พ\.?\s?ศ\.?\s*)?(?P<dy>\d{{4}}|['’]?\d{{2}}(?![:.]?\d|\s?[ap]\.?m\b|h\b|\s?Uhr))(?!\d)
    | (?<!\d)(?P<yy>\d{{4}})[\s.,\-]{{0,3}}(?:жыл\w*|ж\.|г\.|m\.|gada|елның|yil\w*|йил\w*)?[\s\-]{{0,2}}(?P<yd>\d{{1,2}})[\s.\-]{{0,2}}(?P<ym>{_MONTH})
    | (?<!\d)(?P<hy>\d{{4}})(?:-?e?ko)?[\s.]{{0,3}}(?:m\.\s+)?(?P<hm>{WORD})\.?\s+(?P<hd>\d{{1,2}})(?!\d)
    | (?<![^\W\d_])(?P<em>{WORD})\.?\s+(?P<ed>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<ey>\d{{4}})(?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MONTH_FIRST = "|".join(words.MONTH_FIRST.split())
_RUN = re.compile(r"\d+")
_HAN_YEAR = re.compile(r"(?<![〇零一二三四五六七八九十])(?:元|[〇零一二三四五六七八九十]{1,4})\s?年")
_ERA_NAMES = (*words.ERAS, *words.SHORT_ERAS, *(letter.lower() for letter in words.SHORT_ERAS))
_ERA_ENDS = frozenset(era[-1] for era in _ERA_NAMES)
_WITHIN_WORD = frozenset(_JOINED + "'’ʻ׳॰")
_LONGEST_MONTH = 20
YEARLESS = re.compile(
    rf"""(?<![\d.,:/-])\d{{1,2}}{_OF_DAY}\.?\s?{_OF}(?P<month>{_MONTH})(?![^\W\d_])
    | (?<![^\W\d_])(?:{_MONTH_FIRST})\.?\s\d{{1,2}}(?:st|nd|rd|th|[.])?(?![\d:./])
    | (?<!\d)\d{{1,2}}[月월]\s?\d{{1,2}}[日일号號]""",
    re.VERBOSE | re.IGNORECASE,
)
_WEEKDAY_NAMES = "|".join(words.WEEKDAYS.strip().splitlines())
WEEKDAY = re.compile(rf"(?<![^\W\d_])(?:{_WEEKDAY_NAMES}|{words.TODAY})(?![^\W\d_])")  # of small letters
_WEEKDAYS = re.compile(_WEEKDAY_NAMES)
_SHORT_WEEKDAYS = re.compile(words.SHORT_WEEKDAYS)
_WEEKDAY_AFTER = re.compile(r"[.,]?\s*([^\W\d_]{3,16})(?![^\W\d_])")
_SHAPES = r"\s?[(（](?:(?:dd|d|jj|tt|mm|m|yyyy|yy|aaaa|jjjj|rrrr)[-./\s]?){3}[)）]"
_AFTER_DATE = re.compile(
    r"(?:[.]?\s?(?:года|годину|године|godine|году|року|roku|rokov|roka|год|г\.|г(?=[\s,;]|$)|р\.|r\.(?=[\s,;)]|$)|ж\.|d\.|оны|-?ж(?:ыл\w*)?\.?(?=[\s,;]|$)|-ж\.|"
    r"-?c[iıuü]\sil\b|yil\b|(?<=\d)(?:-?(?:t[őó]l|[áeéa]n|i)|an?)(?=[\s,;]|$)|م(?=[\s،]|$)|ه-|ه(?=[\s،]|$)|[.](?=\s*(?:[\d,]|$))))?"
    rf"(?:{_SHAPES}|\s?[(（](?:[^\W\d_]{{1,12}}\.?)[)）])?",
    re.IGNORECASE,
)
_ZONE = (
    r"(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d{2})?|[+-]\d{2}:?\d{2}\b|(?<=[\s\d(（])(?:"
    + "|".join(sorted(words.ZONES, key=len, reverse=True))
    + r")\b(?:\s?[(（][+-]\d{2}:?\d{2})?"
)
_AT = words.AT.replace(" ", r"\s")
TIME = re.compile(
    rf"""[\s.,;،|/\-–—(（]{{0,4}}(?:[tT](?=\d)|(?:{_AT})(?=[\s\d:]):?)?\s*
    (?P<half>上午|下午|午前|午後|오전|오후)?\s*
    (?P<h>\d{{1,2}})(?:\s?[:.h時时點点시]\s?(?P<m>\d{{2}})(?:\s?[:.分분]\s?(?P<s>\d{{2}})(?:[.,]\d{{1,9}})?)?(?:\s?[分분秒초])?(?![.\d]\d)|(?=\s?[ap]\.?\s?m\b|\s?noon\b))
    (?:\s?(?P<ampm>[ap]\.?\s?m\b\.?|[صم](?=\s|$)|π\.μ\.|μ\.μ\.|noon))?(?:\s?(?:uhr|uur|hrs?\b\.?|hours|hod\.?|h\b|ч\.|น\.))?
    (?P<zone>\s?[(（]?(?:{_ZONE})[)）]?)?""",
    re.VERBOSE | re.IGNORECASE,
)
TIME_BEFORE = re.compile(
    r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?\s?(?P<ampm>[ap]\.?m\.?)?(?P<half>)(?P<zone>)[\s,|–—-]{0,4}$",
    re.IGNORECASE,
)
ZONE_AFTER = re.compile(rf"\s?[(（]?(?P<zone>{_ZONE})[)）]?", re.IGNORECASE)
CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_SLASHED = re.compile(r"(?<![\d./-])(\d{1,2})[/-](\d{1,2})[/-]\d{4}(?![\d/])")
_SHOWN_ORDER = re.compile(r"[(（](?:(d|j|t)|m)", re.IGNORECASE)
_MONTH_NUMBERS = {
    name.replace("_", " ").rstrip("."): n for n, names in enumerate(words.MONTHS, 1) for name in names.split()
}
_AMBIGUOUS_MONTHS = frozenset(name for table in words.MONTHS_BY_LANGUAGE.values() for name in table)
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_YEAR_FIRST = ("zh", "ja", "ko", "hu")
_UNSURE_SHORT_YEAR = ("fa", "ps", "lt", "mn", "sv", "eu", "si")
_CJK = re.compile(r"[\u3400-\u9fff]")


def plain_digits(text: str) -> str:
    """The text, character for character, with the decimal digits of every script as 0–9 and invisible signs as spaces."""
    return text if text.isascii() else text.translate(_ASCII_DIGITS)


def dates_in(plain: str) -> list[re.Match[str]]:
    """The matches of `DATE` in a text, from left to right."""
    return _matches(DATE, plain)


def yearless_in(plain: str) -> list[re.Match[str]]:
    """The days of a text that stand without their year; only those whose month is one."""
    return [match for match in _matches(YEARLESS, plain) if not match["month"] or _month_of(_key(match["month"]), "")]


def _matches(pattern: re.Pattern[str], plain: str) -> list[re.Match[str]]:
    """The matches of a pattern from left to right, looked for only where there are numbers."""
    starts = [start for found in _RUN.finditer(plain) for start in _starts(plain, found.start())]
    if "年" in plain:
        starts += [start for found in _HAN_YEAR.finditer(plain) for start in _starts(plain, found.start())]
        starts.sort()
    matches: list[re.Match[str]] = []
    end = 0
    for start in starts:
        match = pattern.match(plain, start) if start >= end else None
        if match is not None:
            matches.append(match)
            end = match.end()
    return matches


def _starts(plain: str, at: int) -> tuple[int, ...]:
    """Where a date may begin whose first number stands here: at the word before it, the era before it, or the number."""
    gap = at
    while gap and at - gap < 3 and plain[gap - 1].isspace():
        gap -= 1
    era = at
    if gap and plain[gap - 1] in _ERA_ENDS:
        era = next((gap - len(era) for era in _ERA_NAMES if plain.endswith(era, 0, gap)), at)
    word = gap - (plain[gap - 1 : gap] == "." and gap < at)
    low = max(0, word - _LONGEST_MONTH)
    while word > low and (plain[word - 1].isalpha() or plain[word - 1] in _WITHIN_WORD):
        word -= 1
    return (word, at) if era == at else (era, at) if era <= word else (word, era, at)


def date_end(plain: str, match: re.Match[str]) -> int:
    """Where a date ends with what belongs to it: "г.", "roku", a weekday's name behind it."""
    tail = _AFTER_DATE.match(plain, match.end())
    end = tail.end() if tail else match.end()
    word = _WEEKDAY_AFTER.match(plain, end)
    return word.end() if word is not None and _is_weekday(word[1].lower()) else end


def weekday_start(plain: str) -> int | None:
    """Where the weekday's name begins, short or long, that ends a text."""
    tail = plain.rstrip(" \t\n.,،、").removesuffix("ที่").rstrip()
    start = len(tail)
    for _ in range(2):  # some are two words
        start = max(tail.rfind(char, 0, start) for char in " :：,،(（|") + 1
        word = tail[start:].lower()
        if _is_weekday(word) or _SHORT_WEEKDAYS.fullmatch(word):
            return start
        start = max(0, start - 1)
    return None


@lru_cache(maxsize=1024)
def _is_weekday(word: str) -> bool:
    return _WEEKDAYS.fullmatch(word) is not None


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


def told_order(text: str) -> str:
    """The order that a text names beside its date, as in "(dd-mm-yyyy)"; "" where it names none."""
    shape = re.search(_SHAPES, text, re.IGNORECASE)
    if shape is None:
        return ""
    first = _SHOWN_ORDER.search(shape[0])
    return "" if first is None else "dmy" if first[1] else "mdy"


def day_of(match: re.Match[str], order: str, language: str, around: str = "") -> date | None:
    """The day that a match of `DATE` names, None where it can't be settled; `around` is the stamp that it stands in."""
    try:
        return _read_day(match, order, language.casefold(), around)
    except ValueError:  # no such day
        return None


def _read_day(match: re.Match[str], order: str, language: str, around: str) -> date | None:
    if match["cy"]:
        year = _han(match["cy"], match["era"])
        if not match["era"] and 80 <= year <= 199 and language[:2] in ("zh", ""):
            year += 1911  # of the Republic, as nothing else is counted so
        return _gregorian(year, _han(match["cm"]), _han(match["cd"]), language)
    if match["re"]:
        if language[:2] != "ja" and not (not language and _CJK.search(around)):
            return None
        year = int(match["ry"]) + words.SHORT_ERAS[match["re"].upper()]
        return _gregorian(year, int(match["rm"]), int(match["rd"]), language)
    if match["ty"]:
        chinese = language[:2] == "zh" or (not language and _CJK.search(around))
        return date(int(match["ty"]) + 1911, int(match["tm"]), int(match["td"])) if chinese else None
    for letter in "ib":
        if match[f"{letter}y"]:
            year, month, number = (int(match[f"{letter}{part}"]) for part in "ymd")
            return _gregorian(year, month, number, language)
    if match["n1"]:
        return _numeric(match, order, language)
    for letter in "vm":
        if match[f"{letter}y"]:
            return date(int(match[f"{letter}y"]), int(match[f"{letter}m"]), int(match[f"{letter}d"]))
    for letter in "dyhe":
        if match[f"{letter}m"]:
            return _named(match[f"{letter}y"], match[f"{letter}m"], int(match[f"{letter}d"]), language)
    return None


def _numeric(match: re.Match[str], order: str, language: str) -> date | None:
    first, second, year = int(match["n1"]), int(match["n2"]), int(match["ny"])
    if len(match["ny"]) == 2:
        if order == "ymd" or (not order and language[:2] in _YEAR_FIRST):
            return date(2000 + first, second, year)
        if not order and (language[:2] in _UNSURE_SHORT_YEAR or (not language and first > 12 >= second)):
            return None
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
    return "dmy" if language and not language.startswith("fil") and language[:2] not in _YEAR_FIRST else ""


def _named(year_text: str, name: str, day: int, language: str) -> date | None:
    year = int(year_text.strip("'’"))
    short = len(year_text) < 4
    for part in (name, *name.split("/")):
        month = _ROMAN.index(part) + 1 if part in _ROMAN else 0
        part = _key(part)
        month = month or _month_of(part, language)
        if month and short:
            thai = "\u0e00" <= part[0] <= "\u0e7f"
            return date(year + (2500 - 543 if thai else 2000), month, day)
        if month:
            return _gregorian(year, month, day, language)
        for names in (words.PERSIAN_MONTHS, words.DARI_MONTHS):
            if part in names and 1300 <= year <= 1430:
                return _from_persian(year, names.index(part) + 1, day)
    return None


def _key(name: str) -> str:
    return re.sub(r"\s+", " ", name.lower()).rstrip(".")


def _month_of(name: str, language: str) -> int:
    """The number of a month by its name, 0 where it is none, or names different months in different languages."""
    month = words.MONTHS_BY_LANGUAGE.get(language[:2], {}).get(name) or _MONTH_NUMBERS.get(name, 0)
    return 0 if name in _AMBIGUOUS_MONTHS and language[:2] not in ("hr", "pl", "cs", "uk", "be") else month


def _gregorian(year: int, month: int, day: int, language: str) -> date | None:
    """A date whose year tells its calendar: Buddhist from 2400 on, Persian where the language is Persian."""
    if 2400 <= year <= 2700:
        year -= 543
    if 1300 <= year <= 1430 and language[:2] in ("fa", "ps"):
        return _from_persian(year, month, day)
    return date(year, month, day) if 1900 <= year <= _LATEST_YEAR else None


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
    if not era:
        return number
    return number + (words.ERAS.get(era) or words.SHORT_ERAS.get(era.upper(), 0))


def hour_of_24(hour: int, half: str) -> int:
    """The hour of the day, where a word tells its half."""
    half = half.replace(".", "").replace(" ", "").casefold()
    if half in ("pm", "م", "下午", "午後", "오후", "μμ") and hour < 12:
        return hour + 12
    return 0 if half in ("am", "ص", "上午", "午前", "오전", "πμ") and hour == 12 else hour


def zone_of(text: str, page_zone: str, day: date) -> tzinfo | None:
    """The zone named beside a time: by its offset, by the name it has in the page's own zone, or a name that only one zone has."""
    text = text.strip(" ()（）").casefold().replace(" ", "").replace("(", "")
    offset = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes)) if minutes <= 14 * 60 else None
    if not text or text in _own_names(page_zone, day.year):
        return None
    minutes_east = words.ZONES.get(text)
    return timezone(timedelta(minutes=minutes_east)) if minutes_east is not None else None


def is_foreign_zone(text: str, page_zone: str, day: date) -> bool:
    """Whether a zone is named that is not the page's own, and that more than one zone has."""
    text = text.strip(" ()（）").casefold()
    return text in words.ZONES and words.ZONES[text] is None and text not in _own_names(page_zone, day.year)


@cache
def _own_names(zone: str, year: int) -> frozenset[str]:
    """The names that a zone has for its time in a year, in summer and winter."""
    if not zone:
        return frozenset()
    there = ZoneInfo(zone)
    names = [(datetime(year, month, 1, tzinfo=there).tzname() or "").casefold() for month in (1, 7)]
    return frozenset([*names, *(name[0] + name[2] for name in names if len(name) == 3)])  # EST and EDT are ET for short


def bounds(begin: datetime, end: datetime, zone: str) -> tuple[datetime, datetime]:
    """The UTC bounds of two wall times; with no zone known, wide enough for every zone on earth."""
    if not zone:
        return (begin - timedelta(hours=14)).replace(tzinfo=UTC), (end + timedelta(hours=12)).replace(tzinfo=UTC)
    there = ZoneInfo(zone)
    first, second = ([at.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)] for at in (begin, end))
    return min(first), max(second)
