"""The closed table of outcomes, and the page that prints it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.model import ACCEPTED, REASONS, Outcome

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "outcomes.md").read_text("utf-8")


@pytest.mark.parametrize(("outcome", "code", "meaning"), REASONS)
def test_every_reason_is_printed_with_its_meaning(outcome: Outcome, code: str, meaning: str) -> None:
    assert f"| `{outcome}` | `{code}` | {meaning} |" in PAGE


def test_the_page_prints_no_reason_that_does_not_occur() -> None:
    assert PAGE.count("\n| `") == len(REASONS) + len(ACCEPTED)


def test_a_reason_code_occurs_once() -> None:
    codes = [code for _, code, _ in REASONS]
    assert len(codes) == len(set(codes))
