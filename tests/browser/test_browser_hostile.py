"""Hostile pages in the browser: nothing gets out but through our rules, and each look ends in time with a clear outcome."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.model import Capture
from scraper import browser_visit
from scraper.browser import Browser
from scraper.browser_memory import descendants
from scraper.fetch import Fetcher, FetchLimits

Look = Callable[..., Capture]

REACHING = {
    "fetch": "fetch('{there}').catch(() => 0)",
    "fetch_no_cors": "fetch('{there}', {{mode: 'no-cors'}}).catch(() => 0)",
    "post": "fetch('{there}', {{method: 'POST', mode: 'no-cors', body: 'x'}}).catch(() => 0)",
    "xhr": "const x = new XMLHttpRequest(); x.open('GET', '{there}'); x.send()",
    "beacon": "navigator.sendBeacon('{there}', 'x')",
    "image": "new Image().src = '{there}'",
    "script": "const s = document.createElement('script'); s.src = '{there}'; document.head.append(s)",
    "style": "document.head.innerHTML += '<link rel=stylesheet href={there}><style>body {{background: url({there})}}</style>'",
    "prefetch": "document.head.innerHTML += '<link rel=prefetch href={there}><link rel=preconnect href={there}>'",
    "frame": "document.body.innerHTML += '<iframe src={there}></iframe><object data={there}></object><embed src={there}>'",
    "frame_of_its_own": "document.body.innerHTML += '<iframe srcdoc=\"<img src={there}>\"></iframe>'",
    "media": "document.body.innerHTML += '<video src={there} autoplay></video><audio src={there} autoplay></audio>'",
    "socket": "new WebSocket('{there}'.replace('http', 'ws'))",
    "events": "new EventSource('{there}')",
    "form": "document.body.innerHTML += '<form method=post action={there}></form>'; document.forms[0].submit()",
    "form_get": "document.body.innerHTML += '<form action={there}></form>'; document.forms[0].submit()",
    "navigation": "location.href = '{there}'",
    "refresh": "document.head.innerHTML += '<meta http-equiv=refresh content=\"0; url={there}\">'",
    "window": "window.open('{there}')",
    "ping": "document.body.innerHTML += '<a href=#x ping={there}>x</a>'; document.querySelector('a').click()",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('{there}'); importScripts('{there}')`])))",
    "shared_worker": "new SharedWorker(URL.createObjectURL(new Blob([`fetch('{there}')`])))",
    "service_worker": "navigator.serviceWorker && navigator.serviceWorker.register('/worker.js').catch(() => 0)",
    "localhost": "fetch('{there}'.replace('127.0.0.1', 'localhost')).catch(() => 0)",
    "number": "fetch('{there}'.replace('127.0.0.1', '2130706433')).catch(() => 0)",
    "six": "fetch('{there}'.replace('127.0.0.1', '[::ffff:127.0.0.1]')).catch(() => 0)",
    "redirect": "fetch('/away').catch(() => 0); new Image().src = '/away'",
    "transport": "new WebTransport('{there}'.replace('http', 'https'))",
}


LEAVING = ("form", "form_get", "navigation", "refresh")  # which take the page itself along


@pytest.mark.parametrize("ways", [[way for way in REACHING if way not in LEAVING], *([way] for way in LEAVING)])
def test_no_page_reaches_a_forbidden_neighbour(site: Any, neighbour: Any, look: Look, ways: list[str]) -> None:
    there = neighbour.url("/secret")
    site.answers["/away"] = (302, {"Location": there}, b"")
    site.put("/worker.js", f"fetch('{there}')", "text/javascript")
    tries = "\n".join(f"try {{ {REACHING[way].format(there=there)} }} catch {{}}" for way in ways)
    seen = look(site.page("/", f"{tries}\ndocument.body.append('All tried.')"))
    assert neighbour.asked == []
    assert seen.failure is None
    assert b"Sent text." in (seen.body or b"")
    assert b"All tried." in (seen.body or b"")


@pytest.mark.parametrize("way", ["fetch", "socket", "navigation", "redirect", "localhost"])
def test_what_was_refused_is_recorded(site: Any, neighbour: Any, look: Look, way: str) -> None:
    there = neighbour.url("/secret")
    site.answers["/away"] = (302, {"Location": there}, b"")
    seen = look(site.page("/", REACHING[way].format(there=there)))
    assert seen.rendered is not None
    assert len(seen.rendered.refused) == 1


def test_no_datagram_leaves_through_a_peer_connection(site: Any, datagrams: socket.socket, look: Look) -> None:
    port = datagrams.getsockname()[1]
    script = (
        "document.body.innerHTML += '<iframe></iframe>';"
        "for (const w of [window, document.querySelector('iframe').contentWindow]) try {"
        f"const p = new w.RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}});"
        "p.createDataChannel('x'); p.createOffer().then(o => p.setLocalDescription(o)) } catch {}"
    )
    look(site.page("/", script))
    with pytest.raises(BlockingIOError):
        datagrams.recv(100)


NUISANCES = {
    "permissions": "Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => 0);"
    "navigator.mediaDevices && navigator.mediaDevices.getUserMedia({video: true}).catch(() => 0);"
    "alert('a'); confirm('b'); prompt('c'); print(); onbeforeunload = e => e.preventDefault()",
    "download": "const a = document.createElement('a'); a.href = URL.createObjectURL(new Blob(['x']));"
    "a.download = 'x.exe'; a.click(); setTimeout(() => { location.href = '/file' }, 100)",
    "requests": "for (let i = 0; i < 500; i++) fetch('/none?' + i);"
    "for (let i = 0; i < 20; i++) window.open('/none?' + i); history.pushState(0, '', '/elsewhere')",
    "forgery": "Element.prototype.getElementsByTagName = null; document.querySelector = null;"
    "Object.defineProperty(Element.prototype, 'outerHTML', {get() { throw 1 }}); throw new Error('x')",
}


@pytest.mark.parametrize("name", NUISANCES)
def test_a_nuisance_changes_nothing_of_what_is_read(
    site: Any, look: Look, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_visit, "MOST_REQUESTS", 30)
    site.put("/file", "MZ", "application/octet-stream", Content_Disposition="attachment; filename=x.exe")
    seen = look(site.page("/", NUISANCES[name]), deadline_s=120.0)
    assert seen.failure is None
    assert b"<main><p>Sent text.</p></main>" in (seen.body or b"")
    assert len(site.asked) <= 31


RESTLESS = {
    "dialogs": ("while (true) alert(1)", {"timeout"}),
    "changing": ("setInterval(() => { document.title = Math.random(); fetch('/none?' + Math.random()) }, 50)", {None}),
    "reload": ("location.reload()", {None, "timeout", "parse"}),
    "memory": ("const a = []; while (true) a.push(new Array(100000).fill(a.length))", {"parse", "timeout"}),
    "nodes": (
        "while (true) document.body.append(document.createElement('p'), 'x'.repeat(10000))",
        {"parse", "timeout"},
    ),
    "too_large": ("document.querySelector('main').textContent = 'x '.repeat(600000)", {"too_large"}),
    "emptied": ("document.open(); document.close()", {None}),
}


@pytest.mark.parametrize("name", RESTLESS)
def test_a_page_that_never_rests_comes_to_one_clear_outcome(
    site: Any, look: Look, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_visit, "_SETTLE_S", 3.0)
    script, reasons = RESTLESS[name]
    seen = look(site.page("/", script), deadline_s=4.0 if "timeout" in reasons else 60.0, max_body_bytes=1_000_000)
    assert (seen.failure[0] if seen.failure else None) in reasons
    assert seen.rendered is not None
    assert seen.rendered.received == site.answers["/"][2]
    assert (seen.body is None) == (seen.failure is not None)


def test_after_a_page_that_hung_the_next_is_read_as_ever_and_closing_leaves_no_process(
    site: Any, chromium: str
) -> None:
    if not Path("/proc/self/task").is_dir():
        pytest.skip("the system does not list a process's children in /proc")
    before = set(descendants(os.getpid()))
    with hasty_then_patient(site, chromium) as (browser, be_patient):
        hung = browser.fetch(site.page("/", "while (true) {}"), now=lambda: datetime.now(UTC))
        be_patient()
        good = browser.fetch(site.page("/", ""), now=lambda: datetime.now(UTC))
    end = time.monotonic() + 60
    while set(descendants(os.getpid())) - before and time.monotonic() < end:
        time.sleep(0.1)
    assert set(descendants(os.getpid())) - before == set()
    assert hung.failure is not None
    assert b"Sent text." in (good.body or b"")


def test_a_browser_that_starts_too_late_for_one_look_serves_the_next(site: Any, chromium: str, tmp_path: Path) -> None:
    slow, log = tmp_path / "slow", tmp_path / "log"
    slow.write_text(f'#!/bin/sh\necho started >> {log}\nsleep 4\nexec {chromium} "$@"\n')
    slow.chmod(0o700)
    url = site.page("/", "")
    with hasty_then_patient(site, str(slow)) as (browser, be_patient):
        late = browser.fetch(url, now=lambda: datetime.now(UTC))
        be_patient()
        good = browser.fetch(url, now=lambda: datetime.now(UTC))
    assert (late.failure is None, good.failure is None) == (False, True)
    assert log.read_text() == "started\n"


@contextmanager
def hasty_then_patient(site: Any, chromium: str) -> Iterator[tuple[Browser, Callable[[], None]]]:
    """A browser that gives each look three seconds until it is told to be patient."""
    hasty = FetchLimits(allow_addresses=(f"127.0.0.1:{site.port}",), deadline_s=3)
    with (
        Fetcher(hasty) as fetcher,
        Fetcher(replace(hasty, deadline_s=60)) as patient,
        Browser(fetcher, executable=chromium) as browser,
    ):
        yield browser, lambda: setattr(browser, "_fetcher", patient)
