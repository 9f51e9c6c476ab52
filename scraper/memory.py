"""What is learnt of a page from look to look, as one bounded JSON text that the archive keeps beside the current reading.

Texts and words are kept as short hashes, enough to tell familiar from unknown; nothing here is evidence.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from hashlib import blake2b
from typing import Any

_CODE = 6  # characters of one hash: 36 bits
_MOST_CODES = 2500
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The state of one page's interpretation. Empty values: nothing known yet."""

    format: int = FORMAT
    rules: str = ""  # digest of the rules and version that the rest was made by
    # the last judged body, so that an equal one gets an equal verdict
    body: str = ""
    visible: str = ""
    outcome: str = ""  # "" accepted
    reason: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    churn: int = 0  # looks whose bytes differed while the visible text did not, counted to 3
    # the latest accepted text
    accepted: bool = False
    text: str = ""  # digest
    accepted_visible: str = ""
    title: str = ""
    site: tuple[str, ...] = ()  # parts of its title that may name the site
    language: str = ""
    final_url: str = ""
    chars: int = 0
    passages: str = ""  # codes
    before: str = ""  # codes of the passages of texts accepted before, as long as they are none of the latest's
    words: str = ""  # codes, of those texts too
    frame: str = ""  # codes
    tail: str = ""  # code of the last leaf of the whole page
    closed: bool = False  # the markup ended with </html>
    password: bool = False  # the page itself holds a password field
    region: str = ""
    # doubt and acts
    doubt: str = ""  # digest of the text last held
    doubt_looks: int = 0
    doubt_since: str = ""
    refused: tuple[str, ...] = ()  # digests of texts set aside by a person
    earlier: tuple[str, ...] = ()  # digests of the texts accepted before, latest last

    def dump(self) -> str:
        """The JSON text of a memory; equal memories give equal texts."""
        plain = {key: value for key, value in asdict(self).items() if value not in ("", (), 0, False)}
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


def code(text: str) -> str:
    """A short hash of a text."""
    return urlsafe_b64encode(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=5).digest())[:_CODE].decode(
        "ascii"
    )


def codes(texts: Iterable[str], *, most: int = _MOST_CODES) -> str:
    """The codes of distinct texts in order, as one string of fixed-width items; of too many only the first."""
    distinct = dict.fromkeys(texts)
    return "".join(code(text) for text, _ in zip(distinct, range(most), strict=False))


def merged(latest: str, earlier: str, *, most: int = _MOST_CODES) -> str:
    """The codes of both, the latest first, without repeats, bounded."""
    return "".join(list(dict.fromkeys(split_codes(latest + earlier)))[:most])


def split_codes(sketch: str) -> list[str]:
    """The codes in such a string, in order."""
    return [sketch[i : i + _CODE] for i in range(0, len(sketch), _CODE)]


def coded(sketch: str) -> frozenset[str]:
    """The codes in such a string."""
    return frozenset(split_codes(sketch))


def forget_body(memory: Memory) -> Memory:
    """The same memory, with the next look judged afresh."""
    return replace(memory, body="", visible="", outcome="", reason="", facts=(), churn=0)
