"""Feeds of changes, as a feed reader sees them (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from lxml import etree

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
    assert "<del>[-does not recognise-]</del><ins>{+recognises+}</ins>" in entry.content[0].value


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


SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
HOSTILE = "\u202eevil\u202c <b>x</b> &amp; ]]> \x0c\ufffe \u2069\u2069 a\u2028b موقف"


@pytest.fixture(scope="module")
def long(make: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A page of 121 changes with a hostile title, and one without any."""

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/", statement="peace"))
        keeper.add(PageSettings(slug="two", url="http://b.example/", language="x-y", statement="peace"))
        for number in range(122):
            keeper.look("one", [("title", HOSTILE), ("paragraph", f"Wording {number} & <i>{HOSTILE}")])
        keeper.look("two", [("title", "Two")])

    return make(tmp_path_factory.mktemp("long") / "home", story)


FEEDS = ["/feed.atom", "/page/one/feed.atom", "/page/two/feed.atom", "/statement/peace/feed.atom", "/feed.atom?lang=ru", "/feed.atom?before=60"]  # fmt: skip


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_as_the_rfc_has_it_to_the_letter(long: Any, path: str) -> None:
    SCHEMA.assertValid(etree.fromstring(long.get(path).content))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"<updated>2031-", b"<updated>"), (b"tag:", b"tag "), (b' term="', b' name="'), (b"<author>", b"<!--"), (b'type="html"', b'type="xml"')],
)  # fmt: skip
def test_the_schema_finds_what_is_wrong_with_a_feed(long: Any, right: bytes, wrong: bytes) -> None:
    content = (
        long.get("/feed.atom")
        .content.replace(right, wrong)
        .replace(b"</author>", b"-->" if b"<!--" in wrong else b"</author>")
    )
    assert not SCHEMA.validate(etree.fromstring(content))


@pytest.mark.parametrize("path", ["/feed.atom", "/page/one/feed.atom?lang=ru", "/statement/peace/feed.atom"])
def test_its_parts_lead_from_one_to_the_next_and_hold_every_change_once(long: Any, path: str) -> None:
    found: list[str] = []
    here: str | None = path
    while here is not None:
        root = parse(long.get(here).content)
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        assert links["self"] == f"http://localhost{here}"
        assert links["first"] == f"http://localhost{path}"
        found += [text(entry, "id") for entry in entries(root)]
        here = links["next"].removeprefix("http://localhost") if "next" in links else None
    assert len(found) == len(set(found)) == 121


def test_a_feed_is_dated_by_its_newest_change_and_says_its_language(long: Any) -> None:
    for path, code in (("/feed.atom", "en"), ("/feed.atom?lang=kk", "kk")):
        root = parse(long.get(path).content)
        assert text(root, "updated") == max(text(entry, "updated") for entry in entries(root))
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == code


def test_a_title_of_a_page_does_not_turn_the_line_around_it(long: Any) -> None:
    title = text(entries(parse(long.get("/feed.atom").content))[0], "title")
    assert title.startswith("\u2068<U+202E RIGHT-TO-LEFT OVERRIDE>evil")
    assert title.endswith("\u2069: 1 word added, 1 removed")
    assert title.count("\u2069") == 1
