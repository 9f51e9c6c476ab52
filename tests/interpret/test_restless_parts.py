"""Parts that change by themselves are found and set aside; real edits in them are told all the same."""

from __future__ import annotations

import random

TEASERS = [
    f"Minister {name} receives the ambassador of {country}"
    for name in ("Adams", "Berg", "Cole", "Dahl", "Eder")
    for country in ("Norway", "Chile", "Kenya", "Japan", "Peru")
]


def teasers(choice: list[str]) -> str:
    return "<ul>" + "".join(f'<li><a href="/n/{n}">{text}</a></li>' for n, text in enumerate(choice)) + "</ul>"


def test_links_in_turn_are_told_at_most_three_times_in_a_hundred_looks(seen_page, page, paragraphs):
    turn = random.Random(1)

    outcomes = [seen_page.look(page(body=[*paragraphs, teasers(turn.sample(TEASERS, 3))])) for _ in range(100)]

    assert outcomes.count("changed") <= 4  # the list itself, and then until it is known as restless
    assert set(outcomes) == {"changed", "unchanged"}


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

    assert outcomes.count("changed") <= 5
    assert outcomes[-50:].count("changed") <= 1


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
