"""A page's proxy: where the look was made from, recorded without the password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from archive.model import Capture
from scraper.robots import Robots

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Fetch = Callable[..., Capture]


def test_a_proxy_is_asked_for_the_whole_address_and_recorded_as_the_vantage(server, fetch: Fetch) -> None:
    url = "http://page.example:81/a?b"
    server.page(lambda talk: talk.ok(b"by proxy"), path=url.partition("?")[0])
    capture = fetch(url, proxy=f"http://user:secret@127.0.0.1:{server.port}")
    assert (capture.body, capture.vantage) == (b"by proxy", f"http://127.0.0.1:{server.port}")
    assert (capture.peer, capture.addresses) == (f"127.0.0.1:{server.port}", ())
    assert server.talks[0].line == "GET http://page.example:81/a?b HTTP/1.1"
    assert dict(server.talks[0].headers)["Proxy-Authorization"].startswith("Basic ")
    assert "secret" not in repr(capture)


def test_tls_goes_through_the_proxy_in_a_tunnel(server, fetch: Fetch) -> None:
    capture = fetch("https://page.example/", proxy=f"http://127.0.0.1:{server.port}")
    assert server.talks[0].line == "CONNECT page.example:443 HTTP/1.0"
    assert (capture.failure[0], "404" in capture.failure[1]) == ("connection", True)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.9/", "http://[::1]/", "http://2130706433/", "http://169.254.169.254/x", "https://10.0.0.1/",
     "http://localhost:81/", "http://a.LOCALHOST./"],
)  # fmt: skip
def test_a_forbidden_address_is_not_asked_through_a_proxy_either(server, new_fetcher, url: str) -> None:
    fetcher = new_fetcher(allow_addresses=(f"127.0.0.1:{server.port}",))
    capture = fetcher.fetch(url, now=lambda: NOW, proxy=f"http://127.0.0.1:{server.port}")
    assert (capture.refused, capture.failure[0], server.connections) == (True, "forbidden_address", 0)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "127.0.0.1:3128", "http://"])
def test_what_is_no_http_proxy_is_an_error_of_the_settings(fetch: Fetch, proxy: str) -> None:
    with pytest.raises(ValueError, match="proxy"):
        fetch("http://page.example/", proxy=proxy)


def test_robots_txt_is_asked_the_way_the_page_goes(server, new_fetcher) -> None:
    server.page(lambda talk: talk.ok(b"User-agent: *\nDisallow: /a\n"), path="http://page.example/robots.txt")
    robots = Robots(new_fetcher(), now=lambda: NOW)
    assert robots.allowed("http://page.example/a", proxy=f"http://127.0.0.1:{server.port}")[0] is False
