"""The languages that the reading room speaks. English is that of the source; every other is a catalogue in `languages/`.

A catalogue is a TOML file named by its language (BCP 47). To add a language, copy one, translate its right-hand sides and
choose a plural rule; nothing else names the languages. What a catalogue lacks is said in English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "languages"
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _one(n: int) -> str:
    return "one" if n == 1 else "other"


def _slavic(n: int) -> str:
    """Russian, Ukrainian, Belarusian, Serbian, Croatian, Bosnian: 1 страница, 2 страницы, 5 страниц."""
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


PLURALS: Mapping[str, tuple[Callable[[int], str], tuple[str, ...]]] = {  # by rule: which form, and all forms
    "one": (_one, ("one", "other")),
    "slavic": (_slavic, ("one", "few", "many")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The texts of one language, by their English: called with an English text, it says that text.

    What follows `|` in an English text tells its uses apart and is not said.
    """

    code: str
    name: str  # in itself
    direction: str = "ltr"
    plural: str = "one"
    group: str = ","  # between thousands
    decimal: str = "."
    months: tuple[str, ...] = _MONTHS  # as they stand after a day
    months_alone: tuple[str, ...] = _MONTHS
    days: tuple[str, ...] = _DAYS  # from Monday
    days_short: tuple[str, ...] = tuple(day[:2] for day in _DAYS)
    texts: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by the English singular

    def text(self, english: str) -> str:
        """The text with its places still to fill."""
        return self.texts.get(english) or english.partition("|")[0]

    def __call__(self, english: str, **values: Any) -> str:
        return self.text(english).format(**values)

    def form(self, n: int, one: str, other: str) -> str:
        """The form of a text for a number, with its places still to fill.

        >>> ENGLISH.form(2, "{n} look", "{n} looks")
        '{n} looks'
        """
        forms = self.plurals.get(one)
        if forms is None:
            return one if n == 1 else other
        rule, _ = PLURALS[self.plural]
        return forms[rule(n)]

    def many(self, n: int, one: str, other: str, **values: Any) -> str:
        """A text that depends on a number, its place `{n}`; by the English singular and plural."""
        return self.form(n, one, other).format(n=self.number(n), **values)

    def number(self, n: int) -> str:
        """
        >>> ENGLISH.number(12000)
        '12,000'
        """
        return f"{n:,}".replace(",", self.group)


ENGLISH = Catalogue(code="en", name="English")


@cache
def catalogues(folder: Path = FOLDER) -> Mapping[str, Catalogue]:
    """Every language by its code, English first."""
    found = [_read(path) for path in sorted(folder.glob("*.toml"))]
    return {"en": ENGLISH, **{one.code: one for one in found}}


def _read(path: Path) -> Catalogue:
    data = tomllib.loads(path.read_text("utf-8"))
    names: dict[str, Any] = {key: tuple(data.pop(key)) for key in ("months", "months_alone", "days", "days_short")}
    return replace(Catalogue(code=path.stem, **data), **names)


def choose(asked: str | None, accepts: str, among: Mapping[str, Catalogue]) -> Catalogue:
    """The language asked for by its code, else the one that the reader's browser likes best, else English.

    >>> choose(None, "tr, ru-RU;q=0.8, en;q=0.9", catalogues()).code
    'en'
    >>> choose("ru", "en", catalogues()).code
    'ru'
    """
    if asked is not None and asked in among:
        return among[asked]
    liked = [match for match in map(_RANGE.fullmatch, accepts[:400].split(",")) if match]
    liked.sort(key=lambda match: float(match[2] or 1), reverse=True)  # stable: as the browser orders them
    for match in liked:
        for code in (match[1].lower(), match[1].partition("-")[0].lower()):
            if code in among and float(match[2] or 1) > 0:
                return among[code]
    return ENGLISH
