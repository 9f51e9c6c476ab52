"""What one parsed answer shows, measured against what is remembered of its page: how much of its text, words and frame is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from archive.model import Capture
from scraper.blocks import Leaf
from scraper.extract import Extract
from scraper.memory import Memory, code, coded, codes

_PIECE = re.compile(r"[^\s.!?。！？؟।;；][^.!?。！？؟।;；]*[.!?。！？؟।;；]*")
_TITLE_BORDER = re.compile(r"\s+[|·•–—»«:/-]+\s+|\s*[|»«]\s*")
_SENTENCE = re.compile(r"[.!?。！？؟।]\s*[\"'»”’)]*$")
_WORD = re.compile(r"[^\W\d_]{4,}")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_SCRIPT_SAMPLE = 2000
_SCRIPTS = {
    name: re.compile(f"[{letters}]")
    for name, letters in (
        ("latin", "A-Za-z\u00c0-\u024f"),
        ("cyrillic", "\u0400-\u052f"),
        ("greek", "\u0370-\u03ff"),
        ("arabic", "\u0600-\u06ff"),
        ("hebrew", "\u0590-\u05ff"),
        ("han or kana", "\u3040-\u30ff\u3400-\u9fff"),
        ("hangul", "\uac00-\ud7af"),
        ("devanagari", "\u0900-\u097f"),
        ("bengali", "\u0980-\u09ff"),
        ("thai", "\u0e00-\u0e7f"),
        ("georgian", "\u10a0-\u10ff"),
        ("armenian", "\u0530-\u058f"),
    )
}
_CLOSED = re.compile(r"</(?:html|body)\s*>\s*(?:<!--.*)?\Z", re.IGNORECASE | re.DOTALL)
_A_LABEL = 5  # letters beside a number


def title_parts(title: str) -> list[str]:
    """What stands between the borders that titles are made with."""
    return [part.strip() for part in _TITLE_BORDER.split(title) if part.strip()]


def site_names(title: str) -> tuple[str, ...]:
    """The outer parts of a title that has parts: one of them is usually the site's name."""
    parts = title_parts(title)
    return tuple(dict.fromkeys((parts[0], parts[-1]))) if len(parts) > 1 else ()


def pieces(texts: Iterable[str]) -> list[str]:
    """Sentence-like parts of a page's blocks, as familiarity is measured by."""
    return [piece for text in texts for piece in _PIECE.findall(text)]


def word_set(texts: Iterable[str], *, most: int = 4000) -> list[str]:
    """The distinct words that say what a text is about: of four letters or more, or pairs of wide characters; of many the first."""
    found: dict[str, None] = {}
    for text in texts:
        if len(found) >= most:
            break
        folded = text.casefold()
        found.update(dict.fromkeys(_WORD.findall(folded)))
        wide = _WIDE.findall(folded) if _WIDE.search(folded) else []
        found.update(dict.fromkeys(a + b for a, b in pairwise(wide)))
    return list(found)


def main_script(texts: Iterable[str]) -> str:
    """The script that most letters of a text are in ("latin", "cyrillic", …); "" where there are none."""
    sample = "".join(texts)[:_SCRIPT_SAMPLE]
    counts = {name: len(letters.findall(sample)) for name, letters in _SCRIPTS.items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What one parsed answer shows, measured against what is remembered of the page."""

    capture: Capture
    memory: Memory
    found: Extract
    markup: str
    password_fields: int

    @cached_property
    def texts(self) -> list[str]:
        return [block.text for block in self.found.document.blocks if block.kind not in ("title", "stamp")]

    @cached_property
    def own(self) -> list[str]:
        """Texts of the page that did not stand in its frame before."""
        frame = coded(self.memory.frame)
        return [text for text in self.texts if not frame or code(text) not in frame]

    @cached_property
    def own_chars(self) -> int:
        return sum(len(text) + 2 * len(_WIDE.findall(text)) for text in self.own)

    @cached_property
    def news(self) -> list[str]:
        """Texts of its own of which no part stood in an earlier text, and that say more than a number."""
        known = coded(self.memory.passages) | coded(self.memory.before)
        return [
            text
            for text in self.own
            if sum(map(str.isalpha, text)) > _A_LABEL and not any(code(part) in known for part in pieces([text]))
        ]

    @cached_property
    def parts(self) -> dict[str, int]:
        """The distinct sentence-like parts of the text and their codes."""
        return {part: code(part) for part in pieces(self.texts)}

    @cached_property
    def known(self) -> float:
        """The share of the text's characters that stood in the latest accepted text, or in one before it."""
        total = sum(map(len, self.parts))
        passages = coded(self.memory.passages) | coded(self.memory.before)
        return (
            sum(len(part) for part, part_code in self.parts.items() if part_code in passages) / total if total else 0.0
        )

    @cached_property
    def kept(self) -> float:
        """The share of the latest accepted passages that still stand here."""
        passages = coded(self.memory.passages)
        return len(passages & set(self.parts.values())) / len(passages) if passages else 0.0

    @cached_property
    def frame_kept(self) -> float | None:
        """The share of the page's remembered frame that is here too; None where it has hardly any."""
        frame = coded(self.memory.frame)
        if len(frame) < 4:
            return None
        here = {code(text) for text in (*self.found.frame, *self.texts)}
        return len(frame & here) / len(frame)

    @cached_property
    def about(self) -> float:
        """The share of the text's words that the latest accepted text or title had."""
        words = word_set([*self.own, self.found.document.title])
        remembered = coded(self.memory.words)
        return sum(1 for word in words if code(word) in remembered) / len(words) if words else 0.0

    @cached_property
    def told(self) -> bool:
        """Whether the page's own text has a sentence in it."""
        return any(_SENTENCE.search(text) and len(text) >= 20 for text in self.own)

    @cached_property
    def same_title(self) -> bool:
        return bool(self.memory.title) and self.found.document.title == self.memory.title

    @cached_property
    def same_site(self) -> bool:
        """Whether the title ends (or begins) with the same site's name as before."""
        return bool(set(site_names(self.found.head_title)) & set(self.memory.site))

    @cached_property
    def ends_as_before(self) -> bool:
        """Whether what stood last on the page before stands last, or nearly so."""
        tail = coded(self.memory.tail)
        return any(code(leaf.text) in tail for leaf in self.found.layout.leaves[-3:])

    @cached_property
    def closed(self) -> bool:
        return bool(_CLOSED.search(self.markup[-3000:]))


def tail_code(leaves: Sequence[Leaf]) -> str:
    """The code of what stands last on a page."""
    return codes([leaves[-1].text]) if leaves else ""
