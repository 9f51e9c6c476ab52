"""The page's own dates in one document: from its text first, then from what it declares to machines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from archive.model import Rules, Stamp
from archive.stamps import claimed_instant, read_stamps, settled_order

_MODIFIED = frozenset(
    re.findall(
        r"\S+",
        """article:modified_time og:updated_time last-modified last_modified lastmodified dcterms.modified
        dc.date.modified dcterms.date.modified datemodified modified revised dc.modified""",
    )
)
_PUBLISHED = frozenset(
    re.findall(
        r"\S+",
        """article:published_time datepublished datecreated dcterms.created dcterms.issued dc.date.created dc.date.issued
        dcterms.date dc.date pubdate publication_date date.issued date.created""",
    )
)
_LD_DATE = re.compile(r'"(dateModified|datePublished|dateCreated)"\s*:\s*"([^"]{8,40})"')
_MOST_JSON = 200_000


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
    for element in [*removed, *root.iter("meta", "link")]:
        if element.tag == "meta":
            _read_meta(element, found)
        elif element.tag == "link" and (element.get("rel") or "").lower() == "canonical":
            found.setdefault("canonical", (element.get("href") or "").strip()[:500])
        elif element.tag == "script" and "ld+json" in (element.get("type") or "").lower():
            for key, value in _LD_DATE.findall((element.text or "")[:_MOST_JSON]):
                found.setdefault("modified" if key == "dateModified" else "published", value)
    return Head(**{key: value for key, value in found.items() if value})


def _read_meta(element: etree._Element, found: dict[str, str]) -> None:
    content = (element.get("content") or "").strip()[:300]
    name = (
        (element.get("name") or element.get("property") or element.get("itemprop") or element.get("http-equiv") or "")
        .strip()
        .lower()
    )
    if name in _MODIFIED:
        found.setdefault("modified", content)
    elif name in _PUBLISHED:
        found.setdefault("published", content)
    elif name == "refresh":
        found.setdefault("refresh", content)
    elif name in ("content-language", "og:locale", "language") and not found["language"]:
        found["language"] = _language(content)


def _language(label: str) -> str:
    label = label.strip().replace("_", "-").split(",")[0]
    return label.lower() if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", label) else ""


def page_stamps(
    lines: Sequence[str], head: Head, rules: Rules, language: str, text: str
) -> tuple[Stamp | None, Stamp | None]:
    """The page's "created" and "updated": of its stamp lines, and where those are silent, of what it declares to machines."""
    doubtful = any("/" in line or "-" in line for line in lines)
    order = rules.date_order or (settled_order(text) if doubtful else "")
    created = updated = None
    for line in lines:
        made, changed = read_stamps(line, timezone=rules.timezone, date_order=order, language=language)
        created, updated = created or made, updated or changed
    if created is None and head.published:
        created = claimed_instant(head.published, timezone=rules.timezone)
    if updated is None and head.modified and not lines:
        updated = claimed_instant(head.modified, timezone=rules.timezone)
    return created, updated
