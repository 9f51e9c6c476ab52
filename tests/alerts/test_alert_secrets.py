"""A canary password in every form of target and every error on the way to it: in no byte that is kept, shown, logged or answered."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive.alerting.event import Event, PageFacts
from archive.alerting.render import Message, render
from archive.alerting.say import Told
from archive.errors import VariorumError
from scraper.alerts.addresses import address_of, is_written_out
from scraper.deliver import Sender
from scraper.watchlist import WatchList, parse

CANARY = "canary0Secret7"
AT = datetime(2014, 5, 5, 10, tzinfo=UTC)


@dataclass
class Echo:
    """A server that repeats whatever it is sent, in its status line, headers and body, with the status that the path names."""

    place: str = ""
    paths: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    made = Echo()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("latin-1")
            made.paths.append(self.path)
            told = f"{self.path} {self.headers.get('Authorization')} {CANARY}"
            status = int(self.path.split("/")[1])
            self.send_response(status, told)
            self.send_header("X-Echo", told)
            self.send_header("WWW-Authenticate", f'Basic realm="{told}"')
            if status in (301, 302, 307):
                self.send_header("Location", f"http://{made.place}/200/led/{CANARY}")
            body = json.dumps({"error": told, "message": sent}).encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_GET = do_POST

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who wants TLS hangs up
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.place = f"127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


STATUSES = (301, 302, 307, 400, 401, 403, 404, 429, 500, 503)
PATHED = ("json", "form", "xml")  # of which the path can name the status
# {place} is the server that echoes, {closed} a port where nobody listens.
TARGETS = [
    *(f"{scheme}://user:{CANARY}@{{place}}/{status}/{CANARY}?+X-Key={CANARY}&sign={CANARY}&-q={CANARY}"
      for scheme in PATHED for status in STATUSES),
    *(f"{scheme}://user:{CANARY}@{{closed}}/{CANARY}?sign={CANARY}" for scheme in (*PATHED, "ntfy", "gotify", "mailto", "mailtos")),
    *(f"{scheme}://user:{CANARY}@{{place}}/200/{CANARY}?sign={CANARY}" for scheme in ("jsons", "forms", "xmls", "ntfys")),
    f"json://user:{CANARY}@{'x' * 80}..{CANARY}/{CANARY}", f"json://[{CANARY}/", f"json://user:{CANARY}@127.0.0.1:99999/",
    f"nonsense://{CANARY}", f"slack://{CANARY}",
    f"json://{{place}}/200/?sign=whsec_{CANARY}!", "json://{place}/200/?sign=env:NOT_{closed}",
    f"gotify://{{place}}/{CANARY}", f"ntfy://user:{CANARY}@{{place}}/{CANARY}", f"mmost://{{place}}/{CANARY}abcdefghijkl",
    f"rocket://user:{CANARY}@{{place}}/#general", f"matrix://user:{CANARY}@{{place}}/#room", f"apprise://{{place}}/{CANARY}",
]  # fmt: skip


@pytest.fixture
def send(echo: Echo, tmp_path: Path) -> Callable[[str], str]:
    page = PageFacts(id=1, slug="strait", title="Position", url="https://mfa.example/")
    event = Event(kind="gone", page=page, observation=9, at="2014-05-05T10:00:00Z")
    told = Told(uid="a0123456789a", rule="strait", event=event)
    rendered = render(Message(uid=told.uid, kind="alert", told=(told,)), public_url="https://history.example")
    sender = Sender(tmp_path, WatchList())

    def once(target: str) -> str:
        return sender.send_to(target.format(place=echo.place, closed="127.0.0.1:1"), rendered).detail

    return once


def test_no_target_s_secret_is_in_what_became_of_a_try_nor_in_any_log(
    echo: Echo, send: Callable[[str], str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also where whoever runs the program has all libraries log as much as they can, but for the addresses of requests."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("apprise").setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.INFO)  # which tells each request's path at DEBUG
    try:
        for target in TARGETS:
            assert CANARY not in send(target), target
    finally:
        logging.getLogger("apprise").setLevel(logging.INFO)
    out, err = capfd.readouterr()
    assert CANARY not in caplog.text + out + err
    assert len(echo.paths) > 30
    assert not [path for path in echo.paths if "led" in path], "a redirect was followed"


@pytest.mark.parametrize("answer", [f"550 {CANARY}", f"451 4.7.1 {CANARY}"])
def test_what_a_mail_server_says_is_not_repeated(send: Callable[[str], str], mailbox: Any, answer: str) -> None:
    address = f"mailto://user:{CANARY}@{mailbox.place}/?from=v@archive.example&to=d@paper.example"
    assert CANARY not in send(address)
    mailbox.answers["d@paper.example"] = answer
    assert answer[:3] in send(address.replace(f"user:{CANARY}@", ""))
    assert CANARY not in send(address.replace(f"user:{CANARY}@", ""))
    mailbox.answers.clear()
    mailbox.at_end = answer
    assert CANARY not in send(address.replace(f"user:{CANARY}@", ""))


@pytest.mark.parametrize("scheme", [*PATHED, "mmost", "gotify", "apprise"])
def test_no_service_follows_a_redirect(echo: Echo, send: Callable[[str], str], scheme: str) -> None:
    for status in (301, 302, 307):
        send(f"{scheme}://{{place}}/{status}/abcdefghijklmnopqrstuvwxyz")
    assert not [path for path in echo.paths if "led" in path]


@pytest.mark.parametrize(
    "written",
    [f"json://h/x?sign={CANARY}", f"json://u:{CANARY}@h/", f"slack://{CANARY}", f"mailto://u:{CANARY}@h?to=a@b.c",
     f"json://h/x?+Authorization={CANARY}", f"ntfy://h/topic?token={CANARY}"],
)  # fmt: skip
def test_a_secret_that_is_written_out_is_known_to_be_one(written: str) -> None:
    assert is_written_out(written)
    assert not is_written_out(f"env:{CANARY}")


@pytest.mark.parametrize(
    "written", ["json://127.0.0.1:9000/hook?sign=env:KEY", "file:secrets/desk", "mailto://h?to=a@b.c", "ntfy://h/topic"]
)
def test_an_address_without_a_secret_is_called_none(written: str) -> None:
    assert not is_written_out(written)


BROKEN = [
    f'[[page]]\nslug = "a"\nurl = "http://me:{CANARY}@h.example/"\n',
    f'[[page]]\nslug = "a"\nurl = "http://me:{CANARY}@[h.example/"\n',
    f'[[page]]\nslug = "a"\nurl = "http://me:x/{CANARY}@h.example/"\n',
    f'[[page]]\nslug = "a"\nurl = "http://me:{CANARY} x@h.example/"\n',
    f'[[page]]\nslug = "a"\nurl = "http://h.example/"\nproxy = "http://me:{CANARY}@127.0.0.1:1"\n',
    f'[[page]]\nslug = "a"\nurl = "http://h.example/"\nproxy = "socks5://me:{CANARY}@127.0.0.1:1"\n',
    f'[[alert]]\nname = "a"\nto = ["json//{CANARY}"]\n',
    f'[[alert]]\nname = "a"\nto = "json://{CANARY}"\n',
    f'[[alert]]\nname = "a"\nto = ["json://{CANARY}\n',
    f'[[alert]]\nname = "a"\nto = ["json://u:{CANARY}@h" "x"]\n',
    f'[[alert]]\nname = "a"\nto = [{{address = "json://{CANARY}"}}]\n',
    f'public_url = "https://me:{CANARY}@history.example"\n',
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_watch_list_that_is_refused_is_told_without_its_secrets(text: str) -> None:
    with pytest.raises(VariorumError) as refused:
        parse(text)
    assert CANARY not in str(refused.value)


def test_a_file_that_others_may_read_is_told_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text(f"json://{CANARY}")
    (tmp_path / "hook").chmod(0o644)
    (tmp_path / "bytes").write_bytes(b"\xff" + CANARY.encode())
    (tmp_path / "two").write_text(f"json://{CANARY}\njson://{CANARY}")
    for name in ("bytes", "two"):
        (tmp_path / name).chmod(0o600)
    for name in ("hook", "bytes", "two", "none"):
        with pytest.raises(VariorumError) as refused:
            address_of(f"file:{name}", tmp_path)
        assert CANARY not in str(refused.value)


# --- a service -------------------------------------------------------------------------------------------------------


def descendants(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob(f"{pid}/task/*/children"):
        for child in path.read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the system has no /proc")
def test_a_service_shows_its_secrets_to_no_process_list_child_log_reader_or_file(
    tmp_path: Path, page: Any, echo: Echo
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "hook").write_text(f"json://u:{CANARY}@{echo.place}/500/{CANARY}?sign={CANARY}")
    (home / "hook").chmod(0o600)
    literal = f"xml://u:{CANARY}@{echo.place}/403/{CANARY}"
    (home / "variorum.toml").write_text(
        'contact = "archive@example.org"\n[defaults]\nevery = "1s"\n[fetch]\ndelay = "0"\nrobots = false\n'
        f'allow_addresses = ["127.0.0.1"]\n[[page]]\nslug = "talks"\nurl = "{page.url}"\n[[alert]]\nname = "all"\n'
        f'on = ["changed"]\nconfirm = "0"\nto = ["file:hook", "env:HOOK", "{literal}"]\n'
    )
    (home / "variorum.toml").chmod(0o600)
    secrets = {"VARIORUM_PASSWORD": f"{CANARY}-long", "HOOK": f"form://u:{CANARY}@{echo.place}/401/{CANARY}"}
    program = [str(Path(sys.executable).with_name("variorum")), "--home", str(home)]
    log = tmp_path / "log"
    before = len(echo.paths)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*program, "serve", "--port", "0", "--private"], env=os.environ | secrets, stdout=out, stderr=out
        )
    try:
        _until(
            lambda: (
                ("Reading room: http://" in log.read_text() and "revision" in log.read_text())
                or "new" in log.read_text()
            )
        )
        page.texts[-1] = "All parties should pay within 20 days."
        _until(lambda: len(echo.paths) >= before + 3)
        address = next(word for word in log.read_text().split() if word.startswith("http://"))
        answers = [
            httpx.get(f"{address}{path}", trust_env=False, timeout=30, auth=("reader", password))
            for path in ("-/health", "-/health.json", "page/talks", "archive/pages.json", "nowhere")
            for password in (f"{CANARY}-long", f"{CANARY}-wrong")
        ]
        children = descendants(process.pid)
        assert children, "the page was read in a process of its own"
        told = [(Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in (process.pid, *children)]
        told += [(Path("/proc") / str(pid) / "environ").read_bytes() for pid in children]
    finally:
        process.terminate()
        assert process.wait(60) == 0
    assert {answer.status_code for answer in answers} == {200, 401, 404}
    told += [f"{answer.headers} {answer.text}".encode() for answer in answers]
    said = log.read_text()
    assert "Warning: variorum.toml itself holds the secrets of xml:" in said
    backed_up = subprocess.run([*program, "backup", str(tmp_path / "kept")], capture_output=True, check=True)
    assert b"Warning: variorum.toml itself holds the secrets of xml:" in backed_up.stderr
    told += [said.encode(), backed_up.stdout, backed_up.stderr]
    assert not [found for found in told if CANARY.encode() in found]
    (copy,) = (tmp_path / "kept").glob("*/variorum.toml")  # which goes along as it is, for its owner alone
    assert copy.stat().st_mode & 0o077 == 0
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in ("variorum.toml", "hook")]
    assert [path for path in kept if CANARY.encode() in path.read_bytes()] == []


def _until(true: Callable[[], bool], *, within_s: float = 90) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "nothing came of it in time"
        time.sleep(0.05)
