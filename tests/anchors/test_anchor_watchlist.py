"""The [anchor] table: read into a value, or the file refused with line, key and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper import watchlist
from scraper.watchlist import WatchListError
from scraper.watchlist_anchor import AnchorSettings

AUTHORITY = 'authority = "https://time.example/tsr"\n'
ROOT = 'root = "root.pem"\n'


def test_without_the_table_nothing_is_anchored() -> None:
    assert watchlist.parse("").anchor is None


def test_a_table_is_read_and_what_is_left_out_is_a_day_and_three() -> None:
    anchor = watchlist.parse(f"[anchor]\n{AUTHORITY}{ROOT}").anchor
    assert anchor == AnchorSettings(
        authority="https://time.example/tsr", root="root.pem", every_s=86400, overdue_after_s=3 * 86400
    )


def test_overdue_is_three_times_every_where_only_that_is_said() -> None:
    anchor = watchlist.parse('[anchor]\ndirectory = "/mnt/worm"\nevery = "6h"').anchor
    assert anchor is not None
    assert anchor.overdue_after_s == 3 * 6 * 3600


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "w.toml:1: anchor: names no place; write authority and root, or directory, or command"),
        ('every = "1d"', "w.toml:1: anchor: names no place"),
        (AUTHORITY, "w.toml:1: anchor.root: is missing; name the PEM file"),
        ('authority = "ftp://time.example"\n' + ROOT, "w.toml:2: anchor.authority: 'ftp://time.example' must begin with http:"),
        ('authority = "https://me:pw@time.example/"\n' + ROOT, "w.toml:2: anchor.authority: must be a web address without a user name"),
        ('directory = "x"\n' + ROOT, "w.toml:3: anchor.root: goes with authority"),
        ('directory = "x"\npolicy = "1.2.3"', "w.toml:3: anchor.policy: goes with authority"),
        (AUTHORITY + ROOT + 'policy = "1.02"', "w.toml:4: anchor.policy: '1.02' is no object identifier; write one like"),
        ("command = []", "w.toml:2: anchor.command: names no program"),
        ('command = "mail"', "w.toml:2: anchor.command: must be a list in [ ], not text"),
        ('command = ["mail", 7]', "w.toml:2: anchor.command: must be text in quotes, not a number"),
        ('directory = "x"\nevery = "0s"', "w.toml:3: anchor.every: must be longer than 0"),
        ('directory = "x"\nevery = "2d"\novedue_after = "1d"', "w.toml:4: anchor.ovedue_after: unknown key; did you mean overdue_after?"),
        ('directory = "x"\nevery = "2d"\noverdue_after = "1d"', "w.toml:4: anchor.overdue_after: must be at least every"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_is_refused_with_line_key_and_mend(table: str, said: str) -> None:
    with pytest.raises(WatchListError) as refused:
        watchlist.parse(f"[anchor]\n{table}", name="w.toml")
    assert str(refused.value).startswith(said)


def test_a_key_outside_its_table_is_told_where_it_belongs() -> None:
    with pytest.raises(WatchListError, match=r"belongs into the table \[anchor\]"):
        watchlist.parse(AUTHORITY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "can't be read (No such file or directory); put the authority's root certificate there, as PEM"),
        (b"not a certificate", "has no certificate in it; it must be the authority's root certificate as PEM"),
        (b"\x30\x82\x01\xff", "is no PEM file; make one with: openssl x509 -inform DER"),
    ],
)
def test_a_root_that_is_no_certificate_refuses_the_file_and_names_its_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / watchlist.FILE_NAME
    path.write_text(f"# here\n[anchor]\n{AUTHORITY}{ROOT}")
    if content is not None:
        (tmp_path / "root.pem").write_bytes(content)
    with pytest.raises(WatchListError) as refused:
        watchlist.load(path)
    assert str(refused.value).startswith(f"{path}:4: anchor.root: ")
    assert said in str(refused.value)


def test_a_root_is_looked_for_from_the_home_on(trust: Path, tmp_path: Path) -> None:
    path = tmp_path / watchlist.FILE_NAME
    path.write_text(f"[anchor]\n{AUTHORITY}{ROOT}")
    (tmp_path / "root.pem").write_bytes((trust / "root.pem").read_bytes())
    assert watchlist.load(path).anchor is not None
