"""docs/security.md names tests that exist, for every class of attack, with advisories that can be looked up."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
CLASSES = {
    "Forged requests (SSRF)", "Credentials in redirects and elsewhere", "Bombs", "XML entities (XXE)", "Paths", "Template injection",
    "Stored and reflected scripts (XSS)", "Formulas in tables", "Open redirects", "Lines, headers and terminals",
    "Patterns and selectors (ReDoS)", "Code from data",
}  # fmt: skip
SECTIONS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^### |\Z)", PAGE, re.DOTALL | re.MULTILINE))
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for section in SECTIONS.values()
    for line in section.splitlines()
    if line.startswith("|") and not line.startswith(("| advisory", "|---"))
]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_class_has_advisories_and_a_test() -> None:
    assert set(SECTIONS) == CLASSES
    for name, section in SECTIONS.items():
        assert re.search(r"\b(?:CVE-\d{4}-\d{4,}|GO-\d{4}-\d{4,})\b", section), name


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_every_row_names_an_advisory_and_tests(row: list[str]) -> None:
    advisory, product, wrong, _, named = row
    assert re.fullmatch(r"CVE-\d{4}-\d{4,}|GO-\d{4}-\d{4,}|–", advisory)
    assert product
    assert wrong
    assert re.fullmatch(r"`tests/[\w/]+\.py::test_\w+`(?:, `tests/[\w/]+\.py::test_\w+`)*", named), named


def test_every_test_that_is_named_exists() -> None:
    assert [f"{path}::{name}" for path, name in NAMED if name not in names_in(path)] == []
    assert len(NAMED) > 40
