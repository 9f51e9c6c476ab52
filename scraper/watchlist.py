"""The watch list: `variorum.toml` read into frozen values, or refused whole with every error in it.

Each problem is one line: file, line, key, what is wrong and the mend. Nothing of a file with a problem is used.
"""

from __future__ import annotations

import difflib
import re
import ssl
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.alerting.terms import Terms
from archive.errors import NoPage, UsageError, VariorumError
from archive.model import Rules
from scraper import watchlist_anchor
from scraper import watchlist_values as values
from scraper.cadence import Cron, parse_cron
from scraper.toml_lines import Path as KeyPath
from scraper.toml_lines import key_lines
from scraper.watchlist_anchor import AnchorSettings
from scraper.watchlist_values import Check, Each

FILE_NAME = "variorum.toml"
DEFAULT_EVERY_S = 6 * 3600.0
LONGEST_SLUG = 64
LONGEST_MESSAGE = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """The `[fetch]` table: how pages are asked for, the same for all."""

    delay_s: float = 1.0  # between requests to one host (its name, all ports)
    back_off_s: float = 60.0  # after a host's first failure; doubled with each further one, at most 6 h
    deadline_s: float = 30.0  # one look, in all
    max_body_bytes: int = 10_000_000  # decoded
    allow_addresses: tuple[str, ...] = ()  # address, network or address:port ("[::1]:8000" for IPv6)
    robots: bool = True
    full_every: int = 24
    fetcher: str = "http"  # or browser; a page may say otherwise
    browser: str = ""  # the Chromium to start; empty: the first on PATH
    executor: str = "threads"  # or dask://host:port
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When looks come due: exactly one of `every_s` and `cron` is set."""

    every_s: float | None = None
    cron: Cron | None = None

    def next(self, after: datetime) -> datetime:
        """The first time due after a look at `after`."""
        if self.cron is not None:
            return self.cron.next(after)
        assert self.every_s is not None
        return after + timedelta(seconds=self.every_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One `[[page]]`, with the defaults filled in."""

    slug: str
    url: str
    rules: Rules = field(default_factory=Rules)
    cadence: Cadence
    statement: str = ""
    tags: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    fetcher: str = "http"
    proxy: str = ""
    confirm_s: float | None = None  # None: as the alert says
    accept_doubt: bool = False  # whether a text held in doubt alone is accepted after three equal looks over a day

    @property
    def language(self) -> str:
        return self.rules.language

    def due(self, after: datetime, *, jitter_s: float = 0.0) -> datetime:
        """When the page is to be looked at next, the last look having been at `after` (aware)."""
        if after.tzinfo is None:
            raise ValueError(f"naive time: {after!r}")
        return self.cadence.next(after) + timedelta(seconds=jitter_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule(Terms):
    """One `[[alert]]`: the terms, and where to, as it is written."""

    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """The whole file. Slugs and earlier slugs are unique over all pages."""

    contact: str = ""
    public_url: str = ""  # without a slash at its end
    defaults: Cadence = field(default_factory=lambda: Cadence(every_s=DEFAULT_EVERY_S))
    fetch: FetchSettings = field(default_factory=FetchSettings)
    anchor: AnchorSettings | None = None
    pages: tuple[Page, ...] = ()
    alerts: tuple[AlertRule, ...] = ()

    def page(self, slug: str) -> Page | None:
        return next((page for page in self.pages if page.slug == slug), None)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing wrong with a watch list. Line 0 where no line can be named."""

    line: int
    key: str
    message: str


class NoWatchList(VariorumError):
    """There is no watch list where one was looked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"No watch list at {path}. Write one with: variorum init")


class WatchListError(VariorumError):
    """A watch list that is refused, with everything that is wrong with it, a line each."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        lines = (f"{name}:{problem.line}: {problem.key}: {problem.message}" for problem in self.problems)
        super().__init__("\n".join(lines))


class PageRefused(UsageError):
    """A page that can't be added to a watch list as it was given, a line for each reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(f"{problem.key}: {problem.message}" for problem in self.problems))


def load(path: Path) -> WatchList:
    """Read a watch list file. Raises NoWatchList, or WatchListError with every problem in it."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise NoWatchList(path) from None
    except OSError as error:
        raise WatchListError(str(path), [_file_problem(f"can't be read: {error.strerror}")]) from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise WatchListError(str(path), [_file_problem("is not UTF-8; save it as UTF-8", line)]) from error
    watch_list = parse(text, name=str(path))
    files = {
        ("anchor", "root"): watchlist_anchor.wrong_root(watch_list.anchor, path.parent),
        ("fetch", "ca_file"): _wrong_ca_file(watch_list.fetch.ca_file),
    }
    reader = _Reader(text.removeprefix("\ufeff"))
    problems = [
        Problem(line=reader.line(key), key=".".join(key), message=wrong) for key, wrong in files.items() if wrong
    ]
    if problems:
        raise WatchListError(str(path), problems)
    return watch_list


def _wrong_ca_file(path: str) -> str | None:
    """What is wrong with the file of certificates, if one is named."""
    try:
        if path:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        return f"{path} has no certificate in it; it must hold them as PEM"
    except OSError as error:
        return f"{path} can't be read ({error.strerror}); put the certificates there, as PEM"
    return None


def parse(text: str, *, name: str = FILE_NAME) -> WatchList:
    """Read the text of a watch list; `name` is what its errors call it. Raises WatchListError."""
    try:
        text = text.removeprefix("\ufeff")
        tables = tomllib.loads(text)
    except RecursionError:
        raise WatchListError(name, [_file_problem("has brackets nested too deeply")]) from None
    except ValueError as error:
        raise WatchListError(name, [_syntax_problem(text, str(error))]) from error
    reader = _Reader(text)
    watch_list = _read_watch_list(reader, tables)
    if reader.problems:
        raise WatchListError(name, reader.problems)
    return watch_list


def _file_problem(message: str, line: int = 1) -> Problem:
    return Problem(line=line, key="file", message=message)


def _syntax_problem(text: str, message: str) -> Problem:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place is None:
        line = text.rstrip().count("\n") + 1
        return Problem(
            line=line, key="TOML", message=message.replace(" (at end of document)", " at the end of the file")
        )
    said = message[: place.start()]
    return Problem(line=int(place[1]), key="TOML", message=f"{said}, at column {place[2]}")


PAGE_KEYS: Mapping[str, Check | Each] = {
    "slug": values.slug,
    "url": values.url,
    "select": values.selector,
    "ignore": Each(values.selector),
    "language": values.language,
    "timezone": values.timezone,
    "date_order": values.one_of("dmy", "mdy", "ymd"),
    "statement": values.slug,
    "tags": Each(values.slug),
    "was": Each(values.slug),
    "every": values.positive_interval,
    "cron": values.cron,
    "fetcher": values.one_of("http", "browser"),
    "confirm": values.interval,
    "proxy": values.proxy,
    "accept_doubt": values.boolean,
}
DEFAULT_KEYS: Mapping[str, Check | Each] = {
    "every": values.positive_interval,
    "cron": values.cron,
    "timezone": values.timezone,
}
FETCH_KEYS: Mapping[str, Check | Each] = {
    "delay": values.interval,
    "back_off": values.interval,
    "deadline": values.positive_interval,
    "max_body": values.size,
    "allow_addresses": Each(values.address),
    "robots": values.boolean,
    "full_every": values.count,
    "fetcher": values.one_of("http", "browser"),
    "browser": values.text,
    "executor": values.executor,
    "ca_file": values.text,
}
ALERT_KEYS: Mapping[str, Check | Each] = {
    "name": values.slug,
    "pages": Each(values.slug),
    "tags": Each(values.slug),
    "statements": Each(values.slug),
    "languages": Each(values.language),
    "on": Each(values.one_of(*values.EVENTS)),
    "phrases": Each(values.filled_text),
    "kinds": Each(values.kind),
    "share": values.share,
    "to": Each(values.target),
    "digest": values.one_of("immediate", "daily", "weekly"),
    "digest_at": values.time_of_day,
    "timezone": values.timezone,
    "language": values.spoken_language,
    "confirm": values.interval,
    "unobserved_after": values.positive_interval,
    "out_of_step_after": values.positive_interval,
}
TOP_KEYS: Mapping[str, Check | Each] = {"contact": values.contact, "public_url": values.public_url}
TABLES = ("defaults", "fetch", "anchor")
TABLE_LISTS = ("page", "alert")


class _Reader:
    """Checks tables key by key and gathers what is wrong."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[Problem] = []

    @cached_property
    def lines(self) -> Mapping[KeyPath, int]:
        return key_lines(self._text)

    def line(self, path: KeyPath) -> int:
        """The line on which a key stands, else that of the nearest table around it."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), 0)

    def wrong(self, path: KeyPath, message: str) -> None:
        line = self.line(path)
        key = ".".join(part if part.isprintable() else repr(part) for part in path if isinstance(part, str))
        self.problems.append(Problem(line=line, key=key, message=_cut_middle(message)))

    def table(self, path: KeyPath, table: Mapping[str, Any], keys: Mapping[str, Check | Each]) -> dict[str, Any]:
        """The checked values of the keys that are right; lists as tuples."""
        found: dict[str, Any] = {}
        for key, value in table.items():
            check = keys.get(key)
            if check is None:
                self.wrong((*path, key), unknown_key(key, keys))
            elif isinstance(check, Each):
                if not isinstance(value, list):
                    self.wrong((*path, key), f"must be a list in [ ], not {values.type_name(value)}")
                else:
                    found[key] = tuple(self.items((*path, key), value, check.check))
            else:
                found.update((key, checked) for checked in self.items((*path, key), value, check, single=True))
        if "every" in table and "cron" in table:
            self.wrong((*path, "cron"), "every and cron can't both be set; leave one out")
        return found

    def items(self, path: KeyPath, value: Any, check: Check, *, single: bool = False) -> Iterator[Any]:
        for index, item in enumerate([value] if single else value):
            try:
                yield check(item)
            except ValueError as error:
                self.wrong(path if single else (*path, index), str(error))

    def required(self, path: KeyPath, table: Mapping[str, Any], *keys: str) -> None:
        for key in keys:
            if key not in table:
                self.wrong((*path, key), "is missing")


def _cut_middle(message: str) -> str:
    """A message with a long value shown by its begin and end: what is wrong with it is said after it."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:150]} … {message[-150:]}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """What is wrong with a key that nobody reads, with the one that was perhaps meant."""
    names = sorted(known)
    near = difflib.get_close_matches(key.lower(), names, n=1)
    return f"unknown key; did you mean {near[0]}?" if near else f"unknown key; known are {', '.join(names)}"


def _read_watch_list(reader: _Reader, tables: Mapping[str, Any]) -> WatchList:
    sections = {key: value for key, value in tables.items() if key in TABLES + TABLE_LISTS}
    top_tables = {key: value for key, value in tables.items() if key not in sections}
    top = _read_top(reader, top_tables)
    defaults = reader.table(("defaults",), _one_table(reader, sections, "defaults"), DEFAULT_KEYS)
    fetch = reader.table(("fetch",), _one_table(reader, sections, "fetch"), FETCH_KEYS)
    anchor = reader.table(("anchor",), _one_table(reader, sections, "anchor"), watchlist_anchor.KEYS)
    pages = [
        (("page", index), reader.table(("page", index), page, PAGE_KEYS), page)
        for index, page in enumerate(_table_list(reader, sections, "page"))
    ]
    alerts = [
        (("alert", index), reader.table(("alert", index), alert, ALERT_KEYS), alert)
        for index, alert in enumerate(_table_list(reader, sections, "alert"))
    ]
    if isinstance(sections.get("anchor"), dict):
        watchlist_anchor.check(anchor, sections["anchor"], reader.wrong)
    _check_pages(reader, pages)
    _check_alerts(reader, alerts, [page for _, page, _ in pages])
    if reader.problems:
        return WatchList()
    settings = _fetch_settings(fetch)
    default = _cadence(defaults, Cadence(every_s=DEFAULT_EVERY_S), defaults.get("timezone", "UTC"))
    return WatchList(
        **top,
        defaults=default,
        fetch=settings,
        anchor=watchlist_anchor.settings(anchor) if "anchor" in sections else None,
        pages=tuple(_page(page, default, defaults.get("timezone", "UTC"), settings) for _, page, _ in pages),
        alerts=tuple(_alert(alert, defaults.get("timezone", "UTC")) for _, alert, _ in alerts),
    )


Read = tuple[KeyPath, dict[str, Any], Mapping[str, Any]]  # where, what is right, as written


def _read_top(reader: _Reader, tables: Mapping[str, Any]) -> dict[str, Any]:
    names = (*TOP_KEYS, *TABLES, *TABLE_LISTS)
    for key in tables.keys() - TOP_KEYS.keys():
        tables_of_keys = (("defaults", DEFAULT_KEYS), ("fetch", FETCH_KEYS), ("anchor", watchlist_anchor.KEYS))
        where = next((f"[{table}]" for table, keys in tables_of_keys if key in keys), None)
        reader.wrong((key,), f"belongs into the table {where}" if where else unknown_key(key, names))
    return reader.table((), {key: value for key, value in tables.items() if key in TOP_KEYS}, TOP_KEYS)


def _one_table(reader: _Reader, sections: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = sections.get(name, {})
    if isinstance(table, dict):
        return table
    reader.wrong((name,), f"must be one table; write [{name}] with single brackets, once")
    return {}


def _table_list(reader: _Reader, sections: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    tables = sections.get(name, [])
    if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
        return tables
    reader.wrong((name,), f"must be a list of tables; write [[{name}]] with double brackets for each")
    return []


def _check_pages(reader: _Reader, pages: Sequence[Read]) -> None:
    owners: dict[str, KeyPath] = {}
    for path, page, written in pages:
        reader.required(path, written, "slug", "url")
        slug_at = {(*path, "slug"): page["slug"]} if "slug" in page else {}
        was_at = {(*path, "was", index): slug for index, slug in enumerate(page.get("was", ()))}
        for at, slug in {**slug_at, **was_at}.items():
            if slug in owners:
                taken_by = reader.line(owners[slug])
                reader.wrong(at, f"{slug!r} is taken by line {taken_by}; every page needs a slug of its own")
            owners.setdefault(slug, at)


def _check_alerts(reader: _Reader, alerts: Sequence[Read], pages: Sequence[Mapping[str, Any]]) -> None:
    slugs = {page["slug"] for page in pages if "slug" in page}
    tags = {tag for page in pages for tag in page.get("tags", ())}
    statements = {page["statement"] for page in pages if "statement" in page}
    names: set[str] = set()
    for path, alert, written in alerts:
        reader.required(path, written, "name", "to")
        if written.get("to") == []:
            reader.wrong((*path, "to"), "names no address; an alert needs one")
        if alert.get("name") in names:
            reader.wrong((*path, "name"), f"{alert['name']!r} is the name of an earlier alert")
        names.update({alert["name"]} if "name" in alert else ())
        for key, known in (("pages", slugs), ("tags", tags), ("statements", statements)):
            for index, slug in enumerate(written.get(key, ()) if key in alert else ()):
                if slug in alert[key] and slug not in known:
                    reader.wrong((*path, key, index), f"no page has the {key[:-1]} {slug!r}{_near(slug, known)}")


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _cadence(table: Mapping[str, Any], default: Cadence, zone: str) -> Cadence:
    if "cron" in table:
        return Cadence(cron=parse_cron(table["cron"], zone))
    return Cadence(every_s=table["every"]) if "every" in table else default


def _fetch_settings(fetch: Mapping[str, Any]) -> FetchSettings:
    names = {"delay": "delay_s", "back_off": "back_off_s", "deadline": "deadline_s", "max_body": "max_body_bytes"}
    return FetchSettings(**{names.get(key, key): value for key, value in fetch.items()})


def _page(page: Mapping[str, Any], default: Cadence, default_zone: str, settings: FetchSettings) -> Page:
    reading = ("select", "ignore", "language", "timezone", "date_order")
    return Page(
        slug=page["slug"],
        url=page["url"],
        rules=Rules(**{key: page[key] for key in reading if key in page}),
        cadence=_cadence(page, default, page.get("timezone", default_zone)),
        fetcher=page.get("fetcher", settings.fetcher),
        confirm_s=page.get("confirm"),
        **{key: page[key] for key in ("statement", "tags", "was", "proxy", "accept_doubt") if key in page},
    )


def _alert(alert: Mapping[str, Any], default_zone: str) -> AlertRule:
    seconds = ("confirm", "unobserved_after", "out_of_step_after")
    found = {f"{key}_s" if key in seconds else key: value for key, value in alert.items()}
    return AlertRule(**{"timezone": default_zone, **found})


def starter() -> str:
    """The commented watch list that `variorum init` writes."""
    return Path(__file__).with_name("starter.toml").read_text("utf-8")


def add_page(text: str, *, url: str, slug: str = "", taken: Collection[str] = (), **keys: str | Sequence[str]) -> str:
    """The watch list with one page more at its end, every other byte as it was.

    `keys` are those of `[[page]]`, empty ones are left out; a slug is made by `slug_for` where none is given, past
    those of the file and of `taken`. Line ends are kept as they are: read the file with `newline=""`.
    Raises WatchListError for the file, PageRefused for the page.
    """
    import tomlkit

    watch_list = parse(text)
    used = {name for page in watch_list.pages for name in (page.slug, *page.was)} | set(taken)
    reader = _Reader("")
    page: dict[str, Any] = {"slug": slug or slug_for(url, used), "url": url}
    page |= {key: value if isinstance(value, str) else list(value) for key, value in keys.items() if value}
    reader.table((), page, PAGE_KEYS)
    if slug in used:
        reader.wrong(("slug",), f"{slug!r} is taken by another page; choose another")
    if reader.problems:
        raise PageRefused(reader.problems)
    table = tomlkit.table()
    table.update(page)
    newline = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + newline
    entry = f"\n[[page]]\n{table.as_string()}".replace("\n", newline)
    parse(before + entry)
    return before + entry


def edit_page(text: str, slug: str, *, url: str = "", ignore: str = "") -> str:
    """The watch list with a page's address replaced, or with one more part of it set aside; comments stay.

    Raises WatchListError for the file, PageRefused for a value, NoPage.
    """
    if parse(text).page(slug) is None:
        raise NoPage(slug)
    changes: dict[str, Any] = {"url": url} if url else {"ignore": [ignore]}
    reader = _Reader("")
    reader.table((), changes, PAGE_KEYS)
    if reader.problems:
        raise PageRefused(reader.problems)
    import tomlkit

    document = tomlkit.parse(text)
    page = next(page for page in document["page"] if page["slug"] == slug)
    if url:
        page["url"] = url
    elif "ignore" in page:
        page["ignore"].append(ignore)
    else:
        page["ignore"] = [ignore]
    edited: str = tomlkit.dumps(document)
    parse(edited)
    return edited


def slug_for(url: str, taken: Collection[str] = ()) -> str:
    """A slug made of an address: host, language and last part, then a number where it is taken already.

    >>> slug_for("https://www.mfa.example/en/content-view/Position_2014.html?id=7", {"mfa-example"})
    'mfa-example-en-position-2014-id-7'
    """
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    languages = [segment for segment in segments[:-1] if re.fullmatch(r"[a-z]{2}", segment)]
    last = [re.sub(r"\.[A-Za-z]{2,5}$", "", segment) for segment in segments[-1:]]
    words = [(parts.hostname or "").removeprefix("www."), *languages, *last, unquote(parts.query)]
    plain = unicodedata.normalize("NFKD", " ".join(words)).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "page"
    slug = _cut(slug, LONGEST_SLUG)
    number = 2
    candidate = slug
    while candidate in taken:
        candidate = f"{_cut(slug, LONGEST_SLUG - len(str(number)) - 1)}-{number}"
        number += 1
    return candidate


def _cut(slug: str, length: int) -> str:
    if len(slug) <= length:
        return slug
    head, _, _ = slug[: length + 1].rpartition("-")
    return head or slug[:length]
