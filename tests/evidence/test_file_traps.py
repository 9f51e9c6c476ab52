"""Files as an attacker on the same machine, or in the backup, would lay them: links, modes, names, databases with more in them."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from archive.bundle import check_bundle
from archive.errors import VariorumError

PROGRAM = Path(sys.executable).with_name("variorum")
WATCH_LIST = 'contact = "archive@example.org"\n[[page]]\nslug = "strait"\nurl = "http://127.0.0.1:1/strait"\n'


def run(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [PROGRAM, "--home", home, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home with one look, whose watch list its owner alone may read, and a backup of it."""
    folder = tmp_path_factory.mktemp("traps")
    home = folder / "home"
    home.mkdir()
    (home / "variorum.toml").write_text(WATCH_LIST)
    (home / "variorum.toml").chmod(0o600)
    assert run(home, "check").returncode == 5
    assert run(home, "backup", folder / "kept").returncode == 0
    (made,) = (folder / "kept").iterdir()
    return home, made


def test_copies_are_for_those_alone_who_could_read_before(kept: tuple[Path, Path], tmp_path: Path) -> None:
    home, made = kept
    assert (mode(made), mode(made / "variorum.toml")) == (0o700, 0o600)
    assert run(home, "add", "http://127.0.0.1:1/other").returncode == 0
    assert mode(home / "variorum.toml") == 0o600
    assert run(tmp_path / "new", "restore", made).returncode == 0
    assert mode(tmp_path / "new" / "variorum.toml") == 0o600


def test_a_watch_list_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    file = tmp_path / "repository" / "watch.toml"
    file.write_text(WATCH_LIST)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "variorum.toml").symlink_to(file)
    assert run(tmp_path / "home", "add", "http://127.0.0.1:1/other").returncode == 0
    assert (tmp_path / "home" / "variorum.toml").is_symlink()
    assert "/other" in file.read_text()


def test_what_is_written_replaces_a_link_and_never_follows_it(kept: tuple[Path, Path], tmp_path: Path) -> None:
    home, _ = kept
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "rows.csv").symlink_to(victim)
    assert run(home, "export", "observations", "-o", tmp_path / "rows.csv").returncode == 0
    assert victim.read_text() == "untouched"
    assert not (tmp_path / "rows.csv").is_symlink()


def test_a_home_that_is_reached_through_a_link_is_the_same_home(kept: tuple[Path, Path], tmp_path: Path) -> None:
    home, _ = kept
    (tmp_path / "link").symlink_to(home)
    assert run(tmp_path / "link", "history", "strait").returncode == run(home, "history", "strait").returncode
    assert run(tmp_path / "link", "verify").returncode == 0


@pytest.mark.parametrize(
    "slug", ["../x", "..", "/etc", "a/../../b", "a\\..\\b", ".", "%2e%2e", "A", "a\x00b", "x" * 65]
)
@pytest.mark.parametrize("key", ["slug", "was", "statement", "tags"])
def test_no_name_in_a_watch_list_is_a_path(key: str, slug: str) -> None:
    from scraper.watchlist import WatchListError, parse

    written = slug.replace("\\", "\\\\").replace("\0", "\\u0000")
    values = {"slug": '"strait"'} | {key: f'["{written}"]' if key in ("was", "tags") else f'"{written}"'}
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    with pytest.raises(WatchListError):
        parse(f'[[page]]\nurl = "http://127.0.0.1:1/"\n{lines}')


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER evil AFTER INSERT ON entries BEGIN DELETE FROM pages; END",
        "CREATE TRIGGER evil INSTEAD OF INSERT ON snapshots BEGIN SELECT 1; END",
        "DROP VIEW snapshots",
    ],
)
def test_a_backup_that_would_do_more_than_an_archive_does_is_not_put_back(
    kept: tuple[Path, Path], tmp_path: Path, sql: str
) -> None:
    _, made = kept
    laid = tmp_path / "laid"
    laid.mkdir()
    (laid / "archive.db").write_bytes((made / "archive.db").read_bytes())
    conn = sqlite3.connect(laid / "archive.db")
    conn.execute(sql)
    conn.commit()
    conn.close()
    done = run(tmp_path / "home", "restore", laid)
    assert done.returncode == 9, done.stderr
    assert not (tmp_path / "home" / "archive.db").exists()


@pytest.mark.parametrize(
    "name", ["../evil", "/evil", "a/../../evil", "..\\evil", "entry.json/../../evil", "entry.json"]
)
def test_a_bundle_is_read_and_never_unpacked(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    bundle = tmp_path / "in" / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as made:
        made.writestr(name, b"{}")
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    before = sorted(path for path in tmp_path.rglob("*"))
    with pytest.raises(VariorumError):
        check_bundle(bundle, [])
    assert sorted(path for path in tmp_path.rglob("*")) == before
