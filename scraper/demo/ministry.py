"""The demo's ministry as a real web server on loopback, whose site is edited one step of the story at a time.

The three pages show what sites do between looks: the English one is lively (teasers and a counter turn with every
request), the Russian one has an ETag and answers 304, the Arabic one sends the same bytes again.
"""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType

from scraper.demo.frame import challenge_page, home_page, not_found_page, statement_page, unavailable_page
from scraper.demo.story import CHALLENGE, CLOSED, FIRST, SLUGS, STORY, UNAVAILABLE, Site, Step

_ROBOTS = "User-agent: *\nDisallow: /verify\n"


class Ministry:
    """The server with its story. Between `start` and `stop`, or as a context, it answers at `url`."""

    def __init__(self, story: tuple[Step, ...] = STORY) -> None:
        """The first step of a story sets its site up: it is taken at once, and not again when the story goes round."""
        self._story = story
        self._next = 1
        self.site = story[0].edit(FIRST)
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def address(self) -> str:
        """The one address that the service needs leave to ask."""
        return self.url.removeprefix("http://")

    @property
    def pages(self) -> dict[str, str]:
        """The addresses of the statement's versions, by slug."""
        return {slug: f"{self.url}/{language}/position" for slug, language in SLUGS.items()}

    @property
    def over(self) -> bool:
        """Whether the next step begins the story again."""
        return self._next == len(self._story)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Ministry:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def step(self) -> Step:
        """Do what the story says next, round and round; returns the step that was taken."""
        if self.over:
            self._next = 1
        step = self._story[self._next]
        self._next += 1
        self.site = step.edit(self.site)
        return step


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, ministry: Ministry) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ministry = ministry
        self.looks = count()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "AvenmoorHTTP/1.0"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # head and body leave together, so that no answer waits for an acknowledgement

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            self._answer(200, _ROBOTS, kind="text/plain")
            return
        site = self.server.ministry.site
        if site.condition == CLOSED:
            self.close_connection = True
        elif site.condition == UNAVAILABLE:
            self._answer(503, unavailable_page())
        elif site.condition == CHALLENGE:
            self._answer(200, challenge_page())
        elif self.path == "/":
            self._answer(200, home_page())
        else:
            self._statement(site)

    def _statement(self, site: Site) -> None:
        languages = {f"/{language}/position": language for language in SLUGS.values()}
        language = languages.get(self.path)
        if language is None:
            self._answer(404, not_found_page())
            return
        look = next(self.server.looks)
        page = statement_page(site.statements[language], look=look, lively=language == "en")
        etag = f'"{hashlib.sha256(page.encode()).hexdigest()[:16]}"' if language == "ru" else ""
        if etag and self.headers.get("If-None-Match") == etag:
            self._answer(304, "", etag=etag)
        else:
            self._answer(200, page, etag=etag)

    def _answer(self, status: int, text: str, *, kind: str = "text/html", etag: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The terminal is the service's."""
