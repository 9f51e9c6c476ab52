"""No address of the site leads off it, however it is written: asked over a real connection, byte by byte."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

PATHS = [
    "//evil.example/", "//evil.example//", "///evil.example/", "////evil.example/%2e%2e/", "/\\evil.example/", "/\\/evil.example/",
    "/\\\\evil.example/", "//\\evil.example/", "/%5cevil.example/", "/%2f%2fevil.example/", "/%2f/evil.example/", "/.//evil.example/",
    "/%09/evil.example/", "//evil.example/page/straits/", "//evil.example/archive/", "//evil%00.example/",
    "//user@evil.example:80/", "/https://evil.example/", "/https:/evil.example/", "/page//evil.example/", "/page/straits/",
    "/page/straits//evil.example/", "/archive//evil.example/", "/archive/pages//evil.example/", "/archive/pages/",
    "/archive/pages?_next=//evil.example", "/archive/pages?_next=http://evil.example/", "/archive/pages/1/", "/-//evil.example/",
    "/-/static//evil.example/", "/static//evil.example/", "/-/logout", "/-/logout?next=//evil.example", "/-/auth-token?token=x",
    "/-/login?next=//evil.example", "/page/straits/compare?a=1&b=2&next=//evil.example", "/page/straits/compare?a=//evil.example&b=2",
    "/page/straits/compare?a=1&b=2&base=//evil.example", "/timegate//evil.example/", "/timegate/http://evil.example/",
    "/timegate/http://mea.norland.example/en/straits?view=full", "/timegate/\\evil.example", "/memento/20310501060000//evil.example/",
    "/?lang=//evil.example", "//evil.example/?lang=ru", "/page/straits/?lang=ru", "/archive/pages/?lang=ru&x=%0d%0aX:1",
    "/%0d%0aLocation:%20http://evil.example/", "/%0d%0a/evil.example/", "http://evil.example/", "http://evil.example//evil.example/",
]  # fmt: skip


@pytest.fixture(scope="module", params=["/", "/under/"])
def ask(request: pytest.FixtureRequest, site: Any) -> Iterator[Callable[[str], tuple[int, dict[str, str]]]]:
    """Sends a request line as it is written; the status and headers that came."""
    from scraper.serve_site import make_datasette

    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    app = make_datasette(site.path, base_url=request.param).app()
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    while not server.started:
        time.sleep(0.02)

    def once(target: str) -> tuple[int, dict[str, str]]:
        with socket.create_connection(sock.getsockname()) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: archive.example\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        return int(head[0].split(" ")[1]), {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
        }

    yield once
    server.should_exit = True
    thread.join()
    sock.close()


def test_every_redirect_stays_on_the_site(ask: Callable[[str], tuple[int, dict[str, str]]]) -> None:
    led = 0
    for path in PATHS:
        for target in (path, f"/under{path}" if path.startswith("/") else path):
            status, headers = ask(target)
            assert status < 500, target
            assert "x" not in headers, target
            location = headers.get("location")
            if location is not None:
                led += 1
                assert re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", location), (target, location)
    assert led > 10


@pytest.mark.parametrize("target", ["/\\evil.example/", "//evil.example/page/", "///evil.example/archive/"])
def test_a_path_that_a_browser_would_take_for_another_host_is_answered_with_one_of_this(
    ask: Callable[[str], tuple[int, dict[str, str]]], target: str
) -> None:
    status, headers = ask(target)
    assert (status, headers.get("location", "/")[:2]) in ((302, "/e"), (404, "/"))
