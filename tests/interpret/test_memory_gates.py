"""What is learnt from look to look, and what it spares."""

from __future__ import annotations

import json
import pickle

import pytest

from archive.model import Rules
from scraper.interpret import interpret


def test_an_equal_body_is_not_read_again(seen_page, page):
    before = seen_page.memory

    assert seen_page.look(page()) == "unchanged"
    assert (seen_page.last.same, seen_page.memory) == ("body", before)


def test_an_equal_visible_text_is_not_judged_again(seen_page, page):
    assert seen_page.look(page(after="<!-- 1 --><script>var nonce = 2</script>")) == "unchanged"
    assert seen_page.last.same == "visible"


def test_an_equal_body_with_another_declared_encoding_is_read_again(seen_page, page):
    seen_page.look(page(), content_type="text/html; charset=windows-1251")

    assert seen_page.last.same != "body"


def test_the_memory_comes_back_byte_equal_where_a_page_is_noisy_for_good(seen_page, page):
    for number in range(5):
        seen_page.look(page(after=f"<!-- {number} --><div class=view-counter>Views: {number}</div>"))
    before = seen_page.memory

    assert seen_page.look(page(after="<!-- 9 --><div class=view-counter>Views: 9</div>")) == "unchanged"
    assert seen_page.memory == before


def test_a_held_look_is_judged_the_same_again_without_reading(seen_page, page):
    body = page(title="Page not found", body=["Sorry."], stamp="")
    assert seen_page.look(body) == "held:soft_404"
    facts = seen_page.last.verdict.facts

    assert seen_page.look(body) == "held:soft_404"
    assert seen_page.last.verdict.facts == facts


def test_a_failed_look_leaves_the_memory_as_it_was(seen_page):
    before = seen_page.memory

    assert seen_page.look(None, status=503) == "failed:http_503"
    assert seen_page.memory == before


def test_other_rules_start_a_memory_of_their_own(seen_page, page):
    seen_page.rules = Rules(select="main p:first-of-type")

    assert seen_page.look(page()) == "changed"


def test_the_memory_is_json_and_bounded(history, page):
    for number in range(4):
        lines = [f"Sentence {number} {line} of a very long page about the valley." for line in range(4000)]
        history.look(page(body=lines))

    assert json.loads(history.memory)
    assert len(history.memory) < 128_000


def test_the_memory_of_a_normal_page_is_small(seen_page):
    assert len(seen_page.memory) < 4000


def test_interpretations_travel_between_processes(history, page):
    history.look(page())

    assert pickle.loads(pickle.dumps(history.last)) == history.last  # noqa: S301 (our own bytes)


def test_the_same_input_gives_the_same_interpretation(page, capture):
    looks = [interpret(capture(page()), Rules(), "") for _ in range(3)]

    assert looks[0] == looks[1] == looks[2]


@pytest.mark.parametrize("memory", ['{"format":1}', '{"format":99,"text":"x"}'])
def test_a_memory_of_another_format_counts_as_none(memory, page, capture):
    assert interpret(capture(page()), Rules(), memory).verdict.accepted


def test_an_old_text_is_known_again_when_it_returns(seen_page, page):
    assert seen_page.look(page(body=["This page is currently being updated."])) == "changed"
    for number in range(3):
        assert (
            seen_page.look(page(title="Error 500", body=[f"Internal server error {number}"], stamp=""))
            == "held:error_page"
        )

    assert seen_page.look(page()) == "changed"
