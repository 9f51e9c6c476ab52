"""The page's own dates in one document: from its text first, then from what it declares to machines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from archive.model import Rules, Stamp
from archive.stamp_dates import settled_order
from archive.stamps import claimed_instant, is_stamp_line, read_stamps, role_of, stamp_spans

_MODIFIED = frozenset(
    re.findall(
        r"\S+",
        """article:modified_time og:updated_time last-modified last_modified lastmodified dcterms.modified
        dc.date.modified dcterms.date.modified datemodified modified revised dc.modified dcterms:modified dc.date.lastmodified
        date.modified last-update last_update lastupdate lastupdated last-updated date-modified article:modified sailthru.modified
        dc.date.reviewed revision_date revision-date""",
    )
)
_PUBLISHED = frozenset(
    re.findall(
        r"\S+",
        """article:published_time datepublished datecreated dcterms.created dcterms.issued dc.date.created dc.date.issued
        dcterms.date dc.date pubdate publication_date date.issued date.created dcterms:created dcterms:issued dcterms.dateissued
        dc.issued dc.created date-published publish-date publishdate article:published og:published_time
        dcterms.available dc.date.published""",
    )
)
_LD_DATE = re.compile(r'"(dateModified|datePublished|dateCreated)"\s*:\s*"([^"]{8,40})"')
_LD_KEYS = (("modified", ("dateModified",)), ("published", ("datePublished", "dateCreated")))
_LD_OTHERS = frozenset(  # what a page may list beside itself, by key or by kind
    re.findall(
        r"\S+",
        """comment review reviews itemlistelement haspart mentions citation ispartof subjectof workexample isbasedon relatedlink
        event subevent publisher author image video potentialaction breadcrumb dataset distribution offers videoobject
        imageobject person organization""",
    )
)
_LD_PAGE = re.compile(
    r"page$|article|posting|report|legislation|document|governmentservice|creativework", re.IGNORECASE
)
_MOST_JSON = 200_000
_MOST_DEEP = 8
_MOST_NODES = 2000
_MOST_TIMES = 60  # time elements of a page that are looked at; where there are more, it is a list
_ENDS = 3  # lines at each end of a text in which a stamp may stand beside other words
_MOST_BEHIND = 40  # characters behind a stamp that has words before it
_MOST_BESIDE = 2  # lines with stamps beside other words; where there are more, they are a list's
_DATE_LIKE = re.compile(r"\d{4}|\d[./-]\d|[年月월]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a page says of itself to machines."""

    language: str = ""
    modified: str = ""
    published: str = ""
    refresh: str = ""  # content of a meta refresh
    canonical: str = ""  # the address that it gives itself


def read_head(root: etree._Element, removed: Iterable[etree._Element]) -> Head:
    """The language, dates and refresh that a page declares; `removed` is what was taken out of its tree."""
    found: dict[str, str] = {
        "language": _language(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    }
    scripts: list[str] = []
    times: list[etree._Element] = []
    for element in [*removed, *root.iter("meta", "link", "time")]:
        if element.tag == "meta":
            _read_meta(element, found)
        elif element.tag == "link" and (element.get("rel") or "").lower() == "canonical":
            found.setdefault("canonical", (element.get("href") or "").strip()[:500])
        elif element.tag == "script" and "ld+json" in (element.get("type") or "").lower():
            scripts.append((element.text or "")[:_MOST_JSON])
        elif element.tag == "time":
            times.append(element)
    for role, value in (*_linked_data_dates(scripts), *_time_dates(times)):
        found.setdefault(role, value)
    return Head(**{key: value for key, value in found.items() if value})


def _read_meta(element: etree._Element, found: dict[str, str]) -> None:
    content = (element.get("content") or "").strip()[:300]
    name = (
        (element.get("name") or element.get("property") or element.get("itemprop") or element.get("http-equiv") or "")
        .strip()
        .lower()
    )
    if name in _MODIFIED:
        _set_date(found, "modified", content)
    elif name in _PUBLISHED:
        _set_date(found, "published", content)
    elif name == "refresh":
        found.setdefault("refresh", content)
    elif name in ("content-language", "og:locale", "language") and not found["language"]:
        found["language"] = _language(content)


def _set_date(found: dict[str, str], role: str, content: str) -> None:
    if content:
        found.setdefault(role, content)


def _language(label: str) -> str:
    label = label.strip().replace("_", "-").split(",")[0]
    return label.lower() if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", label) else ""


# --- JSON-LD ---------------------------------------------------------------------------------------------------------


def _linked_data_dates(scripts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The dates of what JSON-LD says of the page itself; none where two of its accounts disagree."""
    nodes: list[tuple[bool, dict[str, object]]] = []
    broken: list[tuple[str, str]] = []
    for script in scripts:
        if _LD_DATE.search(script) is None:
            continue
        try:
            nodes += _linked_nodes(json.loads(script, strict=False))
        except (ValueError, RecursionError):
            broken += _LD_DATE.findall(script)
    for role, keys in _LD_KEYS:
        for key in keys:
            of_page = [node.get(key) for is_page, node in nodes if is_page]
            told = of_page if any(of_page) else [node.get(key) for _, node in nodes]
            values = {value.strip() for value in told if isinstance(value, str) and value.strip()}
            values |= {value for name, value in broken if name == key}
            if len({value[:10] for value in values}) == 1:
                yield role, max(values, key=lambda value: (len(value), value))
                break


def _linked_nodes(given: object) -> list[tuple[bool, dict[str, object]]]:
    """The objects of a JSON-LD document, without those that a page lists beside itself; whether each is of a page's kind."""
    nodes: list[tuple[bool, dict[str, object]]] = []
    waiting: list[tuple[object, int]] = [(given, 0)]
    while waiting and len(nodes) < _MOST_NODES:
        item, depth = waiting.pop()
        if isinstance(item, list):
            waiting += [(part, depth + 1) for part in reversed(item)] if depth < _MOST_DEEP else []
        elif isinstance(item, dict):
            kinds = item.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            named = [kind for kind in kinds if isinstance(kind, str)]
            if any(kind.casefold() in _LD_OTHERS for kind in named):
                continue
            nodes.append((any(_LD_PAGE.search(kind) for kind in named), item))
            inner = [value for key, value in item.items() if key.casefold() not in _LD_OTHERS]
            waiting += [(part, depth + 1) for part in reversed(inner)] if depth < _MOST_DEEP else []
    return nodes


# --- time elements ---------------------------------------------------------------------------------------------------


def _time_dates(times: Sequence[etree._Element]) -> Iterator[tuple[str, str]]:
    """The dates of `<time datetime>` whose microdata, class or label say that they are the page's; none where they disagree."""
    if len(times) > _MOST_TIMES:
        return
    told: dict[str, set[str]] = {"modified": set(), "published": set()}
    for element in times:
        value = (element.get("datetime") or "").strip()[:60]
        role = _time_role(element) if value else ""
        if role:
            told[role].add(value)
    for role, values in told.items():
        if len(values) == 1:
            yield role, values.pop()


def _time_role(element: etree._Element) -> str:
    marks = {
        mark.lower()
        for name in ("itemprop", "property", "class")
        for mark in (element.get(name) or "").replace("schema:", "").split()
    }
    if marks & {"datemodified", "updated", "dt-updated", "dcterms:modified"}:
        return "modified"
    if marks & {"datepublished", "datecreated", "published", "dt-published", "dcterms:issued"}:
        return "published"
    role = role_of(_text_before(element))
    return {"updated": "modified", "created": "published"}.get(role, "")


def _text_before(element: etree._Element) -> str:
    """The words that stand right before an element, in its own parent or the cell before; "" where they are long."""
    before, parent = element.getprevious(), element.getparent()
    text = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    if text.strip():
        return text.strip() if len(text) < 80 else ""
    outside = before if before is not None else parent.getprevious() if parent is not None else None
    if outside is None or not isinstance(outside.tag, str) or len(outside) > 3:
        return ""
    text = "".join(outside.itertext())
    return text.strip() if len(text) < 80 else ""


# --- all of a page ---------------------------------------------------------------------------------------------------


def page_stamps(
    lines: Sequence[str], head: Head, rules: Rules, language: str, text: str
) -> tuple[Stamp | None, Stamp | None]:
    """The page's "created" and "updated": of its stamp lines, of the first and last lines of its text, and where those are silent,
    of what it declares to machines."""
    told = lines or _lines_with_stamps(text)
    doubtful = any("/" in line or "-" in line for line in (*told, head.modified, head.published))
    order = rules.date_order or (settled_order(text) if doubtful else "")
    read = [read_stamps(line, timezone=rules.timezone, date_order=order, language=language) for line in told]
    created = _one([made for made, _ in read], agreed=not lines)
    updated = _one([changed for _, changed in read], agreed=not lines)
    if created is None and head.published:
        created = claimed_instant(head.published, timezone=rules.timezone, date_order=order, language=language)
    if updated is None and head.modified and not lines:
        updated = claimed_instant(head.modified, timezone=rules.timezone, date_order=order, language=language)
    return created, updated


def _one(stamps: Sequence[Stamp | None], *, agreed: bool) -> Stamp | None:
    """The first stamp that was read; where they have to agree and don't, none."""
    found = [stamp for stamp in stamps if stamp is not None]
    return None if not found or (agreed and len({stamp.value for stamp in found}) > 1) else found[0]


def _lines_with_stamps(text: str) -> list[str]:
    """The stamps that stand at the beginning or the end of one of a text's first or last lines, beside other words.

    None where they are a list's: there are many, or lines of nothing else, which are a page's own stamps unless they are many.
    """
    every = text.splitlines()
    ends = every if len(every) <= 2 * _ENDS else [*every[:_ENDS], *every[-_ENDS:]]
    found = []
    for line in ends:
        spans = stamp_spans(line) if _DATE_LIKE.search(line) else ()
        if not spans:
            continue
        if is_stamp_line(line):
            return []
        if not line[: spans[0][0]].strip() or len(line) - spans[-1][1] <= _MOST_BEHIND:
            found.append("\n".join(line[start:end] for start, end in spans))
    return found if len(found) <= _MOST_BESIDE else []
