"""Parts that change by themselves are found and set aside; real edits in them are told all the same."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from scraper.interpret import needs_body

TEASERS = [
    f"Minister {name} receives the ambassador of {country}"
    for name in ("Adams", "Berg", "Cole", "Dahl", "Eder")
    for country in ("Norway", "Chile", "Kenya", "Japan", "Peru")
]


def teasers(choice: list[str]) -> str:
    return "<ul>" + "".join(f'<li><a href="/n/{n}">{text}</a></li>' for n, text in enumerate(choice)) + "</ul>"


def test_links_in_turn_are_never_told(seen_page, page, paragraphs):
    turn = random.Random(1)

    outcomes = [seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))])) for _ in range(100)]

    assert outcomes == ["changed"] + ["unchanged"] * 99  # the list itself comes at the first look


def test_a_list_of_news_that_moves_on_is_never_told(seen_page, page, paragraphs):
    def latest(look: int) -> str:
        return teasers([TEASERS[(look // 4 - n) % len(TEASERS)] for n in range(4)])

    outcomes = [seen_page.look(page(body=[*paragraphs, latest(look)])) for look in range(80)]

    assert outcomes == ["changed"] + ["unchanged"] * 79


def test_a_count_within_a_sentence_is_never_told_and_a_number_beside_it_within_three_looks(seen_page, page, paragraphs):
    def counted(look: int, fee: int) -> bytes:
        return page(body=[f"This page has been read {1000 + 3 * look:,} times. The fee is {fee} crowns.", *paragraphs])

    outcomes = [seen_page.look(counted(look, 60 if look < 40 else 75)) for look in range(60)]

    assert [look for look, outcome in enumerate(outcomes) if outcome == "changed"] == [0, 42]


def test_links_that_are_replaced_as_a_whole_are_told_once_they_outlived_a_day(seen_page, page, paragraphs):
    seen_page.look(page(body=[*paragraphs, teasers(TEASERS[:3])]))
    seen_page.looks += 24 * 30
    outcomes = [seen_page.look(page(body=[*paragraphs, teasers(TEASERS[8:11])])) for _ in range(30)]

    assert outcomes.count("changed") == 1
    assert TEASERS[9] in seen_page.text
    assert seen_page.last.since is None


def test_what_is_told_late_says_since_when_it_stood(seen_page, page, paragraphs):
    turn = random.Random(1)
    for _ in range(9):
        seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))]))
    lasting = page(body=[*paragraphs, teasers(["The embassy in Chile is closed until further notice.", *TEASERS[:2]])])
    first = seen_page.looks

    assert [seen_page.look(lasting) for _ in range(3)] == ["unchanged", "unchanged", "changed"]
    assert seen_page.last.since == datetime(2014, 5, 9, first, tzinfo=UTC)


def test_while_something_is_kept_back_the_next_look_needs_the_whole_page(seen_page, page, paragraphs):
    turn = random.Random(1)
    seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))]))
    assert not needs_body(seen_page.memory)
    seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))]))
    assert needs_body(seen_page.memory)


def test_a_minister_replaced_on_cards_of_links_is_told_at_once(history, page):
    def cards(*names: str) -> str:
        return "".join(
            f"<div><h4><a href='/m/{n}'>{name}</a></h4><p>Minister {n}</p></div>" for n, name in enumerate(names)
        )

    assert history.look(page(body=[cards("Ada Holm", "Bo Berg", "Cleo Dahl")])) == "new"
    assert history.look(page(body=[cards("Eve Lund", "Finn Moe", "Gro Nygard")])) == "changed"
    assert "Gro Nygard" in history.text


def test_what_is_set_aside_is_shown(seen_page, page, paragraphs):
    turn = random.Random(1)
    for _ in range(9):
        seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))]))

    assert any(part.startswith("changes by itself: Minister") for part in seen_page.last.document.set_aside)


def test_an_edit_beside_restless_parts_is_told_at_once(seen_page, page, paragraphs):
    turn = random.Random(1)
    for _ in range(9):
        seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))]))
    edited = [paragraphs[0].replace("supports", "no longer supports"), *paragraphs[1:]]

    assert seen_page.look(page(body=[*edited, teasers(turn.sample(TEASERS, 3))])) == "changed"
    assert "no longer supports" in seen_page.text


def test_an_edit_in_a_restless_part_that_lasts_is_told_within_three_looks(seen_page, page, paragraphs):
    turn = random.Random(1)
    for _ in range(9):
        seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))]))
    lasting = page(body=[*paragraphs, teasers(["The embassy in Chile is closed until further notice", *TEASERS[:2]])])

    assert "changed" in [seen_page.look(lasting) for _ in range(3)]
    assert "closed until further notice" in seen_page.text


def test_a_clock_is_told_at_most_three_times(seen_page, page, paragraphs):
    outcomes = [
        seen_page.look(page(body=[*paragraphs, f"<div>Time in the capital: 12:{minute:02}</div>"]))
        for minute in range(50)
    ]

    assert outcomes.count("changed") <= 4


def test_two_caches_of_different_age_are_known_as_that(seen_page, page, paragraphs):
    turn = random.Random(3)
    older, newer = page(), page(body=[*paragraphs, "Article 5 entered into force this spring for every traveller."])

    outcomes = [seen_page.look(turn.choice([older, newer])) for _ in range(100)]

    assert outcomes.count("changed") <= 2  # the new text, and its first return to the old one
    assert outcomes[-50:].count("changed") == 0


def test_a_third_text_is_told_at_once_though_two_others_come_in_turn(seen_page, page, paragraphs):
    turn = random.Random(3)
    for _ in range(30):
        seen_page.look(
            turn.choice(
                [page(), page(body=[*paragraphs, "Article 5 entered into force this spring for every traveller."])]
            )
        )

    assert (
        seen_page.look(page(body=[*paragraphs, "Article 6 forbids the import of maps of the Upper Valley."]))
        == "changed"
    )


def test_the_same_history_with_and_without_noise_tells_the_same_texts(new_history, page, paragraphs):
    plain, noisy = new_history(), new_history()
    turn = random.Random(5)
    for number in range(60):
        body = [*paragraphs[: 3 + number // 30], teasers(turn.sample(TEASERS, 3) if number % 3 else TEASERS[:3])]
        plain.look(page(body=body))
        noisy.look(
            page(
                body=body,
                after=f"<!-- {number} --><input type=hidden value={number}><div class='view-counter'>Views: {number}</div>",
            )
        )

        assert plain.text == noisy.text


def test_a_column_that_outweighs_a_shortened_text_does_not_become_text(history, paragraphs):
    column = "".join(
        f"<p>Notice {n}: the office in district {n} opens at nine and closes at eighteen.</p>" for n in range(6)
    )

    def cut_to(count: int) -> bytes:
        text = "".join(f"<p>{line}</p>" for line in [*paragraphs, *(line.upper() for line in paragraphs)][:count])
        return (
            f"<html lang=en><title>Rules of entry | Ministry</title><body><div class=w><h1>Rules of entry</h1>{text}</div>"
            f'<div class="sidebar">{column}</div></body></html>'
        ).encode()

    assert history.look(cut_to(10)) == "new"
    for count in (6, 4, 3):
        assert history.look(cut_to(count)) == "changed"
        assert "Notice" not in history.text


SHAPES = {
    "a line above the text": lambda text: ["The Ministry and the Upper Valley", *text],
    "headings": lambda text: ["<h2>The dispute</h2>", *text[:3], "<h2>Entry</h2>", *text[3:]],
    "lines around the text": lambda text: [
        "<p>Valdona, in spring</p>",
        *text,
        "<p><a href=/o>Office of the Minister</a></p>",
    ],
    "hardly a text": lambda text: ["Entry in spring", text[0]],
    "hours alone": lambda _: ["<ul><li>Monday 9 to 18</li><li>Tuesday 9 to 13</li><li>Friday closed</li></ul>"],
}
STAND_INS = {
    "a sentence": ("This page is currently being updated.", "We are working on this section."),
    "a heading and a sentence": (
        "<h2>Work here</h2><p>The text will be back on Monday.</p>",
        "<h2>More work</h2><p>It takes until Tuesday.</p>",
    ),
    "a sentence and a line": (
        "<p>The office is closed because of the flood.</p><p>Call 555 0142</p>",
        "<p>The office stays closed today.</p><p>Write to box 7</p>",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("stand_in", STAND_INS)
def test_a_text_that_was_away_for_notices_is_back_whole_at_once(shape, stand_in, history, page, paragraphs):
    whole = page(body=SHAPES[shape](paragraphs))
    history.look(whole)
    text = history.text

    for notice in STAND_INS[stand_in]:
        assert [history.look(page(body=[notice])) for _ in range(2)] == ["changed", "unchanged"]
        assert [history.look(whole) for _ in range(2)] == ["changed", "unchanged"]
        assert history.text == text


def test_a_text_that_is_back_with_an_edit_after_two_notices_is_whole(history, page, paragraphs):
    def now(fee: str) -> bytes:
        return page(body=["<h2>Entry</h2>", *(line.replace("60 crowns", fee) for line in paragraphs)])

    history.look(now("75 crowns"))
    whole = history.text
    history.look(now("60 crowns"))
    for notice in ("This page is currently being updated.", "We are working on this section."):
        history.look(page(body=[notice]))

    assert history.look(now("75 crowns")) == "changed"
    assert history.text == whole


def test_a_heading_edited_after_the_text_is_back_is_told_at_once(history, page, paragraphs):
    for body in (
        ["<h2>Entry</h2>", *paragraphs],
        ["This page is currently being updated."],
        ["<h2>Entry</h2>", *paragraphs],
        ["<h2>Departure of ships</h2>", *paragraphs],
    ):
        history.look(page(body=body))

    assert "Departure of ships" in history.text


@pytest.mark.parametrize("beside", [0, 1, 2])
def test_a_list_that_comes_and_goes_in_any_order_is_told_a_few_times_only(beside, history, page, paragraphs):
    turn = random.Random(7)

    def look() -> bytes:
        links = teasers(turn.sample(TEASERS[:6], 6)) if turn.random() < 0.7 else ""
        return page(body=[*paragraphs[:beside], links])

    outcomes = [history.look(look()) for _ in range(100)]

    assert outcomes.count("changed") <= 6
    assert "changed" not in outcomes[50:]
