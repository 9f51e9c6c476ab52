"""What of a page becomes its text, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archive.model import Rules
from scraper.interpret import interpret


@pytest.fixture
def texts_of(capture) -> Callable[[bytes, Rules], list[str]]:
    """The texts of a page under rules, without its stamps."""
    return lambda body, rules: [
        block.text for block in interpret(capture(body), rules, "").document.blocks if block.kind != "stamp"
    ]


def blocks(history, body: bytes) -> list[tuple[str, str]]:
    history.look(body)
    return [(block.kind, block.text) for block in history.last.document.blocks]


def html(body: str, head: str = "<title>Rules of entry</title>") -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode()
    )


def test_the_title_comes_first_and_the_pages_own_stamp_last_wherever_it_stands(history):
    found = blocks(
        history,
        html("<p>Updated at : 9.05.2014, 00:54</p><h1>Rules of entry</h1><p>The fee is 60 crowns for everybody.</p>"),
    )

    assert found == [
        ("title", "Rules of entry"),
        ("paragraph", "The fee is 60 crowns for everybody."),
        ("stamp", "Updated at : 9.05.2014, 00:54"),
    ]


def test_a_stamp_in_the_footer_is_the_pages_stamp(history, page):
    found = blocks(history, page(stamp="", after="").replace(b"<footer>", b"<footer><p>Last updated: 9 May 2014</p>"))

    assert found[-1] == ("stamp", "Last updated: 9 May 2014")


def test_a_stamp_whose_label_and_date_stand_apart_is_one(history):
    found = blocks(
        history, html("<p>The fee is 60 crowns for everybody.</p><dl><dt>Last updated</dt><dd>9 May 2014</dd></dl>")
    )

    assert found[-1] == ("stamp", "Last updated 9 May 2014")
    assert history.last.document.updated.value == "2014-05-09"


def test_headings_lists_and_table_rows_keep_their_kind(history):
    body = "<main><h2>Fees</h2><ul><li>Adults: 60 crowns</li><li><p>Children: 30 crowns</p></li></ul><table><tr><th>Office</th><th>Hours</th></tr><tr><td>North</td><td>9-18</td></tr></table></main>"

    assert blocks(history, html(body))[1:] == [
        ("heading", "Fees"),
        ("list_item", "Adults: 60 crowns"),
        ("list_item", "Children: 30 crowns"),
        ("table_row", "Office Hours"),
        ("table_row", "North 9-18"),
    ]


def test_a_line_break_ends_a_passage(history):
    assert blocks(history, html("<main><p>Ada Winter<br>Minister of Finance</p></main>"))[1:] == [
        ("paragraph", "Ada Winter"),
        ("paragraph", "Minister of Finance"),
    ]


def test_scripts_templates_comments_and_hidden_parts_are_no_text(history):
    hidden = "<script>var a='x'</script><style>p{}</style><template>t</template><noscript>n</noscript><!-- c --><p hidden>h</p><p style='display: none'>d</p><p style='color:red;visibility:hidden'>v</p>"

    assert blocks(history, html(f"<main><p>The fee is 60 crowns for everybody.</p>{hidden}</main>"))[1:] == [
        ("paragraph", "The fee is 60 crowns for everybody.")
    ]


def test_text_after_a_hidden_part_stays(history):
    assert blocks(
        history, html("<main><p>The fee <span hidden>once</span> is <script>1</script>60 crowns.</p></main>")
    )[1:] == [("paragraph", "The fee is 60 crowns.")]


@pytest.mark.parametrize(
    "space", ["&nbsp;", "\u00a0", "\n   ", "\u3000", "\u2009", "\t&#32;", "&#8203; ".replace("&#8203;", "")]
)
def test_white_space_of_every_kind_is_one_space(space, history):
    assert history.look(html("<main><p>The fee is 60 crowns.</p></main>")) == "new"

    assert history.look(html(f"<main><p>The{space}fee is 60 crowns.</p></main>")) == "unchanged"


def test_characters_written_as_entities_are_the_same_text(history):
    plain = "<main><p>Valdonia’s “position” — as before.</p></main>"
    assert history.look(html(plain)) == "new"

    assert history.look(html("".join(char if ord(char) < 128 else f"&#{ord(char)};" for char in plain))) == "unchanged"


def test_invisible_characters_in_words_are_kept(history):
    assert blocks(history, html("<main><p>pe\u200bace in the valley</p></main>"))[1:] == [
        ("paragraph", "pe\u200bace in the valley")
    ]


def test_blocks_of_invisible_characters_alone_are_dropped(history):
    assert blocks(history, html("<main><p>\u200b</p><p>Peace in the valley.</p><div>\u200b\u200b</div></main>"))[
        1:
    ] == [("paragraph", "Peace in the valley.")]


def test_no_text_is_ever_unencodable(history):
    found = blocks(history, html("<main><p>bad &#xD800; &#x110000; &#0; &#128; \ufffe</p></main>"))

    assert "\n".join(text for _, text in found).encode("utf-8")


FRAME = {
    "a menu": '<nav><a href="/a">Start</a> <a href="/b">{}</a></nav>',
    "a menu by its class": '<div class="main-menu"><a href="/a">Start</a><a href="/b">{}</a></div>',
    "a header": '<header><a href="/">Ministry</a><p>{}</p></header>',
    "a footer": "<footer><p>{}</p></footer>",
    "a cookie notice": '<div id="cookie-banner"><p>We use cookies to make this site work: {}.</p><button>Accept</button></div>',
    "a cookie notice without a name": "<div class=b1><p>This site uses cookies to count its visitors. {}</p></div>",
    "share links": '<ul class="share"><li><a href="/f">{}</a></li></ul>',
    "a view counter": "<div>Views: {}</div>",
    "a view counter in Russian": "<div>Просмотров: {}</div>",
    "a temperature": "<div>{} °C</div>",
    "a copyright line": "<div>© {} Ministry of Foreign Affairs</div>",
    "a version": "<div>Version 1.{}.4</div>",
    "breadcrumbs": '<ol class="breadcrumb"><li><a href="/">Start</a></li><li>{}</li></ol>',
    "a search form": '<form action="/s"><label>Search</label><input name=q placeholder="{}"><p>e.g. {}</p></form>',
    "a select": "<select><option>All</option><option>{}</option></select>",
    "dated news": '<div class="c1">'
    + "".join(
        f'<p>{day} May 2014, 12:30</p><p><a href="/n{day}">{{}} the {day}th piece of news</a></p>'
        for day in range(10, 16)
    )
    + "</div>",
    "a link list in another column": '<div class="c2"><div>'
    + "".join(f'<p><a href="/l{n}">{{}} useful link {n}</a></p>' for n in range(5))
    + "</div></div>",
}


@pytest.mark.parametrize("kind", sorted(FRAME))
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_change_in_what_frames_the_page_is_no_change(kind, where, history, paragraphs):
    text = '<div class="wide"><h1>Rules of entry</h1>' + "".join(f"<p>{line}</p>" for line in paragraphs) + "</div>"

    def page(value: str) -> bytes:
        part = FRAME[kind].replace("{}", value)
        return html(f"<div class=page>{part + text if where == 'before' else text + part}</div>")

    assert history.look(page("17")) == "new"
    assert history.look(page("18")) == "unchanged"
    assert history.last.document is None or history.last.document.text.count("\n\n") == len(paragraphs)


@pytest.mark.parametrize(
    "wrapper",
    [
        "has-sidebar",
        "content-with-menu",
        "page-header-wrapper",
        "views-row",
        "field--language",
        "js-modal-host",
        "offcanvas-wrap",
    ],
)
def test_a_wrapper_named_after_a_part_of_it_is_no_frame(wrapper, history, paragraphs):
    text = "".join(f"<p>{line}</p>" for line in paragraphs)

    found = blocks(history, html(f'<div class="{wrapper}"><h1>Rules of entry</h1>{text}</div>'))

    assert [text for kind, text in found if kind == "paragraph"] == list(paragraphs)


def test_cards_whose_parts_are_called_footers_are_text(history):
    cards = "".join(
        f'<div class="card"><div class="card-footer"><p>Minister {n}</p><p>Name {n}</p></div></div>' for n in range(8)
    )

    assert ("paragraph", "Name 5") in blocks(
        history, html(f"<h3>Government</h3><div class=grid>{cards}</div>", "<title>Government</title>")
    )


def test_a_lead_between_the_first_heading_and_the_main_part_is_text(history, paragraphs):
    body = f"<div><div class=hero><h1>Rules of entry</h1><p>{paragraphs[0]}</p></div><main><p>{paragraphs[1]}</p><p>{paragraphs[2]}</p></main></div>"

    assert [text for kind, text in blocks(history, html(body)) if kind == "paragraph"] == list(paragraphs[:3])


def test_a_selector_is_obeyed(page, texts_of):
    assert texts_of(page(), Rules(select="main p:first-of-type")) == [
        "Position on the Upper Valley",
        "The Ministry supports the peaceful settlement of the dispute over the Upper Valley and calls on all parties to return to talks.",
    ]


def test_what_is_to_be_ignored_is_no_text(page, texts_of):
    texts = texts_of(page(), Rules(ignore=("main p:nth-of-type(2)", "h1")))

    assert not any(text.startswith("It condemns") for text in texts)


def test_the_stamp_line_is_found_outside_the_selected_part(page, capture):
    seen = interpret(capture(page()), Rules(select="main p:first-of-type"), "")

    assert seen.document.blocks[-1].kind == "stamp"


def test_a_selector_that_matches_nothing_is_an_outcome(page, capture):
    seen = interpret(capture(page()), Rules(select=".no-such-class"), "")

    assert (seen.verdict.outcome, seen.verdict.reason) == ("held", "selector")


def test_an_error_page_is_called_so_even_where_the_selector_matches_nothing(page, capture):
    seen = interpret(
        capture(page(title="Page not found", body=["Sorry."], stamp="")), Rules(select=".no-such-class"), ""
    )

    assert seen.verdict.reason == "soft_404"


def test_a_page_cannot_forge_what_its_selector_matched(page, texts_of):
    forged = page().replace(b"<footer>", b"<footer data-variorum-selected>")

    assert not any("Old Bridge" in text for text in texts_of(forged, Rules(select="main")))


def test_the_pages_machine_readable_date_counts_where_its_text_has_none(history):
    head = '<title>Rules</title><meta property="article:modified_time" content="2014-05-09T10:00:00+06:00">'

    history.look(html("<main><p>The fee is 60 crowns.</p></main>", head))

    assert history.last.document.updated.value == "2014-05-09T04:00:00Z"


@pytest.mark.parametrize(
    "line",
    [
        "Updated over a week ago",
        "Updated this week",
        "Posted: 4 hours 9 min",
        "3 hours ago",
        "Mis à jour il y a 3 jours",
        "vor 3 Stunden",
        "hace 3 días",
        "5 минут назад",
        "3小时前",
        "3시간 전",
        "منذ 3 ساعات",
        "לפני 3 שעות",
    ],
)
def test_a_line_that_counts_from_the_look_is_no_text(texts_of, line):
    body = html(f"<h1>Rules of entry</h1><div>{line}</div><p>The fee is 60 crowns for everybody.</p>")

    assert texts_of(body, Rules()) == ["Rules of entry", "The fee is 60 crowns for everybody."]


@pytest.mark.parametrize("line", ["This week", "Today", "4 hours", "Response time: 3 days", "Valid for 3 months"])
def test_a_line_that_only_names_a_time_stays(texts_of, line):
    body = html(f"<h1>Rules of entry</h1><div>{line}</div><p>The fee is 60 crowns for everybody.</p>")

    assert texts_of(body, Rules()) == ["Rules of entry", line, "The fee is 60 crowns for everybody."]


def test_an_address_hidden_from_robots_is_read_as_a_reader_sees_it(texts_of):
    key, address = 0x5A, "visas@mfa.example"
    hidden = bytes([key, *(byte ^ key for byte in address.encode())]).hex()
    body = html(
        "<h1>Rules of entry</h1><p>Write to "
        f'<span data-cfemail="{hidden}">[email&#160;protected]</span> for an appointment.</p>'
    )

    assert texts_of(body, Rules()) == ["Rules of entry", "Write to visas@mfa.example for an appointment."]


@pytest.mark.parametrize("hidden", ["", "5", "zz", "5a0000", "ff"])
def test_a_stand_in_that_hides_no_address_stays(texts_of, hidden):
    body = html(f'<h1>Rules of entry</h1><p>Write to <span data-cfemail="{hidden}">the consulate</span>, please.</p>')

    assert texts_of(body, Rules()) == ["Rules of entry", "Write to the consulate, please."]


def test_the_name_of_a_picture_in_an_icon_font_is_no_text(texts_of):
    body = html(
        '<h1>Rules of entry</h1><p><i class="material-icons">expand_more</i> The fee is 60 crowns for everybody.</p>'
        '<p><i class="fa-bell fa-regular icon-styled">fa-bell fa-regular</i> Half of that for children.</p>'
    )

    assert texts_of(body, Rules()) == [
        "Rules of entry",
        "The fee is 60 crowns for everybody.",
        "Half of that for children.",
    ]


NAMES = "".join(
    f'<div class="person"><p>{name}</p><p>Minister of {office}</p><p><a href="/m">Profile</a></p></div>'
    for name, office in (("Ada Holm", "Justice"), ("Jan Berg", "Trade"), ("Eva Lind", "Health"), ("Ole Dahl", "Energy"))
)


def test_a_menu_in_a_container_named_header_is_no_text_where_the_text_is_but_names(texts_of):
    menu = "".join(f'<li><a href="/{n}">Service number {n}</a></li>' for n in range(12))
    body = html(
        f'<div class="wrap"><div class="header"><ul>{menu}</ul></div><div class="contents"><h1>Rules of entry</h1>{NAMES}</div></div>'
    )

    assert not any("Service" in text for text in texts_of(body, Rules()))
    assert "Ada Holm" in texts_of(body, Rules())


def test_a_container_named_header_that_holds_nearly_all_is_the_text(texts_of):
    body = html(f'<div class="header"><h1>Rules of entry</h1>{NAMES}{NAMES}</div>')

    assert "Ada Holm" in texts_of(body, Rules())


def test_the_rows_of_a_table_are_text_whatever_part_of_it_they_are_named_after(texts_of):
    rows = '<tr class="TableHeaderRow"><th>Office</th><th>Cases</th></tr><tr class="TableFooterRow"><td>All offices</td><td>126</td></tr>'
    body = html(f"<h1>Rules of entry</h1><p>The fee is 60 crowns for everybody.</p><table>{rows}</table>")

    assert texts_of(body, Rules())[-1] == "All offices 126"


def test_what_is_only_read_aloud_within_a_line_is_no_text(texts_of):
    body = html(
        '<h1>Rules of entry</h1><p>The fee is 60 crowns for <a href="/x">everybody<span class="sr-only">, opens in a new window</span></a>.</p>'
    )

    assert texts_of(body, Rules()) == ["Rules of entry", "The fee is 60 crowns for everybody."]


def test_a_paragraph_on_cookies_within_a_longer_text_is_text(texts_of, paragraphs):
    on_cookies = "Cookies: we and our service providers use cookies to count the visits to this page."
    body = html(
        "<h1>Rules of entry</h1><div>" + "".join(f"<p>{p}</p>" for p in (*paragraphs, on_cookies) * 2) + "</div>"
    )

    assert on_cookies in texts_of(body, Rules())


def test_a_cookie_notice_beside_a_longer_text_is_no_text(texts_of, paragraphs):
    text = "".join(f"<p>{p}</p>" for p in paragraphs * 3)
    body = html(
        f"<h1>Rules of entry</h1><div>{text}</div><div><p>This site uses cookies to serve you better.</p></div>"
    )

    assert not any("cookies" in text for text in texts_of(body, Rules()))


def test_the_third_letter_of_an_enumeration_is_text_and_no_copyright(texts_of):
    body = html(
        "<h1>Rules of entry</h1><p>(c) the fee is 60 crowns for everybody.</p><p>(c) 2014 Ministry of Valdonia</p>"
    )

    assert texts_of(body, Rules()) == ["Rules of entry", "(c) the fee is 60 crowns for everybody."]


def test_a_container_whose_name_holds_ads_is_text_where_it_holds_prose(texts_of):
    body = html(
        "<h1>Rules of entry</h1><p>The fee is 60 crowns for everybody.</p>"
        '<div class="figures-ads__container"><p>Number of applications: 126</p><p>* Applications whose decision '
        "is pending are counted as soon as the complete application has been received.</p></div>"
    )

    assert "Number of applications: 126" in texts_of(body, Rules())


def test_an_advert_without_prose_is_no_text(texts_of):
    body = html(
        '<h1>Rules of entry</h1><p>The fee is 60 crowns for everybody.</p><div class="ads"><a href="/x">Buy now</a></div>'
    )

    assert "Buy now" not in texts_of(body, Rules())


def test_a_note_beside_paragraphs_is_text_and_a_column_beside_the_text_is_none(texts_of, paragraphs):
    note = f"<aside><p>Note: {paragraphs[1]}</p></aside>"
    text = f"<div><p>{paragraphs[0]}</p>{note}<p>{paragraphs[2]}</p></div>"
    body = html(f"<h1>Rules of entry</h1><div>{text}<aside><p>Beside: {paragraphs[3]}</p></aside></div>")

    assert f"Note: {paragraphs[1]}" in texts_of(body, Rules())
    assert f"Beside: {paragraphs[3]}" not in texts_of(body, Rules())


def test_a_section_on_cookies_between_sections_of_a_text_is_text(texts_of, paragraphs):
    section = "<section><h2>Part</h2>" + "".join(f"<p>{p}</p>" for p in paragraphs) + "</section>"
    on_cookies = "Cookies are used to count the visits to this page, and users accept cookies by going on."
    body = html(f"<h1>Rules of entry</h1>{section}<section><h2>Cookies</h2><p>{on_cookies}</p></section>{section}")

    assert on_cookies in texts_of(body, Rules())


def test_a_note_in_a_group_between_paragraphs_is_text(texts_of, paragraphs):
    group = f"<div><dl><dt>Fee</dt><dd>60 crowns</dd></dl><aside><p>Note: {paragraphs[1]}</p></aside></div>"
    body = html(f"<h1>Rules of entry</h1><section><p>{paragraphs[0]}</p>{group}<p>{paragraphs[2]}</p></section>")

    assert f"Note: {paragraphs[1]}" in texts_of(body, Rules())


def test_what_follows_a_row_of_a_table_is_not_taken_for_part_of_its_cells(history, page, paragraphs):
    row = '<table><tr><td class="menu">Home</td><td class="menu">News</td><td class="menu">Contacts</td></tr></table>'

    assert history.look(page(body=[row, *paragraphs])) == "new"
    assert [line for line in paragraphs if line not in history.text] == []
