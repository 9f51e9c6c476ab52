"""In a real browser: hostile texts run nothing, and nothing of a page is asked for elsewhere."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from lxml import html as lxml_html

from archive.store import PageSettings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OWNED = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><svg onload=document.title='owned'>"


def hostile(keeper: Any) -> dict[str, int]:
    keeper.add(PageSettings(slug="bad", url=f"http://a.example/{OWNED}", language=f'en"{OWNED}', statement=OWNED))
    keeper.look("bad", [("title", OWNED), ("paragraph", OWNED), ("table_row", OWNED)], headers=((OWNED, OWNED),))
    return {"look": keeper.look("bad", [("title", OWNED + "!"), ("list_item", OWNED), ("paragraph", OWNED * 2)])}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> Iterator[tuple[str, dict[str, int]]]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    site = make(tmp_path_factory.mktemp("browser") / "home", hostile)
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(site.datasette.app(), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{sock.getsockname()[1]}", site.seqs
    server.should_exit = True
    thread.join()
    sock.close()


def dom(url: str, profile: Path) -> str:
    """The document as the browser has it once everything has run."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--virtual-time-budget=2000", "--dump-dom", url]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/page/bad",
        "/page/bad/1..2",
        "/page/bad/2?ages=1",
        "/page/bad/lifetimes",
        "/search?q=document",
        "/page/bad/at/{look}",
        "/archive/revisions",
    ],
)
def test_no_text_of_a_page_runs_in_a_browser(served: tuple[str, dict[str, int]], tmp_path: Path, path: str) -> None:
    base, seqs = served
    page = lxml_html.fromstring(dom(base + path.format(**seqs), tmp_path / "profile"))
    assert page.findtext(".//title") != "owned"
    assert (
        page.xpath("//script[not(@src='/static/local.js')] | //script/text() | //img | //*[@onload or @onerror]") == []
    )
    assert "document.title='owned'" in page.text_content()
