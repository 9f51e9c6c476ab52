"""What a service does while the disk refuses: it says so once, waits, and goes on by itself."""

from __future__ import annotations

import threading
import time

from archive.errors import StoreFailed
from archive.model import utc_text
from archive.storage import takes_writes
from archive.store import Archive
from scraper import clock
from scraper.terminal import say

RETRY_S = 5.0  # between two tries whether there is room again


class Storage:
    """Told of every write that was refused and of those that were taken; any thread may tell it.

    From a refusal until something is stored again the home's lock names the trouble, which `status` and `/-/health` show.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._guard = threading.Lock()
        self._since: str | None = None
        self._ask_at_s = 0.0

    def refused(self, error: StoreFailed) -> None:
        with self._guard:
            self._ask_at_s = time.monotonic() + RETRY_S
            if self._since is not None:
                return
            self._since = utc_text(clock.now())
            self._archive.note(f"{self._since} {error.why}")
        wait = "Looks and alerts wait until then, and go on by themselves."
        say(f"Error: {error} {wait}", event="not_stored", level="error")

    def took(self) -> None:
        """Something was stored."""
        if self._since is None:
            return
        with self._guard:
            since, self._since = self._since, None
            self._archive.note("")
        say(f"{self._archive.path} is written to again, as it was not since {since}.", event="stored_again")

    def is_open(self) -> bool:
        """Whether it is worth trying to store something; while the disk refuses, asked of it once in a while."""
        if self._since is None:
            return True
        now_s = time.monotonic()
        if now_s < self._ask_at_s:
            return False
        self._ask_at_s = now_s + RETRY_S
        return takes_writes(self._archive.path.parent)
