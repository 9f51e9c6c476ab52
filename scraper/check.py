"""One look at one page: fetch, judge, extract. The archive then records it, on the one thread that writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from archive.diff import Comparison
from archive.log import acts
from archive.model import Capture, Interpretation, Rules
from archive.pages import PageSettings
from archive.store import Archive, PageState
from scraper.acts import Reading, compared, reader_of
from scraper.browser import Browser
from scraper.fetch import Fetcher
from scraper.interpret import VERSION, needs_body
from scraper.parsers import Parsers
from scraper.robots import Robots, RobotsVerdict
from scraper.watchlist import Page
from scraper.way import Gate, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a page, as far as it is not written yet."""

    page: Page
    state: PageState
    capture: Capture
    interpretation: Interpretation
    comparison: Comparison | None = None
    asked_until: datetime | None = None  # when its last request was over; None: there was none


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsAsked:
    """The host was asked for its robots.txt, which lets us look at the page: at our next turn there, after the delay."""

    asked_until: datetime


def page_settings(page: Page) -> PageSettings:
    return PageSettings(
        slug=page.slug,
        url=page.url,
        rules=page.rules,
        language=page.language,
        statement=page.statement,
        tags=page.tags,
        was=page.was,
    )


def why_again(page: Page, rules: Rules, version: str) -> str | None:
    """For what cause a page with a reading by these has to be read again before its next look; None: it need not be."""
    if rules != page.rules:
        return "rules"
    return None if version == VERSION else "version"


def current_state(archive: Archive, page: Page, *, reading: Reading, at: datetime) -> PageState:
    """The page's state for its next look, read again first where its rules or our extractor are not those of its reading."""
    state = archive.page_state(page.slug)
    cause = why_again(page, state.rules, state.version)
    if cause is None:
        return state
    reader = reader_of(acts(archive.conn, state.page_id), reading)
    archive.read_again(state, page.rules, reader, cause=cause, version=VERSION, at=at)
    return archive.page_state(page.slug)


def look(
    page: Page,
    state: PageState,
    *,
    fetcher: Fetcher,
    browser: Browser | None,
    robots: Robots | None,
    parsers: Parsers,
    now: Callable[[], datetime],
    full_every: int,
    gate: Gate | None = None,
    scheduled: bool = True,
    robots_apart: bool = False,
) -> Look | RobotsAsked:
    """Ask for the page and read what came. Runs on any thread: it touches the network and values, no database.

    With `gate` a redirect to another host waits for that host's turn; `scheduled`: whether its cool-down binds. `robots_apart`:
    where robots.txt has to be asked for, the page is left for another turn.
    """
    asked_until = None
    if robots is not None:
        known = robots.known(page.url, proxy=page.proxy)
        asked = robots.verdict(page.url, proxy=page.proxy)
        asked_until = None if known else now()
        if not asked.allowed:
            capture = _not_asked(page, asked, at=now())
            return replace(understood(page, state, capture, parsers), asked_until=asked_until)
        if asked_until is not None and robots_apart:
            return RobotsAsked(asked_until=asked_until)
    with Way(page.url, gate=gate, robots=robots, proxy=page.proxy, now=now, scheduled=scheduled) as way:
        capture = _ask(page, state, fetcher, browser, way, now=now, full_every=full_every)
        asked_until = asked_until if capture.refused else now()
    return replace(understood(page, state, capture, parsers), asked_until=asked_until)


def _not_asked(page: Page, asked: RobotsVerdict, *, at: datetime) -> Capture:
    """What a look comes to where robots.txt forbids it, or could not be had since the host could not be reached."""
    return Capture(
        url=page.url,
        final_url=page.url,
        observed_at=at,
        duration_us=0,
        end="none",
        failure=asked.failure or ("robots", asked.detail),
        refused=asked.failure is None,
    )


def _ask(
    page: Page,
    state: PageState,
    fetcher: Fetcher,
    browser: Browser | None,
    way: Way,
    *,
    now: Callable[[], datetime],
    full_every: int,
) -> Capture:
    if page.fetcher == "browser" and browser is not None:
        return browser.fetch(page.url, now=now, proxy=page.proxy, led_to=way.led_to)
    full = state.confirming or state.looks_since_full + 1 >= full_every or needs_body(state.memory)
    return fetcher.fetch(
        page.url,
        now=now,
        validators=(None, None) if full else (state.etag, state.last_modified),
        validated_url=state.validated_url,
        proxy=page.proxy,
        led_to=way.led_to,
    )


def understood(page: Page, state: PageState, capture: Capture, parsers: Parsers) -> Look:
    """The look with what came of it."""
    found = parsers.read(capture, state.rules, state.memory)
    interpretation, comparison = compared(found, capture, state.rules, state.memory, state.latest, parsers)
    return Look(page=page, state=state, capture=capture, interpretation=interpretation, comparison=comparison)
