"""robots.txt as RFC 9309 has it: fetched with the same care as a page, kept for a day, matched by protego.

What it says may be up to a day old; where it can't be read, an earlier reading serves for a week (2.4), and without one
nothing may be asked (2.3.1.4).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from protego import Protego

from archive.model import Capture
from scraper.faults import BadTarget, Forbidden
from scraper.fetch import Fetcher
from scraper.targets import read_target

PRODUCT_NAME = "variorum"  # the product token that a group in robots.txt names us by
MAX_BYTES = 1_000_000  # read; the RFC asks for 500 KiB at least. What is longer is used as far as it was read
MAX_HOPS = 5
KEPT = timedelta(hours=24)
FAILURE_KEPT = timedelta(minutes=10)
UNREACHED_KEPT = timedelta(minutes=1)  # no longer than the shortest cool-down, so that each scheduled look asks itself
STALE_KEPT = timedelta(days=7)
MOST_ORIGINS = 50_000  # remembered
MOST_CHARS = 32_000_000  # of their texts together

_AGENT_LINE = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)\s*(?P<name>[^#]*)", re.IGNORECASE)
_PRODUCT = re.compile(r"[A-Za-z_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsVerdict:
    """Whether a page may be asked. `failure` where the host could not be reached at all, as its own look would find."""

    allowed: bool
    detail: str
    failure: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRules:
    """What one reading of an origin's robots.txt came to, as a value that another process can go on from."""

    origin: str
    proxy: str
    text: str
    text_at: datetime | None
    asked_at: datetime
    kept: timedelta
    blanket: RobotsVerdict | None


@dataclass(slots=True)
class _Origin:
    """What is known of one origin's robots.txt. Only its text is kept, not the parsed rules, which are many times it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    text: str = ""
    text_at: datetime | None = None  # when the text was read
    asked_at: datetime | None = None
    kept: timedelta = KEPT
    blanket: RobotsVerdict | None = None  # holds for all paths
    decided: dict[str, bool] = field(default_factory=dict)  # by url, from the text

    def fresh(self, at: datetime) -> bool:
        return self.asked_at is not None and self.asked_at <= at < self.asked_at + self.kept


class Robots:
    """Asks each origin's robots.txt through a Fetcher, from any number of threads; only one of them asks an origin."""

    def __init__(self, fetcher: Fetcher, *, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._now = now
        self._limits = replace(fetcher.limits, max_body_bytes=MAX_BYTES, max_hops=MAX_HOPS, keep_oversize=True)
        self._origins: dict[tuple[str, str], _Origin] = {}  # the last used at the end
        self._lock = threading.Lock()

    def allowed(self, url: str, *, proxy: str = "") -> tuple[bool, str]:
        """Whether the page may be asked, and why (not)."""
        verdict = self.verdict(url, proxy=proxy)
        return verdict.allowed, verdict.detail

    def known(self, url: str, *, proxy: str = "") -> bool:
        """Whether `verdict` would answer without a request of its own, which takes a turn at the host."""
        name = origin_of(url)
        return name is None or self._origin(name, proxy).fresh(self._now())

    def verdict(self, url: str, *, proxy: str = "") -> RobotsVerdict:
        """Whether the page may be asked. An address that is refused for itself is allowed here: its look will say so."""
        try:
            target = read_target(url)
        except (Forbidden, BadTarget) as error:
            return RobotsVerdict(allowed=True, detail=f"not asked for: {error.detail}")
        origin = self._origin(target.origin, proxy)
        with origin.lock:
            if not origin.fresh(self._now()):
                address = f"{target.origin}/robots.txt"
                _learn(origin, self._fetcher.fetch(address, now=self._now, proxy=proxy, limits=self._limits))
                self._forget()
            if origin.blanket is not None:
                return origin.blanket
            if target.url not in origin.decided:
                origin.decided[target.url] = _rules(origin.text).can_fetch(target.url, PRODUCT_NAME)
            allowed = origin.decided[target.url]
        says = "allows" if allowed else "disallows"
        return RobotsVerdict(allowed=allowed, detail=f"{target.origin}/robots.txt {says} {target.path[:200]}")

    def learnt(self) -> tuple[OriginRules, ...]:
        """What is known of every origin that was asked."""
        with self._lock:
            origins = list(self._origins.items())
        return tuple(
            OriginRules(
                origin=name,
                proxy=proxy,
                text=known.text,
                text_at=known.text_at,
                asked_at=known.asked_at,
                kept=known.kept,
                blanket=known.blanket,
            )
            for (name, proxy), known in origins
            if known.asked_at is not None
        )

    def take(self, rules: OriginRules) -> None:
        """Go on from what was learnt elsewhere."""
        known = self._origin(rules.origin, rules.proxy)
        with known.lock:
            known.text, known.text_at, known.asked_at = rules.text, rules.text_at, rules.asked_at
            known.kept, known.blanket = rules.kept, rules.blanket
            known.decided.clear()
        self._forget()

    def _origin(self, name: str, proxy: str) -> _Origin:
        with self._lock:
            known = self._origins.pop((name, proxy), None) or _Origin()
            self._origins[name, proxy] = known
            return known

    def _forget(self) -> None:
        """Keep what was used last: a page may lead to a new host at every look, each with a long robots.txt."""
        with self._lock:
            chars = sum(len(known.text) for known in self._origins.values())
            while len(self._origins) > 1 and (chars > MOST_CHARS or len(self._origins) > MOST_ORIGINS):
                chars -= len(self._origins.pop(next(iter(self._origins))).text)


def origin_of(url: str) -> str | None:
    """Scheme, host and port, as a robots.txt holds for them; None for an address that is refused for itself."""
    try:
        return read_target(url).origin
    except (Forbidden, BadTarget):
        return None


def _learn(origin: _Origin, capture: Capture) -> None:
    """Takes over what the look at robots.txt brought (RFC 9309, 2.3.1)."""
    at = origin.asked_at = capture.observed_at
    text = _text(capture)
    if text is not None:
        origin.text, origin.text_at, origin.kept, origin.blanket = text, at, KEPT, None
        origin.decided.clear()
        return
    verdict = _without_text(capture)
    if verdict.failure is not None:
        origin.kept = UNREACHED_KEPT
    else:
        origin.kept = KEPT if verdict.allowed and not capture.refused else FAILURE_KEPT
    stale = not verdict.allowed and origin.text_at is not None and at - origin.text_at < STALE_KEPT
    origin.blanket = None if stale else verdict


def _text(capture: Capture) -> str | None:
    """The rules, where they could be read."""
    if capture.body is None or capture.status is None or not 200 <= capture.status < 300:
        return None
    if capture.failure is None:
        return capture.body.decode("utf-8-sig", "replace")
    if capture.failure[0] == "too_large" and len(capture.body) >= MAX_BYTES:
        return capture.body.decode("utf-8-sig", "replace").rpartition("\n")[0]
    return None


def _without_text(capture: Capture) -> RobotsVerdict:
    """What holds for the whole origin, where no rules could be read."""
    where = capture.url
    if capture.refused:
        return RobotsVerdict(allowed=True, detail=f"{where} was not asked for: {_why(capture)}")
    if capture.failure is None and capture.status is not None:
        allowed = 400 <= capture.status < 500 and capture.status != 429
        return RobotsVerdict(allowed=allowed, detail=f"{where} answered {capture.status}")
    reason = capture.failure[0] if capture.failure else ""
    return RobotsVerdict(
        allowed=reason == "redirect",  # more than five redirects count as: there is none (2.3.1.2)
        detail=f"{where} could not be read: {_why(capture)}",
        failure=capture.failure if reason in ("connection", "tls") else None,
    )


def _why(capture: Capture) -> str:
    return ": ".join(capture.failure) if capture.failure else ""


def _rules(text: str) -> Protego:
    """The parsed rules, with the other agents' names made one.

    protego keeps the rules of a group once for each of its agents: a file of 500 kB, half agents and half rules of one
    group, would take tens of gigabytes. None of them is us, so one name does for all.
    """
    return Protego.parse("\n".join(_one_other(line) for line in text.splitlines()))


def _one_other(line: str) -> str:
    match = _AGENT_LINE.match(line)
    if match is None:
        return line
    name = match["name"].strip()
    product = _PRODUCT.match(name)
    if name != "*":
        name = PRODUCT_NAME if product and product[0].lower() == PRODUCT_NAME else "other"
    return f"User-agent: {name}"
