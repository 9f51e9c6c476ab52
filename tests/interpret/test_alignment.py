"""Two rows of blocks laid beside each other."""

from __future__ import annotations

import random

import pytest

from scraper.alignment import Step, align


def never(old: int, new: int) -> float:
    return 0.0


def always(old: int, new: int) -> float:
    return 1.0


@pytest.mark.parametrize(
    ("old", "new", "likeness", "steps"),
    [
        ([], [], always, []),
        ([1, 2], [1, 2], always, [Step(0, 0), Step(1, 1)]),
        ([1, 2, 3], [1, 3], always, [Step(0, 0), Step(1, None), Step(2, 1)]),
        ([1, 3], [1, 2, 3], always, [Step(0, 0), Step(None, 1), Step(1, 2)]),
        ([1, 2, 3], [1, 9, 3], always, [Step(0, 0), Step(1, 1), Step(2, 2)]),
        ([1, 2, 3], [1, 9, 3], never, [Step(0, 0), Step(1, None), Step(None, 1), Step(2, 2)]),
        ([5, 5, 5], [5, 5], always, [Step(0, 0), Step(1, 1), Step(2, None)]),
        ([], [1], always, [Step(None, 0)]),
    ],
)
def test_what_stayed_came_went_and_took_a_place(old, new, likeness, steps):
    assert align(old, new, likeness) == steps


def test_blocks_are_paired_with_those_they_are_most_like():
    alike = {(1, 2): 2.0, (2, 1): 0.1, (1, 1): 0.1}

    steps = align([1, 20, 30], [1, 40, 50], lambda old, new: alike.get((old, new), 0.0))

    assert steps == [Step(0, 0), Step(None, 1), Step(1, 2), Step(2, None)]


def test_every_block_of_both_rows_stands_in_one_step_in_order():
    turn = random.Random(1)
    for size in (1, 5, 30, 200):
        for _ in range(20):
            old, new = ([turn.randrange(size) for _ in range(size)] for _ in range(2))
            steps = align(old, new, lambda i, k: ((i * 7 + k * 3) % 5) / 5)
            assert [step.old for step in steps if step.old is not None] == list(range(size))
            assert [step.new for step in steps if step.new is not None] == list(range(size))
