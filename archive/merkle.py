"""The Merkle tree over the log's entries (RFC 9162, section 2.1; the same tree as RFC 6962): pure functions of hashes.

A leaf is the hash of one entry. Of the tree only *complete subtrees* are kept: node (level, idx) is the hash over the
2**level leaves from idx * 2**level on, written when the last of them arrives and never changed. Whatever else is asked
for (a root at any size, a proof) is made from them in O(log n) reads through `get(level, idx)`, which gives the stored
hash or raises. Standard library alone, so that a verifier can take this file as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = tuple[int, int, bytes]  # level, idx, hash
Get = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry: SHA-256 over 0x00 and its bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees: SHA-256 over 0x01, left and right."""
    return hashlib.sha256(b"\x01" + left + right).digest()


# -- the stored tree


def appended(size: int, leaf: bytes, get: Get) -> list[Node]:
    """The nodes that are complete once `leaf` (a leaf hash) becomes leaf number `size`; the leaf itself is the first."""
    nodes = [(0, size, leaf)]
    level, idx, right = nodes[0]
    while idx & 1:
        right = node_hash(get(level, idx - 1), right)
        level, idx = level + 1, idx >> 1
        nodes.append((level, idx, right))
    return nodes


def complete_nodes(leaves: Iterable[bytes]) -> Iterator[Node]:
    """Every complete node over these leaf hashes, in the order in which `appended` makes them, in O(log n) memory."""
    last: dict[int, bytes] = {}  # by level, the newest node: the only left sibling that can still be asked for
    for size, leaf in enumerate(leaves):
        for level, idx, digest in appended(size, leaf, lambda level, _idx: last[level]):
            last[level] = digest
            yield level, idx, digest


def root_at(size: int, get: Get) -> bytes:
    """The root over the first `size` leaves; of no leaves, the SHA-256 of nothing."""
    return _range_root(0, size, get) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, get: Get) -> list[bytes]:
    """The proof that leaf number `index` is in the tree of `size` leaves, from the leaf's sibling upwards."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, get))
            end = middle
        else:
            path.append(_range_root(start, middle, get))
            start = middle
    return path[::-1]


def consistency_path(size1: int, size2: int, get: Get) -> list[bytes]:
    """The proof that the tree of `size1` leaves is the beginning of that of `size2`; 0 < size1 <= size2."""
    if not 0 < size1 <= size2:
        raise ValueError(f"a tree of {size1} is no beginning of one of {size2} that can be proved")
    path: list[bytes] = []
    start, end = 0, size2
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            path.append(_range_root(middle, end, get))
            end = middle
        else:
            path.append(_range_root(start, middle, get))
            start = middle
    if start:
        path.append(_range_root(start, end, get))
    return path[::-1]


def _split(count: int) -> int:
    """The largest power of two below `count`: where a tree of that many leaves divides."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(start: int, end: int, get: Get) -> bytes:
    """The root over leaves start..end-1, where `start` is a place at which the tree divides."""
    count = end - start
    level = count.bit_length() - 1
    if count == 1 << level:
        return get(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range_root(start, middle, get), _range_root(middle, end, get))


# -- the same over leaves that are all at hand


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes, in one pass and O(log n) memory."""
    size = 0
    newest: dict[int, Node] = {}
    for level, idx, digest in complete_nodes(leaves):
        newest[level] = (level, idx, digest)
        size += level == 0
    return root_at(size, lambda level, _idx: newest[level][2])


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The inclusion proof of one of these leaf hashes."""
    return inclusion_path(index, len(leaves), _getter(leaves))


def consistency_proof(size1: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that the first `size1` of these leaf hashes are the beginning of them all."""
    return consistency_path(size1, len(leaves), _getter(leaves))


def _getter(leaves: Iterable[bytes]) -> Get:
    nodes = {(level, idx): digest for level, idx, digest in complete_nodes(leaves)}
    return lambda level, idx: nodes[level, idx]


# -- verifying: these believe nothing they are given


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether the proof shows leaf hash `leaf` as number `index` of the tree of `size` leaves with this root."""
    if not 0 <= index < size or not _are_hashes(leaf, tree_root, *proof):
        return False
    digest, position, last = leaf, index, size - 1
    for sibling in proof:
        if not last:
            return False
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and digest == tree_root


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> bool:
    """Whether the proof shows that the tree of `size1` leaves with root1 is the beginning of that of `size2` with root2.

    An empty tree is the beginning of every tree: there is nothing to prove of it, and no proof of it holds.
    """
    if 0 < size1 == size2:
        return not proof and root1 == root2
    if not 0 < size1 < size2 or not _are_hashes(root1, root2, *proof):
        return False
    nodes = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    if not nodes:
        return False
    position, last = size1 - 1, size2 - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = nodes[0]
    for sibling in nodes[1:]:
        if not last:
            return False
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and first == root1 and second == root2


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
