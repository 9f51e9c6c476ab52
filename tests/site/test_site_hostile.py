"""Hostile texts in every view: they are shown as text, and nothing of them becomes markup, template or header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
from lxml import html as lxml_html

from archive.model import Outcome
from archive.pages import PageSettings

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
BRACES = "{{ 9721 * 3 }}{% raise %}${9721*3}#{9721*3}"
PRODUCT = "29163"
OVERRIDE = "abc \u202edesrever\u2066 isolate"
CONTROLS = "bell\x07 escape\x1b[31m null\x00 end"
CDATA = "]]><x:y xmlns:x='javascript:alert(1)'/>&amp;<!-- -->"
URL = "javascript:alert(1)//http://a.example/\"'><script>alert(2)</script>"
LATER = [SCRIPT + " and more", BRACES + " twice", OVERRIDE + " \u202dagain", CONTROLS + " \x9b", CDATA + "]]>"]


def hostile(keeper: Any) -> dict[str, int]:
    keeper.add(
        PageSettings(slug="bad", url=URL, language='en" onload="alert(1)', statement=SCRIPT, tags=(SCRIPT, BRACES)),
    )
    first = [("title", SCRIPT), *(("paragraph", text) for text in (SCRIPT, BRACES, OVERRIDE, CONTROLS, CDATA))]
    later = [
        ("title", SCRIPT + BRACES),
        *(("paragraph", text) for text in LATER),
        ("list_item", SCRIPT),
        ("table_row", SCRIPT),
    ]
    headers = (("X-Bad", SCRIPT), (SCRIPT, BRACES), ("Set-Cookie", "a=b\r\nX-Injected: 1"))
    seqs = {"new": keeper.look("bad", first, language='"><b>', headers=headers, status_reason=SCRIPT)}
    seqs["held"] = keeper.miss(
        "bad", Outcome.HELD, "challenge", facts=((SCRIPT, BRACES),), body=SCRIPT.encode(), final_url=URL, peer=SCRIPT
    )
    seqs["failed"] = keeper.miss("bad", Outcome.FAILED, "connection", failure=("connection", SCRIPT))
    seqs["changed"] = keeper.look("bad", later, language='"><b>', headers=headers)
    return seqs


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> Any:
    return make(tmp_path_factory.mktemp("hostile") / "home", hostile)


PAGES = [
    "/",
    "/?q=<script>alert(3)</script>{{9721*3}}&sort=<b>",
    "/page/bad",
    "/page/bad/1",
    "/page/bad/2",
    "/page/bad/1..2",
    "/page/bad/1..2?view=side",
    "/page/bad/1?ages=1",
    "/page/bad/2?ages=1",
    "/page/bad/lifetimes",
    "/page/bad/looks",
    "/search?q=script",
    "/search?q=<script>alert(7)</script>{{9721*3}}",
    "/search?q=alert&page=bad",
    "/when?phrase=<script>alert(8)</script>",
    "/when?phrase={{9721*3}}&page=bad",
    "/page/bad/at/{new}",
    "/page/bad/at/{held}",
    "/page/bad/at/{failed}",
    "/statement/{statement}",
    "/-/health",
    "/archive",
    "/archive/pages",
    "/archive/pages/1",
    "/archive/page_addresses",
    "/archive/observations",
    "/archive/revisions",
    "/archive/revisions/2",
    "/archive/snapshots",
    "/archive/changes",
    "/archive/judgements",
    "/archive/readings",
    "/page/<script>alert(4)</script>",
    "/archive/<script>alert(5)</script>",
    "/archive/pages?title={{9721*3}}&_facet=title&_sort=<script>",
    "/archive/pages?title__contains=<script>alert(6)</script>",
    "/page/bad/1..2/<script>",
]


@pytest.mark.parametrize("path", PAGES)
def test_no_hostile_text_becomes_markup_or_template(bad: Any, path: str) -> None:
    for name, seq in {**bad.seqs, "statement": quote(SCRIPT, safe="")}.items():
        path = path.replace(f"{{{name}}}", str(seq))
    response = bad.get(path, follow_redirects=True)
    assert response.headers["content-type"].startswith("text/html"), path
    page = lxml_html.fromstring(response.text)
    assert (
        page.xpath(
            "//script[not(@src='/static/local.js')] | //script/text() | //img | //iframe | //object | //b[not(ancestor::footer)]"
        )
        == []
    )
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        assert not [name for name in element.attrib if name.startswith("on")], path
        for name in ("href", "src", "action"):
            assert not (element.get(name) or "").strip().lower().startswith(("javascript:", "data:", "http:", "//")), (
                path
            )
    assert PRODUCT not in response.text


def test_hostile_text_is_still_all_there_to_read(bad: Any) -> None:
    text = lxml_html.fromstring(bad.html("/page/bad/1..2")).text_content()
    assert SCRIPT in text
    assert BRACES in text


def test_a_direction_override_is_named_in_a_comparison_and_kept_inside_its_block(bad: Any) -> None:
    page = lxml_html.fromstring(bad.html("/page/bad/1..2"))
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in page.text_content()
    assert "\u202e" not in "".join(page.xpath("//div[@class='redline']//text()"))


def test_the_json_twin_is_faithful(bad: Any) -> None:
    assert bad.get("/page/bad/1.json").json()["text"].split("\n\n")[1] == SCRIPT


@pytest.mark.parametrize("path", ["/feed.atom", "/page/bad/feed.atom"])
def test_a_feed_of_hostile_texts_is_well_formed(bad: Any, path: str) -> None:
    parsed = feedparser.parse(bad.get(path).content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert SCRIPT in parsed.entries[0].title
    assert "<script" not in parsed.entries[0].content[0].value


def test_no_header_of_an_answer_comes_from_a_page(bad: Any) -> None:
    for path in ("/page/bad/at/{held}/raw", "/page/bad", "/page/bad/at/{new}"):
        headers = bad.get(path.format(**bad.seqs)).headers
        assert "x-injected" not in headers
        assert "set-cookie" not in headers
        assert "alert" not in str(headers)


def test_a_citation_of_hostile_texts_keeps_its_form(bad: Any) -> None:
    bib = bad.get(f"/page/bad/at/{bad.seqs['changed']}/cite.bib").text
    for escape in ("\\\\{", "\\\\}", "\\{", "\\}"):
        bib = bib.replace(escape, "")
    assert bib.count("{") == bib.count("}")
    assert bib.count("\n") == 9
    assert "alert" in bad.get(f"/page/bad/at/{bad.seqs['changed']}/cite.csl.json").json()[0]["title"]


def test_a_slug_of_strange_characters_is_just_not_there(bad: Any) -> None:
    for path in (
        "/page/..%2f..%2fetc%2fpasswd",
        "/page/%00",
        "/page/BAD",
        "/page/bad%0d%0aX: 1",
        "/static/../plugins/safety.py",
        "/static/..%2fsettings.json",
    ):
        assert bad.get(path).status_code in (302, 400, 403, 404), path


def test_a_story_told_in_a_folder_of_strange_characters_is_served(site_of: Callable[..., Any]) -> None:
    assert site_of(hostile).get("/page/bad").status_code == 200
