"""Pages that scripts make: what was received and what became of it are both brought back."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from archive.model import Capture, Rules
from scraper.browser import Browser, BrowserMissing, find_chromium
from scraper.fetch import Fetcher, FetchLimits
from scraper.interpret import interpret

Look = Callable[..., Capture]


def test_a_page_made_by_scripts_is_read_and_what_came_is_kept(site: Any, look: Look) -> None:
    site.put("/app.js", "fetch('/data.json').then(r => r.json()).then(d => document.querySelector('main').innerHTML = `<h1>${d.title}</h1><p>${d.text}</p>`)", "text/javascript")  # fmt: skip
    site.put("/data.json", '{"title": "Position", "text": "The Ministry supports the talks."}', "application/json")
    url = site.put("/", '<!doctype html><html lang="en"><title>P</title><main></main><script src="/app.js"></script>')
    seen = look(url)
    assert seen.failure is None
    assert seen.rendered is not None
    assert seen.rendered.received == site.answers["/"][2]
    assert seen.wire_sha256 == sha256(site.answers["/"][2]).hexdigest()
    assert (seen.rendered.screenshot or b"").startswith(b"\x89PNG")
    document = interpret(seen, Rules(), "").document
    assert document is not None
    assert "The Ministry supports the talks." in document.text
    assert site.paths == ["/", "/app.js", "/data.json"]


def test_two_looks_at_the_same_page_give_the_same_bytes(site: Any, look: Look) -> None:
    url = site.page("/", "document.querySelector('main').append('made in ' + Intl.DateTimeFormat().resolvedOptions().timeZone)")  # fmt: skip
    first, second = look(url), look(url)
    assert first.body == second.body
    assert b"made in UTC" in (first.body or b"")


def test_characters_beyond_ascii_come_through_whatever_the_server_says(site: Any, look: Look) -> None:
    script = "document.querySelector('main').textContent = '\\u049a\\u0430\\u0437\\u0430\\u049b \\u4e2d\\u6587 \\ud83d\\ude00'"
    url = site.put("/", f"<!doctype html><title>P</title><main></main><script>{script}</script>", "text/html; charset=iso-8859-1")  # fmt: skip
    document = interpret(look(url), Rules(), "").document
    assert document is not None
    assert "Қазақ 中文 😀" in document.text


def test_no_browser_is_started_for_what_is_no_page(site: Any, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise AssertionError("started")

    monkeypatch.setattr(Browser, "_take", refuse)
    assert look(site.url("/missing")).status == 404
    assert look(site.put("/paper", "%PDF-1.4", "application/pdf")).rendered is None


def test_our_name_is_told_and_no_cookie_is_kept(site: Any, look: Look) -> None:
    site.put("/data", "{}", "application/json", Set_Cookie="from=data")
    url = site.page("/", "document.cookie = 'a=b'; fetch('/data', {credentials: 'include'})")
    site.answers["/"][1]["Set-Cookie"] = "session=1; Path=/"
    look(url, user_agent="variorum-test (+archive@example.org)", accept_language="kk")
    look(url)
    assert [headers for _, _, headers in site.asked if "cookie" in headers] == []
    assert {headers["user-agent"] for _, _, headers in site.asked} == {"variorum-test (+archive@example.org)"}
    assert {headers["accept-language"] for _, _, headers in site.asked} == {"kk"}


def test_a_redirect_by_the_server_is_a_hop_and_the_page_stands_where_it_led(site: Any, look: Look) -> None:
    site.answers["/old"] = (301, {"Location": "/new/"}, b"")
    site.put("/new/app.js", "document.querySelector('main').append(' at ' + location.pathname)", "text/javascript")
    site.put("/new/", '<!doctype html><title>P</title><main>Here</main><script src="app.js"></script>')
    seen = look(site.url("/old"))
    assert [(hop.url, hop.status) for hop in seen.hops] == [(site.url("/old"), 301)]
    assert seen.final_url == site.url("/new/")
    assert b"Here at /new/" in (seen.body or b"")


@pytest.mark.parametrize("way", ["location.replace('/next')", "location.href = '/next'", "document.head.innerHTML += '<meta http-equiv=refresh content=\"0; url=/next\">'"])  # fmt: skip
def test_a_page_that_goes_on_by_itself_is_followed_and_recorded(site: Any, look: Look, way: str) -> None:
    site.page("/next", "", body="<main><p>The next page.</p></main>")
    seen = look(site.page("/", way))
    assert seen.final_url == site.url("/next")
    assert [(hop.url, hop.status, hop.reason) for hop in seen.hops] == [(site.url("/"), 200, "the page itself went on")]
    assert b"The next page." in (seen.body or b"")
    assert seen.rendered is not None
    assert seen.rendered.received == site.answers["/next"][2]


def test_a_page_without_scripts_is_read_as_it_came(site: Any, look: Look) -> None:
    url = site.page("/", "", body="<main><h1>Position</h1><p>The Ministry supports the talks.</p></main>")
    with Fetcher(FetchLimits(allow_addresses=(f"127.0.0.1:{site.port}",))) as plain:
        seen = look(url)
        bare = plain.fetch(url, now=lambda: seen.observed_at)
    texts = [
        found.document.text for found in (interpret(seen, Rules(), ""), interpret(bare, Rules(), "")) if found.document
    ]
    assert texts[0] == texts[1]


def test_what_is_missing_is_said_in_one_sentence_with_the_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    pytest.importorskip("playwright", reason="the message would be about playwright")
    with pytest.raises(BrowserMissing, match="none is on PATH"):
        find_chromium()
    with pytest.raises(BrowserMissing, match="is no program"):
        find_chromium(str(tmp_path / "chromium"))
