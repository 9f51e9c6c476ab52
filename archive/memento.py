"""RFC 7089: addresses as a client writes them, the choice of a memento, TimeMaps and links. Pure functions of values."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from archive.model import parse_utc

LINK_FORMAT = "application/link-format"
JSON_FORMAT = "application/json"
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"  # as they are in an address; all else is percent-encoded
_KEPT = frozenset(_SAFE.replace("#", "") + string.ascii_letters + string.digits)
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")
_ONE_SLASH = re.compile(r"(https?):/(?!/)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_HEADERS_CHARS = 4000
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memento:
    """One snapshot. `is_last_of_second`: no later one was taken in the same second."""

    seq: int
    observed_at: str
    is_last_of_second: bool = True

    @property
    def stamp(self) -> str:
        """Fourteen digits, which name the last snapshot of a second; the others' have their number behind.

        >>> Memento(seq=7, observed_at="2014-05-08T18:54:00.25Z").stamp
        '20140508185400'
        """
        digits = f"{parse_utc(self.observed_at):%Y%m%d%H%M%S}"
        return digits if self.is_last_of_second else f"{digits}-{self.seq}"


def original_candidates(path: str, query: str) -> list[str]:
    """The addresses that a request may mean: as it stands, with one level of percent-decoding, then as clients shorten it.

    >>> original_candidates("https:/a.example/x%20y", "q=1")[:2]
    ['https://a.example/x%20y?q=1', 'https://a.example/x y?q=1']
    """
    tail = f"?{query}" if query else ""
    found: list[str] = []
    for whole in (path + tail, out_of_path(path + tail), unquote(path) + tail, unquote(path + tail)):
        address = _ONE_SLASH.sub(r"\1://", whole, count=1)
        for one in [address] if _SCHEME.match(address) else [f"https://{address}", f"http://{address}"]:
            found += [one, _normal(one)]
    return list(dict.fromkeys(found))


def _normal(address: str) -> str:
    """With scheme and host in small letters, without the usual port and the fragment, with a path."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return address
    if not parts.hostname or parts.scheme not in _DEFAULT_PORTS:
        return address
    netloc = parts.netloc.rpartition("@")[2].lower()
    if port == _DEFAULT_PORTS[parts.scheme]:
        netloc = netloc.rpartition(":")[0]
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def in_path(address: str) -> str:
    """An address as the end of one of our paths, and as what stands between < and > in a link.

    >>> in_path('http://a.example/"><b>?x=1#y')
    'http://a.example/%22%3E%3Cb%3E?x=1%23y'
    """
    return quote(address, safe=_SAFE, errors="replace").replace("#", "%23")


def out_of_path(text: str) -> str:
    """What `in_path` was made of, where that held no escape of such a character itself.

    >>> out_of_path("http://a.example/%22%3E?x=%41%C3%A9%23y")
    'http://a.example/">?x=%41é#y'
    """
    return _ESCAPES.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    made: list[str] = []
    held = bytearray()
    for escape in re.findall("%..", found[0]):
        char = chr(int(escape[1:], 16))
        if char in _KEPT:
            made += [held.decode("utf-8", "replace"), escape]
            held.clear()
        else:
            held.append(ord(char))
    return "".join([*made, held.decode("utf-8", "replace")])


def parse_accept_datetime(text: str) -> datetime | None:
    """The instant of an Accept-Datetime header; None where it is not one (RFC 7089, section 2.1.1.2)."""
    if not _DATE.fullmatch(text.strip()):
        return None
    try:
        return parsedate_to_datetime(text.strip()).astimezone(UTC)
    except ValueError:
        return None


def parse_stamp(text: str) -> datetime | None:
    """The instant of fourteen digits; None where there is no such day or hour."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def http_date(at: str) -> str:
    """
    >>> http_date("2014-05-08T18:54:00.25Z")
    'Thu, 08 May 2014 18:54:00 GMT'
    """
    return format_datetime(parse_utc(at).replace(microsecond=0), usegmt=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of a Link header or a TimeMap."""

    uri: str
    rel: str
    type: str | None = None
    at: str | None = None  # of a memento
    begin: str | None = None  # of a part of a TimeMap
    until: str | None = None

    def __str__(self) -> str:
        said = {"rel": self.rel, "type": self.type}
        said |= {
            name: http_date(at)
            for name, at in (("datetime", self.at), ("from", self.begin), ("until", self.until))
            if at
        }
        return "; ".join([f"<{self.uri}>", *(f'{name}="{value}"' for name, value in said.items() if value)])


def link_header(links: Iterable[Link]) -> str:
    return ", ".join(map(str, links))


def memento_links(shown: Sequence[tuple[str, Memento | None]], uri_of: Callable[[Memento], str]) -> list[Link]:
    """Links to the mementos of these relations; those of the same memento are one link.

    >>> one = Memento(seq=1, observed_at="2014-05-08T18:54:00Z")
    >>> [link.rel for link in memento_links([("first", one), ("last", one), ("prev", None)], lambda memento: "/m")]
    ['first last memento']
    """
    rels: dict[Memento, list[str]] = {}
    for rel, memento in shown:
        if memento is not None:
            rels.setdefault(memento, []).extend([rel] if rel else [])
    return [
        Link(uri=uri_of(memento), rel=" ".join([*names, "memento"]), at=memento.observed_at)
        for memento, names in rels.items()
    ]


def link_timemap(links: Sequence[Link]) -> str:
    """A TimeMap as application/link-format (RFC 6690)."""
    return ",\n".join(map(str, links)) + "\n"


def original_headers(headers: Iterable[Sequence[str]]) -> dict[str, str]:
    """Received headers as `X-Archive-Orig-*`: those whose names can be sent, as text without controls.

    In all no more than proxies pass on; one that does not fit is left out.
    Several of one name become one, in their order.
    """
    made: dict[str, list[str]] = {}
    left = _HEADERS_CHARS
    for name, value in headers:
        text = " ".join("".join(char if " " <= char <= "~" else " " for char in value).split())
        size = len(name) + len(text)
        if _TOKEN.fullmatch(name) and size <= left:
            left -= size
            made.setdefault(f"x-archive-orig-{name.lower()}", []).append(text)
    return {name: ", ".join(values) for name, values in made.items()}
