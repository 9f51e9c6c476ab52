"""Every address of the reading room over an archive whose every field is hostile, in a real browser without its safety net.

The content policy is switched off there, so that what keeps scripts from running is that nothing becomes markup.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
import uvicorn

from archive import checkpoints
from archive.derive import comparison_with
from archive.model import Block, Capture, Document, Interpretation, Outcome, Rendered, Rules, Verdict
from archive.pages import PageSettings
from archive.triage import Remark, remark

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
EVIL = (
    "'\"><script>document.title='owned'</script><img src=/owned onerror=document.title='owned'><svg/onload=document.title='owned'>"
    "<a href=javascript:document.title='owned' autofocus onfocus=document.title='owned'>x</a><base href=/owned/>"
    "{{ 9721 * 3 }}{% raise %}${9721*3}]]>&lt;\u202e\x1b[31m\u2028"
)
URL = f"javascript:document.title='owned'//{EVIL}"
WORD = "owned"  # of EVIL, to search for


def story(keeper: Any) -> dict[str, int]:
    """Two pages, every field of which is hostile; notes, a proof, an earlier reading and looks of every outcome."""
    keeper.add(
        PageSettings(slug="bad", url=URL, language=f"en{EVIL}", statement=EVIL, tags=(EVIL,), was=("worse",)),
        PageSettings(slug="bad-too", url=f"http://b.example/{EVIL}", language="ar", statement=EVIL),
    )
    hostile: dict[str, Any] = {
        "headers": ((EVIL, EVIL), ("Content-Type", f"text/html{EVIL}"), ("Location", URL)),
        "status_reason": EVIL,
        "final_url": URL,
        "peer": EVIL,
        "vantage": EVIL,
        "rendered": Rendered(browser=EVIL, received=EVIL.encode(), screenshot=b"\x89PNG", refused=((URL, EVIL),)),
    }
    kinds = ("paragraph", "heading", "list_item", "table_row")
    first = [("title", EVIL), *((kind, f"They must pay. {EVIL}") for kind in kinds)]
    later = [("title", EVIL + "2"), *((kind, f"They should not pay {EVIL} 12 crowns. {EVIL}") for kind in kinds)]
    seqs = {"new": keeper.look("bad", first, language=f"x{EVIL}", updated=datetime(2031, 5, 1, tzinfo=UTC), **hostile)}
    keeper.look("bad-too", first, **hostile)
    seqs["held"] = keeper.miss("bad", Outcome.HELD, "challenge", facts=((EVIL, EVIL),), body=EVIL.encode(), **hostile)
    seqs["failed"] = keeper.miss("bad", Outcome.FAILED, "connection", failure=("connection", EVIL))
    seqs["changed"] = keeper.look("bad", later, updated=datetime(2031, 5, 1, tzinfo=UTC), **hostile)
    with keeper.archive.transaction() as conn:
        page_id = keeper.archive.page_state("bad").page_id
        remark(conn, page_id, "bad", Remark(kind="note", actor=EVIL, text=EVIL), "2031-05-02T14:00:00Z")
        seen = Remark(kind="seen", actor=EVIL, observation_seq=seqs["changed"])
        remark(conn, page_id, "bad", seen, "2031-05-02T14:01:00Z")
    checkpoints.make_key(keeper.archive.path.parent, "archive.example/log")
    checkpoints.make_checkpoint(keeper.archive, at=datetime(2031, 6, 1, tzinfo=UTC))
    state = keeper.archive.page_state("bad")
    keeper.archive.read_again(state, Rules(select=EVIL), _again, cause="settings", version="2", at=keeper.at)
    return seqs


def _again(look: Any, capture: Capture, rules: Rules, memory: str, latest: Any) -> Any:
    text = (capture.body or b"").decode("utf-8", "surrogatepass")
    document = Document(title=EVIL, language="en", blocks=(Block(kind="paragraph", text=text),))
    found = Interpretation(verdict=Verdict(version="2"), document=document)
    return found, comparison_with(latest, found)


SHOWN = [
    "/", "/index", "/?q={evil}&sort={evil}&statement={evil}&language={evil}", "/?sort=statement&lang={evil}",
    "/page/bad", "/page/worse", "/page/bad?base=1&lang=ru", "/page/bad/compare?a=1&b=2", "/page/bad/looks",
    "/page/bad/looks?day={evil}", "/page/bad/calendar", "/page/bad/calendar?year=2031", "/page/bad/lifetimes",
    "/page/bad/1", "/page/bad/2?ages=1", "/page/bad/reading/1/2", "/page/bad/reading/2/1", "/page/bad/1..2",
    "/page/bad/1..2?view=side", "/page/bad/at/{new}", "/page/bad/at/{held}", "/page/bad/at/{failed}",
    "/page/bad/at/{changed}", "/statement/{evil}", "/search?q={word}", "/search?q={evil}&page={evil}",
    "/search?q={word}&page=bad", "/when?phrase={word}", "/when?phrase={evil}&page=bad", "/when?phrase={evil}", "/-/health",
    "/archive", "/archive/pages", "/archive/pages/1", "/archive/page_addresses", "/archive/observations",
    "/archive/observations/{new}", "/archive/snapshots", "/archive/revisions", "/archive/revisions/1", "/archive/changes",
    "/archive/changes/1", "/archive/passages", "/archive/passages/1", "/archive/lifetimes", "/archive/judgements",
    "/archive/readings", "/archive/readings/1", "/archive/log", "/archive/seams",
    "/archive/pages?title__contains={evil}&_sort={evil}&_facet={evil}&_next={evil}", "/archive/passages?_facet=text",
    "/archive/{evil}", "/{evil}", "/page/{evil}", "/page/bad/{evil}", "/timegate/{evil}", "/memento/20310501060000/{evil}",
    "/memento/20319999999999/x", "/archive/pages/{evil}", "/-/{evil}", "/static/{evil}", "/page/bad/9..10", "/page/bad/at/999",
]  # fmt: skip
READ = [
    *(f"/page/bad{rest}.json" for rest in ("", "/looks", "/calendar", "/lifetimes", "/1", "/2", "/reading/1/2", "/1..2",
                                           "/at/{new}", "/at/{held}")),
    "/.json", "/-/health.json", "/search.json?q={word}", "/when.json?phrase={word}", "/statement/{evil}.json",
    "/feed.atom", "/feed.atom?lang=ru", "/page/bad/feed.atom", "/statement/{evil}/feed.atom", "/page/bad/at/{new}/raw",
    "/page/bad/at/{held}/raw", "/page/bad/at/{new}/proof.zip", "/page/bad/at/{new}/cite.txt", "/page/bad/at/{new}/cite.bib",
    "/page/bad/at/{new}/cite.csl.json", "/timemap/link/{url}", "/timemap/json/{url}", "/timegate/{url}",
    "/memento/20310501060000/{url}", "/archive/pages.json", "/archive/pages.csv", "/archive/revisions.csv",
    "/archive/revisions/1.blob?_blob_column=text", "/archive/revisions.json?_shape=array", "/archive/passages.json?_nl=on",
]  # fmt: skip
AS_TEXT = ("text/plain", "application/json", "application/atom+xml", "application/zip", "application/link-format",
           "application/binary", "text/csv")  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> Any:
    return make(tmp_path_factory.mktemp("every") / "home", story)


@pytest.fixture(scope="module")
def address(bad: Any) -> Callable[[str], str]:
    values = {"{evil}": quote(EVIL, safe=""), "{url}": quote(URL, safe=""), "{word}": WORD}
    values |= {f"{{{name}}}": str(seq) for name, seq in bad.seqs.items()}

    def of(path: str) -> str:
        return re.sub(r"\{[a-z]+\}", lambda match: values[match[0]], path)

    return of


def test_every_address_of_the_reading_room_is_tried(bad: Any, address: Callable[[str], str]) -> None:
    """A route that nobody tries with hostile texts fails here."""
    tried = [address(path).partition("?")[0] for path in (*SHOWN, *READ)]
    from datasette.plugins import pm

    routes = [route for given in pm.hook.register_routes(datasette=bad.datasette) for route, _ in given]
    ours = [route for route in routes if not route.startswith("/-/(?P<rest>")]
    assert len(ours) > 20
    assert [route for route in ours if not any(re.match(route, path) for path in tried)] == []


@pytest.mark.parametrize("path", READ)
def test_what_is_read_by_programs_is_no_page_for_a_browser(bad: Any, address: Callable[[str], str], path: str) -> None:
    response = bad.get(address(path), follow_redirects=True)
    assert response.status_code == 200, response.text[:500]
    assert response.headers["content-type"].split(";")[0] in AS_TEXT
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "29163" not in response.text
    if "feed.atom" in path:
        assert not feedparser.parse(response.content).bozo


@pytest.mark.parametrize("path", [*SHOWN, *READ])
def test_no_header_is_of_a_page_s_making(bad: Any, address: Callable[[str], str], path: str) -> None:
    headers = bad.get(address(path)).headers
    assert not {"set-cookie", "refresh", "access-control-allow-origin", "sourcemap"} & set(headers)
    for name, value in headers.items():
        if name not in ("location", "link") and not name.startswith("x-archive-orig-"):
            assert "owned" not in value, name
    assert re.match(r"/(?![/\\])", headers.get("location", "/"))


@pytest.fixture(scope="module")
def served(bad: Any) -> Iterator[str]:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(bad.datasette.app(), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    sock.close()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="playwright is not installed")
def test_no_script_of_a_page_runs_and_nothing_is_asked_for_elsewhere(
    served: str, address: Callable[[str], str]
) -> None:
    from playwright.sync_api import Error, sync_playwright

    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = browser.new_context(bypass_csp=True, accept_downloads=False).new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("dialog", lambda dialog: asked.append(f"a dialog at {tab.url}"))
        for path in (*SHOWN, *READ):
            try:
                tab.goto(served + address(path))
            except Error as error:
                if "Download is starting" in error.message or "ERR_ABORTED" in error.message:
                    continue  # what is kept as a file is no page to go to
                raise
            assert tab.title() != "owned", path
            assert (
                tab.evaluate("document.querySelectorAll('[onerror], [onload], [onfocus], base, iframe').length") == 0
            ), path
        browser.close()
    assert [url for url in asked if not url.startswith(f"{served}/") or url.startswith(f"{served}/owned")] == []


@pytest.mark.parametrize("path", [path for path in SHOWN if "evil" not in path and path.startswith("/page/bad")])
def test_hostile_text_is_shown_whole_as_text(bad: Any, address: Callable[[str], str], path: str) -> None:
    from lxml import html

    response = bad.get(address(path), follow_redirects=True)
    assert response.status_code in (200, 404)
    if response.status_code == 200:
        assert "<script>document.title='owned'</script>" in html.fromstring(response.text).text_content()
