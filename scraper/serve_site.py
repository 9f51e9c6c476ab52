"""The reading room: Datasette over one archive, opened read only, with this project's pages."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.utils import parse_metadata

from archive.site import site_dir

NAME = "archive"  # the database's name in every address and in metadata.yaml
OUTBOX = frozenset(
    {"alerts", "alert_rules", "messages", "deliveries", "conditions", "triage", "anchors", "cool_downs", "sizes"}
)

VIEWS = frozenset({"snapshots", "log"})
COUNTED = 10_000  # rows of a table, or of what is asked of it; of more it is only said that they are many
COUNTED_OF_A_VIEW = 500  # each of them costs steps in several tables
_STATEMENTS = 256  # that stay prepared on a connection
_CACHE_KIB = 8000  # of the file, that each connection of our own pages keeps: a page of them reads some hundred places
_COUNT = re.compile(r"select count\(\*\) (from \[?(\w+)\]?.*)", re.DOTALL)

T = TypeVar("T")


class ReadOnlyDatabase(Database):  # type: ignore[misc]
    """The archive's file as Datasette reads it: nothing on the web writes, whatever characters its path has.

    What is operational is read by our own pages alone (`read`): SQLite itself refuses it to every other query. To forbid
    it makes a connection forget what it has prepared, so that there are two kinds of them.
    """

    published: Collection[str] = ()  # tables

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._own = threading.local()
        self._keys: dict[str, dict[str, list[dict[str, str]]]] | None = None

    def connect(self, write: bool = False) -> sqlite3.Connection:
        if write:
            raise PermissionError(f"{self.name} is served for reading only")
        conn = self._connect()
        conn.set_authorizer(_not_the_outbox)
        return conn

    async def execute(self, sql: str, params: Any = None, **more: Any) -> Any:
        """As Datasette asks; but rows are counted up to a bound, past which it is told that this takes too long."""
        counting = _COUNT.match(sql)
        if counting is None:
            return await super().execute(sql, params, **more)
        bound = COUNTED if counting[2] not in VIEWS else COUNTED_OF_A_VIEW
        found = await super().execute(f"select count(*) from (select 1 {counting[1]} limit {bound + 1})", params)
        if found.rows[0][0] > bound:
            raise QueryInterrupted("too many rows to count", sql, params)
        return found

    async def table_names(self) -> list[str]:
        """Those that are published. Of every one of them Datasette asks who may see it, and counts the rows."""
        return [name for name in await super().table_names() if name in self.published]

    async def get_all_foreign_keys(self) -> dict[str, dict[str, list[dict[str, str]]]]:
        """As Datasette asks for them; it counts the rows that lead to a row: not in the outbox, nor without an index."""
        if self._keys is None:
            found = await super().get_all_foreign_keys()
            incoming = {
                (key["other_table"], key["other_column"]) for ways in found.values() for key in ways["incoming"]
            }
            counted = {key for key in incoming if key[0] not in OUTBOX and await self._is_found(*key)}
            self._keys = {
                table: {
                    "incoming": [
                        key for key in ways["incoming"] if (key["other_table"], key["other_column"]) in counted
                    ],
                    "outgoing": [key for key in ways["outgoing"] if key["other_table"] not in OUTBOX],
                }
                for table, ways in found.items()
            }
        return self._keys

    async def _is_found(self, table: str, column: str) -> bool:
        """Whether the rows of a table that have a value in this column are found without reading all."""
        plan = await self.execute(f"explain query plan select 1 from [{table}] where [{column}] = 1")
        return all(step["detail"].startswith("SEARCH") and "ANY(" not in step["detail"] for step in plan.rows)

    async def read(self, own: Callable[[sqlite3.Connection], T]) -> T:
        """What a page of ours reads, the outbox too: on connections of its own, whose statements stay prepared.

        A connection serves one query at a time.
        """

        def in_thread() -> T:
            conn: sqlite3.Connection | None = getattr(self._own, "conn", None)
            if conn is None:
                conn = self._own.conn = self._connect()
                conn.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            return own(conn)

        return await asyncio.get_running_loop().run_in_executor(self.ds.executor, in_thread)

    def _connect(self) -> sqlite3.Connection:
        uri = f"{Path(self.path).resolve().as_uri()}?mode=ro"
        conn = sqlite3.connect(uri, uri=True, check_same_thread=False, cached_statements=_STATEMENTS)
        conn.execute("PRAGMA query_only = 1")
        self._all_file_connections.append(conn)
        return conn


def _not_the_outbox(action: int, table: str | None, *_: object) -> int:
    hidden = action == sqlite3.SQLITE_READ and table is not None and table.lower() in OUTBOX
    return sqlite3.SQLITE_DENY if hidden else sqlite3.SQLITE_OK


def make_datasette(db_path: Path, *, base_url: str = "/", public_url: str = "", sql: bool = False) -> Datasette:
    """Datasette with the archive at `db_path`, safe to stand on the internet.

    `base_url` is the path under which a proxy publishes it; `public_url` the address that feeds and citations name
    (default: as asked). `sql` lets everyone run their own queries: for archives that are not public.
    """
    folder = site_dir()
    metadata = parse_metadata((folder / "metadata.yaml").read_text("utf-8"))
    metadata["plugins"] = {"reading_room": {"public_url": public_url.rstrip("/")}}
    settings: dict[str, Any] = json.loads((folder / "settings.json").read_text("utf-8"))
    site = Datasette(
        files=[],
        config_dir=folder,
        metadata=metadata,
        settings={**settings, "base_url": _base(base_url), "default_allow_sql": sql},
    )
    site.remove_database("_memory")
    database = ReadOnlyDatabase(site, path=str(db_path), is_mutable=True)
    database.published = metadata["databases"][NAME]["tables"].keys()
    site.add_database(database, name=NAME)
    return site


def _base(path: str) -> str:
    """A base path as Datasette wants it: with a slash at both ends."""
    inner = path.strip("/")
    return f"/{inner}/" if inner else "/"
