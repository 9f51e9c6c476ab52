"""Stamps as ministries, parliaments, courts and agencies write them: lines and pages in many languages and calendars."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.diff import kinds
from archive.model import Document, Rules
from archive.stamp_dates import DATE, dates_in, plain_digits
from archive.stamps import claimed_instant, is_stamp_line, read_stamps, stamp_spans
from scraper.interpret import interpret

HERE = Path(__file__).parent


def _rows(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [[part.strip() for part in line.split(" ¦ ")] for line in lines if line and not line.startswith("#")]


def _value(stamp: object) -> str:
    return "." if stamp is None else stamp.value


@pytest.mark.parametrize(("where", "created", "updated", "text"), _rows("stamp_lines.txt"))
def test_a_line_gives_the_dates_that_the_page_gives_itself(where, created, updated, text):
    language, _, zone = where.partition("@")
    shown = text.replace("⟦", "").replace("⟧", "")

    made, changed = read_stamps(shown, timezone=zone or "UTC", language=language)

    if created == "?":
        assert (made, changed) == (None, None)
        return
    assert (_value(made), _value(changed)) == (created, updated)
    marked = re.findall("⟦(.*?)⟧", text)
    assert [shown[a:b] for a, b in stamp_spans(shown)] == marked if marked else is_stamp_line(shown)


@pytest.mark.parametrize(("language", "text"), _rows("stamp_none.txt"))
def test_a_line_with_other_dates_gives_none(language, text):
    assert stamp_spans(text) == ()
    assert read_stamps(text, timezone="UTC", language=language) == (None, None)


def _page(body: str, *, head: str = "", language: str = "en") -> str:
    text = "".join(
        f"<p>{n} harbours of the coast take part, and each of them keeps a list of the ships that call there.</p>"
        for n in ("Three", "Four", "Five")
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Harbour dues</title>{head}</head><body>'
        f"<main><h1>Harbour dues</h1>{text}{body}</main><footer><p>12 Quay Street</p></footer></body></html>"
    )


def _ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


ARTICLE = {"@type": "Article", "datePublished": "2024-02-05", "dateModified": "2024-03-12T14:05:00"}
OLD = {"@type": "NewsArticle", "datePublished": "2019-01-02", "dateModified": "2019-01-03"}
PAGES = [  # what is shown, head, body, language, zone, created, updated
    ("a stamp line", "", "<p>Last updated: 12 March 2024</p>", "en", "UTC", ".", "2024-03-12"),
    ("a stamp behind a paragraph's words", "", "<p>Lists are free. Last updated: 12 March 2024</p>", "en", "UTC", ".", "2024-03-12"),
    ("a stamp with a counter glued on", "", "<p>Updated:12.03.2024Views: 34</p>", "en", "UTC", ".", "2024-03-12"),
    ("label and date without a space", "", "<p>Published12 March 2024</p>", "en", "UTC", "2024-03-12", "."),
    ("two stamps without a space", "", "<p>Published 5 February 2024Updated 12 March 2024</p>", "en", "UTC", "2024-02-05", "2024-03-12"),
    ("a stamp in a heading's line", "", "<h2>List of dues (updated 12 March 2024)</h2>", "en", "UTC", ".", "2024-03-12"),
    ("a stamp in table cells", "", "<table><tr><th>Last updated</th><td>12 March 2024</td></tr></table>", "en", "UTC", ".", "2024-03-12"),
    ("two rows of a table", "", "<table><tr><td>Published:</td><td>5.2.2024</td></tr><tr><td>Updated:</td><td>12.3.2024</td></tr></table>", "en", "UTC", "2024-02-05", "2024-03-12"),
    ("a list of definitions", "", "<dl><dt>Date modified:</dt><dd>2024-03-12</dd></dl>", "en", "UTC", ".", "2024-03-12"),
    ("label and date in elements of their own", "", "<div><span>Updated</span><span>12 March 2024</span></div>", "en", "UTC", ".", "2024-03-12"),
    ("a footer's stamp", "", "</main><footer><p>Last updated: 12 March 2024</p></footer><main>", "en", "UTC", ".", "2024-03-12"),
    ("summer time", "", "<p>Updated: 12 July 2024, 14:05</p>", "en", "Europe/Berlin", ".", "2024-07-12T12:05:00Z"),
    ("winter time", "", "<p>Updated: 12 January 2024, 14:05</p>", "en", "Europe/Berlin", ".", "2024-01-12T13:05:00Z"),
    ("another zone named", "", "<p>Updated: 12 July 2024, 14:05 UTC</p>", "en", "Europe/Berlin", ".", "2024-07-12T14:05:00Z"),
    ("a zone's name that two zones have", "", "<p>Updated: 12 July 2024, 14:05 IST</p>", "en", "Europe/Berlin", ".", "2024-07-12"),
    ("the page's own zone by a name that two have", "", "<p>Updated: 12 July 2024, 14:05 IST</p>", "en", "Asia/Kolkata", ".", "2024-07-12T08:35:00Z"),
    ("day first by other dates", "", "<p>Paid on 25/03/2023.</p><p>Updated: 03/12/2024</p>", "en", "UTC", ".", "2024-12-03"),
    ("month first by other dates", "", "<p>Paid on 03/25/2023.</p><p>Updated: 03/12/2024</p>", "en", "UTC", ".", "2024-03-12"),
    ("nothing settles it", "", "<p>Updated: 03/12/2024</p>", "en", "UTC", ".", "."),
    ("dates that disagree settle nothing", "", "<p>Paid on 25/03/2023 or 03/25/2023.</p><p>Updated: 03/12/2024</p>", "en", "UTC", ".", "."),
    ("the language settles it", "", "<p>Updated: 03/12/2024</p>", "en-GB", "UTC", ".", "2024-12-03"),
    ("time by label", "", '<p>Last updated: <time datetime="2024-03-12T14:05:00Z">three weeks before</time></p>', "en", "UTC", ".", "2024-03-12T14:05:00Z"),
    ("time by label and age", "", '<p>Updated <time datetime="2024-03-12T14:05:00+01:00">3 days ago</time></p>', "en", "UTC", ".", "2024-03-12T13:05:00Z"),
    ("time by microdata", "", '<p>Spring <time itemprop="dateModified" datetime="2024-03-12">this month</time></p>', "en", "UTC", ".", "2024-03-12"),
    ("time by class", "", '<p><time class="entry-date published" datetime="2024-02-05T09:10">Feb</time></p>', "en", "UTC", "2024-02-05T09:10:00Z", "."),
    ("time in a cell behind its label", "", '<table><tr><th>Last updated</th><td><time datetime="2024-03-12">in March</time></td></tr></table>', "en", "UTC", ".", "2024-03-12"),
    ("time of an event", "", '<p>Open day on <time datetime="2024-03-12">12 March</time></p>', "en", "UTC", ".", "."),
    ("times that disagree", "", '<p><time itemprop="dateModified" datetime="2024-03-12">a</time> <time itemprop="dateModified" datetime="2023-03-12">b</time></p>', "en", "UTC", ".", "."),
    ("article:modified_time", '<meta property="article:modified_time" content="2024-03-12T14:05:00+01:00">', "", "en", "UTC", ".", "2024-03-12T13:05:00Z"),
    ("article:published_time", '<meta property="article:published_time" content="2024-02-05T09:10:00Z">', "", "en", "UTC", "2024-02-05T09:10:00Z", "."),
    ("dcterms.modified", '<meta name="dcterms.modified" content="2024-03-12">', "", "en", "UTC", ".", "2024-03-12"),
    ("DC.date.modified", '<meta name="DC.date.modified" content="2024-03-12">', "", "en", "UTC", ".", "2024-03-12"),
    ("dcterms.issued", '<meta name="dcterms.issued" content="2024-02-05">', "", "en", "UTC", "2024-02-05", "."),
    ("last-modified as mail writes it", '<meta http-equiv="last-modified" content="Tue, 12 Mar 2024 14:05:00 GMT">', "", "en", "UTC", ".", "2024-03-12T14:05:00Z"),
    ("last-modified as people write it", '<meta name="last-modified" content="12 March 2024">', "", "en", "UTC", ".", "2024-03-12"),
    ("a declared date without a zone", '<meta name="last-modified" content="2024-07-12 14:05">', "", "en", "Europe/Berlin", ".", "2024-07-12T12:05:00Z"),
    ("a declared date that nothing settles", '<meta name="last-modified" content="03/12/2024">', "", "en", "UTC", ".", "."),
    ("a declared midnight is a day", '<meta property="article:modified_time" content="2024-03-12T00:00:00">', "", "en", "UTC", ".", "2024-03-12"),
    ("a declared midnight with its zone", '<meta property="article:modified_time" content="2024-03-12T00:00:00+01:00">', "", "en", "UTC", ".", "2024-03-12"),
    ("a declared nothing", '<meta property="article:modified_time" content=""><meta name="dcterms.modified" content="2024-03-12">', "", "en", "UTC", ".", "2024-03-12"),
    ("no date at all", '<meta property="article:modified_time" content="yesterday">', "", "en", "UTC", ".", "."),
    ("JSON-LD", _ld(ARTICLE), "", "en", "UTC", "2024-02-05", "2024-03-12T14:05:00Z"),
    ("JSON-LD without a zone", _ld(ARTICLE), "", "en", "Asia/Tokyo", "2024-02-05", "2024-03-12T05:05:00Z"),
    ("JSON-LD in an array", _ld([{"@type": "Organization", "name": "Harbours"}, ARTICLE]), "", "en", "UTC", "2024-02-05", "2024-03-12T14:05:00Z"),
    ("JSON-LD in a graph", _ld({"@graph": [{"@type": "WebSite"}, {"@type": ["WebPage", "FAQPage"], "dateModified": "2024-03-12"}]}), "", "en", "UTC", ".", "2024-03-12"),
    ("JSON-LD behind a list of other news", _ld({"@graph": [{"@type": "ItemList", "itemListElement": [OLD, OLD]}, ARTICLE]}), "", "en", "UTC", "2024-02-05", "2024-03-12T14:05:00Z"),
    ("JSON-LD behind its comments", _ld({"comment": [{"@type": "Comment", "dateModified": "2020-01-01"}], **ARTICLE}), "", "en", "UTC", "2024-02-05", "2024-03-12T14:05:00Z"),
    ("JSON-LD of other news alone", _ld({"@type": "ItemList", "itemListElement": [OLD]}), "", "en", "UTC", ".", "."),
    ("JSON-LD of two articles", _ld([OLD, ARTICLE]), "", "en", "UTC", ".", "."),
    ("JSON-LD as main entity", _ld({"@type": "WebPage", "mainEntity": {"@type": "Report", "dateModified": "2024-03-12"}}), "", "en", "UTC", ".", "2024-03-12"),
    ("broken JSON-LD", '<script type="application/ld+json">{"@type": "Article", "dateModified": "2024-03-12",}</script>', "", "en", "UTC", ".", "2024-03-12"),
    ("what is shown before what is declared", _ld(ARTICLE), "<p>Last updated: 1 March 2024</p>", "en", "UTC", "2024-02-05", "2024-03-01"),
    ("teasers with dates", "", "<ul><li>12 March 2024 New ferry</li><li>11 March 2024 Old ferry</li></ul>", "en", "UTC", ".", "."),
    ("teasers with stamps", "", "<ul>" + "".join(f"<li>Ferry {n}</li><li>Published: {n} March 2024</li>" for n in range(1, 9)) + "</ul>", "en", "UTC", ".", "."),
    ("teasers with stamps in their lines", "", "<ul>" + "".join(f"<li>Ferry to the island of Nord {n}. Published: {n} March 2024</li>" for n in range(1, 9)) + "</ul>", "en", "UTC", ".", "."),
    ("two lines that disagree", "", "<p>Dues of ships, updated: 1 March 2024</p><p>Dues of boats, updated: 2 March 2024</p>", "en", "UTC", ".", "."),
    ("an event in running text", "", "<p>The treaty was signed on 5 May 1994.</p>", "en", "UTC", ".", "."),
    ("copyright", "", "</main><footer><p>© 2001–2024 Ministry of Harbours</p></footer><main>", "en", "UTC", ".", "."),
    ("Thai years", "", "<p>ปรับปรุงล่าสุด: ๕ พฤษภาคม ๒๕๖๗</p>", "th", "UTC", ".", "2024-05-05"),
    ("Persian years", "", "<p>آخرین به‌روزرسانی: ۱۴۰۳/۰۲/۱۵</p>", "fa", "UTC", ".", "2024-05-04"),
    ("years of the Republic", "", "<p>更新日期：113-03-12</p>", "zh-TW", "UTC", ".", "2024-03-12"),
    ("an era", "", "<p>更新日：令和6年3月12日</p>", "ja", "UTC", ".", "2024-03-12"),
]  # fmt: skip


def _document(capture, markup: str, rules: Rules) -> Document:
    seen = interpret(capture(markup.encode()), rules, "")
    assert seen.document is not None
    return seen.document


@pytest.mark.parametrize(
    ("head", "body", "language", "zone", "created", "updated"),
    [row[1:] for row in PAGES],
    ids=[row[0] for row in PAGES],
)
def test_a_page_gives_its_own_dates(capture, head, body, language, zone, created, updated):
    document = _document(capture, _page(body, head=head, language=language), Rules(timezone=zone))

    assert (_value(document.created), _value(document.updated)) == (created, updated)


def test_a_declared_midnight_is_as_wide_as_its_day(capture):
    head = '<meta property="article:modified_time" content="2024-03-12T00:00:00+01:00">'

    stamp = _document(capture, _page("", head=head), Rules(timezone="UTC")).updated

    assert (stamp.latest - stamp.earliest).total_seconds() == 86400


def test_a_wall_time_that_a_spring_night_left_out_has_its_bounds_in_order():
    stamp = read_stamps("Updated: 31 March 2024 02:30", timezone="Europe/Berlin")[1]

    assert stamp.earliest < stamp.latest


def test_a_zone_that_more_than_one_has_widens_the_bounds_to_every_zone_on_earth():
    stamp = read_stamps("Updated: 12 July 2024, 14:05 CST", timezone="Europe/Berlin")[1]

    assert (stamp.latest - stamp.earliest).total_seconds() > 86400


PROSE = "Three harbours of the coast take part, and each of them keeps a list of the ships that call there."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Datos al 20 de marzo", "Datos al 27 de marzo"),
        ("Updated:12.03.2014Views: 34", "Updated:13.03.2014Views: 34"),
        ("Members of the Board (updated 12 March 2024)", "Members of the Board (updated 13 March 2024)"),
        ("Lists are free. Last updated: 12 March 2024", "Lists are free. Last updated: 13 March 2024"),
        ("最終更新日：令和6年3月12日", "最終更新日：令和6年3月13日"),
    ],
)
def test_another_day_in_a_stamp_is_a_change_of_the_stamp(before, after):
    assert list(kinds(f"{PROSE}\n\n{before}", f"{PROSE}\n\n{after}")) == ["stamp"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("As of 12 March 2024 the register holds 14 ports", "As of 13 March 2024 the register holds 14 ports"),
        ("Vacaciones del 3 al 20 de marzo", "Vacaciones del 3 al 27 de marzo"),
        ("Deadline: 12 March 2024", "Deadline: 13 March 2024"),
        ("Updated:12.03.2014Views: 34", "Updated:12.03.2014Views: 35"),
    ],
)
def test_another_number_outside_a_stamp_is_a_change_of_the_number(before, after):
    assert "number" in kinds(f"{PROSE}\n\n{before}", f"{PROSE}\n\n{after}")


PARTS = (
    *(" ", " ", ".", "-", "/", ",", "\n", ":", "年", "月", "日", "令和", "民國", "平成", "R", "元", "二〇二四", "十二"),
    *(
        "1",
        "3",
        "12",
        "24",
        "113",
        "1403",
        "2024",
        "2567",
        "20240312",
        "марта",
        "March",
        "May",
        "Updated",
        "d'abril",
        "tháng",
    ),
)


@given(st.lists(st.sampled_from(PARTS), max_size=24))
def test_dates_are_found_as_a_search_at_every_place_finds_them(parts):
    plain = plain_digits("".join(parts))

    assert [found[0].strip() for found in dates_in(plain)] == [found[0].strip() for found in DATE.finditer(plain)]


@given(st.text(max_size=60))
def test_a_declared_date_is_read_or_left_whatever_it_is(text):
    stamp = claimed_instant(text, timezone="Europe/Berlin", language="en")

    assert stamp is None or stamp.earliest < stamp.latest
