"""What a reader chooses for a while: a base revision, a statement, a language of pages. It goes along in the links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import html as lxml_html

from archive.pages import PageSettings


def links(page: str) -> list[str]:
    return [str(link) for link in lxml_html.fromstring(page).xpath("//main//a/@href")]


def test_a_pinned_base_goes_along_on_its_page_and_nowhere_else(site: Any) -> None:
    found = links(site.html("/page/straits?base=2"))
    assert "/page/straits/5?base=2" in found
    assert "/page/straits/2..4?base=2" in found
    assert "/page/straits/1..2?base=2" in found
    assert "/" in found
    assert not [link for link in found if link.startswith(("/search", "/statement")) and "base=" in link]


def test_a_comparison_from_the_base_leads_to_the_next_revisions_from_the_base(site: Any) -> None:
    found = links(site.html("/page/straits/2..4?base=2"))
    assert "/page/straits/2..3?base=2" in found
    assert "/page/straits/2..5?base=2" in found
    assert "Revision 2 is the base" in site.html("/page/straits/2..4?base=2")


def test_a_revision_can_be_made_the_base_and_let_go(site: Any) -> None:
    assert "/page/straits/3?base=3" in links(site.html("/page/straits/3"))
    assert "?base=0" in links(site.html("/page/straits/3?base=3"))
    assert not [link for link in links(site.html("/page/straits/3?base=0")) if "base=" in link and "base=3" not in link]


@pytest.mark.parametrize("base", ["0", "6", "999999", "-1", "x", "", "2;3", "%00"])
def test_a_base_that_is_no_revision_is_none(site: Any, base: str) -> None:
    assert "is the base" not in site.html(f"/page/straits?base={base}")


def test_a_base_and_a_language_go_along_together(site: Any) -> None:
    assert "/page/straits/2..4?base=2&lang=ru" in links(site.html("/page/straits?base=2&lang=ru"))
    assert site.get("/page/straits/compare?a=1&b=3&base=2").headers["location"] == "/page/straits/1..3?base=2"


def test_choices_go_along_under_a_base_address(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        for text in ("First.", "Second.", "Third."):
            keeper.look("one", [("paragraph", text)])

    site = site_of(story, base_url="/history")
    found = links(site.html("/page/one?base=1&lang=kk"))
    assert "/history/page/one/1..3?base=1&lang=kk" in found
    assert "/history/?lang=kk" in found


def listed(site: Any, query: str) -> list[str]:
    return [page["slug"] for page in site.get(f"/.json?{query}").json()["listed"]]


def test_the_overview_can_be_narrowed_to_a_statement_or_a_language(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        for name in ("ports", "straits"):
            for language in ("en", "ru"):
                slug = f"{name}-{language}"
                page = PageSettings(slug=slug, url=f"http://a.example/{slug}", language=language, statement=name)
                pages.append(page)
        pages.append(PageSettings(slug="alone", url="http://a.example/alone", language="ar"))
        keeper.add(*pages)

    pages: list[PageSettings] = []
    site = site_of(story)
    assert listed(site, "statement=straits&sort=name") == ["straits-en", "straits-ru"]
    assert listed(site, "language=ru&sort=name") == ["ports-ru", "straits-ru"]
    assert listed(site, "language=ru&statement=ports") == ["ports-ru"]
    assert listed(site, "language=ru&q=ports") == ["ports-ru"]
    assert listed(site, "language=xx") == []
    assert listed(site, "sort=statement") == ["ports-en", "ports-ru", "straits-en", "straits-ru", "alone"]
    page = lxml_html.fromstring(site.html("/?sort=statement&language=ru"))
    assert [group.text_content() for group in page.xpath("//li[@class='group']")] == [
        "Statement ports",
        "Statement straits",
    ]
    assert page.xpath("//option[@selected]/@value") == ["ru"]
    assert "No page is like that." in site.html("/?language=xx")
