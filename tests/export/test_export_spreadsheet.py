"""The guard for spreadsheets: no cell, and no part that could become one, begins a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.export.encode import csv_line, guarded

# What a spreadsheet that splits at this sign, and knows no quotes, would take for its cells.
NAIVE_BORDERS = {";": r"[;\r\n]", "tab": r"[\t\r\n]", "|": r"[|\r\n]", "line": r"[\r\n]"}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0", '"', "'\"", "\ufeff", "\x00", "\u200b "])
def test_a_cell_that_begins_a_formula_gets_an_apostrophe(sign: str, before: str) -> None:
    assert guarded(f"{before}{sign}cmd|' /C calc'!A0").startswith(f"'{before}{sign}")


@pytest.mark.parametrize("border", ["\n", "\r\n", "\n\n", ";", "\t", "|", "; ", '\n"', "\u2028"])
def test_a_formula_after_a_border_inside_a_cell_gets_an_apostrophe(border: str) -> None:
    assert re.search(r"'[ \"]*=1\+1", guarded(f"Prices{border}=1+1"))


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_a_cell_that_begins_with_a_tab_or_line_end_gets_an_apostrophe(start: str) -> None:
    assert guarded(f"{start}text") == f"'{start}text"


@pytest.mark.parametrize("text", ["a = b", "well-known", "a@b.example", "From 5 to -5", "", "Ordinary.\n\nText."])
def test_text_that_begins_no_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("border", sorted(NAIVE_BORDERS))
@given(text=st.text(alphabet="=+-@ ab\n\r\t;|,'\"\u00a0", max_size=40))
def test_no_way_to_split_a_line_gives_a_cell_that_begins_a_formula(border: str, text: str) -> None:
    line = csv_line(["slug", text, "end"], spreadsheet=True).decode()
    cells = [cell for field in re.split(NAIVE_BORDERS[border], line) for cell in (field, field.strip('" \u00a0'))]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@given(text=st.text(max_size=60))
def test_without_the_apostrophes_that_were_added_the_text_is_the_same(text: str) -> None:
    (cells,) = csv.reader(io.StringIO(csv_line(["slug", text], spreadsheet=True).decode(), newline=""))
    kept = iter(cells[1])
    assert all(any(sign == other for other in kept) for sign in text)
    assert len(cells[1]) - len(text) == cells[1].count("'") - text.count("'")


@given(text=st.text(max_size=60))
def test_a_plain_cell_read_back_is_the_same(text: str) -> None:
    (cells,) = csv.reader(io.StringIO(csv_line(["slug", text, None], spreadsheet=False).decode(), newline=""))
    assert cells == ["slug", text, ""]


def test_guarding_takes_time_in_proportion_to_the_text() -> None:
    hostile = " \n" * 500_000
    assert guarded(hostile) == hostile
