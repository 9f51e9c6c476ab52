"""The demo's ministry: a real server, and a story that is true of what it serves."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import pairwise

import pytest
import requests

from archive.diff import kinds
from scraper.demo.ministry import Ministry
from scraper.demo.story import FINE, FIRST, SLUGS, STORY, Site
from scraper.demo.texts import Statement

QUIET = {"wording", "sentence_added", "sentence_deleted", "number", "negation", "modality"}


@pytest.fixture
def ministry() -> Iterator[Ministry]:
    with Ministry() as running:
        yield running


def until(ministry: Ministry, words: str) -> None:
    while words not in ministry.step().title:
        pass


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=5)


def sites() -> list[Site]:
    """The site after each step."""
    found = [FIRST]
    for step in STORY:
        found.append(step.edit(found[-1]))
    return found[1:]


def text_of(statement: Statement) -> str:
    return "\n\n".join([statement.title, *statement.paragraphs, statement.stamp_line])


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_each_version_is_served_with_its_text_and_stamp(ministry: Ministry, language: str) -> None:
    page = get(f"{ministry.url}/{language}/position").text
    statement = FIRST.statements[language]
    assert all(part in page for part in (*statement.paragraphs, statement.stamp_line, f'lang="{language}"'))


def test_the_arabic_page_runs_from_right_to_left(ministry: Ministry) -> None:
    assert '<html lang="ar" dir="rtl">' in get(f"{ministry.url}/ar/position").text


def test_the_english_page_differs_at_every_look_outside_its_text(ministry: Ministry) -> None:
    one, two = (get(f"{ministry.url}/en/position").text for _ in range(2))
    assert one != two
    assert one.partition("<article>")[2].partition('<p class="stamp">')[0] in two


def test_the_russian_page_is_not_sent_twice_to_who_has_it(ministry: Ministry) -> None:
    etag = get(f"{ministry.url}/ru/position").headers["ETag"]
    again = get(f"{ministry.url}/ru/position", **{"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_arabic_page_sends_the_same_bytes(ministry: Ministry) -> None:
    one, two = (get(f"{ministry.url}/ar/position") for _ in range(2))
    assert one.content == two.content
    assert "ETag" not in one.headers


def test_other_addresses_are_not_found(ministry: Ministry) -> None:
    assert get(f"{ministry.url}/en/other").status_code == 404


def test_every_version_is_linked_from_the_home_page(ministry: Ministry) -> None:
    assert all(f'href="/{language}/position"' in get(ministry.url).text for language in SLUGS.values())


def test_an_outage_answers_503(ministry: Ministry) -> None:
    until(ministry, "503")
    assert get(f"{ministry.url}/en/position").status_code == 503


def test_a_challenge_answers_200_without_the_text(ministry: Ministry) -> None:
    until(ministry, "challenge")
    answer = get(f"{ministry.url}/ru/position")
    assert (answer.status_code, "Авенмур" in answer.text) == (200, False)


def test_closed_connections_bring_no_answer(ministry: Ministry) -> None:
    until(ministry, "closed")
    with pytest.raises(requests.ConnectionError):
        get(f"{ministry.url}/ar/position")


def test_robots_txt_is_there_whatever_else_fails(ministry: Ministry) -> None:
    until(ministry, "closed")
    assert get(f"{ministry.url}/robots.txt").status_code == 200


def test_a_stopped_ministry_answers_no_more() -> None:
    with Ministry() as ministry:
        host, _, port = ministry.address.partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


def test_the_story_ends_where_it_began() -> None:
    assert sites()[-1] == FIRST
    assert FIRST.condition == FINE


def test_the_story_goes_round_without_a_second_first_look(ministry: Ministry) -> None:
    titles = [ministry.step().title for _ in range(2 * (len(STORY) - 1))]
    assert titles == [step.title for step in STORY[1:]] * 2
    assert ministry.over


@pytest.mark.parametrize("number", range(1, len(STORY)))
def test_what_a_step_expects_is_what_it_does(number: int) -> None:
    before, after = sites()[number - 1 : number + 1]
    for slug, language in SLUGS.items():
        expected = STORY[number].expected.get(slug)
        found = kinds(text_of(before.statements[language]), text_of(after.statements[language]))
        assert set(found) == (set(expected.kinds) if expected else set()), slug


def test_a_silent_edit_changes_wording_under_an_unchanged_stamp() -> None:
    for (before, after), step in zip(pairwise(sites()), STORY[1:], strict=True):
        for slug, expected in step.expected.items():
            old, new = before.statements[SLUGS[slug]], after.statements[SLUGS[slug]]
            silent = expected.outcome == "changed" and bool(expected.kinds & QUIET) and old.updated == new.updated
            assert silent == bool(expected.silent), step.title


def test_an_edit_that_does_not_fit_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="not there once"):
        FIRST.statements["en"].reworded("not in it", "x")


def test_no_two_states_of_the_story_are_told_alike() -> None:
    assert len({step.title for step in STORY}) == len(STORY)
