"""What each value of a watch list may be: one check a kind of value, which returns it ready for use.

A check raises ValueError whose text says what is wrong and how to mend it.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from archive.model import KINDS
from scraper.cadence import interval_s, parse_cron

SIZE_UNITS = {"B": 1, "kB": 1000, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}

EVENTS = ("changed", "silent", "moved", "held", "gone", "failing", "recovered", "unobserved", "out-of-step")

Check = Callable[[Any], Any]  # gives the value as it is used, or raises ValueError with what is wrong


@dataclass(frozen=True, slots=True)
class Each:
    """A list whose items are checked one by one."""

    check: Check


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([A-Za-z]{1,3})")
_TARGET = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:[^:]+|[a-z][a-z0-9+.-]*://.+")
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")


def type_name(value: Any) -> str:
    """What a person would call the type of a TOML value."""
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table", str: "text"}
    return names.get(type(value), "a date")


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, not {type_name(value)}")
    return value


def filled_text(value: Any) -> str:
    if not text(value).strip():
        raise ValueError("is empty; write some text or leave it out")
    return text(value)


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false without quotes, not {type_name(value)}")
    return value


def count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("must be a whole number from 1 without quotes")
    return value


def one_of(*known: str) -> Callable[[Any], str]:
    """A check for one of a closed set of words."""

    def check(value: Any) -> str:
        if text(value) not in known:
            near = difflib.get_close_matches(value, known, n=1)
            raise ValueError(
                f"{value!r} is none of {', '.join(known)}" + (f"; did you mean {near[0]!r}?" if near else "")
            )
        return text(value)

    return check


kind = one_of(*KINDS)


def slug(value: Any) -> str:
    if not _SLUG.fullmatch(text(value)) or len(value) > 64:
        raise ValueError(f"{value!r} must be of a-z, 0-9 and single hyphens between them, at most 64 characters")
    return text(value)


def contact(value: Any) -> str:
    if not re.fullmatch(r"[!-~]+( [!-~]+)*", text(value)) or len(value) > 200:
        raise ValueError("must be an address on one line, in ASCII, at most 200 characters: it goes into a header")
    return text(value)


def interval(value: Any) -> float:
    return interval_s(text(value))


def positive_interval(value: Any) -> float:
    seconds = interval_s(text(value))
    if seconds <= 0:
        raise ValueError("must be longer than 0")
    return seconds


def cron(value: Any) -> str:
    """The line as written; its time zone is known only later."""
    parse_cron(text(value), "UTC")
    return text(value)


def timezone(value: Any) -> str:
    try:
        ZoneInfo(text(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone{_near_zone(value)}") from None
    return text(value)


def _near_zone(name: str) -> str:
    from zoneinfo import available_timezones

    zones = sorted(available_timezones())
    wanted = name.strip().lower().replace(" ", "_")
    same_city = [zone for zone in zones if zone.lower().rpartition("/")[2] == wanted]
    near = same_city or difflib.get_close_matches(name, zones, n=1)
    return f"; did you mean {near[0]!r}?" if near else '; write one like "Asia/Almaty" or "UTC"'


def size(value: Any) -> int:
    match = _SIZE.fullmatch(text(value))
    if match is None or match[2] not in SIZE_UNITS:
        raise ValueError(f'{value!r} is not a size; write a number and one of {" ".join(SIZE_UNITS)}, as in "10MB"')
    size_bytes = int(float(match[1]) * SIZE_UNITS[match[2]])
    if size_bytes < 1:
        raise ValueError("must be more than 0")
    return size_bytes


def selector(value: Any) -> str:
    """CSS as soupsieve reads it."""
    import soupsieve

    filled_text(value)
    try:
        soupsieve.compile(value)
    except (soupsieve.SelectorSyntaxError, NotImplementedError, RecursionError) as error:
        raise ValueError(f"{value!r} is not a CSS selector: {str(error).splitlines()[0].rstrip(':')}") from None
    return text(value)


def language(value: Any) -> str:
    if not _LANGUAGE.fullmatch(text(value)):
        raise ValueError(f'{value!r} is no language tag; write one like "en", "ru" or "zh-Hans"')
    return text(value)


def spoken_language(value: Any) -> str:
    """A language that we speak ourselves, by its code."""
    from archive.site.language import catalogues

    if text(value) not in catalogues():
        known = ", ".join(f'"{code}" ({one.name})' for code, one in catalogues().items())
        raise ValueError(f"{value!r} is no language that alerts are told in; write one of {known}")
    return text(value)


def url(value: Any) -> str:
    parts = _web_address(value)
    if parts.fragment:
        raise ValueError("the part from # on is never sent to a server; leave it out")
    return text(value)


def oid(value: Any) -> str:
    if not re.fullmatch(r"[0-2](\.(0|[1-9][0-9]{0,19})){1,30}", text(value)):
        raise ValueError(f'{value!r} is no object identifier; write one like "1.3.6.1.4.1.601.10.3.1"')
    return text(value)


def public_url(value: Any) -> str:
    parts = _web_address(value)
    if parts.query or parts.fragment:
        raise ValueError("must be a plain address without ? and #")
    return text(value).rstrip("/")


def proxy(value: Any) -> str:
    parts = _web_address(value)
    if parts.scheme != "http" or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be http://, host and port alone, such as http://127.0.0.1:3128")
    return text(value).rstrip("/")


def _web_address(value: Any) -> SplitResult:
    """Errors repeat no text with an @ in it, which may hold a password."""
    address = filled_text(value)
    try:
        return _web_parts(address)
    except ValueError:
        if "@" in address:
            raise ValueError(
                "must be a web address without a user name or password: this file and the archive are published"
            ) from None
        raise


def _web_parts(value: str) -> SplitResult:
    if re.search(r"[\x00-\x20\x7f\u0085\u00a0\u2028\u2029\\]", value):
        raise ValueError(f"{value!r} has a space or control character in it; write it as %20 and so on")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{value!r} is no address: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{value!r} must begin with http:// or https://")
    if not host or port == 0 or not _is_host(host):
        raise ValueError(f"{value!r} names no proper host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it names a user")
    return parts


def _is_host(host: str) -> bool:
    try:
        if ":" in host:
            return ipaddress.ip_address(host).version == 6
        return _HOST.fullmatch(host if host.isascii() else host.encode("idna").decode("ascii")) is not None
    except ValueError:
        return False


def address(value: Any) -> str:
    """An address, a network, or an address with its port, in its canonical form."""
    for read in (_network, _address_with_port):
        found = read(text(value).strip())
        if found is not None:
            return found
    hint = ""
    try:
        hint = f"; did you mean {str(ipaddress.ip_network(value.strip(), strict=False))!r}?"
    except ValueError:
        hint = '; write "127.0.0.1", "10.0.0.0/8", "127.0.0.1:8000" or "[::1]:8000"'
    raise ValueError(f"{value!r} is no address or network{hint}")


def _network(value: str) -> str | None:
    try:
        return str(ipaddress.ip_network(value)) if "/" in value else str(ipaddress.ip_address(value))
    except ValueError:
        return None


def _address_with_port(value: str) -> str | None:
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})", value)
    if match is None or not 1 <= int(match[3]) <= 65535:
        return None
    plain = _network(match[1] or match[2])
    if plain is None or bool(match[1]) != (":" in plain):
        return None
    return f"[{plain}]:{match[3]}" if match[1] else f"{plain}:{match[3]}"


def executor(value: Any) -> str:
    if text(value) != "threads" and not re.fullmatch(r"dask://(\[[0-9A-Fa-f:.]+\]|[^/\s:\[\]]+):[0-9]{1,5}", value):
        raise ValueError(f'{value!r} is neither "threads" nor like "dask://127.0.0.1:8786"')
    return text(value)


def target(value: Any) -> str:
    """An Apprise address, or `env:NAME` or `file:PATH` for one that is kept out of the file. Errors don't repeat it."""
    if not _TARGET.fullmatch(text(value)):
        raise ValueError('is no alert address; write one like "json://127.0.0.1:9000/hook", "env:NAME" or "file:PATH"')
    return text(value)


def share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ValueError("must be a number above 0 and at most 1 without quotes, as in 0.1 for a tenth of the words")
    return float(value)


def time_of_day(value: Any) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text(value)):
        raise ValueError(f'{value!r} is no time of day; write one like "07:00"')
    return text(value)
