"""What a page shows of the moment at which it is asked: today's date, the time, the weather's degrees, how often it was read.

Such a value within a text is no wording. Only the values themselves are judged here; that what stands for long was an edit
after all is for `restless.py` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from archive.stamp_dates import DATE, WEEKDAY, day_of, plain_digits
from archive.text import word_pattern

MOST_CHARS = 2000  # of a text that is looked through
_A_NUMBER = re.compile(r"[\d〇一二三四五六七八九十]")
_TIME = re.compile(r"(?<![\d:.])([01]?\d|2[0-3])[:.h]([0-5]\d)(?:[:.]([0-5]\d))?(?![\d])")
_NUMBER = r"[-+−–]?\d+(?:[.,\u00a0\u202f ’']\d+)*"
_DEGREES = re.compile(rf"{_NUMBER}\s*(?:°|º|℃|℉)")
_VISITS = (  # words for visits and readings, and those of scripts that set no spaces
    r"(?<![^\W\d_])(?:views?|viewed|visits?|visitors?|visited|reads?|hits?|readers?|downloads?|downloaded|"
    r"просмотр\w*|посе[тщ]\w*|прочит\w*|читател\w*|скачив\w*|перегляд\w*|відвідувач\w*|қарал\w*|көріл\w*|оқыл\w*|"
    r"vues?|lue?s?|lectures?|lecteurs?|visites?|visiteurs?|aufrufe?|abrufe?|besucher\w*|gelesen|leser|zugriffe|"
    r"visitas?|visto|vistas|leíd\w*|lecturas?|lid[oa]\w*|visualiza\w+|acessos?|visite|lett[oa]|letture|"
    r"odsłon\w*|wyświetle\w*|odwiedz\w*|przeczyt\w*|bekeken|gelezen|bezoek\w*|zobrazen\w*|görüntülen\w*|okun\w*|ziyaret\w*|"
    r"lượt|dilihat|dibaca|pengunjung|(?:ال)?مشاهد\w*|قراء\w*|(?:ال)?زيار\w*|(?:ال)?زائر\w*|بازدید\w*|צפיות|נקרא|נצפה|"
    r"आगंतुक\w*|बार)|浏览|瀏覽|阅读|閱讀|点击|點閱|访问|訪問|閲覧|アクセス|조회|방문"
)
_PRESENCE = (  # words for being there just now, and for passing a page on
    r"(?<![^\W\d_])(?:shares?|likes?|поделиться|нравится|поширити|бөлісу|partager|teilen|compartir|partilhar|condividi|"
    r"delen|udostępnij|sdílet|paylaş|bagikan|chia sẻ|مشاركة|שתף|साझा करें|online|онлайн|en ligne|en línea|çevrimiçi|желіде|ऑनलाइन|(?:ال)?متصل\w*)|在线|在線|オンライン|온라인|分享|点赞|シェア|いいね|공유"
)
_RATES = (  # words for rates of exchange
    r"(?<![^\W\d_])(?:exchange rate|rate of|курс\w*|бағам\w*|taux|cours du|wechselkurs|kurs|tipo de cambio|cotización|"
    r"câmbio|cambio|kuru|سعر الصرف|سعر|दर)(?![^\W\d_])|汇率|匯率|為替|환율"
)
_COUNT = r"\d{3,}|\d{1,3}(?:[.,\u00a0\u202f ’']\d{3})+"  # a hundred or more: fewer may be of what a text tells
_VISITED = re.compile(
    rf"(?:{_VISITS})[^\d.!?]{{0,24}}?({_COUNT})(?![\d.,]*\d)|(?<![\d.,])({_COUNT})[^\d.!?]{{0,24}}?(?:{_VISITS})",
    re.IGNORECASE,
)
_PRESENT = re.compile(rf"(?:{_PRESENCE})[^\d.!?]{{0,12}}?(\d+)", re.IGNORECASE)
_RATE = re.compile(rf"(?:{_RATES})[^\d.!?]{{0,24}}?(\d+[.,]\d+)", re.IGNORECASE)
_CURRENCIES = re.compile(r"(?:\b[A-Z]{3}|[$€£¥₽₸₹₺₴₩])\W{0,4}\d+[.,]\d+|\d+[.,]\d+\s?(?:[A-Z]{3}\b|[$€£¥₽₸₹₺₴₩])")
_A_LINE = 80  # characters
_WEATHER = re.compile(r"\s*[CFС]?[^.!?。\d]{0,40}")  # the words beside degrees
_MINUTES_APART = 2  # of a shown time from that of the look, the hour and half hour being the zone's


def differs_by_the_moment(old: str, new: str, at: datetime, language: str) -> bool:
    """Whether `new`, seen at `at`, differs from `old` in nothing but what it shows of that moment."""
    if len(old) > MOST_CHARS or len(new) > MOST_CHARS or not _A_NUMBER.search(new):
        return False
    old, new = plain_digits(old), plain_digits(new)
    shown = [*_days(new, at, language), *_times(new, at), *_counts(new)]
    if not shown:
        return False
    were = [*_spans((DATE, WEEKDAY, _TIME), old), *_counts(old)]
    before, now = (list(word_pattern().finditer(text)) for text in (old, new))
    matcher = SequenceMatcher(None, [token[0] for token in before], [token[0] for token in now], autojunk=False)
    changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    return bool(changes) and all(
        all(_within(token.span(), were) for token in before[i:j])
        and all(_within(token.span(), shown) for token in now[k:n])
        for _, i, j, k, n in changes
    )


def without_the_moment(text: str) -> str:
    """A text without all that may show a moment: dates, times of day, degrees, counts, rates."""
    if len(text) > MOST_CHARS or not _A_NUMBER.search(text):
        return text
    plain = plain_digits(text)
    spans = [*_spans((DATE, WEEKDAY, _TIME), plain), *_counts(plain)]
    for start, end in sorted(spans, reverse=True):
        plain = plain[:start] + plain[end:] if end <= len(plain) else plain
    return plain


def is_of_today(text: str, at: datetime, language: str) -> bool:
    """Whether a text shows the day of the look, in whatever zone."""
    if len(text) > MOST_CHARS or not _A_NUMBER.search(text):
        return False
    return any(True for _ in _days(plain_digits(text), at, language))


def _spans(patterns: Sequence[re.Pattern[str]], text: str) -> Iterator[tuple[int, int]]:
    """Where any of them stands; the names of weekdays are given in small letters."""
    small = text.lower()
    for pattern in patterns:
        within = small if pattern is WEEKDAY and len(small) == len(text) else text
        yield from (match.span() for match in pattern.finditer(within))


def _within(span: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _days(text: str, at: datetime, language: str) -> Iterator[tuple[int, int]]:
    """Dates of the day of the look, and then weekdays too."""
    found = False
    for match in DATE.finditer(text):
        day = day_of(match, "", language)
        if day is not None and abs(day - at.date()) <= timedelta(days=1):
            found = True
            yield match.span()
    if found:
        yield from _spans((WEEKDAY,), text)


def _times(text: str, at: datetime) -> Iterator[tuple[int, int]]:
    """Times of day that may be that of the look, in a zone of whole or half hours."""
    for match in _TIME.finditer(text):
        apart = (int(match[2]) - at.minute) % 30
        if min(apart, 30 - apart) <= _MINUTES_APART:
            yield match.span()


def _counts(text: str) -> Iterator[tuple[int, int]]:
    """Degrees, counts of visits, and rates; a short line that tells degrees, or rates of several currencies, as a whole."""
    if len(text) <= _A_LINE and (_DEGREES.search(text) or len(_CURRENCIES.findall(text)) > 1):
        yield 0, len(text)
    for match in _DEGREES.finditer(text):
        beside = _WEATHER.match(text, match.end())
        yield match.start(), beside.end() if beside else match.end()
    for pattern in (_VISITED, _PRESENT, _RATE):
        yield from (match.span(match.lastindex or 0) for match in pattern.finditer(text))
