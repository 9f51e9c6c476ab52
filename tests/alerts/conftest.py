"""An archive whose looks a test makes up, servers on loopback that take messages or don't, and a home that is watched."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from archive.alerting.rules import Rule
from archive.model import Block, Capture, Document, Interpretation, Outcome, Stamp, Verdict
from archive.pages import PageSettings
from archive.posting import Postbox
from archive.store import Archive, Recorded

NOON = datetime(2014, 5, 9, 12, tzinfo=UTC)


@dataclass
class Watched:
    """One archive with pages whose looks the test makes up. Times are minutes after noon."""

    archive: Archive
    rules: tuple[Rule, ...] = ()

    def see(self, slug: str, minutes: float, *texts: str, full: bool = True, updated: Stamp | None = None) -> Recorded:
        """A look that shows these paragraphs; without `full` the server only said that nothing had changed."""
        if not full:
            found = Interpretation(verdict=Verdict(version="x/1"), same="not_modified")
            return self._record(slug, minutes, found, body=None, status=304)
        blocks = (Block(kind="title", text="River talks"), *(Block(kind="paragraph", text=text) for text in texts))
        document = Document(title="River talks", language="en", blocks=blocks, updated=updated, version="x/1")
        found = Interpretation(verdict=Verdict(version="x/1"), document=document)
        return self._record(slug, minutes, found, body=" ".join(texts).encode())

    def in_turn(self, slug: str, minutes: float, *texts: str) -> Recorded:
        """A look that shows an earlier text, known to come in turn with the latest."""
        blocks = (Block(kind="title", text="River talks"), *(Block(kind="paragraph", text=text) for text in texts))
        document = Document(title="River talks", language="en", blocks=blocks, version="x/1")
        found = Interpretation(verdict=Verdict(version="x/1"), document=document, same="in_turn")
        return self._record(slug, minutes, found, body=" ".join(texts).encode())

    def ill(self, slug: str, minutes: float, outcome: Outcome, reason: str) -> Recorded:
        verdict = Verdict(outcome=outcome, reason=reason, version="x/1")
        return self._record(slug, minutes, Interpretation(verdict=verdict), body=b"no")

    def _record(
        self, slug: str, minutes: float, found: Interpretation, *, body: bytes | None, status: int = 200
    ) -> Recorded:
        url = f"https://ministry.example/{slug}"
        capture = Capture(
            url=url,
            final_url=url,
            observed_at=NOON + timedelta(minutes=minutes),
            duration_us=2500,
            status=status,
            body=body,
        )
        return self.archive.record(self.archive.page_state(slug), capture, found, None, self.rules)

    def alerts(self, *columns: str) -> list[Any]:
        """Columns of all alerts in the order in which they were made; of one column its values."""
        names = columns or ("event", "state")
        rows = self.archive.conn.execute(f"SELECT {', '.join(names)} FROM alerts ORDER BY id").fetchall()
        return [row[0] for row in rows] if len(names) == 1 else rows

    def content(self, place: int = -1) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.alerts("content")[place])
        return value


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    pages = [
        PageSettings(
            slug=slug, url=f"https://ministry.example/{slug}", language=language, statement="river", tags=(tag,)
        )
        for slug, language, tag in (("talks", "en", "mfa"), ("talks-ru", "ru", "mfa"), ("talks-kk", "kk", "other"))
    ]
    with Archive.open(tmp_path, holder="test") as archive:
        archive.sync_pages(pages, version="x/1", at=NOON)
        yield Watched(archive)


@pytest.fixture
def box(watched: Watched) -> Iterator[Postbox]:
    made = Postbox(watched.archive.path)
    yield made
    made.close()


@dataclass
class Taken:
    """One request that a sink took."""

    path: str
    headers: dict[str, str]
    body: bytes
    at_s: float

    @property
    def value(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Sink:
    """A web server that takes messages. `mode`: take, refuse (401), busy (503), broken (500 after taking), hang, close."""

    def __init__(self) -> None:
        self.mode = "take"
        self.taken: list[Taken] = []
        self.arrived = threading.Condition()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mode = sink.mode
                if mode in ("take", "broken"):
                    with sink.arrived:
                        sink.taken.append(Taken(self.path, dict(self.headers.items()), body, time.monotonic()))
                        sink.arrived.notify_all()
                if mode == "hang":
                    sink.released.wait(30)
                if mode in ("hang", "close"):
                    self.close_connection = True
                    return
                self.send_response({"take": 200, "refuse": 401, "busy": 503, "broken": 500}[mode])
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_PUT = do_POST

        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed client breaks its pipe
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.place = f"127.0.0.1:{self._server.server_address[1]}"

    def wait(self, count: int, timeout_s: float = 60) -> list[Taken]:
        """What was taken, once it is so many, or when the time is over."""
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.taken) >= count, timeout_s)
            return list(self.taken)

    @property
    def ids(self) -> list[str]:
        return [taken.headers["Webhook-Id"] for taken in self.taken]

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    made.close()


@pytest.fixture
def make_sink() -> Iterator[Callable[[], Sink]]:
    made: list[Sink] = []

    def make() -> Sink:
        made.append(Sink())
        return made[-1]

    yield make
    for one in made:
        one.close()


@dataclass
class Mailbox:
    """What a mail server on loopback took. `answer` of a recipient, where it is not 250, refuses it."""

    place: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    at_end: str = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.raw.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        return self.at_end


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()
    controller = MailServer(made)
    controller.start()
    made.place = f"127.0.0.1:{controller.port}"
    yield made
    controller.stop()


class MailServer(Controller):
    """On a port of the system's choice, which no other process can take before it listens."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(mailbox, hostname="127.0.0.1", port=self._socket.getsockname()[1], ready_timeout=60)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)


@dataclass
class Page:
    """A page on loopback whose paragraphs, and whose answer, the test changes."""

    url: str
    texts: list[str]
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def page() -> Iterator[Page]:
    filler = [
        "The Republic of Veldania has followed the talks on the Lower Strait from their beginning in 2011.",
        "Fishing vessels of either coast must not be stopped outside the twelve-mile zone; their masters may turn to the Commission.",
        "At the same time, the Government condemns every attack on the lighthouses, whoever made it.",
    ]
    made = Page("", [*filler, "All parties must pay within 30 days."])

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            made.asked.append(dict(self.headers.items()))
            text = "".join(f"<p>{paragraph}</p>" for paragraph in made.texts)
            html = f"<html lang='en'><title>Position</title><main><h1>Position</h1>{text}</main></html>".encode()
            self.send_response(404 if self.path == "/robots.txt" else made.status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(html)))
            self.end_headers()
            self.wfile.write(html)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/page"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


# Forks the command from a process that has imported it already. Reads a line of JSON, answers with the exit code.
NURSERY = """
import json, os, sys
import archive.export, archive.reading.alerts, archive.rehearsal, scraper.alerts.service, scraper.cli, scraper.program, scraper.terminal
scraper.alerts.service.read_address("json://127.0.0.1/")  # loads the services
while line := sys.stdin.readline():
    run = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.update(run["env"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(run["out"], os.O_WRONLY | os.O_CREAT), 1)
        os.dup2(os.open(run["err"], os.O_WRONLY | os.O_CREAT), 2)
        scraper.cli.main(run["arguments"], prog_name="variorum")
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Done:
    """How one run of the command ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


class Command:
    """Runs of the command, one at a time, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, *arguments: str, **env: str) -> Done:
        self._count += 1
        out, err = self._folder / f"{self._count}.out", self._folder / f"{self._count}.err"
        asked = {"arguments": arguments, "env": env, "out": str(out), "err": str(err)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Done(code, out.read_text("utf-8"), err.read_text("utf-8"))

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="session")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    made = Command(tmp_path_factory.mktemp("runs"))
    yield made
    made.close()
