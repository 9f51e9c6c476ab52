from __future__ import annotations

import re

import pytest

from archive.diff import ops
from archive.site.inline import runs
from archive.site.language import ENGLISH
from archive.site.marks import MarkedBlock, folds, marked


def laid_out(old: str, new: str, **kinds: list[str]) -> tuple[MarkedBlock, ...]:
    return marked(old, new, ops(old, new), **kinds)


def side(blocks: tuple[MarkedBlock, ...], name: str) -> list[str]:
    texts = ["".join(part.text for part in getattr(block, name) if not part.border) for block in blocks]
    return [text.strip() for text in texts if text.strip()]


PAIRS = [
    ("One two three.", "One 2 three."),
    ("Title\n\nFirst one stands. Second goes.\n\nTail.", "Title\n\nFirst one stands.\n\nTail.\n\nNew."),
    (
        "A long passage that moves to the end.\n\nStays here all along.\n\nAnd this.",
        "Stays here all along.\n\nAnd this.\n\nA long passage that moves to the end.",
    ),
    ("", "All of it is new.\n\nAll."),
    ("All of it goes.\n\nAll.", ""),
    ("Split me here. Into two parts.", "Split me here.\n\nInto two parts."),
    ("Join me here.\n\nInto one part.", "Join me here. Into one part."),
]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_both_texts_can_be_read_out_of_a_marked_comparison(old: str, new: str) -> None:
    blocks = laid_out(old, new)
    assert "".join(side(blocks, "new")).replace(" ", "") == new.replace("\n", "").replace(" ", "")
    assert "".join(side(blocks, "old")).replace(" ", "") == old.replace("\n", "").replace(" ", "")


STAYS = "\n\n".join(f"Protocol {n} of the accords stays in force as it was signed." for n in range(6))
MOVES = [
    (f"Minister of the Straits\n\nOlga Reve of Port Sable\n\n{STAYS}", f"{STAYS}\n\nMinister of the Straits\n\nOlga Reve of Port Sable"),
    (f"{STAYS}\n\n1.3 When you use the ferries of the company you accept its terms.", f"When you use the ferries of the company you accept its terms.\n\n{STAYS}"),
    (f"{STAYS}\n\nShips of every flag pass here.", f"Ships of any flag pass freely here.\n\n{STAYS}"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [*PAIRS, *MOVES])
def test_changes_are_numbered_from_one_without_gaps_and_have_one_anchor_each_in_both_views(old: str, new: str) -> None:
    blocks = laid_out(old, new)
    for view in ([block.segments for block in blocks], [block.old + block.new for block in blocks]):
        shown = "".join(runs(segments, ENGLISH) for segments in view)
        anchors = re.findall(r'id="([a-z]+-\d+)"', shown)
        assert len(anchors) == len(set(anchors))
        changes = [int(anchor.partition("-")[2]) for anchor in anchors if anchor.startswith("change-")]
        assert sorted(changes) == list(range(1, len(changes) + 1))
        assert changes
        assert set(re.findall(r'href="#([a-z]+-\d+)"', shown)) <= set(anchors)


def test_a_paragraph_that_went_whole_stands_alone_without_a_paragraph_mark() -> None:
    blocks = laid_out("Here we begin.\n\nThis goes away.\n\nHere we end.", "Here we begin.\n\nHere we end.")
    assert [block.changes for block in blocks] == [(), (1,), ()]
    assert not any(part.border for block in blocks for part in block.segments)


def test_a_moved_passage_is_told_at_both_places_with_one_number() -> None:
    stays = "\n\n".join(f"Protocol {n} of the accords stays in force as it was signed." for n in range(4))
    blocks = laid_out(f"This passage goes to the end.\n\n{stays}", f"{stays}\n\nThis passage goes to the end.")
    ends = [(part.kind, part.change) for block in blocks for part in block.segments if part.move]
    assert ends == [("moved_away", 1), ("moved_here", 1)]


def test_joined_paragraphs_show_the_mark_that_went() -> None:
    blocks = laid_out(*PAIRS[6])
    assert [part.kind for block in blocks for part in block.segments if part.border] == ["delete"]


def test_an_invisible_character_that_came_is_named() -> None:
    (block,) = laid_out("position", "posi\u200btion")
    assert ("U+200B ZERO WIDTH SPACE", True) in [piece for part in block.segments for piece in part.pieces]


def test_a_look_alike_letter_is_spelled_out() -> None:
    (block,) = laid_out("We accept the paper.", "We accept the p\u0430per.")
    assert "CYRILLIC SMALL LETTER A" in "".join(part.text for part in block.segments if part.kind == "insert")


def test_blocks_keep_their_kinds_when_passages_come_and_go() -> None:
    old, new = (
        "Title\n\nGone item.\n\nSame heading\n\nText that stays.",
        "Title\n\nSame heading\n\nText that stays.\n\nNew item.",
    )
    blocks = laid_out(
        old,
        new,
        old_kinds=["title", "list_item", "heading", "paragraph"],
        new_kinds=["title", "heading", "paragraph", "list_item"],
    )
    assert [block.kind for block in blocks] == ["title", "list_item", "heading", "paragraph", "list_item"]


def test_long_unchanged_stretches_fold_but_for_the_neighbours_of_changes() -> None:
    same = "\n\n".join(f"Passage number {n} says what it said." for n in range(9))
    blocks = laid_out(f"First was so.\n\n{same}", f"First is so.\n\n{same}")
    assert [(fold.folded, len(fold.blocks)) for fold in folds(blocks)] == [(False, 1), (False, 1), (True, 8)]


def test_equal_texts_have_no_changes_and_fold_whole() -> None:
    same = "\n\n".join(f"Passage {n}." for n in range(6))
    assert [fold.folded for fold in folds(laid_out(same, same))] == [True]
