"""What the reader chose by a query (a language, a base revision) goes along in the links of a page: no cookie keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

# Our templates quote every attribute with ", and no text of theirs or of the archive's holds one that is not escaped.
_LINK = re.compile(r'(<a [^>]*?href=")(/[^"#?]*|(?=[?]))(\?[^"#]*)?((?:#[^"]*)?")')
_FORM = re.compile(r'<form [^>]*?action="(/[^"?]*)"[^>]*>')
_NO_PAGES = re.compile(r"\.(?:json|csv|txt|bib|zip|css|svg|js)$|/(?:raw|timemap|timegate|memento)(?:/|$)")


def keep(html: str, chosen: Mapping[str, str], *, under: str = "/") -> str:
    """The page with `chosen` in its own links and forms to addresses below `under`, where they choose nothing else.

    >>> keep('<a href="/page/a?b=1#c">', {"lang": "ru"})
    '<a href="/page/a?b=1&amp;lang=ru#c">'
    """

    def link(match: re.Match[str]) -> str:
        start, path, query, end = match[1], match[2], match[3] or "", match[4]
        if not _leads(path, under) or path.startswith("//"):
            return match[0]
        more = {name: value for name, value in chosen.items() if not re.search(rf"[?&;]{name}=", query)}
        return f"{start}{path}{escape(with_query(query.replace('&amp;', '&'), more))}{end}" if more else match[0]

    def form(match: re.Match[str]) -> str:
        if not _leads(match[1], under):
            return match[0]
        hidden = (f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in chosen.items())
        return match[0] + "".join(hidden)

    return _FORM.sub(form, _LINK.sub(link, html))


def _leads(path: str, under: str) -> bool:
    """Whether a link leads to a page below `under`; one that has only a query leads to where it stands."""
    inside = path.startswith(f"{under.rstrip('/')}/") or path == under
    return not path or (inside and not _NO_PAGES.search(path))


def with_query(query: str, more: Mapping[str, str]) -> str:
    """
    >>> with_query("?a=1", {"lang": "ru"}), with_query("", {})
    ('?a=1&lang=ru', '')
    """
    joined = "&".join(part for part in (query.removeprefix("?"), urlencode(more)) if part)
    return f"?{joined}" if joined else ""
