"""The calendar of looks: a table a month, each day with what its looks came to and where they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import html as lxml_html

from archive.model import Outcome
from archive.pages import PageSettings


def test_every_day_with_looks_leads_to_them_and_says_what_they_came_to(site: Any) -> None:
    page = lxml_html.fromstring(site.html("/page/straits/calendar"))
    assert [caption.text_content() for caption in page.xpath("//table/caption")] == ["May 2031"]
    days = {cell.text_content().partition(":")[0]: cell for cell in page.xpath("//td[a]")}
    assert days["1"].xpath("./a/@href") == ["/page/straits/looks?day=2031-05-01"]
    assert days["1"].text_content() == "1: 2 looks, first text: 1, unchanged: 1"
    assert "day-held" in days["6"].get("class")
    assert "day-changed" in days["4"].get("class")
    assert "day-unchanged" in days["2"].get("class")
    assert sum(day["looks"] for day in site.get("/page/straits/calendar.json").json()["days"]) == 34


def test_weeks_begin_on_monday_and_days_stand_under_their_names(site: Any) -> None:
    page = lxml_html.fromstring(site.html("/page/straits/calendar"))
    heads = page.xpath("//thead/tr/th/abbr/@title")
    assert (heads[0], heads[6]) == ("Monday", "Sunday")
    first = page.xpath("//tbody/tr")[0].xpath("./td")
    column = datetime(2031, 5, 1, tzinfo=UTC).weekday()
    assert [cell.text_content().partition(":")[0] for cell in first[: column + 1]] == [*[""] * column, "1"]


def test_the_looks_of_one_day_are_listed_alone_screen_by_screen(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.every = timedelta(minutes=7)
        keeper.add(PageSettings(slug="busy", url="http://a.example/"))
        for _ in range(250):
            keeper.miss("busy", Outcome.FAILED, "timeout")

    site = site_of(story)
    found, before = [], ""
    while True:
        shown = site.get(f"/page/busy/looks.json?day=2031-05-01{before}").json()
        found += shown["observations"]
        if shown["before"] is None:
            break
        before = f"&before={shown['before']}"
    assert len(found) == 155  # from 06:00 to midnight, every 7 minutes
    assert {look["observed_at"][:10] for look in found} == {"2031-05-01"}
    assert len({look["observation"] for look in found}) == 155
    assert "day=2031-05-01&amp;before=" in site.html("/page/busy/looks?day=2031-05-01")


def test_a_calendar_goes_from_the_year_of_the_first_look_to_that_of_the_last(site_of: Callable[..., Any]) -> None:
    def story(keeper: Any) -> None:
        keeper.every = timedelta(days=400)
        keeper.add(PageSettings(slug="rare", url="http://a.example/"))
        for _ in range(3):
            keeper.miss("rare", Outcome.FAILED, "timeout")

    site = site_of(story)
    years = [site.get(f"/page/rare/calendar.json?year={year}").json()["year"] for year in ("", 1900, 2032, 9999)]
    assert years == [2033, 2031, 2032, 2033]
    page = site.html("/page/rare/calendar?year=2032")
    assert 'rel="prev" href="/page/rare/calendar?year=2031"' in page
    assert 'rel="next" href="/page/rare/calendar?year=2033"' in page


def test_a_page_without_looks_has_an_empty_calendar(site_of: Callable[..., Any]) -> None:
    site = site_of(lambda keeper: keeper.add(PageSettings(slug="new", url="http://a.example/")))
    assert "No look yet." in site.html("/page/new/calendar")
    assert site.get("/page/new/calendar.json").json() == {"page": "new", "year": None, "days": []}
    assert "No look at this page was taken on that day." in site.html("/page/new/looks?day=9999-12-31")
