"""Pinned floors on the histories of `benchmarks/living_pages.py`, whose parts turn over in ways that no rule was made for.

They are harder than pages are: lists without links or names amid the text, that change every few looks. What is told falsely
of them is bounded here, not nought; a change that lowers a figure fails and names it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks/measure_histories.py"
AT_LEAST = {
    "edit3": 95.0,
    "rest3": 90.0,
    "note3": 100.0,
}  # % told within three looks: edits, those at restless parts, notices
AT_MOST = {"false": 700.0, "held": 5.0, "outage": 2}  # in 10,000 good looks; outages told as wording


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    asked = [sys.executable, PROGRAM, "--json", "--seed", "300", "--histories", "52", "--looks", "60"]
    told = subprocess.run(asked, capture_output=True, check=True, timeout=300)
    return dict(json.loads(told.stdout)["all"])


@pytest.mark.parametrize("figure", AT_LEAST)
def test_the_share_is_not_lower_than_its_floor(figure, figures):
    assert figures[figure] >= AT_LEAST[figure]


@pytest.mark.parametrize("figure", AT_MOST)
def test_the_count_is_not_higher_than_its_bound(figure, figures):
    assert figures[figure] <= AT_MOST[figure]
