"""`variorum demo`: the whole service over the fictional ministry, on this machine alone.

Everything but the ministry is the real thing: watch list, fetcher, schedule, archive, reading room. The archive lives in
a folder of its own, which goes when the demo ends.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.diff import compare
from archive.diff.redline import redline
from archive.diff.render import terminal
from archive.errors import VariorumError
from archive.model import Outcome
from archive.opening import DATABASE
from archive.reading import open_reader
from archive.store import Archive, Recorded
from scraper import program, watchlist
from scraper.demo.ministry import Ministry
from scraper.demo.story import SLUGS, STORY, Expected, Step
from scraper.files import whole_file
from scraper.politeness import HostGate
from scraper.rounds import Rounds, Tools
from scraper.terminal import outcome_line, put, put_table
from scraper.watchlist import Page, WatchList

EVERY = "2s"
PAUSE_S = 9.0  # in which people read what has changed, before the next step of the story
LONGEST_WAIT_S = 120.0  # for a step to be seen: the story goes on, whatever the service makes of it
WIDEST_SLUG = max(map(len, SLUGS))

_WATCH_LIST = """# The watch list of the demo. Its ministry answers on this machine alone, while the demo runs.
contact = "demo@avenmoor.example"

[defaults]
every = "{every}"

[fetch]
delay = "0"
back_off = "0.5s"
allow_addresses = ["{address}"]
"""
_PAGE = """
[[page]]
slug = "{slug}"
url = "{url}"
language = "{language}"
timezone = "UTC"
date_order = "dmy"
statement = "orrin-basin"
tags = ["avenmoor"]
"""


class StoryMissed(VariorumError):
    """The service said something else than the story holds."""

    def __init__(self, misses: Sequence[str]) -> None:
        super().__init__("The demo did not go as its story tells. " + " ".join(misses))


def run(*, once: bool, port: int = 8001, home: Path | None = None, pause_s: float = PAUSE_S) -> None:
    """Play the story, `once` as fast as it goes, else round and round until SIGTERM or SIGINT.

    `home` is kept; without it the archive is thrown away. Raises StoryMissed where once told otherwise than expected.
    """
    with _home(home) as folder, Ministry() as ministry:
        watch_list = write_watch_list(folder, ministry)
        if once:
            play_once(folder, ministry, watch_list)
        else:
            play_live(folder, Stage(ministry, pause_s=pause_s), watch_list, port=port)


@contextmanager
def _home(home: Path | None) -> Iterator[Path]:
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="variorum-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def write_watch_list(home: Path, ministry: Ministry) -> WatchList:
    """Write and read the watch list of the ministry's pages."""
    text = _WATCH_LIST.format(every=EVERY, address=ministry.address)
    for slug, url in ministry.pages.items():
        text += _PAGE.format(slug=slug, url=url, language=SLUGS[slug])
    path = program.watch_list_path(home)
    with whole_file(path) as file:
        file.write(text.encode())
    return watchlist.load(path)


@dataclass(slots=True)
class Telling:
    """Tells each look in one line, each change as a word diff, and keeps count."""

    home: Path
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    silent: Counter[str] = field(default_factory=Counter)

    def tell(self, page: Page, recorded: Recorded) -> None:
        row = recorded.row()
        put(f"  {outcome_line(row, wide=WIDEST_SLUG)}")
        self.outcomes[page.slug][row["outcome"]] += 1
        if row["change"]:
            self.silent[page.slug] += row["change"]["silent"] is True
            put(_indented(self._diff(row["change"]["id"])))

    def _diff(self, change_id: int) -> str:
        with open_reader(self.home / DATABASE) as reader:
            old, new, _ = reader.change_texts(change_id)
        return terminal(redline(old, new, compare(old, new).ops), colour=sys.stdout.isatty(), context=0)


def play_once(home: Path, ministry: Ministry, watch_list: WatchList) -> None:
    """Every step with one look at every page after it, as fast as it goes, and a summary. Raises StoryMissed."""
    telling = Telling(home)
    misses: list[str] = []
    with program.archive_of(home, watch_list, holder="demo") as archive, program.tools_of(watch_list) as tools:
        for number, step in enumerate(STORY):
            put(_heading(step if number == 0 else ministry.step()))
            for page in watch_list.pages:
                recorded = _look(archive, tools, page)
                telling.tell(page, recorded)
                misses += _misses(step, page.slug, recorded)
    put("\n── The story is told. What the archive holds of it:")
    put_table(
        ("page", "looks", "revisions", "silent edits", "held", "failed"),
        [_summary_row(slug, outcomes, telling.silent[slug]) for slug, outcomes in telling.outcomes.items()],
    )
    if misses:
        raise StoryMissed(misses)


def _look(archive: Archive, tools: Tools, page: Page) -> Recorded:
    """One look at one page. No cool-down binds it, as with `check`."""
    seen: list[Recorded] = []
    by_hand = replace(tools, gate=HostGate(delay_s=0))
    Rounds(archive, by_hand, told=lambda _, recorded: seen.append(recorded)).run(lambda _: [page], once=True)
    return seen[0]


def _summary_row(slug: str, outcomes: Counter[str], silent: int) -> tuple[str, ...]:
    revisions = outcomes[Outcome.NEW] + outcomes[Outcome.CHANGED]
    counts = (outcomes.total(), revisions, silent, outcomes[Outcome.HELD], outcomes[Outcome.FAILED])
    return (slug, *map(str, counts))


def _misses(step: Step, slug: str, recorded: Recorded) -> list[str]:
    """What a look said otherwise than the story expects."""
    row = recorded.row()
    change = row["change"] or {"kinds": (), "silent": False}
    said = Expected(
        outcome=row["outcome"], reason=row["reason"], kinds=frozenset(change["kinds"]), silent=change["silent"]
    )
    expected = step.expected.get(slug)
    if said == expected or (expected is None and said.outcome == Outcome.UNCHANGED):
        return []
    kinds = ", ".join(sorted(said.kinds))
    return [f"“{step.title}” was told as {slug} {said.outcome} {said.reason or kinds}, silent: {said.silent}."]


class Stage:
    """Moves the story on while the service runs: after a pause, and not before the last step has been seen."""

    def __init__(self, ministry: Ministry, *, pause_s: float) -> None:
        self.ministry = ministry
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self._seen = threading.Event()
        self._step = STORY[0]
        self._thread = threading.Thread(target=self._run, name="story", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._seen.set()
        if self._thread.ident is not None:
            self._thread.join()

    def notice(self, page: Page, recorded: Recorded) -> None:
        """A look was recorded; it may be the one that shows the last step."""
        step = self._step
        concerned = page.slug in step.expected or not step.expected
        if concerned and not _misses(step, page.slug, recorded):
            self._seen.set()

    def _run(self) -> None:
        while True:
            self._seen.wait(LONGEST_WAIT_S)
            ill = any(said.outcome == Outcome.FAILED for said in self._step.expected.values())
            if self._stopping.wait(0 if ill else self._pause_s):
                return
            self._step = self.ministry.step()
            self._seen.clear()
            put(_heading(self._step))


def play_live(home: Path, stage: Stage, watch_list: WatchList, *, port: int) -> None:
    """The service as `variorum serve` runs it, while the story goes on."""
    from scraper import serve

    telling = Telling(home)

    def told(page: Page, recorded: Recorded) -> None:
        telling.tell(page, recorded)
        stage.notice(page, recorded)

    def announced(address: str) -> None:
        put(f"The reading room: {address}  (stop with Ctrl-C)")
        stage.start()

    put(f"The ministry: {stage.ministry.url}")
    put(f"The archive: {home}  (ask it with: variorum --home {home} history orrin-en)")
    put(_heading(STORY[0]))
    try:
        serve.run(home, watch_list, host="127.0.0.1", port=port, told=told, announced=announced)
    finally:
        stage.stop()


def _heading(step: Step) -> str:
    return f"\n── {step.title}"


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines() if line)
