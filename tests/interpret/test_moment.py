"""Values of the moment within a text, and edits that only look like them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scraper.moment import differs_by_the_moment, is_of_today

AT = datetime(2014, 5, 9, 10, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("This page has been read 1,204 times. The fee is 60 crowns.", "This page has been read 1,219 times. The fee is 60 crowns."),
        ("Страница прочитана 2 048 раз.", "Страница прочитана 2 051 раз."),
        ("Cette page a été lue 2 203 fois.", "Cette page a été lue 2 206 fois."),
        ("本页浏览 10234 次", "本页浏览 10240 次"),
        ("Online now: 13", "Online now: 7"),
        ("المتصلون الآن: 82", "المتصلون الآن: 47"),
        ("Valdona 12 °C, light rain", "Valdona -3 °C, snow"),
        ("Weather today: cloudy, 4°", "Weather today: clear, 11°"),
        ("USD 403.12 EUR 507.90", "USD 404.01 EUR 508.33"),
        ("The rate of the crown today is 412.65.", "The rate of the crown today is 408.37."),
        ("Today is Thursday, 8 May 2014. Offices are open.", "Today is Friday, 9 May 2014. Offices are open."),
        ("It is 09:41 in the capital.", "It is 13:42 in the capital."),
    ],
)  # fmt: skip
def test_what_shows_the_moment_of_the_look(old, new):
    assert differs_by_the_moment(old, new, AT, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The fee is 60 crowns.", "The fee is 70 crowns."),
        ("The Minister visited 12 regions.", "The Minister visited 13 regions."),
        ("The sides agreed on an exchange of 250 prisoners.", "The sides agreed on an exchange of 300 prisoners."),
        ("Interviews with 250 witnesses were held.", "Interviews with 300 witnesses were held."),
        ("5.8 Visits to other services are at your own risk.", "5.9 Visits to other services are at your own risk."),
        ("Offices open at 9:00 and close at 18:00.", "Offices open at 9:00 and close at 19:15."),
        ("This page has been read 1,204 times. The fee is 60 crowns.", "This page has been read 1,219 times. The fee is 70 crowns."),
        ("The ministry supports the talks.", "The ministry does not support the talks."),
        ("The treaty was signed on 5 May 1994.", "The treaty was signed on 6 May 1994."),
        ("Online now: 13", "Online services are closed"),
    ],
)  # fmt: skip
def test_what_an_editor_changed(old, new):
    assert not differs_by_the_moment(old, new, AT, "")


def test_a_date_of_today_in_whatever_zone_is_of_today():
    days = [f"{day} May 2014" for day in (7, 8, 9, 10, 11)]

    assert [is_of_today(f"Valdona, {day}", AT, "en") for day in days] == [False, True, True, True, False]
