"""Feeds of changes (RFC 4287). Ids are tag URIs (RFC 4151) that rest on the archive's first log entry and on observations:
they stay the same under another address, after a new reading and after an import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote
from xml.etree import ElementTree as ET

from archive.alerting.inert import apart
from archive.reading.rows import ChangeRow, PageRow
from archive.site.language import ENGLISH, Catalogue
from archive.site.links import with_query
from archive.site.marks import MarkedBlock, Segment
from archive.site.words import amount, bounds, kinds, said
from archive.text import direction

_ATOM = "http://www.w3.org/2005/Atom"
CHECKPOINT_NAMESPACE = "https://c2sp.org/tlog-checkpoint"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not characters of XML 1.0
_BLOCKS = 12  # changed blocks told in one entry
_BLOCK_CHARS = 1500
_NEVER = "1970-01-01T00:00:00Z"

_MARKS = {
    "insert": "<ins>{{+{}+}}</ins>",
    "delete": "<del>[-{}-]</del>",
    "moved_here": "<ins>[→{}]</ins>",
    "moved_away": "<del>[{}→]</del>",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change with the blocks that it touched."""

    change: ChangeRow
    blocks: tuple[MarkedBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a feed is about: all pages, one, or those of a statement."""

    what: str  # names it in the feed's id
    title: str
    path: str  # of what it is about; the feed's own is below it
    since: str = _NEVER  # when it began


def source_of(page: PageRow | None, statement: str | None, *, title: str, say: Catalogue = ENGLISH) -> Source:
    if page is not None:
        path = f"/page/{page.slug}"
        return Source(
            what=f"page/{page.id}", title=say("Changes of {name}", name=page.name), path=path, since=page.added_at
        )
    if statement is not None:
        name = quote(statement, safe="")
        return Source(
            what=f"statement/{name}", title=say("Changes of {name}", name=statement), path=f"/statement/{name}"
        )
    return Source(what="feed", title=say("Changes in {name}", name=title), path="/")


def feed(
    told: Sequence[Told],
    *,
    source: Source,
    title: str,
    identity: str | None,
    absolute: Callable[[str], str],
    checkpoint: str | None = None,
    before: int | None = None,
    older: int | None = None,
    say: Catalogue = ENGLISH,
) -> bytes:
    """An Atom document of these changes, newest first. `absolute` makes a full address of a path of the reading room.

    `checkpoint` is the log's newest one: who reads the feed keeps it, out of our reach. `before` and `older` are the changes
    that this part of the feed and the next one come after (RFC 5005, section 3).
    """
    root = ET.Element("feed", {"xmlns": _ATOM, _XML_LANG: say.code})
    here = f"{source.path.rstrip('/')}/feed.atom"
    _put(root, "id", tag(identity, source.what))
    _put(root, "title", source.title)
    _put(root, "updated", told[0].change.not_after if told else source.since)
    _put(_put(root, "author"), "name", title)
    _put(root, "generator", "variorum")
    if checkpoint is not None:
        _put(root, "checkpoint", checkpoint, xmlns=CHECKPOINT_NAMESPACE)
    places = {"self": before, "first": None, **({"next": older} if older is not None else {})}
    asked = {} if say is ENGLISH else {"lang": say.code}
    for rel, after in places.items():
        query = with_query("", {**asked, **({} if after is None else {"before": str(after)})})
        _put(root, "link", rel=rel, type="application/atom+xml", href=absolute(here) + query)
    _put(root, "link", rel="alternate", type="text/html", href=absolute(source.path))
    for item in told:
        _entry(root, item, identity, absolute, say)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()


def tag(identity: str | None, what: str) -> str:
    """
    >>> tag("3fa4" * 16, "change/412")
    'tag:3fa43fa43fa43fa43fa43fa43fa43fa4.variorum.invalid,2026:change/412'
    """
    return f"tag:{(identity or 'empty')[:32]}.variorum.invalid,2026:{what}"


def _entry(root: ET.Element, item: Told, identity: str | None, absolute: Callable[[str], str], say: Catalogue) -> None:
    change = item.change
    entry = _put(root, "entry")
    _put(entry, "id", tag(identity, f"change/{change.observation}"))
    words = amount(change.words_added, change.words_removed, change.words_moved, say)
    silent = f", {say('silently')}" if change.silent else ""
    _put(entry, "title", f"{apart(change.page_title or change.page)}: {words}{silent}")
    _put(entry, "updated", change.not_after)
    _put(entry, "published", change.not_after)
    href = absolute(f"/page/{change.page}/{change.from_number}..{change.to_number}")
    _put(entry, "link", rel="alternate", type="text/html", href=href)
    for kind in change.kinds:
        _put(entry, "category", term=kind)
    when = say("Changed {when}.", when=said(bounds(change.not_before, change.not_after, say)))
    _put(entry, "summary", f"{when} {', '.join(kinds(change.kinds, say))}; {words}{silent}.")
    content = _put(entry, "content", _html(item, when, say), type="html")
    if change.language:
        content.set(_XML_LANG, change.language)


def _html(item: Told, when: str, say: Catalogue) -> str:
    parts = [f'<p lang="{say.code}">{escape(when)}</p>']
    parts += [
        f'<p dir="{direction("".join(part.text for part in block.segments))}">{"".join(map(_segment, block.segments))}</p>'
        for block in _short(item)
    ]
    if len(item.blocks) > _BLOCKS:
        more = say.many(len(item.blocks) - _BLOCKS, "… and {n} more passage.", "… and {n} more passages.")
        parts.append(f'<p lang="{say.code}">{escape(more)}</p>')
    return "\n".join(parts)


def _short(item: Told) -> Sequence[MarkedBlock]:
    """The first changed blocks, each cut to a bounded length before it is marked up."""
    made = []
    for block in item.blocks[:_BLOCKS]:
        left = _BLOCK_CHARS
        segments: list[Segment] = []
        for part in block.segments:
            text = part.text
            segments.append(Segment(kind=part.kind, pieces=((text[:left] + ("…" if len(text) > left else ""), False),)))
            left -= len(text)
            if left <= 0:
                break
        made.append(MarkedBlock(kind=block.kind, segments=tuple(segments)))
    return made


def _segment(part: Segment) -> str:
    return _MARKS.get(part.kind, "{}").format(escape(part.text))


def _put(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    fit = {key: _UNFIT.sub("\ufffd", value) for key, value in attributes.items()}
    child = ET.SubElement(parent, name, fit)
    if text is not None:
        child.text = _UNFIT.sub("\ufffd", text)
    return child
