"""Bytes to characters, as browsers do it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scraper.decode import decode

HARDCASES = Path(__file__).resolve().parents[2] / "../shared/corpora/hardcases"
RUSSIAN = "<p>Министерство поддерживает мирное урегулирование спора и призывает все стороны вернуться к переговорам без условий.</p>"


def hardcases() -> list[dict[str, object]]:
    index = HARDCASES / "index.json"
    return json.loads(index.read_text("utf-8")) if index.exists() else []


def test_a_byte_order_mark_beats_the_header():
    found = decode(b"\xef\xbb\xbf" + RUSSIAN.encode(), "text/html; charset=windows-1251")

    assert (found.text, found.encoding, found.settled_by) == (RUSSIAN, "utf-8", "bom")


def test_the_header_beats_meta():
    page = '<meta charset="utf-8">' + RUSSIAN

    assert decode(page.encode("cp1251"), "text/html; charset=windows-1251").text == page


def test_valid_utf_8_wins_over_a_header_that_says_latin_1():
    assert decode(RUSSIAN.encode(), "text/html; charset=iso-8859-1").text == RUSSIAN


def test_meta_counts_where_the_header_is_silent():
    page = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">' + RUSSIAN

    found = decode(page.encode("koi8-r"), "text/html")

    assert (found.text, found.encoding) == (page, "koi8-r")


def test_a_label_means_what_browsers_mean_by_it():
    assert decode("“quoted”".encode("cp1252"), "text/html; charset=iso-8859-1").text == "“quoted”"


def test_utf_7_is_never_decoded():
    assert "<script>" not in decode(b"<p>+ADw-script+AD4-</p>", "text/html; charset=utf-7").text


def test_an_unknown_label_is_passed_over():
    assert decode(RUSSIAN.encode(), "text/html; charset=klingon").text == RUSSIAN


def test_what_is_no_character_becomes_a_replacement():
    assert decode(b"<meta charset=utf-8><p>Isr\xffael", "text/html").text.endswith("Isr\ufffdael")


def test_nul_is_dropped():
    assert decode(b"<p>pe\0ace</p>", "text/html; charset=utf-8").text == "<p>peace</p>"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_mark(encoding):
    page = "<html><body>" + RUSSIAN + "plain words" * 20

    assert decode(page.encode(encoding), "text/html").text == page


@pytest.mark.parametrize(
    "case", [case for case in hardcases() if case.get("expected_encoding")], ids=lambda case: str(case["file"])
)
def test_a_transcoded_page_is_read_as_it_was_before(case):
    body = (HARDCASES / str(case["file"])).read_bytes()
    expected = str(case["expected_encoding"]).replace("gb18030", "gbk")  # one decoder, by the standard

    found = decode(body, "text/html")

    assert found.encoding.replace("gb18030", "gbk").startswith(expected)
    assert "\ufffd" not in found.text


@pytest.mark.skipif(not hardcases(), reason="the shared corpus is not there")
def test_real_pages_that_lie_about_their_encoding_show_what_a_browser_shows():
    lost = {
        str(case["file"]): decode((HARDCASES / str(case["file"])).read_bytes(), "text/html").text.count("\ufffd")
        for case in hardcases()
    }

    assert {name: count for name, count in lost.items() if count > 3} == {}
