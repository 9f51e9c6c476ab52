"""Alerts in the watch list: what may be written, and what a mistake is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scraper import watchlist
from scraper.alerts.addresses import rules_for, rules_of
from scraper.watchlist import ALERT_KEYS, WatchListError, parse

PAGE = '[[page]]\nslug = "a"\nurl = "https://a.example/"\nstatement = "s"\nconfirm = "2m"\n'
FULL = """[[alert]]
name = "desk"
statements = ["s"]
languages = ["zh-Hans"]
on = ["unobserved", "out-of-step"]
share = 0.25
to = ["file:hook"]
digest = "weekly"
digest_at = "18:30"
timezone = "Asia/Almaty"
language = "ru"
unobserved_after = "3d"
out_of_step_after = "12h"
"""


def test_every_key_of_an_alert_is_read_and_handed_on() -> None:
    found = parse(PAGE + FULL)
    (rule,) = rules_of(found)
    assert (rule.statements, rule.languages, rule.on) == (("s",), ("zh-Hans",), ("unobserved", "out-of-step"))
    assert (rule.share, rule.targets) == (0.25, ("file:hook",))
    assert (rule.digest, rule.digest_at, rule.timezone) == ("weekly", "18:30", "Asia/Almaty")
    assert rule.language == "ru"
    assert (rule.unobserved_after_s, rule.out_of_step_after_s) == (3 * 86400, 12 * 3600)


def test_a_page_may_say_itself_how_long_a_change_waits() -> None:
    found = parse(PAGE + FULL)
    assert [rule.confirm_s for rule in rules_of(found)] == [600]
    assert [rule.confirm_s for rule in rules_for(rules_of(found), found.pages[0])] == [120]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("share = 10", "above 0 and at most 1"),
        ("share = true", "above 0 and at most 1"),
        ('digest = "hourly"', "none of immediate, daily, weekly"),
        ('digest_at = "7:00"', "is no time of day"),
        ('timezone = "Almaty"', "did you mean 'Asia/Almaty'"),
        ('language = "de"', 'told in; write one of "en" (English), '),
        ('statements = ["t"]', "no page has the statement 't'"),
        ('on = ["out_of_step"]', "did you mean 'out-of-step'"),
        ('unobserved_after = "0"', "longer than 0"),
    ],
)
def test_a_mistake_is_told_with_its_mend(line: str, said: str) -> None:
    with pytest.raises(WatchListError) as caught:
        parse(f"{PAGE}[[alert]]\nname = 'x'\nto = ['env:A']\n{line}\n")
    assert said in str(caught.value)


def test_an_address_that_is_none_is_not_repeated() -> None:
    with pytest.raises(WatchListError) as caught:
        parse("[[alert]]\nname = 'x'\nto = ['password123@nowhere']\n")
    assert "password123" not in str(caught.value)


def test_the_starter_file_shows_every_key_of_an_alert() -> None:
    shown = re.findall(r"^# (\w+) = ", watchlist.starter().partition("# [[alert]]")[2], re.MULTILINE)
    assert sorted(shown) == sorted(ALERT_KEYS)


def test_the_docs_show_every_key_of_an_alert() -> None:
    docs = (Path(__file__).resolve().parents[2] / "docs" / "alerts.md").read_text("utf-8")
    assert [key for key in ALERT_KEYS if not re.search(rf"\b{key}\b", docs)] == []
