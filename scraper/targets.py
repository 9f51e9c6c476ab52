"""Reading web addresses: one spelling of each is asked, and spellings that hide a host are refused.

A name that looks like a number, a user name, a backslash before the path: programs disagree about what they mean,
so none of them is asked (the parser-differential class of request forgery).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_from_bytes, urljoin

import idna

from scraper.faults import BadTarget, Forbidden

MAX_AUTHORITY = 300  # characters; a name has at most 253

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PARTS = re.compile(r"//(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_KEPT = "!$%&'()*+,/:;=?@[]|^"  # besides letters, digits and "_.-~"; "%" is taken as written
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An http or https address, ready to be asked."""

    scheme: str
    host: str  # lower case; an IPv6 address without brackets
    port: int
    path: str  # with the query, percent-encoded

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.path


@lru_cache(maxsize=512)  # one look asks for the same few again and again
def read_target(text: str) -> Target:
    """The address in one spelling, without its fragment.

    Raises Forbidden where it may not be asked whatever it resolves to, BadTarget where it is no address at all.

    >>> read_target("HTTP://Example.org:80/a b?q=қ#top").url
    'http://example.org/a%20b?q=%D2%9B'
    """
    text = text.strip(" ")
    if _CONTROL.search(text):
        raise BadTarget("the address holds control characters")
    scheme_match = _SCHEME.match(text)
    if scheme_match is None:
        raise BadTarget(f"{text[:200]!r} is no http or https address")
    scheme = scheme_match[1].lower()
    if scheme not in _PORTS:
        raise Forbidden(f"only http and https are asked, not {scheme!r}")
    parts = _PARTS.match(text, scheme_match.end())
    if parts is None:
        raise BadTarget(f"{text[:200]!r} names no host")
    host, port = _read_authority(parts["authority"])
    path = _encoded(parts["path"] or "/") + _encoded(parts["query"] or "")
    return Target(scheme=scheme, host=host, port=port or _PORTS[scheme], path=path)


def redirect_target(base: Target, location: str) -> Target:
    """Where a Location header, decoded as latin-1, points to from `base`. Raises as `read_target`.

    >>> redirect_target(read_target("http://example.org/a/b"), "../c?q=Ò\\x9b").url
    'http://example.org/c?q=%D2%9B'
    """
    raw = location.encode("latin-1").strip()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = re.sub(rb"[\x80-\xff]", lambda match: b"%%%02X" % match[0][0], raw).decode("ascii")
    if _CONTROL.search(text):
        raise BadTarget("the redirect's address holds control characters")
    try:
        joined = urljoin(base.url, text)
    except ValueError as error:
        raise BadTarget(f"{text[:200]!r} is no address: {error}") from None
    return read_target(joined)


def host_of(url: str) -> str:
    """The host's name in lower case, without port and final dot: who is asked, for politeness.

    >>> host_of("https://Www.Example.org.:8443/a")
    'www.example.org'
    """
    return read_target(url).host.rstrip(".")


def _read_authority(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise Forbidden("the address carries a user name")
    if "\\" in authority:
        raise Forbidden("the address hides its host behind a backslash")
    if len(authority) > MAX_AUTHORITY:
        raise BadTarget("the host's name is too long")
    match = _AUTHORITY.fullmatch(authority)
    if match is None or not match["host"]:
        raise BadTarget(f"{authority[:200]!r} is no host")
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 0 < port < 65536:
        raise BadTarget(f"{port} is no port")
    return _read_host(match["host"]), port


def _read_host(text: str) -> str:
    if text.startswith("["):
        try:
            return str(ipaddress.IPv6Address(text[1:-1].replace("%", "\0")))
        except ValueError:
            raise Forbidden(f"{text[:200]!r} is no plain IPv6 address") from None
    host = text.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise BadTarget(f"{text[:200]!r} is no host name") from None
    if not _NAME.fullmatch(host) or len(host) > 253:
        raise BadTarget(f"{text[:200]!r} is no host name")
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) and not _plain_ipv4(text):
        raise Forbidden(f"{text[:200]!r} is an odd spelling of an address")
    return host


def _plain_ipv4(text: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(text)) == text
    except ValueError:
        return False


def _encoded(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe=_KEPT)
