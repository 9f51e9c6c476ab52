"""The Merkle tree against the RFC's own definitions, known answers and the public vectors."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import merkle

VECTORS = Path(__file__).resolve().parents[2] / "../shared/vectors"
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(200)]


def vectors(name: str) -> Any:
    path = VECTORS / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def cases(name: str) -> list[Any]:
    """One test for each vector; where the vectors are not at hand, one test that says so."""
    found = vectors(name)
    if found is None:
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{name} is not beside the checkout"))]
    return [pytest.param(vector, id=vector["file"].removeprefix("testdata/")) for vector in found["vectors"]]


def unbase64(value: str | None) -> bytes:
    return base64.b64decode(value or "")


# RFC 9162, sections 2.1.1, 2.1.3.1 and 2.1.4.1, as they are written there


def mth(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = divide(len(leaves))
    return merkle.node_hash(mth(leaves[:k]), mth(leaves[k:]))


def divide(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def rfc_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = divide(len(leaves))
    return [*rfc_path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*rfc_path(m - k, leaves[k:]), mth(leaves[:k])]


def rfc_subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = divide(n)
    if m <= k:
        return [*rfc_subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*rfc_subproof(m - k, leaves[k:], False), mth(leaves[:k])]


class Table:
    """The archive's table of complete nodes, which counts what is read from it and refuses a second writing."""

    def __init__(self, leaves: Sequence[bytes] = ()) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.reads = 0
        for size, leaf in enumerate(leaves):
            self.append(size, leaf)

    def append(self, size: int, leaf: bytes) -> None:
        for level, idx, digest in merkle.appended(size, leaf, self.get):
            assert (level, idx) not in self.rows
            self.rows[level, idx] = digest

    def get(self, level: int, idx: int) -> bytes:
        self.reads += 1
        return self.rows[level, idx]


TABLE = Table(LEAVES)


@pytest.mark.parametrize("vector", cases("rfc6962_inclusion.json"))
def test_an_inclusion_vector_is_judged_as_its_makers_say(vector: Any) -> None:
    proof = [unbase64(value) for value in vector["proof"] or ()]
    holds = merkle.verify_inclusion(
        unbase64(vector["leafHash"]), vector["leafIdx"], vector["treeSize"], proof, unbase64(vector["root"])
    )
    assert holds is not vector["wantErr"]


@pytest.mark.parametrize("vector", cases("rfc6962_consistency.json"))
def test_a_consistency_vector_is_judged_as_its_makers_say(vector: Any) -> None:
    proof = [unbase64(value) for value in vector["proof"] or ()]
    holds = merkle.verify_consistency(
        vector["size1"], vector["size2"], proof, unbase64(vector["root1"]), unbase64(vector["root2"])
    )
    assert holds is not vector["wantErr"]


@pytest.fixture(scope="module")
def tree() -> Any:
    found = vectors("rfc6962_tree.json")
    if found is None:
        pytest.skip("rfc6962_tree.json is not beside the checkout")
    return found


def test_leaf_and_node_hashes_are_those_of_the_reference(tree: Any) -> None:
    for case in tree["hasher"]:
        if case["what"] == "leaf":
            made = merkle.leaf_hash(bytes.fromhex(case["input_hex"]))
        else:
            made = merkle.node_hash(bytes.fromhex(case["left_hex"]), bytes.fromhex(case["right_hex"]))
        assert made.hex() == case["hash"], case


def test_roots_of_the_reference_tree_are_the_same_at_every_size(tree: Any) -> None:
    leaves = [merkle.leaf_hash(bytes.fromhex(data)) for data in tree["leaf_inputs_hex"]]
    table = Table(leaves)
    for size, expected in enumerate(tree["root_hashes_hex_by_size"]):
        assert merkle.root(leaves[:size]).hex() == expected
        assert merkle.root_at(size, table.get).hex() == expected


def test_proofs_of_the_reference_tree_are_the_same(tree: Any) -> None:
    leaves = [merkle.leaf_hash(bytes.fromhex(data)) for data in tree["leaf_inputs_hex"]]
    get = Table(leaves).get
    for case in tree["inclusion"]:
        made = merkle.inclusion_path(case["index"], case["size"], get)
        assert [digest.hex() for digest in made] == case["proof_hex"], case
        assert made == merkle.inclusion_proof(case["index"], leaves[: case["size"]])
    for case in tree["consistency"]:
        made = merkle.consistency_path(case["size1"], case["size2"], get)
        assert [digest.hex() for digest in made] == case["proof_hex"], case
        assert made == merkle.consistency_proof(case["size1"], leaves[: case["size2"]])


def test_the_root_of_nothing_and_of_one_empty_entry_are_known() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (
        merkle.root([merkle.leaf_hash(b"")]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


def test_the_root_of_three_leaves_is_what_hashing_by_hand_gives() -> None:
    # printf '\000a' | sha256sum, and so on for b and c; then 01 left right, twice
    leaves = [merkle.leaf_hash(letter) for letter in (b"a", b"b", b"c")]
    assert leaves[0].hex() == "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c"
    assert merkle.root(leaves).hex() == "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1"


def test_the_stored_tree_gives_the_rfcs_root_at_every_size() -> None:
    assert [merkle.root_at(size, TABLE.get) for size in range(len(LEAVES) + 1)] == [
        mth(LEAVES[:size]) for size in range(len(LEAVES) + 1)
    ]


def test_one_pass_over_the_leaves_gives_the_rfcs_root() -> None:
    assert [merkle.root(iter(LEAVES[:size])) for size in range(70)] == [mth(LEAVES[:size]) for size in range(70)]


def test_one_pass_over_the_leaves_gives_every_node_of_the_table() -> None:
    assert {(level, idx): digest for level, idx, digest in merkle.complete_nodes(LEAVES)} == TABLE.rows


def test_every_inclusion_path_is_the_rfcs_and_verifies() -> None:
    for size in range(1, 70):
        tree_root = mth(LEAVES[:size])
        for index in range(size):
            path = merkle.inclusion_path(index, size, TABLE.get)
            assert path == rfc_path(index, LEAVES[:size])
            assert merkle.verify_inclusion(LEAVES[index], index, size, path, tree_root)


def test_every_consistency_path_is_the_rfcs_and_verifies() -> None:
    for size2 in range(1, 70):
        for size1 in range(1, size2 + 1):
            path = merkle.consistency_path(size1, size2, TABLE.get)
            assert path == rfc_subproof(size1, LEAVES[:size2], True)
            assert merkle.verify_consistency(size1, size2, path, mth(LEAVES[:size1]), mth(LEAVES[:size2]))


def test_the_table_holds_complete_subtrees_only() -> None:
    table = Table(LEAVES[:7])
    assert sorted(table.rows) == [*((0, idx) for idx in range(7)), (1, 0), (1, 1), (1, 2), (2, 0)]


def test_roots_and_proofs_read_a_logarithmic_number_of_nodes() -> None:
    size = 1_000_003
    table = Table()
    table.rows = _Anything()
    merkle.root_at(size, table.get)
    merkle.inclusion_path(size // 3, size, table.get)
    merkle.consistency_path(size // 3, size, table.get)
    merkle.appended(size, LEAVES[0], table.get)
    assert table.reads <= 5 * size.bit_length()


class _Anything(dict[tuple[int, int], bytes]):
    def __missing__(self, key: tuple[int, int]) -> bytes:
        return merkle.EMPTY_ROOT


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_path_to_a_leaf_that_is_not_there_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_path(index, size, TABLE.get)


@pytest.mark.parametrize(("size1", "size2"), [(0, 5), (6, 5), (-1, 5)])
def test_a_path_from_a_tree_that_is_no_beginning_is_refused(size1: int, size2: int) -> None:
    with pytest.raises(ValueError, match="no beginning"):
        merkle.consistency_path(size1, size2, TABLE.get)


SIZES = st.integers(min_value=1, max_value=len(LEAVES))


@settings(deadline=None)
@given(st.data())
def test_a_proof_of_one_leaf_is_no_proof_of_anything_else(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size + 1).filter(lambda number: number != index))
    path = merkle.inclusion_path(index, size, TABLE.get)
    tree_root = merkle.root_at(size, TABLE.get)
    leaf = LEAVES[index]
    assert not merkle.verify_inclusion(leaf, other, size, path, tree_root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"another"), index, size, path, tree_root)
    assert not merkle.verify_inclusion(leaf, index, size, [*path, leaf], tree_root)
    assert not merkle.verify_inclusion(leaf, index, size, [leaf, *path], tree_root)
    assert not merkle.verify_inclusion(leaf, index, size, path, merkle.root_at(size - 1, TABLE.get))
    if path:
        assert not merkle.verify_inclusion(leaf, index, size, path[:-1], tree_root)
        assert not merkle.verify_inclusion(leaf, index, size, _flipped(data, path), tree_root)


@settings(deadline=None)
@given(st.data())
def test_a_rewritten_beginning_has_no_consistency_proof(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(min_value=2, max_value=len(LEAVES)))
    size1 = data.draw(st.integers(1, size2 - 1))
    altered = data.draw(st.integers(0, size1 - 1))
    forged = [*LEAVES[:altered], merkle.leaf_hash(b"rewritten"), *LEAVES[altered + 1 : size2]]
    path = merkle.consistency_path(size1, size2, Table(forged).get)
    kept_root = merkle.root_at(size1, TABLE.get)
    assert not merkle.verify_consistency(size1, size2, path, kept_root, merkle.root(forged))


@settings(deadline=None)
@given(st.data())
def test_a_consistency_proof_holds_for_its_own_sizes_and_hashes_only(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(min_value=2, max_value=len(LEAVES)))
    size1 = data.draw(st.integers(1, size2 - 1))
    path = merkle.consistency_path(size1, size2, TABLE.get)
    root1, root2 = merkle.root_at(size1, TABLE.get), merkle.root_at(size2, TABLE.get)
    assert not merkle.verify_consistency(size1, size2, path, root2, root1)
    assert not merkle.verify_consistency(size2, size1, path, root2, root1)
    assert not merkle.verify_consistency(size1, size2, [*path, root1], root1, root2)
    assert not merkle.verify_consistency(size1, size2, path[:-1], root1, root2)
    assert not merkle.verify_consistency(size1, size2, _flipped(data, path), root1, root2)


def _flipped(data: st.DataObject, path: list[bytes]) -> list[bytes]:
    at = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    altered = (int.from_bytes(path[at]) ^ (1 << bit)).to_bytes(32)
    return [*path[:at], altered, *path[at + 1 :]]
