"""The page's own stamps: where they stand in a line, and what times they claim."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.stamp_dates import settled_order
from archive.stamps import is_label, is_stamp_line, read_stamps, stamp_spans

UPDATED = [  # text, language, date or UTC time in Almaty (UTC+6 in 2014)
    ("Updated at : 9.05.2014, 00:54", "en", "2014-05-08T18:54:00Z"),
    ("Last updated: May 9, 2014", "en", "2014-05-09"),
    ("Last updated on Friday, 9 May 2014 at 12:54 a.m. GMT", "en", "2014-05-09T00:54:00Z"),
    ("This page was last updated on 9 May 2014", "en", "2014-05-09"),
    ("Page last reviewed: 09/05/2014", "en-gb", "2014-05-09"),
    ("Last Updated: 05/14/2014 3:15 PM", "en", "2014-05-14T09:15:00Z"),
    ("Date modified: 2014-05-09", "en", "2014-05-09"),
    ("Modified: 2014-05-09T12:30:00+02:00", "en", "2014-05-09T10:30:00Z"),
    ("Дата обновления: 9 мая 2014 г.", "ru", "2014-05-09"),
    ("Обновлено: пятница, 9 мая 2014, 12:30", "ru", "2014-05-09T06:30:00Z"),
    ("Жаңартылған күні: 9.05.2014, 00:54", "kk", "2014-05-08T18:54:00Z"),
    ("Жаңартылған күні: 2014 жылғы 9 мамыр", "kk", "2014-05-09"),
    ("Жаңыртылган: 2014-жылдын 9-майы", "ky", "2014-05-09"),
    ("Останнє оновлення: 9 травня 2014 року", "uk", "2014-05-09"),
    ("更新时间：2014-05-09", "zh", "2014-05-09"),
    ("更新日期：2014年5月9日", "zh", "2014-05-09"),
    ("最終更新日：平成26年5月9日", "ja", "2014-05-09"),
    ("2014年5月9日更新", "ja", "2014-05-09"),
    ("令和元年五月九日更新", "ja", "2019-05-09"),
    ("최종수정일 : 2014.05.09", "ko", "2014-05-09"),
    ("آخر تحديث: ٩ مايو ٢٠١٤", "ar", "2014-05-09"),
    ("آخر تحديث ٢٠١٤/٠٥/٠٩", "ar", "2014-05-09"),
    ("تاریخ بروزرسانی: ۱۹ اردیبهشت ۱۳۹۳", "fa", "2014-05-09"),
    ("עודכן לאחרונה: 9 במאי 2014", "he", "2014-05-09"),
    ("Dernière mise à jour : 28/01/2026", "fr", "2026-01-28"),
    ("Mis à jour le 9 mai 2014 à 12h30", "fr", "2014-05-09T06:30:00Z"),
    ("Zuletzt aktualisiert am 9. Mai 2014, 12:30 Uhr", "de", "2014-05-09T06:30:00Z"),
    ("Stand: 9. Mai 2014", "de", "2014-05-09"),
    ("Última actualización: 9 de mayo de 2014", "es", "2014-05-09"),
    ("Atualizado em 09/05/2014 12h30", "pt", "2014-05-09T06:30:00Z"),
    ("Ultimo aggiornamento: 9 maggio 2014, ore 12:30", "it", "2014-05-09T06:30:00Z"),
    ("Data ostatniej modyfikacji: 9 maja 2014", "pl", "2014-05-09"),
    ("Atnaujinta: 2014 m. gegužės 9 d.", "lt", "2014-05-09"),
    ("Frissítve: 2014. május 9. 12:30", "hu", "2014-05-09T06:30:00Z"),
    ("Päivitetty 9.5.2014", "fi", "2014-05-09"),
    ("Senast uppdaterad: 9 maj 2014", "sv", "2014-05-09"),
    ("Son güncelleme: 09.05.2014 12:30", "tr", "2014-05-09T06:30:00Z"),
    ("9 Mayıs 2014 tarihinde güncellendi", "tr", "2014-05-09"),
    ("Τελευταία ενημέρωση: 9 Μαΐου 2014", "el", "2014-05-09"),
    ("अंतिम अद्यतन: 9 मई 2014", "hi", "2014-05-09"),
    ("ปรับปรุงล่าสุดเมื่อ 9 พฤษภาคม 2557", "th", "2014-05-09"),
    ("Cập nhật lúc 10:30, ngày 9 tháng 5 năm 2014", "vi", "2014-05-09T04:30:00Z"),
    ("Terakhir diperbarui: 9 Mei 2014", "id", "2014-05-09"),
]


@pytest.mark.parametrize(("text", "language", "value"), UPDATED)
def test_an_updated_stamp_is_found_whole_and_read(text, language, value):
    assert stamp_spans(text) == ((0, len(text)),)
    assert is_stamp_line(text)

    created, updated = read_stamps(text, timezone="Asia/Almaty", language=language)

    assert created is None
    assert updated is not None
    assert updated.value == value
    assert updated.earliest < updated.latest


@pytest.mark.parametrize(
    "text",
    [
        "Created at : 4.12.2013, 19:47, Updated at : 9.05.2014, 00:54",
        "Создано : 4.12.2013, 19:47, Обновлено : 9.05.2014, 00:54",
        "Құрылған күні : 4.12.2013, 19:47, Жаңартылған күні : 9.05.2014, 00:54",
        "创建时间 : 4.12.2013, 19:47, 更新时间 : 9.05.2014, 00:54",
        "تاريخ الإنشاء : 4.12.2013, 19:47, آخر تحديث : 9.05.2014, 00:54",
    ],
)
def test_two_stamps_on_a_line_are_two_spans(text):
    created, updated = read_stamps(text, timezone="Asia/Almaty")

    assert len(stamp_spans(text)) == 2
    assert created is not None
    assert created.value == "2013-12-04T13:47:00Z"
    assert updated is not None
    assert updated.value == "2014-05-08T18:54:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "The Convention was amended on 9 May 2014 in Astana.",
        "Опубликовано 9 мая 2014 г. в газете",
        "The law was published on 9 May 2014.",
        "Updated on 9 May 2014 to add the new rules on travel.",
        "Resolutions No. 242 and No. 338 of 22 October 1973",
        "9 May 2014",
        "The page was updated.",
        "",
    ],
)
def test_a_date_told_of_in_prose_is_no_stamp(text):
    assert stamp_spans(text) == ()
    assert read_stamps(text) == (None, None)


def test_day_or_month_first_is_left_unread_where_nothing_settles_it():
    assert read_stamps("Last updated: 09/05/2014", timezone="UTC", language="en") == (None, None)


@pytest.mark.parametrize(("order", "value"), [("dmy", "2014-05-09"), ("mdy", "2014-09-05")])
def test_a_given_order_of_day_and_month_is_obeyed(order, value):
    assert read_stamps("Last updated: 09/05/2014", timezone="UTC", date_order=order)[1].value == value


def test_the_pages_other_dates_settle_the_order():
    assert settled_order("On 03/14/2014 and 05/09/2014") == "mdy"
    assert settled_order("On 14/03/2014 and 09/05/2014") == "dmy"
    assert settled_order("On 14/03/2014 and 03/14/2014") == ""


def test_without_a_time_zone_the_bounds_hold_for_every_zone_on_earth():
    stamp = read_stamps("Updated at : 9.05.2014, 00:54")[1]

    assert stamp.value == "2014-05-09"
    assert stamp.earliest == datetime(2014, 5, 8, 10, 54, tzinfo=UTC)
    assert stamp.latest == datetime(2014, 5, 9, 12, 55, tzinfo=UTC)


def test_a_wall_time_that_comes_twice_in_autumn_is_as_wide_as_both():
    stamp = read_stamps("Updated at: 26.10.2014, 02:30", timezone="Europe/Berlin")[1]

    assert (stamp.latest - stamp.earliest).total_seconds() == 3660


def test_an_impossible_day_is_left_unread():
    assert read_stamps("Last updated: 31.02.2014", timezone="UTC") == (None, None)


def test_a_label_alone_is_known_as_one():
    assert is_label("Last updated:")
    assert not is_label("Contacts")


@given(st.text(max_size=300))
def test_spans_lie_in_any_text_in_order(text):
    spans = stamp_spans(text)

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    read_stamps(text, timezone="Asia/Almaty", language="en")


def test_a_text_of_five_megabytes_takes_no_time_to_speak_of():
    text = "Updated at : 9.05.2014, 00:54 " + "word 1.2.2014 " * 350_000

    assert stamp_spans(text)[0] == (0, 29)
