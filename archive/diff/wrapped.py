"""Styled text broken into the lines of a terminal: at spaces, and between wide characters, whose scripts have none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

Styled = tuple[str, str]  # text, and its colour code or ""

_ATOM = re.compile("\n|(?P<space>[^\\S\n\u00a0\u2007\u202f]+)|(?:\\S|[\u00a0\u2007\u202f])+")


def wrapped(parts: Iterable[Styled], width: int | None) -> list[list[Styled]]:
    """Lines of at most `width` columns, without the space at which they were broken; None breaks at line feeds alone.

    A word that is longer than a line has one to itself.
    """
    lines = _Lines(width)
    for text, style in parts:
        for found in _ATOM.finditer(text):
            if found.lastgroup:
                lines.space((found.group(), style))
            elif found.group() == "\n":
                lines.end()
            else:
                for piece in _pieces(found.group()):
                    lines.add((piece, style))
    lines.place()
    return [_joined(line) for line in lines.done]


class _Lines:
    def __init__(self, width: int | None) -> None:
        self.width = width
        self.done: list[list[Styled]] = [[]]
        self.at = 0
        self.gap: list[Styled] = []
        self.word: list[Styled] = []

    def space(self, part: Styled) -> None:
        self.place()
        self.gap.append(part)

    def add(self, part: Styled) -> None:
        """A piece of a word; between wide characters a line may end, but for closing marks."""
        if self.word and (_is_wide(part[0][0]) or _is_wide(self.word[-1][0][-1])) and not _closes(part[0]):
            self.place()
        self.word.append(part)

    def place(self) -> None:
        """Puts the word on the line, or on the next one."""
        if not self.word:
            return
        gap, word = _columns(self.gap), _columns(self.word)
        if self.width is not None and self.at and self.at + gap + word > self.width:
            self.done.append(self.word)
            self.at = word
        else:
            self.done[-1] += [*self.gap, *self.word]
            self.at += gap + word
        self.gap, self.word = [], []

    def end(self) -> None:
        """The text's own line feed."""
        self.place()
        self.done.append([])
        self.at, self.gap = 0, []


def _pieces(word: str) -> Iterator[str]:
    """A word cut before and after each wide character."""
    start = 0
    for index in range(1, len(word)):
        char = word[index]
        if (_is_wide(char) or _is_wide(word[index - 1])) and not unicodedata.combining(char):
            yield word[start:index]
            start = index
    yield word[start:]


def _joined(line: Sequence[Styled]) -> list[Styled]:
    out: list[Styled] = []
    for text, style in line:
        if out and out[-1][1] == style:
            out[-1] = (out[-1][0] + text, style)
        else:
            out.append((text, style))
    return out


def _columns(parts: Sequence[Styled]) -> int:
    return sum(_width(char) for text, _ in parts for char in text)


def _width(char: str) -> int:
    if char < "\u0300":
        return 1
    return 2 if _is_wide(char) else int(unicodedata.category(char) not in ("Mn", "Me", "Cf"))


def _is_wide(char: str) -> bool:
    return char >= "\u1100" and unicodedata.east_asian_width(char) in "WF"


def _closes(text: str) -> bool:
    """Whether a line must not begin with this: a stop, a closing sign or one of our closing marks."""
    return text[:2] in ("-]", "+}", ">]", "<}") or unicodedata.category(text[0]) in ("Pe", "Pf", "Po", "Mn", "Mc")
