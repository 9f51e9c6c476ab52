"""The log of a service: lines for people, or JSON, one object a line, whoever writes it.

An object has `at` (UTC), `level`, `event`, `message`, and what the event is about (`page`, `observation`, …). Pages are named
by slug, alert targets by name; user names and passwords in addresses are left out.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from typing import Any, Literal, TextIO

from archive.model import utc_text
from scraper import clock

Level = Literal["info", "warning", "error"]

as_json = False  # set by `use_json` alone

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # by terminals
_USER = re.compile(r"(?<=://)[^/@\s\"']+@")
_SPEAKERS = ("uvicorn", "apscheduler", "asyncio", "py.warnings", "distributed")  # whose lines hold no secrets


def put(
    message: str,
    *,
    event: str,
    level: Level = "info",
    facts: Mapping[str, Any] | None = None,
    stream: TextIO | None = None,
) -> None:
    """One object, on one line, to stderr."""
    told = {"at": utc_text(clock.now()), "level": level, "event": event, "message": without_users(message)}
    told.update(facts or {})
    out = stream or (sys.stderr.inner if isinstance(sys.stderr, _Foreign) else sys.stderr)
    out.write(safe_json(json.dumps(told, ensure_ascii=False, default=str)) + "\n")
    out.flush()


def safe_json(text: str) -> str:
    """The same JSON, with those characters escaped that JSON leaves as they are and a terminal would obey.

    >>> safe_json('"\x9b2J"')
    '"\\\\u009b2J"'
    """
    return OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def without_users(text: str) -> str:
    """Text whose addresses name no user and no password.

    >>> without_users("http://me:secret@proxy.example:3128 is no address")
    'http://proxy.example:3128 is no address'
    """
    return _USER.sub("", text)


def use_json() -> None:
    """From now on the process logs JSON: what is said, what libraries log, whatever else comes to stderr, such as tracebacks."""
    global as_json
    as_json, sys.stderr = True, _Foreign(sys.stderr)
    logging.captureWarnings(True)
    handler = _Handler(logging.WARNING)
    for name in _SPEAKERS:
        logging.getLogger(name).addHandler(handler)


class _Handler(logging.Handler):
    """What a library logs, as an object."""

    def emit(self, record: logging.LogRecord) -> None:
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        facts = {"traceback": self.format_exception(record)} if record.exc_info else {}
        put(record.getMessage(), event=record.name.partition(".")[0], level=level, facts=facts)

    @staticmethod
    def format_exception(record: logging.LogRecord) -> str:
        assert record.exc_info is not None
        return without_users(logging.Formatter().formatException(record.exc_info))


class _Foreign(io.TextIOBase):
    """stderr for those who know of no log: each line that is written becomes an object."""

    def __init__(self, inner: TextIO) -> None:
        self.inner = inner
        self._begun = ""
        self._guard = threading.Lock()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self.inner.fileno()

    def write(self, text: str) -> int:
        with self._guard:
            *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._tell(line)
        return len(text)

    def flush(self) -> None:
        with self._guard:
            line, self._begun = self._begun, ""
        self._tell(line)

    def _tell(self, line: str) -> None:
        if line.strip():
            put(line, event="stderr", level="error", stream=self.inner)
