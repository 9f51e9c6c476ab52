"""One look at one address: a single door to the network, which always comes back with a Capture.

What a server or the network does is never an exception here. Redirects are followed one by one, each address checked
and each answer's head kept; no cookie, no credential and nothing of the environment goes along.
"""

from __future__ import annotations

import io
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import certifi

from archive.model import Capture, Headers, Hop, Tls
from scraper.addresses import AddressRules
from scraper.deadline import Deadline, Watchdog
from scraper.faults import BadTarget, Fault, Forbidden
from scraper.http1 import Head, read_pieces
from scraper.inflate import Inflater, content_coding
from scraper.politeness import retry_after_s
from scraper.targets import Target, read_target, redirect_target
from scraper.wire import SPARE_CONNECTIONS, CheckedAdapter, Errand, StrictResponse, ask, fault_of, set_errand

REDIRECTS = frozenset({301, 302, 303, 307, 308})
ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"

LedTo = Callable[[Target, Deadline], None]  # raises Fault where the redirect is not to be followed

_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,1000}"')
_HTTP_DATE = re.compile(r"[A-Za-z0-9,: +-]{1,64}")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What one look may take and where it may go. Raises ValueError where a value can't be."""

    deadline_s: float = 30  # one look, in all: names, connections, every redirect, the body
    connect_s: float = 10
    max_body_bytes: int = 10_000_000  # decoded
    max_wire_bytes: int | None = None  # as sent; None: as max_body_bytes
    max_header_bytes: int = 512 * 1024  # of one answer, interim answers included
    max_hops: int = 10
    allow_addresses: tuple[str, ...] = ()  # address, network or address:port that would else be refused
    ca_file: str = ""  # PEM certificates trusted besides the usual authorities
    user_agent: str = "variorum"
    accept: str = ACCEPT
    accept_language: str = ""
    keep_oversize: bool = False  # keep what came of a body that is too large

    def __post_init__(self) -> None:
        AddressRules.parse(self.allow_addresses)
        sizes = (self.max_body_bytes, self.max_header_bytes, 1 if self.max_wire_bytes is None else self.max_wire_bytes)
        if min(self.deadline_s, self.connect_s, *sizes) <= 0 or self.max_hops < 0:
            raise ValueError("limits are positive")
        if not _PRINTABLE.fullmatch(self.user_agent) or not _PRINTABLE.fullmatch(self.accept_language or "-"):
            raise ValueError("user_agent and accept_language are printable ASCII")


class Fetcher:
    """Looks at addresses, from any number of threads. Connections are kept open for the next look at a host.

    Use as a context manager, or call `close`.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self.limits = limits
        self._rules = AddressRules.parse(limits.allow_addresses)
        self._adapter = CheckedAdapter(tls_context(limits.ca_file))
        self._watchdog = Watchdog()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the looks under way, closes the connections that are kept open, and ends the thread that keeps the deadlines."""
        self._adapter.close()
        self._watchdog.close()

    def fetch(
        self,
        url: str,
        *,
        now: Callable[[], datetime],
        validators: tuple[str | None, str | None] = (None, None),
        validated_url: str | None = None,
        proxy: str = "",
        limits: FetchLimits | None = None,
        led_to: LedTo | None = None,
    ) -> Capture:
        """One polite GET of an address, following redirects.

        `validators` (ETag, Last-Modified) are sent to `validated_url` alone, the address that they came from (left
        out: `url`): sent along a new redirect, a 304 would be about another page. `proxy` is an http:// address and
        not checked; it resolves the names, so that only addresses and localhost can be refused behind it. `limits`
        replaces the fetcher's for this look, but for `allow_addresses` and `ca_file`. `led_to` is called before each
        redirect is followed, with where it leads and the look's deadline. Raises ValueError for a proxy that is none.
        """
        limits, vantage = limits or self.limits, _vantage(proxy)
        errand = Errand(
            rules=self._rules,
            deadline=Deadline(limits.deadline_s),
            connect_s=limits.connect_s,
            max_header_bytes=limits.max_header_bytes,
        )
        sendable = _sendable(validators, validated_url or url)
        journey = _Journey(self._adapter, url, limits, errand, sendable, proxy, vantage, now(), led_to)
        self._watchdog.add(errand.deadline)
        before = set_errand(errand)  # `led_to` of another look may be asking here
        try:
            journey.run()
        finally:
            errand.deadline.finish()
            set_errand(before)
        return journey.capture()


@dataclass(slots=True)
class _Journey:
    """One look under way: what was asked and came back so far."""

    adapter: CheckedAdapter
    url: str
    limits: FetchLimits
    errand: Errand
    validators: tuple[str, Headers]  # to which address, and as what headers
    proxy: str
    vantage: str
    observed_at: datetime
    led_to: LedTo | None
    began_ns: int = field(default_factory=time.monotonic_ns)
    final_url: str = ""
    hops: list[Hop] = field(default_factory=list)
    request_headers: Headers = ()
    conditional: bool = False
    head: Head | None = None
    body: io.BytesIO | None = None
    wire_bytes: int = 0
    wire_digest: Any = None
    end: str = "none"
    failure: tuple[str, str] | None = None
    refused: bool = False

    def run(self) -> None:
        """Goes the whole way; a Fault becomes the failure."""
        self.final_url = self.url
        try:
            self._travel()
            if self.errand.deadline.late:
                raise Fault("timeout", "it came too late")
        except Fault as fault:
            self._fail(fault)

    def capture(self) -> Capture:
        head, link = self.head, self.errand.link
        tls = link.tls if link else None
        if tls is None and self.failure and self.failure[0] == "tls":
            tls = Tls(version="", cipher="", chain_sha256=(), verified=False, detail=self.failure[1])
        wait = next(iter(head.values("retry-after")), "") if head else ""
        return Capture(
            url=self.url,
            observed_at=self.observed_at,
            duration_us=(time.monotonic_ns() - self.began_ns) // 1000 - int(self.errand.deadline.extended_s * 1e6),
            final_url=self.final_url,
            request_headers=self.request_headers,
            hops=tuple(self.hops),
            http_version=head.version if head else "",
            status=head.status if head else None,
            status_reason=head.reason if head else "",
            headers=head.headers if head else (),
            body=self.body.getvalue() if self.body is not None else None,
            wire_bytes=self.wire_bytes,
            wire_sha256=self.wire_digest.hexdigest() if self.wire_digest else None,
            end=self.end,
            failure=self.failure,
            refused=self.refused,
            peer=link.peer if link else None,
            addresses=self.errand.addresses,
            tls=tls,
            vantage=self.vantage,
            retry_after_s=retry_after_s(wait, self.observed_at) if wait else None,
            conditional=self.conditional,
        )

    def _travel(self) -> None:
        target = read_target(self.url)
        seen = {target.url}
        while True:
            if self.hops and self.led_to is not None:
                self.led_to(target, self.errand.deadline)
            answer, raw = self._ask(target)
            clean = False
            try:
                if answer.head.status in REDIRECTS:
                    clean = answer.head.length == 0
                    target = self._next_target(target, answer.head, seen)
                else:
                    self._receive(answer)
                    clean = True
                    return
            finally:
                self.errand.deadline.watch(None)
                _let_go(answer, raw, reuse=clean and not self.errand.deadline.late)

    def _ask(self, target: Target) -> tuple[StrictResponse, Any]:
        """Asks one address. A kept connection may have been closed meanwhile: then once more over another one."""
        errand, (validated_url, validators) = self.errand, self.validators
        self.final_url = target.url
        self.conditional = bool(validators) and target.url == validated_url
        self.request_headers = self._request_headers(target) + (validators if self.conditional else ())
        for attempt in range(SPARE_CONNECTIONS + 1):
            errand.reused, errand.link, errand.addresses = False, None, ()
            try:
                answer, raw = ask(self.adapter, target, dict(self.request_headers), errand, proxy=self.proxy)
            except Fault as fault:
                if not errand.reused or fault.reason != "connection" or attempt == SPARE_CONNECTIONS:
                    raise
            else:
                break
        self.head = answer.head
        if errand.link:
            errand.addresses = errand.link.addresses
        return answer, raw

    def _request_headers(self, target: Target) -> Headers:
        limits = self.limits
        language = (("Accept-Language", limits.accept_language),) if limits.accept_language else ()
        return (
            ("Host", target.authority),
            ("User-Agent", limits.user_agent),
            ("Accept", limits.accept),
            *language,
            ("Accept-Encoding", "gzip, deflate"),
        )

    def _next_target(self, target: Target, head: Head, seen: set[str]) -> Target:
        """Records the redirect and reads where it leads."""
        locations = list(dict.fromkeys(head.values("location")))
        if len(locations) != 1:
            how = "several different Locations" if locations else "no Location"
            raise Fault("redirect", f"a redirect ({head.status}) with {how}")
        link = self.errand.link
        self.hops.append(
            Hop(
                url=target.url,
                status=head.status,
                reason=head.reason,
                headers=head.headers,
                peer=link.peer if link else None,
                tls=link.tls if link else None,
            )
        )
        self.head, self.errand.link = None, None
        if len(self.hops) > self.limits.max_hops:
            raise Fault("redirect", f"more than {self.limits.max_hops} redirects")
        following = redirect_target(target, locations[0])
        if following.url in seen:
            raise Fault("redirect", f"redirects go round in a circle, back to {following.url[:200]}")
        seen.add(following.url)
        return following

    def _receive(self, answer: StrictResponse) -> None:
        """Reads the body of the final answer."""
        head, limits = answer.head, self.limits
        if head.status == 304:
            if not self.conditional:
                raise Fault("http_304", "called unchanged (304), though nothing was sent to compare with")
            return
        coding = content_coding(head.values("content-encoding"))
        max_wire_bytes = limits.max_body_bytes if limits.max_wire_bytes is None else limits.max_wire_bytes
        most = max_wire_bytes if coding else min(max_wire_bytes, limits.max_body_bytes)
        if head.length is not None and head.length > most and not limits.keep_oversize:
            raise Fault("too_large", f"the server announces {head.length} bytes, more than {most}")
        self.body, self.wire_digest = io.BytesIO(), sha256()
        inflater = Inflater(coding, max_bytes=limits.max_body_bytes)
        try:
            for piece in read_pieces(answer.stream, head, max_overhead_bytes=max_wire_bytes // 4 + 65_536):
                self.wire_bytes += len(piece)
                self.wire_digest.update(piece)
                inflater.feed(piece, self.body.write)
                if self.wire_bytes > max_wire_bytes:
                    raise Fault("too_large", f"more than {max_wire_bytes} bytes on the wire")
        except OSError as error:
            fault = fault_of(error, "inside the body")
            raise Fault("truncated", fault.detail) if fault.reason == "connection" else fault from error
        inflater.finish()
        self.end = "full"

    def _fail(self, fault: Fault) -> None:
        """Records why nothing usable came. An error status counts as it is, whatever became of its body."""
        reason, detail = fault.reason, fault.detail
        if isinstance(fault, Forbidden | BadTarget):
            if not self.hops:
                self.refused, reason = True, "forbidden_address"
        elif self.errand.deadline.late:
            reason, detail = "timeout", f"the look took longer than {self.limits.deadline_s:g} s"
        if self.body is not None:
            self.end = _ENDS.get(reason, "cut")
        if reason == "too_large" and not self.limits.keep_oversize:
            self.body = None
        if self.head is None or self.head.status < 400:
            self.failure = (reason, detail)


_ENDS = {"timeout": "time", "too_large": "size", "encoding": "full"}


def _let_go(answer: StrictResponse, raw: Any, *, reuse: bool) -> None:
    """Gives the connection back for the next look if nothing can be left over on it, else ends it."""
    if reuse and answer.head.persistent and answer.at_rest():
        answer.close()
    else:
        raw.close()
    raw.release_conn()


def _sendable(validators: tuple[str | None, str | None], url: str) -> tuple[str, Headers]:
    """The validators as request headers, for the address they are for. Those that are no proper ones are left out."""
    etag, last_modified = validators
    headers: list[tuple[str, str]] = []
    if etag and _ETAG.fullmatch(etag):
        headers.append(("If-None-Match", etag))
    if last_modified and _HTTP_DATE.fullmatch(last_modified):
        headers.append(("If-Modified-Since", last_modified))
    if not headers:
        return "", ()
    try:
        return read_target(url).url, tuple(headers)
    except (Forbidden, BadTarget):
        return "", ()


def _vantage(proxy: str) -> str:
    """ "direct", or the proxy's address without credentials. Raises ValueError for what is no http:// address.

    >>> _vantage("http://user:secret@127.0.0.1:3128")
    'http://127.0.0.1:3128'
    """
    if not proxy:
        return "direct"
    parts = urlsplit(proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("a proxy is written http://host:port")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"http://{host}:{parts.port or 80}"


def tls_context(ca_file: str) -> ssl.SSLContext:
    """The usual authorities, and those of a PEM file."""
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context
