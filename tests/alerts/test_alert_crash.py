"""kill -9 at every step between change, sending and noting: nothing lost, at most one repeat a crash, with the same id.

Of what a kill may hit between these steps see benchmarks/measure_alert_kills.py, which kills at any system call.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

STEPS = ("look", "owed", "sending", "handed", "accepted", "noting", "noted", "any time", "any time", "any time")
HOMES = int(os.environ.get("KILLED_HOMES", "3"))  # ten kills each; 22 of them for the 200 that the docs speak of

# Forks a process for each line of JSON: one look at a changed page, then the delivery of what is owed, killed at a step.
NURSERY = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from archive import outbox, posting
from archive.model import Block, Capture, Document, Interpretation, Verdict
from archive.pages import PageSettings
from archive.store import Archive
from scraper.alerts import service
from scraper.alerts.addresses import rules_of
from scraper.deliver import Deliverer, Sender
from scraper.watchlist import AlertRule, WatchList

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def before(owner, name):
    setattr(owner, name, die)

def after(owner, name):
    real = getattr(owner, name)
    def killed(*args, **keys):
        real(*args, **keys)
        die()
    setattr(owner, name, killed)

def run(home, to, step, text):
    if step == "look": before(outbox, "_deliver")
    if step == "sending": after(posting, "next_posts")
    if step == "handed": before(Sender, "send")
    if step == "accepted": after(Sender, "send")
    if step == "noting": after(posting, "note_sent")
    watched = WatchList(alerts=(AlertRule(name="all", to=tuple(to), confirm_s=0.0),))
    url = "https://ministry.example/page"
    document = Document(title="T", language="en", version="x/1", blocks=(Block(kind="paragraph", text=text),))
    capture = Capture(url=url, final_url=url, observed_at=datetime.now(UTC), duration_us=1, status=200, body=text.encode())
    with Archive.open(Path(home), holder="test") as archive:
        archive.sync_pages([PageSettings(slug="page", url=url)], version="x/1", at=capture.observed_at)
        if text:
            found = Interpretation(verdict=Verdict(version="x/1"), document=document)
            archive.record(archive.page_state("page"), capture, found, None, rules_of(watched))
        if step == "owed": die()
        Deliverer(Path(home), watched).deliver_now()
        if step == "noted": die()

service.read_address("json://127.0.0.1/")  # loads the services
while line := sys.stdin.readline():
    child = os.fork()
    if child == 0:
        run(**json.loads(line))
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def stored(home: Path, sql: str) -> list[Any]:
    conn = sqlite3.connect(f"{(home / 'archive.db').as_uri()}?mode=ro", uri=True)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


class Nursery:
    """Runs, each a process of its own, from one that has imported everything."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, kill_after_s: float | None = None, **keys: Any) -> int:
        """The exit code of one run, killed after that time if one is given."""
        child = self._asked(json.dumps(keys))
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            os.kill(child, signal.SIGKILL)
        return self._asked("")

    def close(self) -> None:
        self._process.communicate()

    def _asked(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def ids_of(hook: Any, ntfy: Any, mailbox: Any) -> list[list[str]]:
    """The ids of the messages that each target took, in order."""
    chats = [re.findall(r"\[(a[0-9a-f]{11})\]", taken.value["message"])[-1] for taken in ntfy.taken]
    return [hook.ids, chats, [str(mail["X-Variorum-Id"]) for mail in mailbox.mails]]


def test_kills_at_every_step_lose_no_alert_and_repeat_at_most_one_each_with_the_same_id(
    nursery: Nursery, make_sink: Callable[[], Any], mailbox: Any, tmp_path: Path
) -> None:
    hook, ntfy = make_sink(), make_sink()
    to = [
        f"json://{hook.place}/hook",
        f"ntfy://{ntfy.place}/topic",
        f"mailto://{mailbox.place}/?from=v@a.example&to=d@p.example",
    ]
    chance = random.Random(20140509)
    kills = 0
    for number in range(HOMES):
        home = tmp_path / str(number)
        home.mkdir()
        for taken in (hook.taken, ntfy.taken, mailbox.mails):
            taken.clear()
        assert nursery.run(home=str(home), to=to, step="", text="The first text.") == 0
        killed_here = 0
        for place, step in enumerate(chance.sample(STEPS, len(STEPS))):
            begin = [len(ids) for ids in ids_of(hook, ntfy, mailbox)]
            wait_s = chance.uniform(0, 0.12) if step == "any time" else None
            code = nursery.run(wait_s, home=str(home), to=to, step=step, text=f"The text number {place}.")
            killed_here += code == -signal.SIGKILL
            assert code in (0, -signal.SIGKILL)
            for ids, start in zip(ids_of(hook, ntfy, mailbox), begin, strict=True):
                assert max(Counter(ids[start:]).values(), default=0) <= 1, f"{step}: repeated without a crash"
        assert nursery.run(home=str(home), to=to, step="", text="") == 0
        owed = {uid for (uid,) in stored(home, "SELECT uid FROM alerts")}
        assert len(owed) == len(stored(home, "SELECT id FROM changes"))
        for ids in ids_of(hook, ntfy, mailbox):
            assert set(ids) == owed, "an alert is lost, or came without its change"
            assert len(ids) - len(owed) <= killed_here
        assert {state for (state,) in stored(home, "SELECT state FROM messages")} == {"sent"}
        kills += killed_here
    assert kills > HOMES * 7
    print(f"{kills} kills")
