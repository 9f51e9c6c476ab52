"""Pages that are themselves, though their words are those of errors, are never held."""

from __future__ import annotations

import pytest

FILL = "It applies from the first day of next month to all residents of Valdonia and to everyone who enters the country on business."
GOOD = {
    "Resolution 404 (1977)": "The Council, recalling its resolution 403, decides to send a special mission to the north of the valley.",
    "Forbidden goods": "Travellers may not bring weapons, plants or fresh meat into the country. Other goods are taxed at the border.",
    "Rules on access to the archives": "Access to the archives is limited to researchers who hold a reader's card of the National Library.",
    "Maintenance of public roads": "The district councils see to the maintenance of all roads and bridges, in winter as in summer.",
    "Wartung öffentlicher Aufzüge": "Die Betreiber lassen ihre Aufzüge zweimal im Jahr prüfen und führen darüber ein Buch.",
    "Техническое обслуживание лифтов": "Владельцы проверяют лифты дважды в год и ведут об этом журнал, который хранится пять лет.",
    "Correction of errors in tax returns": "Whoever finds an error in a return may correct it within three years from the day it was handed in.",
    "Cookie policy": "This site sets three cookies. The first cookie keeps your language, the second your cookie choice, the third counts visits with a cookie of its own.",
    "Moving to Valdonia": "Whoever moves to the country registers with the district within ten days after arrival.",
    "Missing persons": "Persons not found within a year may be declared missing by the district court at the request of their family.",
    "Sécurité routière": "La vitesse est limitée à cinquante kilomètres par heure dans les villes et à quatre-vingts sur les routes.",
    "Wanted: 500 new teachers": "The ministry is looking for five hundred teachers for the schools of the northern districts.",
    "维护公共道路的规定": "各区负责公共道路和桥梁的日常养护工作，冬季和夏季均应保证通行安全，并每年公布检查结果。",
}


@pytest.mark.parametrize("title", sorted(GOOD))
def test_it_is_accepted_at_the_first_look(title, history, page):
    assert history.look(page(title=title, body=[GOOD[title], FILL])) == "new"


@pytest.mark.parametrize("title", sorted(GOOD))
def test_an_edit_of_it_is_told(title, history, page):
    history.look(page(title=title, body=[GOOD[title], FILL]))

    assert history.look(page(title=title, body=[GOOD[title], FILL.replace("first", "second")])) == "changed"


@pytest.mark.parametrize("title", sorted(GOOD))
def test_its_text_may_be_rewritten_whole(title, history, page):
    history.look(
        page(
            title=title,
            body=[
                "An older text about the same thing, all of whose words were different ones from those of now.",
                *[f"Rule {n} of it." for n in range(9)],
            ],
        )
    )

    assert history.look(page(title=title, body=[GOOD[title], FILL])) == "changed"


def test_a_page_with_a_login_box_in_its_frame_is_itself(history, page):
    box = "<aside class=login><form><input name=u><input type=password></form></aside>"

    assert history.look(page(after=box)) == "new"
    assert history.look(page(body=["This page is currently being updated."], after=box)) == "changed"


def test_a_page_all_of_whose_wrappers_are_named_after_menus_is_read(history, paragraphs):
    text = "".join(f"<p>{line}</p>" for line in paragraphs)
    body = f'<html><head><title>Rules</title></head><body class="x"><div class="menu-page"><h1>Rules</h1>{text}</div></body></html>'

    assert history.look(body.encode()) == "new"
    assert history.text.count("\n\n") == len(paragraphs)
