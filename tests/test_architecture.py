"""Who may import whom: the rooms of the design, held for every module and also inside functions."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

NETWORK = {"requests", "urllib3", "http.client", "urllib.request", "httpx", "aiohttp"}

# folder: what no module below it may import
BANNED = {
    "archive": {"scraper", "datasette", "apscheduler", "click", "rich"} | NETWORK,
    "archive/diff": {"sqlite3", "sqlite_utils"},
    "scraper": {"sqlite_utils"},
    "datasette": {"scraper", "apscheduler", "click"} | NETWORK,
}
# package: what alone may import it (one door per resource)
DOORS = {
    "apscheduler": ("scraper/serve.py",),
    "datasette": ("scraper/serve.py", "scraper/serve_site.py", "datasette/"),
    "sqlite3": ("archive/", "scraper/serve_site.py", "datasette/"),
}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path: Path) -> set[str]:
    """Every module that a file names in an import, with each of its parents, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return {name.rsplit(".", dots)[0] for name in names for dots in range(name.count(".") + 1)}


@pytest.mark.parametrize("folder", sorted(BANNED))
def test_no_room_imports_what_is_not_its_own(folder: str) -> None:
    found = {str(path.relative_to(ROOT)): imported(path) & BANNED[folder] for path in modules(folder)}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("package", sorted(DOORS))
def test_each_resource_has_one_door(package: str) -> None:
    users = {str(path.relative_to(ROOT)) for room in ("archive", "scraper", "datasette") for path in modules(room)
             if package in imported(path)}  # fmt: skip
    assert {path for path in users if not path.startswith(DOORS[package])} == set()


def test_relative_imports_do_not_hide_a_room() -> None:
    relative = [
        str(path.relative_to(ROOT))
        for room in ("archive", "scraper")
        for path in modules(room)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_only_the_clock_module_reads_the_clock() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for room in ("archive", "scraper")
        for path in modules(room)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
    }  # fmt: skip
    assert readers <= {"scraper/clock.py"}


def test_the_reading_room_never_shadows_the_installed_datasette() -> None:
    assert not (ROOT / "datasette" / "__init__.py").exists()
    assert not (ROOT / "tests" / "datasette").exists()


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_two_test_files_share_a_name() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
