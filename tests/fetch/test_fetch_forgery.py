"""Forged requests: however a page, a redirect, a robots.txt, a name or a proxy is made to lead inside, nothing there is asked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from archive.model import Capture
from scraper.robots import Robots

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Fetch = Callable[..., Capture]

# Ways to write 127.0.0.1 and ::1 that resolvers, browsers and libraries have been seen to understand.
SPELLINGS = [
    "127.0.0.1", "127.1", "127.0.1", "127.000.000.001", "0177.0.0.1", "0177.1", "017700000001", "0x7f.0x0.0x0.0x1",
    "0x7f000001", "0x7f.1", "2130706433", "127.0.0.1.", "127.0.0.2", "0.0.0.0", "0", "localhost", "LOCALHOST.",  # noqa: S104
    "a.localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:7f00:1::]", "[fe80::1%25lo]", "[fec0::1]", "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1",
    "user@127.0.0.1", "good.example@127.0.0.1", "127.0.0.1%00.good.example", "127.0.0.1%2f.good.example",
]  # fmt: skip


@pytest.fixture
def inside(start_server: Callable[..., Any]) -> list[Any]:
    """Services that nobody may ask, on the same port of 127.0.0.1 and, where it is free, of ::1."""
    first = start_server()
    try:
        with socket.create_server(("::1", first.port), family=socket.AF_INET6):
            pass
    except OSError:
        return [first]
    return [first, _on_port(start_server, "::1", first.port)]


def _on_port(start_server: Callable[..., Any], address: str, port: int) -> Any:
    made, real = [], socket.create_server

    def create(place: tuple[str, int], **keys: Any) -> socket.socket:
        return real((place[0], port), **keys)

    socket.create_server = create  # type: ignore[assignment]
    try:
        made.append(start_server(address))
    finally:
        socket.create_server = real
    return made[0]


def connections(inside: list[Any]) -> int:
    return sum(server.connections for server in inside)


@pytest.mark.parametrize("how", ["page", "redirect", "robots.txt", "proxy"])
def test_no_spelling_of_an_inner_address_is_asked(server, new_fetcher, inside, how: str) -> None:
    fetcher = new_fetcher(allow_addresses=(f"127.0.0.1:{server.port}",))
    proxy = f"http://127.0.0.1:{server.port}" if how == "proxy" else ""
    for spelling in SPELLINGS:
        there = f"http://{spelling}:{inside[0].port}/"
        asked = len(server.talks)
        if how in ("page", "proxy"):
            capture = fetcher.fetch(there, now=lambda: NOW, proxy=proxy)
            assert (capture.refused, len(server.talks)) == (True, asked), spelling
        else:
            path = "/robots.txt" if how == "robots.txt" else "/away"
            away = f"HTTP/1.1 302 Found\r\nLocation: {there}\r\n\r\n".encode()
            server.page(away, path=path)
            if how == "redirect":
                assert fetcher.fetch(f"{server.origin}{path}", now=lambda: NOW).failure is not None, spelling
            else:
                verdict = Robots(fetcher, now=lambda: NOW).verdict(f"{server.origin}/page")
                assert "robots.txt" in verdict.detail, spelling
        assert connections(inside) == 0, spelling


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x", "dict://127.0.0.1:11211/stat", "data:text/plain,User-agent: *",
     "javascript:alert(1)", "http://127.0.0.1:{port}/", "//127.0.0.1:{port}/robots.txt", "http:///127.0.0.1:{port}/"],
)  # fmt: skip
def test_a_robots_txt_that_leads_inside_is_read_from_nowhere(server, new_fetcher, inside, to: str) -> None:
    server.page(
        f"HTTP/1.1 301 Moved\r\nLocation: {to.format(port=inside[0].port)}\r\n\r\n".encode(), path="/robots.txt"
    )
    fetcher = new_fetcher(allow_addresses=(f"127.0.0.1:{server.port}",))
    Robots(fetcher, now=lambda: NOW).verdict(f"{server.origin}/page")
    assert connections(inside) == 0


@pytest.mark.parametrize(
    "address", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fd00::1", "::1", "fe80::1"]
)
def test_a_name_that_leads_inside_through_ipv6_is_refused(new_fetcher, monkeypatch, inside, address: str) -> None:
    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (str(ipaddress.ip_address(address)), port, 0, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    capture = new_fetcher(allow_addresses=()).fetch(f"http://rebind.example:{inside[0].port}/", now=lambda: NOW)
    assert (capture.refused, capture.peer, connections(inside)) == (True, None, 0)


def test_a_name_that_leads_elsewhere_at_the_next_redirect_is_resolved_and_checked_again(
    server, new_fetcher, monkeypatch, inside
) -> None:
    answers = ["127.0.0.1", "127.0.0.9"]

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    there = f"http://rebind.example:{inside[0].port}/"
    url = f"http://rebind.example:{server.port}/start"
    server.page(f"HTTP/1.1 302 Found\r\nLocation: {there}\r\n\r\n".encode(), path="/start")
    capture = new_fetcher(allow_addresses=(f"127.0.0.1:{server.port}",)).fetch(url, now=lambda: NOW)
    assert (capture.failure[0], answers, connections(inside)) == ("forbidden_target", [], 0)


@pytest.mark.parametrize(
    "head",
    [
        b"Location: /next\r\nX: 1\r\n Set-Cookie: a=b",  # folded
        b"Location: /next\rX-Injected: 1",
        b"Location: /next\nX-Injected: 1\r\nLocation: http://127.0.0.1:1/",
        b"Location: /next\x00@127.0.0.1/",
        b"Location: /next\r\nLocation: //127.0.0.1:1/",
        b"Location\x00: /next",
    ],
)
def test_a_location_with_line_ends_in_it_adds_nothing_to_the_next_request(server, fetch: Fetch, head: bytes) -> None:
    server.page(lambda talk: talk.ok(b"next"), path="/next")
    fetch(server.page(b"HTTP/1.1 302 Found\r\n" + head + b"\r\n\r\n"))
    for talk in server.talks:
        assert talk.line.split(" ")[1] in ("/0", "/1", "/next")
        assert {name.lower() for name, _ in talk.headers} == {"host", "user-agent", "accept", "accept-encoding"}


def test_a_body_announced_with_terabytes_is_not_waited_for(server, fetch: Fetch) -> None:
    url = server.page(lambda talk: talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\nx"))
    capture = fetch(url)
    assert (capture.failure[0], capture.body, capture.wire_bytes) == ("too_large", None, 0)


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", ", ".join(["gzip"] * 1000), "aes128gcm"]
)
def test_a_body_coded_as_nobody_offered_is_not_decoded(server, fetch: Fetch, coding: str) -> None:
    capture = fetch(server.page(lambda talk: talk.ok(b"\x1f\x8b bomb", f"Content-Encoding: {coding}")))
    assert capture.failure[0] == "encoding"
