"""Which events a rule tells: pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archive.alerting.conditions import Condition, after_look
from archive.alerting.event import Event, PageFacts, compared_facts, event_from_json, event_json
from archive.alerting.rules import Match, Rule, holds_words, owed

PAGE = PageFacts(
    id=1, slug="talks", title="Talks", url="https://m.example/", language="zh-Hans", statement="river", tags=("mfa",)
)
RULE = Rule(name="r", targets=("env:A",))


def changed(old: str, new: str, *, silent: bool | None = False, page: PageFacts = PAGE) -> Event:
    change = compared_facts(
        old, new, numbers=(1, 2), bounds=("2014-05-04T10:00:00Z", "2014-05-05T10:00:00Z"), silent=silent
    )
    return Event(
        kind="changed", page=page, observation=7, at="2014-05-05T10:00:00Z", change=change, old_text=old, new_text=new
    )


MUST = changed("All parties must pay within 30 days.", "All parties should pay within 30 days.")
STAMPED = changed("Text here.\n\nUpdated at : 9.05.2014", "Text here.\n\nUpdated at : 10.05.2014")
QUOTES = changed("“Ships” and men may pass here.", '"Ships" and men may pass here.')


def test_a_change_of_wording_is_told_by_a_rule_that_says_no_more() -> None:
    assert owed(RULE, MUST) == Match()


def test_a_change_of_quiet_kinds_alone_is_not_told() -> None:
    assert set(QUOTES.change.kinds) == {"punctuation"}  # type: ignore[union-attr]
    assert owed(RULE, QUOTES) is None


@pytest.mark.parametrize(("kind", "event"), [("punctuation", QUOTES), ("modality", MUST)])
def test_a_kind_is_told_where_the_rule_names_it(kind: str, event: Event) -> None:
    assert owed(replace(RULE, kinds=(kind,)), event) is not None
    assert owed(replace(RULE, kinds=("negation",)), event) is None


def test_a_silent_change_is_told_by_a_rule_for_silent_ones_alone() -> None:
    rule = replace(RULE, on=("silent",))
    assert owed(rule, replace(MUST, change=replace(MUST.change, silent=True))) is not None  # type: ignore[type-var]
    assert owed(rule, MUST) is None
    assert owed(rule, replace(MUST, change=replace(MUST.change, silent=None))) is None  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("phrase", "old", "new", "match"),
    [
        ("state of palestine", "We met.", "We met the STATE of\n\nPalestine.", Match(appeared=("state of palestine",))),
        ("Road map", "A road map was drawn.", "A map was drawn.", Match(disappeared=("Road map",))),
        ("art", "We met.", "We met articles.", None),
        ("art*", "We met.", "We met articles.", Match(appeared=("art*",))),
        ("art", "The art.", "The art and more art.", None),
        ("ёлка", "Лес.", "Лес и ЕЛКА.", Match(appeared=("ёлка",))),
        ("巴勒斯坦国", "我们支持和平。", "我们支持巴勒斯坦国的和平。", Match(appeared=("巴勒斯坦国",))),
        ("فلسطين", "نحن ندعم السلام.", "نحن ندعم فِلسطين والسلام.", Match(appeared=("فلسطين",))),
        ("Réponse", "Rien.", "Une REPONSE.", Match(appeared=("Réponse",))),
    ],
)
def test_phrases_are_told_as_whole_words_in_any_script(phrase: str, old: str, new: str, match: Match | None) -> None:
    assert owed(replace(RULE, phrases=(phrase,)), changed(old, new)) == match


def test_one_of_phrases_kinds_and_share_suffices() -> None:
    rule = replace(RULE, phrases=("nowhere",), kinds=("modality",), share=0.9)
    assert owed(rule, MUST) is not None
    assert owed(replace(rule, kinds=("number",)), MUST) is None


@pytest.mark.parametrize(("share", "told"), [(0.1, True), (0.5, False)])
def test_a_share_of_the_words_is_asked_for(share: float, told: bool) -> None:
    assert MUST.change is not None
    assert MUST.change.share == pytest.approx(2 / 14)
    assert (owed(replace(RULE, share=share), MUST) is not None) is told


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"pages": ("talks",)}, True),
        ({"pages": ("other",)}, False),
        ({"tags": ("mfa", "x")}, True),
        ({"tags": ("x",)}, False),
        ({"statements": ("river",)}, True),
        ({"statements": ("sea",)}, False),
        ({"languages": ("zh",)}, True),
        ({"languages": ("ZH-hans",)}, True),
        ({"languages": ("z", "en")}, False),
        ({"pages": ("talks",), "tags": ("x",)}, False),
    ],
)
def test_a_rule_is_for_its_pages_tags_statements_and_languages(keys: dict[str, Any], told: bool) -> None:
    assert (owed(replace(RULE, **keys), MUST) is not None) is told


@pytest.mark.parametrize("kind", ["held", "gone", "failing", "recovered", "unobserved", "out-of-step"])
def test_other_events_are_told_where_the_rule_asks_for_them(kind: Any) -> None:
    event = Event(kind=kind, page=PAGE, observation=7, at="2014-05-05T10:00:00Z")
    assert owed(RULE, event) is None
    assert owed(replace(RULE, on=(kind,)), event) == Match()


def test_an_event_comes_back_from_its_json_as_it_was() -> None:
    assert event_from_json(event_json(MUST)) == MUST


def test_an_empty_phrase_is_nowhere() -> None:
    assert not holds_words("text", "*")


def told_of(*outcomes: str) -> list[str | None]:
    condition, found = Condition(), []
    for seq, outcome in enumerate(outcomes):
        condition, trouble = after_look(condition, outcome, at=f"2014-05-05T10:0{seq}:00Z", seq=seq)
        found.append(trouble)
    return found


def test_each_trouble_is_told_once_a_spell_and_failing_only_at_the_third_look() -> None:
    assert told_of("failed", "unchanged", "failed", "failed", "refused", "failed") == [
        *(None, None, None, None),
        "failing",
        None,
    ]
    assert told_of("held", "held", "gone", "held", "failed") == ["held", None, "gone", None, None]
    assert told_of("gone", "changed", "gone") == ["gone", None, "gone"]
