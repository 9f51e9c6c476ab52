"""Editing one page of a watch list, with everything else as people wrote it."""

from __future__ import annotations

import pytest

from archive.errors import NoPage
from scraper.watchlist import PageRefused, edit_page, parse, starter

LIST = """# ours
[[page]]
slug = "river"   # the talks
url = "https://ministry.example/river"
ignore = [".share"]  # moves
"""


def test_a_new_address_replaces_the_old_one_and_nothing_else() -> None:
    assert edit_page(LIST, "river", url="https://ministry.example/en/river") == LIST.replace(
        "example/river", "example/en/river"
    )


def test_a_part_set_aside_joins_those_that_were() -> None:
    edited = edit_page(LIST, "river", ignore=".views")
    assert parse(edited).pages[0].rules.ignore == (".share", ".views")
    assert "# the talks" in edited


def test_the_first_part_set_aside_makes_the_list() -> None:
    edited = edit_page(starter(), "mfa-middle-east", ignore=".views")
    assert parse(edited).pages[0].rules.ignore == (".views",)


def test_a_wrong_value_is_refused_by_name() -> None:
    with pytest.raises(PageRefused, match=r"ignore: .*selector"):
        edit_page(LIST, "river", ignore="..")


def test_an_unknown_page_is_named() -> None:
    with pytest.raises(NoPage, match="No page lake"):
        edit_page(LIST, "lake", url="https://ministry.example/")
