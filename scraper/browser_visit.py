"""One page in the browser: its requests answered by our fetcher, its end awaited, and what it made read from outside its scripts."""

from __future__ import annotations

import asyncio
import codecs
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archive.model import Capture, Headers, Hop
from scraper.fetch import Fetcher
from scraper.targets import host_of

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, CDPSession, Page, Request, Route, WebSocketRoute

MOST_REQUESTS = 200  # besides the page's own
MOST_NAVIGATIONS = 5  # of the page by itself
_MOST_REFUSED = 50  # that are recorded
_QUIET_S = 0.5  # without requests and without change, for a page to count as made
_SETTLE_S = 15.0  # after which it is taken as it stands
_SPARE_S = 6.0  # of the deadline, left for reading it
_SCREENSHOT_S = 5.0
_SCREENSHOT_HEIGHT = 12_000
_VIEWPORT = {"width": 1280, "height": 1600}
_TAKEN = frozenset({"script", "stylesheet", "fetch", "xhr", "image", "font"})
_KEPT_BACK = frozenset(
    (
        *("content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "set-cookie"),
        *("content-disposition", "strict-transport-security", "alt-svc", "clear-site-data", "report-to", "nel"),
    )
)
_READ = """(() => {{
  const page = document.documentElement ? document.documentElement.outerHTML : "";
  const type = document.doctype ? "<!DOCTYPE " + document.doctype.name + ">\\n" : "";
  return page.length > {most} ? page.length : type + page;
}})()"""
_STATE = """(() => [document.readyState, document.getElementsByTagName("*").length,
  document.documentElement ? document.documentElement.textContent.length : 0].join())()"""
_NO_PEERS = "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) delete window[name];"


class PageFailed(Exception):
    """The page could not be made; a reason code and a detail in words."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class _Over(Exception):
    """The look's time is up: nothing is asked any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The page as its scripts made it, and a picture of it (PNG) where one could be taken."""

    body: bytes
    screenshot: bytes | None


class Visit:
    """One look's way through the browser. `capture` is that of the document last shown."""

    def __init__(
        self,
        fetcher: Fetcher,
        requests: Executor,
        capture: Capture,
        *,
        now: Callable[[], datetime],
        proxy: str,
        ends_at: float,
    ) -> None:
        self.capture = capture
        self.requests = 0
        self.wire_bytes = 0
        self.refused: dict[str, str] = {}
        self.over = False  # then nothing more is asked, whatever the page still waits for
        self._fetcher = fetcher
        self._executor = requests
        self._now = now
        self._proxy = proxy
        self._ends_at = ends_at
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # one request to a host at a time
        self._pending = 0
        self._navigations = 0
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._crashed = False

    async def run(self, browser: Chromium) -> Made:
        """Raises PageFailed, and playwright's Error where the browser itself fails."""
        limits = self._fetcher.limits
        self._context = await browser.new_context(
            user_agent=limits.user_agent,
            locale=limits.accept_language.split(",")[0].split(";")[0].strip() or None,
            timezone_id="UTC",
            viewport=_VIEWPORT,  # type: ignore[arg-type]
            accept_downloads=False,
            service_workers="block",
            reduced_motion="reduce",
        )
        await self._context.route(lambda _: True, self._answer)
        await self._context.route_web_socket(lambda _: True, self._refuse_socket)
        await self._context.add_init_script(_NO_PEERS)
        self._page = page = await self._context.new_page()
        self._context.on("page", lambda popup: asyncio.ensure_future(popup.close()))
        page.on("crash", self._note_crash)
        await page.goto(self.capture.final_url, wait_until="commit", timeout=self._left_s() * 1000)
        session = await self._context.new_cdp_session(page)
        await self._settle(session)
        body = await self._read(session)
        return Made(body=body, screenshot=await self._picture(page))

    async def close(self) -> None:
        self.over = True
        if self._context is not None:
            await self._context.close()

    def _note_crash(self, _: Page) -> None:
        self._crashed = True

    def _left_s(self) -> float:
        return max(0.001, self._ends_at - time.monotonic())

    # -- requests

    async def _answer(self, route: Route, request: Request) -> None:
        """Answer one request of the page with what our fetcher brings, or not at all."""
        from playwright.async_api import Error

        self._pending += 1
        try:
            if self.over or self._page is None or request.frame.page != self._page:
                await route.abort("blockedbyclient")
            elif request.is_navigation_request():
                await self._navigate(route, request)
            elif request.resource_type not in _TAKEN or request.method != "GET" or self.requests >= MOST_REQUESTS:
                await route.abort("blockedbyclient")
            else:
                self.requests += 1
                await _fulfill(route, await self._fetch(request.url, request.headers.get("accept", "*/*")))
        except (Error, _Over):  # the page is gone meanwhile, or its time is
            return
        finally:
            self._pending -= 1

    async def _navigate(self, route: Route, request: Request) -> None:
        """The first is answered with the document already there; where a page goes on by itself, we go along a few times."""
        assert self._page is not None
        if request.frame != self._page.main_frame:
            return await route.abort("blockedbyclient")
        if request.method != "GET" or self._navigations > MOST_NAVIGATIONS:
            return await route.fulfill(status=204)  # the browser stays where it is
        self._navigations += 1
        if self._navigations > 1:
            before, found = self.capture, await self._fetch(request.url, "")
            if found.failure is not None or found.body is None:
                return await route.fulfill(status=204)
            hop = Hop(
                url=before.final_url,
                status=before.status or 200,
                reason="the page itself went on",
                headers=before.headers,
                peer=before.peer,
                tls=before.tls,
            )
            self.capture = replace(
                found,
                url=before.url,
                observed_at=before.observed_at,
                hops=(*before.hops, hop, *found.hops),
            )
        await _fulfill(route, self.capture)

    async def _fetch(self, url: str, accept: str) -> Capture:
        """Ask for what the page wants, within what is left of the look's time and bytes."""
        limits = self._fetcher.limits
        left_bytes = 4 * limits.max_body_bytes - self.wire_bytes
        async with self._hosts[_host(url)]:
            if self.over or time.monotonic() >= self._ends_at:
                raise _Over
            within = replace(
                limits,
                deadline_s=min(limits.deadline_s, self._left_s()),
                max_body_bytes=max(1, min(limits.max_body_bytes, left_bytes)),
                accept=accept if accept.isascii() and accept.isprintable() and accept else limits.accept,
            )
            found = await asyncio.get_running_loop().run_in_executor(
                self._executor, lambda: self._fetcher.fetch(url, now=self._now, limits=within, proxy=self._proxy)
            )
        self.wire_bytes += found.wire_bytes
        if found.failure is not None and found.failure[0] in ("forbidden_address", "forbidden_target"):
            self._note_refused(url, found.failure[1])
        return found

    async def _refuse_socket(self, socket: WebSocketRoute) -> None:
        self._note_refused(socket.url, "web sockets are not opened")
        await socket.close()

    def _note_refused(self, url: str, why: str) -> None:
        if len(self.refused) < _MOST_REFUSED:
            self.refused.setdefault(url[:500], why[:200])

    # -- the page

    async def _settle(self, session: CDPSession) -> None:
        """Wait until the page asks for nothing and changes no more, or for as long as there is time."""
        from playwright.async_api import Error

        end = min(time.monotonic() + _SETTLE_S, self._ends_at - min(_SPARE_S, self._left_s() / 3))
        state, since = "", time.monotonic()
        while time.monotonic() < end:
            try:
                seen = str(await self._evaluate(session, _STATE))
            except Error:  # the page is on its way to another
                seen = ""
            self._require_life()
            if seen != state or self._pending or not seen.startswith("complete"):
                state, since = seen, time.monotonic()
            elif time.monotonic() - since >= _QUIET_S:
                return
            await asyncio.sleep(0.1)

    async def _read(self, session: CDPSession) -> bytes:
        most = self._fetcher.limits.max_body_bytes
        page = await self._evaluate(session, _READ.format(most=most))
        self._require_life()
        body = codecs.BOM_UTF8 + str(page).encode("utf-8", "replace")
        if not isinstance(page, str) or len(body) > most:
            raise PageFailed("too_large", f"the page that scripts made has more than {most} bytes")
        return body

    async def _evaluate(self, session: CDPSession, expression: str) -> Any:
        """The value of an expression in a world of its own, where the page's scripts can't have replaced anything."""
        tree = await session.send("Page.getFrameTree")
        world = await session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
        found = await session.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": world["executionContextId"], "returnByValue": True},
        )
        return found["result"].get("value")

    async def _picture(self, page: Page) -> bytes | None:
        from playwright.async_api import Error

        height, left_s = _VIEWPORT["height"], min(_SCREENSHOT_S, self._left_s() - 1)
        if left_s <= 0:
            return None
        try:
            size = await page.evaluate("document.documentElement.scrollHeight")
            if isinstance(size, int | float):
                height = max(1, min(_SCREENSHOT_HEIGHT, int(size)))
            picture = await page.screenshot(
                full_page=True,
                clip={"x": 0, "y": 0, "width": _VIEWPORT["width"], "height": height},
                animations="disabled",
                timeout=left_s * 1000,
            )
        except Error:
            return None
        return picture if len(picture) <= self._fetcher.limits.max_body_bytes else None

    def _require_life(self) -> None:
        if self._crashed:
            raise PageFailed("parse", "the page's process ended in the browser, for want of memory or by a fault of it")


async def _fulfill(route: Route, found: Capture) -> None:
    if found.failure is not None or found.status is None or not 200 <= found.status < 600:
        return await route.abort("failed")
    await route.fulfill(status=found.status, headers=_headers(found.headers), body=found.body or b"")


def _headers(headers: Headers) -> dict[str, str]:
    """The headers that still hold of a body that is whole and decoded."""
    kept: dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        if name not in _KEPT_BACK:
            kept[name] = f"{kept[name]}, {value}" if name in kept else value
    return kept


def _host(url: str) -> str:
    from scraper.faults import Fault

    try:
        return host_of(url)
    except Fault:
        return ""
