"""Bodies: stored as differences, read back whole or not at all."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import bodies
from archive.bodies import MAX_DEPTH, detach, pack, put_body, read_body, unpack, zstd
from archive.errors import Damaged, Redacted
from archive.migrations import upgrade


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    upgrade(Database(conn))
    yield conn
    conn.close()


def page(seed: int, *, paragraphs: int = 40, looks: int, edited: bool) -> list[bytes]:
    """Looks at one made-up page: a new token and counter at each, and where it is edited one new sentence."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcdefghilmnoprstuv", k=rng.randrange(2, 11))) for _ in range(900)]
    text = [" ".join(rng.choices(words, k=55)) for _ in range(paragraphs)]
    made = []
    for look in range(looks):
        if edited:
            text[rng.randrange(paragraphs)] += " " + " ".join(rng.choices(words, k=9)) + "."
        token = f"{rng.getrandbits(128):032x}"
        blocks = "\n".join(f"<p>{paragraph}</p>" for paragraph in text)
        made.append(f"<html><meta name=token content={token}><body>{blocks}<i>{1000 + look * 7}</i></body>".encode())
    return made


def put_all(conn: sqlite3.Connection, looks: list[bytes]) -> list[int]:
    ids: list[int] = []
    for body in looks:
        ids.append(put_body(conn, body, ids[-1] if ids else None))
    return ids


def one(conn: sqlite3.Connection, sql: str, *values: object) -> int:
    return int(conn.execute(sql, values).fetchone()[0])


# -- packing


@settings(deadline=None)
@given(data=st.binary(max_size=2000), prefix=st.binary(max_size=2000))
def test_what_was_packed_is_unpacked(data: bytes, prefix: bytes) -> None:
    assert unpack(pack(data, prefix), prefix) == data
    assert unpack(pack(data, prefix), prefix, size_bytes=len(data)) == data


def test_another_prefix_is_an_error_and_not_other_bytes() -> None:
    first, second = page(1, looks=2, edited=True)
    with pytest.raises(zstd.ZstdError):
        unpack(pack(second, first), first.replace(b"e", b"i"))
    with pytest.raises(zstd.ZstdError):
        unpack(pack(second, first))


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: data + data])
def test_a_frame_that_ends_elsewhere_is_an_error(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(zstd.ZstdError):
        unpack(spoil(pack(b"body")))


@pytest.mark.parametrize("size_bytes", [0, 10, 49_999_999, 50_000_001])
def test_a_frame_of_another_size_than_stored_is_an_error(size_bytes: int) -> None:
    with pytest.raises(zstd.ZstdError):
        unpack(pack(bytes(50_000_000)), size_bytes=size_bytes)


# -- storing


def test_the_same_bytes_are_stored_once(conn: sqlite3.Connection) -> None:
    first = put_body(conn, b"body", None)
    other = put_body(conn, b"another", first)
    assert put_body(conn, b"body", other) == first
    assert one(conn, "SELECT count(*) FROM blobs") == 2


@pytest.mark.parametrize("body", [b"", b"\0", b"x" * 100, bytes(range(256)) * 300])
def test_a_body_of_any_kind_reads_back_alone_and_after_another(conn: sqlite3.Connection, body: bytes) -> None:
    alone = put_body(conn, body, None)
    after = put_body(conn, body + b"!", alone)
    last = put_body(conn, b"?" + body, after)
    assert [read_body(conn, blob_id) for blob_id in (alone, after, last)] == [body, body + b"!", b"?" + body]


def test_every_body_of_a_long_history_reads_back_in_bounded_steps(conn: sqlite3.Connection) -> None:
    looks = page(2, looks=150, edited=True)
    ids = put_all(conn, looks)
    assert [read_body(conn, blob_id) for blob_id in ids] == looks
    assert one(conn, "SELECT max(depth) FROM blobs") <= MAX_DEPTH


def test_the_stored_depth_is_the_number_of_steps(conn: sqlite3.Connection) -> None:
    put_all(conn, page(3, looks=80, edited=True))
    wrong = (
        "SELECT count(*) FROM blobs b LEFT JOIN blobs c ON c.id = b.base_id WHERE b.depth != coalesce(c.depth + 1, 0)"
    )
    assert one(conn, wrong) == 0


def test_fifty_revisions_of_a_page_take_less_than_250_bytes_each(conn: sqlite3.Connection) -> None:
    looks = [body for seed in range(4) for body in page(seed, looks=50, edited=True)]
    assert 13_000 < sum(map(len, looks)) / len(looks) < 22_000
    for seed in range(4):
        put_all(conn, looks[seed * 50 : seed * 50 + 50])
    full_bytes = one(conn, "SELECT sum(length(data)) FROM blobs WHERE base_id IS NULL")
    assert one(conn, "SELECT sum(length(data)) FROM blobs") - full_bytes < 150 * len(looks)
    assert one(conn, "SELECT count(*) FROM blobs WHERE base_id IS NULL") == 4


def test_noise_alone_never_makes_a_chain_longer_nor_a_page_full_again(conn: sqlite3.Connection) -> None:
    ids = put_all(conn, page(5, looks=300, edited=False))
    assert one(conn, "SELECT max(depth) FROM blobs") == 1
    assert one(conn, "SELECT max(length(data)) FROM blobs WHERE id > ?", ids[0]) < 120


def test_a_page_that_becomes_another_page_is_stored_in_full(conn: sqlite3.Connection) -> None:
    ids = put_all(conn, [page(6, looks=1, edited=False)[0], page(7, looks=1, edited=False)[0]])
    assert conn.execute("SELECT base_id, depth FROM blobs WHERE id = ?", (ids[1],)).fetchone() == (None, 0)


def test_a_chain_at_its_limit_starts_again_from_its_full_body(conn: sqlite3.Connection) -> None:
    put_all(conn, page(8, looks=120, edited=True))
    full_ids = {row[0] for row in conn.execute("SELECT id FROM blobs WHERE base_id IS NULL")}
    again = {row[0] for row in conn.execute("SELECT base_id FROM blobs WHERE depth = 1 AND id > 60")}
    assert again
    assert again <= full_ids


def test_large_bodies_have_short_chains(conn: sqlite3.Connection) -> None:
    looks = page(9, looks=12, paragraphs=1500, edited=True)
    ids = put_all(conn, looks)
    assert len(looks[0]) > bodies._REACH_BYTES // 3
    assert one(conn, "SELECT max(depth) FROM blobs") <= 4
    assert one(conn, "SELECT max(length(data)) FROM blobs WHERE id > ?", ids[0]) < 3000
    assert [read_body(conn, blob_id) for blob_id in ids] == looks


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in kilobytes on Linux only")
def test_bodies_of_ten_megabytes_are_stored_and_read_in_bounded_memory() -> None:
    script = """if True:
        import random, resource, sqlite3
        from sqlite_utils import Database
        from archive.bodies import put_body, read_body
        from archive.migrations import upgrade
        conn = sqlite3.connect(":memory:", isolation_level=None)
        upgrade(Database(conn))
        rng = random.Random(1)
        body = bytearray(b"".join(b"%08x some words" % rng.getrandbits(32) for _ in range(500_000)))[:10_000_000]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        last = None
        for turn in range(6):
            body[turn * 1000 : turn * 1000 + 12] = b"edited words"
            last = put_body(conn, bytes(body), last)
        assert read_body(conn, last) == body
        sizes = [row[0] for row in conn.execute("SELECT length(data) FROM blobs")]
        assert max(sizes[1:]) < 3000, sizes
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 200


# -- damage


@pytest.fixture
def unguarded(conn: sqlite3.Connection) -> sqlite3.Connection:
    """Three bodies in a chain, without the triggers that keep evidence as it is."""
    for (name,) in conn.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'blobs'"
    ).fetchall():
        conn.execute(f"DROP TRIGGER {name}")
    conn.execute("PRAGMA foreign_keys = OFF")
    put_all(conn, CHAIN)
    assert [row[0] for row in conn.execute("SELECT depth FROM blobs ORDER BY id")] == [0, 1, 2]
    return conn


_ROWS = b"".join(b"<p>%d %d</p>" % (n, n * n) for n in range(300))
_NEWS = b"".join(b"<b>%d</b>" % (n**9) for n in range(1, 60))
CHAIN = [_ROWS, _ROWS + _NEWS, _ROWS + _NEWS + b"<i>last</i>"]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_one_flipped_bit_of_any_blob_is_damage_and_never_other_bytes(data: st.DataObject) -> None:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    upgrade(Database(conn))
    put_all(conn, CHAIN)
    blob_id = data.draw(st.integers(1, 3))
    stored = bytearray(conn.execute("SELECT data FROM blobs WHERE id = ?", (blob_id,)).fetchone()[0])
    at = data.draw(st.integers(0, len(stored) - 1))
    stored[at] ^= 1 << data.draw(st.integers(0, 7))
    conn.execute("UPDATE blobs SET data = ? WHERE id = ?", (bytes(stored), blob_id))
    try:
        read = read_body(conn, 3)
    except Damaged:
        read = CHAIN[2]
    assert read == CHAIN[2]  # a bit without meaning, such as a reserved one, changes nothing
    conn.close()


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("is missing", "DELETE FROM blobs WHERE id = 1"),
        ("is as deep as", "UPDATE blobs SET base_id = 3 WHERE id = 1"),
        ("is as deep as", "UPDATE blobs SET depth = 2 WHERE id = 2"),
        ("can't be decoded", "UPDATE blobs SET base_id = NULL WHERE id = 3"),
        ("can't be decoded", "UPDATE blobs SET base_id = 1 WHERE id = 3"),
        ("can't be decoded", "UPDATE blobs SET size_bytes = size_bytes + 1 WHERE id = 2"),
        ("garbled", "UPDATE blobs SET size_bytes = -1 WHERE id = 2"),
        ("now have the digest", "UPDATE blobs SET sha256 = zeroblob(32) WHERE id = 3"),
    ],
)
def test_a_chain_that_is_no_longer_itself_is_damage(unguarded: sqlite3.Connection, what: str, statement: str) -> None:
    unguarded.execute(statement)
    with pytest.raises(Damaged, match=what):
        read_body(unguarded, 3)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE blobs SET data = zeroblob(40) WHERE id = 2",
        "UPDATE blobs SET sha256 = zeroblob(32) WHERE id = 3",
        "DELETE FROM blobs WHERE id = 3",
    ],
)
def test_damage_to_older_bodies_does_not_keep_a_new_one_out(unguarded: sqlite3.Connection, statement: str) -> None:
    unguarded.execute(statement)
    new = put_body(unguarded, CHAIN[2] + b"<p>new</p>", 3)
    assert read_body(unguarded, new) == CHAIN[2] + b"<p>new</p>"
    assert unguarded.execute("SELECT base_id FROM blobs WHERE id = ?", (new,)).fetchone() == (None,)


# -- taking one out


@pytest.mark.parametrize("taken", [0, 7, 30, 59])
def test_a_detached_body_can_be_emptied_and_all_others_still_read(conn: sqlite3.Connection, taken: int) -> None:
    looks = page(11, looks=60, edited=True)
    ids = put_all(conn, looks)
    detach(conn, ids[taken])
    conn.execute("UPDATE blobs SET data = x'' WHERE id = ?", (ids[taken],))
    kept = [at for at in range(len(ids)) if at != taken]
    assert [read_body(conn, ids[at]) for at in kept] == [looks[at] for at in kept]
    with pytest.raises(Redacted):
        read_body(conn, ids[taken])


def test_detaching_counts_what_it_encoded_again_and_finds_nothing_the_second_time(conn: sqlite3.Connection) -> None:
    ids = put_all(conn, page(12, looks=10, edited=True))
    builders = one(conn, "SELECT count(*) FROM blobs WHERE base_id = ?", ids[0])
    assert detach(conn, ids[0]) == builders > 0
    assert detach(conn, ids[0]) == 0
