"""Common subsequences: true ones, the best where that is affordable, and bounded where it is not."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from archive.diff import sequence
from archive.diff.sequence import Block, Codes, blocks, common_prefix, common_suffix, heaviest_increasing, increasing

FEW = st.text(alphabet="abc", max_size=60)


def assert_common(a: str, b: str, found: list[Block]) -> None:
    for i, j, size in found:
        assert size > 0
        assert a[i : i + size] == b[j : j + size]
    for (i, j, size), (k, m, _) in pairwise(found):
        assert i + size <= k
        assert j + size <= m


@settings(max_examples=200, deadline=None)
@given(FEW, FEW)
def test_blocks_are_a_longest_common_subsequence_where_it_is_affordable(a: str, b: str) -> None:
    found = blocks(a, b)
    assert_common(a, b, found)
    assert sum(size for *_, size in found) == LCSseq.similarity(a, b)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abcdefghij", max_size=120), st.text(alphabet="abcdefghij", max_size=120))
def test_blocks_are_a_common_subsequence_where_it_is_not_affordable(a: str, b: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequence, "CELLS", 64)
        patch.setattr(sequence, "_WINDOW", 8)
        assert_common(a, b, blocks(a, b))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=9))
def test_the_heaviest_increasing_subsequence_is_the_heaviest(pairs: list[tuple[int, int]]) -> None:
    values, weights = [value for value, _ in pairs], [weight for _, weight in pairs]
    found = heaviest_increasing(values, weights)
    assert all(values[a] < values[b] and a < b for a, b in pairwise(found))
    best = max(
        sum(weights[i] for i in chosen)
        for size in range(len(pairs) + 1)
        for chosen in combinations(range(len(pairs)), size)
        if all(values[a] < values[b] for a, b in pairwise(chosen))
    )
    assert sum(weights[i] for i in found) == best


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 20), max_size=12))
def test_an_increasing_subsequence_is_longest(values: list[int]) -> None:
    found = increasing(values)
    assert all(values[a] < values[b] and a < b for a, b in pairwise(found))
    assert len(found) == len(heaviest_increasing(values, [1] * len(values)))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab", max_size=80), st.text(alphabet="ab", max_size=80))
def test_common_ends_are_as_long_as_they_can_be(a: str, b: str) -> None:
    head = common_prefix(a, b)
    assert a[:head] == b[:head]
    assert head in (len(a), len(b)) or a[head] != b[head]
    tail = common_suffix(a, b, min(len(a), len(b)))
    assert a[len(a) - tail :] == b[len(b) - tail :]
    assert tail == min(len(a), len(b)) or a[-tail - 1] != b[-tail - 1]


def test_more_symbols_than_there_are_characters_are_said_to_be_too_many() -> None:
    codes = Codes()
    codes.encode(range(0x10FFFF))
    assert not codes.full
    codes.encode(["one more"])
    assert codes.full
