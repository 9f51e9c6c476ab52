"""What every command begins with: the home, its watch list, its archive, and the tools that looks are made with."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archive.alerting.rules import Rule
from archive.anchors import anchors
from archive.checkpoints import make_checkpoint, require_continuation
from archive.cool_downs import cool_downs
from archive.errors import HomeUnusable, NoPage, StoreFailed, VariorumError
from archive.growth import lacks_size, note_size
from archive.log import acts
from archive.model import utc_text
from archive.readings import ReadingDifference, differences
from archive.rehearsal import rehearse
from archive.signing import SigningUnavailable
from archive.store import Archive, Recorded
from scraper import clock, heap, watchlist
from scraper.acts import reader_of
from scraper.alerts.addresses import rules_for, rules_of
from scraper.anchor import anchor_now
from scraper.browser import Browser, find_chromium
from scraper.check import page_settings
from scraper.cluster import LookLost, cluster_of
from scraper.cluster_worker import Settings
from scraper.deliver import Deliverer
from scraper.fetch import Fetcher, FetchLimits
from scraper.interpret import VERSION
from scraper.parsers import Parsers
from scraper.politeness import HostGate, user_agent_text
from scraper.robots import Robots
from scraper.rounds import Rounds, Tools
from scraper.terminal import safe, say
from scraper.watchlist import Page, WatchList

WORKERS = 32  # looks under way at once, each at another host


class LooksLost(VariorumError):
    """Pages that were to be looked at and were not, since a cluster lost their looks."""

    def __init__(self, slugs: Sequence[str]) -> None:
        super().__init__(f"{len(slugs)} not looked at. Look again with: variorum check {' '.join(slugs)}")


def watch_list_path(home: Path) -> Path:
    return home / watchlist.FILE_NAME


@contextmanager
def archive_of(home: Path, watch_list: WatchList, *, holder: str) -> Iterator[Archive]:
    """The home's archive, open for writing, with the pages of its watch list.

    Raises OutOfStep where it is an older copy than the last signed checkpoint beside it.
    """
    with Archive.open(home, holder=holder) as archive:
        require_continuation(home, archive.conn)
        sync_pages(archive, watch_list)
        yield archive


def sync_pages(archive: Archive, watch_list: WatchList) -> None:
    """Make the archive's pages those of the watch list."""
    archive.sync_pages([page_settings(page) for page in watch_list.pages], version=VERSION, at=clock.now())


def take_over_cool_downs(archive: Archive, tools: Tools) -> None:
    """Leave hosts alone as the process before this one would have."""
    for host, found in cool_downs(archive.conn).items():
        tools.gate.cool(host, found)


def limits_of(watch_list: WatchList) -> FetchLimits:
    """Within which pages are asked for, and by whom."""
    fetch = watch_list.fetch
    return FetchLimits(
        deadline_s=fetch.deadline_s,
        max_body_bytes=fetch.max_body_bytes,
        allow_addresses=fetch.allow_addresses,
        ca_file=fetch.ca_file,
        user_agent=user_agent_text(watch_list.contact, watch_list.public_url),
    )


def settings_of(watch_list: WatchList) -> Settings:
    """How the workers of a cluster make looks."""
    fetch = watch_list.fetch
    return Settings(
        limits=limits_of(watch_list), robots=fetch.robots, browser=fetch.browser, full_every=fetch.full_every
    )


def _browser_of(watch_list: WatchList, fetcher: Fetcher, stack: ExitStack) -> Browser | None:
    if not any(page.fetcher == "browser" for page in watch_list.pages):
        return None
    return stack.enter_context(Browser(fetcher, executable=find_chromium(watch_list.fetch.browser)))


@contextmanager
def tools_of(watch_list: WatchList) -> Iterator[Tools]:
    """What looks are made with, by the `[fetch]` table.

    Raises BrowserMissing where a page asks for one, ClusterMissing and ClusterUnreachable where `executor` names one.
    """
    fetch = watch_list.fetch
    heap.keep_little()
    executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="look")
    gate = HostGate(delay_s=fetch.delay_s, back_off_s=fetch.back_off_s, clock_step_s=clock.STEP_S)
    with ExitStack() as stack:
        fetcher, parsers = stack.enter_context(Fetcher(limits_of(watch_list))), stack.enter_context(Parsers())
        cluster = browser = None
        if fetch.executor != "threads":
            there = settings_of(watch_list)
            cluster = stack.enter_context(cluster_of(fetch.executor, there, gate=gate, now=clock.now, say=say))
        else:
            browser = _browser_of(watch_list, fetcher, stack)
        try:
            yield Tools(
                fetcher=fetcher,
                browser=browser,
                robots=Robots(fetcher, now=clock.now) if fetch.robots else None,
                parsers=parsers,
                gate=gate,
                executor=executor,
                workers=WORKERS,
                full_every=fetch.full_every,
                now=clock.now,
                cluster=cluster,
            )
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


@contextmanager
def tools_again(tools: Tools, watch_list: WatchList) -> Iterator[Tools]:
    """The same tools with what asks for pages made anew, by another watch list. Raises BrowserMissing."""
    fetch = watch_list.fetch
    with ExitStack() as stack:
        fetcher = stack.enter_context(Fetcher(limits_of(watch_list)))
        yield replace(
            tools,
            fetcher=fetcher,
            browser=_browser_of(watch_list, fetcher, stack),
            robots=Robots(fetcher, now=tools.now) if fetch.robots else None,
            full_every=fetch.full_every,
        )


def pages_named(watch_list: WatchList, slugs: tuple[str, ...]) -> list[Page]:
    """The pages of these slugs, all of them where none is named. Raises NoPage."""
    if not slugs:
        return list(watch_list.pages)
    found = []
    for slug in dict.fromkeys(slugs):
        page = next((page for page in watch_list.pages if slug in (page.slug, *page.was)), None)
        if page is None:
            near = difflib.get_close_matches(slug, [page.slug for page in watch_list.pages], n=1)
            raise NoPage(slug, near[0] if near else None)
        found.append(page)
    return found


def check_now(home: Path, watch_list: WatchList, pages: Sequence[Page], told: Callable[[Page, Recorded], None]) -> None:
    """One look at each of these pages; `told` is called as soon as each is on disk. Then what alerts owe is sent, once.

    Raises LooksLost at the end where a cluster lost some.
    """
    rules = rules_of(watch_list)
    lost: list[str] = []

    def lose(page: Page, error: LookLost) -> None:
        lost.append(page.slug)
        say(safe(lost_line(page, error)))

    with archive_of(home, watch_list, holder="check") as archive, tools_of(watch_list) as tools:
        take_over_cool_downs(archive, tools)
        rounds = Rounds(
            archive,
            tools,
            told=told,
            lost=lose,
            alerts=lambda page: rules_for(rules, page),
            overriding=_once_a_host(_say_overriding),
        )
        rounds.run(lambda _: pages, once=True)
        seal(archive)
        deliver_owed(home, watch_list)
        anchor_now(home, watch_list)
        for place in anchors(archive.conn, clock.now()):
            if place.overdue:
                say(safe(place.line))
    if lost:
        raise LooksLost(lost)


def lost_line(page: Page, error: LookLost) -> str:
    """That a page was not looked at, which is nothing that the page did."""
    return f"{page.slug}: no look, twice lost by the cluster ({error}). Nothing is recorded of it."


def _once_a_host(tell: Callable[[str, datetime], None]) -> Callable[[str, datetime], None]:
    told: set[str] = set()

    def once(host: str, until: datetime) -> None:
        if host not in told:
            told.add(host)
            tell(host, until)

    return once


def _say_overriding(host: str, until: datetime) -> None:
    say(f"{host} is left alone by scheduled looks until {utc_text(until)}; a look by hand asks it all the same.")


def seal(archive: Archive) -> None:
    """A checkpoint of what was recorded, where there is a key. What hinders it is told: the looks are safe all the same.

    Raises OutOfStep.
    """
    at = clock.now()
    try:
        if lacks_size(archive.conn, at):
            with archive.transaction() as conn:
                note_size(conn, at)
        make_checkpoint(archive, at=at)
    except (HomeUnusable, SigningUnavailable, StoreFailed) as error:
        say(f"No checkpoint was made: {error}", event="no_checkpoint", level="warning")


def deliver_owed(home: Path, watch_list: WatchList) -> None:
    """Send what alerts owe, once. The caller has the archive open."""
    if watch_list.alerts:
        Deliverer(home, watch_list).deliver_now()


def read_again(
    home: Path, watch_list: WatchList, pages: Sequence[Page], told: Callable[[Page, ReadingDifference], None]
) -> int:
    """A new reading of each of these pages; `told` is called as soon as each is on disk.

    Returns how many alerts the watch list's rules would have told of what shows now and did not before. None is sent.
    """
    rules = rules_of(watch_list)
    unsent = 0
    with archive_of(home, watch_list, holder="reread") as archive, Parsers() as parsers:
        for page in pages:
            state = archive.page_state(page.slug)
            before = _rehearsed(archive, rules, state.page_id)
            interpreter = reader_of(acts(archive.conn, state.page_id), parsers)
            archive.read_again(state, page.rules, interpreter, cause="asked", version=VERSION, at=clock.now())
            unsent += len(_rehearsed(archive, rules, state.page_id) - before)
            told(page, differences(archive.conn, state.reading_id, archive.page_state(page.slug).reading_id))
    return unsent


def _rehearsed(archive: Archive, rules: Sequence[Rule], page_id: int) -> set[tuple[str, str, int]]:
    """What the rules would have told of a page, as (rule, kind, look)."""
    found = rehearse(archive.conn, rules, since="", page_id=page_id) if rules else ()
    return {(told.rule, told.event.kind, told.event.observation) for told in found if told.note != "transient"}
