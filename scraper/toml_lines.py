"""On which line each key of a TOML file stands, so that a wrong value can be shown where it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable

Path = tuple[str | int, ...]  # keys, and indexes from 0 into lists

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")|' + r"'''.*?'{3,5}(?!')|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'", re.DOTALL
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")
_DOT = re.compile(r"[ \t]*\.[ \t]*")


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table, key and list item. `text` must be TOML that `tomllib` has accepted.

    >>> key_lines('[fetch]\\ndelay = "1s"\\n[[page]]\\ntags = ["a",\\n "b"]')[("page", 0, "tags", 1)]
    5
    """
    return _Scan(text).document()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # of the [[tables]] met so far

    def document(self) -> dict[Path, int]:
        table: Path = ()
        self.take(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.key_and_value(table)
            self.take(_BLANK)
        return self.lines

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"not TOML at line {self.line}")
        self.line += match[0].count("\n")
        self.at = match.end()
        return match[0]

    def skip(self, characters: int) -> None:
        self.at += characters
        self.take(_BLANK)

    def header(self) -> Path:
        double = self.text.startswith("[[", self.at)
        line = self.line
        self.skip(2 if double else 1)
        path: Path = ()
        keys = self.dotted_key()
        for key in keys[:-1]:
            path = self.newest((*path, key))
            self.lines.setdefault(path, line)
        path = (*path, keys[-1])
        if double:
            self.counts[path] = self.counts.get(path, -1) + 1
            self.lines.setdefault(path, line)
        path = self.newest(path)
        self.lines.setdefault(path, line)
        self.skip(2 if double else 1)
        return path

    def newest(self, path: Path) -> Path:
        return (*path, self.counts[path]) if path in self.counts else path

    def dotted_key(self) -> list[str]:
        keys = [self.key()]
        while _DOT.match(self.text, self.at):
            self.take(_DOT)
            keys.append(self.key())
        self.take(_BLANK)
        return keys

    def key(self) -> str:
        if self.text[self.at] in "\"'":
            quoted = self.take(_STRING)
            return str(tomllib.loads(f"key = {quoted}")["key"])
        return self.take(_BARE_KEY)

    def key_and_value(self, table: Path) -> None:
        line = self.line
        path = table
        for key in self.dotted_key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.skip(1)  # the equals sign
        self.value(path)

    def value(self, path: Path) -> None:
        first = self.text[self.at]
        if first == "[":
            self.items("]", lambda index: self.item((*path, index)))
        elif first == "{":
            self.items("}", lambda _: self.key_and_value(path))
        else:
            self.take(_STRING if first in "\"'" else _BARE_VALUE)

    def item(self, path: Path) -> None:
        self.lines[path] = self.line
        self.value(path)

    def items(self, end: str, one: Callable[[int], None]) -> None:
        self.skip(1)
        index = 0
        while self.text[self.at] != end:
            one(index)
            self.take(_BLANK)
            if self.text[self.at] == ",":
                self.skip(1)
            index += 1
        self.at += 1
