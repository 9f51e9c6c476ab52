"""Signed notes, checkpoints and tlog-proofs: the public vectors, and everything that must be refused."""

from __future__ import annotations

import ast
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import merkle, notes, signing
from archive.notes import Checkpoint, NoteError, Proof

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "../shared/vectors/signed_note.json"
KEY = signing.SigningKey(name="archive.example/log", seed=bytes(range(32)))
OTHER = signing.SigningKey(name="witness.example", seed=bytes(32))
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(11)]
CHECKPOINT = Checkpoint(origin=KEY.name, size=len(LEAVES), root=merkle.root(LEAVES))
SIGNED = signing.sign_checkpoint(CHECKPOINT, KEY)
PROOF = Proof(index=4, path=tuple(merkle.inclusion_proof(4, LEAVES)), checkpoint=SIGNED)


@pytest.fixture(scope="module")
def vectors() -> Any:
    if not VECTORS.exists():
        pytest.skip("signed_note.json is not beside the checkout")
    return json.loads(VECTORS.read_text(encoding="utf-8"))


# -- the public vectors


def test_notes_of_the_reference_open_or_are_refused_as_there(vectors: Any) -> None:
    for case in vectors["open"]:
        keys = [notes.parse_verifier_key(text) for text in case["vkeys"]]
        if case["ok"]:
            text, signers = notes.open_note(case["note"], keys)
            assert [key.name for key in signers] == case["signers"]
            assert case["note"].startswith(text + "\n")
        else:
            with pytest.raises(NoteError):
                notes.open_note(case["note"], keys)


def test_verifier_keys_of_the_reference_are_read_and_written_as_there(vectors: Any) -> None:
    for text in (vectors["vkey"], vectors["vkey2"]):
        assert notes.parse_verifier_key(text).text == text


def test_garbled_verifier_keys_of_the_reference_are_refused(vectors: Any) -> None:
    for text in vectors["bad_vkeys"]:
        with pytest.raises(NoteError):
            notes.parse_verifier_key(text)


def test_the_references_signing_key_makes_the_references_note(vectors: Any) -> None:
    key = signing.parse_signing_key(vectors["skey"])
    assert key.text == vectors["skey"]
    assert key.verifier.text == vectors["vkey"]
    assert signing.sign_note(vectors["text"], [key]) == vectors["signed"]


def test_a_checkpoint_of_the_reference_is_read_and_written_as_there(vectors: Any) -> None:
    tree = vectors["tree_note"]
    parsed = notes.parse_checkpoint(tree["text"])
    assert parsed == Checkpoint(origin=tree["origin"], size=tree["size"], root=merkle.leaf_hash(tree["leaf"].encode()))
    assert parsed.text == tree["text"]


# -- keys


def test_a_key_pair_made_for_a_fixed_seed_is_known() -> None:
    assert KEY.text == "PRIVATE+KEY+archive.example/log+5911d5dd+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    assert KEY.verifier.text == "archive.example/log+5911d5dd+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"


def test_a_new_key_signs_what_its_public_half_verifies() -> None:
    key = signing.parse_signing_key(signing.generate_signing_key("archive.example/new").text + "\n")
    public = notes.parse_verifier_key(key.verifier.text + "\n")
    assert notes.open_note(signing.sign_note("text\n", [key]), [public]) == ("text\n", (public,))


def test_two_new_keys_differ() -> None:
    assert signing.generate_signing_key("a").seed != signing.generate_signing_key("a").seed


def test_a_signing_key_does_not_show_its_secret_when_printed() -> None:
    assert repr(KEY.seed) not in repr(KEY)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nend", "no-break\u00a0space", "\x1b[31m"])
def test_a_name_that_would_break_a_signature_line_is_refused(name: str) -> None:
    with pytest.raises(NoteError, match="can't be a key's name"):
        signing.generate_signing_key(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        KEY.verifier.text,
        KEY.text.removeprefix("PRIVATE+KEY+"),
        KEY.text[:-2],
        KEY.text.replace("archive", "archives"),
    ],
)
def test_a_garbled_signing_key_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(NoteError) as caught:
        signing.parse_signing_key(text)
    assert notes.to_base64(KEY.seed)[4:-4] not in str(caught.value)


# -- notes


def test_a_note_signed_by_two_opens_with_either_or_both() -> None:
    note = signing.sign_note("text\n", [KEY, OTHER])
    assert notes.open_note(note, [OTHER.verifier]) == ("text\n", (OTHER.verifier,))
    assert notes.open_note(note, [OTHER.verifier, KEY.verifier]) == ("text\n", (KEY.verifier, OTHER.verifier))


def test_a_text_with_empty_lines_is_split_at_the_last_one() -> None:
    note = signing.sign_note("one\n\ntwo\n\n\n", [KEY])
    assert notes.open_note(note, [KEY.verifier])[0] == "one\n\ntwo\n\n\n"


def test_a_wrong_signature_by_a_trusted_key_spoils_the_note_even_beside_a_right_one() -> None:
    note = signing.sign_note("text\n", [KEY]) + OTHER.sign("another text\n").line
    with pytest.raises(NoteError, match=r"by witness\.example is not one of this text"):
        notes.open_note(note, [KEY.verifier, OTHER.verifier])
    assert notes.open_note(note, [KEY.verifier])[0] == "text\n"


def test_a_key_of_the_same_name_with_another_public_half_is_not_the_signer() -> None:
    impostor = signing.SigningKey(name=KEY.name, seed=bytes(32))
    with pytest.raises(NoteError, match=r"signed by no key that is trusted here, only by: archive\.example/log"):
        notes.open_note(signing.sign_note("text\n", [impostor]), [KEY.verifier])


@pytest.mark.parametrize("text", ["", "no newline", "carriage\r\nreturn\n", "bell\a\n", "lone \ud800 surrogate\n"])
def test_a_text_that_can_t_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        signing.sign_note(text, [KEY])


def test_a_note_with_no_signer_is_not_made() -> None:
    with pytest.raises(NoteError, match="without a signature"):
        signing.sign_note("text\n", [])


def test_sixteen_signatures_are_read_and_a_flood_is_not() -> None:
    line = OTHER.sign("text\n").line
    note = signing.sign_note("text\n", [KEY])
    assert notes.open_note(note + line * 15, [KEY.verifier])
    with pytest.raises(NoteError, match="at most 64"):
        notes.open_note(note + line * 64, [KEY.verifier])


@pytest.mark.parametrize(
    ("what", "tail"),
    [
        ("no signature line", ""),
        ("not a signature", "text\n"),
        ("another dash", "- witness.example AAAAAAAA\n"),
        ("no signature bytes", "— witness.example AAAAAA==\n"),
        ("no base64", "— witness.example A*AAAAAA\n"),
        ("base64 with stray bits", "— witness.example AAAAAAB=\n"),
        ("base64 without padding", "— witness.example AAAAAAA\n"),
        ("no name", "—  AAAAAAAA\n"),
        ("an empty line after it", "— witness.example AAAAAAAA\n\n"),
    ],
)
def test_a_broken_signature_line_spoils_the_note(what: str, tail: str) -> None:
    with pytest.raises(NoteError):
        notes.parse_note("text\n\n" + tail)


# -- checkpoints


def test_a_signed_checkpoint_opens_to_what_was_signed() -> None:
    assert notes.open_checkpoint(SIGNED, [OTHER.verifier, KEY.verifier]) == CHECKPOINT


def test_a_checkpoint_keeps_its_extension_lines() -> None:
    checkpoint = replace(CHECKPOINT, extensions=("one", "two 2"))
    assert notes.open_checkpoint(signing.sign_checkpoint(checkpoint, KEY), [KEY.verifier]) == checkpoint


def test_a_checkpoint_of_one_log_signed_by_another_is_refused() -> None:
    note = signing.sign_note(CHECKPOINT.text, [OTHER])
    with pytest.raises(NoteError, match=r"signed by another: witness\.example"):
        notes.open_checkpoint(note, [OTHER.verifier, KEY.verifier])


def test_a_key_does_not_sign_for_another_log() -> None:
    with pytest.raises(NoteError, match="does not sign for"):
        signing.sign_checkpoint(CHECKPOINT, OTHER)


@pytest.mark.parametrize("extension", ["", "two\nlines", "carriage\rreturn"])
def test_a_checkpoint_that_would_read_back_otherwise_is_not_signed(extension: str) -> None:
    with pytest.raises(NoteError):
        signing.sign_checkpoint(replace(CHECKPOINT, extensions=(extension,)), KEY)


HASH = notes.to_base64(bytes(32))


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("too few lines", "origin\n1\n"),
        ("no origin", f"\n1\n{HASH}\n"),
        ("a leading zero", f"origin\n01\n{HASH}\n"),
        ("a sign", f"origin\n+1\n{HASH}\n"),
        ("digits of another script", f"origin\n١\n{HASH}\n"),
        ("more than 64 bits", f"origin\n{10**20}\n{HASH}\n"),
        ("a short root", "origin\n1\nAAAA\n"),
        ("a space after the root", f"origin\n1\n{HASH} \n"),
        ("an empty extension", f"origin\n1\n{HASH}\n\nextension\n"),
        ("no last newline", f"origin\n1\n{HASH}"),
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(what: str, text: str) -> None:
    with pytest.raises(NoteError):
        notes.parse_checkpoint(text)


# -- proofs


def test_a_proof_reads_as_the_specification_lays_it_out() -> None:
    assert replace(PROOF, extra=b"seq 5").text.split("\n") == [
        "c2sp.org/tlog-proof@v1",
        "extra c2VxIDU=",
        "index 4",
        *(notes.to_base64(digest) for digest in PROOF.path),
        "",
        *SIGNED.split("\n"),
    ]


@pytest.mark.parametrize("extra", [None, b"", b"anything"])
def test_a_proof_reads_back(extra: bytes | None) -> None:
    proof = replace(PROOF, extra=extra)
    assert notes.parse_proof(proof.text) == proof


def test_a_proof_of_the_only_entry_has_no_path_and_reads_back() -> None:
    only = signing.sign_checkpoint(Checkpoint(origin=KEY.name, size=1, root=LEAVES[0]), KEY)
    proof = notes.parse_proof(Proof(index=0, path=(), checkpoint=only).text)
    assert notes.verify_proof(proof, LEAVES[0], [KEY.verifier]).size == 1


def test_every_entrys_proof_leads_to_the_checkpoint() -> None:
    for index, leaf in enumerate(LEAVES):
        proof = Proof(index=index, path=tuple(merkle.inclusion_proof(index, LEAVES)), checkpoint=SIGNED)
        assert notes.verify_proof(notes.parse_proof(proof.text), leaf, [KEY.verifier]) == CHECKPOINT


def test_a_proof_does_not_hold_for_another_entry_or_place() -> None:
    for proof, leaf in ((PROOF, LEAVES[5]), (replace(PROOF, index=5), LEAVES[4])):
        with pytest.raises(NoteError, match="does not lead"):
            notes.verify_proof(proof, leaf, [KEY.verifier])


def test_a_proof_against_a_checkpoint_that_nobody_trusted_signed_is_refused() -> None:
    with pytest.raises(NoteError, match="signed by no key"):
        notes.verify_proof(PROOF, LEAVES[4], [OTHER.verifier])


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("another version", "proof@v1", "proof@v2"),
        ("no index", "index 4\n", ""),
        ("a leading zero", "index 4", "index 04"),
        ("a negative index", "index 4", "index -4"),
        ("extra after the index", "index 4", "index 4\nextra AAAA"),
        ("a short hash", "index 4\n", "index 4\nAAAA\n"),
        ("no checkpoint", "\n\n", "\n"),
        ("too long a path", "index 4", "index 4" + f"\n{HASH}" * 65),
    ],
)
def test_a_text_that_is_no_proof_is_refused(what: str, old: str, new: str) -> None:
    head, _, tail = PROOF.text.partition(KEY.name)
    with pytest.raises(NoteError):
        notes.parse_proof(head.replace(old, new) + (KEY.name + tail if what != "no checkpoint" else ""))


@given(st.integers(0, len(PROOF.text.encode()) - 1), st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_one_flipped_bit_anywhere_in_a_proof_is_seen(at: int, bit: int) -> None:
    altered = bytearray(PROOF.text.encode())
    altered[at] ^= 1 << bit
    try:
        text = altered.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(NoteError):
        notes.verify_proof(notes.parse_proof(text), LEAVES[4], [KEY.verifier])


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_refused_with_a_reason_and_nothing_else(text: str) -> None:
    for parse in (notes.parse_note, notes.parse_checkpoint, notes.parse_proof, notes.parse_verifier_key):
        with pytest.raises(NoteError):
            parse(text)


# -- what a verifier needs


def test_verifying_needs_the_standard_library_and_no_other_room() -> None:
    own = {"archive.merkle", "archive.ed25519_verify", "archive.notes"}
    for name in ("merkle", "ed25519_verify", "notes"):
        source = (ROOT / f"archive/{name}.py").read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module == "archive":
                found = {f"archive.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found = {node.module or ""}
            else:
                continue
            assert all(item in own or item.split(".")[0] in sys.stdlib_module_names for item in found), found


def test_signing_without_the_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with pytest.raises(signing.SigningUnavailable, match="pip install"):
        KEY.sign("text\n")
