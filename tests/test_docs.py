"""The documentation says what the program does: commands, exit codes, JSON shapes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.errors import VariorumError
from scraper.cli import main
from scraper.demo.play import run

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
API = (ROOT / "docs" / "api.md").read_text("utf-8")
SECTIONS = re.findall(r"^## ([\w-]+):? .*?\n.*?```json\n(.*?)```", API, re.DOTALL | re.MULTILINE)
CALLS = {
    "check": ["check", "orrin-ar", "--json"],  # its ministry is gone by then: a failed look
    "history": ["history", "orrin-en", "--json"],
    "diff": ["diff", "orrin-en", "2", "3", "--format", "json"],
    "pages": ["pages", "--json"],
    "status": ["status", "--json"],
    "alerts": ["alerts", "--json"],
    "alerts-preview": ["alerts", "preview", "--json"],
    "lifetimes": ["lifetimes", "orrin-en", "--json"],
    "search": ["search", "peace stability", "--json"],
    "when": ["when", "peace and stability", "orrin-en", "--json"],
    "explain": ["explain", "16", "--json"],
    "reread": ["reread", "orrin-en", "--json"],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the demo's story has been told."""
    home = tmp_path_factory.mktemp("told")
    run(once=True, home=home)
    with (home / "variorum.toml").open("a", encoding="utf-8") as watch_list:
        watch_list.write('\n[[alert]]\nname = "desk"\nto = ["env:DESK"]\n')
    return home


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_help_and_a_line_in_the_readme(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert re.search(rf"^\| `{command}\b", README, re.MULTILINE), f"no line for {command}"


def test_every_option_has_help() -> None:
    bare = [
        f"{name} {parameter.name}"
        for name, command in main.commands.items()
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "help", None)
    ]
    assert not bare


def test_the_readme_names_every_exit_code() -> None:
    def codes(kind: type[VariorumError]) -> set[int]:
        return {kind.exit_code} | {code for below in kind.__subclasses__() for code in codes(below)}

    line = next(line for line in README.splitlines() if line.startswith("Exit codes:"))
    assert codes(VariorumError) <= {int(code) for code in re.findall(r"\b\d\b", line)}


def test_every_json_command_is_in_the_page_of_shapes() -> None:
    assert {name for name, _ in SECTIONS} == set(CALLS)


@pytest.mark.parametrize(("name", "example"), SECTIONS, ids=[name for name, _ in SECTIONS])
def test_the_json_has_the_shape_that_the_page_shows(told: Path, name: str, example: str) -> None:
    result = CliRunner().invoke(main, ["--home", str(told), *CALLS[name]])
    found = json.loads(result.stdout)
    assert differing_keys(json.loads(example), found) == []


def differing_keys(shown: Any, found: Any, where: str = "") -> list[str]:
    """Where keys differ; null stands for anything, and lists are told by their first item."""
    if shown is None or found is None:
        return []
    if isinstance(shown, dict) and isinstance(found, dict):
        if where.endswith((".kind_spans", ".values")):
            return []
        odd = [f"{where}.{key}" for key in shown.keys() ^ found.keys()]
        return odd + [
            line
            for key in shown.keys() & found.keys()
            for line in differing_keys(shown[key], found[key], f"{where}.{key}")
        ]
    if isinstance(shown, list) and isinstance(found, list):
        return differing_keys(shown[0], found[0], where) if shown and found else []
    return [] if type(shown) is type(found) else [f"{where}: {shown!r} is shown as {found!r}"]
