"""Feeds of changes, as a feed reader sees them (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from archive.pages import PageSettings

ATOM = "{http://www.w3.org/2005/Atom}"


def parse(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own feed


def entries(root: ET.Element) -> list[ET.Element]:
    return root.findall(f"{ATOM}entry")


def text(element: ET.Element, name: str) -> str:
    found = element.find(ATOM + name)
    assert found is not None
    assert found.text
    return found.text


@pytest.mark.parametrize(
    ("path", "count"), [("/feed.atom", 5), ("/page/straits/feed.atom", 4), ("/page/straits-ru/feed.atom", 0)]
)
def test_a_feed_holds_what_the_rfc_asks_for(site: Any, path: str, count: int) -> None:
    response = site.get(path)
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = parse(response.content)
    assert root.tag == f"{ATOM}feed"
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"http://localhost{path}"
    for element in (root, *entries(root)):
        assert re.fullmatch(r"tag:[0-9a-f]{32}\.variorum\.invalid,2026:[a-z0-9/]+", text(element, "id"))
        assert text(element, "title")
        assert datetime.fromisoformat(text(element, "updated")).tzinfo
    ids = [text(element, "id") for element in (root, *entries(root))]
    assert len(set(ids)) == len(ids) == count + 1


def test_entries_come_newest_first_and_lead_to_their_comparison(site: Any) -> None:
    root = parse(site.get("/page/straits/feed.atom").content)
    updated = [text(entry, "updated") for entry in entries(root)]
    assert updated == sorted(updated, reverse=True)
    hrefs = [entry.find(f"{ATOM}link").get("href") for entry in entries(root)]  # type: ignore[union-attr]
    assert hrefs[0] == "http://localhost/page/straits/4..5"
    assert site.get(hrefs[0].removeprefix("http://localhost")).status_code == 200


def test_an_entry_tells_when_what_and_whether_silently(site: Any) -> None:
    parsed = feedparser.parse(site.get("/page/straits/feed.atom").content)
    assert not parsed.bozo
    entry = parsed.entries[1]
    assert entry.title == "On settlement in the Straits of Meridia: 1 word added, 3 removed, silently"
    assert "on 8 May 2031 between 00:00 and 06:00 UTC" in entry.summary
    assert "<del>[-does not recognise-]</del><ins>[+recognises+]</ins>" in entry.content[0].value


def test_ids_do_not_depend_on_the_address(site: Any, site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        keeper.look("one", [("title", "One")])
        keeper.look("one", [("title", "Two")])

    here = parse(site_of(story).get("/feed.atom").content)
    there = parse(site_of(story, public_url="https://history.example.org/of", base_url="/of").get("/feed.atom").content)
    assert [text(entry, "id") for entry in entries(here)] == [text(entry, "id") for entry in entries(there)]
    assert entries(there)[0].find(f"{ATOM}link").get("href") == "https://history.example.org/of/page/one/1..2"  # type: ignore[union-attr]


def test_a_feed_that_has_not_changed_is_not_sent_again(site: Any) -> None:
    first = site.get("/feed.atom")
    again = site.get("/feed.atom", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_feed_carries_the_newest_checkpoint_as_it_was_signed(site_of: Callable[..., Any]) -> None:
    note = "archive.example/log\n3\nDWUF2BQyWb6EB8/SxlC4Rn7eoL0pNRFZFISv5cH4kcw=\n\n— archive.example/log WRHV3TDioOSd6/q9\n"

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        with keeper.archive.transaction() as conn:
            conn.execute("INSERT INTO checkpoints (size, at, note) VALUES (3, '2014-05-09T12:00:00Z', ?)", (note,))

    content = site_of(story).get("/feed.atom").content
    found = parse(content).find("{https://c2sp.org/tlog-checkpoint}checkpoint")
    assert found is not None
    assert found.text == note
    assert not feedparser.parse(content).bozo
