"""How to cite a text as it was seen at one look: in words, as BibTeX and as CSL-JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archive.model import parse_utc
from archive.reading.rows import Look, PageRow, Revision

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "&%$#_"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What identifies a text for ever: the look that saw it, and the digest of what it saw."""

    key: str
    title: str
    page_url: str  # the address that was asked
    seen_at: str
    archive: str  # this archive's name
    address: str  # of the look here: never renumbered
    text_sha256: str
    reading: int
    version: str  # of what made that reading
    language: str

    @property
    def words(self) -> str:
        return (
            f"{self.title}. {self.page_url}, as seen {self.seen_at}. {self.archive}, {self.address}"
            f" (reading {self.reading} by {self.version}, text SHA-256 {self.text_sha256})"
        )

    @property
    def bibtex(self) -> str:
        seen = parse_utc(self.seen_at)
        note = f"As seen {self.seen_at}; {self.archive}; reading {self.reading} by {self.version}; text SHA-256 {self.text_sha256}"
        fields = {
            "title": f"{{{_tex(self.title)}}}",
            "year": str(seen.year),
            "howpublished": f"\\url{{{_url(self.page_url)}}}",
            "url": _url(self.address),
            "urldate": f"{seen:%Y-%m-%d}",
            "note": _tex(note),
            **({"langid": _tex(self.language)} if self.language else {}),
        }
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{self.key},\n{lines}\n}}\n"

    @property
    def csl(self) -> dict[str, Any]:
        seen = parse_utc(self.seen_at)
        parts = [[seen.year, seen.month, seen.day]]
        return {
            "id": self.key,
            "type": "webpage",
            "title": self.title,
            "URL": self.address,
            "archive": self.archive,
            "archive_location": self.address,
            "accessed": {"date-parts": parts},
            "issued": {"date-parts": parts},
            "note": f"{self.page_url}; reading {self.reading} by {self.version}; text SHA-256 {self.text_sha256}",
            **({"language": self.language} if self.language else {}),
        }


def citation(
    page: PageRow, look: Look, revision: Revision, *, asked: str, version: str, archive: str, address: str
) -> Citation:
    return Citation(
        key=f"{page.slug}-{look.seq}",
        title=_line(revision.row.title or page.name),
        page_url=_line(asked),
        seen_at=look.observed_at,
        archive=archive,
        address=address,
        text_sha256=revision.row.text_sha256,
        reading=revision.reading,
        version=_line(version),
        language=_line(revision.row.language or page.language),
    )


def _line(text: str) -> str:
    """One line without what is no text: controls and line breaks become spaces."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _tex(text: str) -> str:
    """
    >>> _tex("50 % of {all} & more")
    '50 \\\\% of \\\\{all\\\\} \\\\& more'
    """
    return "".join(_TEX.get(char, char) for char in text)


def _url(text: str) -> str:
    """An address inside braces: what would close or escape them is percent-encoded."""
    return "".join(f"%{ord(char):02X}" if char in "{}\\" else char for char in text)
