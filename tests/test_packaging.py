"""The project as it is installed: one wheel, any folder, nothing shadowed, pins that name no index."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as hatchling builds it, without network."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel in it and this environment's packages beside, but not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv = folder / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=folder)
    python = venv / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip()
    Path(site, "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin"


def test_the_installed_datasette_wins_over_the_folder() -> None:
    done = run(sys.executable, "-c", "import datasette.app; print(datasette.app.__file__)", cwd=ROOT)
    assert Path(done.stdout.strip()).is_relative_to(sysconfig.get_path("purelib"))


def test_the_wheel_carries_the_reading_room_and_the_starter_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    room = {
        f"archive/_site/{path.relative_to(ROOT / 'datasette')}"
        for path in (ROOT / "datasette").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert room | {"scraper/starter.toml"} <= names
    assert "archive/_site/metadata.yaml" in names


def test_the_wheel_carries_every_module_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}
    modules = {str(path.relative_to(ROOT)) for room in ("archive", "scraper") for path in (ROOT / room).rglob("*.py")}
    assert {name for name in names if not name.startswith("archive/_site/")} == modules


def test_an_installed_wheel_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "variorum", "--help", cwd=tmp_path)
    assert "Usage: variorum" in done.stdout


def test_an_installed_wheel_does_not_lean_on_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import archive.store, scraper.cli; print(archive.store.__file__, scraper.cli.__file__)"
    done = run(installed / "python", "-c", code, cwd=tmp_path)
    assert all(Path(name).is_relative_to(installed.parent) for name in done.stdout.split())


def test_an_installed_wheel_makes_a_home(installed: Path, tmp_path: Path) -> None:
    run(installed / "variorum", "--home", tmp_path / "home", "init", cwd=tmp_path)
    assert (tmp_path / "home" / "variorum.toml").exists()


def test_every_requirement_is_pinned_and_hashed_and_none_names_a_host() -> None:
    text = (ROOT / "requirements.txt").read_text("utf-8")
    entries = re.sub(r"\\\n", " ", text).splitlines()
    pinned = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
    assert [entry for entry in pinned if not re.match(r"[a-z0-9-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted-host)", text, re.MULTILINE)


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def test_every_dependency_of_the_project_is_pinned() -> None:
    pins = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    extras = [text for extra in project()["optional-dependencies"].values() for text in extra]
    wanted = [Requirement(text) for text in [*project()["dependencies"], *extras]]
    wrong = [str(need) for need in wanted if pins.get(canonicalize_name(need.name), "none") not in need.specifier]
    assert wrong == []


@pytest.mark.parametrize(
    ("folders", "extras"),
    [
        (("archive", "scraper", "datasette"), ("evidence", "browser", "cluster")),
        (("tests",), ("test", "evidence", "browser", "cluster")),
    ],
)
def test_every_package_that_is_imported_is_declared(folders: tuple[str, ...], extras: tuple[str, ...]) -> None:
    listed = [
        *project()["dependencies"],
        *(need for extra in extras for need in project()["optional-dependencies"][extra]),
    ]
    declared = {canonicalize_name(Requirement(text).name) for text in listed}
    distributions = packages_distributions()
    imported = {
        name.partition(".")[0]
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _named(node)
    } - set(sys.stdlib_module_names)
    undeclared = {
        name for name in imported if not {canonicalize_name(d) for d in distributions.get(name, [])} & declared
    }
    assert undeclared - {"archive", "scraper", "compression"} == set()


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
