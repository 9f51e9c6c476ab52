"""What stands on the internet: headers, hidden insides, no queries of others' own, nothing written."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.site import site_dir

PUBLIC = [
    "pages", "page_addresses", "observations", "snapshots", "revisions", "changes", "passages", "lifetimes", "judgements",
    "readings", "log", "seams"
]  # fmt: skip
PAGES = [
    "/",
    "/page/straits",
    "/page/straits/1..2",
    "/feed.atom",
    "/-/health.json",
    "/archive/pages",
    "/nowhere",
    "/static/room.css",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_scripts_from_elsewhere_sniffing_and_framing(site: Any, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", ["/", "/page/straits", "/page/straits/1..2", "/archive", "/archive/pages", "/archive/pages/1", "/nowhere"]
)
def test_no_page_has_an_inline_script_or_style_and_one_script_adds_local_times(site: Any, path: str) -> None:
    text = site.get(path).text
    scripts = re.findall(r"<script[^>]*>[^<]*", text)
    assert [re.sub(r' data-said="[^"<>]*"', "", script) for script in scripts] == [
        '<script src="/static/local.js" defer>'
    ]
    assert "<style" not in text
    assert " style=" not in text


@pytest.mark.parametrize(
    "path",
    ["/-/databases", "/-/databases.json", "/-/plugins.json", "/-/settings.json", "/-/threads.json", "/-/metadata.json",
     "/-/versions.json", "/-/permissions", "/-/allow-debug", "/-/messages", "/-/patterns", "/-/actor.json", "/-/config"],
)  # fmt: skip
def test_datasettes_pages_about_itself_are_not_there(site: Any, path: str) -> None:
    assert site.get(path).status_code == 404


def test_every_table_of_the_archive_is_described_or_not_published(site: Any) -> None:
    conn = sqlite3.connect(site.path)
    names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    conn.close()
    published = {name for name in names if site.get(f"/archive/{name}").status_code == 200}
    assert published == set(PUBLIC)
    assert len(names) > len(published)


@pytest.mark.parametrize(
    "table",
    [
        "entries",
        "blobs",
        "page_states",
        "page_slugs",
        "acts",
        "kin",
        "passage_words",
        "passage_words_data",
        "_sqlite_migrations",
    ],
)
def test_inner_tables_are_neither_listed_nor_shown(site: Any, table: str) -> None:
    assert site.get(f"/archive/{table}").status_code == 403
    assert site.get(f"/archive/{table}.json").status_code == 403
    assert f'href="/archive/{table}"' not in site.html("/archive?_show_hidden=1")


@pytest.mark.parametrize(
    "path",
    [
        "/archive?sql=select+1",
        "/archive.json?sql=select+1",
        "/archive/pages?_where=1=1",
        "/archive.db",
        "/_internal",
        "/_internal.json",
        "/_memory",
    ],
)
def test_no_query_of_ones_own_and_no_download_of_the_database(site: Any, path: str) -> None:
    response = site.get(path)
    assert response.status_code in (400, 403, 404), response.text
    assert str(site.path.parent) not in response.text


def test_queries_can_be_allowed_for_an_archive_that_is_not_public(site_of: Callable[..., Any]) -> None:
    assert site_of(sql=True).get("/archive.json?sql=select+41%2B1+as+n").json()["rows"] == [[42]]


@pytest.mark.parametrize("table", [table for table in PUBLIC if table != "seams"])  # of which this story has none
def test_every_table_for_readers_has_a_title_a_description_and_rows(site: Any, table: str) -> None:
    page = site.html(f"/archive/{table}")
    assert 'class="lede"' in page
    assert "What the columns mean" in page
    assert "<tbody>" in page
    assert "Binary:" not in page
    assert site.get(f"/archive/{table}.json?_shape=array").json()
    assert site.get(f"/archive/{table}.csv").text.count("\n") >= 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_on_the_web_writes(site: Any, method: str) -> None:
    before = site.path.read_bytes()
    for path in ("/", "/page/straits", "/archive/pages", "/archive/pages/1", "/-/health"):
        asyncio.run(site.datasette.client.request(method, path))
    assert site.path.read_bytes() == before


def test_a_bug_is_told_without_its_inside(
    site: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from archive.reading import Reader

    def broken(reader: Reader, slug: str) -> None:
        raise RuntimeError(f"secret {site.path}")

    monkeypatch.setattr(Reader, "page", broken)
    response = site.get("/page/straits")
    assert response.status_code == 500
    assert "It has been logged." in response.text
    assert "secret" not in response.text
    assert "secret" in caplog.text


def test_a_damaged_body_is_told_and_nothing_of_it_is_served(site_of: Callable[..., Any]) -> None:

    from archive.pages import PageSettings

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        keeper.look("one", [("title", "A title that is long enough to be packed well")])

    site = site_of(story)
    conn = sqlite3.connect(site.path)
    (data,) = conn.execute("SELECT data FROM blobs").fetchone()
    conn.execute("UPDATE blobs SET data = ?", (bytes(byte ^ 255 for byte in data),))
    conn.commit()
    conn.close()
    seq = site.get("/page/one/1.json").json()["observation"]
    response = site.get(f"/page/one/at/{seq}/raw")
    assert response.status_code == 500
    assert "can’t be read" in response.text
    assert site.get("/page/one/1").status_code == 200


def test_the_site_folder_never_becomes_a_package() -> None:
    assert not list(Path(site_dir()).rglob("__init__.py"))
    assert not list(Path(site_dir()).glob("*.db"))


def test_answers_are_checked_again_before_they_are_used_again(site: Any) -> None:
    first = site.get("/page/straits")
    assert first.headers["cache-control"] == "max-age=0, must-revalidate"
    assert site.get("/page/straits", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_a_live_archive_shows_what_was_committed_since(site_of: Callable[..., Any]) -> None:
    from archive.pages import PageSettings
    from archive.store import Archive

    site = site_of(lambda keeper: keeper.add(PageSettings(slug="one", url="http://a.example/")))
    assert "not looked at yet" in site.html("/")
    with Archive.open(site.path.parent, holder="test") as archive:
        archive.sync_pages(
            [PageSettings(slug="two", url="http://b.example/")],
            version="fiction/1",
            at=datetime(2031, 6, 1, tzinfo=UTC),
        )
        assert "two" in [page["slug"] for page in site.get("/.json").json()["listed"]]


def test_a_row_counts_what_leads_to_it_by_an_index_alone(site: Any) -> None:
    keys = asyncio.run(site.datasette.get_database("archive").get_all_foreign_keys())
    leading = {(key["other_table"], key["other_column"]) for key in keys["observations"]["incoming"]}
    assert ("page_states", "last_seq") not in leading
    assert ("renderings", "seq") in leading
    assert ("observations", "page_id") in {
        (key["other_table"], key["other_column"]) for key in keys["pages"]["incoming"]
    }
