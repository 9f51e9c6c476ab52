"""One look at one page: fetch, judge, extract. The archive then records it, on the one thread that writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archive.model import Capture, Interpretation, Outcome, Rules, Verdict
from archive.store import Archive, PageSettings, PageState
from scraper.fetch import Fetcher
from scraper.interpret import VERSION, interpret
from scraper.robots import Robots
from scraper.watchlist import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a page, as far as it is not written yet."""

    page: Page
    state: PageState
    capture: Capture
    interpretation: Interpretation


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


def current_state(archive: Archive, page: Page, *, at: datetime) -> PageState:
    """The page's state for its next look, read again first where its rules or our extractor are not those of its reading."""
    state = archive.page_state(page.slug)
    if state.rules == page.rules and state.version == VERSION:
        return state
    archive.read_again(state, page.rules, read, version=VERSION, at=at)
    return archive.page_state(page.slug)


def look(
    page: Page,
    state: PageState,
    *,
    fetcher: Fetcher,
    robots: Robots | None,
    now: Callable[[], datetime],
    full_every: int,
) -> Look:
    """Ask for the page and read what came. Runs on any thread: it touches the network and values, no database."""
    refusal = None
    if robots is not None:
        allowed, detail = robots.allowed(page.url)
        refusal = None if allowed else ("robots", detail)
    if refusal:
        at = now()
        capture = Capture(
            url=page.url, final_url=page.url, observed_at=at, duration_us=0, end="none", failure=refusal, refused=True
        )
    else:
        full = state.looks_since_full + 1 >= full_every
        validators = (None, None) if full else (state.etag, state.last_modified)
        capture = fetcher.fetch(page.url, now=now, validators=validators)
    return Look(page=page, state=state, capture=capture, interpretation=read(capture, state.rules, state.memory))


def read(capture: Capture, rules: Rules, memory: str) -> Interpretation:
    """`interpret`, with its own failure as an outcome: a page that crashes the parser is stored and says so."""
    try:
        return interpret(capture, rules, memory)
    except Exception as error:  # whatever a hostile page provokes in a parser
        fact = ("the parser failed", f"{type(error).__name__}: {error}"[:300])
        verdict = Verdict(outcome=Outcome.FAILED, reason="parse", facts=(fact,), version=VERSION)
        return Interpretation(verdict=verdict, memory=memory)
