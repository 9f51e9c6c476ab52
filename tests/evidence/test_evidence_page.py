"""docs/evidence.md against the program: its fields, its known answers, and the verifier written from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import backup, merkle, notes, redact, signing
from archive.bodies import MAX_DEPTH, unpack
from archive.evidence import canonical, observation_entry
from archive.log import next_seq
from archive.model import Capture, Hop, Tls
from archive.store import Archive
from scraper.acts import reader_of
from scraper.interpret import VERSION

PAGE = (Path(__file__).resolve().parents[2] / "docs/evidence.md").read_text(encoding="utf-8")
KEY = signing.SigningKey(name="archive.example/log", seed=bytes(range(32)))


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[number]


ENTRIES = [line.encode() for line in block("json").splitlines()]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
VKEY, PROOF = block("text", 1).split("\n\n", 1)


def example_entry() -> dict[str, Any]:
    tls = Tls(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", chain_sha256=("00" * 32,), verified=True)
    url = "https://ministry.example/river-talks"
    hop = Hop(url=url, status=301, reason="Moved Permanently", headers=(), peer="192.0.2.1:443", tls=tls)
    at = datetime(2014, 5, 9, 12, tzinfo=UTC)
    capture = Capture(url=url, final_url=url, observed_at=at, duration_us=2500, hops=(hop,), tls=tls)
    judged = {"outcome": "new", "reason": None, "version": "x/1", "text_sha256": None}
    return observation_entry(
        capture, seq=1, page="river-talks", settings_sha256="00" * 32, body_sha256=None, judged=judged
    )


def test_the_page_describes_every_field_of_an_observation_and_no_other() -> None:
    section = PAGE.split("### `observation`")[1].split("### Other kinds")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(example_entry())


def test_the_page_names_every_field_of_a_hop_of_tls_of_the_environment_and_of_the_judgement() -> None:
    entry = example_entry()
    for value in (entry["hops"][0], entry["tls"], entry["environment"], entry["judged"]):
        assert [name for name in value if f"`{name}`" not in PAGE] == []


def test_the_page_names_every_kind_of_entry_with_its_fields(story: Path, entry: Any, tmp_path: Path) -> None:
    at = datetime(2014, 6, 1, tzinfo=UTC)
    made = backup.back_up(story, tmp_path / "backups", watch_list=tmp_path / "none", at=at)
    home = tmp_path / "restored"
    backup.restore(home, made, actor="desk", at=at)
    with Archive.open(home, holder="test") as archive:
        redact.redact(archive, [5], why="x", actor="desk", reader_of=reader_of, version=VERSION, at=at)
        size = next_seq(archive.conn) - 1
    section = PAGE.split("### Other kinds")[1].split("## The log")[0]
    entries = [entry(home, seq) for seq in range(1, size + 1)]
    kinds = {found["kind"]: found for found in entries if found["kind"] != "observation"}
    assert set(kinds) >= {"settings", "reading", "hold", "seen", "note", "redact", "restore"}
    for kind, found in kinds.items():
        line = next(line for line in section.splitlines() if re.match(rf"\|.*`{kind}`.*\|.*\|", line))
        assert [name for name in found if f"`{name}`" not in line and name not in ("kind", "seq", "page")] == [], kind


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('"\\/', r"\"\\/"),
        ("\b\t\n\f\r", r"\b\t\n\f\r"),
        ("\0\x1f", r"\u0000\u001f"),
        ("\x7f\u2028é😀", "\x7f\u2028é😀"),
    ],
)
def test_strings_have_the_form_that_the_page_gives_them(text: str, form: str) -> None:
    assert canonical({"b": [text, 1, None, True], "a": {}}) == f'{{"a":{{}},"b":["{form}",1,null,true]}}'.encode()


def test_the_pages_entries_are_canonical_and_hash_as_it_says() -> None:
    assert [canonical(json.loads(entry)) for entry in ENTRIES] == ENTRIES
    assert [digest.hex() for digest in (*LEAVES, merkle.root(LEAVES))] == block("text").split()


def test_the_pages_proof_is_the_one_that_is_made() -> None:
    checkpoint = notes.Checkpoint(origin=KEY.name, size=3, root=merkle.root(LEAVES))
    note = signing.sign_checkpoint(checkpoint, KEY)
    proof = notes.Proof(index=1, path=tuple(merkle.inclusion_proof(1, LEAVES)), checkpoint=note)
    assert KEY.verifier.text == VKEY
    assert proof.text == PROOF
    assert merkle.consistency_proof(2, LEAVES) == [LEAVES[2]]


def test_the_pages_frames_are_read_as_it_says() -> None:
    first, second, full, difference = block("text", 2).splitlines(keepends=True)
    assert unpack(bytes.fromhex(full)) == first.encode()
    assert unpack(bytes.fromhex(difference), first.encode()) == second.encode()


def test_the_page_names_the_greatest_depth() -> None:
    assert f"It is at most {MAX_DEPTH}." in PAGE


@pytest.fixture(scope="module")
def verify() -> Callable[[bytes, bytes, str], tuple[str, int, bytes]]:
    """The verifier that stands on the page."""
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102
    function: Callable[[bytes, bytes, str], tuple[str, int, bytes]] = names["verify"]
    return function


def proof_of(index: int, leaves: list[bytes]) -> bytes:
    checkpoint = notes.Checkpoint(origin=KEY.name, size=len(leaves), root=merkle.root(leaves))
    path = tuple(merkle.inclusion_proof(index, leaves))
    return notes.Proof(index=index, path=path, checkpoint=signing.sign_checkpoint(checkpoint, KEY)).text.encode()


def test_the_pages_verifier_passes_every_good_proof(verify: Callable[..., tuple[str, int, bytes]]) -> None:
    entries = [b"entry %d" % number for number in range(13)]
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    for index, entry in enumerate(entries):
        assert verify(entry, proof_of(index, leaves), VKEY) == (KEY.name, 13, merkle.root(leaves))


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(PROOF.encode()) - 1), bit=st.integers(0, 7))
def test_the_pages_verifier_fails_every_altered_proof(verify: Any, at: int, bit: int) -> None:
    altered = bytearray(PROOF.encode())
    altered[at] ^= 1 << bit
    with pytest.raises(Exception):  # noqa: B017, PT011 - an example that fails by whatever it meets
        verify(ENTRIES[1], bytes(altered), VKEY)


@settings(max_examples=50, deadline=None)
@given(at=st.integers(0, len(ENTRIES[1]) - 1), bit=st.integers(0, 7))
def test_the_pages_verifier_fails_every_altered_entry(verify: Any, at: int, bit: int) -> None:
    altered = bytearray(ENTRIES[1])
    altered[at] ^= 1 << bit
    with pytest.raises(ValueError, match="does not verify"):
        verify(bytes(altered), PROOF.encode(), VKEY)
