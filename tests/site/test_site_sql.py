"""Where everyone may ask in SQL the outbox stays closed, and nothing but the archive can be read or changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from scraper.serve_site import OUTBOX

READING = [
    "select * from {t}", "SELECT Rowid FROM [{T}]", 'select count(*) from "{t}"', "select * from main.{T}", "select * from `{t}`",
    "select/**/*/**/from/*x*/{t}", "select 1 where exists (select 1 from {t})", "select (select max(rowid) from {t})",
    "with x as (select * from {t}) select * from x", "explain select * from {t}", "explain query plan select * from {t}",
    "select * from pages join {t}", "select * from pages where id in (select rowid from {t})",
    "select * from (values (1)) union all select rowid from {T}", "select * from json_each((select json_group_array(rowid) from {t}))",
    "select {t}.* from {t}",
]  # fmt: skip
BEYOND = [
    "select * from sqlite_dbpage", "select * from fsdir('/')", "select readfile('/etc/passwd')", "select writefile('x', 'y')",
    "select load_extension('x')", "select edit('x')", "select * from zipfile('x')", "attach 'x' as y", "vacuum into 'x'",
    "pragma query_only = 0", "select * from pragma_query_only(0)", "select * from pragma_writable_schema",
    "delete from pages", "with x as (select 1) delete from pages", "select 1; delete from pages", "insert into pages values (1)",
    "replace into pages values (1)", "drop table pages", "create table x (y)", "create temp table x (y)", "begin", "reindex",
    "select * from bytecode('select 1')", "select * from pragma_table_list", "select fts3_tokenizer('simple', x'00')",
]  # fmt: skip


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Any]) -> Any:
    from archive.pages import PageSettings

    def story(keeper: Any) -> None:
        keeper.add(PageSettings(slug="one", url="http://a.example/"))
        keeper.look("one", [("paragraph", "It stands.")])

    return make(tmp_path_factory.mktemp("sql") / "home", story, sql=True)


def refused(site: Any, sql: str) -> bool:
    response = site.get(f"/archive.json?{urlencode({'sql': sql, '_shape': 'arrays'})}")
    return response.status_code == 400 and not response.json().get("rows")


@pytest.mark.parametrize("table", sorted(OUTBOX))
def test_no_way_of_asking_reads_the_outbox(open_site: Any, table: str) -> None:
    assert not refused(open_site, "select count(*) from pages")
    for sql in READING:
        assert refused(open_site, sql.format(t=table, T=table.title())), sql


@pytest.mark.parametrize("sql", BEYOND)
def test_nothing_is_changed_and_nothing_else_is_read(open_site: Any, sql: str) -> None:
    before = open_site.path.read_bytes()
    assert refused(open_site, sql)
    assert open_site.path.read_bytes() == before


def test_a_query_of_our_own_pages_is_not_lent_to_a_reader(open_site: Any) -> None:
    """The same text, also right after our page had SQLite prepare it, on whatever connection."""
    asked: list[str] = []
    database = open_site.datasette.databases["archive"]
    for _ in range(2 * open_site.datasette.setting("num_sql_threads")):  # a thread has its own connections
        open_site.get("/-/health")
        for conn in database._all_file_connections:
            conn.set_trace_callback(asked.append)
    for conn in database._all_file_connections:
        conn.set_trace_callback(None)
    about = re.compile(rf"\b(?:{'|'.join(OUTBOX)})\b")
    own = [sql for sql in asked if about.search(sql) and sql.lstrip().lower().startswith(("select", "with"))]
    assert own
    for sql in own:
        open_site.get("/-/health")
        assert refused(open_site, sql), sql


@pytest.mark.parametrize(
    "path",
    ["/archive/pages.json?_where=1=1", "/archive/pages.json?_where=id+in+(select+1)", "/archive.json?sql=select+1",
     "/archive/pages.json?_through=%7B%22table%22%3A%22Deliveries%22%2C%22column%22%3A%22id%22%2C%22value%22%3A%221%22%7D",
     "/archive/pages.json?_search=x&_fts_table=Alerts&_fts_pk=id", "/archive/ALERTS.json", "/archive/Deliveries/1.json",
     "/archive/sqlite_master.json", "/archive/sqlite_schema.json", "/archive/pragma_table_info.json", "/archive/_sqlite_migrations.json",
     "/_memory.json?sql=select+1", "/_internal/tables.json", "/archive/alerts?_facet=uid", "/archive/passages_fts.json"],
)  # fmt: skip
def test_in_public_no_address_asks_in_words_of_the_reader_s_own(site: Any, path: str) -> None:
    response = site.get(path)
    assert response.status_code in (400, 403, 404) or not response.json().get("rows"), response.text[:300]
