"""What is learnt of a page from look to look, as one bounded JSON text that the archive keeps beside the current reading.

Texts and words are kept as short hashes, enough to tell familiar from unknown; nothing here is evidence.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from struct import pack, unpack
from typing import Any
from zlib import crc32

PlainBlock = tuple[str, str, int, int, int]  # as `restless.py` keeps a block
PlainWaiting = tuple[tuple[int, int, str, int], ...]
PlainPart = tuple[
    int, str, tuple[int, ...], tuple[int, ...], PlainWaiting, tuple[int, ...], tuple[int, ...]
]  # and a part
_MOST_CODES = 2500
FORMAT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The state of one page's interpretation. Empty values: nothing known yet."""

    format: int = FORMAT
    rules: str = ""  # digest of the rules and version that the rest was made by
    # the last judged body, so that an equal one gets an equal verdict
    body: str = ""
    visible: str = ""
    judged_url: str = ""
    outcome: str = ""  # "" accepted
    reason: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    churn: int = 0  # looks in a row whose bytes differed while the text did not, counted to 3
    # the latest accepted text
    accepted: bool = False
    text: str = ""  # digest
    title: str = ""
    site: tuple[str, ...] = ()  # parts of its title that may name the site
    language: str = ""
    script: str = ""
    final_url: str = ""
    canonical: str = ""
    chars: int = 0
    passages: str = ""  # codes
    before: str = ""  # codes of the passages of texts accepted before, as long as they are none of the latest's
    words: str = ""  # codes, of those texts too
    frame: str = ""  # codes
    tail: str = ""  # code of the last leaf of the whole page
    closed: bool = False  # the markup ended with </html>
    password: bool = False  # the page itself holds a password field
    # doubt and acts
    doubt: str = ""  # digest of the text last held
    doubt_looks: int = 0
    doubt_since: str = ""
    refused: tuple[str, ...] = ()  # digests of texts set aside by a person
    hosts: tuple[str, ...] = ()  # that a person confirmed as the page's, by releasing a look that was led there
    # parts that change by themselves (`restless.py`)
    begun: str = ""  # the first accepted look
    values: str = ""  # codes of the blocks of the latest accepted look
    told: str = ""  # the blocks as they were last told, as JSON of their own, read only where a text is compared
    parts: tuple[PlainPart, ...] = ()
    left: tuple[str, ...] = ()  # codes of the blocks that went each time that most of the told text did, latest last
    # texts that come in turn
    earlier: tuple[str, ...] = ()  # digests of the texts accepted before, latest last
    returns: int = 0  # how often a text came back that had been left
    other: str = ""  # digest of the one last seen, where it is not the latest accepted
    other_looks: int = 0  # looks in a row that showed it
    other_since: str = ""  # the first of these

    def dump(self) -> str:
        """The JSON text of a memory; equal memories give equal texts."""
        plain = {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) not in ("", (), 0, False)
        }
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Memory:
    """The memory that `dump` wrote; a fresh one for "" and for another format."""
    if not text:
        return Memory()
    plain: dict[str, Any] = json.loads(text)
    if plain.get("format") != FORMAT:
        return Memory()
    known = {field.name for field in fields(Memory)}
    return Memory(**{key: _frozen(value) for key, value in plain.items() if key in known})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def code(text: str) -> int:
    """A 32-bit hash of a text: two in a few thousand may be alike, which only makes a passage look familiar."""
    return crc32(text.encode("utf-8", "surrogatepass"))


def codes(texts: Iterable[str], *, most: int = _MOST_CODES) -> str:
    """The codes of distinct texts in order, as one string; of too many only the first."""
    return packed(list(islice(map(code, dict.fromkeys(texts)), most)))


def packed(items: Sequence[int]) -> str:
    """Codes as a string (base64 of big-endian 32-bit numbers)."""
    return b64encode(pack(f">{len(items)}I", *items)).decode("ascii")


def unpacked(sketch: str) -> tuple[int, ...]:
    """The codes in such a string, in order."""
    data = b64decode(sketch)
    return unpack(f">{len(data) // 4}I", data)


def coded(sketch: str) -> frozenset[int]:
    """The set of codes in such a string."""
    return frozenset(unpacked(sketch))


def merged(latest: str, earlier: str, *, most: int = _MOST_CODES) -> str:
    """The codes of both, the latest first, without repeats, bounded."""
    return packed(list(dict.fromkeys((*unpacked(latest), *unpacked(earlier))))[:most])


def forget_body(memory: Memory) -> Memory:
    """The same memory, with the next look judged afresh."""
    return replace(memory, body="", visible="", outcome="", reason="", facts=(), churn=0)
