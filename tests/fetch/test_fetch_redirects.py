"""Redirects: followed one by one, each recorded and checked, nothing carried along."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from archive.model import Capture, Hop

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Fetch = Callable[..., Capture]


def redirect(location: str, *headers: str, status: str = "302 Found", body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Location: {location}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def test_each_redirect_is_kept_with_its_head(server, other_server, fetch: Fetch) -> None:
    end = other_server.page(lambda talk: talk.ok(b"end"))
    middle = server.page(redirect(end, "X-B: 2", status="301 Moved Permanently"))
    start = server.page(redirect("/0", "X-A: 1"))
    capture = fetch(start)
    assert capture.hops == (
        Hop(
            url=start,
            status=302,
            reason="Found",
            headers=(("Location", "/0"), ("X-A", "1")),
            peer=f"127.0.0.1:{server.port}",
        ),
        Hop(
            url=middle,
            status=301,
            reason="Moved Permanently",
            headers=(("Location", end), ("X-B", "2")),
            peer=f"127.0.0.1:{server.port}",
        ),
    )
    assert (capture.url, capture.final_url, capture.body) == (start, end, b"end")
    assert (capture.peer, capture.addresses) == (f"127.0.0.2:{other_server.port}", ("127.0.0.2",))


def test_no_cookie_and_no_credential_goes_along(server, other_server, fetch: Fetch, monkeypatch, tmp_path) -> None:
    (tmp_path / "netrc").write_text("default login user password secret\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    end = other_server.page(lambda talk: talk.ok(b"end", "Set-Cookie: c=3; Path=/"))
    start = server.page(redirect(end, "Set-Cookie: c=1; Path=/", "Set-Cookie: d=2; Domain=127.0.0.2"))
    fetch(start)
    fetch(start)
    names = {name.lower() for talk in server.talks + other_server.talks for name, _ in talk.headers}
    assert names == {"host", "user-agent", "accept", "accept-encoding"}


def test_the_environment_names_no_proxy(server, fetch: Fetch, monkeypatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(server.page(lambda talk: talk.ok(b"direct"))).body == b"direct"


def test_the_body_of_a_redirect_is_not_read(server, fetch: Fetch) -> None:
    sent = [0]

    def flood(talk) -> None:
        talk.send(redirect("/good", "Content-Encoding: gzip"))
        bomb = gzip.compress(bytes(10_000_000))
        while sent[0] < 50_000_000:
            talk.send(bomb)
            sent[0] += len(bomb)

    server.page(lambda talk: talk.ok(b"good"), path="/good")
    assert fetch(server.page(flood)).body == b"good"
    assert sent[0] < 10_000_000


def test_ten_redirects_are_followed_and_no_more(server, fetch: Fetch) -> None:
    def count_down(talk) -> None:
        left = int(talk.line.split(" ")[1].partition("?")[2])
        if left:
            talk.ok(b"", f"Location: ?{left - 1}", status="307 Temporary Redirect")
        else:
            talk.ok(b"end")

    url = server.page(count_down)
    assert (fetch(url + "?10").body, len(fetch(url + "?10").hops)) == (b"end", 10)
    capture = fetch(url + "?11")
    assert (capture.failure, capture.status, capture.body) == (("redirect", "more than 10 redirects"), None, None)
    assert server.connections == 1  # an empty redirect leaves the connection usable


def test_a_circle_is_left_at_once(server, fetch: Fetch) -> None:
    server.page(redirect("/b#x"), path="/a")
    capture = fetch(server.page(redirect("/a"), path="/b"))
    assert (capture.failure[0], len(server.talks)) == ("redirect", 2)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n",
    ],
)
def test_a_redirect_without_one_location_is_a_failure_that_keeps_its_head(server, fetch: Fetch, answer: bytes) -> None:
    capture = fetch(server.page(answer))
    assert (capture.failure[0], capture.status, capture.hops, capture.end) == ("redirect", 302, (), "none")


@pytest.mark.parametrize("location", ["http://[", "http://exa mple/", "http://a:99999/", "/x\x01y", "\x7f"])
def test_a_location_that_is_no_address_is_a_redirect_failure(server, fetch: Fetch, location: str) -> None:
    capture = fetch(server.page(redirect(location)))
    assert (capture.failure[0], len(capture.hops), capture.refused) == ("redirect", 1, False)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd", "gopher://127.0.0.1:{port}/_GET", "data:text/html,<p>x</p>", "javascript:alert(1)",
        "http://127.0.0.3:{port}/", "http://2130706433:{port}/", "http://0177.0.0.1:{port}/", "http://0.0.0.0:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/", "http://[::1]:{port}/", "http://good.example@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@good.example/", "//127.0.0.3:{port}/", "http://127.0.0.1:{closed}/",
        "http://localhost:{closed}/",
    ],
)  # fmt: skip
def test_a_redirect_to_a_forbidden_address_is_not_followed(server, new_fetcher, start_server, location: str) -> None:
    canaries = [
        start_server(),
        start_server(
            "127.0.0.3",
        ),
        start_server("::1"),
    ]
    fetcher = new_fetcher(allow_addresses=(f"127.0.0.1:{server.port}",))
    for canary in canaries:
        to = location.format(port=canary.port, closed=canaries[0].port)
        capture = fetcher.fetch(server.page(redirect(to)), now=lambda: NOW)
        assert (capture.failure[0], capture.refused, capture.status) == ("forbidden_target", False, None)
        assert capture.hops[0].headers == (("Location", to),)
    assert [canary.connections for canary in canaries] == [0, 0, 0]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.3:{port}/", "http://[::1]:{port}/", "http://0x7f.1:{port}/", "ftp://127.0.0.1:{port}/",
            "http://user:pw@127.0.0.1:{port}/", "http://localhost:{port}/", "no address"]
)  # fmt: skip
def test_a_page_at_a_forbidden_address_is_refused_unasked(start_server, new_fetcher, url: str) -> None:
    canary = start_server()
    capture = new_fetcher(allow_addresses=()).fetch(url.format(port=canary.port), now=lambda: NOW)
    assert (capture.refused, capture.failure[0], capture.hops) == (True, "forbidden_address", ())
    assert canary.connections == 0


def test_a_redirect_may_name_its_target_in_raw_utf_8(server, fetch: Fetch) -> None:
    server.page(lambda talk: talk.ok(b"good"), path="/good")
    capture = fetch(server.page("HTTP/1.1 302 Found\r\nLocation: /good?q=қаз\r\n\r\n".encode()))
    assert (capture.body, capture.final_url) == (b"good", f"{server.origin}/good?q=%D2%9B%D0%B0%D0%B7")


def test_line_ends_in_a_location_stay_encoded(server, fetch: Fetch) -> None:
    capture = fetch(server.page(redirect("/good%0d%0aX-Injected:%201")))
    assert (capture.status, server.talks[1].line) == (404, "GET /good%0d%0aX-Injected:%201 HTTP/1.1")
    assert "X-Injected" not in dict(server.talks[1].headers)


def test_validators_go_only_to_the_address_that_they_came_from(server, fetch: Fetch) -> None:
    end = server.page(lambda talk: talk.ok(b"end"))
    start = server.page(redirect("/0"))
    assert not fetch(start, validators=('"v"', None)).conditional
    assert fetch(start, validators=('"v"', None), validated_url=end).conditional
    sent = [(talk.line.split(" ")[1], dict(talk.headers).get("If-None-Match")) for talk in server.talks]
    assert sent == [("/1", '"v"'), ("/0", None), ("/1", None), ("/0", '"v"')]
