"""Bytes of a page to characters, as browsers do it (WHATWG Encoding, HTML 13.2.3): BOM, header, meta, then the bytes themselves.

One exception, on purpose: bytes that are valid UTF-8 and not plain ASCII are UTF-8, whatever a header or meta says.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import webencodings

from scraper.detect import detect

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))
_PRESCAN = 4096
_META = re.compile(rb"<meta\b[^>]{0,400}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.\-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([a-zA-Z0-9_:.\-]{2,40})")
_DROPPED = ("\0", "\ufeff")
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A page's characters, the WHATWG name of their encoding, and what settled it (bom, header, meta, utf-8, bytes)."""

    text: str
    encoding: str
    settled_by: str


def decode(body: bytes, content_type: str | None) -> Decoded:
    """The characters of a page; never raises: what is no character becomes U+FFFD. NUL and U+FEFF are dropped."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _decoded(_characters(body[len(bom) :], name), name, "bom")
    declared, source = _of_header(content_type), "header"
    if not declared:
        declared, source = _of_meta(body), "meta"
    text = _utf8(body)
    if text is not None and (declared in (None, "utf-8") or not body.isascii()):
        return _decoded(text, "utf-8", source if declared == "utf-8" else "utf-8")
    encoding = declared or detect(body)
    return _decoded(_characters(body, encoding), encoding, source if declared else "bytes")


def _decoded(text: str, encoding: str, settled_by: str) -> Decoded:
    for mark in _DROPPED:
        if mark in text:
            text = text.replace(mark, "")
    return Decoded(text=text, encoding=encoding, settled_by=settled_by)


def _characters(body: bytes, encoding: str) -> str:
    return str(webencodings.lookup(encoding).codec_info.decode(body, "replace")[0])


def _of_header(content_type: str | None) -> str | None:
    match = re.search(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", content_type or "", re.IGNORECASE)
    return _name(match[1]) if match else None


def _of_meta(body: bytes) -> str | None:
    head = _COMMENT.sub(b"", body[:_PRESCAN])
    match = _META.search(head) or _XML.match(head)
    name = _name(match[1].decode("ascii")) if match else None
    return "utf-8" if name and name.startswith("utf-16") else name  # as the standard says: read as ASCII, so not UTF-16


def _name(label: str) -> str | None:
    found = webencodings.lookup(label)
    if found is None or found.name in ("replacement", "x-user-defined"):
        return None
    return str(found.name)


def _utf8(body: bytes) -> str | None:
    """The characters of valid UTF-8; a sequence cut off at the very end does not count against it. None for anything else."""
    if body.isascii() and (b"\x1b$" in body or 25 * body.count(0, 0, 4000) >= min(len(body), 4000)):
        return None  # ISO-2022-JP, or 16 bits
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return None
