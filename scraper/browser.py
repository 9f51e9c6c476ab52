"""Looks through a browser, for pages that are made by scripts: what the server sent and the page that became of it.

The browser itself reaches no network: it resolves no name and opens no connection. Each of its requests is answered with
what our own `Fetcher` brought, so that the same rules hold for addresses, sizes and time as without it. The page's own
document is fetched before the browser sees anything of it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from archive.errors import VariorumError
from archive.model import Capture, Rendered
from scraper.browser_memory import end_swollen
from scraper.browser_visit import PageFailed, Visit
from scraper.environment import harmless
from scraper.fetch import Fetcher, LedTo
from scraper.judge import judge_answer

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
AT_ONCE = 2  # pages under way, each in a browser of its own
_MOST_VISITS = 50  # of one browser process
_CLOSING_S = 5.0
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",  # addresses too: nothing gets out but through us
    "--no-proxy-server",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--no-pings",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=256",
)


class BrowserMissing(VariorumError):
    """A page asks for a browser, and there is none to be had."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f'fetcher = "browser" needs {what}. {mend}')


def find_chromium(path: str = "") -> str:
    """The program to start: the one named, else the first on PATH. Raises BrowserMissing, also where playwright is."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        raise BrowserMissing("the package playwright", "Install it with: pip install 'variorum[browser]'") from None
    for name in (path,) if path else NAMES:
        found = shutil.which(name)
        if found:
            return found
    if path:
        raise BrowserMissing(f"Chromium, and {path} is no program", "Correct browser in the [fetch] table.")
    raise BrowserMissing(
        "Chromium, and none is on PATH", "Install your system's package chromium, or name it: [fetch] browser = …"
    )


class Browser:
    """Looks at addresses through Chromium, from any number of threads. It is started with the first look.

    Use as a context manager, or call `close`.
    """

    def __init__(self, fetcher: Fetcher, *, executable: str) -> None:
        self._fetcher = fetcher
        self._executable = executable
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._requests = ThreadPoolExecutor(4 * AT_ONCE, thread_name_prefix="browser-request")
        self._playwright: Playwright | None = None
        self._starting = asyncio.Lock()
        self._launch: asyncio.Task[None] | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._idle: list[tuple[Chromium, int]] = []  # with how often each was used

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the browsers; looks under way come back as failed."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            with suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self._end_all(), loop).result(4 * _CLOSING_S)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
        self._requests.shutdown(wait=False, cancel_futures=True)

    def fetch(self, url: str, *, now: Callable[[], datetime], proxy: str = "", led_to: LedTo | None = None) -> Capture:
        """One look: the address is fetched as ever, and where a page came, made by the browser.

        `body` is then that page, serialised as UTF-8 with a byte order mark; what was received is in `rendered`. What
        a page does is never an exception here.
        """
        capture = self._fetcher.fetch(url, now=now, proxy=proxy, led_to=led_to)
        if judge_answer(capture) is not None:
            return capture
        return asyncio.run_coroutine_threadsafe(self._render(capture, now, proxy), self._running()).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
                self._thread.start()
            return self._loop

    async def _render(self, capture: Capture, now: Callable[[], datetime], proxy: str) -> Capture:
        from playwright.async_api import Error

        async with self._slots:
            began = time.monotonic()
            left_s = max(1.0, self._fetcher.limits.deadline_s - capture.duration_us / 1e6)
            visit = Visit(self._fetcher, self._requests, capture, now=now, proxy=proxy, ends_at=began + left_s)
            browser, visits, failure, page = None, 0, None, None
            watch = asyncio.create_task(end_swollen())
            try:
                async with asyncio.timeout(left_s):
                    browser, visits = await self._take()
                    page = await visit.run(browser)
            except TimeoutError:
                failure = ("timeout", f"its scripts left no page within {self._fetcher.limits.deadline_s:g} s")
            except PageFailed as failed:
                failure = (failed.reason, failed.detail)
            except Error as error:
                failure = ("parse", f"the browser: {error.message.splitlines()[0][:200]}")
            finally:
                visit.over = True
                watch.cancel()
                await self._give_back(browser, visits + 1, visit, well=failure is None)
        spent_us = round((time.monotonic() - began) * 1_000_000)
        found = visit.capture
        rendered = Rendered(
            browser=f"Chromium {browser.version}" if browser else "Chromium",
            received=found.body,
            screenshot=page.screenshot if page else None,
            requests=visit.requests,
            wire_bytes=visit.wire_bytes,
            refused=tuple(visit.refused.items()),
        )
        return replace(
            found,
            body=page.body if page else None,
            end=found.end if page else "none",
            failure=failure or found.failure,
            duration_us=capture.duration_us + spent_us,
            rendered=rendered,
        )

    async def _take(self) -> tuple[Chromium, int]:
        async with self._starting:
            while True:
                while self._idle:
                    browser, visits = self._idle.pop()
                    if browser.is_connected():
                        return browser, visits
                if self._launch is None:
                    self._launch = asyncio.create_task(self._launched())
                await asyncio.wait({self._launch})  # a look whose time is up leaves it to the next
                launch, self._launch = self._launch, None
                launch.result()

    async def _launched(self) -> None:
        from playwright.async_api import async_playwright

        if self._playwright is None:
            self._playwright = await async_playwright().start()
        browser = await self._playwright.chromium.launch(
            executable_path=self._executable,
            args=list(_ARGUMENTS),
            chromium_sandbox=os.geteuid() != 0,
            env=dict(harmless(os.environ)),
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        self._idle.append((browser, 0))

    async def _give_back(self, browser: Chromium | None, visits: int, visit: Visit, *, well: bool) -> None:
        """Keep a browser for the next look, unless this look gave it trouble or it has served its time."""
        if browser is None:
            return
        if well and visits < _MOST_VISITS and browser.is_connected() and await _in_time(visit.close()):
            self._idle.append((browser, visits))
        else:
            await _in_time(browser.close())

    async def _end_all(self) -> None:
        if self._launch is not None:
            await _in_time(self._launch)
        while self._idle:
            await _in_time(self._idle.pop()[0].close())
        if self._playwright is not None:
            await _in_time(self._playwright.stop())
            self._playwright = None
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _in_time(work: Any) -> bool:
    """Whether it was done in time and without error."""
    from playwright.async_api import Error

    try:
        await asyncio.wait_for(work, _CLOSING_S)
    except (TimeoutError, Error):
        return False
    return True
